package netfail_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/internal/netfail"
)

func TestKind(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err  error
		want string
	}{
		{io.EOF, "network"},
		{nil, "network"},
		{os.ErrDeadlineExceeded, "timeout"},
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "network"},
		{x509.UnknownAuthorityError{}, "certificate"},
		{x509.CertificateInvalidError{Reason: x509.Expired}, "certificate"},
		{&tls.CertificateVerificationError{Err: io.EOF}, "certificate"},
	} {
		assert.Equal(t, row.want, netfail.Kind(row.err), "%T", row.err)
		assert.Equal(t, row.want == "certificate", netfail.IsCertificate(row.err))
		if row.err != nil {
			assert.Equal(t, row.want, netfail.Kind(fmt.Errorf("wrapped: %w", row.err)))
		}
	}
}
