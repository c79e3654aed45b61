package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/webstore/report"
)

// reconcileWorker compares a settlement report with the ledger.
type reconcileWorker struct {
	river.WorkerDefaults[ReconcileArgs]

	e *Engine
}

// Timeout implements [river.Worker]: ten million rows take a while.
func (w *reconcileWorker) Timeout(*river.Job[ReconcileArgs]) time.Duration {
	return max(time.Hour, w.e.JobTimeout)
}

// Work loads a report and compares it, once. The reports of a merchant take turns, the oldest
// first: what a report has can be the second of what one before it had.
func (w *reconcileWorker) Work(ctx context.Context, job *river.Job[ReconcileArgs]) error {
	r, err := w.e.DB.Report(ctx, job.Args.MerchantID, job.Args.ReportID)
	if errors.Is(err, data.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.State == data.ReportDone {
		return w.e.settleByAbsence(ctx, r) // in which the job may have ended before
	}
	all, err := w.e.DB.Reports(ctx, r.MerchantID, time.UnixMicro(0))
	if err != nil {
		return err
	}
	for _, before := range all {
		if before.ID == r.ID {
			break
		}
		if before.State == data.ReportFound {
			return river.JobSnooze(max(time.Second, w.e.Calendar.Scale(time.Minute)))
		}
	}
	err = w.e.download(ctx, r, job.Attempt)
	if cause, ok := errors.AsType[unreadableError](err); ok {
		return w.e.unreadable(ctx, r, cause)
	}
	if err != nil {
		return err
	}
	return w.e.compare(ctx, r)
}

// unreadable stores that a report cannot be compared, and forgets the rows that were read: nothing
// is reported that was not compared. The daily job tries it again while the service lists it.
func (e *Engine) unreadable(ctx context.Context, r *data.Report, cause error) error {
	e.Logger.ErrorContext(ctx, "the settlement report cannot be read",
		slog.String("merchant_id", r.MerchantID), slog.String("report_id", r.ID), slog.Any("error", cause))
	ctx = context.WithoutCancel(ctx) // the job's time may have ended with the download
	return e.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) error {
		return errors.Join(q.ReplaceSettlements(ctx, r, 0, nil), q.ClearDifferences(ctx, r), q.SetReportState(ctx, r, data.ReportUnreadable), q.AddDifference(ctx, &data.Difference{
			MerchantID: r.MerchantID, ReportID: r.ID, Kind: data.DifferenceUnreadable,
			Note: "The report was not compared: " + cause.Error() + ". Download it again, or ask Amazon Pay for it.",
		}))
	})
}

// compare compares the rows of a report that was loaded with the bills and refunds, and stores each
// difference. If it ends in the middle, it begins again.
func (e *Engine) compare(ctx context.Context, r *data.Report) error {
	if err := e.DB.ClearDifferences(ctx, r); err != nil {
		return err
	}
	foreign := make(foreignSums)
	for after := int64(0); ; {
		page, err := e.DB.Matches(ctx, r, after, settlementPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		settled := false
		for _, m := range page {
			s, err := e.settleByRow(ctx, r, m)
			if err != nil {
				return err
			}
			settled = settled || s
		}
		if settled {
			continue // read the page again, with the bills as they are now
		}
		last := page[len(page)-1].Line
		err = e.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) error {
			for _, m := range page {
				for _, d := range compareRow(r.MerchantID, m) {
					d.MerchantID, d.ReportID, d.Line = r.MerchantID, r.ID, m.Line
					if err := q.AddDifference(ctx, d); err != nil {
						return err
					}
				}
			}
			return q.MarkReported(ctx, r, after, last)
		})
		if err != nil {
			return err
		}
		after = last
		foreign.add(page)
	}
	if err := errors.Join(e.addForeign(ctx, r, foreign), e.compareSums(ctx, r), e.findMissing(ctx, r)); err != nil {
		return err
	}
	if err := e.DB.SetReportState(ctx, r, data.ReportDone); err != nil {
		return err
	}
	return e.settleByAbsence(ctx, r)
}

