package webstore

import (
	"context"
	"net/http"
	"slices"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ChargePermission is the buyer's consent to be charged. It is Chargeable, NonChargeable (the buyer
// must do something, or a charge is in progress) or Closed.
//
// A permission for one order takes up to 25 charges within its limit. It expires after 180 days, or
// 13 months if the session had ExtendExpiration, and closes when its limit is captured. A
// permission of type [ChargePermissionTypePaymentMethodOnFile] lives until it is closed. The
// buyer's data is in a permission for 30 days, and in a recurring one until 30 days after it was
// closed.
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
	ExpirationTimestamp         amazonpay.Time               `json:"expirationTimestamp,omitzero"` // zero if it does not expire
	MerchantMetadata            *MerchantMetadata            `json:"merchantMetadata,omitzero"`
	ReleaseEnvironment          amazonpay.ReleaseEnvironment `json:"releaseEnvironment,omitzero"`
	Limits                      *Limits                      `json:"limits,omitzero"`
	PresentmentCurrency         amazonpay.CurrencyCode       `json:"presentmentCurrency,omitzero"`
}

// ChargePermissionStatus is the state of a charge permission. It can have several reasons: for
// NonChargeable, what is wrong with the payment method, or ChargeInProgress; for Closed, who closed
// it, or Expired.
type ChargePermissionStatus struct {
	State                amazonpay.State `json:"state,omitzero"`
	Reasons              []Reason        `json:"reasons,omitzero"`
	LastUpdatedTimestamp amazonpay.Time  `json:"lastUpdatedTimestamp,omitzero"`
}

// Reason is one reason of a [ChargePermissionStatus].
type Reason struct {
	ReasonCode        amazonpay.ReasonCode `json:"reasonCode,omitzero"`
	ReasonDescription string               `json:"reasonDescription,omitzero"`
}

// Limits say how much can be charged: in all for one order, per calendar month for a recurring
// permission. A charge beyond the month's limit is refused with PeriodicAmountExceeded. The
// documented limits per month:
//
//	type                | USD EUR GBP AUD CHF NZD | DKK HKD NOK SEK ZAR | JPY
//	--------------------|-------------------------|---------------------|----------
//	Recurring           |                   1,000 |              10,000 |   100,000
//	PaymentMethodOnFile |                  15,000 |             150,000 | 2,000,000
//
// https://developer.amazon.com/docs/amazon-pay-checkout/monthly-recurring-charge-limits.html,
// https://developer.amazon.com/docs/amazon-pay-checkout/monthly-paymentmethodonfile-charge-limits.html
type Limits struct {
	AmountLimit   amazonpay.Price `json:"amountLimit,omitzero"`   // with AllowOvercharge more than the order's amount: see [PaymentDetails]
	AmountBalance amazonpay.Price `json:"amountBalance,omitzero"` // what is left of it
}

// UpdateChargePermissionRequest is the request of [Client.UpdateChargePermission]. A field that is
// not set stays as it is. To clear a text, see [MerchantMetadata].
type UpdateChargePermissionRequest struct {
	MerchantMetadata  *MerchantMetadata  `json:"merchantMetadata,omitzero" log:"merchant_reference_id=MerchantReferenceID"`
	RecurringMetadata *RecurringMetadata `json:"recurringMetadata,omitzero"`
}

// CloseChargePermissionRequest is the request of [Client.CloseChargePermission].
type CloseChargePermissionRequest struct {
	// ClosureReason is required: up to 255 characters.
	ClosureReason string `json:"closureReason,omitzero" pay:"required,max=255"`
	// CancelPendingCharges also cancels charges that are not captured yet. The default is false.
	CancelPendingCharges *bool `json:"cancelPendingCharges,omitzero" log:"cancel_pending_charges"`
}

// GetChargePermission returns a charge permission: its state, what can still be charged and, for a
// time, the buyer and the addresses.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge-permission.html#get-charge-permission
func (c *Client) GetChargePermission(ctx context.Context, chargePermissionID string, opts ...amazonpay.CallOption) (*ChargePermission, error) {
	return amazonpay.Do[ChargePermission](ctx, c.caller, amazonpay.Operation{
		Name: "GetChargePermission", Method: http.MethodGet, Path: "chargePermissions/{chargePermissionId}", Returns: "chargePermissionId",
		PathValues: map[string]string{"chargePermissionId": chargePermissionID},
	}, nil, opts...)
}

// UpdateChargePermission changes the shop's metadata, such as the order number, or the data of a
// subscription. A Closed permission is refused with ChargePermissionNotModifiable, except that in
// one for a single order a member of the metadata that is empty can still be set
// (https://developer.amazon.com/docs/amazon-pay-checkout/update-info-post-checkout.html).
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge-permission.html#update-charge-permission
func (c *Client) UpdateChargePermission(ctx context.Context, chargePermissionID string, in *UpdateChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error) {
	return amazonpay.Do[ChargePermission](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateChargePermission", Method: http.MethodPatch, Path: "chargePermissions/{chargePermissionId}", Returns: "chargePermissionId",
		PathValues: map[string]string{"chargePermissionId": chargePermissionID},
	}, in, opts...)
}

// CloseChargePermission ends a charge permission for good, for example when the order has been
// shipped in full or the subscription was cancelled. Captured charges can still be refunded. A
// Closed permission is refused with InvalidChargePermissionStatus.
//
// If the outcome is not certain, the permission is read once, and returned without an error if it
// is Closed. With CancelPendingCharges it must also have been closed by the merchant, since
// otherwise its charges may still be pending. [Client.CloseOrFetch] also reads it after a refusal.
// The call is a DELETE with a body.
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

// cancels reports whether a request also cancels the pending charges.
func cancels(in *CloseChargePermissionRequest) bool {
	return in != nil && in.CancelPendingCharges != nil && *in.CancelPendingCharges
}

// isMerchants reports whether the merchant closed the permission.
func isMerchants(p *ChargePermission) bool {
	return slices.ContainsFunc(p.StatusDetails.Reasons, func(r Reason) bool {
		return r.ReasonCode == amazonpay.ReasonCodeMerchantClosed || r.ReasonCode == amazonpay.ReasonCodeMerchantCanceled
	})
}
