package billing

import (
	"database/sql"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// toCheck stores that a person decides about a bill.
func (b *bench) toCheck(t *testing.T, bill *data.Bill, change func(*data.Bill)) *data.Bill {
	t.Helper()
	return b.saved(t, bill, func(bill *data.Bill) {
		bill.State = data.BillCheck
		change(bill)
	})
}

// again lets a bill go on, and works on its job.
func (b *bench) again(t *testing.T, bill *data.Bill) *data.Bill {
	t.Helper()
	require.NoError(t, b.Again(t.Context(), bill.PermissionID, bill.Period))
	bill = b.read(t, bill)
	if bill.State == data.BillPlanned {
		require.Empty(t, bill.ChargeID, "or a notification about the next charge would take it for a second one")
		require.Empty(t, bill.Reason)
		require.Equal(t, ChargeArgs{refOf(bill)}, argsOf[ChargeArgs](t, b, bill))
		require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
	}
	return b.read(t, bill)
}

// A bill whose call may have charged is called for under the same key, so that it is charged once.
func TestAgainUnsettled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.planned(t, "")
	require.NoError(t, b.world.Regions[0].FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))
	require.Error(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
	require.NoError(t, b.world.Regions[0].FailNext(1, declines("InvalidParameterValue")))
	require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 2))
	bill = b.read(t, bill)
	require.Equal(t, data.BillCheck, bill.State)
	require.True(t, bill.Unsettled)

	bill = b.again(t, bill)
	assert.Equal(t, data.BillPaid, bill.State)
	assert.Len(t, b.world.Regions[0].Charges(), 1)
	assert.Len(t, b.keys(), 1)
}

// One that was refused gets a new key: the old one would be refused again.
func TestAgainRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.planned(t, "")
	require.NoError(t, b.world.Regions[0].FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: http.StatusBadRequest, ReasonCode: "InvalidParameterValue"}))
	require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
	bill = b.read(t, bill)
	require.Equal(t, data.BillCheck, bill.State)

	bill = b.again(t, bill)
	assert.Equal(t, data.BillPaid, bill.State)
	assert.Len(t, b.keys(), 2)
}

// A bill that has a charge is never charged beside it: what the charge says is done.
func TestAgainWithACharge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	has := func(charge *webstore.Charge, unsettled bool) func(*data.Bill) {
		return func(bill *data.Bill) {
			bill.ChargeID, bill.Reason, bill.Unsettled = charge.ChargeID, "AmazonCanceled", unsettled
		}
	}
	charged := func() int { return len(region.Charges()) }

	paid := b.planned(t, "")
	paid = b.toCheck(t, paid, has(b.charge(t, paid, "9.99", true), true))
	before := charged()
	paid = b.again(t, paid)
	assert.Equal(t, data.BillPaid, paid.State)
	assert.False(t, paid.Unsettled)

	authorized := b.pending(t, "", "9.99")
	authorized = b.toCheck(t, authorized, func(*data.Bill) {})
	before++
	authorized = b.again(t, authorized)
	require.Equal(t, data.BillPending, authorized.State)
	assert.Equal(t, FollowArgs{refOf(authorized)}, argsOf[FollowArgs](t, b, authorized))
	assert.Equal(t, 1, authorized.Captures, "a capture that was refused needs a new key")
	require.NoError(t, run(t, &followWorker{e: b.Engine}, FollowArgs{refOf(authorized)}, 1))
	assert.Equal(t, data.BillPaid, b.read(t, authorized).State)
	assert.Equal(t, before, charged())

	unsure := b.pending(t, "", "9.99")
	unsure = b.toCheck(t, unsure, func(bill *data.Bill) { bill.Unsettled = true })
	before++
	assert.Zero(t, b.again(t, unsure).Captures, "one that may have been made must not")

	for _, unsettled := range []bool{false, true} {
		canceled := b.pending(t, "", "9.99")
		shop, err := b.Provider.Shop(t.Context(), canceled.MerchantID)
		require.NoError(t, err)
		_, err = shop.CancelCharge(t.Context(), canceled.ChargeID, &webstore.CancelChargeRequest{CancellationReason: "by mistake"})
		require.NoError(t, err)
		canceled = b.toCheck(t, canceled, func(bill *data.Bill) { bill.Unsettled = unsettled })
		before += 2
		canceled = b.again(t, canceled)
		assert.Equal(t, data.BillPaid, canceled.State)
		assert.Equal(t, map[bool]int{false: 1, true: 0}[unsettled], canceled.Attempt)
		assert.Equal(t, before, charged())
	}

	for amount, capture := range map[amazonpay.Decimal]bool{"9.98": true, "10.00": false} {
		wrong := b.planned(t, "")
		wrong = b.toCheck(t, wrong, has(b.charge(t, wrong, amount, capture), false))
		require.ErrorContains(t, b.Again(t.Context(), wrong.PermissionID, wrong.Period), "the charge's amount is not the bill's: refund or cancel it in Seller Central, and waive the bill")
		assert.Equal(t, wrong, b.read(t, wrong))
	}
}

