// Which changes of state are allowed, and how the others are refused: intents, limits, simulations.

package emulator_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// A wrong turn is refused with its code.
func TestWrongTurns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		turn   func(c *client) answer
		status int
		reason string
	}{
		{"complete before the buyer approved", func(c *client) answer {
			return c.post("/checkoutSessions/"+c.newSession("Authorize", "50")+"/complete", object{"chargeAmount": usd("50")})
		}, 422, "InvalidCheckoutSessionStatus"},
		{"complete after the buyer only signed in", func(c *client) answer {
			id := c.newSession("Authorize", "50")
			require.NoError(c.tb, c.server.Buyer().SignIn(id))
			return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")})
		}, 422, "InvalidCheckoutSessionStatus"},
		{"complete what the buyer did not see", func(c *client) answer {
			id := c.newApproved("Authorize", "50")
			c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"chargeAmount": usd("99")}}).must(c.tb, 200)
			return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("99")})
		}, 422, "InvalidCheckoutSessionStatus"},
		{"complete another amount", func(c *client) answer {
			return c.post("/checkoutSessions/"+c.newApproved("Authorize", "50")+"/complete", object{"chargeAmount": usd("50.01")})
		}, 409, "AmountMismatch"},
		{"complete with a total that the session lacks", func(c *client) answer {
			return c.post("/checkoutSessions/"+c.newApproved("Authorize", "50")+"/complete", object{"chargeAmount": usd("50"), "totalOrderAmount": usd("50")})
		}, 409, "AmountMismatch"},
		{"complete another currency", func(c *client) answer {
			return c.post("/checkoutSessions/"+c.newApproved("Authorize", "50")+"/complete", object{"chargeAmount": object{"amount": "50", "currencyCode": "EUR"}})
		}, 400, "CurrencyMismatch"},
		{"complete without an amount", func(c *client) answer {
			return c.post("/checkoutSessions/"+c.newApproved("Authorize", "50")+"/complete", object{})
		}, 400, "MissingParameterValue"},
		{"complete twice", func(c *client) answer {
			id := c.newApproved("Authorize", "50")
			c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(c.tb, 200)
			return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")})
		}, 422, "InvalidCheckoutSessionStatus"},
		{"finalize twice", func(c *client) answer {
			id := c.newApproved("Authorize", "50")
			c.post("/checkoutSessions/"+id+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("50")}).must(c.tb, 200)
			return c.post("/checkoutSessions/"+id+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("50")})
		}, 422, "InvalidCheckoutSessionStatus"},
		{"update after completion", func(c *client) answer {
			id := c.newApproved("Authorize", "50")
			c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(c.tb, 200)
			return c.patch("/checkoutSessions/"+id, object{"supplementaryData": "x"})
		}, 422, "InvalidCheckoutSessionStatus"},
		{"finalize without a buyer", func(c *client) answer {
			return c.post("/checkoutSessions/"+c.newSession("Confirm", "50")+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("50")})
		}, 422, "InvalidCheckoutSessionStatus"},
		{"update the presentment currency", func(c *client) answer {
			return c.patch("/checkoutSessions/"+c.newSession("Confirm", "50"), object{"paymentDetails": object{"presentmentCurrency": "EUR"}})
		}, 400, "InvalidParameterValue"},

		{"charge more than the limit", func(c *client) answer {
			_, p := c.newCharge("Confirm", "50")
			c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("30")}).must(c.tb, 201)
			return c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("20.01")})
		}, 400, "TransactionAmountExceeded"},
		{"charge another currency", func(c *client) answer {
			_, p := c.newCharge("Confirm", "50")
			return c.post("/charges", object{"chargePermissionId": p, "chargeAmount": object{"amount": "1", "currencyCode": "GBP"}})
		}, 400, "CurrencyMismatch"},
		{"charge nothing", func(c *client) answer {
			_, p := c.newCharge("Confirm", "50")
			return c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("0.00")})
		}, 400, "InvalidParameterValue"},
		{"charge nothing at a till", func(c *client) answer {
			_, p := c.newCharge("Confirm", "50")
			return c.post("/in-store/charge", object{"chargePermissionId": p, "chargeReferenceId": "c", "chargeTotal": usd("0")})
		}, 400, "InvalidParameterValue"},
		{"capture nothing", func(c *client) answer {
			ch, _ := c.newCharge("Authorize", "50")
			return c.post("/charges/"+ch+"/capture", object{"captureAmount": usd("0")})
		}, 400, "InvalidParameterValue"},
		{"refund nothing", func(c *client) answer {
			ch, _ := c.newCharge("AuthorizeWithCapture", "50")
			return c.post("/refunds", object{"chargeId": ch, "refundAmount": usd("0.00")})
		}, 400, "InvalidParameterValue"},
		{"make a session for nothing", func(c *client) answer {
			return c.post("/checkoutSessions", object{
				"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(),
				"paymentDetails": object{"chargeAmount": usd("0")},
			})
		}, 400, "InvalidParameterValue"},
		{"charge a 26th time", func(c *client) answer {
			_, p := c.newCharge("Confirm", "50")
			for range 25 {
				c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("1")}).must(c.tb, 201)
			}
			return c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("1")})
		}, 422, "TransactionCountExceeded"},
		{"charge after close", func(c *client) answer {
			_, p := c.newClosed(false)
			return c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("1")})
		}, 422, "InvalidChargePermissionStatus"},
		{"close twice", func(c *client) answer {
			_, p := c.newClosed(false)
			return c.remove("/chargePermissions/"+p+"/close", object{"closureReason": "again"})
		}, 422, "InvalidChargePermissionStatus"},
		{"update a closed permission", func(c *client) answer {
			_, p := c.newClosed(false)
			c.patch("/chargePermissions/"+p, object{"merchantMetadata": object{"noteToBuyer": "late"}}).must(c.tb, 200)
			return c.patch("/chargePermissions/"+p, object{"merchantMetadata": object{"noteToBuyer": "later"}})
		}, 422, "ChargePermissionNotModifiable"},
		{"make a one-time permission recurring", func(c *client) answer {
			_, p := c.newCharge("Confirm", "50")
			return c.patch("/chargePermissions/"+p, object{"recurringMetadata": object{"frequency": object{"unit": "Month", "value": "1"}}})
		}, 400, "InvalidParameterCombination"},
		{"simulate a pending authorization that was not asked for", func(c *client) answer {
			id := c.newSession("AuthorizeWithCapture", "50")
			c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"canHandlePendingAuthorization": true}}).must(c.tb, 200)
			require.NoError(c.tb, c.server.Buyer().Approve(id))
			return c.with("X-Amz-Pay-Simulation-Code", "AuthorizationInitiated").post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")})
		}, 400, "InvalidSandboxSimulationSpecified"},
		{"capture after close", func(c *client) answer {
			ch, _ := c.newClosed(false)
			return c.post("/charges/"+ch+"/capture", object{"captureAmount": usd("50")})
		}, 422, "InvalidChargePermissionStatus"},
		{"capture what the close canceled", func(c *client) answer {
			ch, _ := c.newClosed(true)
			return c.post("/charges/"+ch+"/capture", object{"captureAmount": usd("50")})
		}, 422, "InvalidChargeStatus"},

		{"capture twice", func(c *client) answer {
			ch, _ := c.newCharge("Authorize", "50")
			c.post("/charges/"+ch+"/capture", object{"captureAmount": usd("20")}).must(c.tb, 200)
			return c.post("/charges/"+ch+"/capture", object{"captureAmount": usd("20")})
		}, 422, "InvalidChargeStatus"},
		{"capture more than authorized", func(c *client) answer {
			ch, _ := c.newCharge("Authorize", "50")
			return c.post("/charges/"+ch+"/capture", object{"captureAmount": usd("50.01")})
		}, 400, "TransactionAmountExceeded"},
		{"capture another currency", func(c *client) answer {
			ch, _ := c.newCharge("Authorize", "50")
			return c.post("/charges/"+ch+"/capture", object{"captureAmount": object{"amount": "50", "currencyCode": "JPY"}})
		}, 400, "CurrencyMismatch"},
		{"cancel after capture", func(c *client) answer {
			ch, _ := c.newCharge("AuthorizeWithCapture", "50")
			return c.remove("/charges/"+ch+"/cancel", object{"cancellationReason": "late"})
		}, 422, "InvalidChargeStatus"},
		{"cancel twice", func(c *client) answer {
			ch, _ := c.newCharge("Authorize", "50")
			c.remove("/charges/"+ch+"/cancel", object{"cancellationReason": "changed"}).must(c.tb, 200)
			return c.remove("/charges/"+ch+"/cancel", object{"cancellationReason": "changed"})
		}, 422, "InvalidChargeStatus"},
		{"update a captured charge", func(c *client) answer {
			ch, _ := c.newCharge("AuthorizeWithCapture", "50")
			return c.patch("/charges/"+ch, object{"statusDetails": object{"state": "Canceled", "reasonCode": "ExpiredUnused"}})
		}, 422, "InvalidChargeStatus"},

		{"refund what is not captured", func(c *client) answer {
			ch, _ := c.newCharge("Authorize", "50")
			return c.post("/refunds", object{"chargeId": ch, "refundAmount": usd("1")})
		}, 422, "InvalidChargeStatus"},
		{"refund another currency", func(c *client) answer {
			ch, _ := c.newCharge("AuthorizeWithCapture", "50")
			return c.post("/refunds", object{"chargeId": ch, "refundAmount": object{"amount": "1", "currencyCode": "EUR"}})
		}, 400, "CurrencyMismatch"},
		{"an unknown session", func(c *client) answer { return c.get("/checkoutSessions/nobody") }, 404, "ResourceNotFound"},
		{"an unknown permission", func(c *client) answer { return c.get("/chargePermissions/S01-0-0") }, 404, "ResourceNotFound"},
		{"an unknown charge", func(c *client) answer { return c.get("/charges/S01-0-0-C0") }, 404, "ResourceNotFound"},
		{"an unknown refund", func(c *client) answer { return c.get("/refunds/S01-0-0-R0") }, 404, "ResourceNotFound"},
		{"an unknown buyer", func(c *client) answer { return c.get("/buyers/nobody") }, 404, "ResourceNotFound"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := emulator.Start(t)
			c := newClient(t, s, 0)
			tt.turn(c).refused(t, tt.status, tt.reason)
			requests := s.Requests()
			last := requests[len(requests)-1]
			assert.Equal(t, tt.reason, last.ReasonCode)
			assert.NotEmpty(t, last.Refusal)
		})
	}
}

