package webstore_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore"
)

// answers are all answers, by the file that has every member of the answer.
var answers = map[string]func() any{
	"buyer.json":             func() any { return new(webstore.BuyerResponse) },
	"checkout_session.json":  func() any { return new(webstore.CheckoutSession) },
	"charge_permission.json": func() any { return new(webstore.ChargePermission) },
	"charge.json":            func() any { return new(webstore.Charge) },
	"refund.json":            func() any { return new(webstore.Refund) },

	"report.json":                  func() any { return new(webstore.Report) },
	"reports.json":                 func() any { return new(webstore.GetReportsResponse) },
	"report_created.json":          func() any { return new(webstore.CreateReportResponse) },
	"report_document.json":         func() any { return new(webstore.ReportDocument) },
	"report_schedule.json":         func() any { return new(webstore.ReportSchedule) },
	"report_schedules.json":        func() any { return new(webstore.GetReportSchedulesResponse) },
	"report_schedule_created.json": func() any { return new(webstore.CreateReportScheduleResponse) },
	"schedule_cancelled.json":      func() any { return new(webstore.CancelReportScheduleResponse) },
	"disbursements.json":           func() any { return new(webstore.GetDisbursementsResponse) },
	"dispute.json":                 func() any { return new(webstore.Dispute) },
	"file.json":                    func() any { return new(webstore.File) },
	"account_registered.json":      func() any { return new(webstore.RegisterAmazonPayAccountResponse) },
	"account_changed.json":         func() any { return new(webstore.UpdateAmazonPayAccountResponse) },
	"account_deleted.json":         func() any { return new(webstore.DeleteAmazonPayAccountResponse) },
	"account_created.json":         func() any { return new(webstore.CreateMerchantAccountResponse) },
	"account_updated.json":         func() any { return new(webstore.UpdateMerchantAccountResponse) },
	"account_claim.json":           func() any { return new(webstore.MerchantAccountClaimResponse) },
	"store.json":                   func() any { return new(webstore.Store) },
}

func TestEveryMemberArrivesAndEncodesAgain(t *testing.T) {
	t.Parallel()
	for name, fresh := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, out := read(t, name), fresh()
			require.NoError(t, json.Unmarshal(text, out))
			callertest.RequireFull(t, reflect.ValueOf(out), name)

			var want map[string]any
			require.NoError(t, json.Unmarshal(text, &want))
			if list, ok := want["shippingAddressList"].([]any); ok {
				for i := range list { // texts on the wire, objects in Go
					inner, _ := list[i].(string)
					var address map[string]any
					require.NoError(t, json.Unmarshal([]byte(inner), &address))
					delete(address, "county")
					list[i] = address
				}
				first, _ := list[0].(map[string]any)
				first["county"] = "Cook"
			}
			if want["amazonPayToken"] != nil {
				want["amazonPayToken"] = "[redacted]"
			}
			again, err := amazonpay.EncodeJSON(out)
			require.NoError(t, err)
			var got map[string]any
			require.NoError(t, json.Unmarshal(again, &got))
			assert.Equal(t, want, got)
		})
	}
}

func TestNullAnywhereIsTheZeroValue(t *testing.T) {
	t.Parallel()
	for name, fresh := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var members map[string]any
			require.NoError(t, json.Unmarshal(read(t, name), &members))
			top := map[string]any{}
			for member := range members {
				top[member] = nil
			}
			flat, deep := fresh(), fresh()
			decodeValue(t, top, flat)
			assert.Equal(t, fresh(), flat)

			decodeValue(t, nullLeaves(members), deep)
			again, err := json.Marshal(deep)
			require.NoError(t, err)
			assert.NotRegexp(t, `:("[^"]|[0-9t])`, string(again), "a member has a value")
		})
	}
}

// nullLeaves replaces every value that is not an object or a list by null.
func nullLeaves(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			out[name] = nullLeaves(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = nullLeaves(value)
		}
		return out
	default:
		return nil
	}
}

