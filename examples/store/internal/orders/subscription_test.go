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

func TestSubscription(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindRecurring, orders.Line{SKU: "subscription", Quantity: 1})
		assert.Equal(w.t, 2, o.NextPeriod())
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				_, err := w.ChargeNextPeriod(w.ctx(), o.Number, 2)
				assert.NoError(w.t, err)
			})
		}
		all.Wait()
		o, err := w.Order(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.Len(w.t, o.Charges, 2)
		assert.Len(w.t, w.server.Charges(), 2)
		assert.Equal(w.t, 3, o.NextPeriod())
		_, err = w.ChargeNextPeriod(w.ctx(), o.Number, 4)
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
		_, err = w.ChargeNextPeriod(w.ctx(), o.Number, 1)
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)

		require.NoError(w.t, w.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: string(amazonpay.ReasonCodeHardDeclined)}))
		o, err = w.ChargeNextPeriod(w.ctx(), o.Number, 3)
		require.NoError(w.t, err)
		assert.Equal(w.t, "HardDeclined", o.Failure)
		assert.True(w.t, o.IsPaid())
		require.NoError(w.t, w.server.Buyer().ChangePaymentMethod(o.ChargePermissionID, "1111")) // as Amazon asks the buyer to
		o, err = w.ChargeNextPeriod(w.ctx(), o.Number, 3)
		require.NoError(w.t, err)
		assert.Len(w.t, o.Charges, 3)
		assert.Empty(w.t, o.Failure)

		o, err = w.Close(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.True(w.t, o.Closed)
		_, err = w.ChargeNextPeriod(w.ctx(), o.Number, 4)
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
		w.audit()
	})
}
