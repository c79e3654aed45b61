package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// Refund stores that an amount of a paid bill goes back to the buyer, and adds the job that makes
// the refund. id is the caller's own: the same call again changes nothing, and another id is
// another refund.
func (e *Engine) Refund(ctx context.Context, permissionID, period string, amount int64, id string) error {
	switch {
	case id == "" || len(id) > 200:
		return errors.New("billing: Refund: id must have 1 to 200 bytes: it tells a repetition from another refund")
	case amount <= 0:
		return fmt.Errorf("billing: Refund: amount is %d: it must be above 0, in the currency's smallest unit", amount)
	}
	return e.DB.Tx(ctx, func(q data.Queries, tx *sql.Tx) error {
		bill, refunds, err := q.BillToRefund(ctx, permissionID, period)
		if errors.Is(err, data.ErrNone) {
			return fmt.Errorf("billing: Refund: there is no bill of permissionID %.40q and period %.10q", permissionID, period)
		}
		if err != nil {
			return err
		}
		r := &data.Refund{
			ID: id, PermissionID: bill.PermissionID, Period: bill.Period, MerchantID: bill.MerchantID, ChargeID: bill.ChargeID,
			Amount: amount, Currency: bill.Currency,
		}
		switch there, err := q.Refund(ctx, id); {
		case err == nil && there.PermissionID == permissionID && there.Period == period && there.Amount == amount:
			return nil
		case err == nil:
			return errOtherRefund
		case !errors.Is(err, data.ErrNone):
			return err
		case bill.State != data.BillPaid:
			return fmt.Errorf("billing: Refund: the bill is %s: only a paid one can be refunded", bill.State)
		case amount > bill.Amount-refunds:
			return fmt.Errorf("billing: Refund: amount is %d: of the bill's %d no more than %d is left", amount, bill.Amount, bill.Amount-refunds)
		}
		if added, err := q.AddRefund(ctx, r); err != nil || !added {
			return errors.Join(err, errOtherRefund) // of another bill, at this moment
		}
		_, err = e.River.InsertTx(ctx, tx, RefundArgs{ID: r.ID, MerchantID: r.MerchantID}, nil)
		return err
	})
}

var errOtherRefund = errors.New("billing: Refund: id is that of another refund: give each its own")

// refundWorker makes a refund and follows it to its end.
type refundWorker struct {
	river.WorkerDefaults[RefundArgs]

	e *Engine
}

// Work takes the refund's next step.
func (w *refundWorker) Work(ctx context.Context, job *river.Job[RefundArgs]) error {
	wait, err := w.e.refund(ctx, job.Args.ID)
	if err == nil && wait > 0 {
		return river.JobSnooze(wait)
	}
	return err
}

// refund takes a refund's next step, and returns after which time there is another one to take; 0:
// none.
func (e *Engine) refund(ctx context.Context, id string) (wait time.Duration, err error) {
	r, err := e.DB.Refund(ctx, id)
	if err != nil {
		return 0, err
	}
	shop, err := e.Provider.Shop(ctx, r.MerchantID)
	if err != nil {
		return 0, err
	}
	switch r.State {
	case data.RefundPlanned:
		return e.makeRefund(ctx, shop.Client, r)
	case data.RefundPending:
		return e.followRefund(ctx, shop.Client, r)
	case data.RefundRefunded, data.RefundRefused, data.RefundCheck:
	}
	return 0, nil
}

// makeRefund makes one call under the refund's key, as the job that charges does.
func (e *Engine) makeRefund(ctx context.Context, shop *webstore.Client, r *data.Refund) (wait time.Duration, err error) {
	if wait, err = e.Provider.Take(ctx, r.MerchantID, "CreateRefund"); err != nil || wait > 0 {
		return wait, err
	}
	err = e.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) (err error) {
		r, err = q.BeginRefund(ctx, r.ID)
		return err
	})
	if errors.Is(err, data.ErrNone) {
		return 0, nil // it was made meanwhile
	}
	if err != nil {
		return 0, err
	}
	price, err := r.Price()
	if err != nil {
		return 0, err
	}
	made, err := shop.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: r.ChargeID, RefundAmount: price},
		amazonpay.WithIdempotencyKey(r.Key()), amazonpay.WithUnsettled(r.Unsettled), amazonpay.WithoutRetry())
	if err == nil {
		r.Unsettled = false
		return e.refunded(ctx, r, made)
	}
	slowed := e.Provider.Answered(context.WithoutCancel(ctx), r.MerchantID, "CreateRefund", err)
	advice := amazonpay.Advise(err)
	r.Unsettled = advice.Unsettled
	switch {
	case advice.Step == amazonpay.StepDone, advice.Step == amazonpay.StepRepeat: // under the same key
		return 0, errors.Join(err, slowed, e.changeRefund(ctx, r))
	case r.Unsettled: // and a repetition would not settle it
		return 0, e.checkRefund(ctx, r, advice.ReasonCode, err)
	}
	return e.refuseRefund(ctx, r, advice)
}

