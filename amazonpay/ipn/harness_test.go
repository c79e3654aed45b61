package ipn_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

const merchantID = "A1EXAMPLE"

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	charge = ipntest.Notification{
		MerchantID: merchantID, ObjectType: "CHARGE", ObjectID: "S01-0000000-0000000-C000000", ChargePermissionID: "S01-0000000-0000000",
	}
	reasons = map[string]error{
		"type": ipn.ErrType, "topic": ipn.ErrTopic, "merchant": ipn.ErrMerchant, "time": ipn.ErrTimestamp, "version": ipn.ErrSignatureVersion,
		"url": ipn.ErrCertificateURL, "certificate": ipn.ErrCertificate, "unavailable": ipn.ErrCertificateUnavailable,
		"signature": ipn.ErrSignature, "notification": ipn.ErrNotification, "body": ipn.ErrMalformed,
	}
)

var stand = sync.OnceValues(ipntest.New)

// newSNS returns an SNS with a count of its own. All share the keys, which are slow to make.
func newSNS(tb testing.TB) *ipntest.SNS {
	tb.Helper()
	s, err := ipntest.New()
	require.NoError(tb, err)
	return s
}

// sharedSNS is for tests that do not count its fetches.
func sharedSNS(tb testing.TB) *ipntest.SNS {
	tb.Helper()
	s, err := stand()
	require.NoError(tb, err)
	return s
}

func newVerifier(tb testing.TB, network http.RoundTripper, opts ...ipn.Option) *ipn.Verifier {
	tb.Helper()
	v, err := ipn.NewVerifier(append([]ipn.Option{
		ipn.WithTopicAccounts(ipntest.Account), ipn.WithMerchantIDs(merchantID), ipn.WithRoundTripper(network),
		ipn.WithClock(func() time.Time { return noon }),
	}, opts...)...)
	require.NoError(tb, err)
	return v
}

// counting counts what goes out.
type counting struct {
	to http.RoundTripper
	mu sync.Mutex
	n  int
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.to.RoundTrip(r)
}

func (c *counting) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// roundTrip is a network of one function.
type roundTrip func(r *http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// file is a network that has one file everywhere.
func file(content []byte) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: readCloser(content), Request: r}, nil
	})
}

// place is where a certificate of another name would be.
func place(i int) string {
	return fmt.Sprintf("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-%032x.pem", i)
}

func readCloser(content []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(content)) }

// post sends a message as SNS does.
func post(t *testing.T, h http.Handler, kind string, body []byte) (status int) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/ipn", bytes.NewReader(body))
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	if kind != "" {
		r.Header.Set("X-Amz-Sns-Message-Type", kind)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// recording notes what goes out.
type recording struct {
	to   http.RoundTripper
	urls []string
}

func (r *recording) RoundTrip(req *http.Request) (*http.Response, error) {
	r.urls = append(r.urls, req.URL.String())
	return r.to.RoundTrip(req)
}

func accept(context.Context, *ipn.Notification) error { return nil }
