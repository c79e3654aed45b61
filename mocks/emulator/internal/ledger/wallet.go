package ledger

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Buyer is a customer of Amazon: each region has a few.
type Buyer struct {
	id        string
	Name      string
	Email     string
	phone     string
	Addresses []Object // the first is the usual one
}

// customer describes a buyer whose addresses bear the buyer's name and number.
func customer(name, email, phone string, addresses ...Object) Buyer {
	b := Buyer{Name: name, Email: email, phone: phone}
	for _, place := range addresses {
		shown := showAddress(place)
		shown["name"], shown["phoneNumber"] = name, phone
		b.Addresses = append(b.Addresses, shown)
	}
	return b
}

func place(line1, line2, city, state, postalCode, country string) Object {
	o := Object{"addressLine1": line1, "city": city, "stateOrRegion": state, "postalCode": postalCode, "countryCode": country}
	if line2 != "" {
		o["addressLine2"] = line2
	}
	return o
}

// BuyersOf returns the buyers of a region, made up all of them, with the ids that they have
// for one merchant.
func BuyersOf(of Scope) []Buyer {
	var found []Buyer
	switch of.Region {
	case "eu":
		found = []Buyer{
			customer("Jörg Müller", "joerg@example.com", "+49 30 555 0100",
				place("Straße der Beispiele 1", "", "Berlin", "", "10115", "DE"),
				place("Packstation 123", "4711 0815", "Hamburg", "", "20095", "DE"),
				place("Rue du Marché 8", "", "Luxembourg", "", "1234", "LU")),
			customer("Ada Example", "ada@example.com", "+44 20 7946 0100",
				place("1 Sample Street", "Flat 2", "London", "", "SW1A 1AA", "GB")),
		}
	case "jp":
		found = []Buyer{
			customer("山田 花子", "hanako@example.com", "03-5555-0100",
				place("例町1-2-3", "テストビル 4F", "千代田区", "東京都", "100-0001", "JP"),
				place("見本通5-6", "", "大阪市", "大阪府", "530-0001", "JP")),
			customer("佐藤 太郎", "taro@example.com", "06-5555-0100",
				place("試験町7-8", "", "札幌市", "北海道", "060-0001", "JP")),
		}
	default:
		found = []Buyer{
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

// Card is one of the test cards of
// https://developer.amazon.com/docs/amazon-pay-checkout/sandbox-simulations.html.
type Card struct {
	Digits  string
	Brand   string
	Effect  string // for people; empty: it is good
	ends    string // the reason why the session is Canceled at payment
	pending bool   // authorizations are pending first
	decline string // and end with this
}

// Cards are the test cards.
var Cards = []Card{
	{Digits: "1111", Brand: "Visa"},
	{Digits: "0005", Brand: "Amex"},
	{Digits: "4444", Brand: "MasterCard"},
	{Digits: "9424", Brand: "Discover"},
	{Digits: "0000", Brand: "JCB"},
	{Digits: "1212", Brand: "Diners"}, // of Japan's sandbox
	{Digits: "3064", Brand: "Visa", Effect: "the buyer gives up: Canceled, BuyerCanceled", ends: BuyerCanceled},
	{Digits: "3434", Brand: "Visa", Effect: "the payment fails: Canceled, Declined", ends: Declined},
	{Digits: "0701", Brand: "Visa", Effect: "pending, Authorized after 30 seconds", pending: true},
	{Digits: "4354", Brand: "Visa", Effect: "pending, Declined (HardDeclined) after 30 seconds", pending: true, decline: hardDeclined},
}

// CardNamed returns the test card with these last digits; the first one for none.
func CardNamed(digits string) (Card, bool) {
	if digits == "" {
		return Cards[0], true
	}
	i := slices.IndexFunc(Cards, func(c Card) bool { return c.Digits == digits })
	if i < 0 {
		return Card{}, false
	}
	return Cards[i], true
}

// outcome returns the reason with which a pending authorization will be declined, "" for none.
func (c Card) outcome(simulated string) string {
	if simulated != "" { // it overrides the card
		return ""
	}
	return c.decline
}

func (c Card) String() string { return c.Brand + " ****" + c.Digits + " (Amazon Pay)" }

// Wallet is what a buyer chose at Amazon.
type Wallet struct {
	Buyer   int    // of the region's
	Address Object // nil: the buyer's usual one
	Card    string // its last digits; empty: the first card
}

// ChosenCard returns the card that the buyer chose.
func (m Wallet) ChosenCard() Card {
	found, _ := CardNamed(m.Card)
	return found
}

// Owner returns the buyer.
func (m Wallet) Owner(of Scope) Buyer {
	all := BuyersOf(of)
	return all[min(m.Buyer, len(all)-1)]
}

func showAddress(given Object) Object {
	return given.pick("name", "addressLine1", "addressLine2", "addressLine3", "city", "county", "district",
		"stateOrRegion", "postalCode", "countryCode", "phoneNumber")
}

// summary is the buyer within a session or charge permission.
func (b Buyer) summary() Object {
	return Object{"buyerId": b.id, "name": b.Name, "email": b.Email, "phoneNumber": b.phone, "primeMembershipTypes": nil}
}

// ShippingAddress is the address that the shop gave with the details, or the buyer's choice, or
// the buyer's usual address.
func (m Wallet) ShippingAddress(of Scope, details Object) Object {
	if given := details.At("shippingAddress"); given != nil {
		return showAddress(given)
	}
	if given := details.At("addressDetails"); given != nil {
		shown := showAddress(given)
		shown["district"] = given["districtOrCounty"]
		return shown
	}
	if m.Address != nil {
		return m.Address
	}
	return m.Owner(of).Addresses[0]
}

// addressList is the buyer's addresses as texts, each of which holds a JSON object.
func (m Wallet) addressList(of Scope) []any {
	var list []any
	for i, address := range m.Owner(of).Addresses {
		listed := Object{"addressId": fmt.Sprintf("amzn1.address.EMULATED%04d", i+1)}
		listed.Merge(address)
		list = append(list, string(Encode(listed)))
	}
	return list
}

// billingAddress is shown in Europe, if nothing is shipped, and if the shop asked for it.
func (m Wallet) billingAddress(of Scope, product string, details Object) any {
	if given := details.At("billingAddress"); given != nil {
		return showAddress(given)
	}
	scopes, _ := details["scopes"].([]any)
	if of.Region == "eu" || product == PayOnly || product == Donation || slices.Contains(scopes, any("billingAddress")) {
		return m.Owner(of).Addresses[0]
	}
	return nil
}

var (
	postBox     = regexp.MustCompile(`(?i)\b(?:P\.?\s*O\.?\s*Box|Post\s+Office\s+Box|POB|Postfach)(?:\b|\d)`)
	packstation = regexp.MustCompile(`(?i)\bpackstation\b`)
)

// Restricted returns why the shop does not deliver to an address, or "".
func Restricted(specifications, address Object) string {
	special, _ := specifications["specialRestrictions"].([]any)
	lines := address.Text("addressLine1") + "\n" + address.Text("addressLine2") + "\n" + address.Text("addressLine3")
	switch {
	case slices.Contains(special, any("RestrictPOBoxes")) && postBox.MatchString(lines):
		return "the shop does not deliver to post boxes"
	case slices.Contains(special, any("RestrictPackstations")) && packstation.MatchString(lines):
		return "the shop does not deliver to Packstations"
	}
	rules := specifications.At("addressRestrictions")
	if rules == nil {
		return ""
	}
	listed := false
	countries := rules.At("restrictions")
	for _, country := range slices.Sorted(maps.Keys(countries)) {
		if strings.EqualFold(country, address.Text("countryCode")) && covers(countries.At(country), address) {
			listed = true
		}
	}
	if listed != (rules.Text("type") == "Allowed") {
		return "the shop does not deliver there"
	}
	return ""
}

// covers reports whether an address of a country is within what is listed for it: all of it, if no
// states and postal codes are, and not what is excepted.
func covers(area, address Object) bool {
	states, _ := area["statesOrRegions"].([]any)
	codes, _ := area["zipCodes"].([]any)
	all := len(states)+len(codes) == 0
	return (all || lists(area, address)) && !lists(area.At("except"), address)
}

// lists reports whether the state or the postal code of an address is listed.
func lists(area, address Object) bool {
	states, _ := area["statesOrRegions"].([]any)
	codes, _ := area["zipCodes"].([]any)
	return slices.ContainsFunc(states, func(state any) bool {
		text, _ := state.(string)
		return strings.EqualFold(text, address.Text("stateOrRegion"))
	}) || slices.ContainsFunc(codes, func(code any) bool {
		text, _ := code.(string)
		return fitsPostalCode(text, address)
	})
}

// fitsPostalCode compares an address with a postal code in which * stands for any characters and ?
// for any one. In Japan the hyphen does not count: shops list 1530064, and addresses have 153-0064.
func fitsPostalCode(pattern string, address Object) bool {
	given := address.Text("postalCode")
	if strings.EqualFold(address.Text("countryCode"), "JP") {
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

func unknownCard(digits string) error {
	known := make([]string, len(Cards))
	for i, c := range Cards {
		known[i] = c.Digits
	}
	return fmt.Errorf("emulator: unknown test card %q: want one of %s", digits, strings.Join(known, ", "))
}
