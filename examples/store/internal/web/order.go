package web

import (
	"net/http"

	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

// history lists the visitor's orders.
func (s *Site) history(w http.ResponseWriter, r *http.Request) error {
	var found []*orders.Order
	if customer := s.sessions.GetString(r.Context(), keyCustomer); customer != "" {
		var err error
		if found, err = s.config.Shop.OrdersOf(r.Context(), customer); err != nil {
			return err
		}
	}
	return s.show(w, r, http.StatusOK, "orders", "orders.title", found)
}

// order shows an order, also as the confirmation after a payment.
func (s *Site) order(w http.ResponseWriter, r *http.Request) error {
	o, err := s.ownOrder(r)
	if err != nil {
		return err
	}
	s.seen(r, o)
	return s.show(w, r, http.StatusOK, "order", "order.title", o)
}

// endSubscription ends a subscription: nothing more is charged.
func (s *Site) endSubscription(w http.ResponseWriter, r *http.Request) error {
	o, err := s.ownOrder(r)
	if err != nil {
		return err
	}
	if o.Kind != orders.KindRecurring {
		return orders.ErrNotAllowed
	}
	if _, err := s.config.Shop.Close(r.Context(), o.Number); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keyNotice, "notice.ended")
	return toOrder(w, o.Number)
}
