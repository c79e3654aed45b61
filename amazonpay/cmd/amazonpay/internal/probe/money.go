package probe

import (
	"fmt"
	"strconv"
	"strings"
)

// unit is the amount of most charges, in the least units of a currency: 1.00, or 100 yen.
const unit = 100

// price is an amount in the least units of the currency, as the service takes it.
func (r *run) price(least int64) object {
	return object{"amount": amount(least, string(r.Currency)), "currencyCode": string(r.Currency)}
}

func amount(least int64, currency string) string {
	if currency == "JPY" {
		return strconv.FormatInt(least, 10)
	}
	return fmt.Sprintf("%d.%02d", least/100, least%100)
}

// minor is an amount of an answer in the least units of its currency; 0 if there is none.
func minor(text, currency string) int64 {
	whole, fraction, _ := strings.Cut(text, ".")
	if currency != "JPY" {
		whole += (fraction + "00")[:2]
	}
	n, _ := strconv.ParseInt(whole, 10, 64)
	return n
}
