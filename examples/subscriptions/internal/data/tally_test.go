package data_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

// planned makes the bills of new subscriptions of a new merchant.
func planned(t *testing.T, db *data.DB, merchantID string, currency amazonpay.CurrencyCode, amounts ...int64) []*data.Bill {
	t.Helper()
	require.NoError(t, db.AddMerchant(t.Context(), &data.Merchant{ID: merchantID, Name: "Shop " + merchantID, Region: "na", Currency: currency, SealedMWSToken: []byte("x")}))
	subscriptions := make([]*data.Subscription, len(amounts))
	for i, amount := range amounts {
		subscriptions[i] = &data.Subscription{
			PermissionID: fmt.Sprintf("%s-%d", merchantID, i), MerchantID: merchantID, Amount: amount, Currency: currency,
			State: data.SubscriptionActive, Anchor: 1, NextDue: 20_000,
		}
	}
	require.NoError(t, db.AddSubscriptions(t.Context(), subscriptions))
	var bills []*data.Bill
	require.NoError(t, db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) (err error) {
		bills, err = q.PlanBills(t.Context(), merchantID, 20_000, 1000)
		return err
	}))
	require.Len(t, bills, len(amounts))
	return bills
}

func save(t *testing.T, db *data.DB, bill *data.Bill, change func(*data.Bill)) {
	t.Helper()
	bill, err := db.Bill(t.Context(), bill.PermissionID, bill.Period)
	require.NoError(t, err)
	change(bill)
	require.NoError(t, db.SaveBill(t.Context(), bill))
}

func count(t *testing.T, db *data.DB) {
	t.Helper()
	require.NoError(t, db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error { return q.Count(t.Context()) }))
}

// The tally is that of the bills, each time it is counted, for each merchant and for all.
func TestTally(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	at, err := db.Counted(t.Context())
	require.NoError(t, err)
	require.True(t, at.IsZero(), "never")
	count(t, db)
	got, err := db.Tallies(t.Context())
	require.NoError(t, err)
	require.Empty(t, got)

	first := planned(t, db, "A1", amazonpay.USD, 100, 200, 300)
	planned(t, db, "A2", amazonpay.JPY, 5000)
	period := first[0].Period
	count(t, db)
	got, err = db.Tallies(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []data.Tally{{period, data.BillPlanned, amazonpay.JPY, 1, 5000, 0}, {period, data.BillPlanned, amazonpay.USD, 3, 600, 0}}, got)

	for _, b := range first {
		save(t, db, b, func(b *data.Bill) { b.State, b.Refunded = data.BillPaid, b.Amount/10 })
	}
	count(t, db)
	got, err = db.Tallies(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []data.Tally{{period, data.BillPaid, amazonpay.USD, 3, 600, 60}, {period, data.BillPlanned, amazonpay.JPY, 1, 5000, 0}}, got, "none is planned in USD any more")
	at, err = db.Counted(t.Context())
	require.NoError(t, err)
	now, err := db.Now(t.Context())
	require.NoError(t, err)
	assert.False(t, at.IsZero() || at.After(now), "%s", at)
}

// The merchants come in pages, can be searched for, and those without bills are there too.
func TestMerchantTallies(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	bills := planned(t, db, "A1", amazonpay.USD, 100, 200)
	period := bills[0].Period
	save(t, db, bills[0], func(b *data.Bill) { b.State = data.BillPaid })
	planned(t, db, "A2", amazonpay.USD, 300)
	require.NoError(t, db.AddMerchant(t.Context(), &data.Merchant{ID: "B_1", Name: "Empty 100%", Region: "eu", Currency: amazonpay.EUR, SealedMWSToken: []byte("x")}))
	count(t, db)
	for name, c := range map[string]struct {
		contains, after string
		limit           int
		want            string
	}{
		"all":               {"", "", 10, "A1 paid 1, A1 planned 1, A2 planned 1, B_1  0, "},
		"a page":            {"", "", 1, "A1 paid 1, A1 planned 1, "},
		"the next":          {"", "A1", 1, "A2 planned 1, "},
		"by id":             {"b_", "", 10, "B_1  0, "},
		"by name":           {"SHOP a2", "", 10, "A2 planned 1, "},
		"no pattern":        {"0%", "", 10, "B_1  0, "},
		"no pattern either": {"_1", "", 10, "B_1  0, "},
		"none":              {"nobody", "", 10, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := db.MerchantTallies(t.Context(), period, c.contains, c.after, c.limit)
			require.NoError(t, err)
			var got strings.Builder
			for _, m := range found {
				fmt.Fprintf(&got, "%s %s %d, ", m.Merchant.ID, m.State, m.Bills)
			}
			assert.Equal(t, c.want, got.String())
		})
	}
	other, err := db.MerchantTallies(t.Context(), "1999-01", "A1", "", 10)
	require.NoError(t, err)
	require.Len(t, other, 1)
	assert.Zero(t, other[0].Bills, "in another period")
}
