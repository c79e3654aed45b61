package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// outage is a network whose service is out until told otherwise; it counts what reaches it.
type outage struct {
	over     atomic.Bool
	attempts atomic.Int64
}

func (o *outage) RoundTrip(*http.Request) (*http.Response, error) {
	o.attempts.Add(1)
	if o.over.Load() {
		return newAnswer(http.StatusOK, "").Response, nil
	}
	return newAnswer(http.StatusServiceUnavailable, "out").Response, nil
}

// An outage is not multiplied by the attempts of each call: all calls together make no more retries than the budget,
// and one in ten seconds. When it is over the budget comes back.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := new(outage)
		log, lines := logged()
		doer := newDoer(t, transport.Config{Base: service, Retry: transport.RetryPolicy{Budget: 20}, Logger: log})
		call := func() int {
			resp, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
			require.NoError(t, err)
			return resp.StatusCode
		}
		start := time.Now()
		const calls = 1000
		for range calls {
			require.Equal(t, http.StatusServiceUnavailable, call())
		}
		more := int64(time.Since(start)/(10*time.Second)) + 1
		assert.LessOrEqual(t, service.attempts.Load(), calls+20+more)
		assert.GreaterOrEqual(t, service.attempts.Load(), int64(calls+20), "the budget is used")
		assert.NotZero(t, strings.Count(lines.String(), "amazon pay attempt is not repeated: the retry budget is spent"))
		assert.Zero(t, strings.Count(lines.String(), "secret"))

		// Ten calls that are answered are worth a retry; no time passes meanwhile.
		service.over.Store(true)
		for range 30 {
			require.Equal(t, http.StatusOK, call())
		}
		service.over.Store(false)
		before := service.attempts.Load()
		require.Equal(t, http.StatusServiceUnavailable, call())
		assert.Equal(t, int64(4), service.attempts.Load()-before)

		// So are ten seconds, and there is never more than the budget.
		time.Sleep(time.Hour)
		before, start = service.attempts.Load(), time.Now()
		for range 100 {
			call()
		}
		more = int64(time.Since(start)/(10*time.Second)) + 1
		assert.LessOrEqual(t, service.attempts.Load()-before, 100+20+more)
		assert.GreaterOrEqual(t, service.attempts.Load()-before, int64(100+20))
	})
}

// The last attempt of a call takes no retry: after it there is none.
func TestRetryBudgetPaysForRetriesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := new(outage)
		doer := newDoer(t, transport.Config{Base: service, Retry: transport.RetryPolicy{Budget: 4, MaxRetries: 2, MinWait: 1, MaxWait: 1}})
		for range 2 {
			_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
			require.NoError(t, err)
		}
		assert.Equal(t, int64(6), service.attempts.Load())
	})
}

// One merchant who is throttled does not use up the retries of all others.
func TestRetryBudgetIsNotForThrottling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		doer := newDoer(t, transport.Config{Retry: transport.RetryPolicy{Budget: 1, MinWait: 1, MaxWait: 1}, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			attempts++
			return newAnswer(http.StatusTooManyRequests, "").Response, nil
		})})
		for range 10 {
			_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
			require.NoError(t, err)
		}
		assert.Equal(t, 40, attempts)
	})
}

func TestRetryBudgetWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := new(outage)
		doer := newDoer(t, transport.Config{Base: service, Retry: transport.RetryPolicy{Budget: -1, MinWait: 1, MaxWait: 1}})
		for range 500 {
			_, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
			require.NoError(t, err)
		}
		assert.Equal(t, int64(2000), service.attempts.Load())
	})
}

func TestRetryBudgetThatIsTooLarge(t *testing.T) {
	t.Parallel()
	_, err := transport.New(transport.Config{Signer: stamp, Retry: transport.RetryPolicy{Budget: 1_000_001}})
	require.EqualError(t, err, "transport: RetryPolicy.Budget is above 1000000 (1000001)")
}

// Admit is asked before each attempt, the one for a refused date included, and before the attempt is dated.
func TestAdmitBeforeEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		doer := newDoer(t, transport.Config{
			Base:        script(t, newAnswer(400, "date", "Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), newAnswer(503, ""), io.ErrUnexpectedEOF, newAnswer(200, "")),
			DateRefused: func(_ int, _ http.Header, body []byte) bool { return bytes.Equal(body, []byte("date")) },
		})
		var admitted []time.Time
		call := &transport.Call{Admit: func(context.Context) error {
			time.Sleep(time.Minute) // longer than an attempt may take
			admitted = append(admitted, time.Now())
			return nil
		}}
		resp, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
		require.Len(t, call.Attempts, 4)
		require.Len(t, admitted, 4)
		for i, a := range call.Attempts {
			assert.Equal(t, admitted[i], a.Start)
		}
	})
}

// Where Admit refuses, no attempt is made, and what the one before brought is the result.
func TestAdmitRefuses(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	for name, row := range map[string]struct {
		steps   []any
		status  int
		isError string
	}{
		"the first":          {nil, 0, "full"},
		"after an answer":    {[]any{newAnswer(503, "out")}, 503, ""},
		"after none":         {[]any{io.ErrUnexpectedEOF}, 0, "unexpected EOF"},
		"after a wrong date": {[]any{newAnswer(400, "date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT")}, 400, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			doer := newDoer(t, transport.Config{
				Base:        script(t, row.steps...),
				DateRefused: func(status int, _ http.Header, _ []byte) bool { return status == 400 },
			})
			left := len(row.steps)
			call := &transport.Call{Admit: func(context.Context) error {
				if left--; left < 0 {
					return full
				}
				return nil
			}}
			resp, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			assert.Len(t, call.Attempts, len(row.steps), name)
			assert.Equal(t, -1, left, "%s: it is asked once more, and not again", name)
			if row.isError != "" {
				require.Error(t, err, name)
				assert.True(t, strings.HasSuffix(err.Error(), row.isError), "%s: %v", name, err)
				return
			}
			require.NoError(t, err, name)
			assert.Equal(t, row.status, resp.StatusCode, name)
		})
	}
}

// A context that ends while Admit waits interrupts the call.
func TestAdmitIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		call := &transport.Call{Admit: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		doer := newDoer(t, transport.Config{Base: script(t)})
		_, err := doer.Do(newRequest(t, http.MethodGet, testURL, "").WithContext(transport.WithCall(ctx, call)))
		interrupted, ok := errors.AsType[*transport.InterruptedError](err)
		require.True(t, ok, "%v", err)
		require.ErrorIs(t, interrupted.Cause, context.DeadlineExceeded)
		assert.Empty(t, call.Attempts)
	})
}
