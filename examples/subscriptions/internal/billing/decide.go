package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Again lets a bill in the state check go on, after a person has corrected the cause. If a call
// under its key may have charged, the same key is used. If the bill has a charge, that is read: it
// pays the bill, is followed, or has ended without taking money, so that there can be another one.
// A charge of another amount is refused: it must be refunded first, and the bill be waived.
func (e *Engine) Again(ctx context.Context, permissionID, period string) error {
	bill, err := e.toDecide(ctx, permissionID, period)
	if err != nil {
		return err
	}
	bill.State = data.BillPlanned
	if bill.ChargeID != "" {
		shop, err := e.Provider.Shop(ctx, bill.MerchantID)
		if err != nil {
			return err
		}
		charge, err := shop.GetCharge(ctx, bill.ChargeID)
		if err != nil {
			return err
		}
		switch state := charge.StatusDetails.State; {
		case state == amazonpay.StateDeclined, state == amazonpay.StateCanceled:
			bill.ChargeID = ""
		case mismatch(bill, charge) != nil:
			return fmt.Errorf("billing: Again: charge %s is %s, and %w: refund or cancel it in Seller Central, and waive the bill", bill.ChargeID, state, mismatch(bill, charge))
		case state == amazonpay.StateCaptured:
			bill.Unsettled = false
			return e.charged(ctx, bill, charge)
		default:
			bill.State = data.BillPending
		}
	}
	switch { // a key under which nothing was taken would get the same answer again
	case bill.Unsettled:
	case bill.State == data.BillPending:
		bill.Captures++
	default:
		bill.Attempt++
	}
	if bill.NextAt, err = e.DB.Now(ctx); err != nil {
		return err
	}
	bill.Reason, bill.Deadline = "", 0 // after another decline the buyer has all days again
	return e.change(ctx, bill, func(ctx context.Context, _ data.Queries, tx *sql.Tx) error { return e.goOn(ctx, tx, jobOf(bill)) })
}

// goOn adds the job of a bill or a refund that goes on, or lets the one that waits run now.
func (e *Engine) goOn(ctx context.Context, tx *sql.Tx, args river.JobArgs) error {
	err := e.wake(ctx, tx, args)
	if _, running := errors.AsType[*river.JobSnoozeError](err); running {
		return errors.New("billing: the job that came to the state is still running: decide again in a moment")
	}
	return err
}

// Waive gives up a bill in the state check: it is never charged again. Its subscription goes on. A
// charge that the bill has stays as it is. If one takes money after all, a difference says so.
func (e *Engine) Waive(ctx context.Context, permissionID, period string) error {
	bill, err := e.toDecide(ctx, permissionID, period)
	if err != nil {
		return err
	}
	bill.State, bill.Recharge, bill.RepairToken = data.BillUnpaid, false, ""
	return e.change(ctx, bill, func(ctx context.Context, q data.Queries, _ *sql.Tx) error {
		return q.PaidSubscription(ctx, bill.PermissionID) // it is no longer past due because of this bill
	})
}

// toDecide returns a bill in the state check.
func (e *Engine) toDecide(ctx context.Context, permissionID, period string) (*data.Bill, error) {
	bill, err := e.DB.Bill(ctx, permissionID, period)
	switch {
	case errors.Is(err, data.ErrNone):
		return nil, fmt.Errorf("billing: there is no bill of charge permission %.40q and period %.10q", permissionID, period)
	case err != nil:
		return nil, err
	case bill.State != data.BillCheck:
		return nil, fmt.Errorf("billing: the bill is %s: a person decides only about one in the state check", bill.State)
	}
	return bill, nil
}

// AgainRefund makes a refund again, under the key that it has: one in the state check that was made
// is answered and not repeated, and one that Amazon refused has got a new key since. That one is
// made only if so much of its bill is still left.
func (e *Engine) AgainRefund(ctx context.Context, id string) error {
	return e.decideRefund(ctx, id, func(ctx context.Context, q data.Queries, tx *sql.Tx, r *data.Refund) error {
		bill, refunds, err := q.BillToRefund(ctx, r.PermissionID, r.Period)
		if err != nil {
			return err
		}
		if left := bill.Amount - refunds; r.State == data.RefundRefused && r.Amount > left {
			return fmt.Errorf("billing: AgainRefund: the refund is %d: of the bill's %d no more than %d is left", r.Amount, bill.Amount, left)
		}
		r.State, r.Reason = data.RefundPlanned, ""
		if err := q.SaveRefund(ctx, r); err != nil {
			return err
		}
		return e.goOn(ctx, tx, RefundArgs{ID: r.ID, MerchantID: r.MerchantID})
	})
}

// WaiveRefund gives up a refund in the state check: it was not made, and will not be, and its
// amount can be refunded under another id. A refund that was made after all is a difference of the
// settlement report.
func (e *Engine) WaiveRefund(ctx context.Context, id string) error {
	return e.decideRefund(ctx, id, func(ctx context.Context, q data.Queries, _ *sql.Tx, r *data.Refund) error {
		if r.State == data.RefundRefused {
			return errors.New("billing: WaiveRefund: the refund is refused already")
		}
		r.State = data.RefundRefused
		return q.SaveRefund(ctx, r)
	})
}

// decideRefund lets f change a refund in the state check or refused, in a transaction.
func (e *Engine) decideRefund(ctx context.Context, id string, f func(ctx context.Context, q data.Queries, tx *sql.Tx, r *data.Refund) error) error {
	return e.store(ctx, func(ctx context.Context, q data.Queries, tx *sql.Tx) error {
		r, err := q.Refund(ctx, id)
		switch {
		case errors.Is(err, data.ErrNone):
			return fmt.Errorf("billing: there is no refund with the id %.200q", id)
		case err != nil:
			return err
		case r.State != data.RefundCheck && r.State != data.RefundRefused:
			return fmt.Errorf("billing: the refund is %s: a person decides only about one in the states check and refused", r.State)
		}
		return f(ctx, q, tx, r)
	})
}
