package amazonpay_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

// An answer is repeated with these statuses and no others. Amazon's reason does not matter, but for
// the one 500 that is an answer about money.
func TestRetryableStatuses(t *testing.T) {
	t.Parallel()
	var all []int
	for status := 200; status < 1000; status++ {
		n := newNetwork(answer(status, `{"reasonCode":"AnyReason"}`), answer(200, `{}`))
		_, _ = newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil)
		if len(n.requests()) == 2 {
			all = append(all, status)
		}
		n = newNetwork(answer(status, `{"reasonCode":"ProcessingFailure"}`), answer(200, `{}`))
		_, _ = newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil)
		assert.Equal(t, status == 500, len(all) > 0 && all[len(all)-1] == status && len(n.requests()) == 1, "%d", status)
	}
	assert.Equal(t, []int{408, 425, 429, 500, 502, 503, 504}, all)
}

// outage is a network whose service is out until told otherwise; it counts what reaches it.
type outage struct {
	over     atomic.Bool
	status   int
	attempts atomic.Int64
}

func (o *outage) RoundTrip(r *http.Request) (*http.Response, error) {
	o.attempts.Add(1)
	if o.over.Load() {
		return answer(http.StatusOK, `{}`)(r)
	}
	return answer(o.status, `secret`)(r)
}

func (o *outage) call(t *testing.T, client *amazonpay.Client) int {
	t.Helper()
	meta, err := client.Call(t.Context(), getOp, nil, nil)
	assert.Equal(t, o.over.Load(), err == nil)
	return meta.StatusCode
}

// budgetClient has the default waits, unless the policy says otherwise.
func budgetClient(t *testing.T, n http.RoundTripper, budget int, retry transport.RetryPolicy, opts ...amazonpay.Option) *amazonpay.Client {
	t.Helper()
	client, err := amazonpay.New(testConfig(), append([]amazonpay.Option{amazonpay.WithRoundTripper(n), amazonpay.WithRetryPolicy(retry), amazonpay.WithRetryBudget(budget)}, opts...)...)
	require.NoError(t, err)
	return client
}

// An outage is not multiplied by the attempts of each call: all calls together make no more retries
// than the budget, and one in ten seconds. When it is over the budget comes back.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &outage{status: http.StatusServiceUnavailable}
		var lines strings.Builder
		client := budgetClient(t, service, 20, transport.RetryPolicy{}, amazonpay.WithLogger(slog.New(slog.NewTextHandler(&lines, nil))))
		start := time.Now()
		const calls = 1000
		for range calls {
			require.Equal(t, http.StatusServiceUnavailable, service.call(t, client))
		}
		more := int64(time.Since(start)/(10*time.Second)) + 1
		assert.LessOrEqual(t, service.attempts.Load(), calls+20+more)
		assert.GreaterOrEqual(t, service.attempts.Load(), int64(calls+20), "the budget is used")
		assert.NotZero(t, strings.Count(lines.String(), "amazon pay attempt is not repeated: the retry budget is spent"))
		assert.Zero(t, strings.Count(lines.String(), "secret"))

		// While it is spent a call ends at once.
		start = time.Now()
		service.call(t, client)
		assert.Zero(t, time.Since(start))

		// Ten calls that are answered are worth a retry; no time passes meanwhile.
		service.over.Store(true)
		for range 30 {
			require.Equal(t, http.StatusOK, service.call(t, client))
		}
		service.over.Store(false)
		before := service.attempts.Load()
		require.Equal(t, http.StatusServiceUnavailable, service.call(t, client))
		assert.Equal(t, int64(4), service.attempts.Load()-before)

		// So are ten seconds, and there is never more than the budget.
		time.Sleep(time.Hour)
		before, start = service.attempts.Load(), time.Now()
		for range 100 {
			service.call(t, client)
		}
		more = int64(time.Since(start)/(10*time.Second)) + 1
		assert.LessOrEqual(t, service.attempts.Load()-before, 100+20+more)
		assert.GreaterOrEqual(t, service.attempts.Load()-before, int64(100+20))
	})
}

// The last attempt of a call takes no retry, nor does one that cannot be repeated: after it there
// is none. Nor is anything said of the budget then.
func TestRetryBudgetPaysForRetriesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &outage{status: http.StatusServiceUnavailable}
		var lines strings.Builder
		client := budgetClient(t, service, 4, transport.RetryPolicy{MaxRetries: 2, MinWait: 1, MaxWait: 1}, amazonpay.WithLogger(slog.New(slog.NewTextHandler(&lines, nil))))
		for range 10 {
			_, err := client.Call(t.Context(), getOp, nil, nil, amazonpay.WithoutRetry())
			require.Error(t, err)
		}
		for range 2 {
			service.call(t, client)
		}
		assert.Equal(t, int64(16), service.attempts.Load())
		_, err := client.Call(t.Context(), getOp, nil, nil, amazonpay.WithoutRetry())
		require.Error(t, err)
		assert.NotContains(t, lines.String(), "budget")
		service.call(t, client)
		assert.Equal(t, 1, strings.Count(lines.String(), "budget"))
	})
}