func TestCheckoutSessionValues(t *testing.T) {
	t.Parallel()
	s := decode[webstore.CheckoutSession](t, string(read(t, "checkout_session.json")))
	assert.Equal(t, webstore.ProductTypePayAndShip, s.ProductType)
	assert.Equal(t, webstore.ChargePermissionTypeRecurring, s.ChargePermissionType)
	assert.Equal(t, webstore.FrequencyUnitMonth, s.RecurringMetadata.Frequency.Unit)
	assert.Equal(t, webstore.PaymentIntentAuthorizeWithCapture, s.PaymentDetails.PaymentIntent)
	assert.Equal(t, amazonpay.USD.Price("14.00"), s.PaymentDetails.ChargeAmount)
	assert.Equal(t, new(false), s.PaymentDetails.CanHandlePendingAuthorization)
	assert.Equal(t, new(true), s.PaymentDetails.AllowOvercharge)
	assert.Equal(t, new(false), s.PaymentDetails.ExtendExpiration)
	assert.Equal(t, new(true), s.PaymentMethodOnFileMetadata.SetupOnly)
	assert.Equal(t, amazonpay.StateCanceled, s.StatusDetails.State)
	assert.Equal(t, amazonpay.ReasonCodeBuyerCanceled, s.StatusDetails.ReasonCode)
	assert.Equal(t, time.Date(2019, 7, 14, 15, 53, 0, 0, time.UTC), s.CreationTimestamp.Time)
	assert.Equal(t, webstore.ConstraintIDChargeAmountNotSet, s.Constraints[0].ConstraintID)
	assert.Equal(t, []string{"95050", "93405"}, s.DeliverySpecifications.AddressRestrictions.Restrictions["US"].ZipCodes)
	require.Len(t, s.ShippingAddressList, 2)
	assert.Equal(t, "amzn1.address.ONE", s.ShippingAddressList[0].AddressID)
	assert.Equal(t, *s.ShippingAddress, s.ShippingAddressList[0].Address)
	assert.Equal(t, `山田 "花子"`, s.ShippingAddressList[1].Name)
}

