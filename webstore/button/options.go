package button

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Options are what checkout.js is told about a button besides the signed payload. Placement is
// required, except for an [Upgrade]. In the EU, LedgerCurrency is required too.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/amazon-pay-script.html
type Options struct {
	// ProductType is what the button offers. The default is the first that goes with the payload:
	// PayAndShip for most kinds, PayOnly for a [ProcessOrder] without AddressDetails.
	ProductType webstore.ProductType
	// Placement is the page on which the button stands.
	Placement Placement
	// Color is the color of the button. The default is [ColorGold].
	Color Color
	// Language is the language of the button and of Amazon's pages, one of the region. By default the
	// script chooses by the browser.
	Language Language
	// LedgerCurrency is the currency of the shop's Amazon Pay account. The default is USD in North
	// America and JPY in Japan.
	LedgerCurrency amazonpay.LedgerCurrency
	// EstimatedOrderAmount is the amount that the buyer will probably pay, more than zero. Optional.
	EstimatedOrderAmount amazonpay.Price
	// Label is the text of the button that this package draws for [UpdateSavedWallet] and [Upgrade].
	// The default is in the button's language. Amazon draws the other buttons.
	Label string
}

// Placement is the page on which a button stands.
type Placement string

// The placements.
const (
	PlacementHome     Placement = "Home"
	PlacementProduct  Placement = "Product"
	PlacementCart     Placement = "Cart"
	PlacementCheckout Placement = "Checkout"
	PlacementOther    Placement = "Other"
)

// Color is the color of a button.
type Color string

// The colors.
const (
	ColorGold      Color = "Gold"
	ColorLightGray Color = "LightGray"
	ColorDarkGray  Color = "DarkGray"
)

// Language is the language of a button and of Amazon's pages.
type Language string

// The languages.
const (
	LanguageEnUS Language = "en_US" // North America
	LanguageEnGB Language = "en_GB" // Europe
	LanguageDeDE Language = "de_DE" // Europe
	LanguageFrFR Language = "fr_FR" // Europe
	LanguageItIT Language = "it_IT" // Europe
	LanguageEsES Language = "es_ES" // Europe
	LanguageJaJP Language = "ja_JP" // Japan
)

// region is what checkout.js accepts in a region. The first language is the one of this package's
// own texts, if the options have none.
type region struct {
	script     string
	languages  []Language
	currencies []amazonpay.LedgerCurrency
	// noUpdatePage: Amazon has no page on which a buyer changes a saved payment method.
	noUpdatePage bool
}

var regions = map[amazonpay.Region]region{
	amazonpay.RegionNA: {
		script:     "https://static-na.payments-amazon.com/checkout.js",
		languages:  []Language{LanguageEnUS},
		currencies: []amazonpay.LedgerCurrency{amazonpay.LedgerCurrencyUSD},
	},
	amazonpay.RegionEU: {
		script:     "https://static-eu.payments-amazon.com/checkout.js",
		languages:  []Language{LanguageEnGB, LanguageDeDE, LanguageFrFR, LanguageItIT, LanguageEsES},
		currencies: []amazonpay.LedgerCurrency{amazonpay.LedgerCurrencyEUR, amazonpay.LedgerCurrencyGBP},
	},
	amazonpay.RegionJP: {
		script:       "https://static-fe.payments-amazon.com/checkout.js",
		languages:    []Language{LanguageJaJP},
		currencies:   []amazonpay.LedgerCurrency{amazonpay.LedgerCurrencyJPY},
		noUpdatePage: true,
	},
}

// complete returns the options with their defaults for a kind of button in a region, or an error
// that names the field that is wrong.
func (o Options) complete(r region, k kind) (Options, error) {
	o.ProductType = cmp.Or(o.ProductType, k.products[0])
	if len(r.currencies) == 1 {
		o.LedgerCurrency = cmp.Or(o.LedgerCurrency, r.currencies[0])
	}
	err := oneOf("Options.ProductType", o.ProductType, k.products...)
	if err != nil && k.why != "" {
		err = broken("Options.ProductType", fmt.Sprintf("is %.40q, but %s: leave it empty", o.ProductType, k.why))
	}
	if err == nil && (k.call != callUpgrade || o.Placement != "") {
		err = oneOf("Options.Placement", o.Placement, PlacementHome, PlacementProduct, PlacementCart, PlacementCheckout, PlacementOther)
	}
	if err == nil && o.Color != "" {
		err = oneOf("Options.Color", o.Color, ColorGold, ColorLightGray, ColorDarkGray)
	}
	if err == nil && o.Language != "" {
		err = oneOf("Options.Language", o.Language, r.languages...)
	}
	if err == nil {
		err = oneOf("Options.LedgerCurrency", o.LedgerCurrency, r.currencies...)
	}
	if err == nil {
		err = o.checkEstimate()
	}
	if err == nil && (k.call == callRender || k.call == callBuyNow) && o.Label != "" {
		err = broken("Options.Label", "does not go with a button that Amazon draws: leave it empty")
	}
	if err == nil && k.call == callInit && r.noUpdatePage {
		err = broken("chargePermissionId", "cannot be updated, since Amazon has no page for it in this region: save the payment method anew with SavedWallet")
	}
	return o, err
}

// oneOf returns an error if value is not in the list.
func oneOf[T ~string](field string, value T, allowed ...T) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	var names []string
	for _, a := range allowed {
		names = append(names, string(a))
	}
	list := strings.Join(names, ", ")
	switch {
	case len(names) == 1:
		return broken(field, fmt.Sprintf("is %.40q: here it can only be %s", value, list))
	case value == "":
		return broken(field, "is required: set one of "+list)
	}
	return broken(field, fmt.Sprintf("is %.40q: use one of %s", value, list))
}

func (o Options) checkEstimate() error {
	const field = "Options.EstimatedOrderAmount"
	p := o.EstimatedOrderAmount
	if p == (amazonpay.Price{}) {
		return nil
	}
	if wrong, ok := errors.AsType[*amazonpay.FieldError](p.Validate()); ok {
		return broken(field+"."+wrong.Field, wrong.Rule)
	}
	if _, known := p.CurrencyCode.MinorDigits(); !known {
		return broken(field+".currencyCode", fmt.Sprintf("is %s, which checkout.js does not take: use a currency of package amazonpay, or leave the amount empty", p.CurrencyCode))
	}
	if strings.Trim(string(p.Amount), "0.") == "" {
		return broken(field+".amount", "is zero: leave it empty, or set more than zero")
	}
	return nil
}
