package report

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// TransactionType is the type of a row of a settlement report. There may be more.
type TransactionType string

// The transaction types.
const (
	TransactionTypeAuthorization TransactionType = "Authorization"
	TransactionTypeCapture       TransactionType = "Capture"
	TransactionTypeRefund        TransactionType = "Refund"
	TransactionTypeAToZClaim     TransactionType = "A-to-z Guarantee Claim" // see IsAToZClaim for its other spellings
	TransactionTypeChargeback    TransactionType = "Chargeback"
	TransactionTypeDispute       TransactionType = "Dispute"
	TransactionTypeDebt          TransactionType = "Debt"
	TransactionTypeAdjustment    TransactionType = "Adjustment"
	TransactionTypeTransfer      TransactionType = "Transfer"
	// TransactionTypeReserve is an amount that Amazon Pay holds back or releases.
	TransactionTypeReserve TransactionType = "Reserve"
	// TransactionTypeCarryover is a balance that was not transferred and is carried over to the next
	// settlement.
	TransactionTypeCarryover TransactionType = "Carryover"
)

// IsAToZClaim reports whether the row is about an A-to-z Guarantee claim, in any spelling of the
// documentation: the Japanese page writes "A to Z Guarantee Claim", and the list on the English
// page can be read as "A-to-z Guarantee" and "Claim". Use it instead of comparing with
// [TransactionTypeAToZClaim].
func (t TransactionType) IsAToZClaim() bool {
	switch strings.ToLower(strings.ReplaceAll(string(t), "-", " ")) {
	case "a to z guarantee claim", "a to z guarantee", "a to z claim", "claim":
		return true
	}
	return false
}

// SettlementRow is a row of a settlement report. Amounts are exact decimal texts with a sign: fees,
// refunds and transfers to the bank are negative. A value that is empty or has no column is the
// zero value. Row has all columns, including those without a field.
//
// https://developer.amazon.com/docs/amazon-pay-reports/settlement-reports.html
type SettlementRow struct {
	TransactionPostedDate amazonpay.Time
	SettlementID          string
	// AmazonTransactionID is the id of a charge, refund or dispute.
	AmazonTransactionID string
	// SellerReferenceID is the merchant's own id of the transaction.
	SellerReferenceID string
	TransactionType   TransactionType
	// AmazonOrderReferenceID is the id of the charge permission.
	AmazonOrderReferenceID string
	// SellerOrderID is the merchant's own id of the order.
	SellerOrderID            string
	StoreName                string
	CurrencyCode             amazonpay.CurrencyCode
	TransactionDescription   string
	TransactionAmount        amazonpay.Decimal
	TransactionPercentageFee amazonpay.Decimal
	TransactionFixedFee      amazonpay.Decimal
	// TotalTransactionFee is the sum of both fees.
	TotalTransactionFee amazonpay.Decimal
	// NetTransactionAmount is the amount after fees.
	NetTransactionAmount amazonpay.Decimal

	Row Row
}

// LogValue shows the line and the ids.
func (r SettlementRow) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("line", r.Row.line), slog.String("settlement_id", r.SettlementID),
		slog.String("transaction_id", r.AmazonTransactionID), slog.String("type", string(r.TransactionType)),
	)
}

// Format prints what LogValue shows, whatever the verb.
func (r SettlementRow) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.LogValue().String()) }

// adds reports whether the amount and the total fee add up to the net amount.
func (r SettlementRow) adds() bool {
	sum := new(big.Rat)
	for _, amount := range []amazonpay.Decimal{r.TransactionAmount, r.TotalTransactionFee} {
		if part, ok := new(big.Rat).SetString(string(amount)); ok {
			sum.Add(sum, part)
		}
	}
	net, ok := new(big.Rat).SetString(string(r.NetTransactionAmount))
	return ok && sum.Cmp(net) == 0
}

