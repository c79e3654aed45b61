package orders

import (
	"context"
	"errors"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
)

// What Detail says of work that charges.
const (
	detailCapture = "capture" // the charge is captured at once
	detailWallet  = "wallet"  // the charge is on a saved payment method
)

// Result completes the session with which the buyer came back from paying, once, and returns the
// order as it is now. Look at its Status: Completing and Pending mean that the result is not known
// yet. A page that is loaded again gets the same answer. If the order has another session that pays
// it, this one is not completed. Errors: ErrOtherOrder; ErrSession if Amazon does not know the
// session; ErrTotal if the order has another total by now than the buyer has approved, so that the
// review page should be shown; ErrBusy and ErrUnavailable, after which Run goes on with the
// payment.
func (s *Shop) Result(ctx context.Context, number, sessionID string) (*Order, error) {
	o, err := s.Order(ctx, number)
	if err != nil {
		return nil, err
	}
	name := number + "/complete/" + sessionID
	if sessionID == "" || o.SessionID != sessionID { // the payment has not begun
		if !o.MayPay() {
			if _, err := s.sessionOf(ctx, number, sessionID); err != nil {
				return nil, err
			}
			return o, nil
		}
		if err := s.begin(ctx, number, sessionID, name); err != nil {
			return nil, err
		}
	}
	return s.after(ctx, number, s.do(ctx, name))
}

// after returns the order after a piece of work.
func (s *Shop) after(ctx context.Context, number string, err error) (*Order, error) {
	o, readErr := s.Order(ctx, number)
	if err == nil || errors.Is(err, data.ErrNone) { // ErrNone: there is no work, since another session pays
		return o, readErr
	}
	return o, errors.Join(err, readErr)
}

// begin claims the order for a session, and stores the work to complete it, unless another session
// has been claimed.
func (s *Shop) begin(ctx context.Context, number, sessionID, name string) error {
	session, err := s.sessionOf(ctx, number, sessionID)
	if err != nil {
		return err
	}
	if session.StatusDetails.State == amazonpay.StateCanceled {
		return s.refused(ctx, number, session.StatusDetails.ReasonCode)
	}
	return s.change(ctx, number, func(q data.Queries, o *data.Order) error {
		if !mayPay(o) || o.SessionID != "" {
			return nil // another request or another session was first
		}
		items, err := q.Items(ctx, number)
		if err != nil {
			return err
		}
		row, err := q.Session(ctx, sessionID)
		switch {
		case errors.Is(err, data.ErrNone) && o.Address == nil && grams(items) > 0:
			return ErrTotal // the buyer skipped the review page, and so the price of the delivery
		case errors.Is(err, data.ErrNone): // there was no review page: the order says all
			row = &data.Session{
				SessionID: sessionID, OrderNumber: number, Delivery: o.Delivery, Total: o.Total, DeliveryOption: o.DeliveryOption, Address: o.Address,
			}
			if session.Buyer != nil {
				row.BuyerName, row.BuyerEmail = session.Buyer.Name, session.Buyer.Email
			}
			ours, err := q.PutSession(ctx, row)
			if err == nil && !ours {
				err = ErrOtherOrder
			}
			if err != nil {
				return err
			}
		case err != nil:
			return err
		case row.OrderNumber != number:
			return ErrOtherOrder
		}
		if asked := session.PaymentDetails; session.StatusDetails.State == amazonpay.StateOpen && asked != nil && asked.ChargeAmount != (amazonpay.Price{}) && !asked.ChargeAmount.Equal(row.Total) {
			return ErrTotal // the buyer has chosen otherwise since, in another window
		}
		w := &data.Work{Name: name, OrderNumber: number, Kind: workComplete, Target: sessionID, Period: 1, Amount: row.Total}
		if grams(items) == 0 { // as paymentDetails says
			w.Detail = detailCapture
		}
		opened, err := q.OpenWork(ctx, w)
		if err != nil || !opened {
			return err
		}
		copySession(o, row)
		o.SessionID, o.Status, o.Failure = sessionID, StatusCompleting, ""
		return q.AddEvent(ctx, number, "paying", row.Total.String()+" "+sessionID)
	})
}

// refused stores that Amazon has canceled a session that was not completed.
func (s *Shop) refused(ctx context.Context, number string, reason amazonpay.ReasonCode) error {
	return s.change(ctx, number, func(q data.Queries, o *data.Order) error {
		if !mayPay(o) || o.SessionID != "" || o.Failure == string(reason) {
			return nil
		}
		o.Failure = string(reason)
		if reason != amazonpay.ReasonCodeBuyerCanceled {
			o.Status = StatusDeclined
		}
		return q.AddEvent(ctx, number, "declined", string(reason))
	})
}

// GiveUp is for the page to which Amazon sends a buyer who has canceled. The order may still be
// paid.
func (s *Shop) GiveUp(ctx context.Context, number string) (*Order, error) {
	err := s.change(ctx, number, func(q data.Queries, o *data.Order) error {
		if !mayPay(o) || o.Failure == string(amazonpay.ReasonCodeBuyerCanceled) {
			return nil
		}
		o.Failure = string(amazonpay.ReasonCodeBuyerCanceled)
		return q.AddEvent(ctx, number, "given up", "")
	})
	if err != nil {
		return nil, err
	}
	return s.Order(ctx, number)
}
