package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// limitTable is the documentation's table, with the request of each operation. It has no limit for
// GetAuthorizationToken in the sandbox, where that operation is not offered.
const limitTable = `
operation                method  path                        live  perSecond  sandbox  perSecond
CancelCharge             DELETE  /charges/x/cancel           10    2          2        1
CaptureCharge            POST    /charges/x/capture          20    4          2        1
CloseChargePermission    DELETE  /chargePermissions/x/close  10    2          2        1
CompleteCheckoutSession  POST    /checkoutSessions/x/complete 20   4          2        1
CreateCharge             POST    /charges                    10    4          2        1
CreateCheckoutSession    POST    /checkoutSessions           40    16         5        1
CreateMerchantAccount    POST    /merchantAccounts           10    1          1        1
CreateRefund             POST    /refunds                    10    4          2        1
DeliveryTrackers         POST    /deliveryTrackers           10    1          1        1
GetAuthorizationToken    GET     /authorizationTokens/x      5     1          -        -
GetCharge                GET     /charges/x                  20    4          5        1
GetChargePermission      GET     /chargePermissions/x        20    4          10       1
GetCheckoutSession       GET     /checkoutSessions/x         40    8          10       1
GetRefund                GET     /refunds/x                  20    4          5        1
UpdateChargePermission   PATCH   /chargePermissions/x        10    2          5        1
UpdateCheckoutSession    PATCH   /checkoutSessions/x         20    8          5        1
`

// unlimited are the operations without a documented limit.
const unlimited = `
CancelReportSchedule      DELETE  /report-schedules/x
InStoreCharge             POST    /in-store/charge
ContestDispute            POST    /disputes/x/contest
CreateDispute             POST    /disputes
CreateReport              POST    /reports
CreateReportSchedule      POST    /report-schedules
CreateStore               POST    /merchantAccounts/x/stores
DeleteAmazonPayAccount    DELETE  /merchantAccounts/x
FinalizeCheckoutSession   POST    /checkoutSessions/x/finalize
GetBuyer                  GET     /buyers/x
GetDisbursements          GET     /disbursements
GetDispute                GET     /disputes/x
GetReportByID             GET     /reports/x
GetReportDocument         GET     /report-documents/x
GetReportScheduleByID     GET     /report-schedules/x
GetReportSchedules        GET     /report-schedules
GetReports                GET     /reports
MerchantAccountClaim      POST    /merchantAccounts/x/claim
MerchantScan              POST    /in-store/merchantScan
InStoreRefund             POST    /in-store/refund
RegisterAmazonPayAccount  POST    /merchantAccounts
UpdateAmazonPayAccount    PATCH   /merchantAccounts/x
UpdateCharge              PATCH   /charges/x
UpdateDispute             PATCH   /disputes/x
UpdateMerchantAccount     PATCH   /merchantAccounts/x
UpdateStore               PATCH   /merchantAccounts/x/stores/y
UploadFile                POST    /files
`

// hammer sends one request of an operation n times, and returns how many were let through.
func (c *client) hammer(t *testing.T, operation, method, path string, n int) int {
	t.Helper()
	var body any
	switch {
	case operation == "CreateMerchantAccount":
		body = object{"uniqueReferenceId": "r", "ledgerCurrency": "JPY", "businessInfo": object{"email": "shop@example.com"}}
	case method != http.MethodGet:
		body = object{}
	}
	if operation == "UpdateMerchantAccount" {
		c = c.with(keyHeader, "k")
	}
	r, raw := c.request(method, path, body)
	c.sign(r, raw)
	r.Host = c.host
	passed := 0
	for range n {
		r.Body = http.NoBody
		if body != nil {
			r.Body, _ = r.GetBody()
		}
		w := httptest.NewRecorder()
		c.server.ServeHTTP(w, r)
		if w.Code != http.StatusTooManyRequests {
			passed++
			continue
		}
		var refused struct {
			ReasonCode string `json:"reasonCode"`
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &refused))
		require.Equal(t, "TooManyRequests", refused.ReasonCode)
	}
	log := c.server.Requests()
	last := log[len(log)-1]
	require.Equal(t, operation, last.Operation)
	require.True(t, last.Verified, last.Refusal)
	return passed
}

// throttled returns a client of each environment of an emulator that throttles, or does not.
func throttled(t *testing.T, opts ...emulator.Option) (live, sandbox *client) {
	t.Helper()
	clock := newClock(noon)
	sandbox = newClientAt(t, emulator.Start(t, append(opts, emulator.WithClock(clock.Now))...), 0, clock)
	return sandbox.onLive(), sandbox
}

// onLive is the first merchant with the key of the live environment.
func (c *client) onLive() *client {
	m := c.server.Description().Merchants[0]
	return c.withKey(m.KeyIDs.Live, m.PrivateKeyPEM)
}

