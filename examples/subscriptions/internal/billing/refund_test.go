package billing

import (
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// fast are limits that no test reaches.
var fast = map[string]provider.Limit{"CreateCharge": {Burst: 1000, PerSecond: 1000}, "CreateRefund": {Burst: 1000, PerSecond: 1000}, "GetRefund": {Burst: 1000, PerSecond: 1000}}

// paid subscribes n buyers to a merchant and charges each, without River.
func (b *bench) paid(t *testing.T, region *world.Region, merchant string, amount int64, n int) []*data.Bill {
	t.Helper()
	bills := b.plannedOf(t, region, merchant, amount, n)
	for i, bill := range bills {
		require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
		var err error
		bills[i], err = b.DB.Bill(t.Context(), bill.PermissionID, bill.Period)
		require.NoError(t, err)
		require.Equal(t, data.BillPaid, bills[i].State, bills[i].Reason)
	}
	return bills
}

// plannedOf subscribes n buyers to a merchant and plans a bill for each.
func (b *bench) plannedOf(t *testing.T, region *world.Region, merchant string, amount int64, n int) (bills []*data.Bill) {
	t.Helper()
	_, err := region.Subscribe(t.Context(), b.DB.Queries, merchant, world.Plan{Amount: amount, NextDue: b.now - 1}, n)
	require.NoError(t, err)
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) (err error) {
		bills, err = q.PlanBills(t.Context(), merchant, b.now-1, n)
		return err
	}))
	require.Len(t, bills, n)
	return bills
}

// step takes a refund's next step, and returns what is stored then.
func (b *bench) step(t *testing.T, id string) (*data.Refund, error) {
	t.Helper()
	for {
		before, err := b.DB.Refund(t.Context(), id)
		require.NoError(t, err)
		wait, failed := b.refund(t.Context(), id)
		r, err := b.DB.Refund(t.Context(), id)
		require.NoError(t, err)
		if failed != nil || wait == 0 || r.Version != before.Version || r.State == data.RefundPending {
			return r, failed
		}
		<-time.After(wait) // for the rate limit, after a 429
	}
}

// River makes a refund, follows it, and adds it to its bill once.
func TestRefund(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bill := b.paid(t, region, region.Merchants[0].MerchantID, 999, 1)[0]
	require.NoError(t, b.DB.SetSubscriptionState(t.Context(), bill.PermissionID, data.SubscriptionClosed)) // so that nothing else is due
	b.start(t)
	refund := func(amount int64, id string) error {
		return b.Refund(t.Context(), bill.PermissionID, bill.Period, amount, id)
	}
	require.NoError(t, refund(500, "one"))
	require.NoError(t, refund(500, "one"), "again")
	require.ErrorContains(t, refund(400, "one"), "id is that of another refund")
	require.ErrorContains(t, refund(500, "two"), "amount is 500: of the bill's 999 no more than 499 is left")
	require.NoError(t, refund(499, "two"))
	require.ErrorContains(t, refund(1, "three"), "no more than 0 is left")

	for _, id := range []string{"one", "two"} {
		is := func(state data.RefundState) (r *data.Refund) {
			require.Eventually(t, func() bool {
				var err error
				r, err = b.DB.Refund(t.Context(), id)
				return err == nil && r.State == state
			}, time.Minute, 20*time.Millisecond)
			return r
		}
		require.NoError(t, region.ResolvePending(is(data.RefundPending).RefundID))
		assert.WithinDuration(t, region.Now(), is(data.RefundRefunded).RefundedAt, time.Minute)
		wait, err := b.refund(t.Context(), id) // again
		require.NoError(t, err)
		assert.Zero(t, wait)
	}
	require.Len(t, region.Refunds(), 2)
	now, err := b.DB.Bill(t.Context(), bill.PermissionID, bill.Period)
	require.NoError(t, err)
	assert.EqualValues(t, 999, now.Refunded)
	assert.Equal(t, data.BillPaid, now.State)
}

