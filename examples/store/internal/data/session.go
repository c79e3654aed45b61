package data

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Session is a row of the table sessions: what the review page showed for a checkout session.
type Session struct {
	SessionID, OrderNumber string
	Delivery, Total        amazonpay.Price
	DeliveryOption         string
	Address                *amazonpay.Address
	BuyerName, BuyerEmail  string
}

// Session returns a session, or ErrNone.
func (q Queries) Session(ctx context.Context, sessionID string) (*Session, error) {
	s := Session{SessionID: sessionID}
	var currency, address string
	var delivery, total int64
	err := q.on.QueryRowContext(ctx, `SELECT order_number, currency, s.delivery, s.total, s.delivery_option, s.address, s.buyer_name, s.buyer_email
		FROM sessions s JOIN orders ON number = order_number WHERE s.session_id = $1`, sessionID).
		Scan(&s.OrderNumber, &currency, &delivery, &total, &s.DeliveryOption, &address, &s.BuyerName, &s.BuyerEmail)
	if err != nil {
		return nil, err
	}
	if s.Address, err = addressOf(address); err != nil {
		return nil, err
	}
	return &s, prices(currency, priced{&s.Delivery, delivery}, priced{&s.Total, total})
}

// PutSession stores a session. It reports false, and stores nothing, if the session belongs to
// another order.
func (q Queries) PutSession(ctx context.Context, s *Session) (ours bool, err error) {
	address, err := addressText(s.Address)
	if err != nil {
		return false, err
	}
	minors, err := amounts(s.Delivery, s.Total)
	if err != nil {
		return false, err
	}
	rows, err := q.exec(ctx, `INSERT INTO sessions (session_id, order_number, delivery, total, delivery_option, address, buyer_name, buyer_email)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (session_id) DO UPDATE SET delivery = excluded.delivery, total = excluded.total, delivery_option = excluded.delivery_option,
			address = excluded.address, buyer_name = excluded.buyer_name, buyer_email = excluded.buyer_email
		WHERE sessions.order_number = excluded.order_number`,
		s.SessionID, s.OrderNumber, minors[0], minors[1], s.DeliveryOption, address, s.BuyerName, s.BuyerEmail)
	return rows == 1, err
}
