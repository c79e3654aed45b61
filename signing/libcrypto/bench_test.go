package libcrypto_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

func BenchmarkSign(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(b, err)
	signer, err := libcrypto.New(key)
	require.NoError(b, err)
	for name, key := range map[string]crypto.Signer{"openssl": signer, "crypto-rsa": key} {
		options := &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}
		digest := make([]byte, 32)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := key.Sign(rand.Reader, digest, options); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.SetParallelism(32)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := key.Sign(rand.Reader, digest, options); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
