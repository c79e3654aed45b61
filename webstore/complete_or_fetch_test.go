package webstore_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// ways are the ways in which a completion can be repeated.
func ways(shop *webstore.Client, server *emulator.Server, intent webstore.PaymentIntent) map[string]func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest) (*webstore.CheckoutSession, error) {
	lost := func(operation string) error {
		return server.FailNext(1, emulator.Fault{Operation: operation, Status: http.StatusServiceUnavailable})
	}
	complete := func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error) {
		return shop.CompleteCheckoutSession(ctx, id, &asked, opts...)
	}
	return map[string]func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest) (*webstore.CheckoutSession, error){
		"CompleteOrFetch": func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest) (*webstore.CheckoutSession, error) {
			return shop.CompleteOrFetch(ctx, id, &asked)
		},
		"CompleteOrFetch after a 503": func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest) (*webstore.CheckoutSession, error) {
			if err := lost("CompleteCheckoutSession"); err != nil {
				return nil, err
			}
			return shop.CompleteOrFetch(ctx, id, &asked)
		},
		"CompleteCheckoutSession after a 503": func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest) (*webstore.CheckoutSession, error) {
			if err := lost("CompleteCheckoutSession"); err != nil {
				return nil, err
			}
			return complete(ctx, id, asked)
		},
		"CompleteCheckoutSession, unsettled": func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest) (*webstore.CheckoutSession, error) {
			return complete(ctx, id, asked, amazonpay.WithIdempotencyKey("another"), amazonpay.WithUnsettled(true))
		},
		"FinalizeCheckoutSession after a 503": func(ctx context.Context, id string, asked webstore.CompleteCheckoutSessionRequest) (*webstore.CheckoutSession, error) {
			if err := lost("FinalizeCheckoutSession"); err != nil {
				return nil, err
			}
			return shop.FinalizeCheckoutSession(ctx, id, &webstore.FinalizeCheckoutSessionRequest{PaymentIntent: intent, ChargeAmount: asked.ChargeAmount, TotalOrderAmount: asked.TotalOrderAmount})
		},
	}
}

// A session that paid 1.00 USD is presented again for an order of 999.00, and for other currencies.
func TestASessionIsWorthWhatItWasPaidFor(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	total := usd("5.00")
	for _, row := range []struct {
		payment webstore.PaymentDetails
		paid    webstore.CompleteCheckoutSessionRequest
		asked   map[webstore.CompleteCheckoutSessionRequest]bool // whether that is what was paid
	}{
		{
			webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: usd("1.00")},
			webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00")},
			map[webstore.CompleteCheckoutSessionRequest]bool{
				{ChargeAmount: usd("1.00")}: true, {ChargeAmount: usd("1")}: true, {ChargeAmount: usd("999.00")}: false, {ChargeAmount: usd("0.99")}: false,
				{ChargeAmount: amazonpay.EUR.Price("1.00")}: false, {}: false,
			},
		},
		{
			webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: usd("1.00")},
			webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00")},
			map[webstore.CompleteCheckoutSessionRequest]bool{{ChargeAmount: usd("1.00")}: true, {ChargeAmount: usd("999.00")}: false},
		},
		{
			webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: usd("1.00"), TotalOrderAmount: total},
			webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00"), TotalOrderAmount: total},
			map[webstore.CompleteCheckoutSessionRequest]bool{{ChargeAmount: usd("1.00"), TotalOrderAmount: total}: true, {ChargeAmount: usd("5.00"), TotalOrderAmount: usd("6.00")}: false},
		},
		{
			webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: usd("1.00"), TotalOrderAmount: total},
			webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00"), TotalOrderAmount: total},
			map[webstore.CompleteCheckoutSessionRequest]bool{
				{ChargeAmount: usd("1.00"), TotalOrderAmount: total}: true, {ChargeAmount: usd("1.00")}: true,
				{ChargeAmount: usd("1.00"), TotalOrderAmount: usd("1000.00")}: false, {ChargeAmount: usd("5.00"), TotalOrderAmount: total}: false,
			},
		},
	} {
		id := approvedFor(t, shop, server, "order-1", "1111", row.payment)
		first, err := shop.CompleteCheckoutSession(t.Context(), id, &row.paid)
		require.NoError(t, err)
		for asked, paid := range row.asked {
			for name, again := range ways(shop, server, row.payment.PaymentIntent) {
				session, err := again(t.Context(), id, asked)
				if paid {
					require.NoError(t, err, "%s %v", name, asked)
					assert.Equal(t, first.ChargeID, session.ChargeID)
					assert.Equal(t, first.ChargePermissionID, session.ChargePermissionID)
					continue
				}
				assert.Nil(t, session, "%s %v", name, asked)
				failed, ok := errors.AsType[*webstore.CompletionError](err)
				require.True(t, ok, "%s %v: %v", name, asked, err)
				assert.Equal(t, id, failed.Session.CheckoutSessionID)
				assert.NotEmpty(t, failed.Found)
				want := amazonpay.OutcomeRefused
				if row.payment.PaymentIntent == webstore.PaymentIntentAuthorize && asked.ChargeAmount == row.paid.ChargeAmount {
					want = amazonpay.OutcomeDone // the charge was right: its buyer has paid
				}
				assert.Equal(t, want, amazonpay.OutcomeOf(err))
				assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
				assert.False(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus), "which old code takes for success")
			}
		}
	}
	assert.Len(t, server.Charges(), 2)
}

