package data_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

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
