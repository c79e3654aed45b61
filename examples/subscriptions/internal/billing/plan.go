package billing

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// planWorker adds a job for each merchant with a subscription that is due.
type planWorker struct {
	river.WorkerDefaults[PlanArgs]

	e *Engine
}

// merchantPage is how many merchants are in memory at a time.
const merchantPage = 500

// Work adds the jobs of all merchants, page by page. If it ends in the middle, it begins again: a
// merchant whose job is alive gets no other.
func (w *planWorker) Work(ctx context.Context, _ *river.Job[PlanArgs]) error {
	if err := w.e.DB.AnalyzeGrown(ctx); err != nil {
		return err
	}
	until, err := w.e.today(ctx)
	if err != nil {
		return err
	}
	return w.e.forMerchants(ctx,
		func(after string) ([]*data.Merchant, error) {
			return w.e.DB.DueMerchantsAfter(ctx, after, merchantPage, until)
		},
		func(m *data.Merchant) river.JobArgs { return PlanMerchantArgs{MerchantID: m.ID} })
}

// forMerchants adds a job for each merchant, page by page.
func (e *Engine) forMerchants(ctx context.Context, pageAfter func(id string) ([]*data.Merchant, error), args func(m *data.Merchant) river.JobArgs) error {
	for after := ""; ; {
		page, err := pageAfter(after)
		if err != nil || len(page) == 0 {
			return err
		}
		jobs := make([]river.InsertManyParams, len(page))
		for i, m := range page {
			jobs[i].Args = args(m)
		}
		if _, err := e.River.InsertManyFast(ctx, jobs); err != nil {
			return err
		}
		after = page[len(page)-1].ID
	}
}

// planMerchantWorker makes a merchant's bills, and adds a job for each.
type planMerchantWorker struct {
	river.WorkerDefaults[PlanMerchantArgs]

	e        *Engine
	analyzed atomic.Int64 // when PostgreSQL was last asked whether its tables have grown
}

// analyzeEvery is how often it is asked while bills are planned.
const analyzeEvery = 5 * time.Second

func (w *planMerchantWorker) analyze(ctx context.Context) error {
	last, now := w.analyzed.Load(), time.Now().UnixNano()
	if now-last < int64(analyzeEvery) || !w.analyzed.CompareAndSwap(last, now) {
		return nil
	}
	return w.e.DB.AnalyzeGrown(ctx)
}

// billPage is how many bills of a merchant are planned at a time, and ahead the time for which
// bills are in the queue, but at least a page: so a merchant has few in it, however many
// subscriptions it has. That keeps the table of jobs small, and a small merchant's bills do not
// wait for a large merchant's.
const (
	billPage = 240
	ahead    = 10 * time.Second
)

// inQueue returns how many bills a merchant has in the queue before there is another page.
func inQueue(gap time.Duration) int { return max(billPage, int(ahead/max(gap, time.Millisecond))) }

// Work plans a page or more, unless those before are still waiting to be charged, and comes back
// for the next one.
func (w *planMerchantWorker) Work(ctx context.Context, job *river.Job[PlanMerchantArgs]) error {
	open, err := w.e.DB.OpenBills(ctx, job.Args.MerchantID)
	if err != nil {
		return err
	}
	until, err := w.e.today(ctx)
	if err != nil {
		return err
	}
	gap := w.e.Provider.Gap("CreateCharge")
	for open < inQueue(gap) {
		planned, err := w.page(ctx, job.Args.MerchantID, until, gap, open)
		if err != nil {
			return err
		}
		if planned < billPage {
			return nil
		}
		open += planned
	}
	return river.JobSnooze(w.comeBack(gap))
}

// page plans a page behind those that are open. Bills, jobs and the dates of the next periods are
// one transaction, so that a job that ends anywhere neither loses nor repeats a bill.
func (w *planMerchantWorker) page(ctx context.Context, merchantID string, until data.Date, gap time.Duration, open int) (planned int, err error) {
	err = w.e.DB.Tx(ctx, func(q data.Queries, tx *sql.Tx) error {
		bills, err := q.PlanBills(ctx, merchantID, until, billPage)
		if err != nil || len(bills) == 0 {
			return err
		}
		planned = len(bills)
		now, err := q.Now(ctx)
		if err != nil {
			return err
		}
		jobs := make([]river.InsertManyParams, len(bills))
		for i, b := range bills {
			// As far apart as the rate limit has them: the jobs of all merchants take turns.
			jobs[i] = river.InsertManyParams{Args: ChargeArgs{refOf(b)}, InsertOpts: at(now.Add(time.Duration(open+i) * gap))}
		}
		_, err = w.e.River.InsertManyFastTx(ctx, tx, jobs)
		return err
	})
	if err == nil && planned > 0 {
		err = w.analyze(ctx)
	}
	return planned, err
}

// comeBack is when about half of what is in the queue is charged at the merchant's rate.
func (w *planMerchantWorker) comeBack(gap time.Duration) time.Duration {
	return min(30*time.Second, max(time.Second, gap*time.Duration(inQueue(gap)/2)))
}
