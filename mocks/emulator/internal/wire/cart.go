package wire

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// The members of CartDetails, with which a shop answers the events of Buy Now
// (https://developer.amazon.com/docs/amazon-pay-api-v2/buy-now-checkout.html).
var cartMembers = Members{
	"totalBaseAmount":     price().orZero().Required(),
	"totalShippingAmount": price().orZero().Required(),
	"totalTaxAmount":      price().orZero().Required(),
	"totalChargeAmount":   price().limited().Required(),
	"totalDiscountAmount": price().orZero(),
	"totalOrderAmount":    price(),
	"lineItems":           List(Structure(lineItem)),
	"deliveryOptions":     List(Structure(deliveryOption)),
}

var lineItem = Members{
	"id": Text(0).Required(), "title": Text(0).Required(), "quantity": count().Required(), "variantTitle": Text(0),
	"listPrice": price().orZero().Required(), "totalListPrice": price().orZero().Required(), "discountedPrice": price().orZero(),
}

var deliveryOption = Members{
	"id": Text(0).Required(), "price": price().orZero().Required(), "isDefault": flag(),
	"shippingMethod":   Structure(Members{"shippingMethodName": Text(0).Required(), "shippingMethodCode": Text(0)}).Required(),
	"shippingEstimate": List(Structure(Members{"timeUnit": Text(0).Required(), "value": count().Required()})),
}

// giftMembers of a cart are documented for shops with gifts
// (https://developer.amazon.com/docs/amazon-pay-buy-now-checkout-with-gifting/provide-event-handlers.html).
// They pass unchecked.
var giftMembers = []string{"giftDetails", "addOnFeatures", "addressDisplayType"}

// CheckedCart is a cart that passed [CheckCart].
type CheckedCart struct {
	ledger.Cart
	Body    ledger.Object   // the members of the table, each in the form of answers
	Items   []ledger.Object // the line items
	Options []ledger.Object // the delivery options
	Chosen  int             // of the options: the named one, or the default; -1 without options
	Others  []string        // the names of the other members, sorted
	Notes   []string        // oddities that are not refused
}

// CheckCart checks a cart that a shop's page gave. option is the id of the delivery option that the
// buyer chose; empty means the default one.
//
// Base and shipping less the discount, with the tax or without it (prices may include it), must be
// the total of the order: totalOrderAmount, or totalChargeAmount if there is no other. The
// documentation does not say so. A cart with other members, for gifts or points, is not added up.
func CheckCart(c *ledger.Call, given ledger.Object, ships bool, option string) (CheckedCart, *ledger.Refusal) {
	cart := CheckedCart{Body: make(ledger.Object), Chosen: -1}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, known := cartMembers[name]; known {
			cart.Body[name] = given[name]
			continue
		}
		cart.Others = append(cart.Others, name)
		if !slices.Contains(giftMembers, name) {
			cart.Notes = append(cart.Notes, "The member "+Cut(name, 64)+" is not documented for CartDetails.")
		}
	}
	prepare(cart.Body)
	strict := *c
	strict.Strict = true // one spelling of amounts, with the decimals of the currency
	if refused := cartMembers.Check(cart.Body, "", &strict); refused != nil {
		return cart, refused
	}
	if refused := cart.checkCurrencies(c); refused != nil {
		return cart, refused
	}
	if refused := cart.checkItems(); refused != nil {
		return cart, refused
	}
	if refused := cart.chooseOption(ships, option); refused != nil {
		return cart, refused
	}
	cart.Charge, cart.Order = cart.Body.MoneyAt("totalChargeAmount"), cart.Body.MoneyAt("totalOrderAmount")
	if cart.Order.Currency != "" && cart.Order.Minor < cart.Charge.Minor {
		return cart, ledger.Invalid("totalOrderAmount", "must not be less than totalChargeAmount")
	}
	if len(cart.Others) > 0 {
		return cart, nil
	}
	return cart, cart.checkSum()
}

// prepare removes the null members of a value, and makes a text of a count that is a number.
// Amounts stay as they are: the documentation has texts, and a JavaScript number is a binary
// fraction.
func prepare(value any) {
	switch v := value.(type) {
	case ledger.Object:
		maps.DeleteFunc(v, func(_ string, member any) bool { return member == nil })
		for _, count := range []string{"quantity", "value"} {
			if number, isNumber := v[count].(json.Number); isNumber {
				v[count] = number.String()
			}
		}
		for _, member := range v {
			prepare(member)
		}
	case []any:
		for _, element := range v {
			prepare(element)
		}
	}
}

