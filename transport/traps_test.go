package transport_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// The tests of this file each name a trap of go-retryablehttp: what it, or net/http
// beneath it, does by default, and what must be seen instead.

// Trap: a default logger prints every URL to standard error.
func TestTrapLoggerOnStandardError(t *testing.T) {
	t.Parallel()
	if os.Getenv("TRANSPORT_TEST_CHILD") != "" {
		doer := newDoer(t, transport.Config{Retry: quick, Base: script(t, syscall.ECONNRESET, newAnswer(503, ""), newAnswer(200, ""))})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTrapLoggerOnStandardError$")
	child.Env = append(os.Environ(), "TRANSPORT_TEST_CHILD=1", "GOCOVERDIR="+t.TempDir())
	var stderr strings.Builder
	child.Stderr = &stderr
	require.NoError(t, child.Run())
	assert.Empty(t, stderr.String())
}

// Trap: a typed nil for a logger panics at the first call.
func TestTrapTypedNilLogger(t *testing.T) {
	t.Parallel()
	cfg := transport.Config{Base: script(t, newAnswer(200, ""))}
	cfg.Logger = nil // a *slog.Logger field has no other nil than the typed one
	_, err := newDoer(t, cfg).Do(newRequest(t, http.MethodGet, testURL, ""))
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
					doer := newDoer(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
						return newAnswer(503, "").Response, failure
					})})
					req := newRequest(t, tc.method, testURL, "")
					req.Header.Del("X-Amz-Pay-Idempotency-Key")
					if tc.key != "" {
						req.Header.Set("X-Amz-Pay-Idempotency-Key", tc.key)
					}
					call := &transport.Call{NoRetry: tc.noRetry}
					_, err := doer.Do(withCall(req, call))
					assert.Equal(t, failure != nil, err != nil)
					assert.Len(t, call.Attempts, tc.attempts)
				})
			})
		}
	}
}

// Trap: an error of the signing round tripper looks like a network failure, so a bad key
// is tried again and again.
func TestTrapSigningFailureIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the key store is away")
		signatures := 0
		doer := newDoer(t, transport.Config{
			Signer: signFunc(func(*http.Request, signing.PayloadHash, time.Time) error { signatures++; return broken }),
			Base:   script(t),
		})
		start, call := time.Now(), new(transport.Call)
		resp, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		assert.Nil(t, resp.Response)
		_, ok := errors.AsType[*transport.SigningError](err)
		assert.True(t, ok, "%T", err)
		require.ErrorIs(t, err, broken)
		assert.Equal(t, 1, signatures)
		assert.Empty(t, call.Attempts, "nothing was sent")
		assert.Zero(t, time.Since(start))
	})
}

// Trap: the last error answer is drained and thrown away; "giving up" is all that is left.
func TestTrapLastAnswerIsThrownAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		call := new(transport.Call)
		doer := newDoer(t, transport.Config{Base: script(t,
			newAnswer(503, "first"), newAnswer(500, "second"), syscall.ECONNRESET, newAnswer(502, `{"reasonCode":"last"}`, "X-Amz-Pay-Request-Id", "4"))})
		resp, err := doer.Do(withCall(newRequest(t, http.MethodPost, testURL, "{}"), call))
		require.NoError(t, err)
		assert.Equal(t, 502, resp.StatusCode)
		assert.Equal(t, "4", resp.Header.Get("X-Amz-Pay-Request-Id"))
		assert.JSONEq(t, `{"reasonCode":"last"}`, readAll(t, resp))
		assert.Equal(t, []int{503, 500, 0, 502}, statuses(call))
		require.ErrorIs(t, call.Attempts[2].Err, syscall.ECONNRESET)
	})
}

// Trap: response and error can come together, with the body open.
func TestTrapResponseAndError(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]any{
		"answer":                    {newAnswer(200, "ok")},
		"answer after answers":      {newAnswer(503, "no"), newAnswer(503, "no"), newAnswer(503, "no"), newAnswer(503, "no")},
		"error after answers":       {newAnswer(503, "no"), newAnswer(503, "no"), newAnswer(503, "no"), syscall.ECONNRESET},
		"too large an answer":       {newAnswer(200, strings.Repeat("x", 100))},
		"answer after one too many": {newAnswer(503, "no"), newAnswer(400, "no")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				open := 0
				for _, step := range steps {
					if resp, ok := step.(answer); ok {
						open++
						resp.Body = closer{resp.Body, func() { open-- }}
					}
				}
				resp, err := newDoer(t, transport.Config{Base: script(t, steps...), MaxAnswerBytes: 50}).Do(newRequest(t, http.MethodGet, testURL, ""))
				assert.NotEqual(t, resp.Response == nil, err == nil)
				assert.Zero(t, open, "bodies left open")
			})
		})
	}
}

