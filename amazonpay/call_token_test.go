package amazonpay_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

const refusedToken = `{"reasonCode":"InvalidAuthorizationToken","message":"The token token-1 is invalid"}`

func TestTokenSourceIsUsed(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	source := &tokens{answers: []string{"token-1", "token-2"}}
	client := newClient(t, n).With(amazonpay.WithTokenSource(source))
	for range 2 {
		_, err := client.Call(t.Context(), getOp, nil, nil)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"token-1", "token-2"}, authTokens(n), "the source is asked for each call, and caches itself")
	assert.Empty(t, source.dropped)
}

func TestRefusedTokenIsDroppedAndTheCallMadeOnceMore(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusForbidden, refusedToken), answer(http.StatusOK, `{}`))
	source := &tokens{answers: []string{"token-1", "token-2"}}
	meta, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(source))
	require.NoError(t, err)
	assert.Equal(t, []string{"token-1", "token-2"}, authTokens(n))
	assert.Equal(t, []string{"token-1"}, source.dropped)
	assert.Len(t, meta.Attempts, 2)
	assert.Equal(t, n.requests()[0].Header["X-Amz-Pay-Idempotency-Key"], n.requests()[1].Header["X-Amz-Pay-Idempotency-Key"])
	assert.Equal(t, n.requests()[0].Body, n.requests()[1].Body)
}

func TestRefusedTokenNeverMakesAThirdCall(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusForbidden, refusedToken))
	source := &tokens{answers: []string{"token-1", "token-2", "token-3"}}
	_, err := newClient(t, n).Call(t.Context(), getOp, nil, nil, amazonpay.WithTokenSource(source))
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidAuthorizationToken), "%v", err)
	assert.Equal(t, []string{"token-1", "token-2"}, authTokens(n))
	assert.Equal(t, []string{"token-1"}, source.dropped)
}

func TestOtherRefusalsKeepTheToken(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer string
		opt    func(*tokens) amazonpay.CallOption
	}{
		"another reason": {`{"reasonCode":"InvalidRequestSignature"}`, func(s *tokens) amazonpay.CallOption { return amazonpay.WithTokenSource(s) }},
		"a source that does not cache": {refusedToken, func(*tokens) amazonpay.CallOption {
			return amazonpay.WithTokenSource(&simple{"token-1"})
		}},
		"a fixed token": {refusedToken, func(*tokens) amazonpay.CallOption { return amazonpay.WithAuthToken("token-1") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(answer(http.StatusForbidden, row.answer))
			source := &tokens{answers: []string{"token-1"}}
			_, err := newClient(t, n).Call(t.Context(), getOp, nil, nil, row.opt(source))
			require.Error(t, err)
			assert.Equal(t, []string{"token-1"}, authTokens(n))
			assert.Empty(t, source.dropped)
		})
	}
}

func TestFailureOfTheTokenSource(t *testing.T) {
	t.Parallel()
	down := errors.New("the vault is sealed")
	for name, row := range map[string]struct {
		source amazonpay.TokenSource
		want   string
	}{
		"error":                   {&tokens{err: down}, "amazonpay: CreateCharge: no authorization token: the vault is sealed"},
		"empty":                   {&simple{""}, "the token is empty or has a character"},
		"line end":                {&simple{"token-1\n"}, "the token is empty or has a character"},
		"another header smuggled": {&simple{"token-1\r\nX-Other: 1"}, "the token is empty or has a character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork()
			_, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(row.source))
			failed := callError(t, err)
			require.ErrorContains(t, err, row.want)
			assert.NotContains(t, err.Error(), "token-1")
			assert.False(t, mayBeDone(failed))
			assert.Empty(t, n.requests())
			if name == "error" {
				assert.ErrorIs(t, err, down)
			}
		})
	}
}

// An error of the token source is not the service's answer to the call, which was not sent.
func TestTokenErrorIsNotTheCallsOwn(t *testing.T) {
	t.Parallel()
	token := &amazonpay.CallError{
		Operation: "GetAuthorizationToken", Meta: &amazonpay.Meta{},
		Err: &amazonpay.APIError{StatusCode: 404, ReasonCode: amazonpay.ReasonCodeResourceNotFound},
	}
	n := newNetwork()
	_, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(&tokens{err: token}))
	assert.False(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound))
	_, answered := errors.AsType[*amazonpay.APIError](err)
	assert.False(t, answered)
	failed, ok := errors.AsType[*amazonpay.TokenError](err)
	require.True(t, ok)
	assert.Same(t, token, failed.Err)
	require.ErrorIs(t, err, error(token))
	assert.Empty(t, n.requests())
}

// A Doer may keep its request.
func TestSecondRequestLeavesTheFirstAlone(t *testing.T) {
	t.Parallel()
	var seen []*http.Request
	doer := doerFunc(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, r)
		return answer(http.StatusForbidden, refusedToken)(r)
	})
	client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(doer))
	require.NoError(t, err)
	_, err = client.Call(t.Context(), getOp, nil, nil, amazonpay.WithTokenSource(&tokens{answers: []string{"token-1", "token-2"}}))
	require.Error(t, err)
	require.Len(t, seen, 2)
	assert.Equal(t, "token-1", seen[0].Header.Get("X-Amz-Pay-Authtoken"))
	assert.Equal(t, "token-2", seen[1].Header.Get("X-Amz-Pay-Authtoken"))
}

// If the source has no new token, the call returns the refusal.
func TestSourceFailsAfterARefusal(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusForbidden, refusedToken))
	source := &failing{tokens: tokens{answers: []string{"token-1"}}}
	_, err := newClient(t, n).Call(t.Context(), getOp, nil, nil, amazonpay.WithTokenSource(source))
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidAuthorizationToken), "%v", err)
	assert.Len(t, n.requests(), 1)
	assert.NotContains(t, err.Error(), "token-1", "the service's message repeats the token")
	assert.Contains(t, err.Error(), "[redacted]")
}

// failing returns a token once.
type failing struct{ tokens }

func (s *failing) Invalidate(token string) {
	s.tokens.Invalidate(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = errors.New("no more")
}
