package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/download"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

type reconcileCommand struct {
	Ledger string   `arg:"" predictor:"file" help:"CSV file with your charges and refunds, or - for standard input."`
	Report []string `help:"Settlement reports, or a folder of them, separated by commas. Without any, the account's are downloaded." predictor:"file" placeholder:"FILE" group:"request"`
	Since  string   `help:"Download reports created since this date or time; the default is 90 days ago." placeholder:"2026-11-01" group:"request"`
	Until  string   `help:"Download reports created until this date or time; the default is now." placeholder:"2026-11-30" group:"request"`
	CSV    string   `name:"csv" help:"Write all differences to this file." predictor:"file" placeholder:"FILE" group:"request"`
	Limit  int      `help:"Print so many differences at most; 0 prints all." default:"50" group:"request"`

	ID        string        `name:"id" help:"Column of the ids. Usual names are recognised." placeholder:"COLUMN" group:"ledger"`
	Match     string        `help:"What the ids name: transaction (charges and refunds at Amazon Pay), reference (yours, of charges), order or permission." placeholder:"KIND" enum:",transaction,reference,order,permission" default:"" group:"ledger"`
	Amount    string        `help:"Column of the amounts." placeholder:"COLUMN" group:"ledger"`
	Currency  string        `help:"Column of the currencies, or a currency such as EUR for all rows." placeholder:"COLUMN" group:"ledger"`
	Type      string        `help:"Column that says charge, refund or chargeback; - for none." placeholder:"COLUMN" group:"ledger"`
	Date      string        `help:"Column of the dates, which tell what cannot be settled yet; - for none." placeholder:"COLUMN" group:"ledger"`
	Decimal   string        `help:"Decimal mark of amounts such as 1.234: point or comma." placeholder:"MARK" enum:",point,comma" default:"" group:"ledger"`
	DateOrder string        `help:"Order in dates such as 03/04/2026: dmy or mdy." placeholder:"ORDER" enum:",dmy,mdy" default:"" group:"ledger"`
	Grace     time.Duration `help:"How long before the end of the last report a payment may be, and still be settled later." default:"24h" group:"ledger"`
	folderFlags
	tokenFlags
}

// Help says what the ledger has to look like.
func (*reconcileCommand) Help() string {
	return `The ledger is a CSV file with a header: an id, an amount and a currency in each row, and a type and a date if you have them. ` +
		`Refunds are negative, in parentheses, or have the type refund. Amounts are compared exactly. ` +
		`An amount such as 1.234 is an error, unless the other rows or --decimal say what it means.

A difference ends the command with exit code 1. What no report covers yet is listed, and is no difference.`
}

// Run compares a ledger with settlement reports.
func (c *reconcileCommand) Run(s *session) error {
	bar := s.progress()
	defer bar.end()
	ledger, remove, err := c.ledger(s)
	if err != nil {
		return err
	}
	defer remove()
	files, unlock, err := c.reports(s)
	if err != nil {
		return err
	}
	defer unlock()
	read := &reading{bar: bar}
	var reports []reconcile.Source
	for _, file := range files {
		reports = append(reports, read.source(file, file, 1))
	}
	bar.begin("comparing", 1, 1)
	result, err := reconcile.Reconcile(s.ctx, read.source(c.name(), ledger, 2), reports, reconcile.Options{
		ID: c.ID, Amount: c.Amount, Currency: c.Currency, Type: c.Type, Date: c.Date,
		Match: reconcile.Match(c.Match), Decimal: reconcile.DecimalMark(c.Decimal), DateOrder: reconcile.DateOrder(c.DateOrder), Grace: c.Grace,
	})
	bar.end()
	if err != nil {
		if s.ctx.Err() != nil {
			return failed("Run the command again.", "interrupted")
		}
		return wrong("Correct the file, or say with a flag how to read it. Nothing was compared.", "%w", err)
	}
	if c.CSV != "" {
		if err := download.Save(c.CSV, c.Overwrite, result.WriteCSV); err != nil {
			return wrong("Give another file, or --overwrite.", "--csv: %w", err)
		}
	}
	if s.cli.JSON {
		err = s.printJSON(result)
	} else {
		c.print(s, result)
	}
	if err == nil && result.Differs() {
		err = told(exitFailed)
	}
	return err
}

