package web_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/web"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		amount   amazonpay.Decimal
		currency amazonpay.CurrencyCode
		want     string
	}{
		{"12", amazonpay.USD, "$12.00"},
		{"12.5", amazonpay.USD, "$12.50"},
		{"12.5000", amazonpay.USD, "$12.50"},
		{"0.05", amazonpay.EUR, "€0.05"},
		{"999.99", amazonpay.GBP, "£999.99"},
		{"1234.5", amazonpay.USD, "$1,234.50"},
		{"150000.00", amazonpay.USD, "$150,000.00"},
		{"1200", amazonpay.JPY, "¥1,200"},
		{"1200.00", amazonpay.JPY, "¥1,200"},
		{"10000000", amazonpay.JPY, "¥10,000,000"},
		{"12.00", "XXX", "12.00 XXX"},
	} {
		assert.Equal(t, row.want, web.Format(row.currency.Price(row.amount)))
	}
}
