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

func TestSetupOnly(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails":          object{"checkoutResultReturnUrl": "https://shop.example/result"},
		"storeId":                     c.store(),
		"chargePermissionType":        "PaymentMethodOnFile",
		"paymentMethodOnFileMetadata": object{"setupOnly": true},
		"paymentDetails":              object{"paymentIntent": "Confirm"},
	}).must(t, 201).text(t, "checkoutSessionId")
	require.NoError(t, c.server.Buyer().Approve(id))
	p := c.post("/checkoutSessions/"+id+"/complete", object{}).must(t, 200).text(t, "chargePermissionId")
	shown := c.get("/chargePermissions/" + p)
	assert.Nil(t, shown.at("limits", "amountLimit"))
	assert.Nil(t, shown.body["expirationTimestamp"])
	charge := object{"chargePermissionId": p, "chargeAmount": usd("5")}
	c.post("/charges", charge).refused(t, 400, "MissingParameterValue")
	charge["chargeInitiator"], charge["channel"] = "MITU", "Web"
	c.post("/charges", charge).must(t, 201)
}

// A session may name a charge permission on file, which it then charges in place of a new one.
func TestSessionOntoAPermissionOnFile(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c, other := newClient(t, s, 0), newClient(t, s, 1)
	c.now, other.now = clock.Now, clock.Now
	session := func(c *client, intent string, more object) object {
		made := object{
			"webCheckoutDetails":   object{"checkoutResultReturnUrl": "https://shop.example/result"},
			"storeId":              c.store(),
			"chargePermissionType": "PaymentMethodOnFile",
			"paymentDetails":       object{"paymentIntent": intent, "chargeAmount": usd("5")},
		}
		maps.Copy(made, more)
		return made
	}
	complete := func(id string) answer {
		require.NoError(t, s.Buyer().Approve(id))
		return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("5")})
	}
	begin := func(intent string, more object) string {
		return c.post("/checkoutSessions", session(c, intent, more)).must(t, 201).text(t, "checkoutSessionId")
	}
	p := complete(begin("Confirm", nil)).must(t, 200).text(t, "chargePermissionId")
	reuse := object{"chargePermissionId": p}
	done := complete(begin("AuthorizeWithCapture", reuse)).must(t, 200)
	assert.Equal(t, p, done.body["chargePermissionId"])
	assert.Equal(t, p, c.get("/charges/" + done.text(t, "chargeId")).body["chargePermissionId"])
	assert.Equal(t, p, complete(begin("Confirm", reuse)).must(t, 200).body["chargePermissionId"])
	setUp := begin("Confirm", object{
		"chargePermissionId": p, "paymentMethodOnFileMetadata": object{"setupOnly": true}, "paymentDetails": object{"paymentIntent": "Confirm"},
	})
	require.NoError(t, s.Buyer().Approve(setUp))
	assert.Equal(t, p, c.post("/checkoutSessions/"+setUp+"/complete", object{}).must(t, 200).body["chargePermissionId"])

	// While an authorization is pending the permission takes no other.
	pending := begin("Authorize", reuse)
	c.patch("/checkoutSessions/"+pending, object{"paymentDetails": object{"canHandlePendingAuthorization": true}}).must(t, 200)
	waiting := begin("Authorize", reuse)
	require.NoError(t, s.Buyer().Approve(pending))
	c.with("X-Amz-Pay-Simulation-Code", "AuthorizationInitiated").post("/checkoutSessions/"+pending+"/complete", object{"chargeAmount": usd("5")}).must(t, 202)
	complete(waiting).refused(t, 422, "InvalidChargePermissionStatus")
	clock.Add(30 * time.Second)
	complete(waiting).must(t, 200)

	_, oneTime := c.newCharge("Confirm", "5")
	for name, more := range map[string]object{
		"chargePermissionId":   {"chargePermissionId": oneTime},
		"chargePermissionType": {"chargePermissionId": p, "chargePermissionType": "OneTime"},
	} {
		a := c.post("/checkoutSessions", session(c, "Confirm", more)).refused(t, 400, "InvalidParameterValue")
		assert.Contains(t, a.body["message"], "The member "+name+" ")
	}
	other.post("/checkoutSessions", session(other, "Confirm", reuse)).refused(t, 400, "InvalidParameterValue")
	open := begin("Authorize", reuse)
	c.remove("/chargePermissions/"+p+"/close", object{"closureReason": "x"}).must(t, 200)
	c.post("/checkoutSessions", session(c, "Confirm", reuse)).refused(t, 400, "InvalidParameterValue")
	complete(open).refused(t, 422, "InvalidChargePermissionStatus")
	assert.Len(t, s.Charges(), 3)
}

