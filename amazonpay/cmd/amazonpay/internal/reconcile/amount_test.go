package reconcile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

func TestAmounts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, currency string
		mark           reconcile.DecimalMark
		want           string
	}{
		{"12.50", "EUR", "", "12.50"},
		{"12,50", "EUR", "", "12.50"},
		{"12.5", "EUR", "", "12.50"},
		{"12", "EUR", "", "12.00"},
		{"1234567", "EUR", "", "1234567.00"},
		{".50", "EUR", "", "0.50"},
		{"0.05", "USD", "", "0.05"},
		{"1.234,56", "EUR", "", "1234.56"},
		{"1,234.56", "USD", "", "1234.56"},
		{"12,345,678.90", "USD", "", "12345678.90"},
		{"1.234.567", "EUR", "", "1234567.00"},
		{"1,234,567", "JPY", "", "1234567"},
		{"1 234,56", "EUR", "", "1234.56"},
		{"1 234,56 €", "EUR", "", "1234.56"},
		{"1 234,56", "EUR", "", "1234.56"},
		{"1'234.56", "CHF", "", "1234.56"},
		{"1’234.56", "CHF", "", "1234.56"},
		{"CHF 1'234.50", "CHF", "", "1234.50"},
		{"475.4500", "USD", "", "475.45"},  // a database column with four decimals
		{"1234.500", "USD", "", "1234.50"}, // no thousands: they begin with three digits at most
		{"1080.0000", "JPY", "", "1080"},
		{"1080", "JPY", "", "1080"},
		{"¥1,080", "JPY", "", "1080"},
		{"￥1,080", "JPY", "", "1080"},
		{"1080円", "JPY", "", "1080"},
		{"1,000", "JPY", "point", "1000"},
		{"1.234", "EUR", "comma", "1234.00"},
		{"1.230", "EUR", "point", "1.23"},
		{"1,230", "EUR", "comma", "1.23"},
		{"€12.50", "EUR", "", "12.50"},
		{"12,50 €", "EUR", "", "12.50"},
		{"EUR 12.50", "EUR", "", "12.50"},
		{"12.50 eur", "EUR", "", "12.50"},
		{"$12.50", "AUD", "", "12.50"},
		{"US$12.50", "USD", "", "12.50"},
		{"-12.50", "EUR", "", "-12.50"},
		{"−12.50", "EUR", "", "-12.50"},
		{"12.50-", "EUR", "", "-12.50"},
		{"+12.50", "EUR", "", "12.50"},
		{"(12.50)", "EUR", "", "-12.50"},
		{"($1,234.56)", "USD", "", "-1234.56"},
		{"-€12.50", "EUR", "", "-12.50"},
		{"€-12.50", "EUR", "", "-12.50"},
		{"€ -12.50", "EUR", "", "-12.50"},
		{" 12.50 ", "EUR", "", "12.50"},
		{"0000012.50", "EUR", "", "12.50"},
		{"9999999999999.99", "EUR", "", "9999999999999.99"},
	} {
		got, err := reconcile.ReadAmount(test.text, test.currency, test.mark)
		if assert.NoError(t, err, test.text) {
			assert.Equal(t, test.want, reconcile.Format(got, test.currency), "%q", test.text)
		}
	}
}

func TestAmountsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, currency string
		mark           reconcile.DecimalMark
		want           string
	}{
		{"1.234", "EUR", "", `"1.234" is ambiguous: it can be 1.234 (--decimal=point) or 1234.00 (--decimal=comma)`},
		{"1,234", "USD", "", `"1,234" is ambiguous: it can be 1234.00 (--decimal=point) or 1.234 (--decimal=comma)`},
		{"1.230", "EUR", "", `"1.230" is ambiguous: it can be 1.23 (--decimal=point) or 1230.00 (--decimal=comma)`},
		{"1,000", "JPY", "", `"1,000" is ambiguous: it can be 1000 (--decimal=point) or 1 (--decimal=comma)`},
		{"-1.234 €", "EUR", "", `"1.234" is ambiguous: it can be 1.234 (--decimal=point) or 1234.00 (--decimal=comma)`},
		{"1.234", "EUR", "point", "has more decimals than its currency"},
		{"12,50", "EUR", "point", "has separators of thousands at other places than every three digits"},
		{"12.345678", "EUR", "", "has more decimals than its currency"},
		{"0.123", "EUR", "", "has more decimals than its currency"},
		{"0,001", "EUR", "", "has more decimals than its currency"},
		{"1234,567", "EUR", "", "has more decimals than its currency"},
		{"1080.5", "JPY", "", "has more decimals than its currency"},
		{"12.34.56", "EUR", "", "has separators of thousands at other places than every three digits"},
		{"1,23,456.00", "USD", "", "has separators of thousands at other places than every three digits"},
		{"12 34", "EUR", "", "is not an amount"},
		{"1.234,56,78", "EUR", "", "is not an amount"},
		{"", "EUR", "", "is not an amount"},
		{"-", "EUR", "", "is not an amount"},
		{".", "EUR", "", "is not an amount"},
		{"5.", "EUR", "point", "is not an amount"},
		{"€", "EUR", "", "is not an amount"},
		{"(5", "EUR", "", "is not an amount"},
		{"5)", "EUR", "", "is not an amount"},
		{"1e5", "EUR", "", "is not an amount"},
		{"0x10", "EUR", "", "is not an amount"},
		{"NaN", "EUR", "", "is not an amount"},
		{"١٢", "EUR", "", "is not an amount"},
		{"#REF!", "EUR", "", "is not an amount"},
		{"--5", "EUR", "", "has more than one sign"},
		{"(-5)", "EUR", "", "has more than one sign"},
		{"-5-", "EUR", "", "has more than one sign"},
		{"$5", "EUR", "", `has the currency "$", but the currency of the row is EUR`},
		{"5 USD", "EUR", "", `has the currency "USD", but the currency of the row is EUR`},
		{"10000000000000.00", "EUR", "", "has more than 13 digits before the decimal point"},
	} {
		_, err := reconcile.ReadAmount(test.text, test.currency, test.mark)
		assert.EqualError(t, err, test.want, "%q", test.text)
	}
}

// What is formatted is read as the same amount, with every decimal mark that it has.
func FuzzAmount(f *testing.F) {
	for _, text := range []string{"12.50", "1.234,56", "(1'234.50)", "€-12", "1,080", "-0", "12.50-", "1 234,56 €", "9999999999999.99", ",,", "(", "−"} {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, yen bool) {
		currency := "EUR"
		if yen {
			currency = "JPY"
		}
		for _, mark := range []reconcile.DecimalMark{"", "point", "comma"} {
			amount, err := reconcile.ReadAmount(text, currency, mark)
			if err != nil {
				continue
			}
			formatted := reconcile.Format(amount, currency)
			again, err := reconcile.ReadAmount(formatted, currency, "point")
			require.NoError(t, err, "%q as %q", text, formatted)
			require.Equal(t, amount, again, "%q as %q", text, formatted)
			plain, err := reconcile.ParsePlain(formatted)
			require.NoError(t, err)
			require.Equal(t, amount, plain)
		}
	})
}
