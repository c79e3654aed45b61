package billing

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/webstore/report"
)

// document is a settlement report's document, to be doctored.
type document struct {
	head []string
	rows [][]string
}

// The columns of a row.
const (
	colID         = 2
	colReference  = 3
	colType       = 4
	colPermission = 5
	colCurrency   = 8
	colAmount     = 10
	colFee        = 13
	colNet        = 14
)

func parseDocument(t *testing.T, text string) *document {
	t.Helper()
	d := &document{}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		d.head = append(d.head, line)
		if strings.Contains(line, "TransactionPostedDate") {
			var err error
			d.rows, err = csv.NewReader(strings.NewReader(strings.Join(lines[i+1:], ""))).ReadAll()
			require.NoError(t, err)
			return d
		}
	}
	t.Fatal("no header")
	return nil
}

func (d *document) String() string {
	var b strings.Builder
	b.WriteString(strings.Join(d.head, ""))
	for _, row := range d.rows {
		b.WriteString(`"` + strings.Join(row, `","`) + "\"\n")
	}
	return b.String()
}

// of returns the row of a transaction.
func (d *document) of(t *testing.T, id string) []string {
	t.Helper()
	i := slices.IndexFunc(d.rows, func(row []string) bool { return row[colID] == id })
	require.GreaterOrEqual(t, i, 0, id)
	return d.rows[i]
}

func (d *document) remove(id string) {
	d.rows = slices.DeleteFunc(d.rows, func(row []string) bool { return row[colID] == id })
}

// add adds a row like another one, with these values.
func (d *document) add(like []string, values map[int]string) {
	row := slices.Clone(like)
	for at, value := range values {
		row[at] = value
	}
	d.rows = append(d.rows, row)
}

// raise adds smallest units to an amount of a row, and to its net amount.
func raise(row []string, by int64) {
	for _, at := range []int{colAmount, colNet} {
		row[at] = plus(row[at], row[colCurrency], by)
	}
}

func plus(amount, currency string, by int64) string {
	minor, err := minorUnits(amazonpay.Decimal(amount), amazonpay.CurrencyCode(currency))
	if err != nil {
		panic(err)
	}
	text, _, _ := strings.Cut(money(minor+by, amazonpay.CurrencyCode(currency)), " ")
	return text
}

// transfer makes the transfers what the rows come to.
func (d *document) transfer() {
	var like []string
	sums := map[string]string{}
	d.rows = slices.DeleteFunc(d.rows, func(row []string) bool {
		if row[colType] == "Transfer" {
			like = row
			return true
		}
		minor, err := minorUnits(amazonpay.Decimal(row[colNet]), amazonpay.CurrencyCode(row[colCurrency]))
		if err != nil {
			panic(err)
		}
		sums[row[colCurrency]] = plus(sums[row[colCurrency]], row[colCurrency], -minor)
		return false
	})
	for currency, sum := range sums {
		d.add(like, map[int]string{colCurrency: currency, colAmount: sum, colNet: sum})
	}
}

// reports finds a merchant's reports, and returns them.
func (b *bench) reports(t *testing.T, merchant string) []*data.Report {
	t.Helper()
	require.NoError(t, run(t, &reportsOfWorker{e: b.Engine}, ReportsOfArgs{MerchantID: merchant}, 1))
	found, err := b.DB.Reports(t.Context(), merchant, time.UnixMicro(0))
	require.NoError(t, err)
	return found
}

// documentOf downloads a report's document.
func (b *bench) documentOf(t *testing.T, r *data.Report) *document {
	t.Helper()
	shop, err := b.Provider.Shop(t.Context(), r.MerchantID)
	require.NoError(t, err)
	var text bytes.Buffer
	_, err = shop.DownloadReport(t.Context(), r.DocumentID, &text)
	require.NoError(t, err)
	return parseDocument(t, text.String())
}

// reconcile runs the job of a report.
func (b *bench) reconcile(t *testing.T, r *data.Report) error {
	t.Helper()
	return run(t, &reconcileWorker{e: b.Engine}, ReconcileArgs{MerchantID: r.MerchantID, ReportID: r.ID}, 1)
}

// differences returns a merchant's differences.
func differences(t *testing.T, e *Engine, merchant string) []*data.Difference {
	t.Helper()
	found, err := e.DB.Differences(t.Context(), merchant, 1000)
	require.NoError(t, err)
	return found
}

