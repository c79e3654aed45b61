package webstore_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

func connect(t *testing.T) (*webstore.Client, *emulator.Server, emulator.Merchant) {
	t.Helper()
	server := emulator.Start(t)
	account := server.Description().Merchants[0]
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: account.KeyIDs.Sandbox, PrivateKeyPEM: amazonpay.NewSecret(account.PrivateKeyPEM),
		Region: amazonpay.RegionUS, BaseURL: server.Description().BaseURL,
	}, amazonpay.WithRoundTripper(server.RoundTripper()))
	require.NoError(t, err)
	return webstore.New(client), server, account
}

// The emulator is strict with this SDK and has its own view of the members: it refuses
// one that it does not know.
func TestEveryCallAgainstTheEmulator(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	shop, server, account := connect(t)

	buyer, err := shop.GetBuyer(ctx, account.BuyerToken)
	require.NoError(t, err)
	require.NotNil(t, buyer.ShippingAddress)
	assert.Equal(t, buyer.PostalCode, buyer.ShippingAddress.PostalCode)

	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
		StoreID:            account.StoreID, Scopes: createSession.Scopes, DeliverySpecifications: createSession.DeliverySpecifications,
		PaymentDetails:   &webstore.PaymentDetails{PresentmentCurrency: amazonpay.USD, ExtendExpiration: new(false)},
		MerchantMetadata: &merchant,
		// Only a session with several addresses has a list of them.
		MultiAddressesCheckoutMetadata: []webstore.MultiAddressesCheckoutMetadata{{AddressID: "amzn1.address.EMULATED0001"}},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(session.CheckoutSessionID))
	session, err = shop.GetCheckoutSession(ctx, session.CheckoutSessionID)
	require.NoError(t, err)
	assert.NotEmpty(t, session.ShippingAddress.Name)
	assert.NotEmpty(t, session.Constraints)

	session, err = shop.UpdateCheckoutSession(ctx, session.CheckoutSessionID, &webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: webstore.PaymentIntentAuthorize, CanHandlePendingAuthorization: new(false),
			ChargeAmount: usd("14.00"), TotalOrderAmount: usd("50.00"),
		},
	})
	require.NoError(t, err)
	assert.Empty(t, session.Constraints)
	assert.NotEmpty(t, session.WebCheckoutDetails.AmazonPayRedirectURL)
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	session, err = shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &completeSession)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)

	permission, err := shop.UpdateChargePermission(ctx, session.ChargePermissionID, &webstore.UpdateChargePermissionRequest{MerchantMetadata: &merchant})
	require.NoError(t, err)
	assert.Equal(t, &merchant, permission.MerchantMetadata)
	permission, err = shop.GetChargePermission(ctx, session.ChargePermissionID)
	require.NoError(t, err)
	assert.Equal(t, usd("50.00"), permission.Limits.AmountLimit)

	captured, err := shop.CaptureCharge(ctx, session.ChargeID, &captureCharge)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCaptured, captured.StatusDetails.State)
	refund, err := shop.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: captured.ChargeID, RefundAmount: usd("14.00"), SoftDescriptor: "Descriptor"})
	require.NoError(t, err)
	assert.Len(t, refund.Meta.IdempotencyKey, 32)
	refund, err = shop.GetRefund(ctx, refund.RefundID)
	require.NoError(t, err)
	assert.Equal(t, usd("14.00"), refund.RefundAmount)

	second := webstore.CreateChargeRequest{ChargePermissionID: permission.ChargePermissionID, ChargeAmount: usd("5.00"), CaptureNow: new(false)}
	charge, err := shop.CreateCharge(ctx, &second)
	require.NoError(t, err)
	charge, err = shop.CancelCharge(ctx, charge.ChargeID, &cancelCharge)
	require.NoError(t, err)
	charge, err = shop.GetCharge(ctx, charge.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.ReasonCodeMerchantCanceled, charge.StatusDetails.ReasonCode)
	third, err := shop.CreateCharge(ctx, &second)
	require.NoError(t, err)
	assert.NotEqual(t, charge.ChargeID, third.ChargeID, "two calls without a key are two charges")
	third, err = shop.UpdateCharge(ctx, third.ChargeID, &updateCharge)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.ReasonCodeExpiredUnused, third.StatusDetails.ReasonCode)

	permission, err = shop.CloseChargePermission(ctx, permission.ChargePermissionID, &closePermission)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateClosed, permission.StatusDetails.State)
	require.NotEmpty(t, permission.StatusDetails.Reasons)
	_, err = shop.CreateCharge(ctx, &second)
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidChargePermissionStatus), "%v", err)

	session, err = shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"}, StoreID: account.StoreID,
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(session.CheckoutSessionID))
	session, err = shop.FinalizeCheckoutSession(ctx, session.CheckoutSessionID, &webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ShippingAddress: &address, BillingAddress: &address, ChargeAmount: usd("14.00"),
	})
	require.NoError(t, err)
	assert.NotEmpty(t, session.ChargeID)

	for _, r := range server.Requests() {
		assert.True(t, r.Strict && r.Verified, "%s %s", r.Method, r.Operation)
	}
}

func TestCompleteBeforeTheBuyerPaid(t *testing.T) {
	t.Parallel()
	shop, _, account := connect(t)
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"}, StoreID: account.StoreID,
	})
	require.NoError(t, err)
	assert.Equal(t, http.StatusCreated, session.Meta.StatusCode)
	_, err = shop.CompleteCheckoutSession(t.Context(), session.CheckoutSessionID, &completeSession)
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus), "%v", err)
}

// https://github.com/amzn/amazon-pay-api-sdk-php/issues/9: a right field in a wrong call. The service's refusal names the field, and the
// error the call.
func TestFieldOfAnotherCall(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	_, err := shop.UpdateCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentAuthorize), &webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutMode: webstore.CheckoutModeProcessOrder},
	})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeUnrecognizedField), "%v", err)
	require.ErrorContains(t, err, "UpdateCheckoutSession: 400 UnrecognizedField")
	require.ErrorContains(t, err, "checkoutMode")
	assert.Equal(t, amazonpay.OutcomeRefused, amazonpay.OutcomeOf(err))
}
