package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestFaultsOfAStatus(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	require.NoError(t, s.FailNext(2, emulator.Fault{Operation: "GetCharge", Status: 429, RetryAfter: "7"}))
	require.NoError(t, s.FailNext(1, emulator.Fault{Status: 502}))

	c.get("/refunds/x").refused(t, 502, "") // the second fault: the first waits for getCharge
	c.get("/refunds/x").refused(t, 404, "ResourceNotFound")
	for range 2 {
		a := c.get("/charges/x").refused(t, 429, "TooManyRequests")
		assert.Equal(t, "7", a.header.Get("Retry-After"))
	}
	a := c.get("/charges/x").refused(t, 404, "ResourceNotFound")
	assert.Empty(t, a.header.Get("Retry-After"))

	log := s.Requests()
	assert.Equal(t, "status 429", log[2].Fault)
	assert.True(t, log[2].Verified)
	assert.Equal(t, "GetCharge", log[2].Operation)
	assert.Empty(t, log[4].Fault)
}

func TestFaultsWaitForAVerifiedRequest(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	require.NoError(t, s.FailNext(1, emulator.Fault{}))
	c.with("X-Amz-Pay-Region", "eu").get("/charges/x").refused(t, 400, "InvalidHeaderValue")
	c.get("/charges/x").refused(t, 503, "ServiceUnavailable")
}

func TestResetBeforeTheWork(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	keyed := c.with(keyHeader, "once")
	require.NoError(t, s.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindReset}))
	body := object{"chargePermissionId": p, "chargeAmount": usd("10")}

	r, raw := keyed.request(http.MethodPost, "/charges", body)
	_, err := keyed.send(keyed.sign(r, raw))
	require.ErrorIs(t, err, syscall.ECONNRESET)
	assert.Empty(t, s.Charges())
	log := s.Requests()
	assert.Equal(t, 0, log[len(log)-1].Status)
	assert.Equal(t, "connection reset", log[len(log)-1].Fault)

	keyed.post("/charges", body).must(t, 201)
	assert.Len(t, s.Charges(), 1)
}

func TestAnswerLostAfterTheWork(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	keyed := c.with(keyHeader, "once")
	require.NoError(t, s.FailNext(2, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))
	body := object{"chargePermissionId": p, "chargeAmount": usd("10")}
	for range 2 { // the second time it is the replay that is lost
		r, raw := keyed.request(http.MethodPost, "/charges", body)
		_, err := keyed.send(keyed.sign(r, raw))
		require.Error(t, err)
	}
	require.Len(t, s.Charges(), 1)
	a := keyed.post("/charges", body).must(t, 201)
	assert.Equal(t, s.Charges()[0].ID, a.body["chargeId"])
	assert.Len(t, s.Charges(), 1)
	log := s.Requests()
	assert.Equal(t, "answer lost", log[len(log)-2].Fault)
	assert.Equal(t, 201, log[len(log)-2].Status)
}

func TestBadFaults(t *testing.T) {
	t.Parallel()
	s, err := emulator.New()
	require.NoError(t, err)
	require.Error(t, s.FailNext(0, emulator.Fault{}))
	require.ErrorContains(t, s.FailNext(1, emulator.Fault{Operation: "createCharge"}), "CreateCharge", "the nearest name is listed")
	require.Error(t, s.FailNext(1, emulator.Fault{Kind: 9}))
	require.Error(t, s.FailNext(1, emulator.Fault{Status: 200}))
	for _, status := range []int{403, 422} {
		require.ErrorContains(t, s.FailNext(1, emulator.Fault{Status: status}), "ReasonCode")
		require.NoError(t, s.FailNext(1, emulator.Fault{Status: status, ReasonCode: "AmazonRejected"}))
	}
}

func TestClearFaults(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	require.NoError(t, s.FailNext(5, emulator.Fault{}))
	s.ClearFaults()
	newClient(t, s, 0).get("/charges/x").refused(t, 404, "ResourceNotFound")
}