// refundedBill refunds a bill to the end.
func (b *bench) refundedBill(t *testing.T, region *world.Region, bill *data.Bill, amount int64, id string) *data.Refund {
	t.Helper()
	require.NoError(t, b.Refund(t.Context(), bill.PermissionID, bill.Period, amount, id))
	r, err := b.step(t, id)
	require.NoError(t, err)
	require.NoError(t, region.ResolvePending(r.RefundID))
	r, err = b.step(t, id)
	require.NoError(t, err)
	require.Equal(t, data.RefundRefunded, r.State)
	return r
}

// A ledger that is right has no difference, and of one that is not each is found and named, and
// nothing else.
func TestReconcile(t *testing.T) { //nolint:maintidx // one ledger, one report, all plants
	t.Parallel()
	b := newBenchOf(t, []string{"na", "jp"}, fast)
	na, jp := b.world.Regions[0], b.world.Regions[1]
	one, other, yen, moreYen := na.Merchants[0].MerchantID, na.Merchants[1].MerchantID, jp.Merchants[0].MerchantID, jp.Merchants[1].MerchantID

	bills := b.paid(t, na, one, 1999, 40)
	refunds := make([]*data.Refund, 8)
	for i := range refunds {
		refunds[i] = b.refundedBill(t, na, bills[i], 1000+int64(i), fmt.Sprintf("one %d", i))
	}
	clean := map[*world.Region][]*data.Bill{na: b.paid(t, na, other, 999, 120), jp: b.paid(t, jp, yen, 1500, 80)}
	for region, bills := range clean {
		for i, bill := range bills[:25] {
			b.refundedBill(t, region, bill, bill.Amount/2, fmt.Sprintf("%s a%d", region.Region, i))
			b.refundedBill(t, region, bill, bill.Amount-bill.Amount/2-int64(i%2), fmt.Sprintf("%s b%d", region.Region, i))
		}
	}
	yenBills := b.paid(t, jp, moreYen, 1500, 4)
	yenRefund := b.refundedBill(t, jp, yenBills[0], 700, "yen")
	for _, region := range b.world.Regions {
		require.NoError(t, region.Advance(10*time.Second))
		region.Settle()
	}

	t.Run("clean", func(t *testing.T) {
		for _, merchant := range []string{other, yen} {
			found := b.reports(t, merchant)
			require.Len(t, found, 1)
			require.NoError(t, b.reconcile(t, found[0]))
			assert.Empty(t, differences(t, b.Engine, merchant))
			done, err := b.DB.Report(t.Context(), merchant, found[0].ID)
			require.NoError(t, err)
			assert.Equal(t, data.ReportDone, done.State)
			missed, err := b.DB.MissingBills(t.Context(), merchant, time.UnixMicro(0), b.world.Regions[0].Now().Add(time.Hour), 1)
			require.NoError(t, err)
			assert.Empty(t, missed, "each bill is reported")

			for _, job := range b.jobs(t, ReconcileArgs{}.Kind()) {
				_, err := b.River.JobCancel(t.Context(), job.ID)
				require.NoError(t, err)
			}
			b.reports(t, merchant)
			assert.Empty(t, b.jobs(t, ReconcileArgs{}.Kind()), "a report is compared once")
		}
	})

	// Each plant is its own bill or refund.
	const rest = "99"
	made := func(n int) string { return bills[n].PermissionID + "-C9" + fmt.Sprintf("%05d", n) }
	captured := func(n int, kind data.DifferenceKind, id string, ours, theirs int64) data.Difference {
		return data.Difference{Kind: kind, TransactionID: id, PermissionID: bills[n].PermissionID, Period: bills[n].Period, Ours: ours, Theirs: theirs, Currency: "USD"}
	}
	refund := func(n int, kind data.DifferenceKind, ours, theirs int64) data.Difference {
		f := refunds[n]
		return data.Difference{Kind: kind, TransactionID: f.RefundID, PermissionID: f.PermissionID, Period: f.Period, Ours: ours, Theirs: theirs, Currency: "USD"}
	}
	foreign, err := b.DB.Bill(t.Context(), clean[na][100].PermissionID, clean[na][100].Period)
	require.NoError(t, err)
	withoutPeriod := func(d data.Difference) data.Difference { d.Period = ""; return d }
	inEuro := func(d data.Difference) data.Difference { d.Currency = "EUR"; return d }
	plants := []struct {
		name  string
		plant func(d *document)
		want  data.Difference
	}{
		{"a missing refund", func(d *document) { d.remove(refunds[0].RefundID) }, refund(0, data.DifferenceRefundMissing, 1000, 0)},
		{"a refund of a cent more", func(d *document) { raise(d.of(t, refunds[1].RefundID), -1) }, refund(1, data.DifferenceRefundAmount, 1001, 1002)},
		{"a refund of a cent less", func(d *document) { raise(d.of(t, refunds[2].RefundID), 1) }, refund(2, data.DifferenceRefundAmount, 1002, 1001)},
		{"a refund in euro", func(d *document) { d.of(t, refunds[3].RefundID)[colCurrency] = "EUR" }, inEuro(refund(3, data.DifferenceCurrency, 1003, 1003))},
		{"a refund twice", func(d *document) { d.add(d.of(t, refunds[4].RefundID), nil) }, refund(4, data.DifferenceDuplicate, 0, 1004)},
		{"a refund refused", func(*document) {}, refund(5, data.DifferenceRefundRefused, 0, 1005)},
		{"an unknown refund", func(d *document) {
			d.add(d.of(t, refunds[6].RefundID), map[int]string{colID: refunds[6].PermissionID + "-R" + rest})
		}, func() data.Difference {
			w := withoutPeriod(refund(6, data.DifferenceRefundUnknown, 0, 1006))
			w.TransactionID = refunds[6].PermissionID + "-R" + rest
			return w
		}()},
		{"a missing charge", func(d *document) { d.remove(bills[10].ChargeID) }, captured(10, data.DifferenceCaptureMissing, bills[10].ChargeID, 1999, 0)},
		{"a doubled charge", func(d *document) { d.add(d.of(t, bills[11].ChargeID), map[int]string{colID: made(11)}) }, captured(11, data.DifferenceCaptureDoubled, made(11), 0, 1999)},
		{"a cent too much", func(d *document) { raise(d.of(t, bills[12].ChargeID), 1) }, captured(12, data.DifferenceTooMuch, bills[12].ChargeID, 1999, 2000)},
		{"a cent too little", func(d *document) { raise(d.of(t, bills[13].ChargeID), -1) }, captured(13, data.DifferenceTooLittle, bills[13].ChargeID, 1999, 1998)},
		{"a charge of no bill", func(d *document) {
			d.add(d.of(t, bills[14].ChargeID), map[int]string{colID: made(14), colReference: "by hand"})
		}, withoutPeriod(captured(14, data.DifferenceCaptureUnknown, made(14), 0, 1999))},
		{"a charge in euro", func(d *document) { d.of(t, bills[15].ChargeID)[colCurrency] = "EUR" }, inEuro(captured(15, data.DifferenceCurrency, bills[15].ChargeID, 1999, 1999))},
		{"a charge twice", func(d *document) { d.add(d.of(t, bills[16].ChargeID), nil) }, captured(16, data.DifferenceDuplicate, bills[16].ChargeID, 0, 1999)},
		{"a charge of an unpaid bill", func(*document) {}, captured(17, data.DifferenceCaptureUnpaid, bills[17].ChargeID, 0, 1999)},
		{"another merchant's charge", func(d *document) {
			d.add(d.of(t, bills[18].ChargeID), map[int]string{colID: foreign.ChargeID, colPermission: foreign.PermissionID, colReference: foreign.Reference()})
		}, data.Difference{Kind: data.DifferenceOtherMerchant, TransactionID: foreign.ChargeID, PermissionID: foreign.PermissionID, Period: foreign.Period, Theirs: 1999, Currency: "USD"}},
		{"a charge of an unknown permission", func(d *document) {
			d.add(d.of(t, bills[19].ChargeID), map[int]string{colID: "P01-1-C1", colPermission: "P01-1", colReference: "order-7"})
		}, data.Difference{Kind: data.DifferencePermissionUnknown, Theirs: 1999, Currency: "USD"}},
		{"a chargeback", func(d *document) {
			d.add(d.of(t, refunds[7].RefundID), map[int]string{colID: bills[20].PermissionID + "-B1", colPermission: bills[20].PermissionID, colType: "Chargeback"})
		}, data.Difference{Kind: data.DifferenceDispute, TransactionID: bills[20].PermissionID + "-B1", PermissionID: bills[20].PermissionID, Theirs: -1007, Currency: "USD"}},
		{"an A-to-z claim", func(d *document) {
			d.add(d.of(t, refunds[7].RefundID), map[int]string{colID: bills[21].PermissionID + "-B1", colPermission: bills[21].PermissionID, colType: "A to Z Guarantee Claim"})
		}, data.Difference{Kind: data.DifferenceDispute, TransactionID: bills[21].PermissionID + "-B1", PermissionID: bills[21].PermissionID, Theirs: -1007, Currency: "USD"}},
		{"an adjustment", func(d *document) {
			d.add(d.of(t, refunds[7].RefundID), map[int]string{colID: "", colPermission: "", colType: "Adjustment"})
		}, data.Difference{Kind: data.DifferenceOther, Theirs: -1007, Currency: "USD"}},
		{"a net amount that is a cent off", func(d *document) {
			row := d.of(t, bills[22].ChargeID)
			row[colNet] = plus(row[colNet], "USD", 1)
		}, captured(22, data.DifferenceRow, bills[22].ChargeID, 1911, 1912)},
	}
	honest := b.reports(t, one)[0]
	doctored := b.documentOf(t, honest)
	for _, p := range plants {
		p.plant(doctored)
	}
	doctored.transfer()
	i := slices.IndexFunc(doctored.rows, func(row []string) bool { return row[colType] == "Transfer" && row[colCurrency] == "USD" })
	transfer := doctored.rows[i]
	sum, err := minorUnits(amazonpay.Decimal(transfer[colNet]), "USD")
	require.NoError(t, err)
	raise(transfer, 1)
	wants := map[string]data.Difference{"a cent that was not transferred": {Kind: data.DifferenceTransfer, TransactionID: transfer[1], Ours: -sum, Theirs: -sum - 1, Currency: "USD"}}
	for _, p := range plants {
		wants[p.name] = p.want
	}
	// Two plants are in the ledger.
	refused, unpaid := *refunds[5], *bills[17]
	refused.State = data.RefundRefused
	unpaid.State, unpaid.ChargeID = data.BillUnpaid, ""
	require.NoError(t, b.DB.SaveRefund(t.Context(), &refused))
	require.NoError(t, b.DB.SaveBill(t.Context(), &unpaid))

	for range 2 { // again, it is the same
		require.NoError(t, b.load(t.Context(), honest, strings.NewReader(doctored.String())))
		require.NoError(t, b.compare(t.Context(), honest))
		found := differences(t, b.Engine, one)
		table := &strings.Builder{}
		for name, want := range wants {
			at := slices.IndexFunc(found, func(d *data.Difference) bool {
				got := *d
				got.MerchantID, got.ReportID, got.Line, got.Note, got.FoundAt = "", "", 0, "", time.Time{}
				return got == want
			})
			if !assert.GreaterOrEqual(t, at, 0, "%s: not found: %+v", name, want) {
				continue
			}
			fmt.Fprintf(table, "%-34s %-19s %8d %8d %s  %s\n", name, found[at].Kind, found[at].Ours, found[at].Theirs, found[at].Currency, found[at].Note)
			found = slices.Delete(found, at, at+1)
		}
		for _, d := range found {
			assert.Fail(t, "a difference that nobody planted", "%+v", *d)
		}
		if testing.Verbose() {
			t.Log("\n" + table.String())
		}
	}

	// With the ledger as it was, the report as it came has none of them.
	refused.State, unpaid.State, unpaid.ChargeID = data.RefundRefunded, data.BillPaid, bills[17].ChargeID
	require.NoError(t, b.DB.SaveRefund(t.Context(), &refused))
	require.NoError(t, b.DB.SaveBill(t.Context(), &unpaid))
	require.NoError(t, b.DB.SetReportState(t.Context(), honest, data.ReportFound))
	require.NoError(t, b.reconcile(t, honest))
	assert.Empty(t, differences(t, b.Engine, one))

	// A yen is the smallest unit.
	inYen := b.reports(t, moreYen)[0]
	doctored = b.documentOf(t, inYen)
	raise(doctored.of(t, yenBills[1].ChargeID), 1)
	raise(doctored.of(t, yenRefund.RefundID), -1)
	doctored.transfer()
	require.NoError(t, b.load(t.Context(), inYen, strings.NewReader(doctored.String())))
	require.NoError(t, b.compare(t.Context(), inYen))
	found := differences(t, b.Engine, moreYen)
	require.Len(t, found, 2)
	slices.SortFunc(found, func(a, b *data.Difference) int { return strings.Compare(string(b.Kind), string(a.Kind)) })
	assert.Equal(t, "The bill is 1500 JPY, but 1501 JPY were captured: too much.", found[0].Note)
	assert.Equal(t, "The refund is 700 JPY, but 701 JPY were refunded.", found[1].Note)
}

