package data

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Item is a line of an order. Its price stays what it was when the order was placed.
type Item struct {
	SKU      string
	Quantity int
	Price    amazonpay.Price // of one piece
}

func (q Queries) insertItems(ctx context.Context, number string, items []Item) error {
	for line, item := range items {
		minors, err := amounts(item.Price)
		if err != nil {
			return err
		}
		if _, err := q.exec(ctx, `INSERT INTO items (order_number, line, sku, quantity, price) VALUES ($1, $2, $3, $4, $5)`,
			number, line, item.SKU, item.Quantity, minors[0]); err != nil {
			return err
		}
	}
	return nil
}

// Items returns the lines of an order.
func (q Queries) Items(ctx context.Context, number string) ([]Item, error) {
	return all(ctx, q, func(row scanner) (Item, error) {
		var i Item
		var currency string
		var price int64
		if err := row.Scan(&i.SKU, &i.Quantity, &price, &currency); err != nil {
			return i, err
		}
		return i, prices(currency, priced{&i.Price, price})
	}, `SELECT sku, quantity, price, currency FROM items JOIN orders ON number = order_number WHERE order_number = $1 ORDER BY line`, number)
}
