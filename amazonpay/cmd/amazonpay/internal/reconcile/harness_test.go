package reconcile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

// text is a file in memory.
func text(name, content string) reconcile.Source {
	return reconcile.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

const reportColumns = "TransactionPostedDate,SettlementId,AmazonTransactionId,SellerReferenceId,TransactionType,AmazonOrderReferenceId,SellerOrderId,StoreName," +
	"CurrencyCode,TransactionDescription,TransactionAmount,TransactionPercentageFee,TransactionFixedFee,TotalTransactionFee,NetTransactionAmount,\n"

// line is a row of a settlement report without a fee.
func line(kind, id, reference, order, amount, currency string) string {
	permission := ""
	if len(id) > 19 {
		permission = id[:19]
	}
	return fmt.Sprintf("2026-09-12T14:10:08 -0700,5000000001,%s,%s,%s,%s,%s,Shop,%s,,%s,0,0,0,%s\n", id, reference, kind, permission, order, currency, amount, amount)
}

// settled is a settlement report about a week of September.
func settled(lines ...string) reconcile.Source {
	return text("report.csv", "SettlementStartDate,2026-09-11T00:00:00 -0700\nSettlementEndDate,2026-09-18T00:00:00 -0700\n"+reportColumns+strings.Join(lines, ""))
}

func charge(n int) string { return fmt.Sprintf("S01-0000000-0000000-C%06d", n) }
func refund(n int) string { return fmt.Sprintf("S01-0000000-0000000-R%06d", n) }

func compare(t *testing.T, ledger string, o reconcile.Options, reports ...reconcile.Source) *reconcile.Result {
	t.Helper()
	r, err := reconcile.Reconcile(t.Context(), text("ledger.csv", ledger), reports, o)
	require.NoError(t, err)
	return r
}

// brief shows the findings in a line each.
func brief(r *reconcile.Result) (lines []string) {
	for _, f := range r.Findings {
		side := func(s *reconcile.Side) string {
			if s == nil {
				return "-"
			}
			return fmt.Sprintf("%s@%d", s.Amount, s.Line)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", f.Status, f.ID, side(f.Ledger), side(f.Report)))
	}
	return lines
}

var errDisk = errors.New("the disk is broken")
