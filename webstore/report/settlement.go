package report

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// TransactionType is the type of a row of a settlement report. There may be more.
type TransactionType string

// The transaction types. Capture, Refund and Transfer are known from documents, the spelling
// of the others from the documentation alone.
const (
	Authorization TransactionType = "Authorization"
	Capture       TransactionType = "Capture"
	Refund        TransactionType = "Refund"
	AToZClaim     TransactionType = "A-to-z Guarantee Claim"
	Chargeback    TransactionType = "Chargeback"
	Dispute       TransactionType = "Dispute"
	Debt          TransactionType = "Debt"
	Adjustment    TransactionType = "Adjustment"
	Transfer      TransactionType = "Transfer"
)

// SettlementRow is a row of a settlement report. Amounts are exact decimal texts with a
// sign: a fee, a refund and a transfer to the bank are negative. A value that is empty, or
// whose column the document lacks, leaves the zero value; all columns, also those without a
// field, are in Row. It prints and logs its ids only.
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
	// NetTransactionAmount is the amount with the fees taken off.
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

// Settlement goes through the rows of a settlement report, as [Reader.Rows] does through
// those of any. A document without the columns of its date, type, amount, total fee and
// net amount is an error, as is a date or an amount that cannot be read.
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
		for row, err := range r.Rows() {
			var typed SettlementRow
			if err == nil {
				if typed, err = columns.row(row); err != nil {
					err = r.fail(row.line, err)
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

// positions are where the columns stand in a document, -1 where one is not there.
type positions [columnCount]int

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
		p[column] = at
	}
	if len(missing) > 0 {
		err = fmt.Errorf("the document is no settlement report: its header lacks %s", strings.Join(missing, ", "))
	}
	return p, err
}

func (p *positions) row(row Row) (SettlementRow, error) {
	text := func(column int) string {
		if p[column] < 0 {
			return ""
		}
		return row.values[p[column]]
	}
	for column := colAmount; column <= colNet; column++ {
		if value := text(column); value != "" && !isDecimal(value) {
			return SettlementRow{}, &Error{row.line, columnNames[column], errDecimal}
		}
	}
	posted, err := parseTime(text(colPosted))
	if err != nil {
		return SettlementRow{}, &Error{row.line, columnNames[colPosted], err}
	}
	return SettlementRow{
		TransactionPostedDate:    posted,
		SettlementID:             text(colSettlementID),
		AmazonTransactionID:      text(colTransactionID),
		SellerReferenceID:        text(colReferenceID),
		TransactionType:          TransactionType(text(colType)),
		AmazonOrderReferenceID:   text(colPermissionID),
		SellerOrderID:            text(colOrderID),
		StoreName:                text(colStore),
		CurrencyCode:             amazonpay.CurrencyCode(text(colCurrency)),
		TransactionDescription:   text(colDescription),
		TransactionAmount:        amazonpay.Decimal(text(colAmount)),
		TransactionPercentageFee: amazonpay.Decimal(text(colPercentageFee)),
		TransactionFixedFee:      amazonpay.Decimal(text(colFixedFee)),
		TotalTransactionFee:      amazonpay.Decimal(text(colTotalFee)),
		NetTransactionAmount:     amazonpay.Decimal(text(colNet)),
		Row:                      row,
	}, nil
}

var (
	errTime    = errors.New("the text is no date and time of a known form")
	errDecimal = errors.New("the text is no decimal number")
)

// parseTime reads the forms that settlement reports have, and those of amazonpay.Time.
func parseTime(text string) (at amazonpay.Time, err error) {
	if text == "" {
		return at, nil
	}
	const seconds, zone = len("2006-01-02T15:04:05"), len("-0700")
	if n := len(text); n == seconds+zone || n == seconds+1+zone && text[seconds] == ' ' {
		// package time reads RFC 3339 several times faster than a layout of our own
		if parsed, err := time.Parse(time.RFC3339, text[:seconds]+text[n-zone:n-2]+":"+text[n-2:]); err == nil {
			return amazonpay.Time{Time: parsed.UTC()}, nil
		}
	}
	if at.UnmarshalText([]byte(text)) != nil {
		return at, errTime
	}
	return at, nil
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
