package emulator_test

import (
	"net/http"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestFaultsOfAStatus(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	require.NoError(t, s.FailNext(2, emulator.Fault{Operation: "GetCharge", Status: 429, RetryAfter: "7"}))
	require.NoError(t, s.FailNext(1, emulator.Fault{Status: 502}))

	c.get("/refunds/x").refused(t, 502, "") // the second fault: the first waits for getCharge
	c.get("/refunds/x").refused(t, 404, "ResourceNotFound")
	for range 2 {
		a := c.get("/charges/x").refused(t, 429, "TooManyRequests")
		assert.Equal(t, "7", a.header.Get("Retry-After"))
	}
	a := c.get("/charges/x").refused(t, 404, "ResourceNotFound")
	assert.Empty(t, a.header.Get("Retry-After"))

	log := s.Requests()
	assert.Equal(t, "status 429", log[2].Fault)
	assert.True(t, log[2].Verified)
	assert.Equal(t, "GetCharge", log[2].Operation)
	assert.Empty(t, log[4].Fault)
}

func TestFaultsWaitForAVerifiedRequest(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	require.NoError(t, s.FailNext(1, emulator.Fault{}))
	c.with("X-Amz-Pay-Region", "eu").get("/charges/x").refused(t, 400, "InvalidHeaderValue")
	c.get("/charges/x").refused(t, 503, "ServiceUnavailable")
}

func TestResetBeforeTheWork(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	keyed := c.with(keyHeader, "once")
	require.NoError(t, s.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindReset}))
	body := object{"chargePermissionId": p, "chargeAmount": usd("10")}

	r, raw := keyed.request(http.MethodPost, "/charges", body)
	_, err := keyed.send(keyed.sign(r, raw))
	require.ErrorIs(t, err, syscall.ECONNRESET)
	assert.Empty(t, s.Charges())
	log := s.Requests()
	assert.Equal(t, 0, log[len(log)-1].Status)
	assert.Equal(t, "connection reset", log[len(log)-1].Fault)

	keyed.post("/charges", body).must(t, 201)
	assert.Len(t, s.Charges(), 1)
}

func TestAnswerLostAfterTheWork(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	keyed := c.with(keyHeader, "once")
	require.NoError(t, s.FailNext(2, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))
	body := object{"chargePermissionId": p, "chargeAmount": usd("10")}
	for range 2 { // the second time it is the replay that is lost
		r, raw := keyed.request(http.MethodPost, "/charges", body)
		_, err := keyed.send(keyed.sign(r, raw))
		require.Error(t, err)
	}
	require.Len(t, s.Charges(), 1)
	a := keyed.post("/charges", body).must(t, 201)
	assert.Equal(t, s.Charges()[0].ID, a.body["chargeId"])
	assert.Len(t, s.Charges(), 1)
	log := s.Requests()
	assert.Equal(t, "answer lost", log[len(log)-2].Fault)
	assert.Equal(t, 201, log[len(log)-2].Status)
}

func TestBadFaults(t *testing.T) {
	t.Parallel()
	s, err := emulator.New()
	require.NoError(t, err)
	require.Error(t, s.FailNext(0, emulator.Fault{}))
	require.ErrorContains(t, s.FailNext(1, emulator.Fault{Operation: "createCharge"}), "CreateCharge", "the nearest name is listed")
	require.Error(t, s.FailNext(1, emulator.Fault{Kind: 9}))
	require.Error(t, s.FailNext(1, emulator.Fault{Status: 200}))
	for _, status := range []int{403, 422} {
		require.ErrorContains(t, s.FailNext(1, emulator.Fault{Status: status}), "ReasonCode")
		require.NoError(t, s.FailNext(1, emulator.Fault{Status: status, ReasonCode: "AmazonRejected"}))
	}
}

func TestClearFaults(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	require.NoError(t, s.FailNext(5, emulator.Fault{}))
	s.ClearFaults()
	newClient(t, s, 0).get("/charges/x").refused(t, 404, "ResourceNotFound")
}

func TestReasonsOfStatuses(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	for status, reason := range map[int]string{
		0:   "ServiceUnavailable",
		400: "InvalidRequest",
		401: "UnauthorizedAccess",
		404: "ResourceNotFound",
		405: "UnsupportedOperation",
		408: "RequestTimeout",
		409: "AmountMismatch",
		425: "",
		426: "TLSVersionNotSupported",
		429: "TooManyRequests",
		500: "InternalServerError",
		502: "",
		503: "ServiceUnavailable",
		504: "",
	} {
		require.NoError(t, s.FailNext(1, emulator.Fault{Status: status}))
		a := c.get("/charges/x")
		if status == 0 {
			status = 503
		}
		a.refused(t, status, reason)
		_, has := a.body["reasonCode"]
		assert.Equal(t, reason != "", has, a.raw)
	}
}

