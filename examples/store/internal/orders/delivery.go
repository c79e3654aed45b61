package orders

import (
	"slices"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// DeliveryOption is a way to send an order.
type DeliveryOption struct {
	ID    string // "standard" or "express"; the page has the name in its language
	Price amazonpay.Price
	Days  int // until it arrives, at most
}

// near are the countries to which a shop that sells in the currency sends at the lower price.
var near = map[amazonpay.CurrencyCode][]string{
	amazonpay.USD: {"US"},
	amazonpay.GBP: {"GB"},
	amazonpay.EUR: {"AT", "BE", "DE", "ES", "FR", "IE", "IT", "LU", "NL", "PT"},
	amazonpay.JPY: {"JP"},
}

// far are the other countries to which the shop delivers.
var far = []string{"AU", "CA", "CH", "CY", "DK", "HU", "NZ", "SE"}

// rate is the price for a parcel: base, and as much again for each kilogram begun. The amounts are
// in the currency's smallest unit.
type rate struct {
	id                string
	days              int
	base, perKilogram int64
}

var rates = map[amazonpay.CurrencyCode]struct{ near, far []rate }{
	amazonpay.USD: {[]rate{{"standard", 5, 395, 100}, {"express", 2, 995, 250}}, []rate{{"standard", 14, 1490, 600}}},
	amazonpay.GBP: {[]rate{{"standard", 3, 295, 80}, {"express", 1, 695, 150}}, []rate{{"standard", 10, 1150, 450}}},
	amazonpay.EUR: {[]rate{{"standard", 4, 390, 90}, {"express", 2, 890, 200}}, []rate{{"standard", 12, 1390, 550}}},
	amazonpay.JPY: {[]rate{{"standard", 3, 600, 150}, {"express", 1, 1200, 300}}, []rate{{"standard", 12, 2200, 900}}},
}

// DeliveryOptions returns the ways to send items of this weight to an address, cheapest first, or
// ErrAddress. Only CountryCode of the address matters.
func DeliveryOptions(address *amazonpay.Address, grams int, currency amazonpay.CurrencyCode) ([]DeliveryOption, error) {
	if address == nil {
		return nil, ErrAddress
	}
	var found []rate
	switch country := address.CountryCode; {
	case slices.Contains(near[currency], country):
		found = rates[currency].near
	case slices.Contains(Countries(), country):
		found = rates[currency].far
	}
	if found == nil {
		return nil, ErrAddress
	}
	options := make([]DeliveryOption, 0, len(found))
	for _, r := range found {
		price, err := amazonpay.NewPrice(r.base+r.perKilogram*int64((grams+999)/1000), currency)
		if err != nil {
			return nil, err
		}
		options = append(options, DeliveryOption{ID: r.id, Price: price, Days: r.days})
	}
	return options, nil
}

// choose returns the option with an id. Empty, or one that the address does not have, is the
// cheapest.
func choose(address *amazonpay.Address, grams int, currency amazonpay.CurrencyCode, id string) (DeliveryOption, error) {
	options, err := DeliveryOptions(address, grams, currency)
	if err != nil {
		return DeliveryOption{}, err
	}
	i := slices.IndexFunc(options, func(o DeliveryOption) bool { return o.ID == id })
	return options[max(i, 0)], nil
}

// Countries returns the codes of the countries that the shop delivers to.
func Countries() []string {
	countries := slices.Clone(far)
	for _, more := range near {
		countries = append(countries, more...)
	}
	slices.Sort(countries)
	return countries
}

// deliverySpecifications lets the buyer choose no address at Amazon that the shop does not deliver
// to.
func deliverySpecifications() *webstore.DeliverySpecifications {
	places := make(map[string]webstore.Restriction)
	for _, country := range Countries() {
		places[country] = webstore.Restriction{}
	}
	return &webstore.DeliverySpecifications{
		AddressRestrictions: &webstore.AddressRestrictions{Type: webstore.AddressRestrictionTypeAllowed, Restrictions: places},
	}
}
