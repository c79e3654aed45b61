package transport_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
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

// A policy may end a call that could go on, but cannot add an attempt to one that may not.
func TestPolicyMayRefuseButNotAdd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		p := rules{refuse: func(answer *transport.Answer) bool {
			asked = append(asked, answer.Status)
			assert.Equal(t, "yes", answer.Header.Get("X-Seen"))
			return strings.Contains(string(answer.Body), "ProcessingFailure")
		}}
		base := script(t, newAnswer(500, "InternalServerError", "X-Seen", "yes"), newAnswer(500, "ProcessingFailure", "X-Seen", "yes"))
		result, err := newClient(t, transport.Config{Base: base}).Send(t.Context(), newRequest(http.MethodPost, testURL, "{}"), p)
		require.NoError(t, err)
		assert.Equal(t, "ProcessingFailure", string(result.Answer.Body))
		assert.Equal(t, []int{500, 500}, asked)

		for name, step := range map[string]any{"too large": newAnswer(503, "12345"), "a wait past the limit": newAnswer(503, "", "Retry-After", "60"), "certificate": x509.UnknownAuthorityError{}} {
			client := newClient(t, transport.Config{Base: script(t, step), MaxAnswerBytes: 4})
			result, _ = client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), always{})
			assert.Len(t, result.Attempts, 1, name)
		}
		client := newClient(t, transport.Config{Base: script(t, newAnswer(503, ""))})
		result, err = client.Send(t.Context(), once(newRequest(http.MethodGet, testURL, "")), always{})
		require.NoError(t, err)
		assert.Len(t, result.Attempts, 1)
	})
}

// always is a policy that asks for another attempt whatever it is told.
type always struct{}

func (always) Admit(context.Context) error { return nil }
func (always) Judge(context.Context, transport.Attempt, *transport.Answer, bool) transport.Verdict {
	return transport.Verdict{Repeat: true}
}

func TestContextEndedBeforeTheFirstAttempt(t *testing.T) {
	t.Parallel()
	reason := errors.New("no longer wanted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	client := newClient(t, transport.Config{Base: script(t), Signer: signFunc(func(*http.Request, signing.PayloadHash, time.Time) error {
		t.Error("a request was signed")
		return nil
	})})
	result, err := client.Send(ctx, newRequest(http.MethodPost, testURL, "{}"), rules{admit: func(context.Context) error {
		t.Error("an attempt was admitted")
		return nil
	}})
	interrupted, ok := errors.AsType[*transport.InterruptedError](err)
	require.True(t, ok, "%T", err)
	require.ErrorIs(t, err, reason)
	require.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, result.Answer)
	assert.Zero(t, interrupted.StatusCode)
	require.NoError(t, interrupted.Err)
	assert.Empty(t, result.Attempts)
}

func TestContextEndsDuringAnAttempt(t *testing.T) {
	t.Parallel()
	hang := roundTrip(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	for name, first := range map[string]answer{"the first": {}, "a later one": newAnswer(503, "busy")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				steps := 0
				client := newClient(t, transport.Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
					if steps++; steps == 1 && first.Response != nil {
						return first.Response, nil
					}
					return hang(r)
				})})
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				start := time.Now()
				result, err := client.Send(ctx, newRequest(http.MethodGet, testURL, ""), rules{})
				assert.Equal(t, 20*time.Second, time.Since(start))
				interrupted, ok := errors.AsType[*transport.InterruptedError](err)
				require.True(t, ok, "%T", err)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				_, ok = errors.AsType[*transport.NetworkError](err)
				assert.True(t, ok, "it is also the network error of the attempt")
				require.Error(t, result.Attempts[len(result.Attempts)-1].Err)
				if first.Response == nil {
					assert.Nil(t, result.Answer)
					assert.Zero(t, interrupted.StatusCode)
					assert.Len(t, result.Attempts, 1)
				} else {
					assert.Equal(t, "busy", string(result.Answer.Body))
					assert.Equal(t, 503, interrupted.StatusCode)
					assert.Len(t, result.Attempts, 2)
				}
			})
		})
	}
}

// An answer that came is an answer, even if the context ended while it came.
func TestContextEndsWithTheAnswer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := newClient(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
		cancel()
		return newAnswer(201, "charged").Response, nil
	})})
	result, err := client.Send(ctx, newRequest(http.MethodPost, testURL, "{}"), rules{})
	require.NoError(t, err)
	assert.Equal(t, "charged", string(result.Answer.Body))
}

// The tests named Trap each name a trap of go-retryablehttp: what it, or net/http beneath it, does
// by default. They check what must be seen instead.

// Trap: a default logger prints every URL to standard error.
func TestTrapLoggerOnStandardError(t *testing.T) {
	t.Parallel()
	if os.Getenv("TRANSPORT_TEST_CHILD") != "" {
		client := newClient(t, transport.Config{Retry: quick, Base: script(t, syscall.ECONNRESET, newAnswer(503, ""), newAnswer(200, ""))})
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
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
	_, err := newClient(t, cfg).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
	require.NoError(t, err)
}

// Trap: an error of the signing round tripper looks like a network failure, so a bad key
// is tried again and again.
func TestTrapSigningFailureIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the key store is away")
		signatures := 0
		client := newClient(t, transport.Config{
			Signer: signFunc(func(*http.Request, signing.PayloadHash, time.Time) error { signatures++; return broken }),
			Base:   script(t),
		})
		start := time.Now()
		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		assert.Nil(t, result.Answer)
		_, ok := errors.AsType[*transport.SigningError](err)
		assert.True(t, ok, "%T", err)
		require.ErrorIs(t, err, broken)
		assert.Equal(t, 1, signatures)
		assert.Empty(t, result.Attempts, "nothing was sent")
		assert.Zero(t, time.Since(start))
	})
}

