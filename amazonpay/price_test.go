package amazonpay_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// https://github.com/amzn/amazon-pay-api-sdk-php/issues/31 and
// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/148: yen have no decimals.
func TestNewPrice(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		minor    int64
		currency amazonpay.CurrencyCode
		want     string
	}{
		{0, amazonpay.USD, "0.00 USD"},
		{1, amazonpay.USD, "0.01 USD"},
		{10, amazonpay.EUR, "0.10 EUR"},
		{100, amazonpay.GBP, "1.00 GBP"},
		{1400, amazonpay.USD, "14.00 USD"},
		{15_000_000, amazonpay.USD, "150000.00 USD"},
		{0, amazonpay.JPY, "0 JPY"},
		{705, amazonpay.JPY, "705 JPY"},
		{10_000_000, amazonpay.JPY, "10000000 JPY"},
		{math.MaxInt64, amazonpay.ZAR, "92233720368547758.07 ZAR"},
		{math.MaxInt64, amazonpay.JPY, "9223372036854775807 JPY"},
	} {
		price, err := amazonpay.NewPrice(row.minor, row.currency)
		require.NoError(t, err)
		assert.Equal(t, row.want, price.String())
		require.NoError(t, price.Validate())
		minor, err := price.MinorUnits()
		require.NoError(t, err)
		assert.Equal(t, row.minor, minor)
	}
	for _, row := range []struct {
		minor    int64
		currency amazonpay.CurrencyCode
		want     string
	}{
		{-1, amazonpay.USD, "-1 is negative"},
		{math.MinInt64, amazonpay.JPY, "is negative"},
		{1, "KWD", `currency "KWD" is unknown`},
		{1, "usd", `currency "usd" is unknown`},
		{1, "", `currency "" is unknown`},
	} {
		_, err := amazonpay.NewPrice(row.minor, row.currency)
		require.ErrorContains(t, err, row.want)
	}
}

func TestMinorUnits(t *testing.T) {
	t.Parallel()
	for text, want := range map[amazonpay.Decimal]int64{"14": 1400, "14.0": 1400, "14.00": 1400, "14.000": 1400, "0.1": 10, "007.5": 750} {
		minor, err := amazonpay.Price{Amount: text, CurrencyCode: amazonpay.USD}.MinorUnits()
		require.NoError(t, err, text)
		assert.Equal(t, want, minor, text)
	}
	minor, err := amazonpay.JPY.Price("705.00").MinorUnits()
	require.NoError(t, err, "an answer may spell yen so")
	assert.EqualValues(t, 705, minor)

	for _, row := range []struct {
		price amazonpay.Price
		want  string
	}{
		{amazonpay.USD.Price("1.005"), "1.005"},
		{amazonpay.JPY.Price("705.5"), "705.5"},
		{amazonpay.USD.Price("92233720368547758.08"), "too large"},
		{amazonpay.USD.Price("1e3"), "not decimal text"},
		{amazonpay.Price{Amount: "-1", CurrencyCode: amazonpay.USD}, "not decimal text"},
		{amazonpay.Price{CurrencyCode: amazonpay.USD}, "not decimal text"},
		{amazonpay.Price{Amount: "1", CurrencyCode: "XTS"}, "unknown"},
	} {
		_, err := row.price.MinorUnits()
		require.ErrorContains(t, err, row.want, "%s", row.price)
	}
}

