package data

import (
	"context"
	"time"
)

// OverdueBills returns up to limit bills whose next step was due before a time: not those in state
// check. It sets their next step to now, so that it does not find them again at once; the version
// stays, since a call may be under way whose result must be stored.
func (q Queries) OverdueBills(ctx context.Context, before time.Time, limit int) ([]*Bill, error) {
	return all(ctx, q, scanBill, `UPDATE bills SET next_at = `+q.dialect.clock+` WHERE (permission_id, period) IN (
			SELECT permission_id, period FROM bills WHERE state IN ('planned', 'pending', 'retry', 'repair') AND next_at < $1
			ORDER BY next_at LIMIT $2`+q.dialect.lock+`)
		RETURNING `+billColumns, before.UnixMicro(), limit)
}

// OpenRefund is a refund that has not come to an end.
type OpenRefund struct {
	ID, MerchantID string

	changedAt int64
}

// OverdueRefunds returns up to limit refunds in state planned or pending that nobody has changed
// since a time, and that come after one in the order of their last change; the zero OpenRefund for
// the first ones.
func (q Queries) OverdueRefunds(ctx context.Context, before time.Time, after OpenRefund, limit int) ([]OpenRefund, error) {
	return all(ctx, q, func(row scanner) (r OpenRefund, err error) { return r, row.Scan(&r.ID, &r.MerchantID, &r.changedAt) },
		`SELECT id, merchant_id, changed_at FROM refunds WHERE state IN ('planned', 'pending') AND changed_at < $1 AND (changed_at, id) > ($2, $3)
		ORDER BY changed_at, id LIMIT $4`, before.UnixMicro(), after.changedAt, after.ID, limit)
}