// checkCurrencies refuses a cart in more than one currency, or in a currency in which the account
// cannot be paid.
func (cart *CheckedCart) checkCurrencies(c *ledger.Call) *ledger.Refusal {
	currency := cart.Body.MoneyAt("totalChargeAmount").Currency
	if refused := ledger.CheckCurrency(c, "totalChargeAmount", currency); refused != nil {
		return refused
	}
	same := func(path string, o ledger.Object, names ...string) *ledger.Refusal {
		for _, name := range names {
			if other := o.MoneyAt(name).Currency; other != "" && other != currency {
				return ledger.Invalid(path+name+".currencyCode", "is "+other+", but totalChargeAmount is in "+currency)
			}
		}
		return nil
	}
	refused := same("", cart.Body, "totalBaseAmount", "totalShippingAmount", "totalTaxAmount", "totalDiscountAmount", "totalOrderAmount")
	for _, item := range objects(cart.Body["lineItems"]) {
		if refused == nil {
			refused = same("lineItems[].", item, "listPrice", "totalListPrice", "discountedPrice")
		}
	}
	for _, option := range objects(cart.Body["deliveryOptions"]) {
		if refused == nil {
			refused = same("deliveryOptions[].", option, "price")
		}
	}
	return refused
}

// objects are the elements of a list that the table of members has checked.
func objects(list any) []ledger.Object {
	elements, _ := list.([]any)
	var found []ledger.Object
	for _, element := range elements {
		o, _ := element.(ledger.Object)
		found = append(found, o)
	}
	return found
}

func (cart *CheckedCart) checkItems() *ledger.Refusal {
	cart.Items = objects(cart.Body["lineItems"])
	for _, item := range cart.Items {
		quantity, _ := strconv.ParseInt(item.Text("quantity"), 10, 64) // at most nine digits
		if one, all := item.MoneyAt("listPrice"), item.MoneyAt("totalListPrice"); quantity == 0 || all.Minor%quantity != 0 || all.Minor/quantity != one.Minor {
			return ledger.Invalid("lineItems[].totalListPrice", fmt.Sprintf("of %q must be listPrice × quantity: %s × %d is not %s", Cut(item.Text("title"), 64), one, quantity, all))
		}
	}
	return nil
}

// chooseOption sets the delivery option that the buyer chose, or the default one: the first if none
// is marked.
func (cart *CheckedCart) chooseOption(ships bool, id string) *ledger.Refusal {
	cart.Options = objects(cart.Body["deliveryOptions"])
	ids := make(map[string]bool)
	marked := -1
	for i, option := range cart.Options {
		own := option.Text("id")
		if ids[own] {
			return ledger.Invalid("deliveryOptions", fmt.Sprintf("has the id %q twice", Cut(own, 64)))
		}
		ids[own] = true
		if option["isDefault"] == true {
			if marked >= 0 {
				return ledger.Invalid("deliveryOptions", "has more than one option with isDefault")
			}
			marked = i
		}
		if own == id {
			cart.Chosen = i
		}
	}
	switch {
	case !ships:
		cart.Chosen = -1
		return nil
	case len(cart.Options) == 0:
		return ledger.BadRequest(ledger.MissingParameterValue, "The member deliveryOptions is required for a product that ships.")
	case id == "":
		cart.Chosen = max(marked, 0)
	case cart.Chosen < 0:
		return ledger.Invalid("deliveryOptions", fmt.Sprintf("has no option with the id %q", Cut(id, 64)))
	}
	cart.Delivery = cart.Options[cart.Chosen]
	return nil
}

// checkSum adds up the cart.
func (cart *CheckedCart) checkSum() *ledger.Refusal {
	name := "totalOrderAmount"
	if cart.Order.Currency == "" {
		name = "totalChargeAmount"
	}
	at := func(name string) int64 { return cart.Body.MoneyAt(name).Minor }
	total, tax := at(name), at("totalTaxAmount")
	without := at("totalBaseAmount") + at("totalShippingAmount") - at("totalDiscountAmount")
	if total == without+tax || total == without {
		return nil
	}
	return ledger.Invalid(name, fmt.Sprintf("does not add up: base %s + shipping %s + tax %s − discount %s is %s, not %s",
		cart.Body.MoneyAt("totalBaseAmount"), cart.Body.MoneyAt("totalShippingAmount"), cart.Body.MoneyAt("totalTaxAmount"),
		ledger.Money{Minor: at("totalDiscountAmount"), Currency: cart.Charge.Currency}, ledger.Money{Minor: without + tax, Currency: cart.Charge.Currency}, cart.Body.MoneyAt(name)))
}
