package amazonpay_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// inMemory hands requests to the emulator without a wire, so that time is the bubble's.
func inMemory(server http.Handler) reply {
	return func(r *http.Request) (*http.Response, error) {
		arrived := r.Clone(r.Context())
		arrived.RequestURI, arrived.Host = r.URL.RequestURI(), r.URL.Host
		answered := httptest.NewRecorder()
		server.ServeHTTP(answered, arrived)
		return answered.Result(), nil
	}
}

// The limits of the documentation, and forty callers at once: with the limiter the service refuses
// none of them, without it nearly all.
func TestRateLimitsKeepWithinTheService(t *testing.T) {
	t.Parallel()
	for _, limited := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			server, err := emulator.New(emulator.WithThrottling())
			require.NoError(t, err)
			cfg := amazonpay.Config{
				PublicKeyID: server.Description().Merchants[0].KeyIDs.Sandbox, Region: amazonpay.RegionUS,
				PrivateKeyPEM: amazonpay.NewSecret(server.Description().Merchants[0].PrivateKeyPEM),
			}
			opts := []amazonpay.Option{amazonpay.WithRoundTripper(inMemory(server))}
			if limited {
				opts = append(opts, amazonpay.WithRateLimits(nil))
			}
			client, err := amazonpay.New(cfg, opts...)
			require.NoError(t, err)
			var callers sync.WaitGroup
			for range 40 {
				callers.Go(func() { _, _ = client.Call(t.Context(), chargePath("S01-1"), nil, nil) })
			}
			callers.Wait()
			refused := 0
			for _, r := range server.Requests() {
				require.True(t, r.Verified)
				if r.Status == http.StatusTooManyRequests {
					refused++
				}
			}
			if limited {
				assert.Len(t, server.Requests(), 40)
				assert.Zero(t, refused)
			} else {
				assert.Greater(t, refused, 40)
			}
		})
	}
}

func TestDocumentedRateLimits(t *testing.T) {
	t.Parallel()
	live, sandbox := amazonpay.DocumentedRateLimits(amazonpay.EnvironmentLive), amazonpay.DocumentedRateLimits(amazonpay.EnvironmentSandbox)
	assert.Equal(t, amazonpay.RateLimit{Burst: 10, PerSecond: 4}, live["CreateCharge"])
	assert.Equal(t, amazonpay.RateLimit{Burst: 2, PerSecond: 1}, sandbox["CreateCharge"])
	assert.Len(t, live, 16)
	assert.Len(t, sandbox, 15, "none for getAuthorizationToken, which the sandbox has not")
	for name := range live {
		known := false
		for _, client := range []any{new(webstore.Client), new(delivery.Client), new(authtoken.Client)} {
			_, has := reflect.TypeOf(client).MethodByName(name)
			known = known || has
		}
		assert.True(t, known, name)
	}
	clear(live)
	assert.Len(t, amazonpay.DocumentedRateLimits(amazonpay.EnvironmentLive), 16)
}

// limitedClient may make one call of CreateCharge at once, and one a second.
func limitedClient(t *testing.T, n http.RoundTripper) *amazonpay.Client {
	t.Helper()
	return newClient(t, n, amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"CreateCharge": {Burst: 1, PerSecond: 1}}))
}

// The clients that are derived from one share its limits; each merchant has its own, however its
// client was derived.
func TestRateLimitsAreThoseOfAMerchant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := limitedClient(t, newNetwork(answer(201, `{}`)))
		source := &tokens{answers: []string{"first", "second", "third"}}
		start := time.Now()
		waited := func() time.Duration { return time.Since(start) }
		for _, first := range []*amazonpay.Client{client, client.With(amazonpay.WithAuthToken("A")), client.With(amazonpay.WithAuthToken("B")), client.With(amazonpay.WithTokenSource(source))} {
			require.NoError(t, called(first, t.Context()))
		}
		require.Zero(t, waited())
		for name, second := range map[string]*amazonpay.Client{
			"derived": client.With(), "the token": client.With(amazonpay.WithAuthToken("A")), "the source, with another token": client.With(amazonpay.WithTokenSource(source)),
		} {
			time.Sleep(time.Hour) // each has its turn again
			require.NoError(t, called(client, t.Context()))
			require.NoError(t, called(client, t.Context(), amazonpay.WithAuthToken("A")))
			require.NoError(t, called(client, t.Context(), amazonpay.WithTokenSource(source)))
			start = time.Now()
			require.NoError(t, called(second, t.Context()))
			require.Equal(t, time.Second, waited(), name)
		}
		start = time.Now()
		_, err := client.Call(t.Context(), getOp, nil, nil)
		require.NoError(t, err)
		assert.Zero(t, waited(), "another operation")
	})
}

