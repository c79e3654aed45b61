package transport_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// wireServer counts the requests that reach it whole, and fails the first ones after the work.
type wireServer struct {
	mu      sync.Mutex
	fails   int
	arrived int
}

// next reports whether the request that has arrived is to fail.
func (s *wireServer) next() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived++
	return s.arrived <= s.fails
}

func (s *wireServer) seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.arrived
}

// The frames of HTTP/2 that matter here (RFC 9113, section 6).
const (
	frameData, frameHeaders, frameReset, frameSettings, framePing, frameGoAway = 0, 1, 3, 4, 6, 7

	endStream, endHeaders, ack = 1, 4, 1
)

func writeFrame(w io.Writer, kind, flags byte, stream uint32, payload []byte) {
	head := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	_, _ = w.Write(append(head, payload...))
}

// serveHTTP2 speaks as much HTTP/2 as the failures need that no server of the standard library plays.
func (s *wireServer) serveHTTP2(c net.Conn, fail func(w io.Writer, stream uint32)) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	if _, err := io.ReadFull(r, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	writeFrame(c, frameSettings, 0, 0, nil)
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(r, head); err != nil {
			return
		}
		payload := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(r, payload); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		switch {
		case kind == frameSettings && flags&ack == 0:
			writeFrame(c, frameSettings, ack, 0, nil)
		case kind == framePing && flags&ack == 0:
			writeFrame(c, framePing, ack, 0, payload)
		case (kind == frameData || kind == frameHeaders) && flags&endStream != 0:
			if s.next() {
				fail(c, stream)
				continue
			}
			writeFrame(c, frameHeaders, endHeaders, stream, []byte{0x88}) // :status: 200, in HPACK's static table
			writeFrame(c, frameData, endStream, stream, []byte("{}"))
		}
	}
}

func reset(code uint32) func(io.Writer, uint32) {
	return func(w io.Writer, stream uint32) {
		writeFrame(w, frameReset, 0, stream, binary.BigEndian.AppendUint32(nil, code))
	}
}

// goAway says that the stream was not looked at, which is a lie.
func goAway(w io.Writer, stream uint32) {
	writeFrame(w, frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, stream-2), 0))
}

// Each request that a server gets is an attempt of ours: net/http repeats a POST over HTTP/2 by itself, also after the work was
// done, if the request has a GetBody, and over HTTP/1.1 if it has a header Idempotency-Key.
func TestEachRequestIsAnAttempt(t *testing.T) {
	t.Parallel()
	const protocolError, internalError, refusedStream, cancel = 1, 2, 7, 8
	certificate := httptest.NewTLSServer(nil)
	t.Cleanup(certificate.Close)
	for name, row := range map[string]struct {
		fail  func(io.Writer, uint32) // nil: HTTP/1.1, where the connection is closed
		fails int
	}{
		"HTTP/1.1, closed": {nil, 1}, "HTTP/1.1, always closed": {nil, 100},
		"PROTOCOL_ERROR": {reset(protocolError), 1}, "PROTOCOL_ERROR, always": {reset(protocolError), 100},
		"REFUSED_STREAM, a lie": {reset(refusedStream), 1}, "INTERNAL_ERROR": {reset(internalError), 1}, "CANCEL": {reset(cancel), 1}, "GOAWAY, a lie": {goAway, 1},
	} {
		for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodGet} {
			for _, noRetry := range []bool{false, true} {
				if method == http.MethodGet && row.fails > 1 && row.fail != nil {
					continue // net/http itself waits for seconds between the repetitions
				}
				t.Run(name+" "+method+map[bool]string{true: " without retry"}[noRetry], func(t *testing.T) {
					t.Parallel()
					s := &wireServer{}
					url := s.start(t, certificate.TLS.Certificates, row.fail)
					base := transport.NewBase()
					base.TLSClientConfig.InsecureSkipVerify = true
					t.Cleanup(base.CloseIdleConnections)
					client, err := transport.New(transport.Config{Signer: signFunc(func(*http.Request, signing.PayloadHash, time.Time) error { return nil }), Base: base, Retry: transport.RetryPolicy{MinWait: 1, MaxWait: 1}})
					require.NoError(t, err)
					do := func(method, body string, call *transport.Call) error {
						var reader io.Reader
						if body != "" {
							reader = strings.NewReader(body)
						}
						r, err := http.NewRequestWithContext(transport.WithCall(t.Context(), call), method, url+"/v2/charges", reader)
						require.NoError(t, err)
						r.Header.Set("X-Amz-Pay-Idempotency-Key", "key-1")
						r.Header.Set("Idempotency-Key", "key-1") // of a caller who uses this package alone
						resp, err := client.Do(r)
						if err == nil {
							_ = resp.Body.Close()
						}
						return err
					}
					require.NoError(t, do(http.MethodGet, "", &transport.Call{NoRetry: true}), "a kept connection")
					s.mu.Lock()
					s.arrived, s.fails = 0, row.fails
					s.mu.Unlock()

					body := map[bool]string{false: `{"chargeAmount":"14.00"}`}[method == http.MethodGet]
					call := &transport.Call{NoRetry: noRetry}
					err = do(method, body, call)
					assert.Len(t, call.Attempts, s.seen(), "%v", err)
					for _, a := range call.Attempts {
						assert.False(t, a.Unsent)
					}
					if body != "" && noRetry {
						require.Error(t, err)
						assert.Len(t, call.Attempts, 1)
					}
				})
			}
		}
	}
}

func (s *wireServer) start(t *testing.T, certificates []tls.Certificate, fail func(io.Writer, uint32)) (url string) {
	t.Helper()
	if fail == nil {
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if s.next() {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_ = conn.Close()
				}
				return
			}
			_, _ = io.WriteString(w, "{}")
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificates, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(time.Minute))
			go s.serveHTTP2(c, fail)
		}
	}()
	return "https://" + l.Addr().String()
}

// A round tripper that cannot dial and then hands the request to a relay of its own has sent it.
func TestARelayIsNotUnsent(t *testing.T) {
	t.Parallel()
	direct := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route") }}
	for name, row := range map[string]struct {
		base   http.RoundTripper
		unsent bool
	}{
		"no relay": {direct, true},
		"a relay": {roundTrip(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(strings.NewReader(string(body)))
			_, err = direct.RoundTrip(again)
			require.Error(t, err)
			return nil, errors.New("the relay has lost the answer")
		}), false},
	} {
		client := newDoer(t, transport.Config{Base: row.base})
		call := &transport.Call{NoRetry: true}
		r, err := http.NewRequestWithContext(transport.WithCall(t.Context(), call), http.MethodPost, "https://pay.example/v2/charges", strings.NewReader("{}"))
		require.NoError(t, err)
		_, err = client.Do(r)
		require.Error(t, err)
		require.Len(t, call.Attempts, 1)
		assert.Equal(t, row.unsent, call.Attempts[0].Unsent, name)
	}
}