// Most shops' databases have a DECIMAL(12,4) column. An exact amount is sent without the extra
// zeros.
func TestTrailingZeros(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"475.4500 USD": "475.45", "1080.0000 JPY": "1080", "1080.0 JPY": "1080", "475.000 USD": "475.00", "0.0100 EUR": "0.01", "475.45 USD": "475.45",
		"475.5 USD": "475.5", "475 USD": "475", "1080 JPY": "1080", "475.4500 XTS": "475.4500", "100.50000000000000000000 SEK": "100.50", "1000 JPY": "1000",
	} {
		amount, currency, _ := strings.Cut(text, " ")
		price := amazonpay.Price{Amount: amazonpay.Decimal(amount), CurrencyCode: amazonpay.CurrencyCode(currency)}
		for _, value := range []any{map[string]any{"price": price}, map[string]any{"price": &price}, struct {
			Price amazonpay.Price `json:"price,omitzero"`
		}{price}} {
			encoded, err := amazonpay.EncodeJSON(value)
			require.NoError(t, err, text)
			sameText(t, `{"price":{"amount":"`+want+`","currencyCode":"`+currency+`"}}`, string(encoded))
		}
		assert.Equal(t, text, price.String(), "the value itself stays as it is")
	}
	for _, text := range []string{"475.4510 USD", "1080.5 JPY", "1080.50 JPY", "475.4500. USD", ".4500 USD", "475. USD", "475.45 0 USD", "1080. JPY"} {
		i := strings.LastIndexByte(text, ' ')
		_, err := amazonpay.EncodeJSON(amazonpay.Price{Amount: amazonpay.Decimal(text[:i]), CurrencyCode: amazonpay.CurrencyCode(text[i+1:])})
		require.Error(t, err, text)
	}
	_, err := amazonpay.EncodeJSON(amazonpay.USD.Price("475.4510"))
	require.EqualError(t, err, `amount: "475.4510" has more decimals than USD allows (2)`)
	_, err = amazonpay.EncodeJSON(amazonpay.JPY.Price("1080.5"))
	require.EqualError(t, err, `amount: "1080.5" has more decimals than JPY allows (0)`)

	odd := amazonpay.Price{Amount: `1,5<"`, CurrencyCode: "?"} // as an answer may have it
	encoded, err := json.Marshal(odd)
	require.NoError(t, err)
	var again amazonpay.Price
	require.NoError(t, json.Unmarshal(encoded, &again))
	assert.Equal(t, odd, again)
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for _, good := range []amazonpay.Decimal{"0", "1", "14.00", "1080", "0.001", "00.1"} {
		require.NoError(t, good.Validate())
	}
	for _, bad := range []amazonpay.Decimal{
		"", ".", "1.", ".5", "1,5", "1e3", "1E3", "NaN", "Inf", " 1", "1 ", "+1", "-1", "1.2.3", "1_000", "0x1", "１", "1'000", "1\n", "\x00",
	} {
		require.ErrorContains(t, bad.Validate(), "is not decimal text", "%q", string(bad))
	}

	// Node's README sends amounts as numbers, and the service returns numbers and strings.
	for text, want := range map[string]amazonpay.Decimal{
		`"14.00"`: "14.00", `14.00`: "14.00", `50`: "50", `0.10`: "0.10", `1e3`: "1e3", `12345678901234567890.123456789`: "12345678901234567890.123456789",
		`null`: "", `""`: "", `"1,5"`: "1,5", `-1`: "-1",
	} {
		var d amazonpay.Decimal
		require.NoError(t, json.Unmarshal([]byte(text), &d), text)
		assert.Equal(t, want, d, "the text is kept as it came")
	}
	for _, text := range []string{`true`, `{}`, `[]`, `[1]`} {
		var d amazonpay.Decimal
		require.ErrorContains(t, json.Unmarshal([]byte(text), &d), "neither a decimal string nor a number", text)
	}
}

func TestMinorDigits(t *testing.T) {
	t.Parallel()
	for currency, want := range map[amazonpay.CurrencyCode]int{"JPY": 0, "USD": 2, "EUR": 2, "GBP": 2, "AUD": 2, "CHF": 2, "DKK": 2, "HKD": 2, "NOK": 2, "NZD": 2, "SEK": 2, "ZAR": 2} {
		n, ok := currency.MinorDigits()
		assert.True(t, ok)
		assert.Equal(t, want, n, currency)
	}
	_, ok := amazonpay.CurrencyCode("KWD").MinorDigits()
	assert.False(t, ok)
	require.NoError(t, amazonpay.Price{Amount: "1.234", CurrencyCode: "KWD"}.Validate(), "a currency that we do not know is the service's business")
}

func TestPrice(t *testing.T) {
	t.Parallel()
	price := amazonpay.USD.Price("14.00")
	assert.Equal(t, amazonpay.Price{Amount: "14.00", CurrencyCode: "USD"}, price)
	require.NoError(t, price.Validate())

	bad := amazonpay.JPY.Price("10.5")
	var broken *amazonpay.FieldError
	_, err := amazonpay.EncodeJSON(map[string]any{"chargeAmount": bad})
	require.ErrorAs(t, err, &broken, "the amount is checked before it is sent")
	assert.Equal(t, "chargeAmount.amount", broken.Field)
}

