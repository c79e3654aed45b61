package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// cart is a cart as a shop answers it, of one thing for 20.00, with the delivery options standard
// (the default) and express. Pairs of names and values change it; nil takes a member out.
func cart(shipping, total string, pairs ...any) object {
	made := object{
		"totalBaseAmount": usd("20.00"), "totalShippingAmount": usd(shipping), "totalTaxAmount": usd("1.50"), "totalChargeAmount": usd(total),
		"lineItems": []object{{"id": "1", "title": "Cup", "quantity": "2", "listPrice": usd("10.00"), "totalListPrice": usd("20.00")}},
		"deliveryOptions": []object{
			{"id": "standard", "price": usd("5.00"), "shippingMethod": object{"shippingMethodName": "Standard", "shippingMethodCode": "std"}, "isDefault": true},
			{"id": "express", "price": usd("9.00"), "shippingMethod": object{"shippingMethodName": "Express"}},
		},
	}
	return changed(made, pairs...)
}

func changed(made object, pairs ...any) object {
	made = maps.Clone(made)
	for i := 0; i < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if made[name] = pairs[i+1]; pairs[i+1] == nil {
			delete(made, name)
		}
	}
	return made
}

// buyNow starts a Buy Now checkout of a product type.
func (c *client) buyNow(product string) string {
	c.tb.Helper()
	id, err := c.server.Buyer().BuyNow(emulator.BuyNowButton{ProductType: product, CheckoutSessionConfig: object{
		"storeId": c.store(), "scopes": []string{"name", "email", "shippingAddress"}, "paymentDetails": object{"paymentIntent": "AuthorizeWithCapture"},
	}})
	require.NoError(c.tb, err)
	return id
}

// final is what finalizes the session for an amount: with the address that the session shows.
func (c *client) final(id, amount string, pairs ...any) object {
	c.tb.Helper()
	shown := c.get("/checkoutSessions/"+id).must(c.tb, 200)
	body := object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": usd(amount)}
	for _, name := range []string{"shippingAddress", "billingAddress"} {
		if address, there := shown.body[name].(object); there {
			given := object{}
			for member, text := range address {
				if text != nil {
					given[member] = text
				}
			}
			body[name] = given
		}
	}
	return changed(body, pairs...)
}

