package buynow

import (
	"encoding/json"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// InitCheckout is the event of a buyer who has signed in at Amazon's page. The page shows the first
// cart.
type InitCheckout struct {
	CheckoutID       string
	ShippingAddress  *amazonpay.Address // nil for PayOnly
	BillingAddress   *amazonpay.Address
	Buyer            *webstore.Buyer
	Scopes           json.RawMessage
	CheckoutLanguage string
}

// ShippingAddressSelection is the event of a buyer who has chosen an address.
type ShippingAddressSelection struct {
	CheckoutID      string
	ShippingAddress *amazonpay.Address
}

// DeliveryOptionSelection is the event of a buyer who has chosen a delivery option.
type DeliveryOptionSelection struct {
	CheckoutID       string
	ShippingAddress  *amazonpay.Address // for which the cart is shown
	DeliveryOptionID string
}
