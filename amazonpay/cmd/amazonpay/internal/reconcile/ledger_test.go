package reconcile_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

// What spreadsheets and shops write is read as the same ledger.
func TestLedgersOfSpreadsheets(t *testing.T) {
	t.Parallel()
	report := settled(line("Capture", charge(1), "", "", "1234.56", "EUR"), line("Refund", refund(2), "", "", "-5.00", "EUR"))
	c, r := charge(1), refund(2)
	utf16LE := func(text string) string {
		b := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(text)) {
			b = append(b, byte(unit), byte(unit>>8))
		}
		return string(b)
	}
	for name, ledger := range map[string]string{
		"plain":                 "Charge ID,Amount,Currency\n" + c + ",1234.56,EUR\n" + r + ",-5.00,EUR\n",
		"byte-order mark":       "\ufeffCharge ID,Amount,Currency\n" + c + ",1234.56,EUR\n" + r + ",-5.00,EUR\n",
		"semicolons":            "Charge ID;Amount;Currency\r\n" + c + ";1.234,56;EUR\r\n" + r + ";-5,00;EUR\r\n",
		"tabs":                  "Charge ID\tAmount\tCurrency\n" + c + "\t1,234.56\tEUR\n" + r + "\t(5.00)\tEUR\n",
		"UTF-16":                utf16LE("Charge ID\tAmount\tCurrency\r\n" + c + "\t1.234,56 €\tEUR\r\n" + r + "\t-5,00 €\tEUR\r\n"),
		"quotes":                "\"Charge ID\",\"Amount\",\"Currency\",Note\n\"" + c + "\",\"1,234.56\",EUR,\"a \"\"note\"\"\nof two lines, with a comma\"\n" + r + ",\"-5.00\",EUR,\n",
		"blank lines at end":    "Charge ID,Amount,Currency\n" + c + ",1234.56,EUR\n" + r + ",-5.00,EUR\n,,\n\n   \n,,\n",
		"no line end":           "Charge ID,Amount,Currency\n" + c + ",1234.56,EUR\n" + r + ",-5.00,EUR",
		"old line ends":         "Charge ID,Amount,Currency\r" + c + ",1234.56,EUR\r" + r + ",-5.00,EUR\r",
		"padded":                "Charge ID,Amount,Currency,,,\n" + c + ",1234.56,EUR,,,\n" + r + ",-5.00,EUR,,,\n",
		"a title before":        "My ledger\n2026,September\nCharge ID,Amount,Currency\n" + c + ",1234.56,EUR\n" + r + ",-5.00,EUR\n",
		"types":                 "charge_id,type,amount,currency\n" + c + ",Capture,1234.56,EUR\n" + r + ",REFUND,5.00,EUR\n",
		"types with signs":      "charge_id,type,amount,currency\n" + c + ",charge,1234.56,EUR\n" + r + ",refund,(5.00),EUR\n",
		"currency in the sign":  "charge_id,amount,currency\n" + c + ",\"€1,234.56\",€\n" + r + ",-€5.00,€\n",
		"currency of all rows":  "charge_id,amount,note\n" + c + ",1234.56,x\n" + r + ",-5.00,y\n",
		"blanks around":         "charge_id , amount , currency\n " + c + " , 1234.56 , EUR \n" + r + ", -5.00,eur\n",
		"four decimals":         "charge_id,amount,currency\n" + c + ",1234.5600,EUR\n" + r + ",-5.0000,EUR\n",
		"order of the columns":  "note,currency,amount,chargeId\nx,EUR,1234.56," + c + "\ny,EUR,-5," + r + "\n",
		"zeros that are no sum": "charge_id,amount,currency\n" + c + ",1234.56,EUR\n" + r + ",-5.00,EUR\n" + charge(9) + ",0.00,EUR\n",
	} {
		o := reconcile.Options{}
		if name == "currency of all rows" {
			o.Currency = "EUR"
		}
		got := compare(t, ledger, o, report)
		assert.Empty(t, brief(got), name)
		assert.False(t, got.Differs(), name)
		assert.Equal(t, "0.00", got.Totals[0].Difference, name)
	}
}

// The rows whose amounts have one reading decide for those that have two. Rows that contradict each
// other decide nothing.
func TestTheColumnDecides(t *testing.T) {
	t.Parallel()
	report := settled(line("Capture", charge(1), "", "", "1234.00", "EUR"), line("Capture", charge(2), "", "", "12.50", "EUR"))
	got := compare(t, "charge_id;amount;currency\n"+charge(1)+";1.234;EUR\n"+charge(2)+";12,50;EUR\n", reconcile.Options{}, report)
	assert.Empty(t, brief(got))
	got = compare(t, "charge_id;amount;currency\n"+charge(1)+";1,234;EUR\n"+charge(2)+";12.50;EUR\n", reconcile.Options{}, report)
	assert.Empty(t, brief(got))

	mixed := "charge_id;amount;currency\n" + charge(1) + ";1,234;EUR\n" + charge(2) + ";12.50;EUR\n" + charge(3) + ";7,50;EUR\n"
	_, err := reconcile.Reconcile(t.Context(), text("ledger.csv", mixed), []reconcile.Source{report}, reconcile.Options{})
	require.EqualError(t, err, `ledger.csv: line 2: column "amount": "1,234" is ambiguous: it can be 1234.00 (--decimal=point) or 1.234 (--decimal=comma)`)

	dates := "charge_id,amount,currency,date\n" + charge(5) + ",1.00,EUR,03/09/2026\n" + charge(6) + ",1.00,EUR,23/10/2026\n"
	got = compare(t, dates, reconcile.Options{}, report)
	assert.Equal(t, 1, got.Counts[reconcile.StatusEarlier], "3 September, not 9 March: %v", brief(got))
	assert.Equal(t, 1, got.Counts[reconcile.StatusNotSettled])
}

