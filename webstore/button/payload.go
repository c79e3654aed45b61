package button

import "github.com/amazonpay-go/sdk/webstore"

// Payload is the payload of one kind of button: [OneTime], [ProcessOrder], [Recurring],
// [SavedWallet], [SignIn], [SignInAndSetUp], [UpdateSavedWallet], [Upgrade], [MultiAddress] or
// [Donation].
type Payload interface {
	// Validate returns an [*amazonpay.FieldError] for a member that the kind requires or refuses.
	Validate() error

	// prepared returns a copy with the members that the kind decides, and the store id if it has none.
	prepared(storeID string) Payload
	kind() *kind
}

// kind is what a kind of button is to checkout.js.
type kind struct {
	call     string // renderButton, initCheckout or bindUpgradeAction
	config   string // createCheckoutSessionConfig or signInConfig
	products []webstore.ProductType
}

// OneTime is the payload of a button for one order, with a review page.
type OneTime struct {
	WebCheckoutDetails     *webstore.WebCheckoutDetails     `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID                string                           `json:"storeId,omitzero" pay:"required"`
	Scopes                 []webstore.Scope                 `json:"scopes,omitzero"`
	DeliverySpecifications *webstore.DeliverySpecifications `json:"deliverySpecifications,omitzero"`
	PaymentDetails         *webstore.PaymentDetails         `json:"paymentDetails,omitzero"`
	MerchantMetadata       *webstore.MerchantMetadata       `json:"merchantMetadata,omitzero"`
	PlatformID             string                           `json:"platformId,omitzero"`
	ProviderMetadata       *webstore.ProviderMetadata       `json:"providerMetadata,omitzero"`
}

// ProcessOrder is the payload of an additional payment button: the shop knows the order, and the
// buyer pays at Amazon without a review page.
type ProcessOrder struct {
	WebCheckoutDetails   *webstore.WebCheckoutDetails  `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID              string                        `json:"storeId,omitzero" pay:"required"`
	Scopes               []webstore.Scope              `json:"scopes,omitzero"`
	ChargePermissionType webstore.ChargePermissionType `json:"chargePermissionType,omitzero"`
	RecurringMetadata    *webstore.RecurringMetadata   `json:"recurringMetadata,omitzero"`
	PaymentDetails       *webstore.PaymentDetails      `json:"paymentDetails,omitzero" pay:"required"`
	MerchantMetadata     *webstore.MerchantMetadata    `json:"merchantMetadata,omitzero"`
	PlatformID           string                        `json:"platformId,omitzero"`
	ProviderMetadata     *webstore.ProviderMetadata    `json:"providerMetadata,omitzero"`
	AddressDetails       *webstore.AddressDetails      `json:"addressDetails,omitzero"`
}

// Recurring is the payload of a button for a subscription.
type Recurring struct {
	WebCheckoutDetails     *webstore.WebCheckoutDetails     `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID                string                           `json:"storeId,omitzero" pay:"required"`
	Scopes                 []webstore.Scope                 `json:"scopes,omitzero"`
	DeliverySpecifications *webstore.DeliverySpecifications `json:"deliverySpecifications,omitzero"`
	ChargePermissionType   webstore.ChargePermissionType    `json:"chargePermissionType,omitzero" pay:"required"`
	RecurringMetadata      *webstore.RecurringMetadata      `json:"recurringMetadata,omitzero" pay:"required"`
	PaymentDetails         *webstore.PaymentDetails         `json:"paymentDetails,omitzero"`
	MerchantMetadata       *webstore.MerchantMetadata       `json:"merchantMetadata,omitzero"`
	PlatformID             string                           `json:"platformId,omitzero"`
	ProviderMetadata       *webstore.ProviderMetadata       `json:"providerMetadata,omitzero"`
}

// SavedWallet is the payload of a button that saves a payment method for later charges.
type SavedWallet struct {
	WebCheckoutDetails          *webstore.WebCheckoutDetails          `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID                     string                                `json:"storeId,omitzero" pay:"required"`
	Scopes                      []webstore.Scope                      `json:"scopes,omitzero"`
	DeliverySpecifications      *webstore.DeliverySpecifications      `json:"deliverySpecifications,omitzero"`
	ChargePermissionType        webstore.ChargePermissionType         `json:"chargePermissionType,omitzero" pay:"required"`
	PaymentMethodOnFileMetadata *webstore.PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero" pay:"required"`
	PaymentDetails              *webstore.PaymentDetails              `json:"paymentDetails,omitzero"`
	MerchantMetadata            *webstore.MerchantMetadata            `json:"merchantMetadata,omitzero"`
	PlatformID                  string                                `json:"platformId,omitzero"`
	ProviderMetadata            *webstore.ProviderMetadata            `json:"providerMetadata,omitzero"`
}

// SignIn is the payload of a button that signs the buyer in to the shop.
type SignIn struct {
	SignInReturnURL string           `json:"signInReturnUrl,omitzero" pay:"required,max=512"`
	SignInCancelURL string           `json:"signInCancelUrl,omitzero" pay:"max=512"`
	StoreID         string           `json:"storeId,omitzero" pay:"required"`
	SignInScopes    []webstore.Scope `json:"signInScopes,omitzero"`
}

// SignInAndSetUp is the payload of a button that signs the buyer in and saves a payment method.
type SignInAndSetUp struct {
	WebCheckoutDetails *webstore.WebCheckoutDetails `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID            string                       `json:"storeId,omitzero" pay:"required"`
	SignInScopes       []webstore.Scope             `json:"signInScopes,omitzero"`
}

// UpdateSavedWallet is the payload for Amazon's page on which a buyer changes a saved payment
// method.
type UpdateSavedWallet struct {
	WebCheckoutDetails          *webstore.WebCheckoutDetails          `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID                     string                                `json:"storeId,omitzero" pay:"required"`
	ChargePermissionID          string                                `json:"chargePermissionId,omitzero" pay:"required"`
	ChargePermissionType        webstore.ChargePermissionType         `json:"chargePermissionType,omitzero" pay:"required"`
	PaymentMethodOnFileMetadata *webstore.PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	PaymentDetails              *webstore.PaymentDetails              `json:"paymentDetails,omitzero"`
}

