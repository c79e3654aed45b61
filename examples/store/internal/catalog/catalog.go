// Package catalog has what the shop sells: names and texts in two languages, exact prices in four
// currencies, weights, and a picture of each product.
package catalog

import (
	"embed"
	"slices"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Language is a language of the shop's pages.
type Language string

// The languages.
const (
	English  Language = "en"
	Japanese Language = "ja"
)

// Billing says how a product is paid.
type Billing int

// The ways to pay a product.
const (
	Once     Billing = iota // when it is ordered
	Monthly                 // now, and every month until it is cancelled
	Donation                // now, and nothing is shipped
)

// Product is something that the shop sells.
type Product struct {
	SKU     string // its name in URLs and orders, such as "mug"
	Billing Billing
	Grams   int // the weight that the delivery price is made from; 0 if nothing is shipped

	names  map[Language]string
	texts  map[Language]string
	prices map[amazonpay.CurrencyCode]amazonpay.Decimal
}

// Name returns the product's name, in English if there is none in the language.
func (p *Product) Name(l Language) string { return in(p.names, l) }

// Text returns what the product's page says, in English if there is no text in the language.
func (p *Product) Text(l Language) string { return in(p.texts, l) }

// Price returns the price of one piece. ok is false if the product has no price in the currency.
func (p *Product) Price(currency amazonpay.CurrencyCode) (price amazonpay.Price, ok bool) {
	amount, ok := p.prices[currency]
	return currency.Price(amount), ok
}

// Ships reports whether the product is sent by post.
func (p *Product) Ships() bool { return p.Grams > 0 }

// Picture returns the product's picture as SVG text.
func (p *Product) Picture() []byte {
	svg, err := pictures.ReadFile("pictures/" + p.SKU + ".svg")
	if err != nil { // TestPictures finds a product without one
		return nil
	}
	return svg
}

// All returns the products in the order in which the shop shows them.
func All() []*Product { return slices.Clone(products) }

// BySKU returns a product.
func BySKU(sku string) (product *Product, ok bool) {
	i := slices.IndexFunc(products, func(p *Product) bool { return p.SKU == sku })
	if i < 0 {
		return nil, false
	}
	return products[i], true
}

// Currencies returns the currencies in which every product has a price.
func Currencies() []amazonpay.CurrencyCode {
	return []amazonpay.CurrencyCode{amazonpay.USD, amazonpay.EUR, amazonpay.GBP, amazonpay.JPY}
}

//go:embed pictures/*.svg
var pictures embed.FS

func in(texts map[Language]string, l Language) string {
	if text, ok := texts[l]; ok {
		return text
	}
	return texts[English]
}
