package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// The policy for bills that are not paid. Before each new attempt the charge permission is read.
//
//	why a bill was not charged              | what comes next
//	----------------------------------------|-----------------------------------------
//	soft: SoftDeclined, ProcessingFailure,  | charged again after 1, 2 and 4 days, then
//	TransactionTimedOut                     | repair
//	hard, or the buyer must act:            | repair
//	HardDeclined, MFANotCompleted, …        |
//	PeriodicAmountExceeded                  | charged again on the first of the next
//	                                        | month, three times; then check
//	InvalidChargePermissionStatus, or the   | the permission is read at once, then
//	charge ended with its permission        | every day
//	Merchant-, Buyer-, AmazonCanceled       | the same, but never charged again: check
//	wrong request, unknown or no code       | check: neither time nor the buyer mends it
//	busy, or the account is at fault        | charge.go: the same request again
//
//	permission       | bill in state retry   | bill in state repair
//	-----------------|-----------------------|------------------------------------------
//	Chargeable       | charged again         | charged again if it was NonChargeable
//	                 |                       | since the decline, if something says that
//	                 |                       | it was repaired, and on the last day
//	ChargeInProgress | read after an hour    | read after an hour
//	NonChargeable    | repair                | read every day; after the last day closed
//	                 |                       | at Amazon, and given up
//	Closed           | given up              | given up
//
// Repair: the buyer gets a message with a link, and has 14 days from the first message about a
// bill. Given up: the bill is unpaid, and the subscription is closed.

// retryDays are the days after which a bill with a soft decline is charged again.
var retryDays = []int{1, 2, 4}

// repairDays are how long the buyer has to repair the payment method.
const repairDays = 14

// mostDeclines is how many declines of a bill there may be before notifications and clicks on the
// link do not lead to another attempt: a change of the charge permission itself still does.
const mostDeclines = 8

// declined stores that a bill was not charged, and what comes next by the policy. A new attempt
// gets a new key; so the attempt is raised only if there will be one, and nothing is unsettled.
func (e *Engine) declined(ctx context.Context, bill *data.Bill, advice amazonpay.Advice) error {
	if bill.Unsettled {
		return e.check(ctx, bill, advice.ReasonCode, errors.New("a decline while a call with the same key is unsettled"))
	}
	now, err := e.DB.Now(context.WithoutCancel(ctx)) // the service has answered: that must be stored
	if err != nil {
		return err
	}
	before, same := bill.Declines, bill.Reason == advice.ReasonCode
	bill.Reason = advice.ReasonCode
	bill.Declines++
	soft := advice.Step == amazonpay.StepNewKey || advice.Later && advice.IsDecline()
	switch {
	case soft && before < len(retryDays):
		bill.State, bill.NextAt = data.BillRetry, now.Add(e.Calendar.Days(retryDays[before]))
	case soft, advice.IsDecline():
		bill.Attempt++
		bill.ChargeID = ""
		return e.repair(ctx, bill, now, false)
	case advice.Later && before < len(retryDays):
		bill.State, bill.NextAt = data.BillRetry, e.nextMonth(now)
	case advice.Class == amazonpay.DeclineClassClosed && advice.Step == amazonpay.StepRead && before < mostDeclines:
		bill.State, bill.NextAt = data.BillRetry, now
		if same { // the charge permission was Chargeable, and this is what came of it
			bill.NextAt = now.Add(e.Calendar.Days(1))
		}
	default:
		return e.check(ctx, bill, advice.ReasonCode, errors.New("it was refused for a reason that neither time nor the buyer mends: "+advice.Next))
	}
	bill.Attempt++
	bill.ChargeID = ""
	return e.dunLater(ctx, bill)
}

// dunLater stores a bill, and adds the job for its next step.
func (e *Engine) dunLater(ctx context.Context, bill *data.Bill) error {
	return e.change(ctx, bill, func(ctx context.Context, _ data.Queries, tx *sql.Tx) error {
		_, err := e.River.InsertTx(ctx, tx, dunOf(bill), at(bill.NextAt))
		return err
	})
}

// nextMonth returns noon of the first day of the next month, in UTC: then it is that day in all
// regions, from Japan to California.
func (e *Engine) nextMonth(now time.Time) time.Time {
	return e.Calendar.Begins(e.Calendar.Date(now).NextMonth(1)).Add(e.Calendar.Scale(12 * time.Hour))
}

// repair stores that a bill waits for its buyer. suspended says that the charge permission is
// NonChargeable, so that Chargeable will mean repaired.
func (e *Engine) repair(ctx context.Context, bill *data.Bill, now time.Time, suspended bool) error {
	today := e.Calendar.Date(now)
	if bill.Deadline == 0 {
		bill.Deadline = today + repairDays
	}
	bill.State, bill.NextAt, bill.Recharge, bill.RepairToken = data.BillRepair, now, suspended, newToken()
	if suspended || today == bill.Deadline { // the last day has one attempt
		bill.NextAt = now.Add(e.Calendar.Days(1))
	}
	return e.change(ctx, bill, func(ctx context.Context, q data.Queries, tx *sql.Tx) error {
		err := errors.Join(q.SetSubscriptionState(ctx, bill.PermissionID, data.SubscriptionPastDue), q.AddMessage(ctx, bill, data.MessageRepair))
		if err != nil {
			return err
		}
		_, err = e.River.InsertTx(ctx, tx, dunOf(bill), at(bill.NextAt))
		return err
	})
}

