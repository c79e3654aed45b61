package button

import (
	"cmp"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Recurring is the payload of a button for a subscription, with a review page: it makes a
// permission that the shop charges again and again. WebCheckoutDetails.CheckoutReviewReturnURL and
// RecurringMetadata.Frequency are required.
//
// https://developer.amazon.com/docs/amazon-pay-recurring-checkout/add-the-amazon-pay-button.html
type Recurring struct {
	WebCheckoutDetails     *webstore.WebCheckoutDetails     `json:"webCheckoutDetails,omitzero"`
	StoreID                string                           `json:"storeId,omitzero" log:"store_id"`
	Scopes                 []webstore.Scope                 `json:"scopes,omitzero"`
	DeliverySpecifications *webstore.DeliverySpecifications `json:"deliverySpecifications,omitzero"`
	ChargePermissionType   webstore.ChargePermissionType    `json:"chargePermissionType,omitzero"` // Recurring, or empty
	RecurringMetadata      *webstore.RecurringMetadata      `json:"recurringMetadata,omitzero"`
	PaymentDetails         *webstore.PaymentDetails         `json:"paymentDetails,omitzero"` // as in [OneTime]
	MerchantMetadata       *webstore.MerchantMetadata       `json:"merchantMetadata,omitzero"`
	PlatformID             string                           `json:"platformId,omitzero"`
	ProviderMetadata       *webstore.ProviderMetadata       `json:"providerMetadata,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p Recurring) Validate() error {
	return cmp.Or(
		reviewed.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
		checkType(p.ChargePermissionType, webstore.ChargePermissionTypeRecurring),
		checkRecurring(p.RecurringMetadata),
		checkPayment(p.PaymentDetails),
		checkDelivery(p.DeliverySpecifications),
	)
}

func (p Recurring) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	p.ChargePermissionType = cmp.Or(p.ChargePermissionType, webstore.ChargePermissionTypeRecurring)
	return p
}

func (p Recurring) kind() kind {
	return kind{name: "Recurring", call: callRender, config: sessionConfig, products: shipping, pages: pagesOf(p.WebCheckoutDetails), currencies: currenciesOf(p.PaymentDetails, p.RecurringMetadata)}
}

// Upgrade is the payload for a buyer who has paid for one order and agrees to a subscription
// afterwards, on a page of Amazon. [Button.HTML] renders a button with Options.Label for it.
// WebCheckoutDetails.CheckoutResultReturnURL, ChargePermissionID and RecurringMetadata.Frequency
// are required. [Maker.Button] fills MerchantID, ProductType, LedgerCurrency and CheckoutLanguage,
// since checkout.js reads them in the payload. To upgrade an order before the buyer has paid, use
// [webstore.Client.UpdateCheckoutSession] instead.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/upgrading-from-onetime-to-recurring.html
type Upgrade struct {
	// Action is not part of the signed payload. The default is [UpgradeActionRecurringUpgrade].
	Action               UpgradeAction                 `json:"-" log:"action"`
	WebCheckoutDetails   *webstore.WebCheckoutDetails  `json:"webCheckoutDetails,omitzero"`
	StoreID              string                        `json:"storeId,omitzero" log:"store_id"`
	MerchantID           string                        `json:"merchantId,omitzero"`
	LedgerCurrency       amazonpay.LedgerCurrency      `json:"ledgerCurrency,omitzero"`
	ProductType          webstore.ProductType          `json:"productType,omitzero"`
	CheckoutLanguage     Language                      `json:"checkoutLanguage,omitzero"`
	ChargePermissionID   string                        `json:"chargePermissionId,omitzero" log:"charge_permission_id"` // of the order
	ChargePermissionType webstore.ChargePermissionType `json:"chargePermissionType,omitzero"`                          // Recurring, or empty
	RecurringMetadata    *webstore.RecurringMetadata   `json:"recurringMetadata,omitzero"`
	MerchantMetadata     *webstore.MerchantMetadata    `json:"merchantMetadata,omitzero"`
}

// UpgradeAction is what the buyer agrees to.
type UpgradeAction string

// The upgrade actions.
const (
	UpgradeActionRecurringUpgrade UpgradeAction = "recurringUpgrade" // an order becomes a subscription
	UpgradeActionRecurringUpdate  UpgradeAction = "recurringUpdate"  // a subscription changes
)

// Validate returns an error for a member that the kind requires or refuses.
func (p Upgrade) Validate() error {
	return cmp.Or(
		pageRules{resultPage: true, cancelPage: false}.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
		checkPermissionID(p.ChargePermissionID),
		checkType(p.ChargePermissionType, webstore.ChargePermissionTypeRecurring),
		checkRecurring(p.RecurringMetadata),
		oneOf("Action", p.Action, UpgradeActionRecurringUpgrade, UpgradeActionRecurringUpdate),
	)
}

func checkPermissionID(id string) error {
	if id == "" {
		return broken("chargePermissionId", "is required: set the id that the completed session had")
	}
	return nil
}

func (p Upgrade) prepared(d defaults) Payload {
	p.Action = cmp.Or(p.Action, UpgradeActionRecurringUpgrade)
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	p.MerchantID = cmp.Or(p.MerchantID, d.merchantID)
	p.LedgerCurrency = cmp.Or(p.LedgerCurrency, d.options.LedgerCurrency)
	p.ProductType = cmp.Or(p.ProductType, d.options.ProductType, shipping[0])
	p.CheckoutLanguage = cmp.Or(p.CheckoutLanguage, d.options.Language)
	p.ChargePermissionType = cmp.Or(p.ChargePermissionType, webstore.ChargePermissionTypeRecurring)
	return p
}

func (p Upgrade) kind() kind {
	return kind{
		name: "Upgrade", call: callUpgrade, products: shipping, pages: pagesOf(p.WebCheckoutDetails), currencies: currenciesOf(nil, p.RecurringMetadata),
		action: cmp.Or(p.Action, UpgradeActionRecurringUpgrade),
	}
}
