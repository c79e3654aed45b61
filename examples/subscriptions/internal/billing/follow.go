package billing

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/webstore"
)

// followWorker follows a pending charge to its end.
type followWorker struct {
	river.WorkerDefaults[FollowArgs]

	e *Engine
}

// Work reads the charge, and stores its result if Amazon has decided. To read it more often than
// required changes nothing.
func (w *followWorker) Work(ctx context.Context, job *river.Job[FollowArgs]) error {
	shop, err := w.e.Provider.Shop(ctx, job.Args.MerchantID)
	if err != nil {
		return err
	}
	bill, err := w.e.DB.Bill(ctx, job.Args.PermissionID, job.Args.Period)
	switch {
	case err != nil:
		return err
	case bill.State != data.BillPending:
		return nil
	}
	charge, err := read(ctx, w.e, shop, "GetCharge", bill.ChargeID, shop.GetCharge)
	if err != nil {
		return err
	}
	if bad := mismatch(bill, charge); bad != nil {
		return w.e.check(ctx, bill, "", bad)
	}
	now, err := w.e.DB.Now(ctx)
	if err != nil {
		return err
	}
	wait := w.e.Calendar.Scale(followEvery)
	if now.Sub(bill.ChangedAt) > w.e.Calendar.Days(1) { // the documented longest time
		w.e.Logger.WarnContext(ctx, "Amazon has not decided about a charge for more than a day", slog.String("charge_id", bill.ChargeID))
		wait = w.e.Calendar.Days(1)
	}
	switch state := charge.StatusDetails.State; {
	case isDecided(state):
		bill.Unsettled = false
		return w.e.charged(ctx, bill, charge)
	case state == amazonpay.StateAuthorized && (bill.Captures == 0 || !now.Before(bill.NextAt)):
		return w.capture(ctx, shop, bill)
	case state == amazonpay.StateCaptureInitiated && bill.Unsettled: // so the capture has arrived
		bill.Unsettled = false
		if err := w.e.change(ctx, bill, nil); err != nil {
			return err
		}
	}
	return river.JobSnooze(wait)
}

// isDecided reports whether a charge stays in its state.
func isDecided(state amazonpay.State) bool {
	return state == amazonpay.StateCaptured || state == amazonpay.StateDeclined || state == amazonpay.StateCanceled
}

// capture takes the money of a charge that was to be captured at once, but was left authorized. As
// with the charge itself it stores, before the call, that there may be one.
func (w *followWorker) capture(ctx context.Context, shop *provider.Shop, bill *data.Bill) error {
	price, err := bill.Price()
	if err != nil {
		return err
	}
	unsettled := bill.Unsettled
	wait, err := w.e.Provider.Take(ctx, bill.MerchantID, "CaptureCharge")
	switch {
	case err != nil:
		return err
	case wait > 0:
		return river.JobSnooze(wait)
	}
	bill.Unsettled = true
	if err := w.e.DB.SaveBill(ctx, bill); errors.Is(err, data.ErrChanged) {
		return river.JobSnooze(time.Second) // and look again
	} else if err != nil {
		return err
	}
	charge, err := shop.CaptureOrFetch(ctx, bill.ChargeID, &webstore.CaptureChargeRequest{CaptureAmount: price},
		amazonpay.WithIdempotencyKey(bill.CaptureKey()), amazonpay.WithUnsettled(unsettled), amazonpay.WithoutRetry())
	if err != nil {
		return w.notCaptured(ctx, bill, err)
	}
	bill.Unsettled = false
	if isDecided(charge.StatusDetails.State) {
		return w.e.charged(ctx, bill, charge)
	}
	return w.later(ctx, bill) // CaptureInitiated
}

// notCaptured stores what a capture that failed means for the bill. It does not decline it: whether
// the charge can still be captured, the charge says.
func (w *followWorker) notCaptured(ctx context.Context, bill *data.Bill, cause error) error {
	slowed := w.e.Provider.Answered(context.WithoutCancel(ctx), bill.MerchantID, "CaptureCharge", cause)
	advice := amazonpay.Advise(cause)
	bill.Unsettled = advice.Unsettled
	switch {
	case advice.Step == amazonpay.StepDone, advice.Step == amazonpay.StepRepeat: // under the same key
		if err := errors.Join(slowed, w.e.change(ctx, bill, nil)); err != nil {
			return err
		}
		return cause // River repeats it after a while
	case bill.Unsettled: // a repetition would not settle it, but the charge will show it
	case advice.Class == amazonpay.DeclineClassRequest:
		return w.e.check(ctx, bill, advice.ReasonCode, cause)
	default: // refused for now, or for good: then the charge becomes Declined or Canceled
		now, err := w.e.DB.Now(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		bill.Captures++ // for a new key: the old one would get the same answer
		bill.NextAt = now.Add(w.e.Calendar.Days(1))
	}
	w.e.Logger.ErrorContext(ctx, "a charge was not captured", slog.String("charge_id", bill.ChargeID), slog.Any("error", cause))
	return w.later(ctx, bill)
}

// later stores the bill, and reads its charge again after a while.
func (w *followWorker) later(ctx context.Context, bill *data.Bill) error {
	if err := w.e.change(ctx, bill, nil); err != nil {
		return err
	}
	return river.JobSnooze(w.e.Calendar.Scale(followEvery))
}
