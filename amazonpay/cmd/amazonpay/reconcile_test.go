package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

func (p *person) shop() *webstore.Client {
	p.t.Helper()
	return webstore.New(emulatortest.Connect(p.t, p.server))
}

func orderedReport(now time.Time) *webstore.CreateReportRequest {
	return &webstore.CreateReportRequest{
		ReportType: webstore.ReportTypeSandboxSettlement,
		StartTime:  amazonpay.NewTime(now.AddDate(0, 0, -7)), EndTime: amazonpay.NewTime(now.Add(time.Minute)),
	}
}

// takes captures n charges and refunds a part of the last. It returns the ledger of a careful
// merchant.
func (p *person) takes(n int) (ledger string) {
	p.t.Helper()
	permissions, err := p.server.Buyer().Subscribe(emulator.Subscription{Amount: "9.99", Currency: "USD", Reference: "order"}, n)
	require.NoError(p.t, err)
	lines := []string{"Charge ID,Type,Amount,Currency,Date\n"}
	at := func() string { return p.server.Now().AddDate(0, 0, -2).Format(time.DateOnly) } // long enough ago to be settled
	var last *webstore.Charge
	shop := p.shop()
	for i, permission := range permissions {
		amount := amazonpay.USD.Price(amazonpay.Decimal(fmt.Sprintf("%d.%02d", 1+i%9, 7*i%100)))
		last, err = shop.CreateCharge(p.t.Context(), &webstore.CreateChargeRequest{ChargePermissionID: permission, ChargeAmount: amount, CaptureNow: new(true)})
		require.NoError(p.t, err)
		lines = append(lines, fmt.Sprintf("%s,charge,%s,USD,%s\n", last.ChargeID, amount.Amount, at()))
	}
	refund, err := shop.CreateRefund(p.t.Context(), &webstore.CreateRefundRequest{ChargeID: last.ChargeID, RefundAmount: amazonpay.USD.Price("0.50")})
	require.NoError(p.t, err)
	require.NoError(p.t, p.server.ResolvePending(refund.RefundID))
	lines = append(lines, fmt.Sprintf("%s,refund,0.50,USD,%s\n", refund.RefundID, at()))
	require.NoError(p.t, p.server.Advance(time.Second)) // what is at the very end of a period waits for the next one
	return strings.Join(lines, "")
}

// From payments over reports to the books, over real HTTPS: all agrees, and one cent does not.
func TestReconcile(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	ledger := p.takes(5)
	file := p.write("ledger.csv", ledger)
	p.refuses(exitFailed, []string{"the account has no settlement report", "amazonpay report request"}, "reconcile", file, "--dir", p.dir())
	for range 2 { // for the same period, so that they have the same rows
		require.NoError(t, p.server.Advance(time.Second))
		_, err := p.shop().CreateReport(t.Context(), orderedReport(p.server.Now()))
		require.NoError(t, err)
	}
	require.NoError(t, p.server.Advance(time.Minute))

	done := p.types("reconcile", file, "--dir", p.dir())
	require.Zero(t, done.code, done.out+done.err)
	assert.Contains(t, done.out, "ok: 6 rows of the ledger agree, to the cent.")
	assert.Contains(t, done.err, "2 settlement reports in "+p.dir()+", 2 of them downloaded now.")
	assert.Contains(t, done.err, `ids in "Charge ID" (transaction), amounts in "Amount", currencies in "Currency", types in "Type", dates in "Date"`)
	done = p.types("reconcile", file, "--dir", p.dir())
	require.Zero(t, done.code, done.err)
	assert.Contains(t, done.err, "2 settlement reports in "+p.dir()+", 0 of them downloaded now.")

	// The same without an account, from the files.
	offline := newPerson(t)
	require.Zero(t, offline.types("reconcile", file, "--report", p.dir()).code)
	require.Zero(t, offline.types("reconcile", file, "--report", strings.Join(p.files(), ",")).code)
	offline.input = ledger
	done = offline.types("reconcile", "-", "--report", p.files()[0])
	require.Zero(t, done.code, done.err)
	assert.Contains(t, done.err, "standard input: ids in")

	lines := strings.Split(strings.TrimSpace(ledger), "\n")
	for i := 1; i < len(lines); i++ {
		fields := strings.Split(lines[i], ",")
		changed := append([]string{}, lines...)
		fields[2] = fields[2][:len(fields[2])-1] + string('0'+(fields[2][len(fields[2])-1]-'0'+1)%10)
		changed[i] = strings.Join(fields, ",")
		done := offline.types("--json", "reconcile", p.write("changed.csv", strings.Join(changed, "\n")), "--report", p.dir())
		assert.Equal(t, exitFailed, done.code)
		var result reconcile.Result
		require.NoError(t, json.Unmarshal([]byte(done.out), &result))
		require.Len(t, result.Findings, 1, done.out)
		assert.Equal(t, reconcile.StatusAmount, result.Findings[0].Status)
		assert.Equal(t, fields[0], result.Findings[0].ID)
		assert.Equal(t, i+1, result.Findings[0].Ledger.Line)
	}
}

