package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// The address of these requests has parts that are long enough to be tokens.
const tokenURL = "https://pay-api.invalid/v2/buyers/secret%7Cbuyer-token?merchant=secret%7Cid&n=12"

// A middleware may quote any part of the request that it was given.
func TestErrorsQuoteNoPartOfTheRequest(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a path segment":          "no route for secret|buyer-token",
		"an escaped path segment": "no route for secret%7Cbuyer-token",
		"a query value":           "merchant secret|id is not ours",
		"an escaped query value":  "merchant secret%7Cid is not ours",
		"the auth token":          "token secret-authtoken has expired",
		"the signature":           "Authorization: secret-signature",
	} {
		for kind, failure := range map[string]error{
			"all of it": errors.New(text),
			"a layer":   wrap{text, fmt.Errorf("dial: %w", syscall.ECONNREFUSED)},
			"beneath":   fmt.Errorf("proxy: %w", wrap{text, syscall.ECONNREFUSED}),
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				logger, lines := logged()
				client := newClient(t, transport.Config{Retry: quick, Logger: logger, Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, failure })})
				result, err := client.Send(t.Context(), newRequest(http.MethodGet, tokenURL, ""), rules{})
				require.Error(t, err)
				assert.NotContains(t, err.Error(), "secret")
				assert.NotContains(t, result.Attempts[0].Err.Error(), "secret")
				assert.NotContains(t, lines.String(), "secret")
				assert.Equal(t, kind != "all of it", errors.Is(err, syscall.ECONNREFUSED), "a clean cause is kept")
			})
		}
	}
}

func TestSigningErrorsQuoteNoPartOfTheRequest(t *testing.T) {
	t.Parallel()
	req := newRequest(http.MethodPost, tokenURL, "{}")
	_, err := newClient(t, transport.Config{Base: script(t), Signer: signFunc(func(r *http.Request, _ signing.PayloadHash, _ time.Time) error {
		return fmt.Errorf("cannot sign for %s", r.Header.Get("X-Amz-Pay-Authtoken"))
	})}).Send(t.Context(), req, rules{})
	_, ok := errors.AsType[*transport.SigningError](err)
	require.True(t, ok, "%T", err)
	assert.NotContains(t, err.Error(), "secret")
	require.ErrorContains(t, err, "message redacted")
}

func TestInterruptedErrorTellsHowFarTheCallCame(t *testing.T) {
	t.Parallel()
	err := &transport.InterruptedError{
		Cause:      context.Canceled,
		StatusCode: 503,
		Err:        &transport.NetworkError{Err: syscall.ECONNRESET},
	}
	assert.Equal(t, "transport: the context ended before the call was done: context canceled; the last answer had status 503; "+
		"the last attempt: no complete answer: connection reset by peer", err.Error())
	require.ErrorIs(t, err, syscall.ECONNRESET)
	assert.Equal(t, "transport: the context ended before the call was done", new(transport.InterruptedError).Error())
}

// A dialler's own time-out matches context.DeadlineExceeded; it is not the caller's.
func TestDialTimeoutIsNotTheCallersDeadline(t *testing.T) {
	t.Parallel()
	base := transport.NewBase()
	base.Proxy = nil
	base.DialContext = (&net.Dialer{Timeout: time.Nanosecond}).DialContext
	_, err := newClient(t, transport.Config{Base: base, Retry: quick}).Send(t.Context(), newRequest(http.MethodGet, "https://127.0.0.1:9/", ""), rules{})
	require.Error(t, err)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	assertTimeout(t, err)
	op, ok := errors.AsType[*net.OpError](err)
	require.True(t, ok, "the cause can still be looked at")
	assert.Equal(t, "dial", op.Op)
}

// Trap: a second http.Client round the loop wraps errors twice and brings a time-out and
// a redirect policy of its own.
func TestTrapErrorsAreWrappedTwice(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, transport.Config{Retry: quick, Base: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, syscall.ECONNREFUSED
	})}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
	network, ok := err.(*transport.NetworkError) //nolint:errorlint // That nothing is wrapped round it is the point.
	require.True(t, ok, "%T", err)
	assert.Equal(t, syscall.ECONNREFUSED, network.Err)
}

// Trap: the final error's text has the URL, with the tokens in its path.
func TestTrapErrorTextHasTheURL(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"net/url's error":         &url.Error{Op: "Get", URL: testURL, Err: syscall.ECONNRESET},
		"wrapped by a middleware": wrap{testURL, &url.Error{Op: "Get", URL: testURL, Err: syscall.ECONNRESET}},
		"a middleware's own text": wrap{"GET /sandbox/v2/buyers/secret-token", syscall.ECONNRESET},
		"another address":         &url.Error{Op: "Get", URL: "https://proxy.invalid/secret", Err: syscall.ECONNRESET},
		"nothing but the address": errors.New("cannot reach " + testURL),
		"joined":                  errors.Join(&url.Error{Op: "Get", URL: testURL, Err: syscall.ECONNRESET}, errors.New(testURL)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, lines := logged()
			client := newClient(t, transport.Config{Retry: quick, Logger: logger, Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })})
			result, got := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			_, ok := errors.AsType[*transport.NetworkError](got)
			require.True(t, ok, "%T", got)
			assert.NotContains(t, got.Error(), "secret")
			assert.NotContains(t, got.Error(), "pay-api.invalid")
			assert.NotContains(t, result.Attempts[0].Err.Error(), "secret")
			assert.NotContains(t, lines.String(), "secret")
		})
	}
}

type wrap struct {
	text string
	err  error
}

func (w wrap) Error() string { return w.text + ": " + w.err.Error() }
func (w wrap) Unwrap() error { return w.err }
