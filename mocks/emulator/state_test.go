package emulator_test

import (
	"net/http"
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

// Files and claims come by URLs of their own, and are kept as what comes by the API.
func TestFilesAndClaimsAreWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	s := emulator.Start(t, emulator.WithStateFile(path))
	c := newClient(t, s, 0)
	file := c.post("/files", object{"type": "pdf", "purpose": "disputeEvidence"}).must(t, 200)
	account := c.post("/merchantAccounts", object{"uniqueReferenceId": "r", "ledgerCurrency": "JPY", "businessInfo": object{"email": "a@example.com"}}).
		must(t, 201).text(t, "merchantAccountId")
	claim := c.post("/merchantAccounts/"+account+"/claim", object{"uniqueReferenceId": "r"}).must(t, http.StatusSeeOther).header.Get("Location")
	id := c.newSession("Authorize", "1")
	written(t, path, func(s *emulator.Server) bool { return s.Buyer().SignIn(id) == nil }) // all of the above is in the file

	status, text := fetch(t, s, http.MethodPut, file.text(t, "url"), "application/pdf", "%PDF-1.7")
	require.Equal(t, http.StatusOK, status, text)
	written(t, path, func(s *emulator.Server) bool {
		content, there := s.File(file.text(t, "id"))
		return there && string(content) == "%PDF-1.7"
	})
	status, text = fetch(t, s, http.MethodGet, claim, "", "")
	require.Equal(t, http.StatusOK, status, text)
	written(t, path, func(*emulator.Server) bool {
		again, err := emulator.Listen("127.0.0.1:0", emulator.WithStateFile(copyOf(t, path)))
		if err != nil {
			return false
		}
		defer func() { _ = again.Close() }()
		return newClient(t, again, 0).post("/merchantAccounts/"+account+"/claim", object{"uniqueReferenceId": "r"}).status == http.StatusOK
	})
}

// The file's region is not another one's, and what was switched off stays so.
func TestStateFileAndOptions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	first, err := emulator.Listen("127.0.0.1:0", emulator.WithStateFile(path), emulator.WithRegion("eu"))
	require.NoError(t, err)
	require.NoError(t, first.IgnoreIdempotencyKey("CreateCheckoutSession"))
	require.NoError(t, first.Close())
	for _, region := range []string{"na", "us", "jp"} {
		_, err = emulator.New(emulator.WithStateFile(path), emulator.WithRegion(region))
		require.ErrorContains(t, err, "its region is eu", region)
		_, err = emulator.New(emulator.WithRegion(region), emulator.WithStateFile(path))
		require.ErrorContains(t, err, "its region is eu", "whatever the order")
	}
	second := emulator.Start(t, emulator.WithStateFile(path), emulator.WithRegion("de"))
	assert.Equal(t, "eu", second.Description().Region)
	c := newClient(t, second, 0).with(keyHeader, "k")
	body := object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store()}
	ids := map[string]bool{}
	for range 2 {
		ids[c.post("/checkoutSessions", body).must(t, 201).text(t, "checkoutSessionId")] = true
	}
	assert.Len(t, ids, 2, "the key is ignored after the restart, too")
}

// What changes nothing does not make the file be written again. Each write is another file, in the
// place of the one before.
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

// written waits until the state file satisfies a condition of an emulator that begins with it.
func written(t *testing.T, path string, of func(s *emulator.Server) bool) {
	t.Helper()
	require.Eventually(t, func() bool {
		crashed, err := emulator.New(emulator.WithStateFile(path))
		return err == nil && of(crashed)
	}, 30*time.Second, 20*time.Millisecond)
}

// copyOf is a file with the same content, for an emulator that writes it.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	other := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.WriteFile(other, content, 0o600))
	return other
}
