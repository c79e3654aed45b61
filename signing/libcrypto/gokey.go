package libcrypto

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"sync/atomic"
)

// goKey signs with crypto/rsa.
type goKey struct {
	key atomic.Pointer[rsa.PrivateKey]
}

func newGoKey(key *rsa.PrivateKey) *goKey {
	k := &goKey{}
	k.key.Store(key)
	return k
}

func (k *goKey) sign(digest []byte, salt int) ([]byte, error) {
	key := k.key.Load()
	if key == nil {
		return nil, ErrClosed
	}
	return rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})
}

func (k *goKey) close() { k.key.Store(nil) }
