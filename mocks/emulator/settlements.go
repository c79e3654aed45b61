package emulator

import (
	"bytes"
	"net/http"
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
	Scope     scope
	End       time.Time
	Amount    money
	Reference string // of the payment to the bank
}

// transaction is a row of a settlement report.
type transaction struct {
	posted     time.Time
	kind       string
	id         string
	permission *permission
	reference  string // the merchant's own
	amount     money  // negative minor units: paid by the merchant
	percentage int64  // fees, in minor units; negative: paid by the merchant
	fixed      int64
}

func (t transaction) net() money {
	return money{t.amount.Minor + t.percentage + t.fixed, t.amount.Currency}
}

// transactions are what was captured and refunded from start to before end, oldest first. A
// capture costs 2.9 % and 0.30 (in yen 2.9 % alone), a refund nothing: a made-up tariff.
func (w *world) transactions(of scope, start, end time.Time) []transaction {
	var all []transaction
	within := func(at time.Time) bool { return !at.Before(start) && at.Before(end) }
	for _, ch := range w.madeCharges {
		if ch.Scope != of || ch.Status.State != captured || !within(ch.Status.Updated) {
			continue
		}
		t := transaction{
			posted: ch.Status.Updated, kind: "Capture", id: ch.ID, permission: ch.permission,
			reference: ch.Details.at("merchantMetadata").text("merchantReferenceId"),
			amount:    ch.Captured, percentage: -((ch.Captured.Minor*29 + 500) / 1000), fixed: -30,
		}
		if t.amount.Currency == "JPY" {
			t.fixed = 0
		}
		all = append(all, t)
	}
	for _, r := range w.madeRefunds {
		if r.Scope == of && r.Status.State == refunded && within(r.Status.Updated) {
			all = append(all, transaction{
				posted: r.Status.Updated, kind: "Refund", id: r.ID, permission: r.charge.permission, amount: money{-r.Amount.Minor, r.Amount.Currency},
			})
		}
	}
	slices.SortStableFunc(all, func(a, b transaction) int { return a.posted.Compare(b.posted) })
	return all
}

// settleAll lets pending captures and refunds end, which else do so when they are looked at.
func (w *world) settleAll(now time.Time) {
	for _, p := range w.permissions {
		w.settle(p, now)
	}
	for _, r := range w.madeRefunds {
		r.age(now)
	}
}

// periodOf returns the account's open period, which begins with the account's first transaction.
func (w *world) periodOf(of scope) *period {
	if w.periods[of] == nil {
		w.periods[of] = &period{ID: digits(10)}
	}
	return w.periods[of]
}

// Settle ends the settlement period of every account that has captured or refunded something
// since the last one: its payment is then a disbursement, and a live account has a
// settlement report. Amazon does so about daily, by itself. What happened at this very instant,
// by the emulator's clock, waits for the next time.
func (s *Server) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, now := s.world, s.Now()
	w.settleAll(now)
	defer s.changed()
	for _, r := range regions {
		for _, m := range s.merchants {
			for _, env := range []environment{live, sandbox} {
				w.endPeriod(scope{r.name, m.id, env}, now)
			}
		}
	}
}

// endPeriod ends a settlement period, if anything was paid in it.
func (w *world) endPeriod(of scope, now time.Time) {
	p := w.periodOf(of)
	rows := w.transactions(of, p.Start, now)
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
			ended = append(ended, &settlement{Period: *p, Scope: of, End: now, Amount: money{0, t.amount.Currency}, Reference: digits(15)})
		}
		ended[i].Amount.Minor += t.net().Minor
	}
	w.settled = append(w.settled, ended...)
	if of.Env == live {
		made := w.newReport(of, settlementReport, p.Start, now, now)
		made.Status, made.Done, made.Content = reportCompleted, now, w.settlementDocument(of, p.Start, now)
	}
	w.periods[of] = &period{ID: digits(10), Start: now}
}

// settlementIDAt returns the id of the period in which a transaction falls.
func (w *world) settlementIDAt(of scope, at time.Time) string {
	for _, s := range w.settled {
		if s.Scope == of && !at.Before(s.Period.Start) && at.Before(s.End) {
			return s.Period.ID
		}
	}
	return w.periodOf(of).ID
}

const rowTime = "2006-01-02T15:04:05 -0700"

var settlementColumns = []string{
	"TransactionPostedDate", "SettlementId", "AmazonTransactionId", "SellerReferenceId", "TransactionType",
	"AmazonOrderReferenceId", "SellerOrderId", "StoreName", "CurrencyCode", "TransactionDescription", "TransactionAmount",
	"TransactionPercentageFee", "TransactionFixedFee", "TotalTransactionFee", "NetTransactionAmount",
}

// settlementDocument is the settlement report of a period; nil where there is nothing in it. Payments
// to the bank within it are rows too.
func (w *world) settlementDocument(of scope, start, end time.Time) []byte {
	var rows [][]string
	for _, t := range w.transactions(of, start, end) {
		currency := t.amount.Currency
		metadata := t.permission.Details.at("merchantMetadata")
		rows = append(rows, []string{
			t.posted.UTC().Format(rowTime), w.settlementIDAt(of, t.posted), t.id, t.reference, t.kind, t.permission.ID,
			metadata.text("merchantReferenceId"), metadata.text("merchantStoreName"), currency, t.kind, t.amount.signed(),
			money{t.percentage, currency}.signed(), money{t.fixed, currency}.signed(), money{t.percentage + t.fixed, currency}.signed(), t.net().signed(),
		})
	}
	if len(rows) == 0 {
		return nil
	}
	for _, s := range w.settled {
		if s.Scope == of && !s.End.Before(start) && !s.End.After(end) {
			paid := money{-s.Amount.Minor, s.Amount.Currency}.signed()
			rows = append(rows, []string{
				s.End.UTC().Format(rowTime), s.Period.ID, "", "", "Transfer", "", "", "", s.Amount.Currency, "Transfer to the bank", paid, "", "", "", paid,
			})
		}
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
	for _, row := range rows {
		b.WriteString(csvRow(row...) + "\n")
	}
	return b.Bytes()
}

// csvRow is a row with each value in quotes, which package csv leaves out where it can.
func csvRow(values ...string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return strings.Join(quoted, ",")
}

func (w *world) getDisbursements(c *call) (int, object, *refusal) {
	q, refused := readPage(c)
	if refused != nil {
		return 0, nil, refused
	}
	start, refused := q.filterTime(c, "startTime", time.Time{})
	if refused != nil {
		return 0, nil, refused
	}
	end, refused := q.filterTime(c, "endTime", c.now)
	if refused == nil {
		refused = q.checkPeriod("startTime", start, "endTime", end)
	}
	if refused != nil {
		return 0, nil, refused
	}
	var found []*settlement
	for _, s := range w.settled {
		if s.Scope == c.scope && !s.End.Before(start) && !s.End.After(end) {
			found = append(found, s)
		}
	}
	items, next := page(q, found, (*settlement).answer)
	return http.StatusOK, object{"disbursements": items, "nextToken": next}, nil
}

func (s *settlement) answer() object {
	return object{
		"sellerId":                      s.Scope.MerchantID,
		"settlementId":                  s.Period.ID,
		"amazonDisbursementReferenceId": s.Reference,
		"amount":                        s.Amount.signed(),
		"currencyCode":                  s.Amount.Currency,
		"transactionTime":               s.End.UTC().Format("2006-01-02T15:04:05.000Z"),
	}
}
