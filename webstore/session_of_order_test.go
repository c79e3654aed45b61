package webstore_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// A buyer presents the session of another order of the same price.
func TestGetCheckoutSessionOfOrder(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	id := approvedFor(t, shop, server, "order-1", "1111", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: usd("1.00")})
	nameless := newApproved(t, shop, server, webstore.PaymentIntentAuthorize)
	for _, completed := range []bool{false, true} {
		if completed {
			_, err := shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00")})
			require.NoError(t, err)
		}
		session, err := shop.GetCheckoutSessionOfOrder(t.Context(), id, "order-1")
		require.NoError(t, err)
		assert.Equal(t, id, session.CheckoutSessionID)
		session, err = shop.GetCheckoutSessionOfOrder(t.Context(), id, "order-2")
		assert.Nil(t, session)
		other, ok := errors.AsType[*webstore.OtherOrderError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, "order-1", other.Found)
		require.EqualError(t, err, `webstore: the checkout session belongs to order "order-1", not to "order-2"`)
	}
	_, err := shop.GetCheckoutSessionOfOrder(t.Context(), nameless, "order-1")
	require.ErrorContains(t, err, "set MerchantMetadata.MerchantReferenceID")
	_, err = shop.GetCheckoutSessionOfOrder(t.Context(), nameless, "")
	require.ErrorContains(t, err, "merchantReferenceID is empty")
	assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step, "it settles nothing")

	_, err = shop.GetCheckoutSessionOfOrder(t.Context(), "no-such-session", "order-1")
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound))
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "GetCharge", Status: 503}))
	_, err = shop.GetCheckoutSessionOfOrder(t.Context(), id, "order-1")
	require.Error(t, err, "what cannot be read is not taken for the order's")
}

// A charge permission that serves many orders has the reference of the last one. It does not say
// which order a session belongs to; the charge does.
func TestSessionOfOneOfManyOrders(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	asked := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("10.00")}
	completed := func(order, permissionID string) *webstore.CheckoutSession {
		session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
			StoreID:                     server.Description().Merchants[0].StoreID,
			WebCheckoutDetails:          &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
			PaymentDetails:              &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: usd("10.00")},
			MerchantMetadata:            &webstore.MerchantMetadata{MerchantReferenceID: order},
			ChargePermissionType:        webstore.ChargePermissionTypePaymentMethodOnFile,
			ChargePermissionID:          permissionID,
			PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)},
		})
		require.NoError(t, err)
		require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
		session, err = shop.CompleteCheckoutSession(t.Context(), session.CheckoutSessionID, asked)
		require.NoError(t, err)
		return session
	}
	first := completed("order-1", "")
	second := completed("order-2", first.ChargePermissionID)
	require.Equal(t, first.ChargePermissionID, second.ChargePermissionID)
	_, err := shop.UpdateChargePermission(t.Context(), first.ChargePermissionID, &webstore.UpdateChargePermissionRequest{
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: "order-3"},
	})
	require.NoError(t, err)
	for session, order := range map[*webstore.CheckoutSession]string{first: "order-1", second: "order-2"} {
		for _, other := range []string{"order-1", "order-2", "order-3"} {
			_, err := shop.GetCheckoutSessionOfOrder(t.Context(), session.CheckoutSessionID, other)
			assert.Equal(t, order == other, err == nil, "%s: %v", other, err)
		}
	}
}
