package demo

import (
	"database/sql"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/webstore"
)

// A captured charge that is not a bill of the month is a finding, unless it is of a later month.
func TestCheckFindsCharges(t *testing.T) {
	t.Parallel()
	w, err := world.New(t.TempDir(), 1, []string{"na"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	db := datatest.Open(t)
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	merchant := w.Regions[0].Merchants[0].MerchantID
	ids, err := w.Regions[0].Subscribe(t.Context(), db.Queries, merchant, world.Plan{Amount: 999, NextDue: First}, 4)
	require.NoError(t, err)
	require.NoError(t, db.Tx(t.Context(), func(q data.Queries, _ *sql.Tx) error {
		bills, err := q.PlanBills(t.Context(), merchant, First, 4)
		if err != nil {
			return err
		}
		for _, b := range bills { // so that those without a charge are not a finding
			b.State = data.BillUnpaid
			if err := q.SaveBill(t.Context(), b); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, db.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `DELETE FROM bills WHERE permission_id = $1`, ids[0])
		return err
	}))
	shop, err := p.Shop(t.Context(), merchant)
	require.NoError(t, err)
	charge := func(id, reference string) string {
		c, err := shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{
			ChargePermissionID: id, ChargeAmount: amazonpay.USD.Price("9.99"), CaptureNow: new(true),
			MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: reference},
		})
		require.NoError(t, err)
		return c.ChargeID
	}
	withoutBill := charge(ids[0], ids[0]+"/2026-11")
	foreign := charge(ids[1], "another")
	earlier := charge(ids[2], ids[2]+"/2026-10")
	later := charge(ids[3], ids[3]+"/2026-12")
	_, err = (&Month{Config: Config{DB: db, Subscriptions: 3}, World: w}).Check(t.Context())
	require.ErrorContains(t, err, withoutBill)
	require.ErrorContains(t, err, foreign)
	require.ErrorContains(t, err, earlier)
	require.NotContains(t, err.Error(), later)
}
