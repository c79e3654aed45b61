package webstore_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// https://github.com/amzn/amazon-payments-magento-2-plugin/issues/1280: a session was completed
// twice, the second answer was InvalidCheckoutSessionStatus, and the order was cancelled although
// the money was taken. Here the service does not honour the key, so the repetition meets the result
// of the first attempt.
func TestLostAnswersAreSettledByReading(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	lose := func(operation string) {
		require.NoError(t, server.IgnoreIdempotencyKey(operation))
		require.NoError(t, server.FailNext(1, emulator.Fault{Operation: operation, Kind: emulator.FaultKindLoseAnswer}))
	}
	key := amazonpay.WithIdempotencyKey("once")

	lose("CompleteCheckoutSession")
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentAuthorize),
		&webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty}, key, amazonpay.WithHeader("X-Shop", "1"))
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)
	assert.NotEmpty(t, session.ChargeID)
	require.Len(t, server.Charges(), 1)

	lose("CancelCharge")
	charge, err := shop.CancelCharge(t.Context(), session.ChargeID, &webstore.CancelChargeRequest{CancellationReason: "Sold out"})
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCanceled, charge.StatusDetails.State)

	lose("CloseChargePermission")
	permission, err := shop.CloseChargePermission(t.Context(), session.ChargePermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out"})
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateClosed, permission.StatusDetails.State)

	made, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID: server.Description().Merchants[0].StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(made.CheckoutSessionID))
	lose("FinalizeCheckoutSession")
	session, err = shop.FinalizeCheckoutSession(t.Context(), made.CheckoutSessionID, &webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ShippingAddress: &address, BillingAddress: &address, ChargeAmount: twenty,
	})
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)
	require.Len(t, server.Charges(), 2)

	// Of each call, the first attempt was done, the second refused, and the object then read.
	var seen []string
	for _, r := range server.Requests()[1:] {
		seen = append(seen, r.Operation+" "+http.StatusText(r.Status))
	}
	assert.Equal(t, []string{
		"CompleteCheckoutSession OK", "CompleteCheckoutSession Unprocessable Entity", "GetCheckoutSession OK", "GetCharge OK",
		"CancelCharge OK", "CancelCharge Unprocessable Entity", "GetCharge OK",
		"CloseChargePermission OK", "CloseChargePermission Unprocessable Entity", "GetChargePermission OK",
		"CreateCheckoutSession Created",
		"FinalizeCheckoutSession OK", "FinalizeCheckoutSession Unprocessable Entity", "GetCheckoutSession OK", "GetCharge OK",
	}, seen)
}

// If Amazon has closed a permission, the merchant's call has not cancelled its charges.
func TestCloseThatDidNotCancel(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentAuthorize), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	require.NoError(t, server.ClosePermission(session.ChargePermissionID, "AmazonClosed"))
	closing := func(cancel bool) error {
		require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CloseChargePermission", Status: 503}))
		_, err := shop.CloseChargePermission(t.Context(), session.ChargePermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out", CancelPendingCharges: &cancel})
		return err
	}
	assert.True(t, amazonpay.HasReason(closing(true), amazonpay.ReasonCodeInvalidChargePermissionStatus))
	require.NoError(t, closing(false), "it is closed, and no more was asked for")
}

// What was not done stays an error. A certain outcome is not read.
func TestReadingHidesNoFailure(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	id := newApproved(t, shop, server, webstore.PaymentIntentAuthorize)
	complete := func(ctx context.Context) error {
		_, err := shop.CompleteCheckoutSession(ctx, id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
		return err
	}
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "CompleteCheckoutSession", Status: 503}))
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(complete(t.Context())))
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "CompleteCheckoutSession", Kind: emulator.FaultKindReset}))
	require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "GetCheckoutSession", Status: 503}))
	err := complete(t.Context())
	call, ok := errors.AsType[*amazonpay.CallError](err)
	require.True(t, ok)
	assert.Equal(t, "CompleteCheckoutSession", call.Operation, "not the reading's")

	ended, end := context.WithTimeout(t.Context(), time.Nanosecond)
	defer end()
	require.ErrorIs(t, complete(ended), context.DeadlineExceeded)

	before := len(server.Requests())
	_, err = shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: amazonpay.USD.Price("21.00")})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeAmountMismatch), "%v", err)
	assert.Len(t, server.Requests(), before+1, "a certain refusal is not read again")
	assert.Empty(t, server.Charges())
	require.NoError(t, complete(t.Context()))
}

