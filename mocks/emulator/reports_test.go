package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

const sandboxSettlement = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"

// fetch uses a pre-signed URL.
func fetch(t *testing.T, s *emulator.Server, method, url, contentType, body string, header ...string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := s.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(read)
}

// settlingShop returns an emulator, its clock and a client, with one charge captured and partly
// refunded.
func settlingShop(t *testing.T) (*emulator.Server, *testClock, *client) {
	t.Helper()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClient(t, s, 0)
	c.now = clock.Now
	chargeID, _ := c.newCharge("AuthorizeWithCapture", "50.00")
	clock.Add(time.Minute)
	c.post("/refunds", object{"chargeId": chargeID, "refundAmount": usd("5.00")}).must(t, http.StatusCreated)
	clock.Add(30 * time.Second)
	return s, clock, c
}

func orderReport(start, end time.Time) object {
	return object{"reportType": sandboxSettlement, "startTime": start.Format("20060102T150405Z"), "endTime": end.Format("20060102T150405Z")}
}

func TestReportFromOrderToDocument(t *testing.T) {
	t.Parallel()
	s, clock, c := settlingShop(t)
	id := c.post("/reports", orderReport(noon, noon.Add(time.Hour))).must(t, http.StatusCreated).text(t, "reportId")

	ordered := c.get("/reports/"+id).must(t, http.StatusOK)
	assert.Equal(t, "IN_PROGRESS", ordered.body["processingStatus"])
	assert.NotContains(t, ordered.body, "reportDocumentId")
	clock.Add(2 * time.Second)
	done := c.get("/reports/"+id).must(t, http.StatusOK)
	assert.Equal(t, "COMPLETED", done.body["processingStatus"])

	document := c.get("/report-documents/"+done.text(t, "reportDocumentId")).must(t, http.StatusOK)
	assert.Equal(t, "N/A", document.body["compressionAlgorithm"])
	link := document.text(t, "url")
	status, text := fetch(t, s, http.MethodGet, link, "", "")
	require.Equal(t, http.StatusOK, status, text)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, 8, "two titles, a summary of three lines, the header, a capture, a refund")
	assert.Equal(t, "\ufeff"+`"Amazon Payments Advanced",`, lines[0])
	assert.Equal(t, `"SellerId","A1EMULATEDSHOPA"`, lines[2])
	assert.True(t, strings.HasPrefix(lines[5], `"TransactionPostedDate","SettlementId"`))
	assert.True(t, strings.HasSuffix(lines[5], `"NetTransactionAmount",`), "the header ends with a comma, as that of real documents does")
	assert.True(t, strings.HasSuffix(lines[6], `"USD","Capture","50.00","-1.45","-0.30","-1.75","48.25"`), lines[6])
	assert.True(t, strings.HasSuffix(lines[7], `"USD","Refund","-5.00","0.00","0.00","0.00","-5.00"`), lines[7])

	assert.Equal(t, http.StatusNotFound, newClientAt(t, s, 1, clock).get("/reports/"+id).status, "another merchant's")
	for name, row := range map[string]struct {
		method, url, header string
		status              int
	}{
		"signed":      {http.MethodGet, link, "Authorization", http.StatusBadRequest},
		"our headers": {http.MethodGet, link, "X-Amz-Pay-Date", http.StatusBadRequest},
		"changed":     {http.MethodGet, link[:len(link)-1] + "_", "X-Other", http.StatusForbidden},
		"moved":       {http.MethodGet, strings.Replace(link, "documents", "files", 1), "X-Other", http.StatusForbidden},
		"another use": {http.MethodPut, link, "X-Other", http.StatusMethodNotAllowed},
	} {
		status, text := fetch(t, s, row.method, row.url, "", "", row.header, "x")
		assert.Equal(t, row.status, status, "%s: %s", name, text)
	}
	clock.Add(30 * time.Second)
	status, text = fetch(t, s, http.MethodGet, link, "", "")
	assert.Equal(t, http.StatusForbidden, status)
	assert.Contains(t, text, "Request has expired")
	clock.Add(91 * 24 * time.Hour)
	assert.Equal(t, http.StatusNotFound, c.get("/reports/"+id).status, "reports are kept for 90 days")
}

// A period that ends before it begins is refused, wherever one is asked for.
func TestPeriods(t *testing.T) {
	t.Parallel()
	_, _, c := settlingShop(t)
	for _, path := range []string{
		"/reports?createdSince=20261124T000000Z&createdUntil=20261123T235959Z", "/disbursements?endTime=20261123T235959Z&startTime=20261124T000000Z",
	} {
		c.get(path).refused(t, http.StatusBadRequest, "InvalidParameterValue")
	}
	for _, path := range []string{
		"/reports?createdSince=20261124T000000Z&createdUntil=20261124T000000Z", "/reports?createdSince=20991124T000000Z", "/disbursements?endTime=20001123T235959Z",
	} {
		c.get(path).must(t, http.StatusOK)
	}
}

