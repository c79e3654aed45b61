package billing

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// A running engine counts again and again: first what is planned, in the end what is paid.
func TestTally(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	_, err := region.Subscribe(t.Context(), b.DB.Queries, region.Merchants[0].MerchantID, world.Plan{Amount: 999, NextDue: b.now - 1}, 4)
	require.NoError(t, err)
	b.start(t)
	period := (b.now - 1).Period()
	require.Eventually(t, func() bool {
		tallies, err := b.DB.Tallies(t.Context())
		require.NoError(t, err)
		return len(tallies) == 1 && tallies[0] == data.Tally{Period: period, State: data.BillPaid, Currency: region.Currency, Bills: 4, Amount: 4 * 999}
	}, 30*time.Second, 50*time.Millisecond)
	jobs, err := b.DB.JobTallies(t.Context())
	require.NoError(t, err)
	assert.True(t, slices.ContainsFunc(jobs, func(j data.JobTally) bool { return j.Queue == QueuePlan && j.State == "running" }), "the count itself: %v", jobs)
}

// A count that takes long is made less often.
func TestTallyPause(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 2*time.Second, tallyPause(10*time.Millisecond))
	assert.Equal(t, 10*time.Minute, tallyPause(30*time.Second))
}
