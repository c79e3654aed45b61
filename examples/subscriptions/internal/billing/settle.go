package billing

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// settleEvery is how often it is looked for work whose job is lost.
const settleEvery = 5 * time.Minute

// overdue is how long after its time a step counts as lost. Jobs wait for their rate limit, or for
// a service that is down; a job that is alive gets no double.
const overdue = time.Hour

// settlePage is how many bills and refunds get their jobs in one transaction.
const settlePage = 500

// settleWorker adds the jobs of bills and refunds on which nothing works: River has given the job
// up, a person has deleted it, or it is not in the copy from which the database was restored. What
// needs a person (state check) stays as it is.
type settleWorker struct {
	river.WorkerDefaults[SettleArgs]

	e *Engine
}

// Work goes through what is overdue, page by page.
func (w *settleWorker) Work(ctx context.Context, _ *river.Job[SettleArgs]) error {
	now, err := w.e.DB.Now(ctx)
	if err != nil {
		return err
	}
	before := now.Add(-max(time.Minute, w.e.Calendar.Scale(overdue)))
	for found := settlePage; found == settlePage; {
		if found, err = w.bills(ctx, before); err != nil {
			return err
		}
	}
	for after, found := (data.OpenRefund{}), settlePage; found == settlePage; {
		refunds, err := w.e.DB.OverdueRefunds(ctx, before, after, settlePage)
		if found = len(refunds); err != nil || found == 0 {
			return err
		}
		jobs := make([]river.InsertManyParams, found)
		for i, r := range refunds {
			jobs[i].Args = RefundArgs{ID: r.ID, MerchantID: r.MerchantID}
		}
		added, err := w.e.River.InsertManyFast(ctx, jobs)
		if err != nil {
			return err
		}
		w.log(ctx, "refunds", added)
		after = refunds[found-1]
	}
	return nil
}

// bills adds the jobs of a page of bills, and returns how many bills it has.
func (w *settleWorker) bills(ctx context.Context, before time.Time) (found int, err error) {
	return found, w.e.DB.Tx(ctx, func(q data.Queries, tx *sql.Tx) error {
		bills, err := q.OverdueBills(ctx, before, settlePage)
		if err != nil || len(bills) == 0 {
			return err
		}
		found = len(bills)
		jobs := make([]river.InsertManyParams, found)
		for i, b := range bills {
			jobs[i].Args = jobOf(b)
		}
		added, err := w.e.River.InsertManyFastTx(ctx, tx, jobs)
		w.log(ctx, "bills", added)
		return err
	})
}

func (w *settleWorker) log(ctx context.Context, what string, added int) {
	if added > 0 {
		w.e.Logger.WarnContext(ctx, "there was work without a job: it has jobs again", slog.String("of", what), slog.Int("jobs", added))
	}
}
