package webstore_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
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
)

func checkoutSessionOperations() []operation {
	return []operation{
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
			returns: "checkoutSessionId", rules: join(ruleSet{"webCheckoutDetails": "required", "storeId": "required", "paymentDetails.softDescriptor": "16"}, under("webCheckoutDetails", webDetailsRules), under("merchantMetadata", metadataRules), under("addressDetails", addressDetailsRules)),
		},
		{name: "GetCheckoutSession", calls: get(webstore.API.GetCheckoutSession, sessionID), method: http.MethodGet, path: "checkoutSessions/{checkoutSessionId}", id: [2]string{"checkoutSessionId", sessionID}, answer: "checkout_session.json"},
		{
			name: "UpdateCheckoutSession", method: http.MethodPatch, path: "checkoutSessions/{checkoutSessionId}", id: [2]string{"checkoutSessionId", sessionID},
			calls:   send(webstore.API.UpdateCheckoutSession, sessionID, &updateSession),
			request: updateSession, answer: "checkout_session.json",
			body: `{"webCheckoutDetails":` + webDetailsJSON + `,"paymentDetails":` + paymentJSON + `,"merchantMetadata":` + merchantJSON + `,` +
				`"supplementaryData":"supplement","platformId":"A1PLATFORM","providerMetadata":{"providerReferenceId":"provider-1"},` +
				`"chargePermissionType":"OneTime","recurringMetadata":` + recurringJSON + `,"multiAddressesCheckoutMetadata":` + severalJSON + `}`,
			returns: "checkoutSessionId", rules: join(ruleSet{"paymentDetails.softDescriptor": "16"}, under("webCheckoutDetails", webDetailsRules), under("merchantMetadata", metadataRules)),
		},
		{
			name: "CompleteCheckoutSession", method: http.MethodPost, path: "checkoutSessions/{checkoutSessionId}/complete", id: [2]string{"checkoutSessionId", sessionID}, key: true,
			calls:   send(webstore.API.CompleteCheckoutSession, sessionID, &completeSession),
			request: completeSession, answer: "checkout_session.json",
			body:    `{"chargeAmount":{"amount":"14.00","currencyCode":"USD"},"totalOrderAmount":{"amount":"50.00","currencyCode":"USD"}}`,
			returns: "checkoutSessionId", rules: ruleSet{},
		},
		{
			name: "FinalizeCheckoutSession", method: http.MethodPost, path: "checkoutSessions/{checkoutSessionId}/finalize", id: [2]string{"checkoutSessionId", sessionID}, key: true,
			calls:   send(webstore.API.FinalizeCheckoutSession, sessionID, &finalizeSession),
			request: finalizeSession, answer: "checkout_session.json",
			body: `{"paymentIntent":"Confirm","canHandlePendingAuthorization":true,"supplementaryData":"supplement","shippingAddress":` + addressJSON +
				`,"billingAddress":` + addressJSON + `,"chargeAmount":{"amount":"14.00","currencyCode":"USD"},` +
				`"totalOrderAmount":{"amount":"50.00","currencyCode":"USD"}}`,
			returns: "checkoutSessionId", rules: join(ruleSet{"paymentIntent": "required"}, under("shippingAddress", addressRules), under("billingAddress", addressRules)),
		},
	}
}

// A pending authorization sets Pending, whether the answer or a read shows it. A declined one is no
// payment.
func TestPending(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	asked := webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("1.00")}
	for _, lose := range []bool{false, true} {
		id := approvedFor(t, shop, server, "order-1", "4354", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, CanHandlePendingAuthorization: new(true), ChargeAmount: usd("1.00")})
		if lose {
			require.NoError(t, server.IgnoreIdempotencyKey("CompleteCheckoutSession"))
			require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CompleteCheckoutSession", Kind: emulator.FaultKindLoseAnswer}))
		}
		session, err := shop.CompleteCheckoutSession(t.Context(), id, &asked)
		require.NoError(t, err)
		assert.True(t, session.Pending, "lost: %v", lose)
		for name, again := range ways(shop, server, webstore.PaymentIntentAuthorize) {
			session, err := again(t.Context(), id, asked)
			require.NoError(t, err, name)
			assert.True(t, session.Pending, name)
		}
		require.NoError(t, server.Advance(time.Minute))
		for name, again := range ways(shop, server, webstore.PaymentIntentAuthorize) {
			session, err := again(t.Context(), id, asked)
			assert.Nil(t, session, name)
			require.ErrorContains(t, err, "is Declined (HardDeclined)", name)
			failed, _ := errors.AsType[*webstore.CompletionError](err)
			assert.Equal(t, amazonpay.ReasonCodeHardDeclined, failed.Charge.StatusDetails.ReasonCode)
		}
	}
	id := approvedFor(t, shop, server, "order-2", "1111", webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, CanHandlePendingAuthorization: new(true), ChargeAmount: usd("1.00")})
	session, err := shop.CompleteCheckoutSession(t.Context(), id, &asked)
	require.NoError(t, err)
	assert.False(t, session.Pending)
	session, err = shop.CompleteOrFetch(t.Context(), id, &asked)
	require.NoError(t, err)
	assert.False(t, session.Pending)
}

func TestCompleteBeforeTheBuyerPaid(t *testing.T) {
	t.Parallel()
	shop, _, account := connect(t)
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"}, StoreID: account.StoreID,
	})
	require.NoError(t, err)
	assert.Equal(t, http.StatusCreated, session.Meta.StatusCode)
	_, err = shop.CompleteCheckoutSession(t.Context(), session.CheckoutSessionID, &completeSession)
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus), "%v", err)
}

// https://github.com/amzn/amazon-pay-api-sdk-php/issues/9: a valid field in the wrong call. The
// service's refusal names the field, the error names the call.
func TestFieldOfAnotherCall(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	_, err := shop.UpdateCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentAuthorize), &webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutMode: webstore.CheckoutModeProcessOrder},
	})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeUnrecognizedField), "%v", err)
	require.ErrorContains(t, err, "UpdateCheckoutSession: 400 UnrecognizedField")
	require.ErrorContains(t, err, "checkoutMode")
	assert.Equal(t, amazonpay.OutcomeRefused, amazonpay.OutcomeOf(err))
}

// A completion moves money. A member with an unexpected JSON type in its answer must not hide the
// charge's id and state.
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
