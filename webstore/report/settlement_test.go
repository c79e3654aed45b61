package report_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
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
		TransactionType: report.TransactionTypeCapture, AmazonOrderReferenceID: "P01-2400747-7777779", SellerOrderID: "order-1042",
		StoreName: "Example <shop>, Inc.", CurrencyCode: amazonpay.USD, TransactionDescription: `a "good" sale`,
		TransactionAmount: "14.00", TransactionPercentageFee: "-0.41", TransactionFixedFee: "-0.30", TotalTransactionFee: "-0.71",
		NetTransactionAmount: "13.29",
	}, rows[0])
	assert.Equal(t, report.TransactionTypeTransfer, rows[1].TransactionType)
	assert.Equal(t, amazonpay.Decimal("-13.29"), rows[1].NetTransactionAmount)
	assert.Empty(t, rows[1].TotalTransactionFee)
	assert.Equal(t, time.Date(2015, 5, 21, 5, 37, 3, 0, time.UTC), rows[1].TransactionPostedDate.Time)
}

// Rows share nothing, and each is split on demand.
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

// pieces are a document in pieces, to be written in another form.
type pieces struct {
	lines          [][]string
	separator, end string
	quote          bool // every value, else where it must be
}

// realDocument returns testdata/settlement.csv, whose header ends with a comma, as in real
// documents.
func realDocument(t *testing.T) pieces {
	t.Helper()
	text, err := os.ReadFile("testdata/settlement.csv")
	require.NoError(t, err)
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	lines, err := in.ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 9)
	return pieces{lines, ",", "\n", true}
}

func (d pieces) String() string {
	var b strings.Builder
	for _, line := range d.lines {
		for i, value := range line {
			if i > 0 {
				b.WriteString(d.separator)
			}
			if d.quote || strings.ContainsAny(value, d.separator+"\"") {
				value = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
			}
			b.WriteString(value)
		}
		b.WriteString(d.end)
	}
	return b.String()
}

// columns changes the lines from the header on.
func (d pieces) columns(change func([]string) []string) pieces {
	lines := slices.Clone(d.lines)
	for i := 5; i < len(lines); i++ {
		lines[i] = change(slices.Clone(lines[i]))
	}
	d.lines = lines
	return d
}

// padded returns lines of one width, as a spreadsheet writes them.
func (d pieces) padded(width int) pieces {
	lines := make([][]string, len(d.lines))
	for i, line := range d.lines {
		lines[i] = append(slices.Clone(line), make([]string, max(0, width-len(line)))...)
	}
	d.lines = lines
	return d
}

