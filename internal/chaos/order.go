package main

import (
	"fmt"
	"math/rand/v2"
)

// kind is the way an order is paid.
type kind int

const (
	onFile    kind = iota // a charge on a saved payment method, captured and refunded
	web                   // a checkout session, completed; captured, shipped, refunded, closed
	buyNow                // a checkout session, finalized; captured and refunded
	till                  // scanned, charged and refunded in a store
	cancelled             // a charge on a saved payment method that the shop cancels
)

// order is a payment. Its number determines the rest.
type order struct {
	number         uint64
	kind           kind
	amount, refund int64 // cents
	customer       int   // index of a saved payment method
	impatient      bool  // gives up at the first certain failure before anything is charged
}

// customers is the number of saved payment methods: so many that none comes near 15,000 USD, the
// service's limit for the charges of a month.
func customers(payments int) int { return max(500, payments/100) }

func newOrder(seed, number uint64, customers int) order {
	random := rand.New(rand.NewPCG(seed, number))
	o := order{number: number, amount: 100 + random.Int64N(20_000), customer: random.IntN(customers), impatient: random.IntN(5) == 0}
	o.refund = 1 + random.Int64N(o.amount)
	switch n := random.IntN(100); {
	case n < 60:
		o.kind = onFile
	case n < 75:
		o.kind = web
	case n < 80:
		o.kind = buyNow
	case n < 95:
		o.kind = till
	default:
		o.kind = cancelled
	}
	return o
}

// reference returns the order number that Amazon Pay sees.
func (o order) reference() string { return fmt.Sprintf("order-%d", o.number) }

// result is the report of an order.
type result struct {
	order   order
	charged int64  // cents captured
	given   int64  // cents refunded
	failed  string // why nothing was charged, or the charge was cancelled
	history []string
}

func (r result) String() string {
	return fmt.Sprintf("%s (kind %d, %d cents, reported charged %d, refunded %d, failed %q): %v", r.order.reference(), r.order.kind, r.order.amount, r.charged, r.given, r.failed, r.history)
}
