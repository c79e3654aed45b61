package amazonpay_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// https://github.com/amzn/amazon-pay-api-sdk-php/issues/48: the bytes on the page were not the
// signed bytes. encoding/json would write < as \u003c, and a second encoding would not.
func TestEncodeJSONWritesTextAsItIs(t *testing.T) {
	t.Parallel()
	got, err := amazonpay.EncodeJSON(map[string]any{"note": "あ/b\n\"<b>&amp;</b>\" \u2028 \\", "a": json.RawMessage(`{"x" : "<"}`)})
	require.NoError(t, err)
	sameText(t, `{"a":{"x":"<"},"note":"あ/b\n\"<b>&amp;</b>\" \u2028 \\"}`, string(got))
}

type inner struct {
	Note  string                     `json:"note"`
	Price amazonpay.Price            `json:"price,omitzero"`
	Limit *amazonpay.Price           `json:"limit,omitzero"`
	Named map[string]amazonpay.Price `json:"named,omitzero"`
	Short string                     `json:"short,omitzero" pay:"max=3"`
	Need  string                     `json:"need" pay:"required,max=3"`
	Any   any                        `json:"any,omitzero"`
	Bytes []byte                     `json:"bytes,omitzero"`
	Raw   json.RawMessage            `json:"raw,omitzero"`
}

type embedded struct {
	Lent string `json:"lent,omitzero"`
}

type outer struct {
	embedded

	*Pointed
	Inner   inner          `json:"inner"`
	List    []inner        `json:"list,omitzero"`
	Array   [2]string      `json:"array,omitzero"`
	Deep    map[string]any `json:"deep,omitzero"`
	Untaged string         `json:",omitzero"`
	Skipped string         `json:"-"`
	private string
	Time    amazonpay.Time         `json:"time,omitzero"`
	Codes   []amazonpay.ReasonCode `json:"codes,omitzero"`
}

// Pointed is embedded by pointer.
type Pointed struct {
	Far string `json:"far,omitzero"`
}

// encoding/json would silently replace text that is not UTF-8, and the signature would cover text
// that the shop did not write: https://github.com/amzn/amazon-pay-api-sdk-java/pull/16.
func TestEncodeJSONNamesTheField(t *testing.T) {
	t.Parallel()
	ok := inner{Need: "x"}
	bad := inner{Need: "x", Note: "a\xffb"}
	const notUTF8 = "not valid UTF-8"
	var loop any
	loop = []any{&loop}
	ring := &node{}
	ring.Next = ring
	for name, row := range map[string]struct {
		value any
		field string
		rule  string
	}{
		"text":                   {"\xff", "", notUTF8},
		"field":                  {outer{Inner: bad}, "inner.note", notUTF8},
		"pointer":                {&outer{Inner: bad}, "inner.note", notUTF8},
		"list":                   {outer{Inner: ok, List: []inner{ok, bad}}, "list[1].note", notUTF8},
		"array":                  {outer{Inner: ok, Array: [2]string{"", "\xff"}}, "array[1]", notUTF8},
		"map":                    {outer{Inner: ok, Deep: map[string]any{"a": map[string]any{"b": []string{"\xff"}}}}, "deep.a.b[0]", notUTF8},
		"name in a map":          {outer{Inner: ok, Deep: map[string]any{"\xff": 1}}, "deep", notUTF8},
		"interface":              {outer{Inner: inner{Need: "x", Any: &bad}}, "inner.any.note", notUTF8},
		"embedded":               {outer{embedded: embedded{"\xff"}, Inner: ok}, "lent", notUTF8},
		"embedded pointer":       {outer{Pointed: &Pointed{"\xff"}, Inner: ok}, "far", notUTF8},
		"no tag":                 {outer{Inner: ok, Untaged: "\xff"}, "Untaged", notUTF8},
		"text type":              {outer{Inner: ok, Codes: []amazonpay.ReasonCode{"\xff"}}, "codes[0]", notUTF8},
		"surrogate half":         {"\xed\xa0\x80", "", notUTF8},
		"raw, broken":            {outer{Inner: inner{Need: "x", Raw: json.RawMessage(`{"a":`)}}, "inner.raw", "not valid JSON"},
		"raw, not UTF-8":         {outer{Inner: inner{Need: "x", Raw: json.RawMessage("\"\xff\"")}}, "inner.raw", "not valid JSON"},
		"price":                  {outer{Inner: inner{Need: "x", Price: amazonpay.Price{Amount: "1,5", CurrencyCode: "EUR"}}}, "inner.price.amount", "not decimal text"},
		"price behind a pointer": {outer{Inner: inner{Need: "x", Limit: &amazonpay.Price{Amount: "1"}}}, "inner.limit.currencyCode", "is empty"},
		"price in a map": {
			outer{Inner: inner{Need: "x", Named: map[string]amazonpay.Price{"a": {Amount: "1.5", CurrencyCode: "JPY"}}}}, "inner.named.a.amount", "decimals",
		},
		"zero price behind a pointer": {outer{Inner: inner{Need: "x", Limit: &amazonpay.Price{}}}, "inner.limit.amount", "not decimal text"},
		"required":                    {outer{}, "inner.need", "is required"},
		"too long":                    {outer{Inner: inner{Need: "x", Short: "äöü店"}}, "inner.short", "has 4 characters, more than 3"},
		"too long, required":          {outer{Inner: inner{Need: "wxyz"}}, "inner.need", "has 4 characters, more than 3"},
		"loop of interfaces":          {loop, "", "nested too deeply"},
		"loop of pointers":            {ring, "", "nested too deeply"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := amazonpay.EncodeJSON(row.value)
			assert.Nil(t, got)
			field, ok := errors.AsType[*amazonpay.FieldError](err)
			require.True(t, ok, "%v", err)
			if row.rule != "nested too deeply" {
				assert.Equal(t, row.field, field.Field)
			}
			assert.Contains(t, field.Rule, row.rule)
			assert.NotContains(t, err.Error(), "\xff")
			assert.NotContains(t, err.Error()[:1], ":", "a name or a word for it comes first")
		})
	}

	got, err := amazonpay.EncodeJSON(outer{Inner: inner{Need: "x", Bytes: []byte("\xff"), Short: "äö店"}, Skipped: "\xff", private: "\xff"})
	require.NoError(t, err, "bytes are encoded in base64, and a skipped field is not encoded")
	sameText(t, `{"inner":{"note":"","short":"äö店","need":"x","bytes":"/w=="}}`, string(got))
}

