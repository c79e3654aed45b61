package button

import (
	"cmp"

	"github.com/amazonpay-go/sdk/webstore"
)

// SavedWallet is the payload of a button that saves a payment method, which the shop charges later.
// PaymentMethodOnFileMetadata.SetupOnly is required. If it is true, nothing is charged, and
// WebCheckoutDetails.CheckoutResultReturnURL is required. If it is false, the buyer also pays for
// an order after the review page, and WebCheckoutDetails.CheckoutReviewReturnURL is required.
//
// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-setup/add-the-amazon-pay-button.html
// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-express/add-the-amazon-pay-button.html
type SavedWallet struct {
	WebCheckoutDetails          *webstore.WebCheckoutDetails          `json:"webCheckoutDetails,omitzero"`
	StoreID                     string                                `json:"storeId,omitzero" log:"store_id"`
	Scopes                      []webstore.Scope                      `json:"scopes,omitzero"`
	DeliverySpecifications      *webstore.DeliverySpecifications      `json:"deliverySpecifications,omitzero"`
	ChargePermissionType        webstore.ChargePermissionType         `json:"chargePermissionType,omitzero"` // PaymentMethodOnFile, or empty
	PaymentMethodOnFileMetadata *webstore.PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	// ChargePermissionID is a permission with a saved payment method, to use it for this order.
	ChargePermissionID string `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	// PaymentDetails must have the intent Confirm if SetupOnly is true. It is filled in if empty.
	PaymentDetails   *webstore.PaymentDetails   `json:"paymentDetails,omitzero"`
	MerchantMetadata *webstore.MerchantMetadata `json:"merchantMetadata,omitzero"`
	PlatformID       string                     `json:"platformId,omitzero"`
	ProviderMetadata *webstore.ProviderMetadata `json:"providerMetadata,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p SavedWallet) Validate() error {
	setup := p.setupOnly()
	if setup == nil {
		return broken("paymentMethodOnFileMetadata.setupOnly", "is required: set true to save the payment method only, or false to also take a payment")
	}
	err := cmp.Or(
		pageRules{reviewPage: !*setup, resultPage: *setup, cancelPage: false, errorPage: false}.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
		checkType(p.ChargePermissionType, webstore.ChargePermissionTypePaymentMethodOnFile),
		checkPayment(p.PaymentDetails),
		checkDelivery(p.DeliverySpecifications),
	)
	if err == nil && *setup {
		err = checkSetup(p.PaymentDetails)
	}
	return err
}

func (p SavedWallet) setupOnly() *bool {
	if p.PaymentMethodOnFileMetadata == nil {
		return nil
	}
	return p.PaymentMethodOnFileMetadata.SetupOnly
}

func (p SavedWallet) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	p.ChargePermissionType = cmp.Or(p.ChargePermissionType, webstore.ChargePermissionTypePaymentMethodOnFile)
	if setup := p.setupOnly(); setup != nil && *setup {
		p.PaymentDetails = confirming(p.PaymentDetails)
	}
	return p
}

func (p SavedWallet) kind() kind {
	return kind{name: "SavedWallet", call: callRender, config: sessionConfig, products: shipping, pages: pagesOf(p.WebCheckoutDetails), currencies: currenciesOf(p.PaymentDetails, nil)}
}

// UpdateSavedWallet is the payload for the page of Amazon on which a buyer changes a saved payment
// method or its address. [Button.HTML] renders a button with Options.Label for it. Amazon does not
// offer the page in Japan. WebCheckoutDetails.CheckoutResultReturnURL and ChargePermissionID are
// required. When the buyer returns, complete the session.
//
// Use product type PayAndShip if the buyer may change the address, or the method of an order that
// is shipped, and PayOnly otherwise.
//
// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile/steps-to-integrate-with-amazon-pay-hosted-update-page.html
type UpdateSavedWallet struct {
	WebCheckoutDetails   *webstore.WebCheckoutDetails  `json:"webCheckoutDetails,omitzero"`
	StoreID              string                        `json:"storeId,omitzero" log:"store_id"`
	Scopes               []webstore.Scope              `json:"scopes,omitzero"`
	ChargePermissionType webstore.ChargePermissionType `json:"chargePermissionType,omitzero"`                          // PaymentMethodOnFile, or empty
	ChargePermissionID   string                        `json:"chargePermissionId,omitzero" log:"charge_permission_id"` // whose method changes
	// PaymentMethodOnFileMetadata and PaymentDetails say that nothing is charged. They are filled in
	// if empty.
	PaymentMethodOnFileMetadata *webstore.PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	PaymentDetails              *webstore.PaymentDetails              `json:"paymentDetails,omitzero"`
	MerchantMetadata            *webstore.MerchantMetadata            `json:"merchantMetadata,omitzero"`
	PlatformID                  string                                `json:"platformId,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p UpdateSavedWallet) Validate() error {
	if setup := (SavedWallet{PaymentMethodOnFileMetadata: p.PaymentMethodOnFileMetadata}).setupOnly(); setup == nil || !*setup {
		return broken("paymentMethodOnFileMetadata.setupOnly", "must be true, since an update charges nothing: leave it empty")
	}
	return cmp.Or(
		pageRules{resultPage: true, cancelPage: false, errorPage: false}.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
		checkType(p.ChargePermissionType, webstore.ChargePermissionTypePaymentMethodOnFile),
		checkPermissionID(p.ChargePermissionID),
		checkSetup(p.PaymentDetails),
	)
}

func (p UpdateSavedWallet) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	p.ChargePermissionType = cmp.Or(p.ChargePermissionType, webstore.ChargePermissionTypePaymentMethodOnFile)
	if p.PaymentMethodOnFileMetadata == nil {
		p.PaymentMethodOnFileMetadata = &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)}
	}
	p.PaymentDetails = confirming(p.PaymentDetails)
	return p
}

func (p UpdateSavedWallet) kind() kind {
	return kind{name: "UpdateSavedWallet", call: callInit, config: sessionConfig, products: shipping, pages: pagesOf(p.WebCheckoutDetails), currencies: currenciesOf(p.PaymentDetails, nil)}
}
