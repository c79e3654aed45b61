package transport_test

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

func TestNewNamesTheField(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]transport.Config{
		"Config.Signer is nil":                                             {},
		"Config.Base is a nil *http.Transport":                             {Signer: stamp, Base: (*http.Transport)(nil)},
		"Config.AttemptTimeout is negative (-1s)":                          {Signer: stamp, AttemptTimeout: -time.Second},
		"Config.MaxAnswerBytes is negative (-1)":                           {Signer: stamp, MaxAnswerBytes: -1},
		"RetryPolicy.MinWait is negative (-1s)":                            {Signer: stamp, Retry: transport.RetryPolicy{MinWait: -time.Second}},
		"RetryPolicy.MaxWait is negative (-1s)":                            {Signer: stamp, Retry: transport.RetryPolicy{MaxWait: -time.Second}},
		"RetryPolicy.MaxRetryAfter is negative (-1s)":                      {Signer: stamp, Retry: transport.RetryPolicy{MaxRetryAfter: -time.Second}},
		"RetryPolicy.MinWait is above 24 hours (24h0m0.000000001s)":        {Signer: stamp, Retry: transport.RetryPolicy{MinWait: 24*time.Hour + 1}},
		"RetryPolicy.MaxWait is above 24 hours (2562047h47m16.854775807s)": {Signer: stamp, Retry: transport.RetryPolicy{MaxWait: math.MaxInt64}},
		"RetryPolicy.MaxRetryAfter is above 24 hours (48h0m0s)":            {Signer: stamp, Retry: transport.RetryPolicy{MaxRetryAfter: 48 * time.Hour}},
		"RetryPolicy.MaxRetries is above 100 (101)":                        {Signer: stamp, Retry: transport.RetryPolicy{MaxRetries: 101}},
		"Config.Base is a nil transport_test.roundTrip":                    {Signer: stamp, Base: roundTrip(nil)},
		"Config.Base is a nil transport_test.byHost":                       {Signer: stamp, Base: byHost(nil)},
		"Config.Base is a nil transport_test.queue":                        {Signer: stamp, Base: queue(nil)},
		"RetryPolicy.MinWait (2s) is above MaxWait (1s)":                   {Signer: stamp, Retry: transport.RetryPolicy{MinWait: 2 * time.Second, MaxWait: time.Second}},
	} {
		doer, err := transport.New(cfg)
		assert.Nil(t, doer)
		require.EqualError(t, err, "transport: "+want)
	}
	for _, signer := range []transport.RequestSigner{(*signing.Signer)(nil), signFunc(nil)} {
		_, err := transport.New(transport.Config{Signer: signer})
		require.EqualError(t, err, "transport: Config.Signer is nil")
	}
	_, err := transport.New(transport.Config{Signer: stamp, Base: struct{ http.RoundTripper }{roundTrip(nil)}})
	require.NoError(t, err, "what is within a value is its own affair")
}

// byHost and queue are round trippers of kinds that can be nil.
type (
	byHost map[string]http.RoundTripper
	queue  chan *http.Request
)

func (byHost) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.ErrUnsupported }
func (queue) RoundTrip(*http.Request) (*http.Response, error)  { return nil, errors.ErrUnsupported }

func TestDoRefusesARequestThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*http.Request){
		"no URL with a host":               func(r *http.Request) { r.URL = nil },
		"has no URL with a host":           func(r *http.Request) { r.URL.Host = "" },
		`the scheme of the request's URL`:  func(r *http.Request) { r.URL.Scheme = "ftp" },
		"RequestURI is set":                func(r *http.Request) { r.RequestURI = "/" },
		`the value of header "User-Agent"`: func(r *http.Request) { r.Header.Set("User-Agent", "secret\r\nX: y") },
		`the value of header "X-Null"`:     func(r *http.Request) { r.Header["X-Null"] = []string{"fine", "secret\x00"} },
		`the value of header "X-Bell"`:     func(r *http.Request) { r.Header.Set("X-Bell", "secret\a") },
		`the value of header "X-Unit"`:     func(r *http.Request) { r.Header.Set("X-Unit", "\x1fsecret") },
		`the value of header "X-Del"`:      func(r *http.Request) { r.Header.Set("X-Del", "secret\x7f") },
		`the header name ""`:               func(r *http.Request) { r.Header[""] = []string{"secret"} },
		`the header name "X Y"`:            func(r *http.Request) { r.Header["X Y"] = []string{"secret"} },
		`the header name "X:"`:             func(r *http.Request) { r.Header["X:"] = []string{"secret"} },
		`the header name "X\n"`:            func(r *http.Request) { r.Header["X\n"] = nil },
		`the header name "X-Ä"`:            func(r *http.Request) { r.Header["X-Ä"] = []string{"secret"} },
		`the header name "X\xff"`:          func(r *http.Request) { r.Header["X\xff"] = []string{"secret"} },
		`the method "GE T"`:                func(r *http.Request) { r.Method = "GE T" },
	} {
		req := newRequest(t, http.MethodPost, testURL, "{}")
		change(req)
		body := &watchedBody{}
		req.Body = body
		call := new(transport.Call)
		_, err := newDoer(t, transport.Config{Base: script(t)}).Do(withCall(req, call))
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "secret")
		_, network := errors.AsType[*transport.NetworkError](err)
		assert.False(t, network, "it was not sent, and the error says nothing else")
		assert.Empty(t, call.Attempts)
		assert.True(t, body.closed)
	}
	_, err := newDoer(t, transport.Config{Base: script(t)}).Do(nil)
	require.EqualError(t, err, "transport: the request is nil")
}

