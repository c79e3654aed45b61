package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/internal/ended"
	"github.com/amazonpay-go/sdk/internal/redact"
)

// SigningError says that an attempt could not be signed (a key store that cannot be
// reached, a request without a mandatory header), so that it was not sent. Attempts
// before it may have been: see [Call]. It is never retried.
type SigningError struct{ Err error }

// Error says why, without any part of the request.
func (e *SigningError) Error() string {
	return "transport: the request was not signed: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *SigningError) Unwrap() error { return e.Err }

// NetworkError says that no complete answer came to the last attempt. The service may
// have done the work. Err is the cause, without the URL. A time-out of the
// attempt has a Timeout method that returns true, and is not [context.DeadlineExceeded]:
// that is the caller's own deadline.
type NetworkError struct{ Err error }

// Error says what failed, without URL and headers.
func (e *NetworkError) Error() string { return "transport: no complete answer: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NetworkError) Unwrap() error { return e.Err }

// InterruptedError says that the caller's context ended before the call was done: before the first
// attempt, during one, or while waiting for the next. It matches Cause, the context's own error,
// and Err. [errors.As] does not look into Cause, which may be the error of another call.
type InterruptedError struct {
	// Cause is [context.Cause] of the caller's context.
	Cause error

	// Response is the last answer that came to this call, its body readable; nil where none
	// came. An answer that a later attempt was to replace is here too.
	Response *http.Response

	// Err says why the last attempt brought no answer: mostly a *NetworkError, else a
	// *SigningError or *TooLargeError; nil where it brought one, or where none was made.
	Err error

	ended error
}

// Error names the cause, and how far the call came.
func (e *InterruptedError) Error() string {
	text := "transport: the context ended before the call was done"
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	if e.Response != nil {
		text += fmt.Sprintf("; the last answer had status %d", e.Response.StatusCode)
	}
	if e.Err != nil && !errors.Is(e.Err, e.Cause) {
		text += "; the last attempt: " + strings.TrimPrefix(e.Err.Error(), "transport: ")
	}
	return text
}

// Is reports whether Cause matches target.
func (e *InterruptedError) Is(target error) bool { return errors.Is(e.Cause, target) }

// Unwrap returns the context's own error and Err.
func (e *InterruptedError) Unwrap() []error {
	var causes []error
	for _, err := range []error{e.ended, e.Err} {
		if err != nil {
			causes = append(causes, err)
		}
	}
	return causes
}

// TooLargeError says that the body of an answer exceeds [Config.MaxAnswerBytes]. The
// service has answered, so the request is not repeated.
type TooLargeError struct {
	StatusCode int   // of the answer
	Limit      int64 // in bytes
}

// Error names the status and the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("transport: the body of the answer (status %d) is longer than %d bytes", e.StatusCode, e.Limit)
}

// timeoutError is the cause of an attempt's own time-out. It does not match
// context.DeadlineExceeded.
type timeoutError time.Duration

func (e timeoutError) Error() string {
	return "no complete answer within " + time.Duration(e).String()
}

func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// cause is what an attempt's failure is put down to: the end of the caller's context, the
// attempt's own time-out, or err without what is private in the signed request.
func cause(caller context.Context, signed *http.Request, err error) error {
	switch {
	case caller.Err() != nil:
		return ended.Of(caller)
	case signed.Context().Err() != nil:
		return context.Cause(signed.Context())
	}
	err = Scrub(err, signed)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return foreign{err}
	}
	return err
}

// foreign is an error that matches the end of a context which is not the caller's: a
// dialler's time-out matches context.DeadlineExceeded. It hides that and nothing else.
type foreign struct{ err error }

func (e foreign) Error() string      { return e.err.Error() }
func (e foreign) As(target any) bool { return errors.As(e.err, target) }

func (e foreign) Is(target error) bool {
	return target != context.DeadlineExceeded && target != context.Canceled && errors.Is(e.err, target)
}

// Scrub takes off the layers of err whose text has the request's address, which holds
// ids and tokens, or its auth token or signature: net/url's error, and what round trippers
// of others put around it. Of the address it knows the path, the query, each path segment
// of 16 or more bytes and each query value of 8 or more. It finds them in any letter case
// and percent-encoded in any way, and also where 16 consecutive characters of a segment, a value, the token or
// the signature are left. Half of a shorter token is enough, if that half has 8 characters. If no layer
// is clean, the result names the type of the innermost layer and nothing else. A nil err stays nil.
func Scrub(err error, r *http.Request) error {
	secrets := private(r)
	for err != nil {
		_, isURL := errors.AsType[*url.Error](err)
		if !isURL && !secrets.In(err.Error()) {
			return err
		}
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Errorf("a %T whose text is withheld, since it holds a part of the request", err)
		}
		err = inner
	}
	return nil
}

// private returns what no error may show of a request. Shorter parts may be any word.
func private(r *http.Request) *redact.Secrets {
	all := new(redact.Secrets)
	if r == nil || r.URL == nil {
		return all
	}
	const run = 16 // consecutive characters that give a part away
	add := func(atLeast, run int, text string) {
		if len(text) >= atLeast {
			all.Part(text, run)
		}
	}
	add(2, len(r.URL.Path), r.URL.Path)
	add(2, len(r.URL.RawQuery), r.URL.RawQuery)
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		add(run, run, segment)
	}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		_, value, _ := strings.Cut(pair, "=")
		add(8, run, value)
	}
	for name, values := range r.Header {
		for _, value := range values {
			switch http.CanonicalHeaderKey(name) {
			case "X-Amz-Pay-Authtoken":
				all.Token(value)
			case "Authorization":
				add(8, len(value), value)
				_, signature, _ := strings.Cut(value, "Signature=") // the rest names the key and the headers
				add(8, run, signature)
			}
		}
	}
	return all
}

// refusedCertificate reports whether the server's certificate was refused. The next
// attempt would meet the same one.
func refusedCertificate(err error) bool {
	for _, final := range []any{
		new(*tls.CertificateVerificationError), new(x509.UnknownAuthorityError), new(x509.HostnameError),
		new(x509.CertificateInvalidError), new(x509.SystemRootsError), new(x509.UnhandledCriticalExtension),
		new(x509.ConstraintViolationError), new(x509.InsecureAlgorithmError),
	} {
		if errors.As(err, final) {
			return true
		}
	}
	return false
}

// kind names a failure in the log, where an error's text has no place.
func kind(caller context.Context, err error) string {
	if caller.Err() != nil {
		return "interrupted"
	}
	if _, ok := errors.AsType[*SigningError](err); ok {
		return "signing"
	}
	if _, ok := errors.AsType[*TooLargeError](err); ok {
		return "too_large"
	}
	if refusedCertificate(err) {
		return "certificate"
	}
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "timeout"
	}
	return "network"
}
