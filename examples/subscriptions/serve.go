package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// pages are the flags of every command that serves pages.
type pages struct {
	Public string `default:"127.0.0.1:8082" help:"Where to serve /notifications for Amazon Pay and /repair for buyers. A reverse proxy with TLS belongs in front."`
	Admin  string `default:"127.0.0.1:8083" help:"Where to serve the operator's pages: / for the progress, /jobs/ for the jobs, /metrics. They have no password."`
}

// Validate refuses addresses that others could reach.
func (p *pages) Validate() error {
	return errors.Join(onLoopback("--public", p.Public), onLoopback("--admin", p.Admin))
}

// onLoopback refuses an address that other machines could reach.
func onLoopback(flag, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s=%s: must be an address such as 127.0.0.1:8082", flag, address)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s=%s: must be on loopback, such as 127.0.0.1:8082: other machines go through a reverse proxy or a tunnel", flag, address)
	}
	return nil
}

// servers are those of a process.
type servers struct {
	all           []*http.Server
	failed        chan error // the first error with which one has ended by itself
	public, admin string     // their addresses, such as http://127.0.0.1:8082
}

// serve serves pages at an address, and returns what browsers call it.
func (s *servers) serve(ctx context.Context, flag, address string, pages http.Handler, log *slog.Logger) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return "", fmt.Errorf("%s: %w: choose another address", flag, err)
	}
	server := &http.Server{
		Handler: pages, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	if s.failed == nil {
		s.failed = make(chan error, 1)
	}
	s.all = append(s.all, server)
	failed := s.failed
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			select {
			case failed <- err:
			default: // another one was first
			}
		}
	}()
	return "http://" + listener.Addr().String(), nil
}

// closing is how long open requests may take when the process stops.
const closing = 20 * time.Second

// shutdown ends the servers after their open requests.
func (s *servers) shutdown(ctx context.Context) error {
	var err error
	for _, server := range s.all {
		err = errors.Join(err, server.Shutdown(ctx))
	}
	return err
}