// An outcome that is asked for waits for a request whose work would be done.
func TestOutcomesAskedFor(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	good := object{"chargePermissionId": p, "chargeAmount": usd("1")}
	replayed := c.with(keyHeader, "replayed")
	replayed.post("/charges", good).must(t, 201)
	require.NoError(t, s.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: "HardDeclined"}))

	replayed.post("/charges", good).must(t, 201)
	replayed.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("2")}).refused(t, 400, "DuplicateIdempotencyKey")
	key := c.with(keyHeader, "declined")
	key.post("/charges", `{"chargePermissionId":`).refused(t, 400, "InvalidRequestFormat")
	key.post("/charges", object{"chargePermissionId": p}).refused(t, 400, "MissingParameterValue")
	key.post("/charges", object{"chargePermissionId": "S01-0-0", "chargeAmount": usd("1")}).refused(t, 404, "ResourceNotFound")
	key.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("50")}).refused(t, 400, "TransactionAmountExceeded")
	key.with("X-Amz-Pay-Simulation-Code", "Nonsense").post("/charges", good).refused(t, 400, "InvalidSandboxSimulationSpecified")

	key.post("/charges", good).refused(t, 422, "HardDeclined")
	log := s.Requests()
	assert.Equal(t, "status 422", log[len(log)-1].Fault)
	assert.Empty(t, log[len(log)-2].Fault)
	a := c.get("/chargePermissions/" + p)
	assert.Equal(t, "NonChargeable", a.at("statusDetails", "state"))
	assert.Contains(t, a.raw, "PaymentMethodInvalid")
	key.post("/charges", good).refused(t, 422, "HardDeclined") // kept
	assert.Len(t, s.Charges(), 1)
}

// Every operation that can fail by itself does so once its checks are passed, and leaves
// all as it was but for what a decline does.
func TestOutcomesOfOperations(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	held, p := c.newCharge("Authorize", "50")
	taken, _ := c.newCharge("AuthorizeWithCapture", "50")
	_, till := c.newCharge("Confirm", "50")
	declining, failing := c.newApproved("Authorize", "50"), c.newApproved("Authorize", "50")
	tests := []struct {
		operation, path string
		wrong, right    object
		reason          string
	}{
		{"CaptureCharge", "/charges/" + held + "/capture", object{"captureAmount": usd("51")}, object{"captureAmount": usd("50")}, "AmazonRejected"},
		{"CreateRefund", "/refunds", object{"chargeId": held, "refundAmount": usd("1")}, object{"chargeId": taken, "refundAmount": usd("1")}, "ProcessingFailure"},
		{"InStoreRefund", "/in-store/refund", object{"chargeId": held, "refundReferenceId": "r", "refundTotal": usd("1")}, object{"chargeId": taken, "refundReferenceId": "r", "refundTotal": usd("1")}, "AmazonRejected"},
		{"InStoreCharge", "/in-store/charge", object{"chargePermissionId": p, "chargeReferenceId": "c", "chargeTotal": usd("1")}, object{"chargePermissionId": till, "chargeReferenceId": "c", "chargeTotal": usd("1")}, "AmazonRejected"},
		{"CompleteCheckoutSession", "/checkoutSessions/" + declining + "/complete", object{"chargeAmount": usd("51")}, object{"chargeAmount": usd("50")}, "SoftDeclined"},
		{"FinalizeCheckoutSession", "/checkoutSessions/" + failing + "/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("50"), "totalOrderAmount": usd("1")}, object{"paymentIntent": "Confirm", "chargeAmount": usd("50")}, "ProcessingFailure"},
	}
	for _, tt := range tests {
		require.NoError(t, s.FailNext(1, emulator.Fault{Operation: tt.operation, Status: 422, ReasonCode: tt.reason}))
		assert.NotEqual(t, tt.reason, c.post(tt.path, tt.wrong).reason, tt.operation)
		key := c.with(keyHeader, tt.operation)
		key.post(tt.path, tt.right).refused(t, 422, tt.reason)
		key.post(tt.path, tt.right).refused(t, 422, tt.reason)
	}
	assert.Equal(t, "Authorized", c.get("/charges/"+held).at("statusDetails", "state"))
	assert.Empty(t, s.Refunds())
	assert.Len(t, s.Charges(), 2)
	assert.Equal(t, "Closed", c.get("/chargePermissions/"+till).at("statusDetails", "state"))
	assert.Equal(t, "Declined", c.get("/checkoutSessions/"+declining).at("statusDetails", "reasonCode"))
	assert.Equal(t, "Open", c.get("/checkoutSessions/"+failing).at("statusDetails", "state"))

	// Where nothing can fail by itself the checks are those of the body and the simulation code.
	require.NoError(t, s.FailNext(1, emulator.Fault{Status: 500, ReasonCode: "ProcessingFailure"}))
	c.patch("/checkoutSessions/"+failing, object{"colour": "red"}).refused(t, 400, "UnrecognizedField")
	c.patch("/checkoutSessions/"+failing, object{"platformId": "x"}).refused(t, 500, "ProcessingFailure")
}