func TestRealSettlementInEveryForm(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/settlement.csv")
	require.NoError(t, err)
	doc := realDocument(t)
	with := func(change func(*pieces)) string { changed := doc; change(&changed); return changed.String() }
	trim := func(line []string) []string { return line[:15] }
	forms := map[string]string{
		"as downloaded":               string(text),
		"without a mark":              doc.String(),
		"CRLF":                        with(func(d *pieces) { d.end = "\r\n" }),
		"CR":                          with(func(d *pieces) { d.end = "\r" }),
		"CR CR LF":                    with(func(d *pieces) { d.end = "\r\r\n" }),
		"empty lines between":         with(func(d *pieces) { d.end = "\n\n" }),
		"quotes where they are due":   with(func(d *pieces) { d.quote = false }),
		"tabs":                        with(func(d *pieces) { d.separator = "\t" }),
		"tabs without quotes":         with(func(d *pieces) { d.separator, d.quote = "\t", false }),
		"semicolons":                  with(func(d *pieces) { d.separator, d.quote = ";", false }),
		"semicolons, padded, CRLF":    with(func(d *pieces) { *d = d.padded(16); d.separator, d.quote, d.end = ";", false, "\r\n" }),
		"UTF-16 with tabs":            utf16Of(binary.LittleEndian, "\ufeff"+with(func(d *pieces) { d.separator, d.quote, d.end = "\t", false, "\r\n" })),
		"UTF-16, big endian":          utf16Of(binary.BigEndian, "\ufeff"+doc.String()),
		"commas behind every line":    doc.padded(16).String(),
		"more commas":                 doc.padded(20).String(),
		"more commas, without quotes": with(func(d *pieces) { *d = d.padded(20); d.quote = false }),
		"commas behind rows alone": doc.columns(trim).columns(func(line []string) []string {
			if line[0] == "TransactionPostedDate" {
				return line
			}
			return append(line, "")
		}).String(),
		"no comma at all":           doc.columns(trim).String(),
		"rows of commas at the end": doc.String() + strings.Repeat(strings.Repeat(",", 15)+"\n", 3) + strings.Repeat(`"",`, 15) + `""` + "\n",
		"rows of commas everywhere": with(func(d *pieces) { d.quote, d.end = false, "\n"+strings.Repeat(",", 14)+"\n" }),
		"another order": doc.columns(trim).columns(func(line []string) []string {
			slices.Reverse(line)
			return line
		}).String(),
		"more columns": doc.columns(trim).columns(func(line []string) []string {
			return append(slices.Insert(line, 8, "Tax"+line[0]), "More"+line[0])
		}).String(),
		"an index in front": doc.columns(func(line []string) []string {
			if line[0] == "TransactionPostedDate" {
				return append([]string{""}, line...)
			}
			return append([]string{"0"}, line...)
		}).String(),
		"without the summary": with(func(d *pieces) { d.lines = d.lines[5:] }),
	}
	for name, text := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report.NewReader(strings.NewReader(text))
			var rows []string
			for row, err := range r.Settlement() {
				require.NoError(t, err)
				rows = append(rows, fmt.Sprintf("%s %s %s %s %s %s %s", row.TransactionType, row.TransactionAmount, row.TotalTransactionFee, row.NetTransactionAmount,
					row.TransactionPostedDate.Format(time.RFC3339), row.StoreName, row.SettlementID))
				for name, value := range row.Row.All() {
					got, ok := row.Row.Get(name)
					assert.True(t, ok)
					assert.Equal(t, value, got)
				}
			}
			assert.Equal(t, []string{
				"Reserve 24.00 0 24.00 2026-09-11T07:19:53Z  5000000001",
				"Transfer -25.54 0 -25.54 2026-09-12T14:06:47Z  5000000001",
				"Capture 5.00 -0.41 4.59 2026-09-12T21:10:08Z Shop, Inc. 5000000001",
			}, rows)
			columns, err := r.Columns()
			require.NoError(t, err)
			if name != "more columns" && name != "an index in front" {
				assert.Len(t, columns, 15)
				assert.NotContains(t, columns, "")
			}
			summary, err := r.Summary()
			require.NoError(t, err)
			if name != "without the summary" {
				assert.Equal(t, []report.Field{
					{Name: "Amazon Payments Advanced"},
					{Name: "Settlement Report"},
					{Name: "SellerId", Value: "A1EXAMPLE"},
					{Name: "SettlementStartDate", Value: "2026-09-11T00:04:03 -0700"},
					{Name: "SettlementEndDate", Value: "2026-09-18T00:00:03 -0700"},
				}, summary)
			}
		})
	}
}

func TestSettlementSavedByASpreadsheet(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/spreadsheet.csv")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"commas": string(text), "CRLF": strings.ReplaceAll(string(text), "\n", "\r\n"), "semicolons": strings.ReplaceAll(string(text), ",", ";"),
		"tabs, UTF-16": utf16Of(binary.LittleEndian, "\ufeff"+strings.ReplaceAll(string(text), ",", "\t")),
	} {
		r := report.NewReader(strings.NewReader(text))
		var rows []report.SettlementRow
		for row, err := range r.Settlement() {
			require.NoError(t, err, name)
			rows = append(rows, row)
		}
		require.Len(t, rows, 1)
		assert.Equal(t, report.TransactionTypeCapture, rows[0].TransactionType)
		assert.Equal(t, amazonpay.Decimal("4.59"), rows[0].NetTransactionAmount)
		summary, err := r.Summary()
		require.NoError(t, err)
		assert.Equal(t, report.Field{Name: "SellerId", Value: "A1EXAMPLE"}, summary[0])
	}
}

