// Package orders is the shop without its pages: it places orders, takes their payment, and gives
// money back.
//
// An order is charged once, wherever the process is killed and however often a page is loaded. Each
// call that moves money is a row of the table work, with its idempotency key and whether an earlier
// call is unsettled, stored before the call is made. What happens next is amazonpay.Advise's to say:
// see work.go. A process that starts takes up the work of the one that died.
package orders

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// What a page tells the visitor. Other errors are for the log.
var (
	ErrNoOrder     = errors.New("orders: there is no such order")
	ErrOtherOrder  = errors.New("orders: the checkout session belongs to another order")
	ErrNotPayable  = errors.New("orders: the order is paid, being paid or canceled")
	ErrTotal       = errors.New("orders: the total is not the one that was shown: show the review page again")
	ErrAddress     = errors.New("orders: the shop does not deliver to this address")
	ErrBusy        = errors.New("orders: another process is at work on this payment: look again in a moment")
	ErrNotAllowed  = errors.New("orders: the order's state does not allow this")
	ErrAmount      = errors.New("orders: the amount is missing, in another currency, or more than there is")
	ErrNoWallet    = errors.New("orders: the customer has not saved a payment method")
	ErrBadBasket   = errors.New("orders: the basket is empty or has something that is not sold in this way")
	ErrUnavailable = errors.New("orders: Amazon Pay did not answer: try again in a moment")
)

// Config is what a Shop needs. DB, Client, StoreID and BaseURL are required.
type Config struct {
	DB      *data.DB
	Client  *amazonpay.Client
	StoreID string
	// BaseURL is the address of the shop's pages without a slash at the end, such as
	// https://shop.example.
	BaseURL string
	Logger  *slog.Logger // empty: none
	// Lease is after how long another process takes up the work of one that has died. Empty: 10
	// seconds.
	Lease time.Duration
}

// Shop is safe for concurrent use. Several processes may share a database.
type Shop struct {
	db      *data.DB
	pay     *webstore.Client
	config  Config
	process string // the name under which this process leases work
}

// Run takes up unfinished work, at once and then every few seconds, and reads pending charges until
// Amazon has decided. It returns when the context ends.
func (s *Shop) Run(ctx context.Context) error { return errNotYet }

var errNotYet = errors.New("not yet")
