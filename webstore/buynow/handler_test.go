package buynow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

func TestNew(t *testing.T) {
	t.Parallel()
	good := open(t).config
	for want, spoil := range map[string]func(*buynow.Config){
		"Config.Client is nil":                                       func(c *buynow.Config) { c.Client = (*webstore.Client)(nil) },
		"Config.Store is nil":                                        func(c *buynow.Config) { c.Store = nil },
		"Config.InitCheckout is nil":                                 func(c *buynow.Config) { c.InitCheckout = nil },
		"Config.SelectShippingAddress is nil":                        func(c *buynow.Config) { c.SelectShippingAddress = nil },
		"Config.SelectDeliveryOption is nil":                         func(c *buynow.Config) { c.SelectDeliveryOption = nil },
		"Config.CompleteCheckout is nil":                             func(c *buynow.Config) { c.CompleteCheckout = nil },
		"Config.Session.StoreID is empty":                            func(c *buynow.Config) { c.Session.StoreID = " " },
		`Config.Session.ProductType is "SignIn"`:                     func(c *buynow.Config) { c.Session.ProductType = webstore.ProductTypeSignIn },
		`Config.Session.PaymentIntent is "Pay"`:                      func(c *buynow.Config) { c.Session.PaymentIntent = "Pay" },
		"Config.Session.CanHandlePendingAuthorization requires":      func(c *buynow.Config) { c.Session.CanHandlePendingAuthorization = true },
		"Config.Session.MerchantMetadata.MerchantReferenceID is set": func(c *buynow.Config) { c.Session.MerchantMetadata.MerchantReferenceID = "1" },
		`Config.HandlerURL is "//evil.example"`:                      func(c *buynow.Config) { c.HandlerURL = "//evil.example" },
	} {
		c := good
		spoil(&c)
		_, err := buynow.New(c)
		require.ErrorContains(t, err, want)
	}
}

func TestNewCheckout(t *testing.T) {
	t.Parallel()
	s := open(t)
	id, err := s.handler.NewCheckout(t.Context(), "order-1042")
	require.NoError(t, err)
	assert.Len(t, id, 26)
	assert.Equal(t, buynow.Checkout{ID: id, Version: 1, Reference: "order-1042", Status: buynow.StatusOpen, Attempt: 1}, s.stored(id))
	_, err = s.handler.NewCheckout(t.Context(), strings.Repeat("x", 257))
	require.ErrorContains(t, err, "merchantReferenceId")
	v := s.click(id, nil)
	assert.Equal(t, object{"status": "success"}, v.pay(""))
	charge, err := s.client.GetCharge(t.Context(), s.stored(id).ChargeID)
	require.NoError(t, err)
	assert.Equal(t, "order-1042", charge.MerchantMetadata.MerchantReferenceID)
}

// What is not an event of a page of the shop's own origin is refused, and nothing happens.
func TestRequests(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	v.press("")
	event := `{"checkoutId":"` + v.checkout + `","event":"onCompleteCheckout","data":{"amazonCheckoutSessionId":"` + v.session + `"}}`
	for name, row := range map[string]struct {
		method, kind, body string
		header             [2]string
		status             int
		reason             string
	}{
		"GET":                   {http.MethodGet, "application/json", "", [2]string{}, 405, "MethodNotAllowed"},
		"PUT":                   {http.MethodPut, "application/json", event, [2]string{}, 405, "MethodNotAllowed"},
		"no content type":       {http.MethodPost, "", event, [2]string{}, 415, "NotJSON"},
		"a form":                {http.MethodPost, "text/plain", event, [2]string{}, 415, "NotJSON"},
		"another site":          {http.MethodPost, "application/json", event, [2]string{"Sec-Fetch-Site", "cross-site"}, 403, "CrossOrigin"},
		"another host":          {http.MethodPost, "application/json", event, [2]string{"Sec-Fetch-Site", "same-site"}, 403, "CrossOrigin"},
		"another origin":        {http.MethodPost, "application/json", event, [2]string{"Origin", "https://evil.example"}, 403, "CrossOrigin"},
		"no origin":             {http.MethodPost, "application/json", event, [2]string{"Origin", "null"}, 403, "CrossOrigin"},
		"a giant":               {http.MethodPost, "application/json", `{"event":"` + strings.Repeat("x", 70_000), [2]string{}, 413, "TooLarge"},
		"a giant after it":      {http.MethodPost, "application/json", event + strings.Repeat(" ", 70_000), [2]string{}, 413, "TooLarge"},
		"nothing":               {http.MethodPost, "application/json", "", [2]string{}, 400, "MalformedEvent"},
		"two events":            {http.MethodPost, "application/json", event + event, [2]string{}, 400, "MalformedEvent"},
		"a list":                {http.MethodPost, "application/json", "[" + event + "]", [2]string{}, 400, "MalformedEvent"},
		"an unknown event":      {http.MethodPost, "application/json", `{"event":"onPay"}`, [2]string{}, 400, "MalformedEvent"},
		"a long id":             {http.MethodPost, "application/json", `{"checkoutId":"` + strings.Repeat("x", 129) + `","event":"onCancel"}`, [2]string{}, 400, "MalformedEvent"},
		"a line break in an id": {http.MethodPost, "application/json", `{"checkoutId":"a\nb","event":"onCancel"}`, [2]string{}, 400, "MalformedEvent"},
		"an unknown checkout":   {http.MethodPost, "application/json", `{"checkoutId":"ABC","event":"onInitCheckout","data":{}}`, [2]string{}, 404, "UnknownCheckout"},
		"two delivery options":  {http.MethodPost, "application/json", `{"event":"onDeliveryOptionSelection","data":{"deliveryOptions":[{"id":"a"},{"id":"b"}]}}`, [2]string{}, 400, "MalformedEvent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), row.method, "/buynow", strings.NewReader(row.body))
			if row.kind != "" {
				r.Header.Set("Content-Type", row.kind)
			}
			if row.header[0] != "" {
				r.Header.Set(row.header[0], row.header[1])
			}
			w := httptest.NewRecorder()
			v.handler.ServeHTTP(w, r)
			assert.Equal(t, row.status, w.Code)
			assert.JSONEq(t, `{"status":"error","reasonCode":"`+row.reason+`"}`, w.Body.String())
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		})
	}
	t.Cleanup(v.notPaid)
}

