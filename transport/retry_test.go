package transport_test

import (
	"context"
	"errors"
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

// Trap: go-retryablehttp sleeps for as long as Retry-After says, at once on 0, a past date or
// an overflow, and looks at it for 429 and 503 only.
func TestTrapRetryAfterIsNotCapped(t *testing.T) {
	t.Parallel()
	const date = "Mon, 23 Nov 2026 12:00:00 GMT"
	normal := [2]time.Duration{250 * time.Millisecond, time.Second}
	never := [2]time.Duration{-1, -1}
	seconds := func(asked float64) [2]time.Duration {
		wait := time.Duration(asked * float64(time.Second))
		return [2]time.Duration{wait, wait + normal[0]}
	}
	for value, want := range map[string][2]time.Duration{
		"":                              normal,
		"0":                             normal,
		"-5":                            normal,
		"soon":                          normal,
		"1.5":                           normal,
		"+5":                            normal,
		"9999999999":                    never, // longer than a time.Duration
		"18446744073709551615":          never,
		"99999999999999999999":          never, // longer than 64 bits
		strings.Repeat("9", 400):        never,
		"1":                             seconds(1),
		" 7 ":                           seconds(7),
		"30":                            seconds(30),
		"31":                            never,
		"3600":                          never,
		"9000000000":                    never,
		"Mon, 23 Nov 2026 12:00:05 GMT": seconds(5), // by the answer's Date, whatever the clock says
		"Mon, 23 Nov 2026 12:00:00 GMT": normal,
		"Mon, 23 Nov 2026 11:59:00 GMT": normal,
		"Mon, 23 Nov 2026 12:01:00 GMT": never,
		"Fri, 31 Dec 9999 23:59:59 GMT": never,
	} {
		for _, status := range []int{408, 425, 429, 500, 502, 503, 504} {
			t.Run(value+"/"+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					doer := newDoer(t, transport.Config{Base: script(t,
						newAnswer(status, "busy", "Retry-After", value, "Date", date), newAnswer(200, ""))})
					resp, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
					require.NoError(t, err)
					if want == never {
						assert.Zero(t, time.Since(start))
						assert.Equal(t, status, resp.StatusCode)
						assert.Equal(t, "busy", readAll(t, resp))
						return
					}
					assert.Equal(t, 200, resp.StatusCode)
					assert.GreaterOrEqual(t, time.Since(start), want[0])
					assert.LessOrEqual(t, time.Since(start), want[1])
				})
			})
		}
	}
}

func TestRetryAfterDateWithoutADateIsMeasuredByTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		later := start.Add(time.Hour + 10*time.Second).UTC().Format(http.TimeFormat)
		doer := newDoer(t, transport.Config{
			Base: script(t, newAnswer(503, "", "Retry-After", later), newAnswer(200, "")),
			Now:  func() time.Time { return time.Now().Add(time.Hour) },
		})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		assert.InDelta(t, 10*time.Second, time.Since(start), float64(250*time.Millisecond))
	})
}

func TestRetryAfterIsOfItsOwnAnswerOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		call := new(transport.Call)
		doer := newDoer(t, transport.Config{Base: script(t, newAnswer(503, "", "Retry-After", "20"), syscall.ECONNRESET, newAnswer(200, ""))})
		_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.LessOrEqual(t, call.Attempts[2].Start.Sub(call.Attempts[1].Start), 2*time.Second)
	})
}

func TestRetryAfterPastTheDeadlineReturnsTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		doer := newDoer(t, transport.Config{Base: script(t, newAnswer(429, "later", "Retry-After", "6"))})
		resp, err := doer.Do(newRequest(t, http.MethodGet, testURL, "").WithContext(ctx))
		require.NoError(t, err)
		assert.Equal(t, "later", readAll(t, resp))
		assert.Zero(t, time.Since(start))
	})
}

