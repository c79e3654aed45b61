package probe_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// A live account is refused before anything is sent, whatever says that it is live.
func TestLiveIsRefused(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	ids := server.Description().Merchants[0].KeyIDs
	for name, change := range map[string]func(c *amazonpay.Config){
		"key id":      func(c *amazonpay.Config) { c.PublicKeyID = ids.Live },
		"environment": func(c *amazonpay.Config) { c.PublicKeyID, c.Environment = ids.Plain, amazonpay.EnvironmentLive },
	} {
		target := targetOf(t, server)
		change(&target.Config)
		file, err := probe.Run(t.Context(), target, func(probe.Result) { t.Error("a probe ran") })
		require.ErrorIs(t, err, probe.ErrLive, name)
		assert.Nil(t, file)
	}
	assert.Empty(t, server.Requests())
}

func TestTargetIsChecked(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	for name, change := range map[string]func(t *probe.Target){
		"network":     func(t *probe.Target) { t.Network = nil },
		"key":         func(t *probe.Target) { t.Config.PrivateKeyPEM = amazonpay.NewSecret("x") },
		"environment": func(t *probe.Target) { t.Config.PublicKeyID = server.Description().Merchants[0].KeyIDs.Plain },
		"fact":        func(t *probe.Target) { t.Only = []string{"no.such.fact"} },
		"key file": func(t *probe.Target) {
			t.Config.PrivateKeyPEM, t.Config.PrivateKeyFile = amazonpay.Secret{}, "no-such-file"
		},
	} {
		target := targetOf(t, server)
		change(&target)
		_, err := probe.Run(t.Context(), target, nil)
		require.Error(t, err, name)
	}
	assert.Empty(t, server.Requests())
}

// With a key alone, what needs more says so, and the rest runs.
func TestWithAKeyAlone(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	plain := targetOf(t, server)
	plain.Config.PublicKeyID, plain.Config.Environment = server.Description().Merchants[0].KeyIDs.Plain, amazonpay.EnvironmentSandbox
	found, _ := observe(t, probe.Target{Config: plain.Config, Network: plain.Network})
	for _, p := range probe.Probes() {
		want := probe.VerdictSame
		if len(p.Needs) > 0 && !slices.Equal(p.Needs, []probe.Need{probe.NeedClock}) { // its clock was not moved
			want = probe.VerdictNotRun
			assert.NotEmpty(t, found[p.Fact].Why, p.Fact)
			assert.Empty(t, found[p.Fact].Requests, p.Fact)
		}
		assert.Equal(t, want, found[p.Fact].Verdict, "%+v", found[p.Fact])
	}
}

// A charge permission of the merchant is charged, and stays open.
func TestWithTheMerchantsPermission(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	target := targetOf(t, server)
	shop := webstore.New(emulatortest.Connect(t, server))
	price, err := amazonpay.NewPrice(100_00, amazonpay.USD)
	require.NoError(t, err)
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            target.StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: price},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	session, err = shop.CompleteCheckoutSession(t.Context(), session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
	require.NoError(t, err)

	target.Buyer, target.ChargePermissionID, target.ScanData = nil, session.ChargePermissionID, ""
	found, _ := observe(t, target)
	for _, fact := range []string{"permission.balance.authorized", "capture.rest", "idempotency.updateCharge", "dispute.timestamps", "refund.maxCount"} {
		assert.Equal(t, probe.VerdictSame, found[fact].Verdict, "%+v", found[fact])
	}
	all := stateOf(t, server)
	require.Len(t, all.Permissions, 1)
	assert.Equal(t, "Chargeable", all.Permissions[0].State)
}
