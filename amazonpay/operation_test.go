package amazonpay_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// The buyer token is a JWE with direct encryption, which has nothing between its first two dots. In
// an id, two consecutive dots are a mistake.
func TestTokenMayHaveTwoDots(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJkaXIifQ..aXY.dGV4dA.dGFn"
	n := newNetwork(answer(http.StatusOK, `{}`))
	_, err := newClient(t, n).Call(t.Context(), getBuyer(token), nil, nil)
	require.NoError(t, err)
	require.Len(t, n.requests(), 1)
	assert.Contains(t, n.requests()[0].URL, "/v2/buyers/"+token)
}

func TestTokenIsNoWayOut(t *testing.T) {
	t.Parallel()
	for _, token := range []string{".", "..", "../x", "a/..", `..\x`, "a..b?", "a..b#"} {
		n := newNetwork()
		_, err := newClient(t, n).Call(t.Context(), getBuyer(token), nil, nil)
		field, ok := errors.AsType[*amazonpay.FieldError](err)
		require.True(t, ok, "%q: %v", token, err)
		assert.Equal(t, "buyerToken", field.Field)
		assert.Empty(t, n.requests())
	}
}

func TestPathAndQueryAsSent(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	op := amazonpay.Operation{
		Name: "GetAuthorizationToken", Method: http.MethodGet, Path: "authorizationTokens/{mwsAuthToken}",
		PathValues: map[string]string{"mwsAuthToken": "amzn.mws.a+b c%2Fü:@!'()*~_-"},
		Query:      values("merchantId", "A B+C", "a", "2", "a", "1", "~*", "é&="),
	}
	_, err := newClient(t, n).Call(t.Context(), op, nil, nil)
	require.NoError(t, err)
	assert.Equal(t, "https://pay-api.amazon.com/v2/authorizationTokens/amzn.mws.a%2Bb%20c%252F%C3%BC%3A%40%21%27%28%29%2A~_-"+
		"?a=1&a=2&merchantId=A%20B%2BC&~%2A=%C3%A9%26%3D", n.requests()[0].URL)
}
