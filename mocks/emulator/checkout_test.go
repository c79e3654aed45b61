package emulator_test

import (
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

const sessionParameter = "amazonCheckoutSessionId"

// page is what a browser without scripts gets, which follows nothing by itself.
type page struct {
	status int
	header http.Header
	raw    string
	text   string // with &lt; and the like read
	to     string // where it is sent on
}

// visit asks for a page, or sends a form to it.
func (c *client) visit(path string, form url.Values) page {
	c.tb.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	if !strings.Contains(path, "://") {
		path = c.base + path
	}
	r, err := http.NewRequestWithContext(c.tb.Context(), method, path, strings.NewReader(body))
	require.NoError(c.tb, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := c.server.RoundTripper().RoundTrip(r)
	require.NoError(c.tb, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(c.tb, err)
	return page{res.StatusCode, res.Header, string(raw), html.UnescapeString(string(raw)), res.Header.Get("Location")}
}

// step is a form of a session's page, with pairs of names and values.
func step(id string, pairs ...string) url.Values {
	form := url.Values{sessionParameter: {id}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// button is what checkout.js sends for a click on a right button.
func (c *client) button(product string, payload object) url.Values {
	c.tb.Helper()
	text, err := json.Marshal(payload)
	require.NoError(c.tb, err)
	signature, err := c.signer.SignPayload(text)
	require.NoError(c.tb, err)
	return url.Values{
		"region": {c.region}, "merchantId": {c.server.Description().Merchants[0].MerchantID}, "publicKeyId": {c.signer.PublicKeyID()},
		"ledgerCurrency": {"USD"}, "sandbox": {"true"}, "productType": {product}, "payloadJSON": {string(text)},
		"signature": {signature}, "algorithm": {"AMZN-PAY-RSASSA-PSS-V2"},
	}
}

// shopPayload is that of a shop with a review page of its own.
func (c *client) shopPayload() object {
	return object{
		"webCheckoutDetails": object{
			"checkoutReviewReturnUrl": "https://shop.example/review?cart=7&note=a%20b", "checkoutCancelUrl": "https://shop.example/cancel",
		},
		"storeId": c.store(),
	}
}

// click starts a checkout, and returns its session.
func (c *client) click(product string, payload object) string {
	c.tb.Helper()
	p := c.visit("/checkout/start", c.button(product, payload))
	require.Equal(c.tb, http.StatusSeeOther, p.status, p.text)
	to, err := url.Parse(p.to)
	require.NoError(c.tb, err)
	require.Equal(c.tb, "/checkout/signin", to.Path)
	return to.Query().Get(sessionParameter)
}

// verdict is what checkout.js is told of a button.
type verdict struct {
	Wrong  string   `json:"wrong"`
	Detail []string `json:"detail"`
}

func (c *client) checked(form url.Values) (v verdict) {
	c.tb.Helper()
	p := c.visit("/checkout/check", form)
	require.Equal(c.tb, http.StatusOK, p.status)
	assert.Equal(c.tb, "*", p.header.Get("Access-Control-Allow-Origin"))
	require.NoError(c.tb, json.Unmarshal([]byte(p.raw), &v))
	return v
}

// sessions are those that the window shows.
func (c *client) sessions() []any { return c.shown("sessions") }

// shown is a part of what the window shows.
func (c *client) shown(part string) []any {
	c.tb.Helper()
	r, err := http.NewRequestWithContext(c.tb.Context(), http.MethodGet, c.server.Description().BaseURL+"/_emulator/state", nil)
	require.NoError(c.tb, err)
	r.Header.Set("Authorization", "Bearer "+c.server.Description().ControlToken)
	a, err := c.send(r)
	require.NoError(c.tb, err)
	list, _ := a.must(c.tb, http.StatusOK).body[part].([]any)
	return list
}

func TestFromTheButtonToTheShop(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.click("PayAndShip", c.shopPayload())
	assert.Contains(t, c.visit("/checkout/signin?"+step(id).Encode(), nil).text, "Susie Smith")
	p := c.visit("/checkout/review?"+step(id).Encode(), nil)
	assert.Contains(t, p.text, "Who are you?", "who has not signed in does so first")

	p = c.visit("/checkout/signin", step(id, "do", "continue", "buyer", "7"))
	assert.Equal(t, http.StatusUnprocessableEntity, p.status, "there is no such buyer")
	p = c.visit("/checkout/signin", step(id, "do", "continue", "buyer", "0"))
	assert.Equal(t, http.StatusSeeOther, p.status, p.text)
	assert.Equal(t, "/checkout/review?"+step(id).Encode(), p.to)
	p = c.visit(p.to, nil)
	assert.Equal(t, http.StatusOK, p.status)
	assert.Contains(t, p.text, "10 Ditka Ave")

	p = c.visit("/checkout/review", step(id, "do", "continue", "address", "2", "card", "4444"))
	assert.Equal(t, http.StatusSeeOther, p.status, p.text)
	assert.Equal(t, "https://shop.example/review?cart=7&note=a%20b&"+step(id).Encode(), p.to, "what is there stays")
	shown := c.get("/checkoutSessions/"+id).must(t, http.StatusOK)
	assert.Equal(t, "Toronto", shown.at("shippingAddress", "city"))
	assert.Equal(t, []any{object{"paymentDescriptor": "MasterCard ****4444 (Amazon Pay)"}}, shown.body["paymentPreferences"])
	assert.Equal(t, "PayAndShip", shown.body["productType"])

	c.patch("/checkoutSessions/"+id, object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"},
		"paymentDetails":     object{"paymentIntent": "Authorize", "chargeAmount": usd("50")},
	}).must(t, http.StatusOK)
	p = c.visit("/checkout/processing", step(id, "do", "approve"))
	assert.Equal(t, "https://shop.example/result?"+step(id).Encode(), p.to)
	assert.Contains(t, c.visit("/checkout/processing?"+step(id).Encode(), nil).text, "You have approved")
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(t, http.StatusOK)
}

// A wrong button says what is wrong with it, and makes nothing.
func TestWrongButtons(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	other := c.server.Description().Merchants[1]
	foreign := c.shopPayload()
	foreign["storeId"] = other.StoreID
	odd := c.shopPayload()
	odd["colour"] = "red"
	tests := []struct {
		name   string
		form   url.Values
		change url.Values
		status int
		reason string
	}{
		{"another payload", c.button("PayAndShip", c.shopPayload()), url.Values{"payloadJSON": {`{"storeId":"x"}`}}, 403, "The signature does not match this key and payload."},
		{"a space more", c.button("PayAndShip", c.shopPayload()), url.Values{"payloadJSON": {c.button("PayAndShip", c.shopPayload()).Get("payloadJSON") + " "}}, 403, "The signature does not match this key and payload."},
		{"another algorithm", c.button("PayAndShip", c.shopPayload()), url.Values{"algorithm": {"AMZN-PAY-RSASSA-PSS"}}, 403, "the signature is right for the algorithm AMZN-PAY-RSASSA-PSS-V2"},
		{"no algorithm, which is the old one", c.button("PayAndShip", c.shopPayload()), url.Values{"algorithm": nil}, 403, "the signature is right for the algorithm AMZN-PAY-RSASSA-PSS-V2"},
		{"an unknown algorithm", c.button("PayAndShip", c.shopPayload()), url.Values{"algorithm": {"RSA"}}, 403, "The algorithm is not one of this service."},
		{"an unknown algorithm, named", c.button("PayAndShip", c.shopPayload()), url.Values{"algorithm": {"RSA"}}, 403, "algorithm: RSA"},
		{"an unknown algorithm, explained", c.button("PayAndShip", c.shopPayload()), url.Values{"algorithm": {"RSA"}}, 403, "the signature is right for the algorithm AMZN-PAY-RSASSA-PSS-V2"},
		{"an unknown key", c.button("PayAndShip", c.shopPayload()), url.Values{"publicKeyId": {"SANDBOX-X"}}, 403, "The publicKeyId is not one of this emulator's."},
		{"another merchant's key", c.button("PayAndShip", c.shopPayload()), url.Values{"publicKeyId": {other.KeyIDs.Sandbox}, "merchantId": {other.MerchantID}}, 403, "The signature does not match this key and payload."},
		{"another merchant", c.button("PayAndShip", c.shopPayload()), url.Values{"merchantId": {other.MerchantID}}, 403, "The merchantId does not belong to the publicKeyId."},
		{"an unknown product", c.button("PayLater", c.shopPayload()), nil, 403, "productType is not one of PayAndShip, PayOnly, SignIn, PayAndShipMultiAddress, Donation."},
		{"no signature", c.button("PayAndShip", c.shopPayload()), url.Values{"signature": nil}, 403, "The signature does not match this key and payload."},
		{"no region", c.button("PayAndShip", c.shopPayload()), url.Values{"region": nil}, 403, "The form does not come from this emulator's checkout.js."},
		{"another merchant's store", c.button("PayAndShip", foreign), nil, 400, "reason code: InvalidParameterValue"},
		{"an unknown member", c.button("PayAndShip", odd), nil, 400, "reason code: UnrecognizedField"},
		{"a sign-in without a page to return to", c.button("SignIn", object{"storeId": c.store()}), nil, 400, "reason code: MissingParameterValue"},
		{"a sign-in with a checkout's payload", c.button("SignIn", c.shopPayload()), nil, 400, "The member webCheckoutDetails is not known here."},
		{"a sign-in at another merchant's store", c.button("SignIn", object{"storeId": other.StoreID, "signInReturnUrl": "https://shop.example/"}), nil, 400, "reason code: InvalidParameterValue"},
	}
	for _, tt := range tests {
		maps.Copy(tt.form, tt.change)
		p := c.visit("/checkout/start", tt.form)
		assert.Equal(t, tt.status, p.status, "%s: %s", tt.name, p.text)
		assert.Contains(t, p.text, "This button does not work", tt.name)
		assert.Contains(t, p.text, tt.reason, tt.name)
		// The script is told of all that, before anyone clicks, and the window shows it.
		checked := c.checked(tt.form)
		assert.NotEmpty(t, checked.Wrong, tt.name)
		assert.Contains(t, strings.Join(append(checked.Detail, checked.Wrong), "\n"), tt.reason, tt.name)
		shown := c.shown("buttons")
		require.NotEmpty(t, shown)
		latest, _ := shown[0].(map[string]any)
		assert.Equal(t, checked.Wrong, latest["reason"], tt.name)
	}
	assert.Len(t, c.shown("buttons"), 2*len(tests), "each was checked, and clicked")
	for _, product := range []string{"PayAndShip", "PayOnly", "PayAndShipMultiAddress", "Donation"} {
		assert.JSONEq(t, `{"wrong":null,"detail":null}`, c.visit("/checkout/check", c.button(product, c.shopPayload())).raw, product)
	}
	assert.Empty(t, c.checked(c.button("SignIn", object{"storeId": c.store(), "signInReturnUrl": "https://shop.example/"})).Wrong)
	assert.Empty(t, c.sessions(), "a check makes nothing")
	c.click("PayAndShip", c.shopPayload())
	assert.Len(t, c.sessions(), 1)
}

// A form changes line ends: a payload on several lines is signed with those that it has.
func TestPayloadOnSeveralLines(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for _, end := range []string{"\n", "\r\n"} {
		text := strings.Join([]string{"{", `"storeId":"` + c.store() + `",`, `"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/"}`, "}"}, end)
		signature, err := c.signer.SignPayload([]byte(text))
		require.NoError(t, err)
		form := c.button("PayAndShip", object{})
		form.Set("signature", signature)
		form.Set("payloadJSON", strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n"))
		assert.Equal(t, http.StatusSeeOther, c.visit("/checkout/start", form).status)
	}
}

// Where a page's policy lets no form go to the emulator, the script follows a link: the same is
// signed in it.
func TestStartByLink(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	p := c.visit("/checkout/start?"+c.button("PayAndShip", c.shopPayload()).Encode(), nil)
	assert.Equal(t, http.StatusSeeOther, p.status)
	assert.Contains(t, p.to, "/checkout/signin?")
	form := c.button("PayAndShip", c.shopPayload())
	form.Set("payloadJSON", "{}")
	assert.Equal(t, http.StatusForbidden, c.visit("/checkout/start?"+form.Encode(), nil).status)
	assert.Len(t, c.sessions(), 1)
}

// The script has the region and the address of the host from which it came: where a browser found
// Amazon's host to be the emulator, a Content-Security-Policy made for Amazon lets it go there and
// nowhere else.
func TestScriptOfARegion(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for host, region := range map[string]string{
		c.base: "na", "https://static-na.payments-amazon.com": "na", "https://static-eu.payments-amazon.com": "eu", "https://static-fe.payments-amazon.com": "jp",
	} {
		p := c.visit(host+"/checkout.js", nil)
		assert.Equal(t, "no-store", p.header.Get("Cache-Control"))
		assert.Contains(t, p.raw, `var base = "`+host+`";`)
		assert.Contains(t, p.raw, `var region = "`+region+`";`, host)
	}
	form := c.button("PayAndShip", c.shopPayload())
	form.Set("region", "eu")
	to, err := url.Parse(c.visit("/checkout/start", form).to)
	require.NoError(t, err)
	id := to.Query().Get(sessionParameter)
	assert.Contains(t, c.visit(to.String(), nil).text, "Jörg Müller")
	c.abroad().get("/checkoutSessions/"+id).must(t, http.StatusOK)
	c.get("/checkoutSessions/"+id).refused(t, http.StatusNotFound, "ResourceNotFound")
}

func TestAnotherBuyerTakesTheApprovalBack(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	complete := func(id string) answer {
		return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")})
	}
	same, other := c.newApproved("Authorize", "50"), c.newApproved("Authorize", "50")
	require.NoError(t, c.server.Buyer().ChangeCard(other, "4444"))
	require.NoError(t, c.server.Buyer().Approve(other))
	c.visit("/checkout/signin", step(same, "buyer", "0"))
	c.visit("/checkout/signin", step(other, "buyer", "1"))
	complete(same).must(t, http.StatusOK)
	complete(other).refused(t, http.StatusUnprocessableEntity, "InvalidCheckoutSessionStatus")
	shown := c.get("/checkoutSessions/" + other)
	assert.Equal(t, "Carlos Rivera", shown.at("buyer", "name"))
	assert.Equal(t, "Miami", shown.at("shippingAddress", "city"), "nothing of the first buyer is left")
	assert.Contains(t, shown.raw, "****1111")
}

func TestCancelOnAPage(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	const shop = "https://shop.example/"
	for _, row := range []struct{ path, cancelURL, to, reason string }{
		{"/checkout/signin", shop + "cancel?a=1", shop + "cancel?a=1&", "BuyerCanceled"},
		{"/checkout/review", shop + "cancel?a=1", shop + "cancel?a=1&", "BuyerCanceled"},
		{"/checkout/processing", shop + "cancel?a=1", shop + "cancel?a=1&", "BuyerCanceled"},
		{"/checkout/signin", "", shop + "review?", "BuyerCanceled"},
		{"/checkout/review", "", shop + "review?", "BuyerCanceled"},
		{"/checkout/processing", "", shop + "result?", "BuyerCanceled"},
		{"/checkout/change", shop + "cancel?a=1", shop + "review?", ""},
		{"/checkout/nothing", shop + "cancel?a=1", "", ""},
		{"/checkout/", shop + "cancel?a=1", "", ""},
		{"/checkout/signin/", shop + "cancel?a=1", "", ""},
	} {
		id := c.newApproved("Authorize", "50")
		if row.cancelURL != "" {
			c.patch("/checkoutSessions/"+id, object{"webCheckoutDetails": object{"checkoutCancelUrl": row.cancelURL}}).must(t, http.StatusOK)
		}
		before := c.get("/checkoutSessions/" + id)
		p := c.visit(row.path, step(id, "do", "cancel", "address", "1", "card", "4444", "buyer", "1"))
		if row.to == "" {
			assert.Equal(t, http.StatusNotFound, p.status, row.path)
			assert.Empty(t, p.to, row.path)
		} else {
			assert.Equal(t, http.StatusSeeOther, p.status, row.path)
			assert.Equal(t, row.to+step(id).Encode(), p.to, row.path)
		}
		after := c.get("/checkoutSessions/" + id)
		if row.reason == "" {
			assert.Equal(t, before.raw, after.raw, row.path)
			c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(t, http.StatusOK) // still approved
			continue
		}
		assert.Equal(t, "Canceled", after.at("statusDetails", "state"), row.path)
		assert.Equal(t, row.reason, after.at("statusDetails", "reasonCode"), row.path)
	}
}

// Where the shop does not deliver the buyer can choose nothing and pay nothing.
func TestForbiddenAddress(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	buyer := c.server.Buyer()
	begin := func(specifications object) string {
		id := c.post("/checkoutSessions", object{
			"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review", "checkoutResultReturnUrl": "https://shop.example/result"},
			"storeId":            c.store(), "deliverySpecifications": specifications,
			"paymentDetails": object{"paymentIntent": "Authorize", "chargeAmount": usd("50")},
		}).must(t, http.StatusCreated).text(t, "checkoutSessionId")
		require.NoError(t, buyer.SignIn(id))
		return id
	}
	id := begin(object{"specialRestrictions": []string{"RestrictPOBoxes"}})
	before := c.get("/checkoutSessions/" + id).raw
	p := c.visit("/checkout/review?"+step(id).Encode(), nil)
	assert.Regexp(t, `value="1" required disabled>`, p.raw)
	p = c.visit("/checkout/review", step(id, "address", "1", "card", "4444"))
	assert.Equal(t, http.StatusUnprocessableEntity, p.status)
	assert.Contains(t, p.text, "the shop does not deliver to post boxes")
	require.ErrorContains(t, buyer.ChangeAddress(id, emulator.Address{AddressLine1: "PO Box 7", CountryCode: "US"}), "post boxes")
	assert.Equal(t, before, c.get("/checkoutSessions/"+id).raw)

	// The buyer's usual address is the forbidden one.
	id = begin(object{"addressRestrictions": object{"type": "NotAllowed", "restrictions": object{"US": object{"statesOrRegions": []string{"IL"}}}}})
	before = c.get("/checkoutSessions/" + id).raw
	for _, row := range []struct{ path, do string }{{"/checkout/review", "continue"}, {"/checkout/processing", "approve"}, {"/checkout/change", "continue"}} {
		p = c.visit(row.path, step(id, "do", row.do, "card", "4444"))
		assert.Equal(t, http.StatusUnprocessableEntity, p.status, row.path)
		assert.Contains(t, p.text, "the shop does not deliver there", row.path)
	}
	require.ErrorContains(t, buyer.Approve(id), "does not deliver there")
	assert.Equal(t, before, c.get("/checkoutSessions/"+id).raw)
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	p = c.visit("/checkout/review", step(id, "address", "2", "card", "4444"))
	assert.Equal(t, http.StatusSeeOther, p.status, p.text)
	require.NoError(t, buyer.Approve(id))
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(t, http.StatusOK)
}

// A page's choices are taken all, or none.
func TestRefusedCardLeavesTheAddress(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	shop := c.newApproved("Authorize", "50")
	for _, path := range []string{"/checkout/review", "/checkout/change"} {
		for _, form := range []url.Values{
			step(shop, "address", "2", "card", "9999"), step(shop, "address", "9", "card", "4444"),
			step(shop, "address", "-1", "card", "4444"), step(shop, "address", "x", "card", "4444"),
		} {
			before := c.get("/checkoutSessions/" + shop).raw
			assert.Equal(t, http.StatusUnprocessableEntity, c.visit(path, form).status, form)
			assert.Equal(t, before, c.get("/checkoutSessions/"+shop).raw, form)
		}
	}
	c.post("/checkoutSessions/"+shop+"/complete", object{"chargeAmount": usd("50")}).must(t, http.StatusOK) // the approval stands
}

// The cards that end a session at payment.
func TestCardsThatEndASession(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for _, row := range []struct{ card, to, reason string }{
		{"3064", "https://shop.example/cancel?", "BuyerCanceled"},
		{"3434", "https://shop.example/result?", "Declined"},
	} {
		id := c.newSession("Authorize", "50")
		c.patch("/checkoutSessions/"+id, object{"webCheckoutDetails": object{"checkoutCancelUrl": "https://shop.example/cancel"}}).must(t, http.StatusOK)
		c.visit("/checkout/signin", step(id, "buyer", "0"))
		p := c.visit("/checkout/review", step(id, "address", "0", "card", row.card))
		assert.Equal(t, "https://shop.example/review?"+step(id).Encode(), p.to)
		p = c.visit("/checkout/processing", step(id, "do", "approve"))
		assert.Equal(t, http.StatusSeeOther, p.status, p.text)
		assert.Equal(t, row.to+step(id).Encode(), p.to)
		assert.Equal(t, row.reason, c.get("/checkoutSessions/"+id).at("statusDetails", "reasonCode"))
	}
}

// A Buy Now button has no page of the shop: the shop's script goes on, and its server finalizes.
func TestBuyNow(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.click("PayAndShip", object{"storeId": c.store(), "paymentDetails": object{"chargeAmount": usd("9"), "paymentIntent": "Confirm"}})
	c.post("/checkoutSessions/"+id+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("9")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	c.visit("/checkout/signin", step(id, "buyer", "1"))
	p := c.visit("/checkout/review", step(id, "address", "0", "card", "0005"))
	assert.Equal(t, http.StatusOK, p.status)
	assert.Empty(t, p.to)
	assert.Contains(t, p.text, "You are done here")
	done := c.post("/checkoutSessions/"+id+"/finalize", object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": usd("9")}).must(t, http.StatusOK)
	assert.Equal(t, "Captured", c.get("/charges/"+done.text(t, "chargeId")).at("statusDetails", "state"))
	permission := c.get("/chargePermissions/" + done.text(t, "chargePermissionId"))
	assert.Equal(t, "Carlos Rivera", permission.at("buyer", "name"))
	assert.Contains(t, permission.raw, "Amex ****0005")
}
