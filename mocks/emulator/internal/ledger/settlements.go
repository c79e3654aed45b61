package ledger

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// period is the settlement period that is open: its transactions are not paid out yet.
type period struct {
	ID    string
	Start time.Time
}

// settlement is a period that has ended, and its payment in one currency.
type settlement struct {
	Period    period
	Scope     Scope
	End       time.Time
	Amount    Money
	Reference string // of the payment to the bank
}

// transaction is a row of a settlement report.
type transaction struct {
	posted     time.Time
	kind       string
	id         string
	permission *Permission
	reference  string // the merchant's own
	amount     Money  // negative minor units: paid by the merchant
	percentage int64  // fees, in minor units; negative: paid by the merchant
	fixed      int64
}

func (t transaction) net() Money {
	return Money{t.amount.Minor + t.percentage + t.fixed, t.amount.Currency}
}

// book is what the settlements of one account are made from.
type book struct {
	charges []*Charge // oldest first
	refunds []*Refund
	period  *period       // the open one, which begins with the account's first transaction
	settled []*settlement // oldest first
}

func (l *Ledger) book(of Scope) *book {
	if l.books[of] == nil {
		l.books[of] = &book{period: &period{ID: digits(10)}}
	}
	return l.books[of]
}

// transactions are what was captured and refunded from start to before end, oldest first. A
// capture costs 2.9 % and 0.30 (in yen 2.9 % alone), a refund nothing: a made-up tariff.
func (b *book) transactions(start, end time.Time) []transaction {
	var all []transaction
	within := func(at time.Time) bool { return !at.Before(start) && at.Before(end) }
	for _, ch := range b.charges {
		if ch.Status.State != Captured || !within(ch.Status.Updated) {
			continue
		}
		t := transaction{
			posted: ch.Status.Updated, kind: "Capture", id: ch.ID, permission: ch.permission,
			reference: ch.Details.At("merchantMetadata").Text("merchantReferenceId"),
			amount:    ch.Captured, percentage: -((ch.Captured.Minor*29 + 500) / 1000), fixed: -30,
		}
		if t.amount.Currency == "JPY" {
			t.fixed = 0
		}
		all = append(all, t)
	}
	for _, r := range b.refunds {
		if r.Status.State == refunded && within(r.Status.Updated) {
			all = append(all, transaction{
				posted: r.Status.Updated, kind: "Refund", id: r.ID, permission: r.charge.permission, amount: Money{-r.Amount.Minor, r.Amount.Currency},
			})
		}
	}
	slices.SortStableFunc(all, func(a, b transaction) int { return a.posted.Compare(b.posted) })
	return all
}

// Settle ends the settlement period of every account that has captured or refunded something since
// the last one.
func (l *Ledger) Settle(now time.Time) {
	l.settleDue(now)
	for of := range l.books {
		l.endPeriod(of, now)
	}
}

// endPeriod ends a settlement period if anything was paid in it.
func (l *Ledger) endPeriod(of Scope, now time.Time) {
	b := l.book(of)
	p := b.period
	rows := b.transactions(p.Start, now)
	if len(rows) == 0 {
		return
	}
	if p.Start.IsZero() {
		p.Start = rows[0].posted
	}
	var ended []*settlement
	for _, t := range rows {
		i := slices.IndexFunc(ended, func(s *settlement) bool { return s.Amount.Currency == t.amount.Currency })
		if i < 0 {
			i = len(ended)
			ended = append(ended, &settlement{Period: *p, Scope: of, End: now, Amount: Money{0, t.amount.Currency}, Reference: digits(15)})
		}
		ended[i].Amount.Minor += t.net().Minor
	}
	b.settled = append(b.settled, ended...)
	if of.Env == Live {
		made := l.newReport(of, settlementReport, p.Start, now, now)
		made.Status, made.Done, made.Content = reportCompleted, now, l.settlementDocument(of, p.Start, now)
	}
	b.period = &period{ID: digits(10), Start: now}
}

// settlementIDAt returns the id of the period in which a transaction falls.
func (b *book) settlementIDAt(at time.Time) string {
	for _, s := range b.settled {
		if !at.Before(s.Period.Start) && at.Before(s.End) {
			return s.Period.ID
		}
	}
	return b.period.ID
}

