package webstore

import (
	"context"
	"errors"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CheckoutSession is one buyer's way through the checkout. It is Open for 24 hours, and becomes
// Completed or Canceled; the service deletes it after 30 days. Once it is Completed most of its
// details are gone, and once it is Canceled little more than state and reason is left. Members that
// have no field here, such as checkoutType or disbursementDetails, are in the Raw of its Meta. It
// prints and logs its ids and its state only.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type CheckoutSession struct {
	amazonpay.Response

	CheckoutSessionID           string                       `json:"checkoutSessionId,omitzero" log:"checkout_session_id"`
	WebCheckoutDetails          *WebCheckoutDetails          `json:"webCheckoutDetails,omitzero"`
	ProductType                 ProductType                  `json:"productType,omitzero"`
	ChargePermissionType        ChargePermissionType         `json:"chargePermissionType,omitzero"`
	RecurringMetadata           *RecurringMetadata           `json:"recurringMetadata,omitzero"`
	PaymentMethodOnFileMetadata *PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	PaymentDetails              *PaymentDetails              `json:"paymentDetails,omitzero"`
	MerchantMetadata            *MerchantMetadata            `json:"merchantMetadata,omitzero"`
	SupplementaryData           string                       `json:"supplementaryData,omitzero"`
	Buyer                       *Buyer                       `json:"buyer,omitzero"`           // nil before sign-in and after Open
	ShippingAddress             *amazonpay.Address           `json:"shippingAddress,omitzero"` // nil for PayOnly
	ShippingAddressList         []AddressWithID              `json:"shippingAddressList,omitzero"`
	BillingAddress              *amazonpay.Address           `json:"billingAddress,omitzero"` // in the EU, for PayOnly, or by scope
	PaymentPreferences          []PaymentPreference          `json:"paymentPreferences,omitzero"`
	// StatusDetails is the state: Open, Completed, or Canceled with BuyerCanceled, Declined,
	// Expired or AmazonCanceled as its reason.
	StatusDetails       amazonpay.StatusDetails `json:"statusDetails,omitzero" log:"state=State,reason_code=ReasonCode"`
	Constraints         []Constraint            `json:"constraints,omitzero"` // why AmazonPayRedirectURL is not there yet
	CreationTimestamp   amazonpay.Time          `json:"creationTimestamp,omitzero"`
	ExpirationTimestamp amazonpay.Time          `json:"expirationTimestamp,omitzero"`
	// ChargePermissionID is set by completing the session.
	ChargePermissionID string `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	// ChargeID is set by completing the session, unless its intent is [PaymentIntentConfirm].
	ChargeID string `json:"chargeId,omitzero" log:"charge_id"`
	// Pending says that Amazon has not decided on the charge yet, so that it may still be declined: do not deliver before
	// [Client.WaitForCharge] or a notification says that it is Authorized or Captured. It is set by
	// [Client.CompleteCheckoutSession], [Client.FinalizeCheckoutSession] and [Client.CompleteOrFetch], however they
	// learned the result, and false in sessions of other calls.
	Pending                        bool                             `json:"-"`
	PlatformID                     string                           `json:"platformId,omitzero"`
	ProviderMetadata               *ProviderMetadata                `json:"providerMetadata,omitzero"`
	ReleaseEnvironment             amazonpay.ReleaseEnvironment     `json:"releaseEnvironment,omitzero"`
	StoreID                        string                           `json:"storeId,omitzero"`
	DeliverySpecifications         *DeliverySpecifications          `json:"deliverySpecifications,omitzero"`
	MultiAddressesCheckoutMetadata []MultiAddressesCheckoutMetadata `json:"multiAddressesCheckoutMetadata,omitzero"`
	CheckoutButtonText             string                           `json:"checkoutButtonText,omitzero"`
	// OrderType and ChannelType are in answers that were seen, and not in the documentation's table.
	OrderType   OrderType   `json:"orderType,omitzero"`
	ChannelType ChannelType `json:"channelType,omitzero"`
	// CartDetails have the delivery option that the buyer has chosen in a checkout on a single
	// page; it stands nowhere else.
	CartDetails *CartDetails `json:"cartDetails,omitzero"`
}

// CreateCheckoutSessionRequest is the request of [Client.CreateCheckoutSession].
// WebCheckoutDetails and StoreID are needed. It prints and logs its store id only.
type CreateCheckoutSessionRequest struct {
	// WebCheckoutDetails has the review page; for an additional payment button, the result page
	// and [CheckoutModeProcessOrder] instead.
	WebCheckoutDetails          *WebCheckoutDetails          `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID                     string                       `json:"storeId,omitzero" pay:"required" log:"store_id"` // amzn1.application-oa2-client.…
	Scopes                      []Scope                      `json:"scopes,omitzero"`
	DeliverySpecifications      *DeliverySpecifications      `json:"deliverySpecifications,omitzero"`
	ChargePermissionType        ChargePermissionType         `json:"chargePermissionType,omitzero"` // OneTime where empty
	RecurringMetadata           *RecurringMetadata           `json:"recurringMetadata,omitzero"`    // for Recurring
	PaymentMethodOnFileMetadata *PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	// ChargePermissionID is a permission of type [ChargePermissionTypePaymentMethodOnFile] to be used again.
	ChargePermissionID string            `json:"chargePermissionId,omitzero"`
	PaymentDetails     *PaymentDetails   `json:"paymentDetails,omitzero"` // needed for an additional payment button
	MerchantMetadata   *MerchantMetadata `json:"merchantMetadata,omitzero"`
	// PlatformID is the merchant id of the solution provider.
	PlatformID       string            `json:"platformId,omitzero"`
	ProviderMetadata *ProviderMetadata `json:"providerMetadata,omitzero"`
	// SupplementaryData is agreed on with Amazon; merchants do not need it.
	SupplementaryData              string                           `json:"supplementaryData,omitzero"`
	AddressDetails                 *AddressDetails                  `json:"addressDetails,omitzero"` // for an additional payment button that ships
	MultiAddressesCheckoutMetadata []MultiAddressesCheckoutMetadata `json:"multiAddressesCheckoutMetadata,omitzero"`
	// SignInScopes are the parts of the buyer's data that the shop gets, for a button that signs
	// the buyer in and saves a payment method at once; its WebCheckoutDetails have the
	// SignInReturnURL:
	// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html.
	SignInScopes []Scope `json:"signInScopes,omitzero"`
	// ChannelType is set by Amazon's mobile SDK, as [ChannelTypeMobileSDK]; a server need not send it:
	// https://developer.amazon.com/docs/mobile-app/parameters1.html.
	ChannelType             ChannelType              `json:"channelType,omitzero"`
	ProcessorSpecifications *ProcessorSpecifications `json:"processorSpecifications,omitzero"`
}