func (c *client) newApproved(intent string, amount any) string {
	c.tb.Helper()
	id := c.newSession(intent, amount)
	require.NoError(c.tb, c.server.Buyer().Approve(id))
	return id
}

// newClosed authorizes a charge and closes its permission.
func (c *client) newClosed(cancelPending bool) (chargeID, permissionID string) {
	c.tb.Helper()
	chargeID, permissionID = c.newCharge("Authorize", "50")
	c.remove("/chargePermissions/"+permissionID+"/close", object{"closureReason": "done", "cancelPendingCharges": cancelPending}).must(c.tb, 200)
	return chargeID, permissionID
}

func TestRefundCap(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	tests := []struct{ captured, most, over string }{
		{"0.01", "0.01", "0.01"},     // 15 % of a cent is nothing
		{"10", "11.50", "0.01"},      // 15 %
		{"500", "575", "0.01"},       // 15 % is 75
		{"1000", "1075.00", "0.01"},  // no more than 75
		{"0.99", "1.13", "0.01"},     // rounded down
		{"149925", "150000", "0.01"}, // the most of one refund
	}
	for _, tt := range tests {
		ch, _ := c.newCharge("AuthorizeWithCapture", tt.captured)
		c.post("/refunds", object{"chargeId": ch, "refundAmount": usd(tt.most)}).must(t, 201)
		c.post("/refunds", object{"chargeId": ch, "refundAmount": usd(tt.over)}).refused(t, 400, "TransactionAmountExceeded")
	}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for intent, state := range map[string]any{"Authorize": "Authorized", "AuthorizeWithCapture": "Captured"} {
		ch, _ := c.newCharge(intent, "14.00")
		assert.Equal(t, state, c.get("/charges/"+ch).at("statusDetails", "state"))
	}
	ch, p := c.newCharge("Confirm", "14.00")
	assert.Empty(t, ch)
	assert.Equal(t, "14.00", c.get("/chargePermissions/"+p).at("limits", "amountBalance", "amount"))
}

