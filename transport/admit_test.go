package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// Admit is asked before each attempt, the one for a refused date included, and before the attempt
// is dated.
func TestAdmitBeforeEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, transport.Config{
			Base: script(t, newAnswer(400, "x-amz-pay-date", "Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), newAnswer(503, ""), io.ErrUnexpectedEOF, newAnswer(200, "")),
		})
		var admitted []time.Time
		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{admit: func(context.Context) error {
			time.Sleep(time.Minute) // longer than an attempt may take
			admitted = append(admitted, time.Now())
			return nil
		}})
		require.NoError(t, err)
		assert.Equal(t, 200, result.Answer.Status)
		require.Len(t, result.Attempts, 4)
		require.Len(t, admitted, 4)
		for i, a := range result.Attempts {
			assert.Equal(t, admitted[i], a.Start)
		}
	})
}

// If Admit refuses, no attempt is made, and the result of the one before stands.
func TestAdmitRefuses(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	for name, row := range map[string]struct {
		steps   []any
		status  int
		isError string
	}{
		"the first":          {nil, 0, "full"},
		"after an answer":    {[]any{newAnswer(503, "out")}, 503, ""},
		"after none":         {[]any{io.ErrUnexpectedEOF}, 0, "unexpected EOF"},
		"after a wrong date": {[]any{newAnswer(400, "x-amz-pay-date", "Date", "Mon, 23 Nov 2026 12:00:00 GMT")}, 400, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, transport.Config{Base: script(t, row.steps...)})
			left := len(row.steps)
			result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{admit: func(context.Context) error {
				if left--; left < 0 {
					return full
				}
				return nil
			}})
			assert.Len(t, result.Attempts, len(row.steps), name)
			assert.Equal(t, -1, left, "%s: it is asked once more, and not again", name)
			if row.isError != "" {
				require.Error(t, err, name)
				assert.True(t, strings.HasSuffix(err.Error(), row.isError), "%s: %v", name, err)
				return
			}
			require.NoError(t, err, name)
			assert.Equal(t, row.status, result.Answer.Status, name)
		})
	}
}

// A context that ends while Admit waits interrupts the call, also when Admit does not say so.
func TestAdmitIsInterrupted(t *testing.T) {
	t.Parallel()
	for _, says := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			result, err := newClient(t, transport.Config{Base: script(t)}).Send(ctx, newRequest(http.MethodGet, testURL, ""), rules{admit: func(ctx context.Context) error {
				<-ctx.Done()
				if says {
					return ctx.Err()
				}
				return nil
			}})
			interrupted, ok := errors.AsType[*transport.InterruptedError](err)
			require.True(t, ok, "%v", err)
			require.ErrorIs(t, interrupted.Cause, context.DeadlineExceeded)
			assert.Empty(t, result.Attempts)
		})
	}
}
