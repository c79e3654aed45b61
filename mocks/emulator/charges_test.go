package emulator_test

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a capture leaves of its authorization is free again, within the month as well.
func TestMonthlyCapCountsWhatWasCaptured(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.newPermission("Recurring")
	begin := func(amount string) answer { return f.newCharge20("", object{"chargeAmount": usd(amount)}) }
	left := func() any { return f.show().at("limits", "amountBalance", "amount") }
	assert.Equal(t, "1000.00", f.show().at("limits", "amountLimit", "amount"))
	first := begin("600").must(t, 201).text(t, "chargeId")
	assert.Equal(t, "400.00", left())
	begin("600").refused(t, 400, "PeriodicAmountExceeded")
	begin("400.01").refused(t, 400, "PeriodicAmountExceeded")
	f.post("/charges/"+first+"/capture", object{"captureAmount": usd("300")}).must(t, 200)
	assert.Equal(t, "700.00", left())
	second := begin("700").must(t, 201).text(t, "chargeId")
	begin("0.01").refused(t, 400, "PeriodicAmountExceeded")
	f.remove("/charges/"+second+"/cancel", object{"cancellationReason": "x"}).must(t, 200)
	begin("700").must(t, 201)
	begin("0.01").refused(t, 400, "PeriodicAmountExceeded")
	assert.Equal(t, "0.00", left())
	f.clock.Add(8 * wholeDay) // the first of December
	assert.Equal(t, "1000.00", left())
	begin("1000").must(t, 201)
}

// allowOvercharge lets an authorization beyond the limit be made, and be captured.
func TestOverchargeIsCaptured(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		overcharge bool
		more       string // after 95 of 100
		status     int
		closes     string // what remains until the permission is closed
	}{
		"allowed":            {true, "800", 201, "5"},
		"allowed, all of it": {true, "805", 201, ""},
		"more than that":     {true, "805.01", 400, ""},
		"not allowed":        {false, "5.01", 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			id := f.post("/checkoutSessions", object{
				"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "storeId": f.store(),
				"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": usd("100"), "allowOvercharge": row.overcharge},
			}).must(t, 201).text(t, "checkoutSessionId")
			f.done(f.server.Buyer().Approve(id))
			f.permission = f.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("100")}).must(t, 200).text(t, "chargePermissionId")
			f.is("/chargePermissions/"+f.permission, f.permission)
			first := f.newCharge20("", object{"chargeAmount": usd("95")}).must(t, 201).text(t, "chargeId")
			second := f.newCharge20("", object{"chargeAmount": usd(row.more)})
			if row.status == 400 {
				second.refused(t, 400, "TransactionAmountExceeded")
				return
			}
			f.post("/charges/"+first+"/capture", object{"captureAmount": usd("95")}).must(t, 200)
			f.post("/charges/"+second.must(t, 201).text(t, "chargeId")+"/capture", object{"captureAmount": usd(row.more)}).must(t, 200)
			assert.Equal(t, cmp.Or(row.closes, "0")+".00", f.show().at("limits", "amountBalance", "amount"))
			if row.closes != "" {
				assert.Equal(t, "Chargeable", stateOf(f, f.show()))
				f.newCharge20("", object{"chargeAmount": usd(row.closes), "captureNow": true}).must(t, 201)
			}
			assert.Equal(t, "Closed/AmazonClosed", stateOf(f, f.show()))
		})
	}
}
