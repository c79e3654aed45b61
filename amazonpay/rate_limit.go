package amazonpay

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/internal/bucket"
)

// RateLimit limits the calls of one operation: Burst at once, and PerSecond in the long run.
type RateLimit struct {
	Burst     int
	PerSecond float64
}

// DocumentedRateLimits returns the limits that Amazon Pay documents for an environment, by
// [Operation].Name. The map is the caller's to change. The limits hold for one merchant together
// with one developer. Operations that the page does not list have no limit here. An older copy of
// the page shows about half of the live limits.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/api-throttling-limits.html
func DocumentedRateLimits(environment Environment) map[string]RateLimit {
	if environment == EnvironmentSandbox {
		return maps.Clone(sandboxLimits)
	}
	return maps.Clone(liveLimits)
}

var liveLimits = map[string]RateLimit{
	"CancelCharge":            {10, 2},
	"CaptureCharge":           {20, 4},
	"CloseChargePermission":   {10, 2},
	"CompleteCheckoutSession": {20, 4},
	"CreateCharge":            {10, 4},
	"CreateCheckoutSession":   {40, 16},
	"CreateMerchantAccount":   {10, 1},
	"CreateRefund":            {10, 4},
	"DeliveryTrackers":        {10, 1},
	"GetAuthorizationToken":   {5, 1},
	"GetCharge":               {20, 4},
	"GetChargePermission":     {20, 4},
	"GetCheckoutSession":      {40, 8},
	"GetRefund":               {20, 4},
	"UpdateChargePermission":  {10, 2},
	"UpdateCheckoutSession":   {20, 8},
}

var sandboxLimits = map[string]RateLimit{
	"CancelCharge":            {2, 1},
	"CaptureCharge":           {2, 1},
	"CloseChargePermission":   {2, 1},
	"CompleteCheckoutSession": {2, 1},
	"CreateCharge":            {2, 1},
	"CreateCheckoutSession":   {5, 1},
	"CreateMerchantAccount":   {1, 1},
	"CreateRefund":            {2, 1},
	"DeliveryTrackers":        {1, 1},
	"GetCharge":               {5, 1},
	"GetChargePermission":     {10, 1},
	"GetCheckoutSession":      {10, 1},
	"GetRefund":               {5, 1},
	"UpdateChargePermission":  {5, 1},
	"UpdateCheckoutSession":   {5, 1},
}

// WithRateLimits delays attempts that the service would refuse with 429, by operation
// ([Operation].Name) and merchant. A nil map means [DocumentedRateLimits] of the client's
// environment. Operations missing from the map are unlimited until the service answers 429. Names
// of unknown operations have no effect.
//
// Other programs may use up the same limits, so the limiter adapts. Each 429, at most one a second,
// halves the rate of that operation, down to a sixteenth. Each other answer below 500 raises it by
// a tenth, up to the limit.
//
// A client and the clients that [Client.With] derives from it share one limiter. It tells merchants
// apart by their [TokenSource], or else by their token. A TokenSource must be the same value in
// each call and must serve one merchant only.
//
// The wait counts towards the call's deadline, not towards the attempt's time-out. If it would
// outlast the deadline, the attempt is not made. For a first attempt the error is a
// [*RateLimitError]; for a further one the call ends with the result of the attempt before. A wait
// that becomes longer, because the rate is cut, ends with the context.
func WithRateLimits(limits map[string]RateLimit) Option {
	return func(s *settings) error {
		for name, limit := range limits {
			if limit.Burst < 1 || !(limit.PerSecond > 0 && limit.PerSecond <= mostRate) { // and not NaN
				return fmt.Errorf("amazonpay: WithRateLimits: the limit of %q must have a Burst of at least 1 and a PerSecond above 0 and at most 1,000,000,000", name)
			}
		}
		s.limited, s.limits = true, maps.Clone(limits)
		return nil
	}
}

// RateLimitError reports that the client's own rate limit ([WithRateLimits]) did not allow the call
// before its deadline. Nothing was sent.
type RateLimitError struct {
	Wait time.Duration // how long the call would have had to wait
}

// Error returns the wait.
func (e *RateLimitError) Error() string {
	return fmt.Sprintf("the rate limit allows the call in %s, after its deadline: nothing was sent", e.Wait.Round(time.Millisecond))
}

const (
	// The rate that an operation without a limit gets with its first 429, and the rate at which it
	// is unlimited again.
	learntRate = 1
	freeRate   = 16

	mostRate     = 1e9
	mostCut      = 16 // how far a rate goes down
	recovery     = 1.1
	timeBetween  = time.Second // between two cuts of one rate: refusals at the same moment count once
	fewestQueues = 1024
)

