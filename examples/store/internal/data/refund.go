package data

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Refund is money that went back to the buyer, or will.
type Refund struct {
	RefundID string
	ChargeID string
	Amount   amazonpay.Price
	State    amazonpay.State
}

// PutRefund stores a refund of an order.
func (q Queries) PutRefund(ctx context.Context, number string, r *Refund) error {
	minors, err := amounts(r.Amount)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, `INSERT INTO refunds (refund_id, charge_id, order_number, currency, amount, state, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (refund_id) DO UPDATE SET state = excluded.state`,
		r.RefundID, r.ChargeID, number, string(r.Amount.CurrencyCode), minors[0], string(r.State), now())
	return err
}

// Refunds returns the refunds of an order, oldest first.
func (q Queries) Refunds(ctx context.Context, number string) ([]Refund, error) {
	return all(ctx, q, func(row scanner) (Refund, error) {
		var r Refund
		var currency string
		var amount int64
		if err := row.Scan(&r.RefundID, &r.ChargeID, &currency, &amount, &r.State); err != nil {
			return r, err
		}
		return r, prices(currency, priced{&r.Amount, amount})
	}, `SELECT refund_id, charge_id, currency, amount, state FROM refunds WHERE order_number = $1 ORDER BY made_at, refund_id`, number)
}

// PendingRefunds returns the ids of refunds that Amazon has not decided on.
func (q Queries) PendingRefunds(ctx context.Context) ([]string, error) {
	return all(ctx, q, func(row scanner) (id string, err error) { return id, row.Scan(&id) },
		`SELECT refund_id FROM refunds WHERE state = 'RefundInitiated' ORDER BY made_at LIMIT 100`)
}
