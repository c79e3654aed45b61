package amazonpay

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Decimal is an amount as exact decimal text, such as "14.00" or "1080". It is never
// a float: the text that the service sent is the text that you read, and the text
// that you write is sent, but for the zeros of a [Price] that its currency does not have.
//
// In a request it must be digits, with at most one decimal point between digits. From
// the service it is decoded from a JSON string or a JSON number alike.
type Decimal string

// Validate reports text that is not an unsigned decimal: a sign, an exponent, a
// decimal comma, a space.
func (d Decimal) Validate() error {
	whole, fraction, point := strings.Cut(string(d), ".")
	if !digits(whole) || point && !digits(fraction) {
		return fmt.Errorf("%q is not decimal text such as 14.00 or 1080", string(d))
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

// CurrencyCode is an ISO 4217 code. Codes other than the constants are sent and
// received as they are.
type CurrencyCode string

// The currencies in which a buyer can be charged. Most need a merchant whose ledger is
// in EUR or GBP:
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

// MinorDigits returns how many digits an amount in the currency has behind the
// decimal point: 0 for JPY, 2 for the other constants. ok is false for any other
// code.
func (c CurrencyCode) MinorDigits() (n int, ok bool) {
	switch c {
	case JPY:
		return 0, true
	case AUD, CHF, DKK, EUR, GBP, HKD, NOK, NZD, SEK, USD, ZAR:
		return 2, true
	}
	return 0, false
}

// Price is an amount of money. An amount of up to 150,000 USD, EUR or GBP, or
// 10,000,000 JPY, can be charged:
// https://developer.amazon.com/docs/amazon-pay-api-v2/charge.html.
//
// An amount that is exact in its currency may have more decimals, as it does in a database with
// four of them: 475.4500 USD is sent as 475.45, and 1080.0000 JPY as 1080. 475.4510 USD and 1080.5
// JPY are refused.
type Price struct {
	Amount       Decimal      `json:"amount"`
	CurrencyCode CurrencyCode `json:"currencyCode"`
}

// NewPrice makes a price from an amount in the currency's smallest unit: NewPrice(1400,
// USD) is 14.00 dollars, NewPrice(1080, JPY) is 1080 yen. It fails for a negative
// amount and for a currency that is none of the constants.
func NewPrice(minorUnits int64, currency CurrencyCode) (Price, error) {
	n, ok := currency.MinorDigits()
	if !ok {
		return Price{}, fmt.Errorf("amazonpay: the currency %q is unknown: write the amount as text instead", string(currency))
	}
	if minorUnits < 0 {
		return Price{}, fmt.Errorf("amazonpay: the amount %d is negative", minorUnits)
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

// MinorUnits returns the amount in the currency's smallest unit, the reverse of
// [NewPrice]. It fails for text that is not a decimal, for an amount finer than the
// currency's smallest unit or beyond an int64, and for an unknown currency.
func (p Price) MinorUnits() (int64, error) {
	n, ok := p.CurrencyCode.MinorDigits()
	if !ok {
		return 0, fmt.Errorf("amazonpay: the currency %q is unknown", string(p.CurrencyCode))
	}
	if err := p.Amount.Validate(); err != nil {
		return 0, fmt.Errorf("amazonpay: the amount %w", err)
	}
	whole, fraction, _ := strings.Cut(string(p.normal().Amount), ".")
	if len(fraction) > n {
		return 0, fmt.Errorf("amazonpay: the amount %s is finer than the smallest unit of %s", p.Amount, p.CurrencyCode)
	}
	units, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", n-len(fraction)), 10)
	if !ok || !units.IsInt64() {
		return 0, fmt.Errorf("amazonpay: the amount %s is too large", p.Amount)
	}
	return units.Int64(), nil
}

// normal is the price without zeros behind the decimals of its currency.
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

// MarshalJSON encodes the amount without zeros that the currency does not have.
func (p Price) MarshalJSON() ([]byte, error) {
	type plain Price // without this method
	return json.Marshal(plain(p.normal()))
}

// transactionRule is the rule that a price breaks as the amount of one charge, capture or refund;
// "" if none. Limits of other currencies are not documented.
func (p Price) transactionRule() string {
	if p.Validate() != nil { // which says more
		return ""
	}
	if strings.Trim(string(p.Amount), "0.") == "" {
		return "is nothing: it must be more than zero"
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
		return fmt.Sprintf("is %s, more than %s", p, limit)
	}
	return ""
}

// Validate reports an amount that is not decimal text, that is finer than the currency's
// smallest unit (JPY has no decimals), and a currency that is not three capital letters.
func (p Price) Validate() error {
	if err := p.Amount.Validate(); err != nil {
		return &FieldError{Field: "amount", Rule: err.Error()}
	}
	if p.CurrencyCode == "" {
		return &FieldError{Field: "currencyCode", Rule: "is empty"}
	}
	if len(p.CurrencyCode) != 3 || strings.Trim(string(p.CurrencyCode), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return &FieldError{Field: "currencyCode", Rule: fmt.Sprintf("%q is not three capital letters", string(p.CurrencyCode))}
	}
	_, fraction, _ := strings.Cut(string(p.normal().Amount), ".")
	if n, ok := p.CurrencyCode.MinorDigits(); ok && len(fraction) > n {
		return &FieldError{Field: "amount", Rule: fmt.Sprintf("%q has more than %d decimals, which %s does not have", string(p.Amount), n, p.CurrencyCode)}
	}
	return nil
}

// String returns the amount and the currency, such as "14.00 USD".
func (p Price) String() string { return string(p.Amount) + " " + string(p.CurrencyCode) }

// LedgerCurrency is the currency in which the merchant's account is kept.
type LedgerCurrency string

// The ledger currencies.
const (
	LedgerCurrencyUSD LedgerCurrency = "USD" // US
	LedgerCurrencyEUR LedgerCurrency = "EUR" // EU
	LedgerCurrencyGBP LedgerCurrency = "GBP" // UK
	LedgerCurrencyJPY LedgerCurrency = "JPY" // JP
)
