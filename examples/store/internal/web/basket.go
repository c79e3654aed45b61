package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

// What a visit holds.
const (
	keyCustomer = "customer" // visitor or buyer; empty until something is ordered
	keyName     = "name"     // of a buyer who has signed in
	keyBasket   = "basket"   // a basket, as JSON
	keyPlaced   = "placed/"  // and a kind of order: the number of the order that the basket became
	keyBuyNow   = "buy-now/" // and a product and a language: the checkout and the number of its order
	keySignIn   = "sign-in"  // what the address has with which a buyer comes back from signing in
	keyNotice   = "notice"   // the key of a text for the next page
	keyAdmin    = "admin"    // until when the visitor is the admin, in seconds since 1970
)

// maxQuantity is of one product in a basket.
const maxQuantity = 99

type basket []orders.Line

func (s *Site) basket(r *http.Request) (b basket) {
	if json.Unmarshal(s.sessions.GetBytes(r.Context(), keyBasket), &b) != nil {
		return nil
	}
	return b
}

func (s *Site) putBasket(r *http.Request, b basket) error {
	text, err := json.Marshal(b)
	s.sessions.Put(r.Context(), keyBasket, text)
	return err
}

func (b basket) count() int {
	n := 0
	for _, line := range b {
		n += line.Quantity
	}
	return n
}

func (b basket) line(sku string) int {
	return slices.IndexFunc(b, func(l orders.Line) bool { return l.SKU == sku })
}

// isOf reports whether an order has what is in the basket.
func (b basket) isOf(o *orders.Order) bool {
	return slices.EqualFunc(b, o.Items, func(l orders.Line, i orders.Item) bool { return l.SKU == i.SKU && l.Quantity == i.Quantity })
}

// set returns the basket with another quantity of a product.
func (b basket) set(sku string, quantity int) basket {
	switch i := b.line(sku); {
	case i < 0 && quantity > 0:
		return append(b, orders.Line{SKU: sku, Quantity: quantity})
	case i < 0:
		return b
	case quantity == 0:
		return slices.Delete(b, i, i+1)
	default:
		b[i].Quantity = quantity
		return b
	}
}

// basketLine is a line of the basket's page.
type basketLine struct {
	orders.Line

	Price amazonpay.Price // of one piece
	Error string          // the key of a text
	Shown string          // the quantity as it was entered
}

// basketPage is for basket.html.
type basketPage struct {
	Lines    []basketLine
	Subtotal amazonpay.Price
	Ships    bool
	Wallet   *orders.Wallet // nil if no payment method is saved
}

func (s *Site) showBasket(w http.ResponseWriter, r *http.Request) error {
	return s.basketWith(w, r, http.StatusOK, "", "", "")
}

// basketWith shows the basket, with what is wrong with the quantity of a product, if anything is.
func (s *Site) basketWith(w http.ResponseWriter, r *http.Request, status int, sku, entered, problem string) error {
	b := s.basket(r)
	content := basketPage{}
	for _, line := range b {
		product, ok := catalog.BySKU(line.SKU)
		if !ok {
			continue
		}
		shown := basketLine{Line: line, Shown: strconv.Itoa(line.Quantity)}
		shown.Price, _ = product.Price(s.config.Currency)
		if line.SKU == sku {
			shown.Error, shown.Shown = problem, entered
		}
		content.Ships = content.Ships || product.Ships()
		content.Lines = append(content.Lines, shown)
	}
	if len(b) > 0 {
		var err error
		if content.Subtotal, err = orders.Subtotal(b, s.config.Currency); err != nil {
			return err
		}
		if content.Wallet, err = s.wallet(r); err != nil {
			return err
		}
	}
	return s.show(w, r, status, "basket", "basket.title", content)
}

// wallet returns the visitor's saved payment method, or nil.
func (s *Site) wallet(r *http.Request) (*orders.Wallet, error) {
	customer := s.sessions.GetString(r.Context(), keyCustomer)
	if customer == "" {
		return nil, nil //nolint:nilnil // a visitor who has not ordered anything yet
	}
	wallet, err := s.config.Shop.Wallet(r.Context(), customer)
	switch {
	case errors.Is(err, orders.ErrNoWallet):
		return nil, nil //nolint:nilnil // nothing is saved
	case errors.Is(err, orders.ErrUnavailable):
		s.config.Logger.WarnContext(r.Context(), "the saved payment method cannot be read", slog.Any("error", err))
		return nil, nil //nolint:nilnil // the page works without
	}
	return wallet, err
}

// quantityOf reads a quantity, or returns the key of a text that says what is wrong with it.
func quantityOf(text string, least int) (quantity int, problem string) {
	quantity, err := strconv.Atoi(text)
	if err != nil || quantity < least || quantity > maxQuantity {
		return 0, "basket.quantity-error"
	}
	return quantity, ""
}

func (s *Site) addToBasket(w http.ResponseWriter, r *http.Request) error {
	product, ok := catalog.BySKU(r.PostFormValue("sku"))
	if !ok || product.Billing != catalog.Once {
		return errBadForm
	}
	quantity, problem := quantityOf(r.PostFormValue("quantity"), 1)
	if problem != "" {
		return s.productWith(w, r, http.StatusUnprocessableEntity, product, r.PostFormValue("quantity"), problem)
	}
	b := s.basket(r)
	if i := b.line(product.SKU); i >= 0 {
		quantity += b[i].Quantity
	}
	if err := s.putBasket(r, b.set(product.SKU, min(quantity, maxQuantity))); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keyNotice, "notice.added")
	return seeOther(w, "/basket")
}

func (s *Site) changeBasket(w http.ResponseWriter, r *http.Request) error {
	sku, entered := r.PathValue("sku"), r.PostFormValue("quantity")
	if r.PostFormValue("remove") != "" {
		entered = "0"
	}
	if s.basket(r).line(sku) < 0 { // in another tab it was removed
		return seeOther(w, "/basket")
	}
	quantity, problem := quantityOf(entered, 0)
	if problem != "" {
		return s.basketWith(w, r, http.StatusUnprocessableEntity, sku, entered, problem)
	}
	if err := s.putBasket(r, s.basket(r).set(sku, quantity)); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keyNotice, "notice.changed")
	return seeOther(w, "/basket")
}
