package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
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

// ahead is a clock that is wrong by d.
func ahead(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(d) }
}

func TestClockAheadIsLearntOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(300 * time.Millisecond) // the service's Date is cut to the second
		client := newClient(t, transport.Config{Base: service(t), Now: ahead(20 * time.Second)})

		first, err := client.Send(t.Context(), newRequest(http.MethodPost, testURL, "{}"), rules{})
		require.NoError(t, err)
		assert.Equal(t, "ok", string(first.Answer.Body))
		assert.Equal(t, []int{400, 200}, statuses(first))
		assert.Equal(t, time.Now().UTC().Truncate(time.Second).Add(-time.Second), first.Attempts[1].Date, "one second behind the Date")
		assert.Equal(t, -21300*time.Millisecond, first.ClockOffset)
		assert.Equal(t, time.UTC, first.Attempts[0].Date.Location())
		assert.Zero(t, first.Attempts[0].Date.Nanosecond())

		for range 5 {
			time.Sleep(777 * time.Millisecond)
			later, err := client.Send(t.Context(), newRequest(http.MethodPost, testURL, "{}"), rules{})
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
		client := newClient(t, transport.Config{Base: service(t), Now: func() time.Time { return time.Now().Add(wrong) }})
		for _, want := range [][]int{{400, 200}, {200}} {
			result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			require.NoError(t, err)
			assert.Equal(t, want, statuses(result))
		}
		wrong = time.Hour
		for _, want := range [][]int{{400, 200}, {200}} {
			result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			require.NoError(t, err)
			assert.Equal(t, want, statuses(result))
			assert.Equal(t, -time.Hour-time.Second, result.ClockOffset)
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
				client := newClient(t, transport.Config{Base: service(t), Now: ahead(tc.wrong)})
				for i := range 2 {
					result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
					require.NoError(t, err)
					assert.Equal(t, -tc.wrong-time.Second, result.ClockOffset)
					if i == 1 && tc.kept {
						assert.Equal(t, []int{200}, statuses(result))
					} else {
						assert.Equal(t, []int{400, 200}, statuses(result))
					}
				}
			})
		})
	}
}

// No work was done, so the request is signed again whether or not it may be repeated.
func TestRefusedDateIsSignedAgainWhateverMayBeRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, transport.Config{
			Base: service(t), Now: ahead(time.Minute), Retry: transport.RetryPolicy{MaxRetries: -1},
		})
		req := newRequest(http.MethodPost, testURL, "{}")
		req.Header.Del("X-Amz-Pay-Idempotency-Key")
		start := time.Now()
		result, err := client.Send(t.Context(), once(req), rules{})
		require.NoError(t, err)
		assert.Equal(t, 200, result.Answer.Status)
		assert.Len(t, result.Attempts, 2)
		assert.Zero(t, time.Since(start))
	})
}

func TestRefusedDateCostsNoRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const date = "Mon, 23 Nov 2026 12:00:00 GMT"
		refused := func() answer { return newAnswer(400, "x-amz-pay-date", "Date", date) }
		want := time.Date(2026, 11, 23, 11, 59, 59, 0, time.UTC)

		client := newClient(t, transport.Config{Base: script(t,
			refused(), newAnswer(503, ""), newAnswer(503, ""), newAnswer(503, ""), newAnswer(200, ""))})
		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, 200, result.Answer.Status)
		assert.Equal(t, want, result.Attempts[1].Date)
		assert.WithinRange(t, result.Attempts[2].Date, want, want.Add(time.Second), "the call keeps what it learnt, however much it is")

		client = newClient(t, transport.Config{Base: script(t, newAnswer(503, ""), refused(), refused())})
		result, err = client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, 400, result.Answer.Status, "once a call, and then it is an answer")
		assert.Equal(t, "x-amz-pay-date", string(result.Answer.Body))

		client = newClient(t, transport.Config{Base: script(t, refused(), newAnswer(503, ""), refused())})
		result, err = client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, 400, result.Answer.Status, "not again after a retry either")
	})
}

// distrustful is a policy that finds a refused date everywhere.
type distrustful struct{ rules }

func (distrustful) Judge(context.Context, transport.Attempt, *transport.Answer, bool) transport.Verdict {
	return transport.Verdict{DateRefused: true}
}

// Only an answer can refuse a date. A request that brought none may have done its work.
func TestRefusedDateNeedsAnAnswer(t *testing.T) {
	t.Parallel()
	req := newRequest(http.MethodPost, testURL, "{}")
	req.Header.Del("X-Amz-Pay-Idempotency-Key")
	result, err := newClient(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, syscall.ECONNRESET
	})}).Send(t.Context(), req, distrustful{})
	require.ErrorIs(t, err, syscall.ECONNRESET)
	assert.Len(t, result.Attempts, 1)
}

func TestRefusedDateIsNotSignedAgainOnceTheContextEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	sent := 0
	client := newClient(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
		sent++
		cancel()
		return newAnswer(400, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT").Response, nil
	})})
	_, err := client.Send(ctx, newRequest(http.MethodGet, testURL, ""), rules{})
	interrupted, ok := errors.AsType[*transport.InterruptedError](err)
	require.True(t, ok, "%T", err)
	assert.Equal(t, 400, interrupted.StatusCode)
	assert.Equal(t, 1, sent)
}

func TestDateIsNotLearntFromJustAnyAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer  answer
		refused func(*transport.Answer) bool
	}{
		"no Date":           {newAnswer(400, "x-amz-pay-date"), dateRefused},
		"a malformed Date":  {newAnswer(400, "x-amz-pay-date", "Date", "noon"), dateRefused},
		"another 400":       {newAnswer(400, "amount", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), dateRefused},
		"nobody to ask":     {newAnswer(400, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), func(*transport.Answer) bool { return false }},
		"a success":         {newAnswer(200, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), func(*transport.Answer) bool { return true }},
		"a redirect answer": {newAnswer(303, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT"), func(*transport.Answer) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := newClient(t, transport.Config{Base: script(t, tc.answer)}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{dateRefused: tc.refused})
			require.NoError(t, err)
			assert.Len(t, result.Attempts, 1)
			assert.Zero(t, result.ClockOffset)
		})
	}
}

// The race detector watches.
func TestClockIsLearntByManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, transport.Config{Base: service(t), Now: ahead(20 * time.Second)})
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				for range 3 {
					result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
					if assert.NoError(t, err) {
						assert.Equal(t, 200, result.Answer.Status)
					}
				}
			})
		}
		callers.Wait()
	})
}

func TestOffsetGoesWhenTheClockIsSetRight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wrong := 10 * time.Hour
		client := newClient(t, transport.Config{Base: service(t), Now: func() time.Time { return time.Now().Add(wrong) }})
		assert.Zero(t, client.ClockOffset())
		do := func() transport.Result {
			result, err := client.Send(t.Context(), newRequest(http.MethodPost, testURL, "{}"), rules{})
			require.NoError(t, err)
			return result
		}
		do()
		assert.Equal(t, -10*time.Hour-time.Second, client.ClockOffset())

		wrong = 0
		result := do()
		assert.Equal(t, -10*time.Hour-time.Second, result.ClockOffset, "it cannot be known before an answer came")
		assert.Zero(t, client.ClockOffset())
		result = do()
		assert.Zero(t, result.ClockOffset)
		assert.Equal(t, time.Now().UTC(), result.Attempts[0].Date)

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
				client := newClient(t, transport.Config{Base: service(t), Now: func() time.Time { return time.Now().Add(wrong) }})
				_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
				require.NoError(t, err)
				require.Equal(t, inForce, client.ClockOffset())
				wrong = tc.wrong
				_, err = client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
				require.NoError(t, err)
				assert.Equal(t, tc.want, client.ClockOffset())
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
		client := newClient(t, transport.Config{
			Now: func() time.Time { return time.Now().Add(wrong) },
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
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		require.Equal(t, 3, attempt)
		assert.Equal(t, -time.Hour-time.Second, client.ClockOffset(), "nothing was told")

		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, []int{429, 200}, statuses(result))
		assert.Equal(t, -time.Hour-time.Second, result.ClockOffset, "a call keeps its own to its end")
		assert.Zero(t, client.ClockOffset())

		result, err = client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Zero(t, result.ClockOffset)
		assert.WithinDuration(t, time.Now(), result.Attempts[0].Date, time.Second)
	})
}

// A gateway's page has a date of its own, which must not spoil the retry of a payment.
func TestOffsetIsNotRevisedByAGateway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempt := 0
		client := newClient(t, transport.Config{
			Now: ahead(20 * time.Second),
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
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		learnt := client.ClockOffset()
		require.NotZero(t, learnt)

		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, []int{503, 200}, statuses(result))
		assert.Equal(t, learnt, result.ClockOffset)
		assert.Equal(t, learnt, client.ClockOffset())
	})
}

// A clock is wrong and nothing was refused: a date that is behind does no harm, and an
// answer's Date may be wrong itself.
func TestOffsetIsNotRevisedWhereNoneIsInForce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, transport.Config{Base: service(t), Now: ahead(-time.Hour)})
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Zero(t, client.ClockOffset())
	})
}

// The Date is of the moment when the header came.
func TestSlowBodyDoesNotMoveTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := service(t)
		client := newClient(t, transport.Config{Now: ahead(20 * time.Second), Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := answers(r)
			resp.Body = io.NopCloser(slow{resp.Body})
			return resp, err
		})})
		for range 2 {
			_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			require.NoError(t, err)
			assert.Equal(t, -21*time.Second, client.ClockOffset())
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
		client := newClient(t, transport.Config{Base: service(t), Now: func() time.Time {
			return time.Now().Add(time.Duration(wrong.Load()))
		}})
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				for range 4 {
					result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
					if assert.NoError(t, err) {
						assert.Equal(t, 200, result.Answer.Status)
					}
					time.Sleep(time.Second)
				}
			})
		}
		time.Sleep(1500 * time.Millisecond)
		wrong.Store(0)
		callers.Wait()
		assert.Zero(t, client.ClockOffset())
	})
}
