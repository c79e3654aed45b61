package data

import (
	"context"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// RefundState is how far a refund is.
type RefundState string

// The states of a refund.
const (
	RefundPlanned  RefundState = "planned"  // to be made; a call may be under way: Unsettled
	RefundPending  RefundState = "pending"  // Amazon has not decided yet: RefundID
	RefundRefunded RefundState = "refunded" // the buyer has the money: RefundID
	RefundRefused  RefundState = "refused"  // given up: Reason
	RefundCheck    RefundState = "check"    // it cannot be read whether it was made: a person decides
)

// Refund is a row of the table refunds: a part of a paid bill that goes back to the buyer.
type Refund struct {
	ID           string // the program's own that asked for it
	PermissionID string
	Period       string
	MerchantID   string
	ChargeID     string
	Amount       int64
	Currency     amazonpay.CurrencyCode
	State        RefundState
	Attempt      int  // the idempotency key is made from ID and this
	Unsettled    bool // a call under that key may have refunded
	RefundID     string
	Reason       amazonpay.ReasonCode // of the last decline
	RefundedAt   time.Time            // by Amazon's clock

	Version   int       // as it was read
	ChangedAt time.Time // by the database's clock
}

// Key returns the idempotency key of the refund's attempt.
func (r *Refund) Key() string {
	return amazonpay.IdempotencyKey("refund", r.ID, strconv.Itoa(r.Attempt))
}

// Price returns the amount.
func (r *Refund) Price() (amazonpay.Price, error) { return amazonpay.NewPrice(r.Amount, r.Currency) }

const refundColumns = `id, permission_id, period, merchant_id, charge_id, amount, currency, state, attempt, unsettled, version, refund_id, reason, refunded_at, changed_at`

func scanRefund(row scanner) (*Refund, error) {
	var r Refund
	var refunded, changed int64
	err := row.Scan(&r.ID, &r.PermissionID, &r.Period, &r.MerchantID, &r.ChargeID, &r.Amount, &r.Currency, &r.State, &r.Attempt, &r.Unsettled, &r.Version,
		&r.RefundID, &r.Reason, &refunded, &changed)
	r.RefundedAt, r.ChangedAt = time.UnixMicro(refunded).UTC(), time.UnixMicro(changed).UTC()
	return &r, err
}

// Refund returns a refund, or [ErrNone].
func (q Queries) Refund(ctx context.Context, id string) (*Refund, error) {
	return scanRefund(q.on.QueryRowContext(ctx, `SELECT `+refundColumns+` FROM refunds WHERE id = $1`, id))
}

// RefundOf returns the refund that Amazon calls so, or [ErrNone].
func (q Queries) RefundOf(ctx context.Context, refundID string) (*Refund, error) {
	return scanRefund(q.on.QueryRowContext(ctx, `SELECT `+refundColumns+` FROM refunds WHERE refund_id = $1 AND refund_id <> ''`, refundID))
}

// UncertainRefund returns the refund of a permission's charges of which it cannot be read whether
// it was made, if only one has that amount; of one period, unless it is empty. Of none or several
// it returns [ErrNone].
func (q Queries) UncertainRefund(ctx context.Context, merchantID, permissionID, period string, amount int64, currency amazonpay.CurrencyCode) (*Refund, error) {
	found, err := all(ctx, q, scanRefund, `SELECT `+refundColumns+` FROM refunds WHERE permission_id = $1 AND ($2 = '' OR period = $2) AND merchant_id = $3
			AND state = 'check' AND refund_id = '' AND amount = $4 AND currency = $5 LIMIT 2`, permissionID, period, merchantID, amount, string(currency))
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, ErrNone
	}
	return found[0], nil
}

// CountRefundsToCheck returns how many refunds are in each of the states check and refused.
func (q Queries) CountRefundsToCheck(ctx context.Context) (check, refused int64, err error) {
	err = q.on.QueryRowContext(ctx, `SELECT COALESCE(sum(CASE state WHEN 'check' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE state WHEN 'refused' THEN 1 ELSE 0 END), 0)
		FROM refunds WHERE state IN ('check', 'refused')`).Scan(&check, &refused)
	return check, refused, err
}

// BillToRefund returns a bill, and the sum of its refunds that were made or may be. In a
// transaction nobody else can add one until it ends.
func (q Queries) BillToRefund(ctx context.Context, permissionID, period string) (b *Bill, refunds int64, err error) {
	b, err = scanBill(q.on.QueryRowContext(ctx, `SELECT `+billColumns+` FROM bills WHERE permission_id = $1 AND period = $2`+q.dialect.lock, permissionID, period))
	if err != nil {
		return nil, 0, err
	}
	err = q.on.QueryRowContext(ctx, `SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM refunds WHERE permission_id = $1 AND period = $2 AND state <> 'refused'`,
		permissionID, period).Scan(&refunds)
	return b, refunds, err
}

// AddRefund stores a new refund, and reports whether it did: there may be one with its ID.
func (q Queries) AddRefund(ctx context.Context, r *Refund) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO refunds (`+refundColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'planned', 0, FALSE, 0, '', '', 0, `+q.dialect.clock+`) ON CONFLICT (id) DO NOTHING`,
		r.ID, r.PermissionID, r.Period, r.MerchantID, r.ChargeID, r.Amount, string(r.Currency))
	return n == 1, err
}

// BeginRefund stores that a call under the refund's key is about to be made. It returns the refund
// with Unsettled as it was before the call, or [ErrNone] if the refund is not planned any more.
func (q Queries) BeginRefund(ctx context.Context, id string) (*Refund, error) {
	r, err := scanRefund(q.on.QueryRowContext(ctx, `SELECT `+refundColumns+` FROM refunds WHERE id = $1 AND state = 'planned'`+q.dialect.lock, id))
	if err != nil {
		return nil, err
	}
	r.Version++
	_, err = q.exec(ctx, `UPDATE refunds SET unsettled = TRUE, version = $2, changed_at = `+q.dialect.clock+` WHERE id = $1`, r.ID, r.Version)
	return r, err
}

// SaveRefund stores a refund that was read before, unless somebody has changed it since: then it
// stores nothing and returns [ErrChanged].
func (q Queries) SaveRefund(ctx context.Context, r *Refund) error {
	changed, err := q.exec(ctx, `UPDATE refunds SET state = $3, attempt = $4, unsettled = $5, refund_id = $6, reason = $7, refunded_at = $8,
			version = version + 1, changed_at = `+q.dialect.clock+`
		WHERE id = $1 AND version = $2`,
		r.ID, r.Version, string(r.State), r.Attempt, r.Unsettled, r.RefundID, string(r.Reason), r.RefundedAt.UnixMicro())
	if err == nil && changed == 0 {
		return ErrChanged
	}
	r.Version++
	return err
}

// Refunded adds a refund that was made to its bill. It must run in the transaction that stores the
// refund as refunded.
func (q Queries) Refunded(ctx context.Context, r *Refund) error {
	_, err := q.exec(ctx, `UPDATE bills SET refunded = refunded + $3, version = version + 1, changed_at = `+q.dialect.clock+`
		WHERE permission_id = $1 AND period = $2`, r.PermissionID, r.Period, r.Amount)
	return err
}
