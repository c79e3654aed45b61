package data

import (
	"context"
	"time"
)

// Event is a line of an order's history.
type Event struct {
	Time time.Time
	// Name is one of a few words, such as "placed", "charged", "captured", "refunded", "declined".
	Name   string
	Detail string // an id, an amount or a reason code; never the buyer's data
}

// AddEvent adds a line to an order's history.
func (q Queries) AddEvent(ctx context.Context, number, name, detail string) error {
	_, err := q.exec(ctx, `INSERT INTO events (order_number, at, name, detail) VALUES ($1, $2, $3, $4)`, number, now(), name, detail)
	return err
}

// Events returns an order's history, oldest first.
func (q Queries) Events(ctx context.Context, number string) ([]Event, error) {
	return all(ctx, q, func(row scanner) (Event, error) {
		var e Event
		var at int64
		err := row.Scan(&at, &e.Name, &e.Detail)
		e.Time = time.UnixMilli(at)
		return e, err
	}, `SELECT at, name, detail FROM events WHERE order_number = $1 ORDER BY id`, number)
}
