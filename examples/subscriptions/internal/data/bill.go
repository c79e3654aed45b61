package data

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// BillState is how far the payment of a bill is.
type BillState string

// The states of a bill.
const (
	BillPlanned BillState = "planned" // to be charged; a call may be under way: Unsettled
	BillPending BillState = "pending" // Amazon has not decided yet: ChargeID
	BillPaid    BillState = "paid"    // the whole amount is captured: ChargeID
	BillRetry   BillState = "retry"   // declined for now: Reason; charged again on a later day
	BillRepair  BillState = "repair"  // declined until the buyer repairs the payment method: Reason
	BillUnpaid  BillState = "unpaid"  // given up: Reason; the subscription is closed
	BillCheck   BillState = "check"   // it cannot be read whether it was charged: a report or a person decides
)

// Bill is a row of the table bills: one period of one subscription.
type Bill struct {
	PermissionID string
	Period       string // 2026-11
	MerchantID   string
	Amount       int64
	Currency     amazonpay.CurrencyCode
	State        BillState
	Attempt      int  // the idempotency key is made from PermissionID, Period and this
	Unsettled    bool // a call under that key may have charged; in state pending: captured
	Captures     int  // that were refused, of charges that Amazon left authorized
	Calls        int
	Declines     int
	ChargeID     string
	Reason       amazonpay.ReasonCode // of the last decline, or of the charge permission when it was read after that
	Refunded     int64
	RepairToken  string    `log:"-"` // of the buyer's link
	Deadline     Date      // since the first time in state repair; 0: it never was
	Recharge     bool      // in state repair: it is charged as soon as the charge permission is Chargeable
	NextAt       time.Time // not before this, by the database's clock, is the next step taken
	CalledAt     time.Time // of the first call under the key
	PaidAt       time.Time // of the capture, by Amazon's clock

	Version   int       // as it was read
	ChangedAt time.Time // by the database's clock
}

// Key returns the idempotency key of the bill's attempt.
func (b *Bill) Key() string {
	return amazonpay.IdempotencyKey("charge", b.PermissionID, b.Period, strconv.Itoa(b.Attempt))
}

// CaptureKey returns the idempotency key with which the bill's charge is captured, if Amazon left
// it authorized.
func (b *Bill) CaptureKey() string {
	return amazonpay.IdempotencyKey("capture", b.ChargeID, strconv.Itoa(b.Captures))
}

// Reference returns what the bill is called at Amazon, in notifications and in settlement reports.
func (b *Bill) Reference() string { return b.PermissionID + "/" + b.Period }

// Price returns the amount.
func (b *Bill) Price() (amazonpay.Price, error) { return amazonpay.NewPrice(b.Amount, b.Currency) }

const billColumns = `permission_id, period, merchant_id, amount, currency, state, attempt, unsettled, captures, calls, declines, version,
	charge_id, reason, refunded, repair_token, deadline, recharge, next_at, called_at, paid_at, changed_at`

func scanBill(row scanner) (*Bill, error) {
	var b Bill
	var next, called, paid, changed int64
	err := row.Scan(&b.PermissionID, &b.Period, &b.MerchantID, &b.Amount, &b.Currency, &b.State, &b.Attempt, &b.Unsettled, &b.Captures, &b.Calls, &b.Declines, &b.Version,
		&b.ChargeID, &b.Reason, &b.Refunded, &b.RepairToken, &b.Deadline, &b.Recharge, &next, &called, &paid, &changed)
	b.NextAt = time.UnixMicro(next).UTC()
	b.CalledAt, b.PaidAt = time.UnixMicro(called).UTC(), time.UnixMicro(paid).UTC()
	b.ChangedAt = time.UnixMicro(changed).UTC()
	return &b, err
}

// addBills stores new bills. One that is stored already stays as it is.
func (q Queries) addBills(ctx context.Context, bills []*Bill) error {
	args := make([]any, 0, 6*len(bills))
	for _, b := range bills {
		args = append(args, b.PermissionID, b.Period, b.MerchantID, b.Amount, string(b.Currency), string(b.State))
	}
	tuples := values(len(bills), "TEXT", "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT")
	_, err := q.exec(ctx, `INSERT INTO bills (permission_id, period, merchant_id, amount, currency, state, attempt, unsettled, calls, declines, version,
			charge_id, reason, refunded, repair_token, deadline, recharge, next_at, changed_at)
		SELECT v.*, 0, FALSE, 0, 0, 0, '', '', 0, '', 0, FALSE, `+q.dialect.clock+`, `+q.dialect.clock+` FROM (VALUES `+tuples+`) AS v WHERE true
		ON CONFLICT (permission_id, period) DO NOTHING`, args...)
	return err
}