// River finds a report by itself, and a second report of the merchant waits for the first one.
func TestReconcileDaily(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	merchant := region.Merchants[0].MerchantID
	for range 2 {
		for _, bill := range b.paid(t, region, merchant, 999, 3) {
			require.NoError(t, b.DB.SetSubscriptionState(t.Context(), bill.PermissionID, data.SubscriptionClosed))
		}
		require.NoError(t, region.Advance(5*time.Second))
		region.Settle()
	}
	found := b.reports(t, merchant)
	require.Len(t, found, 2)
	assert.Positive(t, snoozed(t, b.reconcile(t, found[1])))
	b.start(t)
	require.Eventually(t, func() bool {
		found, err := b.DB.Reports(t.Context(), merchant, time.UnixMicro(0))
		return err == nil && found[0].State == data.ReportDone && found[1].State == data.ReportDone
	}, time.Minute, 50*time.Millisecond)
	assert.Empty(t, differences(t, b.Engine, merchant))
}

// books is an engine with a merchant M and another one, and without a service.
type books struct {
	*Engine

	now time.Time
}

func newBooks(t *testing.T) *books {
	t.Helper()
	db := datatest.Open(t)
	for _, id := range []string{"M", "N"} {
		require.NoError(t, db.AddMerchant(t.Context(), &data.Merchant{ID: id, Region: "na", Currency: "USD", SealedMWSToken: []byte{}}))
	}
	e, err := New(Config{DB: db, Roles: []Role{RolePlanner}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	now, err := db.Now(t.Context())
	require.NoError(t, err)
	return &books{e, now}
}

// bill stores a bill of 9.99 USD, with a call under its key, as change says.
func (b *books) bill(t *testing.T, permission string, change func(*data.Bill)) *data.Bill {
	t.Helper()
	due := data.DateOf(b.now)
	require.NoError(t, b.DB.AddSubscriptions(t.Context(), []*data.Subscription{{
		PermissionID: permission, MerchantID: "M", Amount: 999, Currency: "USD", State: data.SubscriptionActive, Anchor: 1, NextDue: due,
	}}))
	var bill *data.Bill
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
		if _, err := q.PlanBills(t.Context(), "M", due, 10); err != nil {
			return err
		}
		_, err := q.BeginCall(t.Context(), permission, due.Period())
		return err
	}))
	bill, err := b.DB.Bill(t.Context(), permission, due.Period())
	require.NoError(t, err)
	change(bill)
	require.NoError(t, b.DB.SaveBill(t.Context(), bill))
	return bill
}

