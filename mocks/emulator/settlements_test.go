package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// paidOut are the amounts of the disbursements.
func (c *client) paidOut() []any {
	c.tb.Helper()
	list, _ := c.get("/disbursements").must(c.tb, http.StatusOK).body["disbursements"].([]any)
	var amounts []any
	for _, each := range list {
		payment, _ := each.(object)
		amounts = append(amounts, payment["amount"])
	}
	return amounts
}

// What was paid is paid once: a refund when it is Refunded, and none that is Declined.
func TestRefundsAreSettledOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	capturedCharge(f) // of 20.00, less fees of 0.58 and 0.30
	f.clock.Add(time.Minute)
	f.server.Settle()
	assert.Equal(t, []any{"19.12"}, f.paidOut())

	good, bad := f.refund("").must(t, 201).text(t, "refundId"), f.refund("").must(t, 201).text(t, "refundId")
	f.clock.Add(time.Second)
	f.server.Settle() // while both are pending
	assert.Equal(t, []any{"19.12"}, f.paidOut(), "nobody has been paid")
	require.NoError(t, f.server.DeclinePending(bad, "ProcessingFailure"))
	require.NoError(t, f.server.ResolvePending(good))
	for range 3 {
		f.clock.Add(time.Minute)
		f.server.Settle()
	}
	assert.Equal(t, []any{"19.12", "-5.00"}, f.paidOut())
	charge := f.show()
	assert.Equal(t, "5.00", charge.at("refundedAmount", "amount"), "the declined one counts no longer")
}

// The provider finds each charge of each client in the client's own settlement report, under the
// reference that it gave the charge, and nothing of any other client.
func TestSettlementsOfClients(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now), emulator.WithClients(3))
	all := s.Description().Merchants
	provider := newClientAt(t, s, 0, clock)
	provider = provider.withKey(all[0].KeyIDs.Live, all[0].PrivateKeyPEM)
	want, clients := make(map[string][]string), make(map[string]*client)
	for i, m := range all[2:] {
		ids, err := s.Buyer().Subscribe(emulator.Subscription{MerchantID: m.MerchantID, Live: true, Amount: "9.99", Currency: "USD", Reference: "customer-" + m.MerchantID}, i+1)
		require.NoError(t, err)
		token := provider.get("/authorizationTokens/"+m.MWSAuthToken+"?merchantId="+m.MerchantID).must(t, http.StatusOK).text(t, "authorizationToken")
		c := provider.with(tokenHeader, token)
		clients[m.MerchantID] = c
		for n, id := range ids {
			reference := fmt.Sprintf("%s-%d-2026-11", m.MerchantID, n)
			charge := c.post("/charges", object{
				"chargePermissionId": id, "chargeAmount": usd("9.99"), "captureNow": true, "merchantMetadata": object{"merchantReferenceId": reference},
			}).must(t, http.StatusCreated).text(t, "chargeId")
			want[m.MerchantID] = append(want[m.MerchantID], fmt.Sprintf("%q,%q,\"Capture\",%q,%q", charge, reference, id, "customer-"+m.MerchantID))
			if n == 0 {
				refund := c.post("/refunds", object{"chargeId": charge, "refundAmount": usd("1.00")}).must(t, http.StatusCreated).text(t, "refundId")
				want[m.MerchantID] = append(want[m.MerchantID], fmt.Sprintf("%q,\"\",\"Refund\",%q,%q", refund, id, "customer-"+m.MerchantID))
			}
		}
	}
	clock.Add(time.Minute)
	s.Settle()
	for id, c := range clients {
		reports, _ := c.get("/reports?reportTypes=_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_").must(t, http.StatusOK).body["reports"].([]any)
		require.Len(t, reports, 1, id)
		report, _ := reports[0].(object)
		path := "/report-documents/" + fmt.Sprint(report["reportDocumentId"])
		status, text := fetch(t, s, http.MethodGet, c.get(path).must(t, http.StatusOK).text(t, "url"), "", "")
		require.Equal(t, http.StatusOK, status)
		assert.Contains(t, text, `"SellerId","`+id+`"`)
		for _, row := range want[id] {
			assert.Contains(t, text, row)
		}
		rows := strings.Count(text, `"Capture",`)/2 + strings.Count(text, `"Refund",`)/2 // the type, and the description
		assert.Equal(t, len(want[id]), rows, text)
		provider.get(path).refused(t, http.StatusNotFound, "ResourceNotFound")
	}
	assert.Empty(t, provider.get("/reports").must(t, http.StatusOK).body["reports"])
}
