package emulator_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func priceIn(currency, amount string) object {
	return object{"amount": amount, "currencyCode": currency}
}

// paid makes a session with these payment details, and goes through with it.
func (c *client) paid(payment, more object) answer {
	c.tb.Helper()
	session := object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "storeId": c.store(), "paymentDetails": payment,
	}
	maps.Copy(session, more)
	id := c.post("/checkoutSessions", session).must(c.tb, 201).text(c.tb, "checkoutSessionId")
	require.NoError(c.tb, c.server.Buyer().Approve(id))
	return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": payment["chargeAmount"]})
}

// One transaction may be so large, where that is documented. Other amounts may be any, and some of
// them nothing.
func TestLargestAmounts(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithRegion("eu")), 0)
	session := func(payment object) answer {
		return c.post("/checkoutSessions", object{
			"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(), "paymentDetails": payment,
			"multiAddressesCheckoutMetadata": []any{object{"addressId": "a", "price": priceIn("EUR", "0")}},
			"recurringMetadata":              object{"frequency": object{"unit": "Variable", "value": "1234567"}, "amount": priceIn("EUR", "0")},
		})
	}
	for currency, row := range map[string][2]string{
		"EUR": {"150000.00", "150000.01"}, "GBP": {"150000.00", "150000.01"}, "USD": {"150000.00", "150000.01"}, "JPY": {"10000000", "10000001"},
		"SEK": {"150000.01", ""}, "HKD": {"9999999999999.99", ""},
	} {
		session(object{"chargeAmount": priceIn(currency, row[0])}).must(t, 201)
		if row[1] != "" {
			session(object{"chargeAmount": priceIn(currency, row[1])}).refused(t, 400, "InvalidParameterValue")
			session(object{"totalOrderAmount": priceIn(currency, row[1]), "estimateOrderTotal": priceIn(currency, row[1])}).must(t, 201)
		}
		session(object{"chargeAmount": priceIn(currency, "0")}).refused(t, 400, "InvalidParameterValue")
		session(object{"estimateOrderTotal": priceIn(currency, "0")}).must(t, 201)
	}
}

// With allowOvercharge the limit is nine times the order, and 500 or 70,000 yen at least.
func TestOverchargeLimits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ region, currency, order, limit, left, more, tooMuch string }{
		{"jp", "JPY", "10000", "90000", "80000", "15000", "65001"},
		{"jp", "JPY", "1000", "70000", "69000", "69000", "1"},
		{"na", "USD", "10.00", "500.00", "490.00", "490.00", "0.01"},
		{"na", "USD", "100.00", "900.00", "800.00", "0.01", "800.00"},
		{"eu", "GBP", "10.00", "500.00", "490.00", "0.01", "490.00"},
		{"eu", "SEK", "10.00", "90.00", "80.00", "80.00", "0.01"}, // no least amount is documented
	} {
		c := newClient(t, emulator.Start(t, emulator.WithRegion(row.region)), 0)
		price := func(amount string) object { return priceIn(row.currency, amount) }
		p := c.paid(object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": price(row.order), "allowOvercharge": true}, nil).
			must(t, 200).text(t, "chargePermissionId")
		shown := c.get("/chargePermissions/" + p)
		assert.Equal(t, price(row.limit), shown.at("limits", "amountLimit"), "%v", row)
		assert.Equal(t, price(row.left), shown.at("limits", "amountBalance"), "%v", row)
		assert.Equal(t, "Chargeable", shown.at("statusDetails", "state"))
		c.post("/charges", object{"chargePermissionId": p, "chargeAmount": price(row.more)}).must(t, 201)
		a := c.post("/charges", object{"chargePermissionId": p, "chargeAmount": price(row.tooMuch)})
		assert.Equal(t, "TransactionAmountExceeded", a.reason, "%v: %s", row, a.raw)
	}
}

