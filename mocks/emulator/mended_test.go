package emulator_test

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
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

// A permission expires when it does, and not when somebody looks.
func TestExpiryDoesNotWaitForALook(t *testing.T) {
	t.Parallel()
	expiry := noon.AddDate(0, 0, 180)
	for name, look := range map[string]func(f *fixture){
		"nobody looks":     func(*fixture) {},
		"the shop looks":   func(f *fixture) { f.show() },
		"the window looks": func(f *fixture) { f.control(http.MethodGet, "state", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.newPermission("OneTime")
			f.clock.Add(expiry.Sub(noon) - 10*time.Second)
			pending := f.newCharge20("CaptureInitiated", object{"captureNow": true, "chargeAmount": usd("50")}).must(t, 201).text(t, "chargeId")
			f.clock.Add(10 * time.Second)
			look(f)
			f.clock.Add(time.Hour)
			shown := f.show()
			assert.Equal(t, "Closed/Expired", stateOf(f, shown), "the capture ends later")
			assert.Equal(t, expiry.Format("20060102T150405Z"), shown.at("statusDetails", "lastUpdatedTimestamp"))
			charge := f.get("/charges/" + pending)
			assert.Equal(t, "Captured", charge.at("statusDetails", "state"))
			assert.Equal(t, expiry.Add(20*time.Second).Format("20060102T150405Z"), charge.at("statusDetails", "lastUpdatedTimestamp"))
		})
	}
}

// What a capture leaves of its authorization is free again, within the month as well.
func TestMonthlyCapCountsWhatWasCaptured(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.newPermission("Recurring")
	begin := func(amount string) answer { return f.newCharge20("", object{"chargeAmount": usd(amount)}) }
	left := func() any { return f.show().at("limits", "amountBalance", "amount") }
	assert.Equal(t, "1000.00", f.show().at("limits", "amountLimit", "amount"))
	first := begin("600").must(t, 201).text(t, "chargeId")
	assert.Equal(t, "400.00", left())
	begin("600").refused(t, 400, "PeriodicAmountExceeded")
	begin("400.01").refused(t, 400, "PeriodicAmountExceeded")
	f.post("/charges/"+first+"/capture", object{"captureAmount": usd("300")}).must(t, 200)
	assert.Equal(t, "700.00", left())
	second := begin("700").must(t, 201).text(t, "chargeId")
	begin("0.01").refused(t, 400, "PeriodicAmountExceeded")
	f.remove("/charges/"+second+"/cancel", object{"cancellationReason": "x"}).must(t, 200)
	begin("700").must(t, 201)
	begin("0.01").refused(t, 400, "PeriodicAmountExceeded")
	assert.Equal(t, "0.00", left())
	f.clock.Add(8 * wholeDay) // the first of December
	assert.Equal(t, "1000.00", left())
	begin("1000").must(t, 201)
}

// allowOvercharge lets an authorization beyond the limit be made, and be captured.
func TestOverchargeIsCaptured(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		overcharge bool
		more       string // after 95 of 100
		status     int
		closes     string // what remains until the permission is closed
	}{
		"allowed":            {true, "800", 201, "5"},
		"allowed, all of it": {true, "805", 201, ""},
		"more than that":     {true, "805.01", 400, ""},
		"not allowed":        {false, "5.01", 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			id := f.post("/checkoutSessions", object{
				"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "storeId": f.store(),
				"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": usd("100"), "allowOvercharge": row.overcharge},
			}).must(t, 201).text(t, "checkoutSessionId")
			f.done(f.server.Buyer().Approve(id))
			f.permission = f.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("100")}).must(t, 200).text(t, "chargePermissionId")
			f.is("/chargePermissions/"+f.permission, f.permission)
			first := f.newCharge20("", object{"chargeAmount": usd("95")}).must(t, 201).text(t, "chargeId")
			second := f.newCharge20("", object{"chargeAmount": usd(row.more)})
			if row.status == 400 {
				second.refused(t, 400, "TransactionAmountExceeded")
				return
			}
			f.post("/charges/"+first+"/capture", object{"captureAmount": usd("95")}).must(t, 200)
			f.post("/charges/"+second.must(t, 201).text(t, "chargeId")+"/capture", object{"captureAmount": usd(row.more)}).must(t, 200)
			assert.Equal(t, cmp.Or(row.closes, "0")+".00", f.show().at("limits", "amountBalance", "amount"))
			if row.closes != "" {
				assert.Equal(t, "Chargeable", stateOf(f, f.show()))
				f.newCharge20("", object{"chargeAmount": usd(row.closes), "captureNow": true}).must(t, 201)
			}
			assert.Equal(t, "Closed/AmazonClosed", stateOf(f, f.show()))
		})
	}
}