// name is what the ledger is called in messages.
func (c *reconcileCommand) name() string {
	if c.Ledger == "-" {
		return "standard input"
	}
	return c.Ledger
}

// ledger returns the path of the ledger. Standard input is copied, since a ledger is read twice.
func (c *reconcileCommand) ledger(s *session) (path string, remove func(), err error) {
	if c.Ledger != "-" {
		if _, err := os.Stat(c.Ledger); err != nil {
			return "", nil, wrong("Give a CSV file that exists, or - for standard input.", "%w", err)
		}
		return c.Ledger, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "amazonpay-*") // 0700
	if err != nil {
		return "", nil, failed("", "%w", err)
	}
	remove = func() { _ = os.RemoveAll(folder) }
	path = filepath.Join(folder, "ledger.csv")
	err = download.Save(path, false, func(w io.Writer) error {
		_, err := io.Copy(w, s.in)
		return err
	})
	if err != nil {
		remove()
		return "", nil, failed("", "reading standard input: %w", err)
	}
	return path, remove, nil
}

// reports returns the files of the settlement reports.
func (c *reconcileCommand) reports(s *session) (paths []string, unlock func(), err error) {
	if len(c.Report) > 0 {
		paths, err := reportFiles(c.Report)
		return paths, func() {}, err
	}
	shop, environment, opts, err := c.shop(s, nil)
	if err != nil {
		return nil, nil, err
	}
	ready, err := readyReports(s, shop, environment, []string{"settlement"}, c.Since, c.Until, opts)
	if err != nil {
		return nil, nil, err
	}
	if len(ready) == 0 {
		return nil, nil, failed("In the sandbox, ask for one: amazonpay report request. Or give files with --report.", "the account has no settlement report of that time")
	}
	folder, err := c.open()
	if err != nil {
		return nil, nil, err
	}
	all, err := downloadAll(s, shop, folder, ready, opts)
	if err != nil {
		for _, each := range all {
			if each.Error != "" {
				s.note("%s: %s", harmless(each.ReportID), harmless(each.Error))
			}
		}
		return nil, nil, errors.Join(err, folder.Close())
	}
	fresh := 0
	for _, each := range all {
		paths = append(paths, each.Path)
		if !each.Before {
			fresh++
		}
	}
	s.note("%d settlement reports in %s, %d of them downloaded now.", len(paths), c.Dir, fresh)
	return paths, func() { _ = folder.Close() }, nil // nobody may change them while they are read
}

// reportFiles returns files, and of each folder the CSV files in it.
func reportFiles(paths []string) (files []string, err error) {
	const next = "Give files that exist, or leave out --report."
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, wrong(next, "%w", err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		inside, err := os.ReadDir(path)
		if err != nil {
			return nil, wrong(next, "%w", err)
		}
		for _, entry := range inside {
			if entry.Type().IsRegular() && filepath.Ext(entry.Name()) == ".csv" {
				files = append(files, filepath.Join(path, entry.Name()))
			}
		}
	}
	if len(files) == 0 {
		return nil, wrong(next, "there is no .csv file in %s", strings.Join(paths, ", "))
	}
	return files, nil
}

// reading counts the bytes of all files.
type reading struct {
	bar         *bars
	done, total int64
}

// source is a file that is read so many times.
func (r *reading) source(name, path string, times int64) reconcile.Source {
	if info, err := os.Stat(path); err == nil {
		r.total += times * info.Size()
	}
	return reconcile.Source{Name: name, Open: func() (io.ReadCloser, error) {
		file, err := os.Open(path) //nolint:gosec // the person names the file
		if err != nil {
			return nil, err
		}
		return &counted{file, r}, nil
	}}
}

type counted struct {
	*os.File
	reading *reading
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	c.reading.done += int64(n)
	c.reading.bar.show(c.reading.done, c.reading.total)
	return n, err
}

