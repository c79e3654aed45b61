package webstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// AddressWithID is one of the addresses of a session that ships to several. It prints and
// logs its id and its country only.
type AddressWithID struct {
	AddressID string `json:"addressId,omitzero"` // amzn1.address.…, see [MultiAddressesCheckoutMetadata]
	amazonpay.Address
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

// LogValue shows the id and the country.
func (a AddressWithID) LogValue() slog.Value {
	return slog.GroupValue(slog.String("address_id", a.AddressID), slog.String("country_code", a.CountryCode))
}

// Format prints what LogValue shows, whatever the verb.
func (a AddressWithID) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.LogValue().String()) }

// AddressDetails is the shipping address that the buyer already gave to the shop, for an
// additional payment button with product type PayAndShip. It differs from
// [amazonpay.Address] in having one member for district and county. It prints and logs
// its country only.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/checkout-session.html
type AddressDetails struct {
	Name             string `json:"name,omitzero" pay:"max=50"`
	AddressLine1     string `json:"addressLine1,omitzero" pay:"max=180"`
	AddressLine2     string `json:"addressLine2,omitzero" pay:"max=60"`
	AddressLine3     string `json:"addressLine3,omitzero" pay:"max=60"`
	City             string `json:"city,omitzero" pay:"max=50"`
	DistrictOrCounty string `json:"districtOrCounty,omitzero"`
	StateOrRegion    string `json:"stateOrRegion,omitzero" pay:"max=50"`
	PostalCode       string `json:"postalCode,omitzero" pay:"max=20"`
	CountryCode      string `json:"countryCode,omitzero" pay:"max=3"`
	PhoneNumber      string `json:"phoneNumber,omitzero" pay:"max=20"`
}

// LogValue shows the country alone.
func (a AddressDetails) LogValue() slog.Value {
	return slog.GroupValue(slog.String("country_code", a.CountryCode))
}

// Format prints what LogValue shows, whatever the verb.
func (a AddressDetails) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.LogValue().String()) }
