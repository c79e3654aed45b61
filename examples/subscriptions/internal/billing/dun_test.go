package billing

import (
	"context"
	"database/sql"
	"net/http"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// plan makes n bills of new subscriptions, and no jobs.
func (b *bench) plan(t *testing.T, n int) []*data.Bill {
	t.Helper()
	region := b.world.Regions[0]
	merchant := region.Merchants[0].MerchantID
	_, err := region.Subscribe(t.Context(), b.DB.Queries, merchant, world.Plan{Amount: 999, NextDue: b.now - 1}, n)
	require.NoError(t, err)
	var bills []*data.Bill
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) (err error) {
		bills, err = q.PlanBills(t.Context(), merchant, b.now, n)
		return err
	}))
	require.Len(t, bills, n)
	return bills
}

// read reads a bill as it is now.
func (b *bench) read(t *testing.T, bill *data.Bill) *data.Bill {
	t.Helper()
	read, err := b.DB.Bill(context.WithoutCancel(t.Context()), bill.PermissionID, bill.Period)
	require.NoError(t, err)
	return read
}

func (b *bench) subscription(t *testing.T, bill *data.Bill) data.SubscriptionState {
	t.Helper()
	s, err := b.DB.Subscription(t.Context(), bill.PermissionID)
	require.NoError(t, err)
	return s.State
}

// messages returns how many messages about a bill there are.
func (b *bench) messages(t *testing.T, bill *data.Bill, kind data.MessageKind) int {
	t.Helper()
	all, err := b.DB.OutgoingAfter(t.Context(), 0, 1000)
	require.NoError(t, err)
	n := 0
	for _, m := range all {
		if m.PermissionID == bill.PermissionID && m.Period == bill.Period && m.Kind == kind {
			n++
		}
	}
	return n
}

// keys returns the idempotency keys of the charges that reached the emulator, and how often each
// did.
func (b *bench) keys() map[string]int {
	keys := make(map[string]int)
	for _, r := range b.world.Regions[0].Requests() {
		if r.Operation == "CreateCharge" {
			keys[r.IdempotencyKey]++
		}
	}
	return keys
}

func (b *bench) reads() (n int) {
	for _, r := range b.world.Regions[0].Requests() {
		if r.Operation == "GetChargePermission" {
			n++
		}
	}
	return n
}

func declines(code amazonpay.ReasonCode) emulator.Fault {
	return emulator.Fault{Operation: "CreateCharge", Status: http.StatusUnprocessableEntity, ReasonCode: string(code)}
}

