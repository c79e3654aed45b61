package data_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/data/datatest"
)

// open opens a database and stores an order in it.
func open(t *testing.T, address string) *data.DB {
	t.Helper()
	db, err := data.Open(t.Context(), address, nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}

func order(t *testing.T, db *data.DB, number string) *data.Order {
	t.Helper()
	zero := amazonpay.JPY.Price("0")
	o := &data.Order{
		Number: number, Customer: "c", Kind: "review", Status: "placed", Subtotal: amazonpay.JPY.Price("1980"), Delivery: zero, Total: amazonpay.JPY.Price("1980"),
		Address: &amazonpay.Address{Name: "山田 花子", CountryCode: "JP"}, Placed: time.UnixMilli(1_700_000_000_123),
	}
	require.NoError(t, db.InsertOrder(t.Context(), o, []data.Item{{SKU: "beans-house", Quantity: 1, Price: o.Subtotal}}))
	return o
}

func TestOpenRefusesABadAddress(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "mysql://localhost/store", "postgres://user:secret@host:port/db", filepath.Join(t.TempDir(), "no", "such", "folder", "store.db")} {
		_, err := data.Open(t.Context(), bad, nil)
		require.Error(t, err, bad)
		assert.NotContains(t, err.Error(), "secret")
	}
}

// What is stored is there again, also for another process, which finds the tables up to date.
func TestOrder(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		db := open(t, address)
		want := order(t, db, "S1")
		want.Status, want.SessionID, want.Closed, want.BuyerEmail = "paid", "session", true, "a@example.com"
		require.NoError(t, db.UpdateOrder(t.Context(), want))
		again := open(t, address)
		got, err := again.Order(t.Context(), "S1")
		require.NoError(t, err)
		assert.Equal(t, want, got)
		items, err := again.Items(t.Context(), "S1")
		require.NoError(t, err)
		assert.Equal(t, []data.Item{{SKU: "beans-house", Quantity: 1, Price: want.Subtotal}}, items)
		_, err = again.Order(t.Context(), "S2")
		require.ErrorIs(t, err, data.ErrNone)
	})
}

// The database itself refuses one session for two orders.
func TestASessionPaysOneOrder(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		db := open(t, address)
		one, two := order(t, db, "S1"), order(t, db, "S2")
		one.SessionID, two.SessionID = "session", "session"
		require.NoError(t, db.UpdateOrder(t.Context(), one))
		require.Error(t, db.UpdateOrder(t.Context(), two))

		session := &data.Session{SessionID: "other", OrderNumber: "S1", Delivery: one.Delivery, Total: one.Total}
		for range 2 {
			ours, err := db.PutSession(t.Context(), session)
			require.NoError(t, err)
			assert.True(t, ours)
		}
		session.OrderNumber = "S2"
		ours, err := db.PutSession(t.Context(), session)
		require.NoError(t, err)
		assert.False(t, ours)
	})
}

func TestTxRollsBack(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		db := open(t, address)
		order(t, db, "S1")
		failed := errors.New("failed")
		require.ErrorIs(t, db.Tx(t.Context(), func(q data.Queries) error {
			return errors.Join(q.AddEvent(t.Context(), "S1", "placed", ""), failed)
		}), failed)
		events, err := db.Events(t.Context(), "S1")
		require.NoError(t, err)
		assert.Empty(t, events)
	})
}

