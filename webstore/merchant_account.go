package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CreateMerchantAccountRequest is the request of [Client.CreateMerchantAccount]. UniqueReferenceID
// is required.
type CreateMerchantAccountRequest struct {
	// UniqueReferenceID is the provider's own id of the merchant. The claim takes it too.
	UniqueReferenceID string `json:"uniqueReferenceId,omitzero" pay:"required" log:"unique_reference_id"`
	// LedgerCurrency is JPY: these accounts are for Japan only.
	LedgerCurrency       amazonpay.LedgerCurrency `json:"ledgerCurrency,omitzero"`
	BusinessInfo         *MerchantBusinessInfo    `json:"businessInfo,omitzero"`
	BeneficiaryOwners    []Person                 `json:"beneficiaryOwners,omitzero"`
	PrimaryContactPerson *Person                  `json:"primaryContactPerson,omitzero"`
	IntegrationInfo      *IntegrationInfo         `json:"integrationInfo,omitzero"`
	Stores               []MerchantStore          `json:"stores,omitzero"`
	MerchantStatus       *MerchantStatus          `json:"merchantStatus,omitzero"`
}

// UpdateMerchantAccountRequest is the request of [Client.UpdateMerchantAccount]. A field that is
// not set stays as it is. To clear a text, see [MerchantMetadata]. All samples send BusinessInfo
// alone.
type UpdateMerchantAccountRequest struct {
	UniqueReferenceID    string                   `json:"uniqueReferenceId,omitzero" log:"unique_reference_id"`
	LedgerCurrency       amazonpay.LedgerCurrency `json:"ledgerCurrency,omitzero"`
	BusinessInfo         *MerchantBusinessInfo    `json:"businessInfo,omitzero"`
	BeneficiaryOwners    []Person                 `json:"beneficiaryOwners,omitzero"`
	PrimaryContactPerson *Person                  `json:"primaryContactPerson,omitzero"`
	IntegrationInfo      *IntegrationInfo         `json:"integrationInfo,omitzero"`
	Stores               []MerchantStore          `json:"stores,omitzero"`
	MerchantStatus       *MerchantStatus          `json:"merchantStatus,omitzero"`
}

// MerchantBusinessInfo describes a merchant's business.
type MerchantBusinessInfo struct {
	Email             string       `json:"email,omitzero"`
	BusinessType      BusinessType `json:"businessType,omitzero"`
	BusinessLegalName string       `json:"businessLegalName,omitzero"`
	// BusinessCategory is a category such as Beauty. The list of categories is not public.
	BusinessCategory           string                      `json:"businessCategory,omitzero"`
	BusinessAddress            *MerchantAddress            `json:"businessAddress,omitzero"`
	BusinessDisplayName        string                      `json:"businessDisplayName,omitzero"`
	AnnualSalesVolume          amazonpay.Price             `json:"annualSalesVolume,omitzero"`
	CountryOfEstablishment     string                      `json:"countryOfEstablishment,omitzero" log:"country_of_establishment"`
	CustomerSupportInformation *CustomerSupportInformation `json:"customerSupportInformation,omitzero"`
}

// CustomerSupportInformation is how buyers reach the merchant.
type CustomerSupportInformation struct {
	CustomerSupportEmail       string       `json:"customerSupportEmail,omitzero"`
	CustomerSupportPhoneNumber *PhoneNumber `json:"customerSupportPhoneNumber,omitzero"`
}

// PhoneNumber is a phone number in parts. CountryCode is the dialling code, such as 81.
type PhoneNumber struct {
	CountryCode string `json:"countryCode,omitzero"`
	Number      string `json:"number,omitzero"`
	Extension   string `json:"extension,omitzero"`
}

// MerchantAddress is the address of a merchant's business or person, with a phone number in parts.
type MerchantAddress struct {
	AddressLine1  string `json:"addressLine1,omitzero"`
	AddressLine2  string `json:"addressLine2,omitzero"`
	City          string `json:"city,omitzero"`
	StateOrRegion string `json:"stateOrRegion,omitzero"`
	PostalCode    string `json:"postalCode,omitzero"`
	CountryCode   string `json:"countryCode,omitzero" log:"country_code"`

	PhoneNumber *PhoneNumber `json:"phoneNumber,omitzero"`
}

// Person is a person who owns or represents a merchant's business.
type Person struct {
	// PersonID is for owners only.
	PersonID           string           `json:"personId,omitzero" log:"person_id"`
	PersonFullName     string           `json:"personFullName,omitzero"`
	ResidentialAddress *MerchantAddress `json:"residentialAddress,omitzero"`
}

// IntegrationInfo is where notifications are sent.
type IntegrationInfo struct {
	IPNEndpointURLs []string `json:"ipnEndpointUrls,omitzero"`
}

// AccountState is the state of a merchant's account or store. The samples of the official SDKs have
// two spellings.
type AccountState string

// The states in the samples.
const (
	AccountStateActive      AccountState = "ACTIVE" // of merchants, and of stores in the samples for Node and PHP
	AccountStateStoreActive AccountState = "Active" // of stores in the sample for Java
)

