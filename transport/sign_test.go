package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	client := newClient(t, transport.Config{
		Signer: newSigner(t), Base: base, Retry: quick,
		Now: func() time.Time { clock = clock.Add(time.Second); return clock },
	})
	result, err := client.Send(t.Context(), newRequest(http.MethodPost, server.URL+"/sandbox/v2/charges?a=b%20c", `{"a":"ä"}`), rules{})
	require.NoError(t, err)
	assert.Equal(t, 200, result.Answer.Status)
	assert.Equal(t, []int{503, 503, 503, 200}, statuses(result))
	assert.Equal(t, []string{testKey, testKey, testKey, testKey}, keys)
	assert.Equal(t, []string{`{"a":"ä"}`, `{"a":"ä"}`, `{"a":"ä"}`, `{"a":"ä"}`}, bodies)
	for i, a := range result.Attempts {
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
		client := newClient(t, transport.Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})})
		result, err := client.Send(t.Context(), newRequest(http.MethodPost, testURL, "{}"), rules{})
		_, ok := errors.AsType[*transport.NetworkError](err)
		require.True(t, ok, "%T", err)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		assertTimeout(t, err)
		require.Len(t, result.Attempts, 4)
		for _, a := range result.Attempts {
			assert.Equal(t, 30*time.Second, a.Duration)
			assertTimeout(t, a.Err)
		}
	})
}

// A time-out that nobody stops would hold the answer for its whole length.
func TestAttemptsContextEndsWithTheAttempt(t *testing.T) {
	t.Parallel()
	var attempts []context.Context
	client := newClient(t, transport.Config{Retry: quick, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		for _, earlier := range attempts {
			if earlier.Err() == nil {
				t.Error("an earlier attempt's context has not ended")
			}
		}
		attempts = append(attempts, r.Context())
		return newAnswer(503, "busy").Response, nil
	})})
	_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
	require.NoError(t, err)
	require.Len(t, attempts, 4)
	assert.ErrorIs(t, attempts[3].Err(), context.Canceled)
}

func TestSigningIsPartOfTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, transport.Config{AttemptTimeout: time.Second, Base: script(t), Signer: signFunc(
			func(r *http.Request, _ signing.PayloadHash, _ time.Time) error {
				<-r.Context().Done() // a key store that does not answer
				return fmt.Errorf("key store: %w", r.Context().Err())
			})})
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		_, ok := errors.AsType[*transport.SigningError](err)
		require.True(t, ok, "%T", err)
		assertTimeout(t, err)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
	})
}

// A custom signer may count on there being a header.
func TestRequestWithoutAHeader(t *testing.T) {
	t.Parallel()
	signer := signFunc(func(r *http.Request, _ signing.PayloadHash, _ time.Time) error {
		r.Header.Set("Authorization", "signed")
		return nil
	})
	req := newRequest(http.MethodGet, testURL, "")
	req.Header = nil
	_, err := newClient(t, transport.Config{Signer: signer, Base: script(t, newAnswer(http.StatusOK, "{}"))}).Send(t.Context(), req, rules{})
	require.NoError(t, err)
	assert.Nil(t, req.Header, "the request is not changed")
}

func TestRequestsWithoutABody(t *testing.T) {
	t.Parallel()
	for name, body := range map[string][]byte{"none": nil, "empty": {}} {
		req := newRequest(http.MethodPost, testURL, "")
		req.Body = body
		_, err := newClient(t, transport.Config{
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
		}).Send(t.Context(), req, rules{})
		require.NoError(t, err, name)
	}
}

// Trap: a consumed body is sent empty the second time.
func TestTrapBodyIsConsumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		var hashes []signing.PayloadHash
		client := newClient(t, transport.Config{
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
		req := newRequest(http.MethodPost, testURL, `{"a":1}`)
		_, err := client.Send(t.Context(), req, rules{})
		require.NoError(t, err)
		assert.Equal(t, []string{`{"a":1}`, `{"a":1}`, `{"a":1}`, `{"a":1}`}, sent)
		want := signing.HashPayload([]byte(`{"a":1}`))
		assert.Equal(t, []signing.PayloadHash{want, want, want, want}, hashes)
		assert.JSONEq(t, `{"a":1}`, string(req.Body))
	})
}

// Trap: the copies of the request share one header map, which the attempt before may
// still be reading (the race detector sees it), and which is the caller's.
func TestTrapSharedHeaderMap(t *testing.T) {
	t.Parallel()
	var readers sync.WaitGroup
	client := newClient(t, transport.Config{Retry: quick, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		assert.Empty(t, r.Header.Get("X-Base"))
		r.Header.Set("X-Base", "a round tripper must not do this, but some do")
		assert.Equal(t, testURL, r.URL.String())
		r.URL.Path = "/spoilt"
		readers.Go(func() { _ = r.Header.Write(io.Discard) })
		return newAnswer(503, "").Response, nil
	})})
	req := newRequest(http.MethodPost, testURL, `{"a":1}`)
	before := req.Header.Clone()
	_, err := client.Send(t.Context(), req, rules{})
	readers.Wait()
	require.NoError(t, err)
	assert.Equal(t, before, req.Header)
}

// What goes out cannot be sent again by net/http: it has no GetBody. It can be looked at without
// being read.
func TestBodyOnTheWire(t *testing.T) {
	t.Parallel()
	client := newClient(t, transport.Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		assert.Nil(t, r.GetBody)
		_, rewinds := r.Body.(io.Seeker)
		assert.False(t, rewinds, "what was read counts as sent")
		at, ok := r.Body.(io.ReaderAt)
		if assert.True(t, ok) {
			looked, err := io.ReadAll(io.NewSectionReader(at, 0, r.ContentLength))
			assert.NoError(t, err)
			assert.JSONEq(t, `{"a":1}`, string(looked))
		}
		read, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.JSONEq(t, `{"a":1}`, string(read))
		return newAnswer(200, "").Response, nil
	})})
	_, err := client.Send(t.Context(), newRequest(http.MethodPost, testURL, `{"a":1}`), rules{})
	require.NoError(t, err)
}
