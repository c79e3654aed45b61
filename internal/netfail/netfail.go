// Package netfail tells the failures of a network apart.
package netfail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// IsCertificate reports whether the server's certificate was refused. The next attempt would meet
// the same one.
func IsCertificate(err error) bool {
	for _, refusal := range []any{
		new(*tls.CertificateVerificationError), new(x509.UnknownAuthorityError), new(x509.HostnameError),
		new(x509.CertificateInvalidError), new(x509.SystemRootsError), new(x509.UnhandledCriticalExtension),
		new(x509.ConstraintViolationError), new(x509.InsecureAlgorithmError),
	} {
		if errors.As(err, refusal) {
			return true
		}
	}
	return false
}

// Kind returns certificate, timeout or network.
func Kind(err error) string {
	if IsCertificate(err) {
		return "certificate"
	}
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "timeout"
	}
	return "network"
}
