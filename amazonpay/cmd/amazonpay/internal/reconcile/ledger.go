package reconcile

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/webstore/report"
)

// Source is a file that can be read more than once.
type Source struct {
	Name string // for errors and results
	Open func() (io.ReadCloser, error)
}

// Options say how the ledger is written. The zero value recognises all of it.
type Options struct {
	// ID, Amount, Currency, Type and Date are the names of columns. An empty one is recognised by its
	// usual names. Type and Date may be "-": the ledger has none.
	ID, Amount, Currency, Type, Date string
	// Match is what ID names. By default its name, or else the form of the first id, decides.
	Match Match
	// Decimal decides between the readings of amounts such as 1.234.
	Decimal DecimalMark
	// DateOrder decides between the readings of dates such as 03/04/2026.
	DateOrder DateOrder
	// Grace is how long before the end of the last report a payment may be, and still be settled by
	// the next report. The default is a day.
	Grace time.Duration
}

// none is the name of a column that the ledger does not have.
const none = "-"

// Kind is what a row is about.
type Kind string

// The kinds. A ledger without a column of types has none.
const (
	KindCharge     Kind = "charge"
	KindRefund     Kind = "refund"
	KindChargeback Kind = "chargeback"
	KindOther      Kind = "other"
)

var kindNames = map[string]Kind{
	"charge": KindCharge, "capture": KindCharge, "captured": KindCharge, "payment": KindCharge, "sale": KindCharge, "order": KindCharge,
	"invoice": KindCharge, "zahlung": KindCharge,
	"refund": KindRefund, "refunded": KindRefund, "return": KindRefund, "credit": KindRefund, "creditnote": KindRefund, "erstattung": KindRefund,
	"chargeback": KindChargeback, "dispute": KindChargeback, "claim": KindChargeback, "atozclaim": KindChargeback, "atozguaranteeclaim": KindChargeback,
}

// row is a row of either side.
type row struct {
	id       string
	currency string
	amount   int64
	kind     Kind
	at       time.Time // zero if unknown
	file     int       // of the reports
	line     int
}

// ledger reads the merchant's file.
type ledger struct {
	source  Source
	options Options
	columns Columns
	match   Match
}

var (
	transactionID = regexp.MustCompile(`^[A-Z]\d\d-\d{7}-\d{7}-[A-Z]\d+$`)
	permissionID  = regexp.MustCompile(`^[A-Z]\d\d-\d{7}-\d{7}$`)
	rounded       = regexp.MustCompile(`^\d(?:[.,]\d+)?E\+\d+$`)
)

// openLedger finds the columns, and what the rows of the file say about amounts and dates that have
// two readings.
func openLedger(source Source, o Options) (*ledger, error) {
	l := &ledger{source: source, options: o}
	noType, noDate := o.Type == none, o.Date == none
	if noType {
		l.options.Type = ""
	}
	if noDate {
		l.options.Date = ""
	}
	err := l.read(func(r *report.Reader) error {
		header, err := r.Columns()
		if err != nil {
			return err
		}
		header = slices.DeleteFunc(header, func(name string) bool {
			return noType && slices.Contains(typeNames, normal(name)) || noDate && slices.Contains(dateNames, normal(name))
		})
		if l.columns, l.match, err = findColumns(header, &l.options); err != nil {
			return err
		}
		return l.survey(r)
	})
	return l, err
}

// read opens the file.
func (l *ledger) read(with func(*report.Reader) error) error {
	file, err := l.source.Open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := with(report.NewReader(file, report.AllowUnterminated())); err != nil {
		return placed(l.source.Name, err)
	}
	return nil
}

// survey looks at all rows. If all amounts that have one reading have the same decimal mark, the
// others have it too; so with dates.
func (l *ledger) survey(r *report.Reader) error {
	var points, commas, dayFirst, monthFirst bool
	for row, err := range r.Rows() {
		if err != nil {
			return err
		}
		if l.match == "" {
			id, _ := row.Get(l.columns.ID)
			if l.match, err = matchOf(strings.TrimSpace(id)); err != nil {
				return &report.Error{Line: row.Line(), Column: l.columns.ID, Err: err}
			}
		}
		amount, _ := row.Get(l.columns.Amount)
		if currency, err := l.currency(row); err == nil && strings.ContainsAny(amount, ".,") {
			if n, err := parseNumber(amount); err == nil {
				mark := n.decides(currency)
				points, commas = points || mark == DecimalMarkPoint, commas || mark == DecimalMarkComma
			}
		}
		if date, _ := row.Get(l.columns.Date); l.columns.Date != "" && strings.Contains(date, "/") {
			_, dayErr := parseDate(date, DateOrderDayFirst)
			_, monthErr := parseDate(date, DateOrderMonthFirst)
			dayFirst = dayFirst || dayErr == nil && monthErr != nil
			monthFirst = monthFirst || monthErr == nil && dayErr != nil
		}
	}
	o := &l.options
	switch {
	case o.Decimal != "" || points == commas:
	case points:
		o.Decimal = DecimalMarkPoint
	case commas:
		o.Decimal = DecimalMarkComma
	}
	switch {
	case o.DateOrder != "" || dayFirst == monthFirst:
	case dayFirst:
		o.DateOrder = DateOrderDayFirst
	case monthFirst:
		o.DateOrder = DateOrderMonthFirst
	}
	return nil
}

