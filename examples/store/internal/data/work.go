package data

import (
	"context"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// WorkState is how far a piece of work is.
type WorkState string

// The states of work.
const (
	WorkOpen    WorkState = "open"    // to be done, or not known to be done
	WorkDone    WorkState = "done"    // for good
	WorkRefused WorkState = "refused" // nothing was done; it may be opened again
	WorkCheck   WorkState = "check"   // a person must look whether it was done
)

// Work is a row of the table work: what must happen once, such as a charge.
type Work struct {
	Name        string // unique for ever
	OrderNumber string
	Kind        string
	Target      string // the id of the session, charge permission, charge or dispute
	Period      int
	Amount      amazonpay.Price // zero if there is none
	Detail      string

	State     WorkState
	Attempt   int  // the idempotency key is made from it and Name
	NewKeys   int  // since the work was opened
	Unsettled bool // a call under the key may have done the work
	Result    string
	Failure   string

	lease string
}

const workColumns = `name, order_number, kind, target, period, amount, currency, detail, state, attempt, new_keys, unsettled, result, failure, lease`

func scanWork(row scanner) (*Work, error) {
	var w Work
	var currency string
	var amount int64
	err := row.Scan(&w.Name, &w.OrderNumber, &w.Kind, &w.Target, &w.Period, &amount, &currency, &w.Detail,
		&w.State, &w.Attempt, &w.NewKeys, &w.Unsettled, &w.Result, &w.Failure, &w.lease)
	if err != nil || currency == "" {
		return &w, err
	}
	return &w, prices(currency, priced{&w.Amount, amount})
}

// OpenWork stores new work, or opens refused work again under a new key. It reports whether the
// work is new or was opened: other work stays as it is.
func (q Queries) OpenWork(ctx context.Context, w *Work) (opened bool, err error) {
	minors, err := amounts(w.Amount)
	if err != nil {
		return false, err
	}
	rows, err := q.exec(ctx, `INSERT INTO work (`+workColumns+`, next_at, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 0, 0, FALSE, '', '', '', 0, 0)
		ON CONFLICT (name) DO UPDATE SET state = 'open', attempt = work.attempt + 1, new_keys = 0, target = excluded.target, amount = excluded.amount, detail = excluded.detail, next_at = 0
		WHERE work.state = 'refused' AND NOT work.unsettled`,
		w.Name, w.OrderNumber, w.Kind, w.Target, w.Period, minors[0], string(w.Amount.CurrencyCode), w.Detail)
	return rows == 1, err
}

// Work returns work, or ErrNone.
func (q Queries) Work(ctx context.Context, name string) (*Work, error) {
	return scanWork(q.on.QueryRowContext(ctx, `SELECT `+workColumns+` FROM work WHERE name = $1`, name))
}

// WorkOf returns the work of an order.
func (q Queries) WorkOf(ctx context.Context, number string) ([]*Work, error) {
	return all(ctx, q, scanWork, `SELECT `+workColumns+` FROM work WHERE order_number = $1 ORDER BY name`, number)
}

// DueWork returns the names of open work that nobody is at, and that is due.
func (q Queries) DueWork(ctx context.Context) ([]string, error) {
	return all(ctx, q, func(row scanner) (name string, err error) { return name, row.Scan(&name) },
		`SELECT name FROM work WHERE state = 'open' AND next_at <= `+q.dialect.clock+` AND lease_until <= `+q.dialect.clock+` ORDER BY next_at LIMIT 100`)
}

// LeaseWork takes open work for a while, unless somebody else is at it. lease is a name that nobody
// else has.
func (q Queries) LeaseWork(ctx context.Context, name, lease string, length time.Duration) (taken bool, err error) {
	rows, err := q.exec(ctx, `UPDATE work SET lease = $2, lease_until = `+q.dialect.clock+` + $3
		WHERE name = $1 AND state = 'open' AND lease_until <= `+q.dialect.clock, name, lease, length.Milliseconds())
	return rows == 1, err
}

// RenewWork takes leased work for longer. It does not take back what somebody else has had since:
// they may have gone further than the caller knows.
func (q Queries) RenewWork(ctx context.Context, name, lease string, length time.Duration) (held bool, err error) {
	rows, err := q.exec(ctx, `UPDATE work SET lease_until = `+q.dialect.clock+` + $3 WHERE name = $1 AND lease = $2 AND state = 'open'`,
		name, lease, length.Milliseconds())
	return rows == 1, err
}

// LeasedWork returns work that is leased under this name, or ErrNone if somebody else has it.
func (q Queries) LeasedWork(ctx context.Context, name, lease string) (*Work, error) {
	return scanWork(q.on.QueryRowContext(ctx, `SELECT `+workColumns+` FROM work WHERE name = $1 AND lease = $2`, name, lease))
}

// SaveWork stores how far work is, if the lease is still held, and reports whether it is.
func (q Queries) SaveWork(ctx context.Context, w *Work) (held bool, err error) {
	rows, err := q.exec(ctx, `UPDATE work SET state = $3, attempt = $4, new_keys = $5, unsettled = $6, result = $7, failure = $8
		WHERE name = $1 AND lease = $2`, w.Name, w.lease, string(w.State), w.Attempt, w.NewKeys, w.Unsettled, w.Result, w.Failure)
	return rows == 1, err
}

// LeaveWork ends the lease. The work is due again after a while.
func (q Queries) LeaveWork(ctx context.Context, w *Work, after time.Duration) error {
	_, err := q.exec(ctx, `UPDATE work SET lease = '', lease_until = 0, next_at = `+q.dialect.clock+` + $3 WHERE name = $1 AND lease = $2`,
		w.Name, w.lease, after.Milliseconds())
	return err
}
