package amazonpay_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
)

const sandboxKeyID = "SANDBOX-ABC123"

// testKey is generated once, since RSA keys are slow to generate.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func testPEM() amazonpay.Secret {
	der, err := x509.MarshalPKCS8PrivateKey(testKey())
	if err != nil {
		panic(err)
	}
	return amazonpay.NewSecret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// quickSigner returns a wrong signature quickly, for tests that do not check signatures.
type quickSigner struct{}

func (quickSigner) Public() crypto.PublicKey { return &testKey().PublicKey }

func (quickSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return make([]byte, testKey().Size()), nil
}

func testConfig() amazonpay.Config {
	return amazonpay.Config{PublicKeyID: sandboxKeyID, PrivateKey: quickSigner{}, Region: amazonpay.RegionUS}
}

// quickly repeats without waiting.
var quickly = amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1})

// sent is a request as it reached the network.
type sent struct {
	Method, URL, Body string
	Header            http.Header
}

// reply answers a request.
type reply func(*http.Request) (*http.Response, error)

func (r reply) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// network is a RoundTripper and a Doer in memory that records the requests. The n-th function
// answers the n-th request, and the last function all later ones.
type network struct {
	mu      sync.Mutex
	sent    []sent
	answers []reply
}

func newNetwork(answers ...reply) *network {
	return &network{answers: answers}
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if whole, ok := r.Body.(io.ReaderAt); ok { // looked at, and left unread for a network that cannot be reached
		b, err := io.ReadAll(io.NewSectionReader(whole, 0, r.ContentLength))
		if err != nil {
			return nil, err
		}
		body = string(b)
	} else if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		body = string(b)
	}
	n.mu.Lock()
	n.sent = append(n.sent, sent{r.Method, r.URL.String(), body, r.Header.Clone()})
	i := min(len(n.sent), len(n.answers)) - 1
	n.mu.Unlock()
	if i < 0 {
		return nil, errors.New("nobody expected a request")
	}
	return n.answers[i](r)
}

func (n *network) Do(r *http.Request) (*http.Response, error) { return n.RoundTrip(r) }

func (n *network) requests() []sent {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent
}

// answer answers with a status, a body and pairs of header names and values.
func answer(status int, body string, header ...string) reply {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}, "X-Amz-Pay-Request-Id": {"request-1"}}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
		}, nil
	}
}

// fail returns an error instead of an answer.
func fail(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func newClient(tb testing.TB, n http.RoundTripper, opts ...amazonpay.Option) *amazonpay.Client {
	tb.Helper()
	client, err := amazonpay.New(testConfig(), append([]amazonpay.Option{amazonpay.WithRoundTripper(n), quickly}, opts...)...)
	require.NoError(tb, err)
	return client
}

var (
	getOp    = amazonpay.Operation{Name: "GetCheckoutSession", Method: http.MethodGet, Path: "checkoutSessions/{checkoutSessionId}", PathValues: map[string]string{"checkoutSessionId": "session-1"}}
	chargeOp = amazonpay.Operation{Name: "CreateCharge", Method: http.MethodPost, Path: "charges", IdempotencyKey: true}
	updateOp = amazonpay.Operation{Name: "UpdateCheckoutSession", Method: http.MethodPatch, Path: "checkoutSessions/{checkoutSessionId}", PathValues: map[string]string{"checkoutSessionId": "session-1"}}
)

func chargePath(id string) amazonpay.Operation {
	return amazonpay.Operation{Name: "GetCharge", Method: http.MethodGet, Path: "charges/{chargeId}", PathValues: map[string]string{"chargeId": id}}
}

// chargeRequest is a request as a sub-client has it.
type chargeRequest struct {
	ChargePermissionID string          `json:"chargePermissionId" pay:"required"`
	ChargeAmount       amazonpay.Price `json:"chargeAmount"`
	SoftDescriptor     string          `json:"softDescriptor,omitzero" pay:"max=16"`
	CaptureNow         *bool           `json:"captureNow,omitzero"`
}

func goodCharge() *chargeRequest {
	return &chargeRequest{ChargePermissionID: "S01-1", ChargeAmount: amazonpay.USD.Price("14.00")}
}

// everything is an answer with every shared type.
type everything struct {
	amazonpay.Response

	ID                 string                       `json:"id"`
	Secret             amazonpay.Secret             `json:"token"`
	Price              amazonpay.Price              `json:"price"`
	Limit              *amazonpay.Price             `json:"limit"`
	StatusDetails      amazonpay.StatusDetails      `json:"statusDetails"`
	Address            *amazonpay.Address           `json:"shippingAddress"`
	CreationTimestamp  amazonpay.Time               `json:"creationTimestamp"`
	ReleaseEnvironment amazonpay.ReleaseEnvironment `json:"releaseEnvironment"`
	Prices             []amazonpay.Price            `json:"prices"`
	Named              map[string]*amazonpay.Price  `json:"named"`
	Flag               bool                         `json:"flag"`
}

// callError returns the *CallError that every failed call must return.
func callError(tb testing.TB, err error) *amazonpay.CallError {
	tb.Helper()
	failed, ok := errors.AsType[*amazonpay.CallError](err)
	require.True(tb, ok, "%v is not a *CallError", err)
	require.NotNil(tb, failed.Meta)
	return failed
}

func values(pairs ...string) url.Values {
	v := make(url.Values)
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// steppingClock advances by a second each time it is read.
func steppingClock(from time.Time) func() time.Time {
	var mu sync.Mutex
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		from = from.Add(time.Second)
		return from
	}
}

// sameText compares JSON byte by byte, since the bytes are signed.
func sameText(tb testing.TB, want, got string) {
	tb.Helper()
	assert.Equal(tb, want, got)
}

// mayBeDone reports whether a failed call may have done its work.
func mayBeDone(failed *amazonpay.CallError) bool {
	return failed.Outcome == amazonpay.OutcomeUnknown || failed.Outcome == amazonpay.OutcomeDone
}

// emulated returns a client that calls the emulator as its first merchant, and repeats without
// waiting.
func emulated(tb testing.TB, server *emulator.Server, opts ...amazonpay.Option) *amazonpay.Client {
	tb.Helper()
	return emulatortest.Connect(tb, server, append([]amazonpay.Option{quickly}, opts...)...)
}

var emulatedConfig = emulatortest.Config

var createSessionOp = amazonpay.Operation{Name: "CreateCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions", IdempotencyKey: true}

func completeOp(id string) amazonpay.Operation {
	return amazonpay.Operation{
		Name: "CompleteCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions/{checkoutSessionId}/complete",
		PathValues: map[string]string{"checkoutSessionId": id}, IdempotencyKey: true,
	}
}

func newSession(server *emulator.Server) map[string]any {
	return map[string]any{
		"storeId":            server.Description().Merchants[0].StoreID,
		"webCheckoutDetails": map[string]string{"checkoutReviewReturnUrl": "https://shop.example/review", "checkoutResultReturnUrl": "https://shop.example/result"},
		"paymentDetails": map[string]any{
			"paymentIntent": "Confirm", "chargeAmount": amazonpay.USD.Price("100.00"),
		},
	}
}

type session struct {
	amazonpay.Response

	ID                 string                  `json:"checkoutSessionId"`
	ChargePermissionID string                  `json:"chargePermissionId"`
	StatusDetails      amazonpay.StatusDetails `json:"statusDetails"`
}

type charge struct {
	amazonpay.Response

	ID            string                  `json:"chargeId"`
	Amount        amazonpay.Price         `json:"chargeAmount"`
	StatusDetails amazonpay.StatusDetails `json:"statusDetails"`
}

// permission completes a checkout and returns the id of the charge permission.
func permission(t *testing.T, server *emulator.Server, client *amazonpay.Client) string {
	t.Helper()
	made, err := amazonpay.Do[session](t.Context(), client, createSessionOp, newSession(server))
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(made.ID))
	amount := map[string]any{"chargeAmount": amazonpay.USD.Price("100.00")}
	completed, err := amazonpay.Do[session](t.Context(), client, completeOp(made.ID), amount)
	require.NoError(t, err)
	require.Equal(t, amazonpay.StateCompleted, completed.StatusDetails.State)
	return completed.ChargePermissionID
}

