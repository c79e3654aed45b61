package billing

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// A process whose clock differs from the database's does not start, and plans nothing.
func TestClock(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	merchant := b.merchant(0)
	_, err := b.world.Regions[0].Subscribe(t.Context(), b.DB.Queries, merchant, world.Plan{Amount: 999, NextDue: b.now}, 1)
	require.NoError(t, err)
	for _, off := range []time.Duration{mostSkew + 5*time.Second, -mostSkew - 5*time.Second, 365 * 24 * time.Hour} {
		b.Engine.now = func() time.Time { return time.Now().Add(off) }
		require.ErrorIs(t, b.Start(t.Context()), ErrSkew, off)
		require.ErrorIs(t, run(t, &planWorker{e: b.Engine}, PlanArgs{}, 1), ErrSkew, off)
		require.ErrorIs(t, run(t, &planMerchantWorker{e: b.Engine}, PlanMerchantArgs{MerchantID: merchant}, 1), ErrSkew, off)
		require.ErrorIs(t, b.WatchClock(t.Context(), time.Millisecond), ErrSkew, off)
	}
	assert.Empty(t, b.rows(t, `SELECT period FROM bills`))
	for _, off := range []time.Duration{mostSkew / 2, -mostSkew / 2, 0} {
		b.Engine.now = func() time.Time { return time.Now().Add(off) }
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		require.NoError(t, b.WatchClock(ctx, time.Millisecond), off)
		cancel()
		require.NoError(t, run(t, &planMerchantWorker{e: b.Engine}, PlanMerchantArgs{MerchantID: merchant}, 1), off)
	}
	assert.Len(t, b.rows(t, `SELECT period FROM bills`), 1)
}