// matchOf returns what an id names.
func matchOf(id string) (Match, error) {
	switch {
	case transactionID.MatchString(id):
		return MatchTransaction, nil
	case permissionID.MatchString(id):
		return MatchPermission, nil
	}
	return "", errors.New("say what the ids name: --match transaction, reference, order or permission")
}

// maxErrors are the rows that are named before the reading ends, so that a file is not corrected
// error by error.
const maxErrors = 10

// rows goes through the rows. The last element has an error if any row has one.
func (l *ledger) rows() iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		var wrong []error
		var stopped bool
		err := l.read(func(r *report.Reader) error {
			for each, err := range r.Rows() {
				if err != nil {
					return err
				}
				read, err := l.parse(each)
				switch {
				case err != nil:
					if wrong = append(wrong, err); len(wrong) == maxErrors {
						return nil
					}
				case len(wrong) == 0 && !yield(read, nil):
					stopped = true
					return nil
				}
			}
			return nil
		})
		if err = errors.Join(append(wrong, err)...); err != nil && !stopped {
			yield(row{}, err)
		}
	}
}

// parse reads a row.
func (l *ledger) parse(from report.Row) (read row, err error) {
	wrong := func(column string, err error) (row, error) {
		return row{}, &Error{File: l.source.Name, Line: from.Line(), Column: column, Err: err}
	}
	read.line = from.Line()
	id, _ := from.Get(l.columns.ID)
	switch read.id = strings.TrimFunc(id, isBlank); {
	case read.id == "":
		return wrong(l.columns.ID, errors.New("is empty: delete the row if it is a total"))
	case rounded.MatchString(read.id):
		return wrong(l.columns.ID, errors.New("is a rounded number such as 5.04E+12: a spreadsheet has rewritten the id"))
	}
	if read.currency, err = l.currency(from); err != nil {
		return wrong(l.columns.Currency, err)
	}
	text, _ := from.Get(l.columns.Amount)
	n, err := parseNumber(text)
	if err == nil {
		err = checkSymbol(n.symbol, read.currency)
	}
	if err == nil {
		read.amount, err = n.amount(read.currency, l.options.Decimal)
	}
	if err != nil {
		if _, ambiguous := errors.AsType[*AmbiguousError](err); !ambiguous {
			err = fmt.Errorf("%.40q %w", text, err)
		}
		return wrong(l.columns.Amount, err)
	}
	if l.columns.Type != "" {
		kind, _ := from.Get(l.columns.Type)
		named, known := kindNames[normal(kind)]
		if !known {
			return wrong(l.columns.Type, fmt.Errorf("%.40q is none of charge, refund and chargeback (--type=- ignores the column)", kind))
		}
		read.kind = named
	}
	switch {
	case n.sign == minus && read.kind == KindCharge && read.amount != 0:
		return wrong(l.columns.Amount, fmt.Errorf("%.40q is negative, but the type is a charge", text))
	case n.sign == minus, n.sign == unsigned && (read.kind == KindRefund || read.kind == KindChargeback):
		read.amount = -read.amount
	}
	if l.columns.Date == "" {
		return read, nil
	}
	if date, _ := from.Get(l.columns.Date); strings.TrimFunc(date, isBlank) != "" {
		if read.at, err = parseDate(date, l.options.DateOrder); errors.Is(err, errDate) {
			err = fmt.Errorf("%.40q %w", date, err)
		}
		if err != nil {
			return wrong(l.columns.Date, err)
		}
	}
	return read, nil
}

// currency returns the currency of a row.
func (l *ledger) currency(from report.Row) (string, error) {
	text, ok := from.Get(l.columns.Currency)
	if !ok { // it is a code for all rows
		text = l.columns.Currency
	}
	return parseCurrency(text)
}