func TestLedgersThatAreRefused(t *testing.T) {
	t.Parallel()
	report := []reconcile.Source{settled(line("Capture", charge(1), "", "", "5.00", "EUR"))}
	c := charge(1)
	for _, test := range []struct {
		ledger string
		o      reconcile.Options
		want   string
	}{
		{"id_of_it,amount,currency\n", reconcile.Options{}, `ledger.csv: no column is recognised as the id: name it with --id. The columns are "id_of_it", "amount", "currency"`},
		{"charge_id,sum,currency\n", reconcile.Options{}, `ledger.csv: no column is recognised as the amount: name it with --amount. The columns are "charge_id", "sum", "currency"`},
		{"charge_id,amount,note\n", reconcile.Options{}, `ledger.csv: no column is recognised as the currency: name it with --currency. The columns are "charge_id", "amount", "note"`},
		{"charge_id,amount,total,currency\n", reconcile.Options{}, `ledger.csv: the columns "amount" and "total" may both be the amount: name it with --amount`},
		{"charge_id,amount,currency\n", reconcile.Options{ID: "nr"}, `ledger.csv: there is no column "nr" (--id). The columns are "charge_id", "amount", "currency"`},
		{"nr,amount,currency\nR-17,5.00,EUR\n", reconcile.Options{ID: "nr"}, `ledger.csv: line 2: column "nr": say what the ids name: --match transaction, reference, order or permission`},
		{"charge_id,amount,currency\n" + c + ",1.234,EUR\n", reconcile.Options{}, `ledger.csv: line 2: column "amount": "1.234" is ambiguous: it can be 1.234 (--decimal=point) or 1234.00 (--decimal=comma)`},
		{"charge_id,amount,currency\n\n" + c + ",5.001,EUR\n", reconcile.Options{Decimal: "point"}, `ledger.csv: line 3: column "amount": "5.001" has more decimals than its currency`},
		{"charge_id,amount,currency\n" + c + ",5.00,BTC\n", reconcile.Options{}, `ledger.csv: line 2: column "currency": "BTC" is not a currency of Amazon Pay, such as EUR`},
		{"charge_id,amount,currency\n" + c + ",5.00,$\n", reconcile.Options{}, `ledger.csv: line 2: column "currency": "$" is not a currency of Amazon Pay, such as EUR`},
		{"charge_id,amount,currency\n" + c + ",5.00,\n", reconcile.Options{}, `ledger.csv: line 2: column "currency": is empty`},
		{"charge_id,amount,currency\n" + c + ",$5.00,EUR\n", reconcile.Options{}, `ledger.csv: line 2: column "amount": "$5.00" has the currency "$", but the currency of the row is EUR`},
		{"charge_id,amount,currency\n" + c + ",5.00,EUR\n,17.00,EUR\n", reconcile.Options{}, `ledger.csv: line 3: column "charge_id": is empty: delete the row if it is a total`},
		{"charge_id,amount,currency\n5.04E+12,5.00,EUR\n", reconcile.Options{Match: "reference"}, `ledger.csv: line 2: column "charge_id": is a rounded number such as 5.04E+12: a spreadsheet has rewritten the id`},
		{"charge_id,amount,currency,type\n" + c + ",5.00,EUR,gift\n", reconcile.Options{}, `ledger.csv: line 2: column "type": "gift" is none of charge, refund and chargeback (--type=- ignores the column)`},
		{"charge_id,amount,currency,type\n" + c + ",-5.00,EUR,charge\n", reconcile.Options{}, `ledger.csv: line 2: column "amount": "-5.00" is negative, but the type is a charge`},
		{"charge_id,amount,currency,date\n" + c + ",5.00,EUR,soon\n", reconcile.Options{}, `ledger.csv: line 2: column "date": "soon" is not a date such as 2026-09-18 or 2026-09-18T12:00:00Z`},
		{"charge_id,amount,currency,date\n" + c + ",5.00,EUR,03/04/2026\n", reconcile.Options{}, `ledger.csv: line 2: column "date": "03/04/2026" is ambiguous: it can be 2026-04-03 (--date-order=dmy) or 2026-03-04 (--date-order=mdy)`},
		{"charge_id,amount,currency\n" + c + ",5,00,EUR\n", reconcile.Options{}, `ledger.csv: line 2: the row has 4 values, but the header has 3 columns`},
		{"charge_id,amount,currency\n" + c + ",\"5.00,EUR\n", reconcile.Options{}, `ledger.csv: line 2: a quote is not closed, so the document may be truncated`},
		{"charge_id,amount,currency\n" + c + ",5.00 \x80,EUR\n", reconcile.Options{}, `ledger.csv: line 2: the text is not UTF-8: save the file as CSV in UTF-8`},
		{"PK\x03\x04", reconcile.Options{}, `ledger.csv: line 1: this is a ZIP file, as .xlsx and .ods are: use the text file as it was downloaded`},
		{"", reconcile.Options{}, `ledger.csv: line 1: the document has no header: no line has three or more columns separated by tabs, commas or semicolons`},
	} {
		_, err := reconcile.Reconcile(t.Context(), text("ledger.csv", test.ledger), report, test.o)
		assert.EqualError(t, err, test.want, "%q", test.ledger)
	}
}

