package webstore_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore"
)

// operation is a method of the client, and what it must send.
type operation struct {
	name, method, path string
	id, second         [2]string // their names in the path, and their values
	query              url.Values
	returns            string // the member without which an answer is no success; empty if that is not known
	replays            bool
	seeOther           bool
	noContent          bool
	key                bool // takes an idempotency key
	request            any  // with every field set; nil where there is none
	body               string
	rules              ruleSet // of the request
	answer             string  // a file
	calls
}

// calls call the method of an operation, with its arguments and with a nil request.
type calls struct {
	call    func(context.Context, webstore.API, ...amazonpay.CallOption) (any, error)
	callNil func(context.Context, webstore.API) (any, error)
}

func get[A any](method func(webstore.API, context.Context, string, ...amazonpay.CallOption) (A, error), id string) calls {
	return calls{call: func(ctx context.Context, c webstore.API, opts ...amazonpay.CallOption) (any, error) {
		return method(c, ctx, id, opts...)
	}}
}

func post[R, A any](method func(webstore.API, context.Context, *R, ...amazonpay.CallOption) (A, error), in *R) calls {
	return calls{
		func(ctx context.Context, c webstore.API, opts ...amazonpay.CallOption) (any, error) {
			return method(c, ctx, in, opts...)
		},
		func(ctx context.Context, c webstore.API) (any, error) { return method(c, ctx, nil) },
	}
}

func send[R, A any](method func(webstore.API, context.Context, string, *R, ...amazonpay.CallOption) (A, error), id string, in *R) calls {
	return calls{
		func(ctx context.Context, c webstore.API, opts ...amazonpay.CallOption) (any, error) {
			return method(c, ctx, id, in, opts...)
		},
		func(ctx context.Context, c webstore.API) (any, error) { return method(c, ctx, id, nil) },
	}
}

// list calls a method whose request may be nil.
func list[R, A any](method func(webstore.API, context.Context, R, ...amazonpay.CallOption) (A, error), in R) calls {
	return calls{call: func(ctx context.Context, c webstore.API, opts ...amazonpay.CallOption) (any, error) {
		return method(c, ctx, in, opts...)
	}}
}

// operations returns all operations of the package.
func operations() []operation {
	return slices.Concat(
		buyerOperations(),
		checkoutSessionOperations(),
		chargePermissionOperations(),
		chargeOperations(),
		refundOperations(),
		reportOperations(),
		reportScheduleOperations(),
		disbursementOperations(),
		disputeOperations(),
		fileOperations(),
		amazonPayAccountOperations(),
		merchantAccountOperations(),
		storeOperations(),
	)
}

// helpers are the methods that are made of operations.
var helpers = []string{
	"Reports", "Disbursements", "WaitForReport", "DownloadReport", "UploadEvidence", "HandleNotification", "CheckCredentials",
	"CompleteOrFetch", "FinalizeOrFetch", "CaptureOrFetch", "CancelOrFetch", "CloseOrFetch", "GetCheckoutSessionOfOrder",
	"WaitForCharge", "WaitForRefund", "WaitForChargePermission",
}

func TestOperations(t *testing.T) {
	t.Parallel()
	for _, o := range operations() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			if o.request != nil {
				callertest.RequireFull(t, reflect.ValueOf(o.request), "request")
			}
			caller := &callertest.Recorder{Answer: string(read(t, o.answer)), Meta: amazonpay.Meta{RequestID: "request-1", Header: http.Header{"Location": {"https://claim.example/"}}}}
			opts := []amazonpay.CallOption{amazonpay.WithoutRetry(), amazonpay.WithHeader("X-Test", "1")}
			out, err := o.call(t.Context(), webstore.New(caller), opts...)
			require.NoError(t, err)

			want := amazonpay.Operation{Name: o.name, Method: o.method, Path: o.path, IdempotencyKey: o.key, SeeOther: o.seeOther, NoContent: o.noContent, Returns: o.returns, Replays: o.replays}
			for _, id := range [][2]string{o.id, o.second} {
				if id[0] != "" {
					if want.PathValues == nil {
						want.PathValues = make(map[string]string)
					}
					want.PathValues[id[0]] = id[1]
				}
			}
			assert.Len(t, caller.Op.Query, len(o.query))
			for name := range o.query {
				assert.Equal(t, o.query[name], caller.Op.Query[name], name)
			}
			caller.Op.Query = nil
			assert.Equal(t, want, caller.Op)
			assert.Equal(t, o.body, caller.Body)
			assert.Equal(t, opts, caller.Opts)

			decoded := answers[o.answer]()
			decodeValue(t, out, decoded)
			assert.IsType(t, decoded, out)
			meta, ok := reflect.TypeAssert[*amazonpay.Meta](reflect.ValueOf(out).Elem().FieldByName("Meta"))
			require.True(t, ok)
			assert.Same(t, &caller.Meta, meta)
			callertest.RequireFull(t, reflect.ValueOf(out), o.answer)
		})
	}
	assert.Len(t, operations(), reflect.TypeFor[webstore.API]().NumMethod()-len(helpers))
}

