package buynow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

type object = map[string]any

func usd(amount amazonpay.Decimal) amazonpay.Price { return amazonpay.USD.Price(amount) }

// shop sells a cup for 20.00: delivery costs 5.00 (standard, the default) or 9.00 (express), to
// Alaska 12.00 (standard alone), and there is none to Hawaii.
type shop struct {
	tb       testing.TB
	server   *emulator.Server
	client   *webstore.Client
	amazon   *amazonpay.Client
	config   buynow.Config
	handler  *buynow.Handler
	url      string
	browser  *http.Client
	merchant emulator.Merchant

	mu       sync.Mutex
	base     amazonpay.Decimal
	told     []buynow.Checkout
	deaf     int // how often CompleteCheckout fails
	logs     bytes.Buffer
	canceled []string
}

// open starts an emulator, and a shop that calls it over HTTPS and serves the handler over HTTPS.
func open(tb testing.TB, change ...func(*buynow.Config)) *shop {
	tb.Helper()
	s := &shop{tb: tb, server: emulator.Start(tb), base: "20.00"}
	s.merchant = s.server.Description().Merchants[0]
	s.amazon = emulatortest.Connect(tb, s.server, amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1}))
	s.client = webstore.New(s.amazon)
	maker, err := button.New(button.Config{Client: s.amazon, MerchantID: s.merchant.MerchantID, StoreID: s.merchant.StoreID, ScriptURL: s.server.Description().BaseURL + "/checkout.js"})
	require.NoError(tb, err)
	s.config = buynow.Config{
		Client: s.client, Store: new(buynow.MemoryStore), Maker: maker, HandlerURL: "/buynow",
		InitCheckout: func(_ context.Context, e buynow.InitCheckout) (*webstore.CartDetails, error) {
			return s.cart(e.ShippingAddress, "")
		},
		SelectShippingAddress: func(_ context.Context, e buynow.ShippingAddressSelection) (*webstore.CartDetails, error) {
			return s.cart(e.ShippingAddress, "")
		},
		SelectDeliveryOption: func(_ context.Context, e buynow.DeliveryOptionSelection) (*webstore.CartDetails, error) {
			return s.cart(e.ShippingAddress, e.DeliveryOptionID)
		},
		CompleteCheckout: func(_ context.Context, c buynow.Checkout) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.deaf > 0 {
				s.deaf--
				return errors.New("the shop is deaf")
			}
			s.told = append(s.told, c)
			return nil
		},
		Cancel:  func(_ context.Context, id string) { s.canceled = append(s.canceled, id) },
		Session: buynow.Session{StoreID: s.merchant.StoreID, Scopes: []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail, webstore.ScopeShippingAddress}},
		Logger:  slog.New(slog.NewJSONHandler(&locked{w: &s.logs}, nil)),
	}
	for _, f := range change {
		f(&s.config)
	}
	s.handler = s.another()
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }))
	tb.Cleanup(web.Close)
	s.url, s.browser = web.URL, web.Client()
	return s
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// another returns a handler like one of another process.
func (s *shop) another() *buynow.Handler {
	s.tb.Helper()
	h, err := buynow.New(s.config)
	require.NoError(s.tb, err)
	return h
}

func (s *shop) cart(to *amazonpay.Address, option string) (*webstore.CartDetails, error) {
	if to != nil && to.StateOrRegion == "HI" {
		return nil, &buynow.DeclineError{ReasonCode: "AddressNotServed"}
	}
	offered := func(id string, price amazonpay.Decimal, isDefault bool) webstore.DeliveryOption {
		return webstore.DeliveryOption{ID: id, Price: usd(price), ShippingMethod: webstore.ShippingMethod{ShippingMethodName: id, ShippingMethodCode: id}, IsDefault: amazonpay.Bool(isDefault)}
	}
	options := []webstore.DeliveryOption{offered("standard", "5.00", true), offered("express", "9.00", false)}
	if to != nil && to.StateOrRegion == "AK" {
		options = []webstore.DeliveryOption{offered("standard", "12.00", true)}
	}
	s.mu.Lock()
	base := usd(s.base)
	s.mu.Unlock()
	for _, o := range options {
		if o.ID == option || option == "" && bool(o.IsDefault) {
			m, err := base.MinorUnits()
			n, err2 := o.Price.MinorUnits()
			total, err3 := amazonpay.NewPrice(m+n, amazonpay.USD)
			if err := errors.Join(err, err2, err3); err != nil {
				return nil, err
			}
			return &webstore.CartDetails{
				DeliveryOptions: options, TotalBaseAmount: base, TotalShippingAmount: o.Price, TotalTaxAmount: usd("0.00"), TotalChargeAmount: total,
				LineItems: []webstore.LineItem{{ID: "cup", Title: "Cup", Quantity: "1", ListPrice: base, TotalListPrice: base}},
			}, nil
		}
	}
	return nil, errors.New("no such delivery option")
}

// reprice changes the price of the cup.
func (s *shop) reprice(base amazonpay.Decimal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = base
}

