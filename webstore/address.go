package webstore

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// AddressWithID is one of the addresses of a session that ships to several. It prints and
// logs its id and its country only.
type AddressWithID struct {
	AddressID         string `json:"addressId,omitzero" log:"address_id"` // amzn1.address.…, see [MultiAddressesCheckoutMetadata]
	amazonpay.Address `log:"country_code=CountryCode"`
}

// UnmarshalJSON decodes an address from a JSON text that holds it, which is how the
// service sends them, and from a JSON object. Null and an empty text are the zero value.
func (a *AddressWithID) UnmarshalJSON(b []byte) error {
	type plain AddressWithID // without this method
	var text string
	if json.Unmarshal(b, &text) == nil {
		if text == "" {
			return nil
		}
		b = []byte(text)
	}
	if json.Unmarshal(b, (*plain)(a)) != nil {
		*a = AddressWithID{}
		return errors.New("an address is no JSON object, nor a text that holds one")
	}
	return nil
}

// AddressDetails is the shipping address that the buyer already gave to the shop, for an
// additional payment button with product type PayAndShip. It differs from
// [amazonpay.Address] in having one member for district and county. It prints and logs
// its country only.
//
// Name, AddressLine1, PostalCode, CountryCode and PhoneNumber are required; City is, but in Japan;
// StateOrRegion is, but in the countries of the EU, and must be absent in GB, SG, AE and MX. The
// texts are sent as they are: do not percent-encode them.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/address-formatting-and-validation.html
type AddressDetails struct {
	Name             string `json:"name,omitzero" pay:"required,max=50"`
	AddressLine1     string `json:"addressLine1,omitzero" pay:"required,max=180"`
	AddressLine2     string `json:"addressLine2,omitzero" pay:"max=60"`
	AddressLine3     string `json:"addressLine3,omitzero" pay:"max=60"`
	City             string `json:"city,omitzero" pay:"max=50"`
	DistrictOrCounty string `json:"districtOrCounty,omitzero" pay:"max=50"`
	StateOrRegion    string `json:"stateOrRegion,omitzero" pay:"max=50"`
	PostalCode       string `json:"postalCode,omitzero" pay:"required,max=20"`
	CountryCode      string `json:"countryCode,omitzero" pay:"required,max=3" log:"country_code"`
	PhoneNumber      string `json:"phoneNumber,omitzero" pay:"required,max=20"`
}

// withoutState are the countries whose addresses must have no StateOrRegion, stateOptional those
// whose addresses need none.
var (
	withoutState  = strings.Fields("UK GB SG AE MX")
	stateOptional = strings.Fields("DE FR IT ES AT BE BG HR CY CZ DK EE FI GR HU IE LV LT LU MT NL PL PT RO SK SI SE")
)

// Validate reports a City or a StateOrRegion that is missing in the country, or does not belong
// there.
func (a AddressDetails) Validate() error {
	country := strings.ToUpper(strings.TrimSpace(a.CountryCode))
	hasState := strings.TrimSpace(a.StateOrRegion) != ""
	switch {
	case country == "": // is required
	case country != "JP" && strings.TrimSpace(a.City) == "":
		return &amazonpay.FieldError{Field: "city", Rule: "is required, but in JP"}
	case hasState && slices.Contains(withoutState, country):
		return &amazonpay.FieldError{Field: "stateOrRegion", Rule: "must be absent in " + country}
	case !hasState && !slices.Contains(withoutState, country) && !slices.Contains(stateOptional, country):
		return &amazonpay.FieldError{Field: "stateOrRegion", Rule: "is required in " + country}
	}
	return nil
}
