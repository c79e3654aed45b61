package ended_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/internal/ended"
)

func TestOf(t *testing.T) {
	t.Parallel()
	require.NoError(t, ended.Of(t.Context()))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, context.Canceled, ended.Of(ctx))
	ctx, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	require.Equal(t, context.DeadlineExceeded, ended.Of(ctx))

	other := &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
	for text, cause := range map[string]error{
		"context canceled: open x: file does not exist": other,
		"stop: context canceled":                        fmt.Errorf("stop: %w", context.Canceled),
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		err := fmt.Errorf("waiting: %w", ended.Of(ctx))
		require.EqualError(t, err, "waiting: "+text)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, cause)
		_, found := errors.AsType[*fs.PathError](err)
		assert.False(t, found, "another's error")
	}
}
