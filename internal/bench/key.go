//go:build unix

package main

import (
	"crypto"
	"crypto/rsa"
	"io"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

// libcryptoKey gives the key to OpenSSL until the process ends, and returns the version of OpenSSL.
func libcryptoKey(key *rsa.PrivateKey) (crypto.Signer, string, error) {
	s, err := libcrypto.New(key)
	if err != nil {
		return nil, "", err
	}
	return s, s.Implementation(), nil
}

// keys returns the suffix of a client's name for each key that works here, which is empty for pure
// Go. The error says why libcrypto is missing.
func keys(t target) ([]string, error) {
	if _, err := newClient("minimal+libcrypto", t); err != nil {
		return []string{""}, err
	}
	return []string{"", "+libcrypto"}, nil
}

// nullKey returns the same wrong signature for everything.
type nullKey struct {
	public    crypto.PublicKey
	signature []byte
}

func (k nullKey) Public() crypto.PublicKey { return k.public }

func (k nullKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return k.signature, nil }
