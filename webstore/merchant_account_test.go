package webstore_test

import (
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	phone = webstore.PhoneNumber{CountryCode: "81", Number: "2062062061", Extension: "123"}

	phoneJSON = `{"countryCode":"81","number":"2062062061","extension":"123"}`

	phoneAddress = &webstore.MerchantAddress{
		AddressLine1: "扇町４丁目５－１", AddressLine2: "センタービル", City: "小田原市", StateOrRegion: "神奈川県", PostalCode: "250-0001", CountryCode: "JP", PhoneNumber: &phone,
	}

	phoneAddrJSON = `{` + merchantAddressJSON + `,"phoneNumber":` + phoneJSON + `}`

	person = webstore.Person{PersonID: "person-1", PersonFullName: "山田 花子", ResidentialAddress: phoneAddress}

	personJSON = `{"personId":"person-1","personFullName":"山田 花子","residentialAddress":` + phoneAddrJSON + `}`

	merchantInfo = webstore.MerchantBusinessInfo{
		Email: "shop@example.com", BusinessType: webstore.BusinessTypeIndividual, BusinessLegalName: "密林コーヒー", BusinessCategory: "Beauty", BusinessAddress: phoneAddress,
		BusinessDisplayName: "Cafe", AnnualSalesVolume: amazonpay.JPY.Price("100000"), CountryOfEstablishment: "JP",
		CustomerSupportInformation: &webstore.CustomerSupportInformation{CustomerSupportEmail: "help@example.com", CustomerSupportPhoneNumber: &phone},
	}

	stores = []webstore.MerchantStore{{DomainURLs: []string{"https://shop.example"}, StoreName: "Cafe", PrivacyPolicyURL: "https://shop.example/privacy", StoreStatus: &webstore.StoreStatus{State: webstore.AccountStateStoreActive, ReasonCode: "none"}}}

	integration = webstore.IntegrationInfo{IPNEndpointURLs: []string{"https://shop.example/ipn"}}

	merchantStatus = webstore.MerchantStatus{StatusProvider: "Provider", State: webstore.AccountStateActive, ReasonCode: "none"}

	accountJSON = `{"uniqueReferenceId":"shop-1","ledgerCurrency":"JPY","businessInfo":{"email":"shop@example.com","businessType":"INDIVIDUAL",` +
		`"businessLegalName":"密林コーヒー","businessCategory":"Beauty","businessAddress":` + phoneAddrJSON + `,"businessDisplayName":"Cafe",` +
		`"annualSalesVolume":{"amount":"100000","currencyCode":"JPY"},"countryOfEstablishment":"JP","customerSupportInformation":` +
		`{"customerSupportEmail":"help@example.com","customerSupportPhoneNumber":` + phoneJSON + `}},"beneficiaryOwners":[` + personJSON + `],` +
		`"primaryContactPerson":` + personJSON + `,"integrationInfo":{"ipnEndpointUrls":["https://shop.example/ipn"]},"stores":[{"domainUrls":["https://shop.example"],` +
		`"storeName":"Cafe","privacyPolicyUrl":"https://shop.example/privacy","storeStatus":{"state":"Active","reasonCode":"none"}}],` +
		`"merchantStatus":{"statusProvider":"Provider","state":"ACTIVE","reasonCode":"none"}}`

	createAccount = webstore.CreateMerchantAccountRequest{
		UniqueReferenceID: "shop-1", LedgerCurrency: amazonpay.LedgerCurrencyJPY, BusinessInfo: &merchantInfo, BeneficiaryOwners: []webstore.Person{person},
		PrimaryContactPerson: &person, IntegrationInfo: &integration, Stores: stores, MerchantStatus: &merchantStatus,
	}

	updateMerchantAccount = webstore.UpdateMerchantAccountRequest(createAccount)

	claim = webstore.MerchantAccountClaimRequest{UniqueReferenceID: "shop-1"}
)

func merchantAccountOperations() []operation {
	return []operation{
		{
			name: "CreateMerchantAccount", calls: post(webstore.API.CreateMerchantAccount, &createAccount), method: http.MethodPost, path: "merchantAccounts", key: true,
			request: createAccount, answer: "account_created.json", body: accountJSON,
			rules: ruleSet{"uniqueReferenceId": "required"},
		},
		{
			name: "UpdateMerchantAccount", calls: send(webstore.API.UpdateMerchantAccount, accountID, &updateMerchantAccount), method: http.MethodPatch, path: "merchantAccounts/{merchantAccountId}", id: [2]string{"merchantAccountId", accountID},
			key: true, request: updateMerchantAccount, answer: "account_updated.json", noContent: true, body: accountJSON,
			rules: ruleSet{},
		},
		{
			name: "MerchantAccountClaim", calls: send(webstore.API.MerchantAccountClaim, accountID, &claim), method: http.MethodPost, path: "merchantAccounts/{merchantAccountId}/claim", id: [2]string{"merchantAccountId", accountID},
			key: true, request: claim, answer: "account_claim.json", seeOther: true, noContent: true, body: `{"uniqueReferenceId":"shop-1"}`,
			rules: ruleSet{"uniqueReferenceId": "required"},
		},
	}
}