// A charge that was captured in part does not pay the order.
func TestAPartlyCapturedChargeIsNoPayment(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	id := approvedFor(t, shop, server, "order-1", "1111", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: twenty})
	asked := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty}
	session, err := shop.CompleteCheckoutSession(t.Context(), id, asked)
	require.NoError(t, err)
	_, err = shop.CaptureCharge(t.Context(), session.ChargeID, &webstore.CaptureChargeRequest{CaptureAmount: usd("1.00")})
	require.NoError(t, err)
	_, err = shop.CompleteOrFetch(t.Context(), id, asked)
	require.ErrorContains(t, err, "only 1.00 USD of its charge "+session.ChargeID+" was captured")
}

// A charge that was refunded does not pay the order.
func TestARefundedChargeIsNoPayment(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	id := approvedFor(t, shop, server, "order-1", "1111", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: usd("1.00")})
	asked := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00")}
	session, err := shop.CompleteCheckoutSession(t.Context(), id, asked)
	require.NoError(t, err)
	_, err = shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: session.ChargeID, RefundAmount: usd("1.00")})
	require.NoError(t, err)
	_, err = shop.CompleteOrFetch(t.Context(), id, asked)
	require.ErrorContains(t, err, "but 1.00 USD of its charge "+session.ChargeID+" was refunded")
}

// If the amount cannot be compared, there is no success: a subscription confirmed without a charge
// shows no amount, and neither does an object that cannot be read.
func TestWhatCannotBeComparedIsNoSuccess(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	made, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID: server.Description().Merchants[0].StoreID, ChargePermissionType: webstore.ChargePermissionTypeRecurring,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		RecurringMetadata:  &webstore.RecurringMetadata{Frequency: &webstore.Frequency{Unit: "Month", Value: "1"}, Amount: usd("1.00")},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: usd("1.00")},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(made.CheckoutSessionID))
	asked := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00")}
	_, err = shop.CompleteCheckoutSession(t.Context(), made.CheckoutSessionID, asked)
	require.NoError(t, err)
	session, err := shop.CompleteOrFetch(t.Context(), made.CheckoutSessionID, asked)
	assert.Nil(t, session)
	require.ErrorContains(t, err, "nothing shows whether it was for 1.00 USD")
	assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(err))
	assert.True(t, amazonpay.Advise(err).Unsettled)
	assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step, "a repetition would tell no more")

	for operation, intent := range map[string]webstore.PaymentIntent{"GetCharge": webstore.PaymentIntentAuthorize, "GetChargePermission": webstore.PaymentIntentConfirm} {
		id := approvedFor(t, shop, server, "order-2", "1111", webstore.PaymentDetails{PaymentIntent: intent, ChargeAmount: usd("1.00")})
		_, err = shop.CompleteCheckoutSession(t.Context(), id, asked)
		require.NoError(t, err)
		require.NoError(t, server.FailNext(4, emulator.Fault{Operation: operation, Status: 503}))
		session, err = shop.CompleteOrFetch(t.Context(), id, asked)
		assert.Nil(t, session)
		require.ErrorContains(t, err, "cannot be read")
		assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
		session, err = shop.CompleteOrFetch(t.Context(), id, asked)
		require.NoError(t, err, "and later it can")
		assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)
	}
}

