package orders_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

// A visitor signs in while Amazon's window is open, or while a payment is under way. What the
// visitor pays after that is the customer's too.
func TestSignInWhilePaying(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		reviewed, bought := w.place(orders.KindWallet), w.buyNow(w.Shop)
		session := w.session(reviewed)
		w.approve(reviewed, session)
		bought.init()
		buyer, err := w.SignIn(w.ctx(), customer, amazonpay.NewSecret(w.server.Description().Merchants[0].BuyerToken))
		require.NoError(w.t, err)
		_, err = w.Result(w.ctx(), reviewed.Number, session)
		require.NoError(w.t, err)
		require.Equal(w.t, "success", bought.payNow()["status"])
		for _, number := range []string{reviewed.Number, bought.number} {
			o, err := w.Order(w.ctx(), number)
			require.NoError(w.t, err)
			assert.Equal(w.t, buyer.ID, o.Customer)
		}
		_, err = w.Wallet(w.ctx(), buyer.ID)
		require.NoError(w.t, err)
		w.audit()
	})
}
