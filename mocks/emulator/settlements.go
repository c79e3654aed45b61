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
	id    string
	start time.Time
}

// settlement is a period that has ended, and its payment in one currency.
type settlement struct {
	period
	scope     scope
	end       time.Time
	amount    money
	reference string // of the payment to the bank
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
	return money{t.amount.minor + t.percentage + t.fixed, t.amount.currency}
}

// transactions are what was captured and refunded from start to before end, oldest first. A
// capture costs 2.9 % and 0.30 (in yen 2.9 % alone), a refund nothing: a made-up tariff.
func (w *world) transactions(of scope, start, end time.Time) []transaction {
	var all []transaction
	within := func(at time.Time) bool { return !at.Before(start) && at.Before(end) }
	for _, ch := range w.madeCharges {
		if ch.scope != of || ch.status.state != captured || !within(ch.status.updated) {
			continue
		}
		t := transaction{
			posted: ch.status.updated, kind: "Capture", id: ch.id, permission: ch.permission,
			reference: ch.details.at("merchantMetadata").text("merchantReferenceId"),
			amount:    ch.captured, percentage: -((ch.captured.minor*29 + 500) / 1000), fixed: -30,
		}
		if t.amount.currency == "JPY" {
			t.fixed = 0
		}
		all = append(all, t)
	}
	for _, r := range w.madeRefunds {
		if r.scope == of && within(r.created) {
			all = append(all, transaction{
				posted: r.created, kind: "Refund", id: r.id, permission: r.charge.permission, amount: money{-r.amount.minor, r.amount.currency},
			})
		}
	}
	slices.SortStableFunc(all, func(a, b transaction) int { return a.posted.Compare(b.posted) })
	return all
}

// settleAll lets pending captures end, which else do so when they are looked at.
func (w *world) settleAll(now time.Time) {
	for _, p := range w.permissions {
		w.settle(p, now)
	}
}

// periodOf returns the account's open period, which begins with the account's first transaction.
func (w *world) periodOf(of scope) *period {
	if w.periods[of] == nil {
		w.periods[of] = &period{id: digits(10)}
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
	w, now := s.world, s.now()
	w.settleAll(now)
	for _, m := range s.merchants {
		for _, env := range []environment{live, sandbox} {
			of := scope{m.id, env}
			p := w.periodOf(of)
			rows := w.transactions(of, p.start, now)
			if len(rows) == 0 {
				continue
			}
			if p.start.IsZero() {
				p.start = rows[0].posted
			}
			var ended []*settlement
			for _, t := range rows {
				i := slices.IndexFunc(ended, func(s *settlement) bool { return s.amount.currency == t.amount.currency })
				if i < 0 {
					i = len(ended)
					ended = append(ended, &settlement{period: *p, scope: of, end: now, amount: money{0, t.amount.currency}, reference: digits(15)})
				}
				ended[i].amount.minor += t.net().minor
			}
			w.settled = append(w.settled, ended...)
			if env == live {
				made := w.newReport(of, settlementReport, p.start, now, now)
				made.status, made.done, made.content = reportCompleted, now, w.settlementDocument(of, p.start, now)
			}
			w.periods[of] = &period{id: digits(10), start: now}
		}
	}
}

// settlementIDAt returns the id of the period in which a transaction falls.
func (w *world) settlementIDAt(of scope, at time.Time) string {
	for _, s := range w.settled {
		if s.scope == of && !at.Before(s.start) && at.Before(s.end) {
			return s.id
		}
	}
	return w.periodOf(of).id
}

const rowTime = "2006-01-02T15:04:05-0700"

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
		currency := t.amount.currency
		metadata := t.permission.details.at("merchantMetadata")
		rows = append(rows, []string{
			t.posted.UTC().Format(rowTime), w.settlementIDAt(of, t.posted), t.id, t.reference, t.kind, t.permission.id,
			metadata.text("merchantReferenceId"), metadata.text("merchantStoreName"), currency, t.kind, t.amount.signed(),
			money{t.percentage, currency}.signed(), money{t.fixed, currency}.signed(), money{t.percentage + t.fixed, currency}.signed(), t.net().signed(),
		})
	}
	if len(rows) == 0 {
		return nil
	}
	for _, s := range w.settled {
		if s.scope == of && !s.end.Before(start) && !s.end.After(end) {
			paid := money{-s.amount.minor, s.amount.currency}.signed()
			rows = append(rows, []string{
				s.end.UTC().Format(rowTime), s.id, "", "", "Transfer", "", "", "", s.amount.currency, "Transfer to the bank", paid, "", "", "", paid,
			})
		}
	}
	var b bytes.Buffer
	for _, line := range [][]string{
		{"SellerId", of.merchantID},
		{"SettlementStartDate", start.UTC().Format(rowTime)},
		{"SettlementEndDate", end.UTC().Format(rowTime)},
		{"SellerId", of.merchantID},
		{},
		settlementColumns,
	} {
		writeRow(&b, line)
	}
	for _, row := range rows {
		writeRow(&b, row)
	}
	return b.Bytes()
}

// writeRow writes a row with each value in quotes, which package csv leaves out where it can.
func writeRow(b *bytes.Buffer, values []string) {
	for i, value := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.ReplaceAll(value, `"`, `""`) + `"`)
	}
	b.WriteByte('\n')
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
	if refused != nil {
		return 0, nil, refused
	}
	var found []*settlement
	for _, s := range w.settled {
		if s.scope == c.scope && !s.end.Before(start) && !s.end.After(end) {
			found = append(found, s)
		}
	}
	items, next := page(q, found, (*settlement).answer)
	return http.StatusOK, object{"disbursements": items, "nextToken": next}, nil
}

func (s *settlement) answer() object {
	return object{
		"sellerId":                      s.scope.merchantID,
		"settlementId":                  s.id,
		"amazonDisbursementReferenceId": s.reference,
		"amount":                        s.amount.signed(),
		"currencyCode":                  s.amount.currency,
		"transactionTime":               s.end.UTC().Format("2006-01-02T15:04:05.000Z"),
	}
}
