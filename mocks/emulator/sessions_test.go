package emulator_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// What the buyer approved is what they saw: a change of what is to be paid takes the approval
// back, another change does not.
func TestChangesAfterTheApproval(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	monthly := object{"frequency": object{"unit": "Month", "value": "1"}}
	tests := []struct {
		name    string
		change  object
		refused bool
	}{
		{"the amount", object{"paymentDetails": object{"totalOrderAmount": usd("60")}}, true},
		{"the subscription", object{"recurringMetadata": monthly}, true},
		{"the type", object{"chargePermissionType": "PaymentMethodOnFile"}, true},
		{"the order's number", object{"merchantMetadata": object{"merchantReferenceId": "7"}}, false},
		{"the result page", object{"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/"}}, false},
	}
	for _, tt := range tests {
		id := c.newApproved("Authorize", "50")
		c.patch("/checkoutSessions/"+id, tt.change).must(t, 200)
		body := object{"chargeAmount": usd("50")}
		if tt.name == "the amount" {
			body["totalOrderAmount"] = usd("60")
		}
		a := c.post("/checkoutSessions/"+id+"/complete", body)
		if tt.refused {
			assert.Equal(t, "InvalidCheckoutSessionStatus", a.reason, tt.name+a.raw)
			require.NoError(t, c.server.Buyer().Approve(id))
			a = c.post("/checkoutSessions/"+id+"/complete", body)
		}
		assert.Equal(t, 200, a.status, tt.name+a.raw)
	}
}

// A session that is over shows its ids, its state and when it began.
func TestWhatIsLeftOfASession(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	begin := func() string {
		id := c.newSession("Authorize", "50")
		c.patch("/checkoutSessions/"+id, object{
			"merchantMetadata": object{"merchantReferenceId": "7"}, "supplementaryData": "x", "platformId": "P",
		}).must(t, 200)
		require.NoError(t, s.Buyer().Approve(id))
		return id
	}
	left := []string{"checkoutSessionId", "creationTimestamp", "statusDetails"}
	done, given := begin(), begin()
	completed := c.post("/checkoutSessions/"+done+"/complete", object{"chargeAmount": usd("50")}).must(t, 200)
	require.NoError(t, s.Buyer().Abandon(given))
	for _, a := range []answer{completed, c.get("/checkoutSessions/" + done), c.get("/checkoutSessions/" + given)} {
		names := left
		if a.at("statusDetails", "state") == "Completed" {
			names = append([]string{"chargeId", "chargePermissionId"}, left...)
		}
		assert.ElementsMatch(t, names, a.filled())
		assert.Equal(t, theSDKsOrder, a.order(t))
	}
}

// theSDKsOrder is what webStoreClientTest.js of the official Node SDK 2.3.4 compares a session's
// members with.
var theSDKsOrder = strings.Fields(`checkoutSessionId webCheckoutDetails productType paymentDetails chargePermissionType orderType recurringMetadata
	paymentMethodOnFileMetadata merchantDetails merchantMetadata supplementaryData buyer billingAddress paymentPreferences statusDetails
	shippingAddress platformId chargePermissionId chargeId constraints creationTimestamp expirationTimestamp storeId providerMetadata
	releaseEnvironment checkoutButtonText deliverySpecifications tokens`)

// filled returns the names of the members that are not null.
func (a answer) filled() (names []string) {
	for name, value := range a.body {
		if value != nil {
			names = append(names, name)
		}
	}
	return names
}

// order returns the names of the members as they were sent.
func (a answer) order(tb testing.TB) (names []string) {
	tb.Helper()
	d := json.NewDecoder(strings.NewReader(a.raw))
	_, err := d.Token()
	require.NoError(tb, err)
	for d.More() {
		name, err := d.Token()
		require.NoError(tb, err)
		text, _ := name.(string)
		names = append(names, text)
		var value json.RawMessage
		require.NoError(tb, d.Decode(&value))
	}
	return names
}

// Absent is absent: what only some sessions have, the others lack, null or not. The official .NET
// SDK casts shippingAddressList to an array wherever it is there.
func TestMembersOfASession(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	const web = `"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/","checkoutResultReturnUrl":"https://shop.example/"}`
	for name, row := range map[string]struct {
		with string
		more []string // behind the others
	}{
		"plain":         {``, nil},
		"on file":       {`,"chargePermissionType":"PaymentMethodOnFile","paymentMethodOnFileMetadata":{"setupOnly":false}`, nil},
		"multi-address": {`,"multiAddressesCheckoutMetadata":[{"addressId":"amzn1.address.EMULATED0001","price":{"amount":"5","currencyCode":"USD"}}]`, []string{"multiAddressesCheckoutMetadata", "shippingAddressList"}},
		"no addresses":  {`,"multiAddressesCheckoutMetadata":[]`, []string{"multiAddressesCheckoutMetadata"}},
		"of a channel":  {`,"channelType":"Web","processorSpecifications":{"name":"gmopg"}`, []string{"channelType"}},
	} {
		made := c.post("/checkoutSessions", `{`+web+`,"storeId":"`+c.store()+`","paymentDetails":{"paymentIntent":"Confirm","chargeAmount":{"amount":"5","currencyCode":"USD"}}`+row.with+`}`).must(t, 201)
		id := made.text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().Approve(id))
		open := c.get("/checkoutSessions/" + id)
		assert.Equal(t, append(slices.Clone(theSDKsOrder), row.more...), open.order(t), name)
		for _, member := range row.more {
			assert.NotNil(t, open.body[member], member)
		}
		completed := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("5")}).must(t, 200)
		assert.Equal(t, theSDKsOrder, completed.order(t), name)
		assert.Equal(t, theSDKsOrder, c.get("/checkoutSessions/"+id).order(t), name)
	}
}

