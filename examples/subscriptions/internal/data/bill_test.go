package data_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

func begin(t *testing.T, db *data.DB, id string) (b *data.Bill) {
	t.Helper()
	require.NoError(t, db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) (err error) {
		b, err = q.BeginCall(t.Context(), id, "2026-11")
		return err
	}))
	return b
}

// Before a call it is stored that there may be one; what was stored before it is what the call is
// told. Of two who make the call, the one who saves last saves nothing.
func TestBeginCall(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	id := subscribe(t, db, "A", date("2026-11-29"), 1)[0]
	plan(t, db, date("2026-11-29"), 1)

	first := begin(t, db, id)
	require.False(t, first.Unsettled)
	stored, err := db.Bill(t.Context(), id, "2026-11")
	require.NoError(t, err)
	require.True(t, stored.Unsettled)

	second := begin(t, db, id) // the first one's process has died, or sleeps
	require.True(t, second.Unsettled)
	require.Equal(t, first.Key(), second.Key())
	second.State, second.Unsettled, second.ChargeID = data.BillPaid, false, "S01-1-C1"
	require.NoError(t, db.SaveBill(t.Context(), second))

	first.Attempt++
	require.ErrorIs(t, db.SaveBill(t.Context(), first), data.ErrChanged)
	stored, err = db.Bill(t.Context(), id, "2026-11")
	require.NoError(t, err)
	require.Equal(t, data.BillPaid, stored.State)
	require.Zero(t, stored.Attempt)
	require.Equal(t, 2, stored.Calls)

	_, err = db.BeginCall(t.Context(), id, "2026-11")
	require.ErrorIs(t, err, data.ErrNone)
	found, err := db.BillOfCharge(t.Context(), "S01-1-C1")
	require.NoError(t, err)
	require.Equal(t, id, found.PermissionID)
	_, err = db.BillOfCharge(t.Context(), "")
	require.ErrorIs(t, err, data.ErrNone)
}

// Permission, period and attempt each make another key.
func TestKey(t *testing.T) {
	t.Parallel()
	keys := make(map[string]bool)
	for _, b := range []data.Bill{
		{PermissionID: "P", Period: "2026-11"},
		{PermissionID: "P", Period: "2026-12"},
		{PermissionID: "Q", Period: "2026-11"},
		{PermissionID: "P", Period: "2026-11", Attempt: 1},
		{PermissionID: "P", Period: "2026-11", Attempt: 11},
	} {
		keys[b.Key()] = true
		require.Equal(t, b.Key(), (&data.Bill{PermissionID: b.PermissionID, Period: b.Period, Attempt: b.Attempt, Amount: 5, Version: 7}).Key())
	}
	require.Len(t, keys, 5)
}
