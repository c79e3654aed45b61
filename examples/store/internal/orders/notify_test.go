package orders_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
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

// The notification of the declined charge comes once more while the buyer pays with another
// session, whose result is not known yet. A third session, of another tab, is not completed too.
func TestNotifyOfAFormerCharge(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.declinedLater()
		second, third := w.session(o), w.session(o)
		w.approve(o, second)
		w.approve(o, third)
		w.loseAll("CompleteCheckoutSession")
		require.NoError(w.t, w.server.FailNext(1000, emulator.Fault{Operation: "GetCharge", Status: 500}))
		_, err := w.Result(w.ctx(), o.Number, second)
		require.ErrorIs(w.t, err, orders.ErrUnavailable)
		w.server.ClearFaults()
		require.NoError(w.t, w.Notify(w.ctx(), object{"CHARGE", o.Charges[0].ChargeID}))
		_, err = w.Result(w.ctx(), o.Number, third)
		require.NoError(w.t, err)
		o, err = w.Result(w.ctx(), o.Number, second)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		assert.Equal(w.t, second, o.SessionID)
		w.audit()
	})
}

// meanwhile is a network in which something happens after the answer to a read of a charge, and
// before the shop has it.
type meanwhile struct {
	http.RoundTripper

	then func()
}

func (m *meanwhile) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := m.RoundTripper.RoundTrip(r)
	if then := m.then; r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/charges/") && then != nil {
		m.then = nil
		then()
	}
	return resp, err
}

// A process reads a charge that is authorized, and is paused. Meanwhile the charge is canceled, or
// captured. What the process has read is old.
func TestNotifyWithAnOldReading(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		network := &meanwhile{RoundTripper: w.server.RoundTripper()}
		paused, err := orders.New(orders.Config{
			DB: w.db, Client: emulatortest.Connect(w.t, w.server, amazonpay.WithRoundTripper(network)), StoreID: "store", BaseURL: "https://shop.example",
		})
		require.NoError(w.t, err)
		for want, then := range map[orders.Status]func(number, charge string) (*orders.Order, error){
			orders.StatusCanceled: func(number, charge string) (*orders.Order, error) { return w.Cancel(w.ctx(), number, charge) },
			orders.StatusPaid: func(number, charge string) (*orders.Order, error) {
				return w.Capture(w.ctx(), number, charge, usd("47.94"))
			},
		} {
			o := w.paid(orders.KindReview)
			network.then = func() {
				_, err := then(o.Number, o.Charges[0].ChargeID)
				assert.NoError(w.t, err)
			}
			require.NoError(w.t, paused.Notify(w.ctx(), object{"CHARGE", o.Charges[0].ChargeID}))
			require.Nil(w.t, network.then)
			o, err := w.Order(w.ctx(), o.Number)
			require.NoError(w.t, err)
			assert.Equal(w.t, want, o.Status)
		}
		w.audit()
	})
}
