package orders_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
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

// After a decline the customer saves another payment method. The order is charged to the one that
// the page shows.
func TestOneClickWithAnotherWallet(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.paid(orders.KindWallet)
		o := w.place(orders.KindOneClick)
		require.NoError(w.t, w.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: string(amazonpay.ReasonCodePaymentMethodNotAllowed)}))
		o, err := w.PayWithWallet(w.ctx(), o.Number)
		require.NoError(w.t, err)
		require.Equal(w.t, orders.StatusDeclined, o.Status)
		second := w.paid(orders.KindWallet)
		wallet, err := w.Wallet(w.ctx(), customer)
		require.NoError(w.t, err)
		require.Equal(w.t, second.ChargePermissionID, wallet.ChargePermissionID)
		o, err = w.PayWithWallet(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		assert.Equal(w.t, second.ChargePermissionID, o.ChargePermissionID)
		charge, err := w.api.GetCharge(w.ctx(), o.Charges[0].ChargeID)
		require.NoError(w.t, err)
		assert.Equal(w.t, second.ChargePermissionID, charge.ChargePermissionID)
		w.audit()
	})
}

// dying is a network whose process dies after Amazon has charged, before the answer arrives.
type dying struct {
	http.RoundTripper

	charged, end chan struct{}
}

func (d dying) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.RoundTripper.RoundTrip(r)
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/charges") {
		close(d.charged)
		<-d.end
	}
	return resp, err
}

// A process dies during the charge. The next one is refused for another reason, which says nothing
// of the first call: a person must look, and the buyer cannot pay once more.
func TestOneClickOfADeadProcess(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.paid(orders.KindWallet)
		o := w.place(orders.KindOneClick)
		db, err := data.Open(w.ctx(), w.address, nil)
		require.NoError(w.t, err)
		network := dying{w.server.RoundTripper(), make(chan struct{}), make(chan struct{})}
		dead, err := orders.New(orders.Config{
			DB: db, Client: emulatortest.Connect(w.t, w.server, amazonpay.WithRoundTripper(network)), StoreID: "store", BaseURL: "https://shop.example", Lease: time.Second,
		})
		require.NoError(w.t, err)
		var all sync.WaitGroup
		all.Go(func() { _, _ = dead.PayWithWallet(w.ctx(), o.Number) })
		<-network.charged
		require.NoError(w.t, db.Close())

		require.NoError(w.t, w.server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 400, ReasonCode: string(amazonpay.ReasonCodeInvalidParameterValue)}))
		for range 2 {
			o, err = w.PayWithWallet(w.ctx(), o.Number)
			require.NoError(w.t, err)
			assert.Equal(w.t, orders.StatusCompleting, o.Status)
			assert.Len(w.t, o.Check, 1)
			assert.Len(w.t, w.server.Charges(), 2)
		}
		close(network.end)
		all.Wait()
	})
}