// report stores a report from and until some days from now, with these rows, and compares it.
func (b *books) report(t *testing.T, id string, from, until float64, rows ...data.SettlementRow) {
	t.Helper()
	day := func(n float64) time.Time { return b.now.Add(time.Duration(n * float64(24*time.Hour))) }
	r := &data.Report{MerchantID: "M", ID: id, Start: day(from), End: day(until), State: data.ReportFound}
	for i := range rows {
		rows[i].Line, rows[i].Net, rows[i].Currency = int64(i+1), rows[i].Amount, "USD"
	}
	require.NoError(t, b.DB.AddReport(t.Context(), r))
	require.NoError(t, b.DB.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
		return q.ReplaceSettlements(t.Context(), r, 0, append(rows, data.SettlementRow{Line: 1000, Type: "Transfer", Amount: -sumOf(rows), Net: -sumOf(rows), Currency: "USD"}))
	}))
	require.NoError(t, b.compare(t.Context(), r))
}

func sumOf(rows []data.SettlementRow) (sum int64) {
	for _, row := range rows {
		sum += row.Net
	}
	return sum
}

// kinds returns the kinds of M's differences with their transactions, in order.
func (b *books) kinds(t *testing.T) []string {
	t.Helper()
	kinds := []string{}
	for _, d := range differences(t, b.Engine, "M") {
		kinds = append(kinds, string(d.Kind)+" "+d.TransactionID)
	}
	slices.Sort(kinds)
	return kinds
}

