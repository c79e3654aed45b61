package emulator_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

const keyHeader = "X-Amz-Pay-Idempotency-Key"

func TestSameKeySameAnswer(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	keyed := c.with(keyHeader, "order-1-attempt-1")
	body := object{"chargePermissionId": p, "chargeAmount": usd("10")}

	first := keyed.post("/charges", body).must(t, 201)
	c.post("/charges/"+first.text(t, "chargeId")+"/capture", object{"captureAmount": usd("10")}).must(t, 200)
	second := keyed.post("/charges", body).must(t, 201)
	assert.Equal(t, first.raw, second.raw, "the stored answer, not the charge of today")
	assert.NotEqual(t, first.header.Get("X-Amz-Pay-Request-Id"), second.header.Get("X-Amz-Pay-Request-Id"))
	assert.Len(t, s.Charges(), 1)
	log := s.Requests()
	assert.True(t, log[len(log)-1].Replayed)

	keyed.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("11")}).refused(t, 400, "DuplicateIdempotencyKey")
	keyed.post("/refunds", body).refused(t, 400, "DuplicateIdempotencyKey")
	keyed.post("/charges/"+first.text(t, "chargeId")+"/capture", body).refused(t, 400, "DuplicateIdempotencyKey")

	// Another object is another request.
	capture := object{"captureAmount": usd("1")}
	one, _ := c.newCharge("Authorize", "1")
	two, _ := c.newCharge("Authorize", "1")
	c.with(keyHeader, "capture").post("/charges/"+one+"/capture", capture).must(t, 200)
	c.with(keyHeader, "capture").post("/charges/"+two+"/capture", capture).refused(t, 400, "DuplicateIdempotencyKey")
	made := len(s.Charges())

	// Another merchant's keys, and those of the other environment, are their own.
	other := newClient(t, s, 1)
	_, p = other.newCharge("Confirm", "50")
	other.with(keyHeader, "order-1-attempt-1").post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("10")}).must(t, 201)
	m := s.Description().Merchants[0]
	onLive := c.withKey(m.KeyIDs.Live, m.PrivateKeyPEM)
	_, p = onLive.newCharge("Confirm", "50")
	onLive.with(keyHeader, "order-1-attempt-1").post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("10")}).must(t, 201)
	assert.Len(t, s.Charges(), made+2)
}

func TestWhatAKeyStores(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	good := object{"chargePermissionId": p, "chargeAmount": usd("1")}

	// Refusals to try are not stored: the same key may be used again, with another body even.
	refusals := map[string]func(key *client){
		"validation": func(key *client) {
			key.post("/charges", object{"chargePermissionId": p}).refused(t, 400, "MissingParameterValue")
		},
		"403": func(key *client) {
			key.with("X-Amz-Pay-Authtoken", "nonsense").post("/charges", good).refused(t, 403, "InvalidAuthorizationToken")
		},
		"429": func(key *client) {
			require.NoError(t, s.FailNext(1, emulator.Fault{Status: 429}))
			key.post("/charges", good).refused(t, 429, "TooManyRequests")
		},
		"503": func(key *client) {
			require.NoError(t, s.FailNext(1, emulator.Fault{}))
			key.post("/charges", good).refused(t, 503, "ServiceUnavailable")
		},
		"500": func(key *client) {
			require.NoError(t, s.FailNext(1, emulator.Fault{Status: 500}))
			key.post("/charges", good).refused(t, 500, "InternalServerError")
		},
	}
	for name, refuse := range refusals {
		key := c.with(keyHeader, "refused-"+name)
		refuse(key)
		key.post("/charges", good).must(t, 201)
	}

	// Declines and ProcessingFailure are.
	made := len(s.Charges())
	key := c.with(keyHeader, "declined")
	key.with("X-Amz-Pay-Simulation-Code", "SoftDeclined").post("/charges", good).refused(t, 422, "SoftDeclined")
	key.post("/charges", good).refused(t, 422, "SoftDeclined")
	require.NoError(t, s.FailNext(1, emulator.Fault{Status: 500, ReasonCode: "ProcessingFailure"}))
	key.post("/charges", good).refused(t, 422, "SoftDeclined") // a replay, which uses no such fault up
	key = c.with(keyHeader, "failed")
	key.post("/charges", good).refused(t, 500, "ProcessingFailure")
	key.post("/charges", good).refused(t, 500, "ProcessingFailure")
	assert.Len(t, s.Charges(), made)
	c.post("/charges", good).must(t, 201)
}

func TestConcurrentRequestsWithOneKey(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	keyed := c.with(keyHeader, "both")
	answers := make([]answer, 16)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			r, raw := keyed.request(http.MethodPost, "/charges", object{"chargePermissionId": p, "chargeAmount": usd("10")})
			if keyed.signer.SignRequest(r, signing.HashPayload(raw), keyed.now()) == nil {
				answers[i], _ = keyed.send(r)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		assert.Equal(t, 201, a.status)
		assert.Equal(t, answers[0].raw, a.raw)
	}
	assert.Len(t, s.Charges(), 1)
}

func TestIgnoreIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	require.NoError(t, s.IgnoreIdempotencyKey("CreateCharge"))
	keyed := c.with(keyHeader, "k")
	for i := range 3 {
		keyed.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd(strconv.Itoa(i + 1))}).must(t, 201)
	}
	assert.Len(t, s.Charges(), 3)
	require.ErrorContains(t, s.IgnoreIdempotencyKey("createCharge"), "CreateCharge", "a name that is not one")
}

// A key on PATCH and DELETE has no effect, but for updateCharge.
func TestKeyWithoutEffect(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	c.agent = "another/1"
	keyed := c.with(keyHeader, "k")
	id := c.newSession("Confirm", "5")
	keyed.patch("/checkoutSessions/"+id, object{"supplementaryData": "a"}).must(t, 200)
	a := keyed.patch("/checkoutSessions/"+id, object{"supplementaryData": "b"}).must(t, 200)
	assert.Equal(t, "b", a.body["supplementaryData"])

	ch, _ := c.newCharge("Authorize", "5")
	update := object{"statusDetails": object{"state": "Canceled", "reasonCode": "ExpiredUnused"}}
	first := keyed.patch("/charges/"+ch, update).must(t, 200)
	assert.Equal(t, first.raw, keyed.patch("/charges/"+ch, update).must(t, 200).raw)
}