func TestLenientDecoding(t *testing.T) {
	t.Parallel()
	t.Run("booleans as text", func(t *testing.T) {
		t.Parallel()
		s := decode[webstore.CheckoutSession](t, `{"paymentDetails":{"canHandlePendingAuthorization":"false","allowOvercharge":"true",
			"extendExpiration":null},"paymentMethodOnFileMetadata":{"setupOnly":"TRUE"}}`)
		assert.Equal(t, new(false), s.PaymentDetails.CanHandlePendingAuthorization)
		assert.Equal(t, new(true), s.PaymentDetails.AllowOvercharge)
		assert.Nil(t, s.PaymentDetails.ExtendExpiration)
		assert.Equal(t, new(true), s.PaymentMethodOnFileMetadata.SetupOnly)
		c := decode[webstore.Charge](t, `{"captureNow":"true","canHandlePendingAuthorization":"false"}`)
		assert.True(t, bool(c.CaptureNow))
		assert.False(t, bool(c.CanHandlePendingAuthorization))
		// An unexpected value must not hide a charge.
		odd, undecoded := decodeParts[webstore.Charge](t, `{"chargeId":"S01-1-C1","captureNow":"perhaps","canHandlePendingAuthorization":1}`)
		assert.Equal(t, []string{"captureNow", "canHandlePendingAuthorization"}, undecoded)
		assert.Equal(t, "S01-1-C1", odd.ChargeID)
		assert.False(t, bool(odd.CaptureNow || odd.CanHandlePendingAuthorization))
	})
	t.Run("numbers and texts", func(t *testing.T) {
		t.Parallel()
		p := decode[webstore.ChargePermission](t, `{"recurringMetadata":{"frequency":{"unit":"Day","value":14},"amount":{"amount":30.5}}}`)
		assert.Equal(t, amazonpay.Decimal("14"), p.RecurringMetadata.Frequency.Value)
		assert.Equal(t, amazonpay.Decimal("30.5"), p.RecurringMetadata.Amount.Amount)
		assert.Equal(t, amazonpay.Decimal("0.93120000000000003"), decode[webstore.Charge](t, `{"conversionRate":0.93120000000000003}`).ConversionRate)
		assert.Equal(t, amazonpay.Decimal("0.9"), decode[webstore.Charge](t, `{"conversionRate":"0.9"}`).ConversionRate)
	})
	t.Run("address list", func(t *testing.T) {
		t.Parallel()
		s := decode[webstore.CheckoutSession](t, `{"shippingAddressList":[{"addressId":"plain","city":"Ulm"},null,"","null","{\"addressId\":\"text\"}"]}`)
		want := make([]webstore.AddressWithID, 5)
		want[0].AddressID, want[0].City, want[4].AddressID = "plain", "Ulm", "text"
		assert.Equal(t, want, s.ShippingAddressList)
		// An unexpected text must not hide a completed checkout.
		s, undecoded := decodeParts[webstore.CheckoutSession](t, `{"shippingAddressList":["Susie Smith","{\"addressId\":\"cut","17","[]",`+
			`"{\"addressId\":\"odd\",\"city\":5}",{"addressId":5},5,[],"{\"addressId\":\"text\"}"],"chargeId":"S01-1-C1"}`)
		want = make([]webstore.AddressWithID, 9)
		want[4].AddressID, want[8].AddressID = "odd", "text"
		assert.Equal(t, []string{
			"shippingAddressList[0]", "shippingAddressList[1]", "shippingAddressList[2]", "shippingAddressList[3]", "shippingAddressList[4].city",
			"shippingAddressList[5].addressId", "shippingAddressList[6]", "shippingAddressList[7]",
		}, undecoded)
		assert.Equal(t, want, s.ShippingAddressList)
		assert.Equal(t, "S01-1-C1", s.ChargeID)
	})
	t.Run("lists that hold null", func(t *testing.T) {
		t.Parallel()
		s := decode[webstore.CheckoutSession](t, `{"paymentPreferences":[null],"constraints":[null],"buyer":{"primeMembershipTypes":null}}`)
		assert.Equal(t, []webstore.PaymentPreference{{}}, s.PaymentPreferences)
		assert.Nil(t, s.Buyer.PrimeMembershipTypes)
		assert.NotNil(t, decode[webstore.Buyer](t, `{"primeMembershipTypes":[]}`).PrimeMembershipTypes)
		p := decode[webstore.ChargePermission](t, `{"limits":{"amountLimit":null,"amountBalance":null},"statusDetails":{"reasons":null}}`)
		assert.Equal(t, &webstore.Limits{}, p.Limits)
	})
	t.Run("unknown values and members", func(t *testing.T) {
		t.Parallel()
		s := decode[webstore.CheckoutSession](t, `{"productType":"PayByWink","chargePermissionType":"Often","releaseEnvironment":"Moon",
			"statusDetails":{"state":"Frozen","reasonCode":"TooCold"},"constraints":[{"constraintId":"New"}],
			"deliverySpecifications":{"specialRestrictions":["No"],"addressRestrictions":{"type":"Maybe"}},
			"paymentDetails":{"paymentIntent":"Hope","presentmentCurrency":"XTS","brandNew":{"a":[1]}},"brandNew":[{}]}`)
		assert.Equal(t, amazonpay.State("Frozen"), s.StatusDetails.State)
		assert.Equal(t, webstore.PaymentIntent("Hope"), s.PaymentDetails.PaymentIntent)
		c := decode[webstore.Charge](t, `{"chargeInitiator":"DOG","channel":"Fridge","chargeAmount":{"currencyCode":"XTS"}}`)
		assert.Equal(t, webstore.Channel("Fridge"), c.Channel)
	})
}

func FuzzAnswers(f *testing.F) {
	for name := range answers {
		f.Add(200, string(read(f, name)))
	}
	f.Add(200, `{"shippingAddressList":["{\"addressId\":\"text\"}",{}],"paymentDetails":{"allowOvercharge":"true"}}`)
	f.Add(202, `{"creationTimestamp":"9999-12-31T23:59:59-14:00","evidenceDueTimestamp":-1}`)
	f.Add(422, `{"reasonCode":"InvalidChargeStatus","message":"x"}`)
	f.Add(500, "")
	callertest.FuzzAnswers(f, reflect.TypeFor[webstore.API]())
}

// The table has a full sample of each type that FuzzAnswers decodes.
func TestEveryAnswerHasASample(t *testing.T) {
	t.Parallel()
	var sampled []reflect.Type
	for _, fresh := range answers {
		sampled = append(sampled, reflect.TypeOf(fresh()).Elem())
	}
	assert.ElementsMatch(t, callertest.AnswerTypes(t, reflect.TypeFor[webstore.API]()), sampled)
}

