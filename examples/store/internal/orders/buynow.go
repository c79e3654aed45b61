package orders

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// BuyNow returns what answers the events of Buy Now at a path of the shop. Call it once, before
// Run, which takes up the checkouts of a process that died.
func (s *Shop) BuyNow(maker *button.Maker, path string) (*buynow.Handler, error) {
	handler, err := buynow.New(buynow.Config{
		Client: s.pay, Store: checkouts{s}, Maker: maker, HandlerURL: path, Logger: s.log,
		InitCheckout: func(ctx context.Context, e buynow.InitCheckout) (*webstore.CartDetails, error) {
			return s.cart(ctx, e.CheckoutID, e.ShippingAddress, "")
		},
		SelectShippingAddress: func(ctx context.Context, e buynow.ShippingAddressSelection) (*webstore.CartDetails, error) {
			return s.cart(ctx, e.CheckoutID, e.ShippingAddress, "")
		},
		SelectDeliveryOption: func(ctx context.Context, e buynow.DeliveryOptionSelection) (*webstore.CartDetails, error) {
			return s.cart(ctx, e.CheckoutID, e.ShippingAddress, e.DeliveryOptionID)
		},
		CompleteCheckout: func(context.Context, buynow.Checkout) error { return nil }, // the order was stored with the checkout
		Session: buynow.Session{
			StoreID: s.config.StoreID, PaymentIntent: webstore.PaymentIntentAuthorize, CanHandlePendingAuthorization: true,
			DeliverySpecifications: deliverySpecifications(), MerchantMetadata: webstore.MerchantMetadata{MerchantStoreName: storeName},
		},
	})
	s.buyNow = handler
	return handler, err
}

// StartBuyNow stores a cart that a page offers to buy now, of products that are shipped. checkoutID
// is for buynow.Handler.Button. number is the number that the order gets when the buyer pays:
// /orders/{number} is where the buyer gets then.
func (s *Shop) StartBuyNow(ctx context.Context, b Basket, language catalog.Language) (checkoutID, number string, err error) {
	b.Kind = KindBuyNow
	o, items, err := newOrder(b)
	if err != nil {
		return "", "", err
	}
	if s.buyNow == nil || grams(items) == 0 {
		return "", "", ErrNotAllowed
	}
	lines, err := json.Marshal(b.Lines)
	if err != nil {
		return "", "", err
	}
	if err := s.db.InsertCart(ctx, &data.Cart{
		Number: o.Number, Customer: b.Customer, Currency: string(b.Currency), Language: string(language), Lines: string(lines),
	}); err != nil {
		return "", "", err
	}
	checkoutID, err = s.buyNow.NewCheckout(ctx, o.Number)
	return checkoutID, o.Number, err
}

// basketOf returns the basket of a cart, and its language.
func basketOf(ctx context.Context, q data.Queries, number string) (Basket, catalog.Language, error) {
	cart, err := q.Cart(ctx, number)
	if err != nil {
		return Basket{}, "", err
	}
	b := Basket{Customer: cart.Customer, Kind: KindBuyNow, Currency: amazonpay.CurrencyCode(cart.Currency)}
	return b, catalog.Language(cart.Language), json.Unmarshal([]byte(cart.Lines), &b.Lines)
}

