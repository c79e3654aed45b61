package emulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// What an audit reads: whose each charge and each refund is, what came of it, and why.
func TestChargesAndRefunds(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithClients(1))
	m := s.Description().Merchants[2]
	assert.Empty(t, s.Charges())
	assert.Empty(t, s.Refunds())
	c := newClient(t, s, 0).with(tokenHeader, m.AuthToken)
	ids, err := s.Buyer().Subscribe(emulator.Subscription{MerchantID: m.MerchantID, Amount: "9.99", Currency: "USD", Reference: "customer-1", Card: "4354"}, 1)
	require.NoError(t, err)
	body := object{"chargePermissionId": ids[0], "chargeAmount": usd("9.99"), "canHandlePendingAuthorization": true, "merchantMetadata": object{"merchantReferenceId": "sub-1-2026-11"}}
	declined := c.post("/charges", body).must(t, http.StatusCreated).text(t, "chargeId")
	require.NoError(t, s.Advance(time.Minute))
	require.NoError(t, s.Buyer().ChangePaymentMethod(ids[0], "1111"))
	body["captureNow"] = true
	delete(body, "merchantMetadata")
	paid := c.post("/charges", body).must(t, http.StatusCreated).text(t, "chargeId")
	refund := func() string {
		return c.post("/refunds", object{"chargeId": paid, "refundAmount": usd("1")}).must(t, http.StatusCreated).text(t, "refundId")
	}
	good, bad := refund(), refund()
	require.NoError(t, s.DeclinePending(bad, "AmazonRejected"))
	require.NoError(t, s.ResolvePending(good))

	assert.Equal(t, []emulator.Charge{
		{
			ID: declined, PermissionID: ids[0], MerchantID: m.MerchantID, Environment: "sandbox", State: "Declined", Reason: "HardDeclined",
			Amount: "9.99 USD", Reference: "sub-1-2026-11",
		},
		{
			ID: paid, PermissionID: ids[0], MerchantID: m.MerchantID, Environment: "sandbox", State: "Captured",
			Amount: "9.99 USD", Captured: "9.99 USD", Refunded: "1.00 USD", Reference: "customer-1",
		},
	}, s.Charges())
	assert.Equal(t, []emulator.Refund{
		{ID: good, ChargeID: paid, PermissionID: ids[0], MerchantID: m.MerchantID, Environment: "sandbox", State: "Refunded", Amount: "1.00 USD", Reference: "customer-1"},
		{
			ID: bad, ChargeID: paid, PermissionID: ids[0], MerchantID: m.MerchantID, Environment: "sandbox", State: "Declined", Reason: "AmazonRejected",
			Amount: "1.00 USD", Reference: "customer-1",
		},
	}, s.Refunds())
}
