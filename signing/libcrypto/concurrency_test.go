package libcrypto_test

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

const goroutines = 64

// The goroutines sign different digests, so that a context or a buffer that two of them share is
// seen.
func TestSignConcurrently(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, signer *libcrypto.Signer) {
		t.Helper()
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for i := range 20 {
					digest := sha256.Sum256([]byte(strconv.Itoa(g) + " " + strconv.Itoa(i)))
					salt := []int{32, 20}[(g+i)%2]
					signature, err := signer.Sign(rand.Reader, digest[:], pss(salt))
					if assert.NoError(t, err) {
						assert.NoError(t, verifies(publicKey(signer), digest[:], signature, salt))
					}
				}
			})
		}
		wg.Wait()
	})
}

// Close comes in the midst, more than once: each call makes a good signature or says that the
// signer is closed.
func TestCloseBesideSign(t *testing.T) {
	t.Parallel()
	for range 20 {
		signer := newSigner(t, testKey())
		var good, closed atomic.Int64
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for {
					signature, err := signer.Sign(rand.Reader, digest[:], pss(32))
					if errors.Is(err, libcrypto.ErrClosed) {
						closed.Add(1)
						return
					}
					if !assert.NoError(t, err) || !assert.NoError(t, verifies(publicKey(signer), digest[:], signature, 32)) {
						return
					}
					if good.Add(1) == 100 || g == 0 && good.Load() > 100 {
						assert.NoError(t, signer.Close())
					}
				}
			})
		}
		wg.Wait()
		assert.Equal(t, int64(goroutines), closed.Load())
		assert.GreaterOrEqual(t, good.Load(), int64(100))
		_, err := signer.Sign(rand.Reader, digest[:], pss(32))
		require.ErrorIs(t, err, libcrypto.ErrClosed)
	}
}
