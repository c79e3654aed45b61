package emulator_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// ask sends a request to a control endpoint, with pairs of names and values of headers.
func (c *client) ask(method, path, body string, header ...string) *http.Response {
	c.tb.Helper()
	r, err := http.NewRequestWithContext(c.tb.Context(), method, c.base+"/_emulator/"+path, strings.NewReader(body))
	require.NoError(c.tb, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := c.server.RoundTripper().RoundTrip(r)
	require.NoError(c.tb, err)
	return res
}

// control is ask with the control token, or other headers.
func (c *client) control(method, path, body string, header ...string) (status int, text string) {
	c.tb.Helper()
	if header == nil {
		header = []string{"Authorization", "Bearer " + c.server.Description().ControlToken}
	}
	res := c.ask(method, path, body, header...)
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	require.NoError(c.tb, err)
	return res.StatusCode, string(read)
}

// orders are all that can be done by POST. Each is done to something that newTarget makes.
var orders = []struct {
	path   string
	target string
	body   string
	want   string // the target's state, or what shows that it was done
	wrong  string // a body for which it is refused; empty: the target is not in the state for it any more
	status int    // of the refusal
}{
	{"sessions/{id}/signIn", "session", ``, `Open`, `{"colour":"red"}`, 400},
	{"sessions/{id}/approve", "session", `{}`, `Open`, `{`, 400},
	{"sessions/{id}/abandon", "session", ``, `BuyerCanceled`, ``, 409},
	{"sessions/{id}/decline", "session", ``, `Declined`, ``, 409},
	{"sessions/{id}/changeAddress", "approved", `{"address":{"city":"Reno","countryCode":"US"}}`, `Reno`, `{"address":{"countryCode":"USA"}}`, 409},
	{"sessions/{id}/changeCard", "approved", `{"card":"4444"}`, `MasterCard`, `{"card":"9999"}`, 409},
	{"sessions/{id}/cancel", "session", ``, `AmazonCanceled`, ``, 409},
	{"sessions/{id}/expire", "session", ``, `Expired`, ``, 404},
	{"permissions/{id}/changePaymentMethod", "permission", `{"card":"4444"}`, `MasterCard`, `{"card":"9999"}`, 409},
	{"permissions/{id}/close", "permission", `{"reasonCode":"BuyerClosed"}`, `BuyerClosed`, `{"reasonCode":"BuyerClosed"}`, 409},
	{"permissions/{id}/suspend", "permission", `{"reasonCode":"MFAFailed"}`, `MFAFailed`, `{"reasonCode":"MFAFailed"}`, 409},
	{"permissions/{id}/expire", "permission", ``, `Expired`, ``, 404},
	{"charges/{id}/resolve", "pending", ``, `Authorized`, ``, 409},
	{"charges/{id}/decline", "pending", `{"reasonCode":"SoftDeclined"}`, `SoftDeclined`, `{"reasonCode":"SoftDeclined"}`, 409},
	{"charges/{id}/cancel", "charge", `{"reasonCode":"AmazonCanceled"}`, `AmazonCanceled`, `{"reasonCode":"Nonsense"}`, 409},
	{"charges/{id}/expire", "charge", ``, `ExpiredUnused`, ``, 404},
	{"charges/{id}/dispute", "captured", ``, `Captured`, ``, 409},
	{"refunds/{id}/resolve", "refund", ``, `Refunded`, ``, 409},
	{"refunds/{id}/decline", "refund", `{"reasonCode":"AmazonRejected"}`, `AmazonRejected`, `{"reasonCode":"AmazonRejected"}`, 409},
	{"settle", "captured", ``, `Captured`, `[]`, 400},
	{"faults", "charge", `{"count":1,"fault":{"operation":"GetRefund","kind":"status"}}`, `Authorized`, `{"fault":{"operation":"getNothing"}}`, 409},
	{"faults", "charge", `{"probability":0.5,"fault":{"operation":"GetRefund"}}`, `Authorized`, `{"probability":1.5}`, 409},
	{"faults", "charge", `{}`, `ServiceUnavailable`, `{"fault":{"kind":"smoke"}}`, 400},
	{"faults/clear", "charge", ``, `Authorized`, `"x"`, 400},
	{"clock", "pending", `{"advance":"30s"}`, `Authorized`, `{"advance":"tomorrow"}`, 409},
	{"clock", "charge", `{"advance":"720h"}`, `ExpiredUnused`, `{"advance":"-1s"}`, 409},
	{"clock", "charge", `{"advance":"1s"}`, `Authorized`, `{} {}`, 400},
	{"notifications", "charge", `{"url":"http://127.0.0.1:1/ipn"}`, `Authorized`, `{"url":"http://192.0.2.1/ipn"}`, 409},
	{"notifications/stop", "charge", `{"url":"http://127.0.0.1:1/ipn"}`, `Authorized`, `{"url":1}`, 400},
	{"reset", "charge", ``, `ResourceNotFound`, `{"count":"one"}`, 400},
}

// newTarget makes something, and returns its id and the path at which the shop reads it.
func newTarget(f *fixture, kind string) {
	switch kind {
	case "session":
		f.newOpen()
	case "approved":
		f.newOpen()
		f.done(f.server.Buyer().Approve(f.id))
	case "permission":
		f.newPermission("OneTime")
	case "pending":
		f.newPendingCharge("AuthorizationInitiated")
	case "charge":
		f.newChargeOf("", nil)
	case "captured":
		capturedCharge(f)
	case "refund":
		f.newRefund("")
	}
}

func TestControlOrders(t *testing.T) {
	t.Parallel()
	for _, row := range orders {
		t.Run(row.path+row.body, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			newTarget(f, row.target)
			path := strings.Replace(row.path, "{id}", f.id, 1)
			before := f.show().raw
			if row.wrong != "" && row.wrong != row.body { // what is wrong by itself does nothing
				status, text := f.control(http.MethodPost, path, row.wrong)
				assert.Equal(t, row.status, status, text)
				assert.Contains(t, text, map[int]string{400: `"InvalidRequestFormat"`, 409: `"InvalidRequest"`}[row.status])
				assert.Equal(t, before, f.show().raw)
			}
			status, text := f.control(http.MethodPost, path, row.body)
			require.Equal(t, http.StatusOK, status, text)
			if row.path == "charges/{id}/dispute" {
				assert.Regexp(t, `^\{"disputeId":"S01-\d{7}-\d{7}-B\d{6}"\}$`, text)
			} else {
				assert.Equal(t, `{}`, text)
			}
			done := f.show().raw
			assert.Contains(t, done, row.want)
			if row.wrong == "" || row.wrong == row.body { // it was done, and cannot be done again
				status, text := f.control(http.MethodPost, path, row.wrong)
				assert.Equal(t, row.status, status, text)
				assert.Equal(t, done, f.show().raw)
			}
			if strings.Contains(row.path, "{id}") {
				status, text := f.control(http.MethodPost, strings.Replace(row.path, "{id}", "nobody", 1), row.body)
				assert.Equal(t, http.StatusNotFound, status, text)
				assert.Contains(t, text, "nobody")
			}
		})
	}
}

