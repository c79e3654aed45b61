package billing

// To be deleted when dun.go and refund.go are merged, which have these.

import (
	"context"
	"database/sql"
	"time"

	"github.com/riverqueue/river"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

type dunWorker struct {
	river.WorkerDefaults[DunArgs]

	e *Engine
}

func (*dunWorker) Work(context.Context, *river.Job[DunArgs]) error { return nil }

type refundWorker struct {
	river.WorkerDefaults[RefundArgs]

	e *Engine
}

func (*refundWorker) Work(context.Context, *river.Job[RefundArgs]) error { return nil }

func (e *Engine) wakeDun(ctx context.Context, q data.Queries, tx *sql.Tx, bill *data.Bill) error {
	bill.NextAt = time.UnixMicro(0)
	if err := q.SaveBill(ctx, bill); err != nil {
		return err
	}
	return e.wake(ctx, tx, DunArgs{refOf(bill)})
}