// The documented limits count characters. The input is from a Japanese shop.
func TestLengthsAreCharacters(t *testing.T) {
	t.Parallel()
	type limited struct {
		Text string `json:"text,omitzero" pay:"max=50"`
	}
	for _, letter := range []string{"a", "é", "店", "👍"} {
		_, err := amazonpay.EncodeJSON(limited{strings.Repeat(letter, 50)})
		require.NoError(t, err, letter)
		_, err = amazonpay.EncodeJSON(limited{strings.Repeat(letter, 51)})
		require.EqualError(t, err, "text: has 51 characters, more than 50", letter)
	}
}

// The amount of a charge, a capture or a refund has limits in the currencies for which they are
// documented.
func TestTransactionAmounts(t *testing.T) {
	t.Parallel()
	type charge struct {
		Amount amazonpay.Price `json:"amount,omitzero" pay:"transaction"`
		Needed amazonpay.Price `json:"needed,omitzero" pay:"required,transaction"`
	}
	good := amazonpay.JPY.Price("1")
	for text, rule := range map[string]string{
		"0.01 USD": "", "150000 USD": "", "150000.0000 EUR": "", "150000.01 EUR": "is 150000.01 EUR, more than 150000.00 EUR",
		"150000.01 GBP": "more than 150000.00 GBP", "99999999999999999999 USD": "more than 150000.00 USD", "10000000 JPY": "", "10000001 JPY": "more than 10000000 JPY",
		"0 USD": "must be more than zero", "0.000 USD": "must be more than zero", "0 JPY": "must be more than zero", "0 XTS": "must be more than zero",
		"1500000.00 SEK": "", "99999999999999999999 XTS": "",
		"1.001 USD": "more decimals than USD allows", "1,5 USD": "not decimal text", "150001 usd": "three capital letters",
	} {
		amount, currency, _ := strings.Cut(text, " ")
		price := amazonpay.Price{Amount: amazonpay.Decimal(amount), CurrencyCode: amazonpay.CurrencyCode(currency)}
		for _, value := range []charge{{price, good}, {good, price}} {
			_, err := amazonpay.EncodeJSON(value)
			if rule == "" {
				require.NoError(t, err, text)
				continue
			}
			require.ErrorContains(t, err, rule, text)
			assert.Regexp(t, `^(amount|needed)`, err.Error())
		}
	}
	_, err := amazonpay.EncodeJSON(charge{})
	require.EqualError(t, err, "needed: is required")
}

type node struct {
	Next *node `json:"next,omitzero"`
}

func TestEncodeJSONOfOtherKinds(t *testing.T) {
	t.Parallel()
	got, err := amazonpay.EncodeJSON(nil)
	require.NoError(t, err)
	assert.Equal(t, "null", string(got))
	got, err = amazonpay.EncodeJSON(struct {
		Price *amazonpay.Price `json:"price"`
		Any   any              `json:"any"`
		Raw   json.RawMessage  `json:"raw"`
		Count int              `json:"count" pay:"max=1"`
	}{Any: (*amazonpay.Price)(nil), Count: 10})
	require.NoError(t, err, "nothing is there to be wrong")
	sameText(t, `{"price":null,"any":null,"raw":null,"count":10}`, string(got))
	for _, value := range []any{make(chan int), func() {}, map[bool]int{true: 1}, struct{ F func() }{func() {}}} {
		_, err := amazonpay.EncodeJSON(value)
		require.Error(t, err)
	}
}
