package signing_test

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

const keyID = "SANDBOX-AEXAMPLEPUBLICKEYID"

// at is not UTC, so that a test sees the conversion; at in UTC is date.
var at = time.Date(2026, 11, 23, 18, 20, 7, 999, time.FixedZone("", 2*60*60))

const date = "20261123T162007Z"

// Keys are made, not committed: secret scanners refuse a private key in a repository.
var (
	testKey  = sync.OnceValue(func() *rsa.PrivateKey { return generate(2048) })
	otherKey = sync.OnceValue(func() *rsa.PrivateKey { return generate(2048) })
)

func generate(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func newSigner(tb testing.TB, key crypto.Signer, algorithm signing.Algorithm) *signing.Signer {
	tb.Helper()
	signer, err := signing.NewSigner(keyID, key, algorithm)
	require.NoError(tb, err)
	return signer
}

// newRequest has everything that SignRequest asks for.
func newRequest(tb testing.TB, method, url string) *http.Request {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, url, http.NoBody)
	require.NoError(tb, err)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Amz-Pay-Host", "pay-api.amazon.eu")
	r.Header.Set("X-Amz-Pay-Region", "eu")
	return r
}

// line is one header as it stands on the wire.
type line struct{ name, value string }

// receive reads a request as a server gets it: from its text.
func receive(tb testing.TB, method, target string, lines []line, body string) *http.Request {
	tb.Helper()
	var text strings.Builder
	text.WriteString(method + " " + target + " HTTP/1.1\r\nHost: pay-api.amazon.eu\r\n")
	for _, l := range lines {
		text.WriteString(l.name + ": " + l.value + "\r\n")
	}
	text.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text.String())))
	require.NoError(tb, err)
	got, err := io.ReadAll(r.Body)
	require.NoError(tb, err)
	require.Equal(tb, body, string(got))
	return r
}

// send writes a signed request as net/http does and reads it as a server.
func send(tb testing.TB, r *http.Request) *http.Request {
	tb.Helper()
	var text strings.Builder
	require.NoError(tb, r.Write(&text))
	received, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text.String())))
	require.NoError(tb, err)
	return received
}

// signText signs a canonical text written by hand, without the code under test.
func signText(tb testing.TB, key *rsa.PrivateKey, name string, salt int, canonical string) []byte {
	tb.Helper()
	digest := digestOf(name, canonical)
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})
	require.NoError(tb, err)
	return signature
}

func digestOf(name, canonical string) []byte {
	inner := sha256.Sum256([]byte(canonical))
	outer := sha256.Sum256([]byte(name + "\n" + hex.EncodeToString(inner[:])))
	return outer[:]
}

func authorization(name, list string, signature []byte) string {
	return name + " PublicKeyId=" + keyID + ", SignedHeaders=" + list + ", Signature=" + base64.StdEncoding.EncodeToString(signature)
}
