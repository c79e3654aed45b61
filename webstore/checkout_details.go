package webstore

import "github.com/amazonpay-go/sdk/amazonpay"

// CheckoutMode says how a session is checked out.
type CheckoutMode string

// CheckoutModeProcessOrder is the mode of an additional payment button (APB): the buyer pays at Amazon
// and does not come back to a review page.
const CheckoutModeProcessOrder CheckoutMode = "ProcessOrder"

// WebCheckoutDetails are the addresses between which the buyer's browser travels. Those of the
// shop must be https; the sandbox also takes http. Amazon adds the parameter
// amazonCheckoutSessionId to them.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type WebCheckoutDetails struct {
	// CheckoutReviewReturnURL is the shop's review page, to which the buyer comes after
	// choosing address and payment method: up to 512 characters, as each of these addresses.
	CheckoutReviewReturnURL string `json:"checkoutReviewReturnUrl,omitzero" pay:"max=512"`
	// CheckoutResultReturnURL is the page to which the buyer comes after paying, and where the
	// session is to be completed.
	CheckoutResultReturnURL string `json:"checkoutResultReturnUrl,omitzero" pay:"max=512"`
	// CheckoutCancelURL is the page to which the buyer comes after giving up.
	CheckoutCancelURL string `json:"checkoutCancelUrl,omitzero" pay:"max=512"`
	// CheckoutErrorURL is the page to which the buyer comes after an error, in the flows of
	// Amazon's mobile SDK:
	// https://developer.amazon.com/docs/mobile-app/sample-post-payload.html.
	CheckoutErrorURL string `json:"checkoutErrorUrl,omitzero" pay:"max=512"`
	// SignInReturnURL, for a button that signs the buyer in and saves a payment method at once, is
	// the page to which the buyer comes after that, with the id of a checkout session to be
	// completed:
	// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html.
	SignInReturnURL string `json:"signInReturnUrl,omitzero" pay:"max=512"`
	// SignInCancelURL and SignInErrorURL are known from answers of the service; that a request may
	// have them is likely.
	SignInCancelURL string `json:"signInCancelUrl,omitzero" pay:"max=512"`
	SignInErrorURL  string `json:"signInErrorUrl,omitzero" pay:"max=512"`
	// AuthorizeResultReturnURL and AmazonPayDeclineURL are known from answers of the service alone;
	// leave them empty in requests.
	AuthorizeResultReturnURL string `json:"authorizeResultReturnUrl,omitzero" pay:"max=512"`
	AmazonPayDeclineURL      string `json:"amazonPayDeclineUrl,omitzero" pay:"max=512"`
	// AmazonPayRedirectURL is where the buyer pays. The service sets it once the session has no
	// constraints; leave it empty in requests.
	AmazonPayRedirectURL string       `json:"amazonPayRedirectUrl,omitzero"`
	CheckoutMode         CheckoutMode `json:"checkoutMode,omitzero"`
}

// Scope is a part of the buyer's data that a session returns.
type Scope string

// The scopes.
const (
	ScopeName            Scope = "name"
	ScopeEmail           Scope = "email"
	ScopePostalCode      Scope = "postalCode"
	ScopeShippingAddress Scope = "shippingAddress"
	ScopePhoneNumber     Scope = "phoneNumber"
	ScopePrimeStatus     Scope = "primeStatus"
	ScopeBillingAddress  Scope = "billingAddress"
)

// DeliverySpecifications says where the shop ships to, so that the buyer can choose no
// other address. The service checks it in the sandbox only: live, it ignores what is wrong.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type DeliverySpecifications struct {
	SpecialRestrictions []SpecialRestriction `json:"specialRestrictions,omitzero"`
	AddressRestrictions *AddressRestrictions `json:"addressRestrictions,omitzero"`
}

// SpecialRestriction excludes a kind of address.
type SpecialRestriction string

// The special restrictions.
const (
	SpecialRestrictionRestrictPOBoxes      SpecialRestriction = "RestrictPOBoxes"      // in US, CA, GB, FR, DE, ES, PT, IT, AU
	SpecialRestrictionRestrictPackstations SpecialRestriction = "RestrictPackstations" // in DE
)

