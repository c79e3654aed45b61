package ipn_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// A body that never ends does not fill the memory, and one that breaks off may come again.
func TestBodies(t *testing.T) {
	t.Parallel()
	h := newVerifier(t, sharedSNS(t)).Handler(func(context.Context, *ipn.Notification) error { return nil })
	for name, row := range map[string]struct {
		body   io.Reader
		status int
	}{
		"endless":    {endless{}, http.StatusRequestEntityTooLarge},
		"broken off": {io.MultiReader(strings.NewReader("{"), broken{}), http.StatusServiceUnavailable},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ipn", row.body))
		assert.Equal(t, row.status, w.Code, name)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// endpoint is the handler on a real server.
func endpoint(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewTLSServer(newVerifier(t, sharedSNS(t)).Handler(accept))
	t.Cleanup(server.Close)
	return server
}

func dial(t *testing.T, server *httptest.Server) net.Conn {
	t.Helper()
	config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone() //nolint:forcetypeassert,errcheck // httptest's
	config.NextProtos = []string{"http/1.1"}
	conn, err := tls.Dial("tcp", server.Listener.Addr().String(), config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

// trickle is a body that never ends and hardly begins: its sender wants to hold the connection.
type trickle struct {
	begun atomic.Bool
	end   chan struct{}
}

func (b *trickle) Read(p []byte) (int, error) {
	if !b.begun.Swap(true) {
		return copy(p, "{"), nil
	}
	<-b.end
	return 0, io.ErrUnexpectedEOF
}

// pipes is a listener in memory, which works in a synctest bubble.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
	close       func()
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.connections:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.close(); return nil }

func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.connections <- server
	return client
}

// bubbleEndpoint is endpoint in a synctest bubble: without sockets, and without TLS.
func bubbleEndpoint(t *testing.T, limit time.Duration, handle func(context.Context, *ipn.Notification) error) *pipes {
	t.Helper()
	closed := make(chan struct{})
	p := &pipes{connections: make(chan net.Conn), closed: closed, close: sync.OnceFunc(func() { close(closed) })}
	server := &http.Server{Handler: newVerifier(t, sharedSNS(t)).Handler(handle), ReadTimeout: limit, ReadHeaderTimeout: limit, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	go func() { assert.ErrorIs(t, server.Serve(p), http.ErrServerClosed) }()
	t.Cleanup(func() { assert.NoError(t, server.Close()) })
	return p
}

// If the body is slow, the answer makes SNS send the message again, and the connection (in HTTP/2,
// the stream) is closed.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			for limit, expected := range map[time.Duration]time.Duration{time.Second: time.Second, time.Minute: 10 * time.Second} {
				synctest.Test(t, func(t *testing.T) {
					p := bubbleEndpoint(t, limit, accept)
					network := &http.Transport{
						DialContext: func(context.Context, string, string) (net.Conn, error) { return p.dial(), nil },
						Protocols:   new(http.Protocols),
					}
					defer network.CloseIdleConnections()
					network.Protocols.SetHTTP1(proto == "HTTP/1.1")
					network.Protocols.SetUnencryptedHTTP2(proto == "HTTP/2.0")
					body := &trickle{end: make(chan struct{})}
					r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://shop.example/", body)
					require.NoError(t, err)
					begun := time.Now()
					res, err := network.RoundTrip(r)
					require.NoError(t, err)
					assert.Equal(t, expected, time.Since(begun))
					close(body.end)
					assert.Equal(t, proto, res.Proto)
					assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
					assert.Equal(t, proto == "HTTP/1.1", res.Close, "in HTTP/2 the connection would take other streams along")
					require.NoError(t, res.Body.Close())
				})
			}
		})
	}
}

