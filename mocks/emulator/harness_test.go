package emulator_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

type object = map[string]any

// client is a signed client of the least size, of one merchant.
type client struct {
	tb     testing.TB
	server *emulator.Server
	base   string
	host   string
	prefix string // /v2, or /sandbox/v2 and /live/v2 with the plain key
	region string
	key    *rsa.PrivateKey
	signer *signing.Signer
	now    func() time.Time
	agent  string
	header http.Header // for each request
}

func newClient(tb testing.TB, s *emulator.Server, merchant int) *client {
	tb.Helper()
	d := s.Description()
	m := d.Merchants[merchant]
	c := &client{
		tb: tb, server: s, base: d.BaseURL, host: strings.TrimPrefix(d.BaseURL, "https://"),
		prefix: "/v2", region: d.Region, now: time.Now, agent: "amazon-pay-sdk-go/0.0.0 (test)",
		header: http.Header{},
	}
	return c.withKey(m.KeyIDs.Sandbox, m.PrivateKeyPEM)
}

// newClientAt returns a client that has the emulator's clock.
func newClientAt(tb testing.TB, s *emulator.Server, merchant int, clock *testClock) *client {
	tb.Helper()
	c := newClient(tb, s, merchant)
	c.now = clock.Now
	return c
}

func (c *client) withKey(id, pem string) *client {
	key, err := signing.ParsePrivateKey([]byte(pem))
	require.NoError(c.tb, err)
	derived := *c
	derived.header, derived.key = c.header.Clone(), key
	derived.signer, err = signing.NewSigner(id, key, signing.PSSV2)
	require.NoError(c.tb, err)
	return &derived
}

// with returns a client that sends one more header.
func (c *client) with(name, value string) *client {
	derived := *c
	derived.header = c.header.Clone()
	derived.header.Set(name, value)
	return &derived
}

// answer is what came back.
type answer struct {
	status int
	reason string
	header http.Header
	raw    string
	body   object
}

// at follows names into the answer.
func (a answer) at(names ...string) any {
	var value any = a.body
	for _, name := range names {
		o, _ := value.(object)
		value = o[name]
	}
	return value
}

// text returns a member that must be a text.
func (a answer) text(tb testing.TB, name string) string {
	tb.Helper()
	require.IsType(tb, "", a.body[name], a.raw)
	text, _ := a.body[name].(string)
	return text
}

// request returns a request ready to be signed.
func (c *client) request(method, path string, body any) (*http.Request, []byte) {
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		var err error
		raw, err = json.Marshal(b)
		require.NoError(c.tb, err)
	}
	r, err := http.NewRequestWithContext(c.tb.Context(), method, c.base+c.prefix+path, bytes.NewReader(raw))
	require.NoError(c.tb, err)
	r.Header = http.Header{
		"Accept":           {"application/json"},
		"Content-Type":     {"application/json"},
		"X-Amz-Pay-Host":   {c.host},
		"X-Amz-Pay-Region": {c.region},
		"User-Agent":       {c.agent},
	}
	if method == http.MethodPost || method == http.MethodPatch && (strings.HasPrefix(path, "/charges/") || strings.HasPrefix(path, "/disputes/")) {
		r.Header.Set("X-Amz-Pay-Idempotency-Key", rand.Text())
	}
	maps.Copy(r.Header, c.header)
	return r, raw
}

func (c *client) sign(r *http.Request, raw []byte) *http.Request {
	require.NoError(c.tb, c.signer.SignRequest(r, signing.HashPayload(raw), c.now()))
	return r
}

func (c *client) send(r *http.Request) (answer, error) {
	res, err := c.server.RoundTripper().RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: res.StatusCode, header: res.Header, raw: string(text)}
	if len(text) == 0 { // as some operations answer
		return a, nil
	}
	if err := json.Unmarshal(text, &a.body); err != nil {
		return answer{}, err
	}
	a.reason, _ = a.body["reasonCode"].(string)
	return a, nil
}

func (c *client) call(method, path string, body any) answer {
	c.tb.Helper()
	r, raw := c.request(method, path, body)
	a, err := c.send(c.sign(r, raw))
	require.NoError(c.tb, err)
	return a
}

func (c *client) get(path string) answer { c.tb.Helper(); return c.call(http.MethodGet, path, nil) }
func (c *client) post(path string, body any) answer {
	c.tb.Helper()
	return c.call(http.MethodPost, path, body)
}

func (c *client) patch(path string, body any) answer {
	c.tb.Helper()
	return c.call(http.MethodPatch, path, body)
}

func (c *client) remove(path string, body any) answer {
	c.tb.Helper()
	return c.call(http.MethodDelete, path, body)
}

func (a answer) must(tb testing.TB, status int) answer {
	tb.Helper()
	require.Equal(tb, status, a.status, a.raw)
	return a
}

func (a answer) refused(tb testing.TB, status int, reason string) answer {
	tb.Helper()
	require.Equal(tb, status, a.status, a.raw)
	require.Equal(tb, reason, a.reason, a.raw)
	return a
}

func usd(amount any) object { return object{"amount": amount, "currencyCode": "USD"} }

func (c *client) store() string {
	for _, m := range c.server.Description().Merchants {
		if id := c.signer.PublicKeyID(); id == m.KeyIDs.Sandbox || id == m.KeyIDs.Live || id == m.KeyIDs.Plain {
			return m.StoreID
		}
	}
	return ""
}

// newSession makes a session that has all but the buyer.
func (c *client) newSession(intent string, amount any) string {
	c.tb.Helper()
	a := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{
			"checkoutReviewReturnUrl": "https://shop.example/review",
			"checkoutResultReturnUrl": "https://shop.example/result",
		},
		"storeId":        c.store(),
		"paymentDetails": object{"paymentIntent": intent, "chargeAmount": usd(amount)},
	}).must(c.tb, http.StatusCreated)
	return a.text(c.tb, "checkoutSessionId")
}

// newCharge goes all the way to a charge, and returns its id and the permission's.
func (c *client) newCharge(intent string, amount any) (chargeID, permissionID string) {
	c.tb.Helper()
	id := c.newSession(intent, amount)
	require.NoError(c.tb, c.server.Buyer().Approve(id))
	a := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd(amount)}).must(c.tb, http.StatusOK)
	chargeID, _ = a.body["chargeId"].(string)
	return chargeID, a.text(c.tb, "chargePermissionId")
}

// testClock is a clock that a test moves.
type testClock struct{ seconds atomic.Int64 }

func newClock(at time.Time) *testClock {
	c := &testClock{}
	c.seconds.Store(at.Unix())
	return c
}

func (c *testClock) Now() time.Time      { return time.Unix(c.seconds.Load(), 0).UTC() }
func (c *testClock) Add(d time.Duration) { c.seconds.Add(int64(d / time.Second)) }

// newRecurring goes all the way to a recurring charge permission, and returns its id.
func (c *client) newRecurring(intent string, amount object) string {
	c.tb.Helper()
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails":   object{"checkoutResultReturnUrl": "https://shop.example/result"},
		"storeId":              c.store(),
		"chargePermissionType": "Recurring",
		"recurringMetadata":    object{"frequency": object{"unit": "Month", "value": "1"}},
		"paymentDetails":       object{"paymentIntent": intent, "chargeAmount": amount},
	}).must(c.tb, http.StatusCreated).text(c.tb, "checkoutSessionId")
	require.NoError(c.tb, c.server.Buyer().Approve(id))
	return c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": amount}).must(c.tb, http.StatusOK).text(c.tb, "chargePermissionId")
}