// statusWords are what the statuses mean.
var statusWords = map[reconcile.Status]string{
	reconcile.StatusAmount:          "amount differs",
	reconcile.StatusCurrency:        "currency differs",
	reconcile.StatusLedgerOnly:      "only in the ledger",
	reconcile.StatusReportOnly:      "only in a report",
	reconcile.StatusLedgerDuplicate: "once more in the ledger",
	reconcile.StatusReportDuplicate: "once more in a report",
	reconcile.StatusRow:             "amount, fee and net do not add up",
	reconcile.StatusNotSettled:      "not settled yet",
	reconcile.StatusEarlier:         "before the reports",
}

// print prints a result for people.
func (c *reconcileCommand) print(s *session, r *reconcile.Result) {
	said := fmt.Sprintf("%q (%s), amounts in %q, currencies in %q", r.Columns.ID, r.Match, r.Columns.Amount, r.Columns.Currency)
	if r.Columns.Type != "" {
		said += fmt.Sprintf(", types in %q", r.Columns.Type)
	}
	if r.Columns.Date != "" {
		said += fmt.Sprintf(", dates in %q", r.Columns.Date)
	}
	s.note("%s: ids in %s.", harmless(r.Ledger), harmless(said))
	for _, report := range r.Reports {
		line := fmt.Sprintf("%s: %s from %s to %s", report.File, plural(report.Rows, "row"), day(report.From), day(report.Until))
		if report.Repeated > 0 {
			line += fmt.Sprintf(", and %d that an earlier one has", report.Repeated)
		}
		s.note("%s.", harmless(line))
	}
	p := s.paint(s.out)
	if len(r.Findings) > 0 {
		rows := [][]string{{"", "ID", "LEDGER", "REPORT", "DIFFERENCE", "WHERE"}}
		for i, f := range r.Findings {
			if c.Limit > 0 && i == c.Limit {
				break
			}
			rows = append(rows, []string{statusWords[f.Status], f.ID, amountOf(f.Ledger), amountOf(f.Report), f.Difference, where(f)})
		}
		s.table(rows)
		if c.Limit > 0 && len(r.Findings) > c.Limit {
			s.note("Only the first %d of %d: give --limit or --csv for more.", c.Limit, len(r.Findings))
		}
		s.printf("")
	}
	totals := [][]string{{"CURRENCY", "LEDGER", "REPORTS", "DIFFERENCE", "NOT COVERED", "FEES", "NET", "TO THE BANK"}}
	for _, t := range r.Totals {
		totals = append(totals, []string{
			t.Currency, t.Ledger + " (" + strconv.Itoa(t.LedgerRows) + ")", t.Report + " (" + strconv.Itoa(t.ReportRows) + ")", t.Difference, t.NotCovered, t.Fees, t.Net, t.Transfers,
		})
	}
	s.table(totals)
	for _, gap := range r.Gaps {
		s.note("%s", p.doubt("No report covers "+day(gap.From)+" to "+day(gap.Until)+"."))
	}
	if r.NothingMatches() {
		s.note("Nothing agrees: does --match say what the ids name? %q was taken for %s.", harmless(r.Columns.ID), r.Match)
	}
	different := 0
	for status, n := range r.Counts {
		if status.Differs() {
			different += n
		}
	}
	if different > 0 {
		s.printf("%s %s, %s.", p.bad("differs:"), agree(r.Matched), plural(different, "difference"))
		return
	}
	s.printf("%s %s, to the cent.", p.good("ok:"), agree(r.Matched))
}

// agree says how many rows of the ledger agree.
func agree(n int) string {
	if n == 1 {
		return "1 row of the ledger agrees"
	}
	return strconv.Itoa(n) + " rows of the ledger agree"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func amountOf(side *reconcile.Side) string {
	if side == nil {
		return "-"
	}
	return side.Amount + " " + side.Currency
}

func where(f reconcile.Finding) string {
	var parts []string
	for _, side := range []*reconcile.Side{f.Ledger, f.Report} {
		if side != nil {
			parts = append(parts, filepath.Base(side.File)+":"+strconv.Itoa(side.Line))
		}
	}
	if f.Note != "" {
		parts = append(parts, f.Note)
	}
	return strings.Join(parts, ", ")
}

func day(at time.Time) string {
	if at.IsZero() {
		return "?"
	}
	return at.UTC().Format(time.DateOnly)
}