func TestTotalOrderAmountIsTheLimit(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.newSession("Authorize", "20")
	c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"totalOrderAmount": usd("70")}}).must(t, 200)
	require.NoError(t, c.server.Buyer().Approve(id))
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("20")}).refused(t, 400, "MissingParameterValue")
	done := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("20"), "totalOrderAmount": usd("70")}).must(t, 200)
	p := c.get("/chargePermissions/" + done.text(t, "chargePermissionId"))
	assert.Equal(t, "70.00", p.at("limits", "amountLimit", "amount"))
	assert.Equal(t, "50.00", p.at("limits", "amountBalance", "amount"))
}

func TestFinalize(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review"}, "storeId": c.store(),
	}).must(t, 201).text(t, "checkoutSessionId")
	require.NoError(t, c.server.Buyer().Approve(id))
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("9")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	done := c.post("/checkoutSessions/"+id+"/finalize", object{
		"paymentIntent": "AuthorizeWithCapture", "canHandlePendingAuthorization": false, "chargeAmount": usd("9"),
		"shippingAddress": object{"name": "Work", "addressLine1": "1 Main St", "countryCode": "US"},
	}).must(t, 200)
	assert.Equal(t, "Captured", c.get("/charges/"+done.text(t, "chargeId")).at("statusDetails", "state"))
	assert.Equal(t, "Work", c.get("/chargePermissions/"+done.text(t, "chargePermissionId")).at("shippingAddress", "name"))
}