// busy is a service that answers perSecond calls a second, to this program and all others, and 429
// to the rest.
type busy struct {
	mu              sync.Mutex
	free            bool // it answers all
	perSecond       float64
	tokens          float64
	at              time.Time
	served, refused int
}

func (b *busy) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(1, b.tokens+now.Sub(b.at).Seconds()*b.perSecond)
	if b.at = now; b.tokens < 1 && !b.free {
		b.refused++
		return answer(429, `{"reasonCode":"TooManyRequests"}`)(r)
	}
	b.tokens--
	b.served++
	return answer(201, `{}`)(r)
}

// demand makes calls from ten callers at once for a time.
func demand(t *testing.T, client *amazonpay.Client, op amazonpay.Operation, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for ctx.Err() == nil {
				if _, err := client.Call(ctx, op, goodCharge(), nil, amazonpay.WithoutRetry()); err != nil {
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	callers.Wait()
}

// Where the service gives less than is documented, because other programs use it up too, the
// limiter learns how much; and when it gives all again the limiter takes it.
func TestRateLimitsAdapt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &busy{perSecond: 2}
		client := newClient(t, service, amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"CreateCharge": {Burst: 10, PerSecond: 16}}))
		demand(t, client, chargeOp, 5*time.Minute)
		assert.Greater(t, service.served, 300, "half of what there is, at the least")
		assert.Less(t, service.refused, service.served, "without the limiter there are eight refusals for each answer")

		service.free, service.served, service.refused = true, 0, 0
		demand(t, client, chargeOp, 5*time.Minute)
		assert.Greater(t, service.served, 300*16*8/10)
		assert.LessOrEqual(t, service.served, 300*16+10)
		assert.Zero(t, service.refused)
	})
}

// An operation of which no limit is known has one after a 429, until it is served again.
func TestRateLimitsLearnOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &busy{perSecond: 2}
		client := newClient(t, service, amazonpay.WithRateLimits(nil))
		op := amazonpay.Operation{Name: "CreateStore", Method: http.MethodPost, Path: "stores"}
		demand(t, client, op, 5*time.Minute)
		assert.Greater(t, service.served, 300)
		assert.Less(t, service.refused, service.served)
		service.free = true
		start := time.Now()
		for range 1000 {
			_, err := client.Call(t.Context(), op, goodCharge(), nil)
			require.NoError(t, err)
		}
		assert.Less(t, time.Since(start), time.Minute, "free again")
	})
}

// A call that the limit does not allow before its deadline fails at once, and was not sent.
func TestRateLimitPastTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(answer(201, `{}`))
		client := limitedClient(t, n)
		require.NoError(t, called(client, t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		err := called(client, ctx)
		assert.Zero(t, time.Since(start))
		limit, ok := errors.AsType[*amazonpay.RateLimitError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, time.Second, limit.Wait)
		assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
		assert.Contains(t, err.Error(), "CreateCharge: the rate limit allows the call in 1s, after its deadline: nothing was sent (idempotency key ")
		assert.Len(t, n.requests(), 1)

		// It took no turn.
		require.NoError(t, called(client, t.Context()))
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// Of a repetition that the limit does not allow, what came before is the result, and as uncertain
// as it was.
func TestRateLimitOfARepetition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(answer(503, `{"reasonCode":"ServiceUnavailable"}`))
		client := limitedClient(t, n)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := called(client, ctx)
		assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeServiceUnavailable), "%v", err)
		assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
		assert.Len(t, n.requests(), 1)
	})
}

// The refusals of one moment are one piece of news, which halves the rate once; and what the
// service has not is not taken from the bucket either.
func TestRateLimitIsCutOnceAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answers []reply
		for range 8 {
			answers = append(answers, func(r *http.Request) (*http.Response, error) {
				time.Sleep(time.Millisecond) // all are sent before the first is answered
				return answer(429, `{"reasonCode":"TooManyRequests"}`)(r)
			})
		}
		n := newNetwork(append(answers, answer(503, `{}`), fail(errors.New("no answer")), answer(201, `{}`))...)
		client := newClient(t, n, amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"CreateCharge": {Burst: 20, PerSecond: 8}}))
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() { _ = called(client, t.Context(), amazonpay.WithoutRetry()) })
		}
		callers.Wait()
		start := time.Now()
		for range 2 { // a failure says nothing of the limit
			require.Error(t, called(client, t.Context(), amazonpay.WithoutRetry()))
		}
		require.NoError(t, called(client, t.Context()))
		assert.InDelta(t, 3./4, time.Since(start).Seconds(), 0.01, "three calls at half the rate, with an empty bucket")
	})
}

