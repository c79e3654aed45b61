package webstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
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

// What was not done stays an error, and what is certain is not read.
func TestReadingHidesNoFailure(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
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
	_, err = shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: amazonpay.Price{Amount: "21.00", CurrencyCode: amazonpay.USD}})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeAmountMismatch), "%v", err)
	assert.Len(t, server.Requests(), before+1, "a certain refusal is not read again")
	assert.Empty(t, server.Charges())
	require.NoError(t, complete(t.Context()))
}

// doctored is the emulator's network with answers of other JSON types, by the name of the member,
// which may be a path.
type doctored struct {
	base    http.RoundTripper
	members map[string]string // of answers to requests whose path contains in
	in      string
	times   int // how many answers are left to change; negative: all
}

func (d *doctored) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.base.RoundTrip(r)
	if err != nil || resp.StatusCode > 299 || !strings.Contains(r.URL.Path, d.in) || d.times == 0 {
		return resp, err
	}
	d.times--
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	for path, text := range d.members {
		names := strings.Split(path, ".")
		at := answer
		for _, name := range names[:len(names)-1] {
			at, _ = at[name].(map[string]any)
		}
		at[names[len(names)-1]] = json.RawMessage(text)
	}
	if body, err = json.Marshal(answer); err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// doctoredShop is a client of the emulator whose answers are doctored.
func doctoredShop(t *testing.T, server *emulator.Server) (*webstore.Client, *doctored) {
	t.Helper()
	network := &doctored{base: server.RoundTripper()}
	account := server.Description().Merchants[0]
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: account.KeyIDs.Sandbox, PrivateKeyPEM: amazonpay.NewSecret(account.PrivateKeyPEM),
		Region: amazonpay.RegionUS, BaseURL: server.Description().BaseURL,
	}, amazonpay.WithRoundTripper(network), amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1}))
	require.NoError(t, err)
	return webstore.New(client), network
}

// A completion moves money. A member of another JSON type in its answer must not lose the charge's
// id and state.
func TestCompletionWithAMemberOfAnotherType(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop, network := doctoredShop(t, server)
	for member, text := range map[string]string{
		"shippingAddressList": `"[]"`, "paymentPreferences": `{"paymentDescriptor":"Visa"}`, "shippingAddress": `""`, "productType": `5`, "buyer": `[]`,
		"creationTimestamp": `{}`, "paymentDetails": `{"softDescriptor":5}`, "supplementaryData": `{}`, "merchantMetadata": `[1]`,
	} {
		id := newApproved(t, shop, server, webstore.PaymentIntentAuthorize)
		network.in, network.members, network.times = id, map[string]string{member: text}, -1
		session, err := shop.CompleteCheckoutSession(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
		require.NoError(t, err, member)
		assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)
		assert.NotEmpty(t, session.ChargeID)
		require.Len(t, session.Meta.Undecoded, 1, member)
		assert.True(t, strings.HasPrefix(session.Meta.Undecoded[0], member), session.Meta.Undecoded[0])
		assert.Contains(t, string(session.Meta.Raw), strings.Trim(text, `{}[]`))
		again, err := shop.CompleteOrFetch(t.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty}, amazonpay.WithIdempotencyKey("another"))
		require.NoError(t, err, member)
		assert.Equal(t, session.ChargeID, again.ChargeID)
		network.times = 0
	}
}

// What was not understood decides nothing: an amount is not nothing, and an id is not "there is
// none".
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

// With AllowOvercharge a permission's limit is 9 times the order's amount or more, and so that of
// many orders: it tells no amount, and no other amount either.
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

// Of a charge that is right nothing is refused: what its captureAmount says before a capture, and
// the limit of its permission, are no reason to take another payment.
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

	// An amount in an unknown form is not nothing.
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

// What was not understood of a permission decides nothing: whose order it is, or that no charge is
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
