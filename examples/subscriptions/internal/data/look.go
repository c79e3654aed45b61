package data

import (
	"context"
	"strings"
	"time"
)

// What the operator's page shows of other tables: the newest few rows.

// Slowed is a rate limit that the service has refused a call for.
type Slowed struct {
	MerchantID string
	Operation  string
	Gap        time.Duration // between two calls now
	Refused    int64
	CutAt      time.Time // of the last refusal
}

// LatestSlowed returns the rate limits that were refused last.
func (q Queries) LatestSlowed(ctx context.Context, limit int) ([]Slowed, error) {
	scan := func(row scanner) (Slowed, error) {
		var s Slowed
		var gap, cut int64
		err := row.Scan(&s.MerchantID, &s.Operation, &gap, &s.Refused, &cut)
		s.Gap, s.CutAt = time.Duration(gap)*time.Microsecond, time.UnixMicro(cut).UTC()
		return s, err
	}
	return all(ctx, q, scan, `SELECT merchant_id, operation, gap, refused, cut_at FROM pace WHERE refused > 0 ORDER BY cut_at DESC, merchant_id LIMIT $1`, limit)
}

// LatestToCheck returns the bills in state check that changed last.
func (q Queries) LatestToCheck(ctx context.Context, limit int) ([]*Bill, error) {
	return all(ctx, q, scanBill, `SELECT `+billColumns+` FROM bills WHERE state = 'check' ORDER BY changed_at DESC LIMIT $1`, limit)
}

// LatestRefundsToCheck returns the refunds in state check or refused that changed last.
func (q Queries) LatestRefundsToCheck(ctx context.Context, limit int) ([]*Refund, error) {
	return all(ctx, q, scanRefund, `SELECT `+refundColumns+` FROM refunds WHERE state IN ('check', 'refused') ORDER BY changed_at DESC LIMIT $1`, limit)
}

// Message is a row of the table messages, without its link, which is the buyer's secret.
type Message struct {
	PermissionID string
	Period       string
	Kind         MessageKind
	MadeAt       time.Time
}

// LatestMessages returns the newest messages.
func (q Queries) LatestMessages(ctx context.Context, limit int) ([]Message, error) {
	scan := func(row scanner) (Message, error) {
		var m Message
		var made int64
		err := row.Scan(&m.PermissionID, &m.Period, &m.Kind, &made)
		m.MadeAt = time.UnixMicro(made).UTC()
		return m, err
	}
	return all(ctx, q, scan, `SELECT permission_id, period, kind, made_at FROM messages ORDER BY id DESC LIMIT $1`, limit)
}

// CountDifferences returns how many differences there are.
func (q Queries) CountDifferences(ctx context.Context) (n int64, err error) {
	return n, q.on.QueryRowContext(ctx, `SELECT count(*) FROM differences`).Scan(&n)
}

// likeAnywhere returns the pattern of a text that contains another in lower case; ! escapes.
func likeAnywhere(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}
