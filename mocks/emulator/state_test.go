package emulator_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// All that can be read is the same after a restart, under the same keys, and goes on.
func TestStateOutlivesARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	first, err := emulator.Listen("127.0.0.1:0", emulator.WithStateFile(path), emulator.WithRegion("eu"))
	require.NoError(t, err)
	c := newClient(t, first, 0)
	eur := func(amount string) object { return object{"amount": amount, "currencyCode": "EUR"} }

	open := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review"}, "storeId": c.store(),
	}).must(t, 201).text(t, "checkoutSessionId")
	require.NoError(t, first.Buyer().SignIn(open))
	require.NoError(t, first.Buyer().ChangeAddress(open, emulator.Address{CountryCode: "DE", City: "Köln"}))
	require.NoError(t, first.Buyer().ChangeCard(open, "0701"))
	paid := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result", "checkoutMode": "ProcessOrder"}, "storeId": c.store(),
		"paymentDetails": object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": eur("50")},
		"addressDetails": object{
			"name": "Me", "addressLine1": "Straße der Beispiele 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE", "phoneNumber": "+49 30 555 0100",
		},
	}).must(t, 201).text(t, "checkoutSessionId")
	require.NoError(t, first.Buyer().Approve(paid))
	done := c.with(keyHeader, "complete").post("/checkoutSessions/"+paid+"/complete", object{"chargeAmount": eur("50")}).must(t, 200)
	charge, permission := done.text(t, "chargeId"), done.text(t, "chargePermissionId")
	refund := c.post("/refunds", object{"chargeId": charge, "refundAmount": eur("10")}).must(t, 201).text(t, "refundId")
	dispute, err := first.Buyer().Dispute(charge)
	require.NoError(t, err)
	c.post("/disputes/"+dispute+"/contest", object{"merchantEvidences": []any{object{"evidenceType": "Other", "evidenceText": "sent"}}}).must(t, 200)
	first.Settle()
	account := c.post("/merchantAccounts", object{"uniqueReferenceId": "r"}).must(t, 201).text(t, "merchantAccountId")
	c.post("/report-schedules", object{"reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_", "scheduleFrequency": "P1D", "nextReportCreationTime": "20301123T000000Z"}).must(t, 201)
	require.NoError(t, first.Advance(10*time.Second))

	paths := []string{
		"/checkoutSessions/" + open, "/checkoutSessions/" + paid, "/charges/" + charge, "/chargePermissions/" + permission,
		"/refunds/" + refund, "/disputes/" + dispute, "/report-schedules", "/disbursements", "/reports",
	}
	before := make(map[string]string)
	for _, p := range paths {
		before[p] = c.get(p).must(t, 200).raw
	}
	described := first.Description()
	require.NoError(t, first.Close())

	second := emulator.Start(t, emulator.WithStateFile(path))
	c.server, c.base = second, second.Description().BaseURL
	c.host = c.base[len("https://"):]
	for _, p := range paths {
		assert.JSONEq(t, before[p], c.get(p).must(t, 200).raw, p)
	}
	assert.Equal(t, "eu", second.Description().Region)
	assert.Equal(t, described.CAPEM, second.Description().CAPEM)
	assert.Equal(t, described.ControlToken, second.Description().ControlToken)
	assert.Equal(t, first.Charges(), second.Charges())
	assert.Equal(t, first.Refunds(), second.Refunds())
	again := c.with(keyHeader, "complete").post("/checkoutSessions/"+paid+"/complete", object{"chargeAmount": eur("50")}).must(t, 200)
	assert.JSONEq(t, done.raw, again.raw, "the idempotency key replays")
	require.Len(t, second.Charges(), 1)
	assert.Equal(t, account, c.post("/merchantAccounts", object{"uniqueReferenceId": "r"}).must(t, 201).text(t, "merchantAccountId"))
	require.NoError(t, second.Advance(20*time.Second))
	assert.Equal(t, "Refunded", c.get("/refunds/"+refund).at("statusDetails", "state"))
	c.post("/refunds", object{"chargeId": charge, "refundAmount": eur("48")}).refused(t, 400, "TransactionAmountExceeded")
}

// The file is written while the emulator runs, so that a crash loses little.
func TestStateIsWrittenAfterChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	s := emulator.Start(t, emulator.WithStateFile(path))
	c := newClient(t, s, 0)
	id := c.newSession("Authorize", "1")
	require.Eventually(t, func() bool {
		crashed, err := emulator.New(emulator.WithStateFile(path))
		return err == nil && crashed.Buyer().SignIn(id) == nil
	}, 10*time.Second, 50*time.Millisecond)
}

func TestStateFileIsDamaged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	s, err := emulator.New(emulator.WithStateFile(path))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, damaged := range [][]byte{{}, []byte("nonsense"), whole[:len(whole)/2], whole[len(whole)/2:]} {
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		_, err := emulator.New(emulator.WithStateFile(path))
		require.ErrorContains(t, err, path)
		left, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, damaged, left, "it is left as it was")
	}
	_, err = emulator.New(emulator.WithStateFile(""))
	require.Error(t, err)
}
