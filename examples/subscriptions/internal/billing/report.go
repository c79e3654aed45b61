package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/report"
)

// reportsWorker adds a job for each merchant.
type reportsWorker struct {
	river.WorkerDefaults[ReportsArgs]

	e *Engine
}

// Work adds the jobs of all merchants, page by page.
func (w *reportsWorker) Work(ctx context.Context, _ *river.Job[ReportsArgs]) error {
	return w.e.forMerchants(ctx,
		func(after string) ([]*data.Merchant, error) { return w.e.DB.MerchantsAfter(ctx, after, merchantPage) },
		func(m *data.Merchant) river.JobArgs { return ReportsOfArgs{MerchantID: m.ID} })
}

// reportsOfWorker finds a merchant's settlement reports.
type reportsOfWorker struct {
	river.WorkerDefaults[ReportsOfArgs]

	e *Engine
}

// Work stores the reports that are new, and adds a job for each that is not done. It reads all that
// the service has, those of 90 days: a report that comes late is not overlooked. One that is
// neither compared nor listed any more has a job too: the others wait until that has ended.
func (w *reportsOfWorker) Work(ctx context.Context, job *river.Job[ReportsOfArgs]) error {
	shop, err := w.e.Provider.Shop(ctx, job.Args.MerchantID)
	if err != nil {
		return err
	}
	wait, err := w.e.Provider.Take(ctx, job.Args.MerchantID, "GetReports")
	switch {
	case err != nil:
		return err
	case wait > 0:
		return river.JobSnooze(wait)
	}
	listed := make(map[string]bool)
	var found []*data.Report
	for r, err := range shop.Reports(ctx, &webstore.GetReportsRequest{
		ReportTypes: []webstore.ReportType{webstore.ReportTypeSettlement}, ProcessingStatuses: []webstore.ReportStatus{webstore.ReportStatusCompleted}, PageSize: 100,
	}) {
		if err != nil {
			return err
		}
		listed[r.ReportID] = true
		found = append(found, &data.Report{
			MerchantID: job.Args.MerchantID, ID: r.ReportID, DocumentID: r.ReportDocumentID, Start: r.StartTime.Time, End: r.EndTime.Time, State: data.ReportFound,
		})
	}
	return w.e.DB.Tx(ctx, func(q data.Queries, tx *sql.Tx) error {
		for _, r := range found {
			if err := q.AddReport(ctx, r); err != nil {
				return err
			}
		}
		stored, err := q.Reports(ctx, job.Args.MerchantID, time.UnixMicro(0))
		if err != nil {
			return err
		}
		var jobs []river.InsertManyParams
		for _, r := range stored {
			if r.State == data.ReportFound || r.State == data.ReportUnreadable && listed[r.ID] {
				jobs = append(jobs, river.InsertManyParams{Args: ReconcileArgs{MerchantID: r.MerchantID, ReportID: r.ID}})
			}
		}
		if len(jobs) == 0 {
			return nil
		}
		_, err = w.e.River.InsertManyFastTx(ctx, tx, jobs)
		return err
	})
}

// maxDocument is how many bytes a report's document may have: more than ten million rows.
const maxDocument = 8 << 30

// downloadAttempts is how often a document is downloaded in vain, in about half an hour, before the
// merchant's other reports do not wait for it any more.
const downloadAttempts = 12

