package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1"} {
		_, err := emulator.Listen(addr)
		require.Error(t, err, addr)
	}
	s, err := emulator.Listen("localhost:0")
	require.NoError(t, err)
	require.NoError(t, s.Shutdown(t.Context()))
	require.NoError(t, s.Close(), "twice does no harm")
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for _, opt := range []emulator.Option{
		nil, emulator.WithRegion("mars"), emulator.WithClock(nil), emulator.WithMaxAge(0), emulator.WithTokenLifetime(-1),
		emulator.WithHost(""), emulator.WithHost("shop.example:8443"), emulator.WithHost("https://shop.example"), emulator.WithHost("shop.example/x"),
	} {
		_, err := emulator.New(opt)
		require.Error(t, err)
	}
}

//nolint:paralleltest // it counts goroutines
func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		s, err := emulator.Listen("127.0.0.1:0")
		require.NoError(t, err)
		newClient(t, s, 0).get("/charges/x").refused(t, 404, "ResourceNotFound")
		require.NoError(t, s.Close())
	}
	// The client's side of a closed connection may take a moment.
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// A request that is being answered when Close comes holds it up.
func TestCloseWaitsForHandlers(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	var left atomic.Bool
	s, err := emulator.Listen("127.0.0.1:0", emulator.WithClock(func() time.Time {
		close(entered)
		<-release
		runtime.Gosched()
		left.Store(true)
		return noon
	}))
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://pay-api.amazon.com/v2/charges/x", nil)
	require.NoError(t, err)
	go func() {
		defer close(release) // Close has taken the connection away
		if res, err := s.RoundTripper().RoundTrip(r); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-entered
	require.NoError(t, s.Close())
	assert.True(t, left.Load())
}

// Faults take connections away, which requests must not share.
func TestHTTP1Alone(t *testing.T) {
	t.Parallel()
	d := emulator.Start(t).Description()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(d.CAPEM)))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.BaseURL+"/v2/charges/x", nil)
	require.NoError(t, err)
	res, err := transport.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, "HTTP/1.1", res.Proto)
	assert.Equal(t, "http/1.1", res.TLS.NegotiatedProtocol)
}

// New's emulator is a plain handler.
func TestMountedElsewhere(t *testing.T) {
	t.Parallel()
	s, err := emulator.New()
	require.NoError(t, err)
	_, err = s.RoundTripper().RoundTrip(httptest.NewRequest(http.MethodGet, "/", nil)) //nolint:bodyclose // there is none
	require.Error(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Shutdown(t.Context()))

	d := s.Description()
	assert.Empty(t, d.BaseURL)
	started := emulator.Start(t)
	c := newClient(t, started, 0)
	r, raw := c.request(http.MethodGet, "/charges/x", nil)
	c.sign(r, raw)
	received := httptest.NewRequest(http.MethodGet, "/v2/charges/x", nil)
	received.Host, received.Header = c.host, r.Header
	w := httptest.NewRecorder()
	s.ServeHTTP(w, received)
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.True(t, s.Requests()[0].Verified)
}

// A request that a program made, and no wire brought, may have no body at all.
func TestNoBody(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		r, _ := c.request(method, "/charges/x", nil)
		if method == http.MethodDelete {
			r.URL.Path += "/cancel"
		}
		r.Body = nil
		w := httptest.NewRecorder()
		c.server.ServeHTTP(w, c.sign(r, nil))
		assert.Less(t, w.Code, 500)
		assert.Contains(t, w.Body.String(), map[string]string{http.MethodGet: "ResourceNotFound", http.MethodDelete: "MissingParameterValue"}[method])
	}
}

func TestDescription(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithRegion("uk"))
	text, err := json.Marshal(s.Description())
	require.NoError(t, err)
	var d emulator.Description
	require.NoError(t, json.Unmarshal(text, &d))
	assert.Equal(t, "eu", d.Region)
	assert.Regexp(t, `^https://127\.0\.0\.1:\d+$`, d.BaseURL)
	assert.Contains(t, d.CAPEM, "BEGIN CERTIFICATE")
	require.Len(t, d.Merchants, 2)
	for _, m := range d.Merchants {
		assert.True(t, strings.HasPrefix(m.KeyIDs.Live, "LIVE-"))
		assert.True(t, strings.HasPrefix(m.KeyIDs.Sandbox, "SANDBOX-"))
		assert.Contains(t, m.PrivateKeyPEM, "BEGIN PRIVATE KEY")
		assert.NotEmpty(t, m.StoreID)
		assert.NotEmpty(t, m.BuyerToken)
		assert.NotEmpty(t, m.ScanData)
	}
	assert.NotEqual(t, d.Merchants[0].PrivateKeyPEM, d.Merchants[1].PrivateKeyPEM)
	assert.Empty(t, d.Merchants[0].AuthToken)
	assert.NotEmpty(t, d.Merchants[1].AuthToken)
	assert.NotEmpty(t, d.Merchants[1].MWSAuthToken)
}

