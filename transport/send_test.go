package transport_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// A protocol that tells nothing of connections is not taken to have sent nothing.
func TestProtocolWithoutTracesIsNotUnsent(t *testing.T) {
	t.Parallel()
	base := &http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}} // no HTTP/2, which is one for https too
	base.RegisterProtocol("https", roundTrip(func(r *http.Request) (*http.Response, error) {
		_, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return nil, errors.New("reset after the request was sent")
	}))
	result, err := newClient(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}}).
		Send(t.Context(), newRequest(http.MethodPost, secureURL, "{}"), rules{})
	require.Error(t, err)
	require.Len(t, result.Attempts, 1)
	assert.False(t, result.Attempts[0].Unsent)
}

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

// serveHTTP2 speaks as much HTTP/2 as the failures need that no server of the standard library
// plays.
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

// Each request that a server gets is an attempt of ours: net/http repeats a POST over HTTP/2 by
// itself, also after the work was done, if the request has a GetBody, and over HTTP/1.1 if it has a
// header Idempotency-Key.
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
					client := newClient(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MinWait: 1, MaxWait: 1}})
					do := func(method, body string, retry bool) (transport.Result, error) {
						r := newRequest(method, url+"/v2/charges", body)
						r.Header.Set("X-Amz-Pay-Idempotency-Key", "key-1")
						r.Header.Set("Idempotency-Key", "key-1") // of a caller who uses this package alone
						r.Retry = retry
						return client.Send(t.Context(), r, rules{judge: func(a transport.Attempt, _ *transport.Answer, mayRepeat bool) {
							if a.Err != nil && strings.Contains(a.Err.Error(), "net/http sent the request again") {
								assert.False(t, mayRepeat, "net/http has repeated it already")
							}
						}})
					}
					_, err := do(http.MethodGet, "", false)
					require.NoError(t, err, "a kept connection")
					s.mu.Lock()
					s.arrived, s.fails = 0, row.fails
					s.mu.Unlock()

					body := map[bool]string{false: `{"chargeAmount":"14.00"}`}[method == http.MethodGet]
					result, err := do(method, body, !noRetry)
					assert.Len(t, result.Attempts, s.seen(), "%v", err)
					for _, a := range result.Attempts {
						assert.False(t, a.Unsent)
					}
					if body != "" && noRetry {
						require.Error(t, err)
						assert.Len(t, result.Attempts, 1)
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
		client := newClient(t, transport.Config{Base: row.base})
		result, err := client.Send(t.Context(), once(newRequest(http.MethodPost, "https://pay.example/v2/charges", "{}")), rules{})
		require.Error(t, err)
		require.Len(t, result.Attempts, 1)
		assert.Equal(t, row.unsent, result.Attempts[0].Unsent, name)
	}
}

func assertTimeout(t *testing.T, err error) {
	t.Helper()
	var timeout interface{ Timeout() bool }
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
}

// Real HTTP in a bubble: synctest fails if a goroutine or a timer's channel is left behind.
func TestAttemptTimeoutCoversTheBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		base := newPipes(t, func(w http.ResponseWriter, r *http.Request) {
			if attempts++; attempts > 1 {
				_, _ = io.WriteString(w, "whole")
				return
			}
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		result, err := newClient(t, transport.Config{Base: base, AttemptTimeout: 3 * time.Second}).Send(t.Context(), newRequest(http.MethodGet, "http://pay.invalid/", ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, "whole", string(result.Answer.Body))
		assert.Equal(t, []int{0, 200}, statuses(result))
		assert.Equal(t, 3*time.Second, result.Attempts[0].Duration)
		assertTimeout(t, result.Attempts[0].Err)
	})
}

func TestBodyThatBreaksOffIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		base := newPipes(t, func(w http.ResponseWriter, _ *http.Request) {
			if attempts++; attempts > 1 {
				_, _ = io.WriteString(w, "whole")
				return
			}
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
		result, err := newClient(t, transport.Config{Base: base}).Send(t.Context(), newRequest(http.MethodPost, "http://pay.invalid/", "{}"), rules{})
		require.NoError(t, err)
		assert.Equal(t, "whole", string(result.Answer.Body))
		assert.Equal(t, []int{0, 200}, statuses(result))
		require.ErrorIs(t, result.Attempts[0].Err, io.ErrUnexpectedEOF)
	})
}

