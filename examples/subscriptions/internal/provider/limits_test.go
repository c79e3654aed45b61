package provider

import (
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// What the accounts file says about an operation holds instead of what is documented; the rest
// stays.
func TestLimitsOfTheAccountsFile(t *testing.T) {
	t.Parallel()
	documented := amazonpay.DocumentedRateLimits(amazonpay.EnvironmentLive)
	limits, err := limitsOf(nil)
	require.NoError(t, err)
	assert.Equal(t, documented, limits)

	limits, err = limitsOf(map[string]Limit{"CreateCharge": {100, 50}})
	require.NoError(t, err)
	want := maps.Clone(documented)
	want["CreateCharge"] = amazonpay.RateLimit{Burst: 100, PerSecond: 50}
	assert.Equal(t, want, limits)
}

func TestLimitsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]map[string]Limit{
		"unknown operation": {"ChargeCreate": {1, 1}},
		"no burst":          {"CreateCharge": {0, 1}},
		"no rate":           {"CreateCharge": {1, 0}},
		"negative":          {"CreateCharge": {1, -1}},
		"too fast":          {"CreateCharge": {1, 1_000_001}},
		"not a number":      {"CreateCharge": {1, math.NaN()}},
	} {
		_, err := limitsOf(limits)
		for operation := range limits {
			assert.ErrorContains(t, err, operation, name)
		}
	}
}
