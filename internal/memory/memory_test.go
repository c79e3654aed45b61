package memory_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

var (
	calls    = flag.Int("calls", 20_000, "number of calls without a network")
	tlsCalls = flag.Int("tlscalls", 1_000, "number of calls over TLS")
)

// mayGrow limits how much larger the heap may be after the last tenth of the calls than after the
// first. The size after a collection varies slightly.
const mayGrow = 512 << 10

// quickSigner returns an invalid signature immediately.
type quickSigner struct{ key *rsa.PrivateKey }

func (s quickSigner) Public() crypto.PublicKey { return &s.key.PublicKey }

func (s quickSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return make([]byte, s.key.Size()), nil
}

func newClient(t *testing.T, baseURL string, network http.RoundTripper, opts ...amazonpay.Option) *amazonpay.Client {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	client, err := amazonpay.New(amazonpay.Config{PublicKeyID: "SANDBOX-ABC", PrivateKey: quickSigner{key}, Region: amazonpay.RegionUS, BaseURL: baseURL},
		append(opts, amazonpay.WithRoundTripper(network),
			amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1}),
			amazonpay.WithRateLimits(map[string]amazonpay.RateLimit{"GetCharge": {Burst: 1000, PerSecond: 1e9}, "CaptureCharge": {Burst: 1000, PerSecond: 1e9}}),
			amazonpay.WithLogger(slog.New(slog.NewTextHandler(struct{ io.Writer }{io.Discard}, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			amazonpay.WithObserver(func(context.Context, amazonpay.Event) {}))...)
	require.NoError(t, err)
	return client
}

// heap returns the size of the reachable heap.
func heap() int64 {
	runtime.GC()
	runtime.GC() // for what the finalizers of the first one release
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// flat makes n calls in ten parts. It fails if the heap or the number of goroutines is larger after
// the last part than after the first.
func flat(t *testing.T, n int, call func(i int)) {
	t.Helper()
	var first, last int64
	var goroutines int
	for tenth := range 10 {
		for i := range n / 10 {
			call(tenth*n/10 + i)
		}
		if last = heap(); tenth == 0 {
			first, goroutines = last, runtime.NumGoroutine()
		}
	}
	t.Logf("%d calls: the heap has %d kB after the first tenth and %d kB after the last", n, first>>10, last>>10)
	assert.Less(t, last-first, int64(mayGrow))
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines)
}

const charge = `{"chargeId":"S01-1","chargePermissionId":"S01","chargeAmount":{"amount":"14.00","currencyCode":"USD"},"statusDetails":{"state":"Captured"}}`

// answers is a service in memory. Most answers are good; some are errors, declines, invalid or
// missing.
func answers(n *atomic.Int64) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
		status, body := http.StatusOK, charge
		switch n.Add(1) % 16 {
		case 3:
			return nil, io.ErrUnexpectedEOF
		case 5:
			status, body = http.StatusServiceUnavailable, `{"reasonCode":"ServiceUnavailable"}`
		case 7:
			status, body = http.StatusTooManyRequests, `{"reasonCode":"TooManyRequests"}`
		case 9:
			status, body = http.StatusUnprocessableEntity, `{"reasonCode":"SoftDeclined","message":"no"}`
		case 11:
			status, body = http.StatusForbidden, `{"reasonCode":"InvalidRequestSignature","message":"no"}`
		case 13:
			body = "<html>"
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Successful and failed calls of many merchants leave nothing behind.
func TestCallsLeaveNothing(t *testing.T) { //nolint:paralleltest // it measures the process
	var n, failed atomic.Int64
	client := newClient(t, "", answers(&n))
	flat(t, *calls, func(i int) {
		shop := webstore.New(client.With(amazonpay.WithAuthToken(fmt.Sprint("merchant-", i%1000))))
		var err error
		if i%2 == 0 {
			_, err = shop.GetCharge(t.Context(), "S01-1")
		} else {
			_, err = shop.CaptureCharge(t.Context(), "S01-1", &webstore.CaptureChargeRequest{CaptureAmount: amazonpay.USD.Price("14.00")})
		}
		if err != nil {
			failed.Add(1)
		}
	})
	assert.Greater(t, failed.Load(), int64(*calls/10), "some calls must fail")
	assert.Less(t, failed.Load(), int64(*calls/2))
}

// server returns a service over TLS that counts its connections.
func server(t *testing.T, handler http.HandlerFunc) (s *httptest.Server, open *atomic.Int64, most *atomic.Int64) {
	t.Helper()
	open, most = new(atomic.Int64), new(atomic.Int64)
	s = httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			most.Store(max(most.Load(), open.Add(1)))
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		default:
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, open, most
}

func base(t *testing.T, s *httptest.Server) *http.Transport {
	t.Helper()
	network := transport.NewBase()
	trusting, ok := s.Client().Transport.(*http.Transport)
	require.True(t, ok)
	network.TLSClientConfig.RootCAs = trusting.TLSClientConfig.RootCAs
	return network
}

func answerCharge(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, charge)
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	require.Eventually(t, is, 10*time.Second, time.Millisecond, what)
}

// The same over real connections. One connection is enough for one caller.
func TestCallsOverTLSLeaveNothing(t *testing.T) { //nolint:paralleltest // it measures the process
	before := runtime.NumGoroutine()
	s, open, most := server(t, answerCharge)
	client := newClient(t, s.URL, base(t, s))
	shop := webstore.New(client)
	flat(t, *tlsCalls, func(int) {
		_, err := shop.GetCharge(t.Context(), "S01-1")
		require.NoError(t, err)
	})
	assert.LessOrEqual(t, most.Load(), int64(2))
	client.CloseIdleConnections()
	eventually(t, "connections are left", func() bool { return open.Load() == 0 })
	s.Close()
	eventually(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= before+1 }) // the one of eventually
}

