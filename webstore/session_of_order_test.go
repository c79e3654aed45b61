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
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	id := approvedFor(t, shop, server, "order-1", "1111", webstore.PaymentDetails{PaymentIntent: webstore.Authorize, ChargeAmount: dollars("1.00")})
	nameless := newApproved(t, shop, server, webstore.Authorize)
	for _, completed := range []bool{false, true} {
		if completed {
			_, err := shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: dollars("1.00")})
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
	require.ErrorContains(t, err, "merchantReferenceID: is empty")
	assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))

	_, err = shop.GetCheckoutSessionOfOrder(t.Context(), "no-such-session", "order-1")
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonResourceNotFound))
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "getChargePermission", Status: 503}))
	_, err = shop.GetCheckoutSessionOfOrder(t.Context(), id, "order-1")
	require.Error(t, err, "what cannot be read is not taken for the order's")
}