// Settlement goes through the rows of a settlement report, as [Reader.Rows] does. The document must
// have the columns of date, type, amount, total fee and net amount. A value that cannot be read
// exactly is an error: a date of an unknown form, an amount that is not plain decimal text
// (1.400,00, 1E+3 and $5 are not), a currency that is not three capital letters, an id that a
// spreadsheet has turned into a number (5.04E+12).
func (r *Reader) Settlement() iter.Seq2[SettlementRow, error] {
	return func(yield func(SettlementRow, error) bool) {
		if err := r.readHeader(); err != nil {
			if !errors.Is(err, errEnd) {
				yield(SettlementRow{}, err)
			}
			return
		}
		columns, err := settlementColumns(r.header)
		if err != nil {
			yield(SettlementRow{}, r.fail(r.line, err))
			return
		}
		columns.decimalComma = r.separator == ';'
		values := make([]string, 0, r.header.cells+1) // reused for each row
		for {
			row, err := r.next(values)
			if errors.Is(err, errEnd) {
				return
			}
			var typed SettlementRow
			if err == nil {
				if err = columns.fill(&typed, row.values); err == nil && r.surplus && !typed.adds() {
					err = errMoved
				}
				if err != nil {
					err = r.fail(row.line, err)
					typed = SettlementRow{}
				} else {
					row.values = nil // the next row's
					typed.Row = row
				}
			}
			if !yield(typed, err) || err != nil {
				return
			}
		}
	}
}

// The columns, in the order of SettlementRow.
const (
	colPosted = iota
	colSettlementID
	colTransactionID
	colReferenceID
	colType
	colPermissionID
	colOrderID
	colStore
	colCurrency
	colDescription
	colAmount
	colPercentageFee
	colFixedFee
	colTotalFee
	colNet
	columnCount
)

var columnNames = [columnCount]string{
	"TransactionPostedDate", "SettlementId", "AmazonTransactionId", "SellerReferenceId", "TransactionType",
	"AmazonOrderReferenceId", "SellerOrderId", "StoreName", "CurrencyCode", "TransactionDescription", "TransactionAmount",
	"TransactionPercentageFee", "TransactionFixedFee", "TotalTransactionFee", "NetTransactionAmount",
}

// positions are the positions of the columns in a document, -1 for a missing one.
type positions struct {
	at           [columnCount]int
	decimalComma bool // written by a spreadsheet in a country with a decimal comma
	dates
}

func settlementColumns(h *header) (p positions, err error) {
	var missing []string
	for column, name := range columnNames {
		at, ok := h.index[name]
		if !ok {
			at = -1
			switch column {
			case colPosted, colType, colAmount, colTotalFee, colNet:
				missing = append(missing, name)
			}
		}
		p.at[column] = at
	}
	if len(missing) > 0 {
		err = fmt.Errorf("the document is not a settlement report: its header lacks %s", strings.Join(missing, ", "))
	}
	return p, err
}

// fill sets the fields of a row from its values.
func (p *positions) fill(r *SettlementRow, values []string) error {
	text := func(column int) string {
		if p.at[column] < 0 {
			return ""
		}
		return values[p.at[column]]
	}
	for column := colAmount; column <= colNet; column++ {
		value := text(column)
		if value != "" && !isDecimal(value) {
			return &Error{Column: columnNames[column], Err: errDecimal}
		}
		if _, decimals, _ := strings.Cut(value, "."); (p.decimalComma || text(colCurrency) == string(amazonpay.JPY)) && len(decimals) == 3 {
			return &Error{Column: columnNames[column], Err: errThousands}
		}
	}
	for _, column := range [...]int{colSettlementID, colTransactionID, colReferenceID, colPermissionID, colOrderID} {
		if value := text(column); strings.IndexByte(value, '+') > 0 && rounded.MatchString(value) {
			return &Error{Column: columnNames[column], Err: errRounded}
		}
	}
	if value := text(colCurrency); value != "" && !isCurrency(value) {
		return &Error{Column: columnNames[colCurrency], Err: errCurrency}
	}
	var err error
	if r.TransactionPostedDate, err = p.parseTime(text(colPosted)); err != nil {
		return &Error{Column: columnNames[colPosted], Err: err}
	}
	r.SettlementID = text(colSettlementID)
	r.AmazonTransactionID = text(colTransactionID)
	r.SellerReferenceID = text(colReferenceID)
	r.TransactionType = TransactionType(text(colType))
	r.AmazonOrderReferenceID = text(colPermissionID)
	r.SellerOrderID = text(colOrderID)
	r.StoreName = text(colStore)
	r.CurrencyCode = amazonpay.CurrencyCode(text(colCurrency))
	r.TransactionDescription = text(colDescription)
	r.TransactionAmount = amazonpay.Decimal(text(colAmount))
	r.TransactionPercentageFee = amazonpay.Decimal(text(colPercentageFee))
	r.TransactionFixedFee = amazonpay.Decimal(text(colFixedFee))
	r.TotalTransactionFee = amazonpay.Decimal(text(colTotalFee))
	r.NetTransactionAmount = amazonpay.Decimal(text(colNet))
	return nil
}

