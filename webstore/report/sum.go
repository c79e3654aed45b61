package report

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// maxDigits bounds a number in a document: no amount of money has more.
const maxDigits = 64

// Sum adds amounts exactly, with as many decimals as the finest of them. The zero value is 0. Use
// one Sum per currency. It is not safe for concurrent use.
type Sum struct {
	units    big.Int // in units of the last decimal
	recent   int64   // not yet added to units, which is slower
	decimals int
}

// Add adds an amount: decimal text with an optional sign, as in a [SettlementRow]. An empty text is
// 0. Other text is an error and changes nothing.
func (s *Sum) Add(amount amazonpay.Decimal) error {
	text := string(amount)
	if text == "" {
		return nil
	}
	if len(text) > maxDigits || !isDecimal(text) {
		return fmt.Errorf("report: Sum.Add: %w", errDecimal)
	}
	decimals := 0
	if point := strings.IndexByte(text, '.'); point >= 0 {
		decimals = len(text) - point - 1
	}
	if decimals > s.decimals {
		s.flush()
		scale(&s.units, decimals-s.decimals)
		s.decimals = decimals
	}
	if n, ok := small(text, s.decimals-decimals); ok {
		if s.recent += n; s.recent > 1<<62 || s.recent < -1<<62 {
			s.flush()
		}
		return nil
	}
	units, _ := new(big.Int).SetString(strings.Replace(text, ".", "", 1), 10) // isDecimal
	scale(units, s.decimals-decimals)
	s.units.Add(&s.units, units)
	return nil
}

// small returns a decimal without its point and with zeros appended, if that is far from filling an
// int64.
func small(text string, zeros int) (n int64, ok bool) {
	if len(text)+zeros > 17 {
		return 0, false
	}
	for i := range len(text) {
		if c := text[i]; '0' <= c && c <= '9' {
			n = n*10 + int64(c-'0')
		}
	}
	for range zeros {
		n *= 10
	}
	if text[0] == '-' {
		n = -n
	}
	return n, true
}

func (s *Sum) flush() {
	s.units.Add(&s.units, big.NewInt(s.recent))
	s.recent = 0
}

// scale multiplies n by a power of ten.
func scale(n *big.Int, digits int) {
	n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
}

// Decimal returns the sum as decimal text, with a minus sign if it is negative.
func (s *Sum) Decimal() amazonpay.Decimal { return amazonpay.Decimal(s.String()) }

// String returns the sum as decimal text, such as -12.50.
func (s *Sum) String() string {
	s.flush()
	digits := new(big.Int).Abs(&s.units).String()
	if pad := s.decimals + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	if s.decimals > 0 {
		digits = digits[:len(digits)-s.decimals] + "." + digits[len(digits)-s.decimals:]
	}
	if s.units.Sign() < 0 {
		digits = "-" + digits
	}
	return digits
}
