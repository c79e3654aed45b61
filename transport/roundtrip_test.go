package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

func TestEachAttemptIsSignedForItsOwnDate(t *testing.T) {
	t.Parallel()
	var dates, bodies, keys, signatures []string
	server, base := newServer(t, nil, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.NoError(t, signing.Verify(r, body, &rsaKey().PublicKey))
		dates = append(dates, r.Header.Get("X-Amz-Pay-Date"))
		keys = append(keys, r.Header.Get("X-Amz-Pay-Idempotency-Key"))
		signatures = append(signatures, r.Header.Get("Authorization"))
		bodies = append(bodies, string(body))
		if len(dates) <= 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	clock := time.Date(2026, 11, 23, 12, 0, 0, 999_999_999, time.UTC)
	doer := newDoer(t, transport.Config{
		Signer: newSigner(t), Base: base, Retry: quick,
		Now: func() time.Time { clock = clock.Add(time.Second); return clock },
	})
	call := &transport.Call{Operation: "CreateCharge"}
	resp, err := doer.Do(withCall(newRequest(t, http.MethodPost, server.URL+"/sandbox/v2/charges?a=b%20c", `{"a":"ä"}`), call))
	require.NoError(t, err)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, []int{503, 503, 503, 200}, statuses(call))
	assert.Equal(t, []string{testKey, testKey, testKey, testKey}, keys)
	assert.Equal(t, []string{`{"a":"ä"}`, `{"a":"ä"}`, `{"a":"ä"}`, `{"a":"ä"}`}, bodies)
	for i, a := range call.Attempts {
		assert.Equal(t, dates[i], a.Date.Format(signing.DateFormat))
		assert.Positive(t, a.Duration)
		require.NoError(t, a.Err)
		if i > 0 {
			assert.Greater(t, dates[i], dates[i-1])
			assert.NotEqual(t, signatures[i], signatures[i-1])
		}
	}
}

func TestAttemptTimeoutIsNotTheCallersDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		call := new(transport.Call)
		doer := newDoer(t, transport.Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})})
		_, err := doer.Do(withCall(newRequest(t, http.MethodPost, testURL, "{}"), call))
		_, ok := errors.AsType[*transport.NetworkError](err)
		require.True(t, ok, "%T", err)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		assertTimeout(t, err)
		require.Len(t, call.Attempts, 4)
		for _, a := range call.Attempts {
			assert.Equal(t, 30*time.Second, a.Duration)
			assertTimeout(t, a.Err)
		}
	})
}

func assertTimeout(t *testing.T, err error) {
	t.Helper()
	var timeout interface{ Timeout() bool }
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
}

// A dialler's own time-out matches context.DeadlineExceeded; it is not the caller's.
func TestDialTimeoutIsNotTheCallersDeadline(t *testing.T) {
	t.Parallel()
	base := transport.NewBase()
	base.Proxy = nil
	base.DialContext = (&net.Dialer{Timeout: time.Nanosecond}).DialContext
	_, err := newDoer(t, transport.Config{Base: base, Retry: quick}).Do(newRequest(t, http.MethodGet, "https://127.0.0.1:9/", ""))
	require.Error(t, err)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	assertTimeout(t, err)
	op, ok := errors.AsType[*net.OpError](err)
	require.True(t, ok, "the cause can still be looked at")
	assert.Equal(t, "dial", op.Op)
}

// Real HTTP in a bubble: synctest fails if a goroutine or a timer's channel is left behind.
func TestAttemptTimeoutCoversTheBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		base := newPipes(t, func(w http.ResponseWriter, r *http.Request) {
			if attempts++; attempts > 1 {
				_, _ = io.WriteString(w, "whole")
				return
			}
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		call := new(transport.Call)
		resp, err := newDoer(t, transport.Config{Base: base, AttemptTimeout: 3 * time.Second}).Do(withCall(newRequest(t, http.MethodGet, "http://pay.invalid/", ""), call))
		require.NoError(t, err)
		assert.Equal(t, "whole", readAll(t, resp))
		assert.Equal(t, []int{0, 200}, statuses(call))
		assert.Equal(t, 3*time.Second, call.Attempts[0].Duration)
		assertTimeout(t, call.Attempts[0].Err)
	})
}

func TestBodyThatBreaksOffIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		base := newPipes(t, func(w http.ResponseWriter, _ *http.Request) {
			if attempts++; attempts > 1 {
				_, _ = io.WriteString(w, "whole")
				return
			}
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
		call := new(transport.Call)
		resp, err := newDoer(t, transport.Config{Base: base}).Do(withCall(newRequest(t, http.MethodPost, "http://pay.invalid/", "{}"), call))
		require.NoError(t, err)
		assert.Equal(t, "whole", readAll(t, resp))
		assert.Equal(t, []int{0, 200}, statuses(call))
		require.ErrorIs(t, call.Attempts[0].Err, io.ErrUnexpectedEOF)
	})
}

