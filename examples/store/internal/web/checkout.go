package web

import (
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"reflect"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// kindAlone returns the kind of an order that has this product alone, or nothing if the product
// goes into the basket.
func kindAlone(product *catalog.Product) string {
	switch product.Billing {
	case catalog.Monthly:
		return string(orders.KindRecurring)
	case catalog.Donation:
		return string(orders.KindDonation)
	case catalog.Once:
	}
	return ""
}

// placeOrder makes an order of the basket, or of one subscription or donation.
func (s *Site) placeOrder(w http.ResponseWriter, r *http.Request) error {
	kind, lines := orders.Kind(r.PostFormValue("kind")), s.basket(r)
	o := orders.Basket{}
	switch kind {
	case orders.KindReview:
		if r.PostFormValue("save") != "" {
			kind = orders.KindWallet
		}
	case orders.KindProcessOrder: // with an address: see takeAddress
	case orders.KindRecurring, orders.KindDonation:
		product, ok := catalog.BySKU(r.PostFormValue("sku"))
		if !ok || kindAlone(product) != string(kind) {
			return errBadForm
		}
		lines = basket{{SKU: product.SKU, Quantity: 1}}
	case orders.KindOneClick:
		wallet, err := s.wallet(r)
		if err != nil {
			return err
		}
		if wallet == nil {
			return orders.ErrNoWallet
		}
		o.Address = wallet.Address
	default:
		return errBadForm
	}
	o.Kind, o.Lines = kind, lines
	return s.place(w, r, o)
}

// place stores an order, unless the same one waits for its payment already: then a second click, or
// the back button, leads to that one.
func (s *Site) place(w http.ResponseWriter, r *http.Request, b orders.Basket) error {
	if len(b.Lines) == 0 {
		return seeOther(w, "/basket")
	}
	ctx, key := r.Context(), keyPlaced+string(b.Kind)
	b.Currency, b.Customer = s.config.Currency, s.customer(r)
	if number := s.sessions.GetString(ctx, key); number != "" {
		before, err := s.config.Shop.Order(ctx, number)
		if err == nil && before.Customer == b.Customer && before.Status == orders.StatusPlaced && basket(b.Lines).isOf(before) && reflect.DeepEqual(before.Address, b.Address) &&
			(b.DeliveryOption == "" || b.DeliveryOption == before.DeliveryOption) {
			return seeOther(w, "/checkout/"+number)
		}
		if err != nil && !errors.Is(err, orders.ErrNoOrder) {
			return err
		}
	}
	o, err := s.config.Shop.Place(ctx, b)
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, key, o.Number)
	return seeOther(w, "/checkout/"+o.Number)
}

// customer returns whose visit it is. A visitor gets an id.
func (s *Site) customer(r *http.Request) string {
	customer := s.sessions.GetString(r.Context(), keyCustomer)
	if customer == "" {
		customer = orders.NewVisitor()
		s.sessions.Put(r.Context(), keyCustomer, customer)
	}
	return customer
}

// ownOrder returns the order of the path if it is the visitor's. Nothing shows whether another one
// exists.
func (s *Site) ownOrder(r *http.Request) (*orders.Order, error) {
	customer := s.sessions.GetString(r.Context(), keyCustomer)
	if customer == "" {
		return nil, orders.ErrNoOrder
	}
	o, err := s.config.Shop.Order(r.Context(), r.PathValue("number"))
	if err == nil && o.Customer != customer {
		return nil, orders.ErrNoOrder
	}
	return o, err
}

// checkoutPage is for checkout.html.
type checkoutPage struct {
	Order  *orders.Order
	Button template.HTML  // empty for an order that the saved payment method pays
	Wallet *orders.Wallet // of such an order
}

func (s *Site) checkout(w http.ResponseWriter, r *http.Request) error {
	o, err := s.ownOrder(r)
	if err != nil {
		return err
	}
	if !o.MayPay() {
		return toOrder(w, o.Number)
	}
	content := checkoutPage{Order: o}
	if o.Kind == orders.KindOneClick {
		if content.Wallet, err = s.wallet(r); err != nil {
			return err
		}
	} else if content.Button, err = s.button(o, nonceOf(r)); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "checkout", "checkout.title", content)
}

// seeOther leads the browser to another page: a path of this shop, or the page that Amazon has
// named.
func seeOther(w http.ResponseWriter, page string) error {
	w.Header().Set("Location", page)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

func toOrder(w http.ResponseWriter, number string) error {
	return seeOther(w, "/orders/"+number)
}

// button returns Amazon's button for an order.
func (s *Site) button(o *orders.Order, nonce string) (template.HTML, error) {
	b := s.config.Shop.Button(o)
	options := button.Options{
		ProductType: b.ProductType, Placement: button.PlacementCheckout, Language: buttonLanguage(s.config.Region),
		LedgerCurrency: amazonpay.LedgerCurrency(s.config.Currency), EstimatedOrderAmount: b.EstimatedOrderAmount,
	}
	made, err := s.config.Buttons.Button(payload(b), options)
	if err != nil {
		return "", err
	}
	return made.HTML(nonce), nil
}

// payload returns the payload of the order's kind.
func payload(b orders.Button) button.Payload {
	switch b.Kind {
	case orders.KindProcessOrder:
		return button.ProcessOrder{
			WebCheckoutDetails: b.WebCheckoutDetails, StoreID: b.StoreID, PaymentDetails: b.PaymentDetails,
			MerchantMetadata: b.MerchantMetadata, AddressDetails: b.AddressDetails,
		}
	case orders.KindDonation: // an additional payment button too, since nothing is shipped or reviewed
		return button.ProcessOrder{
			WebCheckoutDetails: b.WebCheckoutDetails, StoreID: b.StoreID, PaymentDetails: b.PaymentDetails, MerchantMetadata: b.MerchantMetadata,
		}
	case orders.KindRecurring:
		return button.Recurring{
			WebCheckoutDetails: b.WebCheckoutDetails, StoreID: b.StoreID, DeliverySpecifications: b.DeliverySpecifications,
			RecurringMetadata: b.RecurringMetadata, PaymentDetails: b.PaymentDetails, MerchantMetadata: b.MerchantMetadata,
		}
	case orders.KindWallet:
		return button.SavedWallet{
			WebCheckoutDetails: b.WebCheckoutDetails, StoreID: b.StoreID, DeliverySpecifications: b.DeliverySpecifications,
			PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)},
			PaymentDetails:              b.PaymentDetails, MerchantMetadata: b.MerchantMetadata,
		}
	default:
		return button.OneTime{
			WebCheckoutDetails: b.WebCheckoutDetails, StoreID: b.StoreID, DeliverySpecifications: b.DeliverySpecifications,
			PaymentDetails: b.PaymentDetails, MerchantMetadata: b.MerchantMetadata,
		}
	}
}

