package data

import (
	"context"
	"errors"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Tally is a row of the table tally: the bills of a period in one state and currency.
type Tally struct {
	Period   string
	State    BillState
	Currency amazonpay.CurrencyCode
	Bills    int64
	Amount   int64
	Refunded int64
}

func scanTally(row scanner) (Tally, error) {
	var t Tally
	return t, row.Scan(&t.Period, &t.State, &t.Currency, &t.Bills, &t.Amount, &t.Refunded)
}

// Count counts the bills and the jobs. It reads both tables as a whole, and must run in a
// transaction.
func (q Queries) Count(ctx context.Context) error {
	// A row that is as it was is not written again. The old rows are added as zeros, since a state
	// that no bill is in any more has none.
	_, err := q.exec(ctx, `INSERT INTO tally (merchant_id, period, state, currency, bills, amount, refunded)
		WITH counted AS (
			SELECT merchant_id, period, state, currency, count(*) AS bills, sum(amount) AS amount, sum(refunded) AS refunded
			FROM bills GROUP BY merchant_id, period, state, currency)
		SELECT merchant_id, period, state, currency, CAST(sum(bills) AS BIGINT), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT) FROM (
			SELECT merchant_id, period, state, currency, bills, amount, refunded FROM counted
			UNION ALL SELECT '', period, state, currency, bills, amount, refunded FROM counted
			UNION ALL SELECT merchant_id, period, state, currency, 0, 0, 0 FROM tally) AS found
		WHERE true GROUP BY merchant_id, period, state, currency
		ON CONFLICT (merchant_id, period, state, currency) DO UPDATE SET bills = excluded.bills, amount = excluded.amount, refunded = excluded.refunded
		WHERE tally.bills <> excluded.bills OR tally.amount <> excluded.amount OR tally.refunded <> excluded.refunded`)
	if err != nil {
		return err
	}
	if _, err := q.exec(ctx, `DELETE FROM tally_jobs`); err != nil {
		return err
	}
	if _, err := q.exec(ctx, `INSERT INTO tally_jobs (queue, state, jobs)
		SELECT queue, CAST(state AS TEXT), count(*) FROM river_job WHERE state <> 'completed' GROUP BY queue, state`); err != nil {
		return err
	}
	_, err = q.exec(ctx, `INSERT INTO tally_time (id, counted_at) VALUES (1, `+q.dialect.clock+`) ON CONFLICT (id) DO UPDATE SET counted_at = excluded.counted_at`)
	return err
}

// Counted returns when [Queries.Count] last counted: the zero time if never.
func (q Queries) Counted(ctx context.Context) (time.Time, error) {
	var micros int64
	err := q.on.QueryRowContext(ctx, `SELECT counted_at FROM tally_time`).Scan(&micros)
	if errors.Is(err, ErrNone) {
		return time.Time{}, nil
	}
	return time.UnixMicro(micros).UTC(), err
}

// Tallies returns the sums of all merchants, the newest period first.
func (q Queries) Tallies(ctx context.Context) ([]Tally, error) {
	return all(ctx, q, scanTally, `SELECT period, state, currency, bills, amount, refunded FROM tally
		WHERE merchant_id = '' AND bills > 0 ORDER BY period DESC, state, currency`)
}

// MerchantTally is a row of the tally and its merchant. A merchant without bills in the period has
// one without a State.
type MerchantTally struct {
	Tally

	Merchant Merchant // without its token
}

// MerchantTallies returns the tally of a period of up to limit merchants, in the order of their
// ids: those whose ids come after one, and whose id or name contains a text.
func (q Queries) MerchantTallies(ctx context.Context, period, contains, after string, limit int) ([]MerchantTally, error) {
	scan := func(row scanner) (MerchantTally, error) {
		var t MerchantTally
		return t, row.Scan(&t.Merchant.ID, &t.Merchant.Name, &t.Merchant.Region, &t.Merchant.Currency,
			&t.Period, &t.State, &t.Currency, &t.Bills, &t.Amount, &t.Refunded)
	}
	return all(ctx, q, scan, `SELECT m.id, m.name, m.region, m.currency,
			coalesce(t.period, ''), coalesce(t.state, ''), coalesce(t.currency, ''), coalesce(t.bills, 0), coalesce(t.amount, 0), coalesce(t.refunded, 0)
		FROM (SELECT id, name, region, currency FROM merchants
			WHERE id > $2 AND ($3 = '' OR lower(id) LIKE $4 ESCAPE '!' OR lower(name) LIKE $4 ESCAPE '!') ORDER BY id LIMIT $5) AS m
		LEFT JOIN tally AS t ON t.merchant_id = m.id AND t.period = $1 AND t.bills > 0
		ORDER BY m.id, t.state, t.currency`, period, after, contains, likeAnywhere(contains), limit)
}

// JobTally is how many jobs of a queue are in a state of River, without those that are completed.
type JobTally struct {
	Queue string
	State string
	Jobs  int64
}

// JobTallies returns the jobs of all queues.
func (q Queries) JobTallies(ctx context.Context) ([]JobTally, error) {
	scan := func(row scanner) (JobTally, error) {
		var t JobTally
		return t, row.Scan(&t.Queue, &t.State, &t.Jobs)
	}
	return all(ctx, q, scan, `SELECT queue, state, jobs FROM tally_jobs ORDER BY queue, state`)
}
