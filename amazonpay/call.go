package amazonpay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"reflect"
	"time"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/transport"
)

const (
	callTimeout     = 90 * time.Second // if the context has no deadline
	maxAnswerBytes  = 10 << 20
	maxErrorBytes   = 64 << 10 // an error is a code and a sentence
	maxMessageBytes = 1 << 10
	maxLogged       = 20 // names of members that could not be decoded
)

var errNoClient = errors.New("amazonpay: the context is nil, or the Client was not made by New")

var errCallTimeout = fmt.Errorf("the call took longer than %s, the limit for a context without a deadline: %w", callTimeout, context.DeadlineExceeded)

// Call makes one call with all its attempts. Every typed method uses it. Use it directly for an
// operation that this SDK does not have yet.
//
// in is the request, encoded by [EncodeJSON], or nil if the operation has no body. The answer is
// decoded into out, a pointer, or nil if the body does not matter. A context without a deadline
// gets one of 90 seconds.
//
// If a member of the answer has another JSON type than its field in out, that member alone is left
// out and named in [Meta].Undecoded. A [*DecodeError] is returned only if the answer lacks what the
// operation returns ([Operation].Returns) or the object's state.
//
// The error is always a [*CallError]. The Meta is never nil.
func (c *Client) Call(ctx context.Context, op Operation, in, out any, opts ...CallOption) (*Meta, error) {
	if !c.made() || ctx == nil {
		err := &CallError{Operation: op.Name, Meta: &Meta{}, Err: errNoClient, Outcome: unsent(opts), reads: op.Method == http.MethodGet}
		return err.Meta, err
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, callTimeout, errCallTimeout)
		defer cancel()
	}
	start := c.core.now()
	meta, err := c.call(ctx, op, in, out, opts)
	took := c.core.now().Sub(start)
	c.log(ctx, op, meta, err, took)
	c.core.observeCall(ctx, op, meta, err, start, took)
	if err != nil { // a nil *CallError would not be a nil error
		return meta, err
	}
	return meta, nil
}

func (c *Client) call(ctx context.Context, op Operation, in, out any, opts []CallOption) (*Meta, *CallError) {
	if v := reflect.ValueOf(out); out != nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		meta := &Meta{}
		return meta, &CallError{Operation: op.Name, Meta: meta, Err: &FieldError{"out", "is not a pointer to the answer's type"}, Outcome: unsent(opts)}
	}
	p, err := c.prepare(ctx, op, in, opts)
	if err != nil {
		meta := &Meta{}
		if p != nil {
			meta.IdempotencyKey = p.key
		}
		return meta, &CallError{Operation: op.Name, Meta: meta, Err: err, Outcome: unsent(opts), reads: op.Method == http.MethodGet}
	}
	meta := &Meta{IdempotencyKey: p.key}
	err = c.send(ctx, p, out, meta)
	if source, ok := p.options.TokenSource.(TokenInvalidator); ok && HasReason(err, ReasonCodeInvalidAuthorizationToken) {
		source.Invalidate(p.token)
		if p.setToken(ctx) == nil {
			made := len(meta.Attempts)
			if again := c.send(ctx, p, out, meta); again == nil || c.core.mocked || len(meta.Attempts) > made {
				err = again
			} // else the refusal is the more useful error: nothing more was sent
		}
	}
	if err != nil {
		c.core.explain(ctx, p, err, meta)
		return meta, &CallError{Operation: op.Name, Meta: meta, Err: err, Outcome: p.outcome(err), reads: op.Method == http.MethodGet}
	}
	return meta, nil
}

// send makes the attempts, adds them to meta and decodes the answer.
func (c *Client) send(ctx context.Context, p *call, out any, meta *Meta) error {
	judge := &policy{core: c.core, call: p, queue: queueOf(p), earlier: len(meta.Attempts)}
	result, err := c.core.sender.Send(ctx, p.request(), judge)
	meta.Attempts = append(meta.Attempts, result.Attempts...)
	meta.ClockOffset = result.ClockOffset
	meta.StatusCode = 0 // of these attempts, not of earlier ones
	if err == nil {
		if !retryableStatus(result.Answer.Status) {
			c.core.budget.answered()
		}
		return p.read(result.Answer, out, meta)
	}
	if _, tooLarge := errors.AsType[*transport.TooLargeError](err); tooLarge || result.Answer == nil {
		return err // an earlier answer is not the last one
	}
	said := p.read(result.Answer, nil, meta)
	if _, interrupted := errors.AsType[*transport.InterruptedError](err); interrupted && said != nil {
		return fmt.Errorf("%w: %w", err, said)
	}
	return err
}

