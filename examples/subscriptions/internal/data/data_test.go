package data_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                                "SUBSCRIPTIONS_DATABASE_URL",
		"mysql://host/db":                 "postgres://",
		"postgres://u:secret@host:x/base": "postgres://user@host/database",
	} {
		_, err := data.Open(t.Context(), address, 1)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "secret")
	}
}

// Processes that begin together on an empty database make its tables once.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	address := datatest.Address(t)
	if !data.IsPostgres(address) {
		t.Skip("an SQLite file belongs to one process")
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			db, err := data.Open(t.Context(), address, 1)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := db.MerchantsAfter(t.Context(), "", 1); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// A database that is up to date is opened as it is.
func TestOpenAgain(t *testing.T) {
	t.Parallel()
	address := datatest.Address(t)
	for range 2 {
		db, err := data.Open(t.Context(), address, 4)
		require.NoError(t, err)
		require.NoError(t, db.AddMerchant(t.Context(), merchant("A")))
		found, err := db.MerchantsAfter(t.Context(), "", 10)
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.NoError(t, db.Close())
	}
}

// However many bills there are, these queries find theirs by an index: no plan reads the table.
func TestPlans(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	ctx := t.Context()
	for name, test := range map[string]struct {
		index [2]string // in SQLite and in PostgreSQL
		query func(q data.Queries) error
	}{
		"OpenBills": {[2]string{"bills_open", "bills_open"}, func(q data.Queries) error { _, err := q.OpenBills(ctx, "A"); return err }},
		"BillsOf":   {[2]string{"sqlite_autoindex_bills_1", "bills_pkey"}, func(q data.Queries) error { _, err := q.BillsOf(ctx, "P"); return err }},
		"UncertainBills": {[2]string{"bills_to_check", "bills_to_check"}, func(q data.Queries) error {
			_, err := q.UncertainBills(ctx, "A", new(data.Bill), time.Now(), 10)
			return err
		}},
		"OverdueBills": {[2]string{"bills_due", "bills_due"}, func(q data.Queries) error { _, err := q.OverdueBills(ctx, time.Now(), 10); return err }},
		"BillOfCharge": {[2]string{"bills_by_charge", "bills_by_charge"}, func(q data.Queries) error { _, err := q.BillOfCharge(ctx, "C"); return err }},
		"BillOfRepair": {[2]string{"bills_by_repair_token", "bills_by_repair_token"}, func(q data.Queries) error { _, err := q.BillOfRepair(ctx, "T"); return err }},
	} {
		var plans []string
		require.NoError(t, db.Tx(ctx, func(q data.Queries, tx *sql.Tx) error {
			if !db.IsSQLite() { // which reads a small table as a whole, whatever its indexes
				if _, err := tx.ExecContext(ctx, `SET LOCAL enable_seqscan = off`); err != nil {
					return err
				}
			}
			if err := test.query(q.Explained(&plans)); !errors.Is(err, data.ErrNone) {
				return err
			}
			return nil
		}), name)
		require.Len(t, plans, 1, name)
		index := test.index[0]
		if !db.IsSQLite() {
			index = test.index[1]
		}
		require.Contains(t, plans[0], index, name)
		for _, scan := range []string{"SCAN bills", "SCAN b\n", "SCAN o\n", "Seq Scan on bills"} {
			require.NotContains(t, plans[0]+"\n", scan, name)
		}
	}
}

// What a transaction did is undone if it ends with an error.
func TestTxRollsBack(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	boom := errors.New("boom")
	err := db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
		return errors.Join(q.AddMerchant(t.Context(), merchant("A")), boom)
	})
	require.ErrorIs(t, err, boom)
	_, err = db.Merchant(t.Context(), "A")
	require.ErrorIs(t, err, data.ErrNone)
}

// change changes rows as no query does.
func change(t *testing.T, db *data.DB, statement string) {
	t.Helper()
	require.NoError(t, db.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	}))
}

func merchant(id string) *data.Merchant {
	return &data.Merchant{ID: id, Name: "Merchant " + id, Region: amazonpay.RegionNA, Currency: amazonpay.USD, SealedMWSToken: []byte("sealed")}
}

// subscribe stores n subscriptions of a new merchant.
func subscribe(t *testing.T, db *data.DB, merchantID string, due data.Date, n int) []string {
	t.Helper()
	require.NoError(t, db.AddMerchant(t.Context(), merchant(merchantID)))
	all := make([]*data.Subscription, n)
	ids := make([]string, n)
	for i := range all {
		ids[i] = fmt.Sprintf("%s-%05d", merchantID, i)
		all[i] = &data.Subscription{
			PermissionID: ids[i], MerchantID: merchantID, Amount: 999, Currency: amazonpay.USD, State: data.SubscriptionActive,
			Anchor: due.Time().Day(), NextDue: due,
		}
	}
	require.NoError(t, db.AddSubscriptions(t.Context(), all))
	return ids
}

// plan plans bills of merchant A.
func plan(t *testing.T, db *data.DB, until data.Date, limit int) (bills []*data.Bill) {
	t.Helper()
	require.NoError(t, db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) (err error) {
		bills, err = q.PlanBills(t.Context(), "A", until, limit)
		return err
	}))
	return bills
}
