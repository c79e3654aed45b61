package billing

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// chargeWorker charges a planned bill.
type chargeWorker struct {
	river.WorkerDefaults[ChargeArgs]

	e *Engine
}

// Work makes one call under the bill's key, and stores what is known then. Before the call it
// stores that there may be one. So the process can end anywhere: the next job repeats the same
// request under the same key.
func (w *chargeWorker) Work(ctx context.Context, job *river.Job[ChargeArgs]) error {
	shop, err := w.e.Provider.Shop(ctx, job.Args.MerchantID)
	if err != nil {
		return err
	}
	// By itself, so that the merchant's other jobs do not wait for a transaction to reach the disk.
	wait, err := w.e.Provider.Take(ctx, job.Args.MerchantID, "CreateCharge")
	if err != nil {
		return err
	}
	if wait > 0 {
		return river.JobSnooze(wait)
	}
	var bill *data.Bill
	err = w.e.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) (err error) {
		bill, err = q.BeginCall(ctx, job.Args.PermissionID, job.Args.Period)
		return err
	})
	switch {
	case errors.Is(err, data.ErrNone):
		return nil // it is not to be charged any more
	case err != nil:
		return err
	}
	price, err := bill.Price()
	if err != nil { // nothing was called, and bill says so
		return w.e.check(ctx, bill, "", err)
	}
	charge, err := shop.CreateCharge(ctx, &webstore.CreateChargeRequest{
		ChargePermissionID: bill.PermissionID, ChargeAmount: price, CaptureNow: new(true), CanHandlePendingAuthorization: new(true),
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: bill.Reference()},
	}, amazonpay.WithIdempotencyKey(bill.Key()), amazonpay.WithUnsettled(bill.Unsettled), amazonpay.WithoutRetry())
	if err != nil {
		return w.failed(ctx, bill, err)
	}
	bill.Unsettled = false
	return w.e.charged(ctx, bill, charge)
}

// failed stores what a call that failed means for the bill.
func (w *chargeWorker) failed(ctx context.Context, bill *data.Bill, cause error) error {
	slowed := w.e.Provider.Answered(context.WithoutCancel(ctx), bill.MerchantID, "CreateCharge", cause)
	advice := amazonpay.Advise(cause)
	bill.Unsettled = advice.Unsettled
	switch {
	case advice.Step == amazonpay.StepDone, advice.Step == amazonpay.StepRepeat: // under the same key
		if err := errors.Join(slowed, w.e.change(ctx, bill, nil)); err != nil {
			return err
		}
		return cause // River repeats it after a while
	case bill.Unsettled: // and a repetition would not settle it
		return w.e.check(ctx, bill, advice.ReasonCode, cause)
	}
	return w.e.declined(ctx, bill, advice)
}

// mismatch returns what of a charge is not as its bill has it, or nil.
func mismatch(bill *data.Bill, charge *webstore.Charge) error {
	price, err := bill.Price()
	switch {
	case err != nil:
		return err
	case charge.ChargePermissionID != bill.PermissionID:
		return errors.New("the charge belongs to another charge permission")
	case !charge.ChargeAmount.Equal(price):
		return errors.New("the charge's amount is not the bill's")
	case charge.StatusDetails.State == amazonpay.StateCaptured && !charge.CaptureAmount.Equal(price):
		return errors.New("the captured amount is not the bill's")
	}
	return nil
}

// charged stores what a charge that exists means for its bill.
func (e *Engine) charged(ctx context.Context, bill *data.Bill, charge *webstore.Charge) error {
	if charge.ChargePermissionID == bill.PermissionID {
		bill.ChargeID = charge.ChargeID // also if its amount is wrong: a person has to find it
	} else {
		bill.Unsettled = true // no other key, whatever this is
	}
	if bad := mismatch(bill, charge); bad != nil {
		return e.check(ctx, bill, "", bad)
	}
	switch state := charge.StatusDetails.State; state {
	case amazonpay.StateCaptured:
		bill.State, bill.Reason, bill.PaidAt = data.BillPaid, "", charge.StatusDetails.LastUpdatedTimestamp.Time
		bill.Recharge, bill.RepairToken = false, ""
		if bill.Declines == 0 {
			return e.change(ctx, bill, nil)
		}
		return e.change(ctx, bill, func(ctx context.Context, q data.Queries, _ *sql.Tx) error {
			return q.PaidSubscription(ctx, bill.PermissionID)
		})
	case amazonpay.StateDeclined, amazonpay.StateCanceled:
		return e.declined(ctx, bill, amazonpay.AdviseReason(charge.StatusDetails.ReasonCode))
	default: // AuthorizationInitiated, Authorized, CaptureInitiated, and what is not known yet
		if bill.State == data.BillPending {
			return nil // followed already
		}
		now, err := e.DB.Now(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		bill.State, bill.NextAt = data.BillPending, now.Add(e.Calendar.Scale(followEvery))
		return e.change(ctx, bill, func(ctx context.Context, _ data.Queries, tx *sql.Tx) error {
			_, err := e.River.InsertTx(ctx, tx, FollowArgs{refOf(bill)}, at(bill.NextAt))
			return err
		})
	}
}

// followEvery is how often a pending charge is read, if no notification comes first: the
// documentation advises an hour.
const followEvery = time.Hour

// check stores that a person, or a settlement report, must say what becomes of a bill.
func (e *Engine) check(ctx context.Context, bill *data.Bill, reason amazonpay.ReasonCode, cause error) error {
	e.Logger.ErrorContext(ctx, "a person or the settlement report must say what becomes of the bill",
		slog.String("permission_id", bill.PermissionID), slog.String("period", bill.Period), slog.Any("error", cause))
	bill.State, bill.Reason = data.BillCheck, reason
	return e.change(ctx, bill, nil)
}
