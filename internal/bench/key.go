//go:build unix

package main

import (
	"crypto"
	"crypto/rsa"
	"errors"
)

// libcryptoKey gives the key to OpenSSL, and says to which.
func libcryptoKey(*rsa.PrivateKey) (crypto.Signer, string, error) {
	return nil, "", errors.New("libcrypto is not there yet")
}

// keys are what is added to a client's name for each key that works here: nothing for the one in pure Go. The error says
// why there is no other.
func keys(t target) ([]string, error) {
	if _, err := newClient("minimal+libcrypto", t); err != nil {
		return []string{""}, err
	}
	return []string{"", "+libcrypto"}, nil
}
