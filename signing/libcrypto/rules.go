package libcrypto

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
)

const (
	minKeyBits = 2048  // as signing.NewSigner asks
	maxKeyBits = 16384 // OPENSSL_RSA_MAX_MODULUS_BITS
)

// checkedCopy validates a key and returns a copy, because later steps write to the key.
func checkedCopy(key *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	if key == nil || key.N == nil || key.D == nil {
		return nil, errors.New("libcrypto: the private key is nil or empty")
	}
	if bits := key.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return nil, fmt.Errorf("libcrypto: the RSA key has %d bits: %d to %d are required", bits, minKeyBits, maxKeyBits)
	}
	own := *key
	if err := own.Validate(); err != nil {
		return nil, fmt.Errorf("libcrypto: the private key is inconsistent: %w", err)
	}
	own.Precompute()
	if len(own.Primes) > 2 { // Validate does not look at the third one
		if err := try(newGoKey(&own), &own.PublicKey); err != nil {
			return nil, fmt.Errorf("libcrypto: the private key does not work: %w", err)
		}
	}
	return &own, nil
}

// try makes a signature of each kind and verifies it with crypto/rsa, so that no payment depends on
// a library that computes wrongly.
func try(key implementation, public *rsa.PublicKey) error {
	digest := sha256.Sum256([]byte("libcrypto"))
	for _, salt := range []int{32, 20} {
		signature, err := key.sign(digest[:], salt)
		if err != nil {
			return err
		}
		options := &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256}
		if err := rsa.VerifyPSS(public, crypto.SHA256, digest[:], signature, options); err != nil {
			return fmt.Errorf("the signature with a salt of %d bytes is invalid: %w", salt, err)
		}
	}
	return nil
}

// saltLength returns the length of the salt in bytes, or an error if the digest or options are
// invalid.
func saltLength(digest []byte, opts crypto.SignerOpts) (int, error) {
	pss, ok := opts.(*rsa.PSSOptions)
	if !ok || pss == nil {
		return 0, fmt.Errorf("libcrypto: the options are a %T: only PSS signatures are made, so they must be an *rsa.PSSOptions", opts)
	}
	if pss.Hash != crypto.SHA256 {
		return 0, fmt.Errorf("libcrypto: the hash is %v: it must be SHA-256", pss.Hash)
	}
	if len(digest) != sha256.Size {
		return 0, fmt.Errorf("libcrypto: the digest has %d bytes: a SHA-256 digest has %d", len(digest), sha256.Size)
	}
	switch pss.SaltLength {
	case 20, 32:
		return pss.SaltLength, nil
	case rsa.PSSSaltLengthEqualsHash:
		return sha256.Size, nil
	}
	return 0, fmt.Errorf("libcrypto: the salt length is %d: it must be 32 or 20 bytes, named exactly (not rsa.PSSSaltLengthAuto)", pss.SaltLength)
}