// UpdateCheckoutSessionRequest is the request of [Client.UpdateCheckoutSession]. What it does not
// have stays as it is, and an empty text is not sent: to clear one see [MerchantMetadata]. It
// prints and logs its platform id only.
type UpdateCheckoutSessionRequest struct {
	WebCheckoutDetails             *WebCheckoutDetails              `json:"webCheckoutDetails,omitzero"`
	PaymentDetails                 *PaymentDetails                  `json:"paymentDetails,omitzero"`
	MerchantMetadata               *MerchantMetadata                `json:"merchantMetadata,omitzero"`
	SupplementaryData              string                           `json:"supplementaryData,omitzero"`
	PlatformID                     string                           `json:"platformId,omitzero" log:"platform_id"`
	ProviderMetadata               *ProviderMetadata                `json:"providerMetadata,omitzero"`
	ChargePermissionType           ChargePermissionType             `json:"chargePermissionType,omitzero"`
	RecurringMetadata              *RecurringMetadata               `json:"recurringMetadata,omitzero"`
	MultiAddressesCheckoutMetadata []MultiAddressesCheckoutMetadata `json:"multiAddressesCheckoutMetadata,omitzero"`
}

// CompleteCheckoutSessionRequest is the request of [Client.CompleteCheckoutSession]. It is
// empty, but not nil, for a session that only saves a payment method.
type CompleteCheckoutSessionRequest struct {
	ChargeAmount     amazonpay.Price `json:"chargeAmount,omitzero" pay:"transaction"` // equal to the session's
	TotalOrderAmount amazonpay.Price `json:"totalOrderAmount,omitzero"`               // needed if the session has one
}

// Validate reports a TotalOrderAmount that is less than the ChargeAmount, or in another currency.
func (r CompleteCheckoutSessionRequest) Validate() error {
	return checkTotal(r.ChargeAmount, r.TotalOrderAmount)
}

// FinalizeCheckoutSessionRequest is the request of [Client.FinalizeCheckoutSession].
// PaymentIntent is needed. It prints and logs its intent only.
type FinalizeCheckoutSessionRequest struct {
	PaymentIntent                 PaymentIntent      `json:"paymentIntent,omitzero" pay:"required" log:"payment_intent"`
	CanHandlePendingAuthorization *bool              `json:"canHandlePendingAuthorization,omitzero"`
	SupplementaryData             string             `json:"supplementaryData,omitzero"`
	ShippingAddress               *amazonpay.Address `json:"shippingAddress,omitzero"`
	BillingAddress                *amazonpay.Address `json:"billingAddress,omitzero"`
	ChargeAmount                  amazonpay.Price    `json:"chargeAmount,omitzero" pay:"transaction"`
	TotalOrderAmount              amazonpay.Price    `json:"totalOrderAmount,omitzero"`
}

// Validate reports a TotalOrderAmount that is less than the ChargeAmount, or in another currency.
func (r FinalizeCheckoutSessionRequest) Validate() error {
	return checkTotal(r.ChargeAmount, r.TotalOrderAmount)
}

// askedBy is what a request is to complete a session with.
func askedBy(r *FinalizeCheckoutSessionRequest) *CompleteCheckoutSessionRequest {
	if r == nil {
		return nil
	}
	return &CompleteCheckoutSessionRequest{ChargeAmount: r.ChargeAmount, TotalOrderAmount: r.TotalOrderAmount}
}