// reportCount is how many reports there are on all pages, and when the first and the last of them were made.
func (c *client) reportCount() (count int, oldest, latest string) {
	c.tb.Helper()
	query := "?pageSize=100"
	for query != "" {
		a := c.get("/reports"+query).must(c.tb, http.StatusOK)
		list, _ := a.body["reports"].([]any)
		for _, each := range list {
			report, _ := each.(object)
			latest = fmt.Sprint(report["createdTime"])
			if oldest == "" {
				oldest = latest
			}
			count++
		}
		query = ""
		if token, more := a.body["nextToken"].(string); more {
			query = "?nextToken=" + token
		}
	}
	return count, oldest, latest
}

// A schedule's reports appear with the clock, and what would be thrown away again is not made.
func TestScheduledReports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.post("/report-schedules", object{
		"reportType": sandboxSettlement, "scheduleFrequency": "P1D", "nextReportCreationTime": "20261123T180000Z",
	}).must(t, 201).text(t, "reportScheduleId")
	next := func() any { return f.get("/report-schedules/"+id).must(t, 200).body["nextReportCreationTime"] }
	count := func() int { n, _, _ := f.reportCount(); return n }
	assert.Zero(t, count())
	f.clock.Add(6*time.Hour - time.Second)
	assert.Zero(t, count())
	assert.Equal(t, "20261123T180000Z", next())
	f.clock.Add(time.Second)
	assert.Equal(t, 1, count())
	assert.Equal(t, "20261124T180000Z", next())
	require.NoError(t, f.server.Advance(3*wholeDay))
	assert.Equal(t, 4, count())
	assert.Equal(t, "20261127T180000Z", next())

	require.NoError(t, f.server.Advance(400*wholeDay+time.Hour))
	made, oldest, latest := f.reportCount()
	assert.Equal(t, 90, made, "those of 90 days")
	assert.Equal(t, "20271003T180000Z", oldest)
	assert.Equal(t, "20271231T180000Z", latest)
	assert.Equal(t, "20280101T180000Z", next())
	assert.True(t, f.server.Now().Before(time.Date(2028, 1, 1, 18, 0, 0, 0, time.UTC)))
}

// A report of a schedule is of the time since the one before, and has what was captured in it.
func TestScheduledReportHasData(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.post("/report-schedules", object{
		"reportType": sandboxSettlement, "scheduleFrequency": "PT1H", "nextReportCreationTime": "20261123T130000Z",
	}).must(t, 201)
	capturedCharge(f)
	require.NoError(t, f.server.Advance(2*time.Hour+2*time.Second))
	list, _ := f.get("/reports").must(t, 200).body["reports"].([]any)
	var got []string
	for _, each := range list {
		report, _ := each.(object)
		got = append(got, fmt.Sprint(report["startTime"], " ", report["endTime"], " ", report["processingStatus"]))
	}
	assert.Equal(t, []string{
		"20261123T120000Z 20261123T130000Z COMPLETED",
		"20261123T130000Z 20261123T140000Z CANCELLED",
	}, got)
}