// Who joins a queue that will outlast the deadline is told at once.
func TestRateLimitCountsTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := limitedClient(t, newNetwork(answer(201, `{}`)))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		var callers sync.WaitGroup
		var mu sync.Mutex
		sent, refused := 0, 0
		for range 30 {
			callers.Go(func() {
				err := called(client, ctx)
				mu.Lock()
				defer mu.Unlock()
				if limit, ok := errors.AsType[*amazonpay.RateLimitError](err); ok {
					refused++
					assert.GreaterOrEqual(t, limit.Wait, 10*time.Second)
					assert.Zero(t, time.Since(start))
					return
				}
				assert.NoError(t, err)
				sent++
			})
		}
		callers.Wait()
		assert.Equal(t, 10, sent, "one at once, and one each second before the deadline")
		assert.Equal(t, 20, refused)
	})
}

// If a call is sent again with a fresh token and is then held back, its error is the service's
// refusal of the old token, and not that nothing was sent.
func TestRateLimitAfterAFreshToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(answer(503, `{}`), answer(403, `{"reasonCode":"InvalidAuthorizationToken"}`))
		client := newClient(t, n, amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"CreateCharge": {Burst: 2, PerSecond: 0.001}}))
		err := called(client, t.Context(), amazonpay.WithTokenSource(&tokens{answers: []string{"stale", "fresh"}}))
		assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidAuthorizationToken), "%v", err)
		_, held := errors.AsType[*amazonpay.RateLimitError](err)
		assert.False(t, held)
		assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
		assert.Len(t, n.requests(), 2)
	})
}

// Who is cancelled while waiting gives the turn back.
func TestRateLimitWaitIsCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(answer(201, `{}`))
		client := limitedClient(t, n)
		require.NoError(t, called(client, t.Context()))
		start := time.Now()
		for range 5 {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				time.Sleep(10 * time.Millisecond)
				cancel()
			}()
			err := called(client, ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
		}
		require.NoError(t, called(client, t.Context()))
		assert.Equal(t, time.Second, time.Since(start))
		assert.Len(t, n.requests(), 2)
	})
}

// The limits of merchants, and of tokens that have been replaced, do not fill the memory.
func TestRateLimitsForgetMerchants(t *testing.T) { //nolint:paralleltest // it measures the process
	client := newClient(t, answer(201, `{}`), amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"CreateCharge": {Burst: 1, PerSecond: 1e9}}))
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	call := func(from, to int) {
		for i := from; i < to; i++ {
			require.NoError(t, called(client, t.Context(), amazonpay.WithAuthToken("merchant-"+strconv.Itoa(i))))
		}
	}
	call(0, 3000)
	before := heap()
	call(3000, 33_000)
	assert.Less(t, heap(), before+5<<20)
}

func TestRateLimitsThatAreWrong(t *testing.T) {
	t.Parallel()
	for _, limit := range []amazonpay.RateLimit{{}, {Burst: 1}, {PerSecond: 1}, {Burst: -1, PerSecond: 1}, {Burst: 1, PerSecond: -1}, {Burst: 1, PerSecond: math.NaN()}, {Burst: 1, PerSecond: math.Inf(1)}, {Burst: 1, PerSecond: 2e9}} {
		_, err := amazonpay.New(testConfig(), amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"CreateCharge": limit}))
		require.EqualError(t, err, `amazonpay: WithRateLimits: the limit of "CreateCharge" must have a Burst of at least 1 and a PerSecond above 0 and at most 1,000,000,000`)
	}
	_, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork()), amazonpay.WithRateLimits(nil))
	require.ErrorContains(t, err, "remove WithRetryPolicy, WithRetryBudget")
	client := newClient(t, answer(201, `{}`), amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"CreateCharge": {Burst: 1, PerSecond: math.SmallestNonzeroFloat64}}))
	require.NoError(t, called(client, t.Context()))
	limit, ok := errors.AsType[*amazonpay.RateLimitError](called(client, t.Context()))
	require.True(t, ok)
	assert.Greater(t, limit.Wait, 24*time.Hour)
}
