package transport_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
