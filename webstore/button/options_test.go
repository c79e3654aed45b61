package button_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func TestBadOptions(t *testing.T) {
	t.Parallel()
	const at = button.PlacementCart
	for name, row := range map[string]struct {
		region  amazonpay.Region
		options button.Options
		field   string
		words   []string
	}{
		"no placement":          {"na", button.Options{}, "Options.Placement", []string{"required", "Home, Product, Cart, Checkout, Other"}},
		"another placement":     {"na", button.Options{Placement: "Basket"}, "Options.Placement", []string{`"Basket"`, "Cart"}},
		"another color":         {"na", button.Options{Placement: at, Color: "Red"}, "Options.Color", []string{"Gold, LightGray, DarkGray"}},
		"a sign-in":             {"na", button.Options{Placement: at, ProductType: webstore.ProductTypeSignIn}, "Options.ProductType", []string{"PayAndShip, PayOnly"}},
		"German in na":          {"na", button.Options{Placement: at, Language: button.LanguageDeDE}, "Options.Language", []string{"only be en_US"}},
		"Japanese in eu":        {"eu", button.Options{Placement: at, LedgerCurrency: "EUR", Language: button.LanguageJaJP}, "Options.Language", []string{"en_GB, de_DE, fr_FR, it_IT, es_ES"}},
		"American in jp":        {"jp", button.Options{Placement: at, Language: button.LanguageEnUS}, "Options.Language", []string{"only be ja_JP"}},
		"euros in na":           {"na", button.Options{Placement: at, LedgerCurrency: amazonpay.LedgerCurrencyEUR}, "Options.LedgerCurrency", []string{"only be USD"}},
		"no currency in eu":     {"eu", button.Options{Placement: at}, "Options.LedgerCurrency", []string{"required", "EUR, GBP"}},
		"dollars in eu":         {"eu", button.Options{Placement: at, LedgerCurrency: amazonpay.LedgerCurrencyUSD}, "Options.LedgerCurrency", []string{"EUR, GBP"}},
		"estimated: 3 digits":   {"na", button.Options{Placement: at, EstimatedOrderAmount: amazonpay.USD.Price("1.001")}, "Options.EstimatedOrderAmount.amount", []string{"more decimals than USD"}},
		"estimated: half a yen": {"jp", button.Options{Placement: at, EstimatedOrderAmount: amazonpay.JPY.Price("1.5")}, "Options.EstimatedOrderAmount.amount", []string{"more decimals than JPY"}},
		"estimated: nothing":    {"na", button.Options{Placement: at, EstimatedOrderAmount: amazonpay.USD.Price("0.00")}, "Options.EstimatedOrderAmount.amount", []string{"zero"}},
		"estimated: negative":   {"na", button.Options{Placement: at, EstimatedOrderAmount: amazonpay.USD.Price("-1")}, "Options.EstimatedOrderAmount.amount", []string{"decimal"}},
		"estimated: rubles":     {"na", button.Options{Placement: at, EstimatedOrderAmount: amazonpay.CurrencyCode("RUB").Price("1")}, "Options.EstimatedOrderAmount.currencyCode", []string{"RUB"}},
		"estimated: no code":    {"na", button.Options{Placement: at, EstimatedOrderAmount: amazonpay.Price{Amount: "1"}}, "Options.EstimatedOrderAmount.currencyCode", []string{"empty"}},
		"a label":               {"na", button.Options{Placement: at, Label: "Buy"}, "Options.Label", []string{"Amazon draws"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, inRegion(row.region))
			_, err := s.Button(button.OneTime{WebCheckoutDetails: review()}, row.options)
			requireField(t, err, row.field, row.words...)
			assert.Zero(t, s.key.signatures.Load(), "nothing is signed")
		})
	}
	_, err := newShop(t).Button(button.UpdateSavedWallet{WebCheckoutDetails: result(), ChargePermissionID: "B01"}, button.Options{})
	requireField(t, err, "Options.Placement", "required")
}

func TestOptionsReachThePage(t *testing.T) {
	t.Parallel()
	s := newShop(t, inRegion(amazonpay.RegionEU))
	b, err := s.Button(button.OneTime{WebCheckoutDetails: review()}, button.Options{
		ProductType: webstore.ProductTypePayOnly, Placement: button.PlacementProduct, Color: button.ColorDarkGray, Language: button.LanguageFrFR,
		LedgerCurrency: amazonpay.LedgerCurrencyGBP, EstimatedOrderAmount: amazonpay.EUR.Price("109.9900"),
	})
	require.NoError(t, err)
	text, err := b.MarshalJSON()
	require.NoError(t, err)
	d := read(t, string(b.HTML("")))
	assert.Contains(t, string(text), `{"merchantId":"A1EXAMPLE","ledgerCurrency":"GBP","productType":"PayOnly","placement":"Product","checkoutLanguage":"fr_FR",`+
		`"buttonColor":"DarkGray","estimatedOrderAmount":{"amount":"109.99","currencyCode":"EUR"},"sandbox":true,"createCheckoutSessionConfig":{"payloadJSON":`)
	assert.Equal(t, "fr_FR", d.config.CheckoutLanguage)
	assert.Equal(t, amazonpay.EUR.Price("109.99"), *d.config.EstimatedOrderAmount)
	assert.Contains(t, d.unavailable, "n’est pas disponible")
	assert.Contains(t, b.HTML(""), "<noscript>Amazon Pay n&#233;cessite JavaScript.</noscript>")

	jp := newShop(t, inRegion(amazonpay.RegionJP))
	b, err = jp.Button(button.OneTime{WebCheckoutDetails: review()}, cart)
	require.NoError(t, err)
	d = read(t, string(b.HTML("")))
	assert.Equal(t, "JPY", d.config.LedgerCurrency)
	assert.Contains(t, d.unavailable, "ご利用いただけません")
}
