package reconcile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

func TestPlainAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"0": 0, "-0.30": -3000, "+5": 50000, "1080": 10_800_000, "0.0001": 1, "-1234.5": -12_345_000} {
		got, err := reconcile.ParsePlain(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-", "--1", "1.", ".5", "1,5", "0.00001", "1e3", "12345678901234", " 1"} {
		_, err := reconcile.ParsePlain(text)
		assert.Error(t, err, "%q", text)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "0.00", reconcile.Format(0, "USD"))
	assert.Equal(t, "-0.01", reconcile.Format(-100, "USD"))
	assert.Equal(t, "0.0001", reconcile.Format(1, "USD"), "no part of a cent is lost")
	assert.Equal(t, "-1080", reconcile.Format(-10_800_000, "JPY"))
	assert.Equal(t, "1080.5", reconcile.Format(10_805_000, "JPY"))
	assert.Equal(t, "5.00", reconcile.Format(50_000, "XYZ"))
}
