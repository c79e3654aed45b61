package amazonpay

import (
	"context"
	"errors"
	"time"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/transport"
)

// Event is what an observer is told about: one attempt that has ended, or one whole call.
type Event struct {
	Operation string // as in [CallError], for example CreateCharge
	Method    string
	// Path is the template of the path, without ids: charges/{chargeId}/capture.
	Path string
	// Attempt is the number of the attempt from 1, and 0 for the whole call, which comes after its
	// attempts.
	Attempt int
	// Attempts is the number of attempts of a whole call.
	Attempts   int
	StatusCode int        // 0 if no answer came
	ReasonCode ReasonCode // of an answer that is not 2xx; empty if it has none
	RequestID  string     // of the answer
	Start      time.Time
	Duration   time.Duration
	// Err says why an attempt got no response, or why the call failed. It quotes no URL, token or
	// body.
	Err error
	// Outcome is what is known about the work of a whole call: see [OutcomeOf].
	Outcome Outcome
}

// WithObserver calls a function after each attempt and after each call, for traces and metrics. The
// module github.com/amazonpay-go/sdk/examples/otel has one for OpenTelemetry. The function runs on
// the goroutine of the call, which waits for it, and must be safe for concurrent use. ctx is the
// call's context. If there are several observers, all are called. With a custom Doer there are no
// attempt events.
//
// No event holds an object's id, a key, a token or anything about a buyer, except what the
// service's message in an [APIError] repeats.
func WithObserver(observe func(ctx context.Context, e Event)) Option {
	return func(s *settings) error {
		if observe == nil {
			return errors.New("amazonpay: WithObserver: the function is nil")
		}
		s.observers = append(s.observers, observe)
		return nil
	}
}

func (c *core) tell(ctx context.Context, e Event) {
	for _, observe := range c.observers {
		observe(ctx, e)
	}
}

// observeAttempt tells the observers about an attempt and its answer, which may be nil.
func (c *core) observeAttempt(ctx context.Context, j *policy, a Attempt, answer *transport.Answer, reason ReasonCode) {
	if len(c.observers) == 0 || c.mocked {
		return
	}
	op := j.call.op
	e := Event{
		Operation: op.Name, Method: op.Method, Path: op.Path, Attempt: j.earlier + j.number, StatusCode: a.StatusCode,
		ReasonCode: ReasonCode(j.call.clean(string(reason))), Start: a.Start, Duration: a.Duration, Err: a.Err,
	}
	if answer != nil {
		e.RequestID = answer.Header.Get(httpheader.RequestID)
	}
	c.tell(ctx, e)
}

// observeCall tells the observers about a whole call.
func (c *core) observeCall(ctx context.Context, op Operation, meta *Meta, failed *CallError, start time.Time, took time.Duration) {
	if len(c.observers) == 0 {
		return
	}
	e := Event{
		Operation: op.Name, Method: op.Method, Path: op.Path, Attempts: len(meta.Attempts), StatusCode: meta.StatusCode,
		RequestID: meta.RequestID, Start: start, Duration: took, Outcome: OutcomeDone,
	}
	if failed != nil {
		e.Err, e.Outcome = failed, failed.Outcome
		if api, ok := errors.AsType[*APIError](failed); ok {
			e.ReasonCode = api.ReasonCode
		}
	}
	c.tell(ctx, e)
}
