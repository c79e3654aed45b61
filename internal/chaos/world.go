package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

// world is an emulator and a shop that calls it.
type world struct {
	options

	server   *emulator.Server
	store    *store
	requests atomic.Int64
	storeID  string
	scanData string

	base     *http.Transport
	shop     *webstore.Client
	till     *instore.Client
	trackers *delivery.Client
	counts   counts

	goroutines int          // at the start
	open       atomic.Int64 // connections
	dials      atomic.Uint64

	wallets []wallet
}

// wallet is a customer's saved payment method.
type wallet struct {
	mu         sync.Mutex
	permission string
}

// counts counts what happened.
type counts struct {
	calls, attempts, unanswered, notDialled atomic.Int64
	unknown                                 atomic.Int64
	interrupted, ended, duplicates          atomic.Int64
}

func (c *counts) print(out io.Writer, took time.Duration, share float64) {
	_, _ = fmt.Fprintf(out, "%d calls, %d attempts, of which %d without an answer and %d without a connection; the emulator disturbed %.1f %% of its last requests.\n",
		c.calls.Load(), c.attempts.Load(), c.unanswered.Load(), c.notDialled.Load(), 100*share)
	_, _ = fmt.Fprintf(out, "%d callers were cancelled, %d workers were killed, %d times a new version of the shop met the key of an old one. Of %d calls the outcome was unknown; each was settled. It took %s.\n",
		c.interrupted.Load(), c.ended.Load(), c.duplicates.Load(), c.unknown.Load(), took.Round(time.Second))
}

// calm lists what never happened, so that the run did not test it.
func (c *counts) calm() (missing []string) {
	for what, count := range map[string]*atomic.Int64{
		"attempts without an answer": &c.unanswered, "attempts without a connection": &c.notDialled, "unknown outcomes": &c.unknown,
		"cancelled callers": &c.interrupted, "workers that were killed": &c.ended, "new versions that met an old key": &c.duplicates,
	} {
		if count.Load() == 0 {
			missing = append(missing, "there were no "+what)
		}
	}
	return missing
}

func (c *counts) observe(_ context.Context, e amazonpay.Event) {
	switch {
	case e.Attempt == 0:
		c.calls.Add(1)
	case e.Err != nil:
		c.unanswered.Add(1)
		fallthrough
	default:
		c.attempts.Add(1)
	}
}

// open starts an emulator without faults, and creates the shop and its customers.
func open(o options) (*world, error) {
	w := &world{options: o, goroutines: runtime.NumGoroutine(), wallets: make([]wallet, customers(o.payments))}
	var err error
	if w.store, err = openStore(); err != nil {
		return nil, err
	}
	if w.server, err = emulator.Listen("127.0.0.1:0", emulator.WithSeed(o.seed)); err != nil {
		return nil, err
	}
	base, ok := w.server.RoundTripper().(*http.Transport)
	if !ok {
		return nil, errors.New("the emulator's round tripper is not an *http.Transport")
	}
	w.base = base.Clone()
	w.base.DialContext = w.dial(base.DialContext)
	account := w.server.Description().Merchants[0]
	w.storeID, w.scanData = account.StoreID, account.ScanData
	client, err := amazonpay.New(emulatortest.Config(w.server),
		amazonpay.WithRoundTripper(mortal{w.base}), amazonpay.WithAttemptTimeout(attemptTimeout), amazonpay.WithObserver(w.counts.observe),
		// Short waits and no retry budget, because a third of all attempts fail.
		amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 100 * time.Microsecond, MaxWait: 5 * time.Millisecond, MaxRetryAfter: time.Millisecond}), amazonpay.WithRetryBudget(-1))
	if err != nil {
		return nil, err
	}
	w.shop, w.till, w.trackers = webstore.New(client), instore.New(client), delivery.New(client)
	return w, disturb(w.server, o.disturbed)
}

// dial counts connections. Some dials fail.
func (w *world) dial(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if w.disturbed > 0 && rand.New(rand.NewPCG(w.seed, w.dials.Add(1))).IntN(50) == 0 {
			w.counts.notDialled.Add(1)
			return nil, errors.New("no route to the host")
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		w.open.Add(1)
		return &counted{Conn: conn, open: &w.open}, nil
	}
}

// counted is a connection whose Close is counted.
type counted struct {
	net.Conn

	open *atomic.Int64
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// pay lets the workers take all payments, and returns their results.
func (w *world) pay(ctx context.Context, out io.Writer) ([]result, error) {
	results := make([]result, w.payments)
	var next, done atomic.Uint64
	var workers sync.WaitGroup
	broken := make([]error, w.workers)
	for i := range w.workers {
		workers.Go(func() {
			for n := next.Add(1) - 1; n < uint64(len(results)); n = next.Add(1) - 1 {
				if results[n], broken[i] = w.payOrder(ctx, newOrder(w.seed, n, len(w.wallets))); broken[i] != nil {
					next.Store(uint64(len(results))) // no more orders
					return
				}
				if d := done.Add(1); d%10_000 == 0 {
					_, _ = fmt.Fprintf(out, "%d payments\n", d)
				}
			}
		})
	}
	workers.Wait()
	return results, errors.Join(broken...)
}

// disturbedShare returns the disturbed share of the requests in the emulator's log.
func (w *world) disturbedShare() float64 {
	requests, disturbed := w.server.Requests(), 0
	for _, r := range requests {
		if r.Fault != "" {
			disturbed++
		}
	}
	return float64(disturbed) / float64(max(1, len(requests)))
}

// close ends everything, and returns what is left open.
func (w *world) close() (left []string) {
	w.base.CloseIdleConnections()
	if err := errors.Join(w.server.Close(), w.store.close()); err != nil {
		left = append(left, err.Error())
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && (runtime.NumGoroutine() > w.goroutines || w.open.Load() > 0); {
		runtime.Gosched() // goroutines of closed connections may still be ending
	}
	if n := runtime.NumGoroutine() - w.goroutines; n > 0 {
		left = append(left, fmt.Sprintf("%d goroutines are left", n))
	}
	if n := w.open.Load(); n != 0 {
		left = append(left, fmt.Sprintf("%d connections are open", n))
	}
	return left
}