// The policy: what each reason code leads to, and when.
func TestDeclined(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	const (
		soft   = "soft"
		repair = "repair"
		month  = "month"
		read   = "read"
		check  = "check"
	)
	policy := map[string][]amazonpay.ReasonCode{
		soft: {amazonpay.ReasonCodeSoftDeclined, amazonpay.ReasonCodeProcessingFailure, amazonpay.ReasonCodeTransactionTimedOut},
		repair: {
			amazonpay.ReasonCodeHardDeclined, amazonpay.ReasonCodeAmazonRejected, amazonpay.ReasonCodeDeclined, amazonpay.ReasonCodePaymentMethodNotAllowed,
			amazonpay.ReasonCodeMFANotCompleted, amazonpay.ReasonCodeMFAFailed, amazonpay.ReasonCodeBillingAddressDeleted, amazonpay.ReasonCodePaymentMethodDeleted,
			amazonpay.ReasonCodePaymentMethodExpired, amazonpay.ReasonCodePaymentMethodInvalid, amazonpay.ReasonCodePaymentMethodNotSet,
		},
		month: {amazonpay.ReasonCodePeriodicAmountExceeded},
		read: {
			amazonpay.ReasonCodeInvalidChargePermissionStatus, amazonpay.ReasonCodeInvalidChargeStatus, amazonpay.ReasonCodeChargePermissionCanceled,
			amazonpay.ReasonCodeAmazonCanceled, amazonpay.ReasonCodeBuyerCanceled, amazonpay.ReasonCodeMerchantCanceled, amazonpay.ReasonCodeExpired,
			amazonpay.ReasonCodeExpiredUnused, amazonpay.ReasonCodeAmazonClosed, amazonpay.ReasonCodeBuyerClosed, amazonpay.ReasonCodeMerchantClosed,
		},
		check: {
			"", "SomethingNew", amazonpay.ReasonCodeDuplicateIdempotencyKey, amazonpay.ReasonCodeInvalidRequest, amazonpay.ReasonCodeInvalidParameterValue,
			amazonpay.ReasonCodeCurrencyMismatch, amazonpay.ReasonCodeTransactionAmountExceeded, amazonpay.ReasonCodeTransactionCountExceeded, amazonpay.ReasonCodeResourceNotFound,
			amazonpay.ReasonCodeAmountNotSet, amazonpay.ReasonCodeUnauthorizedAccess, amazonpay.ReasonCodeServiceUnavailable, amazonpay.ReasonCodeTooManyRequests,
		},
	}
	decline := func(t *testing.T, bill *data.Bill, code amazonpay.ReasonCode) (read *data.Bill, wait time.Duration) {
		t.Helper()
		before, err := b.DB.Now(t.Context())
		require.NoError(t, err)
		require.NoError(t, b.declined(t.Context(), bill, amazonpay.AdviseReason(code)))
		read = b.read(t, bill)
		wait = read.NextAt.Sub(before).Round(time.Hour)
		assert.Equal(t, code, read.Reason)
		return read, wait
	}
	const day = 24 * time.Hour
	for kind, codes := range policy {
		for i, bill := range b.plan(t, len(codes)) {
			bill, code := b.read(t, bill), codes[i]
			bill.ChargeID = "P01-0000000-0000000-C" + bill.PermissionID[len(bill.PermissionID)-6:]
			id := bill.ChargeID
			got, wait := decline(t, bill, code)
			assert.Equal(t, 1, got.Declines, code)
			if kind == check {
				assert.Equal(t, data.BillCheck, got.State, code)
				assert.Equal(t, 0, got.Attempt, "%s: a new key only when there will be another attempt", code)
				assert.Equal(t, id, got.ChargeID, code)
				continue
			}
			assert.Equal(t, 1, got.Attempt, code)
			assert.Empty(t, got.ChargeID, code)
			switch kind {
			case soft:
				for _, days := range []int{1, 2, 4} {
					assert.Equal(t, data.BillRetry, got.State, code)
					assert.Equal(t, time.Duration(days)*day, wait, code)
					got, wait = decline(t, got, code)
				}
				assert.Equal(t, data.BillRepair, got.State, code)
				assert.Equal(t, 4, got.Attempt, code)
			case repair:
				assert.Equal(t, data.BillRepair, got.State, code)
				assert.Zero(t, wait, "%s: read at once", code)
				assert.Equal(t, b.Calendar.Date(time.Now())+14, got.Deadline, code)
				assert.NotEmpty(t, got.RepairToken, code)
				assert.False(t, got.Recharge, code)
				assert.Equal(t, data.SubscriptionPastDue, b.subscription(t, bill), code)
				assert.Equal(t, 1, b.messages(t, bill, data.MessageRepair), code)
			case month:
				for range 3 {
					assert.Equal(t, data.BillRetry, got.State, code)
					first := b.Calendar.Date(time.Now()).NextMonth(1).Time()
					assert.Equal(t, first.Add(12*time.Hour), got.NextAt, code)
					got, _ = decline(t, got, code)
				}
				assert.Equal(t, data.BillCheck, got.State, code)
			case read:
				assert.Equal(t, data.BillRetry, got.State, code)
				assert.Zero(t, wait, code)
				for range mostDeclines - 1 { // it goes on, though the charge permission is Chargeable
					got, wait = decline(t, got, code)
					assert.Equal(t, data.BillRetry, got.State, code)
					assert.Equal(t, day, wait, code)
				}
				got, _ = decline(t, got, code)
				assert.Equal(t, data.BillCheck, got.State, code)
			}
		}
	}

	t.Run("the deadline stays", func(t *testing.T) {
		t.Parallel()
		bill := b.read(t, b.plan(t, 1)[0])
		bill.Deadline = b.now + 3
		got, _ := decline(t, bill, amazonpay.ReasonCodeHardDeclined)
		assert.Equal(t, b.now+3, got.Deadline)
	})
	t.Run("nothing is unsettled", func(t *testing.T) {
		t.Parallel()
		bill := b.read(t, b.plan(t, 1)[0])
		bill.Unsettled = true
		got, _ := decline(t, bill, amazonpay.ReasonCodeSoftDeclined)
		assert.Equal(t, data.BillCheck, got.State)
		assert.Equal(t, 0, got.Attempt)
		assert.True(t, got.Unsettled)
	})
	t.Run("the last day has one attempt", func(t *testing.T) {
		t.Parallel()
		bill := b.read(t, b.plan(t, 1)[0])
		bill.Deadline = b.Calendar.Date(time.Now())
		_, wait := decline(t, bill, amazonpay.ReasonCodeHardDeclined)
		assert.Equal(t, day, wait)
	})
}

