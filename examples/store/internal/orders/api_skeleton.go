package orders

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// New returns a shop.
func New(c Config) (*Shop, error) { return nil, errNotYet }

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
	SKU      string
	Quantity int // 1 to 99
}

// Place stores an order. Nothing is charged yet. The basket must suit its kind: KindRecurring is for
// one monthly product, KindDonation for one donation, and the other kinds for products that are paid
// once.
func (s *Shop) Place(ctx context.Context, b Basket) (*Order, error) { return nil, errNotYet }

// Subtotal returns the price of some lines without delivery.
func Subtotal(lines []Line, currency amazonpay.CurrencyCode) (amazonpay.Price, error) {
	return amazonpay.Price{}, errNotYet
}

// Order returns an order with all that belongs to it, or ErrNoOrder.
func (s *Shop) Order(ctx context.Context, number string) (*Order, error) { return nil, errNotYet }

// OrdersOf returns a customer's orders, newest first.
func (s *Shop) OrdersOf(ctx context.Context, customer string) ([]*Order, error) {
	return nil, errNotYet
}

// Orders returns the newest orders of all customers, for the admin page.
func (s *Shop) Orders(ctx context.Context, limit int) ([]*Order, error) { return nil, errNotYet }

// Button is what the payload of an order's button is made from. Package button makes a payload of
// the order's kind from it.
type Button struct {
	Kind               Kind
	ProductType        webstore.ProductType
	StoreID            string
	WebCheckoutDetails *webstore.WebCheckoutDetails // review, result and cancel page
	MerchantMetadata   *webstore.MerchantMetadata   // the order's number
	PaymentDetails     *webstore.PaymentDetails     // KindProcessOrder, KindDonation and KindRecurring; nil otherwise
	RecurringMetadata  *webstore.RecurringMetadata  // KindRecurring
	AddressDetails     *webstore.AddressDetails     // KindProcessOrder that ships
	// DeliverySpecifications has the countries that the shop delivers to, if it ships.
	DeliverySpecifications *webstore.DeliverySpecifications
	EstimatedOrderAmount   amazonpay.Price
}

// Button returns what the order's button must say. It makes no call, and the same order always gets
// the same button.
func (s *Shop) Button(o *Order) Button { return Button{} }

// Review is what the review page shows.
type Review struct {
	Order   *Order // with the prices for the session's address and the chosen option
	Session string
	Options []DeliveryOption // empty if nothing is shipped
	Payment string           // the card, as Amazon describes it
}

// Review reads the session with which the buyer came back from Amazon, and prices the order for its
// address. A session that belongs to another order is ErrOtherOrder. If the order is paid already,
// the error is ErrNotPayable: show the order.
func (s *Shop) Review(ctx context.Context, number, sessionID string) (*Review, error) {
	return nil, errNotYet
}

// ChooseDelivery is Review with another delivery option.
func (s *Shop) ChooseDelivery(ctx context.Context, number, sessionID, optionID string) (*Review, error) {
	return nil, errNotYet
}

// Pay sets the total on the session, and returns the page of Amazon's at which the buyer pays it.
// shown is the total that the review page showed. If the address at Amazon has changed since, so that
// the total is another, the error is ErrTotal, and Amazon has not been told anything.
func (s *Shop) Pay(ctx context.Context, number, sessionID string, shown amazonpay.Price) (redirectURL string, err error) {
	return "", errNotYet
}

// Result completes the session with which the buyer came back from paying, once, and returns the
// order as it is now. Look at its Status: Completing and Pending mean that the result is not known
// yet. A page that is loaded again gets the same answer. If the order has another session that pays
// it, this one is not completed.
func (s *Shop) Result(ctx context.Context, number, sessionID string) (*Order, error) {
	return nil, errNotYet
}

// GiveUp is for the page to which Amazon sends a buyer who has canceled: it notes so in the
// timeline. The order may still be paid.
func (s *Shop) GiveUp(ctx context.Context, number string) (*Order, error) { return nil, errNotYet }