func TestParsePrice(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ amount, currency, broken string }{
		{"14.00", "USD", ""},
		{"14", "USD", ""},
		{"475.4500", "USD", ""},
		{"0", "JPY", ""},
		{"1.234", "KWD", ""},
		{"", "USD", "amount"},
		{"14,00", "USD", "amount"},
		{"-14.00", "USD", "amount"},
		{"1e3", "USD", "amount"},
		{" 14.00", "USD", "amount"},
		{"14.005", "USD", "amount"},
		{"10.5", "JPY", "amount"},
		{"14.00", "", "currencyCode"},
		{"14.00", "usd", "currencyCode"},
		{"14.00", "DOLLARS", "currencyCode"},
	} {
		price, err := amazonpay.ParsePrice(row.amount, row.currency)
		if row.broken == "" {
			require.NoError(t, err, row)
			assert.Equal(t, amazonpay.Price{Amount: amazonpay.Decimal(row.amount), CurrencyCode: amazonpay.CurrencyCode(row.currency)}, price)
			continue
		}
		var broken *amazonpay.FieldError
		require.ErrorAs(t, err, &broken, "%v", row)
		assert.Equal(t, row.broken, broken.Field)
		require.ErrorContains(t, err, "amazonpay: ParsePrice: ")
		assert.Zero(t, price)
	}

	_, err := amazonpay.ParsePrice(strings.Repeat("x", 5000), strings.Repeat("y", 5000))
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 200, "an error does not repeat a long text")
}

func FuzzPrice(f *testing.F) {
	f.Add(int64(1400), "USD")
	f.Add(int64(0), "JPY")
	f.Add(int64(math.MaxInt64), "EUR")
	f.Add(int64(-1), "")
	f.Fuzz(func(t *testing.T, minor int64, currency string) {
		price, err := amazonpay.NewPrice(minor, amazonpay.CurrencyCode(currency))
		if err != nil {
			return
		}
		require.NoError(t, price.Validate())
		got, err := price.MinorUnits()
		require.NoError(t, err)
		require.Equal(t, minor, got)
	})
}

// A decoded amount can be encoded and decoded again unchanged.
func FuzzDecimal(f *testing.F) {
	for _, seed := range []string{`"14.00"`, `14.00`, `1e3`, `null`, `"1,5"`, "\"\xff\"", `"<"`, ` 1 `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d, again amazonpay.Decimal
		if json.Unmarshal(text, &d) != nil {
			return
		}
		encoded, err := json.Marshal(d)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(encoded, &again))
		require.Equal(t, d, again)

		minor, err := amazonpay.Price{Amount: d, CurrencyCode: amazonpay.USD}.MinorUnits()
		if d.Validate() != nil {
			require.Error(t, err)
		} else if err == nil {
			require.GreaterOrEqual(t, minor, int64(0))
		}
	})
}

// Text that is not a plain decimal is encoded unchanged: a stored answer must not change.
func TestOddAmountsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, odd := range []amazonpay.Decimal{"1.5E10", "1.0E100", "1.400,00", "-1.500", ""} {
		text, err := json.Marshal(amazonpay.Price{Amount: odd, CurrencyCode: amazonpay.USD})
		require.NoError(t, err)
		var read amazonpay.Price
		require.NoError(t, json.Unmarshal(text, &read))
		assert.Equal(t, odd, read.Amount)
	}
}

func TestPriceEqual(t *testing.T) {
	t.Parallel()
	usd := amazonpay.USD.Price
	for _, equal := range [][2]amazonpay.Price{
		{usd("14"), usd("14.00")}, {usd("0"), usd("0.00")}, {{}, {}}, {usd("many"), usd("many")}, {amazonpay.JPY.Price("1200.00"), amazonpay.JPY.Price("1200")},
	} {
		assert.True(t, equal[0].Equal(equal[1]), "%v", equal)
		assert.True(t, equal[1].Equal(equal[0]), "%v", equal)
	}
	for _, differ := range [][2]amazonpay.Price{
		{usd("14"), usd("14.01")}, {usd("14"), amazonpay.EUR.Price("14")}, {usd("0"), {}}, {usd("14"), usd("many")}, {usd("1e1"), usd("10")},
	} {
		assert.False(t, differ[0].Equal(differ[1]), "%v", differ)
		assert.False(t, differ[1].Equal(differ[0]), "%v", differ)
	}
}