type closer struct {
	io.Reader
	onClose func()
}

func (c closer) Close() error { c.onClose(); return nil }

// Trap: a context that ends during a wait yields its bare Err, without cause or answer.
func TestTrapInterruptedWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		doer := newDoer(t, transport.Config{Base: script(t, newAnswer(503, "busy"))})
		shutDown := errors.New("shutting down")
		ctx, cancel := context.WithCancelCause(t.Context())
		start, call := time.Now(), new(transport.Call)
		time.AfterFunc(100*time.Millisecond, func() { cancel(shutDown) })
		resp, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, "").WithContext(ctx), call))
		assert.Nil(t, resp.Response)
		assert.Equal(t, 100*time.Millisecond, time.Since(start))
		interrupted, ok := errors.AsType[*transport.InterruptedError](err)
		require.True(t, ok, "%T", err)
		assert.Equal(t, shutDown, interrupted.Cause)
		require.ErrorIs(t, err, shutDown)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, interrupted.Err)
		require.NotNil(t, interrupted.Response)
		assert.Equal(t, 503, interrupted.Response.StatusCode)
		assert.Equal(t, "busy", readAll(t, answer{interrupted.Response}))
		assert.Equal(t, []int{503}, statuses(call))
	})
}

// Trap: without a CheckRetry and a Backoff, the zero client panics.
func TestTrapZeroValuePanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		doer, err := transport.New(transport.Config{Signer: stamp, Base: script(t, newAnswer(503, ""), syscall.ECONNRESET, newAnswer(200, "ok"))})
		require.NoError(t, err)
		resp, err := tested{doer}.Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		assert.Equal(t, "ok", readAll(t, resp))
	})
}

// Trap: a consumed body is sent empty the second time.
func TestTrapBodyIsConsumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		var hashes []signing.PayloadHash
		doer := newDoer(t, transport.Config{
			Signer: signFunc(func(_ *http.Request, h signing.PayloadHash, _ time.Time) error {
				hashes = append(hashes, h)
				return nil
			}),
			Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				assert.NoError(t, r.Body.Close())
				assert.EqualValues(t, len(body), r.ContentLength)
				sent = append(sent, string(body))
				return newAnswer(503, "").Response, nil
			}),
		})
		req := newRequest(t, http.MethodPost, testURL, `{"a":1}`)
		original := &watchedBody{}
		req.Body = original
		_, err := doer.Do(req)
		require.NoError(t, err)
		assert.Equal(t, []string{`{"a":1}`, `{"a":1}`, `{"a":1}`, `{"a":1}`}, sent)
		want := signing.HashPayload([]byte(`{"a":1}`))
		assert.Equal(t, []signing.PayloadHash{want, want, want, want}, hashes)
		assert.False(t, original.read, "the caller's body was read")
		assert.True(t, original.closed, "the caller's body was left open")
	})
}

type watchedBody struct{ read, closed bool }

func (b *watchedBody) Read([]byte) (int, error) { b.read = true; return 0, io.EOF }
func (b *watchedBody) Close() error             { b.closed = true; return nil }

// Trap: the copies of the request share one header map, which the attempt before may
// still be reading (the race detector sees it), and which is the caller's.
func TestTrapSharedHeaderMap(t *testing.T) {
	t.Parallel()
	var readers sync.WaitGroup
	doer := newDoer(t, transport.Config{Retry: quick, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		r.Header.Set("X-Base", "a round tripper must not do this, but some do")
		readers.Go(func() { _ = r.Header.Write(io.Discard) })
		return newAnswer(503, "").Response, nil
	})})
	req := newRequest(t, http.MethodPost, testURL, `{"a":1}`)
	before := req.Clone(t.Context())
	_, err := doer.Do(req)
	readers.Wait()
	require.NoError(t, err)
	assert.Equal(t, before.Header, req.Header)
	assert.Equal(t, before.URL, req.URL)
	assert.Equal(t, before.Host, req.Host)
}

// Trap: redirects are followed within the loop, signed again for the other host, with our
// headers.
func TestTrapRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	other, _ := newServer(t, nil, func(http.ResponseWriter, *http.Request) { strayed.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		server, base := newServer(t, nil, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.URL+"/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "see other")
		})
		base.TLSClientConfig.RootCAs.AddCert(other.Certificate())
		call := new(transport.Call)
		resp, err := newDoer(t, transport.Config{Base: base}).Do(withCall(newRequest(t, http.MethodPost, server.URL, "{}"), call))
		require.NoError(t, err)
		assert.Equal(t, status, resp.StatusCode)
		assert.Equal(t, other.URL+"/elsewhere", resp.Header.Get("Location"))
		assert.Equal(t, "see other", readAll(t, resp))
		assert.Len(t, call.Attempts, 1)
	}
	assert.Zero(t, strayed.Load())
}

