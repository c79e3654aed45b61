package ledger

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Money is an exact amount in the currency's minor unit.
type Money struct {
	Minor    int64
	Currency string
}

// Currencies are the currencies of a price.
var Currencies = []string{"AUD", "GBP", "DKK", "EUR", "HKD", "JPY", "NZD", "NOK", "ZAR", "SEK", "CHF", "USD"}

var decimalText = regexp.MustCompile(`^[0-9]{1,13}(\.[0-9]{1,2})?$`)

// ParseMoney reads an amount of up to two decimals, or none for the yen.
func ParseMoney(amount, currency string) (Money, bool) {
	if !decimalText.MatchString(amount) {
		return Money{}, false
	}
	whole, fraction, hasFraction := strings.Cut(amount, ".")
	if currency == "JPY" {
		minor, err := strconv.ParseInt(whole, 10, 64)
		return Money{minor, currency}, err == nil && !hasFraction
	}
	minor, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return Money{minor, currency}, err == nil
}

// WithoutTrailingZeros cuts the zeros that end an amount's decimals: databases keep more of them
// than a currency has.
func WithoutTrailingZeros(amount string) string {
	whole, fraction, _ := strings.Cut(amount, ".")
	if fraction == "" || strings.Trim(fraction, "0123456789") != "" {
		return amount
	}
	return strings.TrimSuffix(whole+"."+strings.TrimRight(fraction, "0"), ".")
}

func (m Money) amount() string {
	if m.Currency == "JPY" {
		return strconv.FormatInt(m.Minor, 10)
	}
	return fmt.Sprintf("%d.%02d", m.Minor/100, m.Minor%100)
}

// signed is the amount of a row or a payment, which may be less than zero.
func (m Money) signed() string {
	if m.Minor < 0 {
		return "-" + Money{-m.Minor, m.Currency}.amount()
	}
	return m.amount()
}

func (m Money) String() string { return m.amount() + " " + m.Currency }

// Price is m in the form of answers.
func (m Money) Price() Object {
	return Object{"amount": m.amount(), "currencyCode": m.Currency}
}

// MaxAmount is the highest amount of one transaction; it has no currency if none is documented.
func MaxAmount(currency string) Money {
	switch currency {
	case "JPY":
		return Money{10_000_000, currency}
	case "USD", "GBP", "EUR":
		return Money{150_000_00, currency}
	}
	return Money{}
}

// withMargin is how much may be refunded of what was captured: 15 % more, but no more than 75 more,
// 8,400 in yen (https://developer.amazon.com/docs/amazon-pay-checkout/manage-refunds.html).
func withMargin(m Money) Money {
	most := int64(75_00)
	if m.Currency == "JPY" {
		most = 8_400
	}
	return Money{m.Minor + min(m.Minor*15/100, most), m.Currency}
}

// withOvercharge is what may be charged of an order in all with allowOvercharge: nine times as
// much, and 500 or 70,000 yen at least, unless the facts are others
// (https://www.amazonpay-faq.jp/faq/QA-12,
// …/amazon-pay-checkout/advanced-one-time-payment-options.html).
func withOvercharge(order Money, rule string) Money {
	least := map[string]int64{"USD": 500_00, "EUR": 500_00, "GBP": 500_00, "JPY": 70_000}[order.Currency]
	switch rule {
	case "900%":
		least = 0
	case "order":
		return order
	}
	return Money{max(order.Minor*9, least), order.Currency}
}

// monthlyLimit is what the charges of a permission may come to in one calendar month, without a
// currency if there is no limit (…/amazon-pay-checkout/monthly-recurring-charge-limits.html and
// monthly-paymentmethodonfile-charge-limits.html).
func monthlyLimit(kind, currency string) Money {
	limit := Money{1_000_00, currency}
	switch currency {
	case "DKK", "HKD", "NOK", "SEK", "ZAR":
		limit.Minor = 10_000_00
	case "JPY":
		limit.Minor = 100_000
	}
	switch kind {
	case Recurring:
		return limit
	case OnFile:
		if limit.Minor *= 15; currency == "JPY" {
			limit.Minor = 2_000_000
		}
		return limit
	}
	return Money{}
}

// rates are the price of one euro in each currency, in ten-thousandths. All are made up.
var rates = map[string]int64{
	"USD": 1_1000, "GBP": 8500, "AUD": 1_6500, "CHF": 9500, "DKK": 7_4600, "HKD": 8_6000, "JPY": 160_0000, "NOK": 11_6000, "NZD": 1_8000, "SEK": 11_2500,
	"ZAR": 20_0000,
}

// inEuros converts an amount, and returns the rate as answers have it: convertedAmount is the
// amount divided by conversionRate, as the official .NET SDK documents them.
func (m Money) inEuros() (Money, string) {
	rate, cents := rates[m.Currency], m.Minor
	if m.Currency == "JPY" {
		cents *= 100 // it has none
	}
	return Money{cents/rate*10_000 + (cents%rate*10_000+rate/2)/rate, "EUR"}, fmt.Sprintf("%d.%04d", rate/10_000, rate%10_000)
}

// CheckCurrency refuses a currency in which the caller's account cannot be paid: those with a
// ledger in euros or pounds take others as well
// (https://developer.amazon.com/docs/amazon-pay-checkout/multi-currency-integration.html).
func CheckCurrency(c *Call, path, currency string) *Refusal {
	if ledger := c.region().currency; currency != "" && ledger != "EUR" && currency != ledger {
		return BadRequest(currencyMismatch, "The member %s is in %s, and the account's ledger in %s: only accounts with a ledger in EUR or GBP accept other currencies.", path, currency, ledger)
	}
	return nil
}
