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

	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

// bodyTime limits how long a body may take to arrive. SNS waits 15 seconds for the answer.
const bodyTime = 10 * time.Second

// WithDeduper sets the [Deduper] with which [Verifier.Handler] handles each message once. The
// default is a [MemoryDeduper], which is lost when the process ends and is not shared with other
// processes.
func WithDeduper(d Deduper) Option {
	return func(v *Verifier) error {
		if nilcheck.IsNil(d) {
			return errors.New("ipn: WithDeduper: the Deduper must not be nil")
		}
		v.deduper = d
		return nil
	}
}

// WithSubscriptionConfirmation makes [Verifier.Handler] confirm subscriptions to topics of the
// trusted accounts, after the same checks as for notifications. By default confirmations are
// refused. The option requires [WithTopicAccounts]: otherwise anybody could subscribe the endpoint.
func WithSubscriptionConfirmation() Option {
	return func(v *Verifier) error { v.subscribing = true; return nil }
}

// WithLogger makes [Verifier.Handler] log every message that is not accepted, as a warning with the
// reason. A panic is logged as an error with its stack. By default, or if l is nil, only panics are
// logged, to [slog.Default].
func WithLogger(l *slog.Logger) Option {
	return func(v *Verifier) error { v.logger = l; return nil }
}

// Handler returns an [http.Handler] for the endpoint that is set in Seller Central, for POST
// requests. It verifies each message and calls handle with the notification. It answers
//
//   - 200 if handle returns nil, or has returned nil for the same message before;
//   - 4xx if the message can never be accepted. SNS does not send it again;
//   - 5xx if it may be accepted later: handle returned an error or panicked, another request is
//     handling the same message, the deduper failed, or the refusal is [Temporary]. SNS sends the
//     message again.
//
// A panic of handle is logged with its stack, to [slog.Default] if there is no [WithLogger].
//
// handle is called concurrently, and at least once for each message. After a crash, or if the
// [Deduper] fails, it may be called again for a message that it has handled. SNS waits 15 seconds
// for the answer, so queue work that takes longer. The context ends with the connection.
//
// A body may have up to 256 KiB. Reading it may take up to 10 seconds, or the server's ReadTimeout
// if that is shorter. If a limit is exceeded, the connection (in HTTP/2, the stream) is closed
// after the answer. Neither limit applies to handle. The limit of 10 seconds requires an
// [http.ResponseWriter] that supports [http.ResponseController.SetReadDeadline], as
// net/http's does. A middleware that wraps the ResponseWriter must have a method Unwrap.
//
// Set ReadHeaderTimeout and IdleTimeout of the server too. Otherwise a sender can hold a connection
// open without reaching this handler.
func (v *Verifier) Handler(handle func(ctx context.Context, n *Notification) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			abandonBody(w, r)
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "Use POST.", http.StatusMethodNotAllowed)
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

// log logs why a message was not accepted. A panic is logged even without a logger, because
// net/http, which would log it, does not see it.
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

// panicError is a panic of the handle function.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string {
	return fmt.Sprintf("ipn: the handler panicked: %v", p.value)
}

// statusOf returns the status for a message that was not accepted.
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

// errTwin is the error for the second of two concurrent requests with the same message.
var errTwin = errors.New("ipn: another request is handling the same message")

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

// readBody reads a body within bodyTime, or the server's ReadTimeout if that is shorter.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		abandonBody(w, r)
		return nil, refuse(ErrTooLarge, "it has %d bytes, the maximum is %d", r.ContentLength, maxBody)
	}
	limit := bodyTime
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ReadTimeout > 0 {
		limit = min(limit, server.ReadTimeout)
	}
	reading := http.NewResponseController(w)
	_ = reading.SetReadDeadline(time.Now().Add(limit)) // by the clock of the connection; for an error, see Handler
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		_ = reading.SetReadDeadline(time.Time{}) // as net/http does; other ResponseWriters may not
		return body, nil
	}
	abandonBody(w, r)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, refuse(ErrTooLarge, "it has more than %d bytes", maxBody)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) { // not 408: SNS does not send again after a 4xx
		return nil, later(ErrMalformed, "it did not arrive within %v", limit)
	}
	return nil, later(ErrMalformed, "it is incomplete: %v", err)
}

// abandonBody closes the connection, or the HTTP/2 stream, after the answer. Otherwise the server
// would read the rest of the body, up to 256 KiB, for as long as the sender likes.
func abandonBody(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Unix(0, 0))
}

// handlerError hides the error of the handle function from statusOf. It may be a refusal of another
// message.
type handlerError struct{ error }

// once calls do unless the message was handled before.
func (v *Verifier) once(ctx context.Context, messageID string, do func(context.Context) error) (err error) {
	claim := Claim(rand.Text())
	status, err := v.deduper.Begin(ctx, messageID, claim)
	switch {
	case err != nil:
		return fmt.Errorf("ipn: the Deduper failed: %w", err)
	case status == ClaimStatusDone:
		return nil
	case status != ClaimStatusBegun:
		return errTwin
	}
	ending := context.WithoutCancel(ctx) // the Deduper must learn the result even if the sender has disconnected
	done := false
	defer func() { // also after a panic or runtime.Goexit
		if reason := recover(); reason != nil {
			err = &panicError{reason, debug.Stack()}
		}
		if done {
			return
		}
		if failed := v.deduper.Failed(ending, messageID, claim); failed != nil {
			err = errors.Join(err, fmt.Errorf("ipn: the Deduper failed: %w", failed))
		}
	}()
	if err := do(ctx); err != nil {
		return err
	}
	done = true
	if err := v.deduper.Done(ending, messageID, claim); err != nil {
		return fmt.Errorf("ipn: the Deduper failed: %w", err)
	}
	return nil
}

// confirm confirms a subscription if WithSubscriptionConfirmation is set.
func (v *Verifier) confirm(ctx context.Context, e envelope) error {
	if e.kind != typeSubscribe || !v.subscribing {
		return refuse(ErrConfirmation, "the message type is %s", e.kind)
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
		return errors.New("ipn: cannot confirm the subscription: the request failed") // the error would contain the URL with the token
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ipn: cannot confirm the subscription: unexpected status %d", res.StatusCode)
	}
	return nil
}