// Upgrade is the payload of the element that turns a paid order into a subscription.
type Upgrade struct {
	WebCheckoutDetails   *webstore.WebCheckoutDetails  `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID              string                        `json:"storeId,omitzero" pay:"required"`
	ChargePermissionID   string                        `json:"chargePermissionId,omitzero" pay:"required"`
	ChargePermissionType webstore.ChargePermissionType `json:"chargePermissionType,omitzero" pay:"required"`
	RecurringMetadata    *webstore.RecurringMetadata   `json:"recurringMetadata,omitzero" pay:"required"`
}

// MultiAddress is the payload of a button for one order that is shipped to several addresses.
type MultiAddress OneTime

// Donation is the payload of a button for a donation.
type Donation struct {
	WebCheckoutDetails *webstore.WebCheckoutDetails `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID            string                       `json:"storeId,omitzero" pay:"required"`
	Scopes             []webstore.Scope             `json:"scopes,omitzero"`
	PaymentDetails     *webstore.PaymentDetails     `json:"paymentDetails,omitzero"`
	MerchantMetadata   *webstore.MerchantMetadata   `json:"merchantMetadata,omitzero"`
	PlatformID         string                       `json:"platformId,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p OneTime) Validate() error           { return nil }
func (p ProcessOrder) Validate() error      { return nil }
func (p Recurring) Validate() error         { return nil }
func (p SavedWallet) Validate() error       { return nil }
func (p SignIn) Validate() error            { return nil }
func (p SignInAndSetUp) Validate() error    { return nil }
func (p UpdateSavedWallet) Validate() error { return nil }
func (p Upgrade) Validate() error           { return nil }
func (p MultiAddress) Validate() error      { return nil }
func (p Donation) Validate() error          { return nil }

var checkout = &kind{call: "renderButton", config: "createCheckoutSessionConfig", products: []webstore.ProductType{webstore.ProductTypePayAndShip, webstore.ProductTypePayOnly}}

func (p OneTime) kind() *kind      { return checkout }
func (p ProcessOrder) kind() *kind { return checkout }
func (p Recurring) kind() *kind    { return checkout }
func (p SavedWallet) kind() *kind  { return checkout }
func (p SignIn) kind() *kind {
	return &kind{call: "renderButton", config: "signInConfig", products: []webstore.ProductType{webstore.ProductTypeSignIn}}
}
func (p SignInAndSetUp) kind() *kind {
	return &kind{call: "renderButton", config: "signInConfig", products: []webstore.ProductType{webstore.ProductTypeSignIn}}
}
func (p UpdateSavedWallet) kind() *kind {
	return &kind{call: "initCheckout", config: "createCheckoutSessionConfig", products: checkout.products}
}
func (p Upgrade) kind() *kind { return &kind{call: "bindUpgradeAction", products: checkout.products} }
func (p MultiAddress) kind() *kind {
	return &kind{call: "renderButton", config: "createCheckoutSessionConfig", products: []webstore.ProductType{webstore.ProductTypePayAndShipMultiAddress}}
}
func (p Donation) kind() *kind {
	return &kind{call: "renderButton", config: "createCheckoutSessionConfig", products: []webstore.ProductType{webstore.ProductTypeDonation}}
}

func (p OneTime) prepared(storeID string) Payload { p.StoreID = or(p.StoreID, storeID); return p }
func (p ProcessOrder) prepared(storeID string) Payload {
	p.StoreID = or(p.StoreID, storeID)
	if p.WebCheckoutDetails != nil {
		pages := *p.WebCheckoutDetails
		pages.CheckoutMode = or(pages.CheckoutMode, webstore.CheckoutModeProcessOrder)
		p.WebCheckoutDetails = &pages
	}
	return p
}
func (p Recurring) prepared(storeID string) Payload {
	p.StoreID = or(p.StoreID, storeID)
	p.ChargePermissionType = or(p.ChargePermissionType, webstore.ChargePermissionTypeRecurring)
	return p
}
func (p SavedWallet) prepared(storeID string) Payload {
	p.StoreID = or(p.StoreID, storeID)
	p.ChargePermissionType = or(p.ChargePermissionType, webstore.ChargePermissionTypePaymentMethodOnFile)
	return p
}
func (p SignIn) prepared(storeID string) Payload { p.StoreID = or(p.StoreID, storeID); return p }
func (p SignInAndSetUp) prepared(storeID string) Payload {
	p.StoreID = or(p.StoreID, storeID)
	return p
}
func (p UpdateSavedWallet) prepared(storeID string) Payload {
	p.StoreID = or(p.StoreID, storeID)
	p.ChargePermissionType = or(p.ChargePermissionType, webstore.ChargePermissionTypePaymentMethodOnFile)
	return p
}
func (p Upgrade) prepared(storeID string) Payload {
	p.StoreID = or(p.StoreID, storeID)
	p.ChargePermissionType = or(p.ChargePermissionType, webstore.ChargePermissionTypeRecurring)
	return p
}
func (p MultiAddress) prepared(storeID string) Payload { p.StoreID = or(p.StoreID, storeID); return p }
func (p Donation) prepared(storeID string) Payload     { p.StoreID = or(p.StoreID, storeID); return p }

func or[T ~string](a, b T) T {
	if a == "" {
		return b
	}
	return a
}