func TestRefundRefused(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bills := b.plannedOf(t, region, region.Merchants[0].MerchantID, 999, 2)
	id, period := bills[0].PermissionID, bills[0].Period
	for want, err := range map[string]error{
		"id must have 1 to 200 bytes":         b.Refund(t.Context(), id, period, 1, ""),
		"id must have":                        b.Refund(t.Context(), id, period, 1, strings.Repeat("x", 201)),
		"amount is 0: it must be above 0":     b.Refund(t.Context(), id, period, 0, "a"),
		"amount is -1: it must be above 0":    b.Refund(t.Context(), id, period, -1, "a"),
		"there is no bill of permissionID":    b.Refund(t.Context(), id, "2001-01", 1, "a"),
		"the bill is planned: only a paid on": b.Refund(t.Context(), id, period, 1, "a"),
	} {
		require.ErrorContains(t, err, want)
	}
	_, err := b.DB.Refund(t.Context(), "a")
	require.ErrorIs(t, err, data.ErrNone)
}

// Of refunds that are asked for at the same time no more is stored than the bill has.
func TestRefundsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bill := b.paid(t, region, region.Merchants[0].MerchantID, 999, 1)[0]
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() { _ = b.Refund(t.Context(), bill.PermissionID, bill.Period, 400, string(rune('a'+i%4))) })
	}
	wg.Wait()
	stored := 0
	for i := range 4 {
		if _, err := b.DB.Refund(t.Context(), string(rune('a'+i))); err == nil {
			stored++
		}
	}
	assert.Equal(t, 2, stored)
}

// Whatever happens to its calls, a refund is made once, or is refused and nothing is refunded.
func TestRefundFaults(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	status := func(status int, reason string) emulator.Fault {
		return emulator.Fault{Operation: "CreateRefund", Status: status, ReasonCode: reason}
	}
	for name, tt := range map[string]struct { //nolint:paralleltest // of one emulator
		fault   emulator.Fault
		times   int
		want    data.RefundState
		attempt int
	}{
		"the answer is lost":            {emulator.Fault{Operation: "CreateRefund", Kind: emulator.FaultKindLoseAnswer}, 1, data.RefundPending, 0},
		"the answer is cut":             {emulator.Fault{Operation: "CreateRefund", Kind: emulator.FaultKindTruncate}, 1, data.RefundPending, 0},
		"the connection is reset":       {emulator.Fault{Operation: "CreateRefund", Kind: emulator.FaultKindReset}, 1, data.RefundPending, 0},
		"the service is down":           {status(503, "ServiceUnavailable"), 1, data.RefundPending, 0},
		"it is throttled":               {status(429, "TooManyRequests"), 1, data.RefundPending, 0},
		"it fails to process":           {status(500, "ProcessingFailure"), 1, data.RefundPending, 1},
		"it fails to process each time": {status(500, "ProcessingFailure"), refundAttempts, data.RefundRefused, refundAttempts},
		"it is rejected":                {status(422, "AmazonRejected"), 1, data.RefundRefused, 1},
		"there were too many":           {status(422, "TransactionCountExceeded"), 1, data.RefundRefused, 1},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(region.Refunds())
			bill := b.paid(t, region, region.Merchants[0].MerchantID, 999, 1)[0]
			require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 999, name))
			require.NoError(t, region.FailNext(tt.times, tt.fault))
			var r *data.Refund
			for range tt.times + 1 {
				r, _ = b.step(t, name)
			}
			assert.Equal(t, tt.want, r.State)
			assert.Equal(t, tt.attempt, r.Attempt)
			assert.False(t, r.Unsettled)
			made := region.Refunds()[before:]
			if tt.want == data.RefundRefused { // all of it is left
				assert.Equal(t, tt.fault.ReasonCode, string(r.Reason))
				assert.Empty(t, made)
				require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 999, name+" again"))
				return
			}
			require.Len(t, made, 1)
			assert.Equal(t, made[0].ID, r.RefundID)
		})
	}
}

