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
				result, err := newClient(t, tc.cfg).Send(ctx, newRequest(http.MethodGet, testURL, ""), rules{})
				require.Equal(t, tc.want, fmt.Sprintf("%T", err))
				require.NotNil(t, result.Answer)
				assert.Equal(t, 503, result.Answer.Status)
				assert.Equal(t, "last", result.Answer.Header.Get("X-Amz-Pay-Request-Id"))
				assert.Equal(t, "last", string(result.Answer.Body))
				if interrupted, ok := errors.AsType[*transport.InterruptedError](err); ok {
					assert.Equal(t, 503, interrupted.StatusCode)
				}
			})
		})
	}
}

// Two calls of one client have nothing of each other.
func TestResultIsOfItsOwnCall(t *testing.T) {
	t.Parallel()
	client := newClient(t, transport.Config{Base: script(t, newAnswer(503, ""), syscall.ECONNRESET)})
	result, err := client.Send(t.Context(), once(newRequest(http.MethodGet, testURL, "")), rules{})
	require.NoError(t, err)
	assert.Equal(t, 503, result.Answer.Status)
	assert.Len(t, result.Attempts, 1)
	result, err = client.Send(t.Context(), once(newRequest(http.MethodGet, testURL, "")), rules{})
	require.Error(t, err)
	assert.Nil(t, result.Answer, "none came")
	assert.Len(t, result.Attempts, 1)
}

func TestSendNeedsAContextAndAPolicy(t *testing.T) {
	t.Parallel()
	for _, client := range []*transport.Client{nil, {}} {
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.EqualError(t, err, "transport: Send: neither New nor FromDoer made the Client")
	}
	client := newClient(t, transport.Config{Base: script(t)})
	_, err := client.Send(nil, newRequest(http.MethodGet, testURL, ""), rules{}) //nolint:staticcheck // The case.
	require.EqualError(t, err, "transport: Send: the context or the Policy is nil")
	_, err = client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), nil)
	require.EqualError(t, err, "transport: Send: the context or the Policy is nil")
}

// The policy is told of each attempt once, in order, with its answer, and whether it can be
// repeated.
func TestEachAttemptIsJudgedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var judged []transport.Attempt
		var bodies []string
		var may []bool
		p := rules{judge: func(a transport.Attempt, answer *transport.Answer, mayRepeat bool) {
			body := "none"
			if answer != nil {
				body = string(answer.Body)
			}
			judged, bodies, may = append(judged, a), append(bodies, body), append(may, mayRepeat)
		}}
		client := newClient(t, transport.Config{Base: script(t, newAnswer(503, "1"), syscall.ECONNRESET, newAnswer(503, "3"), newAnswer(503, "4"))})
		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), p)
		require.NoError(t, err)
		assert.Equal(t, result.Attempts, judged)
		assert.Equal(t, []string{"1", "none", "3", "4"}, bodies)
		assert.Equal(t, []bool{true, true, true, false}, may, "after the last attempt there is none")
		for _, r := range []transport.Request{once(newRequest(http.MethodGet, testURL, "")), newRequest(http.MethodPut, testURL, "")} {
			may = nil
			_, err = newClient(t, transport.Config{Base: script(t, newAnswer(503, ""))}).Send(t.Context(), r, p)
			require.NoError(t, err)
			assert.Equal(t, []bool{false}, may)
		}
	})
}
