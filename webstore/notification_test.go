package webstore_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/webstore"
)

// Only the notification's object is read, and passed to the function for its type.
func TestHandleNotification(t *testing.T) {
	t.Parallel()
	shop, server, account := connect(t)
	amount := amazonpay.USD.Price("20.00")
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

	var seen []any
	handler := noting(&seen)
	handled := func(objectType ipn.ObjectType, id string) any {
		seen = nil
		before := len(server.Requests())
		require.NoError(t, shop.HandleNotification(t.Context(), &ipn.Notification{ObjectType: objectType, ObjectID: id}, handler))
		require.Len(t, seen, 1, "one function is called, once")
		assert.Len(t, server.Requests(), before+1)
		return seen[0]
	}
	permission, _ := handled(ipn.ObjectTypeChargePermission, session.ChargePermissionID).(*webstore.ChargePermission)
	assert.Equal(t, session.ChargePermissionID, permission.ChargePermissionID)
	charge, _ := handled(ipn.ObjectTypeCharge, session.ChargeID).(*webstore.Charge)
	assert.Equal(t, session.ChargeID, charge.ChargeID)
	refunded, _ := handled(ipn.ObjectTypeRefund, refund.RefundID).(*webstore.Refund)
	assert.Equal(t, refund.RefundID, refunded.RefundID)
	disputed, _ := handled(ipn.ObjectTypeChargeback, dispute).(*webstore.Dispute)
	assert.Equal(t, dispute, disputed.DisputeID)

	before := len(server.Requests())
	for _, objectType := range []string{"", "charge", "PAYOUT"} {
		n := about{objectType, session.ChargeID}
		err := shop.HandleNotification(t.Context(), n, handler)
		require.ErrorContains(t, err, strconv.Quote(objectType))
		require.ErrorIs(t, err, webstore.ErrUnknownObjectType)
		open := handler
		open.Other = func(_ context.Context, objectType, objectID string) error {
			assert.Equal(t, about{objectType, objectID}, n)
			return errKept
		}
		require.ErrorIs(t, shop.HandleNotification(t.Context(), n, open), errKept)
	}
	var none *ipn.Notification
	require.ErrorIs(t, shop.HandleNotification(t.Context(), none, handler), webstore.ErrUnknownObjectType)
	require.ErrorContains(t, shop.HandleNotification(t.Context(), nil, handler), "notification: is nil")
	require.Error(t, shop.HandleNotification(t.Context(), about{"CHARGE", ""}, handler))
	assert.Len(t, server.Requests(), before, "nothing was sent")

	seen = nil
	err = shop.HandleNotification(t.Context(), about{"REFUND", session.ChargeID}, handler)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%v", err)
	assert.Empty(t, seen)
	handler.Charge = func(context.Context, *webstore.Charge) error { return errKept }
	require.Equal(t, errKept, shop.HandleNotification(t.Context(), about{"CHARGE", session.ChargeID}, handler), "the function's own error")
}

var errKept = errors.New("kept for later")

// about is a notification about an object.
type about struct{ objectType, id string }

func (a about) Object() (objectType, objectID string) { return a.objectType, a.id }

// noting returns a handler that notes the objects it receives.
func noting(seen *[]any) webstore.NotificationHandler {
	return webstore.NotificationHandler{
		Charge: func(_ context.Context, charge *webstore.Charge) error { *seen = append(*seen, charge); return nil },
		ChargePermission: func(_ context.Context, permission *webstore.ChargePermission) error {
			*seen = append(*seen, permission)
			return nil
		},
		Refund:  func(_ context.Context, refund *webstore.Refund) error { *seen = append(*seen, refund); return nil },
		Dispute: func(_ context.Context, dispute *webstore.Dispute) error { *seen = append(*seen, dispute); return nil },
	}
}

// A missing function is reported with the first notification, whatever its type.
func TestForgottenFunctionShows(t *testing.T) {
	t.Parallel()
	shop := webstore.New(newClient(t))
	for field, forget := range map[string]func(*webstore.NotificationHandler){
		"Charge":           func(h *webstore.NotificationHandler) { h.Charge = nil },
		"ChargePermission": func(h *webstore.NotificationHandler) { h.ChargePermission = nil },
		"Refund":           func(h *webstore.NotificationHandler) { h.Refund = nil },
		"Dispute":          func(h *webstore.NotificationHandler) { h.Dispute = nil },
	} {
		handler := noting(new([]any))
		forget(&handler)
		for _, objectType := range []string{"CHARGE", "CHARGE_PERMISSION", "REFUND", "CHARGEBACK", "PAYOUT"} {
			err := shop.HandleNotification(t.Context(), about{objectType, chargeID}, handler)
			require.ErrorContains(t, err, "HandleNotification: NotificationHandler."+field+": is nil: set a function", objectType)
			assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
		}
	}
}