// Each member of each answer is replaced by each other JSON type. Only that member is lost, and it
// is named. Only a lost state makes the answer an error.
func TestEachMemberOfAnotherType(t *testing.T) {
	t.Parallel()
	wrong := []any{5, 1e40, "text", "", true, []any{}, []any{5}, map[string]any{}, map[string]any{"a": 5}, "[]", "{}", `{"a":5}`, []any{nil}}
	tried := 0
	for name, fresh := range answers {
		var full map[string]any
		require.NoError(t, json.Unmarshal(read(t, name), &full))
		for _, path := range pathsOf(full, nil) {
			for _, value := range wrong {
				body := encodeAny(t, replaced(full, path, value))
				out := fresh()
				wire := &callertest.Wire{Status: http.StatusOK, Text: body}
				client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(wire))
				require.NoError(t, err)
				meta, err := client.Call(t.Context(), amazonpay.Operation{Name: "GetAnswer", Method: http.MethodGet, Path: "answers"}, nil, out)
				strict := json.Unmarshal([]byte(body), fresh())
				assert.Equal(t, strict == nil, len(meta.Undecoded) == 0, "%s %v: %s", name, path, body)
				for _, member := range meta.Undecoded {
					assert.True(t, strings.HasPrefix(member, named(path)), "%s %v: %s", name, path, member)
				}
				if err != nil {
					require.Contains(t, []string{"statusDetails", "statusDetails.state", "processingStatus"}, named(path), "%s: %v", name, err)
					continue
				}
				want := fresh()
				require.NoError(t, json.Unmarshal([]byte(encodeAny(t, full)), want))
				assert.Equal(t, without(t, want, path), without(t, out, path), "%s %v as %v", name, path, value)
				tried++
			}
		}
	}
	assert.Greater(t, tried, 2000)
}

// pathsOf are the paths of all values in v.
func pathsOf(v any, at []any) (paths [][]any) {
	if at != nil {
		paths = append(paths, at)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			paths = append(paths, pathsOf(inner, append(slices.Clone(at), name))...)
		}
	case []any:
		for i, inner := range v {
			paths = append(paths, pathsOf(inner, append(slices.Clone(at), i))...)
		}
	}
	return paths
}

// named spells a path as Meta does.
func named(path []any) string {
	var text strings.Builder
	for _, step := range path {
		if i, ok := step.(int); ok {
			_, _ = fmt.Fprintf(&text, "[%d]", i)
			continue
		}
		if text.Len() > 0 {
			text.WriteByte('.')
		}
		_, _ = fmt.Fprint(&text, step)
	}
	return text.String()
}

// replaced is a copy of v with another value at the path.
func replaced(v any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch v := v.(type) {
	case map[string]any:
		name, _ := path[0].(string)
		copied := maps.Clone(v)
		copied[name] = replaced(v[name], path[1:], value)
		return copied
	case []any:
		i, _ := path[0].(int)
		copied := slices.Clone(v)
		copied[i] = replaced(v[i], path[1:], value)
		return copied
	}
	return v // the member is not there
}

