package billing

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// A stranger with the link causes few calls, and no link is guessed.
func TestRepairNow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	bill := b.read(t, b.plan(t, 1)[0])
	for _, token := range []string{"", "unknown"} {
		_, err := b.Repair(t.Context(), token)
		require.ErrorIs(t, err, data.ErrNone)
		require.ErrorIs(t, b.RepairNow(t.Context(), token), data.ErrNone)
	}
	require.NoError(t, b.repair(t.Context(), bill, time.Now(), true))
	bill = b.read(t, bill)
	dun := DunArgs{}.Kind()
	assert.Len(t, b.jobs(t, dun), 1)

	require.NoError(t, b.RepairNow(t.Context(), bill.RepairToken))
	woken := b.read(t, bill)
	assert.Equal(t, bill.ChangedAt.Add(repairGap), woken.NextAt, "not at once: it was looked at a moment ago")
	assert.True(t, woken.Recharge)
	assert.Len(t, b.jobs(t, dun), 2, "that of the new version; the old one does nothing")
	for range 3 {
		require.NoError(t, b.RepairNow(t.Context(), bill.RepairToken))
	}
	again := b.read(t, bill)
	assert.Equal(t, woken, again, "further clicks change nothing")
	assert.Len(t, b.jobs(t, dun), 2)

	wake := func() {
		require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, tx *sql.Tx) error { return b.wakeBill(t.Context(), q, tx, bill, 0) }))
	}
	wake()
	notified := b.read(t, bill)
	assert.False(t, notified.NextAt.After(notified.ChangedAt), "a notification: at once")
	assert.Greater(t, notified.Version, again.Version, "a job that runs must notice it")

	notified.Recharge, notified.Declines = false, mostDeclines
	require.NoError(t, b.DB.SaveBill(t.Context(), notified))
	wake()
	assert.False(t, b.read(t, bill).Recharge, "declined often enough")

	planned := b.read(t, b.plan(t, 1)[0])
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, tx *sql.Tx) error { return b.wakeBill(t.Context(), q, tx, planned, 0) }))
	assert.Equal(t, planned, b.read(t, planned), "only what waits for a repair is woken")
}
