package emulatortest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

func TestNew(t *testing.T) {
	t.Parallel()
	var seen []amazonpay.Event
	client, server := emulatortest.New(t, amazonpay.WithObserver(func(_ context.Context, e amazonpay.Event) { seen = append(seen, e) }))
	assert.Equal(t, amazonpay.EnvironmentSandbox, client.Environment())
	session, err := webstore.New(client).CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	})
	require.NoError(t, err)
	assert.NotEmpty(t, session.CheckoutSessionID)
	require.Len(t, server.Requests(), 1)
	assert.Len(t, seen, 2, "an attempt and the call")
}

// counting is a network of the test's own.
type counting struct {
	http.RoundTripper

	sent int
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.sent++
	return c.RoundTripper.RoundTrip(r)
}

func TestConnect(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t, emulator.WithRegion("jp"))
	network := &counting{RoundTripper: server.RoundTripper()}
	client := emulatortest.Connect(t, server, amazonpay.WithRoundTripper(network))
	_, err := webstore.New(client).GetCharge(t.Context(), "S03-0000000-0000000-C000000")
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%v", err)
	assert.Equal(t, 1, network.sent)
}

// broken is a test that a client cannot be made for.
type broken struct {
	testing.TB

	failed string
}

func (b *broken) Fatalf(format string, _ ...any) { b.failed = format }

func TestConnectRefusesAWrongOption(t *testing.T) {
	t.Parallel()
	tb := &broken{TB: t}
	assert.Nil(t, emulatortest.Connect(tb, emulator.Start(t), nil))
	assert.NotEmpty(t, tb.failed)
}
