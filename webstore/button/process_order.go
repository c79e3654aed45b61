package button

import (
	"cmp"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// ProcessOrder is the payload of an additional payment button (APB), at the end of the shop's own
// checkout: the order is complete, and the buyer pays at Amazon without a review page.
// WebCheckoutDetails.CheckoutResultReturnURL, PaymentDetails.PaymentIntent and
// PaymentDetails.ChargeAmount are required.
//
// With AddressDetails the product type is PayAndShip, without it is PayOnly. With RecurringMetadata
// the button makes a permission for a subscription, with PaymentMethodOnFileMetadata it also saves
// the payment method.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/end-of-checkout.html
// https://developer.amazon.com/docs/amazon-pay-recurring-checkout/end-of-checkout.html
// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-express/end-of-checkout.html
type ProcessOrder struct {
	WebCheckoutDetails *webstore.WebCheckoutDetails `json:"webCheckoutDetails,omitzero"`
	StoreID            string                       `json:"storeId,omitzero" log:"store_id"`
	Scopes             []webstore.Scope             `json:"scopes,omitzero"`
	// ChargePermissionType follows from RecurringMetadata and PaymentMethodOnFileMetadata if empty.
	ChargePermissionType        webstore.ChargePermissionType         `json:"chargePermissionType,omitzero"`
	RecurringMetadata           *webstore.RecurringMetadata           `json:"recurringMetadata,omitzero"`
	PaymentMethodOnFileMetadata *webstore.PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	PaymentDetails              *webstore.PaymentDetails              `json:"paymentDetails,omitzero"`
	MerchantMetadata            *webstore.MerchantMetadata            `json:"merchantMetadata,omitzero"`
	PlatformID                  string                                `json:"platformId,omitzero"`
	ProviderMetadata            *webstore.ProviderMetadata            `json:"providerMetadata,omitzero"`
	AddressDetails              *webstore.AddressDetails              `json:"addressDetails,omitzero"`
	ProcessorSpecifications     *webstore.ProcessorSpecifications     `json:"processorSpecifications,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p ProcessOrder) Validate() error {
	return cmp.Or(
		pageRules{resultPage: true, cancelPage: false, errorPage: false}.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, webstore.CheckoutModeProcessOrder),
		checkStore(p.StoreID),
		p.checkPermission(),
		p.checkOrder(),
		checkPayment(p.PaymentDetails),
	)
}

func (p ProcessOrder) checkPermission() error {
	switch p.ChargePermissionType {
	case "", webstore.ChargePermissionTypeOneTime:
		switch {
		case p.RecurringMetadata != nil:
			return broken("recurringMetadata", "requires chargePermissionType Recurring: leave the type empty, or remove the metadata")
		case p.PaymentMethodOnFileMetadata != nil:
			return broken("paymentMethodOnFileMetadata", "requires chargePermissionType PaymentMethodOnFile: leave the type empty, or remove the metadata")
		}
		return nil
	case webstore.ChargePermissionTypeRecurring:
		if p.PaymentMethodOnFileMetadata != nil {
			return broken("paymentMethodOnFileMetadata", "does not go with chargePermissionType Recurring: remove it, or recurringMetadata")
		}
		return checkRecurring(p.RecurringMetadata)
	case webstore.ChargePermissionTypePaymentMethodOnFile:
		switch {
		case p.RecurringMetadata != nil:
			return broken("recurringMetadata", "does not go with chargePermissionType PaymentMethodOnFile: remove it, or paymentMethodOnFileMetadata")
		case p.PaymentMethodOnFileMetadata == nil || p.PaymentMethodOnFileMetadata.SetupOnly == nil || *p.PaymentMethodOnFileMetadata.SetupOnly:
			return broken("paymentMethodOnFileMetadata.setupOnly", "must be false, since this kind of button takes a payment: use SavedWallet to save a payment method only")
		}
		return nil
	}
	return broken("chargePermissionType", "is unknown: leave it empty")
}

func (p ProcessOrder) checkOrder() error {
	switch {
	case p.PaymentDetails == nil || p.PaymentDetails.PaymentIntent == "":
		return broken("paymentDetails.paymentIntent", "is required: set Authorize, AuthorizeWithCapture or Confirm, since there is no review page to set it")
	case p.PaymentDetails.ChargeAmount == amazonpay.Price{}:
		return broken("paymentDetails.chargeAmount", "is required: set the amount of the order, since there is no review page to set it")
	}
	return nil
}

func (p ProcessOrder) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	if p.WebCheckoutDetails != nil {
		pages := *p.WebCheckoutDetails
		pages.CheckoutMode = cmp.Or(pages.CheckoutMode, webstore.CheckoutModeProcessOrder)
		p.WebCheckoutDetails = &pages
	}
	if p.ChargePermissionType == "" {
		switch {
		case p.RecurringMetadata != nil:
			p.ChargePermissionType = webstore.ChargePermissionTypeRecurring
		case p.PaymentMethodOnFileMetadata != nil:
			p.ChargePermissionType = webstore.ChargePermissionTypePaymentMethodOnFile
		}
	}
	return p
}

func (p ProcessOrder) kind() kind {
	k := kind{
		name: "ProcessOrder", call: callRender, config: sessionConfig, pages: pagesOf(p.WebCheckoutDetails),
		currencies: currenciesOf(p.PaymentDetails, p.RecurringMetadata),
		products:   []webstore.ProductType{webstore.ProductTypePayOnly}, why: "without addressDetails nothing can be shipped",
	}
	if p.AddressDetails != nil {
		k.products, k.why = []webstore.ProductType{webstore.ProductTypePayAndShip}, "addressDetails say where to ship"
	}
	return k
}
