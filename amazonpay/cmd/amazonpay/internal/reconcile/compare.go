package reconcile

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"time"
)

// Reconcile compares a ledger with settlement reports. The ledger is opened twice: first to learn
// how it is written.
//
// It returns an [*Error] for a file that cannot be read exactly; several joined, for the rows of
// the ledger. Then nothing was compared. A difference is no error.
func Reconcile(ctx context.Context, from Source, reports []Source, o Options) (*Result, error) {
	if len(reports) == 0 {
		return nil, errors.New("there is no settlement report to compare with")
	}
	l, err := openLedger(from, o)
	if err != nil {
		return nil, err
	}
	s := &settlements{sources: reports, match: l.match, seen: make(map[fingerprint]int), hasher: newHasher()}
	c := &comparison{
		open: make(map[key]*waiting), closed: make(map[fingerprint]struct{}), sums: make(map[string]*sums), hasher: s.hasher,
		ledger: from.Name, reports: reports, match: l.match, grace: cmp.Or(o.Grace, 24*time.Hour),
	}
	if err := c.readBoth(ctx, l.rows(), s.rows()); err != nil {
		return nil, err
	}
	return c.result(l, s.files), nil
}

// readBoth takes a row of each side in turn. Both are usually in the order of time, so that a row
// does not wait long for its counterpart.
func (c *comparison) readBoth(ctx context.Context, ledgers iter.Seq2[row, error], reports iter.Seq2[settlement, error]) error {
	nextLedger, stopLedger := iter.Pull2(ledgers)
	defer stopLedger()
	nextReport, stopReport := iter.Pull2(reports)
	defer stopReport()
	for n, moreLedger, moreReport := 0, true, true; moreLedger || moreReport; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if moreLedger {
			var r row
			var err error
			if r, err, moreLedger = nextLedger(); err != nil {
				return err
			}
			if moreLedger {
				c.addLedger(r)
			}
		}
		if moreReport {
			var s settlement
			var err error
			if s, err, moreReport = nextReport(); err != nil {
				return err
			}
			if moreReport {
				c.addReport(s)
			}
		}
	}
	return nil
}

// side is a side of the comparison.
type side int8

const (
	ofLedger side = iota
	ofReport
)

// key is what two rows that agree have in common.
type key struct {
	id, currency string
	amount       int64
}

// waiting are the rows with a key that have no counterpart yet. They are of one side: those of the
// other would be their counterparts.
type waiting struct {
	side side
	rows []row // the earliest first
}

// sums are the sums of a currency.
type sums struct {
	ledgerRows, reportRows                      int
	ledger, report, notCovered, fees, transfers tally
}

type comparison struct {
	open     map[key]*waiting
	closed   map[fingerprint]struct{} // payments that have agreed
	sums     map[string]*sums
	hasher   hasher
	matched  int // rows of the ledger
	findings []Finding

	ledger  string
	reports []Source
	match   Match
	grace   time.Duration
}

func (c *comparison) sumsOf(currency string) *sums {
	s := c.sums[currency]
	if s == nil {
		s = new(sums)
		c.sums[currency] = s
	}
	return s
}

func (c *comparison) addLedger(r row) {
	s := c.sumsOf(r.currency)
	s.ledgerRows++
	s.ledger.add(r.amount)
	c.add(ofLedger, r)
}

func (c *comparison) addReport(r settlement) {
	if r.currency == "" { // without an amount
		return
	}
	s := c.sumsOf(r.currency)
	s.fees.add(r.fee)
	if r.amount+r.fee != r.net {
		f := c.finding(StatusRow, nil, []row{r.row})
		f.Note = "the amount and the fee come to " + format(big.NewInt(r.amount+r.fee), r.currency) + ", but the net amount is " + format(big.NewInt(r.net), r.currency)
		f.Difference = ""
		c.findings = append(c.findings, f)
	}
	switch {
	case r.transfer:
		s.transfers.add(r.amount)
	case r.payment:
		s.reportRows++
		s.report.add(r.amount)
		if r.id == "" { // nothing can be its counterpart
			c.findings = append(c.findings, c.finding(StatusReportOnly, nil, []row{r.row}))
			break
		}
		c.add(ofReport, r.row)
	}
}

