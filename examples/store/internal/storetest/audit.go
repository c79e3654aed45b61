package storetest

import (
	"context"
	"strings"
	"testing"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Audited are the sums of an audit, in the currency's smallest unit.
type Audited struct {
	Orders, Paid                int
	Charged, Captured, Refunded int64
}

// Audit compares every order of a database with the emulator's charges: each is paid once, to the
// cent, or not at all.
func Audit(ctx context.Context, tb testing.TB, db *data.DB, server *emulator.Server) (sums Audited) {
	tb.Helper()
	taken := make(map[string][]emulator.Charge)
	for _, c := range server.Charges() {
		if c.State != "Declined" && c.State != "Canceled" {
			taken[c.Reference] = append(taken[c.Reference], c)
		}
	}
	all, err := db.Orders(ctx, 1_000_000)
	if err != nil {
		tb.Fatal(err)
	}
	for _, o := range all {
		stored := sums.stored(ctx, tb, db, o)
		there := taken[o.Number]
		delete(taken, o.Number)
		for _, c := range there {
			if found, want := stored[c.ID], row(c.State, c.Amount, c.Captured, c.Refunded); found != want {
				tb.Errorf("order %s: charge %s is %q, and stored as %q", o.Number, c.ID, want, found)
			}
		}
		paid := o.Status == orders.StatusAuthorized || o.Status == orders.StatusPaid || o.Status == orders.StatusPending
		if len(there) != len(stored) || paid != (len(there) > 0) || o.Status == orders.StatusCompleting {
			tb.Errorf("order %s is %s: %d charges, %d stored", o.Number, o.Status, len(there), len(stored))
		}
		if o.Kind != orders.KindRecurring && len(there) > 1 {
			tb.Errorf("order %s is charged %d times", o.Number, len(there))
		}
		sums.Orders++
		if paid {
			sums.Paid++
		}
	}
	for reference, charges := range taken {
		tb.Errorf("%d charges for %q, which is not an order", len(charges), reference)
	}
	return sums
}

// stored returns the charges of an order that the shop has stored, as row describes them, and adds
// them to the sums.
func (sums *Audited) stored(ctx context.Context, tb testing.TB, db *data.DB, o *data.Order) map[string]string {
	tb.Helper()
	charges, err := db.Charges(ctx, o.Number)
	if err != nil {
		tb.Fatal(err)
	}
	stored, periods := make(map[string]string), make(map[int]bool)
	for _, c := range charges {
		if c.State == amazonpay.StateDeclined || c.State == amazonpay.StateCanceled {
			continue
		}
		stored[c.ChargeID] = row(string(c.State), c.Amount.String(), c.Captured.String(), c.Refunded.String())
		if periods[c.Period] {
			tb.Errorf("order %s: period %d is charged twice", o.Number, c.Period)
		}
		periods[c.Period] = true
		if c.Amount.String() != o.Total.String() {
			tb.Errorf("order %s: %s was charged instead of %s", o.Number, c.Amount, o.Total)
		}
		sums.Charged += minor(tb, c.Amount)
		sums.Captured += minor(tb, c.Captured)
		sums.Refunded += minor(tb, c.Refunded)
	}
	return stored
}

// row describes a charge. No amount is written as 0.
func row(state string, amounts ...string) string {
	for i, amount := range amounts {
		if amount == "" || strings.HasPrefix(amount, "0.00 ") || strings.HasPrefix(amount, "0 ") || amount == " " {
			amounts[i] = "0"
		}
	}
	return state + " " + strings.Join(amounts, " ")
}

func minor(tb testing.TB, p amazonpay.Price) int64 {
	tb.Helper()
	n, err := p.MinorUnits()
	if err != nil {
		tb.Fatal(err)
	}
	return n
}
