package orders_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

func TestPayWithReview(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		assert.Equal(w.t, usd("42.99"), o.Subtotal)
		session := w.session(o)
		w.approve(o, session)
		o, err := w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		assert.Equal(w.t, usd("47.94"), o.Total) // 960 g: 3.95 and 1.00 for a kilogram
		require.Len(w.t, o.Charges, 1)
		assert.Equal(w.t, o.Total, o.Charges[0].Amount)
		assert.NotNil(w.t, o.Address)

		again, err := w.Result(w.ctx(), o.Number, session) // loaded again
		require.NoError(w.t, err)
		assert.Equal(w.t, o.Charges, again.Charges)
		w.audit()
	})
}

func TestPayAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for kind, lines := range map[orders.Kind][]orders.Line{
			orders.KindProcessOrder: nil,
			orders.KindDonation:     {{SKU: "donation", Quantity: 3}},
		} {
			o := w.place(kind, lines...)
			session := w.session(o)
			require.NoError(w.t, w.server.Buyer().Approve(session))
			o, err := w.Result(w.ctx(), o.Number, session)
			require.NoError(w.t, err)
			assert.True(w.t, o.IsPaid(), o.Status)
		}
		w.audit()
	})
}

func TestDigitalIsCapturedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.paid(orders.KindReview, orders.Line{SKU: "gift-card", Quantity: 1})
		assert.Equal(w.t, orders.StatusPaid, o.Status)
		w.audit()
	})
}

func TestResultOfManyRequestsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		w.approve(o, session)
		shops := []*orders.Shop{w.Shop, w.shop(w.db), w.shop(database(w.t, w.address))} // two processes
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				found, err := shops[i%len(shops)].Result(w.ctx(), o.Number, session)
				if assert.NoError(w.t, err) {
					assert.Equal(w.t, orders.StatusAuthorized, found.Status)
				}
			})
		}
		all.Wait()
		completions := 0
		for _, r := range w.server.Requests() {
			if r.Operation == "CompleteCheckoutSession" {
				completions++
			}
		}
		assert.Equal(w.t, 1, completions)
		w.audit()
	})
}

func TestTwoTabs(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		first, second := w.session(o), w.session(o)
		w.approve(o, first)
		w.approve(o, second)
		o, err := w.Result(w.ctx(), o.Number, second)
		require.NoError(w.t, err)
		require.Equal(w.t, orders.StatusAuthorized, o.Status)
		o, err = w.Result(w.ctx(), o.Number, first)
		require.NoError(w.t, err)
		assert.Equal(w.t, second, o.SessionID)
		assert.Len(w.t, o.Charges, 1)
		_, err = w.Review(w.ctx(), o.Number, first)
		require.ErrorIs(w.t, err, orders.ErrNotPayable)
		w.audit()
	})
}

func TestTwoTabsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		sessions := []string{w.session(o), w.session(o), w.session(o), w.session(o)}
		for _, session := range sessions {
			w.approve(o, session)
		}
		var all sync.WaitGroup
		for _, session := range sessions {
			all.Go(func() {
				_, err := w.Result(w.ctx(), o.Number, session)
				assert.NoError(w.t, err)
			})
		}
		all.Wait()
		assert.Len(w.t, w.server.Charges(), 1)
		w.audit()
	})
}

func TestSessionOfAnotherOrder(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		paid := w.paid(orders.KindReview)
		other := w.place(orders.KindReview)
		_, err := w.Result(w.ctx(), other.Number, paid.SessionID)
		require.ErrorIs(w.t, err, orders.ErrOtherOrder)
		_, err = w.Review(w.ctx(), other.Number, paid.SessionID)
		require.ErrorIs(w.t, err, orders.ErrOtherOrder)

		third := w.place(orders.KindReview)
		session := w.session(third) // that the shop has not seen yet
		_, err = w.Result(w.ctx(), other.Number, session)
		require.ErrorIs(w.t, err, orders.ErrOtherOrder)
		found, err := w.Order(w.ctx(), other.Number)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusPlaced, found.Status)
		w.audit()
	})
}

func TestDeclinedThenAnotherCard(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		first := w.session(o)
		w.payPage(o, first)
		require.NoError(w.t, w.server.Buyer().Decline(first))
		o, err := w.Result(w.ctx(), o.Number, first)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusDeclined, o.Status)
		assert.Equal(w.t, "Declined", o.Failure)
		second := w.session(o)
		w.approve(o, second)
		o, err = w.Result(w.ctx(), o.Number, second)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		assert.Empty(w.t, o.Failure)
		w.audit()
	})
}

