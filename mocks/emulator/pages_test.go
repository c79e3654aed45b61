package emulator_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// plainGet gets a URL without following redirects or trusting any CA of the emulator.
func plainGet(t *testing.T, url string, cookies ...*http.Cookie) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

// However far the goroutines of a server are, closing it is no error.
func TestPagesClose(t *testing.T) {
	t.Parallel()
	for i := range 400 {
		s, err := emulator.Listen("127.0.0.1:0", emulator.WithPages("127.0.0.1:0"))
		require.NoError(t, err)
		if i%2 == 0 {
			plainGet(t, s.Description().ScriptURL)
		}
		require.NoError(t, s.Close())
	}
}

// An ordinary browser reaches everything that it requires without a certificate, and nothing else.
func TestPagesWithoutTLS(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithPages("127.0.0.1:0"))
	d := s.Description()
	require.True(t, strings.HasPrefix(d.ScriptURL, "http://127.0.0.1:"), d.ScriptURL)
	pages := strings.TrimSuffix(d.ScriptURL, "/checkout.js")
	assert.True(t, strings.HasPrefix(d.BaseURL, "https://"), "the API stays on TLS")

	res, script := plainGet(t, d.ScriptURL)
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Contains(t, script, `"`+pages+`"`, "the script leads to the same address")

	res, _ = plainGet(t, d.WindowURL)
	require.Equal(t, http.StatusSeeOther, res.StatusCode)
	require.Len(t, res.Cookies(), 1)
	assert.False(t, res.Cookies()[0].Secure, "a browser would not send it")
	res, window := plainGet(t, pages+"/_emulator/", res.Cookies()[0])
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Contains(t, window, "<title>")
	res, _ = plainGet(t, pages+"/_emulator/")
	assert.Equal(t, http.StatusUnauthorized, res.StatusCode)

	for _, path := range []string{"/v2/charges/x", "/sandbox/v2/charges/x", "/"} {
		res, text := plainGet(t, pages+path)
		assert.Equal(t, http.StatusNotFound, res.StatusCode)
		assert.Contains(t, text, "The API is on HTTPS")
	}
	assert.Empty(t, s.Requests())

	// The buyers of every shop pay there.
	c := newClient(t, s, 0)
	id := c.newSession("Authorize", "50")
	require.NoError(t, s.Buyer().SignIn(id))
	details, _ := c.get("/checkoutSessions/"+id).must(t, http.StatusOK).body["webCheckoutDetails"].(map[string]any)
	link, _ := details["amazonPayRedirectUrl"].(string)
	require.True(t, strings.HasPrefix(link, pages+"/checkout/"), link)
	res, page := plainGet(t, link)
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Contains(t, page, "50.00 USD")

	require.NoError(t, s.Close())
	var dialer net.Dialer
	_, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(pages, "http://"))
	assert.Error(t, err, "it ends with the emulator")
}

// A page of somebody else, whose name leads to the emulator's address, is not of the same origin.
func TestPagesOfAnotherName(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithPages("127.0.0.1:0"), emulator.WithHost("shop.test"))
	for host, status := range map[string]int{
		"evil.example": 421, "evil.example:80": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "10.0.0.1": 421,
		"127.0.0.1": 200, "localhost:8445": 200, "[::1]:8445": 200, "shop.test": 200,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Description().ScriptURL, nil)
		require.NoError(t, err)
		r.Host = host
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, status, res.StatusCode, host)
	}
}

func TestPagesAreForLoopback(t *testing.T) {
	t.Parallel()
	_, err := emulator.Listen("127.0.0.1:0", emulator.WithPages("192.0.2.1:80"))
	require.ErrorContains(t, err, "is not a loopback address")

	// What was bound before a failure is free again.
	var lc net.ListenConfig
	free, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	_, err = emulator.Listen("127.0.0.1:0", emulator.WithPages(address), emulator.WithProxy("127.0.0.1:99999"))
	require.Error(t, err)
	again, err := lc.Listen(t.Context(), "tcp", address)
	require.NoError(t, err)
	require.NoError(t, again.Close())
}