// Answers have the members, and the nulls, of those that shops have logged.
func TestRecordedAnswers(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	recorded := func(name string) (o object) {
		text, err := os.ReadFile("testdata/answers/" + name)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &o))
		return o
	}
	like := func(want object, got answer) {
		for name, value := range want {
			given, there := got.body[name]
			assert.True(t, there, name)
			assert.Equal(t, value == nil, given == nil, name)
			if inner, ok := value.(object); ok {
				shown, _ := given.(object)
				assert.ElementsMatch(t, slices.Collect(maps.Keys(inner)), slices.Collect(maps.Keys(shown)), name)
			}
		}
	}
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(), "platformId": "A1EXAMPLE",
	}).must(t, 201).text(t, "checkoutSessionId")
	require.NoError(t, s.Buyer().SignIn(id))
	open := c.get("/checkoutSessions/" + id)
	like(recorded("session-open-with-buyer.json"), open)
	assert.Equal(t, recorded("session-open-with-buyer.json")["constraints"], open.body["constraints"])

	id = c.newSession("AuthorizeWithCapture", "5")
	require.NoError(t, s.Buyer().Approve(id))
	like(recorded("session-completed.json"), c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("5")}).must(t, 200))

	p := c.newRecurring("Confirm", usd("5"))
	like(recorded("permission-recurring-month.json"), c.get("/chargePermissions/"+p))
}

// Delivery specifications are those of an open session, too.
func TestSpecificationsOfASession(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails":             object{"checkoutReviewReturnUrl": "https://shop.example/"},
		"storeId":                        c.store(),
		"deliverySpecifications":         object{"specialRestrictions": []string{"RestrictPOBoxes"}},
		"multiAddressesCheckoutMetadata": []any{object{"addressId": "a"}},
	}).must(t, 201).text(t, "checkoutSessionId")
	names := []string{"deliverySpecifications", "multiAddressesCheckoutMetadata"}
	open := c.get("/checkoutSessions/" + id)
	require.NoError(t, s.Buyer().Abandon(id))
	over := c.get("/checkoutSessions/" + id)
	for _, name := range names {
		assert.NotNil(t, open.body[name], name)
		assert.Nil(t, over.body[name], name)
	}
}

// The buyer pays in the currency of the amount, once there is one.
func TestPresentmentCurrency(t *testing.T) {
	t.Parallel()
	for region, row := range map[string]struct{ ledger, first, then string }{
		"na": {"USD", "USD", "USD"}, "eu": {"EUR", "CHF", "GBP"}, "jp": {"JPY", "JPY", "JPY"},
	} {
		s := emulator.Start(t, emulator.WithRegion(region))
		c := newClient(t, s, 0)
		begin := func(payment object) answer {
			return c.post("/checkoutSessions", object{
				"webCheckoutDetails":          object{"checkoutResultReturnUrl": "https://shop.example/"},
				"storeId":                     c.store(),
				"chargePermissionType":        "PaymentMethodOnFile",
				"paymentMethodOnFileMetadata": object{"setupOnly": true},
				"paymentDetails":              payment,
			}).must(t, 201)
		}
		a := begin(object{"paymentIntent": "Confirm", "presentmentCurrency": row.first})
		assert.Equal(t, row.first, a.at("paymentDetails", "presentmentCurrency"))
		id := a.text(t, "checkoutSessionId")
		pounds := object{"amount": "5", "currencyCode": row.then}
		a = c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"chargeAmount": pounds}}).must(t, 200)
		assert.Equal(t, row.then, a.at("paymentDetails", "presentmentCurrency"))
		require.NoError(t, s.Buyer().Approve(id))
		done := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": pounds}).must(t, 200)
		assert.Equal(t, row.then, c.get("/chargePermissions/" + done.text(t, "chargePermissionId")).body["presentmentCurrency"])

		id = begin(object{"paymentIntent": "Confirm"}).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().Approve(id))
		done = c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200)
		assert.Equal(t, row.ledger, c.get("/chargePermissions/" + done.text(t, "chargePermissionId")).body["presentmentCurrency"])
	}
}

// Where nothing is shipped the billing address is all the address that there is.
func TestPayOnly(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for product, shown := range map[string][2]any{"PayOnly": {nil, "Chicago"}, "PayAndShip": {"Chicago", nil}} {
		payload := c.shopPayload()
		payload["paymentDetails"] = object{"paymentIntent": "Confirm", "chargeAmount": usd("5")}
		id := c.click(product, payload)
		c.visit("/checkout/signin", step(id, "buyer", "0"))
		page := c.visit("/checkout/review?"+step(id).Encode(), nil)
		assert.Equal(t, product == "PayAndShip", page.status == 200 && strings.Contains(page.text, "Deliver to"), product)
		session := c.get("/checkoutSessions/"+id).must(t, 200)
		assert.Equal(t, product, session.body["productType"])
		done := c.post("/checkoutSessions/"+id+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("5")}).must(t, 200)
		permission := c.get("/chargePermissions/" + done.text(t, "chargePermissionId"))
		for _, a := range []answer{session, permission} {
			assert.Equal(t, shown[0], a.at("shippingAddress", "city"), product)
			assert.Equal(t, shown[1], a.at("billingAddress", "city"), product)
		}
		if product == "PayOnly" {
			other := c.click(product, payload)
			require.NoError(t, c.server.Buyer().SignIn(other))
			require.ErrorContains(t, c.server.Buyer().ChangeAddress(other, emulator.Address{CountryCode: "US"}), "the shop gave it, or nothing is shipped")
		}
	}
}
