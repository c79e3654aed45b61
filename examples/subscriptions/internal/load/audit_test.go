//go:build linux

package load_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// money is what was agreed on with a buyer of a merchant.
type money struct {
	merchantID string
	amount     int64
	currency   string
}

// bill is a row of the table bills, as far as the audit looks at it.
type bill struct {
	money

	permissionID, period    string
	state, chargeID, reason string
	unsettled               bool
	calls, attempt          int
	declines                int
}

// books are what an audit compares: the tables and the charges of the emulators.
type books struct {
	subscriptions map[string]money // by permission
	bills         []bill
	charges       []emulator.Charge
}

// read reads the books while nothing changes them.
func readBooks(t *testing.T, pool *sql.DB, w *world.World) *books {
	t.Helper()
	b := &books{subscriptions: make(map[string]money)}
	require.NoError(t, each(t.Context(), pool, `SELECT permission_id, merchant_id, amount, currency FROM subscriptions`, func(rows *sql.Rows) error {
		var id string
		var m money
		err := rows.Scan(&id, &m.merchantID, &m.amount, &m.currency)
		b.subscriptions[id] = m
		return err
	}))
	require.NoError(t, each(t.Context(), pool, `SELECT permission_id, period, merchant_id, amount, currency, state, charge_id, reason, unsettled, calls, attempt, declines FROM bills`, func(rows *sql.Rows) error {
		var x bill
		err := rows.Scan(&x.permissionID, &x.period, &x.merchantID, &x.amount, &x.currency, &x.state, &x.chargeID, &x.reason, &x.unsettled, &x.calls, &x.attempt, &x.declines)
		b.bills = append(b.bills, x)
		return err
	}))
	for _, r := range w.Regions {
		b.charges = append(b.charges, r.Charges()...)
	}
	return b
}

