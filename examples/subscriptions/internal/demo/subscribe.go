package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// fate is what becomes of a buyer until the bill is due.
type fate int

const (
	fateGood    fate = iota
	fatePending      // the card's charges are decided later: paid
	fateBad          // the same, but declined until the buyer changes the card
	fateExpired      // the card expires the day before
	fateClosed       // the buyer closes the charge permission the day before
	fateRefund       // the merchant refunds a half, days later
	fates
)

// cards are the emulator's test cards of the fates.
var cards = [fates]string{fatePending: "0701", fateBad: "4354"}

// draw returns a fate: most are good.
func (m *Month) draw() fate {
	switch x := m.random.Float64(); {
	case x < 0.04:
		return fatePending
	case x < 0.06:
		return fateBad
	case x < 0.07:
		return fateExpired
	case x < 0.08:
		return fateClosed
	case x < 0.09:
		return fateRefund
	}
	return fateGood
}

// subscribe stores the merchants, and makes buyers subscribe to them.
func (m *Month) subscribe(ctx context.Context) error {
	p, err := provider.Open(provider.Config{Accounts: m.World.Accounts, DB: m.DB, Logger: slog.New(slog.DiscardHandler)}) // it makes no call
	if err != nil {
		return err
	}
	if err := m.World.AddMerchants(ctx, p); err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) error {
		for i, size := range sizes(m.Subscriptions, Merchants) {
			region := m.World.Regions[i%len(m.World.Regions)]
			if err := m.fill(ctx, q, region, region.Merchants[i/len(m.World.Regions)].MerchantID, price(region.Currency, i), size); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill makes so many buyers subscribe to a merchant, due on all days, and plans what becomes of
// them.
func (m *Month) fill(ctx context.Context, q data.Queries, region *world.Region, merchantID string, amount int64, subscriptions int) error {
	var buyers [lastDue][fates]int
	for range subscriptions {
		buyers[m.random.IntN(lastDue)][m.draw()]++
	}
	for day, some := range buyers {
		due := First + data.Date(day)
		for f, n := range some {
			if n == 0 {
				continue
			}
			ids, err := region.Subscribe(ctx, q, merchantID, world.Plan{Amount: amount, Card: cards[f], NextDue: due}, n)
			if err != nil {
				return fmt.Errorf("demo: merchant %s: %w", merchantID, err)
			}
			for _, id := range ids {
				m.homes[id] = region
				m.decide(id, region, fate(f), due)
			}
		}
	}
	return nil
}

// decide plans what a buyer does before the bill is due.
func (m *Month) decide(permissionID string, region *world.Region, f fate, due data.Date) {
	switch f {
	case fateExpired:
		m.at(due-1, func(context.Context) error { return region.SuspendPermission(permissionID, "PaymentMethodExpired") })
	case fateClosed:
		m.at(due-1, func(context.Context) error { return region.ClosePermission(permissionID, "BuyerClosed") })
	case fateGood, fatePending, fateBad, fates: // nothing but what the card does
	case fateRefund:
		m.at(due+3, func(ctx context.Context) error { return m.refund(ctx, permissionID) })
	}
}

// refund refunds a half of a paid bill.
func (m *Month) refund(ctx context.Context, permissionID string) error {
	bill, err := m.DB.Bill(ctx, permissionID, First.Period())
	if errors.Is(err, data.ErrNone) || err == nil && bill.State != data.BillPaid {
		return nil // there is nothing to refund
	}
	if err != nil {
		return err
	}
	return m.engine.Refund(ctx, permissionID, bill.Period, bill.Amount/2, "month/"+permissionID)
}

// at plans an event for a date.
func (m *Month) at(date data.Date, e event) { m.events[date] = append(m.events[date], e) }

// price is what a merchant's subscription costs a month.
func price(currency amazonpay.CurrencyCode, merchant int) int64 {
	if currency == amazonpay.JPY {
		return []int64{500, 980, 1480, 2980}[merchant%4]
	}
	return []int64{499, 999, 1499, 2999}[merchant%4]
}

// sizes shares subscriptions between merchants: the largest has twice as many as the second, three
// times as many as the third, and so on. Each has at least one.
func sizes(subscriptions, merchants int) []int {
	var harmonic float64
	for i := range merchants {
		harmonic += 1 / float64(i+1)
	}
	shares := make([]int, merchants)
	left := subscriptions
	for i := merchants - 1; i > 0; i-- {
		shares[i] = max(1, int(float64(subscriptions)/harmonic/float64(i+1)))
		left -= shares[i]
	}
	shares[0] = left
	return shares
}