func TestReasonsOfStatuses(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	for status, reason := range map[int]string{
		0:   "ServiceUnavailable",
		400: "InvalidRequest",
		401: "UnauthorizedAccess",
		404: "ResourceNotFound",
		405: "UnsupportedOperation",
		408: "RequestTimeout",
		409: "AmountMismatch",
		425: "",
		426: "TLSVersionNotSupported",
		429: "TooManyRequests",
		500: "InternalServerError",
		502: "",
		503: "ServiceUnavailable",
		504: "",
	} {
		require.NoError(t, s.FailNext(1, emulator.Fault{Status: status}))
		a := c.get("/charges/x")
		if status == 0 {
			status = 503
		}
		a.refused(t, status, reason)
		_, has := a.body["reasonCode"]
		assert.Equal(t, reason != "", has, a.raw)
	}
}

// An outcome that is asked for waits for a request whose work would be done.
func TestOutcomesAskedFor(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, p := c.newCharge("Confirm", "50")
	good := object{"chargePermissionId": p, "chargeAmount": usd("1")}
	replayed := c.with(keyHeader, "replayed")
	replayed.post("/charges", good).must(t, 201)
	require.NoError(t, s.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: "HardDeclined"}))

	replayed.post("/charges", good).must(t, 201)
	replayed.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("2")}).refused(t, 400, "DuplicateIdempotencyKey")
	key := c.with(keyHeader, "declined")
	key.post("/charges", `{"chargePermissionId":`).refused(t, 400, "InvalidRequestFormat")
	key.post("/charges", object{"chargePermissionId": p}).refused(t, 400, "MissingParameterValue")
	key.post("/charges", object{"chargePermissionId": "S01-0-0", "chargeAmount": usd("1")}).refused(t, 404, "ResourceNotFound")
	key.post("/charges", object{"chargePermissionId": p, "chargeAmount": usd("50")}).refused(t, 400, "TransactionAmountExceeded")
	key.with("X-Amz-Pay-Simulation-Code", "Nonsense").post("/charges", good).refused(t, 400, "InvalidSandboxSimulationSpecified")

	key.post("/charges", good).refused(t, 422, "HardDeclined")
	log := s.Requests()
	assert.Equal(t, "status 422", log[len(log)-1].Fault)
	assert.Empty(t, log[len(log)-2].Fault)
	a := c.get("/chargePermissions/" + p)
	assert.Equal(t, "NonChargeable", a.at("statusDetails", "state"))
	assert.Contains(t, a.raw, "PaymentMethodInvalid")
	key.post("/charges", good).refused(t, 422, "HardDeclined") // kept
	assert.Len(t, s.Charges(), 1)
}

