package emulator_test

import (
	"maps"
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
	elsewhere := c.final(id, "30.50")
	elsewhere["shippingAddress"] = changed(elsewhere["shippingAddress"].(object), "addressLine1", "2 Example Street") //nolint:forcetypeassert // it is one
	c.post(finalize, elsewhere).refused(t, 400, "InvalidParameterValue")
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
