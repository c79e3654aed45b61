package emulator_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestBodies(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	const web = `"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/"}`
	store := `"storeId":"` + c.store() + `"`
	tests := []struct {
		body   string
		reason string // ok: none
		names  string // what the message has
	}{
		{`{` + web + `,` + store + `}`, "ok", ""},
		{`{` + web + `,` + store + `,"platformId":null,"merchantMetadata":{"noteToBuyer":null}}`, "ok", ""},
		{``, "MissingParameterValue", "storeId"},
		{`{}`, "MissingParameterValue", "storeId"},
		{`{` + web + `,"storeId":""}`, "MissingParameterValue", "storeId"},
		{`{` + web + `,"storeId":null}`, "MissingParameterValue", "storeId"},
		{`{` + web + `,"storeId":7}`, "InvalidParameterValue", "storeId"},
		{`{` + web + `,"storeId":"another"}`, "InvalidParameterValue", "storeId"},
		{`{"webCheckoutDetails":{},` + store + `}`, "MissingParameterValue", "webCheckoutDetails.checkoutReviewReturnUrl"},
		{`{"webCheckoutDetails":[],` + store + `}`, "InvalidParameterValue", "webCheckoutDetails"},
		{`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"shop.example"},` + store + `}`, "InvalidParameterValue", "webCheckoutDetails.checkoutReviewReturnUrl"},
		{`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"http://localhost/"},` + store + `}`, "ok", ""},
		{`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/` + strings.Repeat("x", 512) + `"},` + store + `}`, "InvalidParameterValue", "512"},
		{`{"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/","checkoutMode":"ProcessOrder"},` + store + `}`, "MissingParameterValue", "paymentDetails.paymentIntent"},

		{`{` + web + `,` + store + `,"colour":"red"}`, "UnrecognizedField", "colour"},
		{`{` + web + `,` + store + `,"platformid":"A"}`, "UnrecognizedField", "platformid"},
		{`{` + web + `,` + store + `,"merchantMetadata":{"note":"x"}}`, "UnrecognizedField", "merchantMetadata.note"},
		{`{` + web + `,` + store + `,"paymentDetails":{"chargeAmount":{"amount":"1","currency":"USD"}}}`, "UnrecognizedField", "paymentDetails.chargeAmount.currency"},
		{`{` + web + `,` + store + `,"merchantMetadata":{"merchantStoreName":"` + strings.Repeat("x", 51) + `"}}`, "InvalidParameterValue", "50"},
		{`{` + web + `,` + store + `,"paymentDetails":{"softDescriptor":"` + strings.Repeat("x", 17) + `"}}`, "InvalidParameterValue", "16"},
		{`{` + web + `,` + store + `,"scopes":["name","shoeSize"]}`, "InvalidParameterValue", "scopes[]"},
		{`{` + web + `,` + store + `,"scopes":"name"}`, "InvalidParameterValue", "scopes"},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring"}`, "MissingParameterValue", "recurringMetadata"},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month","value":"1"},"amount":{"amount":30,"currencyCode":"USD"}}}`, "ok", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month","value":2}}}`, "ok", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month","value":"-1"}}}`, "InvalidParameterValue", "recurringMetadata.frequency.value"},
		{`{` + web + `,` + store + `,"deliverySpecifications":{"specialRestrictions":["RestrictPOBoxes"],"addressRestrictions":{"type":"Allowed","restrictions":{"US":{"statesOrRegions":["WA"],"zipCodes":["98*"]},"GB":{}}}}}`, "ok", ""},
		{`{` + web + `,` + store + `,"deliverySpecifications":{"addressRestrictions":{"type":"Allowed","restrictions":{"US":{"cities":[]}}}}}`, "UnrecognizedField", "restrictions.US.cities"},
		{`{` + web + `,` + store + `,"paymentDetails":{"canHandlePendingAuthorization":"false"}}`, "ok", ""},
		{`{` + web + `,` + store + `,"paymentDetails":{"canHandlePendingAuthorization":"no"}}`, "InvalidParameterValue", "canHandlePendingAuthorization"},
		{`{` + web + `,` + store + `,"paymentDetails":{"chargeAmount":{"amount":"5","currencyCode":"USD"},"totalOrderAmount":{"amount":"4","currencyCode":"USD"}}}`, "InvalidParameterValue", "totalOrderAmount"},
		{`{` + web + `,` + store + `,"paymentDetails":{"chargeAmount":{"amount":"5","currencyCode":"USD"},"totalOrderAmount":{"amount":"5","currencyCode":"EUR"}}}`, "CurrencyMismatch", "totalOrderAmount"},
		{`{` + web + `,` + store + `,"chargePermissionId":"B01-0000000-0000000"}`, "ResourceNotFound", "B01"},

		{`[]`, "InvalidRequestFormat", ""},
		{`null`, "InvalidRequestFormat", ""},
		{`{"storeId":`, "InvalidRequestFormat", ""},
		{`{"storeId" "x"}`, "InvalidRequestFormat", ""},
		{`{} {}`, "InvalidRequestFormat", ""},
		{`{"storeId":"a","storeId":"b"}`, "InvalidRequestFormat", "storeId"},
		{"{\"storeId\":\"\xff\"}", "InvalidRequestFormat", "UTF-8"},
		{strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40), "InvalidRequestFormat", "deep"},
		{`"` + strings.Repeat("x", 1<<20) + `"`, "InvalidRequest", "1048576"},
	}
	for _, tt := range tests {
		a := c.post("/checkoutSessions", tt.body)
		if tt.reason == "ok" {
			a.must(t, 201)
			continue
		}
		assert.Equal(t, tt.reason, a.reason, tt.body[:min(len(tt.body), 200)]+a.raw)
		assert.Contains(t, a.body["message"], tt.names)
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.newSession("Confirm", "1")
	update := func(price string) answer {
		return c.patch("/checkoutSessions/"+id, `{"paymentDetails":{"chargeAmount":`+price+`}}`)
	}
	for sent, shown := range map[string]string{
		`"14.00"`: "14.00", `"14"`: "14.00", `"14.5"`: "14.50", `50`: "50.00", `0.01`: "0.01", `"150000.00"`: "150000.00", `"007"`: "7.00",
	} {
		a := update(`{"amount":`+sent+`,"currencyCode":"USD"}`).must(t, 200)
		assert.Equal(t, shown, a.at("paymentDetails", "chargeAmount", "amount"), sent)
	}
	assert.Equal(t, "1080", update(`{"amount":"1080","currencyCode":"JPY"}`).must(t, 200).at("paymentDetails", "chargeAmount", "amount"))
	for _, price := range []string{
		`{"amount":"1,5","currencyCode":"USD"}`, `{"amount":"1e3","currencyCode":"USD"}`, `{"amount":1e3,"currencyCode":"USD"}`,
		`{"amount":"NaN","currencyCode":"USD"}`, `{"amount":" 1","currencyCode":"USD"}`, `{"amount":"-1","currencyCode":"USD"}`,
		`{"amount":"1.005","currencyCode":"USD"}`, `{"amount":".5","currencyCode":"USD"}`, `{"amount":"1.","currencyCode":"USD"}`,
		`{"amount":true,"currencyCode":"USD"}`, `{"amount":"1080.00","currencyCode":"JPY"}`, `{"amount":"1","currencyCode":"XXX"}`,
		`{"amount":"1","currencyCode":"usd"}`, `{"amount":"150000.01","currencyCode":"USD"}`, `{"amount":"10000001","currencyCode":"JPY"}`,
		`{"amount":"9999999999999999999","currencyCode":"USD"}`, `"14.00"`, `14`,
	} {
		assert.Equal(t, "InvalidParameterValue", update(price).reason, price)
	}
	for _, price := range []string{`{"currencyCode":"USD"}`, `{"amount":"","currencyCode":"USD"}`, `{"amount":null,"currencyCode":"USD"}`, `{"amount":"1"}`} {
		assert.Equal(t, "MissingParameterValue", update(price).reason, price)
	}
}

func TestLiveWantsHTTPS(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	m := s.Description().Merchants[0]
	c := newClient(t, s, 0).withKey(m.KeyIDs.Live, m.PrivateKeyPEM)
	session := object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": "http://shop.example/"}, "storeId": m.StoreID}
	c.post("/checkoutSessions", session).refused(t, 400, "InvalidParameterValue")
}
