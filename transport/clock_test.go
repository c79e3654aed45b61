package transport_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// service refuses a date that is ahead of its clock, the runtime's, as Amazon Pay does.
func service(t *testing.T) roundTrip {
	t.Helper()
	return func(r *http.Request) (*http.Response, error) {
		now := time.Now()
		date := now.UTC().Format(http.TimeFormat)
		signed, err := time.Parse(signing.DateFormat, r.Header.Get("X-Amz-Pay-Date"))
		if assert.NoError(t, err) && signed.After(now) {
			return newAnswer(400, "x-amz-pay-date should not be in future", "Date", date).Response, nil
		}
		return newAnswer(200, "ok", "Date", date).Response, nil
	}
}

func dateRefused(status int, _ http.Header, body []byte) bool {
	return status == 400 && strings.Contains(string(body), "x-amz-pay-date")
}

// ahead is a clock that is wrong by d.
func ahead(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(d) }
}

func TestClockAheadIsLearntOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(300 * time.Millisecond) // the service's Date is cut to the second
		doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: ahead(20 * time.Second)})

		first := new(transport.Call)
		resp, err := doer.Do(withCall(newRequest(t, http.MethodPost, testURL, "{}"), first))
		require.NoError(t, err)
		assert.Equal(t, "ok", readAll(t, resp))
		assert.Equal(t, []int{400, 200}, statuses(first))
		assert.Equal(t, time.Now().UTC().Truncate(time.Second).Add(-time.Second), first.Attempts[1].Date, "one second behind the Date")
		assert.Equal(t, -21300*time.Millisecond, first.ClockOffset)
		assert.Equal(t, time.UTC, first.Attempts[0].Date.Location())
		assert.Zero(t, first.Attempts[0].Date.Nanosecond())

		for range 5 {
			time.Sleep(777 * time.Millisecond)
			later := new(transport.Call)
			_, err = doer.Do(withCall(newRequest(t, http.MethodPost, testURL, "{}"), later))
			require.NoError(t, err)
			assert.Equal(t, []int{200}, statuses(later))
			assert.Equal(t, first.ClockOffset, later.ClockOffset)
		}
	})
}

func TestClockThatMovesAgainIsLearntAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wrong := 20 * time.Second
		doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: func() time.Time { return time.Now().Add(wrong) }})
		for _, want := range [][]int{{400, 200}, {200}} {
			call := new(transport.Call)
			_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			require.NoError(t, err)
			assert.Equal(t, want, statuses(call))
		}
		wrong = time.Hour
		for _, want := range [][]int{{400, 200}, {200}} {
			call := new(transport.Call)
			_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			require.NoError(t, err)
			assert.Equal(t, want, statuses(call))
			assert.Equal(t, -time.Hour-time.Second, call.ClockOffset)
		}
	})
}

func TestClockOffsetThatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		wrong time.Duration
		kept  bool
	}{
		"just within": {24*time.Hour - time.Second, true},
		"just beyond": {24 * time.Hour, false},
		"years":       {3 * 365 * 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: ahead(tc.wrong)})
				for i := range 2 {
					call := new(transport.Call)
					_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
					require.NoError(t, err)
					assert.Equal(t, -tc.wrong-time.Second, call.ClockOffset)
					if i == 1 && tc.kept {
						assert.Equal(t, []int{200}, statuses(call))
					} else {
						assert.Equal(t, []int{400, 200}, statuses(call))
					}
				}
			})
		})
	}
}

// No work was done, so neither a missing key nor NoRetry is a reason not to sign again.
func TestRefusedDateIsSignedAgainWhateverMayBeRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		doer := newDoer(t, transport.Config{
			Base: service(t), DateRefused: dateRefused, Now: ahead(time.Minute), Retry: transport.RetryPolicy{MaxRetries: -1},
		})
		req := newRequest(t, http.MethodPost, testURL, "{}")
		req.Header.Del("X-Amz-Pay-Idempotency-Key")
		call := &transport.Call{NoRetry: true}
		start := time.Now()
		resp, err := doer.Do(withCall(req, call))
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Len(t, call.Attempts, 2)
		assert.Zero(t, time.Since(start))
	})
}

func TestRefusedDateCostsNoRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const date = "Mon, 23 Nov 2026 12:00:00 GMT"
		refused := func() answer { return newAnswer(400, "x-amz-pay-date", "Date", date) }
		want := time.Date(2026, 11, 23, 11, 59, 59, 0, time.UTC)

		call := new(transport.Call)
		doer := newDoer(t, transport.Config{DateRefused: dateRefused, Base: script(t,
			refused(), newAnswer(503, ""), newAnswer(503, ""), newAnswer(503, ""), newAnswer(200, ""))})
		resp, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, want, call.Attempts[1].Date)
		assert.WithinRange(t, call.Attempts[2].Date, want, want.Add(time.Second), "the call keeps what it learnt, however much it is")

		call = new(transport.Call)
		doer = newDoer(t, transport.Config{DateRefused: dateRefused, Base: script(t, newAnswer(503, ""), refused(), refused())})
		resp, err = doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.Equal(t, 400, resp.StatusCode, "once a call, and then it is an answer")
		assert.Equal(t, "x-amz-pay-date", readAll(t, resp))

		call = new(transport.Call)
		doer = newDoer(t, transport.Config{DateRefused: dateRefused, Base: script(t, refused(), newAnswer(503, ""), refused())})
		resp, err = doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.Equal(t, 400, resp.StatusCode, "not again after a retry either")
	})
}

func TestRefusedDateIsNotSignedAgainOnceTheContextEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	sent := 0
	doer := newDoer(t, transport.Config{DateRefused: dateRefused, Base: roundTrip(func(*http.Request) (*http.Response, error) {
		sent++
		cancel()
		return newAnswer(400, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT").Response, nil
	})})
	_, err := doer.Do(newRequest(t, http.MethodGet, testURL, "").WithContext(ctx))
	interrupted, ok := errors.AsType[*transport.InterruptedError](err)
	require.True(t, ok, "%T", err)
	assert.Equal(t, 400, interrupted.Response.StatusCode)
	assert.Equal(t, 1, sent)
}

func TestDateIsNotLearntFromJustAnyAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer  answer
		refused func(int, http.Header, []byte) bool
	}{
		"no Date":           {newAnswer(400, "x-amz-pay-date"), dateRefused},
		"a malformed Date":  {newAnswer(400, "x-amz-pay-date", "Date", "noon"), dateRefused},
		"another 400":       {newAnswer(400, "amount", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), dateRefused},
		"nobody to ask":     {newAnswer(400, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), nil},
		"a success":         {newAnswer(200, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), func(int, http.Header, []byte) bool { return true }},
		"a redirect answer": {newAnswer(303, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), func(int, http.Header, []byte) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := new(transport.Call)
			_, err := newDoer(t, transport.Config{DateRefused: tc.refused, Base: script(t, tc.answer)}).Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			require.NoError(t, err)
			assert.Len(t, call.Attempts, 1)
			assert.Zero(t, call.ClockOffset)
		})
	}
}

// The race detector watches.
func TestClockIsLearntByManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: ahead(20 * time.Second)})
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				for range 3 {
					resp, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
					if assert.NoError(t, err) {
						assert.Equal(t, 200, resp.StatusCode)
					}
				}
			})
		}
		callers.Wait()
	})
}
