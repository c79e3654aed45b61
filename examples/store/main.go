// Command store is a small shop that takes Amazon Pay, with every kind of button, a review page,
// subscriptions, Buy Now, and an admin page. By default it runs an emulator of Amazon Pay too, so
// that it needs no account and no network:
//
//	make store
//
// See the README for the environment variables.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/web"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	if err := run(ctx, os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "store:", err)
		os.Exit(1)
	}
}

// closing is how long open requests may take when the shop stops. A call to Amazon Pay that is
// cut off is taken up at the next start.
const closing = 20 * time.Second

// run serves the shop until ctx ends.
func run(ctx context.Context, out, errOut io.Writer) (err error) {
	log := slog.New(slog.NewJSONHandler(errOut, nil))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", envOr("STORE_ADDR", "127.0.0.1:8081"))
	if err != nil {
		return fmt.Errorf("%w: set STORE_ADDR to another address", err)
	}
	defer func() { _ = listener.Close() }() // closed already if the shop has served
	baseURL, err := baseURLOf(listener.Addr())
	if err != nil {
		return err
	}
	s, err := open(ctx, baseURL, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	password := os.Getenv("STORE_ADMIN_PASSWORD")
	printed := password == "" && s.Service.WindowURL != ""
	if printed {
		password = strings.ToLower(rand.Text()[:12])
	}
	site, err := newSite(s, baseURL, password, log)
	if err != nil {
		return err
	}

	// The background work ends after the last request: until then a payment may wait for it.
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	var working sync.WaitGroup
	defer working.Wait()
	defer end()
	working.Go(func() {
		if err := s.Shop.Run(background); err != nil && background.Err() == nil {
			log.ErrorContext(background, "unfinished work is not taken up any more", slog.Any("error", err))
		}
	})
	working.Go(func() { sweep(background, data.Visits{DB: s.DB}, log) })

	server := &http.Server{
		Handler: site, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if err := s.Service.NotifyAt(baseURL + "/notifications"); err != nil {
		return errors.Join(err, server.Close())
	}
	_, _ = fmt.Fprintf(out, "The shop is open: %s\n", baseURL)
	if printed {
		_, _ = fmt.Fprintf(out, "Staff: %s/admin, password %s\n", baseURL, password)
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	log.InfoContext(ctx, "closing: open requests are finished")
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	return server.Shutdown(last)
}

// baseURLOf returns the address of the shop's pages.
func baseURLOf(addr net.Addr) (string, error) {
	if u := os.Getenv("STORE_URL"); u != "" {
		return strings.TrimSuffix(u, "/"), nil
	}
	if tcp, ok := addr.(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return "", errors.New("set STORE_URL, the address at which browsers reach the shop, such as https://shop.example: STORE_ADDR is not on loopback")
	}
	return "http://" + addr.String(), nil
}

func newSite(s *store, baseURL, password string, log *slog.Logger) (*web.Site, error) {
	if password == "" {
		return nil, errors.New("set STORE_ADMIN_PASSWORD, the password of the admin page")
	}
	buttons, err := button.New(button.Config{
		Client: s.Service.Client, MerchantID: s.Service.MerchantID, StoreID: s.Service.StoreID, ScriptURL: s.Service.ScriptURL,
		Environment: s.Service.Client.Environment(),
	})
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{
		Shop: s.Shop, DB: s.DB, Buttons: buttons, Verifier: s.Verifier, Region: s.Service.Client.Region(), Currency: s.Service.Currency,
		BaseURL: baseURL, AdminPassword: password, WindowURL: s.Service.WindowURL, Logger: log,
	})
}

// sweep deletes visits that have expired, once an hour.
func sweep(ctx context.Context, visits data.Visits, log *slog.Logger) {
	for tick := time.NewTicker(time.Hour); ; {
		if err := visits.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "expired visits cannot be deleted", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}
