package emulator_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// upgrade is what checkout.js sends for an element of bindUpgradeAction.
func (c *client) upgrade(action, permissionID string, pairs ...any) url.Values {
	c.tb.Helper()
	form := c.button("PayAndShip", changed(object{
		"merchantId": c.server.Description().Merchants[0].MerchantID, "storeId": c.store(), "productType": "PayAndShip", "ledgerCurrency": "USD",
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "chargePermissionId": permissionID,
		"chargePermissionType": "Recurring",
		"recurringMetadata":    object{"frequency": object{"unit": "Month", "value": "1"}, "amount": usd("30")},
	}, pairs...))
	form.Set("upgradeAction", action)
	return form
}

// follow starts the session of a form at a path, signs in as a buyer, and returns the session and
// the page on which the buyer decides.
func (c *client) follow(path string, form url.Values, buyer string) (id string, p page) {
	c.tb.Helper()
	p = c.visit(path, form)
	require.Equal(c.tb, http.StatusSeeOther, p.status, p.text)
	to, err := url.Parse(p.to)
	require.NoError(c.tb, err)
	id = to.Query().Get(sessionParameter)
	if p = c.visit("/checkout/signin", step(id, "buyer", buyer)); p.to == "" {
		return id, p
	}
	return id, c.visit(p.to, nil)
}

// A buyer of one order agrees to a recurring payment: the order stays as it is, and the completed
// session has a recurring permission.
func TestRecurringUpgrade(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	_, order := c.newCharge("AuthorizeWithCapture", "14") // which closes it
	id, p := c.follow("/checkout/upgrade", c.upgrade("recurringUpgrade", order), "0")
	assert.Contains(t, p.text, "Agree to a recurring payment")
	assert.Contains(t, p.text, "30.00 USD, every month")
	complete := "/checkoutSessions/" + id + "/complete"
	c.post(complete, object{}).refused(t, 422, "InvalidCheckoutSessionStatus") // not before the buyer agrees
	p = c.visit("/checkout/review", step(id, "address", "0", "card", "4444"))
	assert.Equal(t, "https://shop.example/result?"+step(id).Encode(), p.to)
	c.post("/checkoutSessions/"+id+"/finalize", c.final(id, "30")).refused(t, 422, "InvalidCheckoutSessionStatus")
	done := c.post(complete, object{}).must(t, 200)
	assert.Nil(t, done.body["chargeId"])
	permission := done.text(t, "chargePermissionId")
	assert.NotEqual(t, order, permission)
	made := c.get("/chargePermissions/"+permission).must(t, 200)
	assert.Equal(t, "Recurring", made.body["chargePermissionType"])
	assert.Equal(t, "Month", made.at("recurringMetadata", "frequency", "unit"))
	assert.Contains(t, made.raw, "MasterCard ****4444")
	assert.Equal(t, "OneTime", c.get("/chargePermissions/" + order).body["chargePermissionType"])
	require.Len(t, c.server.Charges(), 1, "nothing is paid")
	c.post("/charges", object{"chargePermissionId": permission, "chargeAmount": usd("30"), "captureNow": true}).must(t, 201)

	// The same permission gets other terms.
	id, p = c.follow("/checkout/upgrade", c.upgrade("recurringUpdate", permission, "recurringMetadata", object{"frequency": object{"unit": "Week", "value": "2"}}), "0")
	assert.Contains(t, p.text, "varying amounts, every 2 weeks")
	c.visit("/checkout/review", step(id, "address", "0", "card", "0005"))
	assert.Equal(t, "Month", c.get("/chargePermissions/"+permission).at("recurringMetadata", "frequency", "unit"))
	done = c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200)
	assert.Equal(t, permission, done.body["chargePermissionId"])
	now := c.get("/chargePermissions/" + permission)
	assert.Equal(t, "Week", now.at("recurringMetadata", "frequency", "unit"))
	assert.Nil(t, now.at("recurringMetadata", "amount"))
	assert.Contains(t, now.raw, "Amex ****0005")
	assert.Len(t, c.server.Charges(), 2)
}

