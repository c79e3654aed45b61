package data

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Merchant is a row of the table merchants: a client of the provider.
type Merchant struct {
	ID             string
	Name           string
	Region         amazonpay.Region
	Currency       amazonpay.CurrencyCode
	SealedMWSToken []byte `log:"-"`
}

const merchantColumns = `id, name, region, currency, sealed_mws_token`

func scanMerchant(row scanner) (*Merchant, error) {
	var m Merchant
	return &m, row.Scan(&m.ID, &m.Name, &m.Region, &m.Currency, &m.SealedMWSToken)
}

// AddMerchant stores a merchant, or its new name and token, with which an authorization token can
// be asked for at once. It refuses another region or currency: the charge permissions of the
// merchant are in the old ones.
func (q Queries) AddMerchant(ctx context.Context, m *Merchant) error {
	changed, err := q.exec(ctx, `INSERT INTO merchants (`+merchantColumns+`, sealed_token, token_good_until, token_claim, token_claimed_at, token_claim_until)
		VALUES ($1, $2, $3, $4, $5, '', 0, '', 0, 0)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, sealed_mws_token = excluded.sealed_mws_token, token_claim = '', token_claim_until = 0
		WHERE merchants.region = excluded.region AND merchants.currency = excluded.currency`,
		m.ID, m.Name, string(m.Region), string(m.Currency), m.SealedMWSToken)
	if err == nil && changed == 0 {
		return fmt.Errorf("data: merchant %s: region and currency cannot change to %s and %s: leave them as they are stored, or add an account of the other region under its own id", m.ID, m.Region, m.Currency)
	}
	return err
}

// Merchant returns a merchant, or [ErrNone].
func (q Queries) Merchant(ctx context.Context, id string) (*Merchant, error) {
	return scanMerchant(q.on.QueryRowContext(ctx, `SELECT `+merchantColumns+` FROM merchants WHERE id = $1`, id))
}

// DueMerchantsAfter is [Queries.MerchantsAfter] of those with a subscription that is due at a date.
func (q Queries) DueMerchantsAfter(ctx context.Context, id string, limit int, until Date) ([]*Merchant, error) {
	return all(ctx, q, scanMerchant, `SELECT `+merchantColumns+` FROM merchants WHERE id > $1
		AND EXISTS (SELECT 1 FROM subscriptions WHERE merchant_id = merchants.id AND state = 'active' AND next_due <= $3) ORDER BY id LIMIT $2`, id, limit, int64(until))
}

// MerchantsAfter returns up to limit merchants whose ids come after one, in the order of their ids.
func (q Queries) MerchantsAfter(ctx context.Context, id string, limit int) ([]*Merchant, error) {
	return all(ctx, q, scanMerchant, `SELECT `+merchantColumns+` FROM merchants WHERE id > $1 ORDER BY id LIMIT $2`, id, limit)
}
