package reconcile

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// DecimalMark is the character before the decimals of the ledger's amounts.
type DecimalMark string

// The decimal marks. Without one, an amount that has two readings is read as the other amounts of
// the column are written, and is an error if they do not decide.
const (
	DecimalMarkPoint DecimalMark = "point" // 1,234.56
	DecimalMarkComma DecimalMark = "comma" // 1.234,56
)

// sign is how a ledger shows the direction of an amount.
type sign int8

const (
	unsigned sign = iota
	plus
	minus // also in parentheses, or after the number
)

// number is an amount of the ledger before its decimal mark is known.
type number struct {
	text   string // digits, points and commas alone
	sign   sign
	symbol string // the currency sign or code beside it
}

var errSigns = errors.New("has more than one sign")

// parseNumber takes the sign and the currency from an amount.
func parseNumber(text string) (n number, err error) {
	text = strings.TrimFunc(text, isBlank)
	setSign := func(s sign) {
		if n.sign != unsigned {
			err = errSigns
		}
		n.sign = s
	}
	inside, opened := strings.CutPrefix(text, "(")
	inside, closed := strings.CutSuffix(inside, ")")
	if opened != closed {
		return n, errNoNumber
	}
	if opened {
		setSign(minus)
	}
	rest := strings.TrimFunc(inside, isBlank)
	// The sign and the currency stand in any order before the number, or after it.
	for range 3 {
		rest = cutSign(rest, setSign)
		before := len(rest) - len(strings.TrimLeftFunc(rest, isSymbol))
		after := len(strings.TrimRightFunc(rest, isSymbol))
		switch {
		case n.symbol != "":
		case before > 0:
			n.symbol, rest = rest[:before], rest[before:]
		case after < len(rest):
			n.symbol, rest = rest[after:], rest[:after]
		}
		rest = strings.TrimFunc(rest, isBlank)
	}
	if err != nil {
		return n, err
	}
	var digits strings.Builder
	for i, c := range rest {
		switch {
		case isDigit(c), c == '.', c == ',':
			digits.WriteRune(c)
		case (isBlank(c) || c == '\'' || c == '’') && grouped(rest[i+len(string(c)):]): // 1 234,56 and 1'234.56
		default:
			return n, errNoNumber
		}
	}
	n.text = digits.String()
	if strings.Trim(n.text, ".,") == "" {
		return n, errNoNumber
	}
	return n, nil
}

// cutSign removes a sign before or after a number.
func cutSign(text string, found func(sign)) string {
	for _, s := range []struct {
		text string
		sign sign
	}{{"-", minus}, {"−", minus}, {"+", plus}} {
		if rest, ok := strings.CutPrefix(text, s.text); ok {
			found(s.sign)
			return strings.TrimFunc(rest, isBlank)
		}
		if rest, ok := strings.CutSuffix(text, s.text); ok {
			found(s.sign)
			return strings.TrimFunc(rest, isBlank)
		}
	}
	return text
}

// grouped reports whether text begins with exactly three digits.
func grouped(text string) bool {
	return len(text) >= 3 && isDigits(text[:3]) && (len(text) == 3 || !isDigit(rune(text[3])))
}

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

// isBlank includes the spaces that do not break, which several languages put between thousands.
func isBlank(c rune) bool { return unicode.IsSpace(c) || c == '\u202f' || c == '\u2007' }

// isSymbol reports whether a character may be of a currency beside a number.
func isSymbol(c rune) bool { return unicode.IsLetter(c) || unicode.Is(unicode.Sc, c) }

// symbols are what may stand for a currency, in lower case. More than one currency uses $ and kr.
var symbols = map[string][]amazonpay.CurrencyCode{
	"€": {amazonpay.EUR}, "£": {amazonpay.GBP}, "¥": {amazonpay.JPY}, "￥": {amazonpay.JPY}, "円": {amazonpay.JPY},
	"$":   {amazonpay.USD, amazonpay.AUD, amazonpay.HKD, amazonpay.NZD},
	"us$": {amazonpay.USD}, "a$": {amazonpay.AUD}, "hk$": {amazonpay.HKD}, "nz$": {amazonpay.NZD},
	"kr": {amazonpay.DKK, amazonpay.NOK, amazonpay.SEK}, "fr": {amazonpay.CHF}, "r": {amazonpay.ZAR},
}