// cart prices the cart of a checkout for an address. An empty option is the cheapest.
func (s *Shop) cart(ctx context.Context, checkoutID string, address *amazonpay.Address, optionID string) (*webstore.CartDetails, error) {
	checkout, err := checkouts{s}.Load(ctx, checkoutID)
	if err != nil {
		return nil, err
	}
	b, language, err := basketOf(ctx, s.db.Queries, checkout.Reference)
	if err != nil {
		return nil, err
	}
	items, err := itemsOf(b.Lines, b.Currency)
	if err != nil {
		return nil, err
	}
	options, err := DeliveryOptions(address, grams(items), b.Currency)
	if errors.Is(err, ErrAddress) {
		return nil, &buynow.DeclineError{ReasonCode: "AddressNotServed", Err: err}
	}
	if err != nil {
		return nil, err
	}
	chosen, err := choose(address, grams(items), b.Currency, optionID)
	if err != nil {
		return nil, err
	}
	cart := &webstore.CartDetails{TotalShippingAmount: chosen.Price}
	for _, o := range options {
		cart.DeliveryOptions = append(cart.DeliveryOptions, webstore.DeliveryOption{
			ID: o.ID, Price: o.Price, IsDefault: amazonpay.Bool(o.ID == chosen.ID),
			ShippingMethod:   webstore.ShippingMethod{ShippingMethodName: optionName(o.ID, language), ShippingMethodCode: o.ID},
			ShippingEstimate: []webstore.EstimationDetails{{TimeUnit: webstore.TimeUnitHour, Value: 24 * o.Days}},
		})
	}
	for _, item := range items {
		product, _ := catalog.BySKU(item.SKU) // itemsOf has found it
		line, err := subtotal([]Item{item}, b.Currency)
		if err != nil {
			return nil, err
		}
		cart.LineItems = append(cart.LineItems, webstore.LineItem{
			ID: item.SKU, Title: product.Name(language), Quantity: amazonpay.Decimal(strconv.Itoa(item.Quantity)), ListPrice: item.Price, TotalListPrice: line,
		})
	}
	if cart.TotalBaseAmount, err = subtotal(items, b.Currency); err != nil {
		return nil, err
	}
	if cart.TotalTaxAmount, err = amazonpay.NewPrice(0, b.Currency); err != nil { // prices include it
		return nil, err
	}
	cart.TotalChargeAmount, err = sum(cart.TotalBaseAmount, chosen.Price)
	return cart, err
}

func optionName(id string, language catalog.Language) string {
	names := map[string][2]string{"standard": {"Standard", "通常配送"}, "express": {"Express", "お急ぎ便"}}
	if language == catalog.Japanese {
		return names[id][1]
	}
	return names[id][0]
}

