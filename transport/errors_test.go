package transport_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// The address of these requests has parts that are long enough to be tokens.
const tokenURL = "https://pay-api.invalid/v2/buyers/secret%7Cbuyer-token?merchant=secret%7Cid&n=12"

// A middleware may quote any part of the request that it was given.
func TestErrorsQuoteNoPartOfTheRequest(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a path segment":          "no route for secret|buyer-token",
		"an escaped path segment": "no route for secret%7Cbuyer-token",
		"a query value":           "merchant secret|id is not ours",
		"an escaped query value":  "merchant secret%7Cid is not ours",
		"the auth token":          "token secret-authtoken has expired",
		"the signature":           "Authorization: secret-signature",
	} {
		for kind, failure := range map[string]error{
			"all of it": errors.New(text),
			"a layer":   wrap{text, fmt.Errorf("dial: %w", syscall.ECONNREFUSED)},
			"beneath":   fmt.Errorf("proxy: %w", wrap{text, syscall.ECONNREFUSED}),
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				logger, lines := logged()
				call := new(transport.Call)
				doer := newDoer(t, transport.Config{Retry: quick, Logger: logger, Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, failure })})
				_, err := doer.Do(withCall(newRequest(t, http.MethodGet, tokenURL, ""), call))
				require.Error(t, err)
				assert.NotContains(t, err.Error(), "secret")
				assert.NotContains(t, call.Attempts[0].Err.Error(), "secret")
				assert.NotContains(t, lines.String(), "secret")
				assert.Equal(t, kind != "all of it", errors.Is(err, syscall.ECONNREFUSED), "a clean cause is kept")
			})
		}
	}
}

func TestSigningErrorsQuoteNoPartOfTheRequest(t *testing.T) {
	t.Parallel()
	req := newRequest(t, http.MethodPost, tokenURL, "{}")
	_, err := newDoer(t, transport.Config{Base: script(t), Signer: signFunc(func(r *http.Request, _ signing.PayloadHash, _ time.Time) error {
		return fmt.Errorf("cannot sign for %s", r.Header.Get("X-Amz-Pay-Authtoken"))
	})}).Do(req)
	_, ok := errors.AsType[*transport.SigningError](err)
	require.True(t, ok, "%T", err)
	assert.NotContains(t, err.Error(), "secret")

	req.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("no body for secret|buyer-token") }
	_, err = newDoer(t, transport.Config{Base: script(t)}).Do(req)
	require.ErrorContains(t, err, "withheld")
	assert.NotContains(t, err.Error(), "secret")
}

func TestScrub(t *testing.T) {
	t.Parallel()
	req := newRequest(t, http.MethodGet, tokenURL, "")
	plain := errors.New("v2 buyers 12: pay-api.invalid is away")
	assert.Equal(t, plain, transport.Scrub(plain, req), "short parts may be any word, and the host is no secret")
	assert.Equal(t, plain, transport.Scrub(&url.Error{Op: "Get", URL: tokenURL, Err: plain}, req))

	req.Header["x-amz-pay-authtoken"] = []string{"other-secret"}
	require.EqualError(t, transport.Scrub(errors.New("other-secret"), req), "a *errors.errorString whose text is withheld, since it holds a part of the request")

	require.NoError(t, transport.Scrub(nil, req))
	for _, r := range []*http.Request{nil, {}} {
		assert.Equal(t, plain, transport.Scrub(plain, r))
		assert.Equal(t, plain, transport.Scrub(&url.Error{Op: "Get", URL: tokenURL, Err: plain}, r))
	}
}

// A proxy may write the request's parts in its own way, or cut them.
func TestScrubFindsOtherSpellings(t *testing.T) {
	t.Parallel()
	const (
		segment = "Atza|IQEBLzAtAhRPpMJxdwVz2Nn6f2y+tpJX2DeX"
		value   = "amzn.mws|4ea38b7b-f563-7709-4bae-87aea"
		token   = "Atza|LongerThanHalf0123456789abcdefghijkl"
		signed  = "kZ0p9s8d7f6g5h4j3k2l1+/QwErTyUiOpAsDfGh=="
	)
	req := newRequest(t, http.MethodGet, "https://pay-api.invalid/v2/buyers/"+url.PathEscape(segment)+"?mwsAuthToken="+url.QueryEscape(value), "")
	req.Header.Set("X-Amz-Pay-Authtoken", token)
	req.Header.Set("Authorization", "AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=SANDBOX-KEY, SignedHeaders=accept;content-type, Signature="+signed)
	for name, part := range map[string]string{"segment": segment, "value": value, "token": token, "signature": signed} {
		once := url.QueryEscape(part)
		for kind, spelled := range map[string]string{
			"as it is": part, "escaped": once, "escaped in small letters": strings.ToLower(once), "escaped twice": url.QueryEscape(once),
			"large": strings.ToUpper(part), "small": strings.ToLower(part),
			"cut": part[:16] + "…", "without its head": "…" + part[len(part)-16:], "escaped and cut": once[:24] + "…",
		} {
			err := transport.Scrub(wrap{"no route for [" + spelled + "]", syscall.ECONNREFUSED}, req)
			assert.Equal(t, syscall.ECONNREFUSED, err, "%s: %s", name, kind)
		}
	}
	for _, text := range []string{
		"no route for Atza|IQEBLzAtAh…", "unsupported AMZN-PAY-RSASSA-PSS-V2 of PublicKeyId=SANDBOX-KEY", "dial tcp 192.0.2.1:443: connect: connection refused",
		"request 9d2ff6a5-0bb7-4bcc-9fcd-0d6a0cc0e3ba", "charge S01-5105180-3221187-C022511", "SignedHeaders=accept;content-type", "buyers",
	} {
		plain := errors.New(text)
		assert.Equal(t, plain, transport.Scrub(plain, req), "no secret, or too little of one")
	}
}