// A thousand derived clients share one pool, and CloseIdleConnections of any of them empties it.
func TestDerivedClientsShareOnePool(t *testing.T) { //nolint:paralleltest // it counts goroutines
	const callers = 16
	s, open, most := server(t, answerCharge)
	client := newClient(t, s.URL, base(t, s))
	derived := make(chan *amazonpay.Client)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for c := range derived {
				_, err := webstore.New(c).GetCharge(t.Context(), "S01-1")
				assert.NoError(t, err)
			}
		})
	}
	var last *amazonpay.Client
	for i := range 1000 {
		last = client.With(amazonpay.WithAuthToken(fmt.Sprint("merchant-", i)))
		derived <- last
	}
	close(derived)
	all.Wait()
	assert.LessOrEqual(t, most.Load(), int64(4*callers), "a dial counts even if another connection became free first")
	assert.Positive(t, open.Load())
	last.CloseIdleConnections()
	eventually(t, "connections are left", func() bool { return open.Load() == 0 })
	_, err := webstore.New(client).GetCharge(t.Context(), "S01-1")
	require.NoError(t, err, "the client still works")
}

// Calls that fail in any way leave no goroutine and no connection.
func TestFailuresLeaveNothing(t *testing.T) { //nolint:paralleltest // it measures the process
	before := runtime.NumGoroutine()
	var n atomic.Int64
	s, open, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch n.Add(1) % 6 {
		case 0:
			panic(http.ErrAbortHandler)
		case 1:
			<-r.Context().Done() // until the timeout of the attempt
		case 2:
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "{")
		case 3:
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, strings.Repeat("<html>", 10_000))
		case 4:
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(http.StatusFound)
		default:
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
	})
	client := newClient(t, s.URL, base(t, s), amazonpay.WithAttemptTimeout(50*time.Millisecond))
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for k := range 12 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+(i*12+k)%100)*10*time.Millisecond)
				_, err := webstore.New(client).GetCharge(ctx, "S01-1")
				if err == nil {
					t.Error("a call succeeded")
				}
				cancel()
			}
		})
	}
	callers.Wait()
	client.CloseIdleConnections()
	eventually(t, "connections are left", func() bool { return open.Load() == 0 })
	s.Close()
	eventually(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= before+1 })
}
