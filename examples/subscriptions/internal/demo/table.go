package demo

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// currencies are the columns.
var currencies = []amazonpay.CurrencyCode{amazonpay.USD, amazonpay.EUR, amazonpay.JPY}

// row is a row of the table: so many bills, or refunds, and how much money.
type row struct {
	bills int
	money map[amazonpay.CurrencyCode]int64
}

func (r *row) add(bills int, currency amazonpay.CurrencyCode, amount int64) {
	if r.money == nil {
		r.money = make(map[amazonpay.CurrencyCode]int64)
	}
	r.bills += bills
	r.money[currency] += amount
}

// rowOf names the row of an outcome, with a number by which rows are sorted.
func rowOf(o Outcome) string {
	switch o.State {
	case data.BillPaid:
		switch {
		case o.Repair:
			return "1paid after the buyer's repair"
		case o.Declined:
			return "1paid after another attempt"
		}
		return "0paid at once"
	case data.BillUnpaid:
		return "2unpaid: " + string(o.Reason)
	case data.BillRepair:
		return "3waits for the buyer's repair"
	case data.BillRetry:
		return "3waits for another attempt"
	case data.BillCheck:
		return "4to be checked"
	default:
		return "4" + string(o.State)
	}
}

// Table writes what happened to the bills, and which calls it took.
func (m *Month) Table(ctx context.Context, w io.Writer) error {
	outcomes, err := m.outcomes(ctx)
	if err != nil {
		return err
	}
	differences, err := m.DB.Differences(ctx, "", mostDifferences)
	if err != nil {
		return err
	}
	_, closed, err := m.unbilled(ctx)
	if err != nil {
		return err
	}
	calls := m.Calls.Counts()
	rows := make(map[string]*row)
	var refunded row
	for _, o := range outcomes {
		name := rowOf(o)
		if rows[name] == nil {
			rows[name] = new(row)
		}
		rows[name].add(o.Bills, o.Currency, o.Amount)
		refunded.add(0, o.Currency, o.Refunded)
	}
	var b strings.Builder
	line := func(name string, bills string, cells ...string) {
		fmt.Fprintf(&b, "  %-30s %8s", name, bills)
		for _, cell := range cells {
			fmt.Fprintf(&b, " %12s", cell)
		}
		b.WriteString("\n")
	}
	amounts := func(r row) []string {
		cells := make([]string, len(currencies))
		for i, c := range currencies {
			cells[i] = money(r.money[c], c)
		}
		return cells
	}
	line(First.Time().Format("January 2006"), "bills", "USD", "EUR", "JPY")
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		line(name[1:], humanize.Comma(int64(rows[name].bills)), amounts(*rows[name])...)
	}
	line("closed before the bill", humanize.Comma(int64(closed)))
	line("refunded", "", amounts(refunded)...)
	b.WriteString("\n")
	line("calls to Amazon Pay", "calls", "429", "failed")
	for _, operation := range slices.Sorted(maps.Keys(calls)) {
		n := calls[operation]
		line(operation, humanize.Comma(int64(n.Calls)), humanize.Comma(int64(n.Throttled)), humanize.Comma(int64(n.Failed)))
	}
	fmt.Fprintf(&b, "\n  %d merchants share %d tokens. The settlement reports have %d differences.\n",
		Merchants, calls["GetAuthorizationToken"].Calls, len(differences))
	_, err = io.WriteString(w, b.String())
	return err
}

// mostDifferences is how many are counted.
const mostDifferences = 1000

// money returns an amount for people, such as 1,234.50.
func money(amount int64, currency amazonpay.CurrencyCode) string {
	if amount == 0 {
		return "0"
	}
	price, err := amazonpay.NewPrice(amount, currency)
	if err != nil {
		return err.Error()
	}
	whole, fraction, found := strings.Cut(string(price.Amount), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		whole += "." + fraction
	}
	return whole
}