func TestReportWithoutData(t *testing.T) {
	t.Parallel()
	_, clock, c := settlingShop(t)
	id := c.post("/reports", orderReport(noon.AddDate(0, 0, -2), noon.AddDate(0, 0, -1))).must(t, http.StatusCreated).text(t, "reportId")
	clock.Add(time.Minute)
	done := c.get("/reports/"+id).must(t, http.StatusOK)
	assert.Equal(t, "CANCELLED", done.body["processingStatus"])
	assert.NotContains(t, done.body, "reportDocumentId")
}

func TestSettle(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	m := s.Description().Merchants[0]
	c := newClientAt(t, s, 0, clock)
	live := c.withKey(m.KeyIDs.Live, m.PrivateKeyPEM)
	for _, shop := range []*client{c, live} {
		shop.newCharge("AuthorizeWithCapture", "50.00")
	}
	// A capture that nobody has looked at since it was pending.
	_, permissionID := c.newCharge("Confirm", "10.00")
	c.with("X-Amz-Pay-Simulation-Code", "CaptureInitiated").post("/charges", object{
		"chargePermissionId": permissionID, "chargeAmount": usd("10.00"), "captureNow": true,
	}).must(t, http.StatusCreated)
	clock.Add(time.Hour)
	s.Settle()
	clock.Add(time.Hour)
	s.Settle() // nothing since
	for amount, shop := range map[string]*client{"57.66": c, "48.25": live} {
		paid, _ := shop.get("/disbursements").must(t, http.StatusOK).body["disbursements"].([]any)
		require.Len(t, paid, 1)
		payment, _ := paid[0].(object)
		assert.Equal(t, amount, payment["amount"])
		assert.Equal(t, "USD", payment["currencyCode"])
		assert.Regexp(t, `T13:00:00\.000Z$`, payment["transactionTime"])
		assert.Empty(t, shop.get("/disbursements?endTime="+noon.Format("20060102T150405Z")).must(t, http.StatusOK).body["disbursements"])
	}
	assert.Empty(t, c.get("/reports").must(t, http.StatusOK).body["reports"], "in the sandbox it must be ordered")
	reports, _ := live.get("/reports").must(t, http.StatusOK).body["reports"].([]any)
	require.Len(t, reports, 1)
	made, _ := reports[0].(object)
	assert.Equal(t, "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_", made["reportType"])
	link := live.get("/report-documents/"+fmt.Sprint(made["reportDocumentId"])).must(t, http.StatusOK).text(t, "url")
	_, text := fetch(t, s, http.MethodGet, link, "", "")
	assert.Contains(t, text, `"Transfer","","","","USD","Transfer to the bank","-48.25","","","","-48.25"`)
}

func TestPages(t *testing.T) {
	t.Parallel()
	_, clock, c := settlingShop(t)
	var made []string
	for range 25 {
		made = append(made, c.post("/reports", orderReport(noon, noon.Add(time.Hour))).must(t, http.StatusCreated).text(t, "reportId"))
	}
	clock.Add(time.Minute)
	query, seen := "?pageSize=7&reportTypes="+sandboxSettlement, []string(nil)
	for pages := 1; query != ""; pages++ {
		a := c.get("/reports"+query).must(t, http.StatusOK)
		reports, _ := a.body["reports"].([]any)
		for _, r := range reports {
			report, _ := r.(object)
			seen = append(seen, fmt.Sprint(report["reportId"]))
		}
		query = ""
		if token, ok := a.body["nextToken"].(string); ok {
			query = "?nextToken=" + url.QueryEscape(token)
		} else {
			assert.Equal(t, 4, pages)
		}
	}
	assert.Equal(t, made, seen)
	first := c.get("/reports").must(t, http.StatusOK)
	assert.Len(t, first.body["reports"], 10)
	token := first.text(t, "nextToken")

	for _, row := range []struct{ query, reason, lenient string }{
		{"?pageSize=0", "InvalidParameterValue", "InvalidParameterValue"},
		{"?pageSize=101", "InvalidParameterValue", "InvalidParameterValue"},
		{"?pageSize=ten", "InvalidParameterValue", "InvalidParameterValue"},
		{"?nextToken=" + token + "&pageSize=10", "InvalidParameterCombination", "InvalidParameterCombination"},
		{"?nextToken=" + token + "x!", "InvalidRequest", "InvalidParameterValue"},
		{"?nextToken=abc", "InvalidParameterValue", "InvalidParameterValue"},
		{"?nextToken=", "InvalidParameterValue", ""}, // as samples of the official SDKs send
		{"?reportTypes=_GET_UNKNOWN_", "InvalidParameterValue", "InvalidParameterValue"},
		{"?processingStatuses=DONE", "InvalidParameterValue", "InvalidParameterValue"},
		{"?processingStatuses=COMPLETED&processingStatuses=FAILED", "InvalidParameterValue", ""}, // as the Java SDK does
		{"?createdSince=yesterday", "InvalidParameterValue", "InvalidParameterValue"},
		{"?createdSince=2026-11-23T00-00-00Z", "InvalidParameterValue", ""},
		{"?shopId=1", "InvalidParameterValue", ""},
	} {
		assert.Equal(t, row.reason, c.get("/reports"+row.query).reason, row.query)
		other := *c
		other.agent = "amazon-pay-api-sdk-java/2.6.7"
		a := other.get("/reports" + row.query)
		assert.Equal(t, row.lenient, a.reason, "%s: %s", row.query, a.raw)
	}
}

