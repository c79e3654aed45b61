package report_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore/report"
)

func TestSum(t *testing.T) {
	t.Parallel()
	var sum report.Sum
	assert.Equal(t, "0", sum.String())
	for _, amount := range []amazonpay.Decimal{"0.1", "0.2", "", "-10", "+1.005", "99999999999999999999.99"} {
		require.NoError(t, sum.Add(amount))
	}
	assert.Equal(t, amazonpay.Decimal("99999999999999999991.295"), sum.Decimal())
	require.NoError(t, sum.Add("-99999999999999999991.30"))
	assert.Equal(t, "-0.005", sum.String())
	for _, wrong := range []amazonpay.Decimal{"1,5", "1e3", "-", ".", "1.", ".5", " 1", "0x1", "1_0", amazonpay.Decimal(strings.Repeat("9", 65))} {
		require.Error(t, sum.Add(wrong), wrong)
	}
	assert.Equal(t, "-0.005", sum.String(), "an amount that is refused changes nothing")
}

func FuzzSum(f *testing.F) {
	f.Add("1.5", "-0.25")
	f.Fuzz(func(t *testing.T, a, b string) {
		var sum report.Sum
		want := new(big.Rat)
		for _, text := range []string{a, b} {
			if sum.Add(amazonpay.Decimal(text)) == nil && text != "" {
				exact, ok := new(big.Rat).SetString(text)
				require.True(t, ok, text)
				want.Add(want, exact)
			}
		}
		got, ok := new(big.Rat).SetString(sum.String())
		require.True(t, ok)
		require.Zero(t, want.Cmp(got))
	})
}
