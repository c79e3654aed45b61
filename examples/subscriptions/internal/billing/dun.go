package billing

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// mostDeclines is how many declines of a bill there may be before it is charged only if the charge
// permission itself shows a repair: a click on the link in a message is no longer enough.
const mostDeclines = 8

// wakeDun has the charge permission of a bill read soon, if the bill waits for a repair: a
// notification came. It does nothing in other states: those wait for a date. tx is q's transaction.
func (e *Engine) wakeDun(ctx context.Context, q data.Queries, tx *sql.Tx, bill *data.Bill) error {
	woken, err := q.WakeBill(ctx, bill.PermissionID, bill.Period, 0, mostDeclines)
	if err != nil || !woken {
		return err
	}
	return e.runNow(ctx, tx, river.InsertManyParams{Args: DunArgs{refOf(bill)}})
}

// runNow adds jobs. A job that is there already, and waits for a time, waits no longer.
func (e *Engine) runNow(ctx context.Context, tx *sql.Tx, jobs ...river.InsertManyParams) error {
	added, err := e.River.InsertManyTx(ctx, tx, jobs)
	if err != nil {
		return err
	}
	for _, a := range added {
		if a.UniqueSkippedAsDuplicate && (a.Job.State == rivertype.JobStateScheduled || a.Job.State == rivertype.JobStateRetryable) {
			if _, err := e.River.JobRetryTx(ctx, tx, a.Job.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
