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

	"github.com/amazonpay-go/sdk/transport"
)

// RateLimit is a limit on the calls of one operation, a token bucket: Burst at once, and PerSecond in the long run.
type RateLimit struct {
	Burst     int
	PerSecond float64
}

// DocumentedRateLimits returns the limits that Amazon Pay documents for an environment, by [Operation].Name, as a map of
// the caller's own. They hold for one merchant together with one developer. An older copy of the page shows about half
// of the live ones, and for operations that it does not list there is no limit here.
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

// WithRateLimits holds attempts back that the service would refuse with 429, by operation ([Operation].Name) and merchant: an
// attempt waits until its turn. Nil are the [DocumentedRateLimits] of the client's environment; operations that the map
// lacks are not limited until a 429 says that they are.
//
// Other programs may use up the same limits, so the limiter learns: with each 429, at most once a second, it halves the rate of
// that operation, down to a sixteenth, and each other answer below 500 raises it by a tenth, up to the limit. It is shared by a client and those that
// [Client.With] derives from it. A merchant is told by its [TokenSource], which must be the same value in each call and of one
// merchant alone, or else by its token. Names of operations that do not exist have no effect.
//
// The wait counts towards the call's deadline, not the attempt's time-out. Where it would outlast the deadline, as things stand when it
// begins, the attempt is not made: of the first, the error is a [*RateLimitError]; of a repetition, what came before is the result. A wait that
// becomes longer, because the rate is cut, ends with the context.
func WithRateLimits(limits map[string]RateLimit) Option {
	return func(s *settings) error {
		for name, limit := range limits {
			if limit.Burst < 1 || !(limit.PerSecond > 0 && limit.PerSecond <= mostRate) { // and not NaN
				return fmt.Errorf("amazonpay: WithRateLimits: the limit of %q needs a Burst of 1 or more and a PerSecond above 0 and up to a thousand million", name)
			}
		}
		s.limited, s.limits = true, maps.Clone(limits)
		return nil
	}
}

// RateLimitError says that the client's own rate limit ([WithRateLimits]) did not allow the call before its deadline.
// Nothing was sent.
type RateLimitError struct {
	Wait time.Duration // that the call would have needed
}

// Error names the wait.
func (e *RateLimitError) Error() string {
	return fmt.Sprintf("the rate limit allows the call in %s, after its deadline: nothing was sent", e.Wait.Round(time.Millisecond))
}

const (
	// What an operation without a limit gets when the service refuses it, and the rate from which it has none again.
	learntRate = 1
	freeRate   = 16

	mostRate      = 1e9
	mostCut       = 16 // how far a rate goes down
	recovery      = 1.1
	timeBetween   = time.Second // cuts of one rate: the refusals of one moment are one piece of news
	fewestBuckets = 1024
)

// limiter has a bucket for each operation of each merchant.
type limiter struct {
	limits map[string]RateLimit
	logger *slog.Logger

	mu      sync.Mutex
	buckets map[bucketID]*bucket
	sweepAt int // so many buckets
}

type bucketID struct {
	merchant  any // a TokenSource or a token; nil: the client's own
	operation string
}

// bucket is a token bucket with a queue: who is first in it sleeps, so that a rate which changes holds for all behind.
type bucket struct {
	limit   RateLimit // zero where the operation has none
	rate    float64
	tokens  float64
	at      time.Time     // when tokens were counted
	cut     time.Time     // when the rate was
	waiting int           // for a token, the first one included
	first   chan struct{} // has room for the one who is first
}

func newLimiter(limits map[string]RateLimit, logger *slog.Logger) *limiter {
	return &limiter{limits: limits, logger: logger, buckets: make(map[bucketID]*bucket), sweepAt: fewestBuckets}
}

func bucketOf(p *call) bucketID {
	id := bucketID{operation: p.op.Name}
	switch source := p.options.TokenSource; {
	case source != nil && reflect.ValueOf(source).Comparable():
		id.merchant = source
	case p.token != "":
		id.merchant = p.token
	}
	return id
}

// join has the limiter hold back, and hear of, the attempts of a call.
func (l *limiter) join(call *transport.Call, id bucketID) {
	observe := call.Observe
	call.Admit = func(ctx context.Context) error { return l.admit(ctx, id) }
	call.Observe = func(number int, a Attempt, header http.Header, body []byte) {
		l.learn(id, a.StatusCode)
		if observe != nil {
			observe(number, a, header, body)
		}
	}
}

