package data

import "context"

// Customer is a buyer who has signed in with Amazon.
type Customer struct {
	ID    string
	Name  string
	Email string
}

// PutCustomer stores a customer.
func (q Queries) PutCustomer(ctx context.Context, c *Customer) error {
	_, err := q.exec(ctx, `INSERT INTO customers (id, name, email) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email`, c.ID, c.Name, c.Email)
	return err
}

// Customer returns a customer, or ErrNone.
func (q Queries) Customer(ctx context.Context, id string) (*Customer, error) {
	c := Customer{ID: id}
	err := q.on.QueryRowContext(ctx, `SELECT name, email FROM customers WHERE id = $1`, id).Scan(&c.Name, &c.Email)
	return &c, err
}
