//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

const (
	keyID     = "SANDBOX-AFABCDEFGHIJKLMNOPQRSTUV"
	sessionID = "bd504926-f659-4ad7-a1a9-9a747aaf5275"
	algorithm = "AMZN-PAY-RSASSA-PSS-V2"
)

// payload is a createCheckoutSession of about 500 bytes.
const payload = `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/review","checkoutResultReturnUrl":"https://shop.example/result"},` +
	`"storeId":"amzn1.application-oa2-client.0123456789abcdef0123456789abcdef","chargePermissionType":"OneTime",` +
	`"paymentDetails":{"paymentIntent":"AuthorizeWithCapture","canHandlePendingAuthorization":false,"chargeAmount":{"amount":"14.00","currencyCode":"USD"}},` +
	`"merchantMetadata":{"merchantReferenceId":"order-1042","merchantStoreName":"Shop","noteToBuyer":"Thank you for your order"}}`

// client has a function for each task, and counts TLS handshakes.
type client struct {
	sign       func(ctx context.Context) error // the request of a createCheckoutSession
	button     func(ctx context.Context) error // the signature of a button
	call       func(ctx context.Context) error // a whole getCheckoutSession
	handshakes *atomic.Int64
	key        string // what makes the signatures
}

// task returns the function of a task.
func (c client) task(name string) (func(ctx context.Context) error, error) {
	switch name {
	case "sign":
		return c.sign, nil
	case "button":
		return c.button, nil
	case "call":
		return c.call, nil
	}
	return nil, fmt.Errorf("unknown task %q", name)
}

// newClient makes the client sdk or minimal. Its key is in pure Go, in libcrypto for sdk+libcrypto
// and minimal+libcrypto, or costs nothing for sdk+null and minimal+null, so that a profile shows
// the rest.
func newClient(name string, t target) (client, error) {
	base, kind, _ := strings.Cut(name, "+")
	pure, err := signing.ParsePrivateKey([]byte(t.KeyPEM))
	if err != nil {
		return client{}, err
	}
	key, described := crypto.Signer(pure), "crypto/rsa"
	switch kind {
	case "":
	case "libcrypto":
		if key, described, err = libcryptoKey(pure); err != nil {
			return client{}, err
		}
	case "null":
		key = nullKey{pure.Public(), make([]byte, pure.Size())}
	default:
		return client{}, fmt.Errorf("unknown key %q", kind)
	}
	var c client
	switch base {
	case "sdk":
		c, err = newSDK(t, key)
	case "minimal":
		c, err = newMinimal(t, key)
	default:
		err = fmt.Errorf("unknown client %q", name)
	}
	c.key = described
	return c, err
}

// counting trusts the server, and counts handshakes.
func counting(t target) (*tls.Config, *atomic.Int64) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(t.CAPEM))
	handshakes := new(atomic.Int64)
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		RootCAs:    roots,
		VerifyConnection: func(tls.ConnectionState) error {
			handshakes.Add(1)
			return nil
		},
	}, handshakes
}

func newSDK(t target, key crypto.Signer) (client, error) {
	base := transport.NewBase()
	config, handshakes := counting(t)
	base.TLSClientConfig = config
	c, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: keyID, PrivateKey: key, Region: amazonpay.RegionUS, BaseURL: t.URL,
	}, amazonpay.WithRoundTripper(base))
	if err != nil {
		return client{}, err
	}
	body, err := createSession()
	if err != nil {
		return client{}, err
	}
	create := amazonpay.Operation{Name: "CreateCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions", IdempotencyKey: true}
	shop := webstore.New(c)
	return client{
		sign: func(ctx context.Context) error {
			_, err := c.SignRequest(ctx, create, body)
			return err
		},
		button: func(context.Context) error {
			_, err := c.ButtonSignature([]byte(payload))
			return err
		},
		call: func(ctx context.Context) error {
			session, err := shop.GetCheckoutSession(ctx, sessionID)
			if err != nil {
				return err
			}
			return check(session.CheckoutSessionID)
		},
		handshakes: handshakes,
	}, nil
}