// Every operation that can fail by itself does so once its checks are passed, and leaves
// all as it was but for what a decline does.
func TestOutcomesOfOperations(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	held, p := c.newCharge("Authorize", "50")
	taken, _ := c.newCharge("AuthorizeWithCapture", "50")
	_, till := c.newCharge("Confirm", "50")
	declining, failing := c.newApproved("Authorize", "50"), c.newApproved("Authorize", "50")
	tests := []struct {
		operation, path string
		wrong, right    object
		reason          string
	}{
		{"CaptureCharge", "/charges/" + held + "/capture", object{"captureAmount": usd("51")}, object{"captureAmount": usd("50")}, "AmazonRejected"},
		{"CreateRefund", "/refunds", object{"chargeId": held, "refundAmount": usd("1")}, object{"chargeId": taken, "refundAmount": usd("1")}, "ProcessingFailure"},
		{"InStoreRefund", "/in-store/refund", object{"chargeId": held, "refundReferenceId": "r", "refundTotal": usd("1")}, object{"chargeId": taken, "refundReferenceId": "r", "refundTotal": usd("1")}, "AmazonRejected"},
		{"InStoreCharge", "/in-store/charge", object{"chargePermissionId": p, "chargeReferenceId": "c", "chargeTotal": usd("1")}, object{"chargePermissionId": till, "chargeReferenceId": "c", "chargeTotal": usd("1")}, "AmazonRejected"},
		{"CompleteCheckoutSession", "/checkoutSessions/" + declining + "/complete", object{"chargeAmount": usd("51")}, object{"chargeAmount": usd("50")}, "SoftDeclined"},
		{"FinalizeCheckoutSession", "/checkoutSessions/" + failing + "/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("50"), "totalOrderAmount": usd("1")}, object{"paymentIntent": "Confirm", "chargeAmount": usd("50")}, "ProcessingFailure"},
	}
	for _, tt := range tests {
		require.NoError(t, s.FailNext(1, emulator.Fault{Operation: tt.operation, Status: 422, ReasonCode: tt.reason}))
		assert.NotEqual(t, tt.reason, c.post(tt.path, tt.wrong).reason, tt.operation)
		key := c.with(keyHeader, tt.operation)
		key.post(tt.path, tt.right).refused(t, 422, tt.reason)
		key.post(tt.path, tt.right).refused(t, 422, tt.reason)
	}
	assert.Equal(t, "Authorized", c.get("/charges/"+held).at("statusDetails", "state"))
	assert.Empty(t, s.Refunds())
	assert.Len(t, s.Charges(), 2)
	assert.Equal(t, "Closed", c.get("/chargePermissions/"+till).at("statusDetails", "state"))
	assert.Equal(t, "Declined", c.get("/checkoutSessions/"+declining).at("statusDetails", "reasonCode"))
	assert.Equal(t, "Open", c.get("/checkoutSessions/"+failing).at("statusDetails", "state"))

	// Where nothing can fail by itself the checks are those of the body and the simulation code.
	require.NoError(t, s.FailNext(1, emulator.Fault{Status: 500, ReasonCode: "ProcessingFailure"}))
	c.patch("/checkoutSessions/"+failing, object{"colour": "red"}).refused(t, 400, "UnrecognizedField")
	c.patch("/checkoutSessions/"+failing, object{"platformId": "x"}).refused(t, 500, "ProcessingFailure")
}

// What the end of the emulator cuts short is no answer.
func TestDelayCutShortIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, kind := range []emulator.FaultKind{emulator.FaultKindDelay, emulator.FaultKindSlow, emulator.FaultKindTruncate} {
		f, charge := charging(t)
		require.NoError(t, f.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: kind, Delay: time.Hour}))
		ended := make(chan outcome, 1)
		go func() { ended <- charge(context.WithoutCancel(t.Context())) }()
		require.Eventually(t, func() bool {
			log := f.server.Requests()
			return log[len(log)-1].Operation == "CreateCharge"
		}, 30*time.Second, time.Millisecond)
		require.NoError(t, f.server.Close())
		require.Error(t, (<-ended).err, kind)
	}
}

// outcome is what a request came to, of which the answer may not have come whole.
type outcome struct {
	status int
	header http.Header
	body   string
	reads  int // in how many pieces the body came
	err    error
}

