package billing

import (
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
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// notify works on a notification to a merchant.
func (b *bench) notify(t *testing.T, merchantID, objectType, objectID string) error {
	t.Helper()
	return run(t, &notifiedWorker{e: b.Engine}, NotifiedArgs{NotificationID: objectID, MerchantID: merchantID, ObjectType: objectType, ObjectID: objectID}, 1)
}

// notified does so for the first merchant, as often as the rate limit has it come back, and
// requires that it ends well.
func (b *bench) notified(t *testing.T, objectType, objectID string) {
	t.Helper()
	for {
		err := b.notify(t, b.merchant(0), objectType, objectID)
		snooze, ok := errors.AsType[*river.JobSnoozeError](err)
		if !ok {
			require.NoError(t, err)
			return
		}
		<-time.After(snooze.Duration)
	}
}

// rows returns the first column of a query's rows.
func (b *bench) rows(t *testing.T, query string, args ...any) (found []string) {
	t.Helper()
	require.NoError(t, b.DB.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
		rows, err := tx.QueryContext(t.Context(), query, args...)
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		for rows.Next() {
			var text string
			require.NoError(t, rows.Scan(&text))
			found = append(found, text)
		}
		return rows.Err()
	}))
	return found
}

// notices returns what persons are to see.
func (b *bench) notices(t *testing.T) []string {
	t.Helper()
	return b.rows(t, `SELECT kind || ' ' || transaction_id || ' ' || permission_id || ' ' || ours || ' ' || theirs || ' ' || currency || ' ' || note FROM differences ORDER BY found_at`)
}

// A notification settles a pending charge at once; the same one again changes nothing.
func TestNotifiedOfAPendingCharge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good, bad, open := b.pending(t, "0701", "9.99"), b.pending(t, "4354", "9.99"), b.pending(t, "0701", "9.99")
	b.notified(t, "CHARGE", open.ChargeID) // too early: nothing is decided
	assert.Equal(t, open, b.bill(t, open.PermissionID))
	require.NoError(t, b.world.Regions[0].Advance(31*time.Second))
	for bill, state := range map[*data.Bill]data.BillState{good: data.BillPaid, bad: data.BillRepair} {
		b.notified(t, "CHARGE", bill.ChargeID)
		settled := b.bill(t, bill.PermissionID)
		assert.Equal(t, state, settled.State)
		b.notified(t, "CHARGE", bill.ChargeID)
		require.NoError(t, run(t, &followWorker{e: b.Engine}, FollowArgs{refOf(bill)}, 1))
		assert.Equal(t, settled, b.bill(t, bill.PermissionID))
	}
	// Another merchant is told of it, or somebody else's notification names it.
	require.Error(t, b.notify(t, b.merchant(1), "CHARGE", open.ChargeID))
	require.Error(t, b.notify(t, b.merchant(0), "CHARGE", open.PermissionID))
	require.Error(t, b.notify(t, b.merchant(0), "REFUND", open.ChargeID))
	shop, err := b.Provider.Shop(t.Context(), b.merchant(0))
	require.NoError(t, err)
	stranger, err := b.Provider.Shop(t.Context(), b.merchant(1))
	require.NoError(t, err)
	charge, err := shop.GetCharge(t.Context(), open.ChargeID)
	require.NoError(t, err)
	require.Equal(t, amazonpay.StateCaptured, charge.StatusDetails.State)
	require.NoError(t, (&notifiedWorker{e: b.Engine}).charge(t.Context(), stranger, charge))
	assert.Equal(t, open, b.bill(t, open.PermissionID))
	assert.Empty(t, b.notices(t))
}

// A charge that is left authorized is captured by the job that follows it, now.
func TestNotifiedOfAnAuthorizedCharge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.pending(t, "", "9.99")
	_, err := b.River.Insert(t.Context(), FollowArgs{refOf(bill)}, at(time.Now().Add(time.Hour)))
	require.NoError(t, err)
	for range 2 {
		b.notified(t, "CHARGE", bill.ChargeID)
		jobs := b.jobs(t, FollowArgs{}.Kind())
		require.Len(t, jobs, 1)
		assert.Equal(t, rivertype.JobStateAvailable, jobs[0].State)
	}
	assert.Empty(t, b.captures())
}