// download downloads a report's document and stores its rows, in the job's n-th attempt. The error
// is an [unreadableError] if another attempt would only see the same, or if there were enough.
func (e *Engine) download(ctx context.Context, r *data.Report, n int) (err error) {
	shop, err := e.Provider.Shop(ctx, r.MerchantID)
	if err != nil {
		return err
	}
	wait, err := e.Provider.Take(ctx, r.MerchantID, "GetReportDocument")
	switch {
	case err != nil:
		return err
	case wait > 0:
		return river.JobSnooze(wait)
	}
	file, err := os.CreateTemp("", "settlement-*.csv")
	if err != nil {
		return err
	}
	// At once, so that nothing is left if the process is killed. Windows refuses it.
	removed := os.Remove(file.Name()) == nil
	defer func() {
		err = errors.Join(err, file.Close())
		if !removed {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = shop.DownloadReport(ctx, r.DocumentID, &bounded{file, maxDocument}, amazonpay.WithoutRetry())
	_, called := errors.AsType[*amazonpay.CallError](err)
	switch {
	case err == nil:
	case errors.Is(ctx.Err(), context.Canceled): // the process stops
		return err
	case errors.Is(err, errTooLong):
		return unreadableError{errTooLong}
	case called && amazonpay.Advise(err).Step == amazonpay.StepRead, n >= downloadAttempts: // refused for good
		return unreadableError{err}
	default:
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return e.load(ctx, r, file)
}

// bounded writes no more than so many bytes.
type bounded struct {
	w    io.Writer
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errTooLong
	}
	return b.w.Write(p)
}

var errTooLong = errors.New("the document is longer than a settlement report can be")

// unreadableError is that of a document that is not what it should be.
type unreadableError struct{ error }

func (e unreadableError) Unwrap() error { return e.error }

// settlementPage is how many rows of a report are in memory at a time.
const settlementPage = 1000

// load stores the rows of a report's document, page by page. If it ends in the middle, the report
// is loaded again: a page replaces what was stored of its lines.
func (e *Engine) load(ctx context.Context, r *data.Report, document io.Reader) error {
	rows := report.NewReader(document)
	if err := checkSeller(rows, r.MerchantID); err != nil {
		return err
	}
	page := make([]data.SettlementRow, 0, settlementPage)
	stored := int64(0)
	store := func() error {
		err := e.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) error { return q.ReplaceSettlements(ctx, r, stored, page) })
		if len(page) > 0 {
			stored, page = page[len(page)-1].Line, page[:0]
		}
		return err
	}
	for typed, err := range rows.Settlement() {
		var row data.SettlementRow
		if err == nil {
			row, err = settlementRow(typed)
		}
		if err != nil {
			return unreadable(err)
		}
		if page = append(page, row); len(page) == cap(page) {
			if err := store(); err != nil {
				return err
			}
		}
	}
	if len(page) > 0 {
		if err := store(); err != nil {
			return err
		}
	}
	return store() // there is nothing after the last page
}

// unreadable makes an error of the document an unreadableError. Others, of the disk, pass.
func unreadable(err error) error {
	if _, ok := errors.AsType[*report.Error](err); ok {
		return unreadableError{err}
	}
	return err
}

// checkSeller refuses another merchant's document.
func checkSeller(rows *report.Reader, merchantID string) error {
	summary, err := rows.Summary()
	if err != nil {
		return unreadable(err)
	}
	for _, field := range summary {
		if field.Name == "SellerId" && field.Value != merchantID {
			return unreadableError{fmt.Errorf("the SellerId of the document is %.40q: it is another merchant's", field.Value)}
		}
	}
	return nil
}

// settlementRow returns a row with exact amounts in the currency's smallest unit.
func settlementRow(r report.SettlementRow) (data.SettlementRow, error) {
	row := data.SettlementRow{
		Line: int64(r.Row.Line()), Posted: r.TransactionPostedDate.Time, SettlementID: r.SettlementID, Type: string(r.TransactionType), TransactionID: r.AmazonTransactionID,
		PermissionID: r.AmazonOrderReferenceID, Currency: r.CurrencyCode,
	}
	if permission, period, ok := strings.Cut(r.SellerReferenceID, "/"); ok && permission == row.PermissionID {
		row.Period = period
	}
	for _, amount := range [...]struct {
		name string
		text amazonpay.Decimal
		into *int64
	}{
		{"TransactionAmount", r.TransactionAmount, &row.Amount},
		{"TotalTransactionFee", r.TotalTransactionFee, &row.Fee},
		{"NetTransactionAmount", r.NetTransactionAmount, &row.Net},
	} {
		var err error
		if *amount.into, err = minorUnits(amount.text, r.CurrencyCode); err != nil {
			return row, &report.Error{Line: r.Row.Line(), Column: amount.name, Err: err}
		}
	}
	return row, nil
}

// minorUnits returns a decimal with a sign in the currency's smallest unit; of an empty text, 0.
func minorUnits(amount amazonpay.Decimal, currency amazonpay.CurrencyCode) (int64, error) {
	if amount == "" {
		return 0, nil
	}
	digits, negative := strings.CutPrefix(string(amount), "-")
	minor, err := currency.Price(amazonpay.Decimal(strings.TrimPrefix(digits, "+"))).MinorUnits()
	if negative {
		minor = -minor
	}
	return minor, err
}
