package amazonpay_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

// A button's payload is signed and returned byte for byte, and JSON from EncodeJSON decodes to the
// same text.
func FuzzButtonSignature(f *testing.F) {
	cfg := testConfig()
	cfg.PrivateKey = testKey()
	client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(newNetwork()))
	require.NoError(f, err)
	for _, payload := range []string{`{"storeId":"x"}`, " {}\n", `{"a":"<\/b>\u2028"}`, "{", "[]", "null", `{"a":1}{}`, "{\"a\":\"\xff\"}", ""} {
		f.Add(payload, "a", "</b>&\u2028\"\\")
	}
	f.Fuzz(func(t *testing.T, payload, name, text string) {
		encoded, err := amazonpay.EncodeJSON(map[string]string{name: text})
		require.Equal(t, utf8.ValidString(name) && utf8.ValidString(text), err == nil, "%v", err)
		if err == nil {
			var again map[string]string
			require.NoError(t, json.Unmarshal(encoded, &again))
			require.Equal(t, map[string]string{name: text}, again)
		} else {
			encoded = nil
		}
		for _, p := range []string{payload, string(encoded)} {
			signed, err := client.ButtonSignature([]byte(p))
			var members map[string]json.RawMessage
			isObject := utf8.ValidString(p) && json.Unmarshal([]byte(p), &members) == nil && members != nil
			require.Equal(t, isObject, err == nil, "%q: %v", p, err)
			if err != nil {
				require.Equal(t, amazonpay.SignedButton{}, signed)
				continue
			}
			require.Equal(t, p, signed.PayloadJSON)
			require.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte(p), signed.Signature, &testKey().PublicKey))
			require.ErrorIs(t, signing.VerifyPayload(signing.PSSV2, []byte(p+" "), signed.Signature, &testKey().PublicKey), signing.ErrSignature)
		}
	})
}
