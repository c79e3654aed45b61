package emulator_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// sendWhole sends a request to the proxy with its whole URL in the first line, without CONNECT and
// TLS, and returns the answer's status, its request id and its body.
func sendWhole(t *testing.T, proxyURL string, r *http.Request) (status int, id, body string) {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(proxyURL, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, r.WriteProxy(conn))
	res, err := http.ReadResponse(bufio.NewReader(conn), r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, res.Header.Get("X-Amz-Pay-Request-Id"), string(raw)
}

// What axios sends to a proxy is served as if it had come through CONNECT: signature, region and
// log.
func TestProxyTakesWholeURLs(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
	c := newClient(t, s, 0)
	for host, region := range map[string]string{"pay-api.amazon.com": "na", "PAY-API.amazon.com:443": "na", "pay-api.amazon.eu": "eu"} {
		there := *c
		there.region, there.host = region, host
		r, raw := there.request(http.MethodPost, "/checkoutSessions", c.shopPayload())
		r.Header.Set("X-Amz-Pay-Idempotency-Key", strings.NewReplacer(".", "", ":", "").Replace(host))
		r.Header.Set("Proxy-Connection", "keep-alive")
		there.sign(r, raw)
		r.URL.Host, r.Host = host, host
		status, id, body := sendWhole(t, s.Description().ProxyURL, r)
		require.Equal(t, http.StatusCreated, status, "%s: %s", host, body)
		log := s.Requests()
		seen := log[len(log)-1]
		assert.True(t, seen.Verified)
		assert.Equal(t, "/v2/checkoutSessions", seen.Target)
		assert.Equal(t, seen.RequestID, id)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://static-eu.payments-amazon.com/checkout.js", nil)
	require.NoError(t, err)
	status, _, body := sendWhole(t, s.Description().ProxyURL, r)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `var base = "https://static-eu.payments-amazon.com";`)
}

// A whole URL leads no further than CONNECT does, and never to what has no TLS at Amazon.
func TestProxyRefusesOtherURLs(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
	for address, status := range map[string]int{
		"https://example.com/v2/charges/x":            http.StatusForbidden,
		"https://127.0.0.1/v2/charges/x":              http.StatusForbidden,
		"https://pay-api.amazon.com:8443/v2/x":        http.StatusForbidden,
		"https://pay-api.amazon.com.example/v2/x":     http.StatusForbidden,
		"https://pay-api.amazon.com@example.com/v2/x": http.StatusForbidden,
		"http://pay-api.amazon.com/v2/charges/x":      http.StatusMethodNotAllowed,
		"ftp://pay-api.amazon.com/v2/charges/x":       http.StatusMethodNotAllowed,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		require.NoError(t, err)
		got, _, _ := sendWhole(t, s.Description().ProxyURL, r)
		assert.Equal(t, status, got, address)
	}
	assert.Empty(t, s.Requests())
}

// A shop that verifies notifications through the proxy gets the certificate there, by either way.
func TestProxyLeadsToTheCertificate(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
	d := s.Description()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(d.CAPEM)))
	through, err := url.Parse(d.ProxyURL)
	require.NoError(t, err)
	transport := &http.Transport{Proxy: http.ProxyURL(through), TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	asked := &lastURL{to: transport}
	v, err := ipn.NewVerifier(ipn.WithTopicAccounts(d.TopicAccount), ipn.WithMerchantIDs(d.Merchants[0].MerchantID),
		ipn.WithRoundTripper(asked), ipn.WithClock(s.Now))
	require.NoError(t, err)
	arrived := make(chan string, 10)
	shop := httptest.NewServer(v.Handler(func(_ context.Context, n *ipn.Notification) error {
		arrived <- n.ObjectID
		return nil
	}))
	t.Cleanup(shop.Close)
	require.NoError(t, s.NotifyAt(shop.URL))
	id, _ := newClient(t, s, 0).newCharge("AuthorizeWithCapture", "50")
	select {
	case got := <-arrived:
		assert.Contains(t, id, got) // of the charge, or of its permission
	case <-time.After(10 * time.Second):
		require.Fail(t, "no notification was verified")
	}
	certificate, ok := asked.url.Load().(string)
	require.True(t, ok)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, certificate, nil)
	require.NoError(t, err)
	status, _, body := sendWhole(t, d.ProxyURL, r)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "BEGIN CERTIFICATE")
}

// lastURL is a transport that remembers where it was sent.
type lastURL struct {
	to  http.RoundTripper
	url atomic.Value
}

func (l *lastURL) RoundTrip(r *http.Request) (*http.Response, error) {
	l.url.Store(r.URL.String())
	return l.to.RoundTrip(r)
}
