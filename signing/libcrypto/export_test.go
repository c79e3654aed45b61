package libcrypto

import "crypto/rsa"

// NewFallback returns the signer that NewOrGo falls back to.
func NewFallback(key *rsa.PrivateKey, why error) *Signer { return newFallback(key, why) }
