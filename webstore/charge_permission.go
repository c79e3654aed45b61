package webstore

import (
	"context"
	"net/http"
	"slices"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ChargePermission is the buyer's consent to be charged. It is Chargeable, NonChargeable
// (the buyer must do something, or a charge is in progress) or Closed.
//
// One for a single order takes up to 25 charges within its limit and expires after 180 days,
// or 13 months where the session had ExtendExpiration; it closes when its limit is
// captured. One of type [ChargePermissionTypePaymentMethodOnFile] lives until it is closed. The buyer's data is
// in it for 30 days, and in a recurring one until 30 days after it was closed. It
// prints and logs its id and its state only.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge-permission.html
type ChargePermission struct {
	amazonpay.Response

	ChargePermissionID          string                       `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	ChargePermissionReferenceID string                       `json:"chargePermissionReferenceId,omitzero"`
	AmazonPayToken              amazonpay.Secret             `json:"amazonPayToken,omitzero"` // for acquirers; encodes as [redacted]
	ChargePermissionType        ChargePermissionType         `json:"chargePermissionType,omitzero"`
	RecurringMetadata           *RecurringMetadata           `json:"recurringMetadata,omitzero"`
	PaymentMethodOnFileMetadata *PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	PlatformID                  string                       `json:"platformId,omitzero"`
	Buyer                       *Buyer                       `json:"buyer,omitzero"`
	ShippingAddress             *amazonpay.Address           `json:"shippingAddress,omitzero"`
	BillingAddress              *amazonpay.Address           `json:"billingAddress,omitzero"`
	PaymentPreferences          []PaymentPreference          `json:"paymentPreferences,omitzero"`
	StatusDetails               ChargePermissionStatus       `json:"statusDetails,omitzero" log:"state=State"`
	CreationTimestamp           amazonpay.Time               `json:"creationTimestamp,omitzero"`
	ExpirationTimestamp         amazonpay.Time               `json:"expirationTimestamp,omitzero"` // zero where it does not expire
	MerchantMetadata            *MerchantMetadata            `json:"merchantMetadata,omitzero"`
	ReleaseEnvironment          amazonpay.ReleaseEnvironment `json:"releaseEnvironment,omitzero"`
	Limits                      *Limits                      `json:"limits,omitzero"`
	PresentmentCurrency         amazonpay.CurrencyCode       `json:"presentmentCurrency,omitzero"`
}

// ChargePermissionStatus is the state of a charge permission. Other than the state of
// other objects it can have several reasons: for NonChargeable what is wrong with the
// payment method, or ChargeInProgress; for Closed who closed it, or Expired.
type ChargePermissionStatus struct {
	State                amazonpay.State `json:"state,omitzero"`
	Reasons              []Reason        `json:"reasons,omitzero"`
	LastUpdatedTimestamp amazonpay.Time  `json:"lastUpdatedTimestamp,omitzero"`
}

// Reason is a reason of a [ChargePermissionStatus].
type Reason struct {
	ReasonCode        amazonpay.ReasonCode `json:"reasonCode,omitzero"`
	ReasonDescription string               `json:"reasonDescription,omitzero"`
}

// Limits say how much can be charged: of a permission for one order in all, of a recurring one in
// the calendar month. That they say it of one of type [ChargePermissionTypePaymentMethodOnFile] too was not seen: there
// they may be zero. A charge beyond the month's limit is refused with PeriodicAmountExceeded.
//
//	limit of a month      | USD EUR GBP AUD CHF NZD | DKK HKD NOK SEK ZAR | JPY
//	----------------------|-------------------------|---------------------|----------
//	[ChargePermissionTypeRecurring]           |                   1,000 |              10,000 |   100,000
//	[ChargePermissionTypePaymentMethodOnFile] |                  15,000 |             150,000 | 2,000,000
//
// https://developer.amazon.com/docs/amazon-pay-checkout/monthly-recurring-charge-limits.html,
// https://developer.amazon.com/docs/amazon-pay-checkout/monthly-paymentmethodonfile-charge-limits.html
type Limits struct {
	AmountLimit   amazonpay.Price `json:"amountLimit,omitzero"`   // with AllowOvercharge more than the order's amount: see [PaymentDetails]
	AmountBalance amazonpay.Price `json:"amountBalance,omitzero"` // what is left of it
}

// UpdateChargePermissionRequest is the request of [Client.UpdateChargePermission]. What it does not
// have stays as it is, and an empty text is not sent: to clear one see [MerchantMetadata]. It
// prints and logs the shop's reference id only.
type UpdateChargePermissionRequest struct {
	MerchantMetadata  *MerchantMetadata  `json:"merchantMetadata,omitzero" log:"merchant_reference_id=MerchantReferenceID"`
	RecurringMetadata *RecurringMetadata `json:"recurringMetadata,omitzero"`
}

// CloseChargePermissionRequest is the request of [Client.CloseChargePermission]. It
// prints and logs without the reason's text.
type CloseChargePermissionRequest struct {
	// ClosureReason is needed: up to 255 characters.
	ClosureReason string `json:"closureReason,omitzero" pay:"required,max=255"`
	// CancelPendingCharges also cancels charges that are not captured yet. The default is
	// false.
	CancelPendingCharges *bool `json:"cancelPendingCharges,omitzero" log:"cancel_pending_charges"`
}

// GetChargePermission returns a charge permission: its state, what can still be charged,
// and for a time the buyer and the addresses.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge-permission.html#get-charge-permission
func (c *Client) GetChargePermission(ctx context.Context, chargePermissionID string, opts ...amazonpay.CallOption) (*ChargePermission, error) {
	return amazonpay.Do[ChargePermission](ctx, c.caller, amazonpay.Operation{
		Name: "GetChargePermission", Method: http.MethodGet, Path: "chargePermissions/{chargePermissionId}", Returns: "chargePermissionId",
		PathValues: map[string]string{"chargePermissionId": chargePermissionID},
	}, nil, opts...)
}

// UpdateChargePermission changes the shop's metadata, such as the order number, or those of a
// subscription. It is refused with ChargePermissionNotModifiable where the state is Closed; of a
// Closed permission for one order each member of the metadata that is null or empty can still be
// set (https://developer.amazon.com/docs/amazon-pay-checkout/update-info-post-checkout.html). To
// clear a text see [MerchantMetadata]. It takes no idempotency key.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge-permission.html#update-charge-permission
func (c *Client) UpdateChargePermission(ctx context.Context, chargePermissionID string, in *UpdateChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error) {
	return amazonpay.Do[ChargePermission](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateChargePermission", Method: http.MethodPatch, Path: "chargePermissions/{chargePermissionId}", Returns: "chargePermissionId",
		PathValues: map[string]string{"chargePermissionId": chargePermissionID},
	}, in, opts...)
}

// CloseChargePermission ends a charge permission for good, for instance when the order has
// been shipped in full or the subscription was cancelled. Captured charges can still be
// refunded. It is refused with InvalidChargePermissionStatus where the state is Closed. It is a
// DELETE with a body, and takes no idempotency key: where the outcome is not certain, the permission is read
// once, and returned without an error if it is Closed; with CancelPendingCharges only if it was closed by the merchant, since else
// its charges may be pending still. [Client.CloseOrFetch] also reads it after a refusal.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge-permission.html#close-charge-permission
func (c *Client) CloseChargePermission(ctx context.Context, chargePermissionID string, in *CloseChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error) {
	permission, err := amazonpay.Do[ChargePermission](ctx, c.caller, amazonpay.Operation{
		Name: "CloseChargePermission", Method: http.MethodDelete, Path: "chargePermissions/{chargePermissionId}/close", Returns: "chargePermissionId",
		PathValues: map[string]string{"chargePermissionId": chargePermissionID},
	}, in, opts...)
	if done := settle(ctx, err, opts, func(ctx context.Context, opts ...amazonpay.CallOption) (*ChargePermission, error) {
		return c.GetChargePermission(ctx, chargePermissionID, opts...)
	}, func(p *ChargePermission) bool {
		return p.StatusDetails.State == amazonpay.StateClosed && (!cancels(in) || isMerchants(p))
	}); done != nil {
		return done, nil
	}
	return permission, err
}

// cancels reports whether a closing is to cancel charges.
func cancels(in *CloseChargePermissionRequest) bool {
	return in != nil && in.CancelPendingCharges != nil && *in.CancelPendingCharges
}

// isMerchants reports whether a permission was closed by the merchant's call.
func isMerchants(p *ChargePermission) bool {
	return slices.ContainsFunc(p.StatusDetails.Reasons, func(r Reason) bool {
		return r.ReasonCode == amazonpay.ReasonCodeMerchantClosed || r.ReasonCode == amazonpay.ReasonCodeMerchantCanceled
	})
}
