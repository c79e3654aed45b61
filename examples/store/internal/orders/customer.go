package orders

import (
	"context"
	"errors"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
)

// Customer is a buyer who has signed in with Amazon.
type Customer = data.Customer

// SignIn reads the buyer of a token (webstore.ReturnURL.BuyerToken), and gives the visitor's orders
// and wallet to the buyer. visitor is who ordered before; empty if nobody.
func (s *Shop) SignIn(ctx context.Context, visitor string, token amazonpay.Secret) (*Customer, error) {
	buyer, err := s.pay.GetBuyer(ctx, token.Reveal())
	if err != nil {
		return nil, unavailable(err)
	}
	if buyer.BuyerID == "" {
		return nil, ErrUnavailable
	}
	c := &Customer{ID: "buyer-" + buyer.BuyerID, Name: buyer.Name, Email: buyer.Email}
	return c, s.db.Tx(ctx, func(q data.Queries) error {
		if err := q.PutCustomer(ctx, c); err != nil || visitor == "" {
			return err
		}
		return errors.Join(q.GiveOrders(ctx, visitor, c.ID), q.GiveCarts(ctx, visitor, c.ID), q.GiveWallet(ctx, visitor, c.ID))
	})
}

// Customer returns who has signed in under an id. It is nil for a visitor.
func (s *Shop) Customer(ctx context.Context, id string) (*Customer, error) {
	c, err := s.db.Customer(ctx, id)
	if errors.Is(err, data.ErrNone) {
		return nil, nil //nolint:nilnil // a visitor
	}
	return c, err
}
