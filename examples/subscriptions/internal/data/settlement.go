package data

import (
	"context"
	"slices"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ReportState is how far the reconciliation of a settlement report is.
type ReportState string

// The states of a report.
const (
	ReportFound      ReportState = "found"      // to be loaded and compared
	ReportDone       ReportState = "done"       // its rows are stored, and its differences
	ReportUnreadable ReportState = "unreadable" // the differences say why; it is tried again every day
)

// Report is a row of the table reports: a settlement report of a merchant.
type Report struct {
	MerchantID string
	ID         string
	DocumentID string
	Start, End time.Time // of its settlement period, by Amazon's clock
	State      ReportState
}

const reportColumns = `merchant_id, report_id, document_id, start_at, end_at, state`

func scanReport(row scanner) (*Report, error) {
	var r Report
	var start, end int64
	err := row.Scan(&r.MerchantID, &r.ID, &r.DocumentID, &start, &end, &r.State)
	r.Start, r.End = time.UnixMicro(start).UTC(), time.UnixMicro(end).UTC()
	return &r, err
}

// AddReport stores a report that was found. One that is stored already stays as it is.
func (q Queries) AddReport(ctx context.Context, r *Report) error {
	_, err := q.exec(ctx, `INSERT INTO reports (`+reportColumns+`) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (merchant_id, report_id) DO NOTHING`,
		r.MerchantID, r.ID, r.DocumentID, r.Start.UnixMicro(), r.End.UnixMicro(), string(r.State))
	return err
}

// Report returns a report, or [ErrNone].
func (q Queries) Report(ctx context.Context, merchantID, id string) (*Report, error) {
	return scanReport(q.on.QueryRowContext(ctx, `SELECT `+reportColumns+` FROM reports WHERE merchant_id = $1 AND report_id = $2`, merchantID, id))
}

// Reports returns a merchant's reports whose periods end after a time, the first period first.
func (q Queries) Reports(ctx context.Context, merchantID string, after time.Time) ([]*Report, error) {
	return all(ctx, q, scanReport, `SELECT `+reportColumns+` FROM reports WHERE merchant_id = $1 AND end_at > $2 ORDER BY start_at, end_at, report_id`,
		merchantID, after.UnixMicro())
}

// WholeReports returns those that were compared, and whose rows come to what was transferred: of
// others, rows may be missing.
func (q Queries) WholeReports(ctx context.Context, merchantID string, after time.Time) ([]*Report, error) {
	return all(ctx, q, scanReport, `SELECT `+reportColumns+` FROM reports r WHERE merchant_id = $1 AND end_at > $2 AND state = 'done'
			AND NOT EXISTS (SELECT 1 FROM differences d WHERE d.merchant_id = $1 AND d.report_id = r.report_id AND d.kind = 'transfer')
		ORDER BY start_at, end_at, report_id`, merchantID, after.UnixMicro())
}

// SetReportState changes how far a report is.
func (q Queries) SetReportState(ctx context.Context, r *Report, state ReportState) error {
	r.State = state
	_, err := q.exec(ctx, `UPDATE reports SET state = $3 WHERE merchant_id = $1 AND report_id = $2`, r.MerchantID, r.ID, string(state))
	return err
}

// SettlementRow is a row of the table settlements, and of a settlement report.
type SettlementRow struct {
	Line          int64
	Posted        time.Time // by Amazon's clock
	SettlementID  string
	Type          string
	TransactionID string
	PermissionID  string
	Period        string // of the bill that our reference names; empty: it is not ours
	Amount        int64  // negative: paid by the merchant
	Fee           int64
	Net           int64
	Currency      amazonpay.CurrencyCode
}

// ReplaceSettlements makes rows all that is stored of a report's lines after one, up to the last of
// rows; without rows, nothing is left after that line. It must run in a transaction.
func (q Queries) ReplaceSettlements(ctx context.Context, r *Report, after int64, rows []SettlementRow) error {
	last := int64(1<<63 - 1)
	if len(rows) > 0 {
		last = rows[len(rows)-1].Line
	}
	if _, err := q.exec(ctx, `DELETE FROM settlements WHERE merchant_id = $1 AND report_id = $2 AND line > $3 AND line <= $4`, r.MerchantID, r.ID, after, last); err != nil {
		return err
	}
	for some := range slices.Chunk(rows, 100) { // the time that SQLite takes for parameters grows with their square
		args := make([]any, 0, 13*len(some))
		for _, s := range some {
			args = append(args, r.MerchantID, r.ID, s.Line, s.Posted.UnixMicro(), s.SettlementID, s.Type, s.TransactionID, s.PermissionID, s.Period, s.Amount, s.Fee, s.Net, string(s.Currency))
		}
		tuples := values(len(some), "TEXT", "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "TEXT")
		if _, err := q.exec(ctx, `INSERT INTO settlements (merchant_id, report_id, line, posted_at, settlement_id, type, transaction_id, permission_id, period,
				amount, fee, net, currency) VALUES `+tuples, args...); err != nil {
			return err
		}
	}
	return nil
}

// Match is a row of a report, and what the ledger has for it.
type Match struct {
	SettlementRow

	Again bool // a line before has the same transaction, in this report or in another one
	// Bill is the one that the charge pays, or else the one that our reference names. Refund is the
	// one that was refunded. Only what a comparison needs is set.
	Bill   *Bill
	Refund *Refund
	Owner  string // merchant of the permission; empty: the permission is none of ours
}

// Matches returns up to limit rows of a report after a line, in the order of the document.
func (q Queries) Matches(ctx context.Context, r *Report, after int64, limit int) ([]*Match, error) {
	return all(ctx, q, scanMatch, `SELECT s.line, s.posted_at, s.settlement_id, s.type, s.transaction_id, s.permission_id, s.period, s.amount, s.fee, s.net, s.currency,
			CASE WHEN s.transaction_id = '' THEN FALSE ELSE EXISTS (SELECT 1 FROM settlements d WHERE d.merchant_id = s.merchant_id AND d.transaction_id = s.transaction_id
				AND d.transaction_id <> '' AND d.type = s.type AND (d.report_id <> s.report_id OR d.line < s.line)) END,
			COALESCE(c.permission_id, n.permission_id, ''), COALESCE(c.period, n.period, ''), COALESCE(c.merchant_id, n.merchant_id, ''),
			COALESCE(c.amount, n.amount, 0), COALESCE(c.currency, n.currency, ''), COALESCE(c.state, n.state, ''),
			COALESCE(c.unsettled, n.unsettled, FALSE), COALESCE(c.charge_id, n.charge_id, ''),
			COALESCE(f.id, ''), COALESCE(f.permission_id, ''), COALESCE(f.period, ''), COALESCE(f.merchant_id, ''),
			COALESCE(f.amount, 0), COALESCE(f.currency, ''), COALESCE(f.state, ''),
			COALESCE(p.merchant_id, '')
		FROM settlements s
		LEFT JOIN bills c ON c.charge_id = s.transaction_id AND c.charge_id <> '' AND s.type = 'Capture'
		LEFT JOIN bills n ON n.permission_id = s.permission_id AND n.period = s.period AND s.type = 'Capture'
		LEFT JOIN refunds f ON f.refund_id = s.transaction_id AND f.refund_id <> '' AND s.type = 'Refund'
		LEFT JOIN subscriptions p ON p.permission_id = s.permission_id
		WHERE s.merchant_id = $1 AND s.report_id = $2 AND s.line > $3 ORDER BY s.line LIMIT $4`, r.MerchantID, r.ID, after, limit)
}

func scanMatch(row scanner) (*Match, error) {
	var m Match
	var b Bill
	var f Refund
	var posted int64
	err := row.Scan(&m.Line, &posted, &m.SettlementID, &m.Type, &m.TransactionID, &m.PermissionID, &m.Period, &m.Amount, &m.Fee, &m.Net, &m.Currency, &m.Again,
		&b.PermissionID, &b.Period, &b.MerchantID, &b.Amount, &b.Currency, &b.State, &b.Unsettled, &b.ChargeID,
		&f.ID, &f.PermissionID, &f.Period, &f.MerchantID, &f.Amount, &f.Currency, &f.State, &m.Owner)
	m.Posted = time.UnixMicro(posted).UTC()
	if b.PermissionID != "" {
		m.Bill = &b
	}
	if f.ID != "" {
		m.Refund = &f
	}
	return &m, err
}

// MarkReported stores of the bills and refunds that a report has on some lines that it has them.
// What was missing in another report, and came late, is no difference any more.
func (q Queries) MarkReported(ctx context.Context, r *Report, after, last int64) error {
	for _, of := range [...]struct{ table, column, kind string }{{"bills", "charge_id", "Capture"}, {"refunds", "refund_id", "Refund"}} {
		column := of.table + "." + of.column
		if _, err := q.exec(ctx, `UPDATE `+of.table+` SET reported = TRUE FROM settlements s
			WHERE s.merchant_id = $1 AND s.report_id = $2 AND s.line > $3 AND s.line <= $4 AND s.type = '`+of.kind+`' AND `+column+` = s.transaction_id
				AND `+column+` <> '' AND `+of.table+`.merchant_id = $1 AND NOT `+of.table+`.reported`, r.MerchantID, r.ID, after, last); err != nil {
			return err
		}
	}
	_, err := q.exec(ctx, `DELETE FROM differences WHERE merchant_id = $1 AND kind IN ('capture_missing', 'refund_missing') AND EXISTS (SELECT 1 FROM settlements s
			WHERE s.merchant_id = $1 AND s.report_id = $2 AND s.line > $3 AND s.line <= $4 AND s.transaction_id = differences.transaction_id
				AND s.type = CASE differences.kind WHEN 'capture_missing' THEN 'Capture' ELSE 'Refund' END)`,
		r.MerchantID, r.ID, after, last)
	return err
}

// MissingBills returns up to limit paid bills of a merchant, captured from one time up to another,
// that no report has and no difference names.
func (q Queries) MissingBills(ctx context.Context, merchantID string, from, until time.Time, limit int) ([]*Bill, error) {
	return all(ctx, q, scanBill, `SELECT `+billColumns+` FROM bills b WHERE merchant_id = $1 AND state = 'paid' AND NOT reported AND paid_at >= $2 AND paid_at <= $3
			AND NOT EXISTS (SELECT 1 FROM settlements s WHERE s.merchant_id = $1 AND s.transaction_id = b.charge_id AND s.transaction_id <> '' AND s.type = 'Capture')
			AND NOT EXISTS (SELECT 1 FROM differences d WHERE d.merchant_id = $1 AND d.kind = 'capture_missing' AND d.transaction_id = b.charge_id)
		ORDER BY paid_at LIMIT $4`, merchantID, from.UnixMicro(), until.UnixMicro(), limit)
}

// MissingRefunds returns such refunds.
func (q Queries) MissingRefunds(ctx context.Context, merchantID string, from, until time.Time, limit int) ([]*Refund, error) {
	return all(ctx, q, scanRefund, `SELECT `+refundColumns+` FROM refunds f WHERE merchant_id = $1 AND state = 'refunded' AND NOT reported AND refunded_at >= $2 AND refunded_at <= $3
			AND NOT EXISTS (SELECT 1 FROM settlements s WHERE s.merchant_id = $1 AND s.transaction_id = f.refund_id AND s.transaction_id <> '' AND s.type = 'Refund')
			AND NOT EXISTS (SELECT 1 FROM differences d WHERE d.merchant_id = $1 AND d.kind = 'refund_missing' AND d.transaction_id = f.refund_id)
		ORDER BY refunded_at LIMIT $4`, merchantID, from.UnixMicro(), until.UnixMicro(), limit)
}

// UncertainBills returns up to limit bills of a merchant, after one, of which it could not be read
// by a time whether they were charged, and of whose permissions no report has a charge that is not
// another bill's.
func (q Queries) UncertainBills(ctx context.Context, merchantID string, after *Bill, until time.Time, limit int) ([]*Bill, error) {
	return all(ctx, q, scanBill, `SELECT `+billColumns+` FROM bills b
		WHERE merchant_id = $1 AND state = 'check' AND unsettled AND charge_id = '' AND changed_at <= $2 AND (permission_id, period) > ($3, $4)
			AND NOT EXISTS (SELECT 1 FROM settlements s LEFT JOIN bills o ON o.charge_id = s.transaction_id AND o.charge_id <> ''
				WHERE s.merchant_id = $1 AND s.type = 'Capture' AND s.permission_id IN (b.permission_id, '') AND o.permission_id IS NULL)
		ORDER BY permission_id, period LIMIT $5`, merchantID, until.UnixMicro(), after.PermissionID, after.Period, limit)
}

// Sum is a settlement's rows of a report in one currency.
type Sum struct {
	SettlementID string
	Currency     amazonpay.CurrencyCode
	Rows         int64 // the net amounts of all rows but the transfers
	Transferred  int64 // to the bank
}

// UnevenSums returns the settlements of a report of which not as much was transferred as the rows
// come to.
func (q Queries) UnevenSums(ctx context.Context, r *Report) ([]Sum, error) {
	scan := func(row scanner) (s Sum, err error) {
		return s, row.Scan(&s.SettlementID, &s.Currency, &s.Rows, &s.Transferred)
	}
	return all(ctx, q, scan, `SELECT settlement_id, currency, CAST(sum(CASE WHEN type = 'Transfer' THEN 0 ELSE net END) AS BIGINT),
			CAST(sum(CASE WHEN type = 'Transfer' THEN -net ELSE 0 END) AS BIGINT)
		FROM settlements WHERE merchant_id = $1 AND report_id = $2 GROUP BY settlement_id, currency HAVING sum(net) <> 0 ORDER BY settlement_id, currency`, r.MerchantID, r.ID)
}

// Difference is a row of the table differences: where a settlement report, or what a notification
// led to, and the ledger do not agree. A person should look at it.
type Difference struct {
	MerchantID    string
	ReportID      string // empty: it is not what a comparison found, but what was done about it, or what a notification led to
	Line          int64  // of the report's document; 0: none
	Kind          DifferenceKind
	TransactionID string
	PermissionID  string
	Period        string
	Ours, Theirs  int64
	Currency      amazonpay.CurrencyCode
	Note          string // a sentence for people
	FoundAt       time.Time
}

// DifferenceKind is what does not agree.
type DifferenceKind string

// The kinds of differences.
const (
	DifferenceCaptureMissing    DifferenceKind = "capture_missing"    // a paid bill that no report has
	DifferenceCaptureUnknown    DifferenceKind = "capture_unknown"    // of one of our permissions, but of no bill
	DifferenceCaptureDoubled    DifferenceKind = "capture_doubled"    // a second charge of a bill
	DifferenceCaptureUnpaid     DifferenceKind = "capture_unpaid"     // of a bill that is not paid in the ledger
	DifferenceTooMuch           DifferenceKind = "too_much"           // captured
	DifferenceTooLittle         DifferenceKind = "too_little"         // captured
	DifferenceCurrency          DifferenceKind = "currency"           // of a charge or a refund
	DifferenceOtherMerchant     DifferenceKind = "other_merchant"     // a charge or a refund of another merchant's permission
	DifferencePermissionUnknown DifferenceKind = "permission_unknown" // all of a report whose permissions are none of ours
	DifferenceRefundMissing     DifferenceKind = "refund_missing"     // that no report has
	DifferenceRefundUnknown     DifferenceKind = "refund_unknown"     // that the ledger lacks
	DifferenceRefundAmount      DifferenceKind = "refund_amount"
	DifferenceRefundRefused     DifferenceKind = "refund_refused" // refused in the ledger, made in the report
	DifferenceDuplicate         DifferenceKind = "duplicate"      // a transaction that stands twice
	DifferenceDispute           DifferenceKind = "dispute"        // a chargeback or an A-to-z claim
	DifferenceOther             DifferenceKind = "other"          // money of another kind
	DifferenceRow               DifferenceKind = "row"            // amount and fee are not the net amount
	DifferenceTransfer          DifferenceKind = "transfer"       // the rows do not come to what was transferred
	DifferenceUnreadable        DifferenceKind = "unreadable"     // the report is not what it should be
)

// rank is the order in which people look at differences: first what took a buyer's money, last what
// may be right.
func (k DifferenceKind) rank() int {
	switch k {
	case DifferenceCaptureDoubled, DifferenceTooMuch, DifferenceCaptureUnknown, DifferenceCaptureUnpaid:
		return 0
	case DifferencePermissionUnknown:
		return 2
	default:
		return 1
	}
}

const differenceColumns = `merchant_id, report_id, line, kind, transaction_id, permission_id, period, ours, theirs, currency, note, found_at`

// AddDifference stores a difference, or what is new about it.
func (q Queries) AddDifference(ctx context.Context, d *Difference) error {
	_, err := q.exec(ctx, `INSERT INTO differences (`+differenceColumns+`, rank) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, `+q.dialect.clock+`, $12)
		ON CONFLICT (merchant_id, report_id, line, kind, transaction_id, permission_id, period, currency) DO UPDATE SET theirs = excluded.theirs, note = excluded.note`,
		d.MerchantID, d.ReportID, d.Line, string(d.Kind), d.TransactionID, d.PermissionID, d.Period, d.Ours, d.Theirs, string(d.Currency), d.Note, d.Kind.rank())
	return err
}

// ClearDifferences removes a report's differences, before it is compared again.
func (q Queries) ClearDifferences(ctx context.Context, r *Report) error {
	_, err := q.exec(ctx, `DELETE FROM differences WHERE merchant_id = $1 AND report_id = $2`, r.MerchantID, r.ID)
	return err
}

// Differences returns up to limit differences of a merchant; of all merchants if merchantID is
// empty. Those that took money are the first, and of each rank the newest.
func (q Queries) Differences(ctx context.Context, merchantID string, limit int) ([]*Difference, error) {
	scan := func(row scanner) (*Difference, error) {
		var d Difference
		var found int64
		err := row.Scan(&d.MerchantID, &d.ReportID, &d.Line, &d.Kind, &d.TransactionID, &d.PermissionID, &d.Period, &d.Ours, &d.Theirs, &d.Currency, &d.Note, &found)
		d.FoundAt = time.UnixMicro(found).UTC()
		return &d, err
	}
	return all(ctx, q, scan, `SELECT `+differenceColumns+` FROM differences WHERE merchant_id = $1 OR $1 = ''
		ORDER BY rank, found_at DESC, merchant_id, report_id, line, kind, transaction_id LIMIT $2`, merchantID, limit)
}