// The bill of a charge whose id was lost is the one that the charge names.
func TestNotifiedOfAChargeWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	for _, card := range []string{"", "0701"} {
		bill := b.planned(t, card)
		require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))
		require.Error(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
		lost := b.bill(t, bill.PermissionID)
		require.Equal(t, data.BillPlanned, lost.State)
		require.True(t, lost.Unsettled)
		if card == "" { // it may have been given up to a person meanwhile
			lost = b.saved(t, lost, func(bill *data.Bill) { bill.State, bill.Recharge, bill.RepairToken = data.BillCheck, true, "link" })
		}
		charges := region.Charges()
		b.notified(t, "CHARGE", charges[len(charges)-1].ID)
		settled := b.bill(t, bill.PermissionID)
		if card == "" {
			assert.Equal(t, data.BillPaid, settled.State)
			assert.False(t, settled.Recharge)
			assert.Empty(t, settled.RepairToken, "the link has done its work")
		} else {
			assert.Equal(t, lost, settled, "it is not decided")
		}
		require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 2))
		settled = b.bill(t, bill.PermissionID)
		assert.False(t, settled.Unsettled)
		assert.Equal(t, charges[len(charges)-1].ID, settled.ChargeID)
		assert.Equal(t, map[string]data.BillState{"": data.BillPaid, "0701": data.BillPending}[card], settled.State)
		assert.Len(t, region.Charges(), len(charges), "it is not charged again")
	}
	assert.Len(t, b.jobs(t, FollowArgs{}.Kind()), 1, "of the pending one")
}

// A late notification of an attempt that was declined says nothing of the attempt after it.
func TestNotifiedOfAnEarlierAttempt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	bill := b.pending(t, "4354", "9.99")
	first := bill.ChargeID
	require.NoError(t, region.Advance(31*time.Second))
	b.notified(t, "CHARGE", first)
	for _, state := range []data.BillState{data.BillRepair, data.BillPlanned, data.BillCheck} {
		bill = b.saved(t, b.bill(t, bill.PermissionID), func(bill *data.Bill) { bill.State, bill.Unsettled = state, state != data.BillRepair })
		b.notified(t, "CHARGE", first)
		assert.Equal(t, bill, b.bill(t, bill.PermissionID), state)
	}
}

// A charge that was read before it was declined, and is looked at after that, is not taken for that
// of the next attempt, whose call may have charged.
func TestNotifiedOfAChargeReadTooEarly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.pending(t, "", "9.99")
	shop, err := b.Provider.Shop(t.Context(), bill.MerchantID)
	require.NoError(t, err)
	stale, err := shop.GetCharge(t.Context(), bill.ChargeID)
	require.NoError(t, err)
	require.Equal(t, amazonpay.StateAuthorized, stale.StatusDetails.State)
	next := b.saved(t, bill, func(bill *data.Bill) {
		bill.State, bill.ChargeID, bill.Unsettled = data.BillPlanned, "", true
		bill.Attempt++
	})
	require.NoError(t, (&notifiedWorker{e: b.Engine}).charge(t.Context(), shop, stale))
	assert.Equal(t, next, b.bill(t, bill.PermissionID))
}

// A charge that names a bill pays it only if it is the merchant's, of the same permission and for
// the same amount; money that pays nothing is shown to a person.
func TestNotifiedOfAChargeThatPaysNoBill(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.planned(t, "")
	less := b.charge(t, bill, "9.98", true)
	b.notified(t, "CHARGE", less.ChargeID)
	b.notified(t, "CHARGE", less.ChargeID)
	assert.Equal(t, bill, b.bill(t, bill.PermissionID), "another amount")
	assert.Equal(t, []string{"capture_unknown " + less.ChargeID + " " + bill.PermissionID + " 999 998 USD A charge that names the bill has another amount."}, b.notices(t))

	held := b.charge(t, bill, "9.97", false)
	b.notified(t, "CHARGE", held.ChargeID)
	assert.Equal(t, bill, b.bill(t, bill.PermissionID), "another amount, and not captured")
	require.Error(t, b.notify(t, b.merchant(1), "CHARGE", less.ChargeID))

	// A bill of the permission that another one's charge names is not paid by that.
	other := b.planned(t, "")
	shop, err := b.Provider.Shop(t.Context(), bill.MerchantID)
	require.NoError(t, err)
	charge := b.charge(t, other, "9.99", true)
	charge.MerchantMetadata.MerchantReferenceID = bill.Reference()
	require.NoError(t, (&notifiedWorker{e: b.Engine}).unknownCharge(t.Context(), shop, charge))
	assert.Equal(t, bill, b.bill(t, bill.PermissionID), "another permission")
	stranger, err := b.Provider.Shop(t.Context(), b.merchant(1))
	require.NoError(t, err)
	charge = b.charge(t, bill, "9.99", true)
	require.NoError(t, (&notifiedWorker{e: b.Engine}).unknownCharge(t.Context(), stranger, charge))
	require.NoError(t, (&notifiedWorker{e: b.Engine}).charge(t.Context(), stranger, charge))
	assert.Equal(t, bill, b.bill(t, bill.PermissionID), "another merchant")

	b.notified(t, "CHARGE", charge.ChargeID)
	paid := b.bill(t, bill.PermissionID)
	assert.Equal(t, data.BillPaid, paid.State, "nothing was expected, but it is paid: it must not be charged")
	require.Len(t, b.notices(t), 1)
	again := b.charge(t, bill, "9.99", true)
	b.notified(t, "CHARGE", again.ChargeID)
	assert.Equal(t, paid, b.bill(t, bill.PermissionID))
	assert.Len(t, b.notices(t), 2, "a second one")
}

