// What happens as the clock moves: pending work ends, and objects expire.

package emulator_test

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestTimePasses(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	clock := newClock(start)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClient(t, s, 0)
	c.now = clock.Now

	// A pending authorization.
	id := c.newSession("Authorize", "50")
	c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"canHandlePendingAuthorization": true}}).must(t, 200)
	require.NoError(t, s.Buyer().Approve(id))
	done := c.with("X-Amz-Pay-Simulation-Code", "AuthorizationInitiated").post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(t, 202)
	ch, p := done.text(t, "chargeId"), done.text(t, "chargePermissionId")
	assert.Equal(t, "AuthorizationInitiated", c.get("/charges/"+ch).at("statusDetails", "state"))
	assert.Equal(t, "NonChargeable", c.get("/chargePermissions/"+p).at("statusDetails", "state"))
	clock.Add(30 * time.Second)
	assert.Equal(t, "Authorized", c.get("/charges/"+ch).at("statusDetails", "state"))
	assert.Equal(t, "Chargeable", c.get("/chargePermissions/"+p).at("statusDetails", "state"))

	// Sessions end after a day, authorizations after thirty, permissions after 180.
	unused, unseen := c.newApproved("Authorize", "1"), c.newSession("Authorize", "1")
	clock.Add(24 * time.Hour)
	c.post("/checkoutSessions/"+unused+"/complete", object{"chargeAmount": usd("1")}).refused(t, 422, "CheckoutSessionCanceled")
	assert.Equal(t, "Expired", c.get("/checkoutSessions/"+unused).at("statusDetails", "reasonCode"))
	require.Error(t, s.Buyer().Approve(unused))
	require.ErrorContains(t, s.Buyer().Approve(unseen), "Canceled")
	clock.Add(29 * 24 * time.Hour)
	assert.Equal(t, "ExpiredUnused", c.get("/charges/"+ch).at("statusDetails", "reasonCode"))
	assert.Equal(t, "Chargeable", c.get("/chargePermissions/"+p).at("statusDetails", "state"))
	clock.Add(151 * 24 * time.Hour)
	assert.Equal(t, "Closed", c.get("/chargePermissions/"+p).at("statusDetails", "state"))

	a := c.get("/chargePermissions/" + p)
	assert.Equal(t, clock.Now().Format(http.TimeFormat), a.header.Get("Date"), "the emulator's clock")
	assert.Equal(t, start.Add(180*24*time.Hour).Format("20060102T150405Z"), a.body["expirationTimestamp"])
}

func TestCaptureInitiated(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	c := newClient(t, emulator.Start(t, emulator.WithClock(clock.Now)), 0)
	c.now = clock.Now
	_, p := c.newCharge("Confirm", "50")
	simulated := c.with("X-Amz-Pay-Simulation-Code", "CaptureInitiated")
	simulated.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("50")}).refused(t, 400, "InvalidSandboxSimulationSpecified")
	a := simulated.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("50"), "captureNow": true}).must(t, 201)
	assert.Equal(t, "CaptureInitiated", a.at("statusDetails", "state"))
	ch := a.text(t, "chargeId")
	c.post("/refunds", object{"chargeId": ch, "refundAmount": usd("1")}).refused(t, 422, "InvalidChargeStatus")
	c.remove("/charges/"+ch+"/cancel", object{"cancellationReason": "x"}).refused(t, 422, "InvalidChargeStatus")
	clock.Add(30 * time.Second)
	assert.Equal(t, "Captured", c.get("/charges/"+ch).at("statusDetails", "state"))
	assert.Equal(t, "Closed", c.get("/chargePermissions/"+p).at("statusDetails", "state"))
}

// An authorization is captured at once for seven days, and later on in its own time.
func TestLateCapture(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClient(t, s, 0)
	c.now = clock.Now
	inTime, _ := c.newCharge("Authorize", "50")
	late, p := c.newCharge("Authorize", "50")
	lost, _ := c.newCharge("Authorize", "50")
	clock.Add(7 * 24 * time.Hour)
	c.post("/charges/"+inTime+"/capture", object{"captureAmount": usd("50")}).must(t, 200)
	clock.Add(time.Second)
	for _, id := range []string{late, lost} {
		a := c.post("/charges/"+id+"/capture", object{"captureAmount": usd("20")}).must(t, 202)
		assert.Equal(t, "CaptureInitiated", a.at("statusDetails", "state"))
		c.post("/charges/"+id+"/capture", object{"captureAmount": usd("20")}).refused(t, 422, "InvalidChargeStatus")
	}
	require.NoError(t, s.DeclinePending(lost, "SoftDeclined"))
	clock.Add(29 * time.Second)
	assert.Equal(t, "CaptureInitiated", c.get("/charges/"+late).at("statusDetails", "state"))
	clock.Add(time.Second)
	a := c.get("/charges/"+late).must(t, 200)
	assert.Equal(t, "Captured", a.at("statusDetails", "state"))
	assert.Equal(t, "20.00", a.at("captureAmount", "amount"))
	assert.Equal(t, "30.00", c.get("/chargePermissions/"+p).at("limits", "amountBalance", "amount"))
	a = c.get("/charges/"+lost).must(t, 200)
	assert.Equal(t, "Declined", a.at("statusDetails", "state"))
	assert.Nil(t, a.body["captureAmount"])
}