// A wrong cart is a mistake of the shop. It is never shown, and the log names the member.
func TestWrongCarts(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*webstore.CartDetails){
		"totalChargeAmount: is 24.00 USD": func(c *webstore.CartDetails) { c.TotalChargeAmount = usd("24.00") },
		"deliveryOptions: is required":    func(c *webstore.CartDetails) { c.DeliveryOptions = nil },
		"totalTaxAmount: is required":     func(c *webstore.CartDetails) { c.TotalTaxAmount = amazonpay.Price{} },
	} {
		v := open(t).enter()
		before := v.stored(v.checkout)
		whole := v.config.SelectShippingAddress
		v.config.SelectShippingAddress = func(ctx context.Context, e buynow.ShippingAddressSelection) (*webstore.CartDetails, error) {
			cart, err := whole(ctx, e)
			spoil(cart)
			return cart, err
		}
		v.handler = v.another()
		failed := object{"status": "error", "reasonCode": "ShopError"}
		assert.Equal(t, failed, v.post("onShippingAddressSelection", v.checkout, object{"shippingAddress": v.address()}))
		assert.Contains(t, v.logs.String(), want)
		assert.Equal(t, before, v.stored(v.checkout))
		assert.Equal(t, failed, v.pay(""), "nor is it paid")
		v.notPaid()
	}
}

// What functions of the shop return besides carts.
func TestFunctionsThatFail(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		cart *webstore.CartDetails
		err  error
		want object
	}{
		{nil, errors.New("secret of the database"), object{"status": "error", "reasonCode": "ShopError"}},
		{nil, nil, object{"status": "error", "reasonCode": "ShopError"}},
		{nil, &buynow.DeclineError{ReasonCode: "SoldOut", Err: errors.New("secret of the stock")}, object{"status": "decline", "reasonCode": "SoldOut"}},
	} {
		v := open(t).enter()
		v.press("")
		v.config.SelectShippingAddress = func(context.Context, buynow.ShippingAddressSelection) (*webstore.CartDetails, error) {
			return row.cart, row.err
		}
		v.handler = v.another()
		assert.Equal(t, row.want, v.post("onShippingAddressSelection", v.checkout, object{"shippingAddress": object{"countryCode": "US"}}))
		assert.Equal(t, row.want, v.complete())
		v.notPaid()
	}
}

func TestCancelAndError(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	assert.Equal(t, object{"status": "success"}, v.post("onCancel", v.checkout, nil))
	assert.Equal(t, []string{v.checkout}, v.canceled)
	assert.Equal(t, object{"status": "success"}, v.post("onError", v.checkout, object{"code": "Broken", "message": strings.Repeat("日", 1000)}))
	assert.Contains(t, v.logs.String(), "Broken")
	assert.Contains(t, v.logs.String(), `"`+strings.Repeat("日", 200)+`"`)
	assert.Equal(t, object{"status": "success"}, v.pay(""), "a report of a browser changes nothing")
}

// Nothing about the buyer is logged.
func TestLogs(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	v.config.Store = &dying{Store: v.config.Store, at: 2}
	v.handler = v.another()
	v.press("")
	v.complete()
	text := v.logs.String()
	assert.Contains(t, text, v.checkout)
	for _, secret := range []string{"Susie", "susie", "@", "Visa", "addressLine1", "Example Street"} {
		assert.NotContains(t, text, secret)
	}
}

// An event can be any text: nothing panics, and no session is paid.
func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		`{"checkoutId":"ID","event":"onInitCheckout","data":{"shippingAddress":{"countryCode":"US"},"buyer":{"name":"A"},"checkoutLanguage":"en_US"}}`,
		`{"checkoutId":"ID","event":"onInitCheckout","data":{"buyer":["name"]}}`,
		`{"checkoutId":"ID","event":"onShippingAddressSelection","data":{"shippingAddress":{"stateOrRegion":"AK"}}}`,
		`{"checkoutId":"ID","event":"onDeliveryOptionSelection","data":{"deliveryOptions":[{"id":"express"}]}}`,
		`{"checkoutId":"ID","event":"onDeliveryOptionSelection","data":{"deliveryOptions":{"id":"express"}}}`,
		`{"checkoutId":"ID","event":"onCompleteCheckout","data":{"amazonCheckoutSessionId":"x"}}`,
		`{"checkoutId":"ID","event":"onCancel"}`, `{"checkoutId":"ID","event":"onError","data":{"code":1}}`, `null`, `{}{}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	s := open(f)
	id, err := s.handler.NewCheckout(f.Context(), "")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/buynow", bytes.NewReader(bytes.ReplaceAll(body, []byte(`"ID"`), []byte(`"`+id+`"`))))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		var answer object
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
		c, err := s.config.Store.Load(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, buynow.StatusOpen, c.Status)
		require.Zero(t, c.Calls)
		if answer["totalChargeAmount"] != nil {
			require.NoError(t, c.Cart.Validate())
		}
	})
}
