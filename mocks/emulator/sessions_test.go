package emulator_test

import (
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

// A session that is over shows little.
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
	gone := []string{
		"webCheckoutDetails", "paymentDetails", "merchantMetadata", "storeId", "expirationTimestamp", "buyer", "shippingAddress",
		"shippingAddressList", "productType",
	}
	done, given := begin(), begin()
	open := c.get("/checkoutSessions/"+done).must(t, 200)
	for _, name := range gone {
		assert.NotNil(t, open.body[name], name)
	}
	completed := c.post("/checkoutSessions/"+done+"/complete", object{"chargeAmount": usd("50")}).must(t, 200)
	require.NoError(t, s.Buyer().Abandon(given))
	for _, a := range []answer{completed, c.get("/checkoutSessions/" + done), c.get("/checkoutSessions/" + given)} {
		for _, name := range append(gone, "deliverySpecifications", "multiAddressesCheckoutMetadata", "billingAddress") {
			value, there := a.body[name]
			assert.True(t, there, name)
			assert.Nil(t, value, name)
		}
		assert.Equal(t, []any{nil}, a.body["paymentPreferences"])
		assert.Equal(t, "P", a.body["platformId"])
		assert.NotNil(t, a.body["creationTimestamp"])
	}
	assert.NotNil(t, completed.body["chargePermissionId"])
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
	for region, ledger := range map[string]string{"na": "USD", "eu": "EUR", "jp": "JPY"} {
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
		a := begin(object{"paymentIntent": "Confirm", "presentmentCurrency": "CHF"})
		assert.Equal(t, "CHF", a.at("paymentDetails", "presentmentCurrency"))
		id := a.text(t, "checkoutSessionId")
		pounds := object{"amount": "5", "currencyCode": "GBP"}
		a = c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"chargeAmount": pounds}}).must(t, 200)
		assert.Equal(t, "GBP", a.at("paymentDetails", "presentmentCurrency"))
		require.NoError(t, s.Buyer().Approve(id))
		done := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": pounds}).must(t, 200)
		assert.Equal(t, "GBP", c.get("/chargePermissions/" + done.text(t, "chargePermissionId")).body["presentmentCurrency"])

		id = begin(object{"paymentIntent": "Confirm"}).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().Approve(id))
		done = c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200)
		assert.Equal(t, ledger, c.get("/chargePermissions/" + done.text(t, "chargePermissionId")).body["presentmentCurrency"])
	}
}
