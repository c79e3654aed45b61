package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Checked is how many charges agree with their bills.
type Checked struct{ Charges, Refunds int }

// Check compares the bills of the month with the emulators: each paid bill has one captured charge
// over its amount, each refund is refunded, and nothing else is captured. It returns an error that
// names the first few that differ.
func (m *Month) Check(ctx context.Context) (checked Checked, err error) {
	var wrong []error
	note := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	seen := make(map[string]bool) // references
	for _, region := range m.World.Regions {
		for _, charge := range region.Charges() {
			if charge.Captured == "" {
				continue
			}
			if seen[charge.Reference] {
				note("%s is charged twice", charge.Reference)
			}
			seen[charge.Reference] = true
			period, ours := strings.CutPrefix(charge.Reference, charge.PermissionID+"/")
			bill, err := m.DB.Bill(ctx, charge.PermissionID, First.Period())
			switch {
			case ours && period > First.Period():
				continue // the next month may have begun
			case errors.Is(err, data.ErrNone), err == nil && bill.Reference() != charge.Reference:
				note("%s is captured as %q, and there is no such bill", charge.ID, charge.Reference)
				continue
			case err != nil:
				return checked, err
			}
			if difference := compare(charge, bill); difference != nil {
				wrong = append(wrong, difference)
			}
			checked.Charges++
			if charge.Refunded != "" {
				checked.Refunds++
			}
		}
	}
	outcomes, err := m.outcomes(ctx)
	if err != nil {
		return checked, err
	}
	paid, bills := 0, 0
	for _, o := range outcomes {
		bills += o.Bills
		if o.State == data.BillPaid {
			paid += o.Bills
		}
	}
	if paid != checked.Charges {
		note("%d bills are paid, and %d charges captured", paid, checked.Charges)
	}
	due, closed, err := m.unbilled(ctx)
	if err != nil {
		return checked, err
	}
	if due > 0 || bills+closed != m.Subscriptions {
		note("%d subscriptions have %d bills, %d were closed before, and %d have none", m.Subscriptions, bills, closed, due)
	}
	const most = 5
	if len(wrong) > most {
		wrong = append(wrong[:most], fmt.Errorf("and %d more", len(wrong)-most))
	}
	return checked, errors.Join(wrong...)
}

// compare returns how a captured charge differs from its bill, or nil.
func compare(charge emulator.Charge, bill *data.Bill) error {
	price, err := bill.Price()
	if err != nil {
		return err
	}
	refunded := ""
	if bill.Refunded > 0 {
		refund, err := amazonpay.NewPrice(bill.Refunded, bill.Currency)
		if err != nil {
			return err
		}
		refunded = text(refund)
	}
	switch {
	case bill.State != data.BillPaid:
		return fmt.Errorf("%s is charged, and its bill is %s", charge.Reference, bill.State)
	case bill.ChargeID != charge.ID:
		return fmt.Errorf("%s is charged with %s, and its bill says %s", charge.Reference, charge.ID, bill.ChargeID)
	case charge.Captured != text(price):
		return fmt.Errorf("%s: captured are %s, and the bill is %s", charge.Reference, charge.Captured, text(price))
	case charge.Refunded != refunded:
		return fmt.Errorf("%s: refunded are %q, and by the bill %q", charge.Reference, charge.Refunded, refunded)
	}
	return nil
}

// text returns a price as the emulators write it.
func text(p amazonpay.Price) string { return fmt.Sprintf("%s %s", p.Amount, p.CurrencyCode) }
