package data

import (
	"context"
	"database/sql"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Kind is the way an order is paid: see package orders.
type Kind string

// Status is how far an order is paid: see package orders.
type Status string

// Order is a row of the table orders.
type Order struct {
	Number   string // such as "S4K7-2M9Q-XB3D"; also its merchant reference at Amazon Pay
	Customer string
	Kind     Kind
	Status   Status
	// Failure is Amazon's reason code, or a short text, if a payment was refused. It is empty again
	// after a payment.
	Failure string

	Subtotal, Delivery, Total amazonpay.Price // Total is Subtotal and Delivery
	DeliveryOption            string          // the ID of a delivery option; empty if nothing is shipped
	Address                   *amazonpay.Address
	BuyerName, BuyerEmail     string

	// SessionID is the checkout session that pays the order. It is empty until a payment has begun.
	SessionID          string
	ChargePermissionID string
	Closed             bool // nothing more can be charged
	Placed             time.Time
}

const orderColumns = `number, customer, kind, status, failure, currency, subtotal, delivery, total,
	delivery_option, address, buyer_name, buyer_email, session_id, charge_permission_id, closed, placed_at`

func scanOrder(row scanner) (*Order, error) {
	var o Order
	var currency, address string
	var subtotal, delivery, total, placed int64
	var session sql.NullString
	err := row.Scan(&o.Number, &o.Customer, &o.Kind, &o.Status, &o.Failure, &currency, &subtotal, &delivery, &total,
		&o.DeliveryOption, &address, &o.BuyerName, &o.BuyerEmail, &session, &o.ChargePermissionID, &o.Closed, &placed)
	if err != nil {
		return nil, err
	}
	o.SessionID, o.Placed = session.String, time.UnixMilli(placed)
	if o.Address, err = addressOf(address); err != nil {
		return nil, err
	}
	return &o, prices(currency, priced{&o.Subtotal, subtotal}, priced{&o.Delivery, delivery}, priced{&o.Total, total})
}

// InsertOrder stores a new order with its items.
func (q Queries) InsertOrder(ctx context.Context, o *Order, items []Item) error {
	address, err := addressText(o.Address)
	if err != nil {
		return err
	}
	minors, err := amounts(o.Subtotal, o.Delivery, o.Total)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, `INSERT INTO orders (`+orderColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		o.Number, o.Customer, string(o.Kind), string(o.Status), o.Failure, string(o.Total.CurrencyCode), minors[0], minors[1], minors[2],
		o.DeliveryOption, address, o.BuyerName, o.BuyerEmail, nullable(o.SessionID), o.ChargePermissionID, o.Closed, o.Placed.UnixMilli())
	if err != nil {
		return err
	}
	return q.insertItems(ctx, o.Number, items)
}

// UpdateOrder stores an order. Its number, customer, kind, subtotal and items stay.
func (q Queries) UpdateOrder(ctx context.Context, o *Order) error {
	address, err := addressText(o.Address)
	if err != nil {
		return err
	}
	minors, err := amounts(o.Delivery, o.Total)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, `UPDATE orders SET status = $2, failure = $3, delivery = $4, total = $5, delivery_option = $6, address = $7,
		buyer_name = $8, buyer_email = $9, session_id = $10, charge_permission_id = $11, closed = $12 WHERE number = $1`,
		o.Number, string(o.Status), o.Failure, minors[0], minors[1], o.DeliveryOption, address,
		o.BuyerName, o.BuyerEmail, nullable(o.SessionID), o.ChargePermissionID, o.Closed)
	return err
}

// Order returns an order, or ErrNone.
func (q Queries) Order(ctx context.Context, number string) (*Order, error) {
	return scanOrder(q.on.QueryRowContext(ctx, `SELECT `+orderColumns+` FROM orders WHERE number = $1`, number))
}

// LockOrder is Order, and keeps other transactions from the row until this one ends.
func (q Queries) LockOrder(ctx context.Context, number string) (*Order, error) {
	return scanOrder(q.on.QueryRowContext(ctx, `SELECT `+orderColumns+` FROM orders WHERE number = $1`+q.dialect.lock, number))
}

// OrdersOf returns a customer's orders, newest first.
func (q Queries) OrdersOf(ctx context.Context, customer string) ([]*Order, error) {
	return all(ctx, q, scanOrder, `SELECT `+orderColumns+` FROM orders WHERE customer = $1 ORDER BY placed_at DESC, number LIMIT 200`, customer)
}

// Orders returns the newest orders.
func (q Queries) Orders(ctx context.Context, limit int) ([]*Order, error) {
	return all(ctx, q, scanOrder, `SELECT `+orderColumns+` FROM orders ORDER BY placed_at DESC, number LIMIT $1`, limit)
}

// OrderOfPermission returns the number of the newest order with a charge permission, or ErrNone.
func (q Queries) OrderOfPermission(ctx context.Context, chargePermissionID string) (number string, err error) {
	err = q.on.QueryRowContext(ctx, `SELECT number FROM orders WHERE charge_permission_id = $1 ORDER BY placed_at DESC LIMIT 1`, chargePermissionID).Scan(&number)
	return number, err
}

// GiveOrders gives the orders of a visitor to a customer who has signed in.
func (q Queries) GiveOrders(ctx context.Context, from, to string) error {
	_, err := q.exec(ctx, `UPDATE orders SET customer = $2 WHERE customer = $1`, from, to)
	return err
}

func nullable(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }
