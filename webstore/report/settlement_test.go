package report_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore/report"
)

const (
	settlementHeader = `"SellerId","A1XX111XXX111XXX"` + "\n" +
		`"SettlementStartDate","2015-05-18T14:37:01 -0700"` + "\n" + `"SettlementEndDate","2015-05-21T14:37:03 -0700"` + "\n\n" +
		`"TransactionPostedDate","SettlementId","AmazonTransactionId","SellerReferenceId","TransactionType","AmazonOrderReferenceId",` +
		`"SellerOrderId","StoreName","CurrencyCode","TransactionDescription","TransactionAmount","TransactionPercentageFee",` +
		`"TransactionFixedFee","TotalTransactionFee","NetTransactionAmount","FutureColumn"` + "\n"
	settlementLine = `"2015-05-18T15:48:50-0000","5044561311","P01-2400747-7777779-C084595","OALP12345678","Capture","P01-2400747-7777779",` +
		`"order-1042","Example <shop>, Inc.","USD","a ""good"" sale","14.00","-0.41","-0.30","-0.71","13.29","new"` + "\n"
	transferLine = `"2015-05-21T14:37:03+0900","5044561311","","","Transfer","","","","USD","","-13.29","","","","-13.29",""` + "\n"
)

func TestSettlement(t *testing.T) {
	t.Parallel()
	var rows []report.SettlementRow
	for row, err := range report.NewReader(strings.NewReader(settlementHeader + settlementLine + transferLine)).Settlement() {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	require.Len(t, rows, 2)
	unknown, ok := rows[0].Row.Get("FutureColumn")
	assert.True(t, ok)
	assert.Equal(t, "new", unknown)
	assert.Equal(t, 6, rows[0].Row.Line())
	rows[0].Row = report.Row{}
	assert.Equal(t, report.SettlementRow{
		TransactionPostedDate: amazonpay.Time{Time: time.Date(2015, 5, 18, 15, 48, 50, 0, time.UTC)},
		SettlementID:          "5044561311", AmazonTransactionID: "P01-2400747-7777779-C084595", SellerReferenceID: "OALP12345678",
		TransactionType: report.Capture, AmazonOrderReferenceID: "P01-2400747-7777779", SellerOrderID: "order-1042",
		StoreName: "Example <shop>, Inc.", CurrencyCode: amazonpay.USD, TransactionDescription: `a "good" sale`,
		TransactionAmount: "14.00", TransactionPercentageFee: "-0.41", TransactionFixedFee: "-0.30", TotalTransactionFee: "-0.71",
		NetTransactionAmount: "13.29",
	}, rows[0])
	assert.Equal(t, report.Transfer, rows[1].TransactionType)
	assert.Equal(t, amazonpay.Decimal("-13.29"), rows[1].NetTransactionAmount)
	assert.Empty(t, rows[1].TotalTransactionFee)
	assert.Equal(t, time.Date(2015, 5, 21, 5, 37, 3, 0, time.UTC), rows[1].TransactionPostedDate.Time)
}

// The rows share nothing, and each is split anew when it is asked.
func TestSettlementRowStaysValid(t *testing.T) {
	t.Parallel()
	several := strings.Replace(settlementLine, `a ""good"" sale`, "one\r\ntwo, \"\"three\"\"\n\nfour", 1)
	var rows []report.SettlementRow
	for row, err := range report.NewReader(strings.NewReader(settlementHeader + several + transferLine + several)).Settlement() {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	require.Len(t, rows, 3)
	for _, row := range []report.SettlementRow{rows[0], rows[2]} {
		assert.Equal(t, "one\ntwo, \"three\"\n\nfour", row.TransactionDescription)
		for column, want := range map[string]string{
			"TransactionDescription": row.TransactionDescription, "FutureColumn": "new", "StoreName": "Example <shop>, Inc.", "NetTransactionAmount": "13.29",
		} {
			value, ok := row.Row.Get(column)
			assert.True(t, ok)
			assert.Equal(t, want, value)
		}
		n := 0
		for range row.Row.All() {
			n++
		}
		assert.Equal(t, 16, n)
	}
	assert.Equal(t, []int{6, 10, 11}, []int{rows[0].Row.Line(), rows[1].Row.Line(), rows[2].Row.Line()})
}

func TestSettlementDates(t *testing.T) {
	t.Parallel()
	want := time.Date(2015, 5, 18, 15, 48, 50, 0, time.UTC)
	for _, text := range []string{
		"2015-05-18T15:48:50-0000", "2015-05-18T15:48:50 +0000", "2015-05-19T00:48:50 +0900", "2015-05-18T15:48:50Z",
		"2015-05-18T08:48:50-07:00", "20150518T154850Z",
	} {
		line := strings.Replace(settlementLine, "2015-05-18T15:48:50-0000", text, 1)
		for row, err := range report.NewReader(strings.NewReader(settlementHeader + line)).Settlement() {
			require.NoError(t, err, text)
			assert.Equal(t, want, row.TransactionPostedDate.Time, text)
		}
	}
}

func TestSettlementRefused(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ text, want string }{
		"an amount with a comma": {settlementHeader + strings.Replace(settlementLine, "14.00", "1,400.00", 1), "report: line 6: TransactionAmount: the text is no decimal number"},
		"a fee in words":         {settlementHeader + settlementLine + strings.Replace(settlementLine, "-0.30", "none", 1), "report: line 7: TransactionFixedFee: the text is no decimal number"},
		"a sign alone":           {settlementHeader + strings.Replace(settlementLine, "13.29", "-", 1), "report: line 6: NetTransactionAmount:"},
		"the 30th of February":   {settlementHeader + strings.Replace(settlementLine, "2015-05-18T", "2015-02-30T", 1), "report: line 6: TransactionPostedDate:"},
		"the month of none":      {settlementHeader + strings.Replace(settlementLine, "2015-05-18T", "2015-00-18T", 1), "report: line 6: TransactionPostedDate:"},
		"a date in words":        {settlementHeader + strings.Replace(settlementLine, "2015-05-18T15:48:50-0000", "yesterday", 1), "report: line 6: TransactionPostedDate: the text is no date"},
		"another report":         {"OrderId,State,Amount\n1,Open,1\n", "the document is no settlement report: its header lacks TransactionPostedDate, TransactionType, TransactionAmount, TotalTransactionFee, NetTransactionAmount"},
		"nothing":                {"", "the document has no header"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report.NewReader(strings.NewReader(row.text))
			var last error
			for typed, err := range r.Settlement() {
				require.NoError(t, last, "an error is the last")
				if last = err; err != nil {
					assert.Equal(t, report.SettlementRow{}, typed)
				}
			}
			require.ErrorContains(t, last, row.want)
			for _, err := range r.Settlement() {
				assert.Equal(t, last, err, "and stays it")
			}
		})
	}
}