// What the state of the charge permission means for a bill.
func TestDunStep(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	now := time.Now()
	today := b.Calendar.Date(now)
	status := func(state amazonpay.State, reasons ...amazonpay.ReasonCode) webstore.ChargePermissionStatus {
		s := webstore.ChargePermissionStatus{State: state}
		for _, r := range reasons {
			s.Reasons = append(s.Reasons, webstore.Reason{ReasonCode: r})
		}
		return s
	}
	chargeable := status(amazonpay.StateChargeable)
	expired := status(amazonpay.StateNonChargeable, amazonpay.ReasonCodePaymentMethodExpired)
	inProgress := status(amazonpay.StateNonChargeable, amazonpay.ReasonCodeChargeInProgress)
	closed := status(amazonpay.StateClosed, amazonpay.ReasonCodeBuyerClosed)
	for _, test := range []struct {
		name       string
		bill       data.Bill
		permission webstore.ChargePermissionStatus
		want       data.BillState
		reason     amazonpay.ReasonCode
		wait       time.Duration
		recharge   bool
	}{
		{"retry: charged again", data.Bill{State: data.BillRetry}, chargeable, data.BillPlanned, "HardDeclined", 0, false},
		{"retry: in progress", data.Bill{State: data.BillRetry}, inProgress, data.BillRetry, "HardDeclined", time.Hour, false},
		{"retry: not chargeable", data.Bill{State: data.BillRetry}, expired, data.BillRepair, "PaymentMethodExpired", 24 * time.Hour, true},
		{"retry: closed", data.Bill{State: data.BillRetry}, closed, data.BillUnpaid, "BuyerClosed", 0, false},
		{"stopped: no new charge", data.Bill{State: data.BillRetry, Reason: "MerchantCanceled"}, chargeable, data.BillCheck, "MerchantCanceled", 0, false},
		{"stopped: not chargeable", data.Bill{State: data.BillRetry, Reason: "BuyerCanceled"}, expired, data.BillCheck, "BuyerCanceled", 0, false},
		{"stopped: closed", data.Bill{State: data.BillRetry, Reason: "AmazonCanceled"}, closed, data.BillUnpaid, "BuyerClosed", 0, false},
		{"repair: no sign", data.Bill{State: data.BillRepair, Deadline: today + 1}, chargeable, data.BillRepair, "HardDeclined", 24 * time.Hour, false},
		{"repair: a sign", data.Bill{State: data.BillRepair, Deadline: today + 1, Recharge: true}, chargeable, data.BillPlanned, "HardDeclined", 0, false},
		{"repair: a sign, and late", data.Bill{State: data.BillRepair, Deadline: today - 1, Recharge: true}, chargeable, data.BillPlanned, "HardDeclined", 0, false},
		{"repair: last day", data.Bill{State: data.BillRepair, Deadline: today}, chargeable, data.BillPlanned, "HardDeclined", 0, false},
		{"repair: last day, often declined", data.Bill{State: data.BillRepair, Deadline: today, Declines: mostDeclines}, chargeable, data.BillRepair, "HardDeclined", 24 * time.Hour, false},
		{"repair: not chargeable", data.Bill{State: data.BillRepair, Deadline: today}, expired, data.BillRepair, "PaymentMethodExpired", 24 * time.Hour, true},
		{"repair: in progress, and late", data.Bill{State: data.BillRepair, Deadline: today - 1}, inProgress, data.BillRepair, "HardDeclined", time.Hour, false},
		{"repair: late", data.Bill{State: data.BillRepair, Deadline: today - 1}, expired, data.BillUnpaid, "HardDeclined", 0, false},
		{"repair: late and no sign", data.Bill{State: data.BillRepair, Deadline: today - 1}, chargeable, data.BillUnpaid, "HardDeclined", 0, false},
		{"repair: closed", data.Bill{State: data.BillRepair, Deadline: today}, closed, data.BillUnpaid, "BuyerClosed", 0, false},
		{"repair: closed by us", data.Bill{State: data.BillRepair, Deadline: today - 1}, status(amazonpay.StateClosed, "MerchantClosed"), data.BillUnpaid, "HardDeclined", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bill := b.read(t, b.plan(t, 1)[0])
			bill.State, bill.Deadline, bill.Recharge, bill.Declines, bill.NextAt = test.bill.State, test.bill.Deadline, test.bill.Recharge, test.bill.Declines, now
			bill.Reason = "HardDeclined"
			if test.bill.Reason != "" {
				bill.Reason = test.bill.Reason
			}
			if bill.State == data.BillRepair {
				bill.RepairToken = newToken()
			}
			require.NoError(t, b.DB.SaveBill(t.Context(), bill))
			bill = b.read(t, bill)
			shop, err := b.Provider.Shop(t.Context(), bill.MerchantID)
			require.NoError(t, err)
			require.NoError(t, (&dunWorker{e: b.Engine}).step(t.Context(), shop.Client, bill, test.permission, now))
			got := b.read(t, bill)
			assert.Equal(t, test.want, got.State)
			assert.Equal(t, test.reason, got.Reason)
			assert.Equal(t, test.recharge, got.Recharge)
			assert.Equal(t, test.want == data.BillRepair, got.RepairToken != "", "the link works in state repair only")
			assert.Equal(t, 0, got.Attempt)
			permission, err := shop.GetChargePermission(t.Context(), bill.PermissionID)
			require.NoError(t, err)
			open := amazonpay.StateChargeable
			switch test.want {
			case data.BillRetry, data.BillRepair:
				assert.Equal(t, test.wait, got.NextAt.Sub(now).Round(time.Minute))
			case data.BillUnpaid:
				assert.Equal(t, data.SubscriptionClosed, b.subscription(t, bill))
				assert.Equal(t, 1, b.messages(t, bill, data.MessageClosed))
				if test.permission.State != amazonpay.StateClosed {
					open = amazonpay.StateClosed // at Amazon too
				}
			default:
			}
			assert.Equal(t, open, permission.StatusDetails.State)
		})
	}
	t.Run("closed by somebody else meanwhile", func(t *testing.T) {
		t.Parallel()
		bill := b.read(t, b.plan(t, 1)[0])
		bill.State, bill.Deadline = data.BillRepair, today-1
		require.NoError(t, b.DB.SaveBill(t.Context(), bill))
		require.NoError(t, b.world.Regions[0].ClosePermission(bill.PermissionID, "BuyerClosed"))
		shop, err := b.Provider.Shop(t.Context(), bill.MerchantID)
		require.NoError(t, err)
		require.NoError(t, (&dunWorker{e: b.Engine}).step(t.Context(), shop.Client, bill, expired, now))
		assert.Equal(t, data.BillUnpaid, b.read(t, bill).State)
	})
	t.Run("an unknown state", func(t *testing.T) {
		t.Parallel()
		bill := b.read(t, b.plan(t, 1)[0])
		bill.State = data.BillRetry
		require.ErrorContains(t, (&dunWorker{e: b.Engine}).step(t.Context(), nil, bill, status("Paused"), now), "Paused")
	})
}