// written waits until the state file satisfies a condition of an emulator that begins with it.
func written(t *testing.T, path string, of func(s *emulator.Server) bool) {
	t.Helper()
	require.Eventually(t, func() bool {
		crashed, err := emulator.New(emulator.WithStateFile(path))
		return err == nil && of(crashed)
	}, 30*time.Second, 20*time.Millisecond)
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

// copyOf is a file with the same content, for an emulator that writes it.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	other := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.WriteFile(other, content, 0o600))
	return other
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
		require.ErrorContains(t, err, "it is of the region eu", region)
		_, err = emulator.New(emulator.WithRegion(region), emulator.WithStateFile(path))
		require.ErrorContains(t, err, "it is of the region eu", "whatever the order")
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

func TestStartInYears(t *testing.T) {
	t.Parallel()
	for year, fits := range map[int]bool{1: false, 1969: false, 1970: true, 2026: true, 2200: true, 2201: false, 10_000: false, -1: false} {
		at := time.Date(year, 6, 1, 12, 0, 0, 0, time.UTC)
		s, err := emulator.New(emulator.WithStart(at), emulator.WithClock(newClock(noon).Now))
		if !fits {
			require.ErrorContains(t, err, "WithStart", year)
			continue
		}
		require.NoError(t, err, year)
		assert.Equal(t, at, s.Now())
	}
	_, err := emulator.New(emulator.WithStart(time.Time{}))
	require.Error(t, err)
}

// A shop's clock may be in a zone that changes between winter and summer: the service's timestamps are in UTC, and days
// are days of the calendar there.
func TestZoneThatChanges(t *testing.T) {
	t.Parallel()
	winter, summer := time.FixedZone("CET", 3600), time.FixedZone("CEST", 7200)
	change := time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC)
	clock := newClock(noon)
	local := func() time.Time {
		if now := clock.Now(); now.Before(change) {
			return now.In(winter)
		}
		return clock.Now().In(summer)
	}
	s := emulator.Start(t, emulator.WithClock(local))
	f := &fixture{client: newClientAt(t, s, 0, clock), clock: clock}
	f.owner = f.client
	assert.Equal(t, time.UTC, s.Now().Location())
	f.newPermission("OneTime")
	expiry := noon.AddDate(0, 0, 180).Format("20060102T150405Z") // on the other side of the change
	shown := f.show()
	assert.Equal(t, "20261123T120000Z", shown.body["creationTimestamp"])
	assert.Equal(t, expiry, shown.body["expirationTimestamp"])
	clock.Add(change.Sub(noon) + time.Hour)
	id := f.newSession("Authorize", "5")
	session := f.get("/checkoutSessions/" + id)
	assert.Equal(t, "20270328T020000Z", session.body["creationTimestamp"])
	assert.Equal(t, "20270329T020000Z", session.body["expirationTimestamp"])
	assert.Equal(t, "Sun, 28 Mar 2027 02:00:00 GMT", session.header.Get("Date"))
	assert.Equal(t, expiry, f.show().body["expirationTimestamp"])
	clock.Add(noon.AddDate(0, 0, 180).Sub(clock.Now()) - time.Second)
	assert.Equal(t, "Chargeable", stateOf(f, f.show()))
	clock.Add(time.Second)
	assert.Equal(t, "Closed/Expired", stateOf(f, f.show()))
	assert.Equal(t, expiry, f.show().at("statusDetails", "lastUpdatedTimestamp"))
}

// Where nothing is shipped the billing address is all the address that there is.
func TestPayOnly(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for product, shown := range map[string][2]any{"PayOnly": {nil, "Chicago"}, "PayAndShip": {"Chicago", nil}} {
		payload := c.shopPayload()
		payload["paymentDetails"] = object{"paymentIntent": "Confirm", "chargeAmount": usd("5")}
		id := c.click(product, payload)
		c.visit("/checkout/signin", step(id, "buyer", "0"))
		page := c.visit("/checkout/review?"+step(id).Encode(), nil)
		assert.Equal(t, product == "PayAndShip", page.status == 200 && strings.Contains(page.text, "Deliver to"), product)
		session := c.get("/checkoutSessions/"+id).must(t, 200)
		assert.Equal(t, product, session.body["productType"])
		done := c.post("/checkoutSessions/"+id+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("5")}).must(t, 200)
		permission := c.get("/chargePermissions/" + done.text(t, "chargePermissionId"))
		for _, a := range []answer{session, permission} {
			assert.Equal(t, shown[0], a.at("shippingAddress", "city"), product)
			assert.Equal(t, shown[1], a.at("billingAddress", "city"), product)
		}
		if product == "PayOnly" {
			other := c.click(product, payload)
			require.NoError(t, c.server.Buyer().SignIn(other))
			require.ErrorContains(t, c.server.Buyer().ChangeAddress(other, emulator.Address{CountryCode: "US"}), "the shop, not the buyer")
		}
	}
}
