package webstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// https://github.com/amzn/amazon-payments-magento-2-plugin/issues/1161: a return URL without the session's id.
func TestParseReturnURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]webstore.ReturnURL{
		"https://shop.example/result?amazonCheckoutSessionId=b1": {CheckoutSessionID: "b1"},
		"/review?cart=7&amazonCheckoutSessionId=b1#x":            {CheckoutSessionID: "b1"},
		"https://shop.example/account?buyerToken=eyJ.a-b_c%3D":   {BuyerToken: amazonpay.NewSecret("eyJ.a-b_c=")},
	} {
		got, err := webstore.ParseReturnURL(url)
		require.NoError(t, err, url)
		assert.Equal(t, want, got, url)
		assert.NotContains(t, fmt.Sprintf("%+v", got), "eyJ", "a token")
	}
	for url, word := range map[string]string{
		"": "neither", "https://shop.example/result": "neither", "/?AmazonCheckoutSessionId=b1": "neither", "/?amazonCheckoutSessionId=": "is empty",
		"/?buyerToken=": "is empty", "/?amazonCheckoutSessionId=a&amazonCheckoutSessionId=b": "2 times", "/?amazonCheckoutSessionId=a&buyerToken=secret": "1 times",
		"/?a=%zz&buyerToken=secret": "query", "https://shop.example:x/?buyerToken=secret": "cannot be read",
	} {
		_, err := webstore.ParseReturnURL(url)
		require.ErrorContains(t, err, word, url)
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, word == "neither", errors.Is(err, webstore.ErrNoReturnID), url)
	}
}

func FuzzParseReturnURL(f *testing.F) {
	f.Add("https://shop.example/?amazonCheckoutSessionId=b1")
	f.Add("/?buyerToken=a&buyerToken=b")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := webstore.ParseReturnURL(text)
		if err != nil {
			require.Equal(t, webstore.ReturnURL{}, got)
			return
		}
		require.NotEqual(t, got.CheckoutSessionID == "", got.BuyerToken == amazonpay.Secret{}, "one of them")
	})
}

func TestRefundLimit(t *testing.T) {
	t.Parallel()
	price := func(amount, currency string) amazonpay.Price {
		return amazonpay.Price{Amount: amazonpay.Decimal(amount), CurrencyCode: amazonpay.CurrencyCode(currency)}
	}
	for _, row := range []struct{ captured, currency, limit string }{
		{"0.01", "USD", "0.01"},
		{"0.99", "USD", "1.13"},
		{"10", "EUR", "11.50"},
		{"100.00", "GBP", "115.00"},
		{"500", "USD", "575.00"},
		{"1000.00", "USD", "1075.00"},
		{"149925.00", "USD", "150000.00"},
		{"149999.99", "USD", "150000.00"},
		{"150000", "EUR", "150000.00"},
		{"1", "JPY", "1"},
		{"99", "JPY", "113"},
		{"10000", "JPY", "11500"},
		{"56000", "JPY", "64400"},
		{"56007", "JPY", "64407"},
		{"100000", "JPY", "108400"},
		{"100000.00", "JPY", "108400"},
		{"9991600", "JPY", "10000000"},
		{"9999999", "JPY", "10000000"},
		{"10000000", "JPY", "10000000"},
	} {
		got, err := webstore.RefundLimit(price(row.captured, row.currency))
		require.NoError(t, err)
		assert.Equal(t, price(row.limit, row.currency), got, row.captured)
	}
	for _, bad := range []amazonpay.Price{price("10", "CHF"), price("10", ""), price("ten", "USD"), price("1.005", "USD"), price("150000.01", "USD"), price("10.5", "JPY"), price("10000001", "JPY"), {}} {
		_, err := webstore.RefundLimit(bad)
		require.ErrorContains(t, err, "RefundLimit", "%v", bad)
	}

	left := func(captured, refunded amazonpay.Price) (amazonpay.Price, error) {
		return webstore.RefundableWithMargin(&webstore.Charge{ChargeAmount: price("200", "USD"), CaptureAmount: captured, RefundedAmount: refunded})
	}
	for _, row := range []struct {
		captured, refunded amazonpay.Price
		want               string
	}{
		{price("100", "USD"), amazonpay.Price{}, "115.00"},
		{price("100", "USD"), price("15.01", "USD"), "99.99"},
		{price("100", "USD"), price("115", "USD"), "0.00"},
		{price("100", "USD"), price("116", "USD"), "0.00"},
		{amazonpay.Price{}, amazonpay.Price{}, "0.00"},
	} {
		got, err := left(row.captured, row.refunded)
		require.NoError(t, err)
		assert.Equal(t, price(row.want, "USD"), got)
	}
	_, err := left(price("100", "USD"), price("1", "EUR"))
	require.Error(t, err)
	_, err = left(price("100", "USD"), price("x", "USD"))
	require.Error(t, err)
	_, err = webstore.RefundableWithMargin(nil)
	require.Error(t, err)

	for refunded, want := range map[amazonpay.Decimal]string{"": "100.00", "15.01": "84.99", "100": "0.00", "110": "0.00"} {
		charge := &webstore.Charge{CaptureAmount: price("100.00", "USD")}
		if refunded != "" {
			charge.RefundedAmount = price(string(refunded), "USD")
		}
		got, err := webstore.Unrefunded(charge)
		require.NoError(t, err)
		assert.Equal(t, price(want, "USD"), got)
	}
	_, err = webstore.Unrefunded(nil)
	require.ErrorContains(t, err, "Unrefunded: the charge is nil")
	crowns, err := webstore.Unrefunded(&webstore.Charge{CaptureAmount: price("100", "SEK")})
	require.NoError(t, err, "it needs no documented limit")
	assert.Equal(t, price("100", "SEK"), crowns)
	yen, err := webstore.RefundableWithMargin(&webstore.Charge{CaptureAmount: price("100000", "JPY"), RefundedAmount: price("8400", "JPY")})
	require.NoError(t, err)
	assert.Equal(t, price("100000", "JPY"), yen)

	// An amount that was not understood is neither nothing captured nor nothing refunded.
	for _, member := range []string{"captureAmount", "refundedAmount.amount"} {
		charge := &webstore.Charge{CaptureAmount: price("100.00", "USD")}
		charge.Meta = &amazonpay.Meta{Undecoded: []string{member}}
		_, err = webstore.Unrefunded(charge)
		require.ErrorContains(t, err, "Unrefunded: the answer has an amount of another JSON type")
		_, err = webstore.RefundableWithMargin(charge)
		require.ErrorContains(t, err, "another JSON type")
	}
}

