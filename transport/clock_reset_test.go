package transport_test

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// clockOffset finds the method as other packages do.
func clockOffset(t *testing.T, d tested) time.Duration {
	t.Helper()
	clock, ok := d.doer.(interface{ ClockOffset() time.Duration })
	require.True(t, ok, "%T", d.doer)
	return clock.ClockOffset()
}

func TestOffsetGoesWhenTheClockIsSetRight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wrong := 10 * time.Hour
		doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: func() time.Time { return time.Now().Add(wrong) }})
		assert.Zero(t, clockOffset(t, doer))
		do := func() *transport.Call {
			call := new(transport.Call)
			_, err := doer.Do(withCall(newRequest(t, http.MethodPost, testURL, "{}"), call))
			require.NoError(t, err)
			return call
		}
		do()
		assert.Equal(t, -10*time.Hour-time.Second, clockOffset(t, doer))

		wrong = 0
		call := do()
		assert.Equal(t, -10*time.Hour-time.Second, call.ClockOffset, "it cannot be known before an answer came")
		assert.Zero(t, clockOffset(t, doer))
		call = do()
		assert.Zero(t, call.ClockOffset)
		assert.Equal(t, time.Now().UTC(), call.Attempts[0].Date)

		wrong = time.Minute
		assert.Equal(t, []int{400, 200}, statuses(do()), "and it can be learnt again")
		assert.Equal(t, []int{200}, statuses(do()))
	})
}

// An offset of −21 s is in force, the clock is set, and one answer comes.
func TestOffsetFollowsTheClock(t *testing.T) {
	t.Parallel()
	const inForce = -21 * time.Second
	for name, tc := range map[string]struct{ wrong, want time.Duration }{
		"not set":               {20 * time.Second, inForce},
		"by 5 s":                {15 * time.Second, inForce},
		"by more":               {15*time.Second - 1, -16*time.Second + 1},
		"almost right, ahead":   {2*time.Second + 1, -3*time.Second - 1},
		"right, ahead":          {2 * time.Second, 0},
		"right, behind":         {-4 * time.Second, 0},
		"almost right, behind":  {-4*time.Second - 1, 3*time.Second + 1},
		"a day behind":          {-24*time.Hour - time.Second, 24 * time.Hour},
		"more than a day":       {-24*time.Hour - time.Second - 1, inForce},
		"further than it goes":  {-1 << 63, inForce},
		"further ahead":         {time.Hour, -time.Hour - time.Second},
		"further ahead, beyond": {48 * time.Hour, inForce},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				wrong := 20 * time.Second
				doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: func() time.Time { return time.Now().Add(wrong) }})
				_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
				require.NoError(t, err)
				require.Equal(t, inForce, clockOffset(t, doer))
				wrong = tc.wrong
				_, err = doer.Do(newRequest(t, http.MethodGet, testURL, ""))
				require.NoError(t, err)
				assert.Equal(t, tc.want, clockOffset(t, doer))
			})
		})
	}
}

// What the service itself answers, with a Date, sets the clock right for the next call.
func TestOffsetIsRevisedForTheNextCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wrong := time.Hour
		now := func() string { return time.Now().UTC().Format(http.TimeFormat) }
		attempt := 0
		doer := newDoer(t, transport.Config{
			DateRefused: dateRefused,
			Now:         func() time.Time { return time.Now().Add(wrong) },
			Base: roundTrip(func(*http.Request) (*http.Response, error) {
				attempt++
				switch attempt {
				case 1:
					return newAnswer(400, "x-amz-pay-date", "Date", now()).Response, nil
				case 2:
					wrong = 0
					return newAnswer(503, "", "Date", "noon").Response, nil
				case 3:
					return newAnswer(200, "").Response, nil
				case 4:
					return newAnswer(429, "", "Date", now()).Response, nil
				}
				return newAnswer(200, "").Response, nil
			}),
		})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		require.Equal(t, 3, attempt)
		assert.Equal(t, -time.Hour-time.Second, clockOffset(t, doer), "nothing was told")

		call := new(transport.Call)
		_, err = doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.Equal(t, []int{429, 200}, statuses(call))
		assert.Equal(t, -time.Hour-time.Second, call.ClockOffset, "a call keeps its own to its end")
		assert.Zero(t, clockOffset(t, doer))

		_, err = doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.Zero(t, call.ClockOffset)
		assert.WithinDuration(t, time.Now(), call.Attempts[0].Date, time.Second)
	})
}

// A gateway's page has a date of its own, which must not spoil the retry of a payment.
func TestOffsetIsNotRevisedByAGateway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempt := 0
		doer := newDoer(t, transport.Config{
			DateRefused: dateRefused,
			Now:         ahead(20 * time.Second),
			Base: roundTrip(func(*http.Request) (*http.Response, error) {
				attempt++
				switch attempt {
				case 1:
					return newAnswer(400, "x-amz-pay-date", "Date", time.Now().UTC().Format(http.TimeFormat)).Response, nil
				case 3:
					return newAnswer(503, "<html>", "Date", time.Now().Add(-20*time.Minute).UTC().Format(http.TimeFormat)).Response, nil
				}
				return newAnswer(200, "").Response, nil
			}),
		})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		learnt := clockOffset(t, doer)
		require.NotZero(t, learnt)

		call := new(transport.Call)
		_, err = doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.Equal(t, []int{503, 200}, statuses(call))
		assert.Equal(t, learnt, call.ClockOffset)
		assert.Equal(t, learnt, clockOffset(t, doer))
	})
}

// A clock is wrong and nothing was refused: a date that is behind does no harm, and an
// answer's Date may be wrong itself.
func TestOffsetIsNotRevisedWhereNoneIsInForce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: ahead(-time.Hour)})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
		require.NoError(t, err)
		assert.Zero(t, clockOffset(t, doer))
	})
}

// The Date is of the moment when the header came.
func TestSlowBodyDoesNotMoveTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := service(t)
		doer := newDoer(t, transport.Config{DateRefused: dateRefused, Now: ahead(20 * time.Second), Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := answers(r)
			resp.Body = io.NopCloser(slow{resp.Body})
			return resp, err
		})})
		for range 2 {
			_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
			require.NoError(t, err)
			assert.Equal(t, -21*time.Second, clockOffset(t, doer))
		}
	})
}

type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(5500 * time.Millisecond)
	return s.Reader.Read(p)
}

// The race detector watches.
func TestOffsetIsRevisedByManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Int64
		wrong.Store(int64(10 * time.Hour))
		doer := newDoer(t, transport.Config{Base: service(t), DateRefused: dateRefused, Now: func() time.Time {
			return time.Now().Add(time.Duration(wrong.Load()))
		}})
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				for range 4 {
					resp, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
					if assert.NoError(t, err) {
						assert.Equal(t, 200, resp.StatusCode)
					}
					time.Sleep(time.Second)
				}
			})
		}
		time.Sleep(1500 * time.Millisecond)
		wrong.Store(0)
		callers.Wait()
		assert.Zero(t, clockOffset(t, doer))
	})
}
