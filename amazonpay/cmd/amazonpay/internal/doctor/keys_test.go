package doctor_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// quiet is the log of servers that are meant to fail.
var quiet = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func derOf(tb testing.TB, text string) []byte {
	tb.Helper()
	block, _ := pem.Decode([]byte(text))
	require.NotNil(tb, block)
	return block.Bytes
}

func parsed(tb testing.TB, text string) *rsa.PrivateKey {
	tb.Helper()
	key, err := x509.ParsePKCS8PrivateKey(derOf(tb, text))
	require.NoError(tb, err)
	private, is := key.(*rsa.PrivateKey)
	require.True(tb, is)
	return private
}

func pkcs8(tb testing.TB, key any) string {
	tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(tb, err)
	return block("PRIVATE KEY", der)
}

func newRSA(tb testing.TB, bits int) *rsa.PrivateKey {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(tb, err)
	return key
}

func newEC(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	return key
}

func newEd25519(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(tb, err)
	return key
}

// dsaKey is a DSA key as openssl writes it.
func dsaKey(tb testing.TB) string {
	tb.Helper()
	key := struct {
		Version       int
		P, Q, G, Y, X *big.Int
	}{0, big.NewInt(23), big.NewInt(11), big.NewInt(4), big.NewInt(9), big.NewInt(7)}
	der, err := asn1.Marshal(key)
	require.NoError(tb, err)
	return block("DSA PRIVATE KEY", der)
}

func publicKey(tb testing.TB, key *rsa.PrivateKey) string {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(tb, err)
	return block("PUBLIC KEY", der)
}

func certificateOf(tb testing.TB, key *rsa.PrivateKey) string {
	tb.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "shop"}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(tb, err)
	return block("CERTIFICATE", der)
}

func request(tb testing.TB, key *rsa.PrivateKey) string {
	tb.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "shop"}}, key)
	require.NoError(tb, err)
	return block("CERTIFICATE REQUEST", der)
}

type algorithmIdentifier struct{ Algorithm asn1.ObjectIdentifier }

// encryptedDER has the form of an encrypted PKCS#8 key.
func encryptedDER(tb testing.TB) []byte {
	tb.Helper()
	data := make([]byte, 1200)
	_, _ = rand.Read(data)
	der, err := asn1.Marshal(struct {
		Algorithm algorithmIdentifier
		Data      []byte
	}{algorithmIdentifier{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}}, data})
	require.NoError(tb, err)
	return der
}

// pkcs12 has the form of a PKCS#12 file.
func pkcs12(tb testing.TB) string {
	tb.Helper()
	data := make([]byte, 1500)
	_, _ = rand.Read(data)
	der, err := asn1.Marshal(struct {
		Version  int
		Contents struct {
			Type asn1.ObjectIdentifier
			Data []byte `asn1:"explicit,tag:0"`
		}
	}{3, struct {
		Type asn1.ObjectIdentifier
		Data []byte `asn1:"explicit,tag:0"`
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}, data}})
	require.NoError(tb, err)
	return string(der)
}

// encryptedPEM has the form of an encrypted PKCS#1 key.
func encryptedPEM() string {
	data := make([]byte, 1200)
	_, _ = rand.Read(data)
	return string(pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Bytes: data, Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,0011223344556677"},
	}))
}

// openSSH has the form of an OpenSSH key of an algorithm.
func openSSH(algorithm string) string {
	data := make([]byte, 1200)
	_, _ = rand.Read(data)
	return block("OPENSSH PRIVATE KEY", append([]byte("openssh-key-v1\x00\x00\x00\x00\x04none\x00\x00\x00\x04none"+algorithm), data...))
}

// jwk is a key as a JSON Web Key.
func jwk(tb testing.TB, key *rsa.PrivateKey, private bool) string {
	tb.Helper()
	encode := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	members := map[string]string{"kty": "RSA", "n": encode(key.N), "e": encode(big.NewInt(int64(key.E)))}
	if private {
		members["d"], members["p"], members["q"] = encode(key.D), encode(key.Primes[0]), encode(key.Primes[1])
		members["dp"], members["dq"], members["qi"] = encode(key.Precomputed.Dp), encode(key.Precomputed.Dq), encode(key.Precomputed.Qinv)
	}
	text, err := json.Marshal(members)
	require.NoError(tb, err)
	return string(text)
}

// body is the base64 of PEM text, on one line.
func body(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[1:len(lines)-1], "")
}

func inUTF16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, c := range []byte(text) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}