// post posts what a page would, and returns the answer.
func (s *shop) post(event, checkout string, data object) object {
	s.tb.Helper()
	text, err := json.Marshal(object{"checkoutId": checkout, "event": event, "data": data})
	require.NoError(s.tb, err)
	r, err := http.NewRequestWithContext(s.tb.Context(), http.MethodPost, s.url+"/buynow", bytes.NewReader(text))
	require.NoError(s.tb, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := s.browser.Do(r)
	require.NoError(s.tb, err)
	defer func() { _ = response.Body.Close() }()
	var answer object
	require.NoError(s.tb, json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

// visit is one buyer's way through Amazon's page.
type visit struct {
	*shop

	checkout, session string
	cart              object // as it was shown last
}

// enter makes a checkout, and has a buyer click the button of its page and sign in.
func (s *shop) enter() *visit {
	s.tb.Helper()
	id, err := s.handler.NewCheckout(s.tb.Context(), "")
	require.NoError(s.tb, err)
	return s.click(id, nil)
}

// click has a buyer click the button of a checkout. lies are members that the browser adds to the
// configuration.
func (s *shop) click(checkout string, lies object) *visit {
	s.tb.Helper()
	b, err := s.handler.Button(s.tb.Context(), checkout, buynow.Page{Options: button.Options{Placement: button.PlacementProduct}, ResultURL: "/thanks", CancelURL: "/cart"})
	require.NoError(s.tb, err)
	text, err := json.Marshal(b)
	require.NoError(s.tb, err)
	var config struct {
		Product string `json:"productType"`
		Session object `json:"checkoutSessionConfig"`
	}
	require.NoError(s.tb, json.Unmarshal(text, &config))
	maps.Copy(config.Session, lies)
	session, err := s.server.Buyer().BuyNow(emulator.BuyNowButton{ProductType: config.Product, CheckoutSessionConfig: config.Session})
	require.NoError(s.tb, err)
	v := &visit{shop: s, checkout: checkout, session: session}
	v.cart = v.post("onInitCheckout", checkout, object{"shippingAddress": v.address(), "checkoutLanguage": "en_US"})
	require.Contains(s.tb, v.cart, "totalChargeAmount", "%v", v.cart)
	return v
}

// address is the shipping address of the session.
func (v *visit) address() any {
	v.tb.Helper()
	session, err := v.client.GetCheckoutSession(v.tb.Context(), v.session)
	require.NoError(v.tb, err)
	return session.ShippingAddress
}

func (v *visit) moveTo(state string) {
	v.tb.Helper()
	v.moveSilently(state)
	v.cart = v.post("onShippingAddressSelection", v.checkout, object{"shippingAddress": v.address()})
}

// moveSilently changes the address at Amazon without an event.
func (v *visit) moveSilently(state string) {
	v.tb.Helper()
	require.NoError(v.tb, v.server.Buyer().ChangeAddress(v.session, emulator.Address{
		Name: "Me", AddressLine1: "1 Example Street", City: "City", StateOrRegion: state, PostalCode: "99501", CountryCode: "US", PhoneNumber: "1",
	}))
}

func (v *visit) choose(option string) {
	v.tb.Helper()
	v.cart = v.post("onDeliveryOptionSelection", v.checkout, object{"deliveryOptions": object{"id": option}})
}

// pay presses "Pay now" on the page that shows the cart, and returns what the shop answers.
func (v *visit) pay(option string) object {
	v.tb.Helper()
	v.press(option)
	return v.complete()
}

func (v *visit) press(option string) {
	v.tb.Helper()
	require.NoError(v.tb, v.server.Buyer().PayNow(v.session, v.cart, option))
}

func (v *visit) complete() object {
	v.tb.Helper()
	return v.post("onCompleteCheckout", v.checkout, object{"amazonCheckoutSessionId": v.session})
}

// through completes with a handler, without HTTP between.
func (v *visit) through(h http.Handler, session string) object {
	text, err := json.Marshal(object{"checkoutId": v.checkout, "event": "onCompleteCheckout", "data": object{"amazonCheckoutSessionId": session}})
	if !assert.NoError(v.tb, err) { //nolint:testifylint // in other goroutines
		return nil
	}
	r := httptest.NewRequestWithContext(v.tb.Context(), http.MethodPost, "/buynow", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var answer object
	assert.NoError(v.tb, json.Unmarshal(w.Body.Bytes(), &answer))
	return answer
}

func (s *shop) stored(checkout string) buynow.Checkout {
	s.tb.Helper()
	c, err := s.config.Store.Load(s.tb.Context(), checkout)
	require.NoError(s.tb, err)
	return c
}

// paidOnce requires that there is one charge, of this amount, that the shop knows of.
func (v *visit) paidOnce(amount string) {
	v.tb.Helper()
	charges := v.server.Charges()
	require.Len(v.tb, charges, 1)
	assert.Equal(v.tb, amount, charges[0].Captured)
	c := v.stored(v.checkout)
	assert.Equal(v.tb, buynow.StatusPaid, c.Status)
	assert.Equal(v.tb, charges[0].ID, c.ChargeID)
	assert.Equal(v.tb, amount, c.Cart.TotalChargeAmount.String())
	assert.True(v.tb, c.Completed)
	v.mu.Lock()
	defer v.mu.Unlock()
	assert.NotEmpty(v.tb, v.told)
	for _, told := range v.told {
		assert.Equal(v.tb, v.checkout, told.ID)
		assert.Equal(v.tb, amount, told.Cart.TotalChargeAmount.String())
	}
}

// notPaid requires that nothing was charged, and that the shop believes so.
func (v *visit) notPaid() {
	v.tb.Helper()
	assert.Empty(v.tb, v.server.Charges())
	v.mu.Lock()
	defer v.mu.Unlock()
	assert.Empty(v.tb, v.told)
	assert.NotEqual(v.tb, buynow.StatusPaid, v.stored(v.checkout).Status)
}
