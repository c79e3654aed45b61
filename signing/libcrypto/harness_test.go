package libcrypto_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

// Keys are made, not committed: secret scanners refuse a private key in a repository.
var testKey = sync.OnceValue(func() *rsa.PrivateKey { return generate(2048) })

var digest = sha256.Sum256([]byte("a request"))

func generate(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func pss(salt int) *rsa.PSSOptions { return &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256} }

// supported tells where OpenSSL must be there, so that a test does not pass for want of it.
func supported() bool {
	return runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64")
}

func newSigner(tb testing.TB, key *rsa.PrivateKey) *libcrypto.Signer {
	tb.Helper()
	if !supported() {
		tb.Skip("OpenSSL is not used on this platform")
	}
	signer, err := libcrypto.New(key)
	require.NoError(tb, err)
	tb.Cleanup(func() { assert.NoError(tb, signer.Close()) })
	return signer
}

// each runs a test on a signer of OpenSSL and one of crypto/rsa, which obey the same rules.
func each(t *testing.T, test func(t *testing.T, signer *libcrypto.Signer)) {
	t.Helper()
	t.Run("OpenSSL", func(t *testing.T) {
		t.Parallel()
		test(t, newSigner(t, testKey()))
	})
	t.Run("crypto/rsa", func(t *testing.T) {
		t.Parallel()
		test(t, libcrypto.NewFallback(testKey(), io.ErrUnexpectedEOF))
	})
}

// verifies takes a signature with the salt's exact length, and checks that it is exact.
func verifies(key *rsa.PublicKey, digest, signature []byte, salt int) error {
	if err := rsa.VerifyPSS(key, crypto.SHA256, digest, signature, pss(52-salt)); !errors.Is(err, rsa.ErrVerification) { // 20 and 32
		return fmt.Errorf("with the other length of salt: %w", err)
	}
	return rsa.VerifyPSS(key, crypto.SHA256, digest, signature, pss(salt))
}

func publicKey(signer *libcrypto.Signer) *rsa.PublicKey {
	return signer.Public().(*rsa.PublicKey) //nolint:errcheck // anything else is a panic, which is right
}
