package transport_test

import (
	"encoding/json"
	"errors"
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
		"Config.Signer is nil":                                                         {},
		"Config.Base is a nil *http.Transport":                                         {Signer: stamp, Base: (*http.Transport)(nil)},
		"Config.AttemptTimeout is negative (-1s)":                                      {Signer: stamp, AttemptTimeout: -time.Second},
		"Config.MaxAnswerBytes is negative (-1)":                                       {Signer: stamp, MaxAnswerBytes: -1},
		"RetryPolicy.MinWait must be from 0 to 24 hours, not -1s":                      {Signer: stamp, Retry: transport.RetryPolicy{MinWait: -time.Second}},
		"RetryPolicy.MaxWait must be from 0 to 24 hours, not -1s":                      {Signer: stamp, Retry: transport.RetryPolicy{MaxWait: -time.Second}},
		"RetryPolicy.MaxRetryAfter must be from 0 to 24 hours, not -1s":                {Signer: stamp, Retry: transport.RetryPolicy{MaxRetryAfter: -time.Second}},
		"RetryPolicy.MinWait must be from 0 to 24 hours, not 24h0m0.000000001s":        {Signer: stamp, Retry: transport.RetryPolicy{MinWait: 24*time.Hour + 1}},
		"RetryPolicy.MaxWait must be from 0 to 24 hours, not 2562047h47m16.854775807s": {Signer: stamp, Retry: transport.RetryPolicy{MaxWait: math.MaxInt64}},
		"RetryPolicy.MaxRetryAfter must be from 0 to 24 hours, not 48h0m0s":            {Signer: stamp, Retry: transport.RetryPolicy{MaxRetryAfter: 48 * time.Hour}},
		"RetryPolicy.MaxRetries is above 100 (101)":                                    {Signer: stamp, Retry: transport.RetryPolicy{MaxRetries: 101}},
		"Config.Base is a nil transport_test.roundTrip":                                {Signer: stamp, Base: roundTrip(nil)},
		"Config.Base is a nil transport_test.byHost":                                   {Signer: stamp, Base: byHost(nil)},
		"Config.Base is a nil transport_test.queue":                                    {Signer: stamp, Base: queue(nil)},
		"RetryPolicy.MinWait (2s) is above MaxWait (1s)":                               {Signer: stamp, Retry: transport.RetryPolicy{MinWait: 2 * time.Second, MaxWait: time.Second}},
	} {
		client, err := transport.New(cfg)
		assert.Nil(t, client)
		require.EqualError(t, err, "transport: "+want)
	}
	for _, cfg := range []transport.Config{{Signer: (*signing.Signer)(nil)}, {Signer: signFunc(nil)}} {
		_, err := transport.New(cfg)
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

// Both kinds of client close what is idle, and nothing if there is no such method.
func TestCloseIdleConnections(t *testing.T) {
	t.Parallel()
	base := &idleCloser{roundTrip: script(t)}
	newClient(t, transport.Config{Base: base}).CloseIdleConnections()
	assert.Equal(t, 1, base.closed)
	transport.FromDoer(base, 1).CloseIdleConnections()
	assert.Equal(t, 2, base.closed)
	newClient(t, transport.Config{Base: script(t)}).CloseIdleConnections()
}

func TestLogHasNothingToHide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logger, lines := logged()
		client := newClient(t, transport.Config{Logger: logger, Base: script(t,
			newAnswer(400, "x-amz-pay-date secret-answer", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"),
			newAnswer(503, "secret-answer", "X-Secret", "secret-header"), syscall.ECONNRESET, newAnswer(200, "secret-answer"))})
		r := newRequest(http.MethodPost, testURL, `{"buyer":"secret-buyer"}`)
		r.Operation = "GetBuyer"
		_, err := client.Send(t.Context(), r, rules{})
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
			`{"attempt":1,"clock_offset":true,"level":"WARN","msg":"amazon pay refused the date: signing again with the service's time"}`,
			`{"attempt":2,"duration":0,"level":"DEBUG","msg":"amazon pay attempt","status":503}`,
			`{"attempt":2,"level":"WARN","msg":"amazon pay attempt will be repeated","status":503,"wait":true}`,
			`{"attempt":3,"duration":0,"error_kind":"network","level":"DEBUG","msg":"amazon pay attempt"}`,
			`{"attempt":3,"error_kind":"network","level":"WARN","msg":"amazon pay attempt will be repeated","wait":true}`,
			`{"attempt":4,"duration":0,"level":"DEBUG","msg":"amazon pay attempt","status":200}`,
		}, got)
	})
}
