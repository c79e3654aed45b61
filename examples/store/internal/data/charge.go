package data

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Charge is a payment of an order.
type Charge struct {
	ChargeID string
	Period   int             // of a subscription: 1, 2, …; 1 otherwise
	Amount   amazonpay.Price // authorized
	Captured amazonpay.Price
	Refunded amazonpay.Price // refunds that have not been declined
	State    amazonpay.State
	Reason   amazonpay.ReasonCode
}

// PutCharge stores a charge of an order. One that is stored already keeps its period.
func (q Queries) PutCharge(ctx context.Context, number string, c *Charge) error {
	minors, err := amounts(c.Amount, c.Captured, c.Refunded)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, `INSERT INTO charges (charge_id, order_number, period, currency, amount, captured, refunded, state, reason, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (charge_id) DO UPDATE SET amount = excluded.amount, captured = excluded.captured, refunded = excluded.refunded,
			state = excluded.state, reason = excluded.reason`,
		c.ChargeID, number, c.Period, string(c.Amount.CurrencyCode), minors[0], minors[1], minors[2], string(c.State), string(c.Reason), now())
	return err
}

// Charges returns the charges of an order, oldest first.
func (q Queries) Charges(ctx context.Context, number string) ([]Charge, error) {
	return all(ctx, q, func(row scanner) (Charge, error) {
		var c Charge
		var currency string
		var amount, captured, refunded int64
		if err := row.Scan(&c.ChargeID, &c.Period, &currency, &amount, &captured, &refunded, &c.State, &c.Reason); err != nil {
			return c, err
		}
		return c, prices(currency, priced{&c.Amount, amount}, priced{&c.Captured, captured}, priced{&c.Refunded, refunded})
	}, `SELECT charge_id, period, currency, amount, captured, refunded, state, reason FROM charges WHERE order_number = $1 ORDER BY made_at, period, charge_id`, number)
}

// OrderOfCharge returns the number of a charge's order, or ErrNone.
func (q Queries) OrderOfCharge(ctx context.Context, chargeID string) (number string, err error) {
	err = q.on.QueryRowContext(ctx, `SELECT order_number FROM charges WHERE charge_id = $1`, chargeID).Scan(&number)
	return number, err
}

// PendingCharges returns the ids of charges that Amazon has not decided on.
func (q Queries) PendingCharges(ctx context.Context) ([]string, error) {
	return all(ctx, q, func(row scanner) (id string, err error) { return id, row.Scan(&id) },
		`SELECT charge_id FROM charges WHERE state IN ('AuthorizationInitiated', 'CaptureInitiated') ORDER BY made_at LIMIT 100`)
}
