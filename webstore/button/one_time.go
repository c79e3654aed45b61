package button

import (
	"cmp"

	"github.com/amazonpay-go/sdk/webstore"
)

// OneTime is the payload of a button for one order with a review page: the buyer chooses an address
// and a payment method at Amazon, returns to the review page, and pays after it.
// WebCheckoutDetails.CheckoutReviewReturnURL is required.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/add-the-amazon-pay-button.html
type OneTime struct {
	WebCheckoutDetails     *webstore.WebCheckoutDetails     `json:"webCheckoutDetails,omitzero"`
	StoreID                string                           `json:"storeId,omitzero" log:"store_id"`
	Scopes                 []webstore.Scope                 `json:"scopes,omitzero"`
	DeliverySpecifications *webstore.DeliverySpecifications `json:"deliverySpecifications,omitzero"`
	ChargePermissionType   webstore.ChargePermissionType    `json:"chargePermissionType,omitzero"` // OneTime, or empty
	// PaymentDetails has what can be set only when the session is created: PresentmentCurrency,
	// AllowOvercharge and ExtendExpiration. The review page can set the rest.
	PaymentDetails          *webstore.PaymentDetails          `json:"paymentDetails,omitzero"`
	MerchantMetadata        *webstore.MerchantMetadata        `json:"merchantMetadata,omitzero"`
	PlatformID              string                            `json:"platformId,omitzero"`
	ProviderMetadata        *webstore.ProviderMetadata        `json:"providerMetadata,omitzero"`
	ProcessorSpecifications *webstore.ProcessorSpecifications `json:"processorSpecifications,omitzero"`
}

// reviewed are the pages of a checkout with a review page.
var reviewed = pageRules{reviewPage: true, resultPage: false, cancelPage: false, errorPage: false}

// Validate returns an error for a member that the kind requires or refuses.
func (p OneTime) Validate() error {
	return cmp.Or(
		reviewed.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
		checkType(cmp.Or(p.ChargePermissionType, webstore.ChargePermissionTypeOneTime), webstore.ChargePermissionTypeOneTime),
		checkPayment(p.PaymentDetails),
		checkDelivery(p.DeliverySpecifications),
	)
}

func (p OneTime) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	return p
}

func (p OneTime) kind() kind {
	return kind{name: "OneTime", call: callRender, config: sessionConfig, products: shipping, pages: pagesOf(p.WebCheckoutDetails), currencies: currenciesOf(p.PaymentDetails, nil)}
}

// shipping are the product types of an order that may be shipped.
var shipping = []webstore.ProductType{webstore.ProductTypePayAndShip, webstore.ProductTypePayOnly}

// MultiAddress is the payload of a button for one order that is shipped to several addresses, which
// the buyer chooses at Amazon. The session then has them in its ShippingAddressList.
// WebCheckoutDetails.CheckoutReviewReturnURL is required.
type MultiAddress struct {
	WebCheckoutDetails     *webstore.WebCheckoutDetails     `json:"webCheckoutDetails,omitzero"`
	StoreID                string                           `json:"storeId,omitzero" log:"store_id"`
	Scopes                 []webstore.Scope                 `json:"scopes,omitzero"`
	DeliverySpecifications *webstore.DeliverySpecifications `json:"deliverySpecifications,omitzero"`
	PaymentDetails         *webstore.PaymentDetails         `json:"paymentDetails,omitzero"` // as in [OneTime]
	MerchantMetadata       *webstore.MerchantMetadata       `json:"merchantMetadata,omitzero"`
	PlatformID             string                           `json:"platformId,omitzero"`
	ProviderMetadata       *webstore.ProviderMetadata       `json:"providerMetadata,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p MultiAddress) Validate() error {
	return cmp.Or(
		reviewed.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
		checkPayment(p.PaymentDetails),
		checkDelivery(p.DeliverySpecifications),
	)
}

func (p MultiAddress) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	return p
}

func (p MultiAddress) kind() kind {
	return kind{
		name: "MultiAddress", call: callRender, config: sessionConfig,
		products: []webstore.ProductType{webstore.ProductTypePayAndShipMultiAddress}, pages: pagesOf(p.WebCheckoutDetails), currencies: currenciesOf(p.PaymentDetails, nil),
	}
}

// Donation is the payload of a button for a donation, with a review page. Nothing is shipped.
// WebCheckoutDetails.CheckoutReviewReturnURL is required.
type Donation struct {
	WebCheckoutDetails *webstore.WebCheckoutDetails `json:"webCheckoutDetails,omitzero"`
	StoreID            string                       `json:"storeId,omitzero" log:"store_id"`
	Scopes             []webstore.Scope             `json:"scopes,omitzero"`
	PaymentDetails     *webstore.PaymentDetails     `json:"paymentDetails,omitzero"` // as in [OneTime]
	MerchantMetadata   *webstore.MerchantMetadata   `json:"merchantMetadata,omitzero"`
	PlatformID         string                       `json:"platformId,omitzero"`
	ProviderMetadata   *webstore.ProviderMetadata   `json:"providerMetadata,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p Donation) Validate() error {
	return cmp.Or(
		reviewed.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
		checkPayment(p.PaymentDetails),
	)
}

func (p Donation) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	return p
}

func (p Donation) kind() kind {
	return kind{
		name: "Donation", call: callRender, config: sessionConfig,
		products: []webstore.ProductType{webstore.ProductTypeDonation}, pages: pagesOf(p.WebCheckoutDetails), currencies: currenciesOf(p.PaymentDetails, nil),
	}
}
