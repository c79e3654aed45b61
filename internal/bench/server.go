//go:build unix

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// target has what a client requires to reach the server.
type target struct {
	URL       string `json:"url"`
	CAPEM     string `json:"caPem"`
	KeyPEM    string `json:"keyPem"` // of the client
	KeyID     string `json:"keyId"`
	SessionID string `json:"sessionId"`
	Payload   string `json:"payload"` // to be signed
}

// answer is a checkout session in the service's form.
const answer = `{"checkoutSessionId":"bd504926-f659-4ad7-a1a9-9a747aaf5275","webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/review",` +
	`"checkoutResultReturnUrl":"https://shop.example/result","checkoutCancelUrl":null,"amazonPayRedirectUrl":"https://payments.amazon.com/checkout/processing"},` +
	`"productType":"PayAndShip","chargePermissionType":"OneTime","recurringMetadata":null,"paymentDetails":{"paymentIntent":"AuthorizeWithCapture",` +
	`"canHandlePendingAuthorization":false,"chargeAmount":{"amount":"14.00","currencyCode":"USD"},"totalOrderAmount":null,"softDescriptor":"Shop",` +
	`"presentmentCurrency":"USD","allowOvercharge":null,"extendExpiration":null},"merchantMetadata":{"merchantReferenceId":"order-1042",` +
	`"merchantStoreName":"Shop","noteToBuyer":"Thank you","customInformation":null},"supplementaryData":null,"buyer":null,"billingAddress":null,` +
	`"paymentPreferences":[null],"statusDetails":{"state":"Open","reasonCode":null,"reasonDescription":null,"lastUpdatedTimestamp":"20261123T203315Z"},` +
	`"shippingAddress":null,"platformId":null,"chargePermissionId":null,"chargeId":null,"constraints":[],"creationTimestamp":"20261123T203215Z",` +
	`"expirationTimestamp":"20261124T203215Z","storeId":"amzn1.application-oa2-client.1234","providerMetadata":{"providerReferenceId":null},` +
	`"releaseEnvironment":"Sandbox","checkoutButtonText":null,"deliverySpecifications":null}`

// serve answers each request on a free port of loopback with the session, until the server is
// closed. It ignores signatures and counts TLS handshakes.
func serve(protocol string) (server *http.Server, t target, handshakes *atomic.Int64, err error) {
	keyPEM, err := newKey()
	if err != nil {
		return nil, t, nil, err
	}
	certificate, caPEM, err := newCertificate()
	if err != nil {
		return nil, t, nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It lives as long as the process.
	if err != nil {
		return nil, t, nil, err
	}
	handshakes = new(atomic.Int64)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(protocol == "HTTP/1.1")
	protocols.SetHTTP2(protocol == "HTTP/2")
	server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if r.URL.Path == documentPath || strings.Contains(r.URL.Path, "/report-documents/") {
				serveReport(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Amz-Pay-Request-Id", "2b7b1b4e-6f2a-4f8e-9f5e-0d8d3a4c5b6a")
			_, _ = io.WriteString(w, answer)
		}),
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{certificate},
			MinVersion:   tls.VersionTLS12,
			VerifyConnection: func(tls.ConnectionState) error {
				handshakes.Add(1)
				return nil
			},
		},
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	t = target{URL: "https://" + listener.Addr().String(), CAPEM: caPEM, KeyPEM: keyPEM, KeyID: keyID, SessionID: sessionID, Payload: payload}
	return server, t, handshakes, nil
}

func newKey() (keyPEM string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// newCertificate makes a throw-away certificate that is its own CA.
func newCertificate() (certificate tls.Certificate, caPEM string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate, "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return certificate, "", err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), nil
}