// attempt sends a request that may fail on its way.
func (c *client) attempt(ctx context.Context, method, path string, body any) outcome {
	r, raw := c.request(method, path, body)
	res, err := c.server.RoundTripper().RoundTrip(c.sign(r.WithContext(ctx), raw))
	if err != nil {
		return outcome{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	o := outcome{status: res.StatusCode, header: res.Header}
	piece := make([]byte, 4096)
	for o.err == nil {
		var n int
		n, o.err = res.Body.Read(piece)
		o.body += string(piece[:n])
		if n > 0 {
			o.reads++
		}
	}
	if errors.Is(o.err, io.EOF) {
		o.err = nil
	}
	return o
}

// charging is an emulator with a permission, and a request that charges it under one key.
func charging(t *testing.T) (f *fixture, charge func(ctx context.Context) outcome) {
	t.Helper()
	f = newFixture(t)
	f.newPermission("OneTime")
	keyed := f.with(keyHeader, "once")
	return f, func(ctx context.Context) outcome {
		return keyed.attempt(ctx, http.MethodPost, "/charges", object{"chargePermissionId": f.permission, "chargeAmount": usd("10")})
	}
}

func TestAnswersThatComeLate(t *testing.T) {
	t.Parallel()
	const delay = 20 * time.Millisecond
	for name, row := range map[string]struct {
		fault  emulator.Fault
		status int
		least  time.Duration
		reads  int
		made   int
		logged string
	}{
		"delayed":           {emulator.Fault{Kind: emulator.FaultKindDelay, Delay: delay}, 201, delay, 1, 1, "answer delayed"},
		"slow":              {emulator.Fault{Kind: emulator.FaultKindSlow, Delay: delay}, 201, 8 * delay, 2, 1, "answer slow"},
		"a late status":     {emulator.Fault{Delay: delay}, 503, delay, 1, 0, "status 503"},
		"a late decline":    {emulator.Fault{Status: 422, ReasonCode: "SoftDeclined", Delay: delay}, 422, delay, 1, 0, "status 422"},
		"a late page":       {emulator.Fault{Kind: emulator.FaultKindHTML, Delay: delay}, 502, delay, 1, 0, "status 502 with HTML"},
		"a late half":       {emulator.Fault{Kind: emulator.FaultKindTruncate, Delay: delay}, 201, delay, 1, 1, "answer truncated"},
		"a page, and alone": {emulator.Fault{Kind: emulator.FaultKindHTML, Status: 504}, 504, 0, 1, 0, "status 504 with HTML"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, charge := charging(t)
			row.fault.Operation = "CreateCharge"
			require.NoError(t, f.server.FailNext(1, row.fault))
			begun := time.Now()
			o := charge(t.Context())
			assert.GreaterOrEqual(t, time.Since(begun), row.least)
			assert.Equal(t, row.status, o.status)
			assert.GreaterOrEqual(t, o.reads, row.reads)
			assert.Len(t, f.server.Charges(), row.made)
			log := f.server.Requests()
			assert.Equal(t, row.logged, log[len(log)-1].Fault)
			assert.Equal(t, row.status, log[len(log)-1].Status)
			switch row.fault.Kind {
			case emulator.FaultKindTruncate:
				require.ErrorIs(t, o.err, io.ErrUnexpectedEOF)
			case emulator.FaultKindHTML:
				assert.Equal(t, "text/html; charset=utf-8", o.header.Get("Content-Type"))
				assert.Contains(t, o.body, "<h1>"+http.StatusText(row.status)+"</h1>")
				assert.False(t, json.Valid([]byte(o.body)))
			default:
				require.NoError(t, o.err)
				assert.True(t, json.Valid([]byte(o.body)))
			}
		})
	}
}

// Half of an answer says how long the whole would be, and the whole is there under the key.
func TestTruncatedAnswer(t *testing.T) {
	t.Parallel()
	f, charge := charging(t)
	require.NoError(t, f.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindTruncate}))
	half := charge(t.Context())
	require.ErrorIs(t, half.err, io.ErrUnexpectedEOF)
	whole := charge(t.Context())
	require.NoError(t, whole.err)
	assert.Equal(t, 201, whole.status)
	assert.Equal(t, whole.body[:len(whole.body)/2], half.body)
	assert.Len(t, f.server.Charges(), 1)
}

func TestLostAnswerIsAReset(t *testing.T) {
	t.Parallel()
	f, charge := charging(t)
	require.NoError(t, f.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))
	require.ErrorIs(t, charge(t.Context()).err, syscall.ECONNRESET)
	assert.Len(t, f.server.Charges(), 1)
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	f, charge := charging(t)
	for _, fault := range []emulator.Fault{
		{Status: 429, RetryAfter: "7"},
		{Kind: emulator.FaultKindHTML, Status: 503, RetryAfter: "Wed, 25 Nov 2026 12:00:00 GMT"},
		{Status: 422, ReasonCode: "SoftDeclined", RetryAfter: "3"},
	} {
		require.NoError(t, f.server.FailNext(1, fault))
		o := charge(t.Context())
		assert.Equal(t, fault.Status, o.status)
		assert.Equal(t, fault.RetryAfter, o.header.Get("Retry-After"), fault)
	}
	assert.Empty(t, charge(t.Context()).header.Values("Retry-After"), "the decline is kept, the header not")
}