// admit waits until an attempt may begin.
func (l *limiter) admit(ctx context.Context, id bucketID) error {
	b, wait, err := l.queue(ctx, id)
	if b == nil || err != nil {
		return err
	}
	defer l.leave(b)
	if wait > 0 {
		l.logger.LogAttrs(ctx, slog.LevelDebug, "amazon pay attempt waits for the rate limit", slog.String("operation", id.operation), slog.Duration("wait", wait))
	}
	select {
	case b.first <- struct{}{}:
		defer func() { <-b.first }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		wait := l.take(b)
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

// queue joins the queue of a bucket, and returns how long that is as things stand; no bucket where there is no limit.
func (l *limiter) queue(ctx context.Context, id bucketID) (*bucket, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(id)
	if b == nil {
		return nil, 0, nil
	}
	b.count()
	wait := b.wait(float64(b.waiting + 1))
	if deadline, ok := ctx.Deadline(); ok && wait > 0 && time.Until(deadline) <= wait {
		return nil, 0, &RateLimitError{wait}
	}
	b.waiting++
	return b, wait, nil
}

func (l *limiter) leave(b *bucket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.waiting--
}

// take takes a token, or returns how long it will be until there is one.
func (l *limiter) take(b *bucket) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.count()
	wait := b.wait(1)
	if wait == 0 {
		b.tokens--
	}
	return wait
}

// learn hears what became of an attempt.
func (l *limiter) learn(id bucketID, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(id)
	switch now := time.Now(); {
	case status == http.StatusTooManyRequests && b == nil:
		l.add(id, RateLimit{}, learntRate, 0).cut = now
	case status == http.StatusTooManyRequests:
		b.count()
		b.tokens = 0 // the service has none
		if now.Sub(b.cut) >= timeBetween {
			b.rate, b.cut = max(b.rate/2, b.most()/mostCut), now
		}
	case status == 0 || status >= http.StatusInternalServerError || b == nil:
	default:
		b.count()
		b.rate = min(b.rate*recovery, b.most())
		if b.limit == (RateLimit{}) && b.rate == freeRate {
			delete(l.buckets, id)
		}
	}
}

// bucket returns the bucket; nil where there is no limit.
func (l *limiter) bucket(id bucketID) *bucket {
	if b := l.buckets[id]; b != nil {
		return b
	}
	limit, limited := l.limits[id.operation]
	if !limited {
		return nil
	}
	return l.add(id, limit, limit.PerSecond, float64(limit.Burst))
}

func (l *limiter) add(id bucketID, limit RateLimit, rate, tokens float64) *bucket {
	if len(l.buckets) >= l.sweepAt {
		l.sweep()
	}
	b := &bucket{limit: limit, rate: rate, tokens: tokens, at: time.Now(), first: make(chan struct{}, 1)}
	l.buckets[id] = b
	return b
}

// sweep drops the buckets that have filled up unused, such as those of tokens that have been replaced.
func (l *limiter) sweep() {
	for id, b := range l.buckets {
		b.count()
		if b.waiting == 0 && b.tokens == b.burst() {
			delete(l.buckets, id)
		}
	}
	l.sweepAt = max(fewestBuckets, 2*len(l.buckets))
}

// count adds the tokens that have come since.
func (b *bucket) count() {
	now := time.Now()
	b.tokens = min(b.burst(), b.tokens+max(0, now.Sub(b.at).Seconds())*b.rate)
	b.at = now
}

// wait is how long it will be until there are so many tokens.
func (b *bucket) wait(tokens float64) time.Duration {
	const longest = 1e9 // seconds, so that the product is a Duration
	if b.tokens >= tokens {
		return 0
	}
	return max(1, time.Duration(min((tokens-b.tokens)/b.rate, longest)*float64(time.Second)))
}

// burst is how many tokens there can be.
func (b *bucket) burst() float64 { return float64(max(b.limit.Burst, 1)) }

// most is the highest rate.
func (b *bucket) most() float64 {
	if b.limit == (RateLimit{}) {
		return freeRate
	}
	return b.limit.PerSecond
}