func encodeAny(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// without returns what v encodes to, except for the value at the path.
func without(t *testing.T, v any, path []any) any {
	t.Helper()
	var members map[string]any
	require.NoError(t, json.Unmarshal([]byte(encodeAny(t, v)), &members))
	if name, _ := path[0].(string); members[name] == nil {
		members[name] = "removed"
		return members
	}
	return replaced(members, path, "removed")
}

// TestMembers compares the types with the members that the reference lists for each object.
func TestMembers(t *testing.T) {
	t.Parallel()
	for _, o := range []struct {
		object  any
		members string
	}{
		{amazonpay.Price{}, "amount currencyCode"},
		{amazonpay.Address{}, "name addressLine1 addressLine2 addressLine3 city county district stateOrRegion postalCode countryCode phoneNumber"},
		{amazonpay.StatusDetails{}, "state reasonCode reasonDescription lastUpdatedTimestamp"},
		{webstore.AddressWithID{}, "addressId name addressLine1 addressLine2 addressLine3 city county district stateOrRegion postalCode countryCode phoneNumber"},
		{webstore.AddressDetails{}, "name addressLine1 addressLine2 addressLine3 city districtOrCounty stateOrRegion postalCode countryCode phoneNumber"},
		{webstore.ChargePermissionStatus{}, "state reasons lastUpdatedTimestamp"},
		{webstore.Reason{}, "reasonCode reasonDescription"},
		{webstore.MerchantMetadata{}, "merchantReferenceId merchantStoreName noteToBuyer customInformation"},
		{webstore.ProviderMetadata{}, "providerReferenceId"},
		{webstore.PaymentPreference{}, "paymentDescriptor"},
		{webstore.RecurringMetadata{}, "frequency amount"},
		{webstore.Frequency{}, "unit value"},
		{webstore.PaymentMethodOnFileMetadata{}, "setupOnly"},
		{webstore.Limits{}, "amountLimit amountBalance"},
		{webstore.Buyer{}, "buyerId name email phoneNumber primeMembershipTypes"},
		{webstore.BuyerResponse{}, "buyerId name email postalCode countryCode shippingAddress billingAddress phoneNumber primeMembershipTypes"},
		{webstore.WebCheckoutDetails{}, "checkoutReviewReturnUrl checkoutResultReturnUrl checkoutCancelUrl checkoutErrorUrl signInReturnUrl signInCancelUrl " +
			"signInErrorUrl authorizeResultReturnUrl amazonPayDeclineUrl amazonPayRedirectUrl checkoutMode"},
		{webstore.PaymentDetails{}, "paymentIntent canHandlePendingAuthorization chargeAmount totalOrderAmount softDescriptor presentmentCurrency " +
			"allowOvercharge extendExpiration estimateOrderTotal"},
		{webstore.DeliverySpecifications{}, "specialRestrictions addressRestrictions"},
		{webstore.AddressRestrictions{}, "type restrictions"},
		{webstore.Restriction{}, "statesOrRegions zipCodes except"},
		{webstore.ProcessorSpecifications{}, "name"},
		{webstore.CartDetails{}, "deliveryOptions totalShippingAmount totalBaseAmount totalTaxAmount totalChargeAmount totalDiscountAmount totalOrderAmount " +
			"lineItems addOnFeatures giftDetails addressDisplayType"},
		{webstore.DeliveryOption{}, "id price shippingMethod shippingEstimate isDefault"},
		{webstore.LineItem{}, "id title quantity listPrice totalListPrice variantTitle discountedPrice"},
		{webstore.EstimationDetails{}, "timeUnit value"},
		{webstore.ShippingMethod{}, "shippingMethodName shippingMethodCode"},
		{webstore.Constraint{}, "constraintId description"},
		{webstore.MultiAddressesCheckoutMetadata{}, "addressId price"},
		{webstore.CreateCheckoutSessionRequest{}, "webCheckoutDetails storeId scopes deliverySpecifications chargePermissionType recurringMetadata " +
			"paymentMethodOnFileMetadata chargePermissionId paymentDetails merchantMetadata platformId providerMetadata supplementaryData " +
			"addressDetails multiAddressesCheckoutMetadata signInScopes channelType processorSpecifications"},
		{webstore.UpdateCheckoutSessionRequest{}, "webCheckoutDetails paymentDetails merchantMetadata supplementaryData platformId providerMetadata " +
			"chargePermissionType recurringMetadata multiAddressesCheckoutMetadata"},
		{webstore.CompleteCheckoutSessionRequest{}, "chargeAmount totalOrderAmount"},
		{webstore.FinalizeCheckoutSessionRequest{}, "paymentIntent canHandlePendingAuthorization supplementaryData shippingAddress billingAddress " +
			"chargeAmount totalOrderAmount"},
		{webstore.CheckoutSession{}, "checkoutSessionId webCheckoutDetails productType chargePermissionType recurringMetadata " +
			"paymentMethodOnFileMetadata paymentDetails merchantMetadata supplementaryData buyer shippingAddress shippingAddressList " +
			"billingAddress paymentPreferences statusDetails constraints creationTimestamp expirationTimestamp chargePermissionId chargeId " +
			"platformId providerMetadata releaseEnvironment storeId deliverySpecifications multiAddressesCheckoutMetadata checkoutButtonText " +
			"orderType channelType cartDetails"},
		{webstore.ChargePermission{}, "chargePermissionId chargePermissionReferenceId amazonPayToken chargePermissionType recurringMetadata " +
			"paymentMethodOnFileMetadata platformId buyer shippingAddress billingAddress paymentPreferences statusDetails creationTimestamp " +
			"expirationTimestamp merchantMetadata releaseEnvironment limits presentmentCurrency"},
		{webstore.UpdateChargePermissionRequest{}, "merchantMetadata recurringMetadata"},
		{webstore.CloseChargePermissionRequest{}, "closureReason cancelPendingCharges"},
		{webstore.CreateChargeRequest{}, "chargePermissionId chargeAmount captureNow softDescriptor canHandlePendingAuthorization merchantMetadata " +
			"providerMetadata platformId chargeInitiator channel webCheckoutDetails"},
		{webstore.UpdateChargeRequest{}, "statusDetails"},
		{webstore.ChargeStatusUpdate{}, "state reasonCode"},
		{webstore.CaptureChargeRequest{}, "captureAmount softDescriptor"},
		{webstore.CancelChargeRequest{}, "cancellationReason"},
		{webstore.Charge{}, "chargeId chargePermissionId chargeAmount captureAmount refundedAmount softDescriptor captureNow " +
			"canHandlePendingAuthorization platformId providerMetadata merchantMetadata creationTimestamp expirationTimestamp statusDetails " +
			"convertedAmount conversionRate releaseEnvironment webCheckoutDetails chargeInitiator channel"},
		{webstore.CreateRefundRequest{}, "chargeId refundAmount softDescriptor"},
		{webstore.Refund{}, "refundId chargeId refundAmount softDescriptor creationTimestamp statusDetails releaseEnvironment"},
	} {
		var got []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(o.object)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				got = append(got, name)
			}
		}
		assert.ElementsMatch(t, strings.Fields(o.members), got, "%T", o.object)
	}
}