// addressPage is for address.html.
type addressPage struct {
	Fields    []Field
	Country   string
	Countries []string
	Error     string // of the country
	Bad       bool   // something is wrong
	Address   *amazonpay.Address
	Options   []orders.DeliveryOption // of a good address; the form then has the choice
	Chosen    string
}

// addressFields are the fields of the form, their greatest length, and whether they are required.
var addressFields = []struct {
	name, complete, kind string
	most                 int
	optional             bool
}{
	{"name", "shipping name", "text", 50, false},
	{"phoneNumber", "shipping tel", "tel", 20, false},
	{"postalCode", "shipping postal-code", "text", 20, false},
	{"city", "shipping address-level2", "text", 50, true},
	{"stateOrRegion", "shipping address-level1", "text", 50, true},
	{"addressLine1", "shipping address-line1", "text", 180, false},
	{"addressLine2", "shipping address-line2", "text", 60, true},
}

// ownAddress is the form for an address that the shop knows before the payment.
func (s *Site) ownAddress(w http.ResponseWriter, r *http.Request) error {
	if len(s.basket(r)) == 0 {
		return seeOther(w, "/basket")
	}
	content, _ := s.addressOf(r, false)
	return s.show(w, r, http.StatusOK, "address", "address.title", content)
}

// takeAddress shows the delivery options for an address, and then places the order.
func (s *Site) takeAddress(w http.ResponseWriter, r *http.Request) error {
	content, address := s.addressOf(r, true)
	if content.Bad {
		return s.show(w, r, http.StatusUnprocessableEntity, "address", "address.title", content)
	}
	options, err := orders.DeliveryOptions(address, s.grams(r), s.config.Currency)
	if errors.Is(err, orders.ErrAddress) {
		content.Error, content.Bad = "address.country-error", true
		return s.show(w, r, http.StatusUnprocessableEntity, "address", "address.title", content)
	}
	if err != nil {
		return err
	}
	switch chosen := r.PostFormValue("delivery"); {
	case r.PostFormValue("edit") != "":
	case chosen != "":
		return s.place(w, r, orders.Basket{Kind: orders.KindProcessOrder, Lines: s.basket(r), Address: address, DeliveryOption: chosen})
	default:
		content.Address, content.Options, content.Chosen = address, options, options[0].ID
	}
	return s.show(w, r, http.StatusOK, "address", "address.title", content)
}

func (s *Site) grams(r *http.Request) int {
	grams := 0
	for _, line := range s.basket(r) {
		if product, ok := catalog.BySKU(line.SKU); ok {
			grams += product.Grams * line.Quantity
		}
	}
	return grams
}

// addressOf reads the address form, and checks it if it was sent.
func (s *Site) addressOf(r *http.Request, sent bool) (addressPage, *amazonpay.Address) {
	first := map[amazonpay.CurrencyCode]string{amazonpay.USD: "US", amazonpay.GBP: "GB", amazonpay.EUR: "DE", amazonpay.JPY: "JP"}
	content := addressPage{Countries: orders.Countries(), Country: cmp.Or(r.PostFormValue("countryCode"), first[s.config.Currency])}
	values := make(map[string]string)
	for _, f := range addressFields {
		value := strings.Join(strings.Fields(r.PostFormValue(f.name)), " ")
		values[f.name] = value
		field := Field{Name: f.name, Value: value, Complete: f.complete, Type: f.kind, Optional: f.optional}
		switch {
		case !sent:
		case value == "" && !f.optional:
			field.Error = "address.missing"
		case len([]rune(value)) > f.most:
			field.Error = "address.too-long"
		case f.name == "phoneNumber" && strings.Trim(value, "+0123456789-(). ") != "":
			field.Error = "address.phone-error"
		}
		content.Fields = append(content.Fields, field)
	}
	details := webstore.AddressDetails{City: values["city"], StateOrRegion: values["stateOrRegion"], CountryCode: content.Country}
	for i := range content.Fields {
		field := &content.Fields[i]
		if rule, ok := errors.AsType[*amazonpay.FieldError](details.Validate()); sent && ok && rule.Field == field.Name && field.Error == "" {
			field.Error = "address.missing"
			if field.Value != "" {
				field.Error = "address.not-there"
			}
		}
		if field.Name == "city" {
			details.City = "-" // Validate names one field
		}
		content.Bad = content.Bad || field.Error != ""
	}
	return content, &amazonpay.Address{
		Name: values["name"], PhoneNumber: values["phoneNumber"], PostalCode: values["postalCode"], StateOrRegion: values["stateOrRegion"],
		City: values["city"], AddressLine1: values["addressLine1"], AddressLine2: values["addressLine2"], CountryCode: content.Country,
	}
}
