package conformance_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// proxied is an emulator that curl reaches through its proxy alone.
type proxied struct {
	server *emulator.Server
	signer *signing.Signer
	ca     string // the file
}

func startProxied(t *testing.T) proxied {
	t.Helper()
	server := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
	d := server.Description()
	key, err := signing.ParsePrivateKey([]byte(d.Merchants[0].PrivateKeyPEM))
	require.NoError(t, err)
	signer, err := signing.NewSigner(d.Merchants[0].KeyIDs.Sandbox, key, signing.PSSV2)
	require.NoError(t, err)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, []byte(d.CAPEM), 0o600))
	return proxied{server, signer, ca}
}

// transfer is the result of a run of curl.
type transfer struct {
	exit    int
	connect string // the status of the proxy's answer to CONNECT, 000 without one
	status  string // of the answer, 000 without one
	kind    string // its content type
	body    string
}

// curl runs curl, as whoever has a proxy would, and no certificate check turned off.
func (p proxied) curl(t *testing.T, args ...string) transfer {
	t.Helper()
	path, err := exec.LookPath("curl")
	require.NoError(t, err, "install curl (Debian: apt-get install curl)")
	const after = "\n%{http_connect} %{http_code} %{content_type}"
	cmd := exec.CommandContext(t.Context(), path, append([]string{
		"--disable", "--silent", "--show-error", "--max-time", "30", "--proxy", p.server.Description().ProxyURL, "--write-out", after,
	}, args...)...)
	cmd.Env = []string{} // no proxy of the user's
	out, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		require.NoError(t, err)
	}
	end := strings.LastIndex(string(out), "\n")
	require.NotEqual(t, -1, end, "%q", out)
	figures := strings.SplitN(string(out[end+1:]), " ", 3)
	require.Len(t, figures, 3, "%q", out)
	return transfer{cmd.ProcessState.ExitCode(), figures[0], figures[1], figures[2], string(out[:end])}
}

func TestProxyLeadsToTheScripts(t *testing.T) {
	t.Parallel()
	p := startProxied(t)
	for _, host := range []string{"static-na.payments-amazon.com", "static-eu.payments-amazon.com", "static-fe.payments-amazon.com"} {
		got := p.curl(t, "--cacert", p.ca, "https://"+host+"/checkout.js")
		require.Zero(t, got.exit, host)
		assert.Equal(t, "200", got.connect, host)
		assert.Equal(t, "200", got.status, host)
		assert.True(t, strings.HasPrefix(got.kind, "text/javascript"), got.kind)
		assert.Contains(t, got.body, "renderButton", host)
		assert.Contains(t, got.body, `var base = "https://`+host+`"`, "a Content-Security-Policy made for Amazon lets the browser go there")
	}
}

func TestProxyLeadsToTheService(t *testing.T) {
	t.Parallel()
	p := startProxied(t)
	for host, region := range map[string]string{"pay-api.amazon.com": "na", "pay-api.amazon.eu": "eu", "pay-api.amazon.jp": "jp"} {
		url := "https://" + host + "/v2/charges/S01-0000000-0000000-C000000"

		got := p.curl(t, "--cacert", p.ca, url)
		require.Zero(t, got.exit, host)
		assert.Equal(t, "200", got.connect, host)
		assert.Equal(t, "400", got.status, host)
		assert.Equal(t, "application/json", got.kind, host)
		assert.Equal(t, "MissingHeader", reasonOf(t, got.body), host)
		assert.False(t, last(t, p.server).Verified, host)

		got = p.curl(t, p.signed(t, url, region)...)
		require.Zero(t, got.exit, host)
		assert.Equal(t, "404", got.status, host)
		assert.Equal(t, "ResourceNotFound", reasonOf(t, got.body), host)
		entry := last(t, p.server)
		assert.True(t, entry.Verified, "%s: %s", host, entry.Refusal)
		assert.Equal(t, "GetCharge", entry.Operation, host)
		assert.True(t, strings.HasPrefix(entry.UserAgent, "curl/"), entry.UserAgent)
	}
	assert.Len(t, p.server.Requests(), 6)
}

