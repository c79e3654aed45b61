package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Charge is one payment on a charge permission. Its states are AuthorizationInitiated
// (for up to 24 hours), Authorized, CaptureInitiated, Captured, Canceled and Declined. An
// authorization that is not captured within 30 days is Canceled with ExpiredUnused. Members that
// have no field here, such as disbursementDetails or paymentMethod, are in the Raw of its Meta. It
// prints and logs its ids and its state only.
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
	// ConvertedAmount is the amount in the merchant's currency, where that is not the
	// charge's, at ConversionRate.
	ConvertedAmount    amazonpay.Price              `json:"convertedAmount,omitzero"`
	ConversionRate     amazonpay.Decimal            `json:"conversionRate,omitzero"`
	ReleaseEnvironment amazonpay.ReleaseEnvironment `json:"releaseEnvironment,omitzero"`
	// WebCheckoutDetails can have an AmazonPayRedirectURL where the buyer must verify the
	// charge.
	WebCheckoutDetails *WebCheckoutDetails `json:"webCheckoutDetails,omitzero"`
	ChargeInitiator    ChargeInitiator     `json:"chargeInitiator,omitzero"`
	Channel            Channel             `json:"channel,omitzero"`
}

// ChargeInitiator says who started a charge on a saved payment method, and whether it is
// one of a series.
type ChargeInitiator string

// The initiators of charges.
const (
	ChargeInitiatorCITU ChargeInitiator = "CITU" // the customer, unscheduled
	ChargeInitiatorCITR ChargeInitiator = "CITR" // the customer, recurring
	ChargeInitiatorMITU ChargeInitiator = "MITU" // the merchant, unscheduled
	ChargeInitiatorMITR ChargeInitiator = "MITR" // the merchant, recurring
)

// Channel is where a charge on a saved payment method was started.
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

// CreateChargeRequest is the request of [Client.CreateCharge]. ChargePermissionID and
// ChargeAmount are needed. It prints and logs its permission's id only.
type CreateChargeRequest struct {
	ChargePermissionID string          `json:"chargePermissionId,omitzero" pay:"required" log:"charge_permission_id"`
	ChargeAmount       amazonpay.Price `json:"chargeAmount,omitzero" pay:"required,transaction"`
	// CaptureNow captures what was authorized at once. The default is false.
	CaptureNow *bool `json:"captureNow,omitzero"`
	// SoftDescriptor stands behind "AMZ* " on the buyer's statement: up to 16 characters, only
	// with CaptureNow.
	SoftDescriptor string `json:"softDescriptor,omitzero" pay:"max=16"`
	// CanHandlePendingAuthorization allows an authorization that takes up to 24 hours. The
	// default is false.
	CanHandlePendingAuthorization *bool `json:"canHandlePendingAuthorization,omitzero"`
	// MerchantMetadata is for recurring permissions and those of type [ChargePermissionTypePaymentMethodOnFile].
	MerchantMetadata *MerchantMetadata `json:"merchantMetadata,omitzero"`
	ProviderMetadata *ProviderMetadata `json:"providerMetadata,omitzero"`
	// PlatformID is the merchant id of the solution provider.
	PlatformID      string          `json:"platformId,omitzero"`
	ChargeInitiator ChargeInitiator `json:"chargeInitiator,omitzero"` // for [ChargePermissionTypePaymentMethodOnFile]
	Channel         Channel         `json:"channel,omitzero"`         // for [ChargePermissionTypePaymentMethodOnFile]
	// WebCheckoutDetails has the result page, for [ChargePermissionTypePaymentMethodOnFile] with the buyer present.
	WebCheckoutDetails *WebCheckoutDetails `json:"webCheckoutDetails,omitzero"`
}

// UpdateChargeRequest is the request of [Client.UpdateCharge]. StatusDetails are needed.
type UpdateChargeRequest struct {
	StatusDetails ChargeStatusUpdate `json:"statusDetails,omitzero" pay:"required"`
}

// ChargeStatusUpdate is the state that a payment service provider gives to a charge, such as
// Canceled with ExpiredUnused. State is needed.
type ChargeStatusUpdate struct {
	State      amazonpay.State      `json:"state,omitzero" pay:"required"`
	ReasonCode amazonpay.ReasonCode `json:"reasonCode,omitzero"`
}

