package reconcile

import (
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Amounts are counted in ten-thousandths of the currency's main unit, whatever the currency: a
// database column has four decimals, and no currency of Amazon Pay has more than two.
const (
	decimals = 4
	unit     = 10_000
)

// maxWhole are the digits before the decimal point. More do not occur, and would overflow.
const maxWhole = 13

var (
	errNoNumber = errors.New("is not an amount")
	errTooLarge = errors.New("has more than 13 digits before the decimal point")
	errTooFine  = errors.New("has more decimals than its currency")
)

// digitsOf returns the number of decimals of a currency, 2 if the currency is unknown.
func digitsOf(currency string) int {
	if n, ok := amazonpay.CurrencyCode(currency).MinorDigits(); ok {
		return n
	}
	return 2
}

// parsePlain reads decimal text such as -1234.50, as settlement reports have it.
func parsePlain(text string) (int64, error) {
	negative := strings.HasPrefix(text, "-")
	whole, fraction, point := strings.Cut(strings.TrimLeft(text, "+-"), ".")
	if len(text)-len(strings.TrimLeft(text, "+-")) > 1 || point && fraction == "" {
		return 0, errNoNumber
	}
	n, err := join(whole, fraction, decimals)
	if negative {
		n = -n
	}
	return n, err
}

// join makes an amount of the digits before and after the decimal separator. Zeros beyond the
// digits that are allowed are not lost money.
func join(whole, fraction string, allowed int) (int64, error) {
	if whole == "" || !isDigits(whole) || !isDigits(fraction) {
		return 0, errNoNumber
	}
	if whole = strings.TrimLeft(whole, "0"); len(whole) > maxWhole {
		return 0, errTooLarge
	}
	if fraction = strings.TrimRight(fraction, "0"); len(fraction) > allowed {
		return 0, errTooFine
	}
	return strconv.ParseInt("0"+whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// format returns an amount as decimal text, with the decimals of its currency or more if it has
// more.
func format(amount *big.Int, currency string) string {
	text := new(big.Int).Abs(amount).String()
	if pad := decimals + 1 - len(text); pad > 0 {
		text = strings.Repeat("0", pad) + text
	}
	whole, fraction := text[:len(text)-decimals], text[len(text)-decimals:]
	for len(fraction) > digitsOf(currency) && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if amount.Sign() < 0 {
		whole = "-" + whole
	}
	return whole
}

// tally is an exact sum. The zero value is 0.
type tally struct {
	total  big.Int
	recent int64 // not yet added to total, which is slower
}

func (t *tally) add(amount int64) {
	if t.recent += amount; t.recent > 1<<61 || t.recent < -1<<61 {
		t.flush()
	}
}

func (t *tally) flush() {
	t.total.Add(&t.total, big.NewInt(t.recent))
	t.recent = 0
}

func (t *tally) sum() *big.Int {
	t.flush()
	return &t.total
}