// What the orders that have no object do, seen where it shows.
func TestControlOfTheWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	capturedCharge(f)
	f.clock.Add(time.Minute)
	f.control(http.MethodPost, "settle", "")
	assert.Len(t, f.get("/disbursements").body["disbursements"], 1)
	f.control(http.MethodPost, "faults", `{"count":2,"fault":{"operation":"GetCharge","kind":"html","status":504,"delay":1000000}}`)
	_, text := f.control(http.MethodGet, "state", "")
	assert.Contains(t, text, `"faults":[{"operation":"GetCharge","kind":"html","status":504,"reasonCode":"","retryAfter":"","delay":1000000,"left":2,"probability":0}]`)
	f.control(http.MethodPost, "faults/clear", "")
	f.show().must(t, http.StatusOK)
	f.control(http.MethodPost, "clock", `{"advance":"36h"}`)
	assert.Equal(t, f.clock.Now().Add(36*time.Hour), f.server.Now())
}

func TestControlAnswersReads(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for path, kind := range map[string]string{
		"": "text/html; charset=utf-8", "window.js": "text/javascript; charset=utf-8", "window.css": "text/css; charset=utf-8",
		"workbench": "text/html; charset=utf-8", "workbench.js": "text/javascript; charset=utf-8", "workbench.css": "text/css; charset=utf-8",
		"element.js": "text/javascript; charset=utf-8", "workbench/choices": "application/json",
		"description": "application/json", "requests": "application/json", "state": "application/json",
	} {
		res := c.ask(http.MethodGet, path, "", "Authorization", "Bearer "+c.server.Description().ControlToken)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, http.StatusOK, res.StatusCode, path)
		assert.Equal(t, kind, res.Header.Get("Content-Type"), path)
		if path == "" || path == "workbench" {
			assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
			assert.Contains(t, res.Header.Get("Content-Security-Policy"), "script-src 'self'")
		}
	}
	for _, request := range []string{"GET nothing", "GET settle", "POST state", "POST sessions/x/vanish", "DELETE requests", "GET sessions"} {
		method, path, _ := strings.Cut(request, " ")
		status, text := c.control(method, path, "")
		assert.Equal(t, http.StatusNotFound, status, request)
		assert.Contains(t, text, "ResourceNotFound", request)
	}
}

