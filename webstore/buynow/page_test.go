package buynow_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

var page = buynow.Page{
	Options:   button.Options{Placement: button.PlacementProduct, Language: button.LanguageEnUS, Color: button.ColorGold, EstimatedOrderAmount: usd("20.00")},
	ResultURL: "/thanks?order=1", CancelURL: "https://shop.example/cart",
}

func TestButton(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *buynow.Config) {
		c.Session.MerchantMetadata = webstore.MerchantMetadata{MerchantStoreName: `</script><b>"'&` + "\u2028日本"}
		c.Session.DeliverySpecifications = &webstore.DeliverySpecifications{SpecialRestrictions: []webstore.SpecialRestriction{webstore.SpecialRestrictionRestrictPOBoxes}}
		c.Session.ProcessorSpecifications = &webstore.ProcessorSpecifications{Name: "gmopg"}
		c.Session.AddOnFeatures = []webstore.AddOnFeature{webstore.AddOnFeatureGift}
		c.Session.PresentmentCurrency = amazonpay.USD
	})
	id, err := s.handler.NewCheckout(t.Context(), "order-1")
	require.NoError(t, err)
	b, err := s.handler.Button(t.Context(), id, page)
	require.NoError(t, err)
	text, err := json.Marshal(b)
	require.NoError(t, err)
	var config object
	require.NoError(t, json.Unmarshal(text, &config))
	assert.Equal(t, object{
		"merchantId": s.merchant.MerchantID, "ledgerCurrency": "USD", "productType": "PayAndShip", "placement": "Product", "checkoutLanguage": "en_US",
		"buttonColor": "Gold", "sandbox": true, "estimatedOrderAmount": object{"amount": "20.00", "currencyCode": "USD"},
		"checkoutSessionConfig": object{
			"storeId": s.merchant.StoreID, "scopes": []any{"name", "email", "shippingAddress"},
			"deliverySpecifications":  object{"specialRestrictions": []any{"RestrictPOBoxes"}},
			"paymentDetails":          object{"paymentIntent": "AuthorizeWithCapture", "canHandlePendingAuthorization": false, "presentmentCurrency": "USD"},
			"merchantMetadata":        object{"merchantReferenceId": "order-1", "merchantStoreName": `</script><b>"'&` + "\u2028日本"},
			"processorSpecifications": object{"name": "gmopg"}, "addOnFeatures": []any{"GIFT"},
		},
	}, config)

	html := string(b.HTML("n0nce"))
	assert.Equal(t, 1, strings.Count(html, "<script"))
	assert.Equal(t, 1, strings.Count(html, "</script>"), "no text ends the script")
	assert.Contains(t, html, ` nonce="n0nce"`)
	assert.NotContains(t, html, "\u2028")
	for _, part := range []string{id, "renderJSButton", "onInitCheckout", "onShippingAddressSelection", "onDeliveryOptionSelection", "onCompleteCheckout", "onCancel", "onError", "/thanks?order=1", "https://shop.example/cart", `"/buynow"`, "You have not been charged"} {
		assert.Contains(t, html, part)
	}
	assert.Empty(t, b.Signed())

	german := page
	german.Options.Language = ""
	b, err = s.handler.Button(t.Context(), id, german)
	require.NoError(t, err)
	assert.Contains(t, string(b.HTML("")), "You have not been charged")
}

func TestButtonErrors(t *testing.T) {
	t.Parallel()
	s := open(t)
	id, err := s.handler.NewCheckout(t.Context(), "")
	require.NoError(t, err)
	for want, spoil := range map[string]func(*buynow.Page){
		"Options.Placement: is required":      func(p *buynow.Page) { p.Options.Placement = "" },
		"Options.Language":                    func(p *buynow.Page) { p.Options.Language = button.LanguageJaJP },
		"Options.Label":                       func(p *buynow.Page) { p.Options.Label = "Buy" },
		`Options.ProductType is "PayOnly"`:    func(p *buynow.Page) { p.Options.ProductType = webstore.ProductTypePayOnly },
		`ResultURL: is "javascript:alert(1)"`: func(p *buynow.Page) { p.ResultURL = "javascript:alert(1)" },
		`CancelURL: is ""`:                    func(p *buynow.Page) { p.CancelURL = "" },
		`CancelURL: is "//evil.example"`:      func(p *buynow.Page) { p.CancelURL = "//evil.example" },
		`ResultURL: is "http://shop.example"`: func(p *buynow.Page) { p.ResultURL = "http://shop.example" },
	} {
		p := page
		spoil(&p)
		_, err := s.handler.Button(t.Context(), id, p)
		require.ErrorContains(t, err, "buynow: Button: ")
		require.ErrorContains(t, err, want)
	}
	_, err = s.handler.Button(t.Context(), "unknown", page)
	require.ErrorIs(t, err, buynow.ErrUnknownCheckout)
	for want, spoil := range map[string]func(*buynow.Config){
		"Config.Maker is nil":        func(c *buynow.Config) { c.Maker = nil },
		"Config.HandlerURL is empty": func(c *buynow.Config) { c.HandlerURL = "" },
	} {
		c := s.config
		spoil(&c)
		h, err := buynow.New(c)
		require.NoError(t, err)
		_, err = h.Button(t.Context(), id, page)
		require.ErrorContains(t, err, want)
	}
}
