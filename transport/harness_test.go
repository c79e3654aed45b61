package transport_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

const (
	// The address of test requests has a token in its path and in its query.
	testURL = "https://pay-api.invalid/sandbox/v2/buyers/secret-token?merchant=secret-query"
	testKey = "0123456789abcdef"
)

// roundTrip is a fake network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// signFunc is a fake signer.
type signFunc func(r *http.Request, payload signing.PayloadHash, at time.Time) error

func (f signFunc) SignRequest(r *http.Request, payload signing.PayloadHash, at time.Time) error {
	return f(r, payload, at)
}

// stamp is a signer for tests that are not about the signature.
var stamp = signFunc(func(r *http.Request, _ signing.PayloadHash, at time.Time) error {
	r.Header.Set("X-Amz-Pay-Date", at.Format(signing.DateFormat))
	r.Header.Set("Authorization", "secret-signature")
	return nil
})

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newSigner(t *testing.T) *signing.Signer {
	t.Helper()
	signer, err := signing.NewSigner("SANDBOX-TEST", rsaKey(), signing.PSSV2)
	require.NoError(t, err)
	return signer
}

// newClient fills in a signer, so that a test states only what it is about.
func newClient(t *testing.T, cfg transport.Config) *transport.Client {
	t.Helper()
	if cfg.Signer == nil {
		cfg.Signer = stamp
	}
	client, err := transport.New(cfg)
	require.NoError(t, err)
	return client
}

func newRequest(method, address, body string) transport.Request {
	parsed, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	header := http.Header{
		"Accept": {"application/json"}, "Content-Type": {"application/json"},
		"X-Amz-Pay-Host": {parsed.Host}, "X-Amz-Pay-Region": {"eu"}, "X-Amz-Pay-Authtoken": {"secret-authtoken"},
	}
	if method == http.MethodPost {
		header.Set("X-Amz-Pay-Idempotency-Key", testKey)
	}
	return transport.Request{Method: method, URL: address, Header: header, Body: []byte(body), Retry: true}
}

// once is a request that is not to be repeated.
func once(r transport.Request) transport.Request {
	r.Retry = false
	return r
}

// rules is a Policy whose zero value repeats what may be repeated, with the service's statuses, and
// knows the answer to a date in the future.
type rules struct {
	admit       func(context.Context) error
	judge       func(a transport.Attempt, answer *transport.Answer, mayRepeat bool)
	dateRefused func(*transport.Answer) bool
	refuse      func(*transport.Answer) bool // an answer that could be repeated is final
}

func (r rules) Admit(ctx context.Context) error {
	if r.admit == nil {
		return nil
	}
	return r.admit(ctx)
}

func (r rules) Judge(_ context.Context, a transport.Attempt, answer *transport.Answer, mayRepeat bool) transport.Verdict {
	if r.judge != nil {
		r.judge(a, answer, mayRepeat)
	}
	if answer == nil {
		return transport.Verdict{Repeat: true}
	}
	if r.dateRefused == nil {
		r.dateRefused = dateRefused
	}
	return transport.Verdict{
		Repeat:      slices.Contains(retryable, answer.Status) && (r.refuse == nil || !r.refuse(answer)),
		DateRefused: r.dateRefused(answer),
	}
}

var retryable = []int{408, 425, 429, 500, 502, 503, 504}

func dateRefused(answer *transport.Answer) bool {
	return answer.Status == 400 && strings.Contains(string(answer.Body), "x-amz-pay-date")
}

// answer keeps the linter from asking for a Close of each response: all are in memory.
type answer struct{ *http.Response }

func newAnswer(status int, body string, header ...string) answer {
	h := make(http.Header)
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return answer{&http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: h,
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}}
}

// script answers each attempt with the next step, and fails the test when there are more.
func script(t *testing.T, steps ...any) roundTrip {
	t.Helper()
	return func(*http.Request) (*http.Response, error) {
		if len(steps) == 0 {
			t.Error("more attempts than the script has steps")
			return newAnswer(http.StatusTeapot, "").Response, nil
		}
		step := steps[0]
		steps = steps[1:]
		if err, ok := step.(error); ok {
			return nil, err
		}
		return step.(answer).Response, nil //nolint:errcheck // Steps are of two types.
	}
}

func statuses(result transport.Result) []int {
	var all []int
	for _, a := range result.Attempts {
		all = append(all, a.StatusCode)
	}
	return all
}

// quick is a policy for tests that wait in earnest.
var quick = transport.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Millisecond}

// newServer starts a TLS server, and returns it with a base transport that trusts it.
func newServer(t *testing.T, setUp func(*httptest.Server), handler http.HandlerFunc) (*httptest.Server, *http.Transport) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if setUp != nil {
		setUp(server)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	base := transport.NewBase()
	base.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs //nolint:errcheck // httptest's own.
	t.Cleanup(base.CloseIdleConnections)
	return server, base
}

// secureURL is what the certificate of newIdentity is for.
const secureURL = "https://example.com/"

// newIdentity returns a configuration of a server in newSecurePipes, and one of a client that
// trusts it.
func newIdentity(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s, base := newServer(t, nil, nil)
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}, base.TLSClientConfig
}

// pipes is a network in memory, for real HTTP within a synctest bubble, which fails the
// test if a goroutine is left behind.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	done   chan struct{}
	secure *tls.Config
}

func newPipes(t *testing.T, handler http.HandlerFunc) *http.Transport {
	t.Helper()
	return newSecurePipes(t, nil, handler)
}

// newSecurePipes has the server at the far end speak TLS, unless the configuration is nil.
func newSecurePipes(t *testing.T, secure *tls.Config, handler http.HandlerFunc) *http.Transport {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{}), secure: secure}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: time.Hour,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(p)
	}()
	base := transport.NewBase()
	base.Proxy = nil
	base.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case p.conns <- far:
			return near, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	t.Cleanup(func() {
		base.CloseIdleConnections()
		_ = server.Close()
		<-served
	})
	return base
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		if p.secure != nil {
			c = tls.Server(c, p.secure)
		}
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

// logged returns a logger and what it wrote.
func logged() (*slog.Logger, *bytes.Buffer) {
	var lines bytes.Buffer
	return slog.New(slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug})), &lines
}

// printed prints, logs and encodes values in every way.
func printed(values ...any) string {
	var out bytes.Buffer
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(handler).Info("value", slog.Any("value", value), slog.Group("group", slog.Any("value", value)))
		}
		encoded, err := json.Marshal(value)
		fmt.Fprintf(&out, "%s %v\n", encoded, err)
	}
	return out.String()
}