// A Buy Now checkout without a browser: the buyer chooses, pays, and the shop finalizes.
func TestBuyNowByHand(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.buyNow("")
	finalize := "/checkoutSessions/" + id + "/finalize"
	shown := c.get("/checkoutSessions/"+id).must(t, 200)
	assert.Equal(t, "Susie Smith", shown.at("buyer", "name"))
	assert.Contains(t, shown.body, "cartDetails")
	assert.Nil(t, shown.body["cartDetails"])
	c.post(finalize, c.final(id, "26.50")).refused(t, 422, "InvalidCheckoutSessionStatus")

	require.NoError(t, c.server.Buyer().ChangeAddress(id, emulator.Address{Name: "Me", AddressLine1: "1 Example Street", City: "Miami", StateOrRegion: "FL", PostalCode: "33101", CountryCode: "US"}))
	require.NoError(t, c.server.Buyer().ChangeCard(id, "4444"))
	require.NoError(t, c.server.Buyer().PayNow(id, cart("9.00", "30.50"), "express"))
	shown = c.get("/checkoutSessions/"+id).must(t, 200)
	assert.Equal(t, usd("30.50"), shown.at("paymentDetails", "chargeAmount"))
	assert.Equal(t, "1 Example Street", shown.at("shippingAddress", "addressLine1"))
	assert.Equal(t, object{"deliveryOptions": []any{object{
		"id": "express", "price": usd("9.00"), "shippingMethod": object{"shippingMethodName": "Express"},
	}}}, shown.body["cartDetails"])

	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("30.50")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	c.post(finalize, c.final(id, "30.49")).refused(t, 409, "AmountMismatch")
	c.post(finalize, c.final(id, "30.50", "totalOrderAmount", usd("99"))).refused(t, 409, "AmountMismatch")
	c.post(finalize, c.final(id, "30.50", "chargeAmount", nil)).refused(t, 400, "MissingParameterValue")
	c.post(finalize, c.final(id, "30.50", "shippingAddress", nil)).refused(t, 400, "MissingParameterValue")
	address, _ := c.final(id, "30.50")["shippingAddress"].(object)
	elsewhere := changed(address, "addressLine1", "2 Example Street")
	c.post(finalize, c.final(id, "30.50", "shippingAddress", elsewhere)).refused(t, 400, "InvalidParameterValue")
	assert.Empty(t, c.server.Charges())

	done := c.post(finalize, c.final(id, "30.50")).must(t, 200)
	require.Len(t, c.server.Charges(), 1)
	assert.Equal(t, "30.50 USD", c.server.Charges()[0].Captured)
	permission := c.get("/chargePermissions/" + done.text(t, "chargePermissionId"))
	assert.Equal(t, "1 Example Street", permission.at("shippingAddress", "addressLine1"))
	assert.Equal(t, usd("30.50"), permission.at("limits", "amountLimit"))
	c.post(finalize, object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": usd("30.50")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	assert.Len(t, c.server.Charges(), 1)
}

// What the buyer changes after pressing "Pay now" takes it back.
func TestBuyNowChangedAfterPayNow(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for name, change := range map[string]func(id string) error{
		"address": func(id string) error {
			return c.server.Buyer().ChangeAddress(id, emulator.Address{AddressLine1: "x", CountryCode: "US"})
		},
		"card": func(id string) error { return c.server.Buyer().ChangeCard(id, "0005") },
		"amount": func(id string) error {
			c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"chargeAmount": usd("1")}}).must(t, 200)
			return nil
		},
	} {
		id := c.buyNow("PayAndShip")
		require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""))
		require.NoError(t, change(id))
		c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "26.50")).refused(t, 422, "InvalidCheckoutSessionStatus")
		require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""), name)
		c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "26.50")).must(t, 200)
	}
	assert.Len(t, c.server.Charges(), 3)

	// Another buyer has pressed nothing yet.
	id := c.buyNow("PayAndShip")
	require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""))
	c.visit("/checkout/signin", step(id, "buyer", "1"))
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "26.50")).refused(t, 422, "InvalidCheckoutSessionStatus")
	// The latest cart counts alone.
	require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "6.50", "totalOrderAmount", usd("26.50")), ""))
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "6.50")).refused(t, 400, "MissingParameterValue")
	require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""))
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "26.50")).must(t, 200)
	assert.Len(t, c.server.Charges(), 4)
}

// Of what is not shipped there is no delivery option, and the billing address must be given back.
func TestBuyNowPayOnly(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.buyNow("PayOnly")
	require.NoError(t, c.server.Buyer().PayNow(id, cart("0.00", "21.50", "deliveryOptions", nil), ""))
	assert.Nil(t, c.get("/checkoutSessions/" + id).body["cartDetails"])
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "21.50", "billingAddress", nil)).refused(t, 400, "MissingParameterValue")
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "21.50")).must(t, 200)
}

// After a decline of the card a Buy Now session is open: the buyer chooses another and pays again.
// With the cards that end a session it is over.
func TestBuyNowDeclined(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"card", "SoftDeclined", "HardDeclined", "PaymentMethodNotAllowed", "MFANotCompleted"} {
		c := newClient(t, emulator.Start(t), 0)
		id := c.buyNow("PayAndShip")
		finalize, want := "/checkoutSessions/"+id+"/finalize", reason
		if reason == "card" {
			want = "HardDeclined"
			require.NoError(t, c.server.Buyer().ChangeCard(id, "4354"))
		} else {
			require.NoError(t, c.server.FailNext(1, emulator.Fault{Operation: "FinalizeCheckoutSession", Kind: emulator.FaultKindStatus, Status: 422, ReasonCode: reason}))
		}
		require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""))
		again := c.with(keyHeader, "declined")
		again.post(finalize, c.final(id, "26.50")).refused(t, 422, want)
		again.post(finalize, c.final(id, "26.50")).refused(t, 422, want)
		c.post(finalize, c.final(id, "26.50")).refused(t, 422, "InvalidCheckoutSessionStatus")
		assert.Equal(t, "Open", c.get("/checkoutSessions/"+id).at("statusDetails", "state"))
		assert.Empty(t, c.server.Charges())
		require.NoError(t, c.server.Buyer().ChangeCard(id, "1111"))
		require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""))
		c.post(finalize, c.final(id, "26.50")).must(t, 200)
		assert.Len(t, c.server.Charges(), 1)
	}
	c := newClient(t, emulator.Start(t), 0)
	for _, digits := range []string{"3064", "3434"} {
		id := c.buyNow("PayAndShip")
		require.NoError(t, c.server.Buyer().ChangeCard(id, digits))
		require.NoError(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""))
		c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "26.50")).refused(t, 422, "CheckoutSessionCanceled")
		require.Error(t, c.server.Buyer().PayNow(id, cart("5.00", "26.50"), ""))
	}
}

