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
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// endpoint is the handler on a real server, which reads a request for as long as limit; 0 is no
// limit.
func endpoint(t *testing.T, limit time.Duration, handle func(context.Context, *ipn.Notification) error) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(newVerifier(t, sharedSNS(t)).Handler(handle))
	server.EnableHTTP2 = true
	server.Config.ReadTimeout = limit
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func accept(context.Context, *ipn.Notification) error { return nil }

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

// trickle is a body that never ends and hardly begins, as a sender has it who wants to hold a
// connection.
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

// A sender who is slow is answered with what makes SNS send again, and its connection (in HTTP/2,
// its stream) is over.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			server := endpoint(t, time.Second, accept)
			client := server.Client()
			if proto == "HTTP/1.1" {
				client = &http.Client{Transport: &http.Transport{TLSClientConfig: client.Transport.(*http.Transport).TLSClientConfig.Clone()}} //nolint:forcetypeassert,errcheck // httptest's
			}
			body := &trickle{end: make(chan struct{})}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body)
			require.NoError(t, err)
			res, err := client.Do(r)
			require.NoError(t, err)
			close(body.end) // for which Close waits
			defer func() { _ = res.Body.Close() }()
			assert.Equal(t, proto, res.Proto)
			assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
			assert.Equal(t, proto == "HTTP/1.1", res.Close, "in HTTP/2 the connection would take other streams along")
		})
	}
}

// A body that is said to be too large, and one of a request that is no POST, is not read at all; an
// endless one up to the limit.
func TestTooLargeBodyIsNotRead(t *testing.T) {
	t.Parallel()
	server := endpoint(t, 0, accept)
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

// Neither limit is one of handling: a message that takes longer is handled to its end, on a
// connection that stays.
func TestHandlingTakesItsTime(t *testing.T) {
	t.Parallel()
	server := endpoint(t, time.Second, func(ctx context.Context, _ *ipn.Notification) error {
		select {
		case <-time.After(1500 * time.Millisecond):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	conn := dial(t, server)
	answers := bufio.NewReader(conn)
	for range 2 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, bytes.NewReader(sharedSNS(t).Notify(charge, noon).JSON()))
		require.NoError(t, err)
		require.NoError(t, r.Write(conn))
		res, err := http.ReadResponse(answers, r)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, res.StatusCode)
		assert.False(t, res.Close)
		require.NoError(t, res.Body.Close())
	}
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