// What is unknown is looked for a few times, and then left.
func TestNotifiedOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := &notifiedWorker{e: b.Engine}
	args := NotifiedArgs{MerchantID: b.merchant(0), ObjectType: "CHARGE", ObjectID: "P01-0000000-0000000-C000000"}
	for _, objectType := range []string{"CHARGE", "CHARGE_PERMISSION", "REFUND", "CHARGEBACK"} {
		args.ObjectType = objectType
		err := run(t, w, args, 1)
		assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%s: %v", objectType, err)
		assert.NotErrorAs(t, err, new(*rivertype.JobCancelError), objectType)
		require.ErrorAs(t, run(t, w, args, unknownAfter), new(*rivertype.JobCancelError), objectType)
	}
	args.ObjectID = "../charges"
	require.ErrorAs(t, run(t, w, args, unknownAfter), new(*rivertype.JobCancelError))
	args.ObjectID, args.ObjectType = "P01", "PAYOUT"
	require.NoError(t, run(t, w, args, 1))
	args.MerchantID = "nobody"
	require.ErrorAs(t, run(t, w, args, 1), new(*rivertype.JobCancelError))

	// A service that does not answer is asked as long as it takes.
	require.NoError(t, b.world.Regions[0].FailNext(1, emulator.Fault{Operation: "GetCharge", Status: 503}))
	args.MerchantID, args.ObjectType = b.merchant(0), "CHARGE"
	err := run(t, w, args, 50)
	require.Error(t, err)
	assert.NotErrorAs(t, err, new(*rivertype.JobCancelError))
	require.NoError(t, b.world.Regions[0].FailNext(1, emulator.Fault{Operation: "GetCharge", Status: 429, RetryAfter: "60"}))
	require.Error(t, run(t, w, args, 1))
	snoozed(t, run(t, w, args, 1)) // the rate limit knows
}

// A repaired permission has the bill charged that waits for it, and no other.
func TestNotifiedOfARepair(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	until := time.Now().Add(time.Hour)
	var bills []*data.Bill
	for _, state := range []data.BillState{data.BillRepair, data.BillRetry, data.BillPlanned, data.BillPending, data.BillCheck, data.BillPaid} {
		bills = append(bills, b.saved(t, b.planned(t, ""), func(bill *data.Bill) { bill.State, bill.NextAt = state, until }))
	}
	unsettled := b.saved(t, b.planned(t, ""), func(bill *data.Bill) { bill.State, bill.Unsettled, bill.NextAt = data.BillRepair, true, until })
	repair := bills[0]

	require.NoError(t, region.SuspendPermission(repair.PermissionID, "PaymentMethodInvalid"))
	b.notified(t, "CHARGE_PERMISSION", repair.PermissionID)
	require.Equal(t, repair, b.bill(t, repair.PermissionID), "it is not chargeable yet")
	require.NoError(t, region.Buyer().ChangePaymentMethod(repair.PermissionID, "1111"))
	require.Error(t, b.notify(t, b.merchant(1), "CHARGE_PERMISSION", repair.PermissionID))
	b.Calendar.Length = 24 * time.Hour
	b.notified(t, "CHARGE_PERMISSION", repair.PermissionID)
	require.Equal(t, repair, b.bill(t, repair.PermissionID), "the decline is too near")
	b.Calendar.Length = time.Millisecond

	for range 2 {
		for _, bill := range append(bills, unsettled) {
			b.notified(t, "CHARGE_PERMISSION", bill.PermissionID)
		}
	}
	woken := b.bill(t, repair.PermissionID)
	assert.Equal(t, data.BillRepair, woken.State)
	assert.True(t, woken.Recharge)
	assert.False(t, woken.NextAt.After(time.Now()))
	require.NoError(t, run(t, &dunWorker{e: b.Engine}, dunOf(woken), 1))
	assert.Equal(t, data.BillPlanned, b.bill(t, repair.PermissionID).State)
	for _, bill := range append(bills[1:], unsettled) {
		assert.Equal(t, bill, b.bill(t, bill.PermissionID), bill.State)
	}
}