// dunWorker gets a declined bill paid, or gives it up.
type dunWorker struct {
	river.WorkerDefaults[DunArgs]

	e *Engine
}

// Work takes the bill's next step.
func (w *dunWorker) Work(ctx context.Context, job *river.Job[DunArgs]) error {
	bill, err := w.e.DB.Bill(ctx, job.Args.PermissionID, job.Args.Period)
	if err != nil {
		return err
	}
	if bill.State != data.BillRetry && bill.State != data.BillRepair || bill.Version != job.Args.Version {
		return nil
	}
	now, err := w.e.DB.Now(ctx)
	if err != nil {
		return err
	}
	if wait := bill.NextAt.Sub(now); wait > 0 {
		return river.JobSnooze(wait)
	}
	shop, err := w.e.Provider.Shop(ctx, bill.MerchantID)
	if err != nil {
		return err
	}
	permission, err := read(ctx, w.e, shop, "GetChargePermission", bill.PermissionID, shop.GetChargePermission)
	if err != nil {
		return err
	}
	return w.step(ctx, shop.Client, bill, permission.StatusDetails, now)
}

// step stores what the charge permission means for the bill.
func (w *dunWorker) step(ctx context.Context, client *webstore.Client, bill *data.Bill, permission webstore.ChargePermissionStatus, now time.Time) error {
	e, today := w.e, w.e.Calendar.Date(now)
	why, inProgress := bill.Reason, false
	for _, r := range permission.Reasons {
		inProgress = inProgress || r.ReasonCode == amazonpay.ReasonCodeChargeInProgress
		why = r.ReasonCode
	}
	chargeable := permission.State == amazonpay.StateChargeable
	last := today == bill.Deadline && bill.Declines < mostDeclines
	switch {
	case permission.State == amazonpay.StateClosed:
		if bill.State == data.BillRetry || today <= bill.Deadline { // else it was closed because of the decline
			bill.Reason = why
		}
		return e.giveUp(ctx, bill)
	case !chargeable && permission.State != amazonpay.StateNonChargeable:
		return fmt.Errorf("billing: charge permission %s is in state %q: want Chargeable, NonChargeable or Closed", bill.PermissionID, permission.State)
	case isStopped(bill.Reason):
		return e.check(ctx, bill, bill.Reason, errors.New("somebody stopped the charge, but the charge permission is not closed"))
	case inProgress:
		bill.NextAt = now.Add(e.Calendar.Scale(time.Hour))
	case chargeable && (bill.State == data.BillRetry || bill.Recharge || last):
		bill.State, bill.NextAt, bill.Recharge, bill.RepairToken = data.BillPlanned, now, false, ""
		return e.change(ctx, bill, func(ctx context.Context, _ data.Queries, tx *sql.Tx) error {
			_, err := e.River.InsertTx(ctx, tx, ChargeArgs{refOf(bill)}, nil)
			return err
		})
	case bill.State == data.BillRetry:
		bill.Reason = why
		return e.repair(ctx, bill, now, true)
	case today > bill.Deadline:
		if err := w.close(ctx, client, bill); err != nil {
			return err
		}
		return e.giveUp(ctx, bill)
	default:
		bill.NextAt = now.Add(e.Calendar.Days(1))
		if !chargeable {
			bill.Reason, bill.Recharge = why, true
		}
	}
	return e.dunLater(ctx, bill)
}

// isStopped reports whether somebody has stopped the charge itself: only a person may say that it
// is made again.
func isStopped(code amazonpay.ReasonCode) bool {
	return slices.Contains([]amazonpay.ReasonCode{amazonpay.ReasonCodeMerchantCanceled, amazonpay.ReasonCodeBuyerCanceled, amazonpay.ReasonCodeAmazonCanceled}, code)
}

// close closes the charge permission at Amazon. If the answer was lost, or somebody else has
// closed it since, it is closed just as well.
func (w *dunWorker) close(ctx context.Context, client *webstore.Client, bill *data.Bill) error {
	wait, err := w.e.Provider.Take(ctx, bill.MerchantID, "CloseChargePermission")
	if err == nil && wait > 0 {
		err = river.JobSnooze(wait)
	}
	if err != nil {
		return err
	}
	_, err = client.CloseOrFetch(ctx, bill.PermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "A payment was declined and not repaired in time."}, amazonpay.WithoutRetry())
	if err != nil {
		return errors.Join(err, w.e.Provider.Answered(context.WithoutCancel(ctx), bill.MerchantID, "CloseChargePermission", err))
	}
	return nil
}

// giveUp stores that a bill will not be paid: its subscription has ended.
func (e *Engine) giveUp(ctx context.Context, bill *data.Bill) error {
	bill.State, bill.Recharge, bill.RepairToken = data.BillUnpaid, false, ""
	return e.change(ctx, bill, func(ctx context.Context, q data.Queries, _ *sql.Tx) error {
		return errors.Join(q.SetSubscriptionState(ctx, bill.PermissionID, data.SubscriptionClosed), q.AddMessage(ctx, bill, data.MessageClosed))
	})
}
