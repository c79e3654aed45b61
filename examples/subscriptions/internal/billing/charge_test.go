package billing

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// Every due subscription is planned and charged once, and one that is not due is not.
func TestCharge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	merchant := region.Merchants[0].MerchantID
	due, err := region.Subscribe(t.Context(), b.DB.Queries, merchant, world.Plan{Amount: 999, NextDue: b.now - 1}, 5)
	require.NoError(t, err)
	_, err = region.Subscribe(t.Context(), b.DB.Queries, merchant, world.Plan{Amount: 999, NextDue: b.now + 1000}, 3)
	require.NoError(t, err)
	b.start(t)
	require.Eventually(t, func() bool {
		for _, id := range due {
			bill, err := b.DB.Bill(t.Context(), id, (b.now - 1).Period())
			if err != nil || bill.State != data.BillPaid {
				return false
			}
		}
		return true
	}, time.Minute, 50*time.Millisecond)
	require.Len(t, region.Charges(), 5)
}

// A charge of another amount pays nothing, and the bill tells a person which one it is.
func TestChargeOfAnotherAmount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.planned(t, "")
	less := b.charge(t, bill, "9.98", true)
	require.NoError(t, b.charged(t.Context(), bill, less))
	bill = b.bill(t, bill.PermissionID)
	assert.Equal(t, data.BillCheck, bill.State)
	assert.Equal(t, less.ChargeID, bill.ChargeID)
}

// A bill whose amount cannot be told to the service is checked by a person. It is never called for,
// and nothing else waits for it.
func TestChargeUnknownCurrency(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	due, err := region.Subscribe(t.Context(), b.DB.Queries, region.Merchants[0].MerchantID, world.Plan{Amount: 999, NextDue: b.now - 1}, 2)
	require.NoError(t, err)
	require.NoError(t, b.DB.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE subscriptions SET currency = 'XXX' WHERE permission_id = $1`, due[0])
		return err
	}))
	b.start(t)
	for i, want := range []data.BillState{data.BillCheck, data.BillPaid} {
		require.Eventually(t, func() bool {
			bill, err := b.DB.Bill(t.Context(), due[i], (b.now - 1).Period())
			return err == nil && bill.State == want && !bill.Unsettled
		}, time.Minute, 50*time.Millisecond, want)
	}
	require.Len(t, region.Charges(), 1)
}
