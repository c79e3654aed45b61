package signing_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

// shops holds a signer in each way that a program can.
type shops struct {
	Name     string
	Exported *signing.Signer
	hidden   *signing.Signer
	Any      any
	List     []*signing.Signer
}

func TestSignerShowsNoKey(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, testKey(), signing.PSSV1)
	holder := shops{"shop", signer, signer, signer, []*signing.Signer{signer}}
	require.Same(t, signer, holder.hidden)

	shown := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%d", "%T", "%p"} {
		shown[verb] = fmt.Sprintf(verb, signer)
		shown[verb+" of the value"] = fmt.Sprintf(verb, *signer)
		shown[verb+" of a struct"] = fmt.Sprintf(verb, holder)
		shown[verb+" of a pointer to it"] = fmt.Sprintf(verb, &holder)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		assert.Equal(t, "signing.Signer("+keyID+", AMZN-PAY-RSASSA-PSS)", shown[verb], verb)
	}
	var text, json bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&json, nil)} {
		slog.New(handler).Info("made", slog.Any("signer", signer), slog.Any("holder", holder), slog.Any("pointer", &holder), slog.Any("value", *signer))
	}
	assert.Contains(t, text.String(), `signer="signing.Signer(`+keyID)
	assert.Contains(t, json.String(), `"signer":"signing.Signer(`+keyID)
	shown["slog text"], shown["slog JSON"] = text.String(), json.String()

	for how, s := range shown {
		requireNoKey(t, how, s)
	}
}

// requireNoKey looks for the private exponent, the primes and the whole key, in the forms that
// formatting gives them.
func requireNoKey(t *testing.T, how, s string) {
	t.Helper()
	key := testKey()
	lower := strings.ToLower(s)
	secrets := [][]byte{key.D.Bytes(), key.Primes[0].Bytes(), key.Primes[1].Bytes(), key.Precomputed.Qinv.Bytes()}
	for _, secret := range secrets {
		require.NotContains(t, s, string(secret[:16]), how)
		require.NotContains(t, lower, hex.EncodeToString(secret[:16]), how)
		require.NotContains(t, s, base64.StdEncoding.EncodeToString(secret[:15]), how)
		require.NotContains(t, s, strings.Trim(fmt.Sprintf("%d", secret[:8]), "[]"), how)
	}
	for _, n := range []fmt.Stringer{key.D, key.Primes[0], key.Primes[1], key.Precomputed.Qinv} {
		require.NotContains(t, s, n.String()[:16], how)
	}
	for _, word := range []string{fmt.Sprint(key.D.Bits()[0]), fmt.Sprint(key.Primes[0].Bits()[0]), fmt.Sprint(key.Primes[1].Bits()[0])} {
		require.NotContains(t, s, word, how)
	}
	requireNoPart(t, s, base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key)))
}

// The two configuration values are easily swapped.
func TestKeyInPlaceOfItsIDIsNotShown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{string(pkcs1()), string(pkcs8(t, testKey())), strings.ReplaceAll(string(pkcs1()), "\n", `\n`)} {
		_, err := signing.NewSigner(text, testKey(), signing.PSSV2)
		require.ErrorContains(t, err, "the public key id contains")
		requireNoPart(t, err.Error(), text)
	}
}
