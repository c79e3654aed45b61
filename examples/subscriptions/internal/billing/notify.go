package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/webstore"
)

// notifiedWorker reads what a notification is about. Nothing in the notification is believed but
// that an object may have changed: it may come late, twice, in another order, or name something
// else.
type notifiedWorker struct {
	river.WorkerDefaults[NotifiedArgs]

	e *Engine
}

// Work reads the object on behalf of the merchant, who sees only its own.
func (w *notifiedWorker) Work(ctx context.Context, job *river.Job[NotifiedArgs]) error {
	shop, err := w.e.Provider.Shop(ctx, job.Args.MerchantID)
	switch {
	case errors.Is(err, data.ErrNone):
		return river.JobCancel(err)
	case err != nil:
		return err
	}
	switch ipn.ObjectType(job.Args.ObjectType) {
	case ipn.ObjectTypeCharge:
		return notified(ctx, w.e, shop, job, "GetCharge", shop.GetCharge, w.charge)
	case ipn.ObjectTypeChargePermission:
		return notified(ctx, w.e, shop, job, "GetChargePermission", shop.GetChargePermission, w.permission)
	case ipn.ObjectTypeRefund:
		return notified(ctx, w.e, shop, job, "GetRefund", shop.GetRefund, w.refund)
	case ipn.ObjectTypeChargeback:
		return notified(ctx, w.e, shop, job, "GetDispute", shop.GetDispute, w.dispute)
	default:
		w.e.Logger.WarnContext(ctx, "a notification about a type of object that is not known", slog.String("object_type", job.Args.ObjectType))
		return nil
	}
}

// unknownAfter is how often an object that the service does not know is looked for.
const unknownAfter = 5

// notified reads an object, and passes it on.
func notified[T any](
	ctx context.Context, e *Engine, shop *provider.Shop, job *river.Job[NotifiedArgs], operation string,
	get func(context.Context, string, ...amazonpay.CallOption) (*T, error), changed func(context.Context, *provider.Shop, *T) error,
) error {
	object, err := read(ctx, e, shop, operation, job.Args.ObjectID, get)
	if err != nil {
		if _, called := errors.AsType[*amazonpay.CallError](err); called && amazonpay.Advise(err).Step == amazonpay.StepRead && job.Attempt >= unknownAfter {
			return river.JobCancel(err) // it does not exist, or is not the merchant's
		}
		return err
	}
	if err := changed(ctx, shop, object); !errors.Is(err, data.ErrChanged) {
		return err
	}
	return river.JobSnooze(time.Second) // and read it again
}

// charge settles the bill that a charge pays. It is the bill that has the charge, or the one that
// the charge names, if the answer that had its id was lost.
func (w *notifiedWorker) charge(ctx context.Context, shop *provider.Shop, charge *webstore.Charge) error {
	bill, err := w.e.DB.BillOfCharge(ctx, charge.ChargeID)
	if errors.Is(err, data.ErrNone) {
		return w.unknownCharge(ctx, shop, charge)
	}
	switch state := charge.StatusDetails.State; {
	case err != nil:
		return err
	case bill.MerchantID == shop.Merchant.ID && bill.State == data.BillUnpaid && state == amazonpay.StateCaptured: // waived
		return w.paysNothing(ctx, bill, charge, data.DifferenceCaptureUnpaid, "The bill was given up, but its charge was captured.")
	case bill.MerchantID != shop.Merchant.ID, bill.State != data.BillPending && bill.State != data.BillCheck:
		return nil // decided already
	case isDecided(state):
		bill.Unsettled = false
		return w.e.charged(ctx, bill, charge)
	case state == amazonpay.StateAuthorized && bill.State == data.BillPending: // to be captured
		return w.e.DB.Tx(ctx, func(_ data.Queries, tx *sql.Tx) error { return w.e.wake(ctx, tx, FollowArgs{refOf(bill)}) })
	}
	return nil
}

// unknownCharge settles the bill that a captured charge names, if the bill has no charge. Only
// what is captured settles anything. A charge that is declined, or that was not decided when it was
// read, may be of an earlier attempt, while a call of the present one has charged: the job of that
// call repeats it under the same key, and learns its result.
func (w *notifiedWorker) unknownCharge(ctx context.Context, shop *provider.Shop, charge *webstore.Charge) error {
	if charge.MerchantMetadata == nil {
		return nil
	}
	period, named := strings.CutPrefix(charge.MerchantMetadata.MerchantReferenceID, charge.ChargePermissionID+"/")
	if !named {
		return nil // the merchant's own
	}
	bill, err := w.e.DB.Bill(ctx, charge.ChargePermissionID, period)
	switch {
	case errors.Is(err, data.ErrNone):
		return nil
	case err != nil:
		return err
	case bill.MerchantID != shop.Merchant.ID, charge.StatusDetails.State != amazonpay.StateCaptured:
		return nil
	case mismatch(bill, charge) != nil:
		return w.paysNothing(ctx, bill, charge, data.DifferenceCaptureUnknown, "A charge that names the bill has another amount.")
	case bill.ChargeID != "":
		return w.paysNothing(ctx, bill, charge, data.DifferenceCaptureDoubled, "A second charge names the bill.")
	case bill.State == data.BillUnpaid:
		return w.paysNothing(ctx, bill, charge, data.DifferenceCaptureUnpaid, "A charge names the bill, which was given up.")
	}
	bill.Unsettled = false
	return w.e.charged(ctx, bill, charge)
}

