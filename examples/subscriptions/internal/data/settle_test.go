package data_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

// What is late is found in the order of time, once, and keeps its version.
func TestOverdueBills(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	subscribe(t, db, "A", date("2026-11-29"), 5)
	bills := plan(t, db, date("2026-11-29"), 5)
	now, err := db.Now(t.Context())
	require.NoError(t, err)
	for i, b := range bills {
		b.NextAt = now.Add(-time.Duration(i) * time.Hour)
		require.NoError(t, db.SaveBill(t.Context(), b))
	}
	before := now.Add(-90 * time.Minute)
	found, err := db.OverdueBills(t.Context(), before, 2)
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.ElementsMatch(t, []string{bills[3].PermissionID, bills[4].PermissionID}, []string{found[0].PermissionID, found[1].PermissionID})
	require.Equal(t, 1, found[0].Version)
	require.False(t, found[0].NextAt.Before(now))
	found, err = db.OverdueBills(t.Context(), before, 2)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, bills[2].PermissionID, found[0].PermissionID)
	found, err = db.OverdueBills(t.Context(), before, 2)
	require.NoError(t, err)
	require.Empty(t, found)
}

// Of ten million bills only those that are late are read.
func TestOverdueUsesIndexes(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	require.NoError(t, db.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
		explain := "EXPLAIN "
		if db.IsSQLite() {
			explain = "EXPLAIN QUERY PLAN "
		} else if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; -- since the tables are empty
			INSERT INTO settlements SELECT 'A', 'R', n, 0, '', 'Capture', 'C' || n, 'P', '', 1, 0, 1, 'USD' FROM generate_series(1, 1000) AS n;
			ANALYZE settlements`); err != nil {
			return err
		}
		for query, index := range map[string]string{
			`SELECT permission_id FROM bills WHERE state IN ('planned', 'pending', 'retry', 'repair') AND next_at < 5 ORDER BY next_at LIMIT 5`:              "bills_due",
			`SELECT id FROM refunds WHERE state IN ('planned', 'pending') AND changed_at < 5 AND (changed_at, id) > (1, '') ORDER BY changed_at, id LIMIT 5`: "refunds_open",
			`SELECT id FROM refunds WHERE state IN ('check', 'refused') ORDER BY changed_at DESC LIMIT 5`:                                                    "refunds_to_check",
			`SELECT 1 FROM settlements s WHERE s.merchant_id = 'A' AND s.transaction_id = 'C' AND s.transaction_id <> '' AND s.type = 'Capture'`:             "settlements_by_transaction",
			`SELECT kind FROM differences ORDER BY rank, found_at DESC LIMIT 5`:                                                                              "differences_by_rank",
			`SELECT permission_id FROM bills WHERE repair_token = 'a' AND repair_token <> ''`:                                                                "bills_by_repair_token",
		} {
			rows, err := tx.QueryContext(t.Context(), explain+query)
			require.NoError(t, err)
			var plan strings.Builder
			for rows.Next() {
				var text string
				if db.IsSQLite() {
					var id, parent, unused int
					require.NoError(t, rows.Scan(&id, &parent, &unused, &text))
				} else {
					require.NoError(t, rows.Scan(&text))
				}
				plan.WriteString(text + "\n")
			}
			require.NoError(t, rows.Err())
			require.NoError(t, rows.Close())
			require.Contains(t, plan.String(), index)
			require.NotContains(t, strings.ToLower(plan.String()), "sort")
			require.NotContains(t, plan.String(), "TEMP B-TREE")
		}
		return nil
	}))
}