// Trap: the last error answer is drained and thrown away; "giving up" is all that is left.
func TestTrapLastAnswerIsThrownAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, transport.Config{Base: script(t,
			newAnswer(503, "first"), newAnswer(500, "second"), syscall.ECONNRESET, newAnswer(502, `{"reasonCode":"last"}`, "X-Amz-Pay-Request-Id", "4"))})
		result, err := client.Send(t.Context(), newRequest(http.MethodPost, testURL, "{}"), rules{})
		require.NoError(t, err)
		assert.Equal(t, 502, result.Answer.Status)
		assert.Equal(t, "4", result.Answer.Header.Get("X-Amz-Pay-Request-Id"))
		assert.JSONEq(t, `{"reasonCode":"last"}`, string(result.Answer.Body))
		assert.Equal(t, []int{503, 500, 0, 502}, statuses(result))
		require.ErrorIs(t, result.Attempts[2].Err, syscall.ECONNRESET)
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
				result, err := newClient(t, transport.Config{Base: script(t, steps...), MaxAnswerBytes: 50}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
				if err == nil {
					assert.NotNil(t, result.Answer)
				}
				_, failed := steps[len(steps)-1].(error)
				assert.Equal(t, failed || strings.Contains(name, "too large"), err != nil)
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
		client := newClient(t, transport.Config{Base: script(t, newAnswer(503, "busy"))})
		shutDown := errors.New("shutting down")
		ctx, cancel := context.WithCancelCause(t.Context())
		start := time.Now()
		time.AfterFunc(100*time.Millisecond, func() { cancel(shutDown) })
		result, err := client.Send(ctx, newRequest(http.MethodGet, testURL, ""), rules{})
		assert.Equal(t, 100*time.Millisecond, time.Since(start))
		interrupted, ok := errors.AsType[*transport.InterruptedError](err)
		require.True(t, ok, "%T", err)
		assert.Equal(t, shutDown, interrupted.Cause)
		require.ErrorIs(t, err, shutDown)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, interrupted.Err)
		assert.Equal(t, 503, interrupted.StatusCode)
		require.NotNil(t, result.Answer)
		assert.Equal(t, 503, result.Answer.Status)
		assert.Equal(t, "busy", string(result.Answer.Body))
		assert.Equal(t, []int{503}, statuses(result))
	})
}

// Trap: without a CheckRetry and a Backoff, the zero client panics.
func TestTrapZeroValuePanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, err := transport.New(transport.Config{Signer: stamp, Base: script(t, newAnswer(503, ""), syscall.ECONNRESET, newAnswer(200, "ok"))})
		require.NoError(t, err)
		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, "ok", string(result.Answer.Body))
	})
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
		result, err := newClient(t, transport.Config{Base: base}).Send(t.Context(), newRequest(http.MethodPost, server.URL, "{}"), rules{})
		require.NoError(t, err)
		assert.Equal(t, status, result.Answer.Status)
		assert.Equal(t, other.URL+"/elsewhere", result.Answer.Header.Get("Location"))
		assert.Equal(t, "see other", string(result.Answer.Body))
		assert.Len(t, result.Attempts, 1)
	}
	assert.Zero(t, strayed.Load())
}

// Trap: every final failure closes the idle connections of a transport that others use.
func TestTrapIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	base := &idleCloser{roundTrip: script(t, syscall.ECONNRESET, newAnswer(503, ""))}
	client := newClient(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}})
	_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
	require.Error(t, err)
	_, err = client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
	require.NoError(t, err)
	assert.Zero(t, base.closed)
}

type idleCloser struct {
	roundTrip
	closed int
}

func (c *idleCloser) CloseIdleConnections()                      { c.closed++ }
func (c *idleCloser) Do(r *http.Request) (*http.Response, error) { return c.RoundTrip(r) }

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
			result, err := newClient(t, transport.Config{Base: script(t, step)}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			_, failed := step.(error)
			assert.Equal(t, failed, err != nil)
			assert.Len(t, result.Attempts, 1)
		})
	}
}

// Trap: the client must not be copied or changed once in use. Calls with settings of their
// own run at the same time here; the race detector watches.
func TestTrapClientIsChangedInUse(t *testing.T) {
	t.Parallel()
	logger, _ := logged()
	client := newClient(t, transport.Config{Retry: quick, Logger: logger, Base: roundTrip(func(*http.Request) (*http.Response, error) {
		return newAnswer(503, "busy").Response, nil
	})})
	var callers sync.WaitGroup
	for i := range 32 {
		callers.Go(func() {
			r := newRequest(http.MethodPost, testURL, `{"a":1}`)
			r.Retry = i%2 == 0
			result, err := client.Send(t.Context(), r, rules{})
			if assert.NoError(t, err) {
				assert.Equal(t, 503, result.Answer.Status)
			}
			assert.Len(t, result.Attempts, map[bool]int{false: 1, true: 4}[r.Retry])
		})
	}
	callers.Wait()
}
