package transport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/internal/netfail"
)

// SigningError reports an attempt that could not be signed, for example because a key store cannot
// be reached or a required header is missing. That attempt was not sent; earlier ones may have
// been: see [Result].Attempts. It is never retried.
type SigningError struct {
	Err error

	sent bool // an earlier attempt of the call was handed to the network
}

// Error returns the cause, without any part of the request.
func (e *SigningError) Error() string { return "transport: request not signed: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *SigningError) Unwrap() error { return e.Err }

// NetworkError reports that the last attempt brought no complete answer. The service may have done
// the work. Err is the cause, without the URL. If the attempt timed out, Err has a Timeout method
// that returns true. It does not match [context.DeadlineExceeded], which is the caller's deadline.
type NetworkError struct{ Err error }

// Error returns the cause, without URL and headers.
func (e *NetworkError) Error() string { return "transport: no complete answer: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NetworkError) Unwrap() error { return e.Err }

// InterruptedError reports that the caller's context ended before the call was done: before the
// first attempt, during one, or during a wait. It matches Cause, the context's own error, and Err.
// [errors.As] does not look into Cause, which may be the error of another call.
type InterruptedError struct {
	// Cause is [context.Cause] of the caller's context.
	Cause error

	// StatusCode is the status of the last answer, 0 if none came. The answer is in the [Result].
	StatusCode int

	// Err says why the last attempt brought no answer: mostly a *NetworkError, else a
	// *SigningError or *TooLargeError. It is nil if the attempt brought one, or if none was made.
	Err error

	ended error
}

// Error returns the cause and how far the call got.
func (e *InterruptedError) Error() string {
	text := "transport: the context ended before the call was done"
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	if e.StatusCode != 0 {
		text += fmt.Sprintf("; the last answer had status %d", e.StatusCode)
	}
	if e.Err != nil && !errors.Is(e.Err, e.Cause) {
		text += "; the last attempt: " + strings.TrimPrefix(e.Err.Error(), "transport: ")
	}
	return text
}

// Is reports whether Cause matches target.
func (e *InterruptedError) Is(target error) bool { return errors.Is(e.Cause, target) }

// Unwrap returns the context's own error and Err, without those that are nil.
func (e *InterruptedError) Unwrap() []error {
	return slices.DeleteFunc([]error{e.ended, e.Err}, func(err error) bool { return err == nil })
}

// TooLargeError reports an answer whose body exceeds [Config].MaxAnswerBytes. The service has
// answered, so the request is not repeated.
type TooLargeError struct {
	StatusCode int   // of the answer
	Limit      int64 // in bytes
}

// Error returns the status and the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("transport: the response body (status %d) has more than %d bytes", e.StatusCode, e.Limit)
}

// kind names a failure in the log, which never holds an error's text.
func kind(caller context.Context, err error) string {
	_, unsigned := errors.AsType[*SigningError](err)
	_, tooLarge := errors.AsType[*TooLargeError](err)
	switch {
	case caller.Err() != nil:
		return "interrupted"
	case unsigned:
		return "signing"
	case tooLarge:
		return "too_large"
	}
	return netfail.Kind(err)
}
