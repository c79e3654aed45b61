package data

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Outcome is how many bills of a period went the same way.
type Outcome struct {
	State    BillState
	Currency amazonpay.CurrencyCode
	Reason   amazonpay.ReasonCode // of the last decline; empty for a bill that is paid
	Declined bool                 // at least once
	Repair   bool                 // the buyer was asked to repair the payment method
	Bills    int
	Amount   int64
	Refunded int64
}

// Outcomes returns what happened to the bills of a period. It reads all of them.
func (q Queries) Outcomes(ctx context.Context, period string) ([]Outcome, error) {
	scan := func(row scanner) (Outcome, error) {
		var o Outcome
		return o, row.Scan(&o.State, &o.Currency, &o.Reason, &o.Declined, &o.Repair, &o.Bills, &o.Amount, &o.Refunded)
	}
	return all(ctx, q, scan, `SELECT state, currency, reason, declines > 0, deadline > 0, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT)
		FROM bills WHERE period = $1 GROUP BY state, currency, reason, declines > 0, deadline > 0`, period)
}

// Unreported returns how many paid bills of a period, and refunds, no settlement report has yet. A
// refund that is under way counts too.
func (q Queries) Unreported(ctx context.Context, period string) (n int, err error) {
	return n, q.on.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM bills WHERE period = $1 AND state = 'paid' AND NOT reported)
		+ (SELECT count(*) FROM refunds WHERE period = $1 AND (state IN ('planned', 'pending') OR state = 'refunded' AND NOT reported))`, period).Scan(&n)
}

// Unbilled returns how many subscriptions have no bill: those that are due at a date or before, and
// those that were closed before.
func (q Queries) Unbilled(ctx context.Context, until Date) (due, closed int, err error) {
	return due, closed, q.on.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM subscriptions WHERE state = 'active' AND next_due <= $1),
			(SELECT count(*) FROM subscriptions AS s WHERE state = 'closed' AND NOT EXISTS (SELECT 1 FROM bills AS b WHERE b.permission_id = s.permission_id))`,
		int64(until)).Scan(&due, &closed)
}

// Postpone moves the next period of all subscriptions that are due after a date by ten years:
// nothing is billed then.
func (q Queries) Postpone(ctx context.Context, after Date) error {
	_, err := q.exec(ctx, `UPDATE subscriptions SET next_due = next_due + 3650 WHERE next_due > $1 AND next_due <= $1 + 365`, int64(after))
	return err
}
