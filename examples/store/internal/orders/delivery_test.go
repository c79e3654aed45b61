package orders_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

func TestDeliveryOptions(t *testing.T) {
	t.Parallel()
	for _, currency := range catalog.Currencies() {
		for _, country := range orders.Countries() {
			options, err := orders.DeliveryOptions(&amazonpay.Address{CountryCode: country}, 1001, currency)
			require.NoError(t, err, country)
			require.NotEmpty(t, options, country)
			for _, o := range options {
				require.NoError(t, o.Price.Validate())
			}
		}
	}
	options, err := orders.DeliveryOptions(&amazonpay.Address{CountryCode: "US"}, 1001, amazonpay.USD)
	require.NoError(t, err)
	assert.Equal(t, []orders.DeliveryOption{
		{ID: "standard", Price: usd("5.95"), Days: 5}, {ID: "express", Price: usd("14.95"), Days: 2},
	}, options) // 1,001 g are two kilograms begun
	for _, nowhere := range []*amazonpay.Address{nil, {}, {CountryCode: "KP"}} {
		_, err := orders.DeliveryOptions(nowhere, 1, amazonpay.USD)
		require.ErrorIs(t, err, orders.ErrAddress)
	}
	_, err = orders.DeliveryOptions(&amazonpay.Address{CountryCode: "US"}, 1, "CHF")
	require.ErrorIs(t, err, orders.ErrAddress)
}
