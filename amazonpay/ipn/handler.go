package ipn

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"time"
)

// bodyTime is how long a body may take to arrive. SNS waits 15 seconds for the answer.
const bodyTime = 10 * time.Second

// WithDeduper sets what keeps messages from being handled twice by [Verifier.Handler]: one in memory by
// default, which serves one process as long as it runs.
func WithDeduper(d Deduper) Option {
	return func(v *Verifier) error {
		if isNil(d) {
			return errors.New("ipn: WithDeduper: the Deduper is nil")
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

// WithLogger has [Verifier.Handler] log each message that is refused or fails, with the reason, as a warning; a panic of
// the function as an error, with its stack. Without a logger, or with nil, only such a panic is logged, to [slog.Default].
func WithLogger(l *slog.Logger) Option {
	return func(v *Verifier) error { v.logger = l; return nil }
}

// Handler returns an [http.Handler] for the endpoint that is set in Seller Central, by POST. It verifies
// each message and calls handle with the notification. It answers
//
//   - 200 once handle has returned nil, and to a message for which it did before;
//   - 4xx to what can never be accepted, which SNS does not send again;
//   - 5xx to what may be: handle returned an error or panicked, the same message is being handled at this moment, the deduper
//     failed, or the refusal is [Temporary]. SNS sends it again.
//
// A panic of handle is logged with its stack, also without [WithLogger]: then to [slog.Default].
//
// A body may have 256 KiB and may take 10 seconds, or the server's ReadTimeout if that is shorter. Otherwise the connection is
// closed with the answer (in HTTP/2, the stream). The time that handle takes is not limited by either. The limit of 10 seconds needs an
// [http.ResponseWriter] that supports [http.ResponseController.SetReadDeadline], as net/http's do: a middleware that wraps it must have a
// method Unwrap. Set the server's own limits too: without ReadHeaderTimeout and IdleTimeout, a sender can hold a connection without ever
// reaching this handler.
//
// handle is called from several goroutines at once, and at least once for each message: after a crash or a
// failing [Deduper] it may be called for one that it had handled. SNS waits for 15 seconds, so that what takes
// longer should be queued. The request's context ends with the connection.
func (v *Verifier) Handler(handle func(ctx context.Context, n *Notification) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			abandonBody(w, r)
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
		v.log(r.Context(), status, err)
		http.Error(w, http.StatusText(status), status) // the reason would help a forger
	})
}

// log says why a message was not accepted. A panic is said even without a logger: net/http, which would print it, never sees it.
func (v *Verifier) log(ctx context.Context, status int, err error) {
	logger, level, attrs := v.logger, slog.LevelWarn, []slog.Attr{slog.Int("status", status), slog.Any("error", err)}
	if panicked, ok := errors.AsType[*panicError](err); ok {
		level, attrs = slog.LevelError, append(attrs, slog.String("stack", string(panicked.stack)))
		if logger == nil {
			logger = slog.Default()
		}
	}
	if logger != nil {
		logger.LogAttrs(ctx, level, "notification not accepted", attrs...)
	}
}

// panicError is a panic of the user's function.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string {
	return fmt.Sprintf("ipn: a panic while the message was handled: %v", p.value)
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

// errTwin: another request is handling the same message.
var errTwin = errors.New("ipn: the same message is being handled")

func (v *Verifier) serve(w http.ResponseWriter, r *http.Request, handle func(context.Context, *Notification) error) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
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

// readBody reads a body within bodyTime, or within the server's ReadTimeout where that is shorter.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		abandonBody(w, r)
		return nil, refuse(ErrTooLarge, "it has %d bytes, and %d are allowed", r.ContentLength, maxBody)
	}
	limit := bodyTime
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ReadTimeout > 0 {
		limit = min(limit, server.ReadTimeout)
	}
	reading := http.NewResponseController(w)
	_ = reading.SetReadDeadline(time.Now().Add(limit)) // by the connection's clock; an error: see Handler
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		_ = reading.SetReadDeadline(time.Time{}) // net/http does this too; other ResponseWriters may not
		return body, nil
	}
	abandonBody(w, r)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, refuse(ErrTooLarge, "it has more than %d bytes", maxBody)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) { // not 408: SNS does not send again after a 4xx
		return nil, later(ErrMalformed, "it did not come within %v", limit)
	}
	return nil, later(ErrMalformed, "it did not come whole: %v", err)
}

// abandonBody has the connection, or the stream of HTTP/2, end with the answer. Otherwise the server would go on reading
// what is left of the body, up to 256 KiB and for as long as the sender likes.
func abandonBody(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Unix(0, 0))
}

// handlerError hides what the user's function returned from statusOf: it may be a refusal of another message.
type handlerError struct{ error }

// once does what is to be done for a message unless that was done before.
func (v *Verifier) once(ctx context.Context, messageID string, do func(context.Context) error) (err error) {
	claim := Claim(rand.Text())
	progress, err := v.deduper.Begin(ctx, messageID, claim)
	switch {
	case err != nil:
		return fmt.Errorf("ipn: the deduper: %w", err)
	case progress == ClaimStatusFinished:
		return nil
	case progress != ClaimStatusBegun:
		return errTwin
	}
	ending := context.WithoutCancel(ctx) // what has become of the message must be said though the sender has left
	done := false
	defer func() { // also where the function has panicked, or ended its goroutine
		if reason := recover(); reason != nil {
			err = &panicError{reason, debug.Stack()}
		}
		if done {
			return
		}
		if failed := v.deduper.Failed(ending, messageID, claim); failed != nil {
			err = errors.Join(err, fmt.Errorf("ipn: the deduper: %w", failed))
		}
	}()
	if err := do(ctx); err != nil {
		return err
	}
	done = true
	if err := v.deduper.Done(ending, messageID, claim); err != nil {
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
