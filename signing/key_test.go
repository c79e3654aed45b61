package signing_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

func pkcs1() []byte { return armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey())) }

func pkcs8(tb testing.TB, key any) []byte {
	tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(tb, err)
	return armour("PRIVATE KEY", der)
}

func armour(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func certificate(tb testing.TB) []byte {
	tb.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: at, NotAfter: at.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &testKey().PublicKey, testKey())
	require.NoError(tb, err)
	return armour("CERTIFICATE", der)
}

// wrap breaks base64 after 76 characters, as the base64 command does.
func wrap(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	return b.String() + s + "\n"
}

func TestParsePrivateKeyForms(t *testing.T) {
	t.Parallel()
	base64Of := base64.StdEncoding.EncodeToString
	public, err := x509.MarshalPKIXPublicKey(&testKey().PublicKey)
	require.NoError(t, err)
	inputs := map[string]string{"PKCS#1": string(pkcs1()), "PKCS#8": string(pkcs8(t, testKey()))}
	forms := []struct {
		name   string
		mangle func(string) string
	}{
		{"as it is", func(s string) string { return s }},
		{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{"CR", func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }},
		{`literal \n`, func(s string) string { return strings.ReplaceAll(s, "\n", `\n`) }},
		{`literal \r\n`, func(s string) string { return strings.ReplaceAll(s, "\n", `\r\n`) }},
		{"one line with spaces", func(s string) string { return strings.ReplaceAll(s, "\n", " ") }},
		{"one line without anything", func(s string) string { return strings.ReplaceAll(s, "\n", "") }},
		{"indented", func(s string) string { return "\n\t" + strings.ReplaceAll(s, "\n", "\n\t  ") }},
		{"spaces and line ends around it", func(s string) string { return " \r\n\t" + s + "\n\n " }},
		{"double quotes", func(s string) string { return `"` + strings.TrimSpace(s) + `"` }},
		{"single quotes", func(s string) string { return `'` + s + `'` }},
		{`quotes and literal \n`, func(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` }},
		{"BOM", func(s string) string { return "\ufeff" + s }},
		{"base64 of it", func(s string) string { return base64Of([]byte(s)) }},
		{"base64 of it, wrapped", func(s string) string { return wrap(base64Of([]byte(s))) }},
		{`base64 of it with literal \n`, func(s string) string { return base64Of([]byte(strings.ReplaceAll(s, "\n", `\n`))) }},
		{"base64 of DER", func(s string) string { block, _ := pem.Decode([]byte(s)); return base64Of(block.Bytes) }},
		{"base64 of DER, wrapped and quoted", func(s string) string {
			block, _ := pem.Decode([]byte(s))
			return `"` + wrap(base64Of(block.Bytes)) + `"`
		}},
		{"text before and after", func(s string) string { return "Bag Attributes\n  friendlyName: x\n" + s + "see above\n" }},
		{"a certificate before it", func(s string) string { return string(certificate(t)) + s }},
		{"a public key before it", func(s string) string { return string(armour("PUBLIC KEY", public)) + s }},
	}
	for kind, text := range inputs {
		for _, form := range forms {
			t.Run(kind+", "+form.name, func(t *testing.T) {
				t.Parallel()
				key, err := signing.ParsePrivateKey([]byte(form.mangle(text)))
				require.NoError(t, err)
				assert.True(t, key.Equal(testKey()))
			})
		}
	}
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	t.Parallel()
	der1 := x509.MarshalPKCS1PrivateKey(testKey())
	public, err := x509.MarshalPKIXPublicKey(&testKey().PublicKey)
	require.NoError(t, err)
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	sec1, err := x509.MarshalECPrivateKey(elliptical)
	require.NoError(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	short := generate(1024)
	secret := []byte(rand.Text() + rand.Text() + rand.Text()) // stands for encrypted bytes
	openssh := append([]byte("openssh-key-v1\x00\x00\x00\x00\x04none"), der1...)
	oldStyle := pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Bytes: secret,
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,0123456789ABCDEF0123456789ABCDEF"},
	})
	text := string(pkcs1())
	body := strings.Split(text, "\n")

	tests := []struct {
		name  string
		input []byte
		want  string
	}{
		{"OpenSSH", armour("OPENSSH PRIVATE KEY", openssh), "this is an OpenSSH private key"},
		{"encrypted PKCS#8", armour("ENCRYPTED PRIVATE KEY", secret), "this private key is encrypted with a pass phrase; decrypt it with: openssl pkey"},
		{"encrypted PKCS#1", oldStyle, "this private key is encrypted with a pass phrase"},
		{"encrypted PKCS#1 on one line", bytes.ReplaceAll(oldStyle, []byte("\n"), []byte(`\n`)), "encrypted with a pass phrase"},
		{"public", armour("PUBLIC KEY", public), "this is a public key"},
		{"public PKCS#1", armour("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&testKey().PublicKey)), "this is a public key"},
		{"certificate", certificate(t), `PEM of type "CERTIFICATE", not an RSA private key`},
		{"EC PKCS#8", pkcs8(t, elliptical), "this is a *ecdsa.PrivateKey, not an RSA private key"},
		{"EC", armour("EC PRIVATE KEY", sec1), `PEM of type "EC PRIVATE KEY"`},
		{"EC with parameters", append(armour("EC PARAMETERS", []byte{6, 0}), armour("EC PRIVATE KEY", sec1)...), `PEM of type "EC PRIVATE KEY"`},
		{"Ed25519", pkcs8(t, edwards), "this is a ed25519.PrivateKey, not an RSA private key"},
		{"1024 bits, PKCS#1", armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short)), "the RSA key has 1024 bits, fewer than 2048"},
		{"1024 bits, PKCS#8", pkcs8(t, short), "the RSA key has 1024 bits, fewer than 2048"},
		{"nil", nil, "the private key is empty"},
		{"blank", []byte(" \r\n\t\"\" \ufeff"), "the private key is empty"},
		{"file name", []byte("/etc/pay/private.pem"), "neither PEM nor base64 of it (a file name, perhaps?)"},
		{"file name of base64 characters", []byte("private/key1"), "damaged: it is neither PKCS#1 nor PKCS#8"},
		{"truncated", []byte(text[:len(text)/2]), "cut off: it has no END line"},
		{"begin line only", []byte(body[0]), "cut off: it has no END line"},
		{"empty body", []byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"), "damaged: it is neither PKCS#1 nor PKCS#8"},
		{"a line lost", []byte(strings.Join(append(body[:3:3], body[4:]...), "\n")), "damaged: it is neither PKCS#1 nor PKCS#8"},
		{"a character lost", []byte(strings.Replace(text, body[3], body[3][1:], 1)), "damaged: its body is not base64"},
		{"a foreign character", []byte(strings.Replace(text, body[3], "*"+body[3][1:], 1)), "damaged: its body is not base64"},
		{"half of the base64 of PEM", []byte(base64.StdEncoding.EncodeToString([]byte(text))[:400]), "cut off: it has no END line"},
		{"half of the base64 of DER", []byte(base64.StdEncoding.EncodeToString(der1)[:400]), "damaged: it is neither PKCS#1 nor PKCS#8"},
		{"URL base64 of noise", []byte("-_-_-_-_" + string(secret)), "neither PEM nor base64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key, err := signing.ParsePrivateKey(tt.input)
			require.ErrorContains(t, err, tt.want)
			assert.Nil(t, key)
			require.ErrorContains(t, err, "openssl")
			requireNoPart(t, err.Error(), string(tt.input))
		})
	}
}

// requireNoPart fails if text has 16 characters in a row of the key's base64, however the lines break.
func requireNoPart(t *testing.T, text, key string) {
	t.Helper()
	var runs []string
	for l := range strings.Lines(key) {
		if l = strings.TrimSpace(l); !strings.Contains(l, "-----") {
			runs = append(runs, l)
		}
	}
	body := strings.Join(runs, "")
	for i := 0; i+16 <= len(body); i++ {
		require.NotContains(t, text, body[i:i+16])
	}
}
