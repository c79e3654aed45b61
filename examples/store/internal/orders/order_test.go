package orders_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

// An order prints and logs without what it knows of the buyer.
func TestOrderHidesTheBuyer(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview)
		require.NotEmpty(w.t, o.BuyerEmail)
		require.NotEmpty(w.t, o.Address.AddressLine1)
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("order", slog.Any("order", o), slog.Any("row", o.Order))
		for _, text := range []string{fmt.Sprintf("%v %+v %#v", o, o, o), fmt.Sprintf("%+v", *o), b.String()} {
			assert.Contains(w.t, text, o.Number)
			assert.NotContains(w.t, text, o.BuyerName)
			assert.NotContains(w.t, text, o.BuyerEmail)
			assert.NotContains(w.t, text, o.Address.AddressLine1)
		}
	})
}

// A shop that starts takes up the work of one that ended in the middle.
func TestRunTakesUpWork(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.paid(orders.KindWallet)
		o := w.place(orders.KindOneClick)
		w.loseAll("CreateCharge")
		_, err := w.PayWithWallet(w.ctx(), o.Number)
		require.ErrorIs(w.t, err, orders.ErrUnavailable)
		w.server.ClearFaults()
		running, end := context.WithCancel(w.ctx())
		ended := make(chan error, 1)
		second := w.shop(database(w.t, w.address))
		go func() { ended <- second.Run(running) }()
		require.Eventually(w.t, func() bool {
			found, err := w.Order(w.ctx(), o.Number)
			return err == nil && found.Status == orders.StatusAuthorized
		}, 30*time.Second, 50*time.Millisecond)
		end()
		require.NoError(w.t, <-ended)
		w.audit()
	})
}