func TestCancelAndUpdateCharge(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	ch, p := c.newCharge("Authorize", "50")
	a := c.remove("/charges/"+ch+"/cancel", object{"cancellationReason": "sold out"}).must(t, 200)
	assert.Equal(t, "Canceled", a.at("statusDetails", "state"))
	assert.Equal(t, "MerchantCanceled", a.at("statusDetails", "reasonCode"))
	assert.Equal(t, "50.00", c.get("/chargePermissions/"+p).at("limits", "amountBalance", "amount"), "released")

	ch = c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("50")}).must(t, 201).text(t, "chargeId")
	a = c.patch("/charges/"+ch, object{"statusDetails": object{"state": "Canceled", "reasonCode": "ExpiredUnused"}}).must(t, 200)
	assert.Equal(t, "ExpiredUnused", a.at("statusDetails", "reasonCode"))

	closedCharge, _ := c.newClosed(true)
	assert.Equal(t, "ChargePermissionCanceled", c.get("/charges/"+closedCharge).at("statusDetails", "reasonCode"))
}

func TestSimulationCodes(t *testing.T) {
	t.Parallel()
	const header = "X-Amz-Pay-Simulation-Code"
	c := newClient(t, emulator.Start(t), 0)

	for _, code := range []string{"SoftDeclined", "TransactionTimedOut", "HardDeclined", "AmazonRejected"} {
		_, p := c.newCharge("Confirm", "50")
		c.with(header, code).post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("50")}).refused(t, 422, code)
		state := map[string]string{"HardDeclined": "NonChargeable", "AmazonRejected": "Closed"}[code]
		if state == "" {
			state = "Chargeable"
		}
		assert.Equal(t, state, c.get("/chargePermissions/"+p).at("statusDetails", "state"), code)
		again := c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("50")})
		if state == "Chargeable" {
			again.must(t, 201)
		} else {
			again.refused(t, 422, "InvalidChargePermissionStatus")
		}
	}
	for _, code := range []string{"BuyerCanceled", "AmazonCanceled", "Declined"} {
		id := c.newApproved("Authorize", "50")
		c.with(header, code).post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).refused(t, 422, "CheckoutSessionCanceled")
		assert.Equal(t, code, c.get("/checkoutSessions/"+id).at("statusDetails", "reasonCode"))
	}
	_, p := c.newCharge("Confirm", "50")
	a := c.with(header, "AmazonClosed").remove("/chargePermissions/"+p+"/close", object{"closureReason": "x"}).must(t, 200)
	reasons, _ := a.at("statusDetails", "reasons").([]any)
	assert.Equal(t, []any{object{"reasonCode": "AmazonClosed", "reasonDescription": nil}}, reasons)

	ch, p := c.newCharge("Authorize", "50")
	c.with(header, "Nonsense").post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("1")}).refused(t, 400, "InvalidSandboxSimulationSpecified")
	c.with(header, "SoftDeclined").get("/charges/"+ch).refused(t, 400, "InvalidSandboxSimulationSpecified")
	m := c.server.Description().Merchants[0]
	onLive := c.withKey(m.KeyIDs.Live, m.PrivateKeyPEM)
	_, p = onLive.newCharge("Confirm", "50")
	onLive.with(header, "SoftDeclined").post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("1")}).refused(t, 400, "InvalidSandboxSimulationSpecified")
}

func TestYen(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithRegion("JP")), 0)
	yen := func(amount string) object { return object{"amount": amount, "currencyCode": "JPY"} }
	a := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "storeId": c.store(),
		"paymentDetails": object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": yen("100000")},
	}).must(t, 201)
	id := a.text(t, "checkoutSessionId")
	require.NoError(t, c.server.Buyer().Approve(id))
	assert.Equal(t, "山田 花子", c.get("/checkoutSessions/"+id).at("buyer", "name"))
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": yen("100000.00")}).refused(t, 400, "InvalidParameterValue")
	done := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": yen("100000")}).must(t, 200)
	ch := done.text(t, "chargeId")
	assert.Regexp(t, `^S03-\d{7}-\d{7}-C\d{6}$`, ch)
	assert.Equal(t, "100000", c.get("/charges/"+ch).at("captureAmount", "amount"))
	c.post("/refunds", object{"chargeId": ch, "refundAmount": yen(strconv.Itoa(108_400))}).must(t, 201)
	c.post("/refunds", object{"chargeId": ch, "refundAmount": yen("1")}).refused(t, 400, "TransactionAmountExceeded")
}
