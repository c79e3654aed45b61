package amazonpay_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// https://github.com/amzn/amazon-pay-api-sdk-php/issues/45 and
// https://github.com/amzn/amazon-pay-api-sdk-java/issues/22: the strings to sign are equal, but
// the signature is refused, and nobody can tell that the private key belongs to another public key
// id. The error says so. It says something else if the request was changed on its way.
func TestSignatureHint(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	merchants := server.Description().Merchants
	other, err := signing.ParsePrivateKey([]byte(merchants[1].PrivateKeyPEM))
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	require.NoError(t, err)
	fingerprint := sha256.Sum256(der)
	wrongKey := emulatedConfig(server)
	wrongKey.PrivateKeyPEM = amazonpay.NewSecret(merchants[1].PrivateKeyPEM)

	for name, row := range map[string]struct {
		cfg     amazonpay.Config
		between func(*http.Request)
		says    string
		equal   bool
	}{
		"another key": {
			cfg: wrongKey, between: func(*http.Request) {}, equal: true,
			says: "the service computed the same canonical request, so most likely the private key does not belong to this public key id",
		},
		"a changed body": {
			cfg: emulatedConfig(server),
			between: func(r *http.Request) {
				r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"storeId":"another"}`)), 21
			},
			says: "so most likely the request was changed on its way",
		},
		"a changed header": {
			cfg: emulatedConfig(server), between: func(r *http.Request) { r.Header.Set("X-Amz-Pay-Idempotency-Key", "another") },
			says: "so most likely the request was changed on its way",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			client, err := amazonpay.New(row.cfg, amazonpay.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
				amazonpay.WithRoundTripper(reply(func(r *http.Request) (*http.Response, error) {
					changed := r.Clone(r.Context())
					row.between(changed)
					return server.RoundTripper().RoundTrip(changed)
				})))
			require.NoError(t, err)
			_, err = client.Call(t.Context(), createSessionOp, map[string]any{"storeId": merchants[0].StoreID}, nil)
			api, ok := asAPIError(err)
			require.True(t, ok, "%v", err)
			require.Equal(t, amazonpay.ReasonCodeInvalidRequestSignature, api.ReasonCode)
			require.NotNil(t, api.Signature)
			hint := *api.Signature
			assert.Contains(t, hint.String(), row.says)
			assert.Contains(t, err.Error(), hint.String())
			assert.Contains(t, log.String(), row.says)
			assert.Equal(t, row.equal, hint.ServiceHash == hint.CanonicalHash)
			assert.Len(t, hint.CanonicalHash, 64)
			assert.Len(t, hint.ServiceHash, 64)
			if row.equal {
				assert.Equal(t, hex.EncodeToString(fingerprint[:]), hint.KeyFingerprint)
			} else {
				assert.NotEqual(t, hex.EncodeToString(fingerprint[:]), hint.KeyFingerprint)
			}
			assert.Equal(t, row.cfg.PublicKeyID, hint.PublicKeyID)
			assert.Equal(t, "AMZN-PAY-RSASSA-PSS-V2", hint.Algorithm)
			assert.Equal(t, strings.TrimPrefix(server.Description().BaseURL, "https://"), hint.Host)
			assert.Equal(t, amazonpay.EnvironmentSandbox, hint.Environment)
			assert.Less(t, hint.ClockDifference.Abs(), 5*time.Second)
			assert.Equal(t, amazonpay.OutcomeRefused, amazonpay.OutcomeOf(err))
		})
	}
}

func asAPIError(err error) (*amazonpay.APIError, bool) {
	return errors.AsType[*amazonpay.APIError](err)
}

// A message that repeats the signature does not bring it into the error.
func TestSignatureIsNotRepeated(t *testing.T) {
	t.Parallel()
	signature := ""
	err := called(newClient(t, reply(func(r *http.Request) (*http.Response, error) {
		_, signature, _ = strings.Cut(r.Header.Get("Authorization"), "Signature=")
		return answer(403, `{"reasonCode":"InvalidRequestSignature","message":"signature [`+signature+`] does not match"}`)(r)
	})), t.Context())
	require.NotEmpty(t, signature)
	assert.NotContains(t, err.Error(), signature)
	assert.Contains(t, err.Error(), "signature [[redacted]] does not match")
}

// What the hint says where the service names no hash, where the clocks differ, and where it does
// not apply.
func TestSignatureHintSays(t *testing.T) {
	t.Parallel()
	const refusal = `{"reasonCode":"InvalidRequestSignature","message":"no"}`
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	clock := amazonpay.WithClock(func() time.Time { return now })
	hintOf := func(a reply, opts ...amazonpay.Option) *amazonpay.SignatureHint {
		api, ok := asAPIError(called(newClient(t, newNetwork(a), append(opts, clock)...), t.Context()))
		require.True(t, ok)
		return api.Signature
	}
	for date, says := range map[string]string{
		"Wed, 25 Nov 2026 11:59:20 GMT": ", clock 40s ahead",
		"Wed, 25 Nov 2026 12:10:00 GMT": ", clock 10m0s behind",
		"Wed, 25 Nov 2026 12:00:00 GMT": ", sandbox",
		"":                              ", sandbox",
		"yesterday":                     ", sandbox",
	} {
		hint := hintOf(answer(403, refusal, "Date", date))
		require.NotNil(t, hint)
		assert.Empty(t, hint.ServiceHash)
		assert.True(t, strings.HasPrefix(hint.String(), "compare the key's fingerprint"), hint.String())
		assert.True(t, strings.HasSuffix(hint.String(), says), hint.String())
	}
	assert.Nil(t, hintOf(answer(403, `{"reasonCode":"InvalidAuthentication"}`)))
	escaped := hintOf(answer(403, `{"reasonCode":"InvalidRequestSignature","message":"signing String [AMZN-PAY-RSASSA-PSS\\n`+strings.Repeat("ab", 32)+`]"}`))
	assert.Equal(t, strings.Repeat("ab", 32), escaped.ServiceHash)
	client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork(answer(403, refusal))))
	require.NoError(t, err)
	api, ok := asAPIError(called(client, t.Context()))
	require.True(t, ok)
	assert.Nil(t, api.Signature)
}
