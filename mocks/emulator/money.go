package emulator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// money is an exact amount in the currency's minor unit.
type money struct {
	minor    int64
	currency string
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
	if m.currency == "JPY" {
		return strconv.FormatInt(m.minor, 10)
	}
	return fmt.Sprintf("%d.%02d", m.minor/100, m.minor%100)
}

// signed is the amount of a row or a payment, which may be less than zero.
func (m money) signed() string {
	if m.minor < 0 {
		return "-" + money{-m.minor, m.currency}.amount()
	}
	return m.amount()
}

func (m money) String() string { return m.amount() + " " + m.currency }

// price is m as answers have it.
func (m money) price() object {
	return object{"amount": m.amount(), "currencyCode": m.currency}
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

// refundCap is how much of a captured amount may be refunded: 15 % more, but no more
// than 75 more. The cap in yen is our guess.
func refundCap(captured money) money {
	most := int64(75_00)
	if captured.currency == "JPY" {
		most = 8_400
	}
	return money{captured.minor + min(captured.minor*15/100, most), captured.currency}
}
