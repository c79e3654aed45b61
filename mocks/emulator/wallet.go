package emulator

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// buyer is a customer of Amazon: each region has a few.
type buyer struct {
	id        string
	name      string
	email     string
	phone     string
	addresses []object // the first is the usual one
}

// customer describes a buyer whose addresses bear the buyer's name and number.
func customer(name, email, phone string, addresses ...object) buyer {
	b := buyer{name: name, email: email, phone: phone}
	for _, place := range addresses {
		shown := showAddress(place)
		shown["name"], shown["phoneNumber"] = name, phone
		b.addresses = append(b.addresses, shown)
	}
	return b
}

func place(line1, line2, city, state, postalCode, country string) object {
	o := object{"addressLine1": line1, "city": city, "stateOrRegion": state, "postalCode": postalCode, "countryCode": country}
	if line2 != "" {
		o["addressLine2"] = line2
	}
	return o
}

// buyersOf returns the buyers of a region, made up all of them, with the ids that they have
// for one merchant.
func buyersOf(of scope) []buyer {
	var found []buyer
	switch of.Region {
	case "eu":
		found = []buyer{
			customer("Jörg Müller", "joerg@example.com", "+49 30 555 0100",
				place("Straße der Beispiele 1", "", "Berlin", "", "10115", "DE"),
				place("Packstation 123", "4711 0815", "Hamburg", "", "20095", "DE"),
				place("Rue du Marché 8", "", "Luxembourg", "", "1234", "LU")),
			customer("Ada Example", "ada@example.com", "+44 20 7946 0100",
				place("1 Sample Street", "Flat 2", "London", "", "SW1A 1AA", "GB")),
		}
	case "jp":
		found = []buyer{
			customer("山田 花子", "hanako@example.com", "03-5555-0100",
				place("例町1-2-3", "テストビル 4F", "千代田区", "東京都", "100-0001", "JP"),
				place("見本通5-6", "", "大阪市", "大阪府", "530-0001", "JP")),
			customer("佐藤 太郎", "taro@example.com", "06-5555-0100",
				place("試験町7-8", "", "札幌市", "北海道", "060-0001", "JP")),
		}
	default:
		found = []buyer{
			customer("Susie Smith", "susie@example.com", "800-555-0100",
				place("10 Ditka Ave", "Suite 2500", "Chicago", "IL", "60602", "US"),
				place("P.O. Box 42", "", "Honolulu", "HI", "96801", "US"),
				place("100 Sample Road", "", "Toronto", "ON", "M5H 2N2", "CA")),
			customer("Carlos Rivera", "carlos@example.com", "800-555-0123",
				place("7 Example Plaza", "", "Miami", "FL", "33101", "US")),
		}
	}
	for i := range found {
		found[i].id = "amzn1.account.EMULATED" + of.MerchantID
		if i > 0 {
			found[i].id += strconv.Itoa(i + 1)
		}
	}
	return found
}

// card is one of the test cards of
// https://developer.amazon.com/docs/amazon-pay-checkout/sandbox-simulations.html.
type card struct {
	digits  string
	brand   string
	effect  string // for people; empty: it is good
	ends    string // the reason why the session is Canceled at payment
	pending bool   // authorizations are pending first
	decline string // and end with this
}

var cards = []card{
	{digits: "1111", brand: "Visa"},
	{digits: "0005", brand: "Amex"},
	{digits: "4444", brand: "MasterCard"},
	{digits: "9424", brand: "Discover"},
	{digits: "0000", brand: "JCB"},
	{digits: "1212", brand: "Diners"}, // of Japan's sandbox
	{digits: "3064", brand: "Visa", effect: "the buyer gives up: Canceled, BuyerCanceled", ends: buyerCanceled},
	{digits: "3434", brand: "Visa", effect: "the payment fails: Canceled, Declined", ends: declined},
	{digits: "0701", brand: "Visa", effect: "pending, Authorized after 30 seconds", pending: true},
	{digits: "4354", brand: "Visa", effect: "pending, Declined (HardDeclined) after 30 seconds", pending: true, decline: hardDeclined},
}

// cardNamed returns the test card with these last digits; the first one for none.
func cardNamed(digits string) (card, bool) {
	if digits == "" {
		return cards[0], true
	}
	i := slices.IndexFunc(cards, func(c card) bool { return c.digits == digits })
	if i < 0 {
		return card{}, false
	}
	return cards[i], true
}

// outcome returns the reason with which a pending authorization will be declined, "" for none.
func (c card) outcome(simulated string) string {
	if simulated != "" { // it overrides the card
		return ""
	}
	return c.decline
}

func (c card) String() string { return c.brand + " ****" + c.digits + " (Amazon Pay)" }

// wallet is what a buyer chose at Amazon.
type wallet struct {
	Buyer   int    // of the region's
	Address object // nil: the buyer's usual one
	Card    string // its last digits; empty: the first card
}

func (m wallet) card() card {
	found, _ := cardNamed(m.Card)
	return found
}