// An answer about another charge permission does not give the bill another key.
func TestAgainAfterAForeignCharge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	foreign := b.charge(t, b.planned(t, ""), "9.99", true)
	bill := b.planned(t, "")
	require.NoError(t, b.charged(t.Context(), bill, foreign))
	require.Equal(t, data.BillCheck, bill.State)
	bill = b.again(t, bill)
	assert.Equal(t, data.BillPaid, bill.State)
	assert.Zero(t, bill.Attempt)
}

// A bill that is waived is not charged, and its subscription goes on.
func TestWaive(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.toCheck(t, b.planned(t, ""), func(bill *data.Bill) { bill.Unsettled = true })
	require.NoError(t, b.Waive(t.Context(), bill.PermissionID, bill.Period))
	assert.Equal(t, data.BillUnpaid, b.read(t, bill).State)
	assert.Equal(t, data.SubscriptionActive, b.subscription(t, bill))
	require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
	assert.Empty(t, b.world.Regions[0].Charges())
}

// A person decides only about what nothing else decides.
func TestDecideRefused(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	bill := b.planned(t, "")
	for _, decide := range []func() error{
		func() error { return b.Again(t.Context(), bill.PermissionID, bill.Period) },
		func() error { return b.Waive(t.Context(), bill.PermissionID, bill.Period) },
	} {
		for _, state := range []data.BillState{data.BillPlanned, data.BillPending, data.BillRetry, data.BillRepair, data.BillPaid, data.BillUnpaid} {
			bill = b.saved(t, bill, func(bill *data.Bill) { bill.State = state })
			require.ErrorContains(t, decide(), "the bill is "+string(state))
			assert.Equal(t, bill, b.read(t, bill))
		}
	}
	require.ErrorContains(t, b.Again(t.Context(), "P01", bill.Period), `there is no bill of charge permission "P01"`)
	require.ErrorContains(t, b.WaiveRefund(t.Context(), "r"), `there is no refund with the id "r"`)

	paid := b.paid(t, b.world.Regions[0], b.merchant(0), 999, 1)[0]
	require.NoError(t, b.Refund(t.Context(), paid.PermissionID, paid.Period, 999, "r"))
	require.ErrorContains(t, b.AgainRefund(t.Context(), "r"), "the refund is planned")
	require.ErrorContains(t, b.WaiveRefund(t.Context(), "r"), "the refund is planned")
}

// A refund that may have been made is asked for under the same key, and made once.
func TestAgainRefundUnsettled(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bill := b.paid(t, region, b.merchant(0), 999, 1)[0]
	require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 999, "r"))
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CreateRefund", Kind: emulator.FaultKindLoseAnswer}))
	_, err := b.step(t, "r")
	require.Error(t, err)
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CreateRefund", Status: http.StatusUnprocessableEntity, ReasonCode: "InvalidChargeStatus"}))
	r, err := b.step(t, "r")
	require.NoError(t, err)
	require.Equal(t, data.RefundCheck, r.State)

	require.NoError(t, b.AgainRefund(t.Context(), "r"))
	require.Len(t, b.jobs(t, RefundArgs{}.Kind()), 1)
	r, err = b.step(t, "r")
	require.NoError(t, err)
	assert.Equal(t, data.RefundPending, r.State)
	assert.Len(t, region.Refunds(), 1)
}

