package button

import (
	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Options are what checkout.js is told about a button beside the signed payload. Placement is
// required, and in the EU LedgerCurrency too.
type Options struct {
	// ProductType is what the button offers. The default is the first product type of the kind.
	ProductType webstore.ProductType
	// Placement is the page that shows the button.
	Placement Placement
	// Color is the color of the button. The default is [ColorGold].
	Color Color
	// Language is the language of the button and of Amazon's pages, one of the region's.
	Language Language
	// LedgerCurrency is the currency of the merchant's account: USD, EUR or GBP, JPY by region.
	LedgerCurrency amazonpay.LedgerCurrency
	// EstimatedOrderAmount is the estimated amount of the order.
	EstimatedOrderAmount amazonpay.Price
	// Label is the text of a button that the shop draws itself: kinds [UpdateSavedWallet] and
	// [Upgrade]. The default is in the button's Language.
	Label string
}

// Placement is the page that shows a button.
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

// Language is the language of a button.
type Language string

// The languages, by region.
const (
	LanguageEnUS Language = "en_US" // na
	LanguageEnGB Language = "en_GB" // eu
	LanguageDeDE Language = "de_DE" // eu
	LanguageFrFR Language = "fr_FR" // eu
	LanguageItIT Language = "it_IT" // eu
	LanguageEsES Language = "es_ES" // eu
	LanguageJaJP Language = "ja_JP" // jp
)
