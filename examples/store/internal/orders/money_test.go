package orders_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

func TestCaptureAndRefund(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview)
		charge := o.Charges[0].ChargeID
		for _, bad := range []amazonpay.Price{usd("0"), usd("47.95"), amazonpay.EUR.Price("1.00"), usd("-1"), {}} {
			_, err := w.Capture(w.ctx(), o.Number, charge, bad)
			require.ErrorIs(w.t, err, orders.ErrAmount, bad)
		}
		_, err := w.Refund(w.ctx(), o.Number, charge, usd("1.00"), orders.NewForm())
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
		o, err = w.Capture(w.ctx(), o.Number, charge, usd("40.00"))
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusPaid, o.Status)
		assert.Equal(w.t, usd("40.00"), o.Charges[0].Captured)
		o, err = w.Capture(w.ctx(), o.Number, charge, usd("40.00")) // a double click
		require.NoError(w.t, err)
		assert.Equal(w.t, usd("40.00"), o.Charges[0].Captured)
		_, err = w.Cancel(w.ctx(), o.Number, charge)
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)

		form := orders.NewForm()
		for range 2 { // a double click
			o, err = w.Refund(w.ctx(), o.Number, charge, usd("15.00"), form)
			require.NoError(w.t, err)
		}
		require.Len(w.t, o.Refunds, 1)
		assert.Equal(w.t, usd("15.00"), o.Charges[0].Refunded)
		_, err = w.Refund(w.ctx(), o.Number, charge, usd("25.01"), orders.NewForm())
		require.ErrorIs(w.t, err, orders.ErrAmount)
		_, err = w.Refund(w.ctx(), o.Number, charge, amazonpay.EUR.Price("1.00"), orders.NewForm())
		require.ErrorIs(w.t, err, orders.ErrAmount)
		o, err = w.Refund(w.ctx(), o.Number, charge, usd("25.00"), orders.NewForm())
		require.NoError(w.t, err)
		assert.Equal(w.t, usd("40.00"), o.Charges[0].Refunded)
		w.audit()
	})
}

// Many refunds at once give back what was captured, and no more.
func TestRefundsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview, orders.Line{SKU: "gift-card", Quantity: 1}) // 25.00
		var all sync.WaitGroup
		var made atomic.Int64
		for range 8 {
			all.Go(func() {
				_, err := w.Refund(w.ctx(), o.Number, o.Charges[0].ChargeID, usd("10.00"), orders.NewForm())
				if err == nil {
					made.Add(1)
					return
				}
				assert.ErrorIs(w.t, err, orders.ErrAmount)
			})
		}
		all.Wait()
		assert.EqualValues(w.t, 2, made.Load())
		assert.Len(w.t, w.server.Refunds(), 2)
		w.audit()
	})
}

// A refund whose answer is lost counts, and is made once.
func TestRefundUnsettled(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview, orders.Line{SKU: "gift-card", Quantity: 1})
		charge, form := o.Charges[0].ChargeID, orders.NewForm()
		w.loseAll("CreateRefund")
		_, err := w.Refund(w.ctx(), o.Number, charge, usd("20.00"), form)
		require.ErrorIs(w.t, err, orders.ErrUnavailable)
		w.server.ClearFaults()
		_, err = w.Refund(w.ctx(), o.Number, charge, usd("10.00"), orders.NewForm())
		require.ErrorIs(w.t, err, orders.ErrAmount)
		o, err = w.Refund(w.ctx(), o.Number, charge, usd("20.00"), form)
		require.NoError(w.t, err)
		assert.Len(w.t, o.Refunds, 1)
		assert.Len(w.t, w.server.Refunds(), 1)
		w.audit()
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview)
		charge := o.Charges[0].ChargeID
		for range 2 {
			var err error
			o, err = w.Cancel(w.ctx(), o.Number, charge)
			require.NoError(w.t, err)
			assert.Equal(w.t, orders.StatusCanceled, o.Status)
		}
		_, err := w.Capture(w.ctx(), o.Number, charge, usd("1.00"))
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
		_, err = w.Capture(w.ctx(), o.Number, "no-such-charge", usd("1.00"))
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
		w.audit()
	})
}

// A charge that may have been captured is not canceled.
func TestCancelWhileCapturing(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview)
		charge := o.Charges[0].ChargeID
		w.loseAll("CaptureCharge")
		require.NoError(w.t, w.server.FailNext(1000, emulator.Fault{Operation: "GetCharge", Status: 500}))
		_, err := w.Capture(w.ctx(), o.Number, charge, o.Total)
		require.ErrorIs(w.t, err, orders.ErrUnavailable)
		_, err = w.Cancel(w.ctx(), o.Number, charge)
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
		w.server.ClearFaults()
		o, err = w.Capture(w.ctx(), o.Number, charge, o.Total)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusPaid, o.Status)
		w.audit()
	})
}

// A part was refunded elsewhere, such as in Seller Central. The rest is what can be refunded.
func TestRefundedElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview, orders.Line{SKU: "gift-card", Quantity: 1}) // 25.00
		charge := o.Charges[0].ChargeID
		_, err := w.api.CreateRefund(w.ctx(), &webstore.CreateRefundRequest{ChargeID: charge, RefundAmount: usd("20.00")})
		require.NoError(w.t, err)
		_, err = w.Refund(w.ctx(), o.Number, charge, usd("5.01"), orders.NewForm())
		require.ErrorIs(w.t, err, orders.ErrAmount)
		_, err = w.Refund(w.ctx(), o.Number, charge, usd("5.00"), orders.NewForm())
		require.NoError(w.t, err)
		assert.Len(w.t, w.server.Refunds(), 2)
	})
}