func each(ctx context.Context, pool *sql.DB, query string, row func(*sql.Rows) error) (err error) {
	rows, err := pool.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sums are what an audit counts.
type sums struct {
	bills     map[string]int       // by state
	reasons   map[string]int       // of those that are not paid
	totals    map[string]int64     // that were charged, by currency, in its smallest unit
	merchants map[string]*[2]int64 // by merchant: what the tables say was charged, and what the emulator says
	charges   int                  // that the emulator has captured
	calls     int                  // that jobs began
	repeated  int                  // of these, under a key that was used before
	redone    int                  // bills that were paid after a decline
}

// audit returns everything in which the books disagree: each subscription must have one bill for
// the period; a paid bill one captured charge of its amount, the one that it names; any other bill
// none, and a reason; and no charge may be without its bill.
func (b *books) audit(period string) (*sums, []string) {
	s := &sums{bills: make(map[string]int), reasons: make(map[string]int), totals: make(map[string]int64), merchants: make(map[string]*[2]int64)}
	var wrong []string
	find := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	charged := make(map[string][]emulator.Charge)
	for _, c := range b.charges {
		switch c.State {
		case "Declined", "Canceled":
		case "Captured":
			charged[c.PermissionID] = append(charged[c.PermissionID], c)
			s.charges++
			amount, currency, err := minor(c.Captured)
			if err != nil {
				find("charge %s: %v", c.ID, err)
			}
			s.totals[currency] += amount
			s.of(c.MerchantID)[1] += amount
		default:
			find("charge %s is %s: nobody knows whether it will be paid", c.ID, c.State)
		}
	}
	billed := make(map[string]int)
	for _, x := range b.bills {
		s.count(x)
		if x.period != period {
			find("subscription %s has a bill for %s, which is not due", x.permissionID, x.period)
			continue
		}
		billed[x.permissionID]++
		if agreed := b.subscriptions[x.permissionID]; agreed != x.money {
			find("subscription %s has a bill of %v, and its agreement is %v", x.permissionID, x.money, agreed)
		}
		if x.state == string(data.BillPaid) {
			s.of(x.merchantID)[0] += x.amount
		}
		wrong = append(wrong, x.compare(charged[x.permissionID])...)
		delete(charged, x.permissionID)
	}
	for id := range b.subscriptions {
		if billed[id] != 1 {
			find("subscription %s has %d bills for %s", id, billed[id], period)
		}
	}
	for id, charges := range charged {
		find("permission %s has %d captured charges and no bill", id, len(charges))
	}
	for id, sum := range s.merchants {
		if sum[0] != sum[1] {
			find("merchant %s is owed %d by its paid bills, and %d was charged", id, sum[0], sum[1])
		}
	}
	if paid := s.bills[string(data.BillPaid)]; paid != s.charges {
		find("%d bills are paid, and %d charges captured", paid, s.charges)
	}
	return s, wrong
}

// compare returns how a bill differs from the charges that were captured for its permission.
func (x bill) compare(charges []emulator.Charge) (wrong []string) {
	find := func(format string, args ...any) {
		wrong = append(wrong, "bill of "+x.permissionID+" ("+x.state+"): "+fmt.Sprintf(format, args...))
	}
	if x.unsettled {
		find("it is not known whether it was charged")
	}
	switch data.BillState(x.state) {
	case data.BillPaid:
		if len(charges) != 1 {
			find("it was charged %d times", len(charges))
			return wrong
		}
		c := charges[0]
		amount, currency, _ := minor(c.Captured) // an error is reported with the charge
		if (money{c.MerchantID, amount, currency}) != x.money {
			find("%v is due, and %s of %s was charged", x.money, c.Captured, c.MerchantID)
		}
		if c.ID != x.chargeID || c.Reference != x.permissionID+"/"+x.period {
			find("its charge is %q, and %s with the reference %q was captured", x.chargeID, c.ID, c.Reference)
		}
		return wrong
	case data.BillRetry, data.BillRepair, data.BillUnpaid:
	case data.BillPlanned:
		if x.declines == 0 { // a later attempt may be about to begin
			find("nobody has charged it")
		}
	default: // pending, check
		find("it is neither paid nor declined")
	}
	if len(charges) > 0 {
		find("it was charged %d times", len(charges))
	}
	if x.reason == "" {
		find("it has no reason")
	}
	return wrong
}

func (s *sums) of(merchantID string) *[2]int64 {
	if s.merchants[merchantID] == nil {
		s.merchants[merchantID] = new([2]int64)
	}
	return s.merchants[merchantID]
}

func (s *sums) count(x bill) {
	s.bills[x.state]++
	keys := x.attempt
	if x.state == string(data.BillPaid) {
		keys++
		if x.declines > 0 {
			s.redone++
		}
	} else {
		s.reasons[x.reason]++
	}
	s.calls += x.calls
	s.repeated += max(0, x.calls-keys)
}

// String returns the sums as Markdown.
func (s *sums) String() string {
	var lines []string
	for state, n := range s.bills {
		lines = append(lines, fmt.Sprintf("| bills %s | %d |", state, n))
	}
	for reason, n := range s.reasons {
		lines = append(lines, fmt.Sprintf("| not paid: %s | %d |", reason, n))
	}
	for currency, total := range s.totals {
		lines = append(lines, fmt.Sprintf("| charged, in the smallest unit of %s | %d |", currency, total))
	}
	lines = append(lines, fmt.Sprintf("| charges captured at the emulators | %d |", s.charges), fmt.Sprintf("| paid after a decline | %d |", s.redone),
		fmt.Sprintf("| jobs that began to charge | %d |", s.calls), fmt.Sprintf("| of these repeated under the same key | %d |", s.repeated))
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// minor reads an amount of the emulator, such as 14.00 USD.
func minor(text string) (amount int64, currency string, err error) {
	number, currency, _ := strings.Cut(text, " ")
	price, err := amazonpay.ParsePrice(number, currency)
	if err == nil {
		amount, err = price.MinorUnits()
	}
	return amount, currency, err
}

// few returns the first of many lines.
func few(lines []string) string {
	const most = 20
	if len(lines) > most {
		return strings.Join(lines[:most], "\n") + fmt.Sprintf("\nand %d more", len(lines)-most)
	}
	return strings.Join(lines, "\n")
}

// The audit names each difference that is planted in books that agree.
func TestAudit(t *testing.T) {
	t.Parallel()
	for name, c := range planted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, scenery{address: sqliteFile(t), merchants: 3, subscriptions: 9})
			paid, declined := s.billByHand(t)
			_, wrong := readBooks(t, s.pool, s.world).audit(s.due.Period())
			require.Empty(t, wrong, "before")
			c.plant(t, s, paid, declined)
			_, wrong = readBooks(t, s.pool, s.world).audit(s.due.Period())
			about := paid
			if c.declined {
				about = declined
			}
			require.NotEmpty(t, wrong)
			named := slices.ContainsFunc(wrong, func(line string) bool {
				return strings.Contains(line, about.PermissionID) && strings.Contains(line, c.want)
			})
			require.True(t, named, "%q: %s", c.want, few(wrong))
		})
	}
}

