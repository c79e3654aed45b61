package webstore_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore"
)

func usd(amount amazonpay.Decimal) amazonpay.Price {
	return amazonpay.Price{Amount: amount, CurrencyCode: amazonpay.USD}
}

// Requests with every field set.
var (
	address = amazonpay.Address{
		Name: "Susie Smith", AddressLine1: "10 Ditka Ave", AddressLine2: "Suite 2500", AddressLine3: "Back door",
		City: "Chicago", County: "Cook", District: "Loop", StateOrRegion: "IL", PostalCode: "60602", CountryCode: "US",
		PhoneNumber: "800-555-0100",
	}
	addressJSON = `{"name":"Susie Smith","addressLine1":"10 Ditka Ave","addressLine2":"Suite 2500","addressLine3":"Back door",` +
		`"city":"Chicago","county":"Cook","district":"Loop","stateOrRegion":"IL","postalCode":"60602","countryCode":"US",` +
		`"phoneNumber":"800-555-0100"}`

	webDetails = webstore.WebCheckoutDetails{
		CheckoutReviewReturnURL: "https://shop.example/review?a=1&b=2", CheckoutResultReturnURL: "https://shop.example/result",
		CheckoutCancelURL: "https://shop.example/cancel", CheckoutErrorURL: "https://shop.example/error",
		SignInReturnURL: "https://shop.example/in", SignInCancelURL: "https://shop.example/out", SignInErrorURL: "https://shop.example/lost",
		AuthorizeResultReturnURL: "https://shop.example/a", AmazonPayDeclineURL: "https://payments.example/no",
		AmazonPayRedirectURL: "https://payments.example/", CheckoutMode: webstore.CheckoutModeProcessOrder,
	}
	webDetailsJSON = `{"checkoutReviewReturnUrl":"https://shop.example/review?a=1&b=2","checkoutResultReturnUrl":"https://shop.example/result",` +
		`"checkoutCancelUrl":"https://shop.example/cancel","checkoutErrorUrl":"https://shop.example/error",` +
		`"signInReturnUrl":"https://shop.example/in","signInCancelUrl":"https://shop.example/out","signInErrorUrl":"https://shop.example/lost",` +
		`"authorizeResultReturnUrl":"https://shop.example/a","amazonPayDeclineUrl":"https://payments.example/no","amazonPayRedirectUrl":"https://payments.example/","checkoutMode":"ProcessOrder"}`

	merchant = webstore.MerchantMetadata{
		MerchantReferenceID: "order-1042", MerchantStoreName: "Example <shop>", NoteToBuyer: "Thank you", CustomInformation: "{}",
	}
	merchantJSON = `{"merchantReferenceId":"order-1042","merchantStoreName":"Example <shop>","noteToBuyer":"Thank you","customInformation":"{}"}`

	payment = webstore.PaymentDetails{
		PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, CanHandlePendingAuthorization: new(false), ChargeAmount: usd("14.00"),
		TotalOrderAmount: usd("50.00"), SoftDescriptor: "Descriptor", PresentmentCurrency: amazonpay.EUR, AllowOvercharge: new(true),
		ExtendExpiration: new(false), EstimateOrderTotal: usd("60"),
	}
	paymentJSON = `{"paymentIntent":"AuthorizeWithCapture","canHandlePendingAuthorization":false,` +
		`"chargeAmount":{"amount":"14.00","currencyCode":"USD"},"totalOrderAmount":{"amount":"50.00","currencyCode":"USD"},` +
		`"softDescriptor":"Descriptor","presentmentCurrency":"EUR","allowOvercharge":true,"extendExpiration":false,` +
		`"estimateOrderTotal":{"amount":"60","currencyCode":"USD"}}`

	recurring = webstore.RecurringMetadata{
		Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitVariable, Value: "0"}, Amount: usd("30"),
	}
	recurringJSON = `{"frequency":{"unit":"Variable","value":"0"},"amount":{"amount":"30","currencyCode":"USD"}}`

	several     = []webstore.MultiAddressesCheckoutMetadata{{AddressID: "amzn1.address.ONE", Price: usd("7.00")}}
	severalJSON = `[{"addressId":"amzn1.address.ONE","price":{"amount":"7.00","currencyCode":"USD"}}]`

	createSession = webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webDetails, StoreID: "amzn1.application-oa2-client.example",
		Scopes: []webstore.Scope{
			webstore.ScopeName, webstore.ScopeEmail, webstore.ScopePostalCode, webstore.ScopeShippingAddress,
			webstore.ScopePhoneNumber, webstore.ScopePrimeStatus, webstore.ScopeBillingAddress,
		},
		DeliverySpecifications: &webstore.DeliverySpecifications{
			SpecialRestrictions: []webstore.SpecialRestriction{webstore.SpecialRestrictionRestrictPOBoxes, webstore.SpecialRestrictionRestrictPackstations},
			AddressRestrictions: &webstore.AddressRestrictions{Type: webstore.AddressRestrictionTypeNotAllowed, Restrictions: map[string]webstore.Restriction{
				"GB": {}, "US": {StatesOrRegions: []string{"WA"}, ZipCodes: []string{"95050"}, Except: &webstore.Restriction{ZipCodes: []string{"9505?"}}},
			}},
		},
		ChargePermissionType: webstore.ChargePermissionTypePaymentMethodOnFile, RecurringMetadata: &recurring,
		PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)},
		ChargePermissionID:          "B01-5105180-3221187", PaymentDetails: &payment, MerchantMetadata: &merchant, PlatformID: "A1PLATFORM",
		ProviderMetadata: &webstore.ProviderMetadata{ProviderReferenceID: "provider-1"}, SupplementaryData: "supplement",
		AddressDetails: &webstore.AddressDetails{
			Name: "Susie Smith", AddressLine1: "10 Ditka Ave", AddressLine2: "Suite 2500", AddressLine3: "Back door", City: "Chicago",
			DistrictOrCounty: "Manhattan", StateOrRegion: "IL", PostalCode: "60602", CountryCode: "US", PhoneNumber: "800-555-0100",
		},
		MultiAddressesCheckoutMetadata: several, SignInScopes: []webstore.Scope{webstore.ScopeName}, ChannelType: webstore.ChannelTypeMobileSDK,
		ProcessorSpecifications: &webstore.ProcessorSpecifications{Name: "gmopg"},
	}
	updateSession = webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webDetails, PaymentDetails: &payment, MerchantMetadata: &merchant, SupplementaryData: "supplement",
		PlatformID: "A1PLATFORM", ProviderMetadata: &webstore.ProviderMetadata{ProviderReferenceID: "provider-1"},
		ChargePermissionType: webstore.ChargePermissionTypeOneTime, RecurringMetadata: &recurring, MultiAddressesCheckoutMetadata: several,
	}
	completeSession = webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("14.00"), TotalOrderAmount: usd("50.00")}
	finalizeSession = webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent: webstore.PaymentIntentConfirm, CanHandlePendingAuthorization: new(true), SupplementaryData: "supplement",
		ShippingAddress: &address, BillingAddress: &address, ChargeAmount: usd("14.00"), TotalOrderAmount: usd("50.00"),
	}
	updatePermission = webstore.UpdateChargePermissionRequest{MerchantMetadata: &merchant, RecurringMetadata: &recurring}
	closePermission  = webstore.CloseChargePermissionRequest{ClosureReason: "All is shipped", CancelPendingCharges: new(false)}
	createCharge     = webstore.CreateChargeRequest{
		ChargePermissionID: "S01-5105180-3221187", ChargeAmount: usd("14.00"), CaptureNow: new(false), SoftDescriptor: "Descriptor",
		CanHandlePendingAuthorization: new(true), MerchantMetadata: &merchant,
		ProviderMetadata: &webstore.ProviderMetadata{ProviderReferenceID: "provider-1"}, PlatformID: "A1PLATFORM",
		ChargeInitiator: webstore.ChargeInitiatorMITU, Channel: webstore.ChannelFireTV, WebCheckoutDetails: &webDetails,
	}
	updateCharge = webstore.UpdateChargeRequest{StatusDetails: webstore.ChargeStatusUpdate{
		State: amazonpay.StateCanceled, ReasonCode: amazonpay.ReasonCodeExpiredUnused,
	}}
	captureCharge = webstore.CaptureChargeRequest{CaptureAmount: usd("14.00"), SoftDescriptor: "Descriptor"}
	cancelCharge  = webstore.CancelChargeRequest{CancellationReason: "Out of stock"}
	createRefund  = webstore.CreateRefundRequest{ChargeID: "S01-5105180-3221187-C056351", RefundAmount: usd("14.00"), SoftDescriptor: "Descriptor"}
)

