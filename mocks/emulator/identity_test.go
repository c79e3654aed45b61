package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// The certificates have what the strictest of verifiers ask for, and what tells one CA from the
// next. That two processes' differ is tested with the command.
func TestCertificates(t *testing.T) {
	t.Parallel()
	d := emulator.Start(t).Description()
	block, _ := pem.Decode([]byte(d.CAPEM))
	require.NotNil(t, block)
	ca, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(d.BaseURL, "https://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	secure, ok := conn.(*tls.Conn)
	require.True(t, ok)
	leaf := secure.ConnectionState().PeerCertificates[0]

	today := time.Now().Format(time.DateOnly)
	yesterday := time.Now().AddDate(0, 0, -1).Format(time.DateOnly) // when the test began, at midnight
	assert.Contains(t, []string{"Amazon Pay emulator, throw-away CA of " + today, "Amazon Pay emulator, throw-away CA of " + yesterday}, ca.Subject.CommonName)
	for _, c := range []*x509.Certificate{ca, leaf} {
		assert.Equal(t, 127, c.SerialNumber.BitLen(), "16 bytes, and positive")
	}
	assert.NotEqual(t, ca.SerialNumber, leaf.SerialNumber)
	assert.NotEmpty(t, ca.SubjectKeyId)
	assert.Equal(t, ca.SubjectKeyId, leaf.AuthorityKeyId)
	assert.True(t, ca.IsCA)
	assert.False(t, leaf.IsCA)
	for _, host := range []string{"localhost", "127.0.0.1", "pay-api.amazon.com", "static-fe.payments-amazon.com", "sns.us-east-1.amazonaws.com"} {
		assert.NoError(t, leaf.VerifyHostname(host))
	}
}
