package amazonpay

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Decimal is an amount as exact decimal text, such as "14.00" or "1080". It is never a float. The
// SDK keeps the text that the service sent, and sends the text that you wrote. The one exception: a
// [Price] is sent without trailing zeros that its currency does not have.
//
// In a request it must consist of digits, with at most one decimal point between digits. In an
// answer it may be a JSON string or a JSON number.
type Decimal string

// Validate returns an error if the text is not an unsigned decimal: if it has a sign, an exponent,
// a decimal comma or a space, for example.
func (d Decimal) Validate() error {
	whole, fraction, point := strings.Cut(string(d), ".")
	if !digits(whole) || point && !digits(fraction) {
		return fmt.Errorf("%.32q is not decimal text such as 14.00 or 1080", string(d))
	}
	return nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// UnmarshalJSON accepts a string, a number and null.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		text, err := unquote(b)
		if err == nil {
			*d = Decimal(text)
		}
		return err
	}
	if string(b) == "null" {
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return errors.New("an amount is neither a decimal string nor a number")
	}
	*d = Decimal(n)
	return nil
}

// CurrencyCode is an ISO 4217 currency code. Other codes than the constants are sent and received
// unchanged.
type CurrencyCode string

// The currencies in which a buyer can be charged. Most require a merchant whose ledger currency is
// EUR or GBP:
// https://developer.amazon.com/docs/amazon-pay-checkout/multi-currency-integration.html.
const (
	AUD CurrencyCode = "AUD"
	CHF CurrencyCode = "CHF"
	DKK CurrencyCode = "DKK"
	EUR CurrencyCode = "EUR"
	GBP CurrencyCode = "GBP"
	HKD CurrencyCode = "HKD"
	JPY CurrencyCode = "JPY"
	NOK CurrencyCode = "NOK"
	NZD CurrencyCode = "NZD"
	SEK CurrencyCode = "SEK"
	USD CurrencyCode = "USD"
	ZAR CurrencyCode = "ZAR"
)

// Price returns a price in the currency:
//
//	amazonpay.USD.Price("14.00")
//
// It does not check the amount. Every call checks the prices of its request before it sends
// anything, and returns a [*FieldError] for a bad one. Use [ParsePrice] for an amount from outside
// the program, and [NewPrice] for an integer in the currency's smallest unit.
func (c CurrencyCode) Price(amount Decimal) Price { return Price{Amount: amount, CurrencyCode: c} }

// MinorDigits returns the number of decimals in the currency: 0 for JPY, 2 for the other constants.
// ok is false for any other code.
func (c CurrencyCode) MinorDigits() (n int, ok bool) {
	switch c {
	case JPY:
		return 0, true
	case AUD, CHF, DKK, EUR, GBP, HKD, NOK, NZD, SEK, USD, ZAR:
		return 2, true
	}
	return 0, false
}

// Price is an amount of money in a currency. [CurrencyCode.Price], [ParsePrice] and [NewPrice] make
// one. Compare the [Price.MinorUnits] of two prices rather than their text: 14.0 and 14.00 are the
// same amount.
//
// One charge, capture or refund can be up to 150,000 USD, EUR or GBP, or 10,000,000 JPY:
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html.
//
// Trailing zeros are allowed, as a database column with four decimals has them: 475.4500 USD is
// sent as 475.45, and 1080.0000 JPY as 1080. 475.4510 USD and 1080.5 JPY are refused.
type Price struct {
	Amount       Decimal      `json:"amount"`
	CurrencyCode CurrencyCode `json:"currencyCode"`
}

// NewPrice returns a price for an amount in the currency's smallest unit: NewPrice(1400, USD) is
// 14.00 dollars, NewPrice(1080, JPY) is 1080 yen. It returns an error if the amount is negative or
// the currency is not one of the constants.
func NewPrice(minorUnits int64, currency CurrencyCode) (Price, error) {
	n, ok := currency.MinorDigits()
	if !ok {
		return Price{}, fmt.Errorf("amazonpay: NewPrice: the currency %.32q is unknown: pass the amount as text to ParsePrice", string(currency))
	}
	if minorUnits < 0 {
		return Price{}, fmt.Errorf("amazonpay: NewPrice: the amount %d is negative", minorUnits)
	}
	text := strconv.FormatInt(minorUnits, 10)
	if n > 0 {
		if pad := n + 1 - len(text); pad > 0 {
			text = strings.Repeat("0", pad) + text
		}
		text = text[:len(text)-n] + "." + text[len(text)-n:]
	}
	return Price{Amount: Decimal(text), CurrencyCode: currency}, nil
}

// ParsePrice returns a price for an amount from outside the program, such as a database or a
// configuration file. It returns a [*FieldError] if [Price.Validate] refuses the price.
func ParsePrice(amount, currency string) (Price, error) {
	p := CurrencyCode(currency).Price(Decimal(amount))
	if err := p.Validate(); err != nil {
		return Price{}, fmt.Errorf("amazonpay: ParsePrice: %w", err)
	}
	return p, nil
}