func TestThrottling(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(limitTable), "\n")[1:]
	require.Len(t, lines, 16)
	for _, line := range lines {
		row := strings.Fields(line)
		operation, method, path := row[0], row[1], row[2]
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			live, sandbox := throttled(t, emulator.WithThrottling())
			for i, c := range []*client{live, sandbox} {
				if row[3+2*i] == "-" {
					continue
				}
				burst, err := strconv.Atoi(row[3+2*i])
				require.NoError(t, err)
				refill, err := strconv.Atoi(row[4+2*i])
				require.NoError(t, err)
				assert.Equal(t, burst, c.hammer(t, operation, method, path, burst+3), "at once")
				assert.Zero(t, c.hammer(t, operation, method, path, 1), "no time has passed")
				require.NoError(t, c.server.Advance(time.Second))
				assert.Equal(t, min(burst, refill), c.hammer(t, operation, method, path, burst+3), "a second later")
				require.NoError(t, c.server.Advance(time.Hour))
				assert.Equal(t, burst, c.hammer(t, operation, method, path, burst+3), "no more than that in any time")
			}
		})
	}
}

// The requests of others do not count, nor do those that are refused before.
func TestThrottlingIsOfOneMerchant(t *testing.T) {
	t.Parallel()
	live, sandbox := throttled(t, emulator.WithThrottling())
	other := newClientAt(t, sandbox.server, 1, newClock(noon))
	acting := sandbox.with("X-Amz-Pay-Authtoken", sandbox.server.Description().Merchants[1].AuthToken)
	for _, c := range []*client{sandbox, other, acting, sandbox.abroad()} { // who is acted for, and who acts
		assert.Equal(t, 5, c.hammer(t, "GetCharge", http.MethodGet, "/charges/x", 9))
	}
	assert.Equal(t, 20, live.hammer(t, "GetCharge", http.MethodGet, "/charges/x", 25))
	assert.Equal(t, 5, sandbox.hammer(t, "GetRefund", http.MethodGet, "/refunds/x", 9), "each operation by itself")
	require.NoError(t, sandbox.server.Advance(3*time.Second))
	assert.Equal(t, 3, sandbox.hammer(t, "GetCharge", http.MethodGet, "/charges/x", 9))
	require.NoError(t, sandbox.server.Advance(999*time.Millisecond))
	assert.Zero(t, sandbox.hammer(t, "GetCharge", http.MethodGet, "/charges/x", 9))
	require.NoError(t, sandbox.server.Advance(time.Millisecond))
	assert.Equal(t, 1, sandbox.hammer(t, "GetCharge", http.MethodGet, "/charges/x", 9))

	wrong := sandbox.with("X-Amz-Pay-Region", "eu") // refused before anything counts
	r, raw := wrong.request(http.MethodGet, "/refunds/x", nil)
	wrong.sign(r, raw)
	for range 5 {
		a, err := wrong.send(r)
		require.NoError(t, err)
		a.refused(t, http.StatusBadRequest, "InvalidHeaderValue")
	}
	assert.Equal(t, 4, sandbox.hammer(t, "GetRefund", http.MethodGet, "/refunds/x", 9))
	sandbox.server.Reset()
	assert.Equal(t, 5, sandbox.hammer(t, "GetRefund", http.MethodGet, "/refunds/x", 9), "full again")
}

// Without the option nothing is throttled, and with it nothing that has no documented limit.
func TestNotThrottled(t *testing.T) {
	t.Parallel()
	const many = 45 // more than any burst
	live, sandbox := throttled(t)
	var names []string
	for line := range strings.SplitSeq(strings.TrimSpace(limitTable), "\n") {
		row := strings.Fields(line)
		if row[0] == "operation" {
			continue
		}
		names = append(names, row[0])
		assert.Equal(t, many, live.hammer(t, row[0], row[1], row[2], many), row[0])
		assert.Equal(t, many, sandbox.hammer(t, row[0], row[1], row[2], many), row[0])
	}
	live, sandbox = throttled(t, emulator.WithThrottling())
	for line := range strings.SplitSeq(strings.TrimSpace(unlimited), "\n") {
		row := strings.Fields(line)
		names = append(names, row[0])
		assert.Equal(t, many, live.hammer(t, row[0], row[1], row[2], many), row[0])
		assert.Equal(t, many, sandbox.hammer(t, row[0], row[1], row[2], many), row[0])
	}
	var view struct {
		Operations []string `json:"operations"`
	}
	_, text := sandbox.control(http.MethodGet, "state", "")
	require.NoError(t, json.Unmarshal([]byte(text), &view))
	assert.ElementsMatch(t, view.Operations, names, "each operation is in one of the tables")
}