// add finds the counterpart of a row, or has it wait.
func (c *comparison) add(of side, r row) {
	k := key{r.id, r.currency, r.amount}
	w := c.open[k]
	switch {
	case w == nil:
		c.open[k] = &waiting{of, []row{r}}
	case w.side == of:
		w.rows = append(w.rows, r)
	default:
		c.matched++
		c.closed[c.fingerprint(r)] = struct{}{}
		if w.rows = w.rows[1:]; len(w.rows) == 0 {
			delete(c.open, k)
		}
	}
}

// result compares what has no counterpart, id by id.
func (c *comparison) result(l *ledger, files []Report) *Result {
	covered := coverage(files)
	left := make(map[string]*[2][]row)
	for k, w := range c.open {
		both := left[k.id]
		if both == nil {
			both = new([2][]row)
			left[k.id] = both
		}
		both[w.side] = append(both[w.side], w.rows...)
	}
	c.open = nil
	for _, both := range left {
		for _, rows := range both {
			slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line)) })
		}
		c.compare(both[ofLedger], both[ofReport], covered)
	}
	slices.SortFunc(c.findings, compareFindings)
	r := &Result{
		Ledger: c.ledger, Columns: l.columns, Match: l.match, Reports: files, Gaps: covered.gaps, Matched: c.matched,
		Counts: make(map[Status]int), Totals: c.totals(), Findings: c.findings,
	}
	for _, f := range c.findings {
		r.Counts[f.Status]++
	}
	return r
}

// compare makes findings of the rows of an id that have no counterpart.
func (c *comparison) compare(ledgers, reports []row, covered covered) {
	if c.match.sums() && len(ledgers) > 0 && len(reports) > 0 && oneCurrency(ledgers, reports) {
		if total(ledgers).Cmp(total(reports)) == 0 {
			c.matched += len(ledgers)
			return
		}
		c.findings = append(c.findings, c.finding(StatusAmount, ledgers, reports))
		return
	}
	ledgers, reports = c.pair(ledgers, reports, func(a, b row) bool { return (a.amount < 0) == (b.amount < 0) })
	ledgers, reports = c.pair(ledgers, reports, func(_, _ row) bool { return true })
	for _, r := range ledgers {
		status := covered.status(r.at, c.grace)
		switch {
		case c.again(r):
			status = StatusLedgerDuplicate
		case r.amount == 0: // nothing to settle
			c.matched++
			continue
		}
		if !status.Differs() {
			c.sumsOf(r.currency).notCovered.add(r.amount)
		}
		c.findings = append(c.findings, c.finding(status, []row{r}, nil))
	}
	for _, r := range reports {
		status := StatusReportOnly
		if c.again(r) {
			status = StatusReportDuplicate
		}
		c.findings = append(c.findings, c.finding(status, nil, []row{r}))
	}
}

// pair makes a finding of each pair of rows of an id that may be the same payment, the earliest
// first. It returns the others.
func (c *comparison) pair(ledgers, reports []row, may func(a, b row) bool) (ledgersLeft, reportsLeft []row) {
	reportsLeft = slices.Clone(reports)
	for _, r := range ledgers {
		i := slices.IndexFunc(reportsLeft, func(other row) bool { return may(r, other) })
		if i < 0 {
			ledgersLeft = append(ledgersLeft, r)
			continue
		}
		status := StatusAmount
		if r.currency != reportsLeft[i].currency {
			status = StatusCurrency
		}
		c.findings = append(c.findings, c.finding(status, []row{r}, reportsLeft[i:i+1]))
		c.again(r)
		c.again(reportsLeft[i])
		reportsLeft = slices.Delete(reportsLeft, i, i+1)
	}
	return ledgersLeft, reportsLeft
}

// again reports whether there was a payment such as r before, and remembers r. An id is of one
// charge or refund, but an order can have several, which differ in their amounts.
func (c *comparison) again(r row) bool {
	seen := c.fingerprint(r)
	_, before := c.closed[seen]
	c.closed[seen] = struct{}{}
	return before
}

