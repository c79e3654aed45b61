package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CreateStoreRequest is the request of [Client.CreateStore].
type CreateStoreRequest struct {
	AllowedOriginDomains []string `json:"allowedOriginDomains,omitzero"`
	AllowedRedirectURLs  []string `json:"allowedRedirectURLs,omitzero"`
	StoreName            string   `json:"storeName,omitzero"`
	PrivacyPolicyURL     string   `json:"privacyPolicyUrl,omitzero"`
	MerchantLogoURL      string   `json:"merchantLogoUrl,omitzero"`
}

// UpdateStoreRequest is the request of [Client.UpdateStore]. A field with its zero value is not
// sent.
type UpdateStoreRequest struct {
	AllowedOriginDomains []string `json:"allowedOriginDomains,omitzero"`
	AllowedRedirectURLs  []string `json:"allowedRedirectURLs,omitzero"`
	StoreName            string   `json:"storeName,omitzero"`
	PrivacyPolicyURL     string   `json:"privacyPolicyUrl,omitzero"`
	MerchantLogoURL      string   `json:"merchantLogoUrl,omitzero"`
}

// Store is a store of a merchant.
type Store struct {
	amazonpay.Response

	StoreID              string   `json:"storeId,omitzero"`
	AllowedOriginDomains []string `json:"allowedOriginDomains,omitzero"`
	AllowedRedirectURLs  []string `json:"allowedRedirectURLs,omitzero"`
	StoreName            string   `json:"storeName,omitzero"`
	PrivacyPolicyURL     string   `json:"privacyPolicyUrl,omitzero"`
	MerchantLogoURL      string   `json:"merchantLogoUrl,omitzero"`
}

// CreateStore adds a store to a merchant's account. It is for solution providers whom Amazon has
// listed, and requires the merchant's authorization token: [amazonpay.WithTokenSource] or
// [amazonpay.WithAuthToken]. Of the official SDKs, only the one for PHP has it.
func (c *Client) CreateStore(ctx context.Context, merchantAccountID string, in *CreateStoreRequest, opts ...amazonpay.CallOption) (*Store, error) {
	return amazonpay.Do[Store](ctx, c.caller, amazonpay.Operation{
		Name: "CreateStore", Method: http.MethodPost, Path: "merchantAccounts/{merchantAccountId}/stores",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID}, IdempotencyKey: true,
	}, in, opts...)
}

// UpdateStore changes a store of a merchant, under the conditions of [Client.CreateStore].
func (c *Client) UpdateStore(ctx context.Context, merchantAccountID, storeID string, in *UpdateStoreRequest, opts ...amazonpay.CallOption) (*Store, error) {
	return amazonpay.Do[Store](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateStore", Method: http.MethodPatch, Path: "merchantAccounts/{merchantAccountId}/stores/{storeId}",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID, "storeId": storeID},
	}, in, opts...)
}