// takeUpCheckouts continues the Buy Now checkouts that a process has left behind.
func (s *Shop) takeUpCheckouts(ctx context.Context) error {
	if s.buyNow == nil {
		return nil
	}
	ids, err := s.db.LeftCheckouts(ctx)
	for _, id := range ids {
		if _, failed := s.buyNow.Resume(ctx, id); failed != nil && !errors.Is(failed, buynow.ErrUnsettled) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// checkouts is a buynow.Store. A checkout becomes an order when it claims a session: both are
// stored in one transaction, and so is what the payment makes of them.
type checkouts struct{ shop *Shop }

// Load returns a checkout.
func (c checkouts) Load(ctx context.Context, checkoutID string) (buynow.Checkout, error) {
	body, version, err := c.shop.db.Checkout(ctx, checkoutID)
	if errors.Is(err, data.ErrNone) {
		return buynow.Checkout{}, buynow.ErrUnknownCheckout
	}
	if err != nil {
		return buynow.Checkout{}, err
	}
	var found buynow.Checkout
	err = json.Unmarshal([]byte(body), &found)
	found.Version = version
	return found, err
}

// Save stores a checkout, and its order.
func (c checkouts) Save(ctx context.Context, checkout buynow.Checkout) error {
	body, err := json.Marshal(checkout)
	if err != nil {
		return err
	}
	return c.shop.db.Tx(ctx, func(q data.Queries) error {
		stored, err := q.PutCheckout(ctx, checkout.ID, checkout.Reference, checkout.Version, string(checkout.Status), checkout.Completed, string(body))
		if err == nil && !stored {
			err = buynow.ErrConflict
		}
		if err != nil || checkout.SessionID == "" {
			return err
		}
		o, err := c.order(ctx, q, &checkout)
		if err != nil {
			return err
		}
		before := o.Status
		if err := c.apply(ctx, q, o, &checkout); err != nil {
			return err
		}
		if o.Status != before && o.Failure != "" {
			if err := q.AddEvent(ctx, o.Number, string(o.Status), o.Failure); err != nil {
				return err
			}
		}
		return q.UpdateOrder(ctx, o)
	})
}

// order returns the order of a checkout that has a session, and claims the session for it.
func (c checkouts) order(ctx context.Context, q data.Queries, checkout *buynow.Checkout) (*data.Order, error) {
	o, err := q.LockOrder(ctx, checkout.Reference)
	if errors.Is(err, data.ErrNone) {
		o, err = placeCart(ctx, q, checkout)
	}
	if err != nil {
		return nil, err
	}
	row := &data.Session{
		SessionID: checkout.SessionID, OrderNumber: o.Number, Delivery: checkout.Cart.TotalShippingAmount, Total: checkout.Cart.TotalChargeAmount,
		DeliveryOption: checkout.DeliveryOptionID, Address: checkout.ShippingAddress,
	}
	if checkout.Buyer != nil {
		row.BuyerName, row.BuyerEmail = checkout.Buyer.Name, checkout.Buyer.Email
	}
	ours, err := q.PutSession(ctx, row)
	if err == nil && !ours {
		err = buynow.ErrSessionClaimed
	}
	if err != nil {
		return nil, err
	}
	copySession(o, row)
	o.SessionID = checkout.SessionID
	return o, q.FreeSessions(ctx, o.Number, checkout.SessionID)
}

// placeCart stores the order of a checkout, from the cart that the page offered.
func placeCart(ctx context.Context, q data.Queries, checkout *buynow.Checkout) (*data.Order, error) {
	b, _, err := basketOf(ctx, q, checkout.Reference)
	if err != nil {
		return nil, err
	}
	o, items, err := newOrder(b)
	if err != nil {
		return nil, err
	}
	o.Number, o.Total = checkout.Reference, checkout.Cart.TotalChargeAmount
	if err := q.InsertOrder(ctx, o, items); err != nil {
		return nil, err
	}
	return o, q.AddEvent(ctx, o.Number, "placed", o.Total.String())
}

// apply makes of an order what its checkout has become.
func (c checkouts) apply(ctx context.Context, q data.Queries, o *data.Order, checkout *buynow.Checkout) error {
	o.ChargePermissionID, o.Failure = checkout.ChargePermissionID, string(checkout.ReasonCode)
	switch checkout.Status {
	case buynow.StatusOpen:
		o.Status = StatusPlaced
		if checkout.Calls > 0 {
			o.Status = StatusDeclined
		}
	case buynow.StatusBegun:
		if o.Status != StatusCompleting {
			o.Status = StatusCompleting
			return q.AddEvent(ctx, o.Number, "paying", o.Total.String()+" "+checkout.SessionID)
		}
	case buynow.StatusPaid:
		if checkout.Completed { // the order knows already, and may be captured by now
			return c.keep(ctx, q, o)
		}
		charge := Charge{ChargeID: checkout.ChargeID, Period: 1, Amount: checkout.Cart.TotalChargeAmount, State: amazonpay.StateAuthorized}
		if checkout.Pending {
			charge.State = amazonpay.StateAuthorizationInitiated
		}
		return c.shop.applyCharge(ctx, q, o, charge, "charged")
	case buynow.StatusFailed:
		o.Status = StatusCanceled
	case buynow.StatusReview:
		o.Status = StatusCompleting
		return q.AddEvent(ctx, o.Number, "check", "the session was completed in another way: "+checkout.SessionID)
	}
	return nil
}

// keep leaves the status of an order as its charges say.
func (c checkouts) keep(ctx context.Context, q data.Queries, o *data.Order) error {
	charges, err := q.Charges(ctx, o.Number)
	if err == nil {
		setStatus(o, charges)
	}
	return err
}

// cartLife is how long a page may offer a cart.
const cartLife = 48 * time.Hour
