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
	"time"
)

// listening is a server and the transport that reaches it.
type listening struct {
	server    *http.Server
	url       string
	transport *http.Transport
	connected sync.WaitGroup // one for Serve, one for each connection
}

// Listen returns an emulator that listens at addr, which must be a loopback address
// (127.0.0.1:8443, [::1]:8443, localhost:8443; port 0 for a free one): an emulator's keys are
// no secret. Close it with [Server.Close] or [Server.Shutdown].
func Listen(addr string, opts ...Option) (*Server, error) {
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	s, err := New(opts...)
	if err != nil {
		return nil, err
	}
	identity, err := processIdentity()
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(context.Background(), "tcp", addr) //nolint:forbidigo // a socket is bound without waiting
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	s.listening = listen(s, listener, identity)
	return s, nil
}

func listen(handler http.Handler, listener net.Listener, id identity) *listening {
	address := listener.Addr().String()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(id.caPEM)
	l := &listening{
		url: "https://" + address,
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
	l.server = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				l.connected.Add(1)
			case http.StateClosed, http.StateHijacked:
				l.connected.Done()
			default:
			}
		},
		// HTTP/1.1 alone: faults take a connection away, which HTTP/2 shares among requests.
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{id.certificate},
			MinVersion:   tls.VersionTLS12,
			NextProtos:   []string{"http/1.1"},
		},
	}
	l.connected.Go(func() { _ = l.server.ServeTLS(listener, "", "") })
	return l
}

func (l *listening) close() error {
	err := l.server.Close()
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

// RoundTripper returns a transport that trusts the emulator's CA and connects to the
// emulator whatever host the URL names, so that a client configured for the service itself
// cannot reach it. Its connections end with the emulator.
func (s *Server) RoundTripper() http.RoundTripper {
	if s.listening == nil {
		return notListening{}
	}
	return s.listening.transport
}

type notListening struct{}

func (notListening) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("emulator: this server does not listen: use Start or Listen")
}