// A closed permission ends the subscription, and gives up what has certainly not been charged.
func TestNotifiedOfAClosure(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	shop, err := b.Provider.Shop(t.Context(), b.merchant(0))
	require.NoError(t, err)
	stranger, err := b.Provider.Shop(t.Context(), b.merchant(1))
	require.NoError(t, err)
	for state, settled := range map[data.BillState]data.BillState{
		data.BillPlanned: data.BillUnpaid,
		data.BillRetry:   data.BillUnpaid,
		data.BillRepair:  data.BillUnpaid,
		data.BillPending: data.BillPending,
		data.BillCheck:   data.BillCheck,
		data.BillPaid:    data.BillPaid,
	} {
		for _, unsettled := range []bool{false, true} {
			bill := b.saved(t, b.planned(t, ""), func(bill *data.Bill) { bill.State, bill.Unsettled = state, unsettled })
			then := settled
			if unsettled {
				then = state
			}
			b.notified(t, "CHARGE_PERMISSION", bill.PermissionID) // before it is closed
			bill = b.bill(t, bill.PermissionID)
			require.NoError(t, region.ClosePermission(bill.PermissionID, "BuyerClosed"))
			require.Error(t, b.notify(t, b.merchant(1), "CHARGE_PERMISSION", bill.PermissionID))
			permission, err := shop.GetChargePermission(t.Context(), bill.PermissionID)
			require.NoError(t, err)
			require.NoError(t, (&notifiedWorker{e: b.Engine}).permission(t.Context(), stranger, permission))
			assert.Equal(t, bill, b.bill(t, bill.PermissionID), "of another merchant")
			for range 2 {
				b.notified(t, "CHARGE_PERMISSION", bill.PermissionID)
			}
			closed := b.bill(t, bill.PermissionID)
			assert.Equal(t, then, closed.State, "%s %v", state, unsettled)
			assert.Equal(t, unsettled, closed.Unsettled)
			subscription, err := b.DB.Subscription(t.Context(), bill.PermissionID)
			require.NoError(t, err)
			assert.Equal(t, data.SubscriptionClosed, subscription.State)
			messages := b.rows(t, `SELECT kind FROM messages WHERE permission_id = $1`, bill.PermissionID)
			if then == data.BillUnpaid {
				assert.Equal(t, amazonpay.ReasonCodeBuyerClosed, closed.Reason)
				assert.Equal(t, []string{"closed"}, messages)
				require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1), "a job that comes late does nothing")
			} else {
				assert.Empty(t, messages)
			}
		}
	}
	assert.Empty(t, region.Charges())
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
		next, err := q.PlanBills(t.Context(), b.merchant(0), b.now+40, 10)
		assert.Empty(t, next)
		return err
	}))
}

// A refund's own job reads it, now; one that is not ours changes nothing.
func TestNotifiedOfARefund(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	region := b.world.Regions[0]
	bill := b.planned(t, "")
	require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
	bill = b.bill(t, bill.PermissionID)
	require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, 400, "first"))
	snoozed(t, run(t, &refundWorker{e: b.Engine}, RefundArgs{ID: "first", MerchantID: bill.MerchantID}, 1))
	refund, err := b.DB.Refund(t.Context(), "first")
	require.NoError(t, err)
	require.Equal(t, data.RefundPending, refund.State)
	require.NoError(t, b.DB.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `DELETE FROM river_job`) // as if it were lost
		return err
	}))
	require.Error(t, b.notify(t, b.merchant(1), "REFUND", refund.RefundID))
	shop, err := b.Provider.Shop(t.Context(), bill.MerchantID)
	require.NoError(t, err)
	own, err := shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: bill.ChargeID, RefundAmount: amazonpay.USD.Price("1.00")})
	require.NoError(t, err)
	b.notified(t, "REFUND", own.RefundID)
	assert.Empty(t, b.jobs(t, RefundArgs{}.Kind()))
	require.NoError(t, region.Advance(31*time.Second))
	for range 2 {
		b.notified(t, "REFUND", refund.RefundID)
	}
	require.Len(t, b.jobs(t, RefundArgs{}.Kind()), 1)
	require.NoError(t, run(t, &refundWorker{e: b.Engine}, RefundArgs{ID: "first", MerchantID: bill.MerchantID}, 1))
	assert.Equal(t, int64(400), b.bill(t, bill.PermissionID).Refunded)
}

