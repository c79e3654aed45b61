package amazonpay

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CallError wraps every error that a call returns, with the operation and what is known about the
// call. Err says what went wrong:
//
//   - [*FieldError]: the request or an option is wrong; nothing was sent.
//   - [*TokenError]: the [TokenSource] returned no usable token; nothing was sent.
//   - [*RateLimitError]: the limits of [WithRateLimits] did not allow the call before its
//     deadline; nothing was sent.
//   - [*APIError]: the service, or a gateway in front of it, answered with an error.
//   - [*DecodeError]: the answer has a success status but could not be understood.
//   - [*transport.NetworkError]: the last attempt got no answer; the work may have been done.
//   - [*transport.InterruptedError]: the context ended before the call was done. If there was an
//     answer, the error also matches its [*APIError].
//   - [*transport.TooLargeError]: the answer had more than 10 MiB; the work may have been done.
//   - [*transport.SigningError]: the key could not sign; that attempt was not sent.
//
// Use [errors.AsType] and [errors.Is] to tell them apart, and [HasReason] for reason codes.
type CallError struct {
	Operation string
	Meta      *Meta // never nil
	Err       error

	// Outcome is what is known about the work: see [OutcomeOf]. [Advise] says what to do next.
	Outcome Outcome

	reads bool // nothing was to be changed
}

// Error returns the operation, the cause, and what is required to ask Amazon's support or to repeat
// the call safely.
func (e *CallError) Error() string {
	var b strings.Builder
	b.WriteString("amazonpay: ")
	b.WriteString(e.Operation)
	b.WriteString(": ")
	b.WriteString(strings.TrimPrefix(fmt.Sprint(e.Err), "amazonpay: "))
	if !e.reads && e.Outcome == OutcomeUnknown {
		b.WriteString("; an attempt ended without a certain answer, so the outcome is unknown")
	}
	meta := e.Meta
	if meta == nil { // made by a caller's test
		meta = &Meta{}
	}
	var notes []string
	if meta.RequestID != "" {
		notes = append(notes, "request id "+meta.RequestID)
	}
	if n := len(meta.Attempts); n > 0 {
		notes = append(notes, "attempts "+strconv.Itoa(n))
	}
	if meta.IdempotencyKey != "" {
		notes = append(notes, "idempotency key "+meta.IdempotencyKey)
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	return b.String()
}

// Unwrap returns Err.
func (e *CallError) Unwrap() error { return e.Err }

// LogValue shows operation, status, reason code, request id, attempts and outcome.
func (e *CallError) LogValue() slog.Value {
	meta := Meta{}
	if e.Meta != nil {
		meta = *e.Meta
	}
	attrs := []slog.Attr{slog.String("operation", e.Operation), slog.Any("call", meta), slog.String("outcome", e.Outcome.String())}
	if api, ok := errors.AsType[*APIError](e.Err); ok {
		attrs = append(attrs, slog.String("reason_code", string(api.ReasonCode)))
		if api.Signature != nil {
			attrs = append(attrs, slog.String("signature", api.Signature.String()))
		}
	} else {
		attrs = append(attrs, slog.String("error", fmt.Sprint(e.Err)))
	}
	return slog.GroupValue(attrs...)
}

// APIError is an answer whose status is not 2xx.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/error-handling.html
type APIError struct {
	StatusCode int
	ReasonCode ReasonCode // empty if the answer was not the service's JSON, such as a gateway's page
	Message    string     // the service's text, without tokens and signatures

	// Signature helps to find out why a signature was refused. It is nil unless the reason code is
	// InvalidRequestSignature, and always nil with a custom Doer.
	Signature *SignatureHint
}

// Error returns the status, the reason code, the message, and the hint on a refused signature.
func (e *APIError) Error() string {
	text := strconv.Itoa(e.StatusCode)
	if e.ReasonCode == "" {
		text = strings.TrimSpace(text + " " + http.StatusText(e.StatusCode))
	} else {
		text += " " + string(e.ReasonCode)
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Signature != nil {
		text += "; " + e.Signature.String()
	}
	return text
}

// HasReason reports whether err is the [*APIError] of a call with one of the codes.
func HasReason(err error, codes ...ReasonCode) bool {
	api, ok := errors.AsType[*APIError](err)
	return ok && slices.Contains(codes, api.ReasonCode)
}

// TokenError reports that the [TokenSource] returned no usable token. The call was not sent. Err is
// the source's error, such as the [*CallError] of the call for a token. [errors.Is] looks into it.
// [errors.AsType] and [HasReason] do not, since a failure to get a token is not an answer to the
// call.
type TokenError struct{ Err error }

// Error returns why there is no token.
func (e *TokenError) Error() string { return fmt.Sprint("no authorization token: ", e.Err) }

// Is reports whether Err matches target.
func (e *TokenError) Is(target error) bool { return errors.Is(e.Err, target) }

// DecodeError reports a 2xx answer that could not be understood: it is not a JSON object, lacks
// what the operation returns, or holds the object's state in another JSON type. Any other member of
// another type is not an error: see [Meta].Undecoded.
//
// If the answer has what the operation returns, the work was done. Otherwise it may be a gateway's
// page, and the outcome is unknown. The answer is in the Raw of the [CallError]'s Meta.
type DecodeError struct {
	Err error

	done bool // it is the service's answer to the operation
}

// Error returns what could not be understood, without the answer's content.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("the answer has a success status but could not be understood: %v", e.Err)
}

// Unwrap returns Err.
func (e *DecodeError) Unwrap() error { return e.Err }