// In the live environment, the reports that come with each settlement are compared one by one.
func TestReconcileLiveSettlements(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	config := emulatortest.Config(p.server)
	config.PublicKeyID = p.server.Description().Merchants[0].KeyIDs.Live
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(p.server.RoundTripper()))
	require.NoError(t, err)
	shop := webstore.New(client)
	permissions, err := p.server.Buyer().Subscribe(emulator.Subscription{Amount: "9.99", Currency: "USD", Live: true}, 6)
	require.NoError(t, err)
	var ledger strings.Builder
	ledger.WriteString("charge_id;amount;currency\n")
	for i, permission := range permissions {
		charge, err := shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{ChargePermissionID: permission, ChargeAmount: amazonpay.USD.Price("9.99"), CaptureNow: new(true)})
		require.NoError(t, err)
		ledger.WriteString(charge.ChargeID + ";9,99;USD\n")
		if i%2 == 1 {
			require.NoError(t, p.server.Advance(time.Hour))
			p.server.Settle()
		}
	}
	file := p.write("ledger.csv", ledger.String())
	done := p.types("--live", "reconcile", file, "--dir", p.dir())
	require.Zero(t, done.code, done.out+done.err)
	assert.Contains(t, done.out, "ok: 6 rows of the ledger agree")
	require.Len(t, p.files(), 3)

	offline := newPerson(t)
	require.NoError(t, os.Remove(p.files()[1]))
	done = offline.types("reconcile", file, "--report", p.dir(), "--csv", p.path("differences.csv"), "--limit", "1")
	assert.Equal(t, exitFailed, done.code)
	assert.Contains(t, done.out, "differs: 4 rows of the ledger agree, 2 differences.")
	assert.Contains(t, done.err, "Only the first 1 of 2")
	differences, err := os.ReadFile(p.path("differences.csv"))
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(differences), "\nledgerOnly,"))
	offline.refuses(exitUsage, []string{"--csv: the file exists"}, "reconcile", file, "--report", p.dir(), "--csv", p.path("differences.csv"))
}

func (p *person) path(name string) string { return p.folder + "/" + name }

func TestCounts(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "1 row of the ledger agrees", agree(1))
	assert.Equal(t, "0 rows of the ledger agree", agree(0))
	assert.Equal(t, "1 difference", plural(1, "difference"))
	assert.Equal(t, "2 differences", plural(2, "difference"))
}

func TestReconcileRefuses(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	report := p.write("report.csv", "TransactionPostedDate,TransactionType,TransactionAmount,TotalTransactionFee,NetTransactionAmount,AmazonTransactionId,CurrencyCode\n")
	ledger := p.write("ledger.csv", "charge_id,amount,currency\nx,1.234,EUR\n")
	p.refuses(exitUsage, []string{`line 2: column "amount": "1.234" is ambiguous: it can be 1.234 (--decimal=point) or 1234.00 (--decimal=comma)`, "Nothing was compared."}, "reconcile", ledger, "--report", report)
	p.refuses(exitUsage, []string{"has more decimals than its currency"}, "reconcile", ledger, "--report", report, "--decimal", "point")
	p.refuses(exitUsage, []string{"--decimal must be one of"}, "reconcile", ledger, "--report", report, "--decimal", "dot")
	p.refuses(exitUsage, []string{"Give a CSV file that exists"}, "reconcile", p.path("none.csv"), "--report", report)
	p.refuses(exitUsage, []string{"Give files that exist"}, "reconcile", ledger, "--report", p.path("none.csv"))
	require.NoError(t, os.Mkdir(p.path("empty"), 0o700))
	p.refuses(exitUsage, []string{"there is no .csv file in"}, "reconcile", ledger, "--report", p.path("empty"))
	done := p.types("reconcile", ledger, "--report", report, "--decimal", "comma")
	assert.Equal(t, exitFailed, done.code)
	assert.Contains(t, done.out, "1234.00 EUR")
}

// What a file holds does not reach the terminal as a control sequence.
func TestReconcileIsHarmless(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	report := p.write("report.csv", "TransactionPostedDate,TransactionType,TransactionAmount,TotalTransactionFee,NetTransactionAmount,AmazonTransactionId,CurrencyCode\n")
	done := p.types("reconcile", p.write("ledger.csv", "reference,amount,currency\n\x1b]0;title\a,1.00,EUR\n"), "--report", report)
	assert.Equal(t, exitFailed, done.code)
	assert.NotContains(t, done.out+done.err, "\x1b")
}