// A refund whose answer was lost, and of which the service then says nothing more, is known by its
// charge and amount once it is made. What is not certain settles nothing.
func TestNotifiedOfARefundWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	bill := b.paid(t, region, b.merchant(0), 999, 1)[0]
	lost := func(id string, amount int64) string {
		require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, amount, id))
		before := len(region.Refunds())
		require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CreateRefund", Kind: emulator.FaultKindLoseAnswer}))
		_, err := b.step(t, id)
		require.Error(t, err)
		require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CreateRefund", Status: 422, ReasonCode: "InvalidChargeStatus"}))
		r, err := b.step(t, id)
		require.NoError(t, err)
		require.Equal(t, data.RefundCheck, r.State)
		require.Len(t, region.Refunds(), before+1)
		return region.Refunds()[before].ID
	}
	is := func(id string, want data.RefundState) *data.Refund {
		r, err := b.DB.Refund(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, want, r.State, id)
		return r
	}
	made := lost("one", 500)
	b.notified(t, "REFUND", made)
	is("one", data.RefundCheck) // it is pending, and may be another
	require.NoError(t, region.ResolvePending(made))
	for range 2 {
		b.notified(t, "REFUND", made)
		r := is("one", data.RefundRefunded)
		assert.Equal(t, made, r.RefundID)
		assert.False(t, r.Unsettled)
		assert.EqualValues(t, 500, b.read(t, bill).Refunded)
	}

	// Of two with the same amount nobody knows which it is.
	twins := []string{lost("two", 100), lost("three", 100)}
	declined := lost("four", 200)
	for _, id := range twins {
		require.NoError(t, region.ResolvePending(id))
		b.notified(t, "REFUND", id)
	}
	require.NoError(t, region.DeclinePending(declined, "ProcessingFailure"))
	b.notified(t, "REFUND", declined)
	for _, id := range []string{"two", "three", "four"} {
		is(id, data.RefundCheck)
	}
	assert.EqualValues(t, 500, b.read(t, bill).Refunded)
}

// A dispute is shown to a person, with its present state.
func TestNotifiedOfADispute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.planned(t, "")
	require.NoError(t, run(t, &chargeWorker{e: b.Engine}, ChargeArgs{refOf(bill)}, 1))
	paid := b.bill(t, bill.PermissionID)
	require.Equal(t, data.BillPaid, paid.State)
	id, err := b.world.Regions[0].Buyer().Dispute(paid.ChargeID)
	require.NoError(t, err)
	require.Error(t, b.notify(t, b.merchant(1), "CHARGEBACK", id))
	require.Empty(t, b.notices(t))
	for range 2 {
		b.notified(t, "CHARGEBACK", id)
	}
	require.Len(t, b.notices(t), 1)
	assert.Contains(t, b.notices(t)[0], "dispute "+id+" "+bill.PermissionID+" 999 999 USD ActionRequired (ChargebackFiled)")
	require.NoError(t, b.world.Regions[0].Advance(12*24*time.Hour))
	b.notified(t, "CHARGEBACK", id)
	require.Len(t, b.notices(t), 1)
	assert.NotContains(t, b.notices(t)[0], "ActionRequired")
	assert.Equal(t, paid, b.bill(t, bill.PermissionID))
}

// A job is added, or need not wait any longer; while it runs, whoever wants it comes back.
func TestWake(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	args := RefundArgs{ID: "1", MerchantID: b.merchant(0)}
	wake := func() error {
		return b.DB.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error { return b.wake(t.Context(), tx, args) })
	}
	for range 2 {
		require.NoError(t, wake())
		require.Len(t, b.jobs(t, args.Kind()), 1)
	}
	for state, then := range map[rivertype.JobState]rivertype.JobState{
		rivertype.JobStateScheduled: rivertype.JobStateAvailable,
		rivertype.JobStateRetryable: rivertype.JobStateAvailable,
		rivertype.JobStateRunning:   rivertype.JobStateRunning,
	} {
		require.NoError(t, b.DB.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE river_job SET state = '`+string(state)+`', scheduled_at = '2099-01-01'`)
			return err
		}))
		if err := wake(); state == rivertype.JobStateRunning {
			snoozed(t, err)
		} else {
			require.NoError(t, err)
		}
		jobs := b.jobs(t, args.Kind())
		require.Len(t, jobs, 1)
		assert.Equal(t, then, jobs[0].State)
		assert.Equal(t, then == rivertype.JobStateAvailable, jobs[0].ScheduledAt.Before(time.Now().Add(time.Minute)))
	}
}
