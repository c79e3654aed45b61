package webstore

import "github.com/amazonpay-go/sdk/amazonpay"

// CheckoutMode says how a session is checked out.
type CheckoutMode string

// ProcessOrder is the mode of an additional payment button (APB): the buyer pays at Amazon
// and does not come back to a review page.
const ProcessOrder CheckoutMode = "ProcessOrder"

// WebCheckoutDetails are the addresses between which the buyer's browser travels. Those of the
// shop must be https; the sandbox also takes http. Amazon adds the parameter
// amazonCheckoutSessionId to them.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type WebCheckoutDetails struct {
	// CheckoutReviewReturnURL is the shop's review page, to which the buyer comes after
	// choosing address and payment method: up to 512 bytes.
	CheckoutReviewReturnURL string `json:"checkoutReviewReturnUrl,omitzero" pay:"max=512"`
	// CheckoutResultReturnURL is the page to which the buyer comes after paying, and where the
	// session is to be completed: up to 512 bytes.
	CheckoutResultReturnURL string `json:"checkoutResultReturnUrl,omitzero" pay:"max=512"`
	// CheckoutCancelURL is the page to which the buyer comes after giving up.
	CheckoutCancelURL string `json:"checkoutCancelUrl,omitzero"`
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
	RestrictPOBoxes      SpecialRestriction = "RestrictPOBoxes"      // in US, CA, GB, FR, DE, ES, PT, IT, AU
	RestrictPackstations SpecialRestriction = "RestrictPackstations" // in DE
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
	Allowed    AddressRestrictionType = "Allowed"    // ship to these places only
	NotAllowed AddressRestrictionType = "NotAllowed" // ship to all but these places
)

// Restriction is a part of a country.
type Restriction struct {
	StatesOrRegions []string `json:"statesOrRegions,omitzero"`
	ZipCodes        []string `json:"zipCodes,omitzero"`
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
	PayAndShip             ProductType = "PayAndShip"
	PayOnly                ProductType = "PayOnly"
	SignIn                 ProductType = "SignIn"
	PayAndShipMultiAddress ProductType = "PayAndShipMultiAddress"
)

// Constraint is what a session still lacks before the buyer can pay.
type Constraint struct {
	ConstraintID ConstraintID `json:"constraintId,omitzero"`
	Description  string       `json:"description,omitzero"`
}

// ConstraintID names a [Constraint].
type ConstraintID string

// The constraints that are known; there are more.
const (
	BuyerNotAssociated            ConstraintID = "BuyerNotAssociated" // until the buyer signed in
	ChargeAmountNotSet            ConstraintID = "ChargeAmountNotSet"
	CheckoutResultReturnURLNotSet ConstraintID = "CheckoutResultReturnUrlNotSet"
	PaymentIntentNotSet           ConstraintID = "PaymentIntentNotSet"
)