func capture(permission, id string) data.SettlementRow {
	return data.SettlementRow{Type: "Capture", TransactionID: id, PermissionID: permission, Amount: 999}
}

// What the ends of the periods cut is missed in the report in which it must be, once, and not
// before.
func TestMissingAtTheEdges(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	paid := func(id string, days float64) {
		bill := b.bill(t, id, func(bill *data.Bill) {
			bill.State, bill.Unsettled, bill.ChargeID, bill.PaidAt = data.BillPaid, false, id+"-C", b.now.Add(time.Duration(days*float64(24*time.Hour)))
		})
		r := &data.Refund{ID: id, PermissionID: id, Period: bill.Period, MerchantID: "M", ChargeID: id + "-C", Amount: 100, Currency: "USD"}
		_, err := b.DB.AddRefund(t.Context(), r)
		require.NoError(t, err)
		r.State, r.RefundID, r.RefundedAt = data.RefundRefunded, id+"-R", bill.PaidAt
		require.NoError(t, b.DB.SaveRefund(t.Context(), r))
	}
	paid("before", -10.001)
	paid("first", -10) // as the first report begins
	paid("last", -1)   // a day before its end
	paid("late", -0.999)
	paid("next", 1)
	b.report(t, "1", -10, 0)
	assert.Equal(t, []string{"capture_missing first-C", "capture_missing last-C", "refund_missing first-R", "refund_missing last-R"}, b.kinds(t))

	refund := func(permission, id string) data.SettlementRow {
		return data.SettlementRow{Type: "Refund", TransactionID: id, PermissionID: permission, Amount: -100}
	}
	b.report(t, "2", 0, 3, capture("last", "last-C"), refund("first", "first-R"), capture("next", "next-C"), refund("next", "next-R"))
	assert.Equal(t, []string{"capture_missing first-C", "capture_missing late-C", "refund_missing last-R", "refund_missing late-R"}, b.kinds(t), "some came late")

	// A dispute about a charge is not the charge.
	b.report(t, "3", 3, 5, data.SettlementRow{Type: "Chargeback", TransactionID: "late-C", PermissionID: "late", Amount: -1})
	assert.Equal(t, []string{"capture_missing first-C", "capture_missing late-C", "dispute late-C", "refund_missing last-R", "refund_missing late-R"}, b.kinds(t))
	for _, d := range differences(t, b.Engine, "M") {
		if d.Kind == data.DifferenceCaptureMissing && d.TransactionID == "late-C" {
			assert.Equal(t, "2", d.ReportID)
		}
	}
}