func TestOrdersRefused(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	const start, end = "20261101T000000Z", "20261102T000000Z"
	for name, row := range map[string]struct {
		body   object
		reason string
	}{
		"no type":                      {object{"startTime": start, "endTime": end}, "MissingParameterValue"},
		"a type not of the sandbox":    {object{"reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_", "startTime": start, "endTime": end}, "InvalidParameterValue"},
		"a type that comes by itself":  {object{"reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_", "startTime": start, "endTime": end}, "InvalidParameterValue"},
		"the end before the beginning": {object{"reportType": sandboxSettlement, "startTime": end, "endTime": start}, "InvalidParameterValue"},
		"a date in words":              {object{"reportType": sandboxSettlement, "startTime": "today", "endTime": end}, "InvalidParameterValue"},
	} {
		assert.Equal(t, row.reason, c.post("/reports", row.body).reason, name)
	}
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	order := object{"reportType": sandboxSettlement, "scheduleFrequency": "P1D", "nextReportCreationTime": "20261201T000000Z"}
	first := c.post("/report-schedules", order).must(t, http.StatusCreated).text(t, "reportScheduleId")
	assert.Equal(t, "P1D", c.get("/report-schedules/"+first).must(t, http.StatusOK).body["scheduleFrequency"])
	assert.Equal(t, http.StatusBadRequest, c.post("/report-schedules", order).status, "one a type")
	order["deleteExistingSchedule"] = true
	second := c.post("/report-schedules", order).must(t, http.StatusCreated).text(t, "reportScheduleId")
	assert.Equal(t, http.StatusNotFound, c.get("/report-schedules/"+first).status)
	assert.Len(t, c.get("/report-schedules").must(t, http.StatusOK).body["reportSchedules"], 1)
	assert.Len(t, c.get("/report-schedules?reportTypes="+sandboxSettlement).must(t, http.StatusOK).body["reportSchedules"], 1)
	assert.Equal(t, "InvalidRequest", c.remove("/report-schedules/"+second, object{}).reason, "no body")
	cancelled := c.remove("/report-schedules/"+second, nil).must(t, http.StatusOK)
	assert.Empty(t, cancelled.raw)
	assert.Equal(t, http.StatusNotFound, c.remove("/report-schedules/"+second, nil).status)
	order["scheduleFrequency"] = "P5D"
	assert.Equal(t, "InvalidParameterValue", c.post("/report-schedules", order).reason)
}

// A schedule may begin long ago: what would have been thrown away since is not made.
func TestScheduleFromLongAgo(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	order := object{"reportType": sandboxSettlement, "scheduleFrequency": "P30D", "nextReportCreationTime": "00010101T000000Z"}
	id := c.post("/report-schedules", order).must(t, http.StatusCreated).text(t, "reportScheduleId")
	next, err := time.Parse("20060102T150405Z", c.get("/report-schedules/"+id).must(t, http.StatusOK).text(t, "nextReportCreationTime"))
	require.NoError(t, err)
	assert.True(t, next.After(time.Now()) && next.Before(time.Now().AddDate(0, 0, 31)), next)
	reports, _ := c.get("/reports").must(t, http.StatusOK).body["reports"].([]any)
	assert.LessOrEqual(t, len(reports), 4)
}

// reportCount is how many reports there are on all pages, and when the first and the last of them
// were made.
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