// compareRow returns what of a row does not agree with the ledger.
func compareRow(merchantID string, m *data.Match) []*data.Difference {
	var found []*data.Difference
	if m.Amount+m.Fee != m.Net {
		found = append(found, differenceOf(m, data.DifferenceRow, m.Amount+m.Fee, m.Net, "The amount and the fee of the row come to %s, but its net amount is %s."))
	}
	var d *data.Difference
	switch kind := report.TransactionType(m.Type); {
	case kind == report.TransactionTypeCapture:
		d = compareCapture(merchantID, m)
	case kind == report.TransactionTypeRefund:
		d = compareRefund(merchantID, m)
	case kind == report.TransactionTypeTransfer, kind == report.TransactionTypeReserve, kind == report.TransactionTypeCarryover:
	case kind == report.TransactionTypeChargeback, kind == report.TransactionTypeDispute, kind.IsAToZClaim():
		d = differenceOf(m, data.DifferenceDispute, 0, m.Amount, "A dispute moved %[2]s: see the dispute in Seller Central.")
	case m.Amount != 0 || m.Net != 0:
		d = differenceOf(m, data.DifferenceOther, 0, m.Net, "A row of the type "+fmt.Sprintf("%.40q", m.Type)+" moved %[2]s, which no bill or refund explains.")
	}
	if d != nil {
		found = append(found, d)
	}
	return found
}

func compareCapture(merchantID string, m *data.Match) *data.Difference {
	b := m.Bill
	switch {
	case m.Again:
		return differenceOf(m, data.DifferenceDuplicate, 0, m.Amount, "The report has the charge a second time: %[2]s.")
	case isForeign(m):
		return nil // counted together
	case b != nil && b.MerchantID != merchantID, m.Owner != "" && m.Owner != merchantID:
		return differenceOf(m, data.DifferenceOtherMerchant, 0, m.Amount, "The merchant was paid %[2]s for another merchant's subscription.")
	case b == nil:
		return differenceOf(m, data.DifferenceCaptureUnknown, 0, m.Amount, "%[2]s were charged to the subscription, but no bill names this charge.")
	case b.Currency != m.Currency:
		return differenceOf(m, data.DifferenceCurrency, b.Amount, m.Amount, "The bill is in "+string(b.Currency)+", but the charge was %[2]s.")
	case b.ChargeID != "" && b.ChargeID != m.TransactionID:
		return differenceOf(m, data.DifferenceCaptureDoubled, 0, m.Amount, "The bill was charged a second time: the charge "+b.ChargeID+" pays it. Refund %[2]s.")
	case m.Amount > b.Amount:
		return differenceOf(m, data.DifferenceTooMuch, b.Amount, m.Amount, "The bill is %s, but %s were captured: too much.")
	case m.Amount < b.Amount:
		return differenceOf(m, data.DifferenceTooLittle, b.Amount, m.Amount, "The bill is %s, but only %s were captured.")
	case b.State == data.BillUnpaid: // others are settled
		return differenceOf(m, data.DifferenceCaptureUnpaid, 0, m.Amount, "The bill was given up, but %[2]s were captured: refund the buyer in Seller Central.")
	}
	return nil
}

func compareRefund(merchantID string, m *data.Match) *data.Difference {
	f, given := m.Refund, -m.Amount
	switch {
	case m.Again:
		return differenceOf(m, data.DifferenceDuplicate, 0, given, "The report has the refund a second time: %[2]s.")
	case isForeign(m):
		return nil // counted together
	case f != nil && f.MerchantID != merchantID, m.Owner != "" && m.Owner != merchantID:
		return differenceOf(m, data.DifferenceOtherMerchant, 0, given, "The merchant paid a refund of %[2]s for another merchant's subscription.")
	case f == nil:
		return differenceOf(m, data.DifferenceRefundUnknown, 0, given, "%[2]s were refunded that the ledger lacks: somebody may have done it in Seller Central.")
	case f.Currency != m.Currency:
		return differenceOf(m, data.DifferenceCurrency, f.Amount, given, "The refund is in "+string(f.Currency)+", but %[2]s were refunded.")
	case f.Amount != given:
		return differenceOf(m, data.DifferenceRefundAmount, f.Amount, given, "The refund is %s, but %s were refunded.")
	case f.State == data.RefundRefused:
		return differenceOf(m, data.DifferenceRefundRefused, 0, given, "The refund is refused in the ledger, but %[2]s were refunded.")
	}
	return nil
}

// foreignSums are the charges and refunds of a report on permissions that are no subscriptions.
type foreignSums map[amazonpay.CurrencyCode]struct{ rows, amount int64 }

func (s foreignSums) add(page []*data.Match) {
	for _, m := range page {
		if isForeign(m) {
			sum := s[m.Currency]
			sum.rows++
			sum.amount += m.Amount
			s[m.Currency] = sum
		}
	}
}

