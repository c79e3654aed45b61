package reconcile_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

func TestWriteCSV(t *testing.T) {
	t.Parallel()
	got := compare(t, "reference,amount,currency,date\n=cmd(),5.00,EUR,2026-09-12\n\"a, b\",-6.00,EUR,\n", reconcile.Options{},
		settled(line("Capture", charge(1), "=cmd()", "", "5.01", "EUR")))
	var b bytes.Buffer
	require.NoError(t, got.WriteCSV(&b))
	records, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, [][]string{
		{"status", "id", "ledger_line", "ledger_amount", "ledger_currency", "ledger_date", "report_file", "report_line", "report_amount", "report_currency", "report_date", "difference", "note"},
		{"amountDiffers", "'=cmd()", "2", "5.00", "EUR", "2026-09-12T00:00:00Z", "report.csv", "4", "5.01", "EUR", "2026-09-12T21:10:08Z", "0.01", ""},
		{"ledgerOnly", "a, b", "3", "-6.00", "EUR", "", "", "", "", "", "", "6.00", ""},
	}, records)
	assert.ErrorIs(t, got.WriteCSV(full{}), errDisk)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errDisk }

func TestJSON(t *testing.T) {
	t.Parallel()
	got := compare(t, "charge_id,amount,currency\n"+charge(1)+",5.00,EUR\n", reconcile.Options{}, settled(line("Capture", charge(1), "", "", "4.99", "EUR")))
	encoded, err := json.Marshal(got)
	require.NoError(t, err)
	var back reconcile.Result
	require.NoError(t, json.Unmarshal(encoded, &back))
	assert.Equal(t, got.Totals, back.Totals)
	assert.Contains(t, string(encoded), `{"status":"amountDiffers","id":"`+charge(1)+`","ledger":{"file":"ledger.csv","line":2,"rows":1,"amount":"5.00","currency":"EUR"}`)
	assert.Contains(t, string(encoded), `"counts":{"amountDiffers":1}`)
}

func TestNothingMatches(t *testing.T) {
	t.Parallel()
	report := settled(line("Capture", charge(1), "a", "", "5.00", "EUR"))
	assert.True(t, compare(t, "order,amount,currency\na,5.00,EUR\n", reconcile.Options{}, report).NothingMatches())
	assert.False(t, compare(t, "reference,amount,currency\na,5.00,EUR\n", reconcile.Options{}, report).NothingMatches())
}

func TestErrorNamesTheFile(t *testing.T) {
	t.Parallel()
	err := error(&reconcile.Error{File: "a.csv", Line: 3, Column: "x", Err: errDisk})
	require.EqualError(t, err, `a.csv: line 3: column "x": the disk is broken`)
	assert.ErrorIs(t, err, errDisk)
}
