package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// BusinessType is the form of a business.
type BusinessType string

// The business types.
const (
	BusinessTypeCorporate  BusinessType = "CORPORATE"
	BusinessTypeIndividual BusinessType = "INDIVIDUAL"
)

// RegisterAmazonPayAccountRequest is the request of [Client.RegisterAmazonPayAccount].
// UniqueReferenceID is needed; what else is, is not documented. It prints and logs its
// reference only.
type RegisterAmazonPayAccountRequest struct {
	// UniqueReferenceID is the provider's own id of the merchant.
	UniqueReferenceID string                   `json:"uniqueReferenceId,omitzero" pay:"required" log:"unique_reference_id"`
	LedgerCurrency    amazonpay.LedgerCurrency `json:"ledgerCurrency,omitzero"`
	BusinessInfo      *BusinessInfo            `json:"businessInfo,omitzero"`
	// PrimaryContactPerson is left out where the name is not known.
	PrimaryContactPerson *ContactPerson `json:"primaryContactPerson,omitzero"`
}

// UpdateAmazonPayAccountRequest is the request of [Client.UpdateAmazonPayAccount]. What is nil is
// not sent and stays as it is (to clear a text see [MerchantMetadata]). It prints and logs without
// its content.
type UpdateAmazonPayAccountRequest struct {
	BusinessInfo         *BusinessInfo  `json:"businessInfo,omitzero"`
	PrimaryContactPerson *ContactPerson `json:"primaryContactPerson,omitzero"`
}

// BusinessInfo describes the business of an Amazon Pay account. It prints and logs its
// country only.
type BusinessInfo struct {
	BusinessType           BusinessType     `json:"businessType,omitzero"`
	CountryOfEstablishment string           `json:"countryOfEstablishment,omitzero" log:"country_of_establishment"`
	BusinessLegalName      string           `json:"businessLegalName,omitzero"`
	BusinessAddress        *BusinessAddress `json:"businessAddress,omitzero"`
}

// ContactPerson is the person to contact about an Amazon Pay account. It prints and logs without
// its content.
type ContactPerson struct {
	PersonFullName     string           `json:"personFullName,omitzero"`
	ResidentialAddress *BusinessAddress `json:"residentialAddress,omitzero"`
	// DateOfBirth is a text whose form is not documented.
	DateOfBirth string `json:"dateOfBirth,omitzero"`
}

// BusinessAddress is an address of a business or of its contact person. It prints and logs
// its country only.
type BusinessAddress struct {
	AddressLine1  string `json:"addressLine1,omitzero"`
	AddressLine2  string `json:"addressLine2,omitzero"`
	City          string `json:"city,omitzero"`
	StateOrRegion string `json:"stateOrRegion,omitzero"`
	PostalCode    string `json:"postalCode,omitzero"`
	CountryCode   string `json:"countryCode,omitzero" log:"country_code"`
}

// RegisterAmazonPayAccountResponse has the ids of the new account.
type RegisterAmazonPayAccountResponse struct {
	amazonpay.Response

	UniqueReferenceID string `json:"uniqueReferenceId,omitzero"`
	MerchantAccountID string `json:"merchantAccountId,omitzero"`
}

// UpdateAmazonPayAccountResponse is empty but for its Meta.
type UpdateAmazonPayAccountResponse struct{ amazonpay.Response }

// DeleteAmazonPayAccountResponse is empty but for its Meta.
type DeleteAmazonPayAccountResponse struct{ amazonpay.Response }

// RegisterAmazonPayAccount registers an account for a merchant who has no login, on behalf of
// a solution provider. An idempotency key is made where none is given.
// [Client.CreateMerchantAccount] is another call to the same address.
func (c *Client) RegisterAmazonPayAccount(ctx context.Context, in *RegisterAmazonPayAccountRequest, opts ...amazonpay.CallOption) (*RegisterAmazonPayAccountResponse, error) {
	return amazonpay.Do[RegisterAmazonPayAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "RegisterAmazonPayAccount", Method: http.MethodPost, Path: "merchantAccounts", IdempotencyKey: true,
	}, in, opts...)
}

// UpdateAmazonPayAccount changes an account that [Client.RegisterAmazonPayAccount] made. It
// takes no idempotency key. [Client.UpdateMerchantAccount] is another call to the same
// address.
func (c *Client) UpdateAmazonPayAccount(ctx context.Context, merchantAccountID string, in *UpdateAmazonPayAccountRequest, opts ...amazonpay.CallOption) (*UpdateAmazonPayAccountResponse, error) {
	return amazonpay.Do[UpdateAmazonPayAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateAmazonPayAccount", Method: http.MethodPatch, Path: "merchantAccounts/{merchantAccountId}",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID}, NoContent: true,
	}, in, opts...)
}

// DeleteAmazonPayAccount deletes an account that [Client.RegisterAmazonPayAccount] made. It
// is a DELETE without a body, and takes no idempotency key.
func (c *Client) DeleteAmazonPayAccount(ctx context.Context, merchantAccountID string, opts ...amazonpay.CallOption) (*DeleteAmazonPayAccountResponse, error) {
	return amazonpay.Do[DeleteAmazonPayAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "DeleteAmazonPayAccount", Method: http.MethodDelete, Path: "merchantAccounts/{merchantAccountId}",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID}, NoContent: true,
	}, nil, opts...)
}
