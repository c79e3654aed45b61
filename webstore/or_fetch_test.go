package webstore_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// authorized makes a charge of 20.00 USD.
func authorized(t *testing.T, shop *webstore.Client, server *emulator.Server) *webstore.CheckoutSession {
	t.Helper()
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentAuthorize), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	return session
}

// A worker captures and dies. Its successor captures again under another key.
func TestCaptureOrFetch(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	id := authorized(t, shop, server).ChargeID
	capture := func(amount amazonpay.Price, key string) (*webstore.Charge, error) {
		return shop.CaptureOrFetch(t.Context(), id, &webstore.CaptureChargeRequest{CaptureAmount: amount}, amazonpay.WithIdempotencyKey(key))
	}
	before := len(server.Requests())
	first, err := capture(usd("15.00"), "first")
	require.NoError(t, err)
	require.Len(t, server.Requests(), before+1, "a success is not read")
	for i, same := range []amazonpay.Price{usd("15.00"), usd("15"), usd("15.0000")} {
		again, err := capture(same, "again-"+strconv.Itoa(i))
		require.NoError(t, err, same)
		assert.Equal(t, first.ChargeID, again.ChargeID)
		assert.Equal(t, amazonpay.StateCaptured, again.StatusDetails.State)
		assert.Equal(t, "15.00 USD", again.CaptureAmount.String())
	}

	for i, other := range []amazonpay.Price{usd("15.01"), usd("20.00"), usd("14.99"), {Amount: "15.00", CurrencyCode: amazonpay.EUR}, {Amount: "15", CurrencyCode: amazonpay.JPY}} {
		charge, err := capture(other, "other-"+strconv.Itoa(i))
		assert.Nil(t, charge)
		found := requireFound(t, err, amazonpay.ReasonCodeInvalidChargeStatus)
		assert.Equal(t, usd("15.00"), found.Charge.CaptureAmount)
		require.ErrorContains(t, err, "found: the charge is Captured; captured: 15.00 USD")
	}

	// If an attempt may have captured, what is found does not make it a refusal.
	for _, unsettled := range []func() error{
		func() error {
			_, err := shop.CaptureOrFetch(t.Context(), id, &webstore.CaptureChargeRequest{CaptureAmount: twenty}, amazonpay.WithIdempotencyKey("lost"), amazonpay.WithUnsettled(true))
			return err
		},
		func() error {
			_, err := shop.CancelOrFetch(t.Context(), id, &webstore.CancelChargeRequest{CancellationReason: "Sold out"}, amazonpay.WithUnsettled(true))
			return err
		},
	} {
		before = len(server.Requests())
		err = unsettled()
		assert.False(t, isFound(err), "%v", err)
		assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
		assert.True(t, amazonpay.Advise(err).Unsettled)
		require.Len(t, server.Requests(), before+2, "it is read once")
	}

	_, err = shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: id, RefundAmount: usd("1.00")})
	require.NoError(t, err)
	_, err = capture(usd("15.00"), "refunded")
	_ = requireFound(t, err, amazonpay.ReasonCodeInvalidChargeStatus)
	require.ErrorContains(t, err, "; refunded: 1.00 USD")

	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "GetCharge", Status: 503}))
	_, err = capture(usd("15.00"), "unread")
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidChargeStatus), "it is still the refusal: %v", err)
	assert.True(t, isFound(err))
	require.ErrorContains(t, err, "could not be read")
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err), "another call may have captured it")
	assert.True(t, amazonpay.Advise(err).Unsettled)
	var none *webstore.CaptureChargeRequest
	_, err = shop.CaptureOrFetch(t.Context(), id, none)
	require.ErrorContains(t, err, "request: is nil")
}

func isFound(err error) bool {
	found, ok := errors.AsType[*webstore.FoundError](err)
	return ok && found != nil
}

func requireFound(t *testing.T, err error, reason amazonpay.ReasonCode) *webstore.FoundError {
	t.Helper()
	found, ok := errors.AsType[*webstore.FoundError](err)
	require.True(t, ok, "%v", err)
	assert.True(t, amazonpay.HasReason(err, reason), "it is still the refusal: %v", err)
	assert.Equal(t, amazonpay.OutcomeRefused, amazonpay.OutcomeOf(err))
	assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
	return found
}

