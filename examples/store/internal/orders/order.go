package orders

import (
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Kind is the way an order is paid. The page chooses it with the button that it shows.
type Kind string

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
type Status string

// The statuses. Placed, Declined and Open may become any other; Canceled is final.
const (
	StatusPlaced     Status = "placed"     // waits for the buyer
	StatusCompleting Status = "completing" // a payment has begun, and its result is not known yet
	StatusPending    Status = "pending"    // Amazon has not decided yet: do not deliver
	StatusAuthorized Status = "authorized" // the money is held: capture it when the order is sent
	StatusPaid       Status = "paid"       // captured, in full or in part
	StatusDeclined   Status = "declined"   // not paid: the buyer may try again, with another card
	StatusCanceled   Status = "canceled"   // not paid, or the held money was released
)

// Order is what a customer has ordered, as it is stored.
type Order struct {
	Number   string // such as "S4K7-2M9Q-XB3D"; also its merchant reference at Amazon Pay
	Customer string
	Kind     Kind
	Status   Status
	// Failure is Amazon's reason code, or a short text, if a payment was refused. It is empty again
	// after a payment.
	Failure string
	Items   []Item

	Subtotal, Delivery, Total amazonpay.Price // Total is Subtotal and Delivery
	DeliveryOption            string          // the ID of a DeliveryOption; empty if nothing is shipped
	Address                   *amazonpay.Address
	BuyerName, BuyerEmail     string

	// SessionID is the checkout session that pays the order. It is empty until a payment has begun.
	SessionID          string
	ChargePermissionID string
	Charges            []Charge // of a subscription, one a period
	Refunds            []Refund
	Disputes           []Dispute
	Timeline           []Event // oldest first
	Placed             time.Time
}

// Item is a line of an order. Its price stays what it was when the order was placed.
type Item struct {
	SKU      string
	Quantity int
	Price    amazonpay.Price // of one piece
}

// Charge is a payment of an order.
type Charge struct {
	ChargeID string
	Period   int             // of a subscription: 1, 2, …; 1 otherwise
	Amount   amazonpay.Price // authorized
	Captured amazonpay.Price
	Refunded amazonpay.Price // refunds that have not been declined
	State    amazonpay.State
	Reason   amazonpay.ReasonCode
}

// Refund is money that went back to the buyer, or will.
type Refund struct {
	RefundID string
	ChargeID string
	Amount   amazonpay.Price
	State    amazonpay.State
}

// Dispute is a chargeback or an A-to-z claim about a charge.
type Dispute struct {
	DisputeID string
	ChargeID  string
	Amount    amazonpay.Price
	State     string // of webstore.DisputeState
	Reason    string
}

// Event is a line of an order's history.
type Event struct {
	Time time.Time
	// Name is one of a few words, such as "placed", "charged", "captured", "refunded", "declined".
	Name   string
	Detail string // an id, an amount or a reason code; never the buyer's data
}

// Ships reports whether the order has something to send.
func (o *Order) Ships() bool { return ships(o.Items) }

// MayPay reports whether the buyer may start a payment.
func (o *Order) MayPay() bool { return o.Status == StatusPlaced || o.Status == StatusDeclined }

// IsPaid reports whether the money is held or taken.
func (o *Order) IsPaid() bool { return o.Status == StatusAuthorized || o.Status == StatusPaid }
