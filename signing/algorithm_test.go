package signing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

func TestAlgorithm(t *testing.T) {
	t.Parallel()
	var zero signing.Algorithm
	assert.Equal(t, signing.PSSV2, zero, "the zero value is the default")
	tests := []struct {
		algorithm signing.Algorithm
		name      string
		salt      int
	}{
		{signing.PSSV2, "AMZN-PAY-RSASSA-PSS-V2", 32},
		{signing.PSSV1, "AMZN-PAY-RSASSA-PSS", 20},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.name, tt.algorithm.String())
		assert.Equal(t, tt.salt, tt.algorithm.SaltLength())
		parsed, err := signing.ParseAlgorithm(tt.name)
		require.NoError(t, err)
		assert.Equal(t, tt.algorithm, parsed)
		assert.Equal(t, tt.name+"\n"+emptyHash, tt.algorithm.StringToSign(""))
	}
	for _, name := range []string{"", "amzn-pay-rsassa-pss-v2", "AMZN-PAY-RSASSA-PSS-V3", " AMZN-PAY-RSASSA-PSS", "RSA"} {
		_, err := signing.ParseAlgorithm(name)
		require.ErrorContains(t, err, "AMZN-PAY-RSASSA-PSS-V2 or AMZN-PAY-RSASSA-PSS", name)
	}
	assert.Equal(t, "Algorithm(7)", signing.Algorithm(7).String())
}