func TestControlEndpoints(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	d := s.Description()
	control := func(method, path, token string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, d.BaseURL+"/_emulator/"+path, nil)
		require.NoError(t, err)
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		res, err := s.RoundTripper().RoundTrip(r)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(body)
	}
	id := c.newSession("Authorize", "50")

	bearer := "Bearer " + d.ControlToken
	for _, token := range []string{"", "Bearer wrong", "Bearer ", d.ControlToken, "Basic " + d.ControlToken} {
		for _, path := range []string{"description", "requests", "sessions/" + id + "/approve"} {
			status, body := control(http.MethodPost, path, token)
			assert.Equal(t, http.StatusUnauthorized, status)
			assert.NotContains(t, body, d.ControlToken)
		}
	}
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).refused(t, 422, "InvalidCheckoutSessionStatus")
	status, _ := control(http.MethodPost, "sessions/"+id+"/signIn", bearer)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "Susie Smith", c.get("/checkoutSessions/"+id).at("buyer", "name"))
	status, _ = control(http.MethodPost, "sessions/"+id+"/approve", bearer)
	assert.Equal(t, http.StatusOK, status)
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(t, 200)

	status, _ = control(http.MethodPost, "sessions/"+id+"/approve", bearer)
	assert.Equal(t, http.StatusConflict, status, "it is over")
	for action, reason := range map[string]string{"abandon": "BuyerCanceled", "cancel": "AmazonCanceled", "decline": "Declined", "expire": "Expired"} {
		ended := c.newSession("Authorize", "50")
		status, _ = control(http.MethodPost, "sessions/"+ended+"/"+action, bearer)
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, reason, c.get("/checkoutSessions/"+ended).at("statusDetails", "reasonCode"))
	}
	capturedID, _ := c.newCharge("AuthorizeWithCapture", "50")
	status, body := control(http.MethodPost, "charges/"+capturedID+"/dispute", bearer)
	assert.Equal(t, http.StatusOK, status)
	var filed struct {
		DisputeID string `json:"disputeId"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &filed))
	assert.Equal(t, "ActionRequired", c.get("/disputes/"+filed.DisputeID).at("statusDetails", "state"))
	status, _ = control(http.MethodPost, "charges/nobody/dispute", bearer)
	assert.Equal(t, http.StatusNotFound, status)
	status, _ = control(http.MethodPost, "settle", bearer)
	assert.Equal(t, http.StatusOK, status)
	assert.Len(t, c.get("/disbursements").body["disbursements"], 1)
	status, body = control(http.MethodPost, "sessions/nobody/approve", bearer)
	assert.Equal(t, http.StatusNotFound, status)
	assert.Contains(t, body, "nobody")
	status, _ = control(http.MethodGet, "sessions/"+id+"/approve", bearer)
	assert.Equal(t, http.StatusNotFound, status)
	status, body = control(http.MethodGet, "description", bearer)
	assert.Equal(t, http.StatusOK, status)
	var described emulator.Description
	require.NoError(t, json.Unmarshal([]byte(body), &described))
	assert.Equal(t, d.Merchants[0], described.Merchants[0])
	_, body = control(http.MethodGet, "requests", bearer)
	var log []emulator.Request
	require.NoError(t, json.Unmarshal([]byte(body), &log))
	assert.Len(t, log, len(s.Requests()))
	assert.Equal(t, "CreateCheckoutSession", log[0].Operation)
}

func TestBuyerAndUnknownSessions(t *testing.T) {
	t.Parallel()
	s, err := emulator.New()
	require.NoError(t, err)
	require.Error(t, s.Buyer().Approve("nobody"))
	require.Error(t, s.Buyer().SignIn(""))
}

// fatalTB notes a failure and ends nothing.
type fatalTB struct{ failure string }

func (*fatalTB) Helper()          {}
func (*fatalTB) Cleanup(f func()) { f() }
func (tb *fatalTB) Fatalf(format string, args ...any) {
	tb.failure = format
	for _, a := range args {
		if err, ok := a.(error); ok {
			tb.failure = errors.Join(err).Error()
		}
	}
}

func TestStartReportsFailure(t *testing.T) {
	t.Parallel()
	tb := &fatalTB{}
	emulator.Start(tb, emulator.WithRegion("mars"))
	assert.Contains(t, tb.failure, "mars")
}