// What was not understood decides nothing: such an amount is not zero, and such an id is not
// missing.
func TestWhatIsNotUnderstoodIsNoSuccess(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop, network := doctoredShop(t, server)
	asked := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty}
	for _, row := range []struct {
		intent       webstore.PaymentIntent
		in           string
		member, text string
	}{
		{webstore.PaymentIntentAuthorize, "checkoutSessions", "chargeId", `{"id":"S01"}`},
		{webstore.PaymentIntentAuthorize, "checkoutSessions", "chargeId", `5`},
		{webstore.PaymentIntentConfirm, "checkoutSessions", "chargePermissionId", `["S01"]`},
		{webstore.PaymentIntentAuthorize, "charges/", "chargeAmount", `"20.00 USD"`},
		{webstore.PaymentIntentAuthorize, "charges/", "chargeAmount", `{"amount":"20.00","currencyCode":7}`},
		{webstore.PaymentIntentAuthorize, "charges/", "chargeAmount", `{"amount":[20.00],"currencyCode":"USD"}`},
		{webstore.PaymentIntentAuthorizeWithCapture, "charges/", "refundedAmount", `"20.00"`},
		{webstore.PaymentIntentAuthorizeWithCapture, "charges/", "refundedAmount", `{"amount":{},"currencyCode":"USD"}`},
		{webstore.PaymentIntentConfirm, "chargePermissions/", "limits", `"20.00"`},
		{webstore.PaymentIntentConfirm, "chargePermissions/", "limits.amountLimit", `20`},
		{webstore.PaymentIntentConfirm, "chargePermissions/", "chargePermissionType", `1`},
	} {
		id := newApproved(t, shop, server, row.intent)
		network.in, network.members, network.times = row.in, map[string]string{row.member: row.text}, -1
		if row.in == "checkoutSessions" { // also of the completion itself, which is settled by reading if that tells
			session, err := shop.CompleteCheckoutSession(t.Context(), id, asked)
			assert.Nil(t, session)
			requireUnproved(t, err, row.member)
			network.times = 1
			session, err = shop.CompleteOrFetch(t.Context(), id, asked)
			assert.Nil(t, session, "%s", row.member)
			requireUnproved(t, err, row.member)
		} else {
			_, err := shop.CompleteCheckoutSession(t.Context(), id, asked)
			require.NoError(t, err)
		}
		network.times = -1
		session, err := shop.CompleteOrFetch(t.Context(), id, asked)
		assert.Nil(t, session)
		requireUnproved(t, err, row.member)
		network.times = 0
		_, err = shop.CompleteOrFetch(t.Context(), id, asked)
		require.NoError(t, err)
	}

	id := newApproved(t, shop, server, webstore.PaymentIntentAuthorize)
	network.in, network.members, network.times = "complete", map[string]string{"chargeId": `5`}, 1
	session, err := shop.CompleteCheckoutSession(t.Context(), id, asked)
	require.NoError(t, err, "the reading shows the id that the answer did not")
	assert.NotEmpty(t, session.ChargeID)
}

// With AllowOvercharge the limit of a permission is raised, to the same value for many orders: it
// neither proves nor disproves an amount.
func TestOverchargeTellsNoAmount(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop, network := doctoredShop(t, server)
	for limit, outcome := range map[string]amazonpay.Outcome{
		`{"amount":"500.00","currencyCode":"USD"}`: amazonpay.OutcomeDone, `{"amount":"180.00","currencyCode":"USD"}`: amazonpay.OutcomeRefused,
		`{"amount":"500.00","currencyCode":"EUR"}`: amazonpay.OutcomeRefused,
	} {
		id := newApproved(t, shop, server, webstore.PaymentIntentConfirm)
		asked := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty}
		_, err := shop.CompleteCheckoutSession(t.Context(), id, asked)
		require.NoError(t, err)
		network.in, network.members, network.times = "chargePermissions/", map[string]string{"limits.amountLimit": limit}, 1
		session, err := shop.CompleteOrFetch(t.Context(), id, asked)
		assert.Nil(t, session)
		unproved, ok := errors.AsType[*webstore.CompletionError](err)
		require.True(t, ok, "%v", err)
		assert.NotEmpty(t, unproved.Found)
		assert.Equal(t, outcome, amazonpay.OutcomeOf(err), limit)
		assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
	}
}

func requireUnproved(t *testing.T, err error, member string) {
	t.Helper()
	unproved, ok := errors.AsType[*webstore.CompletionError](err)
	require.True(t, ok, "%s: %v", member, err)
	require.ErrorContains(t, unproved, "was not understood", member)
	assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(err), member)
	assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step, member)
	assert.True(t, amazonpay.Advise(err).Unsettled, member)
}