// The state of the session also settles a failure: Canceled is final, and so is Open after a
// decline.
func TestReadingSettlesAFailure(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	asked := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00")}
	lose := func() {
		require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CompleteCheckoutSession", Kind: emulator.FaultKindReset}))
	}

	id := approvedFor(t, shop, server, "order-1", "3434", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: usd("1.00")})
	lose()
	_, err := shop.CompleteCheckoutSession(t.Context(), id, asked)
	assert.Equal(t, amazonpay.OutcomeRefused, amazonpay.OutcomeOf(err), "%v", err)
	assert.Equal(t, amazonpay.StepGiveUp, amazonpay.Advise(err).Step)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeCheckoutSessionCanceled))

	id = approvedFor(t, shop, server, "order-2", "1111", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: usd("1.00")})
	lose()
	require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CompleteCheckoutSession", Status: 500, ReasonCode: "ProcessingFailure"}))
	_, err = shop.CompleteCheckoutSession(t.Context(), id, asked)
	assert.Equal(t, amazonpay.OutcomeRefused, amazonpay.OutcomeOf(err), "%v", err)
	assert.Equal(t, amazonpay.StepNewKey, amazonpay.Advise(err).Step)
	lose()
	require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CompleteCheckoutSession", Status: 403, ReasonCode: "InvalidAccountStatus"}))
	_, err = shop.CompleteCheckoutSession(t.Context(), id, asked)
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err), "the lost attempt may still be at work")
	assert.Equal(t, amazonpay.StepRepeat, amazonpay.Advise(err).Step)
}

// A capture is settled by reading the charge, if the amount is the same.
func TestCaptureIsSettledByReading(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	id := approvedFor(t, shop, server, "order-1", "1111", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: usd("20.00")})
	session, err := shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("20.00")})
	require.NoError(t, err)
	capture := func(amount amazonpay.Decimal, key string) (*webstore.Charge, error) {
		return shop.CaptureCharge(t.Context(), session.ChargeID, &webstore.CaptureChargeRequest{CaptureAmount: usd(amount)}, amazonpay.WithIdempotencyKey(key), amazonpay.WithUnsettled(true))
	}
	_, err = capture("15.00", "first")
	require.NoError(t, err)
	charge, err := capture("15.00", "second") // as if keys were not honoured
	require.NoError(t, err)
	assert.Equal(t, usd("15.00"), charge.CaptureAmount)
	_, err = capture("20.00", "third")
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidChargeStatus))
	assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
}

// A reloaded result page, and every other way to a session that is not Open.
func TestCompleteOrFetch(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	id := newApproved(t, shop, server, webstore.PaymentIntentAuthorize)
	request := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty}
	first, err := shop.CompleteOrFetch(t.Context(), id, request)
	require.NoError(t, err)
	again, err := shop.CompleteOrFetch(t.Context(), id, request, amazonpay.WithIdempotencyKey("another"), amazonpay.WithSimulationCode("Declined"))
	require.NoError(t, err)
	assert.Equal(t, first.ChargeID, again.ChargeID)
	assert.Equal(t, first.ChargePermissionID, again.ChargePermissionID)
	require.Len(t, server.Charges(), 1)

	gone := newApproved(t, shop, server, webstore.PaymentIntentAuthorize)
	require.NoError(t, server.Buyer().Abandon(gone))
	_, err = shop.CompleteOrFetch(t.Context(), gone, request)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeCheckoutSessionCanceled), "%v", err)

	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
	})
	require.NoError(t, err)
	_, err = shop.CompleteOrFetch(t.Context(), session.CheckoutSessionID, request)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus), "the buyer has not paid: %v", err)
	require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "GetCheckoutSession", Status: 404}))
	_, err = shop.CompleteOrFetch(t.Context(), id, request, amazonpay.WithIdempotencyKey("third"))
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus), "the completion's own error: %v", err)
}