// Trap: a redirect whose Location cannot be parsed becomes an error, which would be
// retried although the service has answered.
func TestTrapMalformedLocation(t *testing.T) {
	t.Parallel()
	doer := newDoer(t, transport.Config{Base: script(t, newAnswer(303, "done", "Location", "https://%zz"))})
	resp, err := doer.Do(newRequest(t, http.MethodPost, testURL, "{}"))
	require.NoError(t, err)
	assert.Equal(t, 303, resp.StatusCode)
	assert.Equal(t, "done", readAll(t, resp))
}

// Trap: 4 KiB of an error are drained, so a longer one costs the connection.
func TestTrapLongErrorsCostTheConnection(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	server, base := newServer(t, func(s *httptest.Server) {
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				conns.Add(1)
			}
		}
	}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
	})
	resp, err := newDoer(t, transport.Config{Base: base, Retry: quick}).Do(newRequest(t, http.MethodGet, server.URL, ""))
	require.NoError(t, err)
	assert.Len(t, readAll(t, resp), 100_000)
	assert.EqualValues(t, 1, conns.Load())
}

// Trap: every final failure closes the idle connections of a transport that others use.
func TestTrapIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	base := &idleCloser{roundTrip: script(t, syscall.ECONNRESET, newAnswer(503, ""))}
	doer := newDoer(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}})
	_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
	require.Error(t, err)
	_, err = doer.Do(newRequest(t, http.MethodGet, testURL, ""))
	require.NoError(t, err)
	assert.Zero(t, base.closed)
}

type idleCloser struct {
	roundTrip
	closed int
}

func (c *idleCloser) CloseIdleConnections() { c.closed++ }

// Trap: a policy that says stop, or returns an error, is not always obeyed: here every
// final outcome is final at once.
func TestTrapStopIsNotObeyed(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]any{
		"an unknown authority": x509.UnknownAuthorityError{},
		"another host":         x509.HostnameError{Certificate: new(x509.Certificate), Host: "a"},
		"an expired one":       x509.CertificateInvalidError{Reason: x509.Expired},
		"400":                  newAnswer(400, ""),
		"404":                  newAnswer(404, ""),
		"409":                  newAnswer(409, ""),
		"422":                  newAnswer(422, ""),
		"501":                  newAnswer(501, ""),
		"200":                  newAnswer(200, ""),
		"202":                  newAnswer(202, ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := new(transport.Call)
			_, err := newDoer(t, transport.Config{Base: script(t, step)}).Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			_, failed := step.(error)
			assert.Equal(t, failed, err != nil)
			assert.Len(t, call.Attempts, 1)
		})
	}
}

// Trap: the client must not be copied or changed once in use. Calls with settings of their
// own run at the same time here; the race detector watches.
func TestTrapClientIsChangedInUse(t *testing.T) {
	t.Parallel()
	logger, _ := logged()
	doer := newDoer(t, transport.Config{Retry: quick, Logger: logger, Base: roundTrip(func(*http.Request) (*http.Response, error) {
		return newAnswer(503, "busy").Response, nil
	})})
	var callers sync.WaitGroup
	for i := range 32 {
		callers.Go(func() {
			call := &transport.Call{NoRetry: i%2 == 0}
			resp, err := doer.Do(withCall(newRequest(t, http.MethodPost, testURL, `{"a":1}`), call))
			if assert.NoError(t, err) {
				assert.Equal(t, 503, resp.StatusCode)
			}
			assert.Len(t, call.Attempts, map[bool]int{true: 1, false: 4}[call.NoRetry])
		})
	}
	callers.Wait()
}

// Trap: a second http.Client round the loop wraps errors twice and brings a time-out and
// a redirect policy of its own.
func TestTrapErrorsAreWrappedTwice(t *testing.T) {
	t.Parallel()
	_, err := newDoer(t, transport.Config{Retry: quick, Base: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, syscall.ECONNREFUSED
	})}).Do(newRequest(t, http.MethodGet, testURL, ""))
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
			call := new(transport.Call)
			doer := newDoer(t, transport.Config{Retry: quick, Logger: logger, Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })})
			_, got := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			_, ok := errors.AsType[*transport.NetworkError](got)
			require.True(t, ok, "%T", got)
			assert.NotContains(t, got.Error(), "secret")
			assert.NotContains(t, got.Error(), "pay-api.invalid")
			assert.NotContains(t, call.Attempts[0].Err.Error(), "secret")
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