// signed returns curl's arguments for a signed GET.
func (p proxied) signed(t *testing.T, url, region string) []string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Amz-Pay-Region", region)
	r.Header.Set("X-Amz-Pay-Host", r.URL.Host)
	require.NoError(t, p.signer.SignRequest(r, signing.HashPayload(nil), time.Now()))
	args := []string{"--cacert", p.ca, url}
	for name, values := range r.Header {
		args = append(args, "--header", name+": "+values[0])
	}
	return args
}

func reasonOf(t *testing.T, body string) string {
	t.Helper()
	var refusal struct {
		ReasonCode string `json:"reasonCode"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &refusal), body)
	return refusal.ReasonCode
}

func last(t *testing.T, server *emulator.Server) emulator.Request {
	t.Helper()
	requests := server.Requests()
	require.NotEmpty(t, requests)
	return requests[len(requests)-1]
}

// A host takes what is signed for its own region.
func TestProxyKeepsTheRegionsApart(t *testing.T) {
	t.Parallel()
	p := startProxied(t)
	url := "https://pay-api.amazon.eu/v2/charges/S02-0000000-0000000-C000000"
	got := p.curl(t, p.signed(t, url, "na")...)
	assert.Equal(t, "400", got.status)
	assert.Equal(t, "InvalidHeaderValue", reasonOf(t, got.body))
}

// Whoever does not trust the emulator's CA is not served.
func TestProxyNeedsTheCA(t *testing.T) {
	t.Parallel()
	p := startProxied(t)
	got := p.curl(t, "https://pay-api.amazon.com/v2/charges/x")
	assert.NotZero(t, got.exit)
	assert.Equal(t, "000", got.status)
	assert.Empty(t, p.server.Requests())
}

func TestProxyLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	p := startProxied(t)
	for _, url := range []string{
		"https://example.com/", "https://pay-api.amazon.com:8443/v2/charges/x", "https://static-na.payments-amazon.com:444/checkout.js",
		"https://api.pay-api.amazon.com/", "https://127.0.0.1/", "https://www.amazon.com/",
	} {
		got := p.curl(t, "--cacert", p.ca, url)
		assert.NotZero(t, got.exit, url)
		assert.Equal(t, "403", got.connect, url)
		assert.Equal(t, "000", got.status, url)
	}
	for _, url := range []string{"http://pay-api.amazon.com/v2/charges/x", "http://static-na.payments-amazon.com/checkout.js", "http://example.com/"} {
		got := p.curl(t, url)
		require.Zero(t, got.exit, url)
		assert.Equal(t, "405", got.status, url)
		assert.NotContains(t, got.body, "renderButton", url)
	}
	assert.Empty(t, p.server.Requests())
}

// The Node SDK, as it is, gets to the emulator with HTTPS_PROXY: axios sends the proxy the whole
// URL, without CONNECT.
func TestNodeThroughTheProxy(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"us", "eu", "jp"} {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			p := startProxied(t)
			d := p.server.Description()
			c := newConfig(d)
			c.Region, c.OverrideServiceURL = region, ""
			n := startNode(t, d, c, "HTTPS_PROXY="+d.ProxyURL)
			created := n.call(t, "WebStoreClient", "createCheckoutSession", `[{
				"webCheckoutDetails": {"checkoutReviewReturnUrl": "https://shop.example/review"}, "storeId": "`+d.Merchants[0].StoreID+`"
			}, {"x-amz-pay-idempotency-key": "through-the-proxy"}]`)
			require.Equal(t, http.StatusCreated, created.Status, "%s", created.Body)
			entry := last(t, p.server)
			assert.True(t, entry.Verified)
			assert.Equal(t, "/v2/checkoutSessions", entry.Target)
			var session struct {
				CheckoutSessionID string `json:"checkoutSessionId"`
			}
			require.NoError(t, json.Unmarshal(created.Body, &session))
			got := n.call(t, "WebStoreClient", "getCheckoutSession", `["`+session.CheckoutSessionID+`", {}]`)
			assert.Equal(t, http.StatusOK, got.Status, "%s", got.Body)
			got = n.call(t, "WebStoreClient", "getCharge", `["S01-0000000-0000000-C000000", {}]`)
			assert.Equal(t, "ResourceNotFound", reasonOf(t, string(got.Body)))
			assert.Len(t, p.server.Requests(), 3)
		})
	}
}