// Values that a spreadsheet or a script has rewritten are refused if they cannot be taken exactly.
func TestSettlementValuesThatWereRewritten(t *testing.T) {
	t.Parallel()
	doc := realDocument(t)
	set := func(column int, value string) func(pieces) pieces {
		return func(d pieces) pieces {
			return d.columns(func(line []string) []string {
				if line[4] == "Capture" {
					line[column] = value
				}
				return line
			})
		}
	}
	const number, date, id = "the text is not a decimal number", "TransactionPostedDate: the text is not a date", "the id is a rounded number"
	tests := map[string]struct {
		change func(pieces) pieces
		want   string
	}{
		"decimal comma":               {set(10, "5,00"), "TransactionAmount: " + number},
		"thousands":                   {set(10, "1,005.00"), "TransactionAmount: " + number},
		"thousands, decimal comma":    {set(10, "1.005,00"), "TransactionAmount: " + number},
		"thousands with points":       {set(10, "1.005.000"), "TransactionAmount: " + number},
		"thousands with spaces":       {set(10, "1 005.00"), "TransactionAmount: " + number},
		"thousands with apostrophes":  {set(10, "1'005.00"), "TransactionAmount: " + number},
		"an exponent":                 {set(10, "1E+2"), "TransactionAmount: " + number},
		"a small exponent":            {set(13, "-4.1E-1"), "TotalTransactionFee: " + number},
		"a currency sign":             {set(10, "$5.00"), "TransactionAmount: " + number},
		"a currency behind it":        {set(10, "5.00 USD"), "TransactionAmount: " + number},
		"an accountant's minus":       {set(13, "(0.41)"), "TotalTransactionFee: " + number},
		"a minus behind it":           {set(13, "0.41-"), "TotalTransactionFee: " + number},
		"a typographic minus":         {set(13, "\u22120.41"), "TotalTransactionFee: " + number},
		"a formula":                   {set(13, "=-0.41"), "TotalTransactionFee: " + number},
		"a column that is too narrow": {set(14, "####"), "NetTransactionAmount: " + number},
		"a number that became a date": {set(10, "05. Okt"), "TransactionAmount: " + number},
		"a broken formula":            {set(14, "#VALUE!"), "NetTransactionAmount: " + number},
		"points for thousands": {func(d pieces) pieces {
			d = set(10, "1.005")(d)
			d.separator = ";"
			return d
		}, "TransactionAmount: the point of the number may separate thousands"},
		"points for thousands of yen": {
			func(d pieces) pieces { return set(8, "JPY")(set(10, "1.005")(d)) },
			"TransactionAmount: the point of the number may separate thousands",
		},
		"an American date":         {set(0, "9/12/2026 14:10"), date},
		"a European date":          {set(0, "12.09.2026 14:10:08"), date},
		"a date without a time":    {set(0, "2026-09-12"), date},
		"a time without an offset": {set(0, "2026-09-12 14:10:08"), date},
		"a spreadsheet's number":   {set(0, "46277.59"), date},
		"a whole number":           {set(0, "46277"), date},
		"a settlement id":          {set(1, "5E+09"), "SettlementId: " + id},
		"a long settlement id":     {set(1, "1.23457E+11"), "SettlementId: " + id},
		"an order id":              {set(6, "2,02609E+13"), "SellerOrderId: " + id},
		"a currency's name":        {set(8, "US dollar"), "CurrencyCode: the text is not a currency code"},
		"quotes that were lost": {func(d pieces) pieces {
			return d.columns(func(line []string) []string { return strings.Split(strings.Join(line, ","), ",") })
		}, "line 9: the row has 16 values, but the header has 15 columns"},
		"quotes that were lost, and an empty column at the end": {func(d pieces) pieces {
			return d.columns(func(line []string) []string {
				if line[0] == "TransactionPostedDate" {
					return append(line[:15], "More", "")
				}
				return strings.Split(strings.Join(append(line[:15], ""), ","), ",")
			})
		}, "line 9: CurrencyCode: the text is not a currency code of three capital letters: the values may be under the wrong names"},
		"a row that is short by one": {func(d pieces) pieces {
			return d.columns(func(line []string) []string {
				if line[4] == "Capture" {
					return line[:14]
				}
				return line
			})
		}, "line 9: the row has 14 values, but the header has 15 columns"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var last error
			n := 0
			for row, err := range report.NewReader(strings.NewReader(tt.change(doc).String())).Settlement() {
				if last = err; err == nil {
					n++
					assert.NotEqual(t, report.TransactionTypeCapture, row.TransactionType)
				}
			}
			require.ErrorContains(t, last, tt.want)
			assert.Equal(t, 2, n, "the rows before it")
		})
	}
}

// What a spreadsheet shortens stays exact.
func TestSettlementNumbersThatStayExact(t *testing.T) {
	t.Parallel()
	doc := realDocument(t)
	for separator, more := range map[string]string{",": "5.005", ";": "5.0050"} {
		for _, amount := range []string{"5", "5.0", "5.00", "+5", "005.00", "500", "5000", "0.5", "-0", more} {
			d := doc.columns(func(line []string) []string {
				if line[0] != "TransactionPostedDate" {
					line[10] = amount
				}
				return line
			})
			d.separator = separator
			for row, err := range report.NewReader(strings.NewReader(d.String())).Settlement() {
				require.NoError(t, err)
				assert.Equal(t, amazonpay.Decimal(amount), row.TransactionAmount)
			}
		}
	}
	for _, id := range []string{"1E5", "12E+3", "E+1", "5E+", "P01-1E+2", "5E+09x"} {
		d := doc.columns(func(line []string) []string {
			if line[0] != "TransactionPostedDate" {
				line[6] = id
			}
			return line
		})
		for row, err := range report.NewReader(strings.NewReader(d.String())).Settlement() {
			require.NoError(t, err)
			assert.Equal(t, id, row.SellerOrderID, "an id of a shop, and no rounded number")
		}
	}
}