// All wrong rows are named, up to a limit, so that a file is not corrected error by error.
func TestWrongRowsAreNamedTogether(t *testing.T) {
	t.Parallel()
	ledger := "charge_id,amount,currency\n" + strings.Repeat(charge(1)+",x,EUR\n", 20)
	_, err := reconcile.Reconcile(t.Context(), text("ledger.csv", ledger), []reconcile.Source{settled()}, reconcile.Options{})
	require.Error(t, err)
	assert.Equal(t, 10, strings.Count(err.Error(), `"x" is not an amount`))
	assert.Contains(t, err.Error(), "line 11")
	assert.NotContains(t, err.Error(), "line 12")
}

func TestALedgerThatCannotBeRead(t *testing.T) {
	t.Parallel()
	opened := 0
	source := reconcile.Source{Name: "ledger.csv", Open: func() (io.ReadCloser, error) {
		if opened++; opened == 1 {
			return io.NopCloser(strings.NewReader("charge_id,amount,currency\n")), nil
		}
		return nil, errDisk
	}}
	_, err := reconcile.Reconcile(t.Context(), source, []reconcile.Source{settled()}, reconcile.Options{})
	require.ErrorIs(t, err, errDisk)
	_, err = reconcile.Reconcile(t.Context(), source, []reconcile.Source{{Name: "r", Open: func() (io.ReadCloser, error) { return nil, errDisk }}}, reconcile.Options{})
	require.ErrorIs(t, err, errDisk)
	_, err = reconcile.Reconcile(t.Context(), source, nil, reconcile.Options{})
	assert.EqualError(t, err, "there is no settlement report to compare with")
}

// Nothing in a file is a panic, and a ledger that is read, written anew from what was understood,
// agrees with a report of the same rows.
func FuzzLedger(f *testing.F) {
	for _, seed := range []string{
		"charge_id,amount,currency\nS01-0000000-0000000-C000001,5.00,EUR\n",
		"\ufeffcharge_id;amount;currency;type;date\nS01-0000000-0000000-C000001;1.234,56;EUR;refund;03.04.2026\n;;;\n",
		"order\ttotal\tcurrency\n17\t(¥1,080)\tJPY\n17\t\"5\"\tUSD",
		"charge_id,amount,currency\n\"S01,\"\"x\"\"\n\",-1,GBP\n",
		"a,b\nreference,amount,currency,date\nx,1e5,EUR,13/13/2026\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		empty := settled(line("Capture", "never", "never", "never", "1.00", "USD"))
		got, err := reconcile.Reconcile(t.Context(), text("ledger.csv", content), []reconcile.Source{empty}, reconcile.Options{})
		if err != nil {
			var named *reconcile.Error
			require.ErrorAs(t, err, &named, "it names no file")
			return
		}
		var anew bytes.Buffer
		w := csv.NewWriter(&anew)
		require.NoError(t, w.Write([]string{"reference", "amount", "currency"}))
		report, rows := []string{}, 0
		for _, finding := range got.Findings {
			if s := finding.Ledger; s != nil {
				if strings.ContainsAny(finding.ID, "\r\n\x00") || !strings.EqualFold(strings.TrimSpace(finding.ID), finding.ID) {
					return // csv.Writer and the line of the report need quotes that only one of them has
				}
				rows++
				require.NoError(t, w.Write([]string{finding.ID, s.Amount, s.Currency}))
				quoted := `"` + strings.ReplaceAll(finding.ID, `"`, `""`) + `"`
				report = append(report, line("Capture", "", quoted, "", s.Amount, s.Currency))
			}
		}
		w.Flush()
		if rows == 0 {
			return
		}
		again, err := reconcile.Reconcile(t.Context(), text("anew.csv", anew.String()), []reconcile.Source{settled(report...)}, reconcile.Options{Match: reconcile.MatchReference, Decimal: "point"})
		require.NoError(t, err, anew.String())
		require.Empty(t, brief(again), anew.String())
		require.Equal(t, rows, again.Matched)
	})
}
