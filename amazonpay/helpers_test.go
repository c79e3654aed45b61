package amazonpay_test

import (
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
	"github.com/amazonpay-go/sdk/transport"
)

const sandboxKeyID = "SANDBOX-ABC123"

// testKey is made once, since RSA keys are slow to make.
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

// quickSigner signs at once, and wrongly: for tests that look at no signature.
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

// network is a RoundTripper and a Doer in memory that keeps what it was sent. Answer n is
// made by the n-th function, the last one makes all that follow.
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
	if whole, ok := r.Body.(*transport.Body); ok { // unread, as a network that cannot be reached leaves it
		body = string(whole.Bytes())
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

// fail brings no answer.
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

// chargeRequest is a request as the sub-clients have them.
type chargeRequest struct {
	ChargePermissionID string          `json:"chargePermissionId" pay:"required"`
	ChargeAmount       amazonpay.Price `json:"chargeAmount"`
	SoftDescriptor     string          `json:"softDescriptor,omitzero" pay:"max=16"`
	CaptureNow         *bool           `json:"captureNow,omitzero"`
}

func goodCharge() *chargeRequest {
	return &chargeRequest{ChargePermissionID: "S01-1", ChargeAmount: amazonpay.USD.Price("14.00")}
}

// everything is an answer with each of the shared types.
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

// callError is the error as the envelope that each failed call must have.
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

// steppingClock moves on by a second each time it is read.
func steppingClock(from time.Time) func() time.Time {
	var mu sync.Mutex
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		from = from.Add(time.Second)
		return from
	}
}

// sameText compares JSON byte by byte: what is signed is the bytes.
func sameText(tb testing.TB, want, got string) {
	tb.Helper()
	assert.Equal(tb, want, got)
}

// mayBeDone reports whether a call failed that may have done its work.
func mayBeDone(failed *amazonpay.CallError) bool {
	return failed.Outcome == amazonpay.OutcomeUnknown || failed.Outcome == amazonpay.OutcomeDone
}
