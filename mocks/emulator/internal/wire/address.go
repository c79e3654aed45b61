package wire

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// The rules of an additional payment button's address, as
// https://developer.amazon.com/docs/amazon-pay-checkout/address-formatting-and-validation.html has
// them: what is required, what does not belong, and what the service makes of it.

// stateless are the countries for which stateOrRegion is not supported, optionalState those for
// which it may be left out.
var (
	stateless     = strings.Fields("UK GB SG AE MX")
	optionalState = strings.Fields("DE FR IT ES AT BE BG HR CY CZ DK EE FI GR HU IE LV LT LU MT NL PL PT RO SK SI SE")
)

// addressValue takes addressDetails percent-encoded, as some official samples and plugins send it,
// or raw, and counts the characters of what is meant. Of this SDK's own requests it counts those
// that were sent, too.
func (m Member) addressValue(given ledger.Object, path string, c *ledger.Call) (ledger.Object, *ledger.Refusal) {
	if c.Strict {
		if refused := m.Members.Check(given, path+".", c); refused != nil {
			return nil, refused
		}
	}
	given.Trim()
	if decoded, ok := decodeAddress(given); ok && !c.Facts.Is("addressDetails.percentEncoded", "kept") {
		if c.Facts.Is("addressDetails.percentEncoded", ledger.Refused) {
			return nil, ledger.Invalid(path, "is percent-encoded")
		}
		given = decoded
		given.Trim()
		c.Note("The member %s was percent-encoded, and decoded once.", path)
	}
	for _, name := range []string{"postalCode", "countryCode"} {
		if text, ok := given[name].(string); ok {
			given[name] = strings.ToUpper(text)
		}
	}
	if refused := m.Members.Check(given, path+".", c); refused != nil {
		return nil, refused
	}
	country := given.Text("countryCode")
	for _, name := range []string{"name", "addressLine1", "postalCode", "countryCode", "phoneNumber", "city", "stateOrRegion"} {
		switch {
		case name == "city" && country == "JP":
		case name == "stateOrRegion" && slices.Contains(slices.Concat(stateless, optionalState), country):
		case given.Text(name) == "":
			return nil, ledger.BadRequest(ledger.MissingParameterValue, "The member %s.%s is required.", path, name)
		}
	}
	if given.Text("stateOrRegion") != "" && slices.Contains(stateless, country) {
		return nil, ledger.Invalid(path+".stateOrRegion", "is not supported for "+country)
	}
	return given, nil
}

// decodeAddress returns an address with its percent-encoding decoded, once, and whether it had any.
// A text is encoded where each percent sign begins an escape, what the escapes spell is UTF-8, and
// nothing is left that encoding would have taken away: a text with a space in it, or with a letter
// beyond ASCII, is what its sender meant, percent signs and all. A plus is a space where the
// address was encoded as forms are.
func decodeAddress(given ledger.Object) (decoded ledger.Object, found bool) {
	form := encodedAsForm(given)
	decoded = make(ledger.Object, len(given))
	for name, value := range given {
		decoded[name] = value
		text, ok := value.(string)
		if !ok || !onlyEncoded(text) {
			continue
		}
		meant, err := url.PathUnescape(text)
		if err != nil || !utf8.ValidString(meant) {
			continue
		}
		if form { // those that were escaped are pluses
			meant, _ = url.QueryUnescape(text)
			if outer := strings.Trim(text, "+"); outer != "" { // nobody means a space there
				before, after, _ := strings.Cut(text, outer)
				middle, _ := url.QueryUnescape(outer)
				meant = before + middle + after
			}
		}
		decoded[name], found = meant, found || meant != text
	}
	return decoded, found
}

// onlyEncoded reports whether a text has nothing that percent-encoding takes away.
func onlyEncoded(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' })
}

// encodedAsForm reports whether the texts of an address were encoded as those of a form, with a
// plus for a space: none has a space in any other spelling, and there is an escape, or a name that
// is written with a plus.
func encodedAsForm(given ledger.Object) bool {
	escaped := strings.Contains(given.Text("name"), "+")
	for _, value := range given {
		text, _ := value.(string)
		if !onlyEncoded(text) || strings.Contains(text, "%20") {
			return false
		}
		if _, err := url.PathUnescape(text); err == nil && strings.Contains(text, "%") {
			escaped = true
		}
	}
	return escaped
}