const rowTime = "2006-01-02T15:04:05 -0700"

var settlementColumns = []string{
	"TransactionPostedDate", "SettlementId", "AmazonTransactionId", "SellerReferenceId", "TransactionType",
	"AmazonOrderReferenceId", "SellerOrderId", "StoreName", "CurrencyCode", "TransactionDescription", "TransactionAmount",
	"TransactionPercentageFee", "TransactionFixedFee", "TotalTransactionFee", "NetTransactionAmount",
}

// settlementDocument is the settlement report of a period; nil if the period is empty.
// Payments to the bank within it are rows too.
func (l *Ledger) settlementDocument(of Scope, start, end time.Time) []byte {
	book := l.book(of)
	all := book.transactions(start, end)
	if len(all) == 0 {
		return nil
	}
	// As real documents are: with a byte-order mark, and a comma at the end of the titles and the
	// header, but of no row.
	b := bytes.NewBufferString("\ufeff" + csvRow("Amazon Payments Advanced") + ",\n" + csvRow("Settlement Report") + ",\n")
	for _, line := range [][]string{
		{"SellerId", of.MerchantID},
		{"SettlementStartDate", start.UTC().Format(rowTime)},
		{"SettlementEndDate", end.UTC().Format(rowTime)},
	} {
		b.WriteString(csvRow(line...) + "\n")
	}
	b.WriteString(csvRow(settlementColumns...) + ",\n")
	for _, t := range all {
		currency := t.amount.Currency
		metadata := t.permission.Details.At("merchantMetadata")
		b.WriteString(csvRow(
			t.posted.UTC().Format(rowTime), book.settlementIDAt(t.posted), t.id, t.reference, t.kind, t.permission.ID,
			metadata.Text("merchantReferenceId"), metadata.Text("merchantStoreName"), currency, t.kind, t.amount.signed(),
			Money{t.percentage, currency}.signed(), Money{t.fixed, currency}.signed(), Money{t.percentage + t.fixed, currency}.signed(), t.net().signed(),
		) + "\n")
	}
	for _, s := range book.settled {
		if s.End.After(start) && !s.End.After(end) { // at start the period before was paid out
			paid := Money{-s.Amount.Minor, s.Amount.Currency}.signed()
			b.WriteString(csvRow(
				s.End.UTC().Format(rowTime), s.Period.ID, "", "", "Transfer", "", "", "", s.Amount.Currency, "Transfer to the bank", paid, "", "", "", paid,
			) + "\n")
		}
	}
	return b.Bytes()
}

// csvRow is a row with every value quoted: package csv omits quotes that are not required.
func csvRow(values ...string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return strings.Join(quoted, ",")
}

// GetDisbursements returns a page of the payments to the bank.
func (l *Ledger) GetDisbursements(c *Call) (Code, Object, *Refusal) {
	q, refused := readPage(c)
	if refused != nil {
		return 0, nil, refused
	}
	start, refused := q.filterTime(c, "startTime", time.Time{})
	if refused != nil {
		return 0, nil, refused
	}
	end, refused := q.filterTime(c, "endTime", c.Now)
	if refused == nil {
		refused = q.checkPeriod("startTime", start, "endTime", end)
	}
	if refused != nil {
		return 0, nil, refused
	}
	var found []*settlement
	for _, s := range l.book(c.Scope).settled {
		if !s.End.Before(start) && !s.End.After(end) {
			found = append(found, s)
		}
	}
	items, next := page(q, found, (*settlement).answer)
	return codeOK, Object{"disbursements": items, "nextToken": next}, nil
}

func (s *settlement) answer() Object {
	return Object{
		"sellerId":                      s.Scope.MerchantID,
		"settlementId":                  s.Period.ID,
		"amazonDisbursementReferenceId": s.Reference,
		"amount":                        s.Amount.signed(),
		"currencyCode":                  s.Amount.Currency,
		"transactionTime":               s.End.UTC().Format("2006-01-02T15:04:05.000Z"),
	}
}
