package data

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Dispute is a chargeback or an A-to-z claim about a charge.
type Dispute struct {
	DisputeID string
	ChargeID  string
	Amount    amazonpay.Price
	State     string // of webstore.DisputeState
	Reason    string
}

// PutDispute stores a dispute about a charge of an order.
func (q Queries) PutDispute(ctx context.Context, number string, d *Dispute) error {
	minors, err := amounts(d.Amount)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, `INSERT INTO disputes (dispute_id, charge_id, order_number, currency, amount, state, reason, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (dispute_id) DO UPDATE SET state = excluded.state, reason = excluded.reason`,
		d.DisputeID, d.ChargeID, number, string(d.Amount.CurrencyCode), minors[0], d.State, d.Reason, now())
	return err
}

// Disputes returns the disputes about an order, oldest first.
func (q Queries) Disputes(ctx context.Context, number string) ([]Dispute, error) {
	return all(ctx, q, func(row scanner) (Dispute, error) {
		var d Dispute
		var currency string
		var amount int64
		if err := row.Scan(&d.DisputeID, &d.ChargeID, &currency, &amount, &d.State, &d.Reason); err != nil {
			return d, err
		}
		return d, prices(currency, priced{&d.Amount, amount})
	}, `SELECT dispute_id, charge_id, currency, amount, state, reason FROM disputes WHERE order_number = $1 ORDER BY made_at, dispute_id`, number)
}