// next runs the job that a bill's state calls for, as if its time had come.
func (b *bench) next(t *testing.T, bill *data.Bill) *data.Bill {
	t.Helper()
	bill = b.read(t, bill)
	switch bill.State {
	case data.BillPlanned:
		require.NoError(t, (&chargeWorker{e: b.Engine}).Work(t.Context(), &river.Job[ChargeArgs]{Args: ChargeArgs{refOf(bill)}}))
	case data.BillRetry, data.BillRepair:
		bill.NextAt = time.Now().Add(-time.Second)
		require.NoError(t, b.DB.SaveBill(t.Context(), bill))
		require.NoError(t, (&dunWorker{e: b.Engine}).Work(t.Context(), &river.Job[DunArgs]{Args: dunOf(bill)}))
	default:
		require.Fail(t, "there is no next step", bill.State)
	}
	return b.read(t, bill)
}

// A hard decline: the buyer gets a link, changes the card, and is charged once more.
func TestDunRepaired(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	bill := b.plan(t, 1)[0]
	region := b.world.Regions[0]
	require.NoError(t, region.FailNext(1, declines(amazonpay.ReasonCodeHardDeclined)))
	declined := b.next(t, bill)
	require.Equal(t, data.BillRepair, declined.State)
	info, err := b.Repair(t.Context(), declined.RepairToken)
	require.NoError(t, err)
	assert.Equal(t, &RepairInfo{
		Merchant: "Merchant na 1", Price: amazonpay.Price{Amount: "9.99", CurrencyCode: amazonpay.USD}, Period: bill.Period, Deadline: declined.Deadline,
		Reason: "The payment was declined.", URL: "https://payments.amazon.com/jr/your-account/ba/" + bill.PermissionID,
	}, info)
	suspended := b.next(t, bill)
	assert.Equal(t, data.BillRepair, suspended.State)
	assert.Equal(t, amazonpay.ReasonCodePaymentMethodInvalid, suspended.Reason)
	assert.Equal(t, declined.RepairToken, suspended.RepairToken)
	require.NoError(t, region.Buyer().ChangePaymentMethod(bill.PermissionID, "1111"))
	require.Equal(t, data.BillPlanned, b.next(t, bill).State)
	require.Len(t, b.jobs(t, ChargeArgs{}.Kind()), 1)
	paid := b.next(t, bill)
	assert.Equal(t, data.BillPaid, paid.State)
	assert.Equal(t, 1, paid.Attempt)
	assert.Equal(t, 1, paid.Declines)
	assert.Empty(t, paid.Reason)
	assert.Equal(t, data.SubscriptionActive, b.subscription(t, bill))
	assert.Equal(t, 1, b.messages(t, bill, data.MessageRepair))
	_, err = b.Repair(t.Context(), declined.RepairToken)
	require.ErrorIs(t, err, data.ErrNone)
	require.Len(t, region.Charges(), 1)
	assert.Len(t, b.keys(), 2)
}

