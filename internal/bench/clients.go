//go:build unix

package main

import (
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
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

const (
	keyID     = "SANDBOX-AFABCDEFGHIJKLMNOPQRSTUV"
	sessionID = "bd504926-f659-4ad7-a1a9-9a747aaf5275"
)

// client makes calls, and counts the TLS handshakes that they take.
type client struct {
	call       func(ctx context.Context) error
	handshakes *atomic.Int64
}

func newClient(name string, t target) (client, error) {
	switch name {
	case "sdk":
		return newSDK(t)
	case "minimal":
		return newMinimal(t)
	}
	return client{}, fmt.Errorf("unknown client %q", name)
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

func newSDK(t target) (client, error) {
	base := transport.NewBase()
	config, handshakes := counting(t)
	base.TLSClientConfig = config
	c, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: keyID, PrivateKeyPEM: amazonpay.NewSecret(t.KeyPEM), Region: amazonpay.RegionUS, BaseURL: t.URL,
	}, amazonpay.WithRoundTripper(base))
	if err != nil {
		return client{}, err
	}
	shop := webstore.New(c)
	return client{func(ctx context.Context) error {
		session, err := shop.GetCheckoutSession(ctx, sessionID)
		if err != nil {
			return err
		}
		return check(session.CheckoutSessionID)
	}, handshakes}, nil
}

func check(id string) error {
	if id != sessionID {
		return fmt.Errorf("the answer is of session %q", id)
	}
	return nil
}

// minimal is what one would write without an SDK: one attempt, signed, sent, decoded. The
// transport has the SDK's settings; with net/http's own it would shake hands for most calls.
type minimal struct {
	http *http.Client
	key  *rsa.PrivateKey
	url  string
	host string
}

func newMinimal(t target) (client, error) {
	block, _ := pem.Decode([]byte(t.KeyPEM))
	if block == nil {
		return client{}, errors.New("the key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return client{}, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return client{}, errors.New("the key is not RSA")
	}
	config, handshakes := counting(t)
	m := &minimal{
		http: &http.Client{
			Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 128},
			Timeout:   30 * time.Second,
		},
		key: key, url: t.URL, host: strings.TrimPrefix(t.URL, "https://"),
	}
	return client{func(ctx context.Context) error {
		session, err := m.getCheckoutSession(ctx, sessionID)
		if err != nil {
			return err
		}
		return check(session.CheckoutSessionID)
	}, handshakes}, nil
}

func (m *minimal) getCheckoutSession(ctx context.Context, id string) (*webstore.CheckoutSession, error) {
	path := "/v2/checkoutSessions/" + id
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	date := time.Now().UTC().Format("20060102T150405Z")
	empty := sha256.Sum256(nil)
	const names = "accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region"
	canonical := sha256.Sum256([]byte(http.MethodGet + "\n" + path + "\n\n" +
		"accept:application/json\ncontent-type:application/json\nx-amz-pay-date:" + date + "\nx-amz-pay-host:" + m.host + "\nx-amz-pay-region:na\n\n" +
		names + "\n" + hex.EncodeToString(empty[:])))
	digest := sha256.Sum256([]byte("AMZN-PAY-RSASSA-PSS-V2\n" + hex.EncodeToString(canonical[:])))
	signature, err := rsa.SignPSS(rand.Reader, m.key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: 32})
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Amz-Pay-Date", date)
	req.Header.Set("X-Amz-Pay-Host", m.host)
	req.Header.Set("X-Amz-Pay-Region", "na")
	req.Header.Set("Authorization", "AMZN-PAY-RSASSA-PSS-V2 PublicKeyId="+keyID+", SignedHeaders="+names+", Signature="+base64.StdEncoding.EncodeToString(signature))

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