// What a report had before the ledger knew of it is not missing.
func TestReportedBeforeItWasKnown(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	bill := b.bill(t, "P", func(*data.Bill) {}) // a call is under way
	row := capture("P", "P-C1")
	row.Period = bill.Period
	b.report(t, "1", -3, -1, row)
	bill, err := b.DB.Bill(t.Context(), "P", bill.Period)
	require.NoError(t, err)
	bill.State, bill.Unsettled, bill.ChargeID, bill.PaidAt = data.BillPaid, false, "P-C1", b.now.Add(-48*time.Hour)
	require.NoError(t, b.DB.SaveBill(t.Context(), bill))
	b.report(t, "2", -1, 1)
	assert.Empty(t, b.kinds(t))
}

// Only a reference that names the row's own permission is ours.
func TestReferenceOfARow(t *testing.T) {
	t.Parallel()
	for reference, want := range map[string]string{"P/2026-11": "2026-11", "Q/2026-11": "", "P": "", "": "", "/2026-11": ""} {
		row, err := settlementRow(report.SettlementRow{SellerReferenceID: reference, AmazonOrderReferenceID: "P"})
		require.NoError(t, err)
		assert.Equal(t, want, row.Period, reference)
	}
}

// What a report has can be the second of what an earlier one had.
func TestDoubledOverReports(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	bill := b.bill(t, "P", func(bill *data.Bill) { bill.State, bill.Unsettled, bill.ChargeID = data.BillPaid, false, "P-C1" })
	second := capture("P", "P-C2")
	second.Period = bill.Period
	b.report(t, "1", -2, -1, capture("P", "P-C1"))
	assert.Empty(t, b.kinds(t))
	b.report(t, "2", -1, 0, capture("P", "P-C1"))
	b.report(t, "3", 0, 1, second)
	assert.Equal(t, []string{"capture_doubled P-C2", "duplicate P-C1"}, b.kinds(t))
}

