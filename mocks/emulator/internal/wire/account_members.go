package wire

import (
	"net/http"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

var businessAddress = Members{
	"addressLine1": Text(0), "addressLine2": Text(0), "city": Text(0), "stateOrRegion": Text(0), "postalCode": Text(0), "countryCode": Text(0),
}

var phoneNumber = Structure(Members{"countryCode": Text(0), "number": Text(0), "extension": Text(0)})

var businessType = OneOf("CORPORATE", "INDIVIDUAL")

var updateAccountMembers = Members{
	"businessInfo": Structure(Members{
		"businessType": businessType, "countryOfEstablishment": Text(0), "businessLegalName": Text(0), "businessAddress": Structure(businessAddress),
	}),
	"primaryContactPerson": Structure(Members{
		"personFullName": Text(0), "residentialAddress": Structure(businessAddress), "dateOfBirth": Text(0),
	}),
}

var registerAccountMembers = updateAccountMembers.With(Members{
	"uniqueReferenceId": Text(0).Required(), "ledgerCurrency": OneOf("USD", "EUR", "GBP", "JPY"),
})

var person = Structure(Members{
	"personId": Text(0), "personFullName": Text(0), "residentialAddress": Structure(businessAddress.With(Members{"phoneNumber": phoneNumber})),
})

var updateMerchantAccountMembers = Members{
	"uniqueReferenceId": Text(0),
	"ledgerCurrency":    OneOf("JPY"),
	"businessInfo": Structure(Members{
		"email": Text(0), "businessType": businessType, "businessLegalName": Text(0), "businessCategory": Text(0),
		"businessAddress":     Structure(businessAddress.With(Members{"phoneNumber": phoneNumber})),
		"businessDisplayName": Text(0), "annualSalesVolume": price().orZero(), "countryOfEstablishment": Text(0),
		"customerSupportInformation": Structure(Members{"customerSupportEmail": Text(0), "customerSupportPhoneNumber": phoneNumber}),
	}),
	"beneficiaryOwners":    List(person),
	"primaryContactPerson": person,
	"integrationInfo":      Structure(Members{"ipnEndpointUrls": List(Text(0))}),
	"stores": List(Structure(Members{
		"domainUrls": List(Text(0)).Required(), "storeName": Text(0), "privacyPolicyUrl": Text(0),
		"storeStatus": Structure(Members{"state": Text(0), "reasonCode": Text(0)}),
	})),
	"merchantStatus": Structure(Members{"statusProvider": Text(0), "state": Text(0), "reasonCode": Text(0)}),
}

var createAccountMembers = updateMerchantAccountMembers.With(Members{"uniqueReferenceId": Text(0).Required()})

var claimMembers = Members{"uniqueReferenceId": Text(0).Required()}

var storeMembers = Members{
	"allowedOriginDomains": List(Text(0)), "allowedRedirectURLs": List(Text(0)), "storeName": Text(0),
	"privacyPolicyUrl": Text(0), "merchantLogoUrl": Text(0),
}

// ofMerchantAccount reports a body that only CreateMerchantAccount can have: both operations go to
// one address, and one with what they share alone is taken for RegisterAmazonPayAccount.
func ofMerchantAccount(_ *http.Request, body []byte) bool {
	decoded, err := ledger.Decode(body)
	if err != nil {
		return false
	}
	for name := range decoded {
		if _, other := registerAccountMembers[name]; !other {
			return true
		}
	}
	for name := range decoded.At("businessInfo") {
		if _, other := updateAccountMembers["businessInfo"].Members[name]; !other {
			return true
		}
	}
	return false
}

// forMerchant reports a token or an idempotency key, which only UpdateMerchantAccount has.
func forMerchant(r *http.Request, _ []byte) bool {
	return r.Header.Get(headerAuthToken) != "" || r.Header.Get(HeaderIdempotencyKey) != ""
}
