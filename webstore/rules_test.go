package webstore_test

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore"
)

// rules are the limits of the requests: required, the largest number of characters, or an amount of
// a transaction.
var rules = map[string]map[string]string{
	"CreateCheckoutSession": {
		"webCheckoutDetails":                          "required",
		"webCheckoutDetails.checkoutReviewReturnUrl":  "512",
		"webCheckoutDetails.checkoutResultReturnUrl":  "512",
		"webCheckoutDetails.checkoutCancelUrl":        "512",
		"webCheckoutDetails.checkoutErrorUrl":         "512",
		"webCheckoutDetails.signInReturnUrl":          "512",
		"webCheckoutDetails.signInCancelUrl":          "512",
		"webCheckoutDetails.signInErrorUrl":           "512",
		"webCheckoutDetails.authorizeResultReturnUrl": "512",
		"webCheckoutDetails.amazonPayDeclineUrl":      "512",
		"storeId":                                     "required",
		"paymentDetails.softDescriptor":               "16",
		"merchantMetadata.merchantReferenceId":        "256",
		"merchantMetadata.merchantStoreName":          "50",
		"merchantMetadata.noteToBuyer":                "255",
		"merchantMetadata.customInformation":          "4096",
		"addressDetails.name":                         "required,50",
		"addressDetails.addressLine1":                 "required,180",
		"addressDetails.addressLine2":                 "60",
		"addressDetails.addressLine3":                 "60",
		"addressDetails.city":                         "50",
		"addressDetails.districtOrCounty":             "50",
		"addressDetails.stateOrRegion":                "50", // required in the US, as the city is: TestAddressDetails
		"addressDetails.postalCode":                   "required,20",
		"addressDetails.countryCode":                  "required,3",
		"addressDetails.phoneNumber":                  "required,20",
	},
	"UpdateCheckoutSession": {
		"webCheckoutDetails.checkoutReviewReturnUrl":  "512",
		"webCheckoutDetails.checkoutResultReturnUrl":  "512",
		"webCheckoutDetails.checkoutCancelUrl":        "512",
		"webCheckoutDetails.checkoutErrorUrl":         "512",
		"webCheckoutDetails.signInReturnUrl":          "512",
		"webCheckoutDetails.signInCancelUrl":          "512",
		"webCheckoutDetails.signInErrorUrl":           "512",
		"webCheckoutDetails.authorizeResultReturnUrl": "512",
		"webCheckoutDetails.amazonPayDeclineUrl":      "512",
		"paymentDetails.softDescriptor":               "16",
		"merchantMetadata.merchantReferenceId":        "256",
		"merchantMetadata.merchantStoreName":          "50",
		"merchantMetadata.noteToBuyer":                "255",
		"merchantMetadata.customInformation":          "4096",
	},
	"CompleteCheckoutSession": {},
	"FinalizeCheckoutSession": {
		"paymentIntent":                 "required",
		"shippingAddress.name":          "50",
		"shippingAddress.addressLine1":  "180",
		"shippingAddress.addressLine2":  "60",
		"shippingAddress.addressLine3":  "60",
		"shippingAddress.city":          "50",
		"shippingAddress.county":        "50",
		"shippingAddress.district":      "50",
		"shippingAddress.stateOrRegion": "50",
		"shippingAddress.postalCode":    "20",
		"shippingAddress.countryCode":   "3",
		"shippingAddress.phoneNumber":   "20",
		"billingAddress.name":           "50",
		"billingAddress.addressLine1":   "180",
		"billingAddress.addressLine2":   "60",
		"billingAddress.addressLine3":   "60",
		"billingAddress.city":           "50",
		"billingAddress.county":         "50",
		"billingAddress.district":       "50",
		"billingAddress.stateOrRegion":  "50",
		"billingAddress.postalCode":     "20",
		"billingAddress.countryCode":    "3",
		"billingAddress.phoneNumber":    "20",
	},
	"UpdateChargePermission": {
		"merchantMetadata.merchantReferenceId": "256",
		"merchantMetadata.merchantStoreName":   "50",
		"merchantMetadata.noteToBuyer":         "255",
		"merchantMetadata.customInformation":   "4096",
	},
	"CloseChargePermission": {"closureReason": "required,255"},
	"CreateCharge": {
		"chargePermissionId":                          "required",
		"chargeAmount":                                "required",
		"softDescriptor":                              "16",
		"merchantMetadata.merchantReferenceId":        "256",
		"merchantMetadata.merchantStoreName":          "50",
		"merchantMetadata.noteToBuyer":                "255",
		"merchantMetadata.customInformation":          "4096",
		"webCheckoutDetails.checkoutReviewReturnUrl":  "512",
		"webCheckoutDetails.checkoutResultReturnUrl":  "512",
		"webCheckoutDetails.checkoutCancelUrl":        "512",
		"webCheckoutDetails.checkoutErrorUrl":         "512",
		"webCheckoutDetails.signInReturnUrl":          "512",
		"webCheckoutDetails.signInCancelUrl":          "512",
		"webCheckoutDetails.signInErrorUrl":           "512",
		"webCheckoutDetails.authorizeResultReturnUrl": "512",
		"webCheckoutDetails.amazonPayDeclineUrl":      "512",
	},
	"UpdateCharge":  {"statusDetails": "required", "statusDetails.state": "required"},
	"CaptureCharge": {"captureAmount": "required", "softDescriptor": "16"},
	"CancelCharge":  {"cancellationReason": "required,255"},
	"CreateRefund":  {"chargeId": "required", "refundAmount": "required", "softDescriptor": "16"},

	"CreateReport":         {"reportType": "required", "startTime": "required", "endTime": "required"},
	"CreateReportSchedule": {"reportType": "required", "scheduleFrequency": "required", "nextReportCreationTime": "required"},
	"CreateDispute": {
		"chargeId": "required", "disputeAmount": "required", "filingReason": "required", "filingTimestamp": "required",
		"statusDetails": "required", "statusDetails.state": "required",
	},
	"UpdateDispute":            {"statusDetails": "required", "statusDetails.state": "required"},
	"ContestDispute":           {}, // its one member is a list: see TestBadRequests
	"UploadFile":               {"type": "required", "purpose": "required"},
	"RegisterAmazonPayAccount": {"uniqueReferenceId": "required"},
	"UpdateAmazonPayAccount":   {},
	"CreateMerchantAccount":    {"uniqueReferenceId": "required"},
	"UpdateMerchantAccount":    {},
	"MerchantAccountClaim":     {"uniqueReferenceId": "required"},
	"CreateStore":              {},
	"UpdateStore":              {},
}