// Answers from the logs of shops. Members without a field stay in Raw.
func TestReportedAnswers(t *testing.T) {
	t.Parallel()
	permission, undecoded := decodeParts[webstore.ChargePermission](t, string(read(t, "reports/monthly-limits.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, &webstore.Limits{AmountLimit: amazonpay.Price{Amount: "100000", CurrencyCode: "JPY"}, AmountBalance: amazonpay.Price{Amount: "90000", CurrencyCode: "JPY"}}, permission.Limits)

	session, undecoded := decodeParts[webstore.CheckoutSession](t, string(read(t, "reports/members-of-buy-now.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, []webstore.DeliveryOption{{
		ID: "express", Price: usd("20.00"), ShippingMethod: webstore.ShippingMethod{ShippingMethodName: "Express", ShippingMethodCode: "exp"}, IsDefault: true,
	}}, session.CartDetails.DeliveryOptions)
	assert.Equal(t, webstore.OrderTypePurchaseOrder, session.OrderType)
	assert.Equal(t, webstore.ChannelTypeWeb, session.ChannelType)
	assert.Equal(t, &webstore.WebCheckoutDetails{
		AuthorizeResultReturnURL: "https://a.example", SignInReturnURL: "https://b.example", SignInCancelURL: "https://c.example",
		CheckoutErrorURL: "https://d.example", SignInErrorURL: "https://e.example", AmazonPayDeclineURL: "https://f.example",
	}, session.WebCheckoutDetails)

	session, undecoded = decodeParts[webstore.CheckoutSession](t, string(read(t, "reports/session-completed.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, "S02-0000000-0000001-C000001", session.ChargeID)
	session, undecoded = decodeParts[webstore.CheckoutSession](t, string(read(t, "reports/session-open-with-buyer.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, "NEW ORLEANS", session.ShippingAddress.City)
}

// Japan without two prefectures and some postal codes was once read as all of Japan.
func TestReportedExcept(t *testing.T) {
	t.Parallel()
	var in webstore.CreateCheckoutSessionRequest
	text := read(t, "reports/except.json")
	require.NoError(t, json.Unmarshal(text, &in))
	assert.Equal(t, map[string]webstore.Restriction{"JP": {Except: &webstore.Restriction{StatesOrRegions: []string{"北海道", "沖縄県"}, ZipCodes: []string{"123-*"}}}},
		in.DeliverySpecifications.AddressRestrictions.Restrictions)
	again, err := amazonpay.EncodeJSON(map[string]any{"deliverySpecifications": in.DeliverySpecifications})
	require.NoError(t, err)
	assert.JSONEq(t, string(text), string(again))
}
