package orders_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

// object is a notification.
type object struct{ kind, id string }

func (o object) Object() (objectType, objectID string) { return o.kind, o.id }

func TestNotify(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		require.NoError(w.t, w.server.Buyer().ChangeCard(session, "0701"))
		w.approve(o, session)
		o, err := w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		require.Equal(w.t, orders.StatusPending, o.Status)
		require.NoError(w.t, w.server.Advance(time.Minute))
		charge := o.Charges[0].ChargeID
		for range 2 {
			require.NoError(w.t, w.Notify(w.ctx(), object{"CHARGE", charge}))
		}
		o, err = w.Capture(w.ctx(), o.Number, charge, o.Total)
		require.NoError(w.t, err)
		o, err = w.Refund(w.ctx(), o.Number, charge, usd("5.00"), orders.NewForm())
		require.NoError(w.t, err)
		require.NoError(w.t, w.server.Advance(time.Minute))
		for range 2 {
			require.NoError(w.t, w.Notify(w.ctx(), object{"REFUND", o.Refunds[0].RefundID}))
		}
		dispute, err := w.server.Buyer().Dispute(charge)
		require.NoError(w.t, err)
		for range 2 {
			require.NoError(w.t, w.Notify(w.ctx(), object{"CHARGEBACK", dispute}))
		}
		for range 2 {
			require.NoError(w.t, w.Notify(w.ctx(), object{"CHARGE_PERMISSION", o.ChargePermissionID}))
		}
		o, err = w.Order(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.Equal(w.t, "Refunded", string(o.Refunds[0].State))
		require.Len(w.t, o.Disputes, 1)
		assert.Equal(w.t, "ActionRequired", o.Disputes[0].State)

		o, err = w.Contest(w.ctx(), o.Number, dispute, "Sent with UPS, tracking number 1Z999")
		require.NoError(w.t, err)
		assert.Equal(w.t, "UnderReview", o.Disputes[0].State)
		_, err = w.Contest(w.ctx(), o.Number, dispute, "again")
		require.ErrorIs(w.t, err, orders.ErrNotAllowed)
		names := make(map[string]int)
		for _, e := range o.Timeline {
			names[e.Name]++
		}
		assert.Equal(w.t, map[string]int{
			"placed": 1, "paying": 1, "charged": 1, "charge Authorized": 1, "captured": 1, "refund RefundInitiated": 1, "refund Refunded": 1,
			"dispute ActionRequired": 1, "dispute UnderReview": 1, "closed": 1,
		}, names)
		w.audit()
	})
}