// What the arithmetic allows the service's stand-in takes, to the cent.
func TestRefundableWithMarginIsWhatIsTaken(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentAuthorizeWithCapture), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	charge, err := shop.GetCharge(t.Context(), session.ChargeID)
	require.NoError(t, err)
	left, err := webstore.RefundableWithMargin(charge)
	require.NoError(t, err)
	assert.Equal(t, "23.00 USD", left.String())
	paid, err := webstore.Unrefunded(charge)
	require.NoError(t, err)
	assert.Equal(t, "20.00 USD", paid.String(), "a full refund gives back no margin")
	_, err = shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: session.ChargeID, RefundAmount: left})
	require.NoError(t, err)
	_, err = shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: session.ChargeID, RefundAmount: amazonpay.Price{Amount: "0.01", CurrencyCode: amazonpay.USD}})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeTransactionAmountExceeded), "%v", err)
}

// A result page that is reloaded, and every other way to a session that is not open.
func TestCompleteOrFetch(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
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

// states is a caller whose object goes through states, one a reading.
type states struct {
	mu    sync.Mutex
	left  []amazonpay.State
	reads []time.Time
}

// becomes has the object be in a state from now on, and returns how often it was read.
func (s *states) becomes(state amazonpay.State) (reads int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = []amazonpay.State{state}
	return len(s.reads)
}

func (s *states) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, time.Now())
	state := s.left[0]
	if len(s.left) > 1 {
		s.left = s.left[1:]
	}
	switch o := out.(type) {
	case *webstore.Charge:
		o.StatusDetails.State = state
	case *webstore.Refund:
		o.StatusDetails.State = state
	case *webstore.ChargePermission:
		o.StatusDetails.State = state
		if state == amazonpay.StateNonChargeable {
			o.StatusDetails.Reasons = []webstore.Reason{{ReasonCode: amazonpay.ReasonCodeChargeInProgress}}
		}
	}
	return &amazonpay.Meta{}, nil
}