func TestBodyNeedsGetBody(t *testing.T) {
	t.Parallel()
	for want, getBody := range map[string]func() (io.ReadCloser, error){
		"no GetBody":     nil,
		"GetBody failed": func() (io.ReadCloser, error) { return nil, errors.New("no") },
		"cannot be read": func() (io.ReadCloser, error) { return broken{}, nil },
	} {
		req := newRequest(t, http.MethodPost, testURL, "{}")
		req.GetBody = getBody
		_, err := newDoer(t, transport.Config{Base: script(t)}).Do(req)
		_, ok := errors.AsType[*transport.SigningError](err)
		assert.True(t, ok, "%T", err)
		require.ErrorContains(t, err, want)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, syscall.EIO }
func (broken) Close() error             { return nil }

func TestRequestsWithoutABody(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]io.ReadCloser{"none": nil, "NoBody": http.NoBody} {
		req := newRequest(t, http.MethodPost, testURL, "left over")
		req.Body = body
		_, err := newDoer(t, transport.Config{
			Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				assert.Zero(t, r.ContentLength, name)
				assert.Nil(t, r.Body, name)
				assert.Nil(t, r.GetBody, name)
				return newAnswer(200, "").Response, nil
			}),
			Signer: signFunc(func(_ *http.Request, h signing.PayloadHash, _ time.Time) error {
				assert.Equal(t, signing.HashPayload(nil), h, name)
				return nil
			}),
		}).Do(req)
		require.NoError(t, err, name)
	}
}

func TestMaxRetries(t *testing.T) {
	t.Parallel()
	for max, attempts := range map[int]int{0: 4, 1: 2, 7: 8, -1: 1, math.MinInt: 1} {
		synctest.Test(t, func(t *testing.T) {
			call := new(transport.Call)
			doer := newDoer(t, transport.Config{Retry: transport.RetryPolicy{MaxRetries: max}, Base: roundTrip(func(*http.Request) (*http.Response, error) {
				return newAnswer(503, "").Response, nil
			})})
			for range 2 { // a Call that is used again starts anew
				_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
				require.NoError(t, err)
				assert.Len(t, call.Attempts, attempts)
			}
		})
	}
}

func TestNilCallIsNone(t *testing.T) {
	t.Parallel()
	_, err := newDoer(t, transport.Config{Base: script(t, newAnswer(200, ""))}).Do(withCall(newRequest(t, http.MethodGet, testURL, ""), nil))
	require.NoError(t, err)
}

func TestLogHasNothingToHide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logger, lines := logged()
		doer := newDoer(t, transport.Config{Logger: logger, DateRefused: dateRefused, Base: script(t,
			newAnswer(400, "x-amz-pay-date secret-answer", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"),
			newAnswer(503, "secret-answer", "X-Secret", "secret-header"), syscall.ECONNRESET, newAnswer(200, "secret-answer"))})
		_, err := doer.Do(withCall(newRequest(t, http.MethodPost, testURL, `{"buyer":"secret-buyer"}`), &transport.Call{Operation: "GetBuyer"}))
		require.NoError(t, err)
		for _, secret := range []string{"secret", "invalid", "sandbox/v2", testKey, "reset by peer"} {
			assert.NotContains(t, lines.String(), secret)
		}

		var got []string
		for line := range strings.Lines(lines.String()) {
			var entry map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &entry))
			assert.Equal(t, "GetBuyer", entry["operation"])
			assert.Equal(t, "POST", entry["method"])
			delete(entry, "time")
			delete(entry, "operation")
			delete(entry, "method")
			if wait, ok := entry["wait"].(float64); ok {
				assert.Positive(t, wait)
				entry["wait"] = true
			}
			if _, ok := entry["clock_offset"]; ok {
				entry["clock_offset"] = true
			}
			text, err := json.Marshal(entry)
			require.NoError(t, err)
			got = append(got, string(text))
		}
		assert.Equal(t, []string{
			`{"attempt":1,"duration":0,"level":"DEBUG","msg":"amazon pay attempt","status":400}`,
			`{"attempt":1,"clock_offset":true,"level":"WARN","msg":"amazon pay refused the date: signing with its clock"}`,
			`{"attempt":2,"duration":0,"level":"DEBUG","msg":"amazon pay attempt","status":503}`,
			`{"attempt":2,"level":"WARN","msg":"amazon pay attempt will be repeated","status":503,"wait":true}`,
			`{"attempt":3,"duration":0,"error_kind":"network","level":"DEBUG","msg":"amazon pay attempt"}`,
			`{"attempt":3,"error_kind":"network","level":"WARN","msg":"amazon pay attempt will be repeated","wait":true}`,
			`{"attempt":4,"duration":0,"level":"DEBUG","msg":"amazon pay attempt","status":200}`,
		}, got)
	})
}

// What net/http lets through is not refused.
func TestOddHeadersThatHTTPAllows(t *testing.T) {
	t.Parallel()
	server, base := newServer(t, nil, func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "a\tb", r.Header.Get("X-Tab"))
		assert.Equal(t, "Zoë \xff", r.Header.Get("X-Bytes"))
		assert.Equal(t, "token", r.Header.Get("!#$%&'*+-.^_`|~09azaz"))
	})
	req := newRequest(t, http.MethodGet, server.URL, "")
	req.Header.Set("X-Tab", "a\tb")
	req.Header.Set("X-Bytes", "Zoë \xff")
	req.Header.Set("X-Empty", "")
	req.Header["!#$%&'*+-.^_`|~09azaz"] = []string{"token"}
	_, err := newDoer(t, transport.Config{Base: base}).Do(req)
	require.NoError(t, err)
}