// followRefund reads a refund that Amazon has not decided.
func (e *Engine) followRefund(ctx context.Context, shop *webstore.Client, r *data.Refund) (wait time.Duration, err error) {
	if wait, err = e.Provider.Take(ctx, r.MerchantID, "GetRefund"); err != nil || wait > 0 {
		return wait, err
	}
	read, err := shop.GetRefund(ctx, r.RefundID)
	if err != nil {
		return 0, errors.Join(err, e.Provider.Answered(context.WithoutCancel(ctx), r.MerchantID, "GetRefund", err))
	}
	return e.refunded(ctx, r, read)
}

// refunded stores what a refund that exists means.
func (e *Engine) refunded(ctx context.Context, r *data.Refund, made *webstore.Refund) (wait time.Duration, err error) {
	price, err := r.Price()
	if err != nil {
		return 0, err
	}
	r.RefundID = made.RefundID
	if made.ChargeID != r.ChargeID || !made.RefundAmount.Equal(price) {
		return 0, e.checkRefund(ctx, r, "", errors.New("the refund is not of the charge or the amount that was asked for"))
	}
	again := max(time.Second, e.Calendar.Scale(followEvery))
	switch made.StatusDetails.State {
	case amazonpay.StateRefunded:
		r.State, r.Reason, r.RefundedAt = data.RefundRefunded, "", made.StatusDetails.LastUpdatedTimestamp.Time
		return 0, e.changeRefund(ctx, r)
	case amazonpay.StateDeclined:
		return e.refuseRefund(ctx, r, amazonpay.AdviseReason(made.StatusDetails.ReasonCode))
	default: // RefundInitiated, and what is not known yet
		if r.State == data.RefundPending {
			return again, nil
		}
		r.State = data.RefundPending
		return again, e.changeRefund(ctx, r)
	}
}

// refundAttempts is how often a refund is made that Amazon fails to process.
const refundAttempts = 5

// refuseRefund stores that a refund was not made: it is made anew if that may help, or given up.
func (e *Engine) refuseRefund(ctx context.Context, r *data.Refund, advice amazonpay.Advice) (wait time.Duration, err error) {
	r.Attempt++
	r.RefundID, r.Reason = "", advice.ReasonCode
	if advice.Step == amazonpay.StepNewKey && r.Attempt < refundAttempts {
		r.State = data.RefundPlanned
		return max(time.Second, e.Calendar.Scale(followEvery)), e.changeRefund(ctx, r)
	}
	r.State = data.RefundRefused
	e.Logger.ErrorContext(ctx, "the refund was refused: give the money back in another way",
		slog.String("refund", r.ID), slog.String("charge_id", r.ChargeID), slog.String("reason", string(advice.ReasonCode)))
	return 0, e.changeRefund(ctx, r)
}

// checkRefund stores that a person must say whether a refund was made.
func (e *Engine) checkRefund(ctx context.Context, r *data.Refund, reason amazonpay.ReasonCode, cause error) error {
	e.Logger.ErrorContext(ctx, "it cannot be read whether the refund was made: look at the charge in Seller Central",
		slog.String("refund", r.ID), slog.String("charge_id", r.ChargeID), slog.Any("error", cause))
	r.State, r.Reason = data.RefundCheck, reason
	return e.changeRefund(ctx, r)
}

// changeRefund stores a refund. What was refunded is added to the bill in the same transaction.
func (e *Engine) changeRefund(ctx context.Context, r *data.Refund) error {
	return e.store(ctx, func(ctx context.Context, q data.Queries, _ *sql.Tx) error {
		if err := q.SaveRefund(ctx, r); err != nil || r.State != data.RefundRefunded {
			return err
		}
		return q.Refunded(ctx, r)
	})
}