// Trap: go-retryablehttp's back-off has no jitter, so clients that failed together come back together.
func TestTrapBackoffHasNoJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rounds = 200
		ceilings := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second}
		seen := make([]map[time.Duration]bool, len(ceilings))
		lowest, highest := make([]time.Duration, len(ceilings)), make([]time.Duration, len(ceilings))
		for i := range seen {
			seen[i], lowest[i] = make(map[time.Duration]bool), time.Hour
		}
		doer := newDoer(t, transport.Config{
			Retry: transport.RetryPolicy{MaxRetries: len(ceilings), Budget: -1},
			Base:  roundTrip(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }),
		})
		for range rounds {
			call := new(transport.Call)
			_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			require.Error(t, err)
			require.Len(t, call.Attempts, len(ceilings)+1)
			for i := range ceilings {
				wait := call.Attempts[i+1].Start.Sub(call.Attempts[i].Start)
				seen[i][wait] = true
				lowest[i], highest[i] = min(lowest[i], wait), max(highest[i], wait)
			}
		}
		for i, ceiling := range ceilings {
			assert.GreaterOrEqual(t, lowest[i], 250*time.Millisecond)
			assert.LessOrEqual(t, highest[i], ceiling)
			assert.Less(t, lowest[i], ceiling/2, "retry %d: the whole range is drawn from", i)
			assert.Greater(t, highest[i], ceiling*8/10, "retry %d: the whole range is drawn from", i)
			assert.Greater(t, len(seen[i]), rounds*9/10, "retry %d: waits are drawn anew", i)
		}
	})
}

func TestRetryPolicyBoundsAreKept(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]transport.RetryPolicy{
		"one value":            {MaxRetries: 80, MinWait: time.Second, MaxWait: time.Second},
		"a minimum above 8 s":  {MaxRetries: 80, MinWait: 20 * time.Second},
		"a maximum below 0.25": {MaxRetries: 80, MaxWait: time.Millisecond},
		"a day":                {MaxRetries: 80, MinWait: time.Second, MaxWait: 24 * time.Hour},
		"all at their highest": {MaxRetries: 80, MinWait: 24 * time.Hour, MaxWait: 24 * time.Hour, MaxRetryAfter: 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				call := new(transport.Call)
				doer := newDoer(t, transport.Config{Retry: policy, Base: roundTrip(func(*http.Request) (*http.Response, error) { return newAnswer(503, "").Response, nil })})
				_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
				require.NoError(t, err)
				require.Len(t, call.Attempts, 81)
				for i, a := range call.Attempts[1:] {
					wait := a.Start.Sub(call.Attempts[i].Start)
					assert.Positive(t, wait)
					assert.GreaterOrEqual(t, wait, policy.MinWait)
					if policy.MaxWait > 0 {
						assert.LessOrEqual(t, wait, policy.MaxWait)
					}
				}
			})
		})
	}
}

func TestRetryableMayRefuseButNotAdd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		cfg := transport.Config{Retryable: func(status int, h http.Header, body []byte) bool {
			asked = append(asked, status)
			assert.Equal(t, "yes", h.Get("X-Seen"))
			return !strings.Contains(string(body), "ProcessingFailure")
		}}
		cfg.Base = script(t, newAnswer(500, "InternalServerError", "X-Seen", "yes"), newAnswer(500, "ProcessingFailure", "X-Seen", "yes"))
		resp, err := newDoer(t, cfg).Do(newRequest(t, http.MethodPost, testURL, "{}"))
		require.NoError(t, err)
		assert.Equal(t, "ProcessingFailure", readAll(t, resp), "what was looked at can still be read")
		assert.Equal(t, []int{500, 500}, asked)

		cfg.Base = script(t, newAnswer(400, "anything"))
		_, err = newDoer(t, cfg).Do(newRequest(t, http.MethodPost, testURL, "{}"))
		require.NoError(t, err)
		assert.Equal(t, []int{500, 500}, asked, "not asked about a 400")
	})
}

