package webstore

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// AddressWithID is one of the addresses of a session that ships to several.
type AddressWithID struct {
	AddressID         string `json:"addressId,omitzero" log:"address_id"` // amzn1.address.…, see [MultiAddressesCheckoutMetadata]
	amazonpay.Address `log:"country_code=CountryCode"`
}

// UnmarshalJSON decodes an address from a JSON object, or from a JSON text that contains one, which
// is how the service sends it. Null and an empty text are the zero value.
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
		return errors.New("an address is neither a JSON object nor a text that contains one")
	}
	return nil
}

// AddressDetails is a shipping address that the buyer has already given to the shop, for an
// additional payment button with product type PayAndShip. Unlike [amazonpay.Address] it has one
// member for district and county.
//
// Name, AddressLine1, PostalCode, CountryCode and PhoneNumber are required. City is required except
// in Japan. StateOrRegion is required except in the EU, and must be empty in GB, SG, AE and MX.
// Texts are sent as they are: do not percent-encode them.
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

// withoutState are the countries whose addresses must not have a StateOrRegion. stateOptional are
// the countries whose addresses may omit it.
var (
	withoutState  = strings.Fields("UK GB SG AE MX")
	stateOptional = strings.Fields("DE FR IT ES AT BE BG HR CY CZ DK EE FI GR HU IE LV LT LU MT NL PL PT RO SK SI SE")
)

// Validate returns an error if City or StateOrRegion is missing, or not allowed, in the country.
func (a AddressDetails) Validate() error {
	country := strings.ToUpper(strings.TrimSpace(a.CountryCode))
	hasState := strings.TrimSpace(a.StateOrRegion) != ""
	switch {
	case country == "": // is required
	case country != "JP" && strings.TrimSpace(a.City) == "":
		return &amazonpay.FieldError{Field: "city", Rule: "is required except in JP"}
	case hasState && slices.Contains(withoutState, country):
		return &amazonpay.FieldError{Field: "stateOrRegion", Rule: "must be empty in " + country}
	case !hasState && !slices.Contains(withoutState, country) && !slices.Contains(stateOptional, country):
		return &amazonpay.FieldError{Field: "stateOrRegion", Rule: "is required in " + country}
	}
	return nil
}
