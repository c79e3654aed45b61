package amazonpay_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// keyClient signs with the real key.
func keyClient(tb testing.TB, opts ...amazonpay.Option) *amazonpay.Client {
	tb.Helper()
	cfg := testConfig()
	cfg.PrivateKey = testKey()
	client, err := amazonpay.New(cfg, opts...)
	require.NoError(tb, err)
	return client
}

func TestSignRequest(t *testing.T) {
	t.Parallel()
	req, err := keyClient(t).SignRequest(t.Context(), chargeOp, goodCharge(),
		amazonpay.WithIdempotencyKey("order-1"), amazonpay.WithAuthToken("token-1"), amazonpay.WithHeader("X-Amz-Pay-Region", "na"),
		amazonpay.WithSimulationCode("SoftDeclined"), amazonpay.WithBodyField("new", "あ"))
	require.NoError(t, err)
	body, err := io.ReadAll(req.Body)
	require.NoError(t, err)
	sameText(t, `{"chargePermissionId":"S01-1","chargeAmount":{"amount":"14.00","currencyCode":"USD"},"new":"あ"}`, string(body))
	assert.Equal(t, "order-1", req.Header.Get(idempotencyHeader))
	assert.Equal(t, "token-1", req.Header.Get("X-Amz-Pay-Authtoken"))
	assert.EqualValues(t, len(body), req.ContentLength)
	require.NotNil(t, req.GetBody)

	received := httptest.NewRequestWithContext(t.Context(), req.Method, req.URL.RequestURI(), bytes.NewReader(body))
	received.Header = req.Header
	require.NoError(t, signing.Verify(received, body, &testKey().PublicKey))
	require.ErrorIs(t, signing.Verify(received, append(body, ' '), &testKey().PublicKey), signing.ErrSignature)
	authorization, err := signing.ParseAuthorization(req.Header.Get("Authorization"))
	require.NoError(t, err)
	assert.Equal(t, "accept;content-type;x-amz-pay-authtoken;x-amz-pay-date;x-amz-pay-host;x-amz-pay-idempotency-key;x-amz-pay-region", authorization.SignedHeaders)
}

func TestSignedHeadersAreOfTheEncodedRequest(t *testing.T) {
	t.Parallel()
	header, err := keyClient(t).SignedHeaders(t.Context(), chargeOp, goodCharge())
	require.NoError(t, err)
	body, err := amazonpay.EncodeJSON(goodCharge())
	require.NoError(t, err)
	received := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v2/charges", bytes.NewReader(body))
	received.Header = header
	require.NoError(t, signing.Verify(received, body, &testKey().PublicKey))
}

// An http.Client of the user's own, and the emulator as the judge of the signature.
func TestSignedRequestIsAccepted(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	client := emulated(t, server)
	own := &http.Client{Transport: server.RoundTripper()}

	req, err := client.SignRequest(t.Context(), createSessionOp, newSession(server))
	require.NoError(t, err)
	resp, err := own.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusCreated, resp.StatusCode)

	header, err := client.SignedHeaders(t.Context(), createSessionOp, newSession(server))
	require.NoError(t, err)
	body, err := amazonpay.EncodeJSON(newSession(server))
	require.NoError(t, err)
	req, err = http.NewRequestWithContext(t.Context(), http.MethodPost, server.Description().BaseURL+"/v2/checkoutSessions", bytes.NewReader(body))
	require.NoError(t, err)
	req.Header = header
	resp, err = own.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusCreated, resp.StatusCode)
	for _, r := range server.Requests() {
		assert.True(t, r.Verified && r.Strict, "%+v", r)
	}
}

