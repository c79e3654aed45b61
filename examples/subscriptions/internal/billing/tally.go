package billing

import (
	"context"
	"database/sql"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// tallyWorker counts the money in each state, for the page and the metrics.
type tallyWorker struct {
	river.WorkerDefaults[TallyArgs]

	e *Engine
}

// tallyEvery is how often the bills are counted as long as that is quick.
const tallyEvery = 2 * time.Second

// tallyShare is how much longer than the count the pause after it is at least: one database, and in
// SQLite one connection, has other things to do.
const tallyShare = 20

// Timeout is longer than that of other jobs, since the count takes longer the more bills there are.
func (w *tallyWorker) Timeout(*river.Job[TallyArgs]) time.Duration { return 5 * w.e.JobTimeout }

// Work counts, and comes back after a pause. The job stays alive meanwhile, so that the periodic
// one is not added: that only begins the first, and another if one was lost.
func (w *tallyWorker) Work(ctx context.Context, _ *river.Job[TallyArgs]) error {
	began := time.Now()
	if err := w.e.DB.Tx(ctx, func(q data.Queries, _ *sql.Tx) error { return q.Count(ctx) }); err != nil {
		return err
	}
	return river.JobSnooze(tallyPause(time.Since(began)))
}

func tallyPause(took time.Duration) time.Duration { return max(tallyEvery, tallyShare*took) }
