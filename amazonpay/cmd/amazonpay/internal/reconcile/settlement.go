package reconcile

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore/report"
)

// settlement is a row of a report, with what only reports have.
type settlement struct {
	row

	fee, net int64
	transfer bool // to the bank
	payment  bool // has a counterpart in the ledger
}

// settlements reads reports one after the other.
type settlements struct {
	sources []Source
	match   Match
	files   []Report
	seen    map[fingerprint]int // the report of each row, if there is more than one report
	hasher  hasher
}

// rows goes through the rows of all reports.
func (s *settlements) rows() iter.Seq2[settlement, error] {
	return func(yield func(settlement, error) bool) {
		for i, source := range s.sources {
			goOn, err := s.report(i, source, yield)
			if err != nil {
				yield(settlement{}, err)
				return
			}
			if !goOn {
				return
			}
		}
	}
}

// report reads one report.
func (s *settlements) report(i int, source Source, yield func(settlement, error) bool) (goOn bool, err error) {
	file, err := source.Open()
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	r := report.NewReader(file)
	info := Report{File: source.Name}
	summary, err := r.Summary()
	if err != nil {
		return false, placed(source.Name, err)
	}
	for _, field := range summary {
		switch field.Name {
		case "SettlementStartDate":
			info.From = parsePeriod(field.Value)
		case "SettlementEndDate":
			info.Until = parsePeriod(field.Value)
		}
	}
	stated := !info.From.IsZero() && !info.Until.IsZero()
	defer func() { s.files = append(s.files, info) }()
	for each, err := range r.Settlement() {
		if err != nil {
			return false, placed(source.Name, err)
		}
		if len(s.sources) > 1 && s.repeated(i, each) {
			info.Repeated++
			continue
		}
		read, err := s.parse(i, each)
		if err != nil {
			return false, &Error{File: source.Name, Line: each.Row.Line(), Err: err}
		}
		info.Rows++
		if !stated {
			info.extend(read.at)
		}
		if !yield(read, nil) {
			return false, nil
		}
	}
	return true, nil
}

// extend has the report cover the time of a row.
func (r *Report) extend(at time.Time) {
	if at.IsZero() {
		return
	}
	if r.From.IsZero() || at.Before(r.From) {
		r.From = at
	}
	if at.After(r.Until) {
		r.Until = at
	}
}

// repeated reports whether the same row was in another report: reports that were ordered for
// periods that overlap have the same rows, and nothing was paid twice. Two equal rows in one report
// are two.
func (s *settlements) repeated(i int, r report.SettlementRow) bool {
	var text strings.Builder
	for name, value := range r.Row.All() {
		text.WriteString(name)
		text.WriteByte(0)
		text.WriteString(value)
		text.WriteByte(0)
	}
	key := s.hasher.of(text.String())
	before, ok := s.seen[key]
	if !ok {
		s.seen[key] = i
	}
	return ok && before != i
}

// parse reads a row.
func (s *settlements) parse(i int, r report.SettlementRow) (read settlement, err error) {
	read.row = row{id: s.id(r), currency: string(r.CurrencyCode), at: r.TransactionPostedDate.Time, file: i, line: r.Row.Line()}
	for _, each := range []struct {
		name string
		text amazonpay.Decimal
		to   *int64
	}{
		{"TransactionAmount", r.TransactionAmount, &read.amount},
		{"TotalTransactionFee", r.TotalTransactionFee, &read.fee},
		{"NetTransactionAmount", r.NetTransactionAmount, &read.net},
	} {
		if each.text == "" {
			continue
		}
		if *each.to, err = parsePlain(string(each.text)); err != nil {
			return read, fmt.Errorf("%s %w", each.name, err)
		}
	}
	if read.currency == "" && (read.amount != 0 || read.fee != 0 || read.net != 0) {
		return read, errors.New("the row has an amount, but no currency")
	}
	switch kind := r.TransactionType; {
	case kind == report.TransactionTypeCapture:
		read.kind, read.payment = KindCharge, true
	case kind == report.TransactionTypeRefund:
		read.kind, read.payment = KindRefund, true
	case kind == report.TransactionTypeChargeback, kind == report.TransactionTypeDispute, kind.IsAToZClaim():
		read.kind, read.payment = KindChargeback, true
	case kind == report.TransactionTypeTransfer:
		read.kind, read.transfer = KindOther, true
	case kind == report.TransactionTypeReserve, kind == report.TransactionTypeCarryover, kind == report.TransactionTypeAuthorization:
		read.kind = KindOther // money that stays at Amazon Pay, or does not move yet
	default: // debts, adjustments, and what is not known: money that the ledger must explain
		read.kind, read.payment = KindOther, read.amount != 0
	}
	return read, nil
}

// id returns what the ledger may call the row. Refunds often have no reference of the merchant, so
// that their own id is all there is.
func (s *settlements) id(r report.SettlementRow) string {
	id := r.AmazonTransactionID
	switch s.match {
	case MatchReference:
		id = cmp.Or(r.SellerReferenceID, id)
	case MatchOrder:
		id = cmp.Or(r.SellerOrderID, id)
	case MatchPermission:
		id = cmp.Or(r.AmazonOrderReferenceID, id)
	case MatchTransaction:
	}
	return strings.TrimFunc(id, isBlank)
}

// parsePeriod reads a date of the summary; one of an unknown form is the zero time.
func parsePeriod(text string) time.Time {
	at, err := parseDate(text, "")
	if err != nil {
		return time.Time{}
	}
	return at
}

// fingerprint stands for a text. With 128 bits, two texts of a file never share one.
type fingerprint [2]uint64

type hasher [2]maphash.Seed

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) of(text string) fingerprint {
	return fingerprint{maphash.String(h[0], text), maphash.String(h[1], text)}
}
