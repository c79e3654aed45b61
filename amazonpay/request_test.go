package amazonpay_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

// What is done to a request that the SDK has given away changes no other.
func TestRequestsShareNothing(t *testing.T) {
	t.Parallel()
	spoil := func(h http.Header) {
		for name := range h {
			h[name][0] = "spoilt"
		}
		h.Set("X-Trace", "1")
	}
	client := newClient(t, newNetwork())
	first, err := client.SignedHeaders(t.Context(), chargeOp, map[string]any{})
	require.NoError(t, err)
	spoil(first)
	second, err := client.SignedHeaders(t.Context(), chargeOp, map[string]any{})
	require.NoError(t, err)
	assert.Equal(t, "application/json", second.Get("Accept"))
	assert.Empty(t, second.Get("X-Trace"))

	var accepted []string
	mocked, err := amazonpay.New(testConfig(), amazonpay.WithDoer(doerFunc(func(r *http.Request) (*http.Response, error) {
		accepted = append(accepted, r.Header.Get("Accept"), r.Header.Get("X-Trace"))
		spoil(r.Header)
		r.URL.Path = "/spoilt"
		return answer(http.StatusUnauthorized, `{"reasonCode":"InvalidAuthorizationToken","message":""}`)(r)
	})))
	require.NoError(t, err)
	for range 2 {
		_, err = mocked.Call(t.Context(), chargeOp, map[string]any{}, nil, amazonpay.WithTokenSource(&tokens{answers: []string{"one", "two"}}))
		require.Error(t, err)
	}
	assert.Equal(t, []string{"application/json", "", "application/json", "", "application/json", "", "application/json", ""}, accepted)
}

// As http.NewRequest has it: a Doer may ask for the body of any request.
func TestRequestWithoutABodyHasGetBody(t *testing.T) {
	t.Parallel()
	req, err := newClient(t, newNetwork()).SignRequest(t.Context(), getBuyer("token"), nil)
	require.NoError(t, err)
	body, err := req.GetBody()
	require.NoError(t, err)
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	assert.Empty(t, content)
	assert.Zero(t, req.ContentLength)
}

// A protocol that says nothing of connections may have sent the request.
func TestOutcomeOfAProtocolWithoutTraces(t *testing.T) {
	t.Parallel()
	base := &http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}} // no HTTP/2, which is one for https too
	base.RegisterProtocol("https", reply(func(r *http.Request) (*http.Response, error) {
		_, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return nil, errors.New("reset after the request was sent")
	}))
	client := newClient(t, base, amazonpay.WithRetryPolicy(transport.RetryPolicy{MaxRetries: -1}))
	_, err := client.Call(t.Context(), chargeOp, map[string]any{"a": 1}, nil)
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
}

// A token that the service repeats in another spelling, or cut, stays out of the error.
func TestTokensInAnotherSpelling(t *testing.T) {
	t.Parallel()
	const token = "IQEBLzAtAhRPpMJxdwVz2Nn4f2y/tpm3DuX7p+CAwE"
	for name, said := range map[string]string{
		"as it is": token, "percent-encoded": url.QueryEscape(token), "encoded in small letters": strings.ToLower(url.QueryEscape(token)),
		"encoded twice": url.QueryEscape(url.QueryEscape(token)), "in capitals": strings.ToUpper(token), "in small letters": strings.ToLower(token),
		"cut": token[:20] + "…", "without its beginning": token[12:],
	} {
		body, err := json.Marshal(map[string]string{"reasonCode": "InvalidAuthorizationToken", "message": "The token " + said + " of charge S01-0000000-0000000-C000000 is not valid"})
		require.NoError(t, err)
		_, err = newClient(t, newNetwork(answer(http.StatusForbidden, string(body)))).Call(t.Context(), getOp, nil, nil, amazonpay.WithAuthToken(token))
		require.ErrorContains(t, err, "The token [redacted]", name)
		require.ErrorContains(t, err, "of charge S01-0000000-0000000-C000000 is not valid", name)
		assert.NotContains(t, strings.ToLower(err.Error()), strings.ToLower(token[14:19]), name)
	}
}
