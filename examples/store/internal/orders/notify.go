package orders

import (
	"context"
	"errors"
	"log/slog"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// Notify updates the order of a notification. Package ipn has verified it:
//
//	verifier.Handler(func(ctx context.Context, n *ipn.Notification) error {
//		return shop.Notify(ctx, n)
//	})
//
// An object that belongs to no order is ignored.
func (s *Shop) Notify(ctx context.Context, n webstore.Notification) error {
	return s.pay.HandleNotification(ctx, n, webstore.NotificationHandler{
		Charge:           s.chargeChanged,
		ChargePermission: s.permissionChanged,
		Refund:           s.refundChanged,
		Dispute:          s.disputeChanged,
		Other:            func(context.Context, string, string) error { return nil }, // it will not be known when it is sent again
	})
}

func (s *Shop) chargeChanged(ctx context.Context, charge *webstore.Charge) error {
	return s.ofCharge(ctx, charge.ChargeID, func(q data.Queries, o *data.Order) error {
		return s.applyCharge(ctx, q, o, chargeOf(charge, 1), "") // a stored charge keeps its period
	})
}

func (s *Shop) refundChanged(ctx context.Context, refund *webstore.Refund) error {
	return s.ofCharge(ctx, refund.ChargeID, func(q data.Queries, o *data.Order) error {
		refunds, err := q.Refunds(ctx, o.Number)
		if err != nil {
			return err
		}
		for _, known := range refunds {
			if known.RefundID == refund.RefundID && known.State == refund.StatusDetails.State {
				return nil
			}
		}
		return applyRefund(ctx, q, o, refund)
	})
}

func (s *Shop) disputeChanged(ctx context.Context, dispute *webstore.Dispute) error {
	return s.ofCharge(ctx, dispute.ChargeID, func(q data.Queries, o *data.Order) error {
		disputes, err := q.Disputes(ctx, o.Number)
		if err != nil {
			return err
		}
		for _, known := range disputes {
			if known.DisputeID == dispute.DisputeID && known.State == string(dispute.StatusDetails.State) {
				return nil
			}
		}
		return applyDispute(ctx, q, o, dispute)
	})
}

// permissionChanged notes that a permission is closed, by the buyer for example.
func (s *Shop) permissionChanged(ctx context.Context, permission *webstore.ChargePermission) error {
	if permission.StatusDetails.State != amazonpay.StateClosed {
		return nil
	}
	number, err := s.db.OrderOfPermission(ctx, permission.ChargePermissionID)
	if errors.Is(err, data.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.change(ctx, number, func(q data.Queries, o *data.Order) error {
		if o.Closed {
			return nil
		}
		o.Closed = true
		return errors.Join(q.DropWallet(ctx, permission.ChargePermissionID), q.AddEvent(ctx, number, "closed", permission.ChargePermissionID))
	})
}

// ofCharge changes the order of a charge, if there is one.
func (s *Shop) ofCharge(ctx context.Context, chargeID string, f func(q data.Queries, o *data.Order) error) error {
	number, err := s.db.OrderOfCharge(ctx, chargeID)
	if errors.Is(err, data.ErrNone) { // the work that makes it stores it
		return nil
	}
	if err != nil {
		return err
	}
	return s.change(ctx, number, f)
}

// readPending reads what Amazon has not decided on, in case its notification is lost.
func (s *Shop) readPending(ctx context.Context) {
	charges, err := s.db.PendingCharges(ctx)
	for _, id := range charges {
		err = errors.Join(err, read(ctx, id, s.pay.GetCharge, s.chargeChanged))
	}
	refunds, err2 := s.db.PendingRefunds(ctx)
	for _, id := range refunds {
		err2 = errors.Join(err2, read(ctx, id, s.pay.GetRefund, s.refundChanged))
	}
	if err := errors.Join(err, err2); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "what is pending cannot be read", slog.Any("error", err))
	}
}

// Refresh reads the order's charges, refunds, disputes and charge permission at Amazon, and stores
// them.
func (s *Shop) Refresh(ctx context.Context, number string) (*Order, error) {
	o, err := s.Order(ctx, number)
	if err != nil {
		return nil, err
	}
	for _, c := range o.Charges {
		err = errors.Join(err, read(ctx, c.ChargeID, s.pay.GetCharge, s.chargeChanged))
	}
	for _, r := range o.Refunds {
		err = errors.Join(err, read(ctx, r.RefundID, s.pay.GetRefund, s.refundChanged))
	}
	for _, d := range o.Disputes {
		err = errors.Join(err, read(ctx, d.DisputeID, s.pay.GetDispute, s.disputeChanged))
	}
	if o.ChargePermissionID != "" {
		err = errors.Join(err, read(ctx, o.ChargePermissionID, s.pay.GetChargePermission, s.permissionChanged))
	}
	if err != nil {
		return o, unavailable(err)
	}
	return s.Order(ctx, number)
}

// read reads an object and passes it on.
func read[T any](ctx context.Context, id string, get func(context.Context, string, ...amazonpay.CallOption) (*T, error), changed func(context.Context, *T) error) error {
	object, err := get(ctx, id)
	if err != nil {
		return err
	}
	return changed(ctx, object)
}
