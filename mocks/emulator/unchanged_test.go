package emulator_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// What the end of the emulator cuts short is no answer.
func TestDelayCutShortIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, kind := range []emulator.FaultKind{emulator.FaultKindDelay, emulator.FaultKindSlow, emulator.FaultKindTruncate} {
		f, charge := charging(t)
		require.NoError(t, f.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: kind, Delay: time.Hour}))
		ended := make(chan outcome, 1)
		go func() { ended <- charge(context.WithoutCancel(t.Context())) }()
		require.Eventually(t, func() bool {
			log := f.server.Requests()
			return log[len(log)-1].Operation == "CreateCharge"
		}, 30*time.Second, time.Millisecond)
		require.NoError(t, f.server.Close())
		require.Error(t, (<-ended).err, kind)
	}
}

// On a page that pays, too, the choices are taken all, or none.
func TestRefusedPaymentLeavesTheChoices(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	payload := object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, // without a review page of the shop's
		"storeId":            c.store(), "paymentDetails": object{"paymentIntent": "Authorize", "chargeAmount": usd("50")},
	}
	id := c.click("PayAndShip", payload)
	c.visit("/checkout/signin", step(id, "buyer", "0"))
	before := c.get("/checkoutSessions/" + id).raw
	p := c.visit("/checkout/review", step(id, "address", "2", "card", "0701")) // which may not be pending here
	assert.Equal(t, http.StatusUnprocessableEntity, p.status)
	assert.Equal(t, before, c.get("/checkoutSessions/"+id).raw)
}

// What changes nothing does not make the file be written again. Each write is another file, in the place of the one before.
func TestRefusalsAreNotWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	s := emulator.Start(t, emulator.WithStateFile(path))
	c := newClient(t, s, 0)
	id := c.newSession("Authorize", "1")
	written(t, path, func(s *emulator.Server) bool { return s.Buyer().SignIn(id) == nil })
	before, err := os.Stat(path)
	require.NoError(t, err)
	c.get("/charges/x").refused(t, 404, "ResourceNotFound")
	c.get("/checkoutSessions/"+id).must(t, 200)
	c.post("/charges", object{"colour": "red"}).refused(t, 400, "UnrecognizedField")
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("1")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	c.remove("/charges/x/cancel", object{"cancellationReason": "x"}).refused(t, 404, "ResourceNotFound")
	replaced := func() bool {
		now, err := os.Stat(path)
		return err == nil && (!os.SameFile(before, now) || !now.ModTime().Equal(before.ModTime()))
	}
	require.Never(t, replaced, 1500*time.Millisecond, 10*time.Millisecond, "a second after a change it would be")
	c.newSession("Authorize", "1")
	require.Eventually(t, replaced, 30*time.Second, 10*time.Millisecond, "as it is by this")
}
