package main

import (
	"bytes"
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// A person's decisions about a bill and a refund are stored, and told.
func TestDecide(t *testing.T) {
	b := newBench(t, 1)
	t.Setenv("SUBSCRIPTIONS_DATABASE_URL", b.database)
	t.Setenv("SUBSCRIPTIONS_ACCOUNTS", b.accounts)
	db, err := data.Open(t.Context(), b.database, defaultConnections)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	refund := &data.Refund{ID: "r/1", PermissionID: b.ids[0], Period: due.Period(), MerchantID: b.region.Merchants[0].MerchantID, ChargeID: "C", Amount: 1, Currency: "USD"}
	require.NoError(t, db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
		bills, err := q.PlanBills(t.Context(), refund.MerchantID, due, 1)
		require.NoError(t, err)
		require.Len(t, bills, 1)
		bills[0].State = data.BillCheck
		require.NoError(t, q.SaveBill(t.Context(), bills[0]))
		_, err = q.AddRefund(t.Context(), refund)
		require.NoError(t, err)
		refund.State = data.RefundCheck
		return q.SaveRefund(t.Context(), refund)
	}))
	reference := b.ids[0] + "/" + due.Period()
	for _, row := range []struct {
		line string
		code int
		want string
	}{
		{"again " + reference, 0, "The bill is planned.\n"},
		{"waive " + reference, exitFailed, "the bill is planned: a person decides only"},
		{"waive --refund r/1", 0, "The refund is refused.\n"},
		{"again --refund r/1", 0, "The refund is planned.\n"},
		{"again --refund r/2", exitFailed, `there is no refund with the id "r/2"`},
	} {
		var out, log bytes.Buffer
		assert.Equal(t, row.code, run(t.Context(), strings.Fields(row.line), output{&out, &log}), row.line)
		if row.code == 0 {
			assert.Equal(t, row.want, out.String(), row.line)
		} else {
			assert.Contains(t, log.String(), row.want, row.line)
		}
	}
	bill, err := db.Bill(t.Context(), b.ids[0], due.Period())
	require.NoError(t, err)
	assert.Equal(t, data.BillPlanned, bill.State)
	stored, err := db.Refund(t.Context(), "r/1")
	require.NoError(t, err)
	assert.Equal(t, data.RefundPlanned, stored.State)
}
