package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// The answers of a call whose last attempt brought none are not lost.
func TestAnswerOfAnEarlierAttemptIsKept(t *testing.T) {
	t.Parallel()
	busy := func(body string) answer { return newAnswer(503, body, "X-Amz-Pay-Request-Id", body) }
	signatures := 0
	for name, tc := range map[string]struct {
		cfg  transport.Config
		want string
	}{
		"network":   {transport.Config{Base: script(t, busy("1"), busy("2"), busy("last"), io.EOF)}, "*transport.NetworkError"},
		"too large": {transport.Config{Base: script(t, busy("1"), busy("last"), newAnswer(200, "12345")), MaxAnswerBytes: 4}, "*transport.TooLargeError"},
		"signing": {transport.Config{Base: script(t, busy("last")), Signer: signFunc(func(*http.Request, signing.PayloadHash, time.Time) error {
			if signatures++; signatures > 1 {
				return errors.New("the key store is away")
			}
			return nil
		})}, "*transport.SigningError"},
		"interrupted": {transport.Config{Base: script(t, busy("1"), syscall.ECONNRESET, busy("last"))}, "*transport.InterruptedError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if name == "interrupted" {
					tc.cfg.Retry = transport.RetryPolicy{MinWait: time.Second, MaxWait: time.Second}
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, 2500*time.Millisecond)
					defer cancel()
				}
				call := &transport.Call{Answer: newAnswer(200, "of an earlier call").Response}
				_, err := newDoer(t, tc.cfg).Do(withCall(newRequest(t, http.MethodGet, testURL, "").WithContext(ctx), call))
				require.Equal(t, tc.want, fmt.Sprintf("%T", err))
				require.NotNil(t, call.Answer)
				assert.Equal(t, 503, call.Answer.StatusCode)
				assert.Equal(t, "last", call.Answer.Header.Get("X-Amz-Pay-Request-Id"))
				assert.Equal(t, "last", readAll(t, answer{call.Answer}))
				if interrupted, ok := errors.AsType[*transport.InterruptedError](err); ok {
					assert.Equal(t, "last", readAll(t, answer{interrupted.Response}), "to be read apart from the Call's")
				}
			})
		})
	}
}

func TestNoAnswerIsKeptWhereNoneCameOrDoReturnsIt(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]any{"none came": syscall.ECONNRESET, "Do returns it": newAnswer(503, "")} {
		call := &transport.Call{NoRetry: true, Answer: newAnswer(200, "of an earlier call").Response}
		_, _ = newDoer(t, transport.Config{Base: script(t, step)}).Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
		assert.Nil(t, call.Answer, name)
	}
}
