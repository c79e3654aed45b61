package orders

import (
	"context"
	"slices"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// Capture takes the held money of a charge, all or a part. It can be done once a charge: if it was
// begun with another amount, the order shows that one. Errors: ErrNotAllowed unless the charge is
// Authorized, ErrAmount.
func (s *Shop) Capture(ctx context.Context, number, chargeID string, amount amazonpay.Price) (*Order, error) {
	return s.on(ctx, number, chargeID, "capture", func(_ data.Queries, c Charge) (*data.Work, error) {
		switch {
		case c.State != amazonpay.StateAuthorized:
			return nil, ErrNotAllowed
		case !isPositive(amount) || amount.CurrencyCode != c.Amount.CurrencyCode || less(c.Amount, amount):
			return nil, ErrAmount
		}
		return &data.Work{Kind: workCapture, Amount: amount, Period: c.Period}, nil
	})
}

// Refund gives back a part of a charge: at most what was captured and is neither refunded nor being
// refunded (webstore.Unrefunded). form is the id of the form that asks for it (NewForm): a form
// refunds once. Errors: ErrNotAllowed unless the charge is Captured, ErrAmount.
func (s *Shop) Refund(ctx context.Context, number, chargeID string, amount amazonpay.Price, form string) (*Order, error) {
	if form == "" || len(form) > 64 {
		return nil, ErrNotAllowed
	}
	charge, err := s.pay.GetCharge(ctx, chargeID)
	if err != nil {
		return nil, unavailable(err)
	}
	most, err := webstore.Unrefunded(charge) // also what was refunded elsewhere, such as in Seller Central
	if err != nil {
		return nil, err
	}
	return s.on(ctx, number, chargeID, "refund/"+form, func(q data.Queries, c Charge) (*data.Work, error) {
		if c.State != amazonpay.StateCaptured {
			return nil, ErrNotAllowed
		}
		left, err := left(ctx, q, number, c)
		switch {
		case err != nil:
			return nil, err
		case !isPositive(amount) || amount.CurrencyCode != left.CurrencyCode || less(left, amount) || less(most, amount):
			return nil, ErrAmount
		}
		return &data.Work{Kind: workRefund, Amount: amount, Period: c.Period}, nil
	})
}

// left returns what was captured, less the refunds that were made and those that are being made.
func left(ctx context.Context, q data.Queries, number string, c Charge) (amazonpay.Price, error) {
	left, err := c.Captured.MinorUnits()
	if err != nil {
		return amazonpay.Price{}, err
	}
	refunds, err := q.Refunds(ctx, number)
	if err != nil {
		return amazonpay.Price{}, err
	}
	work, err := q.WorkOf(ctx, number)
	if err != nil {
		return amazonpay.Price{}, err
	}
	var gone []amazonpay.Price
	for _, r := range refunds {
		if r.ChargeID == c.ChargeID && r.State != amazonpay.StateDeclined {
			gone = append(gone, r.Amount)
		}
	}
	for _, w := range work {
		if w.Kind == workRefund && w.Target == c.ChargeID && (w.State == data.WorkOpen || w.State == data.WorkCheck) {
			gone = append(gone, w.Amount)
		}
	}
	for _, amount := range gone {
		minor, err := amount.MinorUnits()
		if err != nil {
			return amazonpay.Price{}, err
		}
		left -= minor
	}
	return amazonpay.NewPrice(max(0, left), c.Captured.CurrencyCode)
}

// Cancel releases the held money of a charge. A captured charge must be refunded instead:
// ErrNotAllowed.
func (s *Shop) Cancel(ctx context.Context, number, chargeID string) (*Order, error) {
	return s.on(ctx, number, chargeID, "cancel", func(q data.Queries, c Charge) (*data.Work, error) {
		if c.State != amazonpay.StateAuthorized && c.State != amazonpay.StateAuthorizationInitiated {
			return nil, ErrNotAllowed
		}
		work, err := q.WorkOf(ctx, number)
		if slices.ContainsFunc(work, func(w *data.Work) bool {
			return w.Kind == workCapture && w.Target == chargeID && (w.State == data.WorkOpen || w.State == data.WorkCheck)
		}) { // it is being captured
			return nil, ErrNotAllowed
		}
		return &data.Work{Kind: workCancel, Period: c.Period}, err
	})
}

// on does work on a charge of an order. The name has the order and the charge before it. allow is
// asked under the lock of the order, unless the work exists and is not refused.
func (s *Shop) on(ctx context.Context, number, chargeID, name string, allow func(q data.Queries, c Charge) (*data.Work, error)) (*Order, error) {
	name = number + "/" + chargeID + "/" + name
	err := s.change(ctx, number, func(q data.Queries, _ *data.Order) error {
		if w, err := q.Work(ctx, name); err == nil && w.State != data.WorkRefused {
			return nil
		}
		charges, err := q.Charges(ctx, number)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(charges, func(c Charge) bool { return c.ChargeID == chargeID })
		if i < 0 {
			return ErrNotAllowed
		}
		w, err := allow(q, charges[i])
		if err != nil {
			return err
		}
		w.Name, w.OrderNumber, w.Target = name, number, chargeID
		_, err = q.OpenWork(ctx, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, number, s.do(ctx, name))
}

// Close ends the order's charge permission: nothing more can be charged. For a subscription this is
// its end.
func (s *Shop) Close(ctx context.Context, number string) (*Order, error) {
	o, err := s.Order(ctx, number)
	if err != nil {
		return nil, err
	}
	if o.ChargePermissionID == "" {
		return nil, ErrNotAllowed
	}
	return s.closePermission(ctx, number, o.ChargePermissionID)
}

func (s *Shop) closePermission(ctx context.Context, number, chargePermissionID string) (*Order, error) {
	name := number + "/close/" + chargePermissionID
	if _, err := s.db.OpenWork(ctx, &data.Work{Name: name, OrderNumber: number, Kind: workClose, Target: chargePermissionID}); err != nil {
		return nil, err
	}
	return s.after(ctx, number, s.do(ctx, name))
}

// applyRefund stores a refund, and what it makes of the charge's refunded amount.
func applyRefund(ctx context.Context, q data.Queries, o *data.Order, r *webstore.Refund) error {
	if err := q.PutRefund(ctx, o.Number, &Refund{RefundID: r.RefundID, ChargeID: r.ChargeID, Amount: r.RefundAmount, State: r.StatusDetails.State}); err != nil {
		return err
	}
	charges, err := q.Charges(ctx, o.Number)
	if err != nil {
		return err
	}
	refunds, err := q.Refunds(ctx, o.Number)
	if err != nil {
		return err
	}
	for _, c := range charges {
		if c.ChargeID != r.ChargeID {
			continue
		}
		if c.Refunded, err = amazonpay.NewPrice(0, c.Amount.CurrencyCode); err != nil {
			return err
		}
		for _, made := range refunds {
			if made.ChargeID != c.ChargeID || made.State == amazonpay.StateDeclined {
				continue
			}
			if c.Refunded, err = sum(c.Refunded, made.Amount); err != nil {
				return err
			}
		}
		if err := q.PutCharge(ctx, o.Number, &c); err != nil {
			return err
		}
	}
	return q.AddEvent(ctx, o.Number, "refund "+string(r.StatusDetails.State), r.RefundAmount.String()+" "+r.RefundID)
}

func isPositive(p amazonpay.Price) bool {
	minor, err := p.MinorUnits()
	return err == nil && minor > 0
}