// MerchantStore is a store of a new account. DomainURLs is required.
type MerchantStore struct {
	DomainURLs       []string     `json:"domainUrls,omitzero" pay:"required"`
	StoreName        string       `json:"storeName,omitzero"`
	PrivacyPolicyURL string       `json:"privacyPolicyUrl,omitzero"`
	StoreStatus      *StoreStatus `json:"storeStatus,omitzero"`
}

// StoreStatus is the state of a store.
type StoreStatus struct {
	State      AccountState `json:"state,omitzero"`
	ReasonCode string       `json:"reasonCode,omitzero"`
}

// MerchantStatus is what another provider knows of the merchant.
type MerchantStatus struct {
	StatusProvider string       `json:"statusProvider,omitzero"`
	State          AccountState `json:"state,omitzero"`
	ReasonCode     string       `json:"reasonCode,omitzero"`
}

// CreateMerchantAccountResponse has the ids of the new account.
type CreateMerchantAccountResponse struct {
	amazonpay.Response

	UniqueReferenceID string `json:"uniqueReferenceId,omitzero"`
	MerchantAccountID string `json:"merchantAccountId,omitzero"`
}

// UpdateMerchantAccountResponse has the ids of the account.
type UpdateMerchantAccountResponse struct {
	amazonpay.Response

	UniqueReferenceID string `json:"uniqueReferenceId,omitzero"`
	MerchantAccountID string `json:"merchantAccountId,omitzero"`
}

// MerchantAccountClaimRequest is the request of [Client.MerchantAccountClaim]. All fields are
// required.
type MerchantAccountClaimRequest struct {
	// UniqueReferenceID is the id with which the account was created.
	UniqueReferenceID string `json:"uniqueReferenceId,omitzero" pay:"required"`
}

// MerchantAccountClaimResponse has the page on which the merchant claims the account.
type MerchantAccountClaimResponse struct {
	amazonpay.Response

	// Location is the page to send the merchant's browser to. It is empty if the service answered 200,
	// which the documentation allows; then there is nowhere to send it.
	Location          string `json:"-"`
	UniqueReferenceID string `json:"uniqueReferenceId,omitzero" log:"unique_reference_id"`
	MerchantAccountID string `json:"merchantAccountId,omitzero" log:"merchant_account_id"`
}

// CreateMerchantAccount creates an account for a merchant of an authorized solution provider in
// Japan. [Client.RegisterAmazonPayAccount] is another call to the same path.
//
// https://developer.amazon.com/docs/amazon-pay-registration/jp-merchant-onboarding-and-account-management-APIs.html
func (c *Client) CreateMerchantAccount(ctx context.Context, in *CreateMerchantAccountRequest, opts ...amazonpay.CallOption) (*CreateMerchantAccountResponse, error) {
	return amazonpay.Do[CreateMerchantAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "CreateMerchantAccount", Method: http.MethodPost, Path: "merchantAccounts", IdempotencyKey: true,
	}, in, opts...)
}

// UpdateMerchantAccount changes an account that [Client.CreateMerchantAccount] made. It requires
// the merchant's authorization token: [amazonpay.WithTokenSource] or [amazonpay.WithAuthToken]. It
// is a PATCH that takes an idempotency key.
//
// https://developer.amazon.com/docs/amazon-pay-registration/jp-merchant-onboarding-and-account-management-APIs.html
func (c *Client) UpdateMerchantAccount(ctx context.Context, merchantAccountID string, in *UpdateMerchantAccountRequest, opts ...amazonpay.CallOption) (*UpdateMerchantAccountResponse, error) {
	return amazonpay.Do[UpdateMerchantAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateMerchantAccount", Method: http.MethodPatch, Path: "merchantAccounts/{merchantAccountId}",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID}, IdempotencyKey: true, NoContent: true,
	}, in, opts...)
}

// MerchantAccountClaim returns the page on which a merchant takes over the account that
// [Client.CreateMerchantAccount] made. The answer is a redirect, which is not followed: send the
// merchant's browser to its Location. The PHP SDK calls it claimMerchantAccount.
//
// https://developer.amazon.com/docs/amazon-pay-registration/jp-merchant-onboarding-and-account-management-APIs.html
func (c *Client) MerchantAccountClaim(ctx context.Context, merchantAccountID string, in *MerchantAccountClaimRequest, opts ...amazonpay.CallOption) (*MerchantAccountClaimResponse, error) {
	answer, err := amazonpay.Do[MerchantAccountClaimResponse](ctx, c.caller, amazonpay.Operation{
		Name: "MerchantAccountClaim", Method: http.MethodPost, Path: "merchantAccounts/{merchantAccountId}/claim",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID}, IdempotencyKey: true, SeeOther: true, NoContent: true,
	}, in, opts...)
	if err == nil && answer.Meta != nil {
		answer.Location = answer.Meta.Header.Get("Location")
	}
	return answer, err
}
