package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// text returns what a request says, without what PostgreSQL does not take for text.
func text(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "") }

// number writes a number with its thousands apart: 12,345.
func number(n int64) string { return thousands(strconv.FormatInt(n, 10)) }

// money writes an amount, in the currency's smallest unit: USD 12,345.67.
func money(amount int64, currency amazonpay.CurrencyCode) string {
	sign := ""
	if amount < 0 {
		sign, amount = "−", -amount
	}
	price, err := amazonpay.NewPrice(amount, currency)
	if err != nil { // of a report: the service may have a currency that the SDK does not know
		return strings.TrimSpace(string(currency) + " " + sign + number(amount) + " (smallest units)")
	}
	return string(currency) + " " + sign + thousands(string(price.Amount))
}

// priceText writes a price as [money] does.
func priceText(p amazonpay.Price) string {
	return string(p.CurrencyCode) + " " + thousands(string(p.Amount))
}

// thousands sets commas into the digits before the point.
func thousands(text string) string {
	end := len(text)
	if point := strings.IndexByte(text, '.'); point >= 0 {
		end = point
	}
	for i := end - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// ago says how long ago something was.
func ago(d time.Duration) string {
	switch {
	case d < time.Second:
		return "just now"
	case d < 2*time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s ago"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min ago"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h ago"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days ago"
}

// stateName is what a state means, in a word or two.
func stateName(state data.BillState) string {
	switch state {
	case data.BillPlanned:
		return "To be charged"
	case data.BillPending:
		return "Pending at Amazon"
	case data.BillPaid:
		return "Paid"
	case data.BillRetry:
		return "Declined, tried again"
	case data.BillRepair:
		return "Waits for the buyer"
	case data.BillUnpaid:
		return "Given up"
	case data.BillCheck:
		return "To be checked"
	}
	return string(state)
}