// A configuration of which nothing is signed, and what is wrong with it.
func TestBuyNowRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	right := object{"storeId": c.store()}
	for says, b := range map[string]emulator.BuyNowButton{
		"unknown merchant":   {MerchantID: "A1", CheckoutSessionConfig: right},
		"storeId":            {MerchantID: c.server.Description().Merchants[1].MerchantID, CheckoutSessionConfig: right},
		"productType":        {ProductType: "SignIn", CheckoutSessionConfig: right},
		"is required":        {CheckoutSessionConfig: object{}},
		"is not known":       {CheckoutSessionConfig: changed(right, "shoeSize", "9")},
		"checkoutMode":       {CheckoutSessionConfig: changed(right, "webCheckoutDetails", object{"checkoutMode": "ProcessOrder", "checkoutResultReturnUrl": "https://shop.example/"})},
		"not a JSON object":  {CheckoutSessionConfig: "x"},
		"unsupported type":   {CheckoutSessionConfig: func() {}},
		"paymentIntent must": {CheckoutSessionConfig: changed(right, "paymentDetails", object{"paymentIntent": "Pay"})},
	} {
		_, err := c.server.Buyer().BuyNow(b)
		require.ErrorContains(t, err, says)
	}
	assert.Empty(t, c.sessions())
	require.ErrorContains(t, c.server.Buyer().PayNow("nobody", cart("5.00", "26.50"), ""), "not found")
	require.ErrorContains(t, c.server.Buyer().PayNow(c.newSession("Confirm", "5"), cart("5.00", "26.50"), ""), "not a Buy Now session")
	require.ErrorContains(t, c.server.Buyer().PayNow(c.buyNow(""), cart("5.00", "26.51"), ""), "does not add up")

	live, err := c.server.Buyer().BuyNow(emulator.BuyNowButton{Live: true, CheckoutSessionConfig: right})
	require.NoError(t, err)
	c.get("/checkoutSessions/"+live).refused(t, 404, "ResourceNotFound") // with the sandbox's key
}