// CaptureChargeRequest is the request of [Client.CaptureCharge].
type CaptureChargeRequest struct {
	// CaptureAmount is needed. It may be less than the charge's amount.
	CaptureAmount amazonpay.Price `json:"captureAmount,omitzero" pay:"required,transaction"`
	// SoftDescriptor stands behind "AMZ* " on the buyer's statement: up to 16 characters.
	SoftDescriptor string `json:"softDescriptor,omitzero" pay:"max=16"`
}

// CancelChargeRequest is the request of [Client.CancelCharge]. It prints and logs without
// the reason's text.
type CancelChargeRequest struct {
	// CancellationReason is needed: up to 255 characters.
	CancellationReason string `json:"cancellationReason,omitzero" pay:"required,max=255"`
}

// CreateCharge charges a Chargeable permission: it authorizes an amount, or with CaptureNow
// takes it. The answer is Authorized, Captured or CaptureInitiated, or with
// CanHandlePendingAuthorization it may be AuthorizationInitiated: read the charge later. A permission for one
// order takes up to 25 charges; a charge may have up to 150,000 USD, EUR or GBP, or
// 10,000,000 JPY.
//
// A declined charge is an error: SoftDeclined and ProcessingFailure may be tried again while the
// permission is Chargeable, with a new idempotency key, since the old one replays the decline;
// HardDeclined, AmazonRejected, PaymentMethodNotAllowed, MFANotCompleted and TransactionTimedOut
// may not, the last one not before another day ([amazonpay.Advise]). Other codes:
// InvalidChargePermissionStatus, TransactionAmountExceeded, PeriodicAmountExceeded (the month's
// limit of a subscription or a saved payment method: [Limits]), TransactionCountExceeded,
// CurrencyMismatch.
//
// An idempotency key is made where none is given. Give one, of your order number and the
// number of the attempt ([amazonpay.IdempotencyKey]), so that a repeated order is not charged
// twice.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html#create-charge
func (c *Client) CreateCharge(ctx context.Context, in *CreateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	return amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "CreateCharge", Method: http.MethodPost, Path: "charges", Returns: "chargeId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}

// GetCharge returns a charge: its state, and what was captured and refunded. Read one
// that is AuthorizationInitiated or CaptureInitiated until it is not, about hourly or when a
// notification says so.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html#get-charge
func (c *Client) GetCharge(ctx context.Context, chargeID string, opts ...amazonpay.CallOption) (*Charge, error) {
	return amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "GetCharge", Method: http.MethodGet, Path: "charges/{chargeId}", Returns: "chargeId",
		PathValues: map[string]string{"chargeId": chargeID},
	}, nil, opts...)
}

// UpdateCharge sets the state of a charge that a payment service provider processes; it is
// for such providers only. Like [Client.UpdateMerchantAccount] and [Client.UpdateDispute], and
// unlike every other PATCH, it takes an idempotency key; if none is given, one is generated.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html
func (c *Client) UpdateCharge(ctx context.Context, chargeID string, in *UpdateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	return amazonpay.Do[Charge](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateCharge", Method: http.MethodPatch, Path: "charges/{chargeId}", Returns: "chargeId",
		PathValues: map[string]string{"chargeId": chargeID}, IdempotencyKey: true,
	}, in, opts...)
}

// CaptureCharge takes the money of an Authorized charge: all of it or less, once. Within 7
// days of the authorization the answer is Captured; from then until it expires, after 30 days,
// it is CaptureInitiated: read the charge later, which can still be Declined.
//
// Reason codes: InvalidChargeStatus where the state is not Authorized, TransactionAmountExceeded,
// TransactionCountExceeded, InvalidChargePermissionStatus, AmazonRejected, ProcessingFailure. An
// idempotency key is made where none is given. If the outcome is not certain, the charge is read
// once, and returned without an error if it is Captured, or CaptureInitiated, with the amount of
// in, and nothing of it was refunded: a charge is captured once. [Client.CaptureOrFetch] also reads
// it after a refusal.
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

// CancelCharge gives up a charge that is AuthorizationInitiated or Authorized; it becomes
// Canceled with MerchantCanceled. What is captured must be refunded instead:
// InvalidChargeStatus. InvalidChargePermissionStatus is possible too. It is a DELETE with a
// body, and takes no idempotency key: where the outcome is not certain, the charge is read once, and returned
// without an error if it is Canceled. [Client.CancelOrFetch] also reads it after a refusal.
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
