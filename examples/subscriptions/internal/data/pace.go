package data

import (
	"context"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Take takes one call of an operation out of the merchant's rate limit, which all processes share.
// If there is none, it returns how long to wait before asking again: each who asks is sent further
// back in the line, so that those who wait do not all come at once.
//
// The limit is what the service documents, and what its refusals teach: see [Queries.Slow]. Each
// call that is taken brings the rate back by a tenth.
func (q Queries) Take(ctx context.Context, merchantID, operation string, limit amazonpay.RateLimit) (wait time.Duration, err error) {
	gap := int64(float64(time.Second.Microseconds()) / limit.PerSecond)
	// A generic cell rate algorithm: next_at is when the bucket would be full again, and a call is
	// free while that is less than burst - 1 gaps ahead. On the right stand the old values;
	// excluded.asked_at is now. If the clock was set back, the old times are moved back with it.
	back := `CASE WHEN pace.asked_at > excluded.asked_at + ` + clockBack + ` THEN pace.asked_at - excluded.asked_at ELSE 0 END`
	next, line := `(pace.next_at - `+back+`)`, `(pace.line_at - `+back+`)`
	ahead := next + ` - pace.gap * (CAST($4 AS BIGINT) - 1)`
	free := ahead + ` <= excluded.asked_at`
	turn := q.dialect.greatest + `(` + line + ` + pace.gap, ` + ahead + `)`
	row := q.on.QueryRowContext(ctx, `INSERT INTO pace (merchant_id, operation, gap, next_at, line_at, asked_at, turn, cut_at, refused)
		VALUES ($1, $2, $3, `+q.dialect.clock+` + $3, `+q.dialect.clock+`, `+q.dialect.clock+`, 0, 0, 0)
		ON CONFLICT (merchant_id, operation) DO UPDATE SET
			next_at = CASE WHEN `+free+` THEN `+q.dialect.greatest+`(`+next+`, excluded.asked_at) + pace.gap ELSE `+next+` END,
			line_at = CASE WHEN `+free+` THEN `+line+` ELSE `+turn+` END,
			asked_at = excluded.asked_at,
			turn = CASE WHEN `+free+` THEN 0 ELSE `+turn+` - excluded.asked_at END,
			gap = CASE WHEN `+free+` THEN `+q.dialect.greatest+`(excluded.gap, pace.gap * 10 / 11) ELSE pace.gap END
		RETURNING turn`, merchantID, operation, gap, limit.Burst)
	var micros int64
	err = row.Scan(&micros)
	return time.Duration(micros) * time.Microsecond, err
}

// clockBack is how far ahead a time must be that was stored as the present one, in microseconds, to
// show that the database's clock has been set back since. What was counted from that time would
// otherwise last too long: days, if the clock was wrong by days.
const clockBack = `10000000`

// Slow tells the rate limit that the service has refused a call with 429: the rate is halved, at
// most once a second and down to a sixteenth, and nobody is let through for the time after which
// the service wants to be asked again, or a gap.
func (q Queries) Slow(ctx context.Context, merchantID, operation string, limit amazonpay.RateLimit, retryAfter time.Duration) error {
	gap := int64(float64(time.Second.Microseconds()) / limit.PerSecond)
	cut := `(cut_at <= ` + q.dialect.clock + ` - 1000000 OR cut_at > ` + q.dialect.clock + ` + ` + clockBack + `)`
	longer := `CASE WHEN ` + cut + ` THEN ` + q.dialect.least + `(gap * 2, CAST($3 AS BIGINT) * 16) ELSE gap END`
	_, err := q.exec(ctx, `UPDATE pace SET
			gap = `+longer+`,
			next_at = `+q.dialect.greatest+`(next_at, `+q.dialect.clock+` + CAST($5 AS BIGINT) + CAST($4 AS BIGINT) * `+longer+`),
			cut_at = CASE WHEN `+cut+` THEN `+q.dialect.clock+` ELSE cut_at END,
			refused = refused + 1
		WHERE merchant_id = $1 AND operation = $2`, merchantID, operation, gap, limit.Burst, retryAfter.Microseconds())
	return err
}
