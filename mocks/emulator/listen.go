package emulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/site"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

const (
	// headerTime is how long a connection may take for its TLS handshake, and each request for its
	// header.
	headerTime = 10 * time.Second
	readTime   = 30 * time.Second // for a whole request
	idleTime   = 2 * time.Minute

	// maxConnections is how many may be open at once. More are closed at once.
	maxConnections = 6_000
)

// listening is a server and the transport that reaches it.
type listening struct {
	server    *http.Server
	url       string
	transport *http.Transport
	proxy     *proxy         // nil without [WithProxy]
	pages     *plainPages    // nil without [WithPages]
	connected sync.WaitGroup // one for each Serve, one for each connection
	count     atomic.Int64   // of the connections
	most      int64          // connections at once
}

// Listen returns an emulator that listens at addr, which must be a loopback address
// (127.0.0.1:8443, [::1]:8443, localhost:8443; port 0 for a free one), because its keys are no
// secret. Close it with [Server.Close] or [Server.Shutdown].
func Listen(addr string, opts ...Option) (*Server, error) {
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	s, err := New(opts...)
	if err != nil {
		return nil, err
	}
	listener, err := bind(addr)
	if err != nil {
		return nil, err
	}
	if s.listening, err = listen(s, listener); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.world.Endpoints) > 0 { // of a state file
		s.startNotifying()
	}
	return s, nil
}

// bind returns a listener at an address.
func bind(addr string) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(context.Background(), "tcp", addr) //nolint:forbidigo // a socket is bound without waiting
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	return listener, nil
}

func listen(s *Server, listener net.Listener) (*listening, error) {
	address := listener.Addr().String()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.identity.caPEM)
	l := &listening{
		url:  "https://" + address,
		most: s.connections,
		// Whatever host a URL names, this reaches the emulator and nothing else.
		transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				var dialer net.Dialer
				return dialer.DialContext(ctx, "tcp", address)
			},
			TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			MaxIdleConnsPerHost: 128,
		},
	}
	l.server = newServer(s, s.headerTime)
	l.server.ConnState = l.connState
	// HTTP/1.1 alone: faults take a connection away, which HTTP/2 shares among requests.
	l.server.TLSConfig = &tls.Config{
		Certificates: []tls.Certificate{s.identity.certificate},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
	}
	s.gate.URL, s.gate.Window = l.url, l.url+site.WindowPrefix
	var proxyListener net.Listener
	var err error
	if s.pagesAddr != "" {
		if l.pages, err = listenPages(s.pagesAddr, s); err != nil {
			return nil, err
		}
		s.gate.PlainPages, s.gate.Window = l.pages.url, l.pages.url+site.WindowPrefix
	}
	if s.proxyAddr != "" {
		if l.proxy, proxyListener, err = listenProxy(s.proxyAddr, s.headerTime, &l.connected, s); err != nil {
			return nil, errors.Join(err, l.pages.close())
		}
	}
	if l.pages != nil {
		l.pages.server.ConnState = l.connState
		l.connected.Go(func() { _ = l.pages.server.Serve(l.pages.listener) })
	}
	if l.proxy != nil {
		l.proxy.server.ConnState = l.connState
		l.connected.Go(func() { _ = l.proxy.server.Serve(proxyListener) })
		l.connected.Go(func() { _ = l.server.ServeTLS(l.proxy.taken, "", "") })
	}
	if s.stateFile != "" {
		l.connected.Go(s.keepState)
	}
	l.connected.Go(func() { _ = l.server.ServeTLS(listener, "", "") })
	return l, nil
}

func newServer(handler http.Handler, headerTime time.Duration) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      wire.WriteTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          noLog,
	}
}

// noLog discards the errors of net/http, which hostile clients would cause without end.
var noLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)

// connState counts the connections, and closes those that are too many.
func (l *listening) connState(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.connected.Add(1)
		if l.count.Add(1) > l.most {
			_ = conn.Close() // the server finds out, and ends it
		}
	case http.StateClosed, http.StateHijacked:
		l.count.Add(-1)
		l.connected.Done()
	default:
	}
}

func (l *listening) close() error {
	var err error
	if l.proxy != nil {
		err = errors.Join(l.proxy.server.Close(), l.proxy.taken.Close())
	}
	err = errors.Join(err, l.pages.close(), l.server.Close())
	l.transport.CloseIdleConnections()
	l.connected.Wait()
	return err
}

func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("emulator: %q is not a loopback address: want 127.0.0.1, ::1 or localhost", host)
	}
	return nil
}

// RoundTripper returns a transport that trusts the emulator's CA and connects to the emulator
// whatever host the URL names, so that a client configured for the service itself cannot reach the
// service. Its connections end with the emulator.
func (s *Server) RoundTripper() http.RoundTripper {
	if s.listening == nil {
		return notListening{}
	}
	return s.listening.transport
}

type notListening struct{}

func (notListening) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("emulator: this emulator does not listen: use Start or Listen")
}
