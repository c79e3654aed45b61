package libcrypto_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

// shops holds a signer in each way that a program can.
type shops struct {
	Exported *libcrypto.Signer
	hidden   *libcrypto.Signer
	Any      any
	List     []*libcrypto.Signer
}

func TestSignerShowsNoKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, signer *libcrypto.Signer) {
		t.Helper()
		want := "libcrypto.Signer(" + signer.Implementation() + ", RSA 2048)"
		holder := shops{signer, signer, signer, []*libcrypto.Signer{signer}}
		require.Same(t, signer, holder.hidden)

		shown := map[string]string{}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%p"} {
			shown[verb+" of a struct"] = fmt.Sprintf(verb, holder)
			shown[verb+" of a pointer to it"] = fmt.Sprintf(verb, &holder)
			shown[verb+" of the value"] = fmt.Sprintf(verb, *signer)
			if verb != "%p" {
				shown[verb] = fmt.Sprintf(verb, signer)
				assert.Equal(t, want, shown[verb], verb)
			}
		}
		var text, lines bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&lines, nil)} {
			slog.New(handler).Info("made", slog.Any("signer", signer), slog.Any("holder", holder), slog.Any("value", *signer))
		}
		assert.Contains(t, text.String(), `signer="`+want)
		assert.Contains(t, lines.String(), `"signer":"`+want)
		shown["slog text"], shown["slog JSON"] = text.String(), lines.String()

		encoded, err := json.Marshal([]any{signer, *signer})
		require.NoError(t, err)
		shown["JSON"] = string(encoded)

		for how, s := range shown {
			requireNoKey(t, how, s, testKey())
		}
	})
}

// requireNoKey looks for the private exponent, the primes and the whole key, in the forms that
// formatting gives them.
func requireNoKey(t *testing.T, how, s string, key *rsa.PrivateKey) {
	t.Helper()
	lower := strings.ToLower(s)
	parts := []fmt.Stringer{key.D}
	secrets := [][]byte{key.D.Bytes()}
	for _, prime := range key.Primes {
		parts, secrets = append(parts, prime), append(secrets, prime.Bytes())
	}
	if len(key.Primes) == 2 && key.Validate() == nil {
		secrets = append(secrets, x509.MarshalPKCS1PrivateKey(key)[300:]) // after the modulus
	}
	for _, secret := range secrets {
		require.NotContains(t, s, string(secret[:16]), how)
		require.NotContains(t, lower, hex.EncodeToString(secret[:16]), how)
		require.NotContains(t, s, base64.StdEncoding.EncodeToString(secret[:15]), how)
		require.NotContains(t, s, strings.Trim(fmt.Sprintf("%d", secret[:8]), "[]"), how)
	}
	for _, part := range parts {
		require.NotContains(t, s, part.String()[:16], how)
	}
	require.NotContains(t, s, fmt.Sprint(key.D.Bits()[0]), how)
}
