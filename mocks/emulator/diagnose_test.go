package emulator_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// A signature that is refused is explained, by what was signed in place of what was expected.
func TestWrongSignaturesAreExplained(t *testing.T) {
	t.Parallel()
	replace := func(old, with string) func(string) string {
		return func(text string) string {
			changed := strings.Replace(text, old, with, 1)
			require.NotEqual(t, text, changed)
			return changed
		}
	}
	tests := map[string]struct {
		text    func(string) string // of the canonical request
		message func(string) string // of the string to sign
		explain string
	}{
		"method":        {text: replace("POST", "post"), explain: `Line 1 of the canonical request: expected "POST", signed was "post".`},
		"path":          {text: replace("/v2/charges", "/sandbox/v2/charges"), explain: `Line 2 of the canonical request: expected "/v2/charges", signed was "/sandbox/v2/charges".`},
		"query":         {text: replace("/v2/charges\n\n", "/v2/charges\n?\n"), explain: `Line 3 of the canonical request: expected "", signed was "?".`},
		"region":        {text: replace("region:na", "region:us"), explain: `Line 9 of the canonical request: expected "x-amz-pay-region:na", signed was "x-amz-pay-region:us".`},
		"content type":  {text: replace("application/json\nx-", "application/json; charset=utf-8\nx-"), explain: "Line 5 "},
		"names":         {text: replace("accept;content-type", "accept,content-type"), explain: ""},
		"no empty line": {text: replace("region:na\n\n", "region:na\n"), explain: `Line 10 of the canonical request: expected "", signed was "accept;`},
		"line ends":     {text: func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, explain: `Line 1 of the canonical request: expected "POST", signed was "POST\r".`},
		"no body hash":  {text: func(s string) string { return s[:len(s)-64] + signing.HashPayload(nil).String() }, explain: "Line 12 "},
		"text itself":   {message: func(canonical string) string { return canonical }, explain: "over the canonical request itself"},
		"upper-case hex": {message: func(s string) string {
			sum := sha256.Sum256([]byte(s))
			return "AMZN-PAY-RSASSA-PSS-V2\n" + strings.ToUpper(hex.EncodeToString(sum[:]))
		}, explain: "upper-case digits"},
		"other": {text: func(s string) string { return s + "?" }, explain: "None of "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emulator.Start(t)
			c := newClient(t, s, 0)
			r, raw := c.request(http.MethodPost, "/charges", object{"a": "<b>"})
			r.Header.Set("X-Amz-Pay-Idempotency-Key", "k")
			c.sign(r, raw)
			a, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
			require.NoError(t, err)
			canonical, err := a.CanonicalRequest(r, signing.HashPayload(raw))
			require.NoError(t, err)
			if tt.text != nil {
				canonical = tt.text(canonical)
			}
			message := a.Algorithm.StringToSign(canonical)
			if tt.message != nil {
				message = tt.message(canonical)
			}
			digest := sha256.Sum256([]byte(message))
			signature, err := rsa.SignPSS(rand.Reader, c.key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: 32})
			require.NoError(t, err)
			before, _, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
			r.Header.Set("Authorization", before+"Signature="+base64.StdEncoding.EncodeToString(signature))
			mustSend(t, c, r).refused(t, 403, "InvalidRequestSignature")
			seen := s.Requests()[0]
			assert.Contains(t, seen.Difference, tt.explain)
			assert.NotEmpty(t, seen.Difference)
			assert.NotEmpty(t, seen.CanonicalRequest)
		})
	}
}

// A signature over the right text can be made in the wrong way.
func TestWronglyMadeSignaturesAreExplained(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	other, err := signing.ParsePrivateKey([]byte(s.Description().Merchants[1].PrivateKeyPEM))
	require.NoError(t, err)
	tests := map[string]struct {
		sign    func(key *rsa.PrivateKey, digest []byte) ([]byte, error)
		explain string
	}{
		"algorithm": {func(key *rsa.PrivateKey, digest []byte) ([]byte, error) {
			return rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: 20})
		}, "salt"},
		"salt": {func(key *rsa.PrivateKey, digest []byte) ([]byte, error) {
			return rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: 64})
		}, "salt"},
		"scheme": {func(key *rsa.PrivateKey, digest []byte) ([]byte, error) {
			return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest)
		}, "RSASSA-PKCS1-v1_5"},
		"key": {func(_ *rsa.PrivateKey, digest []byte) ([]byte, error) {
			return rsa.SignPSS(rand.Reader, other, crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: 32})
		}, "another merchant"},
	}
	for name, tt := range tests {
		r, raw := c.request(http.MethodGet, "/charges/x", nil)
		c.sign(r, raw)
		a, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
		require.NoError(t, err)
		canonical, err := a.CanonicalRequest(r, signing.HashPayload(raw))
		require.NoError(t, err)
		digest := sha256.Sum256([]byte(a.Algorithm.StringToSign(canonical)))
		signature, err := tt.sign(c.key, digest[:])
		require.NoError(t, err)
		before, _, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
		r.Header.Set("Authorization", before+"Signature="+base64.StdEncoding.EncodeToString(signature))
		mustSend(t, c, r).refused(t, 403, "InvalidRequestSignature")
		log := s.Requests()
		assert.Contains(t, log[len(log)-1].Difference, tt.explain, name)
	}

	// The right text, salt and key under the name of the other algorithm.
	r, raw := c.request(http.MethodGet, "/charges/x", nil)
	c.sign(r, raw)
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "PSS-V2 ", "PSS ", 1))
	mustSend(t, c, r).refused(t, 403, "InvalidRequestSignature")
	log := s.Requests()
	assert.Contains(t, log[len(log)-1].Difference, "for the algorithm AMZN-PAY-RSASSA-PSS-V2")
}

func mustSend(t *testing.T, c *client, r *http.Request) answer {
	t.Helper()
	a, err := c.send(r)
	require.NoError(t, err)
	return a
}