// read turns an answer into out or an error.
func (p *call) read(answer *transport.Answer, out any, meta *Meta) (err error) {
	body := answer.Body
	meta.StatusCode = answer.Status
	meta.RequestID = answer.Header.Get(httpheader.RequestID)
	meta.Header = answer.Header
	meta.Raw = body
	meta.Undecoded = nil // of an earlier answer
	seeOther := p.op.SeeOther && answer.Status == http.StatusSeeOther
	switch {
	case seeOther && answer.Header.Get("Location") == "":
		return notUnderstood("the 303 response has no Location header")
	case !seeOther && !isSuccess(answer.Status):
		return p.apiError(answer.Status)
	case seeOther && !isObject(body):
		return nil
	case meta.RequestID != "" && (out == nil || p.op.NoContent && len(bytes.TrimSpace(body)) == 0):
		return nil // the service has answered, and more is not wanted
	}
	if !isObject(body) { // null would decode to nothing
		kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
		return notUnderstood("its %d bytes (%q) are not a JSON object", len(body), p.clean(kind))
	}
	var ignored struct{}
	if out == nil {
		out = &ignored
	}
	meta.Undecoded, err = decode(body, out)
	for i, name := range meta.Undecoded {
		meta.Undecoded[i] = p.clean(name)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok { // its text quotes numbers, such as a buyer's phone
		err = fmt.Errorf("its member %q does not fit a %s", wrong.Field, wrong.Type)
	} else if err != nil {
		return &DecodeError{Err: err}
	}
	switch done := p.returned(out, body, meta.RequestID); {
	case err != nil:
		return &DecodeError{Err: err, done: done}
	case !done && p.op.Returns != "":
		return notUnderstood("it has no %s, so it is not the service's answer to this operation", p.op.Returns)
	case !done:
		return notUnderstood("it has neither a request id nor a member of the service")
	}
	for _, state := range states {
		if !meta.Understood(state) {
			return &DecodeError{Err: fmt.Errorf("its member %q, the object's state, has an unexpected JSON type", state), done: true}
		}
	}
	return nil
}

// states are the members that hold an object's state. Without it an answer cannot be used.
var states = []string{"statusDetails.state", "chargeStatus.state", "refundStatus.state", "processingStatus"}

// notUnderstood is the error for a success that may not be the service's.
func notUnderstood(format string, args ...any) *DecodeError {
	return &DecodeError{Err: fmt.Errorf(format, args...)}
}

// isObject reports whether a JSON text is an object.
func isObject(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{"))
}

func (p *call) apiError(status int) *APIError {
	return &APIError{StatusCode: status, ReasonCode: ReasonCode(p.clean(string(p.refusal.reason))), Message: p.clean(p.refusal.message)}
}

func (c *Client) log(ctx context.Context, op Operation, meta *Meta, err *CallError, took time.Duration) {
	if n := len(meta.Undecoded); n > 0 {
		c.core.logger.LogAttrs(ctx, slog.LevelWarn, "amazon pay answer has members that could not be decoded", slog.String("operation", op.Name),
			slog.String("request_id", meta.RequestID), slog.Any("members", meta.Undecoded[:min(n, maxLogged)]), slog.Int("count", n))
	}
	if err == nil {
		c.core.logger.LogAttrs(ctx, slog.LevelDebug, "amazon pay call", slog.String("operation", op.Name), slog.Any("call", meta), slog.Duration("took", took))
		return
	}
	c.core.logger.LogAttrs(ctx, slog.LevelWarn, "amazon pay call failed", slog.Any("failure", err), slog.Duration("took", took))
}
