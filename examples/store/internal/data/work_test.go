package data_test

import (
	"crypto/rand"
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
		taken, err = db.LeaseWork(t.Context(), "work", "third", time.Minute)
		is(false, taken, err)
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

// Only refused work is opened again, under a new key, and only if no call may have done it.
func TestOpenWorkAgain(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		db, err := data.Open(t.Context(), address, nil)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, db.Close()) })
		price := amazonpay.USD.Price("1.00")
		require.NoError(t, db.InsertOrder(t.Context(), &data.Order{Number: "S1", Subtotal: price, Delivery: price, Total: price}, nil))
		for _, row := range []struct {
			state     data.WorkState
			unsettled bool
			opens     bool
		}{
			{data.WorkOpen, false, false},
			{data.WorkOpen, true, false},
			{data.WorkDone, false, false},
			{data.WorkCheck, false, false},
			{data.WorkRefused, true, false},
			{data.WorkRefused, false, true},
		} {
			w := &data.Work{Name: rand.Text(), OrderNumber: "S1", Target: "first", Amount: price}
			opened, err := db.OpenWork(t.Context(), w)
			require.NoError(t, err)
			require.True(t, opened)
			taken, err := db.LeaseWork(t.Context(), w.Name, "lease", time.Minute)
			require.NoError(t, err)
			require.True(t, taken)
			leased, err := db.LeasedWork(t.Context(), w.Name, "lease")
			require.NoError(t, err)
			leased.State, leased.Unsettled = row.state, row.unsettled
			_, err = db.SaveWork(t.Context(), leased)
			require.NoError(t, err)

			w.Target, w.Amount = "second", amazonpay.USD.Price("2.00")
			opened, err = db.OpenWork(t.Context(), w)
			require.NoError(t, err)
			assert.Equal(t, row.opens, opened, row)
			stored, err := db.Work(t.Context(), w.Name)
			require.NoError(t, err)
			if row.opens {
				assert.Equal(t, data.WorkOpen, stored.State)
				assert.Equal(t, 1, stored.Attempt)
				assert.Equal(t, "second", stored.Target)
				assert.Equal(t, w.Amount, stored.Amount)
				continue
			}
			assert.Equal(t, row.state, stored.State)
			assert.Zero(t, stored.Attempt)
			assert.Equal(t, "first", stored.Target)
			assert.Equal(t, price, stored.Amount)
		}
	})
}