// createSession returns the payload before it is encoded.
func createSession() (*webstore.CreateCheckoutSessionRequest, error) {
	body := new(webstore.CreateCheckoutSessionRequest)
	return body, json.Unmarshal([]byte(payload), body)
}

func check(id string) error {
	if id != sessionID {
		return fmt.Errorf("the answer is of session %q", id)
	}
	return nil
}

// minimal is a client written without an SDK: one attempt, signed, sent, decoded. Its transport has
// the SDK's settings; with net/http's defaults most calls would open a connection.
type minimal struct {
	http *http.Client
	key  crypto.Signer
	url  string
	host string
}

func newMinimal(t target, key crypto.Signer) (client, error) {
	config, handshakes := counting(t)
	m := &minimal{
		http: &http.Client{
			Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 128},
			Timeout:   30 * time.Second,
		},
		key: key, url: t.URL, host: strings.TrimPrefix(t.URL, "https://"),
	}
	body, err := createSession()
	if err != nil {
		return client{}, err
	}
	return client{
		sign: func(ctx context.Context) error {
			encoded, err := json.Marshal(body)
			if err != nil {
				return err
			}
			_, err = m.request(ctx, http.MethodPost, "/v2/checkoutSessions", encoded, strings.ReplaceAll(uuid.NewString(), "-", ""))
			return err
		},
		button: func(context.Context) error {
			_, err := m.signature([]byte(payload))
			return err
		},
		call: func(ctx context.Context) error {
			session, err := m.getCheckoutSession(ctx, sessionID)
			if err != nil {
				return err
			}
			return check(session.CheckoutSessionID)
		},
		handshakes: handshakes,
	}, nil
}

// signature signs a canonical request or the payload of a button.
func (m *minimal) signature(text []byte) (string, error) {
	hash := sha256.Sum256(text)
	digest := sha256.Sum256([]byte(algorithm + "\n" + hex.EncodeToString(hash[:])))
	signature, err := m.key.Sign(rand.Reader, digest[:], &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256})
	return base64.StdEncoding.EncodeToString(signature), err
}

// request makes a signed request. The idempotency key is empty if the operation takes none.
func (m *minimal) request(ctx context.Context, method, path string, body []byte, idempotencyKey string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, m.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	date := time.Now().UTC().Format("20060102T150405Z")
	names := "accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region"
	lines := "accept:application/json\ncontent-type:application/json\nx-amz-pay-date:" + date + "\nx-amz-pay-host:" + m.host
	if idempotencyKey != "" {
		names = "accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-idempotency-key;x-amz-pay-region"
		lines += "\nx-amz-pay-idempotency-key:" + idempotencyKey
		req.Header.Set("X-Amz-Pay-Idempotency-Key", idempotencyKey)
	}
	hash := sha256.Sum256(body)
	signature, err := m.signature([]byte(method + "\n" + path + "\n\n" + lines + "\nx-amz-pay-region:na\n\n" + names + "\n" + hex.EncodeToString(hash[:])))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Amz-Pay-Date", date)
	req.Header.Set("X-Amz-Pay-Host", m.host)
	req.Header.Set("X-Amz-Pay-Region", "na")
	req.Header.Set("Authorization", algorithm+" PublicKeyId="+keyID+", SignedHeaders="+names+", Signature="+signature)
	return req, nil
}

func (m *minimal) getCheckoutSession(ctx context.Context, id string) (*webstore.CheckoutSession, error) {
	req, err := m.request(ctx, http.MethodGet, "/v2/checkoutSessions/"+id, nil, "")
	if err != nil {
		return nil, err
	}
	resp, err := m.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d: %s", resp.StatusCode, body)
	}
	session := new(webstore.CheckoutSession)
	if err := json.Unmarshal(body, session); err != nil {
		return nil, err
	}
	return session, nil
}
