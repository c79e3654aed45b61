package signing_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

// sessionBody is a createCheckoutSession of 500 bytes.
var sessionBody = []byte(strings.Replace(
	`{"storeId":"amzn1.application-oa2-client.0123456789abcdef","webCheckoutDetails":{"checkoutReviewReturnUrl":`+
		`"https://shop.example/review","checkoutResultReturnUrl":"https://shop.example/result"},"paymentDetails":{`+
		`"paymentIntent":"Authorize","chargeAmount":{"amount":"14.00","currencyCode":"EUR"}},"merchantMetadata":{`+
		`"merchantReferenceId":"order-1","noteToBuyer":"NOTE"}}`,
	"NOTE", strings.Repeat("n", 500-366), 1))

// newNullSigner returns a signer whose key costs nothing, so what is left is the SDK's own work.
func newNullSigner(tb testing.TB) *signing.Signer {
	tb.Helper()
	signature := make([]byte, 256)
	return newSigner(tb, signerFunc{&testKey().PublicKey, func([]byte, crypto.SignerOpts) ([]byte, error) {
		return signature, nil
	}}, signing.PSSV2)
}

func newSessionRequest(tb testing.TB) *http.Request {
	tb.Helper()
	require.Len(tb, sessionBody, 500)
	r := newRequest(tb, http.MethodPost, "https://pay-api.amazon.eu/sandbox/v2/checkoutSessions")
	r.Header.Set("X-Amz-Pay-Idempotency-Key", "9f2a0c6a5b7b4b6f8a3d2c1e0f4b5a69")
	return r
}

// BenchmarkRSASignPSS is the bare signature, which no SDK can avoid.
func BenchmarkRSASignPSS(b *testing.B) {
	digest := digestOf(nameV2, "text")
	options := &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}
	key := testKey()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, options); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignRequest(b *testing.B) {
	b.Run("key=real", func(b *testing.B) { benchmarkSignRequest(b, newSigner(b, testKey(), signing.PSSV2)) })
	b.Run("key=null", func(b *testing.B) { benchmarkSignRequest(b, newNullSigner(b)) })
}

func benchmarkSignRequest(b *testing.B, signer *signing.Signer) {
	b.Helper()
	r := newSessionRequest(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := signer.SignRequest(r, signing.HashPayload(sessionBody), at); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignPayload(b *testing.B) {
	b.Run("key=real", func(b *testing.B) { benchmarkSignPayload(b, newSigner(b, testKey(), signing.PSSV2)) })
	b.Run("key=null", func(b *testing.B) { benchmarkSignPayload(b, newNullSigner(b)) })
}

func benchmarkSignPayload(b *testing.B, signer *signing.Signer) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := signer.SignPayload(sessionBody); err != nil {
			b.Fatal(err)
		}
	}
}

// The goal is 20 allocations and 2.5 kB for a request; this holds the count without a clock.
func TestSignRequestAllocates(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts the whole program's allocations
	signer := newNullSigner(t)
	r := newSessionRequest(t)
	allocs := testing.AllocsPerRun(100, func() {
		if err := signer.SignRequest(r, signing.HashPayload(sessionBody), at); err != nil {
			panic(err)
		}
	})
	assert.LessOrEqual(t, allocs, 20.0)
}
