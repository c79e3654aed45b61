package reconcile

import "time"

// Status is what is wrong with an id.
type Status string

// The statuses. [Status.Differs] tells which of them are differences.
const (
	// StatusAmount: both sides have the id, with other amounts.
	StatusAmount Status = "amountDiffers"
	// StatusCurrency: both sides have the id, in other currencies.
	StatusCurrency Status = "currencyDiffers"
	// StatusLedgerOnly: no report has the id, though the reports cover its date, or it has none.
	StatusLedgerOnly Status = "ledgerOnly"
	// StatusReportOnly: the ledger does not have the id.
	StatusReportOnly Status = "reportOnly"
	// StatusLedgerDuplicate: the ledger has the id once more than the reports.
	StatusLedgerDuplicate Status = "ledgerDuplicate"
	// StatusReportDuplicate: the reports have the id once more than the ledger.
	StatusReportDuplicate Status = "reportDuplicate"
	// StatusRow: the amount and the fee of a row of a report do not come to its net amount.
	StatusRow Status = "rowDoesNotAddUp"
	// StatusNotSettled: only the ledger has the id, and its date is after the reports. The next report
	// should have it.
	StatusNotSettled Status = "notSettledYet"
	// StatusEarlier: only the ledger has the id, and its date is before the reports.
	StatusEarlier Status = "beforeReports"
)

// statuses are in the order of the findings.
var statuses = []Status{
	StatusAmount, StatusCurrency, StatusReportDuplicate, StatusLedgerDuplicate, StatusReportOnly, StatusLedgerOnly, StatusRow, StatusNotSettled, StatusEarlier,
}

// Differs reports whether the status is a difference. What no report covers is none.
func (s Status) Differs() bool { return s != StatusNotSettled && s != StatusEarlier }

// Side is a row of one side, or the sum of the rows of one id.
type Side struct {
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Rows     int       `json:"rows"` // more than one if Amount is a sum
	Kind     Kind      `json:"kind,omitzero"`
	Amount   string    `json:"amount"` // exact decimal text, negative if the merchant pays
	Currency string    `json:"currency"`
	Date     time.Time `json:"date,omitzero"`
}

// Finding is an id that does not agree.
type Finding struct {
	Status Status `json:"status"`
	ID     string `json:"id"`
	Ledger *Side  `json:"ledger,omitempty"` // nil if only a report has it
	Report *Side  `json:"report,omitempty"` // nil if only the ledger has it
	// Difference is the report's amount less the ledger's; empty if their currencies differ.
	Difference string `json:"difference,omitzero"`
	Note       string `json:"note,omitzero"`
}

// Total are the sums of a currency.
type Total struct {
	Currency   string `json:"currency"`
	LedgerRows int    `json:"ledgerRows"`
	Ledger     string `json:"ledger"`
	ReportRows int    `json:"reportRows"` // charges, refunds and what else the ledger must explain
	Report     string `json:"report"`     // before fees
	Difference string `json:"difference"` // Report less Ledger
	// NotCovered is the part of Ledger that no report covers: not settled yet, or before the reports.
	NotCovered string `json:"notCovered"`
	Fees       string `json:"fees"`      // negative
	Net        string `json:"net"`       // Report with Fees
	Transfers  string `json:"transfers"` // to the bank, negative
}

// Report is a report that was read.
type Report struct {
	File     string    `json:"file"`
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Rows     int       `json:"rows"`
	Repeated int       `json:"repeated,omitzero"` // rows that an earlier report has, and that are not counted again
}

// Period is a time that no report covers.
type Period struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Result is the outcome of a comparison. It encodes to JSON; [Result.WriteCSV] writes the findings
// as CSV.
type Result struct {
	Ledger   string         `json:"ledger"`
	Columns  Columns        `json:"columns"`
	Match    Match          `json:"match"`
	Reports  []Report       `json:"reports"`
	Gaps     []Period       `json:"gaps,omitempty"` // between the reports
	Matched  int            `json:"matched"`        // rows of the ledger that agree
	Counts   map[Status]int `json:"counts"`         // of the findings
	Totals   []Total        `json:"totals"`         // by currency
	Findings []Finding      `json:"findings"`
}

// Differs reports whether anything differs.
func (r *Result) Differs() bool {
	for status, n := range r.Counts {
		if n > 0 && status.Differs() {
			return true
		}
	}
	return false
}

// NothingMatches reports whether both sides have rows, but not one agrees: the wrong column or the
// wrong kind of id was compared, most likely.
func (r *Result) NothingMatches() bool {
	return r.Matched == 0 && r.Counts[StatusReportOnly] > 0 && r.Counts[StatusLedgerOnly]+r.Counts[StatusNotSettled]+r.Counts[StatusEarlier] > 0
}