// One that was refused is made anew, if so much of the bill is left.
func TestAgainRefundRefused(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bill := b.paid(t, region, b.merchant(0), 999, 1)[0]
	require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 900, "r"))
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CreateRefund", Status: http.StatusUnprocessableEntity, ReasonCode: "AmazonRejected"}))
	r, err := b.step(t, "r")
	require.NoError(t, err)
	require.Equal(t, data.RefundRefused, r.State)
	require.ErrorContains(t, b.WaiveRefund(t.Context(), "r"), "refused already")

	require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 100, "meanwhile"))
	require.ErrorContains(t, b.AgainRefund(t.Context(), "r"), "the refund is 900: of the bill's 999 no more than 899 is left")
	meanwhile, err := b.DB.Refund(t.Context(), "meanwhile")
	require.NoError(t, err)
	meanwhile.State = data.RefundCheck
	require.NoError(t, b.DB.SaveRefund(t.Context(), meanwhile))
	require.NoError(t, b.WaiveRefund(t.Context(), "meanwhile"))

	require.NoError(t, b.AgainRefund(t.Context(), "r"))
	r, err = b.step(t, "r")
	require.NoError(t, err)
	assert.Equal(t, data.RefundPending, r.State)
	assert.Len(t, region.Refunds(), 1)
}

// A subscription that was past due because of the bill that is waived is active again.
func TestWaivePastDue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.toCheck(t, b.planned(t, ""), func(bill *data.Bill) { bill.RepairToken, bill.Recharge = "a link", true })
	require.NoError(t, b.DB.SetSubscriptionState(t.Context(), bill.PermissionID, data.SubscriptionPastDue))
	require.NoError(t, b.Waive(t.Context(), bill.PermissionID, bill.Period))
	assert.Equal(t, data.SubscriptionActive, b.subscription(t, bill))
	assert.Empty(t, b.read(t, bill).RepairToken)
	assert.False(t, b.read(t, bill).Recharge)
}

// While the job that came to the state is stored as running, there is no other: nothing is decided.
// One that waits runs now.
func TestAgainBesideAJob(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	bill := b.toCheck(t, b.planned(t, ""), func(bill *data.Bill) { bill.Unsettled = true })
	paid := b.paid(t, b.world.Regions[0], b.merchant(1), 999, 1)[0]
	require.NoError(t, b.Refund(t.Context(), paid.PermissionID, paid.Period, 999, "r"))
	r, err := b.DB.Refund(t.Context(), "r")
	require.NoError(t, err)
	r.State = data.RefundCheck
	require.NoError(t, b.DB.SaveRefund(t.Context(), r))
	later := time.Now().Add(time.Hour)
	_, err = b.River.Insert(t.Context(), ChargeArgs{refOf(bill)}, at(later))
	require.NoError(t, err)
	set := func(state string) {
		require.NoError(t, b.DB.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE river_job SET state = '`+state+`'`)
			return err
		}))
	}
	set("running")
	require.ErrorContains(t, b.Again(t.Context(), bill.PermissionID, bill.Period), "still running: decide again in a moment")
	require.ErrorContains(t, b.AgainRefund(t.Context(), "r"), "still running: decide again in a moment")
	assert.Equal(t, bill, b.read(t, bill))

	set("scheduled")
	require.NoError(t, b.Again(t.Context(), bill.PermissionID, bill.Period))
	require.NoError(t, b.AgainRefund(t.Context(), "r"))
	jobs := b.jobs(t, ChargeArgs{}.Kind())
	require.Len(t, jobs, 1)
	assert.True(t, jobs[0].ScheduledAt.Before(later))
	assert.Len(t, b.jobs(t, RefundArgs{}.Kind()), 1)
}

// A bill that goes on after its last day gives its buyer all days again.
func TestAgainLate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	late := b.toCheck(t, b.planned(t, ""), func(bill *data.Bill) { bill.Deadline = b.now - 3 })
	require.NoError(t, b.Again(t.Context(), late.PermissionID, late.Period))
	assert.Zero(t, b.read(t, late).Deadline)
}

// If the charge of a bill that was waived is captured, a person is told.
func TestWaivedThenCaptured(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.toCheck(t, b.pending(t, "0701", "9.99"), func(*data.Bill) {})
	require.NoError(t, b.Waive(t.Context(), bill.PermissionID, bill.Period))
	require.NoError(t, b.world.Regions[0].Advance(31*time.Second))
	b.notified(t, "CHARGE", bill.ChargeID)
	assert.Equal(t, data.BillUnpaid, b.read(t, bill).State)
	require.Len(t, b.notices(t), 1)
	assert.Contains(t, b.notices(t)[0], string(data.DifferenceCaptureUnpaid))
}