// Nobody repairs it: the charge permission is closed at Amazon, though the answer is lost.
func TestDunGivenUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	bill := b.plan(t, 1)[0]
	region := b.world.Regions[0]
	require.NoError(t, region.FailNext(1, declines(amazonpay.ReasonCodeHardDeclined)))
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "CloseChargePermission", Kind: emulator.FaultKindLoseAnswer}))
	b.next(t, bill)
	late := b.next(t, bill)
	require.Equal(t, data.BillRepair, late.State)
	late.Deadline = b.now - 2
	require.NoError(t, b.DB.SaveBill(t.Context(), late))
	unpaid := b.next(t, bill)
	assert.Equal(t, data.BillUnpaid, unpaid.State)
	assert.Equal(t, amazonpay.ReasonCodePaymentMethodInvalid, unpaid.Reason)
	assert.Empty(t, unpaid.RepairToken)
	assert.Equal(t, data.SubscriptionClosed, b.subscription(t, bill))
	assert.Equal(t, 1, b.messages(t, bill, data.MessageClosed))
	shop, err := b.Provider.Shop(t.Context(), bill.MerchantID)
	require.NoError(t, err)
	permission, err := shop.GetChargePermission(t.Context(), bill.PermissionID)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateClosed, permission.StatusDetails.State)
	assert.Len(t, b.keys(), 1, "one attempt: what is not repaired is not charged")
	assert.Empty(t, region.Charges())
}

