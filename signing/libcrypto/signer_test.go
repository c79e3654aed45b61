package libcrypto_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

var _ crypto.Signer = (*libcrypto.Signer)(nil)

func TestSign(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, signer *libcrypto.Signer) {
		t.Helper()
		public := publicKey(signer)
		assert.True(t, public.Equal(&testKey().PublicKey))
		for _, tt := range []struct{ asked, salt int }{{32, 32}, {20, 20}, {rsa.PSSSaltLengthEqualsHash, 32}, {20, 20}} {
			first, err := signer.Sign(rand.Reader, digest[:], pss(tt.asked))
			require.NoError(t, err)
			require.NoError(t, verifies(public, digest[:], first, tt.salt))

			second, err := signer.Sign(nil, digest[:], pss(tt.asked)) // the reader is ignored
			require.NoError(t, err)
			require.NoError(t, verifies(public, digest[:], second, tt.salt))
			assert.NotEqual(t, first, second, "the salt is random")

			other := digest
			other[0] ^= 1
			require.Error(t, rsa.VerifyPSS(public, crypto.SHA256, other[:], first, pss(tt.salt)))
		}
	})
}

func TestWhichImplementation(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, testKey())
	assert.Regexp(t, `^OpenSSL 3\.`, signer.Implementation())
	require.NoError(t, signer.Fallback())

	orGo, err := libcrypto.NewOrGo(testKey())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, orGo.Close()) })
	assert.Equal(t, signer.Implementation(), orGo.Implementation())
	require.NoError(t, orGo.Fallback())
}

// make libcrypto runs it for linux/386. Where OpenSSL is used TestMissingLibrary shows the same.
func TestUnsupportedPlatform(t *testing.T) {
	t.Parallel()
	if supported() {
		t.Skip("OpenSSL is used on this platform")
	}
	_, err := libcrypto.New(testKey())
	require.ErrorIs(t, err, libcrypto.ErrUnavailable)
	signer, err := libcrypto.NewOrGo(testKey())
	require.NoError(t, err)
	assert.Equal(t, "crypto/rsa", signer.Implementation())
	require.ErrorIs(t, signer.Fallback(), libcrypto.ErrUnavailable)
	signature, err := signer.Sign(rand.Reader, digest[:], pss(20))
	require.NoError(t, err)
	require.NoError(t, verifies(publicKey(signer), digest[:], signature, 20))
}

func TestOtherSignaturesAreRefused(t *testing.T) {
	t.Parallel()
	var none *rsa.PSSOptions
	tests := []struct {
		name   string
		digest []byte
		opts   crypto.SignerOpts
		want   string
	}{
		{"no options", digest[:], nil, "the options are a <nil>: only PSS signatures are made"},
		{"nil options", digest[:], none, "the options are a *rsa.PSSOptions: only PSS signatures are made"},
		{"PKCS#1 v1.5", digest[:], crypto.SHA256, "the options are a crypto.Hash: only PSS signatures are made"},
		{"no hash", digest[:], &rsa.PSSOptions{SaltLength: 32}, "it must be SHA-256"},
		{"another hash", digest[:], &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA512_256}, "the hash is SHA-512/256: it must be SHA-256"},
		{"an unknown hash", digest[:], &rsa.PSSOptions{SaltLength: 32, Hash: 99}, "it must be SHA-256"},
		{"no digest", nil, pss(32), "the digest has 0 bytes: a SHA-256 digest has 32"},
		{"a short digest", digest[:31], pss(32), "the digest has 31 bytes"},
		{"a long digest", append(digest[:], 0), pss(20), "the digest has 33 bytes"},
		{"PSSSaltLengthAuto", digest[:], pss(rsa.PSSSaltLengthAuto), "the salt length is 0: it must be 32 or 20 bytes"},
		{"19", digest[:], pss(19), "the salt length is 19: it must be 32 or 20 bytes"},
		{"33", digest[:], pss(33), "the salt length is 33: it must be 32 or 20 bytes"},
		{"the longest", digest[:], pss(222), "the salt length is 222: it must be 32 or 20 bytes"},
		{"negative", digest[:], pss(-2), "the salt length is -2: it must be 32 or 20 bytes"},
	}
	each(t, func(t *testing.T, signer *libcrypto.Signer) {
		t.Helper()
		for _, tt := range tests {
			signature, err := signer.Sign(rand.Reader, tt.digest, tt.opts)
			require.ErrorContains(t, err, tt.want, tt.name)
			assert.True(t, strings.HasPrefix(err.Error(), "libcrypto: "), tt.name)
			assert.Nil(t, signature, tt.name)
		}
		signature, err := signer.Sign(rand.Reader, digest[:], pss(32))
		require.NoError(t, err)
		require.NoError(t, verifies(publicKey(signer), digest[:], signature, 32))
	})
}