func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := newPipes(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server notices that the client is gone only after that
			if r.URL.Path == "/hang" {
				<-r.Context().Done()
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		client := newClient(t, transport.Config{Base: base})
		var callers sync.WaitGroup
		for i := range 16 {
			callers.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*200*time.Millisecond)
				defer cancel()
				_, _ = client.Send(ctx, newRequest(http.MethodPost, "http://pay.invalid/"+[]string{"hang", "busy"}[i%2], "{}"), rules{})
			})
		}
		callers.Wait()
	})
}

// endless is a body that says how much of it was read.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) { e.read += int64(len(p)); return len(p), nil }
func (e *endless) Close() error               { return nil }

func TestAnswerIsReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ limit, length, atMost int64 }{
		"50 MB, and it says so":         {0, 50 << 20, 0},
		"50 MB, and it does not say":    {0, -1, 10<<20 + 1},
		"another limit":                 {1000, -1, 1001},
		"it says less than it has":      {1000, 10, 1001},
		"another limit, and it says so": {1000, 1001, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := new(endless)
			resp := newAnswer(503, "")
			resp.ContentLength, resp.Body = tc.length, body
			result, err := newClient(t, transport.Config{MaxAnswerBytes: tc.limit, Base: script(t, resp)}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			tooLarge, ok := errors.AsType[*transport.TooLargeError](err)
			require.True(t, ok, "%T", err)
			assert.Equal(t, 503, tooLarge.StatusCode)
			assert.LessOrEqual(t, body.read, tc.atMost)
			require.Len(t, result.Attempts, 1, "never retried")
			assert.Zero(t, result.Attempts[0].StatusCode)
			assert.Equal(t, err, result.Attempts[0].Err)
		})
	}
	for _, limit := range []int64{5, 6, math.MaxInt64} {
		result, err := newClient(t, transport.Config{MaxAnswerBytes: limit, Base: script(t, newAnswer(200, "12345"))}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, "12345", string(result.Answer.Body))
	}
}

func TestAnswerOfHead(t *testing.T) {
	t.Parallel()
	resp := newAnswer(200, "")
	resp.ContentLength, resp.Body = 50<<20, nil
	result, err := newClient(t, transport.Config{Base: script(t, resp)}).Send(t.Context(), newRequest(http.MethodHead, testURL, ""), rules{})
	require.NoError(t, err)
	assert.Equal(t, 200, result.Answer.Status)
	assert.Empty(t, result.Answer.Body)
}

func TestRoundTripperThatReturnsNothing(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, transport.Config{Retry: quick, Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, nil })}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
	require.ErrorContains(t, err, "neither an answer nor an error")
}

// Trap: a redirect whose Location cannot be parsed becomes an error, which would be
// retried although the service has answered.
func TestTrapMalformedLocation(t *testing.T) {
	t.Parallel()
	client := newClient(t, transport.Config{Base: script(t, newAnswer(303, "done", "Location", "https://%zz"))})
	result, err := client.Send(t.Context(), newRequest(http.MethodPost, testURL, "{}"), rules{})
	require.NoError(t, err)
	assert.Equal(t, 303, result.Answer.Status)
	assert.Equal(t, "done", string(result.Answer.Body))
}

// Trap: 4 KiB of an error are drained, so a longer one costs the connection.
func TestTrapLongErrorsCostTheConnection(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	server, base := newServer(t, func(s *httptest.Server) {
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				conns.Add(1)
			}
		}
	}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
	})
	result, err := newClient(t, transport.Config{Base: base, Retry: quick}).Send(t.Context(), newRequest(http.MethodGet, server.URL, ""), rules{})
	require.NoError(t, err)
	assert.Len(t, string(result.Answer.Body), 100_000)
	assert.EqualValues(t, 1, conns.Load())
}

// An answer without a connection, as of a round tripper that has it from somewhere else, is no
// proof that nothing was sent.
func TestAnswerIsNeverUnsent(t *testing.T) {
	t.Parallel()
	direct := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route") }}
	client := newClient(t, transport.Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		_, err := direct.RoundTrip(r)
		require.Error(t, err)
		return newAnswer(409, "").Response, nil
	})})
	result, err := client.Send(t.Context(), newRequest(http.MethodPost, "https://pay.example/v2/charges", "{}"), rules{})
	require.NoError(t, err)
	require.Len(t, result.Attempts, 1)
	assert.False(t, result.Attempts[0].Unsent)
}