// controlPaths are all, with something in place of an id.
func controlPaths() []string {
	paths := []string{
		"GET ", "GET window.js", "GET window.css", "GET description", "GET requests", "GET notifications", "GET state", "GET events", "GET nothing", "POST nothing",
		"GET workbench", "GET workbench.js", "GET workbench.css", "GET element.js", "GET workbench/choices",
		"POST workbench/fill", "POST workbench/send", "POST workbench/code", "POST workbench/button",
	}
	for _, row := range orders {
		paths = append(paths, "POST "+strings.Replace(row.path, "{id}", "x", 1))
	}
	return paths
}

func TestControlNeedsTheToken(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	token := c.server.Description().ControlToken
	for _, header := range [][]string{
		{"X-None", ""},
		{"Authorization", "Bearer " + token[1:]},
		{"Authorization", token},
		{"Cookie", "amazonpay-emulator-1=" + token},
		{"Cookie", cookieOf(c) + "=" + token[1:]},
	} {
		for _, request := range controlPaths() {
			method, path, _ := strings.Cut(request, " ")
			status, text := c.control(method, path, "", header...)
			assert.Equal(t, http.StatusUnauthorized, status, request)
			assert.Contains(t, text, `"Unauthorized"`, request)
			assert.NotContains(t, text, token, request)
		}
	}
}

func cookieOf(c *client) string {
	return "amazonpay-emulator-" + c.host[strings.LastIndex(c.host, ":")+1:]
}

func TestWindowCookie(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	token := c.server.Description().ControlToken
	for request, status := range map[string]int{
		"GET ?token=" + token:            http.StatusSeeOther,
		"GET ?token=" + token[1:]:        http.StatusUnauthorized,
		"GET ?token=":                    http.StatusUnauthorized,
		"POST ?token=" + token:           http.StatusUnauthorized,
		"GET state?token=" + token:       http.StatusUnauthorized,
		"POST reset?token=" + token:      http.StatusUnauthorized,
		"GET description?token=" + token: http.StatusUnauthorized,
	} {
		method, path, _ := strings.Cut(request, " ")
		res := c.ask(method, path, "")
		require.NoError(t, res.Body.Close())
		assert.Equal(t, status, res.StatusCode, request)
		if status != http.StatusSeeOther {
			assert.Empty(t, res.Cookies(), request)
			continue
		}
		assert.Equal(t, "/_emulator/", res.Header.Get("Location"), "the token stands in no address bar")
		require.Len(t, res.Cookies(), 1)
		cookie := res.Cookies()[0]
		assert.Equal(t, cookieOf(c), cookie.Name)
		assert.Equal(t, token, cookie.Value)
		assert.Equal(t, "/_emulator/", cookie.Path)
		assert.True(t, cookie.HttpOnly)
		assert.True(t, cookie.Secure)
		assert.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
		assert.Empty(t, cookie.Domain)
	}
	cookie := []string{"Cookie", cookieOf(c) + "=" + token}
	for _, row := range []struct {
		method, path string
		header       []string
		status       int
	}{
		{http.MethodGet, "", nil, 200},
		{http.MethodGet, "state", []string{"Sec-Fetch-Site", "cross-site"}, 200}, // which no script of that site can read
		{http.MethodPost, "settle", []string{"Sec-Fetch-Site", "same-origin", "Origin", c.base}, 200},
		{http.MethodPost, "settle", []string{"Origin", c.base}, 200},
		{http.MethodPost, "settle", []string{"Sec-Fetch-Site", "cross-site"}, 401},
		{http.MethodPost, "settle", []string{"Sec-Fetch-Site", "same-site"}, 401}, // another port of this machine
		{http.MethodPost, "settle", []string{"Origin", "https://shop.example"}, 401},
		{http.MethodPost, "settle", []string{"Origin", "null"}, 401},
		{http.MethodPost, "settle", []string{"Sec-Fetch-Site", "cross-site", "Origin", c.base}, 401},
		{http.MethodPost, "settle", []string{"Sec-Fetch-Site", "cross-site", "Authorization", "Bearer " + token}, 200}, // no browser adds that by itself
	} {
		status, text := c.control(row.method, row.path, "", append(cookie, row.header...)...)
		assert.Equal(t, row.status, status, "%s %s %v: %s", row.method, row.path, row.header, text)
	}
}