// CreateCheckoutSession makes a session from the server. Normally the button does that in
// the browser, with a signed payload. An idempotency key is made where none is given.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#create-checkout-session
func (c *Client) CreateCheckoutSession(ctx context.Context, in *CreateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return amazonpay.Do[CheckoutSession](ctx, c.caller, amazonpay.Operation{
		Name: "CreateCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions", Returns: "checkoutSessionId", IdempotencyKey: true,
	}, in, opts...)
}

// GetCheckoutSession returns a session. Its id is the amazonCheckoutSessionId parameter
// with which the browser comes back to the review page and the result page. The buyer is in
// it while it is Open.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#get-checkout-session
func (c *Client) GetCheckoutSession(ctx context.Context, checkoutSessionID string, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return amazonpay.Do[CheckoutSession](ctx, c.caller, amazonpay.Operation{
		Name: "GetCheckoutSession", Method: http.MethodGet, Path: "checkoutSessions/{checkoutSessionId}",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID},
	}, nil, opts...)
}

// UpdateCheckoutSession sets the payment details, the result page and what else became
// known on the review page. When the answer has no constraints left, send the buyer to its
// WebCheckoutDetails.AmazonPayRedirectURL. It works in state Open only; later it is refused
// with InvalidCheckoutSessionStatus. It takes no idempotency key.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#update-checkout-session
func (c *Client) UpdateCheckoutSession(ctx context.Context, checkoutSessionID string, in *UpdateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return amazonpay.Do[CheckoutSession](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateCheckoutSession", Method: http.MethodPatch, Path: "checkoutSessions/{checkoutSessionId}", Returns: "checkoutSessionId",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID},
	}, in, opts...)
}

// CompleteCheckoutSession ends a session when the buyer has come back to the result page,
// within 24 hours of its creation: else it becomes Canceled, and so does its
// authorization. The answer has the id of the charge permission and, unless the intent is
// [PaymentIntentConfirm], of the charge: store both. If the answer is Pending, the authorization may still be
// declined.
//
// The session's id comes from the buyer's browser. Before you complete it, make sure that it is the
// session of this order: [Client.GetCheckoutSessionOfOrder].
//
// Reason codes: AmountMismatch where the amount differs from the session's;
// InvalidCheckoutSessionStatus where the buyer has not paid yet or the session is over;
// CheckoutSessionCanceled where the buyer gave up or the payment failed: read the session
// for the reason. An idempotency key is made where none is given.
//
// It is not known whether the service honours the key here. If the outcome is not certain, the session is therefore read. If it
// is Completed, its charge is read too (for intent [PaymentIntentConfirm], its charge permission), and the session is returned without an error
// only if the amount and the currency are those of in and the charge has not failed since; otherwise the error is a [*CompletionError].
// If it is Canceled, or Open after a decline, the outcome of the error is refused.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#complete-checkout-session
func (c *Client) CompleteCheckoutSession(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return c.endSession(ctx, amazonpay.Operation{
		Name: "CompleteCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions/{checkoutSessionId}/complete", Returns: "checkoutSessionId",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID}, IdempotencyKey: true,
	}, in, in, opts)
}

// endSession makes a call that is to complete a session. asked is what it is to be completed with, for the case that only
// reading tells.
func (c *Client) endSession(ctx context.Context, op amazonpay.Operation, in any, asked *CompleteCheckoutSessionRequest, opts []amazonpay.CallOption) (*CheckoutSession, error) {
	session, err := amazonpay.Do[CheckoutSession](ctx, c.caller, op, in, opts...)
	if err == nil && !understood(session.Meta, "chargeId", "chargePermissionId") { // not "there is none": a shop would charge again
		err = &amazonpay.CallError{
			Operation: op.Name, Meta: session.Meta, Outcome: amazonpay.OutcomeDone,
			Err: &amazonpay.DecodeError{Err: errors.New("the id of its charge or charge permission is of another JSON type")},
		}
	}
	switch {
	case err == nil:
		session.Pending = session.Meta != nil && session.Meta.StatusCode == http.StatusAccepted
		return session, nil
	case asked == nil || !isUncertain(err):
		return nil, err
	}
	return c.settleSession(ctx, op.PathValues["checkoutSessionId"], *asked, err, opts)
}

// FinalizeCheckoutSession ends a session of a checkout on a single page ("Buy Now"), which
// has no payment page at Amazon: it gives the session what UpdateCheckoutSession would, and
// does what [Client.CompleteCheckoutSession] does, with the same answer and reason codes, and is
// settled in the same way. An idempotency key is made where none is given.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#finalize-checkout-session
func (c *Client) FinalizeCheckoutSession(ctx context.Context, checkoutSessionID string, in *FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return c.endSession(ctx, amazonpay.Operation{
		Name: "FinalizeCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions/{checkoutSessionId}/finalize", Returns: "checkoutSessionId",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID}, IdempotencyKey: true,
	}, in, askedBy(in), opts)
}