// A truncated row never passes, in any form of the document.
func TestSettlementCutAnywhere(t *testing.T) {
	t.Parallel()
	doc := realDocument(t)
	crlf := doc.padded(17)
	crlf.end = "\r\n"
	for _, text := range []string{doc.String(), crlf.String(), strings.ReplaceAll(doc.String(), "\n", "\r")} {
		var whole []string
		for row, err := range report.NewReader(strings.NewReader(text)).Settlement() {
			require.NoError(t, err)
			whole = append(whole, string(row.NetTransactionAmount))
		}
		require.Len(t, whole, 3)
		for cut := range len(text) {
			nets := []string{}
			var last error
			for row, err := range report.NewReader(strings.NewReader(text[:cut])).Settlement() {
				if last = err; err == nil {
					nets = append(nets, string(row.NetTransactionAmount))
				}
			}
			require.Equal(t, whole[:len(nets)], nets, "cut at %d", cut)
			if last == nil {
				require.Contains(t, "\r\n", text[cut-1:cut], "cut at %d, in a row, and no error", cut)
			}
		}
	}
}

func TestTransactionTypes(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Reserve", string(report.TransactionTypeReserve))
	assert.Equal(t, "Carryover", string(report.TransactionTypeCarryover))
	for _, claim := range []report.TransactionType{report.TransactionTypeAToZClaim, "A to Z Guarantee Claim", "A-to-z Guarantee", "Claim", "A-to-Z Guarantee Claim"} {
		assert.True(t, claim.IsAToZClaim(), claim)
	}
	for _, other := range []report.TransactionType{report.TransactionTypeReserve, report.TransactionTypeCarryover, report.TransactionTypeCapture, report.TransactionTypeChargeback, report.TransactionTypeDispute, "", "Claims"} {
		assert.False(t, other.IsAToZClaim(), other)
	}
}

func TestSettlementRefused(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ text, want string }{
		"an amount with a comma": {settlementHeader + strings.Replace(settlementLine, "14.00", "1,400.00", 1), "report: line 6: TransactionAmount: the text is not a decimal number"},
		"a fee in words":         {settlementHeader + settlementLine + strings.Replace(settlementLine, "-0.30", "none", 1), "report: line 7: TransactionFixedFee: the text is not a decimal number"},
		"a sign alone":           {settlementHeader + strings.Replace(settlementLine, "13.29", "-", 1), "report: line 6: NetTransactionAmount:"},
		"the 30th of February":   {settlementHeader + strings.Replace(settlementLine, "2015-05-18T", "2015-02-30T", 1), "report: line 6: TransactionPostedDate:"},
		"the month of none":      {settlementHeader + strings.Replace(settlementLine, "2015-05-18T", "2015-00-18T", 1), "report: line 6: TransactionPostedDate:"},
		"a date in words":        {settlementHeader + strings.Replace(settlementLine, "2015-05-18T15:48:50-0000", "yesterday", 1), "report: line 6: TransactionPostedDate: the text is not a date"},
		"another report":         {"OrderId,State,Amount\n1,Open,1\n", "the document is not a settlement report: its header lacks TransactionPostedDate, TransactionType, TransactionAmount, TotalTransactionFee, NetTransactionAmount"},
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

// A thousands separator outside quotes moves the amounts by one column, which an empty last column
// would hide.
func TestAmountsThatMoved(t *testing.T) {
	t.Parallel()
	const header = "TransactionPostedDate,TransactionType,CurrencyCode,TransactionAmount,TotalTransactionFee,NetTransactionAmount,StoreName,\n"
	for row, want := range map[string]string{
		"2026-09-12T07:06:47 -0700,Capture,USD,1,234.00,-2.30,1231.70,\n": "moved", "2026-09-12T07:06:47 -0700,Capture,USD,1234,50,-2.30,1232.20,\n": "moved",
		"2026-09-12T07:06:47 -0700,Capture,USD,1234,-2.30,1231.70,,\n": "",
		"2026-09-12T07:06:47 -0700,Capture,USD,1234,-2.30,1231.70,\n":  "", "2026-09-12T07:06:47 -0700,Capture,USD,1234,-2.30,1231.70,Shop,\n": "",
	} {
		var err error
		for _, err = range report.NewReader(strings.NewReader(header + row)).Settlement() {
			if err != nil {
				break
			}
		}
		if want == "" {
			require.NoError(t, err, row)
			continue
		}
		require.ErrorContains(t, err, want, row)
	}
}
