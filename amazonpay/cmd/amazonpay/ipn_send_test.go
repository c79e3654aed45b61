package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// instead sends what is for SNS to an address, as a shop under test does.
type instead struct {
	address string
	network *http.Transport
}

func (i instead) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", i.address
	return i.network.RoundTrip(r)
}

// fromFile answers every request with the file that is there at the moment.
type fromFile string

func (f fromFile) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := os.ReadFile(string(f))
	if err != nil {
		return nil, err
	}
	return fixed(text).RoundTrip(r)
}

// shopOf is a shop that gets its certificates over network, and counts what it handles.
func shopOf(t *testing.T, network http.RoundTripper, handled *atomic.Int64) http.Handler {
	t.Helper()
	v, err := ipn.NewVerifier(ipn.WithTopicAccounts(ipntest.Account), ipn.WithMerchantIDs("A1EXAMPLE"), ipn.WithRoundTripper(network))
	require.NoError(t, err)
	return v.Handler(func(context.Context, *ipn.Notification) error {
		handled.Add(1)
		return nil
	})
}

// freeAddress is an address that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

var sent = []string{"ipn", "send", "--merchant-id", "A1EXAMPLE"}

func send(args ...string) []string { return append(append([]string{}, sent...), args...) }

// A shop with the verifier of the SDK accepts the genuine message, and none of the forged ones.
func TestIPNSendForgeries(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	address := freeAddress(t)
	var handled atomic.Int64
	url := serve(t, shopOf(t, instead{address, &http.Transport{DisableKeepAlives: true}}, &handled))
	done := p.types(send(url, "--certificates", address)...)
	require.Zero(t, done.code, done.out+done.err)
	assert.Equal(t, "ok the shop accepted the notification: 200 OK\n", done.out)
	assert.EqualValues(t, 1, handled.Load())

	done = p.types(send(url, "--certificates", address, "--forgeries")...)
	require.Zero(t, done.code, done.out+done.err)
	assert.Regexp(t, `ok the genuine notification was accepted; \d\d+ forgeries sent, 0 accepted.\n$`, done.out)
	assert.EqualValues(t, 2, handled.Load())
}

// A shop that takes one file as its certificate is tried with what it can tell.
func TestIPNSendWithACertificateInAFile(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	var handled atomic.Int64
	url := serve(t, shopOf(t, fromFile(p.path("sns.pem")), &handled))
	done := p.types(send(url, "--certificate-out", p.path("sns.pem"), "--forgeries")...)
	require.Zero(t, done.code, done.out+done.err)
	assert.Regexp(t, `\d\d forgeries sent, 0 accepted; \d+ need --certificates.`, done.out)
	assert.EqualValues(t, 1, handled.Load())
}

// A shop that accepts what it cannot verify is found out, forgery by forgery.
func TestIPNSendToACarelessShop(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // it reads JSON, and believes it
		var m ipntest.Message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, "no JSON", http.StatusBadRequest)
		}
	}))
	done := p.types(send(url, "--certificate-out", p.path("sns.pem"), "--forgeries")...)
	assert.Equal(t, exitFailed, done.code)
	assert.Contains(t, done.out, "failed accepted (200): signature: another notification\n")
	assert.NotContains(t, done.out, "body: no JSON")
	done = p.types(append([]string{"--json"}, send(url, "--certificate-out", p.path("sns.pem"), "--forgeries")...)...)
	assert.Equal(t, exitFailed, done.code)
	var got struct {
		LeftOut  int `json:"leftOut"`
		Accepted []struct {
			Status int `json:"status"`
		} `json:"accepted"`
	}
	require.NoError(t, json.Unmarshal([]byte(done.out), &got))
	assert.Greater(t, len(got.Accepted), 30)
	assert.Equal(t, 200, got.Accepted[0].Status)
	assert.Positive(t, got.LeftOut)
}

// A shop that refuses everything proves nothing.
func TestIPNSendToAShopThatRefuses(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	url := serve(t, http.NotFoundHandler())
	done := p.types(send(url)...)
	assert.Equal(t, exitFailed, done.code)
	assert.Equal(t, "failed the shop answered 404 Not Found\n", done.out)
	assert.JSONEq(t, `{"status":404}`, p.types(append([]string{"--json"}, send(url)...)...).out)
	p.refuses(exitFailed, []string{"its refusals prove nothing"}, send(url, "--forgeries", "--certificate-out", p.path("sns.pem"))...)
	p.refuses(exitUsage, []string{"a shop that cannot get the certificate refuses everything"}, send(url, "--forgeries")...)
	done = p.types(send("http://" + freeAddress(t))...)
	assert.Equal(t, exitFailed, done.code)
	assert.Contains(t, done.out, "failed the shop answered nothing: ")
	assert.Contains(t, done.err, "Is the shop running")
	p.refuses(exitFailed, []string{"the shop answered nothing: ", "Is the shop running"}, send("http://"+freeAddress(t), "--forgeries", "--certificate-out", p.path("sns.pem"))...)
	redirect := serve(t, http.RedirectHandler("http://shop.example/", http.StatusTemporaryRedirect))
	assert.Contains(t, p.types(send(redirect)...).out, "307")
}

// Nothing forged goes to another machine by mistake.
func TestIPNSendStaysHere(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	for _, url := range []string{"http://shop.example/ipn", "https://shop.example/ipn", "https://127.0.0.1.shop.example/", "http://[2001:db8::1]/", "http://localhost.shop.example/"} {
		p.refuses(exitUsage, []string{"is not on this machine", "--allow-remote"}, send(url)...)
	}
	p.refuses(exitUsage, []string{"Use https."}, send("http://shop.example/", "--allow-remote")...)
	for _, url := range []string{"", "shop", "ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://"} {
		p.refuses(exitUsage, []string{"is not an http or https URL"}, send(url)...)
	}
	for _, address := range []string{":9080", "0.0.0.0:9080", "9080", "shop.example:1"} {
		p.refuses(exitUsage, []string{"is not an address of this machine alone"}, send("http://127.0.0.1:1/", "--certificates", address)...)
	}
	p.refuses(exitUsage, []string{"Give --merchant-id."}, "ipn", "send", "http://127.0.0.1:1/")
}

func TestIPNSendOverHTTPS(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	ca := p.write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	assert.Zero(t, p.types(send(server.URL, "--ca", ca)...).code)
	assert.Equal(t, exitFailed, p.types(send(server.URL)...).code, "its certificate is not trusted")
	p.refuses(exitUsage, []string{"has no certificate"}, send(server.URL, "--ca", p.write("empty.pem", ""))...)
}