// Soft declines: four attempts, each with its own key. Then the permission is still Chargeable, and
// only the buyer's word leads to another one.
func TestDunSoft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	bill := b.plan(t, 1)[0]
	region := b.world.Regions[0]
	require.NoError(t, region.FailNext(4, declines(amazonpay.ReasonCodeSoftDeclined)))
	for range 3 {
		require.Equal(t, data.BillRetry, b.next(t, bill).State)
		require.Equal(t, data.BillPlanned, b.next(t, bill).State)
	}
	declined := b.next(t, bill)
	require.Equal(t, data.BillRepair, declined.State)
	for range 5 {
		require.Equal(t, data.BillRepair, b.next(t, bill).State)
	}
	assert.Len(t, b.keys(), 4)
	require.NoError(t, b.RepairNow(t.Context(), declined.RepairToken))
	require.Equal(t, data.BillPlanned, b.next(t, bill).State)
	paid := b.next(t, bill)
	require.Equal(t, data.BillPaid, paid.State)
	assert.Equal(t, 4, paid.Attempt)
	for key, n := range b.keys() {
		assert.Equal(t, 1, n, key)
	}
	assert.Len(t, b.keys(), 5)
	require.Len(t, region.Charges(), 1)
}

// The buyer ends the subscription while a bill waits.
func TestDunClosed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.plan(t, 1)[0]
	region := b.world.Regions[0]
	require.NoError(t, region.FailNext(1, declines(amazonpay.ReasonCodeSoftDeclined)))
	require.Equal(t, data.BillRetry, b.next(t, bill).State)
	require.NoError(t, region.ClosePermission(bill.PermissionID, "BuyerClosed"))
	unpaid := b.next(t, bill)
	assert.Equal(t, data.BillUnpaid, unpaid.State)
	assert.Equal(t, amazonpay.ReasonCodeBuyerClosed, unpaid.Reason)
	assert.Equal(t, data.SubscriptionClosed, b.subscription(t, bill))
	assert.Empty(t, region.Charges())
}

// With River: the payment method was suspended before the charge, so the permission is read, and
// says why; a notification wakes the job, and the bill is paid.
func TestDun(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar.Length = time.Hour // without the notification it would be read too late
	bill := b.plan(t, 1)[0]
	region := b.world.Regions[0]
	require.NoError(t, region.SuspendPermission(bill.PermissionID, "PaymentMethodExpired"))
	_, err := b.River.Insert(t.Context(), ChargeArgs{refOf(bill)}, nil)
	require.NoError(t, err)
	b.start(t)
	until := func(state data.BillState) {
		require.Eventually(t, func() bool { return b.read(t, bill).State == state }, time.Minute, 50*time.Millisecond, "state %s", state)
	}
	until(data.BillRepair)
	declined := b.read(t, bill)
	assert.Equal(t, amazonpay.ReasonCodePaymentMethodExpired, declined.Reason)
	assert.Equal(t, data.SubscriptionPastDue, b.subscription(t, bill))
	require.NoError(t, region.Buyer().ChangePaymentMethod(bill.PermissionID, "1111"))
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, tx *sql.Tx) error { return b.wakeBill(t.Context(), q, tx, bill, 0) }))
	until(data.BillPaid)
	require.Len(t, region.Charges(), 1)
}

// A job that runs too early waits. That of an older version does nothing.
func TestDunEarly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bill := b.read(t, b.plan(t, 1)[0])
	bill.State, bill.Attempt, bill.NextAt = data.BillRetry, 1, time.Now().Add(time.Hour)
	require.NoError(t, b.DB.SaveBill(t.Context(), bill))
	worker := &dunWorker{e: b.Engine}
	var snoozed *river.JobSnoozeError
	require.ErrorAs(t, worker.Work(t.Context(), &river.Job[DunArgs]{Args: dunOf(bill)}), &snoozed)
	assert.Greater(t, snoozed.Duration, 50*time.Minute)
	bill.NextAt = time.Now().Add(-time.Hour)
	old := dunOf(bill)
	require.NoError(t, b.DB.SaveBill(t.Context(), bill))
	require.NoError(t, worker.Work(t.Context(), &river.Job[DunArgs]{Args: old}))
	assert.Zero(t, b.reads())
	require.NoError(t, worker.Work(t.Context(), &river.Job[DunArgs]{Args: dunOf(bill)}))
	assert.Equal(t, 1, b.reads())
}