// A process can end between a call and what it stores: the next one repeats the call under its key.
func TestRefundInterrupted(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bill := b.paid(t, region, region.Merchants[0].MerchantID, 999, 1)[0]
	require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 999, "r"))
	r, err := b.DB.BeginRefund(t.Context(), "r")
	require.NoError(t, err)
	assert.False(t, r.Unsettled)
	shop, err := b.Provider.Shop(t.Context(), r.MerchantID)
	require.NoError(t, err)
	_, err = shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: r.ChargeID, RefundAmount: amazonpay.USD.Price("9.99")}, amazonpay.WithIdempotencyKey(r.Key()))
	require.NoError(t, err)
	stored, err := b.DB.Refund(t.Context(), "r")
	require.NoError(t, err)
	assert.True(t, stored.Unsettled)

	// Refused by itself, the repetition would settle nothing: a call under the key may have refunded.
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CreateRefund", Status: 422, ReasonCode: "InvalidChargeStatus"}))
	stored, err = b.step(t, "r")
	require.NoError(t, err)
	assert.Equal(t, data.RefundCheck, stored.State)
	require.ErrorContains(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 1, "another"), "no more than 0 is left")

	// What was read before is not stored any more.
	r.State, r.Version = data.RefundRefunded, r.Version-1
	require.ErrorIs(t, b.changeRefund(t.Context(), r), data.ErrChanged)
	now, err := b.DB.Bill(t.Context(), bill.PermissionID, bill.Period)
	require.NoError(t, err)
	assert.Zero(t, now.Refunded)
}

// A pending refund that is declined is made anew, or refused with its reason.
func TestRefundDeclined(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bills := b.paid(t, region, region.Merchants[0].MerchantID, 999, 2)
	for i, reason := range []string{"ProcessingFailure", "AmazonRejected"} {
		require.NoError(t, b.Refund(t.Context(), bills[i].PermissionID, bills[i].Period, 999, reason))
		r, err := b.step(t, reason)
		require.NoError(t, err)
		assert.Equal(t, data.RefundPending, r.State)
		require.NoError(t, region.DeclinePending(r.RefundID, reason))
		r, err = b.step(t, reason)
		require.NoError(t, err)
		assert.EqualValues(t, reason, r.Reason)
		assert.Equal(t, []data.RefundState{data.RefundPlanned, data.RefundRefused}[i], r.State)
		assert.Equal(t, 1, r.Attempt)
		now, err := b.DB.Bill(t.Context(), bills[i].PermissionID, bills[i].Period)
		require.NoError(t, err)
		assert.Zero(t, now.Refunded)
	}
	r, err := b.step(t, "ProcessingFailure")
	require.NoError(t, err)
	assert.Equal(t, data.RefundPending, r.State)
	assert.Len(t, region.Refunds(), 3)
}

// An answer about another refund is not believed.
func TestRefundOfAnotherCharge(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bill := b.paid(t, region, region.Merchants[0].MerchantID, 999, 1)[0]
	for i, made := range []webstore.Refund{
		{RefundID: "R1", ChargeID: "another", RefundAmount: amazonpay.USD.Price("1.00"), StatusDetails: amazonpay.StatusDetails{State: amazonpay.StateRefunded}},
		{RefundID: "R2", ChargeID: bill.ChargeID, RefundAmount: amazonpay.USD.Price("1.01"), StatusDetails: amazonpay.StatusDetails{State: amazonpay.StateRefunded}},
	} {
		id := string(rune('a' + i))
		require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 100, id))
		r, err := b.DB.Refund(t.Context(), id)
		require.NoError(t, err)
		_, err = b.refunded(t.Context(), r, &made)
		require.NoError(t, err)
		assert.Equal(t, data.RefundCheck, r.State)
	}
	now, err := b.DB.Bill(t.Context(), bill.PermissionID, bill.Period)
	require.NoError(t, err)
	assert.Zero(t, now.Refunded)
}