// The carts that the page accepts and refuses.
func TestCartsOfBuyNow(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	eur := object{"amount": "1.50", "currencyCode": "EUR"}
	item := func(pairs ...any) object {
		return changed(object{"id": "1", "title": "Cup", "quantity": "2", "listPrice": usd("10.00"), "totalListPrice": usd("20.00")}, pairs...)
	}
	option := func(id string, pairs ...any) object {
		return changed(object{"id": id, "price": usd("5"), "shippingMethod": object{"shippingMethodName": "Standard"}}, pairs...)
	}
	for name, row := range map[string]struct {
		cart   object
		option string
		says   string
	}{
		"as documented":               {cart("5.00", "26.50"), "", ""},
		"the other option":            {cart("9.00", "30.50"), "express", ""},
		"an unknown option":           {cart("9.00", "30.50"), "drone", `no option with the id "drone"`},
		"without items":               {cart("5.00", "26.50", "lineItems", nil), "", ""},
		"null is as good as absent":   {cart("5.00", "26.50", "totalOrderAmount", object(nil), "totalDiscountAmount", object(nil)), "", ""},
		"tax included":                {cart("5.00", "25.00"), "", ""},
		"a discount":                  {cart("5.00", "25.50", "totalDiscountAmount", usd("1")), "", ""},
		"a discount left out":         {cart("5.00", "26.50", "totalDiscountAmount", usd("1")), "", "does not add up"},
		"a cent too little":           {cart("5.00", "26.49"), "", "does not add up"},
		"a cent too much":             {cart("5.00", "26.51"), "", "does not add up"},
		"more will be charged":        {cart("5.00", "6.50", "totalOrderAmount", usd("26.50")), "", ""},
		"an order below the charge":   {cart("5.00", "26.50", "totalOrderAmount", usd("26.49")), "", "must not be less than totalChargeAmount"},
		"an order that is wrong":      {cart("5.00", "6.50", "totalOrderAmount", usd("26.51")), "", "does not add up"},
		"nothing to pay":              {cart("5.00", "0.00"), "", "totalChargeAmount.amount must be more than zero"},
		"no total":                    {cart("5.00", "26.50", "totalChargeAmount", nil), "", "totalChargeAmount is required"},
		"no base":                     {cart("5.00", "26.50", "totalBaseAmount", nil), "", "totalBaseAmount is required"},
		"no tax":                      {cart("5.00", "26.50", "totalTaxAmount", nil), "", "totalTaxAmount is required"},
		"no shipping":                 {cart("5.00", "26.50", "totalShippingAmount", nil), "", "totalShippingAmount is required"},
		"a number":                    {cart("5.00", "26.50", "totalChargeAmount", usd(26.5)), "", "must be a text"},
		"a number in a list":          {cart("5.00", "26.50", "lineItems", []object{item("listPrice", usd(10))}), "", "must be a text"},
		"three decimals":              {cart("5.00", "26.501"), "", "at most two decimals"},
		"below zero":                  {cart("-5.00", "16.50"), "", "totalShippingAmount.amount must be"},
		"a quantity that is a number": {cart("5.00", "26.50", "lineItems", []object{item("quantity", 2)}), "", ""},
		"a comma":                     {cart("5,00", "26.50"), "", "totalShippingAmount.amount must be"},
		"an exponent":                 {cart("5.00", "265e-1"), "", "totalChargeAmount.amount must be"},
		"another currency":            {cart("5.00", "26.50", "totalTaxAmount", eur), "", "totalTaxAmount.currencyCode is EUR"},
		"all in another currency":     {object{"totalBaseAmount": eur, "totalShippingAmount": eur, "totalTaxAmount": eur, "totalChargeAmount": eur}, "", "in USD"},
		"an unknown currency":         {cart("5.00", "26.50", "totalTaxAmount", object{"amount": "1", "currencyCode": "XXX"}), "", "currencyCode must be one of"},
		"an item without a title":     {cart("5.00", "26.50", "lineItems", []object{item("title", nil)}), "", "title is required"},
		"an item times too much":      {cart("5.00", "26.50", "lineItems", []object{item("totalListPrice", usd("20.01"))}), "", "listPrice × quantity"},
		"none of an item":             {cart("5.00", "26.50", "lineItems", []object{item("quantity", "0", "totalListPrice", usd("0"))}), "", "listPrice × quantity"},
		"an item beyond all numbers":  {cart("5.00", "26.50", "lineItems", []object{item("quantity", "999999999", "listPrice", usd("9999999999999"))}), "", "listPrice × quantity"},
		"an item in another money":    {cart("5.00", "26.50", "lineItems", []object{item("discountedPrice", eur)}), "", "discountedPrice.currencyCode is EUR"},
		"an item with more members":   {cart("5.00", "26.50", "lineItems", []object{item("shoeSize", "9")}), "", "is not known here"},
		"no options":                  {cart("5.00", "26.50", "deliveryOptions", nil), "", "deliveryOptions is required"},
		"an empty list of options":    {cart("5.00", "26.50", "deliveryOptions", []object{}), "", "deliveryOptions is required"},
		"no default":                  {cart("5.00", "26.50", "deliveryOptions", []object{option("a"), option("b")}), "", ""},
		"an estimate":                 {cart("5.00", "26.50", "deliveryOptions", []object{option("a", "shippingEstimate", []object{{"timeUnit": "HOUR", "value": 48}})}), "", ""},
		"an estimate without a unit":  {cart("5.00", "26.50", "deliveryOptions", []object{option("a", "shippingEstimate", []object{{"value": 48}})}), "", "timeUnit is required"},
		"two defaults":                {cart("5.00", "26.50", "deliveryOptions", []object{option("a", "isDefault", true), option("b", "isDefault", true)}), "", "more than one option with isDefault"},
		"one option twice":            {cart("5.00", "26.50", "deliveryOptions", []object{option("a"), option("a")}), "", `the id "a" twice`},
		"an option without a name":    {cart("5.00", "26.50", "deliveryOptions", []object{option("a", "shippingMethod", object{})}), "", "shippingMethodName is required"},
		"an option in another money":  {cart("5.00", "26.50", "deliveryOptions", []object{option("a", "price", eur)}), "", "price.currencyCode is EUR"},
		"gifts add up otherwise":      {cart("5.00", "29.50", "giftDetails", object{"x": 1}, "addOnFeatures", []string{"GIFT"}), "", ""},
		"an undocumented member":      {cart("5.00", "26.50", "shoeSize", 9), "", ""},
	} {
		err := c.server.Buyer().PayNow(c.buyNow("PayAndShip"), row.cart, row.option)
		if row.says == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, row.says, name)
		}
	}
	yen := newClient(t, emulator.Start(t, emulator.WithRegion("jp")), 0)
	jpy := func(amount string) object { return object{"amount": amount, "currencyCode": "JPY"} }
	in := func(total string) object {
		return object{"totalBaseAmount": jpy("1000"), "totalShippingAmount": jpy("0"), "totalTaxAmount": jpy("100"), "totalChargeAmount": jpy(total)}
	}
	require.NoError(t, yen.server.Buyer().PayNow(yen.buyNow("PayOnly"), in("1100"), ""))
	require.ErrorContains(t, yen.server.Buyer().PayNow(yen.buyNow("PayOnly"), in("1100.00"), ""), "none for JPY")
}

