package webstore

import (
	"context"
	"errors"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CheckoutSession is one buyer's way through the checkout. It is Open for 24 hours, then Completed
// or Canceled. The service deletes it after 30 days. A Completed session has lost most of its
// details, a Canceled one has little more than its state and reason.
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
	// StatusDetails is the state: Open, Completed, or Canceled with the reason BuyerCanceled,
	// Declined, Expired or AmazonCanceled.
	StatusDetails       amazonpay.StatusDetails `json:"statusDetails,omitzero" log:"state=State,reason_code=ReasonCode"`
	Constraints         []Constraint            `json:"constraints,omitzero"` // why AmazonPayRedirectURL is not there yet
	CreationTimestamp   amazonpay.Time          `json:"creationTimestamp,omitzero"`
	ExpirationTimestamp amazonpay.Time          `json:"expirationTimestamp,omitzero"`
	// ChargePermissionID is set when the session is completed.
	ChargePermissionID string `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	// ChargeID is set when the session is completed, unless its intent is [PaymentIntentConfirm].
	ChargeID string `json:"chargeId,omitzero" log:"charge_id"`
	// Pending reports that Amazon has not decided on the charge yet, so that it may still be declined.
	// Do not deliver before [Client.WaitForCharge] or a notification says that the charge is
	// Authorized or Captured. Only [Client.CompleteCheckoutSession], [Client.FinalizeCheckoutSession]
	// and their OrFetch siblings set it.
	Pending                        bool                             `json:"-"`
	PlatformID                     string                           `json:"platformId,omitzero"`
	ProviderMetadata               *ProviderMetadata                `json:"providerMetadata,omitzero"`
	ReleaseEnvironment             amazonpay.ReleaseEnvironment     `json:"releaseEnvironment,omitzero"`
	StoreID                        string                           `json:"storeId,omitzero"`
	DeliverySpecifications         *DeliverySpecifications          `json:"deliverySpecifications,omitzero"`
	MultiAddressesCheckoutMetadata []MultiAddressesCheckoutMetadata `json:"multiAddressesCheckoutMetadata,omitzero"`
	CheckoutButtonText             string                           `json:"checkoutButtonText,omitzero"`
	// OrderType is what the session is for, ChannelType where it was started.
	OrderType   OrderType   `json:"orderType,omitzero"`
	ChannelType ChannelType `json:"channelType,omitzero"`
	// CartDetails has the delivery option that the buyer chose in a "Buy Now" checkout. No other
	// member shows it.
	CartDetails *CartDetails `json:"cartDetails,omitzero"`
}

// CreateCheckoutSessionRequest is the request of [Client.CreateCheckoutSession]. WebCheckoutDetails
// and StoreID are required.
type CreateCheckoutSessionRequest struct {
	// WebCheckoutDetails has the review page. For an additional payment button it has the result page
	// and [CheckoutModeProcessOrder] instead.
	WebCheckoutDetails          *WebCheckoutDetails          `json:"webCheckoutDetails,omitzero" pay:"required"`
	StoreID                     string                       `json:"storeId,omitzero" pay:"required" log:"store_id"` // amzn1.application-oa2-client.…
	Scopes                      []Scope                      `json:"scopes,omitzero"`
	DeliverySpecifications      *DeliverySpecifications      `json:"deliverySpecifications,omitzero"`
	ChargePermissionType        ChargePermissionType         `json:"chargePermissionType,omitzero"` // default OneTime
	RecurringMetadata           *RecurringMetadata           `json:"recurringMetadata,omitzero"`    // for Recurring
	PaymentMethodOnFileMetadata *PaymentMethodOnFileMetadata `json:"paymentMethodOnFileMetadata,omitzero"`
	// ChargePermissionID is a permission of type [ChargePermissionTypePaymentMethodOnFile] to use
	// again.
	ChargePermissionID string            `json:"chargePermissionId,omitzero"`
	PaymentDetails     *PaymentDetails   `json:"paymentDetails,omitzero"` // required for an additional payment button
	MerchantMetadata   *MerchantMetadata `json:"merchantMetadata,omitzero"`
	// PlatformID is the merchant id of the solution provider.
	PlatformID       string            `json:"platformId,omitzero"`
	ProviderMetadata *ProviderMetadata `json:"providerMetadata,omitzero"`
	// SupplementaryData is agreed on with Amazon. Merchants leave it empty.
	SupplementaryData              string                           `json:"supplementaryData,omitzero"`
	AddressDetails                 *AddressDetails                  `json:"addressDetails,omitzero"` // for an additional payment button that ships
	MultiAddressesCheckoutMetadata []MultiAddressesCheckoutMetadata `json:"multiAddressesCheckoutMetadata,omitzero"`
	// SignInScopes are the parts of the buyer's data that the shop receives, for a button that signs
	// the buyer in and saves a payment method at once. WebCheckoutDetails then has the
	// SignInReturnURL:
	// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html.
	SignInScopes []Scope `json:"signInScopes,omitzero"`
	// ChannelType is set by Amazon's mobile SDK, to [ChannelTypeMobileSDK]. A server leaves it empty:
	// https://developer.amazon.com/docs/mobile-app/parameters1.html.
	ChannelType             ChannelType              `json:"channelType,omitzero"`
	ProcessorSpecifications *ProcessorSpecifications `json:"processorSpecifications,omitzero"`
}

// UpdateCheckoutSessionRequest is the request of [Client.UpdateCheckoutSession]. A field that is
// not set stays as it is. To clear a text, see [MerchantMetadata].
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

// CompleteCheckoutSessionRequest is the request of [Client.CompleteCheckoutSession]. For a session
// that only saves a payment method it is empty, but not nil.
type CompleteCheckoutSessionRequest struct {
	ChargeAmount     amazonpay.Price `json:"chargeAmount,omitzero" pay:"transaction"` // equal to the session's
	TotalOrderAmount amazonpay.Price `json:"totalOrderAmount,omitzero"`               // required if the session has one
}

// Validate returns an error if TotalOrderAmount is less than ChargeAmount, or in another currency.
func (r CompleteCheckoutSessionRequest) Validate() error {
	return checkTotal(r.ChargeAmount, r.TotalOrderAmount)
}

// FinalizeCheckoutSessionRequest is the request of [Client.FinalizeCheckoutSession]. PaymentIntent
// is required.
type FinalizeCheckoutSessionRequest struct {
	PaymentIntent                 PaymentIntent      `json:"paymentIntent,omitzero" pay:"required" log:"payment_intent"`
	CanHandlePendingAuthorization *bool              `json:"canHandlePendingAuthorization,omitzero"`
	SupplementaryData             string             `json:"supplementaryData,omitzero"`
	ShippingAddress               *amazonpay.Address `json:"shippingAddress,omitzero"`
	BillingAddress                *amazonpay.Address `json:"billingAddress,omitzero"`
	ChargeAmount                  amazonpay.Price    `json:"chargeAmount,omitzero" pay:"transaction"`
	TotalOrderAmount              amazonpay.Price    `json:"totalOrderAmount,omitzero"`
}

// Validate returns an error if TotalOrderAmount is less than ChargeAmount, or in another currency.
func (r FinalizeCheckoutSessionRequest) Validate() error {
	return checkTotal(r.ChargeAmount, r.TotalOrderAmount)
}

// askedBy returns the amounts with which a request completes a session.
func askedBy(r *FinalizeCheckoutSessionRequest) *CompleteCheckoutSessionRequest {
	if r == nil {
		return nil
	}
	return &CompleteCheckoutSessionRequest{ChargeAmount: r.ChargeAmount, TotalOrderAmount: r.TotalOrderAmount}
}

// CreateCheckoutSession creates a session on the server. Normally the button does so in the
// browser, with a signed payload.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#create-checkout-session
func (c *Client) CreateCheckoutSession(ctx context.Context, in *CreateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return amazonpay.Do[CheckoutSession](ctx, c.caller, amazonpay.Operation{
		Name: "CreateCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions", Returns: "checkoutSessionId", IdempotencyKey: true,
	}, in, opts...)
}

// GetCheckoutSession returns a session. Its id is the parameter amazonCheckoutSessionId with which
// the browser returns to the review page and the result page ([ParseReturnURL]). The session has
// the buyer while it is Open.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#get-checkout-session
func (c *Client) GetCheckoutSession(ctx context.Context, checkoutSessionID string, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return amazonpay.Do[CheckoutSession](ctx, c.caller, amazonpay.Operation{
		Name: "GetCheckoutSession", Method: http.MethodGet, Path: "checkoutSessions/{checkoutSessionId}",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID},
	}, nil, opts...)
}

// UpdateCheckoutSession sets the payment details, the result page and whatever else became known on
// the review page. When the answer has no constraints left, send the buyer to its
// WebCheckoutDetails.AmazonPayRedirectURL. A session that is not Open is refused with
// InvalidCheckoutSessionStatus.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#update-checkout-session
func (c *Client) UpdateCheckoutSession(ctx context.Context, checkoutSessionID string, in *UpdateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return amazonpay.Do[CheckoutSession](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateCheckoutSession", Method: http.MethodPatch, Path: "checkoutSessions/{checkoutSessionId}", Returns: "checkoutSessionId",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID},
	}, in, opts...)
}

// CompleteCheckoutSession ends a session when the buyer has returned to the result page. It must be
// called within 24 hours of the session's creation; otherwise the session and its authorization
// become Canceled. The answer has the id of the charge permission and, unless the intent is
// [PaymentIntentConfirm], of the charge: store both. If the answer is Pending, the authorization
// may still be declined.
//
// The session's id comes from the buyer's browser. Before you complete the session, check that it
// belongs to this order: [Client.GetCheckoutSessionOfOrder].
//
// Reason codes: AmountMismatch if the amount differs from the session's;
// InvalidCheckoutSessionStatus if the buyer has not paid yet or the session is over;
// CheckoutSessionCanceled if the buyer gave up or the payment failed, for a reason that the session
// has.
//
// If the outcome is not certain, the session is read. If it is Completed, its charge is read too
// (for intent [PaymentIntentConfirm], its charge permission). The session is returned without an
// error only if its amount and currency match in and the charge has not failed since; otherwise the
// error is a [*CompletionError]. If the session is Canceled, or Open after a decline, the outcome
// of the error is refused.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#complete-checkout-session
func (c *Client) CompleteCheckoutSession(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return c.endSession(ctx, amazonpay.Operation{
		Name: "CompleteCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions/{checkoutSessionId}/complete", Returns: "checkoutSessionId",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID}, IdempotencyKey: true,
	}, in, in, opts)
}

// endSession makes a call that completes a session. asked is what it completes the session with, in
// case only reading shows the result.
func (c *Client) endSession(ctx context.Context, op amazonpay.Operation, in any, asked *CompleteCheckoutSessionRequest, opts []amazonpay.CallOption) (*CheckoutSession, error) {
	session, err := amazonpay.Do[CheckoutSession](ctx, c.caller, op, in, opts...)
	if err == nil && !understood(session.Meta, "chargeId", "chargePermissionId") { // not taken for "there is none": a shop would charge again
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

// FinalizeCheckoutSession ends the session of a "Buy Now" checkout, which has no payment page at
// Amazon. It sets what UpdateCheckoutSession would set and does what
// [Client.CompleteCheckoutSession] does, with the same result, reason codes and settling.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html#finalize-checkout-session
func (c *Client) FinalizeCheckoutSession(ctx context.Context, checkoutSessionID string, in *FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	return c.endSession(ctx, amazonpay.Operation{
		Name: "FinalizeCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions/{checkoutSessionId}/finalize", Returns: "checkoutSessionId",
		PathValues: map[string]string{"checkoutSessionId": checkoutSessionID}, IdempotencyKey: true,
	}, in, askedBy(in), opts)
}