// The charges of a merchant's other shop are one difference of a report and a currency, and come
// after what took money.
func TestForeignPermissions(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	bill := b.bill(t, "P", func(bill *data.Bill) { bill.State, bill.Unsettled, bill.ChargeID = data.BillPaid, false, "P-C1" })
	second := capture("P", "P-C2")
	second.Period = bill.Period
	b.report(t, "1", -2, -1, second)
	b.report(t, "2", -1, 1, capture("X", "X-C1"), capture("Y", "Y-C1"), capture("Y", "Y-C1"), data.SettlementRow{Type: "Refund", TransactionID: "X-R1", PermissionID: "X", Amount: -1})
	b.report(t, "3", 1, 2, capture("X", "X-C2"))
	found := differences(t, b.Engine, "M")
	kinds := make([]data.DifferenceKind, len(found))
	for i, d := range found {
		kinds[i] = d.Kind
	}
	assert.Equal(t, []data.DifferenceKind{data.DifferenceCaptureDoubled, data.DifferenceDuplicate, data.DifferencePermissionUnknown, data.DifferencePermissionUnknown}, kinds)
	i := slices.IndexFunc(found, func(d *data.Difference) bool { return d.Kind == data.DifferencePermissionUnknown && d.ReportID == "2" })
	require.GreaterOrEqual(t, i, 0)
	assert.EqualValues(t, 2*999-1, found[i].Theirs)
	assert.Equal(t, amazonpay.USD, found[i].Currency)
	assert.Equal(t, "3 charges and refunds on permissions that are no subscriptions come to 19.97 USD: another program of the merchant may have made them.", found[i].Note)
}

// A report that is not what it should be is named as such, and is no obstacle for the next one.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	r := &data.Report{MerchantID: "M", ID: "1", State: data.ReportFound}
	require.NoError(t, b.DB.AddReport(t.Context(), r))
	const header = "\"SellerId\",\"M\"\n\"TransactionPostedDate\",\"TransactionType\",\"CurrencyCode\",\"TransactionAmount\",\"TotalTransactionFee\",\"NetTransactionAmount\"\n"
	for text, want := range map[string]string{
		"":                                       "the document has no header",
		header:                                   "",
		"a,b,c\n":                                "the document is not a settlement report",
		strings.Replace(header, `"M"`, `"N"`, 1): `the SellerId of the document is "N": it is another merchant's`,
		header + "2026-01-02T03:04:05 +0000,Capture,USD,1.005,0,1.005\n":                      "line 3: TransactionAmount: amazonpay: MinorUnits: the amount 1.005 has more decimals than USD",
		header + "2026-01-02T03:04:05 +0000,Capture,XXX,1.00,0,1.00\n":                        "line 3: TransactionAmount: amazonpay: MinorUnits: the currency",
		header + "2026-01-02T03:04:05 +0000,Capture,JPY,1,0,0.5\n":                            "line 3: NetTransactionAmount: amazonpay: MinorUnits: the amount 0.5 has more decimals than JPY",
		header + "2026-01-02T03:04:05 +0000,Capture,USD,99999999999999999999,0,1\n":           "is too large",
		header + "2026-01-02T03:04:05 +0000,Capture,USD,1.00,0,1.00\n2026-01-02T03:04:05 +00": "line 4: ",
	} {
		err := b.load(t.Context(), r, strings.NewReader(text))
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
		var cause unreadableError
		require.ErrorAs(t, err, &cause)
		require.NoError(t, b.unreadable(t.Context(), r, cause))
		found := differences(t, b.Engine, "M")
		require.Len(t, found, 1)
		assert.Contains(t, found[0].Note, want)
	}
	require.ErrorIs(t, b.load(t.Context(), r, io.MultiReader(strings.NewReader(header), brokenReader{})), io.ErrClosedPipe)
	_, err := (&bounded{io.Discard, 3}).Write([]byte("four"))
	require.ErrorIs(t, err, errTooLong)
	_, err = (&bounded{io.Discard, 4}).Write([]byte("four"))
	require.NoError(t, err)
}