// AddressRestrictions is a list of places that are allowed, or not allowed.
type AddressRestrictions struct {
	Type AddressRestrictionType `json:"type,omitzero"`
	// Restrictions are places by country code. The zero [Restriction] is the whole country.
	Restrictions map[string]Restriction `json:"restrictions,omitzero"`
}

// AddressRestrictionType says what a list of places means.
type AddressRestrictionType string

// The types of address restrictions.
const (
	AddressRestrictionTypeAllowed    AddressRestrictionType = "Allowed"    // ship to these places only
	AddressRestrictionTypeNotAllowed AddressRestrictionType = "NotAllowed" // ship to all but these places
)

// Restriction is a part of a country. In a postal code * stands for any characters, and ? for one:
// https://www.amazonpay-faq.jp/faq/QA-559.
type Restriction struct {
	StatesOrRegions []string `json:"statesOrRegions,omitzero"`
	ZipCodes        []string `json:"zipCodes,omitzero"`
	// Except is what of the country is left out: with it alone the restriction is the whole country
	// but for that.
	Except *Restriction `json:"except,omitzero"`
}

// MultiAddressesCheckoutMetadata is what goes to one of several addresses, and its
// price.
type MultiAddressesCheckoutMetadata struct {
	AddressID string          `json:"addressId,omitzero"`
	Price     amazonpay.Price `json:"price,omitzero"`
}

// ProductType is what a button offers.
type ProductType string

// The product types.
const (
	ProductTypePayAndShip             ProductType = "PayAndShip"
	ProductTypePayOnly                ProductType = "PayOnly"
	ProductTypeSignIn                 ProductType = "SignIn"
	ProductTypePayAndShipMultiAddress ProductType = "PayAndShipMultiAddress"
	ProductTypeDonation               ProductType = "Donation" // known from checkout.js
)

// OrderType is what a session is for. It is known from answers of the service.
type OrderType string

// OrderTypePurchaseOrder is the type of a purchase.
const OrderTypePurchaseOrder OrderType = "PurchaseOrder"

// ChannelType is by what a session was begun.
type ChannelType string

// The types of channels.
const (
	ChannelTypeWeb       ChannelType = "Web"        // known from answers of the service
	ChannelTypeMobileSDK ChannelType = "MOBILE_SDK" // set by Amazon's mobile SDK
)

// ProcessorSpecifications name the payment service provider that processes the payment, in Japan.
// They are known from Amazon's sample for GMO Payment Gateway:
// https://github.com/amazonpay-labs/amazonpaycpsp-gmosampleapp-apb.
type ProcessorSpecifications struct {
	Name string `json:"name,omitzero"` // such as gmopg
}

// CartDetails are what a shop has told of its cart in a checkout on a single page ("Buy Now"). The
// other members, such as the line items, are in the Raw of the answer's Meta.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/buy-now-checkout.html
type CartDetails struct {
	DeliveryOptions []DeliveryOption `json:"deliveryOptions,omitzero"` // of a session, those that the buyer has chosen
}

// DeliveryOption is a way to deliver an order, and its price.
type DeliveryOption struct {
	ID             string          `json:"id,omitzero"` // the shop's own
	Price          amazonpay.Price `json:"price,omitzero"`
	ShippingMethod ShippingMethod  `json:"shippingMethod,omitzero"`
	IsDefault      amazonpay.Bool  `json:"isDefault,omitzero"`
}

// ShippingMethod is the name and the shop's code of a [DeliveryOption].
type ShippingMethod struct {
	ShippingMethodName string `json:"shippingMethodName,omitzero"`
	ShippingMethodCode string `json:"shippingMethodCode,omitzero"`
}

// Constraint is what a session still lacks before the buyer can pay.
type Constraint struct {
	ConstraintID ConstraintID `json:"constraintId,omitzero"`
	Description  string       `json:"description,omitzero"`
}

// ConstraintID names a [Constraint].
type ConstraintID string

// The constraints that are known; there are more.
const (
	ConstraintIDBuyerNotAssociated            ConstraintID = "BuyerNotAssociated" // until the buyer signed in
	ConstraintIDChargeAmountNotSet            ConstraintID = "ChargeAmountNotSet"
	ConstraintIDCheckoutResultReturnURLNotSet ConstraintID = "CheckoutResultReturnUrlNotSet"
	ConstraintIDPaymentIntentNotSet           ConstraintID = "PaymentIntentNotSet"
)
