package webstore_test

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	createStore = webstore.CreateStoreRequest{
		AllowedOriginDomains: []string{"https://shop.example"}, AllowedRedirectURLs: []string{"https://shop.example/back"}, StoreName: "Shop",
		PrivacyPolicyURL: "https://shop.example/privacy", MerchantLogoURL: "https://shop.example/logo.png",
	}

	updateStore = webstore.UpdateStoreRequest(createStore)

	storeJSON = `{"allowedOriginDomains":["https://shop.example"],"allowedRedirectURLs":["https://shop.example/back"],"storeName":"Shop",` +
		`"privacyPolicyUrl":"https://shop.example/privacy","merchantLogoUrl":"https://shop.example/logo.png"}`
)

func storeOperations() []operation {
	return []operation{
		{
			name: "CreateStore", calls: send(webstore.API.CreateStore, accountID, &createStore), method: http.MethodPost, path: "merchantAccounts/{merchantAccountId}/stores", id: [2]string{"merchantAccountId", accountID},
			key: true, request: createStore, answer: "store.json", body: storeJSON,
			rules: ruleSet{},
		},
		{
			name: "UpdateStore", method: http.MethodPatch, path: "merchantAccounts/{merchantAccountId}/stores/{storeId}", id: [2]string{"merchantAccountId", accountID}, second: [2]string{"storeId", storeID},
			request: updateStore, answer: "store.json", body: storeJSON,
			calls: calls{
				func(ctx context.Context, c webstore.API, opts ...amazonpay.CallOption) (any, error) {
					return c.UpdateStore(ctx, accountID, storeID, &updateStore, opts...)
				},
				func(ctx context.Context, c webstore.API) (any, error) {
					return c.UpdateStore(ctx, accountID, storeID, nil)
				},
			},
			rules: ruleSet{},
		},
	}
}
