package amazonpay

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Event is something that an observer is told: an attempt of a call that has ended, or a whole call.
type Event struct {
	Operation string // as in [CallError], for example CreateCharge
	Method    string
	// Path is the template of the path, without ids: charges/{chargeId}/capture.
	Path string
	// Attempt is the number of the attempt from 1, and 0 for the whole call, which comes after its attempts.
	Attempt int
	// Attempts is how many there were, of a whole call.
	Attempts   int
	StatusCode int        // 0 where no answer came
	ReasonCode ReasonCode // of an answer that is not 2xx, where it has one
	RequestID  string     // of the answer
	Start      time.Time
	Duration   time.Duration
	// Err is why an attempt brought no answer, or why the call failed. It names no URL, no token and no body.
	Err error
	// Outcome is what is known of the work, of a whole call; see [OutcomeOf].
	Outcome Outcome
}

// WithObserver has a function told of each attempt and of each call, for traces and metrics; examples/otel has one for
// OpenTelemetry. It is called on the goroutine of the call, which waits for it, and from several goroutines at once. ctx is that of
// the call. No event holds an id of an object, a key, a token or anything about a buyer, but for what the service's own message in
// an [APIError] repeats. Calls through a Doer of the user's own have no events of attempts. Of several observers each is told.
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

// observeAttempt returns what tells the observers of the attempts of a call, of which some were made before; nil where
// there are no observers.
func (c *core) observeAttempt(ctx context.Context, p *call, before int) func(int, Attempt, http.Header, ReasonCode) {
	if len(c.observers) == 0 {
		return nil
	}
	return func(number int, a Attempt, header http.Header, reason ReasonCode) {
		c.tell(ctx, Event{
			Operation: p.op.Name, Method: p.op.Method, Path: p.op.Path, Attempt: before + number, StatusCode: a.StatusCode, ReasonCode: reason,
			RequestID: header.Get(headerRequestID), Start: a.Start, Duration: a.Duration, Err: a.Err,
		})
	}
}

// observeCall tells the observers of a whole call.
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
