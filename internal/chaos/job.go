package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/chaos/once"
)

const (
	// mostTries limits the attempts to settle a step.
	mostTries = 100
	// mostLives limits the workers that may be killed during an order.
	mostLives = 200
	// pause is the time that the loop waits between two calls.
	pause = time.Millisecond
	// requestsADeployment is the number of requests per version of the shop. A shop knows versions
	// versions.
	requestsADeployment, versions = 200, 50
)

// killed is the panic that ends a worker. The next worker knows only what is stored.
type killed struct{}

// failure is the reason why nothing was charged, or the charge was cancelled.
type failure struct{ why string }

func (f failure) Error() string { return f.why }

// job is one worker's work on an order.
type job struct {
	*world
	order

	random  *rand.Rand
	record  record
	version int64 // version of the shop
	result  *result
}

// payOrder pays an order. A killed worker is replaced.
func (w *world) payOrder(ctx context.Context, o order) (result, error) {
	r := result{order: o}
	for life := uint64(0); ; life++ {
		ended, err := w.live(ctx, &r, life)
		if ended {
			w.counts.ended.Add(1)
			if life < mostLives {
				continue
			}
			err = fmt.Errorf("%d workers did not settle the order", mostLives)
		}
		if failed, ok := errors.AsType[failure](err); ok {
			r.failed, err = failed.why, nil
		}
		if err != nil {
			return r, fmt.Errorf("%s: %w", r, err)
		}
		return r, nil
	}
}

// live runs one worker. It reports whether the worker was killed.
func (w *world) live(ctx context.Context, r *result, life uint64) (ended bool, err error) {
	defer func() {
		switch reason := recover(); reason.(type) {
		case nil:
		case killed:
			ended = true
		default:
			panic(reason)
		}
	}()
	r.charged, r.given, r.failed = 0, 0, ""
	j := &job{
		world: w, order: r.order, version: w.requests.Load() / requestsADeployment, result: r,
		random: rand.New(rand.NewPCG(w.seed+life, r.order.number+1)),
	}
	if j.record, err = w.store.load(j.number); err != nil {
		return false, err
	}
	return false, j.pay(context.WithValue(ctx, jobKey{}, j))
}

// mayDie kills the worker at random.
func (j *job) mayDie() {
	if j.disturbed > 0 && j.random.IntN(100) == 0 {
		panic(killed{})
	}
}

// save stores the state of the order.
func (j *job) save() error {
	j.mayDie()
	if err := j.store.save(j.number, j.record); err != nil {
		return err
	}
	j.mayDie()
	return nil
}

type jobKey struct{}

// mortal is a network whose callers may be killed before a request is sent and after its answer has
// arrived. Together with save, this covers the time between any two lines of the loop with an
// effect outside of the process.
type mortal struct{ next http.RoundTripper }

func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	j, ours := r.Context().Value(jobKey{}).(*job)
	if !ours {
		return m.next.RoundTrip(r)
	}
	j.requests.Add(1)
	j.mayDie()
	resp, err := m.next.RoundTrip(r)
	defer func() {
		if reason := recover(); reason != nil {
			if resp != nil {
				_ = resp.Body.Close()
			}
			panic(reason)
		}
	}()
	j.mayDie()
	return resp, err
}

// do does a step of the order once, by the loop of the README. Its error is a failure if the step
// was declined for good, and, of an impatient order of which nothing is charged yet, if a call did
// nothing for certain.
func (j *job) do(ctx context.Context, step string, call func(ctx context.Context, opts ...amazonpay.CallOption) (id string, err error)) (string, error) {
	w := j.record.Works[step]
	if w == nil {
		w = &once.Work{Name: j.reference() + "/" + step}
		j.record.Works[step] = w
	}
	var last error
	for range mostTries {
		looping, stop := context.WithCancel(ctx)
		last = once.Do(looping, w, j.save, pause, func(opts ...amazonpay.CallOption) (string, error) {
			called, cancel := j.interruption(ctx)
			defer cancel()
			id, err := call(called, opts...)
			next := amazonpay.Advise(err)
			j.note(step, err, called.Err() != nil)
			if next.Step == amazonpay.StepRepeat && !next.Unsettled && j.impatient && firstSteps[step] {
				stop()
			}
			return id, err
		})
		given := looping.Err() != nil
		stop()
		switch {
		case w.Done:
			return w.ID, nil
		case w.Failed == "" && given && !w.Unsettled:
			w.Failed = "given up"
			if err := j.save(); err != nil {
				return "", err
			}
		case amazonpay.HasReason(last, amazonpay.ReasonCodeDuplicateIdempotencyKey):
			j.version = max(0, j.version-1+versions) % versions // another version of the shop sent the first request
		}
		if w.Failed != "" {
			return "", failure{w.Failed}
		}
	}
	return "", fmt.Errorf("%s is not settled: %w", step, last)
}

// insist repeats a step that must not fail for a temporary reason.
func (j *job) insist(ctx context.Context, step string, call func(ctx context.Context, opts ...amazonpay.CallOption) (string, error)) error {
	for range mostTries {
		_, err := j.do(ctx, step, call)
		if _, failed := errors.AsType[failure](err); !failed {
			return err
		}
		*j.record.Works[step] = once.Work{Name: j.reference() + "/" + step, Attempt: j.record.Works[step].Attempt + 1}
	}
	return fmt.Errorf("%s failed %d times", step, mostTries)
}

// firstSteps are the steps at which an impatient order gives up: nothing has been charged before.
var firstSteps = map[string]bool{"create charge": true, "create session": true, "complete": true, "scan": true, "till charge": true}

// note counts a call and records its result for the report.
func (j *job) note(step string, err error, interrupted bool) {
	outcome := amazonpay.OutcomeOf(err)
	told := step + " " + outcome.String()
	if api, ok := errors.AsType[*amazonpay.APIError](err); ok {
		told += fmt.Sprintf(" %d %s", api.StatusCode, api.ReasonCode)
	}
	j.result.history = append(j.result.history, told)
	if outcome == amazonpay.OutcomeUnknown {
		j.counts.unknown.Add(1)
	}
	if interrupted {
		j.counts.interrupted.Add(1)
	}
	if amazonpay.HasReason(err, amazonpay.ReasonCodeDuplicateIdempotencyKey) {
		j.counts.duplicates.Add(1)
	}
}

// interruption cancels the caller of the next call at random.
func (j *job) interruption(ctx context.Context) (called context.Context, cancel func()) {
	if j.disturbed == 0 {
		return ctx, func() {}
	}
	n, longest := j.random.IntN(1000), 100*time.Millisecond
	if n%2 == 0 { // about the time of a call on an idle machine; the other value is for a busy one
		longest = 4 * time.Millisecond
	}
	after := time.Duration(j.random.Int64N(int64(longest)))
	if n >= 30 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, after)
}

// descriptor returns the text for the buyer's statement, which differs between versions of the
// shop.
func (j *job) descriptor() string { return fmt.Sprintf("SHOP V%d", j.version%versions) }

func usd(cents int64) (amazonpay.Price, error) { return amazonpay.NewPrice(cents, amazonpay.USD) }
