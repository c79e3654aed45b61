package billing

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// run works on a job, as its n-th attempt.
func run[T river.JobArgs](t *testing.T, w river.Worker[T], args T, n int) error {
	t.Helper()
	return w.Work(t.Context(), &river.Job[T]{JobRow: &rivertype.JobRow{Attempt: n}, Args: args})
}

// snoozed requires that a job asks to be repeated, and returns after which time.
func snoozed(t *testing.T, err error) time.Duration {
	t.Helper()
	snooze, ok := errors.AsType[*river.JobSnoozeError](err)
	require.True(t, ok, "%v", err)
	return snooze.Duration
}

// merchant returns the id of one of the merchants.
func (b *bench) merchant(n int) string { return b.world.Regions[0].Merchants[n].MerchantID }

// planned returns a planned bill of a new subscription of the first merchant.
func (b *bench) planned(t *testing.T, card string) *data.Bill {
	t.Helper()
	ids, err := b.world.Regions[0].Subscribe(t.Context(), b.DB.Queries, b.merchant(0), world.Plan{Amount: 999, Card: card, NextDue: b.now}, 1)
	require.NoError(t, err)
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
		_, err := q.PlanBills(t.Context(), b.merchant(0), b.now, 10)
		return err
	}))
	return b.bill(t, ids[0])
}

// bill returns a subscription's bill as it is stored.
func (b *bench) bill(t *testing.T, permissionID string) *data.Bill {
	t.Helper()
	bill, err := b.DB.Bill(t.Context(), permissionID, b.now.Period())
	require.NoError(t, err)
	return bill
}

// saved stores a bill after a change.
func (b *bench) saved(t *testing.T, bill *data.Bill, change func(*data.Bill)) *data.Bill {
	t.Helper()
	change(bill)
	require.NoError(t, b.DB.SaveBill(t.Context(), bill))
	return b.bill(t, bill.PermissionID)
}

// charge makes a charge for a bill past the jobs.
func (b *bench) charge(t *testing.T, bill *data.Bill, amount amazonpay.Decimal, captureNow bool) *webstore.Charge {
	t.Helper()
	shop, err := b.Provider.Shop(t.Context(), bill.MerchantID)
	require.NoError(t, err)
	charge, err := shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{
		ChargePermissionID: bill.PermissionID, ChargeAmount: amazonpay.USD.Price(amount), CaptureNow: &captureNow, CanHandlePendingAuthorization: new(true),
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: bill.Reference()},
	})
	require.NoError(t, err)
	return charge
}

// pending returns a bill with a charge for an amount: left authorized, or still to be decided if
// the card says so.
func (b *bench) pending(t *testing.T, card string, amount amazonpay.Decimal) *data.Bill {
	t.Helper()
	bill := b.planned(t, card)
	charge := b.charge(t, bill, amount, card != "")
	return b.saved(t, bill, func(bill *data.Bill) { bill.State, bill.ChargeID = data.BillPending, charge.ChargeID })
}

// captures returns the keys of the captures that arrived.
func (b *bench) captures() (keys []string) {
	for _, r := range b.world.Regions[0].Requests() {
		if r.Operation == "CaptureCharge" {
			keys = append(keys, r.IdempotencyKey)
		}
	}
	return keys
}

// A charge that Amazon has not decided is followed to its end, good or bad, and made only once.
func TestFollowToTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar.Length = time.Minute // or else another month begins before the test has ended
	region := b.world.Regions[0]
	plan := world.Plan{Amount: 999, NextDue: b.now, Card: "0701"}
	good, err := region.Subscribe(t.Context(), b.DB.Queries, b.merchant(0), plan, 2)
	require.NoError(t, err)
	plan.Card = "4354"
	bad, err := region.Subscribe(t.Context(), b.DB.Queries, b.merchant(1), plan, 2)
	require.NoError(t, err)
	b.start(t)
	are := func(ids []string, state data.BillState) {
		require.Eventually(t, func() bool {
			for _, id := range ids {
				bill, err := b.DB.Bill(t.Context(), id, b.now.Period())
				if err != nil || bill.State != state {
					return false
				}
			}
			return true
		}, time.Minute, 50*time.Millisecond, state)
	}
	are(append(good, bad...), data.BillPending)
	require.NoError(t, region.Advance(31*time.Second))
	are(good, data.BillPaid)
	are(bad, data.BillRepair)
	for _, id := range bad {
		bill := b.bill(t, id)
		assert.Contains(t, []amazonpay.ReasonCode{amazonpay.ReasonCodeHardDeclined, amazonpay.ReasonCodePaymentMethodInvalid}, bill.Reason) // of the charge, or of the permission after that
		assert.False(t, bill.Unsettled)
		assert.Equal(t, 1, bill.Attempt)
	}
	assert.Len(t, region.Charges(), 4)
}