func (m wallet) buyer(of scope) buyer {
	all := buyersOf(of)
	return all[min(m.Buyer, len(all)-1)]
}

func showAddress(given object) object {
	return given.pick("name", "addressLine1", "addressLine2", "addressLine3", "city", "county", "district",
		"stateOrRegion", "postalCode", "countryCode", "phoneNumber")
}

// summary is the buyer within a session or charge permission.
func (b buyer) summary() object {
	return object{"buyerId": b.id, "name": b.name, "email": b.email, "phoneNumber": b.phone, "primeMembershipTypes": nil}
}

// shippingAddress is the one that the shop gave with the details, or that the buyer chose, or
// the usual one.
func (m wallet) shippingAddress(of scope, details object) object {
	if given := details.at("shippingAddress"); given != nil {
		return showAddress(given)
	}
	if given := details.at("addressDetails"); given != nil {
		shown := showAddress(given)
		shown["district"] = given["districtOrCounty"]
		return shown
	}
	if m.Address != nil {
		return m.Address
	}
	return m.buyer(of).addresses[0]
}

// addressList is the buyer's addresses as texts, each of which holds a JSON object.
func (m wallet) addressList(of scope) []any {
	var list []any
	for i, address := range m.buyer(of).addresses {
		listed := object{"addressId": fmt.Sprintf("amzn1.address.EMULATED%04d", i+1)}
		listed.merge(address)
		list = append(list, string(encode(listed)))
	}
	return list
}

// billingAddress is shown in Europe, where nothing is shipped, and where the shop asked for it.
func (m wallet) billingAddress(of scope, product string, details object) any {
	if given := details.at("billingAddress"); given != nil {
		return showAddress(given)
	}
	scopes, _ := details["scopes"].([]any)
	if of.Region == "eu" || product == payOnly || product == donation || slices.Contains(scopes, any("billingAddress")) {
		return m.buyer(of).addresses[0]
	}
	return nil
}

var (
	postBox     = regexp.MustCompile(`(?i)\b(?:P\.?\s*O\.?\s*Box|Post\s+Office\s+Box|POB|Postfach)(?:\b|\d)`)
	packstation = regexp.MustCompile(`(?i)\bpackstation\b`)
)

// restricted returns why the shop does not deliver to an address, or "".
func restricted(specifications, address object) string {
	special, _ := specifications["specialRestrictions"].([]any)
	lines := address.text("addressLine1") + "\n" + address.text("addressLine2") + "\n" + address.text("addressLine3")
	switch {
	case slices.Contains(special, any("RestrictPOBoxes")) && postBox.MatchString(lines):
		return "the shop does not deliver to post boxes"
	case slices.Contains(special, any("RestrictPackstations")) && packstation.MatchString(lines):
		return "the shop does not deliver to Packstations"
	}
	rules := specifications.at("addressRestrictions")
	if rules == nil {
		return ""
	}
	listed := false
	countries := rules.at("restrictions")
	for _, country := range slices.Sorted(maps.Keys(countries)) {
		if strings.EqualFold(country, address.text("countryCode")) && covers(countries.at(country), address) {
			listed = true
		}
	}
	if listed != (rules.text("type") == "Allowed") {
		return "the shop does not deliver there"
	}
	return ""
}

// covers reports whether an address of a country is within what is listed for it: all of it, if no
// states and postal codes are, and not what is excepted.
func covers(area, address object) bool {
	states, _ := area["statesOrRegions"].([]any)
	codes, _ := area["zipCodes"].([]any)
	all := len(states)+len(codes) == 0
	return (all || lists(area, address)) && !lists(area.at("except"), address)
}

// lists reports whether the state or the postal code of an address is listed.
func lists(area, address object) bool {
	states, _ := area["statesOrRegions"].([]any)
	codes, _ := area["zipCodes"].([]any)
	return slices.ContainsFunc(states, func(state any) bool {
		text, _ := state.(string)
		return strings.EqualFold(text, address.text("stateOrRegion"))
	}) || slices.ContainsFunc(codes, func(code any) bool {
		text, _ := code.(string)
		return fitsPostalCode(text, address)
	})
}

// fitsPostalCode compares an address with a postal code in which * stands for any characters and ?
// for any one. In Japan the hyphen does not count: shops list 1530064, and addresses have 153-0064.
func fitsPostalCode(pattern string, address object) bool {
	given := address.text("postalCode")
	if strings.EqualFold(address.text("countryCode"), "JP") {
		pattern, given = strings.ReplaceAll(pattern, "-", ""), strings.ReplaceAll(given, "-", "")
	}
	return fitsWildcards([]rune(pattern), []rune(given))
}

func fitsWildcards(pattern, text []rune) bool {
	star, from := -1, 0 // where the last star was, and how much of the text it has taken
	p := 0
	for t := 0; t < len(text); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0: // it takes one more
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(string(pattern[p:]), "*") == ""
}