// TestRules takes each member of a request away, and makes each text too long, also those
// that must have no rule.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, o := range operations() {
		if o.request == nil {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			want := rules[o.name]
			require.NotNil(t, want)
			paths := texts(reflect.TypeOf(o.request), "")
			assert.Subset(t, paths, slices.Collect(maps.Keys(want)))
			for _, path := range paths {
				required, limit := strings.CutPrefix(want[path], "required")
				err := encodeWith(t, o.request, path, func(v reflect.Value) { v.SetZero() })
				if limit {
					requireRule(t, err, path, "is required")
				} else if path == "addressDetails.city" || path == "addressDetails.stateOrRegion" {
					requireRule(t, err, path, "is required")
				} else {
					require.NoError(t, err, path)
				}
				most, _ := strconv.Atoi(strings.Trim(required, ","))
				err = encodeWith(t, o.request, path, func(v reflect.Value) {
					if v.Kind() == reflect.String && v.Type() != reflect.TypeFor[amazonpay.Decimal]() {
						v.SetString(strings.Repeat("x", 5000))
					}
				})
				if most == 0 {
					require.NoError(t, err, path)
					continue
				}
				requireRule(t, err, path, "has 5000 characters, more than "+strconv.Itoa(most))
				// Characters, not bytes.
				for _, letter := range []string{"x", "é", "店"} {
					require.NoError(t, encodeWith(t, o.request, path, func(v reflect.Value) { v.SetString(strings.Repeat(letter, most)) }))
					requireRule(t, encodeWith(t, o.request, path, func(v reflect.Value) { v.SetString(strings.Repeat(letter, most+1)) }), path, "more than")
				}
			}
		})
	}
}