// A charge that was left authorized is captured once, whatever is lost.
func TestCaptureOfWhatWasLeftAuthorized(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	w := &followWorker{e: b.Engine}
	for name, faults := range map[string][]emulator.Fault{
		"":                         nil,
		"the answer is lost":       {{Operation: "CaptureCharge", Kind: emulator.FaultKindLoseAnswer}},
		"it never arrived":         {{Operation: "CaptureCharge", Kind: emulator.FaultKindReset}},
		"the service has no time":  {{Operation: "CaptureCharge", Status: 429, RetryAfter: "0"}, {Operation: "CaptureCharge", Status: 503}},
		"an answer without an end": {{Operation: "CaptureCharge", Kind: emulator.FaultKindTruncate}},
	} {
		bill := b.pending(t, "", "9.99")
		for _, f := range faults {
			require.NoError(t, region.FailNext(1, f))
		}
		before := len(b.captures())
		require.Eventually(t, func() bool {
			_ = run(t, w, FollowArgs{refOf(bill)}, 1)
			return b.bill(t, bill.PermissionID).State == data.BillPaid
		}, time.Minute, 50*time.Millisecond, name)
		for _, key := range b.captures()[before:] {
			assert.Equal(t, bill.CaptureKey(), key, name)
		}
		bill = b.bill(t, bill.PermissionID)
		assert.False(t, bill.Unsettled, name)
		require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1), "it is paid: nothing is done")
		assert.Equal(t, bill.Version, b.bill(t, bill.PermissionID).Version, name)
	}
	for _, charge := range region.Charges() {
		assert.Equal(t, "9.99 USD", charge.Captured)
	}
}

// Between a capture whose answer is lost and the next job, the bill says that it may be captured.
func TestUnsettledCapture(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	w := &followWorker{e: b.Engine}
	bill := b.pending(t, "", "9.99")
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CaptureCharge", Kind: emulator.FaultKindReset}))
	require.Error(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	assert.True(t, b.bill(t, bill.PermissionID).Unsettled)
	// A refusal now says nothing of the capture before.
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CaptureCharge", Status: 400, ReasonCode: "InvalidParameterValue"}))
	snoozed(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	now := b.bill(t, bill.PermissionID)
	assert.True(t, now.Unsettled)
	assert.Equal(t, data.BillPending, now.State)
	assert.Zero(t, now.Attempt, "the key stays")
	require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	assert.Equal(t, data.BillPaid, b.bill(t, bill.PermissionID).State)
	assert.Equal(t, []string{bill.CaptureKey(), bill.CaptureKey(), bill.CaptureKey()}, b.captures())
}

// That a capture may be under way is stored before it is sent.
func TestCaptureIsStoredBefore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := &followWorker{e: b.Engine}
	bill := b.pending(t, "", "9.99")
	require.NoError(t, b.world.Regions[0].FailNext(1, emulator.Fault{Operation: "CaptureCharge", Kind: emulator.FaultKindDelay, Delay: 3 * time.Second}))
	ctx, kill := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- w.Work(ctx, &river.Job[FollowArgs]{JobRow: &rivertype.JobRow{Attempt: 1}, Args: FollowArgs{refOf(bill)}})
	}()
	require.Eventually(t, func() bool { return b.bill(t, bill.PermissionID).Unsettled }, time.Minute, 5*time.Millisecond)
	kill()
	require.Error(t, <-done)
	require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	assert.Equal(t, data.BillPaid, b.bill(t, bill.PermissionID).State)
}