func (c *comparison) fingerprint(r row) fingerprint {
	what := "+"
	switch {
	case c.match.sums():
		what = strconv.FormatInt(r.amount, 10) + r.currency
	case r.amount < 0:
		what = "-"
	}
	return c.hasher.of(what + " " + r.id)
}

func oneCurrency(all ...[]row) bool {
	for _, rows := range all {
		for _, r := range rows {
			if r.currency != all[0][0].currency {
				return false
			}
		}
	}
	return true
}

func total(rows []row) *big.Int {
	var t tally
	for _, r := range rows {
		t.add(r.amount)
	}
	return t.sum()
}

// finding describes rows of both sides. The rows of a side have one currency.
func (c *comparison) finding(status Status, ledgers, reports []row) Finding {
	f := Finding{Status: status}
	difference, currency := new(big.Int), ""
	if len(ledgers) > 0 {
		f.ID, f.Ledger, currency = ledgers[0].id, describe(c.ledger, ledgers), ledgers[0].currency
		difference.Sub(difference, total(ledgers))
	}
	if len(reports) > 0 {
		f.ID, f.Report, currency = reports[0].id, describe(c.reports[reports[0].file].Name, reports), reports[0].currency
		difference.Add(difference, total(reports))
	}
	if status != StatusCurrency {
		f.Difference = format(difference, currency)
	}
	return f
}

func describe(file string, rows []row) *Side {
	first := rows[0]
	s := &Side{File: file, Line: first.line, Rows: len(rows), Amount: format(total(rows), first.currency), Currency: first.currency, Date: first.at}
	if len(rows) == 1 {
		s.Kind = first.kind
	}
	return s
}

func compareFindings(a, b Finding) int {
	line := func(s *Side) (string, int) {
		if s == nil {
			return "", 0
		}
		return s.File, s.Line
	}
	aFile, aLine := line(a.Report)
	bFile, bLine := line(b.Report)
	_, aLedger := line(a.Ledger)
	_, bLedger := line(b.Ledger)
	return cmp.Or(
		cmp.Compare(slices.Index(statuses, a.Status), slices.Index(statuses, b.Status)),
		cmp.Compare(aLedger, bLedger), cmp.Compare(aFile, bFile), cmp.Compare(aLine, bLine),
	)
}

func (c *comparison) totals() []Total {
	all := make([]Total, 0, len(c.sums))
	for _, currency := range slices.Sorted(maps.Keys(c.sums)) {
		s := c.sums[currency]
		text := func(n *big.Int) string { return format(n, currency) }
		reported, fees := s.report.sum(), s.fees.sum()
		all = append(all, Total{
			Currency: currency, LedgerRows: s.ledgerRows, Ledger: text(s.ledger.sum()), ReportRows: s.reportRows, Report: text(reported),
			Difference: text(new(big.Int).Sub(reported, s.ledger.sum())), NotCovered: text(s.notCovered.sum()),
			Fees: text(fees), Net: text(new(big.Int).Add(reported, fees)), Transfers: text(s.transfers.sum()),
		})
	}
	return all
}

// covered is the time that reports cover.
type covered struct {
	from, until time.Time
	gaps        []Period
}

// maxGap is between the end of a report and the start of the next.
const maxGap = time.Hour

func coverage(files []Report) (c covered) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b Report) int { return a.From.Compare(b.From) })
	for _, f := range files {
		if f.From.IsZero() || f.Until.IsZero() {
			continue
		}
		if c.from.IsZero() {
			c.from = f.From
		} else if f.From.Sub(c.until) > maxGap {
			c.gaps = append(c.gaps, Period{c.until, f.From})
		}
		if f.Until.After(c.until) {
			c.until = f.Until
		}
	}
	return c
}

// status returns the status of a row that only the ledger has.
func (c covered) status(at time.Time, grace time.Duration) Status {
	switch {
	case at.IsZero() || c.from.IsZero():
		return StatusLedgerOnly
	case at.After(c.until.Add(-grace)):
		return StatusNotSettled
	case at.Before(c.from):
		return StatusEarlier
	}
	return StatusLedgerOnly
}
