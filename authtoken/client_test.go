package authtoken_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/internal/callertest"
)

func TestGetAuthorizationToken(t *testing.T) {
	t.Parallel()
	c := &caller{answer: always("a.b.c")}
	opts := []amazonpay.CallOption{amazonpay.WithoutRetry()}
	answer, err := authtoken.New(c).GetAuthorizationToken(t.Context(), mwsToken, merchantID, opts...)
	require.NoError(t, err)
	assert.Equal(t, "a.b.c", answer.AuthorizationToken.Reveal())
	assert.Equal(t, "request-1", answer.Meta.RequestID)
	assert.Equal(t, amazonpay.Operation{
		Name: "GetAuthorizationToken", Method: http.MethodGet, Path: "authorizationTokens/{mwsAuthToken}", Returns: "authorizationToken",
		PathValues: map[string]string{"mwsAuthToken": mwsToken}, Query: url.Values{"merchantId": {merchantID}},
	}, c.op)
	assert.Nil(t, c.in)
	assert.Equal(t, opts, c.opts)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", answer, answer, answer), "a.b.c")
	callertest.RequireRedacted[authtoken.API](t)

	for _, text := range []string{`{"authorizationToken":null}`, `{}`} {
		out := new(authtoken.AuthorizationToken)
		require.NoError(t, json.Unmarshal([]byte(text), out))
		assert.Empty(t, out.AuthorizationToken.Reveal())
	}
	f, ok := reflect.TypeFor[authtoken.AuthorizationToken]().FieldByName("AuthorizationToken")
	require.True(t, ok)
	assert.Equal(t, "authorizationToken,omitzero", f.Tag.Get("json"))
}

func TestBadArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	tokens := authtoken.New(newClient(t, func(*http.Request) (int, string) {
		assert.Fail(t, "something was sent")
		return http.StatusOK, "{}"
	}))
	for _, bad := range []struct{ mws, merchant, field string }{
		{"", merchantID, "mwsAuthToken"},
		{"amzn.mws/secret", merchantID, "mwsAuthToken"},
		{mwsToken, "", "merchantId"},
		{mwsToken, " ", "merchantId"},
		{mwsToken, "\xff", "merchantId"},
	} {
		_, err := tokens.GetAuthorizationToken(t.Context(), bad.mws, bad.merchant)
		field, ok := errors.AsType[*amazonpay.FieldError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, bad.field, field.Field)
		call, ok := errors.AsType[*amazonpay.CallError](err)
		require.True(t, ok)
		assert.Equal(t, "GetAuthorizationToken", call.Operation)
		assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
		assert.NotContains(t, err.Error(), "amzn.mws")

		_, err = tokens.Source(bad.mws, bad.merchant).Token(t.Context())
		_, ok = errors.AsType[*amazonpay.FieldError](err)
		assert.True(t, ok)
	}
}

func TestErrorsShowNoToken(t *testing.T) {
	t.Parallel()
	tokens := authtoken.New(newClient(t, func(r *http.Request) (int, string) {
		return http.StatusUnauthorized, `{"reasonCode":"UnauthorizedAccess","message":"no delegation for ` + r.URL.Path + `"}`
	}))
	_, err := tokens.Source(mwsToken, merchantID).Token(t.Context())
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeUnauthorizedAccess))
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)), "amzn.mws")
}

func FuzzAuthorizationToken(f *testing.F) {
	f.Add(200, `{"authorizationToken":"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.x"}`)
	f.Add(401, `{"reasonCode":"UnauthorizedAccess","message":"no"}`)
	callertest.FuzzAnswers(f, reflect.TypeFor[authtoken.API]())
}
