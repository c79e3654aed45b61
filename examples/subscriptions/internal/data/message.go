package data

import "context"

// MessageKind is what a message tells the buyer.
type MessageKind string

// The kinds of messages.
const (
	MessageRepair MessageKind = "repair" // the payment was declined: the link leads to what to do
	MessageClosed MessageKind = "closed" // the subscription has ended
)

// AddMessage stores a message about a bill for the buyer.
func (q Queries) AddMessage(ctx context.Context, b *Bill, kind MessageKind) error {
	_, err := q.exec(ctx, `INSERT INTO messages (permission_id, period, kind, link, made_at) VALUES ($1, $2, $3, $4, `+q.dialect.clock+`)`,
		b.PermissionID, b.Period, string(kind), b.RepairToken)
	return err
}

// Outgoing is a message for whatever delivers it.
type Outgoing struct {
	ID           int64
	PermissionID string
	Period       string
	Kind         MessageKind
	Link         string `log:"-"` // token of the buyer's link
}

// OutgoingAfter returns up to limit messages that were stored after one.
func (q Queries) OutgoingAfter(ctx context.Context, id int64, limit int) ([]Outgoing, error) {
	scan := func(row scanner) (Outgoing, error) {
		var m Outgoing
		return m, row.Scan(&m.ID, &m.PermissionID, &m.Period, &m.Kind, &m.Link)
	}
	return all(ctx, q, scan, `SELECT id, permission_id, period, kind, link FROM messages WHERE id > $1 ORDER BY id LIMIT $2`, id, limit)
}
