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
	// mostTries is how often a step that is to be read about is repeated before it counts as not to be settled.
	mostTries = 100
	// mostLives is how many workers an order may take before it counts as not to be settled.
	mostLives = 200
	// pause is how long the loop waits between two calls.
	pause = time.Millisecond
	// requestsADeployment is how many requests a version of the shop lives; versions is how many it knows of.
	requestsADeployment, versions = 200, 50
)

// killed is the panic with which a worker ends. All that it knew is gone; the next one has what is stored.
type killed struct{}

// failure says that nothing was charged, or is charged any more, and why.
type failure struct{ why string }

func (f failure) Error() string { return f.why }

// job is one worker's work on an order.
type job struct {
	*world
	order

	random  *rand.Rand
	record  record
	version int64 // of the shop's program
	result  *result
}

// payOrder pays an order, with as many workers as it takes.
func (w *world) payOrder(ctx context.Context, o order) (result, error) {
	r := result{order: o}
	for life := uint64(0); ; life++ {
		ended, err := w.live(ctx, &r, life)
		if ended {
			w.counts.ended.Add(1)
			if life < mostLives {
				continue
			}
			err = fmt.Errorf("%d workers have not settled it", mostLives)
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

// live is one worker's life. It reports whether the worker was killed.
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

// mayDie kills the worker, now and then.
func (j *job) mayDie() {
	if j.disturbed > 0 && j.random.IntN(100) == 0 {
		panic(killed{})
	}
}

// save stores what the order has come to.
func (j *job) save() error {
	j.mayDie()
	if err := j.store.save(j.number, j.record); err != nil {
		return err
	}
	j.mayDie()
	return nil
}

type jobKey struct{}

// mortal is a network whose callers may be killed before a request is sent, and when its answer has come. With what happens in
// save that is between any two lines of the loop that have an effect outside of the process.
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

// do does a step of the order once, by the loop of the README. Its error is a failure if the step was declined for good, and, of an
// impatient order of which nothing is charged yet, if a call did nothing for certain.
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
			j.version = max(0, j.version-1+versions) % versions // another version of the shop has sent the first request
		}
		if w.Failed != "" {
			return "", failure{w.Failed}
		}
	}
	return "", fmt.Errorf("%s is not settled: %w", step, last)
}

// insist does a step that must not fail for a reason that passes.
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

// firstSteps are those at which an impatient order is given up: nothing is charged before.
var firstSteps = map[string]bool{"create charge": true, "create session": true, "complete": true, "scan": true, "till charge": true}

// note counts a call, and keeps what became of it for a report.
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

// interruption cancels the caller of the next call after a while, now and then.
func (j *job) interruption(ctx context.Context) (called context.Context, cancel func()) {
	if j.disturbed == 0 {
		return ctx, func() {}
	}
	n, longest := j.random.IntN(1000), 100*time.Millisecond
	if n%2 == 0 { // as long as a call takes on an idle machine; the other on a busy one
		longest = 4 * time.Millisecond
	}
	after := time.Duration(j.random.Int64N(int64(longest)))
	if n >= 30 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, after)
}

// descriptor is the text for the buyer's statement, which each version of the shop words in its own way.
func (j *job) descriptor() string { return fmt.Sprintf("SHOP V%d", j.version%versions) }

func usd(cents int64) (amazonpay.Price, error) { return amazonpay.NewPrice(cents, amazonpay.USD) }
