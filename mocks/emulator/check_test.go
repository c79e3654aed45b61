package emulator_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestBodies(t *testing.T) {
	t.Parallel()
	ours := newClient(t, emulator.Start(t), 0)
	others := *ours
	others.agent = "another/1"
	const web = `"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/"}`
	store := `"storeId":"` + ours.store() + `"`
	tests := []struct {
		body   string
		reason string // ok: none
		names  string // what the message has
		strict string // the member that our own client must not send so
	}{
		{`{` + web + `,` + store + `}`, "ok", "", ""},
		{`{` + web + `,` + store + `,"platformId":null,"merchantMetadata":{"noteToBuyer":null}}`, "ok", "", "platformId"},
		{``, "MissingParameterValue", "storeId", ""},
		{`{}`, "MissingParameterValue", "storeId", ""},
		{`{` + web + `,"storeId":""}`, "MissingParameterValue", "storeId", ""},
		{`{` + web + `,"storeId":null}`, "MissingParameterValue", "storeId", "storeId"},
		{`{` + web + `,"storeId":7}`, "InvalidParameterValue", "storeId", ""},
		{`{` + web + `,"storeId":"another"}`, "InvalidParameterValue", "storeId", ""},
		{`{"webCheckoutDetails":{},` + store + `}`, "MissingParameterValue", "webCheckoutDetails.checkoutReviewReturnUrl", ""},
		{`{"webCheckoutDetails":[],` + store + `}`, "InvalidParameterValue", "webCheckoutDetails", ""},
		{`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"shop.example"},` + store + `}`, "InvalidParameterValue", "webCheckoutDetails.checkoutReviewReturnUrl", ""},
		{`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"http://localhost/"},` + store + `}`, "ok", "", ""},
		{`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/` + strings.Repeat("x", 512) + `"},` + store + `}`, "InvalidParameterValue", "512", ""},
		{`{"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/","checkoutMode":"ProcessOrder"},` + store + `}`, "MissingParameterValue", "paymentDetails.paymentIntent", ""},

		{`{` + web + `,` + store + `,"colour":"red"}`, "UnrecognizedField", "colour", ""},
		{`{` + web + `,` + store + `,"platformid":"A"}`, "UnrecognizedField", "platformid", ""},
		{`{` + web + `,` + store + `,"merchantMetadata":{"note":"x"}}`, "UnrecognizedField", "merchantMetadata.note", ""},
		{`{` + web + `,` + store + `,"paymentDetails":{"chargeAmount":{"amount":"1","currency":"USD"}}}`, "UnrecognizedField", "paymentDetails.chargeAmount.currency", ""},
		{`{` + web + `,` + store + `,"merchantMetadata":{"merchantStoreName":"` + strings.Repeat("x", 51) + `"}}`, "InvalidParameterValue", "50", ""},
		{`{` + web + `,` + store + `,"paymentDetails":{"softDescriptor":"` + strings.Repeat("x", 17) + `"}}`, "InvalidParameterValue", "16", ""},
		{`{` + web + `,` + store + `,"scopes":["name","shoeSize"]}`, "InvalidParameterValue", "scopes[]", ""},
		{`{` + web + `,` + store + `,"scopes":"name"}`, "InvalidParameterValue", "scopes", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring"}`, "MissingParameterValue", "recurringMetadata", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month","value":"1"},"amount":{"amount":30,"currencyCode":"USD"}}}`, "ok", "", "recurringMetadata.amount.amount"},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month","value":2}}}`, "ok", "", "recurringMetadata.frequency.value"},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Variable","value":"0"},"amount":{"amount":"0","currencyCode":"USD"}}}`, "ok", "", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month","value":"-1"}}}`, "InvalidParameterValue", "recurringMetadata.frequency.value", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Day","value":"999999999"}}}`, "ok", "", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Day","value":"1000000000"}}}`, "InvalidParameterValue", "recurringMetadata.frequency.value", ""},
		{`{` + web + `,` + store + `,"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month","value":"00000000000000000001"}}}`, "InvalidParameterValue", "recurringMetadata.frequency.value", ""},
		{`{` + web + `,` + store + `,"deliverySpecifications":{"specialRestrictions":["RestrictPOBoxes"],"addressRestrictions":{"type":"Allowed","restrictions":{"US":{"statesOrRegions":["WA"],"zipCodes":["98*"]},"GB":{}}}}}`, "ok", "", ""},
		{`{` + web + `,` + store + `,"deliverySpecifications":{"addressRestrictions":{"type":"Allowed","restrictions":{"GB":null,"US":{"zipCodes":null}}}}}`, "ok", "", "deliverySpecifications.addressRestrictions.restrictions.GB"},
		{`{` + web + `,` + store + `,"deliverySpecifications":{"addressRestrictions":{"type":"Allowed","restrictions":{"US":{"cities":[]}}}}}`, "UnrecognizedField", "restrictions.US.cities", ""},
		{`{` + web + `,` + store + `,"paymentDetails":{"canHandlePendingAuthorization":"false"}}`, "ok", "", "paymentDetails.canHandlePendingAuthorization"},
		{`{` + web + `,` + store + `,"paymentDetails":{"canHandlePendingAuthorization":"no"}}`, "InvalidParameterValue", "canHandlePendingAuthorization", ""},
		{`{` + web + `,` + store + `,"paymentDetails":{"chargeAmount":{"amount":"5","currencyCode":"USD"},"totalOrderAmount":{"amount":"4","currencyCode":"USD"}}}`, "InvalidParameterValue", "totalOrderAmount", ""},
		{`{` + web + `,` + store + `,"paymentDetails":{"chargeAmount":{"amount":"5","currencyCode":"USD"},"totalOrderAmount":{"amount":"5","currencyCode":"EUR"}}}`, "CurrencyMismatch", "totalOrderAmount", ""},
		{`{` + web + `,` + store + `,"chargePermissionId":"B01-0000000-0000000"}`, "InvalidParameterValue", "chargePermissionId", ""},

		{`[]`, "InvalidRequestFormat", "", ""},
		{`null`, "InvalidRequestFormat", "", ""},
		{`{"storeId":`, "InvalidRequestFormat", "", ""},
		{`{"storeId" "x"}`, "InvalidRequestFormat", "", ""},
		{`{} {}`, "InvalidRequestFormat", "", ""},
		{`{"storeId":"a","storeId":"b"}`, "InvalidRequestFormat", "storeId", ""},
		{"{\"storeId\":\"\xff\"}", "InvalidRequestFormat", "UTF-8", ""},
		{strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40), "InvalidRequestFormat", "deep", ""},
		{`"` + strings.Repeat("x", 1<<20) + `"`, "InvalidRequest", "1048576", ""},
	}
	for _, tt := range tests {
		for _, c := range []*client{ours, &others} {
			reason, names := tt.reason, tt.names
			if c == ours && tt.strict != "" {
				reason, names = "InvalidParameterValue", "The member "+tt.strict+" "
			}
			a := c.post("/checkoutSessions", tt.body)
			if reason == "ok" {
				a.must(t, 201)
				continue
			}
			assert.Equal(t, reason, a.reason, tt.body[:min(len(tt.body), 200)]+a.raw)
			assert.Contains(t, a.body["message"], names)
		}
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	c.agent = "another/1"
	id := c.newSession("Confirm", "1")
	update := func(price string) answer {
		return c.patch("/checkoutSessions/"+id, `{"paymentDetails":{"chargeAmount":`+price+`}}`)
	}
	for sent, shown := range map[string]string{
		`"14.00"`: "14.00", `"14"`: "14.00", `"14.5"`: "14.50", `50`: "50.00", `0.01`: "0.01", `"150000.00"`: "150000.00", `"007"`: "7.00",
		`"475.4500"`: "475.45", `475.4500`: "475.45", `"14.00000000"`: "14.00", `"0.0100"`: "0.01",
	} {
		a := update(`{"amount":`+sent+`,"currencyCode":"USD"}`).must(t, 200)
		assert.Equal(t, shown, a.at("paymentDetails", "chargeAmount", "amount"), sent)
	}
	jp := newClient(t, emulator.Start(t, emulator.WithRegion("jp")), 0)
	jp.agent = c.agent
	yen := func(amount string) answer {
		return jp.post("/checkoutSessions", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/"},"storeId":"`+jp.store()+
			`","paymentDetails":{"chargeAmount":{"amount":`+amount+`,"currencyCode":"JPY"}}}`)
	}
	for _, amount := range []string{`"1080"`, `1080`, `"1080.0000"`, `1080.00`} {
		assert.Equal(t, "1080", yen(amount).must(t, 201).at("paymentDetails", "chargeAmount", "amount"), amount)
	}
	for _, amount := range []string{`"1080.5"`, `"1080.0001"`, `"1080."`, `"0.0000"`} {
		assert.Equal(t, "InvalidParameterValue", yen(amount).reason, amount)
	}
	for _, price := range []string{
		`{"amount":"1,5","currencyCode":"USD"}`, `{"amount":"1e3","currencyCode":"USD"}`, `{"amount":1e3,"currencyCode":"USD"}`,
		`{"amount":"NaN","currencyCode":"USD"}`, `{"amount":" 1","currencyCode":"USD"}`, `{"amount":"-1","currencyCode":"USD"}`,
		`{"amount":"1.005","currencyCode":"USD"}`, `{"amount":".5","currencyCode":"USD"}`, `{"amount":"1.","currencyCode":"USD"}`,
		`{"amount":true,"currencyCode":"USD"}`, `{"amount":"475.4510","currencyCode":"USD"}`, `{"amount":"1.00x","currencyCode":"USD"}`, `{"amount":"1","currencyCode":"XXX"}`,
		`{"amount":"1","currencyCode":"usd"}`, `{"amount":"150000.01","currencyCode":"USD"}`, `{"amount":"10000001","currencyCode":"JPY"}`,
		`{"amount":"0","currencyCode":"USD"}`, `{"amount":0.00,"currencyCode":"USD"}`, `{"amount":"0","currencyCode":"JPY"}`,
		`{"amount":"9999999999999999999","currencyCode":"USD"}`, `{"amount":"10000000000000","currencyCode":"USD"}`, `"14.00"`, `14`,
	} {
		assert.Equal(t, "InvalidParameterValue", update(price).reason, price)
	}
	for _, price := range []string{`{"currencyCode":"USD"}`, `{"amount":"","currencyCode":"USD"}`, `{"amount":null,"currencyCode":"USD"}`, `{"amount":"1"}`} {
		assert.Equal(t, "MissingParameterValue", update(price).reason, price)
	}
}

// What our own client must not send, though others do, each a member that is named.
func TestStrictBodies(t *testing.T) {
	t.Parallel()
	charge := func(c *client, more string) (string, string, string) {
		_, p := c.newCharge("Confirm", "50")
		return "POST", "/charges", `{"chargePermissionId":"` + p + `","chargeAmount":{"amount":"5","currencyCode":"USD"}` + more + `}`
	}
	update := func(c *client, body string) (string, string, string) {
		return "PATCH", "/checkoutSessions/" + c.newSession("Authorize", "50"), body
	}
	tests := []struct {
		name    string
		request func(c *client) (method, path, body string)
		member  string // refused of ours; none: taken
	}{
		{"captureNow as a text", func(c *client) (string, string, string) { return charge(c, `,"captureNow":"true"`) }, "captureNow"},
		{"null", func(c *client) (string, string, string) { return charge(c, `,"platformId":null`) }, "platformId"},
		{"null of an unknown member", func(c *client) (string, string, string) { return charge(c, `,"colour":null`) }, "colour"},
		{"null within an object", func(c *client) (string, string, string) {
			return update(c, `{"paymentDetails":{"chargeAmount":{"amount":"5","currencyCode":"USD"},"softDescriptor":null}}`)
		}, "paymentDetails.softDescriptor"},
		{"a number", func(c *client) (string, string, string) {
			return update(c, `{"paymentDetails":{"chargeAmount":{"amount":5,"currencyCode":"USD"}}}`)
		}, "paymentDetails.chargeAmount.amount"},
		{"a null amount", func(*client) (string, string, string) {
			return "POST", "/refunds", `{"chargeId":"x","refundAmount":{"amount":null,"currencyCode":"USD"}}`
		}, "refundAmount.amount"},
		{"a descriptor without captureNow", func(c *client) (string, string, string) { return charge(c, `,"softDescriptor":"shop"`) }, "softDescriptor"},
		{"a descriptor with captureNow false", func(c *client) (string, string, string) {
			return charge(c, `,"softDescriptor":"shop","captureNow":false`)
		}, "softDescriptor"},
		{"a descriptor with captureNow", func(c *client) (string, string, string) {
			return charge(c, `,"softDescriptor":"shop","captureNow":true`)
		}, ""},
		{"a session's descriptor with Authorize", func(c *client) (string, string, string) {
			return update(c, `{"paymentDetails":{"softDescriptor":"shop"}}`)
		}, "paymentDetails.softDescriptor"},
		{"a session's descriptor with AuthorizeWithCapture", func(c *client) (string, string, string) {
			return update(c, `{"paymentDetails":{"softDescriptor":"shop","paymentIntent":"AuthorizeWithCapture"}}`)
		}, ""},
	}
	c := newClient(t, emulator.Start(t), 0)
	others := *c
	others.agent = "another/1"
	for _, tt := range tests {
		method, path, body := tt.request(c)
		a := c.call(method, path, body)
		if tt.member == "" {
			assert.Equal(t, 2, a.status/100, tt.name+a.raw)
		} else {
			assert.Equal(t, "InvalidParameterValue", a.reason, tt.name+a.raw)
			assert.Contains(t, a.body["message"], "The member "+tt.member+" ", tt.name)
		}
		assert.NotEqual(t, "InvalidParameterValue", others.call(tt.request(&others)).reason, tt.name)
	}
}

// put sets a member, deep within an object, or removes it with nothing.
func (c *client) put(o object, path string, value any) {
	c.tb.Helper()
	names := strings.Split(path, ".")
	last := len(names) - 1
	for _, name := range names[:last] {
		inner, ok := o[name].(object)
		require.True(c.tb, ok, path)
		o = inner
	}
	if o[names[last]] = value; value == absent {
		delete(o, names[last])
	}
}

const absent = "\x00"

// None of what others may send otherwise is taken of this SDK: a dozen members, each changed in one
// way.
func TestNothingOfOursIsTakenMoreLeniently(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	others := *c
	others.agent = "another/1"
	right := func() object {
		o := c.paying(american())
		c.put(o, "webCheckoutDetails.checkoutErrorUrl", "https://shop.example/error")
		c.put(o, "paymentDetails.canHandlePendingAuthorization", true)
		c.put(o, "chargePermissionType", "Recurring")
		c.put(o, "recurringMetadata", object{"frequency": object{"unit": "Month", "value": "1"}, "amount": usd("5.00")})
		c.put(o, "merchantMetadata", object{"merchantStoreName": "shop"})
		c.put(o, "scopes", []any{"name"})
		c.put(o, "deliverySpecifications", object{
			"addressRestrictions": object{"type": "Allowed", "restrictions": object{"US": object{"except": object{"zipCodes": []any{"1*"}}}}},
		})
		return o
	}
	c.post("/checkoutSessions", right()).must(t, 201)
	for _, row := range []struct {
		member string
		value  any
		others bool // are taken
	}{
		{"paymentDetails.chargeAmount.amount", "5.0000", true},
		{"recurringMetadata.amount.amount", json.Number("5.00"), true},
		{"paymentDetails.canHandlePendingAuthorization", "true", true},
		{"recurringMetadata.frequency.value", 1, true},
		{"platformId", nil, true},
		{"addressDetails.name", strings.Repeat("%20x", 25), true},
		{"addressDetails.stateOrRegion", absent, false},
		{"merchantMetadata.merchantStoreName", strings.Repeat("店", 51), false},
		{"webCheckoutDetails.checkoutErrorUrl", 7, false},
		{"scopes", []any{"shoeSize"}, false},
		{"storeId", "another", false},
		{"deliverySpecifications.addressRestrictions.restrictions.US.except.zipCodes", "1*", false},
	} {
		o := right()
		c.put(o, row.member, row.value)
		a := c.post("/checkoutSessions", o)
		assert.Equal(t, 400, a.status, row.member)
		assert.Contains(t, a.body["message"], "The member "+row.member, row.member)
		assert.Equal(t, row.others, others.post("/checkoutSessions", o).status == 201, row.member)
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

// Limits count characters, whatever number of bytes they take, of this SDK's requests and of
// others'.
func TestLengthsAreInCharacters(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/reports/lengths-in-characters.json")
	require.NoError(t, err)
	var given object
	require.NoError(t, json.Unmarshal(text, &given))
	s := emulator.Start(t, emulator.WithRegion("jp"))
	for _, agent := range []string{"amazon-pay-sdk-go/0.1", "another/1"} {
		c := newClient(t, s, 0)
		c.agent = agent
		session := func(metadata any) answer {
			return c.post("/checkoutSessions", object{
				"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(), "merchantMetadata": metadata,
			})
		}
		id := session(given["merchantMetadata"]).must(t, 201).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().SignIn(id))
		c.post("/checkoutSessions/"+id+"/finalize", object{
			"paymentIntent": "Confirm", "chargeAmount": priceIn("JPY", "5"), "shippingAddress": given["shippingAddress"],
		}).must(t, 200)
		for member, most := range map[string]int{"merchantStoreName": 50, "noteToBuyer": 255, "merchantReferenceId": 256, "customInformation": 4096} {
			for _, letter := range []string{"x", "é", "店", "😀"} {
				session(object{member: strings.Repeat(letter, most)}).must(t, 201)
				a := session(object{member: strings.Repeat(letter, most+1)}).refused(t, 400, "InvalidParameterValue")
				assert.Contains(t, a.body["message"], "characters length is ")
			}
		}
	}
}