func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := newPipes(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server notices that the client is gone only after that
			if r.URL.Path == "/hang" {
				<-r.Context().Done()
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		doer := newDoer(t, transport.Config{Base: base})
		var callers sync.WaitGroup
		for i := range 16 {
			callers.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*200*time.Millisecond)
				defer cancel()
				_, _ = doer.Do(newRequest(t, http.MethodPost, "http://pay.invalid/"+[]string{"hang", "busy"}[i%2], "{}").WithContext(ctx))
			})
		}
		callers.Wait()
	})
}

// A time-out that nobody stops would hold the answer for its whole length.
func TestAttemptsContextEndsWithTheAttempt(t *testing.T) {
	t.Parallel()
	var attempts []context.Context
	doer := newDoer(t, transport.Config{Retry: quick, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		for _, earlier := range attempts {
			if earlier.Err() == nil {
				t.Error("an earlier attempt's context has not ended")
			}
		}
		attempts = append(attempts, r.Context())
		return newAnswer(503, "busy").Response, nil
	})})
	_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
	require.NoError(t, err)
	require.Len(t, attempts, 4)
	assert.ErrorIs(t, attempts[3].Err(), context.Canceled)
}

// endless is a body that says how much of it was read.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) { e.read += int64(len(p)); return len(p), nil }
func (e *endless) Close() error               { return nil }

func TestAnswerIsReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ limit, length, atMost int64 }{
		"50 MB, and it says so":        {0, 50 << 20, 0},
		"50 MB, and it does not say":   {0, -1, 10<<20 + 1},
		"a limit of one's own":         {1000, -1, 1001},
		"it says less than it has":     {1000, 10, 1001},
		"a limit of one's own is told": {1000, 1001, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call, body := new(transport.Call), new(endless)
			resp := newAnswer(503, "")
			resp.ContentLength, resp.Body = tc.length, body
			_, err := newDoer(t, transport.Config{MaxAnswerBytes: tc.limit, Base: script(t, resp)}).Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			tooLarge, ok := errors.AsType[*transport.TooLargeError](err)
			require.True(t, ok, "%T", err)
			assert.Equal(t, 503, tooLarge.StatusCode)
			assert.LessOrEqual(t, body.read, tc.atMost)
			require.Len(t, call.Attempts, 1, "never retried")
			assert.Zero(t, call.Attempts[0].StatusCode)
			assert.Equal(t, err, call.Attempts[0].Err)
		})
	}
	for _, limit := range []int64{5, 6, math.MaxInt64} {
		resp, err := newDoer(t, transport.Config{MaxAnswerBytes: limit, Base: script(t, newAnswer(200, "12345"))}).Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		assert.Equal(t, "12345", readAll(t, resp))
	}
}

func TestAnswerOfHead(t *testing.T) {
	t.Parallel()
	resp := newAnswer(200, "")
	resp.ContentLength, resp.Body = 50<<20, nil
	resp, err := newDoer(t, transport.Config{Base: script(t, resp)}).Do(newRequest(t, http.MethodHead, testURL, ""))
	require.NoError(t, err)
	assert.EqualValues(t, 50<<20, resp.ContentLength)
	assert.Empty(t, readAll(t, resp))
}

func TestSigningIsPartOfTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		doer := newDoer(t, transport.Config{AttemptTimeout: time.Second, Base: script(t), Signer: signFunc(
			func(r *http.Request, _ signing.PayloadHash, _ time.Time) error {
				<-r.Context().Done() // a key store that does not answer
				return fmt.Errorf("key store: %w", r.Context().Err())
			})})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
		_, ok := errors.AsType[*transport.SigningError](err)
		require.True(t, ok, "%T", err)
		assertTimeout(t, err)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestAnswerShowsNoSignature(t *testing.T) {
	t.Parallel()
	req := newRequest(t, http.MethodGet, testURL, "")
	resp, err := newDoer(t, transport.Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		resp := newAnswer(200, "")
		resp.Request = r
		return resp.Response, nil
	})}).Do(req)
	require.NoError(t, err)
	assert.Same(t, req, resp.Request)
	assert.Empty(t, resp.Request.Header.Get("Authorization"))
}

func TestRoundTripperThatReturnsNothing(t *testing.T) {
	t.Parallel()
	_, err := newDoer(t, transport.Config{Retry: quick, Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, nil })}).Do(newRequest(t, http.MethodGet, testURL, ""))
	require.ErrorContains(t, err, "neither an answer nor an error")
}

// A signer of the user's own may count on there being a header.
func TestRequestWithoutAHeader(t *testing.T) {
	t.Parallel()
	signer := signFunc(func(r *http.Request, _ signing.PayloadHash, _ time.Time) error {
		r.Header.Set("Authorization", "signed")
		return nil
	})
	req := newRequest(t, http.MethodGet, testURL, "")
	req.Header = nil
	_, err := newDoer(t, transport.Config{Signer: signer, Base: script(t, newAnswer(http.StatusOK, "{}"))}).Do(req)
	require.NoError(t, err)
	assert.Nil(t, req.Header, "the request is not changed")
}