// MinorUnits returns the amount in the currency's smallest unit. It is the inverse of [NewPrice].
// It returns an error if the amount is not decimal text, has more decimals than the currency or
// exceeds an int64, or if the currency is not one of the constants.
func (p Price) MinorUnits() (int64, error) {
	n, ok := p.CurrencyCode.MinorDigits()
	if !ok {
		return 0, fmt.Errorf("amazonpay: MinorUnits: the currency %.32q is unknown", string(p.CurrencyCode))
	}
	if err := p.Amount.Validate(); err != nil {
		return 0, fmt.Errorf("amazonpay: MinorUnits: the amount %w", err)
	}
	whole, fraction, _ := strings.Cut(string(p.normal().Amount), ".")
	if len(fraction) > n {
		return 0, fmt.Errorf("amazonpay: MinorUnits: the amount %.32s has more decimals than %s", p.Amount, p.CurrencyCode)
	}
	units, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", n-len(fraction)), 10)
	if !ok || !units.IsInt64() {
		return 0, fmt.Errorf("amazonpay: MinorUnits: the amount %.32s is too large", p.Amount)
	}
	return units.Int64(), nil
}

// Equal reports whether two prices are the same amount in the same currency: 14 and 14.00 USD are.
// Prices that MinorUnits refuses are equal if their texts are, so two zero prices are equal too.
func (p Price) Equal(other Price) bool {
	m, err := p.MinorUnits()
	n, otherErr := other.MinorUnits()
	if err != nil || otherErr != nil {
		return p == other
	}
	return m == n && p.CurrencyCode == other.CurrencyCode
}

// normal returns the price without trailing zeros that its currency does not have.
func (p Price) normal() Price {
	n, ok := p.CurrencyCode.MinorDigits()
	whole, fraction, _ := strings.Cut(string(p.Amount), ".")
	if !ok || len(fraction) <= n || p.Amount.Validate() != nil {
		return p
	}
	fraction = fraction[:n] + strings.TrimRight(fraction[n:], "0")
	if p.Amount = Decimal(whole); fraction != "" {
		p.Amount += Decimal("." + fraction)
	}
	return p
}

// MarshalJSON encodes the amount without trailing zeros that the currency does not have.
func (p Price) MarshalJSON() ([]byte, error) {
	type plain Price // without this method
	return json.Marshal(plain(p.normal()))
}

// transactionRule returns the rule that a price breaks as the amount of one charge, capture or
// refund, "" if none. The limits of other currencies are not documented.
func (p Price) transactionRule() string {
	if p.Validate() != nil { // which says more
		return ""
	}
	if strings.Trim(string(p.Amount), "0.") == "" {
		return "is zero: it must be more than zero"
	}
	var most int64
	switch p.CurrencyCode {
	case USD, GBP, EUR:
		most = 150_000_00
	case JPY:
		most = 10_000_000
	default:
		return ""
	}
	if minor, err := p.MinorUnits(); err != nil || minor > most {
		limit, _ := NewPrice(most, p.CurrencyCode)
		return fmt.Sprintf("is %.32s, more than %s", p, limit)
	}
	return ""
}

// Validate returns a [*FieldError] if the amount is not decimal text, if it has more decimals than
// the currency (JPY has none), or if the currency is not three capital letters.
func (p Price) Validate() error {
	if err := p.Amount.Validate(); err != nil {
		return &FieldError{Field: "amount", Rule: err.Error()}
	}
	if p.CurrencyCode == "" {
		return &FieldError{Field: "currencyCode", Rule: "is empty"}
	}
	if len(p.CurrencyCode) != 3 || strings.Trim(string(p.CurrencyCode), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return &FieldError{Field: "currencyCode", Rule: fmt.Sprintf("%.32q is not three capital letters", string(p.CurrencyCode))}
	}
	_, fraction, _ := strings.Cut(string(p.normal().Amount), ".")
	if n, ok := p.CurrencyCode.MinorDigits(); ok && len(fraction) > n {
		return &FieldError{Field: "amount", Rule: fmt.Sprintf("%.32q has more decimals than %s allows (%d)", string(p.Amount), p.CurrencyCode, n)}
	}
	return nil
}

// String returns the amount and the currency, such as "14.00 USD".
func (p Price) String() string { return string(p.Amount) + " " + string(p.CurrencyCode) }

// LedgerCurrency is the currency of the merchant's Amazon Pay account.
type LedgerCurrency string

// The ledger currencies.
const (
	LedgerCurrencyUSD LedgerCurrency = "USD" // US
	LedgerCurrencyEUR LedgerCurrency = "EUR" // EU
	LedgerCurrencyGBP LedgerCurrency = "GBP" // UK
	LedgerCurrencyJPY LedgerCurrency = "JPY" // JP
)
