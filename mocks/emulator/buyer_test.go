package emulator_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// An additional payment button brings the address along.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for region, hasBilling := range map[string]bool{"na": false, "eu": true} {
		s := emulator.Start(t, emulator.WithRegion(region))
		c := newClient(t, s, 0)
		session := object{
			"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/", "checkoutMode": "ProcessOrder"},
			"storeId":            c.store(),
			"paymentDetails":     object{"paymentIntent": "Confirm", "chargeAmount": usd("5")},
			"addressDetails": object{
				"name": "Me", "addressLine1": "1 Example Street", "city": "New York", "districtOrCounty": "Manhattan", "stateOrRegion": "NY",
				"postalCode": "10001", "countryCode": "US", "phoneNumber": "212-555-0100",
			},
		}
		id := c.post("/checkoutSessions", session).must(t, 201).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().SignIn(id))
		shown := c.get("/checkoutSessions/"+id).must(t, 200)
		assert.Equal(t, "Me", shown.at("shippingAddress", "name"))
		assert.Equal(t, "Manhattan", shown.at("shippingAddress", "district"))
		assert.Equal(t, hasBilling, shown.body["billingAddress"] != nil)

		session["scopes"] = []string{"billingAddress"}
		id = c.post("/checkoutSessions", session).must(t, 201).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().SignIn(id))
		assert.NotNil(t, c.get("/checkoutSessions/" + id).body["billingAddress"])
	}
}

// What the buyer ends is over, and says why.
func TestBuyerEndsASession(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	for reason, end := range map[string]func(string) error{"BuyerCanceled": s.Buyer().Abandon, "Declined": s.Buyer().Decline} {
		id := c.newApproved("Authorize", "50")
		require.NoError(t, end(id))
		a := c.get("/checkoutSessions/"+id).must(t, 200)
		assert.Equal(t, "Canceled", a.at("statusDetails", "state"))
		assert.Equal(t, reason, a.at("statusDetails", "reasonCode"))
		key := c.with(keyHeader, "complete-"+reason)
		key.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).refused(t, 422, "CheckoutSessionCanceled")
		key.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("51")}).refused(t, 422, "CheckoutSessionCanceled") // not kept: nothing was done
		c.post("/checkoutSessions/"+id+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("50")}).refused(t, 422, "CheckoutSessionCanceled")
		c.patch("/checkoutSessions/"+id, object{"platformId": "x"}).refused(t, 422, "InvalidCheckoutSessionStatus")
		require.Error(t, end(id), "it is over")
		require.Error(t, s.Buyer().Approve(id))
		require.Error(t, end("nobody"))
	}
}
