package authtoken_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/internal/callertest"
)

const (
	mwsToken   = "amzn.mws.4ea38b7b-f563-7709-4bae-87aea1234567"
	merchantID = "A1MERCHANT"
)

// caller is a Caller whose answers a function gives. n counts the calls from 1.
type caller struct {
	answer func(ctx context.Context, n int) (token string, err error)
	date   func() time.Time // of each answer; nil for none

	mu   sync.Mutex
	n    int
	op   amazonpay.Operation
	in   any
	opts []amazonpay.CallOption
}

func (c *caller) Call(ctx context.Context, op amazonpay.Operation, in, out any, opts ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	c.mu.Lock()
	c.n++
	n := c.n
	c.op, c.in, c.opts = op, in, opts
	c.mu.Unlock()
	token, err := c.answer(ctx, n)
	if err != nil {
		return &amazonpay.Meta{}, err
	}
	text, err := json.Marshal(map[string]any{"authorizationToken": token, "brandNew": []int{1}})
	if err != nil {
		return &amazonpay.Meta{}, err
	}
	meta := &amazonpay.Meta{RequestID: "request-1", Header: http.Header{}}
	if c.date != nil {
		meta.Header.Set("Date", c.date().UTC().Format(http.TimeFormat))
	}
	return meta, json.Unmarshal(text, out)
}

func (c *caller) calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// always answers with one token.
func always(token string) func(context.Context, int) (string, error) {
	return func(context.Context, int) (string, error) { return token, nil }
}

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

// doer is a Doer that answers each request with a function.
type doer func(*http.Request) (status int, body string)

func (d doer) Do(r *http.Request) (*http.Response, error) {
	status, body := d(r)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func newClient(t *testing.T, d doer) *amazonpay.Client {
	t.Helper()
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentLive}, amazonpay.WithDoer(d))
	require.NoError(t, err)
	return client
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

// The calls of a source use no source, even where the client that it is made from does;
// and a token that the service refuses is replaced once.
func TestSourceOfADerivedClient(t *testing.T) {
	t.Parallel()
	var gave, used []string
	d := doer(func(r *http.Request) (int, string) {
		token := r.Header.Get("X-Amz-Pay-Authtoken")
		if strings.Contains(r.URL.Path, "authorizationTokens") {
			assert.Empty(t, token)
			assert.Equal(t, "merchantId="+merchantID, r.URL.RawQuery)
			gave = append(gave, fmt.Sprintf("token-%d", len(gave)+1))
			return http.StatusOK, `{"authorizationToken":"` + gave[len(gave)-1] + `"}`
		}
		used = append(used, token)
		if token == "token-1" {
			return http.StatusForbidden, `{"reasonCode":"InvalidAuthorizationToken","message":"token-1 is no good"}`
		}
		return http.StatusOK, `{"chargeId":"C1"}`
	})
	provider := newClient(t, d)
	source := authtoken.New(provider.With(amazonpay.WithAuthToken("another"))).Source(mwsToken, merchantID)
	merchant := provider.With(amazonpay.WithTokenSource(source))
	op := amazonpay.Operation{Name: "GetCharge", Method: http.MethodGet, Path: "charges/{chargeId}", Returns: "chargeId", PathValues: map[string]string{"chargeId": "C1"}}
	for range 2 {
		_, err := merchant.Call(t.Context(), op, nil, nil)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"token-1", "token-2"}, gave)
	assert.Equal(t, []string{"token-1", "token-2", "token-2"}, used)
}

func FuzzAuthorizationToken(f *testing.F) {
	f.Add(200, `{"authorizationToken":"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.x"}`)
	f.Add(401, `{"reasonCode":"UnauthorizedAccess","message":"no"}`)
	callertest.FuzzAnswers(f, reflect.TypeFor[authtoken.API]())
}

// Whatever a token holds, it is handed out as it came, and for a while without another call.
func FuzzSource(f *testing.F) {
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.x", "Mon, 23 Nov 2026 20:00:00 GMT")
	for _, claims := range []string{`{"exp":1e11}`, `{"exp":-1}`, `{"exp":1,"iat":"x"}`, `{"exp":253402300799,"iat":0.5}`, `{"exp":1e400}`, `[]`} {
		f.Add("a."+base64.RawURLEncoding.EncodeToString([]byte(claims))+".b", "")
	}
	f.Add("..", "Thu, 01 Jan 1970 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, token, date string) {
		if !utf8.ValidString(token) { // JSON cannot hold it
			return
		}
		c := &caller{answer: always(token)}
		if at, err := http.ParseTime(date); err == nil {
			c.date = func() time.Time { return at }
		}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		for range 2 {
			got, err := source.Token(t.Context())
			if token == "" {
				require.ErrorContains(t, err, "no authorization token")
				return
			}
			require.NoError(t, err)
			require.Equal(t, token, got)
		}
		require.Equal(t, 1, c.calls())
	})
}