// A right charge is never refused: neither captureAmount before a capture nor the limit of the
// permission is a reason to take another payment.
func TestARightChargeIsNeverRefused(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop, network := doctoredShop(t, server)
	id := newApproved(t, shop, server, webstore.PaymentIntentAuthorize)
	_, err := shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)

	network.in, network.members, network.times = "charges/", map[string]string{"captureAmount": `{"amount":"0.00","currencyCode":"USD"}`}, -1
	_, err = shop.CompleteOrFetch(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)

	network.in, network.members = "chargePermissions/", map[string]string{"limits": `{"amountLimit":{"amount":"600.00","currencyCode":"USD"}}`}
	_, err = shop.CompleteOrFetch(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty, TotalOrderAmount: twenty})
	_, ok := errors.AsType[*webstore.CompletionError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(err))

	// An amount of an unknown form is not zero.
	network.in, network.members = "charges/", map[string]string{"refundedAmount": `{"value":"5.00"}`}
	_, err = shop.CompleteOrFetch(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.ErrorContains(t, err, "was not understood")
	charge, err := shop.GetCharge(t.Context(), chargeOf(t, shop, id))
	require.NoError(t, err)
	_, err = webstore.Unrefunded(charge)
	require.ErrorContains(t, err, "Unrefunded")
}

func chargeOf(t *testing.T, shop *webstore.Client, sessionID string) string {
	t.Helper()
	session, err := shop.GetCheckoutSession(t.Context(), sessionID)
	require.NoError(t, err)
	return session.ChargeID
}

// What was not understood of a permission decides nothing: neither its order, nor that no charge is
// in progress.
func TestAPermissionThatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop, network := doctoredShop(t, server)
	id := approvedFor(t, shop, server, "order-1", "1111", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: twenty})
	session, err := shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	_, err = shop.GetCheckoutSessionOfOrder(t.Context(), id, "order-1")
	require.NoError(t, err)
	network.in, network.members, network.times = "chargePermissions/", map[string]string{"chargePermissionType": "{}"}, -1
	_, err = shop.GetCheckoutSessionOfOrder(t.Context(), id, "order-1")
	_, ok := errors.AsType[*webstore.OtherOrderError](err)
	require.True(t, ok, "%v", err)

	network.members = map[string]string{"statusDetails": `{"state":"NonChargeable","reasons":[{"reasonCode":{}}]}`}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = shop.WaitForChargePermission(ctx, session.ChargePermissionID)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// hanging is a Caller whose changes end without a certain outcome, and whose reads hang until the
// context ends.
type hanging struct{ readings int }

var errLost = errors.New("the answer was lost")

func (h *hanging) Call(ctx context.Context, op amazonpay.Operation, _, _ any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	if op.Method != "" && op.Method != "GET" {
		return &amazonpay.Meta{}, &amazonpay.CallError{Operation: op.Name, Meta: &amazonpay.Meta{}, Err: errLost, Outcome: amazonpay.OutcomeUnknown}
	}
	h.readings++
	<-ctx.Done()
	return &amazonpay.Meta{}, context.Cause(ctx)
}

// A call without a deadline does not wait forever for the read that would settle it.
func TestReadingThatHangsEnds(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(context.Context, *webstore.Client) error{
		"CancelCharge": func(ctx context.Context, shop *webstore.Client) error {
			_, err := shop.CancelCharge(ctx, "S01-0000000-0000000-C000000", &webstore.CancelChargeRequest{CancellationReason: "Sold out"})
			return err
		},
		"CompleteCheckoutSession": func(ctx context.Context, shop *webstore.Client) error {
			_, err := shop.CompleteCheckoutSession(ctx, "session", &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
			return err
		},
		"CloseChargePermission": func(ctx context.Context, shop *webstore.Client) error {
			_, err := shop.CloseChargePermission(ctx, "S01-0000000-0000000", &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				caller := &hanging{}
				start := time.Now()
				err := change(context.Background(), webstore.New(callsOnly{caller}))
				require.ErrorIs(t, err, errLost, "the call's own error")
				assert.Equal(t, 15*time.Second, time.Since(start))
				assert.Equal(t, 1, caller.readings)

				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start = time.Now()
				require.ErrorIs(t, change(ctx, webstore.New(callsOnly{caller})), errLost)
				assert.Equal(t, time.Second, time.Since(start), "the caller's own deadline counts if it is nearer")
			})
		})
	}
}
