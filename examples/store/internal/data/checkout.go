package data

import (
	"context"
	"time"
)

// Cart is a row of the table carts: what Buy Now offers on a page.
type Cart struct {
	Number   string // of the order that it may become
	Customer string
	Currency string
	Language string
	Lines    string // JSON
}

// InsertCart stores a new cart.
func (q Queries) InsertCart(ctx context.Context, c *Cart) error {
	_, err := q.exec(ctx, `INSERT INTO carts (number, customer, currency, language, lines, made_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.Number, c.Customer, c.Currency, c.Language, c.Lines, now())
	return err
}

// Cart returns a cart, or ErrNone.
func (q Queries) Cart(ctx context.Context, number string) (*Cart, error) {
	c := Cart{Number: number}
	err := q.on.QueryRowContext(ctx, `SELECT customer, currency, language, lines FROM carts WHERE number = $1`, number).
		Scan(&c.Customer, &c.Currency, &c.Language, &c.Lines)
	return &c, err
}

// GiveCarts gives the carts of a visitor to a customer who has signed in.
func (q Queries) GiveCarts(ctx context.Context, from, to string) error {
	_, err := q.exec(ctx, `UPDATE carts SET customer = $2 WHERE customer = $1`, from, to)
	return err
}

// SweepCarts deletes carts that nobody has begun to buy for a while.
func (q Queries) SweepCarts(ctx context.Context, older time.Duration) error {
	before := time.Now().Add(-older).UnixMilli()
	if _, err := q.exec(ctx, `DELETE FROM checkouts WHERE status = 'open' AND number IN (SELECT number FROM carts WHERE made_at < $1)
		AND number NOT IN (SELECT number FROM orders)`, before); err != nil {
		return err
	}
	_, err := q.exec(ctx, `DELETE FROM carts WHERE made_at < $1 AND number NOT IN (SELECT number FROM checkouts)`, before)
	return err
}

// Checkout returns what PutCheckout stored, and its version, or ErrNone.
func (q Queries) Checkout(ctx context.Context, id string) (body string, version int64, err error) {
	err = q.on.QueryRowContext(ctx, `SELECT body, version FROM checkouts WHERE id = $1`, id).Scan(&body, &version)
	return body, version, err
}

// PutCheckout stores a checkout if version is the stored one, or 0 if there is none, and increases
// it. It reports whether it did.
func (q Queries) PutCheckout(ctx context.Context, id, number string, version int64, status string, completed bool, body string) (stored bool, err error) {
	statement := `UPDATE checkouts SET version = version + 1, status = $4, completed = $5, body = $6 WHERE id = $1 AND number = $2 AND version = $3`
	if version == 0 {
		statement = `INSERT INTO checkouts (id, number, version, status, completed, body) VALUES ($1, $2, $3 + 1, $4, $5, $6) ON CONFLICT DO NOTHING`
	}
	rows, err := q.exec(ctx, statement, id, number, version, status, completed, body)
	return rows == 1, err
}

// LeftCheckouts returns the ids of checkouts that have begun and whose result is not stored, or
// that the shop has not been told of.
func (q Queries) LeftCheckouts(ctx context.Context) ([]string, error) {
	return all(ctx, q, func(row scanner) (id string, err error) { return id, row.Scan(&id) },
		`SELECT id FROM checkouts WHERE status = 'begun' OR status = 'paid' AND NOT completed ORDER BY id LIMIT 100`)
}

// FreeSessions gives up an order's claim to all sessions but one.
func (q Queries) FreeSessions(ctx context.Context, number, but string) error {
	_, err := q.exec(ctx, `DELETE FROM sessions WHERE order_number = $1 AND session_id <> $2`, number, but)
	return err
}
