package redact_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/internal/redact"
)

// The address of these requests has parts that are long enough to be tokens.
const tokenURL = "https://pay-api.invalid/v2/buyers/secret%7Cbuyer-token?merchant=secret%7Cid&n=12"

func newRequest(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	return r
}

type wrap struct {
	text string
	err  error
}

func (w wrap) Error() string { return w.text + ": " + w.err.Error() }
func (w wrap) Unwrap() error { return w.err }

func TestError(t *testing.T) {
	t.Parallel()
	req := newRequest(t, tokenURL)
	plain := errors.New("v2 buyers 12: pay-api.invalid is away")
	assert.Equal(t, plain, redact.Error(plain, req), "short parts may be any word, and the host is no secret")
	assert.Equal(t, plain, redact.Error(&url.Error{Op: "Get", URL: tokenURL, Err: plain}, req))

	req.Header["x-amz-pay-authtoken"] = []string{"other-secret"}
	require.EqualError(t, redact.Error(errors.New("other-secret"), req), "*errors.errorString (message redacted: it quotes the request)")

	require.NoError(t, redact.Error(nil, req))
	for _, r := range []*http.Request{nil, {}} {
		assert.Equal(t, plain, redact.Error(plain, r))
		assert.Equal(t, plain, redact.Error(&url.Error{Op: "Get", URL: tokenURL, Err: plain}, r))
	}
}

// A proxy may write the request's parts in its own way, or cut them.
func TestErrorFindsOtherSpellings(t *testing.T) {
	t.Parallel()
	const (
		segment = "Atza|IQEBLzAtAhRPpMJxdwVz2Nn6f2y+tpJX2DeX"
		value   = "amzn.mws|4ea38b7b-f563-7709-4bae-87aea"
		token   = "Atza|LongerThanHalf0123456789abcdefghijkl"
		signed  = "kZ0p9s8d7f6g5h4j3k2l1+/QwErTyUiOpAsDfGh=="
	)
	req := newRequest(t, "https://pay-api.invalid/v2/buyers/"+url.PathEscape(segment)+"?mwsAuthToken="+url.QueryEscape(value))
	req.Header.Set("X-Amz-Pay-Authtoken", token)
	req.Header.Set("Authorization", "AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=SANDBOX-KEY, SignedHeaders=accept;content-type, Signature="+signed)
	for name, part := range map[string]string{"segment": segment, "value": value, "token": token, "signature": signed} {
		once := url.QueryEscape(part)
		for kind, spelled := range map[string]string{
			"as it is": part, "escaped": once, "escaped in small letters": strings.ToLower(once), "escaped twice": url.QueryEscape(once),
			"large": strings.ToUpper(part), "small": strings.ToLower(part),
			"cut": part[:16] + "…", "without its head": "…" + part[len(part)-16:], "escaped and cut": once[:24] + "…",
		} {
			err := redact.Error(wrap{"no route for [" + spelled + "]", syscall.ECONNREFUSED}, req)
			assert.Equal(t, syscall.ECONNREFUSED, err, "%s: %s", name, kind)
		}
	}
	for _, text := range []string{
		"no route for Atza|IQEBLzAtAh…", "unsupported AMZN-PAY-RSASSA-PSS-V2 of PublicKeyId=SANDBOX-KEY", "dial tcp 192.0.2.1:443: connect: connection refused",
		"request 9d2ff6a5-0bb7-4bcc-9fcd-0d6a0cc0e3ba", "charge S01-5105180-3221187-C022511", "SignedHeaders=accept;content-type", "buyers",
	} {
		plain := errors.New(text)
		assert.Equal(t, plain, redact.Error(plain, req), "no secret, or too little of one")
	}
}
