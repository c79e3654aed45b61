// Package ended says why a context has ended, without passing another's error off as the call's
// own: the cause of a context may be the error of another call, as with errgroup, and what that one
// was told says nothing of this one.
package ended

import (
	"context"
	"errors"
)

// Of returns nil while the context goes on. Then it returns an error that matches the context's own
// error and its cause with [errors.Is]. [errors.As] does not find the cause.
func Of(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == cause { //nolint:errorlint // the very same
		return err
	}
	return &interruption{err, cause}
}

type interruption struct{ err, cause error }

func (e *interruption) Error() string {
	if errors.Is(e.cause, e.err) {
		return e.cause.Error()
	}
	return e.err.Error() + ": " + e.cause.Error()
}

func (e *interruption) Unwrap() error { return e.err }

func (e *interruption) Is(target error) bool { return errors.Is(e.cause, target) }
