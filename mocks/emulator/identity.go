package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// identity is what all emulators of a process share, since RSA keys are slow to make.
type identity struct {
	keys        [2]*rsa.PrivateKey // one a merchant
	keyPEM      [2]string
	caPEM       []byte
	certificate tls.Certificate
}

var processIdentity = sync.OnceValues(func() (identity, error) {
	var id identity
	var errs [3]error
	var wg sync.WaitGroup
	for i := range id.keys {
		wg.Go(func() { id.keys[i], id.keyPEM[i], errs[i] = newKey() })
	}
	id.caPEM, id.certificate, errs[2] = newCertificate()
	wg.Wait()
	return id, errors.Join(errs[:]...)
})

func newKey() (*rsa.PrivateKey, string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, "", fmt.Errorf("emulator: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, "", fmt.Errorf("emulator: %w", err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// newCertificate makes a throw-away CA, whose key is forgotten at once, and the one certificate
// that it issues. Browsers refuse a second certificate with an issuer and a serial number that they
// have seen before, and people delete old CAs from a trust store by their names: so each CA has
// numbers of its own, and its name says on which day it was made.
func newCertificate() (caPEM []byte, leaf tls.Certificate, err error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, leaf, fmt.Errorf("emulator: %w", err)
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, leaf, fmt.Errorf("emulator: %w", err)
	}
	// Valid under any clock that a test may set; testing/synctest begins in 2000.
	from, until := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	ca := &x509.Certificate{
		SerialNumber:          newSerial(),
		Subject:               pkix.Name{CommonName: "Amazon Pay emulator, throw-away CA of " + time.Now().Format(time.DateOnly)},
		NotBefore:             from,
		NotAfter:              until,
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, leaf, fmt.Errorf("emulator: %w", err)
	}
	// As it was issued, with the key's identifier: Python 3.13 and others want the server's
	// certificate to name it.
	if ca, err = x509.ParseCertificate(caDER); err != nil {
		return nil, leaf, fmt.Errorf("emulator: %w", err)
	}
	server := &x509.Certificate{
		SerialNumber: newSerial(),
		Subject:      pkix.Name{CommonName: "Amazon Pay emulator"},
		NotBefore:    from,
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		DNSNames:     []string{"localhost", snsHost},
	}
	for _, r := range ledger.Regions {
		server.DNSNames = append(server.DNSNames, r.Host, r.Script)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, server, ca, leafKey.Public(), caKey)
	if err != nil {
		return nil, leaf, fmt.Errorf("emulator: %w", err)
	}
	caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	return caPEM, tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}, nil
}

// newSerial returns a serial number of 16 bytes, which is never zero and never negative.
func newSerial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	b[0] = b[0]&0x3f | 0x40
	return new(big.Int).SetBytes(b)
}