// A delay ends with the connection, and with the emulator. The work is done by then.
func TestDelaysEnd(t *testing.T) {
	t.Parallel()
	for _, fault := range []emulator.Fault{
		{Kind: emulator.FaultKindDelay, Delay: time.Hour}, {Kind: emulator.FaultKindSlow, Delay: time.Hour}, {Kind: emulator.FaultKindTruncate, Delay: time.Hour},
	} {
		for _, how := range []string{"connection", "emulator"} {
			t.Run(fault.Kind.String()+" with the "+how, func(t *testing.T) {
				t.Parallel()
				f, charge := charging(t)
				fault.Operation = "CreateCharge"
				require.NoError(t, f.server.FailNext(1, fault))
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan outcome, 1)
				go func() { ended <- charge(ctx) }()
				require.Eventually(t, func() bool {
					log := f.server.Requests()
					return log[len(log)-1].Operation == "CreateCharge"
				}, 30*time.Second, time.Millisecond)
				if how == "connection" {
					cancel()
					require.ErrorIs(t, (<-ended).err, context.Canceled)
					within, done := context.WithTimeout(t.Context(), 30*time.Second)
					defer done()
					require.NoError(t, f.server.Shutdown(within), "nobody waits any more")
				} else {
					require.NoError(t, f.server.Close())
					assert.Empty(t, (<-ended).body, "nothing of it has come")
				}
				cancel()
				assert.Len(t, f.server.Charges(), 1)
			})
		}
	}
}

// An emulator that is mounted elsewhere has no connections to close, and ends its delays all the
// same.
func TestDelayOfAHandlerEnds(t *testing.T) {
	t.Parallel()
	r := newReading(t)
	require.NoError(t, r.s.FailNext(1, emulator.Fault{Kind: emulator.FaultKindSlow, Delay: time.Hour}))
	ended := make(chan bool)
	go func() { ended <- r.fails("GetCharge") }()
	require.Eventually(t, func() bool { return len(r.s.Requests()) == 1 }, 30*time.Second, time.Millisecond)
	require.NoError(t, r.s.Close())
	assert.False(t, <-ended)
}

// reading is one signed request of an operation, sent as often as it takes.
type reading struct {
	s  *emulator.Server
	rs map[string]*http.Request
}

func newReading(t *testing.T, opts ...emulator.Option) *reading {
	t.Helper()
	clock := newClock(noon)
	c := newClientAt(t, emulator.Start(t, append(opts, emulator.WithClock(clock.Now))...), 0, clock)
	r := &reading{s: c.server, rs: make(map[string]*http.Request)}
	for operation, path := range map[string]string{"GetCharge": "/charges/x", "GetRefund": "/refunds/x"} {
		request, raw := c.request(http.MethodGet, path, nil)
		request.Body = nil
		r.rs[operation] = c.sign(request, raw)
		r.rs[operation].Host = c.host
	}
	return r
}

// fails sends a request, and reports whether a fault happened to it.
func (r *reading) fails(operation string) bool {
	w := httptest.NewRecorder()
	r.s.ServeHTTP(w, r.rs[operation])
	return w.Code == http.StatusServiceUnavailable
}

