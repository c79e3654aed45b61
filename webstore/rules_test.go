package webstore_test

import (
	"encoding/json"
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

// ruleSet are the rules of a request's members, by path: required, the largest number of
// characters, or both.
type ruleSet map[string]string

// under returns the rules of an object under the name of the member that contains it.
func under(member string, rules ruleSet) ruleSet {
	all := make(ruleSet)
	for path, rule := range rules {
		all[member+"."+path] = rule
	}
	return all
}

// join returns the rules of several sets.
func join(sets ...ruleSet) ruleSet {
	all := make(ruleSet)
	for _, set := range sets {
		maps.Copy(all, set)
	}
	return all
}

// TestRules clears each member of a request, and makes each text too long, including members
// without a rule.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, o := range operations() {
		if o.request == nil {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			want := o.rules
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

// texts returns the paths of all members of a request that are texts, prices, times or objects,
// outside lists and maps.
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

// encodeWith encodes a copy of the request with one member changed.
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

// https://github.com/amzn/amazon-pay-sdk-csharp/pull/15: a false that nobody had set overrode the
// service's default.
func TestAbsentIsNotFalse(t *testing.T) {
	t.Parallel()
	caller := &callertest.Recorder{Answer: `{}`}
	shop := webstore.New(caller)
	price := amazonpay.USD.Price("14.00")
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

// Texts of a shop in Japan that are within the limits in characters, but not in bytes.
func TestReportedLengths(t *testing.T) {
	t.Parallel()
	var in webstore.FinalizeCheckoutSessionRequest
	var with webstore.UpdateChargePermissionRequest
	text := read(t, "reports/lengths-in-characters.json")
	require.NoError(t, json.Unmarshal(text, &in))
	require.NoError(t, json.Unmarshal(text, &with))
	in.PaymentIntent = webstore.PaymentIntentConfirm
	require.Len(t, in.ShippingAddress.Name, 57, "bytes")
	body, err := amazonpay.EncodeJSON(in)
	require.NoError(t, err)
	assert.Contains(t, string(body), "株式会社サンプルコーポレーション東日本")
	_, err = amazonpay.EncodeJSON(with.MerchantMetadata)
	require.NoError(t, err)
	with.MerchantMetadata.MerchantStoreName += strings.Repeat("店", 34)
	_, err = amazonpay.EncodeJSON(with.MerchantMetadata)
	requireRule(t, err, "merchantStoreName", "has 51 characters, more than 50")
}