// addForeign stores them as one difference of each currency: a merchant's other shop may have as
// many as it likes.
func (e *Engine) addForeign(ctx context.Context, r *data.Report, sums foreignSums) (err error) {
	for currency, sum := range sums {
		err = errors.Join(err, e.DB.AddDifference(ctx, &data.Difference{
			MerchantID: r.MerchantID, ReportID: r.ID, Kind: data.DifferencePermissionUnknown, Theirs: sum.amount, Currency: currency,
			Note: fmt.Sprintf("%d charges and refunds on permissions that are no subscriptions come to %s: another program of the merchant may have made them.", sum.rows, money(sum.amount, currency)),
		}))
	}
	return err
}

// isForeign reports whether a charge or a refund is of a permission that is no subscription.
func isForeign(m *data.Match) bool {
	kind := report.TransactionType(m.Type)
	return (kind == report.TransactionTypeCapture || kind == report.TransactionTypeRefund) && m.Owner == "" && m.Bill == nil && m.Refund == nil && !m.Again
}

// differenceOf returns a difference of a row. note is a format for both amounts, which are in the
// row's currency.
func differenceOf(m *data.Match, kind data.DifferenceKind, ours, theirs int64, note string) *data.Difference {
	d := &data.Difference{
		Kind: kind, TransactionID: m.TransactionID, PermissionID: m.PermissionID, Period: m.Period, Ours: ours, Theirs: theirs, Currency: m.Currency,
		Note: fmt.Sprintf(note, money(ours, m.Currency), money(theirs, m.Currency)),
	}
	switch {
	case m.Bill != nil:
		d.Period = m.Bill.Period
	case m.Refund != nil:
		d.Period = m.Refund.Period
	}
	return d
}

// money returns an amount for people.
func money(minor int64, currency amazonpay.CurrencyCode) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	price, err := amazonpay.NewPrice(minor, currency)
	if err != nil {
		return fmt.Sprintf("%s%d %s", sign, minor, currency)
	}
	return sign + price.String()
}

// compareSums finds settlements whose rows do not come to what was transferred to the bank.
func (e *Engine) compareSums(ctx context.Context, r *data.Report) error {
	sums, err := e.DB.UnevenSums(ctx, r)
	for _, s := range sums {
		err = errors.Join(err, e.DB.AddDifference(ctx, &data.Difference{
			MerchantID: r.MerchantID, ReportID: r.ID, Kind: data.DifferenceTransfer, TransactionID: s.SettlementID,
			Ours: s.Rows, Theirs: s.Transferred, Currency: s.Currency,
			Note: fmt.Sprintf("The rows of the settlement come to %s, but %s were transferred to the bank.", money(s.Rows, s.Currency), money(s.Transferred, s.Currency)),
		}))
	}
	return err
}

// late is how long before the end of a report's period something must have been captured or
// refunded to be missed in it: until then the next report may have it.
func (e *Engine) late() time.Duration { return max(2*time.Second, e.Calendar.Days(1)) }

// findMissing finds what was captured or refunded according to the ledger, but is in no report.
// What was before the merchant's first report is not missed.
func (e *Engine) findMissing(ctx context.Context, r *data.Report) error {
	all, err := e.DB.Reports(ctx, r.MerchantID, time.UnixMicro(0))
	if err != nil {
		return err
	}
	first := r.Start
	for _, other := range all {
		if other.State == data.ReportDone && other.Start.Before(first) {
			first = other.Start
		}
	}
	until := r.End.Add(-e.late())
	for {
		bills, err := e.DB.MissingBills(ctx, r.MerchantID, first, until, settlementPage)
		if err != nil {
			return err
		}
		refunds, err := e.DB.MissingRefunds(ctx, r.MerchantID, first, until, settlementPage)
		if err != nil || len(bills)+len(refunds) == 0 {
			return err
		}
		err = e.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) error {
			var err error
			for _, b := range bills {
				err = errors.Join(err, q.AddDifference(ctx, &data.Difference{
					MerchantID: r.MerchantID, ReportID: r.ID, Kind: data.DifferenceCaptureMissing, TransactionID: b.ChargeID, PermissionID: b.PermissionID, Period: b.Period,
					Ours: b.Amount, Currency: b.Currency, Note: fmt.Sprintf("The bill is paid, but no report has its charge of %s.", money(b.Amount, b.Currency)),
				}))
			}
			for _, f := range refunds {
				err = errors.Join(err, q.AddDifference(ctx, &data.Difference{
					MerchantID: r.MerchantID, ReportID: r.ID, Kind: data.DifferenceRefundMissing, TransactionID: f.RefundID, PermissionID: f.PermissionID, Period: f.Period,
					Ours: f.Amount, Currency: f.Currency, Note: fmt.Sprintf("The refund was made, but no report has its %s.", money(f.Amount, f.Currency)),
				}))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
}
