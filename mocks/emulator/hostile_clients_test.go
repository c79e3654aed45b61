// Clients that send garbage, send or read slowly, hang up, or open many connections.

package emulator_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// wire is the TLS of a client that trusts the emulator.
func wire(d emulator.Description) *tls.Config {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(d.CAPEM))
	return &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
}

func dial(t *testing.T, d emulator.Description) *tls.Conn {
	t.Helper()
	dialer := tls.Dialer{Config: wire(d)}
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(d.BaseURL, "https://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	secure, ok := conn.(*tls.Conn)
	require.True(t, ok)
	require.NoError(t, secure.SetDeadline(time.Now().Add(time.Minute)))
	return secure
}

// Bytes that are no request end their connection, and nothing else.
func TestGarbageOnTheWire(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
	c, d := newClient(t, s, 0), s.Description()
	garbage := []string{
		"", "\x00", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", strings.Repeat("\xff", 100_000), "GET", "GET / HTTP/9.9\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "POST /v2/charges HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
		"POST /v2/charges HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"GET /" + strings.Repeat("a", 70<<10) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nA: " + strings.Repeat("b", 70<<10) + "\r\n\r\n",
		"CONNECT pay-api.amazon.com:443 HTTP/1.1\r\n\r\n", "CONNECT pay-api.amazon.com:443 HTTP/1.1\r\nHost: pay-api.amazon.com:443\r\n\r\nnonsense", "\r\n\r\n\r\n",
	}
	for _, sent := range garbage {
		over := []net.Conn{dial(t, d)}
		for _, url := range []string{d.BaseURL, d.ProxyURL} { // and without TLS
			_, address, _ := strings.Cut(url, "://")
			plain, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
			require.NoError(t, err)
			require.NoError(t, plain.SetDeadline(time.Now().Add(time.Minute)))
			over = append(over, plain)
		}
		for _, conn := range over {
			_, _ = io.WriteString(conn, sent) // it may have hung up already
			if half, ok := conn.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
			_, err := io.Copy(io.Discard, conn)
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "%.60q: the connection stays open", sent)
			_ = conn.Close()
		}
		c.get("/charges/x").refused(t, 404, "ResourceNotFound")
	}
}

// Who sends the header of a request a byte at a time, or no more than a part of it, is hung up on.
func TestSlowLoris(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 10*time.Second, emulator.HeaderTime)
	s := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"), emulator.WithHeaderTime(2*time.Second))
	d := s.Description()
	var slow []net.Conn
	for range 50 {
		slow = append(slow, dial(t, d))
	}
	for _, url := range []string{d.BaseURL, d.ProxyURL} { // no TLS handshake; no CONNECT
		_, address, _ := strings.Cut(url, "://")
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		slow = append(slow, conn)
	}
	var wg sync.WaitGroup
	var open atomic.Int64
	for _, conn := range slow {
		wg.Go(func() {
			_ = conn.SetDeadline(time.Now().Add(time.Minute)) // far beyond what the emulator allows
			_, _ = io.WriteString(conn, "GET /v2/charges/x HTTP/1.1\r\nHost: local")
			if _, err := io.Copy(io.Discard, conn); err != nil && os.IsTimeout(err) {
				open.Add(1)
			}
		})
	}
	newClient(t, s, 0).get("/charges/x").refused(t, 404, "ResourceNotFound") // meanwhile
	wg.Wait()
	assert.Zero(t, open.Load())
}