// Waits grow, and end with what is decided.
func TestWaits(t *testing.T) {
	t.Parallel()
	pending := func(state amazonpay.State, end amazonpay.State) *states {
		s := &states{}
		for range 12 {
			s.left = append(s.left, state)
		}
		s.left = append(s.left, end)
		return s
	}
	for name, row := range map[string]struct {
		caller *states
		wait   func(ctx context.Context, c *webstore.Client) (amazonpay.State, error)
		want   amazonpay.State
	}{
		"charge": {pending("AuthorizationInitiated", "Declined"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Declined"},
		"capture": {pending("CaptureInitiated", "Captured"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Captured"},
		"refund": {pending("RefundInitiated", "Refunded"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			refund, err := c.WaitForRefund(ctx, "R")
			return refund.StatusDetails.State, err
		}, "Refunded"},
		"an unknown state": {pending("AuthorizationDelayed", "Authorized"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Authorized"},
		"no state": {pending("", "Refunded"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			refund, err := c.WaitForRefund(ctx, "R")
			return refund.StatusDetails.State, err
		}, "Refunded"},
		"canceled": {pending("Pending", "Canceled"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Canceled"},
		"permission": {pending("NonChargeable", "Chargeable"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			permission, err := c.WaitForChargePermission(ctx, "P")
			return permission.StatusDetails.State, err
		}, "Chargeable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got, err := row.wait(t.Context(), webstore.New(row.caller))
				require.NoError(t, err)
				assert.Equal(t, row.want, got)
				require.Len(t, row.caller.reads, 13)
				for i := 1; i < len(row.caller.reads); i++ {
					waited, most := row.caller.reads[i].Sub(row.caller.reads[i-1]), min(time.Second<<(i-1), 5*time.Minute)
					assert.LessOrEqual(t, waited, most, i)
					assert.GreaterOrEqual(t, waited, most/2, i)
				}
			})
		})
	}
}

// A notification ends the wait, and the end of the context does, with its cause.
func TestWaitsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		caller := &states{left: []amazonpay.State{"AuthorizationInitiated"}}
		c := webstore.New(caller)
		done := make(chan error, 1)
		start := time.Now()
		go func() { _, err := c.WaitForCharge(t.Context(), "C"); done <- err }()
		time.Sleep(10 * time.Minute) // the waits are long by now
		reads := caller.becomes("Authorized")
		_, err := c.FetchNotified(t.Context(), "CHARGE", "another")
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, reads+1, caller.becomes("Authorized"), "it is not woken by what concerns another charge")
		_, err = c.FetchNotified(t.Context(), "CHARGE", "C")
		require.NoError(t, err)
		require.NoError(t, <-done)
		assert.Equal(t, 10*time.Minute, time.Since(start))

		leaving := errors.New("the shop closes")
		ctx, leave := context.WithTimeoutCause(t.Context(), time.Hour, leaving)
		defer leave()
		caller.becomes("RefundInitiated")
		_, err = c.WaitForRefund(ctx, "R")
		require.ErrorIs(t, err, leaving)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "R, which was RefundInitiated")

		// Another call's decline as the cause is no decline of this one.
		declined := &amazonpay.CallError{Outcome: amazonpay.OutcomeRefused, Err: &amazonpay.APIError{StatusCode: 422, ReasonCode: amazonpay.ReasonCodeSoftDeclined}}
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { stop(declined) })
		_, err = c.WaitForRefund(ctx, "R")
		require.ErrorIs(t, err, declined)
		assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
		assert.True(t, amazonpay.Advise(err).Unsettled)
	})
}

// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/181: an authorization that is decided later, and captured by
// itself then. https://github.com/amzn/amazon-payments-magento-2-plugin/issues/1275: one that was never asked about again.
func TestPendingChargeIsCaptured(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentConfirm), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	charge, err := shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{
		ChargePermissionID: session.ChargePermissionID, ChargeAmount: twenty, CaptureNow: new(true), CanHandlePendingAuthorization: new(true),
	}, amazonpay.WithSimulationCode("PendingAuthorized"))
	require.NoError(t, err)
	require.Equal(t, amazonpay.StateAuthorizationInitiated, charge.StatusDetails.State)
	require.NoError(t, server.ResolvePending(charge.ChargeID))
	charge, err = shop.WaitForCharge(t.Context(), charge.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCaptured, charge.StatusDetails.State)
	assert.Equal(t, twenty, charge.CaptureAmount)
}

func TestFinalAndPendingStates(t *testing.T) {
	t.Parallel()
	final, pending := map[amazonpay.State]bool{}, map[amazonpay.State]bool{}
	for _, s := range []amazonpay.State{
		"Open", "Completed", "Chargeable", "NonChargeable", "Closed", "AuthorizationInitiated", "Authorized", "CaptureInitiated", "Captured",
		"RefundInitiated", "Refunded", "Canceled", "Declined", "Pending", "QuiteNew", "",
	} {
		if s.IsFinal() {
			final[s] = true
		}
		if s.IsPending() {
			pending[s] = true
		}
	}
	assert.Equal(t, map[amazonpay.State]bool{"Completed": true, "Closed": true, "Captured": true, "Refunded": true, "Canceled": true, "Declined": true}, final)
	assert.Equal(t, map[amazonpay.State]bool{"AuthorizationInitiated": true, "CaptureInitiated": true, "RefundInitiated": true, "Pending": true}, pending)
}
