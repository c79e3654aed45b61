package libcrypto_test

import (
	"crypto"
	"crypto/rand"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

// BenchmarkSign has OpenSSL beside crypto/rsa, alone and with 64 goroutines; openssl speed rsa2048
// is what the first is to be measured by.
func BenchmarkSign(b *testing.B) {
	if signer, err := libcrypto.New(testKey()); err == nil {
		benchmarkSign(b, "openssl", signer)
	} else {
		b.Log("not measured: ", err) // make allocs fails without it
	}
	benchmarkSign(b, "crypto-rsa", testKey())
}

func benchmarkSign(b *testing.B, name string, key crypto.Signer) {
	b.Helper()
	options := pss(32)
	b.Run(name+"/goroutines=1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := key.Sign(rand.Reader, digest[:], options); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run(name+"/goroutines=64", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism((goroutines + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := key.Sign(rand.Reader, digest[:], options); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

// The signature itself is one.
func TestSignAllocates(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts the whole program's allocations
	signer := newSigner(t, testKey())
	options := pss(32)
	allocs := testing.AllocsPerRun(100, func() {
		if _, err := signer.Sign(rand.Reader, digest[:], options); err != nil {
			panic(err)
		}
	})
	assert.LessOrEqual(t, allocs, 2.0)
}