// A buyer who cancels changes nothing, and nobody else can agree.
func TestUpgradeCanceled(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	_, order := c.newCharge("Authorize", "14")
	id, p := c.follow("/checkout/upgrade", c.upgrade("recurringUpgrade", order), "1")
	assert.Contains(t, p.text, "sign in as Susie Smith, whose charge permission this is")
	p = c.visit("/checkout/signin", step(id, "do", "cancel"))
	assert.Equal(t, "https://shop.example/result?"+step(id).Encode(), p.to)
	c.post("/checkoutSessions/"+id+"/complete", object{}).refused(t, 422, "CheckoutSessionCanceled")
	assert.Equal(t, "OneTime", c.get("/chargePermissions/" + order).body["chargePermissionType"])
}

// What is wrong with an upgrade is said, and makes no session.
func TestUpgradeRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	_, order := c.newCharge("Confirm", "14")
	recurring := c.newRecurring("Confirm", usd("14"))
	sessions := len(c.sessions())
	other := newClient(t, c.server, 1)
	wrong := c.upgrade("recurringUpgrade", order)
	wrong.Set("signature", "AAAA")
	foreign := other.newRecurring("Authorize", usd("14"))
	sessions++
	for says, form := range map[string]url.Values{
		"signature does not match":                    wrong,
		"must name a permission of type OneTime":      c.upgrade("recurringUpgrade", recurring),
		"must name a permission of type Recurring":    c.upgrade("recurringUpdate", order),
		"no charge permission " + foreign:             c.upgrade("recurringUpdate", foreign),
		"must be recurringUpgrade or recurringUpdate": c.upgrade("bigger", order),
		"chargePermissionId is required":              c.upgrade("recurringUpgrade", order, "chargePermissionId", nil),
		"recurringMetadata is required":               c.upgrade("recurringUpgrade", order, "recurringMetadata", nil),
		"webCheckoutDetails is required":              c.upgrade("recurringUpgrade", order, "webCheckoutDetails", nil),
		"storeId is not a store":                      c.upgrade("recurringUpgrade", order, "storeId", "x"),
		"shoeSize is not known":                       c.upgrade("recurringUpgrade", order, "shoeSize", "9"),
	} {
		p := c.visit("/checkout/upgrade", form)
		assert.GreaterOrEqual(t, p.status, 400, says)
		assert.Contains(t, p.text, says)
	}
	assert.Len(t, c.sessions(), sessions)
	id, _ := c.follow("/checkout/upgrade", c.upgrade("recurringUpdate", recurring), "0")
	c.visit("/checkout/review", step(id, "address", "0", "card", "1111"))
	c.remove("/chargePermissions/"+recurring+"/close", object{"closureReason": "over"}).must(t, 200)
	c.post("/checkoutSessions/"+id+"/complete", object{}).refused(t, 422, "InvalidChargePermissionStatus")
	p := c.visit("/checkout/upgrade", c.upgrade("recurringUpdate", recurring))
	assert.Contains(t, p.text, "is Closed")
}

// wallet saves a payment method and returns its permission.
func (c *client) wallet() string {
	c.tb.Helper()
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/"}, "storeId": c.store(),
		"chargePermissionType": "PaymentMethodOnFile", "paymentMethodOnFileMetadata": object{"setupOnly": true}, "paymentDetails": object{"paymentIntent": "Confirm"},
	}).must(c.tb, http.StatusCreated).text(c.tb, "checkoutSessionId")
	require.NoError(c.tb, c.server.Buyer().Approve(id))
	return c.post("/checkoutSessions/"+id+"/complete", object{}).must(c.tb, http.StatusOK).text(c.tb, "chargePermissionId")
}

func (c *client) update(permissionID string) object {
	return object{
		"storeId": c.store(), "webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "chargePermissionType": "PaymentMethodOnFile",
		"chargePermissionId": permissionID, "paymentMethodOnFileMetadata": object{"setupOnly": true}, "paymentDetails": object{"paymentIntent": "Confirm"},
	}
}

