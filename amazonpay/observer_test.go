package amazonpay_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// told collects events.
type told struct {
	mu     sync.Mutex
	events []amazonpay.Event
	values []any
}

type observedKey struct{}

func (o *told) observe(ctx context.Context, e amazonpay.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
	o.values = append(o.values, ctx.Value(observedKey{}))
}

// Each attempt is told, then the call.
func TestObserver(t *testing.T) {
	t.Parallel()
	first, second := &told{}, &told{}
	n := newNetwork(fail(io.ErrUnexpectedEOF), answer(429, `{"reasonCode":"TooManyRequests"}`), answer(422, `{"reasonCode":"SoftDeclined","message":"No."}`))
	client := newClient(t, n, amazonpay.WithObserver(first.observe), amazonpay.WithObserver(second.observe))
	op := amazonpay.Operation{
		Name: "CaptureCharge", Method: http.MethodPost, Path: "charges/{chargeId}/capture", PathValues: map[string]string{"chargeId": "S01-secret"}, IdempotencyKey: true,
	}
	ctx := context.WithValue(t.Context(), observedKey{}, "trace")
	_, err := client.Call(ctx, op, goodCharge(), nil, amazonpay.WithAuthToken("token.secret"))
	require.Error(t, err)
	require.Len(t, first.events, 4)
	assert.Equal(t, first.events, second.events)
	for i, want := range []struct {
		attempt, status int
		reason          amazonpay.ReasonCode
		failed          bool
	}{{1, 0, "", true}, {2, 429, "TooManyRequests", false}, {3, 422, "SoftDeclined", false}, {0, 422, "SoftDeclined", true}} {
		e := first.events[i]
		assert.Equal(t, want.attempt, e.Attempt)
		assert.Equal(t, want.status, e.StatusCode)
		assert.Equal(t, want.reason, e.ReasonCode)
		assert.Equal(t, want.failed, e.Err != nil, e.Err)
		assert.Equal(t, "CaptureCharge", e.Operation)
		assert.Equal(t, "charges/{chargeId}/capture", e.Path, "the template")
		assert.Equal(t, http.MethodPost, e.Method)
		assert.False(t, e.Start.IsZero())
		assert.Equal(t, "trace", first.values[i])
		if e.Err != nil {
			assert.NotContains(t, e.Err.Error(), "secret")
		}
	}
	assert.Equal(t, "request-1", first.events[2].RequestID)
	assert.Equal(t, 3, first.events[3].Attempts)
	assert.Equal(t, amazonpay.OutcomeUnknown, first.events[3].Outcome)
}

// A success, a call that sends nothing, and one through a Doer of the user's own.
func TestObserverOfOtherCalls(t *testing.T) {
	t.Parallel()
	o := &told{}
	client := newClient(t, newNetwork(answer(200, `{}`)), amazonpay.WithObserver(o.observe))
	_, err := client.Call(t.Context(), getOp, nil, nil)
	require.NoError(t, err)
	_, err = client.With(amazonpay.WithoutRetry()).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithIdempotencyKey("é"))
	require.Error(t, err)
	mocked, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork(answer(503, `{}`))), amazonpay.WithObserver(o.observe))
	require.NoError(t, err)
	_, err = mocked.Call(t.Context(), getOp, nil, nil)
	require.Error(t, err)

	require.Len(t, o.events, 4)
	assert.Equal(t, 1, o.events[0].Attempt)
	for i, want := range map[int]amazonpay.Outcome{1: amazonpay.OutcomeDone, 2: amazonpay.OutcomeNotSent, 3: amazonpay.OutcomeUnknown} {
		assert.Zero(t, o.events[i].Attempt)
		assert.Equal(t, want, o.events[i].Outcome)
	}
	assert.Equal(t, 503, o.events[3].StatusCode)
	_, err = amazonpay.New(testConfig(), amazonpay.WithObserver(nil))
	require.ErrorContains(t, err, "WithObserver")
}

// A token that was refused is fetched anew, and the attempts are counted on.
func TestObserverCountsOn(t *testing.T) {
	t.Parallel()
	o := &told{}
	n := newNetwork(answer(403, `{"reasonCode":"InvalidAuthorizationToken"}`), answer(200, `{}`))
	_, err := newClient(t, n, amazonpay.WithObserver(o.observe)).Call(t.Context(), getOp, nil, nil, amazonpay.WithTokenSource(&freshTokens{}))
	require.NoError(t, err)
	require.Len(t, o.events, 3)
	assert.Equal(t, []int{1, 2, 0}, []int{o.events[0].Attempt, o.events[1].Attempt, o.events[2].Attempt})
	assert.Equal(t, 2, o.events[2].Attempts)
}

// freshTokens is a source that has another token after each refusal.
type freshTokens struct{ refused int }

func (f *freshTokens) Token(context.Context) (string, error) {
	return "token-" + string(rune('a'+f.refused)), nil
}
func (f *freshTokens) Invalidate(string) { f.refused++ }
