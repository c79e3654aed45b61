package webstore_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

// The ids of the answers in testdata.
const (
	sessionID    = "bd504926-f659-4ad7-a1a9-9a747aaf5275"
	permissionID = "S01-5105180-3221187"
	chargeID     = "S01-5105180-3221187-C056351"
	refundID     = "S01-5105180-3221187-R022311"
	buyerToken   = "eyJhbGciOiJkaXIifQ.secret"
	reportID     = "A08439021T39K6DTX4JS8"
	documentID   = "amzn1.tortuga.0.000000000-0000-0000-0000-000000000000.00000000000000"
	scheduleID   = "1234567890"
	disputeID    = "P01-1111111-1111111-B123456"
	accountID    = "A1XX111XXX111XXX"
	storeID      = "amzn1.application-oa2-client.example"
)

func usd(amount amazonpay.Decimal) amazonpay.Price {
	return amazonpay.Price{Amount: amount, CurrencyCode: amazonpay.USD}
}

// connect starts an emulator, and returns a shop that calls it and the account of its merchant.
func connect(t *testing.T) (*webstore.Client, *emulator.Server, emulator.Merchant) {
	t.Helper()
	server := emulator.Start(t)
	return connectTo(t, server), server, server.Description().Merchants[0]
}

// connectTo returns a shop that calls the emulator, and repeats without waiting.
func connectTo(t *testing.T, server *emulator.Server, opts ...amazonpay.Option) *webstore.Client {
	t.Helper()
	quickly := amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1})
	return webstore.New(emulatortest.Connect(t, server, append(opts, quickly)...))
}

// callsOnly is a Caller in tests that fetch nothing.
type callsOnly struct{ amazonpay.Caller }

func (callsOnly) Fetch(*http.Request) (*http.Response, error) {
	return nil, errors.New("the test fetches nothing")
}

// newApproved creates a session that the buyer has approved.
func newApproved(t *testing.T, shop *webstore.Client, server *emulator.Server, intent webstore.PaymentIntent) string {
	t.Helper()
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: intent, ChargeAmount: twenty, CanHandlePendingAuthorization: new(true)},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	return session.CheckoutSessionID
}

// approvedFor creates a session for an order that the buyer has approved with a card.
func approvedFor(t *testing.T, shop *webstore.Client, server *emulator.Server, order, card string, payment webstore.PaymentDetails) string {
	t.Helper()
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		MerchantMetadata:   &webstore.MerchantMetadata{MerchantReferenceID: order},
		PaymentDetails:     &payment,
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(session.CheckoutSessionID))
	require.NoError(t, server.Buyer().ChangeCard(session.CheckoutSessionID, card))
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	return session.CheckoutSessionID
}

var twenty = amazonpay.USD.Price("20.00")

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// clientOf returns a client that uses the server as its service and its network.
func clientOf(t *testing.T, server *httptest.Server) *amazonpay.Client {
	t.Helper()
	key, err := testKey()
	require.NoError(t, err)
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: "SANDBOX-AAAAAAAAAAAAAAAAAAAAAAAA", PrivateKey: key, Region: amazonpay.RegionUS, BaseURL: server.URL,
	}, amazonpay.WithRoundTripper(server.Client().Transport))
	require.NoError(t, err)
	return client
}

func newClient(t *testing.T) *amazonpay.Client {
	t.Helper()
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(refusing{t}))
	require.NoError(t, err)
	return client
}

// refusing is a Doer that must not be called.
type refusing struct{ t *testing.T }

func (r refusing) Do(*http.Request) (*http.Response, error) {
	assert.Fail(r.t, "something was sent")
	return nil, errors.New("nothing may be sent")
}

func read(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(tb, err)
	return text
}

// decode decodes an answer as a client does.
func decode[T any](t *testing.T, text string) *T {
	t.Helper()
	out, _ := decodeParts[T](t, text)
	return out
}

// decodeParts also returns the names of members that were not decoded.
func decodeParts[T any](t *testing.T, text string) (out *T, undecoded []string) {
	t.Helper()
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(&callertest.Wire{Status: http.StatusOK, Text: text}))
	require.NoError(t, err)
	out = new(T)
	meta, err := client.Call(t.Context(), amazonpay.Operation{Name: "GetAnswer", Method: http.MethodGet, Path: "answers"}, nil, out)
	require.NoError(t, err)
	return out, meta.Undecoded
}

func decodeValue(t *testing.T, v, out any) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, out))
}

func at(year int, month time.Month, day int) amazonpay.Time {
	return amazonpay.Time{Time: time.Date(year, month, day, 7, 45, 50, 0, time.UTC)}
}

func requireRule(t *testing.T, err error, field, rule string) {
	t.Helper()
	found, ok := errors.AsType[*amazonpay.FieldError](err)
	require.True(t, ok, "%s: %v", field, err)
	assert.Equal(t, field, found.Field)
	assert.Contains(t, found.Rule, rule)
}

const text = "a,b,c\n1,2,3\n"

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// store is a service that returns numbered URLs of itself, and the file store behind them.
type store struct {
	*httptest.Server
	mu          sync.Mutex
	urls        int
	keys        []string // the idempotency keys of the calls
	headers     []http.Header
	compression any
	target      func(n int) string // nil: a URL of the store
	serve       func(n int, w http.ResponseWriter, r *http.Request)
}

func newStore(t *testing.T, serve func(n int, w http.ResponseWriter, r *http.Request)) *store {
	t.Helper()
	s := &store{serve: serve, compression: "N/A"}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n, ok := strings.CutPrefix(r.URL.Path, "/presigned/"); ok {
			s.mu.Lock()
			s.headers = append(s.headers, r.Header.Clone())
			s.mu.Unlock()
			number, _ := strconv.Atoi(n)
			s.serve(number, w, r)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.urls++
		s.keys = append(s.keys, r.Header.Get("X-Amz-Pay-Idempotency-Key"))
		target := fmt.Sprintf("%s/presigned/%d?X-Amz-Signature=very-secret", s.URL, s.urls)
		if s.target != nil {
			target = s.target(s.urls)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"id": "file_" + strconv.Itoa(s.urls), "url": target, "compressionAlgorithm": s.compression})
	}))
	t.Cleanup(s.Close)
	return s
}

// doctored is the emulator's network with some members of its answers replaced, by name or path.
type doctored struct {
	base    http.RoundTripper
	members map[string]string // of answers to requests whose path contains in
	in      string
	times   int // how many answers are left to change; negative: all
}

func (d *doctored) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.base.RoundTrip(r)
	if err != nil || resp.StatusCode > 299 || !strings.Contains(r.URL.Path, d.in) || d.times == 0 {
		return resp, err
	}
	d.times--
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	for path, text := range d.members {
		names := strings.Split(path, ".")
		at := answer
		for _, name := range names[:len(names)-1] {
			at, _ = at[name].(map[string]any)
		}
		at[names[len(names)-1]] = json.RawMessage(text)
	}
	if body, err = json.Marshal(answer); err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// doctoredShop returns a client of the emulator with doctored answers.
func doctoredShop(t *testing.T, server *emulator.Server) (*webstore.Client, *doctored) {
	t.Helper()
	network := &doctored{base: server.RoundTripper()}
	return connectTo(t, server, amazonpay.WithRoundTripper(network)), network
}