// allowOvercharge and extendExpiration are for a new session alone, as presentmentCurrency is.
func TestSetAtCreationAlone(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.newSession("Confirm", "5")
	before := c.get("/checkoutSessions/" + id).raw
	for name, value := range map[string]any{"allowOvercharge": true, "extendExpiration": false, "presentmentCurrency": "USD"} {
		a := c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{name: value}}).refused(t, 400, "InvalidParameterValue")
		assert.Contains(t, a.body["message"], "paymentDetails."+name+" can be set only at creation")
	}
	assert.Equal(t, before, c.get("/checkoutSessions/"+id).raw)
}

// The charges of a calendar month may come to so much, by type and currency, and no more; the next
// month they may again.
func TestMonthlyLimits(t *testing.T) {
	t.Parallel()
	limits := map[string]map[string][2]string{ // type → currency → limit, a little more than nothing
		"Recurring": {
			"USD": {"1000.00", "0.01"}, "EUR": {"1000.00", "0.01"}, "GBP": {"1000.00", "0.01"}, "AUD": {"1000.00", "0.01"}, "CHF": {"1000.00", "0.01"}, "NZD": {"1000.00", "0.01"},
			"DKK": {"10000.00", "0.01"}, "HKD": {"10000.00", "0.01"}, "NOK": {"10000.00", "0.01"}, "SEK": {"10000.00", "0.01"}, "ZAR": {"10000.00", "0.01"}, "JPY": {"100000", "1"},
		},
		"PaymentMethodOnFile": {
			"USD": {"15000.00", "0.01"}, "EUR": {"15000.00", "0.01"}, "DKK": {"150000.00", "0.01"}, "SEK": {"150000.00", "0.01"}, "JPY": {"2000000", "1"},
		},
	}
	for kind, currencies := range limits {
		for currency, row := range currencies {
			clock := newClock(noon)
			c := newClientAt(t, emulator.Start(t, emulator.WithRegion("eu"), emulator.WithClock(clock.Now)), 0, clock)
			more := object{"chargePermissionType": kind}
			if kind == "Recurring" {
				more["recurringMetadata"] = object{"frequency": object{"unit": "Month", "value": "1"}}
			}
			p := c.paid(object{"paymentIntent": "Confirm", "chargeAmount": priceIn(currency, "5")}, more).must(t, 200).text(t, "chargePermissionId")
			charge := func(amount string) answer {
				o := object{"chargePermissionId": p, "chargeAmount": priceIn(currency, amount), "captureNow": true}
				if kind != "Recurring" {
					o["chargeInitiator"], o["channel"] = "MITU", "Web"
				}
				return c.post("/charges", o)
			}
			shown := c.get("/chargePermissions/" + p)
			if kind == "Recurring" {
				assert.Equal(t, priceIn(currency, row[0]), shown.at("limits", "amountLimit"))
				assert.Equal(t, priceIn(currency, row[0]), shown.at("limits", "amountBalance"))
			} else {
				assert.Equal(t, object{"amountLimit": nil, "amountBalance": nil}, shown.body["limits"])
			}
			charge(row[0]).must(t, 201)
			charge(row[1]).refused(t, 400, "PeriodicAmountExceeded")
			clock.Add(7*24*time.Hour + 12*time.Hour - time.Second) // the last second of November
			charge(row[1]).refused(t, 400, "PeriodicAmountExceeded")
			clock.Add(time.Second)
			charge(row[0]).must(t, 201)
		}
	}
}

// The first charge, which completes the session, is one of its month, too.
func TestFirstChargeBeyondTheMonth(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for kind, amounts := range map[string][2]string{"Recurring": {"1000.01", "1000"}, "PaymentMethodOnFile": {"15000.01", "15000"}} {
		more := object{"chargePermissionType": kind, "recurringMetadata": object{"frequency": object{"unit": "Month", "value": "1"}}}
		c.paid(object{"paymentIntent": "Authorize", "chargeAmount": usd(amounts[0])}, more).refused(t, 400, "PeriodicAmountExceeded")
		c.paid(object{"paymentIntent": "Authorize", "chargeAmount": usd(amounts[1])}, more).must(t, 200)
		c.paid(object{"paymentIntent": "Confirm", "chargeAmount": usd(amounts[0])}, more).must(t, 200)
	}
}