// One merchant who is throttled does not use up the retries of all others.
func TestRetryBudgetIsNotForThrottling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &outage{status: http.StatusTooManyRequests}
		client := budgetClient(t, service, 1, transport.RetryPolicy{MinWait: 1, MaxWait: 1})
		for range 10 {
			service.call(t, client)
		}
		assert.Equal(t, int64(40), service.attempts.Load())
	})
}

// Lost answers count like errors of the service.
func TestRetryBudgetPaysForLostAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(lost)
		client := budgetClient(t, n, 4, transport.RetryPolicy{MinWait: 1, MaxWait: 1})
		for range 5 {
			_, err := client.Call(t.Context(), getOp, nil, nil)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
		assert.Len(t, n.requests(), 9)
	})
}

// A call that ends with a refused date was answered, too: the service is not out.
func TestRetryBudgetGrowsWithRefusedDates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := answer(400, `{"reasonCode":"InvalidHeaderValue","message":"x-amz-pay-date"}`) // it does not tell the time
		answers := append([]reply{lost, lost}, slices.Repeat([]reply{refused}, 11)...)
		n := newNetwork(append(answers, lost)...)
		client := budgetClient(t, n, 1, transport.RetryPolicy{MinWait: 1, MaxWait: 1})
		for range 13 {
			_, err := client.Call(t.Context(), getOp, nil, nil)
			require.Error(t, err)
		}
		assert.Len(t, n.requests(), 2+11+2)
	})
}

// The records of one call do not contradict each other, also after a refused token.
func TestRetryBudgetLogsTheAttempt(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	n := newNetwork(answer(403, `{"reasonCode":"InvalidAuthorizationToken"}`), lost)
	client := budgetClient(t, n, 1, transport.RetryPolicy{MinWait: 1, MaxWait: 1}, amazonpay.WithLogger(slog.New(slog.NewTextHandler(&lines, nil))))
	_, err := client.Call(t.Context(), getOp, nil, nil, amazonpay.WithTokenSource(&freshTokens{}))
	require.Error(t, err)
	assert.Len(t, n.requests(), 3)
	assert.Regexp(t, `will be repeated" operation=\S+ method=GET attempt=1 `, lines.String())
	assert.Regexp(t, `budget is spent" operation=\S+ method=GET attempt=2\n`, lines.String())
}

func TestRetryBudgetWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &outage{status: http.StatusServiceUnavailable}
		client := budgetClient(t, service, -1, transport.RetryPolicy{MinWait: 1, MaxWait: 1})
		for range 500 {
			service.call(t, client)
		}
		assert.Equal(t, int64(2000), service.attempts.Load())
	})
}

// The default is 100, shared by derived clients.
func TestRetryBudgetOfDerivedClients(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &outage{status: http.StatusServiceUnavailable}
		client := newClient(t, service)
		for range 100 {
			service.call(t, client.With(amazonpay.WithAuthToken("token")))
		}
		assert.Equal(t, int64(200), service.attempts.Load())
	})
}

func TestRetryBudgetsThatAreWrong(t *testing.T) {
	t.Parallel()
	for budget, want := range map[int]string{
		0:         "amazonpay: WithRetryBudget: 0 retries: for no retries at all, use WithRetryPolicy with a negative MaxRetries",
		1_000_001: "amazonpay: WithRetryBudget: 1000001 retries is above the maximum of 1000000",
	} {
		_, err := amazonpay.New(testConfig(), amazonpay.WithRetryBudget(budget))
		require.EqualError(t, err, want)
	}
	_, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork()), amazonpay.WithRetryBudget(1))
	require.ErrorContains(t, err, "WithRetryBudget")
}

// A rate limit and a budget that both have their say: what was throttled waits, what failed is paid
// for.
func TestAdmissionEndsWithTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(answer(503, `{"reasonCode":"ServiceUnavailable"}`))
		client := limitedClient(t, n)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		meta, err := client.Call(ctx, chargeOp, goodCharge(), nil)
		assert.True(t, amazonpay.HasReason(err, "ServiceUnavailable"), "%v", err)
		_, limited := errors.AsType[*amazonpay.RateLimitError](err)
		assert.False(t, limited)
		assert.Len(t, meta.Attempts, 1)
	})
}

// What the last answer said is not lost with an attempt after it that brought none.
func TestReasonOfTheLastAnswerThatCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(answer(503, `{"reasonCode":"ServiceUnavailable","message":"later"}`), func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		meta, err := newClient(t, n).Call(ctx, chargeOp, goodCharge(), nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, amazonpay.HasReason(err, "ServiceUnavailable"), "%v", err)
		require.ErrorContains(t, err, "later")
		assert.Equal(t, 503, meta.StatusCode)
		assert.Len(t, meta.Attempts, 2)
	})
}
