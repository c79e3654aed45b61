package data

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// SubscriptionState is whether a subscription is billed.
type SubscriptionState string

// The states of a subscription.
const (
	SubscriptionActive  SubscriptionState = "active"
	SubscriptionPastDue SubscriptionState = "past_due" // a bill is not paid: no other is made until it is
	SubscriptionClosed  SubscriptionState = "closed"
)

// Subscription is a row of the table subscriptions: a charge permission that is charged monthly.
type Subscription struct {
	PermissionID string
	MerchantID   string
	Amount       int64
	Currency     amazonpay.CurrencyCode
	State        SubscriptionState
	Anchor       int // the day of the month on which a period begins
	NextDue      Date
}

const subscriptionColumns = `permission_id, merchant_id, amount, currency, state, anchor, next_due`

func scanSubscription(row scanner) (*Subscription, error) {
	var s Subscription
	return &s, row.Scan(&s.PermissionID, &s.MerchantID, &s.Amount, &s.Currency, &s.State, &s.Anchor, &s.NextDue)
}

// Subscription returns a subscription, or [ErrNone].
func (q Queries) Subscription(ctx context.Context, permissionID string) (*Subscription, error) {
	return scanSubscription(q.on.QueryRowContext(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE permission_id = $1`, permissionID))
}

// rows is how many rows one INSERT takes: SQLite takes 32,766 parameters.
const rows = 1000

// AddSubscriptions stores new subscriptions, unless one of them could not be charged. Those that
// are stored already stay as they are.
func (q Queries) AddSubscriptions(ctx context.Context, all []*Subscription) error {
	for len(all) > 0 {
		page := all[:min(rows, len(all))]
		all = all[len(page):]
		args := make([]any, 0, 7*len(page))
		for _, s := range page {
			if s.Amount <= 0 || s.Anchor < 1 || s.Anchor > 31 {
				return fmt.Errorf("data: subscription %s: the amount must be above 0 and the anchor a day from 1 to 31", s.PermissionID)
			}
			if _, err := amazonpay.NewPrice(s.Amount, s.Currency); err != nil {
				return fmt.Errorf("data: subscription %s: the currency %.32q must be one that the SDK knows, such as USD: correct it", s.PermissionID, string(s.Currency))
			}
			args = append(args, s.PermissionID, s.MerchantID, s.Amount, string(s.Currency), string(s.State), s.Anchor, int64(s.NextDue))
		}
		if _, err := q.exec(ctx, `INSERT INTO subscriptions (`+subscriptionColumns+`) VALUES `+values(len(page), "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT", "SMALLINT", "BIGINT")+` ON CONFLICT (permission_id) DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

// values returns so many tuples of parameters of these types: (CAST($1 AS TEXT), CAST($2 AS
// BIGINT)), ($3, $4). The types of the first tuple are those of all.
func values(tuples int, types ...string) string {
	var b strings.Builder
	for i := range tuples * len(types) {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%len(types) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		if i < len(types) {
			fmt.Fprintf(&b, "CAST($%d AS %s)", i+1, types[i])
		} else {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(i + 1))
		}
	}
	b.WriteByte(')')
	return b.String()
}

// PlanBills makes the bills of up to limit active subscriptions of a merchant that are due at a
// date or before, and moves each subscription to its next period. It must run in a transaction.
func (q Queries) PlanBills(ctx context.Context, merchantID string, until Date, limit int) ([]*Bill, error) {
	due, err := all(ctx, q, scanSubscription, `SELECT `+subscriptionColumns+` FROM subscriptions
		WHERE merchant_id = $1 AND state = 'active' AND next_due <= $2 ORDER BY next_due, permission_id LIMIT $3`+q.dialect.lock,
		merchantID, int64(until), limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	bills := make([]*Bill, len(due))
	moved := make([]any, 0, 2*len(due))
	for i, s := range due {
		bills[i] = &Bill{
			PermissionID: s.PermissionID, Period: s.NextDue.Period(), MerchantID: s.MerchantID,
			Amount: s.Amount, Currency: s.Currency, State: BillPlanned,
		}
		moved = append(moved, s.PermissionID, int64(s.NextDue.NextMonth(s.Anchor)))
	}
	return bills, errors.Join(q.addBills(ctx, bills), q.moveDue(ctx, moved))
}

// moveDue sets next_due: args are pairs of an id and a date.
func (q Queries) moveDue(ctx context.Context, args []any) error {
	tuples := values(len(args)/2, "TEXT", "BIGINT")
	_, err := q.exec(ctx, `WITH moved (id, due) AS (VALUES `+tuples+`)
		UPDATE subscriptions SET next_due = moved.due FROM moved WHERE permission_id = moved.id`, args...)
	return err
}

// SetSubscriptionState changes whether a subscription is billed. A closed one stays closed.
func (q Queries) SetSubscriptionState(ctx context.Context, permissionID string, state SubscriptionState) error {
	_, err := q.exec(ctx, `UPDATE subscriptions SET state = $2 WHERE permission_id = $1 AND state <> 'closed'`, permissionID, string(state))
	return err
}

// PaidSubscription makes a subscription that was past due active again, unless another of its bills
// waits for the buyer.
func (q Queries) PaidSubscription(ctx context.Context, permissionID string) error {
	_, err := q.exec(ctx, `UPDATE subscriptions SET state = 'active' WHERE permission_id = $1 AND state = 'past_due'
		AND NOT EXISTS (SELECT 1 FROM bills WHERE bills.permission_id = $1 AND bills.state = 'repair')`, permissionID)
	return err
}
