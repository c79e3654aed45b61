package reconcile

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

var csvHeader = []string{
	"status", "id", "ledger_line", "ledger_amount", "ledger_currency", "ledger_date",
	"report_file", "report_line", "report_amount", "report_currency", "report_date", "difference", "note",
}

// WriteCSV writes the findings as CSV, one a line, with a header.
func (r *Result) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	for _, f := range r.Findings {
		line := []string{string(f.Status), inert(f.ID), "", "", "", "", "", "", "", "", "", f.Difference, f.Note}
		if s := f.Ledger; s != nil {
			copy(line[2:], []string{strconv.Itoa(s.Line), s.Amount, s.Currency, date(s.Date)})
		}
		if s := f.Report; s != nil {
			copy(line[6:], []string{inert(s.File), strconv.Itoa(s.Line), s.Amount, s.Currency, date(s.Date)})
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inert keeps a spreadsheet from taking a text for a formula: a buyer may have chosen it.
func inert(text string) string {
	if strings.IndexAny(text, "=+-@\t\r") == 0 {
		return "'" + text
	}
	return text
}

func date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