// A client that has nothing more to say still gets its answer.
func TestHalfClosed(t *testing.T) {
	t.Parallel()
	conn := dial(t, emulator.Start(t).Description())
	_, err := io.WriteString(conn, "GET /v2/charges/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	require.NoError(t, conn.CloseWrite())
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
}

// Who asks for pages and does not read them keeps nobody else waiting.
func TestWhoDoesNotRead(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	id := c.newSession("Authorize", "1")
	conn := dial(t, s.Description())
	ask := strings.Repeat("GET /checkout/signin?amazonCheckoutSessionId="+id+" HTTP/1.1\r\nHost: localhost\r\n\r\n", 1000)
	asked := 0
	for ; asked < 1000; asked++ { // until neither side takes more
		require.NoError(t, conn.SetWriteDeadline(time.Now().Add(500*time.Millisecond)))
		if _, err := io.WriteString(conn, ask); err != nil {
			break
		}
	}
	require.Less(t, asked, 1000, "it reads all")
	c.get("/checkoutSessions/"+id).must(t, 200)
	require.NoError(t, s.Buyer().Approve(id))
}

// What strangers send fills no memory: neither the log, nor while it is looked at.
//
//nolint:paralleltest // it measures the memory
func TestStrangersFillNoMemory(t *testing.T) {
	s, err := emulator.New(emulator.WithClock(func() time.Time { return noon }))
	require.NoError(t, err)
	long := strings.Repeat("x", 8<<10)
	send := func(change func(r *http.Request)) {
		r := httptest.NewRequest(http.MethodGet, "/v2/charges/x", nil)
		r.Host = "localhost"
		r.Header = http.Header{
			"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Amz-Pay-Date": {"20261123T120000Z"},
			"X-Amz-Pay-Host": {"localhost"}, "X-Amz-Pay-Region": {"na"}, "User-Agent": {"amazon-pay-api-sdk-nodejs"},
		}
		change(r)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400)
		require.Less(t, w.Code, 500)
	}
	signed := func(names string) string {
		return "AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=" + s.Description().Merchants[0].KeyIDs.Sandbox + ", SignedHeaders=" + names + ", Signature=AAAA"
	}
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	fill := func() {
		for i := range 12_000 {
			send(func(r *http.Request) {
				switch i % 4 {
				case 0:
					r.Method = long
				case 1:
					r.RequestURI = "/v2/charges/" + long
				case 2:
					r.Header.Set("User-Agent", long)
				default:
					r.Header.Set("Authorization", strings.Replace(signed("accept"), "SANDBOX", "S", 1)+long)
				}
			})
		}
	}
	empty := heap()
	fill()
	full := heap()
	assert.Less(t, full-empty, int64(64<<20), "the log")
	fill()
	assert.Less(t, heap()-full, int64(4<<20), "it grows no more")

	allocated := func(do func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	for name, authorization := range map[string]string{
		"one header many times":      signed(strings.Repeat("x-long;", 60) + "accept"),
		"a header all too often":     signed(strings.Repeat("accept;", 8000) + "accept"),
		"what is needed, and longer": signed("accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region;" + strings.Repeat("accept;", 55) + "accept"),
	} {
		assert.Less(t, allocated(func() {
			send(func(r *http.Request) {
				r.Header.Set("X-Long", long)
				r.Header.Set("Authorization", authorization)
			})
		}), uint64(32<<20), name)
	}
}

const (
	holderEnv = "EMULATOR_TEST_HOLD" // the address to which the second process connects
	most      = 600                  // connections that the emulator allows, a tenth of its limit
	held      = 500                  // connections that it opens, all of which are to work
	beyond    = 200                  // and more, of which the limit refuses some
)

// Connections from another process are served, more are refused, and all are gone
// when that process is.
//
//nolint:paralleltest // it measures the memory
func TestManyConnections(t *testing.T) {
	if address := os.Getenv(holderEnv); address != "" {
		holdConnections(address)
		return
	}
	assert.Equal(t, 10*most, emulator.MaxConnections)
	s := emulator.Start(t, emulator.WithMaxConnections(most))
	c, d := newClient(t, s, 0), s.Description()
	c.get("/charges/x").refused(t, 404, "ResourceNotFound") // the client keeps this connection
	var before, m runtime.MemStats
	runtime.ReadMemStats(&before)
	self, err := os.Executable()
	require.NoError(t, err)
	second := exec.CommandContext(t.Context(), self, "-test.run=^TestManyConnections$")
	second.Env = append(os.Environ(), holderEnv+"="+strings.TrimPrefix(d.BaseURL, "https://"))
	second.Stderr = os.Stderr
	in, err := second.StdinPipe()
	require.NoError(t, err)
	out, err := second.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, second.Start())

	var served, more, refused int
	_, err = fmt.Fscanln(out, &served)
	require.NoError(t, err)
	assert.Equal(t, held, served, "connections that were answered; the process needs %d files (ulimit -n)", held+beyond)
	c.get("/charges/x").refused(t, 404, "ResourceNotFound")
	newClient(t, s, 1).get("/charges/x").refused(t, 404, "ResourceNotFound")
	runtime.ReadMemStats(&m)
	assert.Less(t, m.HeapInuse+m.StackInuse, before.HeapInuse+before.StackInuse+1<<30/10)

	_, err = fmt.Fscanln(out, &more, &refused)
	require.NoError(t, err)
	assert.Equal(t, beyond, more+refused)
	assert.Positive(t, refused, "there is a limit")
	c.get("/charges/x").refused(t, 404, "ResourceNotFound")

	require.NoError(t, in.Close()) // it ends
	require.NoError(t, second.Wait())
	again := dial(t, d) // there is room again
	_, err = io.WriteString(again, "GET /v2/charges/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	_, err = http.ReadResponse(bufio.NewReader(again), nil) //nolint:bodyclose // the connection ends with the test
	require.NoError(t, err)
}

// holdConnections is the second process. It says how many of its connections were answered, then
// how many more were and how many were not, and holds them until its input ends.
func holdConnections(address string) {
	var mu sync.Mutex
	var conns []net.Conn // else they would be closed with the garbage
	open := func(n int) int {
		var answered, left atomic.Int64
		left.Store(int64(n))
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for left.Add(-1) >= 0 {
					// The certificate is beside the point.
					conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
					if err != nil {
						continue
					}
					mu.Lock()
					conns = append(conns, conn)
					mu.Unlock()
					if _, err := io.WriteString(conn, "GET /v2/charges/x HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
						continue
					}
					if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
						_ = res.Body.Close()
						answered.Add(1)
					}
				}
			})
		}
		wg.Wait()
		return int(answered.Load())
	}
	fmt.Println(open(held))
	more := open(beyond)
	fmt.Println(more, beyond-more)
	_, _ = io.Copy(io.Discard, os.Stdin)
	runtime.KeepAlive(conns)
	os.Exit(0)
}