// Bill returns a bill, or [ErrNone].
func (q Queries) Bill(ctx context.Context, permissionID, period string) (*Bill, error) {
	return scanBill(q.on.QueryRowContext(ctx, `SELECT `+billColumns+` FROM bills WHERE permission_id = $1 AND period = $2`, permissionID, period))
}

// BillOfCharge returns the bill that a charge pays, or [ErrNone].
func (q Queries) BillOfCharge(ctx context.Context, chargeID string) (*Bill, error) {
	return scanBill(q.on.QueryRowContext(ctx, `SELECT `+billColumns+` FROM bills WHERE charge_id = $1 AND charge_id <> ''`, chargeID))
}

// BillsOf returns the bills of a subscription that may still be charged, oldest first.
func (q Queries) BillsOf(ctx context.Context, permissionID string) ([]*Bill, error) {
	return all(ctx, q, scanBill, `SELECT `+billColumns+` FROM bills
		WHERE permission_id = $1 AND state NOT IN ('paid', 'unpaid') ORDER BY period`, permissionID)
}

// BeginCall stores that a call under the bill's key is about to be made. It returns the bill with
// Unsettled as it was before the call, or [ErrNone] if the bill is not planned any more.
func (q Queries) BeginCall(ctx context.Context, permissionID, period string) (*Bill, error) {
	b, err := scanBill(q.on.QueryRowContext(ctx, `SELECT `+billColumns+` FROM bills WHERE permission_id = $1 AND period = $2 AND state = 'planned'`+q.dialect.lock, permissionID, period))
	if err != nil {
		return nil, err
	}
	b.Version++
	b.Calls++
	_, err = q.exec(ctx, `UPDATE bills SET unsettled = TRUE, calls = $3, version = $4,
		called_at = CASE WHEN unsettled THEN called_at ELSE `+q.dialect.clock+` END, changed_at = `+q.dialect.clock+` WHERE permission_id = $1 AND period = $2`,
		b.PermissionID, b.Period, b.Calls, b.Version)
	return b, err
}

// SaveBill stores a bill that was read before, unless somebody has changed it since: then it stores
// nothing and returns [ErrChanged].
func (q Queries) SaveBill(ctx context.Context, b *Bill) error {
	changed, err := q.exec(ctx, `UPDATE bills SET state = $4, attempt = $5, unsettled = $6, declines = $7, charge_id = $8, reason = $9, refunded = $10,
			repair_token = $11, deadline = $12, recharge = $13, next_at = $14, paid_at = $15, captures = $16, version = version + 1, changed_at = `+q.dialect.clock+`
		WHERE permission_id = $1 AND period = $2 AND version = $3`,
		b.PermissionID, b.Period, b.Version, string(b.State), b.Attempt, b.Unsettled, b.Declines, b.ChargeID, string(b.Reason), b.Refunded,
		b.RepairToken, int64(b.Deadline), b.Recharge, b.NextAt.UnixMicro(), b.PaidAt.UnixMicro(), b.Captures)
	if err == nil && changed == 0 {
		return ErrChanged
	}
	b.Version++
	return err
}

// ErrChanged reports that somebody else has changed a row since it was read.
var ErrChanged = errors.New("data: somebody else has changed the row")

// BillOfRepair returns the bill that waits for the repair behind a link, or [ErrNone].
func (q Queries) BillOfRepair(ctx context.Context, token string) (*Bill, error) {
	return scanBill(q.on.QueryRowContext(ctx, `SELECT `+billColumns+` FROM bills WHERE repair_token = $1 AND repair_token <> ''`, token))
}

// WakeBill stores a sign that the payment method of a bill in state repair was repaired: the bill
// is due a gap after its last change, unless it is due before. It returns the bill, or [ErrNone]
// if the bill is in another state or, with a gap, due by then anyway. After so many declines the
// sign is not enough to charge it.
func (q Queries) WakeBill(ctx context.Context, permissionID, period string, gap time.Duration, declines int) (*Bill, error) {
	return scanBill(q.on.QueryRowContext(ctx, `UPDATE bills SET recharge = (recharge OR declines < $4), next_at = `+q.dialect.least+`(next_at, changed_at + $3),
			version = version + 1, changed_at = `+q.dialect.clock+`
		WHERE permission_id = $1 AND period = $2 AND state = 'repair' AND (CAST($3 AS BIGINT) = 0 OR next_at > changed_at + $3)
		RETURNING `+billColumns, permissionID, period, gap.Microseconds(), declines))
}

// OpenBills returns how many bills of a merchant wait to be charged. It says twice which, or SQLite
// would not find that the index is for them.
func (q Queries) OpenBills(ctx context.Context, merchantID string) (n int, err error) {
	return n, q.on.QueryRowContext(ctx, `SELECT count(*) FROM bills WHERE merchant_id = $1 AND state = 'planned' AND state NOT IN ('paid', 'unpaid')`, merchantID).Scan(&n)
}