func TestPendingThenDeclined(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		require.NoError(w.t, w.server.Buyer().ChangeCard(session, "4354"))
		w.approve(o, session)
		o, err := w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusPending, o.Status)
		require.NoError(w.t, w.server.Advance(time.Minute))
		o, err = w.Refresh(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusDeclined, o.Status)
		_, err = w.Result(w.ctx(), o.Number, session) // the same page again
		require.NoError(w.t, err)
		second := w.session(o)
		w.approve(o, second)
		o, err = w.Result(w.ctx(), o.Number, second)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		w.audit()
	})
}

func TestCanceledByTheBuyer(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		require.NoError(w.t, w.server.Buyer().Abandon(session))
		_, err := w.Review(w.ctx(), o.Number, session)
		require.ErrorIs(w.t, err, orders.ErrSession)
		o, err = w.GiveUp(w.ctx(), o.Number)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusPlaced, o.Status)
		assert.True(w.t, o.MayPay())
	})
}

// A buyer who opens the result page without having paid may still pay.
func TestResultBeforePaying(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		w.payPage(o, session)
		o, err := w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusPlaced, o.Status)
		assert.Empty(w.t, o.SessionID)
		require.NoError(w.t, w.server.Buyer().Approve(session))
		o, err = w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		w.audit()
	})
}

// The buyer approves one total, and then chooses another in a second window.
func TestTotalChangedSinceApproval(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		w.approve(o, session)
		_, err := w.ChooseDelivery(w.ctx(), o.Number, session, "express")
		require.NoError(w.t, err)
		_, err = w.Result(w.ctx(), o.Number, session)
		require.ErrorIs(w.t, err, orders.ErrTotal)
		w.approve(o, session)
		o, err = w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		assert.Equal(w.t, "express", o.DeliveryOption)
		assert.Equal(w.t, o.Total, o.Charges[0].Amount)
		w.audit()
	})
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		w.approve(o, session)
		require.NoError(w.t, w.server.FailNext(2, emulator.Fault{Operation: "CompleteCheckoutSession", Kind: emulator.FaultKindLoseAnswer}))
		o, err := w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		w.audit()
	})
}

func TestPayOtherTotal(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		_, err := w.Pay(w.ctx(), o.Number, session, usd("1.00"))
		require.ErrorIs(w.t, err, orders.ErrTotal)
		for _, r := range w.server.Requests() {
			assert.NotEqual(w.t, "UpdateCheckoutSession", r.Operation)
		}
		_, err = w.Pay(w.ctx(), "S000-0000-0000-0000", session, usd("1.00"))
		require.ErrorIs(w.t, err, orders.ErrNoOrder)
		_, err = w.Result(w.ctx(), o.Number, "no-such-session")
		require.ErrorIs(w.t, err, orders.ErrSession)
		_, err = w.Result(w.ctx(), o.Number, "")
		require.ErrorIs(w.t, err, orders.ErrSession)
	})
}

// The process that stored the first, declined charge has a clock that is ahead. The order is paid
// by its second charge, and cannot be paid once more.
func TestClocksDiffer(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.declinedLater()
		w.sql(`UPDATE charges SET made_at = made_at + 3600000`)
		second, third := w.session(o), w.session(o)
		w.approve(o, second)
		w.approve(o, third)
		for _, session := range []string{second, third} {
			found, err := w.Result(w.ctx(), o.Number, session)
			require.NoError(w.t, err)
			assert.Equal(w.t, orders.StatusAuthorized, found.Status)
			assert.Equal(w.t, second, found.SessionID)
		}
		w.audit()
	})
}

// A buyer skips the review page, with a session that somehow has the price of the goods alone.
func TestResultWithoutReview(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		o := w.place(orders.KindReview)
		session := w.session(o)
		_, err := w.api.UpdateCheckoutSession(w.ctx(), session, &webstore.UpdateCheckoutSessionRequest{
			WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example" + orders.ResultPath(o.Number)},
			PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: o.Subtotal},
		})
		require.NoError(w.t, err)
		require.NoError(w.t, w.server.Buyer().Approve(session))
		_, err = w.Result(w.ctx(), o.Number, session)
		require.ErrorIs(w.t, err, orders.ErrTotal)
		assert.Empty(w.t, w.server.Charges())
		w.approve(o, session)
		o, err = w.Result(w.ctx(), o.Number, session)
		require.NoError(w.t, err)
		assert.NotNil(w.t, o.Address)
		assert.Equal(w.t, usd("4.95"), o.Delivery)
		w.audit()
	})
}
