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
	decimalText = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,2})?$`)
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

// max is the highest amount of one transaction.
func maxAmount(currency string) money {
	if currency == "JPY" {
		return money{10_000_000, currency}
	}
	return money{150_000_00, currency}
}

// withMargin is an amount and 15 % more, but no more than 75 more: how much of what was captured may
// be refunded, and how much allowOvercharge allows. In yen the 75 are a guess.
func withMargin(m money) money {
	most := int64(75_00)
	if m.Currency == "JPY" {
		most = 8_400
	}
	return money{m.Minor + min(m.Minor*15/100, most), m.Currency}
}