// Wallet is a customer's saved payment method.
type Wallet struct {
	ChargePermissionID string
	Payment            string // the card, as Amazon describes it
	Address            *amazonpay.Address
	Chargeable         bool
}

// Wallet returns the saved payment method, or ErrNoWallet.
func (s *Shop) Wallet(ctx context.Context, customer string) (*Wallet, error) { return nil, errNotYet }

// ForgetWallet closes the saved charge permission at Amazon and forgets it.
func (s *Shop) ForgetWallet(ctx context.Context, customer string) error { return errNotYet }

// PayWithWallet charges an order of KindOneClick to the saved payment method, once. Look at the
// order's Status, as after Result.
func (s *Shop) PayWithWallet(ctx context.Context, number string) (*Order, error) {
	return nil, errNotYet
}

// Customer is a buyer who has signed in with Amazon.
type Customer struct {
	ID    string
	Name  string
	Email string
}

// SignIn reads the buyer of a token (webstore.ReturnURL.BuyerToken), and gives the visitor's orders
// to the buyer. visitor is who ordered before.
func (s *Shop) SignIn(ctx context.Context, visitor string, token amazonpay.Secret) (*Customer, error) {
	return nil, errNotYet
}

// NewVisitor returns the id of a customer who has not signed in.
func NewVisitor() string { return "" }

// DeliveryOption is a way to send an order.
type DeliveryOption struct {
	ID    string // "standard" or "express"; the page has the name in its language
	Price amazonpay.Price
	Days  int // until it arrives, at most
}

// DeliveryOptions returns the ways to send items of this weight to an address, cheapest first, or
// ErrAddress. Only CountryCode and PostalCode of the address matter.
func DeliveryOptions(address *amazonpay.Address, grams int, currency amazonpay.CurrencyCode) ([]DeliveryOption, error) {
	return nil, errNotYet
}

// ChargeNextPeriod charges a period of a subscription, once. period is the one that the page showed
// as the next, so that a double click charges one. A period that is charged already is returned as
// it is; one after the next is ErrNotAllowed.
func (s *Shop) ChargeNextPeriod(ctx context.Context, number string, period int) (*Order, error) {
	return nil, errNotYet
}

// NextPeriod returns the number of the subscription's first period that is not charged.
func (o *Order) NextPeriod() int { return 0 }

// Capture takes the held money of a charge, all or a part. It can be done once a charge.
func (s *Shop) Capture(ctx context.Context, number, chargeID string, amount amazonpay.Price) (*Order, error) {
	return nil, errNotYet
}

// Refund gives back a part of a charge: at most webstore.Unrefunded, less the refunds that have
// begun. form is the id of the form that asks for it (NewForm): a form refunds once.
func (s *Shop) Refund(ctx context.Context, number, chargeID string, amount amazonpay.Price, form string) (*Order, error) {
	return nil, errNotYet
}

// NewForm returns an id for a form that must not work twice.
func NewForm() string { return "" }

// Cancel releases the held money of a charge. A captured charge must be refunded instead:
// ErrNotAllowed.
func (s *Shop) Cancel(ctx context.Context, number, chargeID string) (*Order, error) {
	return nil, errNotYet
}

// Close ends the order's charge permission: nothing more can be charged. For a subscription this is
// its end.
func (s *Shop) Close(ctx context.Context, number string) (*Order, error) { return nil, errNotYet }

// Contest answers a dispute with a text as evidence, such as a tracking number.
func (s *Shop) Contest(ctx context.Context, number, disputeID, evidence string) (*Order, error) {
	return nil, errNotYet
}

// Refresh reads the order's charges, refunds, disputes and charge permission at Amazon, and stores
// them.
func (s *Shop) Refresh(ctx context.Context, number string) (*Order, error) { return nil, errNotYet }

// Notify updates the order of a notification. Package ipn has verified it:
//
//	verifier.Handler(func(ctx context.Context, n *ipn.Notification) error { return shop.Notify(ctx, n) })
func (s *Shop) Notify(ctx context.Context, n webstore.Notification) error { return errNotYet }

func ships(items []Item) bool { return false }