func chargeOf(permissionID string) *chargeRequest {
	return &chargeRequest{
		ChargePermissionID: permissionID, ChargeAmount: amazonpay.USD.Price("14.00"), CaptureNow: new(true),
	}
}

// logged returns the emulator's log entries of an operation. Every request must have a valid
// signature in the SDK's own spelling.
func logged(t *testing.T, server *emulator.Server, operation string) []emulator.Request {
	t.Helper()
	var found []emulator.Request
	for _, r := range server.Requests() {
		assert.True(t, r.Strict && r.Verified || r.ReasonCode == "InvalidHeaderValue", "%+v", r)
		if r.Operation == operation {
			found = append(found, r)
		}
	}
	return found
}

// tokens is a source that returns its answers in turn, and then the last one for ever.
type tokens struct {
	mu      sync.Mutex
	answers []string
	err     error
	given   []string
	dropped []string
}

func (s *tokens) Token(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return "", s.err
	}
	token := s.answers[min(len(s.given), len(s.answers)-1)]
	s.given = append(s.given, token)
	return token, nil
}

func (s *tokens) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = append(s.dropped, token)
}

func (s *tokens) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.given
}

// simple is a source that does not cache.
type simple struct{ token string }

func (s *simple) Token(context.Context) (string, error) { return s.token, nil }

func authTokens(n *network) []string {
	var seen []string
	for _, r := range n.requests() {
		seen = append(seen, r.Header.Get("X-Amz-Pay-Authtoken"))
	}
	return seen
}

type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

const idempotencyHeader = "X-Amz-Pay-Idempotency-Key"

// wire makes one call and returns what was sent.
func wire(t *testing.T, cfg amazonpay.Config, opts ...amazonpay.Option) sent {
	t.Helper()
	n := newNetwork(answer(http.StatusOK, `{}`))
	client, err := amazonpay.New(cfg, append(opts, amazonpay.WithRoundTripper(n))...)
	require.NoError(t, err)
	_, err = client.Call(t.Context(), getOp, nil, nil)
	require.NoError(t, err)
	return n.requests()[0]
}

func getBuyer(token string) amazonpay.Operation {
	return amazonpay.Operation{
		Name: "GetBuyer", Method: http.MethodGet, Path: "buyers/{buyerToken}",
		PathValues: map[string]string{"buyerToken": token},
	}
}

// secretFrom marks a text, so that it can be found and appears in no error text by chance.
func secretFrom(text string) string { return "s3cr3t" + text }
