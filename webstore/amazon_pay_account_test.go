package webstore_test

import (
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	businessAddress = webstore.BusinessAddress{AddressLine1: "扇町４丁目５－１", AddressLine2: "センタービル", City: "小田原市", StateOrRegion: "神奈川県", PostalCode: "250-0001", CountryCode: "JP"}

	merchantAddressJSON = `"addressLine1":"扇町４丁目５－１","addressLine2":"センタービル","city":"小田原市","stateOrRegion":"神奈川県","postalCode":"250-0001","countryCode":"JP"`

	businessInfo = webstore.BusinessInfo{BusinessType: webstore.BusinessTypeCorporate, CountryOfEstablishment: "JP", BusinessLegalName: "密林コーヒー", BusinessAddress: &businessAddress}

	businessInfoJSON = `{"businessType":"CORPORATE","countryOfEstablishment":"JP","businessLegalName":"密林コーヒー","businessAddress":{` + merchantAddressJSON + `}}`

	contactPerson = webstore.ContactPerson{PersonFullName: "山田 花子", ResidentialAddress: &businessAddress, DateOfBirth: "19700101"}

	contactPersonJSON = `{"personFullName":"山田 花子","residentialAddress":{` + merchantAddressJSON + `},"dateOfBirth":"19700101"}`

	registerAccount = webstore.RegisterAmazonPayAccountRequest{UniqueReferenceID: "shop-1", LedgerCurrency: amazonpay.LedgerCurrencyJPY, BusinessInfo: &businessInfo, PrimaryContactPerson: &contactPerson}

	updateAccount = webstore.UpdateAmazonPayAccountRequest{BusinessInfo: &businessInfo, PrimaryContactPerson: &contactPerson}
)

func amazonPayAccountOperations() []operation {
	return []operation{
		{
			name: "RegisterAmazonPayAccount", calls: post(webstore.API.RegisterAmazonPayAccount, &registerAccount), method: http.MethodPost, path: "merchantAccounts", key: true,
			request: registerAccount, answer: "account_registered.json",
			body:  `{"uniqueReferenceId":"shop-1","ledgerCurrency":"JPY","businessInfo":` + businessInfoJSON + `,"primaryContactPerson":` + contactPersonJSON + `}`,
			rules: ruleSet{"uniqueReferenceId": "required"},
		},
		{
			name: "UpdateAmazonPayAccount", calls: send(webstore.API.UpdateAmazonPayAccount, accountID, &updateAccount), method: http.MethodPatch, path: "merchantAccounts/{merchantAccountId}", id: [2]string{"merchantAccountId", accountID},
			request: updateAccount, answer: "account_changed.json", noContent: true,
			body:  `{"businessInfo":` + businessInfoJSON + `,"primaryContactPerson":` + contactPersonJSON + `}`,
			rules: ruleSet{},
		},
		{
			name: "DeleteAmazonPayAccount", calls: get(webstore.API.DeleteAmazonPayAccount, accountID), method: http.MethodDelete, path: "merchantAccounts/{merchantAccountId}", id: [2]string{"merchantAccountId", accountID},
			answer: "account_deleted.json", noContent: true,
		},
	}
}
