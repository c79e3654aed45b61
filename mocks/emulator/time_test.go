package emulator_test

import (
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
	unused := c.newApproved("Authorize", "1")
	clock.Add(24 * time.Hour)
	c.post("/checkoutSessions/"+unused+"/complete", object{"chargeAmount": usd("1")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	assert.Equal(t, "Expired", c.get("/checkoutSessions/"+unused).at("statusDetails", "reasonCode"))
	require.Error(t, s.Buyer().Approve(unused))
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