// Rows of a report that was not compared report nothing: what they have is missed, and a later copy
// of the report is not the second.
func TestUnreadableReportsNothing(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	uncertain := b.bill(t, "P", func(bill *data.Bill) { bill.State = data.BillCheck })
	b.bill(t, "Q", func(bill *data.Bill) {
		bill.State, bill.Unsettled, bill.ChargeID, bill.PaidAt = data.BillPaid, false, "Q-C1", b.now.Add(-24*time.Hour)
	})
	var text strings.Builder
	text.WriteString("TransactionPostedDate,SettlementId,AmazonTransactionId,SellerReferenceId,TransactionType,AmazonOrderReferenceId,CurrencyCode,TransactionAmount,TotalTransactionFee,NetTransactionAmount\n")
	for _, id := range []string{"P", "Q"} {
		fmt.Fprintf(&text, "2026-01-02T03:04:05 +0000,S,%s-C1,%s/%s,Capture,%s,USD,9.99,0,9.99\n", id, id, uncertain.Period, id)
	}
	for range settlementPage - 1 {
		text.WriteString("2026-01-02T03:04:05 +0000,S,,,Reserve,,USD,-1.00,0,-1.00\n")
	}
	fmt.Fprintf(&text, "2026-01-02T03:04:05 +0000,S,,,Transfer,,USD,%d.02,0,%d.02\n", settlementPage-1-20, settlementPage-1-20)
	report := func(id string, from time.Duration) *data.Report {
		r := &data.Report{MerchantID: "M", ID: id, Start: b.now.Add(from), End: b.now.Add(24 * time.Hour), State: data.ReportFound}
		require.NoError(t, b.DB.AddReport(t.Context(), r))
		return r
	}
	broken := report("1", -72*time.Hour)
	var cause unreadableError
	require.ErrorAs(t, b.load(t.Context(), broken, strings.NewReader(text.String()+"broken off")), &cause)
	require.NoError(t, b.unreadable(t.Context(), broken, cause))
	rows, err := b.DB.Matches(t.Context(), broken, 0, 1)
	require.NoError(t, err)
	assert.Empty(t, rows)

	b.report(t, "2", -3, 1)
	assert.Equal(t, []string{"capture_missing Q-C1", "unreadable "}, b.kinds(t))

	again := report("3", -72*time.Hour)
	require.NoError(t, b.load(t.Context(), again, strings.NewReader(text.String())))
	require.NoError(t, b.compare(t.Context(), again))
	assert.Equal(t, []string{"unreadable "}, b.kinds(t))
	uncertain, err = b.DB.Bill(t.Context(), "P", uncertain.Period)
	require.NoError(t, err)
	assert.Equal(t, data.BillPaid, uncertain.State)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// A report that is loaded again has its rows once, and none of those that it had before.
func TestLoadAgain(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	r := &data.Report{MerchantID: "M", ID: "1", State: data.ReportFound}
	require.NoError(t, b.DB.AddReport(t.Context(), r))
	text := func(n int) string {
		var b strings.Builder
		b.WriteString("TransactionPostedDate,TransactionType,CurrencyCode,TransactionAmount,TotalTransactionFee,NetTransactionAmount\n")
		for range n {
			b.WriteString("2026-01-02T03:04:05 +0000,Reserve,USD,-1.01,0.01,-1\n")
		}
		return b.String()
	}
	for _, n := range []int{settlementPage, 2*settlementPage + 1, settlementPage / 2, 0, 3} {
		require.Error(t, b.load(t.Context(), r, strings.NewReader(text(n)+"broken\n")))
		require.NoError(t, b.load(t.Context(), r, strings.NewReader(text(n))))
		rows, err := b.DB.Matches(t.Context(), r, 0, 10*settlementPage)
		require.NoError(t, err)
		require.Len(t, rows, n)
		if n > 0 {
			assert.Equal(t, [3]int64{-101, 1, -100}, [3]int64{rows[n-1].Amount, rows[n-1].Fee, rows[n-1].Net})
		}
	}
}
