package webstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// The object of each type of notification is read, and no other.
func TestFetchNotified(t *testing.T) {
	t.Parallel()
	shop, server, account := connect(t)
	amount := amazonpay.Price{Amount: "20.00", CurrencyCode: amazonpay.USD}
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            account.StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: amount},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	session, err = shop.CompleteCheckoutSession(t.Context(), session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: amount})
	require.NoError(t, err)
	refund, err := shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: session.ChargeID, RefundAmount: amount})
	require.NoError(t, err)
	dispute, err := server.Buyer().Dispute(session.ChargeID)
	require.NoError(t, err)

	fetched := func(objectType, id string) webstore.Notified {
		n, err := shop.FetchNotified(t.Context(), objectType, id)
		require.NoError(t, err)
		return *n
	}
	n := fetched("CHARGE_PERMISSION", session.ChargePermissionID)
	assert.Equal(t, session.ChargePermissionID, n.ChargePermission.ChargePermissionID)
	assert.Equal(t, webstore.Notified{ChargePermission: n.ChargePermission}, n)
	n = fetched("CHARGE", session.ChargeID)
	assert.Equal(t, session.ChargeID, n.Charge.ChargeID)
	assert.Equal(t, webstore.Notified{Charge: n.Charge}, n)
	n = fetched("REFUND", refund.RefundID)
	assert.Equal(t, refund.RefundID, n.Refund.RefundID)
	assert.Equal(t, webstore.Notified{Refund: n.Refund}, n)
	n = fetched("CHARGEBACK", dispute)
	assert.Equal(t, dispute, n.Dispute.DisputeID)
	assert.Equal(t, webstore.Notified{Dispute: n.Dispute}, n)

	before := len(server.Requests())
	for _, objectType := range []string{"", "charge", "PAYOUT"} {
		_, err := shop.FetchNotified(t.Context(), objectType, session.ChargeID)
		require.ErrorContains(t, err, "objectType")
		require.ErrorIs(t, err, webstore.ErrUnknownObjectType)
	}
	_, err = shop.FetchNotified(t.Context(), "CHARGE", "")
	require.Error(t, err)
	assert.Len(t, server.Requests(), before, "nothing was sent")
	_, err = shop.FetchNotified(t.Context(), "REFUND", session.ChargeID)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%v", err)
}