// Who watches hears of a change at once, and does not keep the emulator from ending.
func TestEvents(t *testing.T) {
	t.Parallel()
	s, err := emulator.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	c := newClient(t, s, 0)
	res := c.ask(http.MethodGet, "events", "", "Authorization", "Bearer "+s.Description().ControlToken)
	defer func() { _ = res.Body.Close() }()
	assert.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	events := bufio.NewScanner(res.Body)
	next := func() {
		require.True(t, events.Scan(), events.Err())
		assert.Equal(t, "data: changed", events.Text())
		require.True(t, events.Scan(), events.Err())
		assert.Empty(t, events.Text())
	}
	next()
	for _, change := range []func(){
		func() { c.newSession("Authorize", "50") },
		func() { c.get("/charges/x").refused(t, http.StatusNotFound, "ResourceNotFound") }, // a line in the log
		func() { require.NoError(t, s.FailNext(1, emulator.Fault{})) },
		func() { require.NoError(t, s.Advance(time.Second)) },
		s.Reset,
	} {
		begun := time.Now()
		change()
		next()
		assert.Less(t, time.Since(begun), 4*time.Second, "without a change it would be five")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, s.Shutdown(ctx), "who watches is sent away")
	for events.Scan() { // what was under way
		continue
	}
}

// A list in the window's JSON is never null: its script would stop there.
func TestStateHasNoNull(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, fresh := f.control(http.MethodGet, "state", "")
	var view map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(fresh), &view))
	for _, name := range []string{"faults", "sessions", "permissions", "charges", "refunds", "disputes", "requests"} {
		assert.JSONEq(t, `[]`, string(view[name]), name)
	}
	assert.NotContains(t, fresh, "null")
	assert.Contains(t, fresh, `"CompleteCheckoutSession"`)

	f.newRefund("")
	f.newDispute()
	f.newOpen()
	require.NoError(t, f.server.FailNext(1, emulator.Fault{}))
	_, full := f.control(http.MethodGet, "state", "")
	require.NoError(t, json.Unmarshal([]byte(full), &view))
	for _, name := range []string{"faults", "sessions", "permissions", "charges", "refunds", "disputes", "requests"} {
		assert.NotEqual(t, `[]`, string(view[name]), name)
	}
	assert.NotContains(t, full, "null")
}

// Reset forgets all but who is who and what time it is.
func TestReset(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.newRefund("")
	keyed := f.with(keyHeader, "kept")
	scan := object{"scanData": f.server.Description().Merchants[0].ScanData, "scanReferenceId": "1", "ledgerCurrency": "USD", "merchantCOE": "US"}
	first := keyed.post("/in-store/merchantScan", scan).must(t, http.StatusOK).text(t, "chargePermissionId")
	require.NoError(t, f.server.IgnoreIdempotencyKey("CreateCharge"))
	require.NoError(t, f.server.Advance(time.Hour))
	f.server.Settle()
	require.NoError(t, f.server.FailNext(100, emulator.Fault{}))
	described := f.server.Description()

	status, _ := f.control(http.MethodPost, "reset", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Empty(t, f.server.Requests())
	assert.Empty(t, f.server.Charges())
	assert.Empty(t, f.server.Refunds())
	assert.Equal(t, f.clock.Now().Add(time.Hour), f.server.Now())
	assert.Equal(t, described, f.server.Description())
	f.show().refused(t, http.StatusNotFound, "ResourceNotFound")
	assert.Empty(t, f.get("/disbursements").must(t, http.StatusOK).body["disbursements"])
	second := keyed.post("/in-store/merchantScan", scan).must(t, http.StatusOK).text(t, "chargePermissionId")
	assert.NotEqual(t, first, second, "neither the key nor the till's reference is known any more")

	f.newPermission("OneTime")
	once := f.with(keyHeader, "once")
	body := object{"chargePermissionId": f.permission, "chargeAmount": usd("1")}
	once.post("/charges", body).must(t, http.StatusCreated)
	once.post("/charges", body).must(t, http.StatusCreated)
	assert.Len(t, f.server.Charges(), 1, "the key is honoured again")
}