// checkSymbol compares the currency beside an amount with the currency of the row.
func checkSymbol(symbol, currency string) error {
	if symbol == "" || strings.EqualFold(symbol, currency) {
		return nil
	}
	for _, meant := range symbols[strings.ToLower(symbol)] {
		if string(meant) == currency {
			return nil
		}
	}
	return fmt.Errorf("has the currency %.10q, but the currency of the row is %s", symbol, currency)
}

// parseCurrency reads a currency code, or a sign that stands for a single currency.
func parseCurrency(text string) (string, error) {
	code := strings.ToUpper(strings.TrimFunc(text, isBlank))
	if _, ok := amazonpay.CurrencyCode(code).MinorDigits(); ok {
		return code, nil
	}
	if meant := symbols[strings.ToLower(code)]; len(meant) == 1 {
		return string(meant[0]), nil
	}
	if code == "" {
		return "", errors.New("is empty")
	}
	return "", fmt.Errorf("%.10q is not a currency of Amazon Pay, such as EUR", text)
}

// readings are both ways to read a number: with a decimal point, and with a decimal comma.
type readings struct {
	point, comma       int64
	pointErr, commaErr error
}

// read returns both readings of a number.
func (n number) read(currency string) readings {
	var r readings
	r.point, r.pointErr = n.with(".", ",", currency)
	r.comma, r.commaErr = n.with(",", ".", currency)
	return r
}

var errGroups = errors.New("has separators of thousands at other places than every three digits")

// with reads a number with a decimal mark and a separator of thousands.
func (n number) with(mark, thousands, currency string) (int64, error) {
	whole, fraction, marked := strings.Cut(n.text, mark)
	if marked && (fraction == "" || strings.Contains(fraction, mark)) {
		return 0, errNoNumber
	}
	if strings.Contains(fraction, thousands) {
		return 0, errNoNumber
	}
	if groups := strings.Split(whole, thousands); len(groups) > 1 {
		for i, group := range groups {
			if i == 0 && (group == "" || len(group) > 3 || strings.HasPrefix(group, "0")) || i > 0 && len(group) != 3 {
				return 0, errGroups
			}
		}
		whole = strings.Join(groups, "")
	}
	if marked && whole == "" { // .50
		whole = "0"
	}
	return join(whole, fraction, digitsOf(currency))
}

// decides returns the decimal mark that a number proves its column to have, empty if it proves
// nothing.
func (n number) decides(currency string) DecimalMark {
	r := n.read(currency)
	switch {
	case r.pointErr == nil && r.commaErr != nil && !n.maybeFine(r.commaErr, currency):
		return DecimalMarkPoint
	case r.commaErr == nil && r.pointErr != nil && !n.maybeFine(r.pointErr, currency):
		return DecimalMarkComma
	}
	return ""
}

// maybeFine reports whether a reading fails only since it has more decimals than the currency,
// which a computed amount such as 1.234 EUR may have: that proves nothing. An amount of a currency
// without decimals never has any.
func (n number) maybeFine(err error, currency string) bool {
	return errors.Is(err, errTooFine) && digitsOf(currency) > 0
}

// amount decides between the readings. mark is empty if neither an option nor the column decides.
func (n number) amount(currency string, mark DecimalMark) (int64, error) {
	r := n.read(currency)
	switch {
	case mark == DecimalMarkPoint:
		return r.point, r.pointErr
	case mark == DecimalMarkComma:
		return r.comma, r.commaErr
	case r.pointErr == nil && r.commaErr == nil && r.point == r.comma:
		return r.point, nil
	}
	switch n.decides(currency) {
	case DecimalMarkPoint:
		return r.point, nil
	case DecimalMarkComma:
		return r.comma, nil
	}
	if r.pointErr != nil && r.commaErr != nil {
		for _, most := range []error{errTooFine, errTooLarge, errGroups} {
			if errors.Is(r.pointErr, most) || errors.Is(r.commaErr, most) {
				return 0, most
			}
		}
		return 0, errNoNumber
	}
	return 0, &AmbiguousError{
		Value:   n.text,
		Reading: [2]string{n.shown(r.point, r.pointErr, ".", currency), n.shown(r.comma, r.commaErr, ",", currency)},
		Flag:    [2]string{"--decimal=point", "--decimal=comma"},
	}
}

// shown is a reading for the error of an ambiguous amount.
func (n number) shown(amount int64, err error, mark, currency string) string {
	if err != nil { // it has too many decimals
		whole, fraction, _ := strings.Cut(n.text, mark)
		return whole + "." + fraction
	}
	return format(big.NewInt(amount), currency)
}