// said is what the page's script is told.
type said struct {
	Wrong string `json:"wrong"`
	State string `json:"state"`
	Event object `json:"event"`
	Cart  object `json:"cart"`
}

// do sends an action of the page, as its script does.
func (c *client) do(id, what string, pairs ...string) (s said, p page) {
	c.tb.Helper()
	p = c.visit("/checkout/buynow/do", step(id, append([]string{"do", what}, pairs...)...))
	require.NoError(c.tb, json.Unmarshal([]byte(p.raw), &s), p.raw)
	return s, p
}

// nowButton is what checkout.js sends for a Buy Now button.
func (c *client) nowButton(pairs ...string) url.Values {
	config, err := json.Marshal(object{"storeId": c.store(), "merchantMetadata": object{"merchantStoreName": script}})
	require.NoError(c.tb, err)
	form := url.Values{
		"region": {c.region}, "merchantId": {c.server.Description().Merchants[0].MerchantID}, "sandbox": {"true"}, "productType": {"PayAndShip"},
		"checkoutSessionConfig": {string(config)}, "origin": {"https://shop.example"}, "checkoutLanguage": {"en_US"},
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// clickNow clicks a Buy Now button, signs in, and returns the session and the page.
func (c *client) clickNow() (id string, p page) {
	c.tb.Helper()
	p = c.visit("/checkout/buynow/start?"+c.nowButton().Encode(), nil)
	require.Equal(c.tb, http.StatusSeeOther, p.status, p.text)
	to, err := url.Parse(p.to)
	require.NoError(c.tb, err)
	id = to.Query().Get(sessionParameter)
	p = c.visit("/checkout/signin", step(id, "buyer", "0"))
	require.Equal(c.tb, "/checkout/buynow?"+step(id).Encode(), p.to)
	return id, c.visit(p.to, nil)
}

// The hosted page as its script uses it.
func TestBuyNowPage(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id, p := c.clickNow()
	require.Equal(t, http.StatusOK, p.status)
	assert.NotContains(t, p.raw, script)
	assert.Contains(t, p.text, `data-origin="https://shop.example"`)
	assert.Contains(t, p.text, `"checkoutLanguage":"en_US"`)
	assert.Contains(t, p.text, `"email":"susie@example.com"`)
	// The other pages of a checkout are not this session's.
	for _, path := range []string{"/checkout/review", "/checkout/processing", "/checkout/change"} {
		p := c.visit(path, step(id, "do", "approve", "card", "1111", "address", "0"))
		assert.Contains(t, p.text, "Review and pay", path)
	}
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "26.50")).refused(t, 422, "InvalidCheckoutSessionStatus")

	text := func(o object) string {
		raw, err := json.Marshal(o)
		require.NoError(t, err)
		return string(raw)
	}
	s, _ := c.do(id, "cart", "cart", text(cart("5.00", "26.50")))
	assert.Empty(t, s.Wrong)
	assert.Equal(t, "standard", s.Cart["chosen"])
	_, p = c.do(id, "address", "address", "2")
	assert.Contains(t, p.raw, `"city":"Toronto"`)
	s, p = c.do(id, "address", "address", "3")
	assert.Equal(t, http.StatusUnprocessableEntity, p.status)
	assert.Equal(t, "choose one of the addresses", s.Wrong)
	s, _ = c.do(id, "card", "card", "9999")
	assert.Contains(t, s.Wrong, "unknown test card")
	s, _ = c.do(id, "dance")
	assert.Contains(t, s.Wrong, "no such action")
	s, _ = c.do(id, "pay", "cart", text(cart("5.00", "26.51")))
	assert.Contains(t, s.Wrong, "does not add up")
	s, _ = c.do(id, "pay", "cart", "[")
	assert.Contains(t, s.Wrong, "cannot be read")
	kept := fmt.Sprint(c.shown("buttons"))
	assert.Contains(t, kept, "does not add up")
	assert.Contains(t, kept, "https://shop.example")
	_, _ = c.do(id, "wrong", "about", "onCancel", "text", "it threw")
	assert.Contains(t, fmt.Sprint(c.shown("buttons")), "it threw")

	s, _ = c.do(id, "pay", "cart", text(cart("9.00", "30.50")), "option", "express")
	require.Empty(t, s.Wrong)
	assert.Equal(t, id, s.Event["amazonCheckoutSessionId"])
	// Another cart takes it back, a refused one too.
	_, _ = c.do(id, "cart", "cart", text(cart("5.00", "26.50")))
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "30.50")).refused(t, 422, "InvalidCheckoutSessionStatus")
	_, _ = c.do(id, "pay", "cart", text(cart("9.00", "30.50")), "option", "express")
	_, _ = c.do(id, "pay", "cart", text(cart("9.00", "30.51")), "option", "express")
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "30.50")).refused(t, 422, "InvalidCheckoutSessionStatus")
	_, _ = c.do(id, "pay", "cart", text(cart("9.00", "30.50")), "option", "express")
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "30.50")).must(t, http.StatusOK)
	s, _ = c.do(id, "look")
	assert.Equal(t, "Completed", s.State)
	for _, what := range []string{"pay", "cart", "card", "address", "cancel"} {
		s, _ = c.do(id, what, "cart", text(cart("9.00", "30.50")), "card", "1111", "address", "0")
		assert.Contains(t, s.Wrong, "over", what)
	}
	assert.Contains(t, c.visit("/checkout/buynow?"+step(id).Encode(), nil).raw, `data-over="Completed"`)
	assert.Len(t, c.server.Charges(), 1)
}