// What is wrong in two ways is refused for the same one each time, so that a test can ask for it.
func TestRefusalsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	session := c.newSession("Confirm", "5")
	for _, row := range []struct {
		send func() string
		says string
	}{
		{func() string {
			return c.patch("/checkoutSessions/"+session, object{"paymentDetails": object{"allowOvercharge": true, "extendExpiration": true}}).raw
		}, "The member paymentDetails.allowOvercharge can be set only at creation."},
		{func() string {
			return c.post("/in-store/merchantScan", object{
				"scanData": s.Description().Merchants[0].ScanData, "scanReferenceId": "scan", "merchantCOE": "US", "ledgerCurrency": "EUR",
				"chargeTotal": object{"amount": "5", "currencyCode": "JPY"},
			}).raw
		}, "The member ledgerCurrency is in EUR"},
		{func() string { return c.get("/reports?a=1&b=2&c=3").raw }, "The parameter a is not known here."},
		{func() string {
			r, _ := c.request(http.MethodGet, "", nil)
			r.URL.Path = "/_emulator/presigned/documents"
			r.Header = http.Header{"X-Amz-Pay-Region": {"na"}, "X-Amz-Pay-Host": {"h"}, "Authorization": {"a"}, "X-Amz-Pay-Date": {"d"}}
			res, err := s.RoundTripper().RoundTrip(r)
			require.NoError(t, err)
			defer func() { _ = res.Body.Close() }()
			text, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			return string(text)
		}, "send no header authorization."},
	} {
		for range 20 {
			assert.Contains(t, row.send(), row.says)
		}
	}
}
