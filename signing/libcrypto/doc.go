// Package libcrypto signs with the OpenSSL 3 of the machine in place of Go's crypto/rsa.
package libcrypto
