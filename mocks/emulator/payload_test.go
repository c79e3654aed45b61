package emulator_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Members of a payload that only some of Amazon's pages and programs have.
func TestMembersOfAPayload(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.click("PayAndShip", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review", "checkoutErrorUrl": "https://shop.example/error"},
		"storeId":            c.store(), "channelType": "MOBILE_SDK", "processorSpecifications": object{"name": "gmopg"},
	})
	shown := c.get("/checkoutSessions/" + id)
	assert.Equal(t, "https://shop.example/error", shown.at("webCheckoutDetails", "checkoutErrorUrl"))
	assert.Equal(t, "MOBILE_SDK", shown.body["channelType"])
	assert.NotContains(t, shown.body, "processorSpecifications")
	assert.Equal(t, "PurchaseOrder", shown.body["orderType"])
	assert.NotContains(t, c.get("/checkoutSessions/"+c.newSession("Confirm", "5")).at("webCheckoutDetails"), "checkoutErrorUrl")

	for name, payload := range map[string]object{
		"checkoutErrorUrl":        {"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/", "checkoutErrorUrl": "shop.example"}, "storeId": c.store()},
		"processorSpecifications": {"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(), "processorSpecifications": object{"shop": "x"}},
		"signInScopes":            {"webCheckoutDetails": object{"signInReturnUrl": "https://shop.example/"}, "storeId": c.store(), "signInScopes": []string{"shoeSize"}},
	} {
		p := c.visit("/checkout/start", c.button("PayAndShip", payload))
		assert.Equal(t, http.StatusBadRequest, p.status, name)
		assert.Contains(t, p.text, name)
	}
	other := c.newSession("Confirm", "5")
	c.patch("/checkoutSessions/"+other, object{"webCheckoutDetails": object{"checkoutErrorUrl": "https://shop.example/"}}).refused(t, 400, "UnrecognizedField")
}

// A button can sign the buyer in and set up a payment method: the buyer comes back with a session,
// which is then completed.
func TestSignInAndSetUp(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	payload := object{
		"webCheckoutDetails": object{"signInReturnUrl": "https://shop.example/in?a=b", "signInCancelUrl": "https://shop.example/not"},
		"storeId":            c.store(), "signInScopes": []string{"name", "email", "billingAddress"},
	}
	for _, product := range []string{"SignIn", "PayOnly"} {
		id := c.click(product, payload)
		c.visit("/checkout/signin", step(id, "buyer", "1"))
		assert.NotNil(t, c.get("/checkoutSessions/" + id).body["billingAddress"])
		p := c.visit("/checkout/review", step(id, "card", "4444"))
		assert.Equal(t, "https://shop.example/in?a=b&amazonCheckoutSessionId="+id, p.to)
		done := c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200)
		assert.Nil(t, done.body["chargeId"])
		permission := c.get("/chargePermissions/" + done.text(t, "chargePermissionId"))
		assert.Equal(t, "PaymentMethodOnFile", permission.body["chargePermissionType"])
		assert.Equal(t, object{"setupOnly": true}, permission.body["paymentMethodOnFileMetadata"])
	}
	id := c.click("SignIn", payload)
	p := c.visit("/checkout/signin", step(id, "do", "cancel"))
	assert.Equal(t, "https://shop.example/not?"+url.Values{"amazonCheckoutSessionId": {id}}.Encode(), p.to)
}
