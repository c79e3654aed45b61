package webstore_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

var twenty = amazonpay.Price{Amount: "20.00", CurrencyCode: amazonpay.USD}

// clientQuickly is a client of the emulator that repeats without waiting.
func clientQuickly(t *testing.T, server *emulator.Server) *webstore.Client {
	t.Helper()
	account := server.Description().Merchants[0]
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: account.KeyIDs.Sandbox, PrivateKeyPEM: amazonpay.NewSecret(account.PrivateKeyPEM),
		Region: amazonpay.RegionUS, BaseURL: server.Description().BaseURL,
	}, amazonpay.WithRoundTripper(server.RoundTripper()), amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1}))
	require.NoError(t, err)
	return webstore.New(client)
}

// newApproved makes a session that the buyer has approved.
func newApproved(t *testing.T, shop *webstore.Client, server *emulator.Server, intent webstore.PaymentIntent) string {
	t.Helper()
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: intent, ChargeAmount: twenty, CanHandlePendingAuthorization: new(true)},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	return session.CheckoutSessionID
}

// https://github.com/amzn/amazon-payments-magento-2-plugin/issues/1280: a session was completed twice, the second answer said
// InvalidCheckoutSessionStatus, and the order was cancelled although the money was taken. Here the service does not honour the key,
// so that the repetition meets what the first attempt did.
func TestLostAnswersAreSettledByReading(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	lose := func(operation string) {
		require.NoError(t, server.IgnoreIdempotencyKey(operation))
		require.NoError(t, server.FailNext(1, emulator.Fault{Operation: operation, Kind: emulator.FaultLoseAnswer}))
	}
	key := amazonpay.WithIdempotencyKey("once")

	lose("completeCheckoutSession")
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.Authorize),
		&webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty}, key, amazonpay.WithHeader("X-Shop", "1"))
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)
	assert.NotEmpty(t, session.ChargeID)
	require.Len(t, server.Charges(), 1)

	lose("cancelCharge")
	charge, err := shop.CancelCharge(t.Context(), session.ChargeID, &webstore.CancelChargeRequest{CancellationReason: "Sold out"})
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCanceled, charge.StatusDetails.State)

	lose("closeChargePermission")
	permission, err := shop.CloseChargePermission(t.Context(), session.ChargePermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out"})
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateClosed, permission.StatusDetails.State)

	made, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID: server.Description().Merchants[0].StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(made.CheckoutSessionID))
	lose("finalizeCheckoutSession")
	session, err = shop.FinalizeCheckoutSession(t.Context(), made.CheckoutSessionID, &webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent: webstore.AuthorizeWithCapture, ShippingAddress: &address, BillingAddress: &address, ChargeAmount: twenty,
	})
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)
	require.Len(t, server.Charges(), 2)

	// The first attempt of each was done, the second refused, and then the object read.
	var seen []string
	for _, r := range server.Requests()[1:] {
		seen = append(seen, r.Operation+" "+http.StatusText(r.Status))
	}
	assert.Equal(t, []string{
		"completeCheckoutSession OK", "completeCheckoutSession Unprocessable Entity", "getCheckoutSession OK", "getCharge OK",
		"cancelCharge OK", "cancelCharge Unprocessable Entity", "getCharge OK",
		"closeChargePermission OK", "closeChargePermission Unprocessable Entity", "getChargePermission OK",
		"createCheckoutSession Created",
		"finalizeCheckoutSession OK", "finalizeCheckoutSession Unprocessable Entity", "getCheckoutSession OK", "getCharge OK",
	}, seen)
}

// A permission that Amazon has closed has not had its charges cancelled by the merchant's call.
func TestCloseThatDidNotCancel(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.Authorize), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	require.NoError(t, server.ClosePermission(session.ChargePermissionID, "AmazonClosed"))
	closing := func(cancel bool) error {
		require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "closeChargePermission", Status: 503}))
		_, err := shop.CloseChargePermission(t.Context(), session.ChargePermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out", CancelPendingCharges: &cancel})
		return err
	}
	assert.True(t, amazonpay.HasReason(closing(true), amazonpay.ReasonInvalidChargePermissionStatus))
	require.NoError(t, closing(false), "it is closed, and no more was asked for")
}

// What was not done stays an error, and what is certain is not read.
func TestReadingHidesNoFailure(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	id := newApproved(t, shop, server, webstore.Authorize)
	complete := func(ctx context.Context) error {
		_, err := shop.CompleteCheckoutSession(ctx, id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
		return err
	}
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "completeCheckoutSession", Status: 503}))
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(complete(t.Context())))
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "completeCheckoutSession", Kind: emulator.FaultReset}))
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "getCheckoutSession", Status: 503}))
	err := complete(t.Context())
	call, ok := errors.AsType[*amazonpay.CallError](err)
	require.True(t, ok)
	assert.Equal(t, "CompleteCheckoutSession", call.Operation, "not the reading's")

	ended, end := context.WithTimeout(t.Context(), time.Nanosecond)
	defer end()
	require.ErrorIs(t, complete(ended), context.DeadlineExceeded)

	before := len(server.Requests())
	_, err = shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: amazonpay.Price{Amount: "21.00", CurrencyCode: amazonpay.USD}})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonAmountMismatch), "%v", err)
	assert.Len(t, server.Requests(), before+1, "a certain refusal is not read again")
	assert.Empty(t, server.Charges())
	require.NoError(t, complete(t.Context()))
}
