package orders

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
)

// Basket is what a customer wants to order.
type Basket struct {
	Customer string
	Kind     Kind
	Currency amazonpay.CurrencyCode
	Lines    []Line
	// Address and DeliveryOption are for KindProcessOrder and KindOneClick, if something is shipped.
	// The other kinds take the address from the checkout session.
	Address        *amazonpay.Address
	DeliveryOption string // empty: the cheapest
}

// Line is a line of a basket.
type Line struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"` // 1 to 99
}

// Place stores an order. Nothing is charged yet. The basket must suit its kind: KindRecurring is
// for one monthly product, KindDonation for donations, and the other kinds for products that are
// paid once.
func (s *Shop) Place(ctx context.Context, b Basket) (*Order, error) {
	o, items, err := newOrder(b)
	if err != nil {
		return nil, err
	}
	if err := s.db.Tx(ctx, func(q data.Queries) error {
		if err := q.InsertOrder(ctx, o, items); err != nil {
			return err
		}
		return q.AddEvent(ctx, o.Number, "placed", o.Total.String())
	}); err != nil {
		return nil, err
	}
	return s.Order(ctx, o.Number)
}

// newOrder prices a basket.
func newOrder(b Basket) (*data.Order, []Item, error) {
	billing := catalog.Once
	switch b.Kind {
	case KindRecurring:
		billing = catalog.Monthly
	case KindDonation:
		billing = catalog.Donation
	case KindReview, KindProcessOrder, KindWallet, KindOneClick, KindBuyNow:
	default:
		return nil, nil, ErrBadBasket
	}
	if b.Customer == "" || b.Kind == KindRecurring && len(b.Lines) != 1 {
		return nil, nil, ErrBadBasket
	}
	items, err := itemsOf(b.Lines, b.Currency)
	if err != nil {
		return nil, nil, err
	}
	for _, item := range items {
		if product, ok := catalog.BySKU(item.SKU); !ok || product.Billing != billing {
			return nil, nil, ErrBadBasket
		}
	}
	o := &data.Order{Number: newNumber(), Customer: b.Customer, Kind: b.Kind, Status: StatusPlaced, Placed: time.Now()}
	if o.Subtotal, err = subtotal(items, b.Currency); err != nil {
		return nil, nil, err
	}
	if o.Delivery, err = amazonpay.NewPrice(0, b.Currency); err != nil {
		return nil, nil, err
	}
	o.Total = o.Subtotal
	if weight := grams(items); weight > 0 && (b.Kind == KindProcessOrder || b.Kind == KindOneClick) {
		option, err := choose(b.Address, weight, b.Currency, b.DeliveryOption)
		if err != nil {
			return nil, nil, err
		}
		o.Address, o.DeliveryOption, o.Delivery = b.Address, option.ID, option.Price
		if o.Total, err = sum(o.Subtotal, o.Delivery); err != nil {
			return nil, nil, err
		}
	}
	return o, items, nil
}

// Subtotal returns the price of some lines without delivery.
func Subtotal(lines []Line, currency amazonpay.CurrencyCode) (amazonpay.Price, error) {
	items, err := itemsOf(lines, currency)
	if err != nil {
		return amazonpay.Price{}, err
	}
	return subtotal(items, currency)
}

// itemsOf looks up the prices of lines.
func itemsOf(lines []Line, currency amazonpay.CurrencyCode) ([]Item, error) {
	if len(lines) == 0 || len(lines) > 50 {
		return nil, ErrBadBasket
	}
	items := make([]Item, 0, len(lines))
	for _, line := range lines {
		product, ok := catalog.BySKU(line.SKU)
		if !ok || line.Quantity < 1 || line.Quantity > 99 {
			return nil, ErrBadBasket
		}
		price, ok := product.Price(currency)
		if !ok {
			return nil, ErrBadBasket
		}
		items = append(items, Item{SKU: line.SKU, Quantity: line.Quantity, Price: price})
	}
	return items, nil
}

func subtotal(items []Item, currency amazonpay.CurrencyCode) (amazonpay.Price, error) {
	var total int64
	for _, item := range items {
		minor, err := item.Price.MinorUnits()
		if err != nil {
			return amazonpay.Price{}, err
		}
		total += minor * int64(item.Quantity)
	}
	return amazonpay.NewPrice(total, currency)
}

// sum adds prices in one currency.
func sum(first amazonpay.Price, more ...amazonpay.Price) (amazonpay.Price, error) {
	total, err := first.MinorUnits()
	if err != nil {
		return amazonpay.Price{}, err
	}
	for _, p := range more {
		minor, err := p.MinorUnits()
		if err != nil {
			return amazonpay.Price{}, err
		}
		if p.CurrencyCode != first.CurrencyCode {
			return amazonpay.Price{}, ErrAmount
		}
		total += minor
	}
	return amazonpay.NewPrice(total, first.CurrencyCode)
}

// less reports whether an amount is less than another. Amounts in two currencies are not.
func less(a, b amazonpay.Price) bool {
	m, err := a.MinorUnits()
	n, err2 := b.MinorUnits()
	return err == nil && err2 == nil && a.CurrencyCode == b.CurrencyCode && m < n
}

// grams returns the weight of what is shipped.
func grams(items []Item) int {
	total := 0
	for _, item := range items {
		if product, ok := catalog.BySKU(item.SKU); ok {
			total += product.Grams * item.Quantity
		}
	}
	return total
}

// newNumber returns an order number that cannot be guessed, such as S4K7-2M9Q-XB3D.
func newNumber() string {
	text := rand.Text() // base32, 130 bits
	return "S" + text[:3] + "-" + text[3:7] + "-" + text[7:11] + "-" + text[11:15]
}

// NewVisitor returns the id of a customer who has not signed in.
func NewVisitor() string { return "visitor-" + rand.Text() }

// NewForm returns an id for a form that must not work twice.
func NewForm() string { return rand.Text() }
