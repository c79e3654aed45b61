package transport_test

import (
	"errors"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

func TestSendRefusesARequestThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*transport.Request){
		"has no host":               func(r *transport.Request) { r.URL = "" },
		"URL has no host":           func(r *transport.Request) { r.URL = "https:///secret" },
		"is not a valid URL":        func(r *transport.Request) { r.URL = "https://pay.invalid/%zzsecret" },
		`URL has the scheme "ftp"`:  func(r *transport.Request) { r.URL = "ftp://pay.invalid/secret" },
		`the value of "User-Agent"`: func(r *transport.Request) { r.Header.Set("User-Agent", "secret\r\nX: y") },
		`the value of "X-Null"`:     func(r *transport.Request) { r.Header["X-Null"] = []string{"fine", "secret\x00"} },
		`the value of "X-Bell"`:     func(r *transport.Request) { r.Header.Set("X-Bell", "secret\a") },
		`the value of "X-Unit"`:     func(r *transport.Request) { r.Header.Set("X-Unit", "\x1fsecret") },
		`the value of "X-Del"`:      func(r *transport.Request) { r.Header.Set("X-Del", "secret\x7f") },
		`the name ""`:               func(r *transport.Request) { r.Header[""] = []string{"secret"} },
		`the name "X Y"`:            func(r *transport.Request) { r.Header["X Y"] = []string{"secret"} },
		`the name "X:"`:             func(r *transport.Request) { r.Header["X:"] = []string{"secret"} },
		`the name "X\n"`:            func(r *transport.Request) { r.Header["X\n"] = nil },
		`the name "X-Ä"`:            func(r *transport.Request) { r.Header["X-Ä"] = []string{"secret"} },
		`the name "X\xff"`:          func(r *transport.Request) { r.Header["X\xff"] = []string{"secret"} },
		`Method "GE T" is not`:      func(r *transport.Request) { r.Method = "GE T" },
	} {
		req := newRequest(http.MethodPost, testURL, "{}")
		change(&req)
		result, err := newClient(t, transport.Config{Base: script(t)}).Send(t.Context(), req, rules{})
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "secret")
		_, network := errors.AsType[*transport.NetworkError](err)
		assert.False(t, network, "it was not sent, and the error says nothing else")
		assert.Empty(t, result.Attempts)
	}
	req := newRequest("", testURL, "")
	_, err := newClient(t, transport.Config{Base: script(t)}).Send(t.Context(), req, rules{})
	require.EqualError(t, err, `transport: Request.Method "" is not an HTTP method`)
	_, err = req.HTTP(t.Context())
	require.Error(t, err, "the same rules")
}

// What net/http lets through is not refused.
func TestOddHeadersThatHTTPAllows(t *testing.T) {
	t.Parallel()
	server, base := newServer(t, nil, func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "a\tb", r.Header.Get("X-Tab"))
		assert.Equal(t, "Zoë \xff", r.Header.Get("X-Bytes"))
		assert.Equal(t, "token", r.Header.Get("!#$%&'*+-.^_`|~09azaz"))
	})
	req := newRequest(http.MethodGet, server.URL, "")
	req.Header.Set("X-Tab", "a\tb")
	req.Header.Set("X-Bytes", "Zoë \xff")
	req.Header.Set("X-Empty", "")
	req.Header["!#$%&'*+-.^_`|~09azaz"] = []string{"token"}
	_, err := newClient(t, transport.Config{Base: base}).Send(t.Context(), req, rules{})
	require.NoError(t, err)
}

// Trap: a POST is repeated whether or not the service can tell the repetition.
func TestTrapPostIsRepeated(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, key string
		noRetry     bool
		attempts    int
	}{
		"GET":              {method: http.MethodGet, attempts: 4},
		"HEAD":             {method: http.MethodHead, attempts: 4},
		"PATCH":            {method: http.MethodPatch, attempts: 4},
		"DELETE":           {method: http.MethodDelete, attempts: 4},
		"POST with key":    {method: http.MethodPost, key: testKey, attempts: 4},
		"POST without key": {method: http.MethodPost, attempts: 1},
		"PUT":              {method: http.MethodPut, attempts: 1},
		"no retry":         {method: http.MethodGet, noRetry: true, attempts: 1},
	} {
		for kind, failure := range map[string]error{"network": syscall.ECONNRESET, "status": nil} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client := newClient(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
						return newAnswer(503, "").Response, failure
					})})
					req := newRequest(tc.method, testURL, "")
					req.Header.Del("X-Amz-Pay-Idempotency-Key")
					if tc.key != "" {
						req.Header.Set("X-Amz-Pay-Idempotency-Key", tc.key)
					}
					req.Retry = !tc.noRetry
					result, err := client.Send(t.Context(), req, rules{})
					assert.Equal(t, failure != nil, err != nil)
					assert.Len(t, result.Attempts, tc.attempts)
				})
			})
		}
	}
}

func TestRequestsShowNoSecret(t *testing.T) {
	t.Parallel()
	req := newRequest(http.MethodPost, testURL, `{"buyer":"secret-buyer"}`)
	req.Operation = "CreateCharge"
	shown := printed(req, &req, []transport.Request{req}, (*transport.Request)(nil))
	assert.NotContains(t, shown, "secret-")
	assert.NotContains(t, shown, "c2VjcmV0", "base64")
	assert.Contains(t, shown, "operation=CreateCharge method=POST bytes=24")
}
