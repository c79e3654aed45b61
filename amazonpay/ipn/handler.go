package ipn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
)

// WithDeduper sets what keeps messages from being handled twice by [Verifier.Handler]: one in memory by
// default, which serves one process as long as it runs.
func WithDeduper(d Deduper) Option {
	return func(v *Verifier) error {
		if d == nil {
			return errors.New("ipn: WithDeduper: it is nil")
		}
		v.deduper = d
		return nil
	}
}

// WithSubscriptionConfirmation has [Verifier.Handler] confirm subscriptions to the topics of the trusted accounts,
// after the checks that notifications get. Without it, confirmations are refused. Amazon Pay is not known to
// send any to the endpoints that are set in Seller Central. It goes with [WithTopicAccounts] alone: else anybody
// could subscribe the endpoint to anything.
func WithSubscriptionConfirmation() Option {
	return func(v *Verifier) error { v.subscribing = true; return nil }
}

// WithLogger has [Verifier.Handler] log each message that is refused or fails, with the reason. Nothing is
// logged by default.
func WithLogger(l *slog.Logger) Option {
	return func(v *Verifier) error {
		if l == nil {
			return errors.New("ipn: WithLogger: it is nil")
		}
		v.logger = l
		return nil
	}
}

// Handler returns an [http.Handler] for the endpoint that is set in Seller Central, by POST. It verifies
// each message and calls handle with the notification. It answers
//
//   - 200 once handle has returned nil, and to a message for which it did before;
//   - 4xx to what can never be accepted, which SNS does not send again;
//   - 5xx to what may be: handle returned an error or panicked, the certificate cannot be fetched, the same
//     message is being handled at this moment, the deduper failed. SNS sends it again.
//
// handle is called from several goroutines at once, and at least once for each message: after a crash or a
// failing [Deduper] it may be called for one that it had handled. SNS waits for 15 seconds, so that what takes
// longer should be queued. The request's context ends with the connection.
func (v *Verifier) Handler(handle func(ctx context.Context, n *Notification) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST a message of SNS.", http.StatusMethodNotAllowed)
			return
		}
		err := v.serve(w, r, handle)
		if err == nil {
			w.WriteHeader(http.StatusOK)
			return
		}
		status := statusOf(err)
		v.logger.LogAttrs(r.Context(), slog.LevelWarn, "notification not accepted", slog.Int("status", status), slog.Any("error", err))
		http.Error(w, http.StatusText(status), status) // the reason would help a forger
	})
}

// statusOf is the status of a message that was not accepted.
func statusOf(err error) int {
	var refused *refusal
	switch {
	case errors.Is(err, errTwin):
		return http.StatusServiceUnavailable
	case !errors.As(err, &refused):
		return http.StatusInternalServerError
	case refused.temporary:
		return http.StatusServiceUnavailable
	case errors.Is(err, ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrMalformed), errors.Is(err, ErrType), errors.Is(err, ErrNotification):
		return http.StatusBadRequest
	}
	return http.StatusForbidden
}

// errTwin is that of a message that another request is handling.
var errTwin = errors.New("ipn: the same message is being handled")

func (v *Verifier) serve(w http.ResponseWriter, r *http.Request, handle func(context.Context, *Notification) error) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody+1))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); err != nil && !tooLarge {
		return later(ErrMalformed, "it did not come whole: %v", err)
	}
	e, n, err := v.open(r.Context(), body, r.Header.Values("X-Amz-Sns-Message-Type"))
	if err != nil {
		return err
	}
	if n == nil {
		return v.once(r.Context(), e.field("MessageId"), func(ctx context.Context) error { return v.confirm(ctx, e) })
	}
	return v.once(r.Context(), n.MessageID, func(ctx context.Context) error {
		if err := handle(ctx, n); err != nil {
			return handlerError{err}
		}
		return nil
	})
}

// handlerError hides what the user's function returned from statusOf: it may be a refusal of another message.
type handlerError struct{ error }

// once does what is to be done for a message unless that was done before.
func (v *Verifier) once(ctx context.Context, messageID string, do func(context.Context) error) (err error) {
	progress, err := v.deduper.Begin(ctx, messageID)
	switch {
	case err != nil:
		return fmt.Errorf("ipn: the deduper: %w", err)
	case progress == Finished:
		return nil
	case progress != Begun:
		return errTwin
	}
	ending := context.WithoutCancel(ctx) // what has become of the message must be said though the sender has left
	done := false
	defer func() { // also where the function has panicked, or ended its goroutine
		if reason := recover(); reason != nil {
			err = fmt.Errorf("ipn: the handler panicked: %v", reason)
		}
		if done {
			return
		}
		if failed := v.deduper.Failed(ending, messageID); failed != nil {
			err = errors.Join(err, fmt.Errorf("ipn: the deduper: %w", failed))
		}
	}()
	if err := do(ctx); err != nil {
		return err
	}
	done = true
	if err := v.deduper.Done(ending, messageID); err != nil {
		return fmt.Errorf("ipn: the deduper: %w", err)
	}
	return nil
}

// confirm confirms a subscription, if that is wanted.
func (v *Verifier) confirm(ctx context.Context, e envelope) error {
	if e.kind != typeSubscribe || !v.subscribing {
		return refuse(ErrConfirmation, "it is a %s", e.kind)
	}
	to, err := e.topic.checkSubscribeURL(e.field("SubscribeURL"), e.field("TopicArn"), e.field("Token"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return refuse(ErrSubscribeURL, "%v", err)
	}
	res, err := v.transport.RoundTrip(r)
	if err != nil {
		return errors.New("ipn: the subscription could not be confirmed") // the error would have the URL, and so the token
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ipn: the subscription could not be confirmed: status %d", res.StatusCode)
	}
	return nil
}