// paysNothing lets a person see a captured charge that pays no bill.
func (w *notifiedWorker) paysNothing(ctx context.Context, bill *data.Bill, charge *webstore.Charge, kind data.DifferenceKind, note string) error {
	return w.e.DB.AddDifference(ctx, &data.Difference{
		MerchantID: bill.MerchantID, Kind: kind, TransactionID: charge.ChargeID, PermissionID: bill.PermissionID, Period: bill.Period,
		Ours: bill.Amount, Theirs: minor(charge.CaptureAmount), Currency: charge.CaptureAmount.CurrencyCode, Note: note,
	})
}

// minor returns an amount in the smallest unit of its currency, and 0 if it cannot be said.
func minor(p amazonpay.Price) int64 {
	units, err := p.MinorUnits()
	if err != nil {
		return 0
	}
	return units
}

// quiet is how long after a decline a chargeable permission does not mean that the buyer has
// repaired it: the declined charge itself makes it so again, and must not start the next one.
const quiet = 10 * time.Minute

// permission ends the subscription if its permission is closed, and charges a bill that waits for
// the buyer's repair if it is chargeable. A bill that was declined for now waits for its day all
// the same.
func (w *notifiedWorker) permission(ctx context.Context, shop *provider.Shop, permission *webstore.ChargePermission) error {
	state := permission.StatusDetails.State
	if state != amazonpay.StateClosed && state != amazonpay.StateChargeable {
		return nil
	}
	subscription, err := w.e.DB.Subscription(ctx, permission.ChargePermissionID)
	switch {
	case errors.Is(err, data.ErrNone):
		return nil
	case err != nil:
		return err
	case subscription.MerchantID != shop.Merchant.ID:
		return nil
	case state == amazonpay.StateClosed: // first, so that no bill is planned after they are read
		err = w.e.DB.SetSubscriptionState(ctx, subscription.PermissionID, data.SubscriptionClosed)
	}
	if err != nil {
		return err
	}
	now, err := w.e.DB.Now(ctx)
	if err != nil {
		return err
	}
	bills, err := w.e.DB.BillsOf(ctx, subscription.PermissionID)
	if err != nil {
		return err
	}
	for _, bill := range bills {
		waits := bill.State == data.BillPlanned || bill.State == data.BillRetry || bill.State == data.BillRepair
		switch {
		case !waits || bill.Unsettled: // what was sent is settled first
		case state == amazonpay.StateClosed:
			if reasons := permission.StatusDetails.Reasons; len(reasons) > 0 {
				bill.Reason = reasons[0].ReasonCode
			}
			err = w.e.giveUp(ctx, bill)
		case bill.State == data.BillRepair && now.Sub(bill.ChangedAt) > w.e.Calendar.Scale(quiet):
			err = w.e.DB.Tx(ctx, func(q data.Queries, tx *sql.Tx) error { return w.e.wakeBill(ctx, q, tx, bill, 0) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refund lets the job of a refund read it.
func (w *notifiedWorker) refund(ctx context.Context, shop *provider.Shop, refund *webstore.Refund) error {
	known, err := w.e.DB.RefundOf(ctx, refund.RefundID)
	switch {
	case errors.Is(err, data.ErrNone):
		return w.unknownRefund(ctx, shop, refund)
	case err != nil:
		return err
	case known.MerchantID != shop.Merchant.ID:
		return nil
	}
	return w.e.DB.Tx(ctx, func(_ data.Queries, tx *sql.Tx) error {
		return w.e.wake(ctx, tx, RefundArgs{ID: known.ID, MerchantID: known.MerchantID})
	})
}

// unknownRefund settles the refund in state check of the same charge and amount, if there is one:
// the answer that had its id was lost. One that is not made settles nothing: it may be the
// merchant's own, while ours was made.
func (w *notifiedWorker) unknownRefund(ctx context.Context, shop *provider.Shop, refund *webstore.Refund) error {
	if refund.StatusDetails.State != amazonpay.StateRefunded {
		return nil
	}
	bill, err := w.e.DB.BillOfCharge(ctx, refund.ChargeID)
	if err == nil {
		var ours *data.Refund
		ours, err = w.e.DB.UncertainRefund(ctx, shop.Merchant.ID, bill.PermissionID, bill.Period, minor(refund.RefundAmount), refund.RefundAmount.CurrencyCode)
		if err == nil {
			ours.Unsettled = false
			_, err = w.e.refunded(ctx, ours, refund)
		}
	}
	if errors.Is(err, data.ErrNone) {
		return nil // the merchant's own
	}
	return err
}

// dispute lets a person see a dispute, as it is now: it must be contested within days.
func (w *notifiedWorker) dispute(ctx context.Context, shop *provider.Shop, dispute *webstore.Dispute) error {
	found := &data.Difference{
		MerchantID: shop.Merchant.ID, Kind: data.DifferenceDispute, TransactionID: dispute.DisputeID,
		Theirs: minor(dispute.DisputeAmount), Currency: dispute.DisputeAmount.CurrencyCode,
		Note: fmt.Sprintf("%s (%s): %s of charge %s", dispute.StatusDetails.State, dispute.StatusDetails.ReasonCode, dispute.FilingReason, dispute.ChargeID),
	}
	if deadline := dispute.MerchantResponseDeadline; !deadline.IsZero() {
		found.Note += ", to be contested until " + deadline.UTC().Format(time.RFC3339)
	}
	bill, err := w.e.DB.BillOfCharge(ctx, dispute.ChargeID)
	switch {
	case errors.Is(err, data.ErrNone), err == nil && bill.MerchantID != shop.Merchant.ID:
	case err != nil:
		return err
	default:
		found.PermissionID, found.Period, found.Ours = bill.PermissionID, bill.Period, bill.Amount
	}
	w.e.Logger.WarnContext(ctx, "a dispute", slog.String("dispute_id", dispute.DisputeID), slog.String("state", string(dispute.StatusDetails.State)))
	return w.e.DB.AddDifference(ctx, found)
}
