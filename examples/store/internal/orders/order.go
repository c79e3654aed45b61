package orders

import (
	"context"
	"errors"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
)

// Kind is the way an order is paid. The page chooses it with the button that it shows.
type Kind = data.Kind

// The kinds.
const (
	// KindReview: the buyer chooses address and card at Amazon, then pays on the shop's review page.
	KindReview Kind = "review"
	// KindProcessOrder is the additional payment button: the shop knows the address, and the buyer
	// pays at Amazon without a review page.
	KindProcessOrder Kind = "process-order"
	// KindRecurring is a monthly subscription, with a review page.
	KindRecurring Kind = "recurring"
	// KindWallet is like KindReview, and also saves the payment method for orders of KindOneClick.
	KindWallet Kind = "wallet"
	// KindOneClick is charged to the saved payment method, without a page of Amazon's.
	KindOneClick Kind = "one-click"
	// KindBuyNow is paid in the window of Amazon's JavaScript button.
	KindBuyNow Kind = "buy-now"
	// KindDonation is paid at Amazon, without an address and without a review page.
	KindDonation Kind = "donation"
)

// Status is how far an order is paid.
type Status = data.Status

// The statuses.
const (
	StatusPlaced     Status = "placed"     // waits for the buyer
	StatusCompleting Status = "completing" // a payment has begun, and its result is not known yet
	StatusPending    Status = "pending"    // Amazon has not decided yet: do not deliver
	StatusAuthorized Status = "authorized" // the money is held: capture it when the order is sent
	StatusPaid       Status = "paid"       // captured, in full or in part
	StatusDeclined   Status = "declined"   // not paid: the buyer may try again, with another card
	StatusCanceled   Status = "canceled"   // the held money was released
)

// Order is what a customer has ordered, with all that belongs to it. It prints and logs without
// personal data.
type Order struct {
	data.Order

	Items    []Item
	Charges  []Charge // oldest first; of a subscription, one a period
	Refunds  []Refund
	Disputes []Dispute
	Timeline []Event // oldest first
	// Check has what a person must look at, since nothing shows whether it was done: such as
	// "refund S4K7-2M9Q-XB3D/refund/…".
	Check []string
}

// The parts of an order.
type (
	// Item is a line of an order. Its price stays what it was when the order was placed.
	Item = data.Item
	// Charge is a payment of an order.
	Charge = data.Charge
	// Refund is money that went back to the buyer, or will.
	Refund = data.Refund
	// Dispute is a chargeback or an A-to-z claim about a charge.
	Dispute = data.Dispute
	// Event is a line of an order's history.
	Event = data.Event
)

// Ships reports whether the order has something to send.
func (o *Order) Ships() bool { return grams(o.Items) > 0 }

// MayPay reports whether the buyer may start a payment. An order of KindBuyNow is paid in Amazon's
// window alone.
func (o *Order) MayPay() bool { return mayPay(&o.Order) }

// IsPaid reports whether the money is held or taken.
func (o *Order) IsPaid() bool { return o.Status == StatusAuthorized || o.Status == StatusPaid }

func mayPay(o *data.Order) bool {
	return o.Kind != KindBuyNow && (o.Status == StatusPlaced || o.Status == StatusDeclined)
}

// NextPeriod returns the number of the subscription's first period that is not charged.
func (o *Order) NextPeriod() int { return nextPeriod(o.Charges) }

func nextPeriod(charges []Charge) int {
	last := 0
	for _, c := range charges {
		if isAlive(c) {
			last = max(last, c.Period)
		}
	}
	return last + 1
}

// isAlive reports whether a charge holds or has taken money, or may.
func isAlive(c Charge) bool {
	return c.State != amazonpay.StateDeclined && c.State != amazonpay.StateCanceled
}

// Order returns an order with all that belongs to it, or ErrNoOrder.
func (s *Shop) Order(ctx context.Context, number string) (*Order, error) {
	var o *Order
	err := s.db.Tx(ctx, func(q data.Queries) error { // so that the parts fit each other
		row, err := q.Order(ctx, number)
		if err != nil {
			return noOrder(err)
		}
		o = &Order{Order: *row}
		work, err := q.WorkOf(ctx, number)
		if err != nil {
			return err
		}
		for _, w := range work {
			if w.State == data.WorkCheck {
				o.Check = append(o.Check, w.Kind+" "+w.Name)
			}
		}
		return fill(&o.Items, q.Items, ctx, number, fill(&o.Charges, q.Charges, ctx, number, fill(&o.Refunds, q.Refunds, ctx, number,
			fill(&o.Disputes, q.Disputes, ctx, number, fill(&o.Timeline, q.Events, ctx, number, nil)))))
	})
	return o, err
}

// fill reads a part of an order, unless err says that another part could not be read.
func fill[T any](into *[]T, read func(ctx context.Context, number string) ([]T, error), ctx context.Context, number string, err error) error { //nolint:revive // the context is of read
	if err == nil {
		*into, err = read(ctx, number)
	}
	return err
}

// OrdersOf returns a customer's orders, newest first, without their parts.
func (s *Shop) OrdersOf(ctx context.Context, customer string) ([]*Order, error) {
	rows, err := s.db.OrdersOf(ctx, customer)
	return bare(rows), err
}

// Orders returns the newest orders of all customers, without their parts, for the admin page.
func (s *Shop) Orders(ctx context.Context, limit int) ([]*Order, error) {
	rows, err := s.db.Orders(ctx, limit)
	return bare(rows), err
}

func bare(rows []*data.Order) []*Order {
	found := make([]*Order, 0, len(rows))
	for _, row := range rows {
		found = append(found, &Order{Order: *row})
	}
	return found
}

// noOrder turns a row that is missing into ErrNoOrder.
func noOrder(err error) error {
	if errors.Is(err, data.ErrNone) {
		return ErrNoOrder
	}
	return err
}

// change changes an order under the lock of its row.
func (s *Shop) change(ctx context.Context, number string, f func(q data.Queries, o *data.Order) error) error {
	return s.db.Tx(ctx, func(q data.Queries) error {
		o, err := q.LockOrder(ctx, number)
		if err != nil {
			return noOrder(err)
		}
		if err := f(q, o); err != nil {
			return err
		}
		return q.UpdateOrder(ctx, o)
	})
}