// A refused capture gets a new key, on another day; one that nobody can mend is for a person.
func TestRefusedCapture(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	b.Calendar.Length = 24 * time.Hour
	w := &followWorker{e: b.Engine}

	bill := b.pending(t, "", "9.99")
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CaptureCharge", Status: 500, ReasonCode: "ProcessingFailure"}))
	assert.Equal(t, time.Hour, snoozed(t, run(t, w, FollowArgs{refOf(bill)}, 1)), "the charge itself is read again soon")
	refused := b.bill(t, bill.PermissionID)
	assert.Equal(t, data.BillPending, refused.State)
	assert.False(t, refused.Unsettled)
	assert.NotEqual(t, bill.CaptureKey(), refused.CaptureKey())
	assert.Equal(t, time.Hour, snoozed(t, run(t, w, FollowArgs{refOf(bill)}, 1)))
	assert.Len(t, b.captures(), 1, "not before the next day")
	b.saved(t, refused, func(bill *data.Bill) { bill.NextAt = bill.NextAt.Add(-24 * time.Hour) })
	require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	assert.Equal(t, data.BillPaid, b.bill(t, bill.PermissionID).State)
	assert.Equal(t, []string{bill.CaptureKey(), refused.CaptureKey()}, b.captures())

	bill = b.pending(t, "", "9.99")
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CaptureCharge", Status: 400, ReasonCode: "TransactionAmountExceeded"}))
	require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	assert.Equal(t, data.BillCheck, b.bill(t, bill.PermissionID).State)

	// An authorization of which nothing was captured is no payment: another charge may be.
	bill = b.pending(t, "", "9.99")
	require.NoError(t, region.Expire(bill.ChargeID))
	require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	expired := b.bill(t, bill.PermissionID)
	assert.Equal(t, data.BillRetry, expired.State)
	assert.NotEqual(t, bill.Key(), expired.Key())
}

// A late capture is decided later, and can still fail.
func TestLateCapture(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	w := &followWorker{e: b.Engine}
	good, bad := b.pending(t, "", "9.99"), b.pending(t, "", "9.99")
	require.NoError(t, region.Advance(8*24*time.Hour))
	for _, bill := range []*data.Bill{good, bad} {
		snoozed(t, run(t, w, FollowArgs{refOf(bill)}, 1))
		stored := b.bill(t, bill.PermissionID)
		assert.Equal(t, data.BillPending, stored.State)
		assert.False(t, stored.Unsettled)
		b.saved(t, stored, func(bill *data.Bill) { bill.Unsettled = true }) // as if the answer had been lost
		snoozed(t, run(t, w, FollowArgs{refOf(bill)}, 1))
		assert.False(t, b.bill(t, bill.PermissionID).Unsettled)
	}
	assert.Len(t, b.captures(), 2)
	require.NoError(t, region.ResolvePending(good.ChargeID))
	require.NoError(t, region.DeclinePending(bad.ChargeID, "SoftDeclined"))
	for _, bill := range []*data.Bill{good, bad} {
		require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1))
	}
	assert.Equal(t, data.BillPaid, b.bill(t, good.PermissionID).State)
	assert.Equal(t, data.BillRetry, b.bill(t, bad.PermissionID).State)
}

// A charge that is not as the bill has it is neither captured nor counted as paid or declined.
func TestForeignCharge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := &followWorker{e: b.Engine}
	other := b.planned(t, "")
	foreign := b.charge(t, other, "9.99", false)
	for name, chargeID := range map[string]string{
		"of another permission":   foreign.ChargeID,
		"of less, and authorized": b.pending(t, "", "9.98").ChargeID,
		"of more, and pending":    b.pending(t, "0701", "10.00").ChargeID,
		"of less, and captured":   b.charge(t, b.planned(t, ""), "9.98", true).ChargeID,
	} {
		bill := b.planned(t, "")
		if charge, err := b.DB.BillOfCharge(t.Context(), chargeID); err == nil {
			bill = charge
		}
		bill = b.saved(t, bill, func(bill *data.Bill) { bill.State, bill.ChargeID = data.BillPending, chargeID })
		require.NoError(t, run(t, w, FollowArgs{refOf(bill)}, 1), name)
		assert.Equal(t, data.BillCheck, b.bill(t, bill.PermissionID).State, name)
	}
	assert.Empty(t, b.captures())
}

// A charge is read every hour, and every day if Amazon takes longer than it says.
func TestHowOftenItIsRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := &followWorker{e: b.Engine}
	bill := b.pending(t, "0701", "9.99")
	b.Calendar.Length = 24 * time.Hour
	assert.Equal(t, time.Hour, snoozed(t, run(t, w, FollowArgs{refOf(bill)}, 1)))
	b.Calendar.Length = time.Microsecond
	assert.Equal(t, time.Microsecond, snoozed(t, run(t, w, FollowArgs{refOf(bill)}, 1)))
	assert.Equal(t, bill.Version, b.bill(t, bill.PermissionID).Version, "a look changes nothing")
}
