package webstore

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// MerchantMetadata describes an order, to the buyer and to the shop itself.
//
// An empty text is not sent, so it changes nothing. To clear a text, send the object by hand
// instead of this one:
//
//	amazonpay.WithBodyField("merchantMetadata", map[string]string{"noteToBuyer": ""})
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type MerchantMetadata struct {
	// MerchantReferenceID is the shop's order number, shown to the buyer: up to 256 characters.
	MerchantReferenceID string `json:"merchantReferenceId,omitzero" pay:"max=256" log:"merchant_reference_id"`
	// MerchantStoreName is shown to the buyer instead of the name in Seller Central: up to 50
	// characters.
	MerchantStoreName string `json:"merchantStoreName,omitzero" pay:"max=50"`
	// NoteToBuyer is shown to the buyer: up to 255 characters.
	NoteToBuyer string `json:"noteToBuyer,omitzero" pay:"max=255"`
	// CustomInformation is not shown to the buyer: up to 4096 characters.
	CustomInformation string `json:"customInformation,omitzero" pay:"max=4096"`
}

// ProviderMetadata is for payment service providers only.
type ProviderMetadata struct {
	ProviderReferenceID string `json:"providerReferenceId,omitzero"`
}

// ChargePermissionType is what a charge permission may be used for.
type ChargePermissionType string

// The types of charge permissions.
const (
	ChargePermissionTypeOneTime             ChargePermissionType = "OneTime"             // one order; the default
	ChargePermissionTypeRecurring           ChargePermissionType = "Recurring"           // a subscription: requires RecurringMetadata
	ChargePermissionTypePaymentMethodOnFile ChargePermissionType = "PaymentMethodOnFile" // "Saved Wallet": requires PaymentMethodOnFileMetadata
)

// RecurringMetadata describes a subscription. The service uses it for the expiry of the permission
// and in e-mails to the buyer. It does not charge by itself: see [Client.CreateCharge].
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type RecurringMetadata struct {
	Frequency *Frequency      `json:"frequency,omitzero"`
	Amount    amazonpay.Price `json:"amount,omitzero"` // optional
}

// Frequency is how often a subscription is charged.
type Frequency struct {
	Unit FrequencyUnit `json:"unit,omitzero"`
	// Value is the number of units: a whole number of at most nine digits, such as "1".
	Value amazonpay.Decimal `json:"value,omitzero"`
}

// Validate returns an error if Value is not a whole number of at most nine digits.
func (f Frequency) Validate() error {
	if strings.Trim(string(f.Value), "0123456789") != "" || len(f.Value) > 9 {
		return &amazonpay.FieldError{Field: "value", Rule: fmt.Sprintf("%.20q is not a whole number of at most nine digits", string(f.Value))}
	}
	return nil
}

// FrequencyUnit is the unit of a [Frequency].
type FrequencyUnit string

// The units of frequencies.
const (
	FrequencyUnitYear     FrequencyUnit = "Year"
	FrequencyUnitMonth    FrequencyUnit = "Month"
	FrequencyUnitWeek     FrequencyUnit = "Week"
	FrequencyUnitDay      FrequencyUnit = "Day"
	FrequencyUnitVariable FrequencyUnit = "Variable"
)

// PaymentMethodOnFileMetadata describes a permission of type
// [ChargePermissionTypePaymentMethodOnFile].
type PaymentMethodOnFileMetadata struct {
	// SetupOnly saves the payment method without a payment.
	SetupOnly *bool `json:"setupOnly,omitzero"`
}

// UnmarshalJSON also accepts booleans as text.
func (m *PaymentMethodOnFileMetadata) UnmarshalJSON(b []byte) error {
	var lenient struct {
		SetupOnly *amazonpay.Bool `json:"setupOnly"`
	}
	err := json.Unmarshal(b, &lenient)
	m.SetupOnly = (*bool)(lenient.SetupOnly)
	return err
}

// PaymentPreference is a payment method of the buyer as text to show, such as "Visa ****1111
// (Amazon Pay)".
type PaymentPreference struct {
	PaymentDescriptor string `json:"paymentDescriptor,omitzero"`
}
