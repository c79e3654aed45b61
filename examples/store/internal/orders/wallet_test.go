package orders_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestOneClick(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, err := w.Wallet(w.ctx(), customer)
		require.ErrorIs(w.t, err, orders.ErrNoWallet)
		first := w.paid(orders.KindWallet)
		wallet, err := w.Wallet(w.ctx(), customer)
		require.NoError(w.t, err)
		assert.Equal(w.t, first.ChargePermissionID, wallet.ChargePermissionID)
		assert.NotEmpty(w.t, wallet.Payment)
		assert.True(w.t, wallet.Chargeable)

		o := w.place(orders.KindOneClick)
		var all sync.WaitGroup
		for range 8 { // a double click, and worse
			all.Go(func() {
				found, err := w.PayWithWallet(w.ctx(), o.Number)
				if assert.NoError(w.t, err) {
					assert.Equal(w.t, orders.StatusAuthorized, found.Status)
				}
			})
		}
		all.Wait()
		w.audit()

		require.NoError(w.t, w.ForgetWallet(w.ctx(), customer))
		_, err = w.Wallet(w.ctx(), customer)
		require.ErrorIs(w.t, err, orders.ErrNoWallet)
		another := w.place(orders.KindOneClick)
		_, err = w.PayWithWallet(w.ctx(), another.Number)
		require.ErrorIs(w.t, err, orders.ErrNoWallet)
		_, err = w.PayWithWallet(w.ctx(), first.Number)
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
	})
}

// A decline is stored, and the buyer may try again.
func TestOneClickDeclined(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		first := w.paid(orders.KindWallet)
		o := w.place(orders.KindOneClick)
		require.NoError(w.t, w.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: string(amazonpay.ReasonCodeHardDeclined)}))
		o, err := w.PayWithWallet(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusDeclined, o.Status)
		assert.Equal(w.t, "HardDeclined", o.Failure)
		require.NoError(w.t, w.server.Buyer().ChangePaymentMethod(first.ChargePermissionID, "1111")) // as Amazon asks the buyer to
		o, err = w.PayWithWallet(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		w.audit()
	})
}

// The answer of the charge is lost, and so are the answers of the repetitions.
func TestOneClickUnsettled(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.paid(orders.KindWallet)
		o := w.place(orders.KindOneClick)
		w.loseAll("CreateCharge")
		o, err := w.PayWithWallet(w.ctx(), o.Number)
		require.ErrorIs(w.t, err, orders.ErrUnavailable)
		assert.Equal(w.t, orders.StatusCompleting, o.Status)
		w.server.ClearFaults()
		o, err = w.PayWithWallet(w.ctx(), o.Number) // the buyer clicks again
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		w.audit()
	})
}