// https://github.com/amzn/amazon-pay-api-sdk-php/issues/13 and /issues/48: the PHP SDK unescapes
// the payload before it signs, so that page and signature differ. Ours signs and returns the bytes
// as they are.
func TestButtonSignature(t *testing.T) {
	t.Parallel()
	payloads := []string{
		`{"storeId":"amzn1.application-oa2-client.x","webCheckoutDetails":{"checkoutReviewReturnUrl":"https:\/\/shop.example\/review?a=1&b=2"}}`,
		"{\"note\":\"あ/b\\n\\\"quoted\\\" <b>&amp;</b> \\u00e9 \\\\\", \"spaced\" : 1}\n",
		`{}`,
	}
	for _, algorithm := range []signing.Algorithm{signing.PSSV2, signing.PSSV1} {
		cfg := testConfig()
		cfg.PrivateKey, cfg.Algorithm = testKey(), algorithm
		client, err := amazonpay.New(cfg)
		require.NoError(t, err)
		for _, payload := range payloads {
			button, err := client.ButtonSignature([]byte(payload))
			require.NoError(t, err)
			assert.Equal(t, payload, button.PayloadJSON)
			// https://github.com/amzn/amazon-pay-api-sdk-php/issues/47: page and server named different
			// algorithms.
			assert.Equal(t, algorithm.String(), button.Algorithm)
			assert.Equal(t, sandboxKeyID, button.PublicKeyID)
			require.NoError(t, signing.VerifyPayload(algorithm, []byte(payload), button.Signature, &testKey().PublicKey))

			// What reaches the page, as JSON within JSON, is the same text.
			page, err := json.Marshal(button)
			require.NoError(t, err)
			var onPage map[string]string
			require.NoError(t, json.Unmarshal(page, &onPage))
			require.NoError(t, signing.VerifyPayload(algorithm, []byte(onPage["payloadJSON"]), onPage["signature"], &testKey().PublicKey))

			// https://github.com/amzn/amazon-pay-api-sdk-php/issues/8: two signatures differ, and both are
			// right.
			again, err := client.ButtonSignature([]byte(payload))
			require.NoError(t, err)
			assert.NotEqual(t, button.Signature, again.Signature)
		}
	}
}

// https://github.com/amzn/amazon-pay-api-sdk-dotnet/issues/12: one algorithm served the button to
// pay, and not the one to sign in; https://github.com/amzn/amazon-pay-api-sdk-php/issues/18: a
// label on the page that was not the server's. What ButtonSignature returns is posted as
// checkout.js does it, and the emulator verifies it by its label.
func TestEachKindOfButtonWithEachAlgorithm(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	merchant := server.Description().Merchants[0]
	pay := map[string]any{"storeId": merchant.StoreID, "webCheckoutDetails": map[string]string{"checkoutReviewReturnUrl": "https://shop.example/review"}}
	signIn := map[string]any{"storeId": merchant.StoreID, "signInReturnUrl": "https://shop.example/in", "signInScopes": []string{"name"}}
	for kind, value := range map[string]any{"PayAndShip": pay, "PayOnly": pay, "SignIn": signIn} {
		for _, algorithm := range []signing.Algorithm{signing.PSSV2, signing.PSSV1} {
			t.Run(kind+" "+algorithm.String(), func(t *testing.T) {
				t.Parallel()
				cfg := emulatedConfig(server)
				cfg.Algorithm = algorithm
				client, err := amazonpay.New(cfg)
				require.NoError(t, err)
				payload, err := amazonpay.EncodeJSON(value)
				require.NoError(t, err)
				button, err := client.ButtonSignature(payload)
				require.NoError(t, err)
				form := values("region", "na", "merchantId", merchant.MerchantID, "ledgerCurrency", "USD", "sandbox", "true", "productType", kind,
					"publicKeyId", button.PublicKeyID, "payloadJSON", button.PayloadJSON, "signature", button.Signature, "algorithm", button.Algorithm)
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Description().BaseURL+"/checkout/start", strings.NewReader(form.Encode()))
				require.NoError(t, err)
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				resp, err := server.RoundTripper().RoundTrip(req)
				require.NoError(t, err)
				page, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, http.StatusSeeOther, resp.StatusCode, "%s", page)
			})
		}
	}
}

func TestBadButtonPayload(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		"": "payload: is not valid JSON", `{"a":`: "payload: is not valid JSON", "{\"a\":\"\xff\"}": "payload: is not valid UTF-8",
		"null": "payload: is not a JSON object", `"text"`: "payload: is not a JSON object", "[]": "payload: is not a JSON object",
	} {
		button, err := keyClient(t).ButtonSignature([]byte(payload))
		require.EqualError(t, err, want)
		assert.Zero(t, button)
	}
	_, err := (*amazonpay.Client)(nil).ButtonSignature([]byte(`{}`))
	require.Error(t, err)
}
