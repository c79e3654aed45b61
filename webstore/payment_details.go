package webstore

import (
	"encoding/json"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// PaymentIntent is what completing a checkout session does.
type PaymentIntent string

// The payment intents.
const (
	PaymentIntentConfirm              PaymentIntent = "Confirm"              // makes a charge permission and no charge
	PaymentIntentAuthorize            PaymentIntent = "Authorize"            // also authorizes a charge, to be captured later
	PaymentIntentAuthorizeWithCapture PaymentIntent = "AuthorizeWithCapture" // also captures it
)

// PaymentDetails is what completing a checkout session charges.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type PaymentDetails struct {
	PaymentIntent PaymentIntent `json:"paymentIntent,omitzero"`
	// CanHandlePendingAuthorization allows an authorization that takes up to 24 hours. The default is
	// false.
	CanHandlePendingAuthorization *bool `json:"canHandlePendingAuthorization,omitzero"`
	// ChargeAmount is charged when the session is completed.
	ChargeAmount amazonpay.Price `json:"chargeAmount,omitzero" pay:"transaction"`
	// TotalOrderAmount is the limit of the charge permission. Set it only if more charges follow the
	// first one. It must be at least ChargeAmount, and in the same currency.
	TotalOrderAmount amazonpay.Price `json:"totalOrderAmount,omitzero"`
	// SoftDescriptor follows "AMZ* " on the buyer's statement: up to 16 characters, only with
	// [PaymentIntentAuthorizeWithCapture].
	SoftDescriptor string `json:"softDescriptor,omitzero" pay:"max=16"`
	// PresentmentCurrency can be set only when the session is created. Later the currency of
	// ChargeAmount changes it:
	// https://developer.amazon.com/docs/amazon-pay-checkout/multi-currency-integration.html.
	PresentmentCurrency amazonpay.CurrencyCode `json:"presentmentCurrency,omitzero"`
	// AllowOvercharge raises the limit of the charge permission (its Limits.AmountLimit) to 9 times
	// the order's amount, and to at least 500 USD, GBP or EUR or 70,000 JPY:
	// https://www.amazonpay-faq.jp/faq/QA-12. Like ExtendExpiration, it can be set only when the
	// session is created.
	AllowOvercharge *bool `json:"allowOvercharge,omitzero"`
	// ExtendExpiration lets a charge permission for one order live for 13 months instead of 180 days.
	ExtendExpiration *bool `json:"extendExpiration,omitzero"`
	// EstimateOrderTotal is in the .NET SDK only.
	EstimateOrderTotal amazonpay.Price `json:"estimateOrderTotal,omitzero"`
}

// Validate returns an error if TotalOrderAmount is less than ChargeAmount, or in another currency.
func (p PaymentDetails) Validate() error { return checkTotal(p.ChargeAmount, p.TotalOrderAmount) }

// checkTotal compares the amount of a whole order with the amount of its first charge, if both are
// given.
func checkTotal(charge, total amazonpay.Price) error {
	both := charge.Validate() == nil && total.Validate() == nil
	first, _ := charge.MinorUnits() // 0 in an unknown currency
	all, _ := total.MinorUnits()
	switch {
	case !both: // one is missing, or wrong in itself
		return nil
	case total.CurrencyCode != charge.CurrencyCode:
		return &amazonpay.FieldError{Field: "totalOrderAmount.currencyCode", Rule: fmt.Sprintf("is %s, but chargeAmount is in %s", total.CurrencyCode, charge.CurrencyCode)}
	case all < first:
		return &amazonpay.FieldError{Field: "totalOrderAmount", Rule: fmt.Sprintf("is %s, less than chargeAmount (%s)", total, charge)}
	}
	return nil
}

// UnmarshalJSON also accepts booleans as text.
func (p *PaymentDetails) UnmarshalJSON(b []byte) error {
	type plain PaymentDetails // without this method
	if json.Unmarshal(b, (*plain)(p)) == nil {
		return nil
	}
	lenient := struct {
		*plain

		CanHandlePendingAuthorization *amazonpay.Bool `json:"canHandlePendingAuthorization"`
		AllowOvercharge               *amazonpay.Bool `json:"allowOvercharge"`
		ExtendExpiration              *amazonpay.Bool `json:"extendExpiration"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(b, &lenient); err != nil {
		return err
	}
	p.CanHandlePendingAuthorization = (*bool)(lenient.CanHandlePendingAuthorization)
	p.AllowOvercharge = (*bool)(lenient.AllowOvercharge)
	p.ExtendExpiration = (*bool)(lenient.ExtendExpiration)
	return nil
}
