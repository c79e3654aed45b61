package demo

import (
	"context"
	"database/sql"
	"errors"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Outcome is how many bills of the month went the same way.
type Outcome struct {
	State    data.BillState
	Currency amazonpay.CurrencyCode
	Reason   amazonpay.ReasonCode // of the last decline; empty for a bill that is paid
	Declined bool                 // at least once
	Repair   bool                 // the buyer was asked to repair the payment method
	Bills    int
	Amount   int64
	Refunded int64
}

// outcomes returns what happened to the bills of the month.
func (m *Month) outcomes(ctx context.Context) (found []Outcome, err error) {
	err = m.DB.Tx(ctx, func(_ data.Queries, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT state, currency, reason, declines > 0, deadline > 0, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT)
			FROM bills WHERE period = $1 GROUP BY state, currency, reason, declines > 0, deadline > 0`, First.Period())
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // rows.Err says what went wrong
		for rows.Next() {
			var o Outcome
			if err := rows.Scan(&o.State, &o.Currency, &o.Reason, &o.Declined, &o.Repair, &o.Bills, &o.Amount, &o.Refunded); err != nil {
				return err
			}
			found = append(found, o)
		}
		return rows.Err()
	})
	return found, err
}

// unreported returns how many paid bills of the month, and refunds, no settlement report has yet. A
// refund that is under way counts too.
func (m *Month) unreported(ctx context.Context) (n int, err error) {
	err = m.DB.Tx(ctx, func(_ data.Queries, tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM bills WHERE period = $1 AND state = 'paid' AND NOT reported)
			+ (SELECT count(*) FROM refunds WHERE period = $1 AND (state IN ('planned', 'pending') OR state = 'refunded' AND NOT reported))`, First.Period()).Scan(&n)
	})
	return n, err
}

// unbilled returns how many subscriptions have no bill: those that are due in the month, and those
// that were closed before.
func (m *Month) unbilled(ctx context.Context) (due, closed int, err error) {
	err = m.DB.Tx(ctx, func(_ data.Queries, tx *sql.Tx) error {
		return errors.Join(
			tx.QueryRowContext(ctx, `SELECT count(*) FROM subscriptions WHERE state = 'active' AND next_due <= $1`, int64(First+days-1)).Scan(&due),
			tx.QueryRowContext(ctx, `SELECT count(*) FROM subscriptions AS s WHERE state = 'closed'
				AND NOT EXISTS (SELECT 1 FROM bills AS b WHERE b.permission_id = s.permission_id)`).Scan(&closed))
	})
	return due, closed, err
}

// postpone moves the next period of all subscriptions that are due after the month by ten years:
// nothing is billed then.
func (m *Month) postpone(ctx context.Context) error {
	return m.DB.Tx(ctx, func(_ data.Queries, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE subscriptions SET next_due = next_due + 3650 WHERE next_due > $1 AND next_due <= $1 + 365`, int64(First+days-1))
		return err
	})
}