// Of many who want the same work, one gets it, until the lease ends.
func TestLease(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		dbs := []*data.DB{open(t, address), open(t, address)}
		db, ctx := dbs[0], t.Context()
		order(t, db, "S1")
		w := &data.Work{Name: "w", OrderNumber: "S1", Kind: "charge", Amount: amazonpay.JPY.Price("1980")}
		opened, err := db.OpenWork(ctx, w)
		require.NoError(t, err)
		require.True(t, opened)
		opened, err = db.OpenWork(ctx, w)
		require.NoError(t, err)
		assert.False(t, opened)

		var mu sync.Mutex
		var holders []string
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				lease := strconv.Itoa(i)
				taken, err := dbs[i%2].LeaseWork(ctx, "w", lease, time.Hour)
				if assert.NoError(t, err) && taken {
					mu.Lock()
					holders = append(holders, lease)
					mu.Unlock()
				}
			})
		}
		all.Wait()
		require.Len(t, holders, 1)
		due, err := db.DueWork(ctx)
		require.NoError(t, err)
		assert.Empty(t, due)

		held, err := db.Work(ctx, "w")
		require.NoError(t, err)
		held.Unsettled = true
		ok, err := db.SaveWork(ctx, held)
		require.NoError(t, err)
		assert.True(t, ok)
		taken, err := db.RenewWork(ctx, "w", holders[0], 0) // ends at once
		require.NoError(t, err)
		require.True(t, taken)
		due, err = db.DueWork(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"w"}, due)
		taken, err = db.LeaseWork(ctx, "w", "next", time.Hour)
		require.NoError(t, err)
		require.True(t, taken)
		ok, err = db.SaveWork(ctx, held) // the former holder is too late
		require.NoError(t, err)
		assert.False(t, ok)

		next, err := db.Work(ctx, "w")
		require.NoError(t, err)
		assert.True(t, next.Unsettled)
		assert.Equal(t, w.Amount, next.Amount)
		next.State = data.WorkRefused
		ok, err = db.SaveWork(ctx, next)
		require.NoError(t, err)
		require.True(t, ok)
		opened, err = db.OpenWork(ctx, w)
		require.NoError(t, err)
		assert.False(t, opened, "a call may have done it")
	})
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		d, ctx := data.Notifications{DB: open(t, address)}, t.Context()
		for _, step := range []struct {
			claim ipn.Claim
			want  ipn.ClaimStatus
		}{{"a", ipn.ClaimStatusBegun}, {"b", ipn.ClaimStatusInProgress}} {
			got, err := d.Begin(ctx, "m", step.claim)
			require.NoError(t, err)
			assert.Equal(t, step.want, got)
		}
		require.NoError(t, d.Failed(ctx, "m", "b")) // of another claim
		got, err := d.Begin(ctx, "m", "b")
		require.NoError(t, err)
		assert.Equal(t, ipn.ClaimStatusInProgress, got)
		require.NoError(t, d.Failed(ctx, "m", "a"))
		got, err = d.Begin(ctx, "m", "b")
		require.NoError(t, err)
		assert.Equal(t, ipn.ClaimStatusBegun, got)
		require.NoError(t, d.Done(ctx, "m", "b"))
		got, err = d.Begin(ctx, "m", "c")
		require.NoError(t, err)
		assert.Equal(t, ipn.ClaimStatusDone, got)
	})
}

func TestVisits(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		v, ctx := data.Visits{DB: open(t, address)}, t.Context()
		binary := []byte{0, 1, 0xff, 'x'}
		require.NoError(t, v.CommitCtx(ctx, "a", []byte("first"), time.Now().Add(time.Hour)))
		require.NoError(t, v.CommitCtx(ctx, "a", binary, time.Now().Add(time.Hour)))
		require.NoError(t, v.CommitCtx(ctx, "old", binary, time.Now().Add(-time.Second)))
		got, found, err := v.FindCtx(ctx, "a")
		require.NoError(t, err)
		assert.True(t, found)
		assert.Equal(t, binary, got)
		_, found, err = v.FindCtx(ctx, "old")
		require.NoError(t, err)
		assert.False(t, found)
		require.NoError(t, v.Sweep(ctx))
		require.NoError(t, v.DeleteCtx(ctx, "a"))
		_, found, err = v.FindCtx(ctx, "a")
		require.NoError(t, err)
		assert.False(t, found)
	})
}

// Old offers of Buy Now are deleted, unless somebody has begun to buy.
func TestSweepCarts(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		db, ctx := open(t, address), t.Context()
		for number, status := range map[string]string{"left": "open", "begun": "begun", "bare": ""} {
			require.NoError(t, db.InsertCart(ctx, &data.Cart{Number: number, Customer: "c", Currency: "JPY", Language: "ja", Lines: "[]"}))
			if status != "" {
				stored, err := db.PutCheckout(ctx, "of-"+number, number, 0, status, false, "{}")
				require.NoError(t, err)
				require.True(t, stored)
			}
		}
		require.NoError(t, db.SweepCarts(ctx, time.Hour)) // none is so old
		for _, number := range []string{"left", "begun", "bare"} {
			_, err := db.Cart(ctx, number)
			require.NoError(t, err)
		}
		require.NoError(t, db.SweepCarts(ctx, -time.Hour))
		_, err := db.Cart(ctx, "begun")
		require.NoError(t, err)
		for _, number := range []string{"left", "bare"} {
			_, err := db.Cart(ctx, number)
			require.ErrorIs(t, err, sql.ErrNoRows)
		}
		left, err := db.LeftCheckouts(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"of-begun"}, left)
		stored, err := db.PutCheckout(ctx, "of-begun", "begun", 0, "open", false, "{}") // it exists
		require.NoError(t, err)
		assert.False(t, stored)
		stored, err = db.PutCheckout(ctx, "of-begun", "begun", 2, "open", false, "{}") // another version
		require.NoError(t, err)
		assert.False(t, stored)
	})
}