// Of a closed one-time permission what merchantMetadata lacks can still be set, member by member,
// and nothing else.
func TestMetadataOfAClosedPermission(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	p := c.paid(object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": usd("10.00")}, nil).must(t, 200).text(t, "chargePermissionId")
	path := "/chargePermissions/" + p
	require.Equal(t, "Closed", c.get(path).at("statusDetails", "state"))
	set := func(metadata any) answer { return c.patch(path, object{"merchantMetadata": metadata}) }
	assert.Equal(t, "order-1", set(object{"merchantReferenceId": "order-1"}).must(t, 200).at("merchantMetadata", "merchantReferenceId"))
	for name, update := range map[string]object{
		"a member that is set": {"merchantMetadata": object{"merchantReferenceId": "order-2"}},
		"one that is, one not": {"merchantMetadata": object{"merchantReferenceId": "order-1", "noteToBuyer": "x"}},
		"clearing it":          {"merchantMetadata": object{"merchantReferenceId": ""}},
		"nothing":              {}, "none of them": {"merchantMetadata": object{}},
		"other metadata": {"recurringMetadata": object{"frequency": object{"unit": "Month"}}},
	} {
		a := c.patch(path, update)
		assert.Equal(t, "ChargePermissionNotModifiable", a.reason, name+a.raw)
	}
	set(object{"noteToBuyer": ""}).must(t, 200)
	set(object{"noteToBuyer": "thanks", "customInformation": "x"}).must(t, 200)
	assert.Equal(t, object{"merchantReferenceId": "order-1", "merchantStoreName": nil, "noteToBuyer": "thanks", "customInformation": "x"}, c.get(path).body["merchantMetadata"])
	assert.Equal(t, "Closed", c.get(path).at("statusDetails", "state"))

	p = c.newRecurring("Confirm", usd("5"))
	c.remove("/chargePermissions/"+p+"/close", object{"closureReason": "x"}).must(t, 200)
	c.patch("/chargePermissions/"+p, object{"merchantMetadata": object{"noteToBuyer": "x"}}).refused(t, 422, "ChargePermissionNotModifiable")
}

func TestRecurring(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails":   object{"checkoutResultReturnUrl": "https://shop.example/result"},
		"storeId":              c.store(),
		"chargePermissionType": "Recurring",
		"recurringMetadata":    object{"frequency": object{"unit": "Month", "value": "1"}, "amount": usd("30")},
		"paymentDetails":       object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": usd("30")},
	}).must(t, 201).text(t, "checkoutSessionId")
	require.NoError(t, c.server.Buyer().Approve(id))
	p := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("30")}).must(t, 200).text(t, "chargePermissionId")
	assert.Regexp(t, `^C01-\d{7}-\d{7}$`, p)
	for range 26 { // neither a limit nor a count
		c.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("30"), "captureNow": true}).must(t, 201)
	}
	changed := c.patch("/chargePermissions/"+p, object{"recurringMetadata": object{"frequency": object{"unit": "Year"}}}).must(t, 200)
	assert.Equal(t, object{"frequency": object{"unit": "Year", "value": "1"}, "amount": usd("30.00")}, changed.body["recurringMetadata"])
	assert.Equal(t, "Chargeable", changed.at("statusDetails", "state"))
}

// A permission expires when it does, and not when somebody looks.
func TestExpiryDoesNotWaitForALook(t *testing.T) {
	t.Parallel()
	expiry := noon.AddDate(0, 0, 180)
	for name, look := range map[string]func(f *fixture){
		"nobody looks":     func(*fixture) {},
		"the shop looks":   func(f *fixture) { f.show() },
		"the window looks": func(f *fixture) { f.control(http.MethodGet, "state", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.newPermission("OneTime")
			f.clock.Add(expiry.Sub(noon) - 10*time.Second)
			pending := f.newCharge20("CaptureInitiated", object{"captureNow": true, "chargeAmount": usd("50")}).must(t, 201).text(t, "chargeId")
			f.clock.Add(10 * time.Second)
			look(f)
			f.clock.Add(time.Hour)
			shown := f.show()
			assert.Equal(t, "Closed/Expired", stateOf(f, shown), "the capture ends later")
			assert.Equal(t, expiry.Format("20060102T150405Z"), shown.at("statusDetails", "lastUpdatedTimestamp"))
			charge := f.get("/charges/" + pending)
			assert.Equal(t, "Captured", charge.at("statusDetails", "state"))
			assert.Equal(t, expiry.Add(20*time.Second).Format("20060102T150405Z"), charge.at("statusDetails", "lastUpdatedTimestamp"))
		})
	}
}
