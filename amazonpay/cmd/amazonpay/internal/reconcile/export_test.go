package reconcile

import "math/big"

// ReadAmount reads an amount as the ledger's rows are read, in ten-thousandths.
func ReadAmount(text, currency string, mark DecimalMark) (amount int64, err error) {
	n, err := parseNumber(text)
	if err == nil {
		err = checkSymbol(n.symbol, currency)
	}
	if err == nil {
		amount, err = n.amount(currency, mark)
	}
	if n.sign == minus {
		amount = -amount
	}
	return amount, err
}

// Format is what results show.
func Format(amount int64, currency string) string { return format(big.NewInt(amount), currency) }

// The functions that have tables of their own.
var (
	ParseDate  = parseDate
	ParsePlain = parsePlain
)
