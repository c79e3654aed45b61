package web

import (
	"html/template"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
)

// offer is a product with its price here.
type offer struct {
	*catalog.Product

	Price amazonpay.Price
}

func (s *Site) home(w http.ResponseWriter, r *http.Request) error {
	var offers []offer
	for _, product := range catalog.All() {
		if price, ok := product.Price(s.config.Currency); ok {
			offers = append(offers, offer{product, price})
		}
	}
	return s.show(w, r, http.StatusOK, "home", "home.title", offers)
}

// productPage is for product.html.
type productPage struct {
	offer

	Kind     string        // of an order of this product alone; empty for what goes into the basket
	Quantity string        // as it was entered
	Error    string        // the key of a text
	BuyNow   template.HTML // empty for what cannot be bought so
	Paid     string        // the number of an order that was bought so, and not seen yet
}

func (s *Site) product(w http.ResponseWriter, r *http.Request) error {
	product, ok := catalog.BySKU(r.PathValue("sku"))
	if !ok {
		return errNoPage
	}
	return s.productWith(w, r, http.StatusOK, product, "1", "")
}

func (s *Site) productWith(w http.ResponseWriter, r *http.Request, status int, product *catalog.Product, quantity, problem string) error {
	price, ok := product.Price(s.config.Currency)
	if !ok {
		return errNoPage
	}
	content := productPage{offer: offer{product, price}, Kind: kindAlone(product), Quantity: quantity, Error: problem}
	if product.Billing == catalog.Once && product.Ships() {
		var err error
		if content.BuyNow, content.Paid, err = s.buyNow(r, product); err != nil {
			return err
		}
	}
	return s.show(w, r, status, "product", product.Name(s.languageOf(r)), content)
}
