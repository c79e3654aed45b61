package provider_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// What the accounts file says about an operation holds instead of what is documented. The rest
// stays.
func TestAgreedLimits(t *testing.T) {
	t.Parallel()
	w, err := world.New(t.TempDir(), 1, []string{"na"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	db := datatest.Open(t)
	gaps := func() (charge, refund time.Duration) {
		p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db})
		require.NoError(t, err)
		return p.Gap("CreateCharge"), p.Gap("CreateRefund")
	}
	charge, refund := gaps()
	assert.Equal(t, time.Second/4, charge)
	assert.Equal(t, time.Second/4, refund)

	w.Accounts.Limits = map[string]provider.Limit{"CreateCharge": {Burst: 2, PerSecond: 50}}
	charge, refund = gaps()
	assert.Equal(t, time.Second/50, charge)
	assert.Equal(t, time.Second/4, refund)

	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	for i := range 3 {
		wait, err := p.Take(t.Context(), w.Regions[0].Merchants[0].MerchantID, "CreateCharge")
		require.NoError(t, err)
		if i < 2 {
			assert.Zero(t, wait, "the burst")
		}
	}
}

// A limit that cannot be meant is an error that names it.
func TestLimitsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]map[string]provider.Limit{
		"unknown operation": {"ChargeCreate": {Burst: 1, PerSecond: 1}},
		"no burst":          {"CreateCharge": {Burst: 0, PerSecond: 1}},
		"no rate":           {"CreateCharge": {Burst: 1, PerSecond: 0}},
		"negative":          {"CreateCharge": {Burst: 1, PerSecond: -1}},
		"too fast":          {"CreateCharge": {Burst: 1, PerSecond: 1_000_001}},
		"not a number":      {"CreateCharge": {Burst: 1, PerSecond: math.NaN()}},
	} {
		_, err := provider.Open(provider.Config{Accounts: provider.Accounts{SealKey: make([]byte, 32), Accounts: make([]provider.Account, 1), Limits: limits}})
		require.ErrorContains(t, err, "limits of the accounts file", name)
		for operation := range limits {
			require.ErrorContains(t, err, operation, name)
		}
	}
}
