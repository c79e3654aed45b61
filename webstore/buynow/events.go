package buynow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// InitCheckout is the event onInitCheckout: the buyer has signed in at Amazon's page, which shows
// the first cart. Everything but the id comes from the browser and may be a lie, which is harmless:
// the cart is computed again for what Amazon has before anything is charged.
type InitCheckout struct {
	CheckoutID string `log:"checkout_id"`
	// ShippingAddress is the buyer's default address, nil if nothing is shipped.
	ShippingAddress *amazonpay.Address
	BillingAddress  *amazonpay.Address // nil without its scope
	Buyer           *webstore.Buyer    // what the scopes of the button allow; may be nil
	// CheckoutLanguage is the language of the page, such as en_US. Use it for the texts of the cart.
	CheckoutLanguage string `log:"checkout_language"`
}

// ShippingAddressSelection is the event onShippingAddressSelection: the buyer has chosen another
// address. The handler also computes the cart with it before the payment, then with the address
// that Amazon has.
type ShippingAddressSelection struct {
	CheckoutID       string `log:"checkout_id"`
	ShippingAddress  *amazonpay.Address
	CheckoutLanguage string `log:"checkout_language"`
}

// DeliveryOptionSelection is the event onDeliveryOptionSelection: the buyer has chosen another
// delivery option, one of those that were returned for the address.
type DeliveryOptionSelection struct {
	CheckoutID       string             `log:"checkout_id"`
	DeliveryOptionID string             `log:"delivery_option_id"`
	ShippingAddress  *amazonpay.Address // of the cart that is shown, or the one that Amazon has
	CheckoutLanguage string             `log:"checkout_language"`
}

// DeclineError is returned by a function of the shop that does not sell what the event asks for:
// the shop does not deliver to the address, or something is sold out. The page gets the status
// decline with the reason code. Any other error is logged as a failure of the shop, and the page
// gets the status error.
type DeclineError struct {
	ReasonCode string // for the page, such as AddressNotServed
	Err        error  // for the log; may be nil
}

// Error returns the reason code and the cause.
func (e *DeclineError) Error() string {
	if e.Err == nil {
		return "buynow: declined: " + e.ReasonCode
	}
	return fmt.Sprintf("buynow: declined: %s: %v", e.ReasonCode, e.Err)
}

// Unwrap returns Err.
func (e *DeclineError) Unwrap() error { return e.Err }

// The names of the events, as the page's script has them.
const (
	onInitCheckout             = "onInitCheckout"
	onShippingAddressSelection = "onShippingAddressSelection"
	onDeliveryOptionSelection  = "onDeliveryOptionSelection"
	onCompleteCheckout         = "onCompleteCheckout"
	onCancel                   = "onCancel"
	onError                    = "onError"
)

// event is what the page posts. No amount is among its members: none is read.
type event struct {
	CheckoutID string `json:"checkoutId"`
	Name       string `json:"event"`
	Data       struct {
		ShippingAddress  *amazonpay.Address        `json:"shippingAddress"`
		BillingAddress   *amazonpay.Address        `json:"billingAddress"`
		Buyer            leniently[webstore.Buyer] `json:"buyer"`
		CheckoutLanguage string                    `json:"checkoutLanguage"`
		DeliveryOptions  chosenOption              `json:"deliveryOptions"`
		SessionID        string                    `json:"amazonCheckoutSessionId"`
		Code             string                    `json:"code"` // of onError
		Message          string                    `json:"message"`
	} `json:"data"`
}

// leniently is a member of an event that no payment depends on, and whose form is not documented.
// It is nil if it has another form.
type leniently[T any] struct{ Value *T }

// UnmarshalJSON never fails.
func (l *leniently[T]) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &l.Value) != nil {
		l.Value = nil
	}
	return nil
}

// chosenOption is a delivery option of an event: the page of Amazon sends {"id": …} or a list of
// one.
type chosenOption struct{ ID string }

// UnmarshalJSON accepts both forms.
func (o *chosenOption) UnmarshalJSON(b []byte) error {
	type option struct {
		ID string `json:"id"`
	}
	var list []option
	if err := json.Unmarshal(b, &list); err != nil {
		list = make([]option, 1)
		if err := json.Unmarshal(b, &list[0]); err != nil {
			return errors.New("deliveryOptions is neither an option nor a list of one")
		}
	}
	switch len(list) {
	case 0:
	case 1:
		o.ID = list[0].ID
	default:
		return errors.New("deliveryOptions has several options: only one can be chosen")
	}
	return nil
}

// The limits of what a browser may send.
const (
	maxBody = 64 << 10
	maxID   = 128
)

// decode reads an event.
func decode(body io.Reader) (event, error) {
	var e event
	decoder := json.NewDecoder(body)
	if err := decoder.Decode(&e); err != nil {
		return event{}, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return event{}, tooLarge
		}
		return event{}, errors.New("there is more than one JSON value")
	}
	for _, id := range []string{e.CheckoutID, e.Data.SessionID, e.Data.DeliveryOptions.ID, e.Data.CheckoutLanguage} {
		if len(id) > maxID || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' }) {
			return event{}, fmt.Errorf("an id is longer than %d bytes or has a control character", maxID)
		}
	}
	switch e.Name {
	case onInitCheckout, onShippingAddressSelection, onDeliveryOptionSelection, onCompleteCheckout, onCancel, onError:
		return e, nil
	}
	return event{}, errors.New("the event is unknown")
}
