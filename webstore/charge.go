package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Charge is one payment on a charge permission. Its states are AuthorizationInitiated (for up to 24
// hours), Authorized, CaptureInitiated, Captured, Canceled and Declined. An authorization that is
// not captured within 30 days becomes Canceled with ExpiredUnused.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html
type Charge struct {
	amazonpay.Response

	ChargeID                      string                  `json:"chargeId,omitzero" log:"charge_id"`
	ChargePermissionID            string                  `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	ChargeAmount                  amazonpay.Price         `json:"chargeAmount,omitzero"`
	CaptureAmount                 amazonpay.Price         `json:"captureAmount,omitzero"`
	RefundedAmount                amazonpay.Price         `json:"refundedAmount,omitzero"`
	SoftDescriptor                string                  `json:"softDescriptor,omitzero"`
	CaptureNow                    amazonpay.Bool          `json:"captureNow,omitzero"`
	CanHandlePendingAuthorization amazonpay.Bool          `json:"canHandlePendingAuthorization,omitzero"`
	PlatformID                    string                  `json:"platformId,omitzero"`
	ProviderMetadata              *ProviderMetadata       `json:"providerMetadata,omitzero"`
	MerchantMetadata              *MerchantMetadata       `json:"merchantMetadata,omitzero"`
	CreationTimestamp             amazonpay.Time          `json:"creationTimestamp,omitzero"`
	ExpirationTimestamp           amazonpay.Time          `json:"expirationTimestamp,omitzero"`
	StatusDetails                 amazonpay.StatusDetails `json:"statusDetails,omitzero" log:"state=State,reason_code=ReasonCode"`
	// ConvertedAmount is the amount in the merchant's currency, at ConversionRate, if the charge is in
	// another one.
	ConvertedAmount    amazonpay.Price              `json:"convertedAmount,omitzero"`
	ConversionRate     amazonpay.Decimal            `json:"conversionRate,omitzero"`
	ReleaseEnvironment amazonpay.ReleaseEnvironment `json:"releaseEnvironment,omitzero"`
	// WebCheckoutDetails has an AmazonPayRedirectURL if the buyer must verify the charge.
	WebCheckoutDetails *WebCheckoutDetails `json:"webCheckoutDetails,omitzero"`
	ChargeInitiator    ChargeInitiator     `json:"chargeInitiator,omitzero"`
	Channel            Channel             `json:"channel,omitzero"`
}

// ChargeInitiator says who started a charge on a saved payment method, and whether it is one of a
// series.
type ChargeInitiator string

// The initiators of charges.
const (
	ChargeInitiatorCITU ChargeInitiator = "CITU" // the customer, unscheduled
	ChargeInitiatorCITR ChargeInitiator = "CITR" // the customer, recurring
	ChargeInitiatorMITU ChargeInitiator = "MITU" // the merchant, unscheduled
	ChargeInitiatorMITR ChargeInitiator = "MITR" // the merchant, recurring
)

// Channel is where a charge on a saved payment method was started. [ChannelType] is where a
// checkout session was.
type Channel string

// The channels.
const (
	ChannelWeb         Channel = "Web"
	ChannelPhone       Channel = "Phone"
	ChannelApp         Channel = "App"
	ChannelAlexa       Channel = "Alexa"
	ChannelPointOfSale Channel = "PointOfSale"
	ChannelFireTV      Channel = "FireTv"
	ChannelOffline     Channel = "Offline"
	ChannelAmazon      Channel = "Amazon"
)

// CreateChargeRequest is the request of [Client.CreateCharge]. ChargePermissionID and ChargeAmount
// are required.
type CreateChargeRequest struct {
	ChargePermissionID string          `json:"chargePermissionId,omitzero" pay:"required" log:"charge_permission_id"`
	ChargeAmount       amazonpay.Price `json:"chargeAmount,omitzero" pay:"required,transaction"`
	// CaptureNow captures the amount as soon as it is authorized. The default is false.
	CaptureNow *bool `json:"captureNow,omitzero"`
	// SoftDescriptor follows "AMZ* " on the buyer's statement: up to 16 characters, only with
	// CaptureNow.
	SoftDescriptor string `json:"softDescriptor,omitzero" pay:"max=16"`
	// CanHandlePendingAuthorization allows an authorization that takes up to 24 hours. The default is
	// false.
	CanHandlePendingAuthorization *bool `json:"canHandlePendingAuthorization,omitzero"`
	// MerchantMetadata is for recurring permissions and those of type
	// [ChargePermissionTypePaymentMethodOnFile].
	MerchantMetadata *MerchantMetadata `json:"merchantMetadata,omitzero"`
	ProviderMetadata *ProviderMetadata `json:"providerMetadata,omitzero"`
	// PlatformID is the merchant id of the solution provider.
	PlatformID      string          `json:"platformId,omitzero"`
	ChargeInitiator ChargeInitiator `json:"chargeInitiator,omitzero"` // for [ChargePermissionTypePaymentMethodOnFile]
	Channel         Channel         `json:"channel,omitzero"`         // for [ChargePermissionTypePaymentMethodOnFile]
	// WebCheckoutDetails has the result page, for [ChargePermissionTypePaymentMethodOnFile] if the
	// buyer is present.
	WebCheckoutDetails *WebCheckoutDetails `json:"webCheckoutDetails,omitzero"`
}

// UpdateChargeRequest is the request of [Client.UpdateCharge]. StatusDetails is required.
type UpdateChargeRequest struct {
	StatusDetails ChargeStatusUpdate `json:"statusDetails,omitzero" pay:"required"`
}

// ChargeStatusUpdate is the state that a payment service provider gives to a charge, such as
// Canceled with ExpiredUnused. State is required.
type ChargeStatusUpdate struct {
	State      amazonpay.State      `json:"state,omitzero" pay:"required"`
	ReasonCode amazonpay.ReasonCode `json:"reasonCode,omitzero"`
}

// CaptureChargeRequest is the request of [Client.CaptureCharge].
type CaptureChargeRequest struct {
	// CaptureAmount is required. It may be less than the charge's amount.
	CaptureAmount amazonpay.Price `json:"captureAmount,omitzero" pay:"required,transaction"`
	// SoftDescriptor follows "AMZ* " on the buyer's statement: up to 16 characters.
	SoftDescriptor string `json:"softDescriptor,omitzero" pay:"max=16"`
}

// CancelChargeRequest is the request of [Client.CancelCharge].
type CancelChargeRequest struct {
	// CancellationReason is required: up to 255 characters.
	CancellationReason string `json:"cancellationReason,omitzero" pay:"required,max=255"`
}

// CreateCharge charges a Chargeable permission. It authorizes an amount; with CaptureNow it also
// captures it. The result is Authorized, Captured or CaptureInitiated. With
// CanHandlePendingAuthorization it may be AuthorizationInitiated: see [Client.WaitForCharge]. A
// permission for one order takes up to 25 charges. A charge is at most 150,000 USD, EUR or GBP, or
// 10,000,000 JPY.
//
// Give an idempotency key made from your order number and the number of the try
// ([amazonpay.IdempotencyKey]), so that repeating an order does not charge it twice.
//
// A declined charge is an error. [amazonpay.Advise] says what to do:
//
//   - SoftDeclined and ProcessingFailure: try again while the permission is Chargeable, with a new
//     idempotency key. The old key replays the decline.
//   - TransactionTimedOut: try again on another day.
//   - HardDeclined, AmazonRejected, PaymentMethodNotAllowed, MFANotCompleted: do not try again.
//
// Other reason codes: InvalidChargePermissionStatus, TransactionAmountExceeded,
// PeriodicAmountExceeded (the limit of the month: see [Limits]), TransactionCountExceeded,
// CurrencyMismatch.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html#create-charge
func (c *Client) CreateCharge(ctx context.Context, in *CreateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	return amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "CreateCharge", Method: http.MethodPost, Path: "charges", Returns: "chargeId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}

// GetCharge returns a charge: its state, and what was captured and refunded. [Client.WaitForCharge]
// reads one until Amazon has decided.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html#get-charge
func (c *Client) GetCharge(ctx context.Context, chargeID string, opts ...amazonpay.CallOption) (*Charge, error) {
	return amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "GetCharge", Method: http.MethodGet, Path: "charges/{chargeId}", Returns: "chargeId",
		PathValues: map[string]string{"chargeId": chargeID},
	}, nil, opts...)
}

// UpdateCharge sets the state of a charge that a payment service provider processes. Only such
// providers may call it. It is a PATCH that takes an idempotency key.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html
func (c *Client) UpdateCharge(ctx context.Context, chargeID string, in *UpdateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	return amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateCharge", Method: http.MethodPatch, Path: "charges/{chargeId}", Returns: "chargeId",
		PathValues: map[string]string{"chargeId": chargeID}, IdempotencyKey: true,
	}, in, opts...)
}

// CaptureCharge takes the money of an Authorized charge, all of it or less, once. Within 7 days of
// the authorization the result is Captured. Later, until the authorization expires after 30 days,
// it is CaptureInitiated, which can still become Declined: see [Client.WaitForCharge].
//
// Reason codes: InvalidChargeStatus if the state is not Authorized, TransactionAmountExceeded,
// TransactionCountExceeded, InvalidChargePermissionStatus, AmazonRejected, ProcessingFailure.
//
// If the outcome is not certain, the charge is read once. It is returned without an error if it is
// Captured, or CaptureInitiated, with the amount of in, and none of it was refunded.
// [Client.CaptureOrFetch] also reads it after a refusal.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html#capture-charge
func (c *Client) CaptureCharge(ctx context.Context, chargeID string, in *CaptureChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	charge, err := amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "CaptureCharge", Method: http.MethodPost, Path: "charges/{chargeId}/capture", Returns: "chargeId", Replays: true,
		PathValues: map[string]string{"chargeId": chargeID}, IdempotencyKey: true,
	}, in, opts...)
	if done := settle(ctx, err, opts, func(ctx context.Context, opts ...amazonpay.CallOption) (*Charge, error) {
		return c.GetCharge(ctx, chargeID, opts...)
	}, func(ch *Charge) bool { return isCaptured(ch, in) }); done != nil {
		return done, nil
	}
	return charge, err
}

// CancelCharge releases a charge that is AuthorizationInitiated or Authorized. It becomes Canceled
// with MerchantCanceled. A captured charge must be refunded instead.
//
// Reason codes: InvalidChargeStatus, InvalidChargePermissionStatus.
//
// If the outcome is not certain, the charge is read once, and returned without an error if it is
// Canceled. [Client.CancelOrFetch] also reads it after a refusal. The call is a DELETE with a body.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html#cancel-charge
func (c *Client) CancelCharge(ctx context.Context, chargeID string, in *CancelChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	charge, err := amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "CancelCharge", Method: http.MethodDelete, Path: "charges/{chargeId}/cancel", Returns: "chargeId",
		PathValues: map[string]string{"chargeId": chargeID},
	}, in, opts...)
	if done := settle(ctx, err, opts, func(ctx context.Context, opts ...amazonpay.CallOption) (*Charge, error) {
		return c.GetCharge(ctx, chargeID, opts...)
	}, isCanceled); done != nil {
		return done, nil
	}
	return charge, err
}