func TestOperationsFail(t *testing.T) {
	t.Parallel()
	for _, o := range operations() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			failure := errors.New("refused")
			out, err := o.call(t.Context(), webstore.New(&callertest.Recorder{Err: failure}))
			require.ErrorIs(t, err, failure)
			assert.Nil(t, out)

			out, err = o.call(t.Context(), webstore.New(nil))
			require.ErrorContains(t, err, "the Caller is nil")
			assert.Nil(t, out)
		})
	}
}

func TestNilRequestIsRefused(t *testing.T) {
	t.Parallel()
	shop := webstore.New(newClient(t))
	for _, o := range operations() {
		if o.callNil == nil {
			continue
		}
		out, err := o.callNil(t.Context(), shop)
		field, ok := errors.AsType[*amazonpay.FieldError](err)
		require.True(t, ok, "%s: %v", o.name, err)
		assert.Equal(t, "request", field.Field, o.name)
		assert.Nil(t, out)
	}
}

func TestBadIDsAreRefused(t *testing.T) {
	t.Parallel()
	shop := webstore.New(newClient(t))
	for _, id := range []string{"", "  ", "a/b", `a\b`, "..", "a?b", "a#b", "a\nb", "a\xff"} {
		for name, call := range map[string]func() (any, error){
			"checkoutSessionId":  func() (any, error) { return shop.GetCheckoutSession(t.Context(), id) },
			"chargePermissionId": func() (any, error) { return shop.GetChargePermission(t.Context(), id) },
			"chargeId":           func() (any, error) { return shop.CancelCharge(t.Context(), id, &cancelCharge) },
			"refundId":           func() (any, error) { return shop.GetRefund(t.Context(), id) },
			"buyerToken":         func() (any, error) { return shop.GetBuyer(t.Context(), id) },
			"reportId":           func() (any, error) { return shop.GetReportByID(t.Context(), id) },
			"reportDocumentId":   func() (any, error) { return shop.GetReportDocument(t.Context(), id) },
			"reportScheduleId":   func() (any, error) { return shop.CancelReportSchedule(t.Context(), id) },
			"disputeId":          func() (any, error) { return shop.ContestDispute(t.Context(), id, &contestDispute) },
			"merchantAccountId":  func() (any, error) { return shop.DeleteAmazonPayAccount(t.Context(), id) },
			"storeId":            func() (any, error) { return shop.UpdateStore(t.Context(), accountID, id, &updateStore) },
		} {
			_, err := call()
			field, ok := errors.AsType[*amazonpay.FieldError](err)
			require.True(t, ok, "%s %q: %v", name, id, err)
			assert.Equal(t, name, field.Field)
		}
	}
}