func TestSum(t *testing.T) {
	t.Parallel()
	var sum report.Sum
	assert.Equal(t, "0", sum.String())
	for _, amount := range []amazonpay.Decimal{"0.1", "0.2", "", "-10", "+1.005", "99999999999999999999.99"} {
		require.NoError(t, sum.Add(amount))
	}
	assert.Equal(t, amazonpay.Decimal("99999999999999999991.295"), sum.Decimal())
	require.NoError(t, sum.Add("-99999999999999999991.30"))
	assert.Equal(t, "-0.005", sum.String())
	for _, wrong := range []amazonpay.Decimal{"1,5", "1e3", "-", ".", "1.", ".5", " 1", "0x1", "1_0", amazonpay.Decimal(strings.Repeat("9", 65))} {
		require.Error(t, sum.Add(wrong), wrong)
	}
	assert.Equal(t, "-0.005", sum.String(), "an amount that is refused changes nothing")
}

func FuzzSum(f *testing.F) {
	f.Add("1.5", "-0.25")
	f.Fuzz(func(t *testing.T, a, b string) {
		var sum report.Sum
		want := new(big.Rat)
		for _, text := range []string{a, b} {
			if sum.Add(amazonpay.Decimal(text)) == nil && text != "" {
				exact, ok := new(big.Rat).SetString(text)
				require.True(t, ok, text)
				want.Add(want, exact)
			}
		}
		got, ok := new(big.Rat).SetString(sum.String())
		require.True(t, ok)
		require.Zero(t, want.Cmp(got))
	})
}
