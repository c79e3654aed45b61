package orders_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// window is Amazon's window for one checkout.
type window struct {
	*world

	handler             *buynow.Handler
	id, number, session string
	address             *amazonpay.Address
}

func (w *world) buyNow(shop *orders.Shop) *window {
	w.t.Helper()
	handler, err := shop.BuyNow(nil, "/buy-now")
	require.NoError(w.t, err)
	b := &window{world: w, handler: handler}
	b.id, b.number, err = shop.StartBuyNow(w.ctx(), orders.Basket{
		Customer: customer, Currency: amazonpay.USD, Lines: []orders.Line{{SKU: "mug", Quantity: 1}},
	}, catalog.Japanese)
	require.NoError(w.t, err)
	b.open(b.number)
	return b
}

// open makes a session, as a click on the button does, and signs in.
func (b *window) open(reference string) {
	b.t.Helper()
	session, err := b.api.CreateCheckoutSession(b.ctx(), &webstore.CreateCheckoutSessionRequest{
		StoreID: b.server.Description().Merchants[0].StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: reference},
	})
	require.NoError(b.t, err)
	b.session = session.CheckoutSessionID
	require.NoError(b.t, b.server.Buyer().SignIn(b.session))
	session, err = b.api.GetCheckoutSession(b.ctx(), b.session)
	require.NoError(b.t, err)
	b.address = session.ShippingAddress
}

// event posts an event, and returns the answer.
func (b *window) event(name string, data map[string]any) map[string]any {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"checkoutId": b.id, "event": name, "data": data})
	require.NoError(b.t, err)
	r := httptest.NewRequestWithContext(b.ctx(), http.MethodPost, "/buy-now", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	recorder := httptest.NewRecorder()
	b.handler.ServeHTTP(recorder, r)
	var answer map[string]any
	require.NoError(b.t, json.Unmarshal(recorder.Body.Bytes(), &answer), recorder.Body.String())
	return answer
}

func (b *window) init() map[string]any {
	b.t.Helper()
	return b.event("onInitCheckout", map[string]any{"shippingAddress": b.address, "checkoutLanguage": "en_US"})
}

func (b *window) payNow() map[string]any {
	b.t.Helper()
	return b.event("onCompleteCheckout", map[string]any{"amazonCheckoutSessionId": b.session})
}

func TestBuyNow(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.buyNow(w.Shop)
		_, err := w.Order(w.ctx(), b.number)
		require.ErrorIs(w.t, err, orders.ErrNoOrder) // a page that shows a button orders nothing
		cart := b.init()
		assert.Equal(w.t, map[string]any{"amount": "22.95", "currencyCode": "USD"}, cart["totalChargeAmount"])
		assert.Contains(w.t, fmt.Sprint(cart["lineItems"]), "title:せっ器のマグカップ")
		cart = b.event("onDeliveryOptionSelection", map[string]any{"deliveryOptions": map[string]any{"id": "express"}})
		assert.Equal(w.t, map[string]any{"amount": "30.45", "currencyCode": "USD"}, cart["totalChargeAmount"])
		var all sync.WaitGroup
		for range 4 { // and a page that is sent again
			all.Go(func() { assert.Equal(w.t, "success", b.payNow()["status"]) })
		}
		all.Wait()
		o, err := w.Order(w.ctx(), b.number)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusAuthorized, o.Status)
		assert.Equal(w.t, usd("30.45"), o.Total)
		assert.Equal(w.t, usd("12.45"), o.Delivery)
		assert.Equal(w.t, "express", o.DeliveryOption)
		assert.NotEmpty(w.t, o.Address.AddressLine1)
		assert.Len(w.t, o.Items, 1)
		o, err = w.Capture(w.ctx(), b.number, o.Charges[0].ChargeID, o.Total)
		require.NoError(w.t, err)
		assert.Equal(w.t, orders.StatusPaid, o.Status)
		w.audit()
	})
}

// A session that another order claims does not pay this one, in either direction.
func TestBuyNowSessionOfAnotherOrder(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		paid := w.buyNow(w.Shop)
		paid.init()
		require.Equal(w.t, "success", paid.payNow()["status"])
		other := w.buyNow(w.Shop)
		other.init()
		other.session = paid.session
		assert.Equal(w.t, map[string]any{"status": "decline", "reasonCode": "SessionRefused"}, other.payNow())

		reviewed := w.place(orders.KindReview)
		_, err := w.Result(w.ctx(), reviewed.Number, paid.session)
		require.ErrorIs(w.t, err, orders.ErrOtherOrder)

		claimed := w.place(orders.KindReview) // whose session has no reference at Amazon
		other.open("")
		_, err = w.Result(w.ctx(), claimed.Number, other.session)
		require.ErrorIs(w.t, err, orders.ErrOtherOrder)
		w.audit()
	})
}

// The process ends after Amazon has taken the payment. The next one finds out.
func TestBuyNowTakenUp(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.buyNow(w.Shop)
		b.init()
		w.loseAll("FinalizeCheckoutSession")
		require.NoError(w.t, w.server.FailNext(100, emulator.Fault{Operation: "GetCharge", Status: 500}))
		b.payNow()
		w.server.ClearFaults()
		next := w.shop(database(w.t, w.address))
		_, err := next.BuyNow(nil, "/buy-now")
		require.NoError(w.t, err)
		ctx, end := context.WithCancel(w.ctx())
		ended := make(chan error, 1)
		go func() { ended <- next.Run(ctx) }()
		require.Eventually(w.t, func() bool {
			o, err := w.Order(w.ctx(), b.number)
			return err == nil && o.Status == orders.StatusAuthorized
		}, 30*time.Second, 50*time.Millisecond)
		end()
		require.NoError(w.t, <-ended)
		w.audit()
	})
}

// Amazon decides later: the order is not to be delivered before that, nor after a decline.
func TestBuyNowPending(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for card, want := range map[string]orders.Status{"0701": orders.StatusAuthorized, "4354": orders.StatusDeclined} {
			b := w.buyNow(w.Shop)
			require.NoError(w.t, w.server.Buyer().ChangeCard(b.session, card))
			b.init()
			require.Equal(w.t, "success", b.payNow()["status"])
			o, err := w.Order(w.ctx(), b.number)
			require.NoError(w.t, err)
			assert.Equal(w.t, orders.StatusPending, o.Status)
			assert.False(w.t, o.IsPaid())
			require.NoError(w.t, w.server.Advance(time.Minute))
			o, err = w.Refresh(w.ctx(), b.number)
			require.NoError(w.t, err)
			assert.Equal(w.t, want, o.Status)
		}
		w.audit()
	})
}
