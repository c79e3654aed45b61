package ended_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/internal/ended"
)

func TestCause(t *testing.T) {
	t.Parallel()
	shutDown := errors.New("shutting down")
	ending, end := context.WithCancelCause(t.Context())
	end(shutDown)
	slow, cancel := context.WithTimeoutCause(t.Context(), -1, ended.TimeoutError(time.Second))
	defer cancel()

	err := ended.Cause(ending, slow, io.EOF)
	require.ErrorIs(t, err, shutDown)
	require.ErrorIs(t, err, context.Canceled, "the caller's end comes first")
	require.NotErrorIs(t, err, io.EOF)

	err = ended.Cause(t.Context(), slow, io.EOF)
	require.EqualError(t, err, "no complete answer within 1s")
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	var timeout interface{ Timeout() bool }
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())

	assert.Equal(t, io.EOF, ended.Cause(t.Context(), t.Context(), io.EOF))
}

// A dialler's end is not the caller's. Everything else about it can be seen.
func TestCauseOfAnotherContext(t *testing.T) {
	t.Parallel()
	dial := fmt.Errorf("dial: %w", &os.PathError{Op: "open", Path: "x", Err: errors.Join(context.DeadlineExceeded, context.Canceled, io.EOF)})
	err := ended.Cause(t.Context(), t.Context(), dial)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, io.EOF)
	assert.Equal(t, dial.Error(), err.Error())
	path, ok := errors.AsType[*os.PathError](err)
	require.True(t, ok)
	assert.Equal(t, "open", path.Op)
}
