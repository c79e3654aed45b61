package web

import (
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

var symbols = map[amazonpay.CurrencyCode]string{amazonpay.USD: "$", amazonpay.EUR: "€", amazonpay.GBP: "£", amazonpay.JPY: "¥"}

// format writes a price as the shop's visitors read it: $1,234.50, ¥1,200.
func format(p amazonpay.Price) string {
	whole, fraction, _ := strings.Cut(string(p.Amount), ".")
	digits, known := p.CurrencyCode.MinorDigits()
	if known {
		for len(fraction) < digits {
			fraction += "0"
		}
		for len(fraction) > digits && strings.HasSuffix(fraction, "0") {
			fraction = fraction[:len(fraction)-1]
		}
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if symbol, ok := symbols[p.CurrencyCode]; ok {
		return symbol + whole
	}
	return whole + " " + string(p.CurrencyCode)
}
