package reconcile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

func TestColumnsAreRecognised(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		ledger string
		o      reconcile.Options
		want   reconcile.Columns
		match  reconcile.Match
	}{
		{"Order No.;Reference;Charge-ID;Betrag;Währung\n", reconcile.Options{}, reconcile.Columns{ID: "Charge-ID", Amount: "Betrag", Currency: "Währung"}, "transaction"},
		{"Order No.;Reference;Betrag;Währung\n", reconcile.Options{}, reconcile.Columns{ID: "Reference", Amount: "Betrag", Currency: "Währung"}, "reference"},
		{"Order No.;Total;Currency;Created At;Type\n", reconcile.Options{}, reconcile.Columns{ID: "Order No.", Amount: "Total", Currency: "Currency", Date: "Created At", Type: "Type"}, "order"},
		{"chargePermissionId,amount,currency\n", reconcile.Options{}, reconcile.Columns{ID: "chargePermissionId", Amount: "amount", Currency: "currency"}, "permission"},
		{"Order,Charge Id,A,B,C,D,E\n", reconcile.Options{ID: "Order", Amount: "A", Currency: "B", Type: "C", Date: "D"}, reconcile.Columns{ID: "Order", Amount: "A", Currency: "B", Type: "C", Date: "D"}, "order"},
		{"Order,A,B\n", reconcile.Options{ID: "Order", Amount: "A", Currency: "JPY", Match: "reference"}, reconcile.Columns{ID: "Order", Amount: "A", Currency: "JPY"}, "reference"},
		{"Order,amount,currency,type,date,created\n", reconcile.Options{Type: "-", Date: "-"}, reconcile.Columns{ID: "Order", Amount: "amount", Currency: "currency"}, "order"},
		{"nr,amount,currency\n" + charge(1) + ",1.00,EUR\n", reconcile.Options{ID: "nr"}, reconcile.Columns{ID: "nr", Amount: "amount", Currency: "currency"}, "transaction"},
	} {
		got := compare(t, test.ledger, test.o, settled())
		assert.Equal(t, test.want, got.Columns, test.ledger)
		assert.Equal(t, test.match, got.Match, test.ledger)
	}
}