const asDownloaded = "a spreadsheet may have rewritten it, so use the document as it was downloaded"

var (
	errTime      = errors.New("the text is not a date and time of a known form: " + asDownloaded)
	errDecimal   = errors.New("the text is not a decimal number such as -1234.50: " + asDownloaded)
	errThousands = errors.New("the point of the number may separate thousands, since the document has semicolons or the currency has no decimals: " + asDownloaded)
	errRounded   = errors.New("the id is a rounded number such as 5.04E+12: " + asDownloaded)
	errMoved     = errors.New("the row has more values than columns, and its net amount is not its amount plus fees: an extra comma may have moved the values")
	errCurrency  = errors.New("the text is not a currency code of three capital letters: the values may be under the wrong names")

	rounded = regexp.MustCompile(`^[0-9](?:[.,][0-9]+)?E\+[0-9]+$`)
)

func isCurrency(text string) bool {
	letter := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	return len(text) == 3 && letter(text[0]) && letter(text[1]) && letter(text[2])
}

// parseTime reads the forms in settlement reports, and the forms of amazonpay.Time that have a
// time.
func (d *dates) parseTime(text string) (at amazonpay.Time, err error) {
	if text == "" {
		return at, nil
	}
	if fixed, ok := d.parseOffset(text); ok {
		return amazonpay.Time{Time: fixed}, nil
	}
	if len(text) <= len(time.DateOnly) || at.UnmarshalText([]byte(text)) != nil {
		return amazonpay.Time{}, errTime
	}
	return at, nil
}

// dates remembers the day of the last row, which most rows share.
type dates struct {
	day      string
	midnight time.Time
}

// parseOffset reads 2006-01-02T15:04:05-0700, also with a space before the offset. Package time
// would take a sixth of the time of a whole row.
func (d *dates) parseOffset(text string) (time.Time, bool) {
	const day, seconds = len("2006-01-02"), len("2006-01-02T15:04:05")
	if len(text) == seconds+len(" -0700") && text[seconds] == ' ' {
		text = text[:seconds] + text[seconds+1:]
	}
	if len(text) != len("2006-01-02T15:04:05-0700") || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '+' && text[19] != '-' {
		return time.Time{}, false
	}
	if text[:day] != d.day {
		midnight, err := time.Parse(time.DateOnly, text[:day])
		if err != nil {
			return time.Time{}, false
		}
		d.day, d.midnight = strings.Clone(text[:day]), midnight
	}
	hour, minute, second := twoDigits(text[11:], 23), twoDigits(text[14:], 59), twoDigits(text[17:], 59)
	offset := time.Duration(twoDigits(text[20:], 23)*60+twoDigits(text[22:], 59)) * time.Minute
	if text[19] == '+' {
		offset = -offset
	}
	if min(hour, minute, second, twoDigits(text[20:], 23), twoDigits(text[22:], 59)) < 0 {
		return time.Time{}, false
	}
	return d.midnight.Add(time.Duration(hour*3600+minute*60+second)*time.Second + offset), true
}

// twoDigits returns the number at the beginning of text, -1 if there is none up to most.
func twoDigits(text string, most int) int {
	tens, ones := int(text[0])-'0', int(text[1])-'0'
	if n := tens*10 + ones; 0 <= tens && tens <= 9 && 0 <= ones && ones <= 9 && n <= most {
		return n
	}
	return -1
}

// isDecimal reports digits with an optional sign, and an optional decimal point between digits.
func isDecimal(text string) bool {
	if text[0] == '-' || text[0] == '+' {
		text = text[1:]
	}
	point := -1
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
		case c == '.' && point < 0 && i > 0:
			point = i
		default:
			return false
		}
	}
	return text != "" && point != len(text)-1
}