// newPending makes a charge whose authorization is pending.
func (c *client) newPending() (chargeID, permissionID string) {
	c.tb.Helper()
	id := c.newSession("Authorize", "50")
	c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"canHandlePendingAuthorization": true}}).must(c.tb, 200)
	require.NoError(c.tb, c.server.Buyer().Approve(id))
	a := c.with("X-Amz-Pay-Simulation-Code", "AuthorizationInitiated").post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(c.tb, 202)
	return a.text(c.tb, "chargeId"), a.text(c.tb, "chargePermissionId")
}

func TestDeclinePending(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClient(t, s, 0)
	c.now = clock.Now
	for reason, state := range map[string]string{
		"SoftDeclined": "Chargeable", "ProcessingFailure": "Chargeable", "TransactionTimedOut": "Chargeable",
		"HardDeclined": "NonChargeable", "AmazonRejected": "Closed",
	} {
		ch, p := c.newPending()
		require.NoError(t, s.DeclinePending(ch, reason))
		a := c.get("/charges/"+ch).must(t, 200)
		assert.Equal(t, "Declined", a.at("statusDetails", "state"))
		assert.Equal(t, reason, a.at("statusDetails", "reasonCode"))
		assert.Equal(t, state, c.get("/chargePermissions/"+p).at("statusDetails", "state"), reason)
		clock.Add(time.Hour)
		assert.Equal(t, "Declined", c.get("/charges/"+ch).at("statusDetails", "state"), "for good")
		require.ErrorContains(t, s.DeclinePending(ch, reason), "Declined, not pending")
	}
	require.ErrorContains(t, s.DeclinePending("nobody", "SoftDeclined"), "nobody")
	ch, p := c.newPending()
	require.ErrorContains(t, s.DeclinePending(ch, "Expired"), "Expired")
	c.remove("/chargePermissions/"+p+"/close", object{"closureReason": "x"}).must(t, 200)
	require.NoError(t, s.DeclinePending(ch, "HardDeclined"))
	assert.Equal(t, "Closed", c.get("/chargePermissions/"+p).at("statusDetails", "state"), "a decline opens nothing")
	ch, _ = c.newPending()
	clock.Add(30 * time.Second)
	require.ErrorContains(t, s.DeclinePending(ch, "SoftDeclined"), "Authorized, not pending")
}

func TestPermissionsExpire(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClient(t, s, 0)
	c.now = clock.Now
	begin := func(change object) string {
		session := object{
			"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "storeId": c.store(),
			"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": usd("5")},
		}
		maps.Copy(session, change)
		id := c.post("/checkoutSessions", session).must(t, 201).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().Approve(id))
		return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("5")}).must(t, 200).text(t, "chargePermissionId")
	}
	for name, change := range map[string]object{
		"recurring": {"chargePermissionType": "Recurring", "recurringMetadata": object{"frequency": object{"unit": "Month", "value": "1"}}},
		"extended":  {"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": usd("5"), "extendExpiration": true}},
	} {
		p := begin(change)
		assert.Equal(t, clock.Now().AddDate(0, 13, 0).Format("20060102T150405Z"), c.get("/chargePermissions/" + p).body["expirationTimestamp"], name)
		clock.Add(clock.Now().AddDate(0, 13, 0).Sub(clock.Now()) - time.Second)
		assert.Equal(t, "Chargeable", c.get("/chargePermissions/"+p).at("statusDetails", "state"), name)
		clock.Add(time.Second)
		a := c.get("/chargePermissions/" + p)
		assert.Equal(t, "Closed", a.at("statusDetails", "state"), name)
		assert.Contains(t, a.raw, `"Expired"`)
	}
	p := begin(object{"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": usd("5"), "extendExpiration": false}})
	assert.Equal(t, clock.Now().AddDate(0, 0, 180).Format("20060102T150405Z"), c.get("/chargePermissions/" + p).body["expirationTimestamp"])
}