// The emulator is strict and has its own list of members: it refuses one that it does not know.
func TestEveryCallAgainstTheEmulator(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	shop, server, account := connect(t)

	buyer, err := shop.GetBuyer(ctx, account.BuyerToken)
	require.NoError(t, err)
	require.NotNil(t, buyer.ShippingAddress)
	assert.Equal(t, buyer.PostalCode, buyer.ShippingAddress.PostalCode)

	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
		StoreID:            account.StoreID, Scopes: createSession.Scopes, DeliverySpecifications: createSession.DeliverySpecifications,
		PaymentDetails:   &webstore.PaymentDetails{PresentmentCurrency: amazonpay.USD, ExtendExpiration: new(false)},
		MerchantMetadata: &merchant,
		// Only a session with several addresses has a list of them.
		MultiAddressesCheckoutMetadata: []webstore.MultiAddressesCheckoutMetadata{{AddressID: "amzn1.address.EMULATED0001"}},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(session.CheckoutSessionID))
	session, err = shop.GetCheckoutSession(ctx, session.CheckoutSessionID)
	require.NoError(t, err)
	assert.NotEmpty(t, session.ShippingAddress.Name)
	assert.NotEmpty(t, session.Constraints)

	session, err = shop.UpdateCheckoutSession(ctx, session.CheckoutSessionID, &webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: webstore.PaymentIntentAuthorize, CanHandlePendingAuthorization: new(false),
			ChargeAmount: usd("14.00"), TotalOrderAmount: usd("50.00"),
		},
	})
	require.NoError(t, err)
	assert.Empty(t, session.Constraints)
	assert.NotEmpty(t, session.WebCheckoutDetails.AmazonPayRedirectURL)
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	session, err = shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &completeSession)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCompleted, session.StatusDetails.State)

	permission, err := shop.UpdateChargePermission(ctx, session.ChargePermissionID, &webstore.UpdateChargePermissionRequest{MerchantMetadata: &merchant})
	require.NoError(t, err)
	assert.Equal(t, &merchant, permission.MerchantMetadata)
	permission, err = shop.GetChargePermission(ctx, session.ChargePermissionID)
	require.NoError(t, err)
	assert.Equal(t, usd("50.00"), permission.Limits.AmountLimit)

	captured, err := shop.CaptureCharge(ctx, session.ChargeID, &captureCharge)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCaptured, captured.StatusDetails.State)
	refund, err := shop.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: captured.ChargeID, RefundAmount: usd("14.00"), SoftDescriptor: "Descriptor"})
	require.NoError(t, err)
	assert.Len(t, refund.Meta.IdempotencyKey, 32)
	refund, err = shop.GetRefund(ctx, refund.RefundID)
	require.NoError(t, err)
	assert.Equal(t, usd("14.00"), refund.RefundAmount)

	second := webstore.CreateChargeRequest{ChargePermissionID: permission.ChargePermissionID, ChargeAmount: usd("5.00"), CaptureNow: new(false)}
	charge, err := shop.CreateCharge(ctx, &second)
	require.NoError(t, err)
	charge, err = shop.CancelCharge(ctx, charge.ChargeID, &cancelCharge)
	require.NoError(t, err)
	charge, err = shop.GetCharge(ctx, charge.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.ReasonCodeMerchantCanceled, charge.StatusDetails.ReasonCode)
	third, err := shop.CreateCharge(ctx, &second)
	require.NoError(t, err)
	assert.NotEqual(t, charge.ChargeID, third.ChargeID, "two calls without a key are two charges")
	third, err = shop.UpdateCharge(ctx, third.ChargeID, &updateCharge)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.ReasonCodeExpiredUnused, third.StatusDetails.ReasonCode)

	permission, err = shop.CloseChargePermission(ctx, permission.ChargePermissionID, &closePermission)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateClosed, permission.StatusDetails.State)
	require.NotEmpty(t, permission.StatusDetails.Reasons)
	_, err = shop.CreateCharge(ctx, &second)
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidChargePermissionStatus), "%v", err)

	session, err = shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"}, StoreID: account.StoreID,
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(session.CheckoutSessionID))
	session, err = shop.FinalizeCheckoutSession(ctx, session.CheckoutSessionID, &webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ShippingAddress: &address, BillingAddress: &address, ChargeAmount: usd("14.00"),
	})
	require.NoError(t, err)
	assert.NotEmpty(t, session.ChargeID)

	for _, r := range server.Requests() {
		assert.True(t, r.Strict && r.Verified, "%s %s", r.Method, r.Operation)
	}
}

// New makes no call, so a caller that is nil shows at the first call.
func TestNewWithNil(t *testing.T) {
	t.Parallel()
	type decorated struct{ *amazonpay.Client }
	for _, caller := range []webstore.Caller{nil, (*amazonpay.Client)(nil), decorated{}, (*decorated)(nil), &amazonpay.Client{}} {
		_, err := webstore.New(caller).GetCharge(t.Context(), "S01-0000000-0000000-C000000")
		call, ok := errors.AsType[*amazonpay.CallError](err)
		require.True(t, ok, "%T: %v", caller, err)
		assert.Equal(t, amazonpay.OutcomeNotSent, call.Outcome)
	}
}