func TestRetryableStatus(t *testing.T) {
	t.Parallel()
	var all []int
	for status := range 1000 {
		if transport.RetryableStatus(status) {
			all = append(all, status)
		}
	}
	assert.Equal(t, []int{408, 425, 429, 500, 502, 503, 504}, all)
}

func TestContextEndedBeforeTheFirstAttempt(t *testing.T) {
	t.Parallel()
	reason := errors.New("no longer wanted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	doer := newDoer(t, transport.Config{Base: script(t), Signer: signFunc(func(*http.Request, signing.PayloadHash, time.Time) error {
		t.Error("a request was signed")
		return nil
	})})
	call := new(transport.Call)
	body := &watchedBody{}
	req := withCall(newRequest(t, http.MethodPost, testURL, "{}").WithContext(ctx), call)
	req.Body = body
	resp, err := doer.Do(req)
	assert.Nil(t, resp.Response)
	interrupted, ok := errors.AsType[*transport.InterruptedError](err)
	require.True(t, ok, "%T", err)
	require.ErrorIs(t, err, reason)
	require.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, interrupted.Response)
	require.NoError(t, interrupted.Err)
	assert.Empty(t, call.Attempts)
	assert.True(t, body.closed)
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
				steps, call := 0, new(transport.Call)
				doer := newDoer(t, transport.Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
					if steps++; steps == 1 && first.Response != nil {
						return first.Response, nil
					}
					return hang(r)
				})})
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				start := time.Now()
				resp, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, "").WithContext(ctx), call))
				assert.Nil(t, resp.Response)
				assert.Equal(t, 20*time.Second, time.Since(start))
				interrupted, ok := errors.AsType[*transport.InterruptedError](err)
				require.True(t, ok, "%T", err)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				_, ok = errors.AsType[*transport.NetworkError](err)
				assert.True(t, ok, "it is also the network error of the attempt")
				require.Error(t, call.Attempts[len(call.Attempts)-1].Err)
				if first.Response == nil {
					assert.Nil(t, interrupted.Response)
					assert.Len(t, call.Attempts, 1)
				} else {
					assert.Equal(t, "busy", readAll(t, answer{interrupted.Response}))
					assert.Len(t, call.Attempts, 2)
				}
			})
		})
	}
}

// An answer that came is an answer, even if the context ended while it came.
func TestContextEndsWithTheAnswer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	doer := newDoer(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
		cancel()
		return newAnswer(201, "charged").Response, nil
	})})
	resp, err := doer.Do(newRequest(t, http.MethodPost, testURL, "{}").WithContext(ctx))
	require.NoError(t, err)
	assert.Equal(t, "charged", readAll(t, resp))
}

func TestInterruptedErrorTellsHowFarTheCallCame(t *testing.T) {
	t.Parallel()
	err := &transport.InterruptedError{
		Cause:    context.Canceled,
		Response: newAnswer(503, "").Response,
		Err:      &transport.NetworkError{Err: syscall.ECONNRESET},
	}
	assert.Equal(t, "transport: the context ended before the call was done: context canceled; the last answer had status 503; "+
		"the last attempt: no complete answer: connection reset by peer", err.Error())
	require.ErrorIs(t, err, syscall.ECONNRESET)
	assert.Equal(t, "transport: the context ended before the call was done", new(transport.InterruptedError).Error())
}

// The highest policy is added up without an overflow.
func TestRetryAfterWithTheHighestPolicy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start, day := time.Now(), 24*time.Hour
		doer := newDoer(t, transport.Config{
			Base:  script(t, newAnswer(503, "", "Retry-After", "86400"), newAnswer(200, "")),
			Retry: transport.RetryPolicy{MaxRetries: 100, MinWait: day, MaxWait: day, MaxRetryAfter: day},
		})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(start), day)
		assert.LessOrEqual(t, time.Since(start), 2*day)
	})
}
