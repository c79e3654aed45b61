package data_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

// A merchant that is stored gets its new name and token; with another region or currency it stays
// as it is.
func TestAddMerchantAgain(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	m := merchant("A")
	require.NoError(t, db.AddMerchant(t.Context(), m))
	m.Name, m.SealedMWSToken = "New name", []byte("new")
	require.NoError(t, db.AddMerchant(t.Context(), m))

	region, currency := *m, *m
	region.Region, region.Name = amazonpay.RegionEU, "Wrong"
	require.ErrorContains(t, db.AddMerchant(t.Context(), &region), "region")
	currency.Currency, currency.Name = amazonpay.EUR, "Wrong"
	require.ErrorContains(t, db.AddMerchant(t.Context(), &currency), "currency")
	stored, err := db.Merchant(t.Context(), "A")
	require.NoError(t, err)
	require.Equal(t, m, stored)
}