// An operation is a method of the client and what it must put on the wire.
type operation struct {
	name, method, path string
	id, second         [2]string // their names in the path, and their values
	query              url.Values
	seeOther           bool
	noContent          bool
	key                bool // takes an idempotency key
	request            any  // with every field set; nil where there is none
	body               string
	answer             string // a file
	calls
}

// calls are the method of an operation with its arguments, and with a nil request.
type calls struct {
	call    func(context.Context, webstore.API, ...amazonpay.CallOption) (any, error)
	callNil func(context.Context, webstore.API) (any, error)
}

const (
	sessionID    = "bd504926-f659-4ad7-a1a9-9a747aaf5275"
	permissionID = "S01-5105180-3221187"
	chargeID     = "S01-5105180-3221187-C056351"
	refundID     = "S01-5105180-3221187-R022311"
	buyerToken   = "eyJhbGciOiJkaXIifQ.secret"
)

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

func operations() []operation {
	session, permission, charge := [2]string{"checkoutSessionId", sessionID}, [2]string{"chargePermissionId", permissionID}, [2]string{"chargeId", chargeID}
	return append(moreOperations(), []operation{
		{name: "GetBuyer", calls: get(webstore.API.GetBuyer, buyerToken), method: http.MethodGet, path: "buyers/{buyerToken}", id: [2]string{"buyerToken", buyerToken}, answer: "buyer.json"},
		{
			name: "CreateCheckoutSession", method: http.MethodPost, path: "checkoutSessions", key: true, request: createSession, answer: "checkout_session.json",
			calls: post(webstore.API.CreateCheckoutSession, &createSession),
			body: `{"webCheckoutDetails":` + webDetailsJSON + `,"storeId":"amzn1.application-oa2-client.example",` +
				`"scopes":["name","email","postalCode","shippingAddress","phoneNumber","primeStatus","billingAddress"],` +
				`"deliverySpecifications":{"specialRestrictions":["RestrictPOBoxes","RestrictPackstations"],` +
				`"addressRestrictions":{"type":"NotAllowed","restrictions":{"GB":{},"US":{"statesOrRegions":["WA"],"zipCodes":["95050"],"except":{"zipCodes":["9505?"]}}}}},` +
				`"chargePermissionType":"PaymentMethodOnFile","recurringMetadata":` + recurringJSON + `,"paymentMethodOnFileMetadata":{"setupOnly":false},` +
				`"chargePermissionId":"B01-5105180-3221187","paymentDetails":` + paymentJSON + `,"merchantMetadata":` + merchantJSON + `,` +
				`"platformId":"A1PLATFORM","providerMetadata":{"providerReferenceId":"provider-1"},"supplementaryData":"supplement",` +
				`"addressDetails":{"name":"Susie Smith","addressLine1":"10 Ditka Ave","addressLine2":"Suite 2500","addressLine3":"Back door",` +
				`"city":"Chicago","districtOrCounty":"Manhattan","stateOrRegion":"IL","postalCode":"60602","countryCode":"US",` +
				`"phoneNumber":"800-555-0100"},"multiAddressesCheckoutMetadata":` + severalJSON + `,` +
				`"signInScopes":["name"],"channelType":"MOBILE_SDK","processorSpecifications":{"name":"gmopg"}}`,
		},
		{name: "GetCheckoutSession", calls: get(webstore.API.GetCheckoutSession, sessionID), method: http.MethodGet, path: "checkoutSessions/{checkoutSessionId}", id: session, answer: "checkout_session.json"},
		{
			name: "UpdateCheckoutSession", method: http.MethodPatch, path: "checkoutSessions/{checkoutSessionId}", id: session,
			calls:   send(webstore.API.UpdateCheckoutSession, sessionID, &updateSession),
			request: updateSession, answer: "checkout_session.json",
			body: `{"webCheckoutDetails":` + webDetailsJSON + `,"paymentDetails":` + paymentJSON + `,"merchantMetadata":` + merchantJSON + `,` +
				`"supplementaryData":"supplement","platformId":"A1PLATFORM","providerMetadata":{"providerReferenceId":"provider-1"},` +
				`"chargePermissionType":"OneTime","recurringMetadata":` + recurringJSON + `,"multiAddressesCheckoutMetadata":` + severalJSON + `}`,
		},
		{
			name: "CompleteCheckoutSession", method: http.MethodPost, path: "checkoutSessions/{checkoutSessionId}/complete", id: session, key: true,
			calls:   send(webstore.API.CompleteCheckoutSession, sessionID, &completeSession),
			request: completeSession, answer: "checkout_session.json",
			body: `{"chargeAmount":{"amount":"14.00","currencyCode":"USD"},"totalOrderAmount":{"amount":"50.00","currencyCode":"USD"}}`,
		},
		{
			name: "FinalizeCheckoutSession", method: http.MethodPost, path: "checkoutSessions/{checkoutSessionId}/finalize", id: session, key: true,
			calls:   send(webstore.API.FinalizeCheckoutSession, sessionID, &finalizeSession),
			request: finalizeSession, answer: "checkout_session.json",
			body: `{"paymentIntent":"Confirm","canHandlePendingAuthorization":true,"supplementaryData":"supplement","shippingAddress":` + addressJSON +
				`,"billingAddress":` + addressJSON + `,"chargeAmount":{"amount":"14.00","currencyCode":"USD"},` +
				`"totalOrderAmount":{"amount":"50.00","currencyCode":"USD"}}`,
		},
		{name: "GetChargePermission", calls: get(webstore.API.GetChargePermission, permissionID), method: http.MethodGet, path: "chargePermissions/{chargePermissionId}", id: permission, answer: "charge_permission.json"},
		{
			name: "UpdateChargePermission", method: http.MethodPatch, path: "chargePermissions/{chargePermissionId}", id: permission,
			calls:   send(webstore.API.UpdateChargePermission, permissionID, &updatePermission),
			request: updatePermission, answer: "charge_permission.json",
			body: `{"merchantMetadata":` + merchantJSON + `,"recurringMetadata":` + recurringJSON + `}`,
		},
		{
			name: "CloseChargePermission", method: http.MethodDelete, path: "chargePermissions/{chargePermissionId}/close", id: permission,
			calls:   send(webstore.API.CloseChargePermission, permissionID, &closePermission),
			request: closePermission, answer: "charge_permission.json",
			body: `{"closureReason":"All is shipped","cancelPendingCharges":false}`,
		},
		{
			name: "CreateCharge", method: http.MethodPost, path: "charges", key: true, request: createCharge, answer: "charge.json",
			calls: post(webstore.API.CreateCharge, &createCharge),
			body: `{"chargePermissionId":"S01-5105180-3221187","chargeAmount":{"amount":"14.00","currencyCode":"USD"},"captureNow":false,` +
				`"softDescriptor":"Descriptor","canHandlePendingAuthorization":true,"merchantMetadata":` + merchantJSON + `,` +
				`"providerMetadata":{"providerReferenceId":"provider-1"},"platformId":"A1PLATFORM","chargeInitiator":"MITU","channel":"FireTv",` +
				`"webCheckoutDetails":` + webDetailsJSON + `}`,
		},
		{name: "GetCharge", calls: get(webstore.API.GetCharge, chargeID), method: http.MethodGet, path: "charges/{chargeId}", id: charge, answer: "charge.json"},
		{
			name: "UpdateCharge", method: http.MethodPatch, path: "charges/{chargeId}", id: charge, key: true, request: updateCharge, answer: "charge.json",
			calls: send(webstore.API.UpdateCharge, chargeID, &updateCharge),
			body:  `{"statusDetails":{"state":"Canceled","reasonCode":"ExpiredUnused"}}`,
		},
		{
			name: "CaptureCharge", method: http.MethodPost, path: "charges/{chargeId}/capture", id: charge, key: true, request: captureCharge, answer: "charge.json",
			calls: send(webstore.API.CaptureCharge, chargeID, &captureCharge),
			body:  `{"captureAmount":{"amount":"14.00","currencyCode":"USD"},"softDescriptor":"Descriptor"}`,
		},
		{
			name: "CancelCharge", method: http.MethodDelete, path: "charges/{chargeId}/cancel", id: charge, request: cancelCharge, answer: "charge.json",
			calls: send(webstore.API.CancelCharge, chargeID, &cancelCharge),
			body:  `{"cancellationReason":"Out of stock"}`,
		},
		{
			name: "CreateRefund", method: http.MethodPost, path: "refunds", key: true, request: createRefund, answer: "refund.json",
			calls: post(webstore.API.CreateRefund, &createRefund),
			body:  `{"chargeId":"S01-5105180-3221187-C056351","refundAmount":{"amount":"14.00","currencyCode":"USD"},"softDescriptor":"Descriptor"}`,
		},
		{name: "GetRefund", calls: get(webstore.API.GetRefund, refundID), method: http.MethodGet, path: "refunds/{refundId}", id: [2]string{"refundId", refundID}, answer: "refund.json"},
	}...)
}

