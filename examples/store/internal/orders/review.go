package orders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// Review is what the review page shows.
type Review struct {
	Order   *Order // with the prices for the session's address and the chosen option
	Session string
	Options []DeliveryOption // empty if nothing is shipped
	Payment string           // the card, as Amazon describes it
}

// Review reads the session with which the buyer came back from Amazon, and prices the order for its
// address. Errors: ErrOtherOrder if the session belongs to another order; ErrSession if it is over;
// ErrNotPayable if the order is paid already, so that the page should show the order instead;
// ErrAddress if the shop does not deliver there, so that the buyer must choose another address.
func (s *Shop) Review(ctx context.Context, number, sessionID string) (*Review, error) {
	return s.review(ctx, number, sessionID, "")
}

// ChooseDelivery is Review with another delivery option.
func (s *Shop) ChooseDelivery(ctx context.Context, number, sessionID, optionID string) (*Review, error) {
	return s.review(ctx, number, sessionID, optionID)
}

// review prices an order for a session, and stores that. An empty option is the one chosen before.
func (s *Shop) review(ctx context.Context, number, sessionID, optionID string) (*Review, error) {
	o, err := s.payable(ctx, number)
	if err != nil {
		return nil, err
	}
	session, err := s.openSession(ctx, number, sessionID)
	if err != nil {
		return nil, err
	}
	r := &Review{Order: o, Session: sessionID}
	if len(session.PaymentPreferences) > 0 {
		r.Payment = session.PaymentPreferences[0].PaymentDescriptor
	}
	row := data.Session{SessionID: sessionID, OrderNumber: number, Delivery: o.Delivery, Total: o.Subtotal}
	if session.Buyer != nil {
		row.BuyerName, row.BuyerEmail = session.Buyer.Name, session.Buyer.Email
	}
	if o.Ships() {
		if optionID == "" {
			switch before, err := s.db.Session(ctx, sessionID); {
			case err == nil:
				optionID = before.DeliveryOption
			case !errors.Is(err, data.ErrNone):
				return nil, err
			}
		}
		weight, currency := grams(o.Items), o.Subtotal.CurrencyCode
		if r.Options, err = DeliveryOptions(session.ShippingAddress, weight, currency); err != nil {
			return nil, err
		}
		option, err := choose(session.ShippingAddress, weight, currency, optionID)
		if err != nil {
			return nil, err
		}
		row.Address, row.DeliveryOption, row.Delivery = session.ShippingAddress, option.ID, option.Price
		if row.Total, err = sum(o.Subtotal, option.Price); err != nil {
			return nil, err
		}
	}
	ours, err := s.db.PutSession(ctx, &row)
	if err != nil {
		return nil, err
	}
	if !ours {
		return nil, ErrOtherOrder
	}
	copySession(&o.Order, &row)
	return r, nil
}

// copySession puts what was priced for a session into its order.
func copySession(o *data.Order, row *data.Session) {
	o.Delivery, o.Total, o.DeliveryOption, o.Address = row.Delivery, row.Total, row.DeliveryOption, row.Address
	o.BuyerName, o.BuyerEmail = row.BuyerName, row.BuyerEmail
}

// Pay sets the total on the session, and returns the page of Amazon's at which the buyer pays it.
// shown is the total that the review page showed. If the address at Amazon has changed since, so
// that the total is another, the error is ErrTotal, and Amazon has not been told anything. The
// errors of Review are possible too.
func (s *Shop) Pay(ctx context.Context, number, sessionID string, shown amazonpay.Price) (redirectURL string, err error) {
	r, err := s.review(ctx, number, sessionID, "")
	if err != nil {
		return "", err
	}
	o := r.Order
	if !o.Total.Equal(shown) {
		return "", ErrTotal
	}
	in := &webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: s.config.BaseURL + ResultPath(number)},
		PaymentDetails:     paymentDetails(o.Ships(), o.Total),
		MerchantMetadata:   s.metadata(number),
	}
	if o.Kind == KindRecurring {
		in.RecurringMetadata = monthly(o.Total)
	}
	session, err := s.pay.UpdateCheckoutSession(ctx, sessionID, in)
	if err != nil {
		return "", unavailable(err)
	}
	if len(session.Constraints) > 0 || session.WebCheckoutDetails == nil || session.WebCheckoutDetails.AmazonPayRedirectURL == "" {
		return "", fmt.Errorf("orders: the session cannot be paid yet: %v", session.Constraints)
	}
	return session.WebCheckoutDetails.AmazonPayRedirectURL, nil
}

// payable returns an order that may be paid.
func (s *Shop) payable(ctx context.Context, number string) (*Order, error) {
	o, err := s.Order(ctx, number)
	if err != nil {
		return nil, err
	}
	if !o.MayPay() {
		return nil, ErrNotPayable
	}
	return o, nil
}

// openSession returns an order's session that is open.
func (s *Shop) openSession(ctx context.Context, number, sessionID string) (*webstore.CheckoutSession, error) {
	session, err := s.sessionOf(ctx, number, sessionID)
	if err != nil {
		return nil, err
	}
	if session.StatusDetails.State != amazonpay.StateOpen {
		return nil, ErrSession
	}
	return session, nil
}

// sessionOf returns a session if it is the order's.
func (s *Shop) sessionOf(ctx context.Context, number, sessionID string) (*webstore.CheckoutSession, error) {
	if sessionID == "" {
		return nil, ErrSession
	}
	if row, err := s.db.Session(ctx, sessionID); err == nil && row.OrderNumber != number {
		return nil, ErrOtherOrder
	} else if err != nil && !errors.Is(err, data.ErrNone) {
		return nil, err
	}
	session, err := s.pay.GetCheckoutSessionOfOrder(ctx, sessionID, number)
	if other, ok := errors.AsType[*webstore.OtherOrderError](err); ok {
		if other.Found == "" && other.Session != nil && other.Session.StatusDetails.State == amazonpay.StateCanceled {
			return other.Session, nil // it has lost its reference, and nothing can be charged with it
		}
		s.log.WarnContext(ctx, "a session of another order was presented", slog.String("order", number), slog.Any("error", err))
		return nil, ErrOtherOrder
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return session, nil
}

// unavailable turns the error of a call into one that a page can show.
func unavailable(err error) error {
	_, bad := errors.AsType[*amazonpay.FieldError](err)
	switch {
	case bad, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound, amazonpay.ReasonCodeInvalidCheckoutSessionStatus,
		amazonpay.ReasonCodeInvalidParameterValue, amazonpay.ReasonCodeCheckoutSessionCanceled):
		return errors.Join(ErrSession, err)
	}
	return errors.Join(ErrUnavailable, err)
}
