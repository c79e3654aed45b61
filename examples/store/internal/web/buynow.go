package web

import (
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/webstore/button"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// buyNowPath is where the page posts Amazon's events.
const buyNowPath = "/buynow"

// buyNow returns the button that buys one piece of a product at once. paid is the number of an
// order that the visitor has paid with the button before, and has not seen.
func (s *Site) buyNow(r *http.Request, product *catalog.Product) (html template.HTML, paid string, err error) {
	ctx, language := r.Context(), s.languageOf(r)
	key := keyBuyNow + product.SKU + "/" + string(language)
	checkout, number, kept := strings.Cut(s.sessions.GetString(ctx, key), " ")
	if kept {
		switch before, err := s.buy.Resume(ctx, checkout); {
		case errors.Is(err, buynow.ErrUnsettled), err == nil && before.Status == buynow.StatusPaid:
			paid, kept = number, false
		case errors.Is(err, buynow.ErrUnknownCheckout):
			kept = false // it was offered long ago
		case err != nil:
			return "", "", err
		default:
			kept = before.Status == buynow.StatusOpen && before.Calls == 0
		}
	}
	if !kept {
		b := orders.Basket{Customer: s.customer(r), Currency: s.config.Currency, Lines: basket{{SKU: product.SKU, Quantity: 1}}}
		if checkout, number, err = s.config.Shop.StartBuyNow(ctx, b, language); err != nil {
			return "", "", err
		}
		s.sessions.Put(ctx, key, checkout+" "+number)
	}
	made, err := s.buy.Button(ctx, checkout, buynow.Page{
		Options: button.Options{
			Placement: button.PlacementProduct, Language: buttonLanguage(s.config.Region), LedgerCurrency: amazonpay.LedgerCurrency(s.config.Currency),
		},
		ResultURL: "/orders/" + number, CancelURL: "/products/" + product.SKU,
	})
	if err != nil {
		return "", "", err
	}
	return made.HTML(nonceOf(r)), paid, nil
}

// seen forgets the button that has paid an order: the product's page has another one.
func (s *Site) seen(r *http.Request, o *orders.Order) {
	if o.Kind != orders.KindBuyNow || o.MayPay() {
		return
	}
	for language := range texts {
		for _, item := range o.Items {
			key := keyBuyNow + item.SKU + "/" + string(language)
			if strings.HasSuffix(s.sessions.GetString(r.Context(), key), " "+o.Number) {
				s.sessions.Remove(r.Context(), key)
			}
		}
	}
}
