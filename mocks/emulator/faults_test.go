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
	require.NoError(t, s.FailNext(2, emulator.Fault{Operation: "getCharge", Status: 429, RetryAfter: "7"}))
	require.NoError(t, s.FailNext(1, emulator.Fault{Status: 502}))

	c.get("/refunds/x").refused(t, 502, "InternalServerError") // the second fault: the first waits for getCharge
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
	assert.Equal(t, "getCharge", log[2].Operation)
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
	require.NoError(t, s.FailNext(1, emulator.Fault{Operation: "createCharge", Kind: emulator.FaultReset}))
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
	require.NoError(t, s.FailNext(2, emulator.Fault{Operation: "createCharge", Kind: emulator.FaultLoseAnswer}))
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
	require.Error(t, s.FailNext(1, emulator.Fault{Operation: "CreateCharge"}))
	require.Error(t, s.FailNext(1, emulator.Fault{Kind: 9}))
	require.Error(t, s.FailNext(1, emulator.Fault{Status: 200}))
}

func TestClearFaults(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	require.NoError(t, s.FailNext(5, emulator.Fault{}))
	s.ClearFaults()
	newClient(t, s, 0).get("/charges/x").refused(t, 404, "ResourceNotFound")
}
