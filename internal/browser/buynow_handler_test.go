package browser_test

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
	paybutton "github.com/amazonpay-go/sdk/webstore/button"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// handlerShop is a shop with package buynow, under a strict Content-Security-Policy.
type handlerShop struct {
	*shop
	store   buynow.MemoryStore
	handler *buynow.Handler
	last    string // the id of the checkout
}

var handlerPage = template.Must(template.New("handler").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>
<link rel="icon" href="data:,"></head><body><main><h1>{{.Title}}</h1><div id="b">{{.Button}}</div></main></body></html>`))

func (s *handlerShop) cart(to *amazonpay.Address, option string) (*webstore.CartDetails, error) {
	prices := map[string]int64{"standard": 500, "express": 900}
	if to.StateOrRegion == "FL" {
		return nil, &buynow.DeclineError{ReasonCode: "AddressNotServed"}
	}
	usd := func(minor int64) amazonpay.Price {
		p, _ := amazonpay.NewPrice(minor, amazonpay.USD)
		return p
	}
	if option == "" {
		option = "standard"
	}
	cart := &webstore.CartDetails{
		TotalBaseAmount: usd(2000), TotalShippingAmount: usd(prices[option]), TotalTaxAmount: usd(150), TotalChargeAmount: usd(2150 + prices[option]),
		LineItems: []webstore.LineItem{{ID: "1", Title: "Cup <b>of tea</b>", Quantity: "2", ListPrice: usd(1000), TotalListPrice: usd(2000)}},
	}
	for _, id := range []string{"standard", "express"} {
		cart.DeliveryOptions = append(cart.DeliveryOptions, webstore.DeliveryOption{
			ID: id, Price: usd(prices[id]), ShippingMethod: webstore.ShippingMethod{ShippingMethodName: id, ShippingMethodCode: id}, IsDefault: id == "standard",
		})
	}
	return cart, nil
}

func openHandler(t *testing.T) (b *tab, s *handlerShop, server *emulator.Server) {
	t.Helper()
	server = emulator.Start(t)
	s = &handlerShop{shop: newShop(t, server)}
	maker, err := paybutton.New(paybutton.Config{Client: s.client, MerchantID: s.emulator.Merchants[0].MerchantID, ScriptURL: s.emulator.ScriptURL})
	require.NoError(t, err)
	s.handler, err = buynow.New(buynow.Config{
		Client: s.webstore, Store: &s.store, Maker: maker, HandlerURL: "/buynow",
		InitCheckout: func(_ context.Context, e buynow.InitCheckout) (*webstore.CartDetails, error) {
			return s.cart(e.ShippingAddress, "")
		},
		SelectShippingAddress: func(_ context.Context, e buynow.ShippingAddressSelection) (*webstore.CartDetails, error) {
			return s.cart(e.ShippingAddress, "")
		},
		SelectDeliveryOption: func(_ context.Context, e buynow.DeliveryOptionSelection) (*webstore.CartDetails, error) {
			return s.cart(e.ShippingAddress, e.DeliveryOptionID)
		},
		CompleteCheckout: func(context.Context, buynow.Checkout) error { return nil },
		Session:          buynow.Session{StoreID: s.emulator.Merchants[0].StoreID, Scopes: []webstore.Scope{webstore.ScopeName, webstore.ScopeShippingAddress}},
	})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/buynow", s.handler)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		id, err := s.handler.NewCheckout(r.Context(), "")
		assert.NoError(t, err)
		made, err := s.handler.Button(r.Context(), id, buynow.Page{
			Options: paybutton.Options{Placement: paybutton.PlacementProduct, Language: paybutton.LanguageEnUS}, ResultURL: "/thanks", CancelURL: "/cart",
		})
		assert.NoError(t, err)
		s.mu.Lock()
		s.last = id
		s.mu.Unlock()
		from := s.emulator.ScriptURL[:len(s.emulator.ScriptURL)-len("/checkout.js")]
		w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'self'; script-src 'nonce-n0nce' %s; connect-src 'self' %s; style-src 'unsafe-inline'; img-src data: %s", from, from, from))
		assert.NoError(t, handlerPage.Execute(w, map[string]any{"Title": map[string]string{"/thanks": "Paid", "/cart": "Cart"}[r.URL.Path], "Button": made.HTML("n0nce")}))
	})
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	b = open(t, server)
	b.goTo(web.URL)
	b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
	return b, s, server
}

// The button of package buynow, its script and its handler: totals follow, a card is declined,
// another one pays, and the buyer gets to the result page.
func TestBuyNowHandler(t *testing.T) {
	t.Parallel()
	b, s, server := openHandler(t)
	id := s.last
	p := b.popup().toPay()
	p.total("26.50 USD")
	p.click("input[name=option][value=express]")
	p.total("30.50 USD")
	p.card("4354")
	p.ready()
	p.click("#pay")
	p.eventually("!document.querySelector('#message').hidden")
	b.eventually("[...document.querySelectorAll('#b [role=alert]')].some(e => e.textContent.includes('You have not been charged'))")
	b.picture("28-buy-now-declined-in-the-shop")
	assert.Empty(t, server.Charges())
	p.card("1111")
	p.ready()
	p.click("#pay")
	b.heading("Paid")
	require.Len(t, server.Charges(), 1)
	assert.Equal(t, "30.50 USD", server.Charges()[0].Captured)
	c, err := s.store.Load(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, buynow.StatusPaid, c.Status)
	assert.Equal(t, "30.50 USD", c.Cart.TotalChargeAmount.String())
}

// A buyer whom the shop does not serve, and who gives up.
func TestBuyNowHandlerDeclinesAndCancels(t *testing.T) {
	t.Parallel()
	b, _, server := openHandler(t)
	p := b.popup()
	p.heading("Sign in")
	p.click("input[name=buyer][value='1']") // of Florida
	p.click(goOn)
	p.eventually("!document.querySelector('#message').hidden")
	assert.Contains(t, p.text("#message"), "AddressNotServed")
	b.eventually("[...document.querySelectorAll('#b [role=alert]')].some(e => e.textContent.includes('could not be completed'))")
	p.click("#cancel")
	b.heading("Cart")
	assert.Empty(t, server.Charges())
}