// draws are which of the next n requests fail, as a text of x and dots.
func (r *reading) draws(n int, between func()) string {
	var b strings.Builder
	for range n {
		between()
		if r.fails("GetCharge") {
			b.WriteByte('x')
		} else {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func TestFailSomeIsRepeatable(t *testing.T) {
	t.Parallel()
	nothing := func() {}
	begin := func(seed uint64) (*reading, func()) {
		r := newReading(t, emulator.WithSeed(seed))
		some := func() { require.NoError(t, r.s.FailSome(0.5, emulator.Fault{})) }
		some()
		return r, some
	}
	r, some := begin(7)
	first := r.draws(64, nothing)
	assert.Contains(t, first, "x")
	assert.Contains(t, first, ".")
	assert.NotEqual(t, first, r.draws(64, nothing), "it goes on, and does not begin again")

	r.s.Reset()
	assert.Equal(t, strings.Repeat(".", 8), r.draws(8, nothing), "a reset forgets it")
	some()
	assert.Equal(t, first, r.draws(64, nothing), "again after a reset")
	r.s.ClearFaults()
	some()
	assert.Equal(t, first, r.draws(64, nothing), "again after ClearFaults")

	same, _ := begin(7)
	assert.Equal(t, first, same.draws(64, func() { same.fails("GetRefund") }), "requests of another operation change nothing")
	other, _ := begin(8)
	assert.NotEqual(t, first, other.draws(64, nothing), "another seed")

	// A second fault draws its own random numbers, and does not change the first one's.
	both := newReading(t, emulator.WithSeed(7))
	require.NoError(t, both.s.FailSome(0.5, emulator.Fault{}))
	require.NoError(t, both.s.FailSome(0.5, emulator.Fault{}))
	joined := both.draws(64, nothing)
	for i := range joined {
		assert.False(t, first[i] == 'x' && joined[i] == '.', "request %d", i)
	}
	assert.Greater(t, strings.Count(joined, "x"), strings.Count(first, "x"))
}

func TestFailSomeRate(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{0.01, 0.3, 0.9, 1} {
		const n = 2_000
		r := newReading(t, emulator.WithSeed(42))
		require.NoError(t, r.s.FailSome(p, emulator.Fault{Operation: "GetCharge"}))
		failed := strings.Count(r.draws(n, func() {}), "x")
		assert.InDelta(t, p*n, failed, 5*math.Sqrt(n*p*(1-p)), "five standard deviations of %v", p)
		assert.False(t, r.fails("GetRefund"), "which it was not asked for")
	}
}

func TestBadFaultValues(t *testing.T) {
	t.Parallel()
	s, err := emulator.New()
	require.NoError(t, err)
	for _, p := range []float64{0, -0.1, 1.0001, math.NaN(), math.Inf(1)} {
		require.Error(t, s.FailSome(p, emulator.Fault{}), p)
	}
	require.NoError(t, s.FailSome(1, emulator.Fault{}))
	for _, fault := range []emulator.Fault{
		{Kind: -1},
		{Kind: emulator.FaultKindHTML + 1},
		{Status: 399},
		{Status: 600},
		{Status: -1},
		{Kind: emulator.FaultKindHTML, Status: 302},
		{Delay: -1},
		{Delay: time.Hour + 1},
		{Kind: emulator.FaultKindDelay},
		{Kind: emulator.FaultKindSlow},
		{Operation: "nothing"},
		{Status: 403},
		{Status: 422},
	} {
		require.Error(t, s.FailNext(1, fault), fault)
		require.Error(t, s.FailSome(0.5, fault), fault)
	}
	for _, n := range []int{0, -1} {
		require.Error(t, s.FailNext(n, emulator.Fault{}))
	}
	require.NoError(t, s.FailNext(1, emulator.Fault{Kind: emulator.FaultKindDelay, Delay: time.Hour}))
}

// The kinds have names, by which JSON knows them.
func TestFaultKinds(t *testing.T) {
	t.Parallel()
	names := []string{"status", "reset", "loseAnswer", "delay", "truncate", "slow", "html"}
	for i, name := range names {
		kind := emulator.FaultKind(i)
		assert.Equal(t, name, kind.String())
		text, err := kind.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name, string(text))
		var read emulator.FaultKind
		require.NoError(t, read.UnmarshalText(text))
		assert.Equal(t, kind, read)
	}
	for _, kind := range []emulator.FaultKind{-1, emulator.FaultKind(len(names))} {
		_, err := kind.MarshalText()
		require.Error(t, err)
		assert.Contains(t, kind.String(), "FaultKind(")
	}
	var kind emulator.FaultKind
	require.ErrorContains(t, kind.UnmarshalText([]byte("smoke")), "smoke")
}
