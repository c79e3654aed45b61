// Package orders is the shop without its pages: it places orders, takes their payment, and gives
// money back.
//
// An order is charged once, wherever the process is killed and however often a page is loaded. Each
// call that moves money is a row of the table work, with its idempotency key and whether an earlier
// call is unsettled, stored before the call is made. amazonpay.Advise decides what happens next:
// see work.go. A process that starts takes up the work of one that died.
package orders

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// What a page tells the visitor. Other errors are for the log.
var (
	ErrNoOrder     = errors.New("orders: there is no such order")
	ErrOtherOrder  = errors.New("orders: the checkout session belongs to another order")
	ErrSession     = errors.New("orders: the checkout session is over or unknown: start again at the order's button")
	ErrNotPayable  = errors.New("orders: the order is paid, being paid or canceled")
	ErrTotal       = errors.New("orders: the total is not the one that was shown: show the review page again")
	ErrAddress     = errors.New("orders: the shop does not deliver to this address")
	ErrBusy        = errors.New("orders: another request is still at this payment: look again in a moment")
	ErrNotAllowed  = errors.New("orders: the order's state does not allow this")
	ErrAmount      = errors.New("orders: the amount is missing, in another currency, or more than there is")
	ErrNoWallet    = errors.New("orders: the customer has not saved a payment method")
	ErrBadBasket   = errors.New("orders: the basket is empty or has something that is not sold in this way")
	ErrUnavailable = errors.New("orders: Amazon Pay cannot be reached: try again in a moment")
)

// Config is the configuration of a Shop. DB, Client, StoreID and BaseURL are required.
type Config struct {
	DB      *data.DB
	Client  *amazonpay.Client
	StoreID string
	// BaseURL is the address of the shop's pages without a slash at the end, such as
	// https://shop.example.
	BaseURL string
	Logger  *slog.Logger // nil: nothing is logged
	// Lease is the time after which another process takes up the work of one that died. The default
	// is 10 seconds.
	Lease time.Duration
}

// Shop is safe for concurrent use. Several processes may share a database.
type Shop struct {
	db     *data.DB
	pay    *webstore.Client
	config Config
	log    *slog.Logger
	buyNow *buynow.Handler // nil without Buy Now
}

// New returns a shop. It makes no call.
func New(c Config) (*Shop, error) {
	switch {
	case c.DB == nil, c.Client == nil, c.StoreID == "", c.BaseURL == "":
		return nil, errors.New("orders: Config: DB, Client, StoreID and BaseURL are required")
	case strings.HasSuffix(c.BaseURL, "/"):
		return nil, errors.New("orders: Config.BaseURL ends with a slash: leave it out")
	case c.Lease < 0:
		return nil, errors.New("orders: Config.Lease is negative")
	}
	c.Lease = cmp.Or(c.Lease, 10*time.Second)
	return &Shop{db: c.DB, pay: webstore.New(c.Client), config: c, log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler))}, nil
}

// Run takes up unfinished work, at once and then every second, and reads what is pending until
// Amazon has decided. It returns when the context has ended and its own work is done.
func (s *Shop) Run(ctx context.Context) error {
	const between = time.Second
	timer := time.NewTimer(0)
	defer timer.Stop()
	for round := 0; ; round++ {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		if err := s.takeUp(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "unfinished work cannot be read", slog.Any("error", err))
		}
		if err := s.takeUpCheckouts(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "a Buy Now checkout is not finished", slog.Any("error", err))
		}
		if round%5 == 0 {
			s.readPending(ctx)
		}
		if round%3600 == 0 {
			if err := s.db.SweepCarts(ctx, cartLife); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "old carts cannot be deleted", slog.Any("error", err))
			}
		}
		timer.Reset(between)
	}
}

// takeUp does the work that is due, a few pieces at a time.
func (s *Shop) takeUp(ctx context.Context) error {
	names, err := s.db.DueWork(ctx)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	places := make(chan struct{}, 4)
	for _, name := range names {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			if err := s.do(ctx, name); err != nil && !errors.Is(err, ErrBusy) {
				s.log.WarnContext(ctx, "work is not finished", slog.String("work", name), slog.Any("error", err))
			}
		})
	}
	all.Wait()
	return nil
}