// What is pending can be canceled, by itself or with its permission, and then stays so.
func TestCancelWhilePending(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClient(t, s, 0)
	c.now = clock.Now
	alone, p := c.newPending()
	c.post("/charges/"+alone+"/capture", object{"captureAmount": usd("50")}).refused(t, 422, "InvalidChargeStatus")
	c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("1")}).refused(t, 422, "InvalidChargePermissionStatus")
	c.remove("/charges/"+alone+"/cancel", object{"cancellationReason": "x"}).must(t, 200)
	assert.Equal(t, "Chargeable", c.get("/chargePermissions/"+p).at("statusDetails", "state"))
	assert.Equal(t, "50.00", c.get("/chargePermissions/"+p).at("limits", "amountBalance", "amount"))

	with, closing := c.newPending()
	c.remove("/chargePermissions/"+closing+"/close", object{"closureReason": "x", "cancelPendingCharges": true}).must(t, 200)
	kept, leaving := c.newPending()
	c.remove("/chargePermissions/"+leaving+"/close", object{"closureReason": "x", "cancelPendingCharges": false}).must(t, 200)
	clock.Add(time.Hour)
	for id, reason := range map[string]string{alone: "MerchantCanceled", with: "ChargePermissionCanceled"} {
		a := c.get("/charges/" + id)
		assert.Equal(t, "Canceled", a.at("statusDetails", "state"))
		assert.Equal(t, reason, a.at("statusDetails", "reasonCode"))
	}
	assert.Equal(t, "Authorized", c.get("/charges/"+kept).at("statusDetails", "state"))
}

func TestStartInYears(t *testing.T) {
	t.Parallel()
	for year, fits := range map[int]bool{1: false, 1969: false, 1970: true, 2026: true, 2200: true, 2201: false, 10_000: false, -1: false} {
		at := time.Date(year, 6, 1, 12, 0, 0, 0, time.UTC)
		s, err := emulator.New(emulator.WithStart(at), emulator.WithClock(newClock(noon).Now))
		if !fits {
			require.ErrorContains(t, err, "WithStart", year)
			continue
		}
		require.NoError(t, err, year)
		assert.Equal(t, at, s.Now())
	}
	_, err := emulator.New(emulator.WithStart(time.Time{}))
	require.Error(t, err)
}

// A shop's clock may be in a zone that changes between winter and summer: the service's timestamps
// are in UTC, and days are days of the calendar there.
func TestZoneThatChanges(t *testing.T) {
	t.Parallel()
	winter, summer := time.FixedZone("CET", 3600), time.FixedZone("CEST", 7200)
	change := time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC)
	clock := newClock(noon)
	local := func() time.Time {
		if now := clock.Now(); now.Before(change) {
			return now.In(winter)
		}
		return clock.Now().In(summer)
	}
	s := emulator.Start(t, emulator.WithClock(local))
	f := &fixture{client: newClientAt(t, s, 0, clock), clock: clock}
	f.owner = f.client
	assert.Equal(t, time.UTC, s.Now().Location())
	f.newPermission("OneTime")
	expiry := noon.AddDate(0, 0, 180).Format("20060102T150405Z") // on the other side of the change
	shown := f.show()
	assert.Equal(t, "20261123T120000Z", shown.body["creationTimestamp"])
	assert.Equal(t, expiry, shown.body["expirationTimestamp"])
	clock.Add(change.Sub(noon) + time.Hour)
	id := f.newSession("Authorize", "5")
	session := f.get("/checkoutSessions/" + id)
	assert.Equal(t, "20270328T020000Z", session.body["creationTimestamp"])
	assert.Equal(t, "20270329T020000Z", session.body["expirationTimestamp"])
	assert.Equal(t, "Sun, 28 Mar 2027 02:00:00 GMT", session.header.Get("Date"))
	assert.Equal(t, expiry, f.show().body["expirationTimestamp"])
	clock.Add(noon.AddDate(0, 0, 180).Sub(clock.Now()) - time.Second)
	assert.Equal(t, "Chargeable", stateOf(f, f.show()))
	clock.Add(time.Second)
	assert.Equal(t, "Closed/Expired", stateOf(f, f.show()))
	assert.Equal(t, expiry, f.show().at("statusDetails", "lastUpdatedTimestamp"))
}