// On the hosted page of a saved wallet the buyer changes its address and card, and can charge again
// what could not be charged.
func TestUpdateOfASavedWallet(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	saved := c.wallet()
	require.NoError(t, c.server.SuspendPermission(saved, "PaymentMethodExpired"))
	id, p := c.follow("/checkout/start", c.button("PayAndShip", c.update(saved)), "0")
	assert.Contains(t, p.text, "Change your saved payment method")
	assert.Contains(t, p.text, ">Save</button>")
	p = c.visit("/checkout/review", step(id, "address", "2", "card", "4444"))
	assert.Equal(t, "https://shop.example/result?"+step(id).Encode(), p.to)
	done := c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200)
	assert.Equal(t, saved, done.body["chargePermissionId"])
	now := c.get("/chargePermissions/" + saved)
	assert.Equal(t, "Toronto", now.at("shippingAddress", "city"))
	assert.Contains(t, now.raw, "MasterCard ****4444")
	assert.Equal(t, "Chargeable", now.at("statusDetails", "state"))
	assert.Empty(t, c.server.Charges())

	// The next time the page shows what was chosen; nobody else gets there; cancel changes nothing.
	id, p = c.follow("/checkout/start", c.button("PayOnly", c.update(saved)), "0")
	assert.Contains(t, p.text, `value="4444" required checked`)
	assert.NotContains(t, p.text, "Deliver to")
	c.visit("/checkout/review", step(id, "do", "cancel"))
	_, p = c.follow("/checkout/start", c.button("PayOnly", c.update(saved)), "1")
	assert.Contains(t, p.text, "sign in as Susie Smith")
	assert.Equal(t, now.raw, c.get("/chargePermissions/"+saved).raw)

	other := newClient(t, c.server, 1).wallet()
	assert.Contains(t, c.checked(c.button("PayOnly", c.update(other))).Wrong, "chargePermissionId")
	c.remove("/chargePermissions/"+saved+"/close", object{"closureReason": "over"}).must(t, 200)
	assert.Contains(t, c.checked(c.button("PayOnly", c.update(saved))).Wrong, "chargePermissionId")

	jp := newClient(t, emulator.Start(t, emulator.WithRegion("jp")), 0)
	assert.Contains(t, jp.checked(jp.button("PayOnly", jp.update(jp.wallet()))).Wrong, "Japan")
}

// An upgrade goes on with the buyer, the card and the currency of the order.
func TestUpgradeOfAnotherBuyer(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithRegion("eu")), 0)
	gbp := object{"amount": "14", "currencyCode": "GBP"}
	id := c.click("PayAndShip", object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/"}, "storeId": c.store(),
		"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": gbp},
	})
	c.visit("/checkout/signin", step(id, "buyer", "1"))
	c.visit("/checkout/review", step(id, "address", "0", "card", "0005"))
	order := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": gbp}).must(t, 200).text(t, "chargePermissionId")

	form := c.upgrade("recurringUpgrade", order, "recurringMetadata", object{"frequency": object{"unit": "Month", "value": "1"}})
	_, p := c.follow("/checkout/upgrade", form, "0")
	assert.Contains(t, p.text, "sign in as Ada Example")
	id, p = c.follow("/checkout/upgrade", form, "1")
	assert.Contains(t, p.text, `value="0005" required checked`)
	c.visit("/checkout/review", step(id, "address", "0", "card", "0005"))
	permission := c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200).text(t, "chargePermissionId")
	assert.Equal(t, "GBP", c.get("/chargePermissions/" + permission).body["presentmentCurrency"])
}

// A saved wallet closed while the buyer is on its page, and one whose address the shop gave.
func TestUpdateOfOtherWallets(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	saved := c.wallet()
	id, _ := c.follow("/checkout/start", c.button("PayAndShip", c.update(saved)), "0")
	c.visit("/checkout/review", step(id, "address", "0", "card", "4444"))
	c.remove("/chargePermissions/"+saved+"/close", object{"closureReason": "over"}).must(t, 200)
	c.post("/checkoutSessions/"+id+"/complete", object{}).refused(t, 422, "InvalidChargePermissionStatus")

	first := c.post("/checkoutSessions", changed(c.update(""), "chargePermissionId", nil, "addressDetails", object{
		"name": "Me", "addressLine1": "1 Example Street", "city": "New York", "stateOrRegion": "NY", "postalCode": "10001", "countryCode": "US", "phoneNumber": "212-555-0100",
	})).must(t, http.StatusCreated).text(t, "checkoutSessionId")
	require.NoError(t, c.server.Buyer().Approve(first))
	given := c.post("/checkoutSessions/"+first+"/complete", object{}).must(t, 200).text(t, "chargePermissionId")
	assert.Equal(t, "New York", c.get("/chargePermissions/"+given).at("shippingAddress", "city"))
	id, _ = c.follow("/checkout/start", c.button("PayAndShip", c.update(given)), "0")
	c.visit("/checkout/review", step(id, "address", "2", "card", "4444"))
	c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200)
	assert.Equal(t, "Toronto", c.get("/chargePermissions/"+given).at("shippingAddress", "city"))
}
