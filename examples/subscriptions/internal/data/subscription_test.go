package data_test

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

// Pages have every due subscription once, those of other merchants and later ones not at all.
func TestPlanBills(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	today := date("2026-11-29")
	due := subscribe(t, db, "A", today, 25)
	subscribe(t, db, "B", today, 5)
	require.NoError(t, db.AddSubscriptions(t.Context(), []*data.Subscription{{
		PermissionID: "A-later", MerchantID: "A", Amount: 1, Currency: amazonpay.USD, State: data.SubscriptionActive, Anchor: 30, NextDue: today + 1,
	}}))
	require.NoError(t, db.SetSubscriptionState(t.Context(), due[3], data.SubscriptionPastDue))
	require.NoError(t, db.SetSubscriptionState(t.Context(), due[4], data.SubscriptionClosed))
	require.NoError(t, db.SetSubscriptionState(t.Context(), due[4], data.SubscriptionActive)) // closed it stays

	seen := make(map[string]int)
	for _, want := range []int{10, 10, 3, 0} {
		page := plan(t, db, today, 10)
		require.Len(t, page, want)
		for _, b := range page {
			seen[b.PermissionID]++
			stored, err := db.Bill(t.Context(), b.PermissionID, "2026-11")
			require.NoError(t, err)
			require.Equal(t, data.BillPlanned, stored.State)
			require.EqualValues(t, 999, stored.Amount)
			require.False(t, stored.Unsettled)
		}
	}
	require.Len(t, seen, 23)
	require.NotContains(t, seen, due[3])
	require.NotContains(t, seen, due[4])
	next, err := db.Subscription(t.Context(), due[0])
	require.NoError(t, err)
	require.Equal(t, "2026-12-29", next.NextDue.String())
}

// Only merchants for whom something is to be planned are found.
func TestDueMerchants(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	today := date("2026-11-29")
	for id, due := range map[string]data.Date{"A": today, "B": today + 1, "C": today - 40, "D": today, "E": today} {
		ids := subscribe(t, db, id, due, 2)
		if id == "D" {
			require.NoError(t, db.SetSubscriptionState(t.Context(), ids[0], data.SubscriptionPastDue))
			require.NoError(t, db.SetSubscriptionState(t.Context(), ids[1], data.SubscriptionClosed))
		}
	}
	var found []string
	for after := ""; ; {
		page, err := db.DueMerchantsAfter(t.Context(), after, 2, today)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, m := range page {
			found = append(found, m.ID)
		}
		after = found[len(found)-1]
	}
	require.Equal(t, []string{"A", "C", "E"}, found)
}

// A planner that was down for two months makes a bill for each of them.
func TestPlanBillsCatchesUp(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	id := subscribe(t, db, "A", date("2026-09-30"), 1)[0]
	var periods []string
	for range 4 {
		for _, b := range plan(t, db, date("2026-11-29"), 10) {
			periods = append(periods, b.Period)
		}
	}
	require.Equal(t, []string{"2026-09", "2026-10"}, periods)
	s, err := db.Subscription(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "2026-11-30", s.NextDue.String())
}

// Planners that plan one merchant together make each bill once.
func TestPlanBillsTogether(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	subscribe(t, db, "A", date("2026-11-29"), 200)
	var mu sync.Mutex
	seen := make(map[string]int)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10 {
				err := db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
					page, err := q.PlanBills(t.Context(), "A", date("2026-11-29"), 20)
					mu.Lock()
					defer mu.Unlock()
					for _, b := range page {
						seen[b.PermissionID]++
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	require.Len(t, seen, 200)
	for id, n := range seen {
		require.Equal(t, 1, n, id)
	}
}

func TestAddSubscriptionsRefuses(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	require.NoError(t, db.AddMerchant(t.Context(), merchant("A")))
	for field, wrong := range map[string]data.Subscription{
		"amount":         {Amount: 0, Currency: amazonpay.USD, Anchor: 1},
		"anchor":         {Amount: 1, Currency: amazonpay.USD, Anchor: 0},
		"a day from 1":   {Amount: 1, Currency: amazonpay.USD, Anchor: 32},
		`currency "XXX"`: {Amount: 1, Currency: "XXX", Anchor: 1},
		`currency ""`:    {Amount: 1, Anchor: 1},
	} {
		wrong.PermissionID, wrong.MerchantID = "P", "A"
		require.ErrorContains(t, db.AddSubscriptions(t.Context(), []*data.Subscription{&wrong}), field)
		_, err := db.Subscription(t.Context(), "P")
		require.ErrorIs(t, err, data.ErrNone, field)
	}
}

// A subscription of which a bill is paid is active again, unless another of its bills waits for the
// buyer.
func TestPaidSubscription(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	today := date("2026-11-29")
	id := subscribe(t, db, "A", today, 1)[0]
	plan(t, db, today, 10)
	for _, row := range []struct {
		bill data.BillState
		want data.SubscriptionState
	}{{data.BillRepair, data.SubscriptionPastDue}, {data.BillPaid, data.SubscriptionActive}} {
		require.NoError(t, db.SetSubscriptionState(t.Context(), id, data.SubscriptionPastDue))
		bill, err := db.Bill(t.Context(), id, "2026-11")
		require.NoError(t, err)
		bill.State = row.bill
		require.NoError(t, db.SaveBill(t.Context(), bill))
		require.NoError(t, db.PaidSubscription(t.Context(), id))
		stored, err := db.Subscription(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, row.want, stored.State, row.bill)
	}
}
