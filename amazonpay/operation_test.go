package amazonpay_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

func getBuyer(token string) amazonpay.Operation {
	return amazonpay.Operation{
		Name: "GetBuyer", Method: http.MethodGet, Path: "buyers/{buyerToken}",
		PathValues: map[string]string{"buyerToken": token},
	}
}

// A JWE with direct encryption has nothing between its first two dots, and the buyer's
// token is such a thing; in an id two dots are a mistake.
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
