package signing_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

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

// pssOnly is what openssl genpkey -algorithm RSA-PSS makes, with parameters in hexadecimal.
func pssOnly(tb testing.TB, parameters string) []byte {
	tb.Helper()
	algorithm := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}}
	if parameters != "" {
		raw, err := hex.DecodeString(parameters)
		require.NoError(tb, err)
		algorithm.Parameters = asn1.RawValue{FullBytes: raw}
	}
	return pkcs8With(tb, algorithm, x509.MarshalPKCS1PrivateKey(testKey()))
}

func pkcs8With(tb testing.TB, algorithm pkix.AlgorithmIdentifier, key []byte) []byte {
	tb.Helper()
	der, err := asn1.Marshal(struct {
		Version   int
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}{0, algorithm, key})
	require.NoError(tb, err)
	return der
}

func utf16Of(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
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
	inputs := map[string]string{
		"PKCS#1": string(pkcs1()), "PKCS#8": string(pkcs8(t, testKey())), "PKCS#8 for RSASSA-PSS": string(armour("PRIVATE KEY", pssOnly(t, ""))),
		"PKCS#1 for RSASSA-PSS": string(armour("RSA-PSS PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey()))),
	}
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
		{`literal \\n`, func(s string) string { return strings.ReplaceAll(s, "\n", `\\n`) }},
		{"line ends escaped four times", func(s string) string { return strings.ReplaceAll(s, "\n", strings.Repeat(`\`, 8)+"n") }},
		{`literal \\r\\n`, func(s string) string { return strings.ReplaceAll(s, "\n", `\\r\\n`) }},
		{"a backslash before each line end", func(s string) string { return strings.ReplaceAll(s, "\n", "\\\n") }},
		{"JSON with escaped slashes", func(s string) string {
			return `{"key":"` + strings.NewReplacer("\n", `\n`, "/", `\/`).Replace(s) + `"}`
		}},
		{"JSON with escaped signs", func(s string) string {
			return strings.NewReplacer("\n", `\u000A`, "+", `\u002B`, "=", `\u003d`).Replace(s)
		}},
		{"percent-encoded line ends", func(s string) string { return strings.ReplaceAll(s, "\n", "%0A") }},
		{"percent-encoded", func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }},
		{"spaces without line ends", func(s string) string { return strings.ReplaceAll(s, "\n", "   ") }},
		{"no white space at all", func(s string) string { return strings.Join(strings.Fields(s), "") }},
		{"no-break spaces", func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
		{"lines as strings of code", func(s string) string { return `"` + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\\n\",\n\"") + `"` }},
		{"typographic quotes and dashes", func(s string) string {
			return "\u201c" + strings.ReplaceAll(s, "-----", "\u2014\u2014\u2013") + "\u201d"
		}},
		{"four dashes", func(s string) string { return strings.ReplaceAll(s, "-----", "----") }},
		{"a shell's assignment", func(s string) string { return "export KEY=$'" + strings.ReplaceAll(s, "\n", `\n`) + "';" }},
		{"a prompt behind it", func(s string) string { return strings.TrimSpace(s) + "%" }},
		{"two byte-order marks", func(s string) string { return "\ufeff\ufeff" + s }},
		{"UTF-16", func(s string) string {
			return utf16Of(binary.LittleEndian, "\ufeff"+strings.ReplaceAll(s, "\n", "\r\n"))
		}},
		{"UTF-16, big endian", func(s string) string { return utf16Of(binary.BigEndian, "\ufeff"+s) }},
		{"UTF-16 without a mark", func(s string) string { return utf16Of(binary.LittleEndian, s) }},
		{"UTF-16, big endian, without a mark", func(s string) string { return utf16Of(binary.BigEndian, s) }},
		{"base64 of UTF-16", func(s string) string { return base64Of([]byte(utf16Of(binary.LittleEndian, s))) }},
		{"base64 of base64 of it", func(s string) string { return base64Of([]byte(wrap(base64Of([]byte(s))))) }},
		{"base64 of it without padding", func(s string) string {
			return strings.TrimRight(base64Of([]byte(strings.Repeat("\n", 4-len(s)%3)+s)), "=")
		}},
		{"base64 of it in quotes and a comma", func(s string) string { return `'` + base64Of([]byte(s)) + `',` }},
		{"base64 of it wrapped with literal \\n", func(s string) string { return strings.ReplaceAll(wrap(base64Of([]byte(s))), "\n", `\\n`) }},
		{"DER", func(s string) string { block, _ := pem.Decode([]byte(s)); return string(block.Bytes) }},
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
	publicPSS, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}}, asn1.BitString{Bytes: public, BitLength: 8 * len(public)}})
	require.NoError(t, err)
	encrypted, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}}, bytes.Repeat(secret, 9)})
	require.NoError(t, err)
	pkcs12, err := asn1.Marshal(struct {
		Version  int
		Contents pkix.AlgorithmIdentifier
		MAC      struct{ A []byte }
	}{Version: 3, Contents: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}}, MAC: struct{ A []byte }{der1}})
	require.NoError(t, err)
	dsa := pkcs8With(t, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}}, secret)
	broken := pkcs8With(t, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}}, secret)
	certificateDER, _ := pem.Decode(certificate(t))
	inBase64 := func(der []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(der)) }

	tests := []struct {
		name  string
		input []byte
		want  string
	}{
		{"OpenSSH", armour("OPENSSH PRIVATE KEY", openssh), "this is an OpenSSH private key"},
		{"encrypted PKCS#8", armour("ENCRYPTED PRIVATE KEY", secret), "the private key is encrypted with a passphrase; decrypt it with: openssl pkey"},
		{"encrypted PKCS#1", oldStyle, "the private key is encrypted with a passphrase"},
		{"encrypted PKCS#1 on one line", bytes.ReplaceAll(oldStyle, []byte("\n"), []byte(`\n`)), "encrypted with a passphrase"},
		{"public", armour("PUBLIC KEY", public), "this is a public key"},
		{"public PKCS#1", armour("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&testKey().PublicKey)), "this is a public key"},
		{"certificate", certificate(t), `PEM block of type "CERTIFICATE", not an RSA private key`},
		{"EC PKCS#8", pkcs8(t, elliptical), "this is a *ecdsa.PrivateKey, not an RSA private key"},
		{"key text in the label", armour("PRIVATE KEY 308204A30201000282", secret), `PEM block of type "unknown"`},
		{"EC", armour("EC PRIVATE KEY", sec1), `PEM block of type "EC PRIVATE KEY"`},
		{"EC with parameters", append(armour("EC PARAMETERS", []byte{6, 0}), armour("EC PRIVATE KEY", sec1)...), `PEM block of type "EC PRIVATE KEY"`},
		{"Ed25519", pkcs8(t, edwards), "this is a ed25519.PrivateKey, not an RSA private key"},
		{"1024 bits, PKCS#1", armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short)), "the RSA key has 1024 bits, at least 2048 are required"},
		{"1024 bits, PKCS#8", pkcs8(t, short), "the RSA key has 1024 bits, at least 2048 are required"},
		{"nil", nil, "the private key is empty"},
		{"blank", []byte(" \r\n\t\"\" \ufeff"), "the private key is empty"},
		{"file name", []byte("/etc/pay/private.pem"), "neither PEM nor base64 (is it a file name?)"},
		{"file name of base64 characters", []byte("private/key1"), "damaged: it is not valid PKCS#1 or PKCS#8"},
		{"truncated", []byte(text[:len(text)/2]), "truncated: the END line is missing"},
		{"begin line only", []byte(body[0]), "truncated: the END line is missing"},
		{"empty body", []byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"), "damaged: it is not valid PKCS#1 or PKCS#8"},
		{"a line lost", []byte(strings.Join(append(body[:3:3], body[4:]...), "\n")), "damaged: it is not valid PKCS#1 or PKCS#8"},
		{"a character lost", []byte(strings.Replace(text, body[3], body[3][1:], 1)), "damaged: it is not valid base64"},
		{"a foreign character", []byte(strings.Replace(text, body[3], "*"+body[3][1:], 1)), "damaged: it is not valid base64"},
		{"half of the base64 of PEM", []byte(base64.StdEncoding.EncodeToString([]byte(text))[:400]), "truncated: the END line is missing"},
		{"half of the base64 of DER", []byte(base64.StdEncoding.EncodeToString(der1)[:400]), "damaged: it is not valid PKCS#1 or PKCS#8"},
		{"for RSASSA-PSS with parameters", armour("PRIVATE KEY", pssOnly(t, "3011a20302010ca30302010130050603550403")), "this key is restricted to RSASSA-PSS with fixed parameters; create a key with: openssl genpkey -algorithm RSA "},
		{"for RSASSA-PSS, damaged", armour("PRIVATE KEY", pkcs8With(t, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}}, secret)), "damaged: it is not valid PKCS#1 or PKCS#8"},
		{"PKCS#8 of noise", armour("PRIVATE KEY", broken), "damaged: it is not valid PKCS#1 or PKCS#8"},
		{"DSA", armour("PRIVATE KEY", dsa), "this is a private key for algorithm 1.2.840.10040.4.1, not an RSA private key"},
		{"certificate, base64 of DER", inBase64(certificateDER.Bytes), "this is a certificate"},
		{"public, base64 of DER", inBase64(public), "this is a public key"},
		{"public PKCS#1, DER", x509.MarshalPKCS1PublicKey(&testKey().PublicKey), "this is a public key"},
		{"public for RSASSA-PSS", inBase64(publicPSS), "this is a public key"},
		{"public of OpenSSH", []byte("ssh-rsa AAAAB3NzaC1yc2E me@host"), "this is an OpenSSH public key"},
		{"SSH2", []byte("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----"), "this is a public key"},
		{"encrypted PKCS#8, DER", encrypted, "the private key is encrypted with a passphrase"},
		{"EC, base64 of DER", inBase64(sec1), "this is a *ecdsa.PrivateKey"},
		{"PKCS#12", pkcs12, "this is a PKCS#12 file; extract the key with: openssl pkcs12"},
		{"PuTTY", []byte("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n"), "this is a PuTTY key"},
		{"XML", []byte("<RSAKeyValue><Modulus>AAAA</Modulus></RSAKeyValue>"), "this is an XML key"},
		{"JSON Web Key", []byte(`{"kty":"RSA","n":"AAAA"}`), "a JSON Web Key?"},
		{"certificate request", armour("CERTIFICATE REQUEST", secret), `PEM block of type "CERTIFICATE REQUEST"`},
		{"one line of many", []byte(body[0] + "\n"), `write each line end as \n`},
		{"base64 in too many layers", inBase64(inBase64(inBase64(inBase64(inBase64(der1))))), "damaged"},
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

// requireNoPart fails if text has 16 characters in a row of the key's base64, however the lines
// break.
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
