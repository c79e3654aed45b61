package webstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Values with every field set, and their JSON.
var (
	address = amazonpay.Address{
		Name: "Susie Smith", AddressLine1: "10 Ditka Ave", AddressLine2: "Suite 2500", AddressLine3: "Back door",
		City: "Chicago", County: "Cook", District: "Loop", StateOrRegion: "IL", PostalCode: "60602", CountryCode: "US",
		PhoneNumber: "800-555-0100",
	}

	addressJSON = `{"name":"Susie Smith","addressLine1":"10 Ditka Ave","addressLine2":"Suite 2500","addressLine3":"Back door",` +
		`"city":"Chicago","county":"Cook","district":"Loop","stateOrRegion":"IL","postalCode":"60602","countryCode":"US",` +
		`"phoneNumber":"800-555-0100"}`
)

// addressDetailsRules are the rules in the US, where city and state are required too: see
// TestAddressDetails.
var addressDetailsRules = ruleSet{
	"name":             "required,50",
	"addressLine1":     "required,180",
	"addressLine2":     "60",
	"addressLine3":     "60",
	"city":             "50",
	"districtOrCounty": "50",
	"stateOrRegion":    "50",
	"postalCode":       "required,20",
	"countryCode":      "required,3",
	"phoneNumber":      "required,20",
}

var addressRules = ruleSet{
	"name":          "50",
	"addressLine1":  "180",
	"addressLine2":  "60",
	"addressLine3":  "60",
	"city":          "50",
	"county":        "50",
	"district":      "50",
	"stateOrRegion": "50",
	"postalCode":    "20",
	"countryCode":   "3",
	"phoneNumber":   "20",
}

// The required parts of the address of an additional payment button:
// https://developer.amazon.com/docs/amazon-pay-checkout/address-formatting-and-validation.html.
func TestAddressDetails(t *testing.T) {
	t.Parallel()
	us := *createSession.AddressDetails
	jp := webstore.AddressDetails{
		Name: strings.Repeat("山", 50), AddressLine1: "目黒区下目黒", StateOrRegion: "東京都", PostalCode: "153-0064", CountryCode: "JP", PhoneNumber: "03-5555-0100",
	}
	de, gb := us, us
	de.CountryCode, de.StateOrRegion, gb.CountryCode, gb.StateOrRegion = "DE", "", "GB", ""
	for name, row := range map[string]struct {
		address webstore.AddressDetails
		change  func(a *webstore.AddressDetails)
		field   string
	}{
		"US":                  {us, nil, ""},
		"JP without a city":   {jp, nil, ""},
		"DE without a state":  {de, nil, ""},
		"DE with one":         {de, func(a *webstore.AddressDetails) { a.StateOrRegion = "Bayern" }, ""},
		"GB":                  {gb, nil, ""},
		"GB with a state":     {gb, func(a *webstore.AddressDetails) { a.StateOrRegion = "Kent" }, "stateOrRegion"},
		"US without a state":  {us, func(a *webstore.AddressDetails) { a.StateOrRegion = " " }, "stateOrRegion"},
		"JP without a state":  {jp, func(a *webstore.AddressDetails) { a.StateOrRegion = "" }, "stateOrRegion"},
		"us without a state":  {us, func(a *webstore.AddressDetails) { a.StateOrRegion, a.CountryCode = "", "us" }, "stateOrRegion"},
		"DE without a city":   {de, func(a *webstore.AddressDetails) { a.City = "" }, "city"},
		"without a name":      {jp, func(a *webstore.AddressDetails) { a.Name = "  " }, "name"},
		"without a street":    {us, func(a *webstore.AddressDetails) { a.AddressLine1 = "" }, "addressLine1"},
		"without a code":      {us, func(a *webstore.AddressDetails) { a.PostalCode = "" }, "postalCode"},
		"without a country":   {us, func(a *webstore.AddressDetails) { a.CountryCode = "" }, "countryCode"},
		"without a phone":     {us, func(a *webstore.AddressDetails) { a.PhoneNumber = "" }, "phoneNumber"},
		"a name of 51":        {jp, func(a *webstore.AddressDetails) { a.Name += "田" }, "name"},
		"a district of 51":    {us, func(a *webstore.AddressDetails) { a.DistrictOrCounty = strings.Repeat("é", 51) }, "districtOrCounty"},
		"an odd country, too": {us, func(a *webstore.AddressDetails) { a.CountryCode, a.StateOrRegion = "CA", "" }, "stateOrRegion"},
	} {
		address := row.address
		if row.change != nil {
			row.change(&address)
		}
		_, err := amazonpay.EncodeJSON(address)
		if row.field == "" {
			require.NoError(t, err, name)
			continue
		}
		require.Error(t, err, name)
		requireRule(t, err, row.field, "")
	}
}
