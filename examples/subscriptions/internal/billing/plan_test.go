package billing

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// At the documented rate a merchant has a page in the queue, its jobs as far apart as the rate has
// them, and gets the next one behind it when half of it is charged.
func TestPlanPage(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, map[string]provider.Limit{"CreateCharge": {Burst: 10, PerSecond: 4}})
	const gap = time.Second / 4
	_, err := b.world.Regions[0].Subscribe(t.Context(), b.DB.Queries, b.merchant(0), world.Plan{Amount: 999, NextDue: b.now}, 3*billPage)
	require.NoError(t, err)
	w := &planMerchantWorker{e: b.Engine}
	plan := func() { assert.Equal(t, 30*time.Second, snoozed(t, run(t, w, PlanMerchantArgs{b.merchant(0)}, 1))) }
	plan()
	jobs := b.jobs(t, ChargeArgs{}.Kind())
	require.Len(t, jobs, billPage)
	times := make([]time.Time, len(jobs))
	for i, job := range jobs {
		times[i] = job.ScheduledAt
	}
	slices.SortFunc(times, time.Time.Compare)
	assert.WithinDuration(t, times[0].Add((billPage-1)*gap), times[billPage-1], time.Second)
	plan()
	require.Len(t, b.jobs(t, ChargeArgs{}.Kind()), billPage, "it waits for what is open")

	for _, job := range jobs[:billPage/2] {
		var of ChargeArgs
		require.NoError(t, json.Unmarshal(job.EncodedArgs, &of))
		bill := b.read(t, &data.Bill{PermissionID: of.PermissionID, Period: of.Period})
		bill.State = data.BillPaid
		require.NoError(t, b.DB.SaveBill(t.Context(), bill))
	}
	plan()
	jobs = b.jobs(t, ChargeArgs{}.Kind())
	require.Len(t, jobs, 2*billPage)
	last := slices.MaxFunc(jobs, func(x, y *rivertype.JobRow) int { return x.ScheduledAt.Compare(y.ScheduledAt) }).ScheduledAt
	assert.WithinDuration(t, time.Now().Add((billPage+billPage/2)*gap), last, 10*time.Second, "behind the open half")
}

// A merchant that may be charged faster has as many in the queue as it is charged in ten seconds.
func TestPlanFast(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, map[string]provider.Limit{"CreateCharge": {Burst: 10, PerSecond: 100}})
	_, err := b.world.Regions[0].Subscribe(t.Context(), b.DB.Queries, b.merchant(0), world.Plan{Amount: 999, NextDue: b.now}, 6*billPage)
	require.NoError(t, err)
	w := &planMerchantWorker{e: b.Engine}
	assert.Equal(t, 5*time.Second, snoozed(t, run(t, w, PlanMerchantArgs{b.merchant(0)}, 1)))
	open, err := b.DB.OpenBills(t.Context(), b.merchant(0))
	require.NoError(t, err)
	assert.Equal(t, 5*billPage, open)
	require.NoError(t, run(t, w, PlanMerchantArgs{b.merchant(1)}, 1), "nothing is due")
}
