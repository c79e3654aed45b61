package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// A subscription is, member for member, what a completed checkout makes.
func TestSubscribeIsAsACheckout(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{false, true} {
		clock := newClock(noon)
		s := emulator.Start(t, emulator.WithClock(clock.Now))
		m := s.Description().Merchants[0]
		c := newClientAt(t, s, 0, clock)
		prefix := "C01-"
		if live {
			c, prefix = c.withKey(m.KeyIDs.Live, m.PrivateKeyPEM), "B01-"
		}
		ids, err := s.Buyer().Subscribe(emulator.Subscription{Live: live, Amount: "9.99", Currency: "USD", Every: 3, Reference: "sub-1", Card: "4444"}, 2)
		require.NoError(t, err)
		require.Len(t, ids, 2)
		session := c.post("/checkoutSessions", object{
			"webCheckoutDetails":   object{"checkoutResultReturnUrl": "https://shop.example/result"},
			"storeId":              c.store(),
			"chargePermissionType": "Recurring",
			"recurringMetadata":    object{"frequency": object{"unit": "Month", "value": "3"}, "amount": usd("9.99")},
			"paymentDetails":       object{"paymentIntent": "Confirm", "chargeAmount": usd("9.99")},
			"merchantMetadata":     object{"merchantReferenceId": "sub-1"},
		}).must(t, http.StatusCreated).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().SignIn(session))
		require.NoError(t, s.Buyer().ChangeCard(session, "4444"))
		require.NoError(t, s.Buyer().Approve(session))
		made := c.post("/checkoutSessions/"+session+"/complete", object{"chargeAmount": usd("9.99")}).must(t, http.StatusOK).text(t, "chargePermissionId")

		want := c.get("/chargePermissions/"+made).must(t, http.StatusOK).raw
		for _, id := range ids {
			assert.True(t, strings.HasPrefix(id, prefix), id)
			got := c.get("/chargePermissions/"+id).must(t, http.StatusOK)
			assert.JSONEq(t, strings.ReplaceAll(want, made, id), got.raw)
			assert.Equal(t, "Recurring", got.body["chargePermissionType"])
			assert.Equal(t, "Chargeable", got.at("statusDetails", "state"))
			assert.Equal(t, noon.AddDate(0, 13, 0).Format("20060102T150405Z"), got.body["expirationTimestamp"])
			assert.Equal(t, object{"frequency": object{"unit": "Month", "value": "3"}, "amount": usd("9.99")}, got.body["recurringMetadata"])
		}

		// Each is its own: what happens to one does not happen to another.
		c.patch("/chargePermissions/"+ids[0], object{"merchantMetadata": object{"merchantReferenceId": "changed"}, "recurringMetadata": object{"amount": usd("5.00")}}).must(t, http.StatusOK)
		c.post("/charges", object{"chargePermissionId": ids[0], "chargeAmount": usd("9.99"), "captureNow": true}).must(t, http.StatusCreated)
		clock.Add(time.Second)
		c.remove("/chargePermissions/"+ids[0]+"/close", object{"closureReason": "x"}).must(t, http.StatusOK)
		assert.JSONEq(t, strings.ReplaceAll(want, made, ids[1]), c.get("/chargePermissions/"+ids[1]).must(t, http.StatusOK).raw)
	}
}

// Of a client without a key the provider charges, and a card declines as it does after a checkout.
func TestSubscribeForAClient(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithClients(2))
	m := s.Description().Merchants[3]
	c := newClient(t, s, 0)
	c = c.withKey(s.Description().Merchants[0].KeyIDs.Live, s.Description().Merchants[0].PrivateKeyPEM).with(tokenHeader, m.AuthToken)
	of := emulator.Subscription{MerchantID: m.MerchantID, Live: true, Amount: "10", Currency: "USD", Unit: "Week", Every: 2}
	for card, want := range map[string]int{"": http.StatusCreated, "1111": http.StatusCreated, "0701": http.StatusCreated, "4354": http.StatusUnprocessableEntity} {
		of.Card = card
		ids, err := s.Buyer().Subscribe(of, 1)
		require.NoError(t, err, card)
		c.post("/charges", object{"chargePermissionId": ids[0], "chargeAmount": usd("10"), "captureNow": true}).must(t, want)
	}
}

func TestSubscribeRefuses(t *testing.T) {
	t.Parallel()
	s, err := emulator.New()
	require.NoError(t, err)
	good := emulator.Subscription{Amount: "9.99", Currency: "USD"}
	for says, change := range map[string]func(*emulator.Subscription){
		"unknown merchant":               func(o *emulator.Subscription) { o.MerchantID = "A9" },
		"unknown test card":              func(o *emulator.Subscription) { o.Card = "1234" },
		"the card 3064":                  func(o *emulator.Subscription) { o.Card = "3064" },
		"the card 3434":                  func(o *emulator.Subscription) { o.Card = "3434" },
		"recurringMetadata.frequency.un": func(o *emulator.Subscription) { o.Unit = "month" },
		"recurringMetadata.frequency.va": func(o *emulator.Subscription) { o.Every = -1 },
		"amount is required":             func(o *emulator.Subscription) { o.Amount = "" },
		"two decimals":                   func(o *emulator.Subscription) { o.Amount = "9.999" },
		"more than zero":                 func(o *emulator.Subscription) { o.Amount = "0" },
		"currencyCode":                   func(o *emulator.Subscription) { o.Currency = "usd" },
		"ledger in USD":                  func(o *emulator.Subscription) { o.Currency = "EUR" },
		"merchantReferenceId":            func(o *emulator.Subscription) { o.Reference = strings.Repeat("x", 257) },
	} {
		of := good
		change(&of)
		ids, err := s.Buyer().Subscribe(of, 1)
		require.ErrorContains(t, err, says)
		assert.Empty(t, ids)
	}
	for _, n := range []int{0, -1} {
		_, err := s.Buyer().Subscribe(good, n)
		require.ErrorContains(t, err, "want at least 1")
	}
	_, err = s.Buyer().Subscribe(good, 1)
	require.NoError(t, err)
}

func BenchmarkSubscribe(b *testing.B) {
	s, err := emulator.New(emulator.WithClients(1))
	require.NoError(b, err)
	of := emulator.Subscription{MerchantID: s.Description().Merchants[2].MerchantID, Live: true, Amount: "9.99", Currency: "USD"}
	b.ReportAllocs()
	b.ResetTimer()
	_, err = s.Buyer().Subscribe(of, b.N)
	require.NoError(b, err)
}
