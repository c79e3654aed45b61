package orders_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

func TestPlaceRefusesABadBasket(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		mug := []orders.Line{{SKU: "mug", Quantity: 1}}
		for name, b := range map[string]orders.Basket{
			"empty":                  {Kind: orders.KindReview},
			"no kind":                {Lines: mug},
			"unknown product":        {Kind: orders.KindReview, Lines: []orders.Line{{SKU: "gold", Quantity: 1}}},
			"none of it":             {Kind: orders.KindReview, Lines: []orders.Line{{SKU: "mug"}}},
			"less than none":         {Kind: orders.KindReview, Lines: []orders.Line{{SKU: "mug", Quantity: -3}}},
			"too many":               {Kind: orders.KindReview, Lines: []orders.Line{{SKU: "mug", Quantity: 100}}},
			"a subscription at once": {Kind: orders.KindReview, Lines: []orders.Line{{SKU: "subscription", Quantity: 1}}},
			"a mug monthly":          {Kind: orders.KindRecurring, Lines: mug},
			"a mug as a donation":    {Kind: orders.KindDonation, Lines: mug},
		} {
			b.Customer, b.Currency = customer, amazonpay.USD
			_, err := w.Place(w.ctx(), b)
			require.ErrorIs(w.t, err, orders.ErrBadBasket, name)
		}
		_, err := w.Place(w.ctx(), orders.Basket{Kind: orders.KindReview, Currency: amazonpay.USD, Lines: mug}) // of nobody
		require.ErrorIs(w.t, err, orders.ErrBadBasket)
		_, err = w.Place(w.ctx(), orders.Basket{Customer: customer, Kind: orders.KindReview, Currency: "CHF", Lines: mug})
		require.ErrorIs(w.t, err, orders.ErrBadBasket)
		_, err = w.Place(w.ctx(), orders.Basket{Customer: customer, Kind: orders.KindProcessOrder, Currency: amazonpay.USD, Lines: mug}) // no address
		require.ErrorIs(w.t, err, orders.ErrAddress)
		found, err := w.OrdersOf(w.ctx(), customer)
		require.NoError(w.t, err)
		assert.Empty(w.t, found)
	})
}

// Sums are exact in every currency, where float64 is not: three times 17.50 and 99 times 6.99.
func TestSumsAreExact(t *testing.T) {
	t.Parallel()
	lines := []orders.Line{{SKU: "filters", Quantity: 99}, {SKU: "beans-ethiopia", Quantity: 3}}
	for currency, want := range map[amazonpay.CurrencyCode]amazonpay.Decimal{
		amazonpay.USD: "744.51", amazonpay.EUR: "640.71", amazonpay.GBP: "585.51", amazonpay.JPY: "94260",
	} {
		got, err := orders.Subtotal(lines, currency)
		require.NoError(t, err)
		assert.Equal(t, currency.Price(want), got)
	}
}
