package emulator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// money is an exact amount in the currency's minor unit.
type money struct {
	Minor    int64
	Currency string
}

var (
	currencies  = []string{"AUD", "GBP", "DKK", "EUR", "HKD", "JPY", "NZD", "NOK", "ZAR", "SEK", "CHF", "USD"}
	decimalText = regexp.MustCompile(`^[0-9]{1,13}(\.[0-9]{1,2})?$`)
)

// parseMoney reads an amount of up to two decimals, or none for the yen.
func parseMoney(amount, currency string) (money, bool) {
	if !decimalText.MatchString(amount) {
		return money{}, false
	}
	whole, fraction, hasFraction := strings.Cut(amount, ".")
	if currency == "JPY" {
		minor, err := strconv.ParseInt(whole, 10, 64)
		return money{minor, currency}, err == nil && !hasFraction
	}
	minor, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return money{minor, currency}, err == nil
}

// withoutTrailingZeros cuts the zeros that end an amount's decimals: databases keep more of them
// than a currency has.
func withoutTrailingZeros(amount string) string {
	whole, fraction, _ := strings.Cut(amount, ".")
	if fraction == "" || strings.Trim(fraction, "0123456789") != "" {
		return amount
	}
	return strings.TrimSuffix(whole+"."+strings.TrimRight(fraction, "0"), ".")
}

func (m money) amount() string {
	if m.Currency == "JPY" {
		return strconv.FormatInt(m.Minor, 10)
	}
	return fmt.Sprintf("%d.%02d", m.Minor/100, m.Minor%100)
}

// signed is the amount of a row or a payment, which may be less than zero.
func (m money) signed() string {
	if m.Minor < 0 {
		return "-" + money{-m.Minor, m.Currency}.amount()
	}
	return m.amount()
}

func (m money) String() string { return m.amount() + " " + m.Currency }

// price is m as answers have it.
func (m money) price() object {
	return object{"amount": m.amount(), "currencyCode": m.Currency}
}

// moneyAt reads a price that the table of members has checked; without one it is the
// zero value.
func (o object) moneyAt(name string) money {
	price := o.at(name)
	m, _ := parseMoney(price.text("amount"), price.text("currencyCode"))
	return m
}

// maxAmount is the highest amount of one transaction, without a currency where none is documented.
func maxAmount(currency string) money {
	switch currency {
	case "JPY":
		return money{10_000_000, currency}
	case "USD", "GBP", "EUR":
		return money{150_000_00, currency}
	}
	return money{}
}

// withMargin is how much may be refunded of what was captured: 15 % more, but no more than 75 more,
// 8,400 in yen (https://developer.amazon.com/docs/amazon-pay-checkout/manage-refunds.html).
func withMargin(m money) money {
	most := int64(75_00)
	if m.Currency == "JPY" {
		most = 8_400
	}
	return money{m.Minor + min(m.Minor*15/100, most), m.Currency}
}

// withOvercharge is what may be charged of an order in all with allowOvercharge: nine times as
// much, and 500 or 70,000 yen at least (https://www.amazonpay-faq.jp/faq/QA-12,
// …/amazon-pay-checkout/advanced-one-time-payment-options.html).
func withOvercharge(order money) money {
	least := map[string]int64{"USD": 500_00, "EUR": 500_00, "GBP": 500_00, "JPY": 70_000}[order.Currency]
	return money{max(order.Minor*9, least), order.Currency}
}

// monthlyLimit is what the charges of a permission may come to in one calendar month, without a
// currency where there is no limit (…/amazon-pay-checkout/monthly-recurring-charge-limits.html and
// monthly-paymentmethodonfile-charge-limits.html).
func monthlyLimit(kind, currency string) money {
	limit := money{1_000_00, currency}
	switch currency {
	case "DKK", "HKD", "NOK", "SEK", "ZAR":
		limit.Minor = 10_000_00
	case "JPY":
		limit.Minor = 100_000
	}
	switch kind {
	case recurring:
		return limit
	case onFile:
		if limit.Minor *= 15; currency == "JPY" {
			limit.Minor = 2_000_000
		}
		return limit
	}
	return money{}
}

// rates are how much of a currency one euro is, made up all of them, in ten-thousandths.
var rates = map[string]int64{
	"USD": 1_1000, "GBP": 8500, "AUD": 1_6500, "CHF": 9500, "DKK": 7_4600, "HKD": 8_6000, "JPY": 160_0000, "NOK": 11_6000, "NZD": 1_8000, "SEK": 11_2500,
	"ZAR": 20_0000,
}

// inEuros converts an amount, and returns the rate as answers have it: convertedAmount is the
// amount divided by conversionRate, as the official .NET SDK documents them.
func (m money) inEuros() (money, string) {
	rate, cents := rates[m.Currency], m.Minor
	if m.Currency == "JPY" {
		cents *= 100 // it has none
	}
	return money{cents/rate*10_000 + (cents%rate*10_000+rate/2)/rate, "EUR"}, fmt.Sprintf("%d.%04d", rate/10_000, rate%10_000)
}

// checkCurrency refuses a currency in which the caller's account cannot be paid: those with a
// ledger in euros or pounds take others as well
// (https://developer.amazon.com/docs/amazon-pay-checkout/multi-currency-integration.html).
func checkCurrency(c *call, path, currency string) *refusal {
	if ledger := c.region().currency; currency != "" && ledger != "EUR" && currency != ledger {
		return badRequest(currencyMismatch, "The member %s is in %s, and the account's ledger in %s: only accounts with a ledger in EUR or GBP take other currencies.", path, currency, ledger)
	}
	return nil
}
