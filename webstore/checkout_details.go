package webstore

import "github.com/amazonpay-go/sdk/amazonpay"

// CheckoutMode is how a session is checked out.
type CheckoutMode string

// CheckoutModeProcessOrder is the mode of an additional payment button (APB): the buyer pays at
// Amazon and does not return to a review page.
const CheckoutModeProcessOrder CheckoutMode = "ProcessOrder"

// WebCheckoutDetails are the pages between which the buyer's browser moves. The shop's URLs must be
// https; the sandbox also accepts http. Amazon adds the parameter amazonCheckoutSessionId to them.
// Each is at most 512 characters long.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type WebCheckoutDetails struct {
	// CheckoutReviewReturnURL is the shop's review page. The buyer gets there after choosing an
	// address and a payment method.
	CheckoutReviewReturnURL string `json:"checkoutReviewReturnUrl,omitzero" pay:"max=512"`
	// CheckoutResultReturnURL is the page that completes the session. The buyer gets there after
	// paying.
	CheckoutResultReturnURL string `json:"checkoutResultReturnUrl,omitzero" pay:"max=512"`
	// CheckoutCancelURL is the page for a buyer who canceled.
	CheckoutCancelURL string `json:"checkoutCancelUrl,omitzero" pay:"max=512"`
	// CheckoutErrorURL is the page shown after an error, in the flows of Amazon's mobile SDK:
	// https://developer.amazon.com/docs/mobile-app/sample-post-payload.html.
	CheckoutErrorURL string `json:"checkoutErrorUrl,omitzero" pay:"max=512"`
	// SignInReturnURL is for a button that signs the buyer in and saves a payment method at once. The
	// buyer then gets there, with the id of a checkout session to complete:
	// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html.
	SignInReturnURL string `json:"signInReturnUrl,omitzero" pay:"max=512"`
	// SignInCancelURL and SignInErrorURL are the same for a buyer who canceled, or after an error.
	SignInCancelURL string `json:"signInCancelUrl,omitzero" pay:"max=512"`
	SignInErrorURL  string `json:"signInErrorUrl,omitzero" pay:"max=512"`
	// AuthorizeResultReturnURL and AmazonPayDeclineURL are set by the service. Leave them empty in
	// requests.
	AuthorizeResultReturnURL string `json:"authorizeResultReturnUrl,omitzero" pay:"max=512"`
	AmazonPayDeclineURL      string `json:"amazonPayDeclineUrl,omitzero" pay:"max=512"`
	// AmazonPayRedirectURL is where the buyer pays. The service sets it when the session has no
	// constraints left. Leave it empty in requests.
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

// DeliverySpecifications say where the shop ships to, so that the buyer can choose no other
// address. The service checks them in the sandbox only. Live, it ignores what is wrong.
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

// AddressRestrictions is a list of places that are allowed or not allowed.
type AddressRestrictions struct {
	Type AddressRestrictionType `json:"type,omitzero"`
	// Restrictions are places by country code. The zero [Restriction] is the whole country.
	Restrictions map[string]Restriction `json:"restrictions,omitzero"`
}

// AddressRestrictionType is what a list of places means.
type AddressRestrictionType string

// The types of address restrictions.
const (
	AddressRestrictionTypeAllowed    AddressRestrictionType = "Allowed"    // ship to these places only
	AddressRestrictionTypeNotAllowed AddressRestrictionType = "NotAllowed" // ship to all but these places
)

// Restriction is a part of a country. In a postal code, * stands for any number of characters and ?
// for one: https://www.amazonpay-faq.jp/faq/QA-559.
type Restriction struct {
	StatesOrRegions []string `json:"statesOrRegions,omitzero"`
	ZipCodes        []string `json:"zipCodes,omitzero"`
	// Except is the part of the country to leave out. Alone, it restricts to the whole country without
	// that part.
	Except *Restriction `json:"except,omitzero"`
}

// MultiAddressesCheckoutMetadata is one of several addresses of a session, and the price of what is
// shipped there.
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
	ProductTypeDonation               ProductType = "Donation"
)

// OrderType is what a session is for.
type OrderType string

// OrderTypePurchaseOrder is the type of a purchase.
const OrderTypePurchaseOrder OrderType = "PurchaseOrder"

// ChannelType is where a session was started. [Channel] is where a charge was.
type ChannelType string

// The types of channels.
const (
	ChannelTypeWeb       ChannelType = "Web"
	ChannelTypeMobileSDK ChannelType = "MOBILE_SDK" // set by Amazon's mobile SDK
)

// ProcessorSpecifications name the payment service provider that processes the payment, in Japan:
// https://github.com/amazonpay-labs/amazonpaycpsp-gmosampleapp-apb.
type ProcessorSpecifications struct {
	Name string `json:"name,omitzero"` // such as gmopg
}

// Constraint is what a session still lacks before the buyer can pay.
type Constraint struct {
	ConstraintID ConstraintID `json:"constraintId,omitzero"`
	Description  string       `json:"description,omitzero"`
}

// ConstraintID names a [Constraint].
type ConstraintID string

// The constraints that are known. The service may have more.
const (
	ConstraintIDBuyerNotAssociated            ConstraintID = "BuyerNotAssociated" // until the buyer has signed in
	ConstraintIDChargeAmountNotSet            ConstraintID = "ChargeAmountNotSet"
	ConstraintIDCheckoutResultReturnURLNotSet ConstraintID = "CheckoutResultReturnUrlNotSet"
	ConstraintIDPaymentIntentNotSet           ConstraintID = "PaymentIntentNotSet"
)