// limiter has a queue for each operation of each merchant.
type limiter struct {
	limits map[string]RateLimit
	logger *slog.Logger

	mu      sync.Mutex
	queues  map[queueID]*queue
	sweepAt int // so many queues
}

type queueID struct {
	merchant  any // a TokenSource or a token; nil: the client's own
	operation string
}

// queue is a token bucket and the calls waiting for its tokens. Only the first one sleeps, so that
// a changed rate holds for all behind.
type queue struct {
	bucket.Bucket

	limit   RateLimit     // zero if the operation has none
	cut     time.Time     // when the rate was cut
	waiting int           // for a token, the first one included
	first   chan struct{} // has room for the one who is first
}

func newLimiter(limits map[string]RateLimit, logger *slog.Logger) *limiter {
	return &limiter{limits: limits, logger: logger, queues: make(map[queueID]*queue), sweepAt: fewestQueues}
}

func queueOf(p *call) queueID {
	id := queueID{operation: p.op.Name}
	switch source := p.options.TokenSource; {
	case source != nil && reflect.ValueOf(source).Comparable():
		id.merchant = source
	case p.token != "":
		id.merchant = p.token
	}
	return id
}

// admit waits until an attempt may begin. A nil limiter admits every attempt at once.
func (l *limiter) admit(ctx context.Context, id queueID) error {
	if l == nil {
		return nil
	}
	q, wait, err := l.join(ctx, id)
	if q == nil || err != nil {
		return err
	}
	defer l.leave(q)
	if wait > 0 {
		l.logger.LogAttrs(ctx, slog.LevelDebug, "amazon pay attempt waits for the rate limit", slog.String("operation", id.operation), slog.Duration("wait", wait))
	}
	select {
	case q.first <- struct{}{}:
		defer func() { <-q.first }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		wait := l.take(q)
		if wait == 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// join joins a queue and returns how long the wait is as things stand. The queue is nil if there is
// no limit.
func (l *limiter) join(ctx context.Context, id queueID) (*queue, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.queue(id)
	if q == nil {
		return nil, 0, nil
	}
	wait := q.Wait(float64(q.waiting+1), time.Now())
	if deadline, ok := ctx.Deadline(); ok && wait > 0 && time.Until(deadline) <= wait {
		return nil, 0, &RateLimitError{wait}
	}
	q.waiting++
	return q, wait, nil
}

func (l *limiter) leave(q *queue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q.waiting--
}

// take takes a token, or returns how long it will be until there is one.
func (l *limiter) take(q *queue) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if q.Take(now) {
		return 0
	}
	return q.Wait(1, now)
}

// learn adapts the rate of an operation to the status of an attempt, 0 if it got no response.
func (l *limiter) learn(id queueID, status int) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.queue(id)
	switch now := time.Now(); {
	case status == http.StatusTooManyRequests && q == nil:
		l.add(id, RateLimit{}, learntRate, 0).cut = now
	case status == http.StatusTooManyRequests:
		q.Drain(now) // the service has none
		if now.Sub(q.cut) >= timeBetween {
			q.Rate, q.cut = max(q.Rate/2, q.most()/mostCut), now
		}
	case status == 0 || status >= http.StatusInternalServerError || q == nil:
	default:
		q.Count(now)
		q.Rate = min(q.Rate*recovery, q.most())
		if q.limit == (RateLimit{}) && q.Rate == freeRate {
			delete(l.queues, id)
		}
	}
}

// queue returns the queue, nil if there is no limit.
func (l *limiter) queue(id queueID) *queue {
	if q := l.queues[id]; q != nil {
		return q
	}
	limit, limited := l.limits[id.operation]
	if !limited {
		return nil
	}
	return l.add(id, limit, limit.PerSecond, float64(limit.Burst))
}

func (l *limiter) add(id queueID, limit RateLimit, rate, tokens float64) *queue {
	if len(l.queues) >= l.sweepAt {
		l.sweep()
	}
	q := &queue{
		Bucket: bucket.New(float64(max(limit.Burst, 1)), rate, tokens, time.Now()),
		limit:  limit, first: make(chan struct{}, 1),
	}
	l.queues[id] = q
	return q
}

// sweep drops unused queues with full buckets, for example of replaced tokens.
func (l *limiter) sweep() {
	for id, q := range l.queues {
		if q.waiting == 0 && q.Count(time.Now()) == q.Size {
			delete(l.queues, id)
		}
	}
	l.sweepAt = max(fewestQueues, 2*len(l.queues))
}

// most is the highest rate.
func (q *queue) most() float64 {
	if q.limit == (RateLimit{}) {
		return freeRate
	}
	return q.limit.PerSecond
}
