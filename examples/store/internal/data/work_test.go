package data_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/data/datatest"
)

// A process is paused for longer than its lease. Another takes up the work and leaves it. The first
// one wakes, and must not go on with what it knew.
func TestLeaseIsNotTakenBack(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		db, err := data.Open(t.Context(), address, nil)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, db.Close()) })
		price := amazonpay.USD.Price("1.00")
		require.NoError(t, db.InsertOrder(t.Context(), &data.Order{Number: "S1", Subtotal: price, Delivery: price, Total: price}, nil))
		opened, err := db.OpenWork(t.Context(), &data.Work{Name: "work", OrderNumber: "S1", Amount: price})
		require.NoError(t, err)
		require.True(t, opened)

		is := func(want bool, got bool, err error) {
			t.Helper()
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
		taken, err := db.LeaseWork(t.Context(), "work", "first", time.Millisecond)
		is(true, taken, err)
		first, err := db.LeasedWork(t.Context(), "work", "first")
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			taken, err := db.LeaseWork(t.Context(), "work", "second", time.Minute)
			return err == nil && taken
		}, 10*time.Second, time.Millisecond)

		late := func() {
			held, err := db.RenewWork(t.Context(), "work", "first", time.Minute)
			is(false, held, err)
			held, err = db.SaveWork(t.Context(), first)
			is(false, held, err)
			_, err = db.LeasedWork(t.Context(), "work", "first")
			require.ErrorIs(t, err, data.ErrNone)
		}
		late()
		held, err := db.RenewWork(t.Context(), "work", "second", time.Minute)
		is(true, held, err)
		second, err := db.LeasedWork(t.Context(), "work", "second")
		require.NoError(t, err)
		second.Unsettled = true
		held, err = db.SaveWork(t.Context(), second)
		is(true, held, err)
		require.NoError(t, db.LeaveWork(t.Context(), second, 0))
		late()
		stored, err := db.Work(t.Context(), "work")
		require.NoError(t, err)
		assert.True(t, stored.Unsettled)
	})
}