func TestKeysOfOtherSizes(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{2049, 3072, 4096} {
		signer := newSigner(t, generate(bits))
		for _, salt := range []int{32, 20} {
			signature, err := signer.Sign(rand.Reader, digest[:], pss(salt))
			require.NoError(t, err)
			assert.Len(t, signature, (bits+7)/8)
			require.NoError(t, verifies(publicKey(signer), digest[:], signature, salt))
		}
	}
}

func TestKeyOfThreePrimes(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateMultiPrimeKey(rand.Reader, 3, 2048) //nolint:staticcheck // such keys exist
	require.NoError(t, err)
	signer := newSigner(t, key)
	for _, salt := range []int{32, 20} {
		signature, err := signer.Sign(rand.Reader, digest[:], pss(salt))
		require.NoError(t, err)
		require.NoError(t, verifies(publicKey(signer), digest[:], signature, salt))
	}
}

// A key that its caller has made by hand has no precomputed values; its caller may be using it, so
// nothing is written in it.
func TestKeyIsNotChanged(t *testing.T) {
	t.Parallel()
	made := testKey()
	key := &rsa.PrivateKey{PublicKey: made.PublicKey, D: made.D, Primes: made.Primes}
	signer := newSigner(t, key)
	assert.Equal(t, rsa.PrecomputedValues{}, key.Precomputed)

	key.PublicKey = rsa.PublicKey{} // nor is it read again
	signature, err := signer.Sign(rand.Reader, digest[:], pss(32))
	require.NoError(t, err)
	require.NoError(t, verifies(&made.PublicKey, digest[:], signature, 32))
	assert.True(t, made.PublicKey.Equal(signer.Public()))
}

func TestWrongKeysAreRefused(t *testing.T) {
	t.Parallel()
	good, other := testKey(), generate(2048)
	three, err := rsa.GenerateMultiPrimeKey(rand.Reader, 3, 2048) //nolint:staticcheck // such keys exist
	require.NoError(t, err)
	tests := []struct {
		name string
		key  *rsa.PrivateKey
		want string
	}{
		{"nil", nil, "the private key is nil or empty"},
		{"empty", &rsa.PrivateKey{}, "the private key is nil or empty"},
		{"only public", &rsa.PrivateKey{PublicKey: good.PublicKey}, "the private key is nil or empty"},
		{"1024 bits", generate(1024), "the RSA key has 1024 bits: 2048 to 16384 are required"},
		{"16385 bits", &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 16384), E: 65537}, D: good.D}, "the RSA key has 16385 bits: 2048 to 16384 are required"},
		{"no primes", &rsa.PrivateKey{PublicKey: good.PublicKey, D: good.D}, "the private key is inconsistent"},
		{"another's modulus", &rsa.PrivateKey{PublicKey: other.PublicKey, D: good.D, Primes: good.Primes}, "the private key is inconsistent"},
		{"another's exponent", &rsa.PrivateKey{PublicKey: good.PublicKey, D: other.D, Primes: good.Primes}, "the private key is inconsistent"},
		{"another's primes", &rsa.PrivateKey{PublicKey: good.PublicKey, D: good.D, Primes: other.Primes}, "the private key is inconsistent"},
		{"changed after it was made", &rsa.PrivateKey{PublicKey: good.PublicKey, D: other.D, Primes: good.Primes, Precomputed: good.Precomputed}, "the private key is inconsistent"},
		{"three primes and another's exponent", &rsa.PrivateKey{PublicKey: three.PublicKey, D: other.D, Primes: three.Primes}, "the private key does not work"},
	}
	for _, tt := range tests {
		for name, make := range map[string]func(*rsa.PrivateKey) (*libcrypto.Signer, error){"New": libcrypto.New, "NewOrGo": libcrypto.NewOrGo} {
			signer, err := make(tt.key)
			require.ErrorContains(t, err, tt.want, "%s: %s", name, tt.name)
			require.NotErrorIs(t, err, libcrypto.ErrUnavailable, "%s: %s", name, tt.name)
			assert.Nil(t, signer, "%s: %s", name, tt.name)
			if tt.key != nil && tt.key.D != nil {
				requireNoKey(t, tt.name, err.Error(), tt.key)
			}
		}
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, signer *libcrypto.Signer) {
		t.Helper()
		name, public := signer.Implementation(), signer.Public()
		require.NoError(t, signer.Close())
		require.NoError(t, signer.Close())
		signature, err := signer.Sign(rand.Reader, digest[:], pss(32))
		require.ErrorIs(t, err, libcrypto.ErrClosed)
		assert.Nil(t, signature)
		assert.Equal(t, name, signer.Implementation())
		assert.Equal(t, public, signer.Public())
	})
}