// helpers are the methods that are made of operations.
var helpers = []string{"Reports", "Disbursements", "WaitForReport", "DownloadReport", "UploadEvidence", "FetchNotified", "CheckCredentials", "CompleteOrFetch", "FinalizeOrFetch", "CaptureOrFetch", "CancelOrFetch", "CloseOrFetch", "GetCheckoutSessionOfOrder", "WaitForCharge", "WaitForRefund", "WaitForChargePermission"}

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

			want := amazonpay.Operation{Name: o.name, Method: o.method, Path: o.path, IdempotencyKey: o.key, SeeOther: o.seeOther, NoContent: o.noContent, Returns: returns[o.name], Replays: replays[o.name]}
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

// returns are the members without which an answer is no success; operations without one are not known to return an id always.
var returns = map[string]string{
	"CreateCheckoutSession": "checkoutSessionId", "UpdateCheckoutSession": "checkoutSessionId", "CompleteCheckoutSession": "checkoutSessionId", "FinalizeCheckoutSession": "checkoutSessionId",
	"GetChargePermission": "chargePermissionId", "UpdateChargePermission": "chargePermissionId", "CloseChargePermission": "chargePermissionId",
	"CreateCharge": "chargeId", "GetCharge": "chargeId", "UpdateCharge": "chargeId", "CaptureCharge": "chargeId", "CancelCharge": "chargeId",
	"CreateRefund": "refundId", "GetRefund": "refundId", "GetBuyer": "buyerId",
	"CreateReport": "reportId", "GetReportByID": "reportId", "GetReportDocument": "url", "CreateReportSchedule": "reportScheduleId", "GetReportScheduleByID": "reportScheduleId",
	"CreateDispute": "disputeId", "GetDispute": "disputeId", "UpdateDispute": "disputeId", "ContestDispute": "disputeId",
}

var replays = map[string]bool{"CreateCharge": true, "CaptureCharge": true, "CreateRefund": true}

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

// refusing is a Doer to which nothing may come.
type refusing struct{ t *testing.T }

func (r refusing) Do(*http.Request) (*http.Response, error) {
	assert.Fail(r.t, "something was sent")
	return nil, errors.New("nothing may be sent")
}

func newClient(t *testing.T) *amazonpay.Client {
	t.Helper()
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(refusing{t}))
	require.NoError(t, err)
	return client
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
