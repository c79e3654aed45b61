package buynow

import (
	"context"
	"errors"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// The errors that a [Store] returns, possibly wrapped.
var (
	ErrUnknownCheckout = errors.New("buynow: no checkout has this id")
	ErrConflict        = errors.New("buynow: the checkout has changed since it was loaded")
	ErrSessionClaimed  = errors.New("buynow: the checkout session belongs to another order")
)

// Store keeps the checkouts, normally in the database of the shop. Its methods are called
// concurrently, from several processes if the shop has several. A checkout holds personal data once
// its finalization has begun.
//
// A table with the columns id (primary key), version, session_id (unique, may be null), status, and
// the rest as JSON is enough. Package buynowtest has the test for an implementation.
type Store interface {
	// Load returns the checkout as it was saved last, or [ErrUnknownCheckout].
	Load(ctx context.Context, checkoutID string) (Checkout, error)
	// Save stores the checkout, with Version increased by one, if its Version is the stored one, and
	// otherwise returns [ErrConflict]. A checkout that is not stored yet has Version 0:
	//
	//	INSERT …                                        -- Version is 0; the id exists: ErrConflict
	//	UPDATE … version = version + 1 … WHERE id = ? AND version = ?  -- no row: ErrConflict
	//
	// If SessionID is not empty, the session belongs to this checkout from then on, and Save returns
	// [ErrSessionClaimed] for every other one. That must hold over all that the shop sells with
	// Amazon Pay: if it also has a result page that completes sessions, both claim a session in the
	// same unique column, before they complete it. A checkout that changes its SessionID releases
	// the former session.
	//
	// All of this is one transaction, and it is on disk when Save returns: money moves next.
	Save(ctx context.Context, c Checkout) error
}

// Status is how far a [Checkout] is.
type Status string

// The statuses.
const (
	// StatusOpen: nothing was charged, and the buyer can pay.
	StatusOpen Status = "open"
	// StatusBegun: the buyer has pressed "Pay now", and the finalization has begun. The result is not
	// known yet: see [Handler.Resume].
	StatusBegun Status = "begun"
	// StatusPaid: the buyer has paid Cart. Nothing changes this any more.
	StatusPaid Status = "paid"
	// StatusFailed: nothing was charged for this checkout, and it cannot be paid any more. To
	// sell the cart after all, make a new checkout.
	StatusFailed Status = "failed"
	// StatusReview: the session of this checkout was completed, but with another amount, for another
	// order or without a charge. Do not deliver: a person must look at the session, and refund or
	// deliver.
	StatusReview Status = "review"
)

// IsFinal reports whether the handler never changes the status again: it is paid, failed or review.
func (s Status) IsFinal() bool {
	return s == StatusPaid || s == StatusFailed || s == StatusReview
}

// Checkout is one try to buy one cart. A [Store] keeps it, and may keep it as JSON. Only the
// handler changes it.
type Checkout struct {
	ID        string `json:"id" log:"checkout_id"`
	Version   int64  `json:"version"`                   // 0 if it was never saved
	Reference string `json:"reference" log:"reference"` // the shop's order number, which the buyer and the charge have as merchant reference
	Status    Status `json:"status" log:"status"`

	// Cart is the cart that was shown last and, from StatusBegun on, the cart that is paid: computed
	// by the shop for ShippingAddress and DeliveryOptionID.
	Cart             webstore.CartDetails `json:"cart,omitzero"`
	DeliveryOptionID string               `json:"deliveryOptionId,omitzero"`
	// ShippingAddress is the address that the browser sent last and, from StatusBegun on, the address
	// that Amazon has. It is nil if nothing is shipped.
	ShippingAddress *amazonpay.Address `json:"shippingAddress,omitzero"`
	// Language is the language of Amazon's page, such as en_US.
	Language string `json:"language,omitzero" log:"language"`

	// SessionID is the session that pays, or was meant to. It, the buyer, the billing address and the
	// description of the payment method are set from StatusBegun on.
	SessionID         string             `json:"sessionId,omitzero" log:"checkout_session_id"`
	BillingAddress    *amazonpay.Address `json:"billingAddress,omitzero"`
	Buyer             *webstore.Buyer    `json:"buyer,omitzero"`
	PaymentDescriptor string             `json:"paymentDescriptor,omitzero"` // such as "Visa ****1111"

	// Attempt is part of the idempotency key: another one follows a decline. Calls counts the calls of
	// all attempts. Unsettled says that a call with the key may have done the work.
	Attempt   int  `json:"attempt,omitzero" log:"attempt"`
	Calls     int  `json:"calls,omitzero" log:"calls"`
	Unsettled bool `json:"unsettled,omitzero"`

	// ChargePermissionID and ChargeID are set if the checkout is paid, the latter unless the payment
	// intent is Confirm. Pending says that Amazon may still decline the charge: do not deliver before
	// it is decided.
	ChargePermissionID string               `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	ChargeID           string               `json:"chargeId,omitzero" log:"charge_id"`
	Pending            bool                 `json:"pending,omitzero" log:"pending"`
	ReasonCode         amazonpay.ReasonCode `json:"reasonCode,omitzero" log:"reason_code"` // why the last attempt failed
	// Completed says that Config.CompleteCheckout has returned without an error.
	Completed bool `json:"completed,omitzero" log:"completed"`
}
