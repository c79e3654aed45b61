package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

const (
	// mostTries is how often a step is repeated before it counts as not to be settled: at 30 % it takes five at the most.
	mostTries = 100
	// mostKeys is how many idempotency keys a declined payment gets.
	mostKeys = 3
)

// errEnded says that the worker ended in the middle of a call. It begins anew with the order's number.
var errEnded = errors.New("the worker ended")

// failure says that nothing was charged, or is charged any more, and why.
type failure struct{ why string }

func (f failure) Error() string { return f.why }

// job is one worker's work on an order.
type job struct {
	*world
	order

	resumed bool // a worker before it ended, and nobody knows what that has done
	random  *rand.Rand
	result  *result
}

// payOrder pays an order, with as many workers as it takes.
func (w *world) payOrder(ctx context.Context, o order) (result, error) {
	r := result{order: o}
	for life := uint64(0); ; life++ {
		j := &job{world: w, order: o, resumed: life > 0, random: rand.New(rand.NewPCG(w.seed+life, o.number+1)), result: &r}
		r.charged, r.given, r.failed = 0, 0, ""
		err := j.pay(ctx)
		if errors.Is(err, errEnded) {
			w.counts.ended.Add(1)
			continue
		}
		if failed, ok := errors.AsType[failure](err); ok {
			r.failed, err = failed.why, nil
		}
		w.counts.unknown.Add(r.unknown)
		if err != nil {
			return r, fmt.Errorf("%s: %w", r, err)
		}
		return r, nil
	}
}

// interruption is what happens to the caller of the next call: nothing, mostly; it is cancelled after a while, or ends.
func (j *job) interruption(ctx context.Context) (called context.Context, cancel func(), ends bool) {
	if j.disturbed == 0 {
		return ctx, func() {}, false
	}
	n, longest := j.random.IntN(1000), 100*time.Millisecond
	if n%2 == 0 { // as long as a call takes on an idle machine; the other on a busy one
		longest = 4 * time.Millisecond
	}
	after := time.Duration(j.random.Int64N(int64(longest)))
	if n >= 30 {
		return ctx, func() {}, false
	}
	called, cancel = context.WithTimeout(ctx, after)
	return called, cancel, n < 10
}

// declined are the reason codes of a payment that was refused for good: the idempotency key would bring the same again. They settle
// an earlier unknown outcome only because a key that is honoured would have replayed its success, and where none is, the session's or
// the reference's state would have.
var declined = []amazonpay.ReasonCode{
	amazonpay.ReasonSoftDeclined, amazonpay.ReasonHardDeclined, amazonpay.ReasonAmazonRejected, amazonpay.ReasonTransactionTimedOut,
	amazonpay.ReasonProcessingFailure, amazonpay.ReasonCheckoutSessionCanceled, amazonpay.ReasonInvalidChargePermissionStatus,
}

// do repeats a call until it is known what became of it. Its error is a decline, or, of an impatient order of which nothing
// is charged yet, the first that says that the call was refused or not sent.
func do[T any](ctx context.Context, j *job, name string, call func(ctx context.Context) (T, error)) (T, error) {
	var none T
	uncertain := j.resumed
	for range mostTries {
		called, cancel, ends := j.interruption(ctx)
		answer, err := call(called)
		interrupted := called.Err() != nil
		cancel()
		outcome := amazonpay.OutcomeOf(err)
		j.result.history = append(j.result.history, name+" "+told(outcome, err))
		if interrupted {
			j.counts.interrupted.Add(1)
		}
		switch {
		case ends: // whatever came, it is forgotten
			return none, errEnded
		case err == nil, outcome == amazonpay.OutcomeRefused && isDecline(err):
			return answer, err
		case outcome == amazonpay.OutcomeUnknown || outcome == amazonpay.OutcomeDone:
			j.result.unknown++
			uncertain = true
		case j.impatient && !uncertain && slices.Contains(firstSteps, name): // refused or not sent, so nothing is charged
			return none, failure{"given up: " + err.Error()}
		}
	}
	return none, fmt.Errorf("%s is not settled", name)
}

// withKeys makes a step that may be declined, a few times, each under a key of its own, as long as another one may help.
func withKeys[T any](ctx context.Context, j *job, name string, call func(ctx context.Context, key amazonpay.CallOption) (T, error)) (answer T, err error) {
	for n := 1; n <= mostKeys; n++ {
		key := j.key(name, n)
		answer, err = do(ctx, j, name, func(ctx context.Context) (T, error) { return call(ctx, key) })
		if err == nil || !webstore.Decline(err).NewKey {
			break
		}
	}
	return answer, err
}

func isDecline(err error) bool { return amazonpay.HasReason(err, declined...) }

// unlessDecline is for steps that may be declined without harm.
func unlessDecline(err error) error {
	if isDecline(err) {
		return nil
	}
	return err
}

// firstSteps are those at which an impatient order is given up: nothing is charged before.
var firstSteps = []string{"create charge", "create session", "complete", "scan", "till charge"}

func told(outcome amazonpay.Outcome, err error) string {
	api, ok := errors.AsType[*amazonpay.APIError](err)
	if !ok {
		return outcome.String()
	}
	return fmt.Sprintf("%s %d %s", outcome, api.StatusCode, api.ReasonCode)
}

// key is the idempotency key of the n-th attempt at a step of the order, the same in each worker's life.
func (j *job) key(step string, n int) amazonpay.CallOption {
	return amazonpay.WithIdempotencyKey(amazonpay.KeyFrom(j.reference(), step, strconv.Itoa(n)))
}

func usd(cents int64) (amazonpay.Price, error) { return amazonpay.NewPrice(cents, amazonpay.USD) }
