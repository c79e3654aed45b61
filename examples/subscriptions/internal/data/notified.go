package data

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// RefundNamed returns the id and the merchant of the refund that Amazon calls so, or [ErrNone].
func (q Queries) RefundNamed(ctx context.Context, refundID string) (id, merchantID string, err error) {
	err = q.on.QueryRowContext(ctx, `SELECT id, merchant_id FROM refunds WHERE refund_id = $1 AND refund_id <> ''`, refundID).Scan(&id, &merchantID)
	return id, merchantID, err
}

// The kinds of notices.
const (
	NoticeDispute = "dispute" // a buyer or a bank wants money back: it must be contested within days
	NoticeCharge  = "charge"  // money was captured that pays no bill
)

// Notice is a row of the table differences that a notification led to, instead of a report: a person
// should look at it.
type Notice struct {
	MerchantID   string
	Kind         string
	ObjectID     string // of the dispute or the charge
	PermissionID string // empty if it belongs to no bill
	Period       string
	Ours         int64 // the bill's amount
	Theirs       int64
	Currency     amazonpay.CurrencyCode
	Note         string
}

// AddNotice stores a notice, or its new note.
func (q Queries) AddNotice(ctx context.Context, n *Notice) error {
	_, err := q.exec(ctx, `INSERT INTO differences (merchant_id, report_id, line, kind, transaction_id, permission_id, period, ours, theirs, currency, note, found_at)
		VALUES ($1, '', 0, $2, $3, $4, $5, $6, $7, $8, $9, `+q.dialect.clock+`)
		ON CONFLICT (merchant_id, report_id, line, kind, transaction_id, permission_id, period, currency) DO UPDATE SET theirs = excluded.theirs, note = excluded.note`,
		n.MerchantID, n.Kind, n.ObjectID, n.PermissionID, n.Period, n.Ours, n.Theirs, string(n.Currency), n.Note)
	return err
}