// Canceled at the sign-in or on the page, the session is over, and the page tells the shop's.
func TestBuyNowCanceled(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id, _ := c.clickNow()
	s, _ := c.do(id, "cancel")
	assert.Equal(t, "Canceled", s.State)
	other := c.buyNow("")
	p := c.visit("/checkout/signin", step(other, "do", "cancel"))
	assert.Equal(t, "/checkout/buynow?"+step(other).Encode(), p.to)
	for _, canceled := range []string{id, other} {
		assert.Equal(t, "BuyerCanceled", c.get("/checkoutSessions/"+canceled).at("statusDetails", "reasonCode"))
		assert.Contains(t, c.visit("/checkout/buynow?"+step(canceled).Encode(), nil).raw, `data-over="BuyerCanceled"`)
	}
}

// Only the page's own script may act, on a session of Buy Now whose buyer has signed in.
func TestBuyNowFromElsewhere(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id, _ := c.clickNow()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.base+"/checkout/buynow/do", strings.NewReader(step(id, "do", "cancel").Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	res, err := c.server.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	assert.Equal(t, "Open", c.get("/checkoutSessions/"+id).at("statusDetails", "state"))

	ordinary := c.newSession("Confirm", "5")
	require.NoError(t, c.server.Buyer().SignIn(ordinary))
	for _, wrong := range []string{ordinary, "nobody"} {
		s, _ := c.do(wrong, "cancel")
		assert.Contains(t, s.Wrong, "no Buy Now session")
	}
	p := c.visit("/checkout/buynow/start?"+c.nowButton().Encode(), nil)
	to, err := url.Parse(p.to)
	require.NoError(t, err)
	s, _ := c.do(to.Query().Get(sessionParameter), "pay", "cart", "{}")
	assert.Contains(t, s.Wrong, "not signed in")
	require.ErrorContains(t, c.server.Buyer().PayNow(to.Query().Get(sessionParameter), cart("5.00", "26.50"), ""), "not signed in")
}

// What is wrong with a Buy Now button is said before and at the click, and makes no session.
func TestWrongBuyNowButtons(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for says, form := range map[string]url.Values{
		"merchantId is not one of":        c.nowButton("merchantId", "A1"),
		"not come from this emulator's":   c.nowButton("region", "mars"),
		"cannot be read":                  c.nowButton("checkoutSessionConfig", "{"),
		"storeId is required":             c.nowButton("checkoutSessionConfig", "{}"),
		"is not a store of this merchant": c.nowButton("checkoutSessionConfig", `{"storeId":"x"}`),
		"productType":                     c.nowButton("productType", "SignIn"),
		"origin of the shop's page":       c.nowButton("origin", "null"),
		"The origin":                      c.nowButton("origin", "https://shop.example/path"),
	} {
		p := c.visit("/checkout/buynow/start?"+form.Encode(), nil)
		assert.GreaterOrEqual(t, p.status, 400, says)
		assert.Contains(t, p.text, says)
		p = c.visit("/checkout/buynow/check", form)
		assert.Contains(t, p.text, says)
		assert.Equal(t, "*", p.header.Get("Access-Control-Allow-Origin"))
	}
	assert.Contains(t, c.visit("/checkout/buynow/check", c.nowButton()).raw, `"wrong":null`)
	assert.Empty(t, c.sessions())
}

// Any page can click a Buy Now button: that does not fill the memory.
func TestBuyNowClicksWithoutEnd(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	config, err := json.Marshal(object{"storeId": c.store(), "supplementaryData": strings.Repeat("x", 50_000)})
	require.NoError(t, err)
	large := "/checkout/buynow/start?" + c.nowButton("checkoutSessionConfig", string(config)).Encode()
	clicks := 0
	for c.visit(large, nil).status == http.StatusSeeOther {
		clicks++
		require.Less(t, clicks, 500)
	}
	p := c.visit(large, nil)
	assert.Equal(t, http.StatusServiceUnavailable, p.status)
	assert.Contains(t, p.text, "too many Buy Now sessions")
	assert.Len(t, c.sessions(), min(clicks, 100), "of the 100 that the window shows")
	c.server.Reset()
	assert.Equal(t, http.StatusSeeOther, c.visit(large, nil).status)
}

// Whatever a browser says, the answer is JSON, and nothing is charged.
func FuzzBuyNowCart(f *testing.F) {
	s := emulator.Start(f)
	c := newClient(f, s, 0)
	id := c.buyNow("PayAndShip")
	f.Add(`{"totalBaseAmount":{"amount":"20.00","currencyCode":"USD"}}`, "express")
	f.Add(`{"lineItems":[null,{"quantity":"999999999"}],"deliveryOptions":[[]]}`, "")
	raw, err := json.Marshal(cart("5.00", "26.50"))
	require.NoError(f, err)
	f.Add(string(raw), "standard")
	f.Fuzz(func(t *testing.T, text, option string) {
		on := *c
		on.tb = t
		answer, p := on.do(id, "pay", "cart", text, "option", option)
		assert.Equal(t, answer.Wrong == "", p.status == http.StatusOK, p.raw)
		assert.Equal(t, answer.Wrong == "", answer.Event != nil)
		assert.Empty(t, s.Charges())
	})
}
