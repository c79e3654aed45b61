package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	c, r := charge, refund
	for _, test := range []struct {
		name   string
		ledger []string
		report []string
		o      reconcile.Options
		want   []string
	}{
		{"a cent", []string{c(1) + ",5.01,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"amountDiffers " + c(1) + " 5.01@2 5.00@4"}},
		{"a currency", []string{c(1) + ",5.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "USD")}, reconcile.Options{}, []string{"currencyDiffers " + c(1) + " 5.00@2 5.00@4"}},
		{"a sign", []string{c(1) + ",-5.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"amountDiffers " + c(1) + " -5.00@2 5.00@4"}},
		{"only in one", []string{c(1) + ",5.00,EUR,"}, []string{line("Capture", c(2), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"reportOnly " + c(2) + " - 5.00@4", "ledgerOnly " + c(1) + " 5.00@2 -"}},
		{"twice in the ledger", []string{c(1) + ",5.00,EUR,", c(1) + ",5.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"ledgerDuplicate " + c(1) + " 5.00@3 -"}},
		{"twice in the report", []string{c(1) + ",5.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR"), line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"reportDuplicate " + c(1) + " - 5.00@5"}},
		{"twice, once with another amount", []string{c(1) + ",4.00,EUR,", c(1) + ",5.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"ledgerDuplicate " + c(1) + " 4.00@2 -"}},
		{"twice in both", []string{c(1) + ",5.00,EUR,", c(1) + ",4.00,EUR,"}, []string{line("Capture", c(1), "", "", "4.00", "EUR"), line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, nil},
		{"twice in the ledger alone", []string{c(1) + ",5.00,EUR,", c(1) + ",4.00,EUR,"}, nil, reconcile.Options{}, []string{"ledgerDuplicate " + c(1) + " 4.00@3 -", "ledgerOnly " + c(1) + " 5.00@2 -"}},
		{"twice in the ledger, before the report has it", []string{c(1) + ",5.00,EUR,", c(1) + ",5.00,EUR,"}, []string{line("Transfer", "", "", "", "-9.00", "EUR"), line("Transfer", "", "", "", "-9.00", "EUR"), line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"ledgerDuplicate " + c(1) + " 5.00@3 -"}},
		{"a refund and a charge of another amount", []string{c(1) + ",-2.00,EUR,", c(1) + ",5.00,EUR,"}, []string{line("Capture", c(1), "", "", "6.00", "EUR")}, reconcile.Options{}, []string{"amountDiffers " + c(1) + " 5.00@3 6.00@4", "ledgerOnly " + c(1) + " -2.00@2 -"}},
		{"an order in another currency", []string{"17,5.00,EUR,"}, []string{line("Capture", c(1), "", "17", "5.00", "USD")}, reconcile.Options{Match: "order"}, []string{"currencyDiffers 17 5.00@2 5.00@4"}},
		{"a refund under the charge", []string{c(1) + ",5.00,EUR,", c(1) + ",-2.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, []string{"ledgerOnly " + c(1) + " -2.00@3 -"}},
		{"after the reports", []string{c(1) + ",5.00,EUR,2026-09-20"}, nil, reconcile.Options{}, []string{"notSettledYet " + c(1) + " 5.00@2 -"}},
		{"in the grace", []string{c(1) + ",5.00,EUR,2026-09-17T12:00:00Z"}, nil, reconcile.Options{}, []string{"notSettledYet " + c(1) + " 5.00@2 -"}},
		{"before the grace", []string{c(1) + ",5.00,EUR,2026-09-17T06:00:00Z"}, nil, reconcile.Options{}, []string{"ledgerOnly " + c(1) + " 5.00@2 -"}},
		{"before the reports", []string{c(1) + ",5.00,EUR,2026-09-01"}, nil, reconcile.Options{}, []string{"beforeReports " + c(1) + " 5.00@2 -"}},
		{"references", []string{"a,5.00,EUR,", "b,6.00,EUR,"}, []string{line("Capture", c(1), "a", "", "5.00", "EUR"), line("Capture", c(2), "b", "", "6.00", "EUR")}, reconcile.Options{Match: "reference"}, nil},
		{"a refund without a reference", []string{"a,5.00,EUR,", r(1) + ",-1.00,EUR,"}, []string{line("Capture", c(1), "a", "", "5.00", "EUR"), line("Refund", r(1), "", "", "-1.00", "EUR")}, reconcile.Options{Match: "reference"}, nil},
		{"an order in parts", []string{"17,15.00,EUR,"}, []string{line("Capture", c(1), "", "17", "10.00", "EUR"), line("Capture", c(2), "", "17", "5.00", "EUR")}, reconcile.Options{Match: "order"}, nil},
		{"an order in parts, a cent less", []string{"17,15.00,EUR,"}, []string{line("Capture", c(1), "", "17", "10.00", "EUR"), line("Capture", c(2), "", "17", "4.99", "EUR")}, reconcile.Options{Match: "order"}, []string{"amountDiffers 17 15.00@2 14.99@4"}},
		{"an order less its refund", []string{"17,15.00,EUR,"}, []string{line("Capture", c(1), "", "17", "20.00", "EUR"), line("Refund", r(2), "", "17", "-5.00", "EUR")}, reconcile.Options{Match: "order"}, nil},
		{"an order in equal parts is no duplicate of parts", []string{"17,5.00,EUR,", "17,5.00,EUR,"}, []string{line("Capture", c(1), "", "17", "5.00", "EUR")}, reconcile.Options{Match: "order"}, []string{"ledgerDuplicate 17 5.00@3 -"}},
		{"a refund that only the ledger has", []string{"17,5.00,EUR,", "17,-1.00,EUR,"}, []string{line("Capture", c(1), "", "17", "5.00", "EUR")}, reconcile.Options{Match: "order"}, []string{"ledgerOnly 17 -1.00@3 -"}},
		{"permissions", []string{c(1)[:19] + ",5.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR")}, reconcile.Options{}, nil},
		{"a chargeback", []string{c(1) + ",5.00,EUR,"}, []string{line("Capture", c(1), "", "", "5.00", "EUR"), line("Chargeback", "D1", "", "", "-5.00", "EUR")}, reconcile.Options{}, []string{"reportOnly D1 - -5.00@5"}},
		{"what no ledger has", nil, []string{line("Transfer", "", "", "", "-9.00", "EUR"), line("Reserve", "", "", "", "3.00", "EUR"), line("Carryover", "", "", "", "3.00", "EUR"), line("Authorization", c(1), "", "", "3.00", "EUR")}, reconcile.Options{}, nil},
		{"adjustments without an id", nil, []string{line("Adjustment", "", "", "", "-9.00", "EUR"), line("Adjustment", "", "", "", "-9.00", "EUR")}, reconcile.Options{}, []string{"reportOnly  - -9.00@4", "reportOnly  - -9.00@5"}},
	} {
		ledger := "id,amount,currency,date\n" + strings.Join(append(test.ledger, ""), "\n")
		test.o.ID = "id"
		if len(test.ledger) == 0 {
			test.o.Match = reconcile.MatchTransaction
		}
		got := compare(t, ledger, test.o, settled(test.report...))
		assert.Equal(t, test.want, brief(got), test.name)
		differs := slices.ContainsFunc(test.want, func(f string) bool { return !strings.HasPrefix(f, "notSettled") && !strings.HasPrefix(f, "before") })
		assert.Equal(t, differs, got.Differs(), test.name)
	}
}

func TestTotals(t *testing.T) {
	t.Parallel()
	withFee := strings.Replace(line("Capture", charge(1), "", "", "5.00", "EUR"), "0,0,0,5.00", "-0.10,-0.30,-0.40,4.60", 1)
	got := compare(t, "charge_id,amount,currency,date\n"+charge(1)+",5.00,EUR,\n"+charge(2)+",1080,JPY,\n"+charge(3)+",7.00,EUR,2026-10-01\n", reconcile.Options{},
		settled(withFee, line("Capture", charge(2), "", "", "1081", "JPY"), line("Transfer", "", "", "", "-4.60", "EUR")))
	assert.Equal(t, []reconcile.Total{
		{Currency: "EUR", LedgerRows: 2, Ledger: "12.00", ReportRows: 1, Report: "5.00", Difference: "-7.00", NotCovered: "7.00", Fees: "-0.40", Net: "4.60", Transfers: "-4.60"},
		{Currency: "JPY", LedgerRows: 1, Ledger: "1080", ReportRows: 1, Report: "1081", Difference: "1", NotCovered: "0", Fees: "0", Net: "1081", Transfers: "0"},
	}, got.Totals)
	assert.Equal(t, 1, got.Matched)

	wrong := strings.Replace(withFee, ",4.60\n", ",4.61\n", 1)
	got = compare(t, "charge_id,amount,currency\n"+charge(1)+",5.00,EUR\n", reconcile.Options{}, settled(wrong))
	assert.Equal(t, []string{"rowDoesNotAddUp " + charge(1) + " - 5.00@4"}, brief(got))
	assert.True(t, got.Differs())
	assert.Equal(t, "the amount and the fee come to 4.60, but the net amount is 4.61", got.Findings[0].Note)
}

// Reports of periods that overlap have the same rows. Nothing was paid twice. Equal rows in one
// report are two.
func TestReportsThatOverlap(t *testing.T) {
	t.Parallel()
	one, two := line("Capture", charge(1), "", "", "5.00", "EUR"), line("Capture", charge(2), "", "", "6.00", "EUR")
	ledger := "charge_id,amount,currency\n" + charge(1) + ",5.00,EUR\n" + charge(2) + ",6.00,EUR\n"
	got := compare(t, ledger, reconcile.Options{}, settled(one), settled(one, two), settled(two))
	assert.Empty(t, brief(got))
	assert.Equal(t, []int{0, 1, 1}, []int{got.Reports[0].Repeated, got.Reports[1].Repeated, got.Reports[2].Repeated})
	got = compare(t, ledger, reconcile.Options{}, settled(one), settled(two, two))
	assert.Equal(t, []string{"reportDuplicate " + charge(2) + " - 6.00@5"}, brief(got))
}

func TestGapsBetweenReports(t *testing.T) {
	t.Parallel()
	later := text("later.csv", "SettlementStartDate,2026-09-25T00:00:00 -0700\nSettlementEndDate,2026-10-02T00:00:00 -0700\n"+reportColumns)
	got := compare(t, "charge_id,amount,currency,date\n"+charge(1)+",1.00,EUR,2026-09-20\n", reconcile.Options{}, later, settled())
	require.Len(t, got.Gaps, 1)
	assert.Equal(t, "2026-09-18 07:00", got.Gaps[0].From.UTC().Format("2006-01-02 15:04"))
	assert.Equal(t, "2026-09-25 07:00", got.Gaps[0].Until.UTC().Format("2006-01-02 15:04"))
	assert.Equal(t, []string{"ledgerOnly " + charge(1) + " 1.00@2 -"}, brief(got))
}

func TestBrokenReports(t *testing.T) {
	t.Parallel()
	good := line("Capture", charge(1), "", "", "5.00", "EUR")
	for _, test := range []struct{ report, want string }{
		{"a,b,c\n1,2,3\n", "r.csv: line 1: the document is not a settlement report: its header lacks TransactionPostedDate, TransactionType, TransactionAmount, TotalTransactionFee, NetTransactionAmount"},
		{reportColumns + strings.TrimSuffix(good, "\n"), "r.csv: line 2: the last row has no line end, so it may be truncated: if the document is complete, pass AllowUnterminated"},
		{reportColumns + strings.Replace(good, ",EUR,", ",,", 1), "r.csv: line 2: the row has an amount, but no currency"},
		{reportColumns + strings.Replace(good, "5.00", "5.00001", 1), "r.csv: line 2: TransactionAmount has more decimals than its currency"},
	} {
		_, err := reconcile.Reconcile(t.Context(), text("ledger.csv", "charge_id,amount,currency\n"), []reconcile.Source{text("r.csv", test.report)}, reconcile.Options{})
		assert.EqualError(t, err, test.want)
	}
}

func TestReconcileEndsWithTheContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err := reconcile.Reconcile(ctx, text("ledger.csv", "charge_id,amount,currency\n"), []reconcile.Source{settled()}, reconcile.Options{})
	assert.ErrorIs(t, err, cause)
}

// payment is a row of a generated ledger, in minor units.
type payment struct {
	id       string
	minor    int64
	currency string
}

func (p payment) amount() string {
	minor, sign := p.minor, ""
	if minor < 0 {
		minor, sign = -minor, "-"
	}
	if p.currency == "JPY" {
		return fmt.Sprintf("%s%d", sign, minor)
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func generate(random *rand.Rand, n int) (all []payment) {
	for i := range n {
		p := payment{charge(i), 1 + random.Int64N(500_00), []string{"EUR", "USD", "JPY"}[random.IntN(3)]}
		if random.IntN(4) == 0 {
			p.id, p.minor = refund(i), -p.minor
		}
		all = append(all, p)
	}
	return all
}

func ledgerOf(all []payment) string {
	var b strings.Builder
	b.WriteString("charge_id,amount,currency\n")
	for _, p := range all {
		fmt.Fprintf(&b, "%s,%s,%s\n", p.id, p.amount(), p.currency)
	}
	return b.String()
}

func reportOf(all []payment) reconcile.Source {
	var lines []string
	for _, p := range all {
		kind := "Capture"
		if p.minor < 0 {
			kind = "Refund"
		}
		lines = append(lines, line(kind, p.id, "", "", p.amount(), p.currency))
	}
	return settled(lines...)
}

// One change to a ledger that agrees is found exactly: the finding names its id and its line, and
// the totals differ by it. All rows are tried, in any order of both sides.
func TestEachChangeIsFound(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	all := generate(random, 60)
	reported := slices.Clone(all)
	random.Shuffle(len(reported), func(i, j int) { reported[i], reported[j] = reported[j], reported[i] })
	report := reportOf(reported)
	assert.Empty(t, brief(compare(t, ledgerOf(all), reconcile.Options{}, report)))
	other := map[string]string{"EUR": "USD", "USD": "EUR", "JPY": "EUR"}
	for i, p := range all {
		lineOf := func(in []payment, id string, nth int) int {
			for at, each := range in {
				if each.id == id {
					if nth--; nth < 0 {
						return at + 2
					}
				}
			}
			return 0
		}
		at := lineOf(reported, p.id, 0) + 2 // the report has two lines before the header
		for _, cents := range []int64{1, -1} {
			changed := slices.Clone(all)
			changed[i].minor += cents
			got := compare(t, ledgerOf(changed), reconcile.Options{}, report)
			if changed[i].minor == 0 {
				continue // a row of nothing
			}
			assert.Equal(t, []string{fmt.Sprintf("amountDiffers %s %s@%d %s@%d", p.id, changed[i].amount(), i+2, p.amount(), at)}, brief(got))
			assert.Equal(t, payment{"", -cents, p.currency}.amount(), got.Findings[0].Difference)
			for _, total := range got.Totals {
				want := payment{"", 0, total.Currency}
				if total.Currency == p.currency {
					want.minor = -cents
				}
				assert.Equal(t, want.amount(), total.Difference)
			}
		}
		got := compare(t, ledgerOf(slices.Delete(slices.Clone(all), i, i+1)), reconcile.Options{}, report)
		assert.Equal(t, []string{fmt.Sprintf("reportOnly %s - %s@%d", p.id, p.amount(), at)}, brief(got))
		got = compare(t, ledgerOf(append(slices.Clone(all), p)), reconcile.Options{}, report)
		assert.Equal(t, []string{fmt.Sprintf("ledgerDuplicate %s %s@%d -", p.id, p.amount(), len(all)+2)}, brief(got))
		got = compare(t, ledgerOf(all), reconcile.Options{}, reportOf(append(slices.Clone(reported), p)))
		assert.Equal(t, []string{fmt.Sprintf("reportDuplicate %s - %s@%d", p.id, p.amount(), len(all)+4)}, brief(got))
		got = compare(t, ledgerOf(all), reconcile.Options{}, reportOf(slices.DeleteFunc(slices.Clone(reported), func(r payment) bool { return r.id == p.id })))
		assert.Equal(t, []string{fmt.Sprintf("ledgerOnly %s %s@%d -", p.id, p.amount(), i+2)}, brief(got))
		changed := slices.Clone(all)
		changed[i].currency = other[p.currency]
		got = compare(t, ledgerOf(changed), reconcile.Options{}, report)
		assert.Equal(t, []string{fmt.Sprintf("currencyDiffers %s %s@%d %s@%d", p.id, changed[i].amount(), i+2, p.amount(), at)}, brief(got))
		changed = slices.Clone(all)
		changed[i].id = charge(900)
		got = compare(t, ledgerOf(changed), reconcile.Options{}, report)
		assert.Equal(t, []string{fmt.Sprintf("reportOnly %s - %s@%d", p.id, p.amount(), at), fmt.Sprintf("ledgerOnly %s %s@%d -", charge(900), p.amount(), i+2)}, brief(got))
	}
}

// Whatever differs: the differences of the findings come to the difference of the totals, and the
// order of the rows does not matter.
func TestFindingsExplainTheTotals(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 7))
		all := generate(random, 30)
		mutate := func(of []payment) []payment {
			of = slices.Clone(of)
			for range random.IntN(12) {
				i := random.IntN(len(of))
				switch random.IntN(5) {
				case 0:
					of[i].minor += 1 + random.Int64N(3)
				case 1:
					of = slices.Delete(of, i, i+1)
				case 2:
					of = append(of, of[i])
				case 3:
					of[i].currency = "GBP"
				case 4:
					of[i].id = charge(random.IntN(30))
				}
			}
			return of
		}
		ledger, report := mutate(all), mutate(all)
		for _, match := range []reconcile.Match{reconcile.MatchTransaction, reconcile.MatchPermission} {
			got := compare(t, ledgerOf(ledger), reconcile.Options{Match: match}, reportOf(report))
			explained := map[string]int64{}
			for _, f := range got.Findings {
				for side, sign := range map[*reconcile.Side]int64{f.Ledger: -1, f.Report: 1} {
					if side != nil {
						explained[side.Currency] += sign * minor(t, side.Amount)
					}
				}
			}
			for _, total := range got.Totals {
				require.Equal(t, minor(t, total.Difference), explained[total.Currency], "seed %d, %s: %v", seed, match, brief(got))
			}
			random.Shuffle(len(ledger), func(i, j int) { ledger[i], ledger[j] = ledger[j], ledger[i] })
			random.Shuffle(len(report), func(i, j int) { report[i], report[j] = report[j], report[i] })
			again := compare(t, ledgerOf(ledger), reconcile.Options{Match: match}, reportOf(report))
			require.Equal(t, got.Totals, again.Totals)
			require.Equal(t, got.Matched, again.Matched)
			require.Len(t, again.Findings, len(got.Findings))
		}
	}
}

func minor(t *testing.T, amount string) int64 {
	t.Helper()
	n, err := reconcile.ParsePlain(amount)
	require.NoError(t, err)
	return n
}

// rows is a file of n generated lines, which are made while it is read.
func rows(name, head string, n int, row func(i int) string) reconcile.Source {
	return reconcile.Source{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(&generated{made: *bytes.NewBufferString(head), n: n, row: row}), nil
	}}
}

type generated struct {
	made bytes.Buffer
	i, n int
	row  func(i int) string
}

func (g *generated) Read(b []byte) (int, error) {
	for g.made.Len() < len(b) && g.i < g.n {
		g.made.WriteString(g.row(g.i))
		g.i++
	}
	return g.made.Read(b)
}

// BenchmarkReconcile compares a million lines that are in about the same order.
func BenchmarkReconcile(b *testing.B) {
	const n = 1_000_000
	ledger := rows("ledger.csv", "charge_id,amount,currency\n", n, func(i int) string { return fmt.Sprintf("%s,%d.%02d,EUR\n", charge(i), i%500, i%100) })
	report := rows("report.csv", reportColumns, n, func(i int) string {
		i ^= 1 // pairs are swapped
		return line("Capture", charge(i), "", "", fmt.Sprintf("%d.%02d", i%500, i%100), "EUR")
	})
	b.ReportAllocs()
	for b.Loop() {
		r, err := reconcile.Reconcile(b.Context(), ledger, []reconcile.Source{report}, reconcile.Options{})
		if err != nil || r.Differs() || r.Matched != n {
			b.Fatal(r, err)
		}
	}
}