// Only accounts with a ledger in euros or pounds can be paid in other currencies, wherever one
// stands.
func TestCurrenciesOfAnAccount(t *testing.T) {
	t.Parallel()
	for region, ledger := range map[string]string{"na": "USD", "jp": "JPY"} {
		c := newClient(t, emulator.Start(t, emulator.WithRegion(region)), 0)
		web := object{"checkoutReviewReturnUrl": "https://shop.example/", "checkoutResultReturnUrl": "https://shop.example/"}
		for _, currency := range []string{"EUR", "SEK", "GBP", "AUD"} {
			for _, payment := range []object{
				{"chargeAmount": priceIn(currency, "10")},
				{"presentmentCurrency": currency},
				{"chargeAmount": priceIn(ledger, "10"), "totalOrderAmount": priceIn(currency, "10")},
				{"estimateOrderTotal": priceIn(currency, "10")},
			} {
				c.post("/checkoutSessions", object{"webCheckoutDetails": web, "storeId": c.store(), "paymentDetails": payment}).refused(t, 400, "CurrencyMismatch")
			}
			c.post("/in-store/merchantScan", object{
				"scanData": "UKhrmatMeKdlfY6b", "scanReferenceId": "r" + currency, "merchantCOE": "US", "ledgerCurrency": ledger, "chargeTotal": priceIn(currency, "10"),
			}).refused(t, 400, "CurrencyMismatch")
		}
		id := c.post("/checkoutSessions", object{"webCheckoutDetails": web, "storeId": c.store()}).must(t, 201).text(t, "checkoutSessionId")
		euros := object{"paymentIntent": "Confirm", "chargeAmount": priceIn("EUR", "10")}
		c.patch("/checkoutSessions/"+id, object{"paymentDetails": euros}).refused(t, 400, "CurrencyMismatch")
		require.NoError(t, c.server.Buyer().SignIn(id))
		c.post("/checkoutSessions/"+id+"/finalize", euros).refused(t, 400, "CurrencyMismatch")
		assert.Contains(t, c.post("/checkoutSessions/"+id+"/finalize", euros).body["message"], ledger)
	}
}

// What was captured in another currency shows what it is in the ledger's, and at which rate.
func TestConversion(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithRegion("eu")), 0)
	for _, row := range []struct{ currency, amount, converted, rate string }{
		{"SEK", "100.00", "8.89", "11.2500"},
		{"JPY", "1000", "6.25", "160.0000"},
		{"USD", "0.01", "0.01", "1.1000"},
		{"GBP", "8.50", "10.00", "0.8500"},
		{"HKD", "9999999999999.99", "1162790697674.42", "8.6000"},
		{"EUR", "10.00", "", ""},
	} {
		made := c.paid(object{"paymentIntent": "Authorize", "chargeAmount": priceIn(row.currency, row.amount)}, nil).must(t, 200).text(t, "chargeId")
		authorized := c.get("/charges/" + made)
		assert.Nil(t, authorized.body["convertedAmount"], row.currency)
		assert.Nil(t, authorized.body["conversionRate"], row.currency)
		captured := c.post("/charges/"+made+"/capture", object{"captureAmount": priceIn(row.currency, row.amount)}).must(t, 200)
		if row.converted == "" {
			assert.Nil(t, captured.body["convertedAmount"], "it is the ledger's")
			assert.Nil(t, captured.body["conversionRate"])
			continue
		}
		assert.Equal(t, priceIn("EUR", row.converted), captured.body["convertedAmount"], row.currency)
		assert.Equal(t, row.rate, captured.body["conversionRate"], row.currency)
	}
}
