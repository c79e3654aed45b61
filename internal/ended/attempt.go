package ended

import (
	"context"
	"errors"
	"time"
)

// TimeoutError is the cause with which the context of one attempt ends. It does not match
// [context.DeadlineExceeded], which is the caller's deadline.
type TimeoutError time.Duration

func (e TimeoutError) Error() string { return "no complete answer within " + time.Duration(e).String() }

// Timeout returns true, as in [net.Error].
func (TimeoutError) Timeout() bool { return true }

// Temporary returns true, as in [net.Error].
func (TimeoutError) Temporary() bool { return true }

// Cause returns why an attempt failed with err: the end of the caller's context, the end of the
// attempt's own context, or err. If err matches the end of yet another context, such as a
// dialler's, the result hides that.
func Cause(caller, attempt context.Context, err error) error {
	switch {
	case caller.Err() != nil:
		return Of(caller)
	case attempt.Err() != nil:
		return context.Cause(attempt)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return foreign{err}
	}
	return err
}

// foreign hides that err matches the end of a context, and nothing else.
type foreign struct{ err error }

func (e foreign) Error() string      { return e.err.Error() }
func (e foreign) As(target any) bool { return errors.As(e.err, target) }

func (e foreign) Is(target error) bool {
	return target != context.DeadlineExceeded && target != context.Canceled && errors.Is(e.err, target)
}