func requireRule(t *testing.T, err error, field, rule string) {
	t.Helper()
	found, ok := errors.AsType[*amazonpay.FieldError](err)
	require.True(t, ok, "%s: %v", field, err)
	assert.Equal(t, field, found.Field)
	assert.Contains(t, found.Rule, rule)
}

// texts are the paths of all members of a request that are texts, prices or objects,
// outside of lists and maps.
func texts(t reflect.Type, path string) []string {
	var paths []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		member := strings.TrimPrefix(path+"."+name, ".")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case inner.Kind() == reflect.String, inner == reflect.TypeFor[amazonpay.Price](),
			inner == reflect.TypeFor[amazonpay.Time](), inner == reflect.TypeFor[webstore.UnixTime]():
			paths = append(paths, member)
		case inner.Kind() == reflect.Struct:
			paths = append(append(paths, member), texts(inner, member)...)
		default:
		}
	}
	return paths
}

// encodeWith encodes a copy of the request in which one member was changed.
func encodeWith(t *testing.T, request any, path string, change func(reflect.Value)) error {
	t.Helper()
	v := reflect.New(reflect.TypeOf(request)).Elem()
	v.Set(reflect.ValueOf(request))
	changed := v
	for name := range strings.SplitSeq(path, ".") {
		if changed.Kind() == reflect.Pointer { // which other requests share
			own := reflect.New(changed.Type().Elem())
			if !changed.IsNil() {
				own.Elem().Set(changed.Elem())
			}
			changed.Set(own)
			changed = own.Elem()
		}
		changed = changed.FieldByNameFunc(func(field string) bool {
			f, _ := changed.Type().FieldByName(field)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			return tag == name
		})
	}
	change(changed)
	_, err := amazonpay.EncodeJSON(v.Interface())
	return err
}

func TestRulesInsideOfLists(t *testing.T) {
	t.Parallel()
	in := updateSession
	in.MultiAddressesCheckoutMetadata = slices.Clone(several)
	in.MultiAddressesCheckoutMetadata[0].Price.Amount = "7,00"
	_, err := amazonpay.EncodeJSON(in)
	requireRule(t, err, "multiAddressesCheckoutMetadata[0].price.amount", "is not decimal text")
}

// https://github.com/amzn/amazon-pay-sdk-csharp/pull/15: a false that nobody had set overrode the service's own default.
func TestAbsentIsNotFalse(t *testing.T) {
	t.Parallel()
	caller := &callertest.Recorder{Answer: `{}`}
	shop := webstore.New(caller)
	price := amazonpay.Price{Amount: "14.00", CurrencyCode: amazonpay.USD}
	for _, row := range []struct {
		call func() error
		want string
	}{
		{func() error {
			_, err := shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{ChargePermissionID: "S01-1", ChargeAmount: price})
			return err
		}, `{"chargePermissionId":"S01-1","chargeAmount":{"amount":"14.00","currencyCode":"USD"}}`},
		{func() error {
			_, err := shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{
				ChargePermissionID: "S01-1", ChargeAmount: price, CaptureNow: new(false), CanHandlePendingAuthorization: new(false),
			})
			return err
		}, `{"chargePermissionId":"S01-1","chargeAmount":{"amount":"14.00","currencyCode":"USD"},"captureNow":false,"canHandlePendingAuthorization":false}`},
		{func() error {
			_, err := shop.CloseChargePermission(t.Context(), "S01-1", &webstore.CloseChargePermissionRequest{ClosureReason: "x"})
			return err
		}, `{"closureReason":"x"}`},
		{func() error {
			_, err := shop.UpdateCheckoutSession(t.Context(), "s", &webstore.UpdateCheckoutSessionRequest{PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm}})
			return err
		}, `{"paymentDetails":{"paymentIntent":"Confirm"}}`},
	} {
		require.NoError(t, row.call())
		assert.Equal(t, row.want, caller.Body)
	}
}