// A pending capture counts, if its amount is right. A charge that was declined, canceled or never
// captured does not.
func TestCaptureOrFetchOfEachState(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	in := &webstore.CaptureChargeRequest{CaptureAmount: twenty}

	id := authorized(t, shop, server).ChargeID
	_, err := shop.CaptureCharge(t.Context(), id, in, amazonpay.WithSimulationCode("CaptureDeclined"))
	require.NoError(t, err)
	charge, err := shop.CaptureOrFetch(t.Context(), id, in)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCaptureInitiated, charge.StatusDetails.State)
	_, err = shop.CaptureOrFetch(t.Context(), id, &webstore.CaptureChargeRequest{CaptureAmount: usd("19.00")})
	_ = requireFound(t, err, amazonpay.ReasonCodeInvalidChargeStatus)
	require.NoError(t, server.Advance(time.Minute))
	_, err = shop.CaptureOrFetch(t.Context(), id, in)
	assert.Equal(t, amazonpay.StateDeclined, requireFound(t, err, amazonpay.ReasonCodeInvalidChargeStatus).Charge.StatusDetails.State)

	id = authorized(t, shop, server).ChargeID
	_, err = shop.CancelCharge(t.Context(), id, &webstore.CancelChargeRequest{CancellationReason: "Sold out"})
	require.NoError(t, err)
	_, err = shop.CaptureOrFetch(t.Context(), id, in)
	assert.Equal(t, amazonpay.StateCanceled, requireFound(t, err, amazonpay.ReasonCodeInvalidChargeStatus).Charge.StatusDetails.State)

	session := authorized(t, shop, server) // its permission is closed, and nothing was captured
	_, err = shop.CloseChargePermission(t.Context(), session.ChargePermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out"})
	require.NoError(t, err)
	_, err = shop.CaptureOrFetch(t.Context(), session.ChargeID, in)
	assert.Equal(t, amazonpay.StateAuthorized, requireFound(t, err, amazonpay.ReasonCodeInvalidChargePermissionStatus).Charge.StatusDetails.State)

	id = authorized(t, shop, server).ChargeID
	_, err = shop.CaptureOrFetch(t.Context(), id, &webstore.CaptureChargeRequest{CaptureAmount: usd("21.00")})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeTransactionAmountExceeded), "%v", err)
	assert.False(t, isFound(err), "the state is not to blame")
}

// An amount that was not understood proves no capture, even if the outcome is unknown.
func TestCaptureThatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop, network := doctoredShop(t, server)
	in := &webstore.CaptureChargeRequest{CaptureAmount: twenty}
	for member, text := range map[string]string{"captureAmount": `"20.00"`, "refundedAmount": `"0.00"`} {
		id := authorized(t, shop, server).ChargeID
		_, err := shop.CaptureCharge(t.Context(), id, in)
		require.NoError(t, err)
		network.in, network.members, network.times = "charges/", map[string]string{member: text}, -1
		_, err = shop.CaptureOrFetch(t.Context(), id, in)
		assert.True(t, isFound(err))
		assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(err), "by whomever")
		assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
		require.ErrorContains(t, err, "was not understood")
		_, err = shop.CaptureCharge(t.Context(), id, in, amazonpay.WithIdempotencyKey("another"), amazonpay.WithUnsettled(true))
		assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
		network.times = 0
	}
}

func TestCancelOrFetch(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	in := &webstore.CancelChargeRequest{CancellationReason: "Sold out"}
	id := authorized(t, shop, server).ChargeID
	for range 2 {
		charge, err := shop.CancelOrFetch(t.Context(), id, in)
		require.NoError(t, err)
		assert.Equal(t, amazonpay.StateCanceled, charge.StatusDetails.State)
	}
	id = authorized(t, shop, server).ChargeID
	_, err := shop.CaptureCharge(t.Context(), id, &webstore.CaptureChargeRequest{CaptureAmount: twenty})
	require.NoError(t, err)
	charge, err := shop.CancelOrFetch(t.Context(), id, in)
	assert.Nil(t, charge)
	assert.Equal(t, twenty, requireFound(t, err, amazonpay.ReasonCodeInvalidChargeStatus).Charge.CaptureAmount, "money was taken")
	_, err = shop.CancelOrFetch(t.Context(), "S01-0000000-0000000-C000000", in)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound))
}

// Closing with CancelPendingCharges is not the same as closing without it.
func TestCloseOrFetch(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	session := authorized(t, shop, server)
	closing := func(cancel bool) (*webstore.ChargePermission, error) {
		return shop.CloseOrFetch(t.Context(), session.ChargePermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out", CancelPendingCharges: &cancel})
	}
	for range 2 {
		permission, err := closing(false)
		require.NoError(t, err)
		assert.Equal(t, amazonpay.StateClosed, permission.StatusDetails.State)
	}
	permission, err := closing(true)
	assert.Nil(t, permission)
	found := requireFound(t, err, amazonpay.ReasonCodeInvalidChargePermissionStatus)
	assert.Equal(t, amazonpay.StateClosed, found.ChargePermission.StatusDetails.State)
	require.ErrorContains(t, err, "its charges may still be pending")
	charge, err := shop.GetCharge(t.Context(), session.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateAuthorized, charge.StatusDetails.State, "and so it is")

	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "GetChargePermission", Status: 503}))
	_, err = closing(false)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidChargePermissionStatus))
	assert.True(t, isFound(err))
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
}

func TestFinalizeOrFetch(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	made, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID: server.Description().Merchants[0].StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(made.CheckoutSessionID))
	finalize := func(amount amazonpay.Price) (*webstore.CheckoutSession, error) {
		return shop.FinalizeOrFetch(t.Context(), made.CheckoutSessionID, &webstore.FinalizeCheckoutSessionRequest{
			PaymentIntent: webstore.PaymentIntentAuthorize, ShippingAddress: &address, BillingAddress: &address, ChargeAmount: amount,
		})
	}
	first, err := finalize(twenty)
	require.NoError(t, err)
	again, err := finalize(twenty)
	require.NoError(t, err)
	assert.Equal(t, first.ChargeID, again.ChargeID)
	require.Len(t, server.Charges(), 1)
	_, err = finalize(usd("19.00"))
	unproved, ok := errors.AsType[*webstore.CompletionError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, twenty, unproved.Found)
	_, err = shop.FinalizeOrFetch(t.Context(), made.CheckoutSessionID, nil)
	require.ErrorContains(t, err, "request: is nil")
}