// A body that is said to be too large, and one of a request that is no POST, is not read at all; an
// endless one up to the limit.
func TestTooLargeBodyIsNotRead(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	for name, test := range map[string]struct {
		head   string
		status int
		sends  bool
	}{
		"announced": {"POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 262145\r\n\r\n", http.StatusRequestEntityTooLarge, false},
		"endless":   {"POST / HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n", http.StatusRequestEntityTooLarge, true},
		"a PUT":     {"PUT / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 1000\r\n\r\n", http.StatusMethodNotAllowed, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dialed := dial(t, server)
			_, err := io.WriteString(dialed, test.head)
			require.NoError(t, err)
			if test.sends {
				chunk := "8000\r\n" + strings.Repeat(" ", 0x8000) + "\r\n"
				for range 9 {
					if _, err := io.WriteString(dialed, chunk); err != nil {
						break
					}
				}
			}
			answer := bufio.NewReader(dialed)
			res, err := http.ReadResponse(answer, nil)
			require.NoError(t, err)
			defer func() { _ = res.Body.Close() }()
			assert.Equal(t, test.status, res.StatusCode)
			assert.True(t, res.Close)
			_, err = io.Copy(io.Discard, res.Body)
			require.NoError(t, err)
			_, err = answer.ReadByte()
			require.Error(t, err)
			assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection is over")
		})
	}
}

// The limits do not apply to the handler: a message that takes longer is handled completely, and
// the connection stays open.
func TestHandlingTakesItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := bubbleEndpoint(t, time.Second, func(ctx context.Context, _ *ipn.Notification) error {
			select {
			case <-time.After(14 * time.Second):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		conn := p.dial()
		defer func() { assert.NoError(t, conn.Close()) }()
		answers := bufio.NewReader(conn)
		for range 2 {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://shop.example/", bytes.NewReader(sharedSNS(t).Notify(charge, noon).JSON()))
			require.NoError(t, err)
			require.NoError(t, r.Write(conn))
			res, err := http.ReadResponse(answers, r)
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.False(t, res.Close)
			require.NoError(t, res.Body.Close())
		}
	})
}

// deadlines is a ResponseWriter that keeps the deadlines which a handler sets, and keeps them for
// its body.
type deadlines struct {
	*httptest.ResponseRecorder

	set []time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.set = append(d.set, at)
	return nil
}

func (d *deadlines) Read([]byte) (int, error) {
	time.Sleep(time.Until(d.set[len(d.set)-1]))
	return 0, os.ErrDeadlineExceeded
}

func (*deadlines) Close() error { return nil }

// A body has ten seconds on a server without a limit of its own, less on one whose limit is
// shorter, and no deadline is left behind.
func TestTimeOfABody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for limit, expected := range map[time.Duration]time.Duration{0: 10 * time.Second, time.Minute: 10 * time.Second, 3 * time.Second: 3 * time.Second} {
			h := newVerifier(t, sharedSNS(t)).Handler(accept)
			ctx := context.WithValue(t.Context(), http.ServerContextKey, &http.Server{ReadTimeout: limit, ReadHeaderTimeout: limit})
			w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/ipn", w)
			r.ContentLength = -1
			begun := time.Now()
			h.ServeHTTP(w, r)
			assert.Equal(t, expected, time.Since(begun))
			assert.Equal(t, http.StatusServiceUnavailable, w.Code)

			w = &deadlines{ResponseRecorder: httptest.NewRecorder()}
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/ipn", strings.NewReader("{}")))
			assert.Equal(t, []time.Time{time.Now().Add(expected), {}}, w.set)
		}
	})
}

// A message of exactly 256 KiB is read, and one byte more is not.
func TestLargestBody(t *testing.T) {
	t.Parallel()
	h := newVerifier(t, sharedSNS(t)).Handler(accept)
	for size, expected := range map[int]int{256 << 10: http.StatusOK, 256<<10 + 1: http.StatusRequestEntityTooLarge} {
		message := sharedSNS(t).Notify(charge, noon).JSON()
		body := append(message, bytes.Repeat([]byte(" "), size-len(message))...)
		assert.Equal(t, expected, post(t, h, "Notification", body), "%d bytes", size)
	}
}