// planted are the differences: what each changes about a paid bill or a declined one, and what the
// audit must say about it.
var planted = map[string]struct {
	declined bool
	plant    func(t *testing.T, s *scene, paid, declined *data.Bill)
	want     string
}{
	"a doubled charge": {plant: func(t *testing.T, s *scene, paid, _ *data.Bill) {
		t.Helper()
		again := *paid
		again.Attempt++
		_, err := s.charge(t, &again)
		require.NoError(t, err)
	}, want: "charged 2 times"},
	"a charge of a declined bill": {declined: true, plant: func(t *testing.T, s *scene, _, declined *data.Bill) {
		t.Helper()
		_, err := s.charge(t, declined)
		require.NoError(t, err)
	}, want: "charged 1 times"},
	"a missing bill": {plant: func(t *testing.T, s *scene, paid, _ *data.Bill) {
		t.Helper()
		s.exec(t, `DELETE FROM bills WHERE permission_id = $1`, paid.PermissionID)
	}, want: "has 0 bills"},
	"a charge without a bill": {plant: func(t *testing.T, s *scene, paid, _ *data.Bill) {
		t.Helper()
		s.exec(t, `DELETE FROM bills WHERE permission_id = $1`, paid.PermissionID)
	}, want: "1 captured charges and no bill"},
	"a bill too early": {plant: func(t *testing.T, s *scene, paid, _ *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET period = '2099-01' WHERE permission_id = $1`, paid.PermissionID)
	}, want: "2099-01, which is not due"},
	"a cent": {plant: func(t *testing.T, s *scene, paid, _ *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET amount = amount + 1 WHERE permission_id = $1`, paid.PermissionID)
	}, want: "is due, and"},
	"a cent in both tables": {plant: func(t *testing.T, s *scene, paid, _ *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET amount = amount - 1 WHERE permission_id = $1`, paid.PermissionID)
		s.exec(t, `UPDATE subscriptions SET amount = amount - 1 WHERE permission_id = $1`, paid.PermissionID)
	}, want: "is due, and"},
	"the charge of another bill": {plant: func(t *testing.T, s *scene, paid, _ *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET charge_id = 'C' WHERE permission_id = $1`, paid.PermissionID)
	}, want: `its charge is "C"`},
	"paid without a charge": {declined: true, plant: func(t *testing.T, s *scene, _, declined *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET state = 'paid' WHERE permission_id = $1`, declined.PermissionID)
	}, want: "charged 0 times"},
	"declined without a reason": {declined: true, plant: func(t *testing.T, s *scene, _, declined *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET reason = '' WHERE permission_id = $1`, declined.PermissionID)
	}, want: "no reason"},
	"unsettled": {declined: true, plant: func(t *testing.T, s *scene, _, declined *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET unsettled = TRUE WHERE permission_id = $1`, declined.PermissionID)
	}, want: "not known whether"},
	"nobody has charged it": {declined: true, plant: func(t *testing.T, s *scene, _, declined *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET state = 'planned', declines = 0 WHERE permission_id = $1`, declined.PermissionID)
	}, want: "nobody has charged it"},
	"cannot be read": {declined: true, plant: func(t *testing.T, s *scene, _, declined *data.Bill) {
		t.Helper()
		s.exec(t, `UPDATE bills SET state = 'check' WHERE permission_id = $1`, declined.PermissionID)
	}, want: "neither paid nor declined"},
	"pending at the emulator": {declined: true, plant: func(t *testing.T, s *scene, _, declined *data.Bill) {
		t.Helper()
		ids, err := s.world.Regions[0].Subscribe(t.Context(), s.db.Queries, declined.MerchantID, world.Plan{Amount: 500, Card: "0701", NextDue: s.due}, 1)
		require.NoError(t, err)
		other := *declined
		other.PermissionID, other.Amount = ids[0], 500
		declined.PermissionID = ids[0] // which the audit must name
		_, err = s.charge(t, &other)
		require.NoError(t, err)
	}, want: "nobody knows whether"},
}

// billByHand bills a scene of few subscriptions without any engine: the last of the first region is
// declined. It returns a paid bill and that one.
func (s *scene) billByHand(t *testing.T) (paid, declined *data.Bill) {
	t.Helper()
	var bills []*data.Bill
	for _, r := range s.world.Regions {
		for _, m := range r.Merchants {
			require.NoError(t, s.db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
				planned, err := q.PlanBills(t.Context(), m.MerchantID, s.due, 100)
				bills = append(bills, planned...)
				return err
			}))
		}
	}
	for i, b := range bills {
		if i == 1 {
			require.NoError(t, s.world.Regions[0].FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: "SoftDeclined"}))
		}
		charge, err := s.charge(t, b)
		if i == 1 {
			b.State, b.Reason, b.Declines, b.Attempt = data.BillRetry, amazonpay.Advise(err).ReasonCode, 1, 1
		} else {
			require.NoError(t, err)
			b.State, b.ChargeID = data.BillPaid, charge.ChargeID
		}
		stored := *b
		require.NoError(t, s.db.SaveBill(t.Context(), &stored))
	}
	return bills[0], bills[1]
}
