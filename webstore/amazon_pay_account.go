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
// UniqueReferenceID is required.
type RegisterAmazonPayAccountRequest struct {
	// UniqueReferenceID is the provider's own id of the merchant.
	UniqueReferenceID string                   `json:"uniqueReferenceId,omitzero" pay:"required" log:"unique_reference_id"`
	LedgerCurrency    amazonpay.LedgerCurrency `json:"ledgerCurrency,omitzero"`
	BusinessInfo      *BusinessInfo            `json:"businessInfo,omitzero"`
	// PrimaryContactPerson may be nil if the name is not known.
	PrimaryContactPerson *ContactPerson `json:"primaryContactPerson,omitzero"`
}

// UpdateAmazonPayAccountRequest is the request of [Client.UpdateAmazonPayAccount]. A field that is
// nil stays as it is. To clear a text, see [MerchantMetadata].
type UpdateAmazonPayAccountRequest struct {
	BusinessInfo         *BusinessInfo  `json:"businessInfo,omitzero"`
	PrimaryContactPerson *ContactPerson `json:"primaryContactPerson,omitzero"`
}

// BusinessInfo describes the business of an Amazon Pay account.
type BusinessInfo struct {
	BusinessType           BusinessType     `json:"businessType,omitzero"`
	CountryOfEstablishment string           `json:"countryOfEstablishment,omitzero" log:"country_of_establishment"`
	BusinessLegalName      string           `json:"businessLegalName,omitzero"`
	BusinessAddress        *BusinessAddress `json:"businessAddress,omitzero"`
}

// ContactPerson is the person to contact about an Amazon Pay account.
type ContactPerson struct {
	PersonFullName     string           `json:"personFullName,omitzero"`
	ResidentialAddress *BusinessAddress `json:"residentialAddress,omitzero"`
	// DateOfBirth is free text, such as 19700101.
	DateOfBirth string `json:"dateOfBirth,omitzero"`
}

// BusinessAddress is the address of a business or of its contact person.
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

// UpdateAmazonPayAccountResponse has only its Meta.
type UpdateAmazonPayAccountResponse struct{ amazonpay.Response }

// DeleteAmazonPayAccountResponse has only its Meta.
type DeleteAmazonPayAccountResponse struct{ amazonpay.Response }

// RegisterAmazonPayAccount registers an account for a merchant without a login, on behalf of a
// solution provider. [Client.CreateMerchantAccount] is another call to the same path.
func (c *Client) RegisterAmazonPayAccount(ctx context.Context, in *RegisterAmazonPayAccountRequest, opts ...amazonpay.CallOption) (*RegisterAmazonPayAccountResponse, error) {
	return amazonpay.Do[RegisterAmazonPayAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "RegisterAmazonPayAccount", Method: http.MethodPost, Path: "merchantAccounts", IdempotencyKey: true,
	}, in, opts...)
}

// UpdateAmazonPayAccount changes an account that [Client.RegisterAmazonPayAccount] made.
// [Client.UpdateMerchantAccount] is another call to the same path.
func (c *Client) UpdateAmazonPayAccount(ctx context.Context, merchantAccountID string, in *UpdateAmazonPayAccountRequest, opts ...amazonpay.CallOption) (*UpdateAmazonPayAccountResponse, error) {
	return amazonpay.Do[UpdateAmazonPayAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateAmazonPayAccount", Method: http.MethodPatch, Path: "merchantAccounts/{merchantAccountId}",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID}, NoContent: true,
	}, in, opts...)
}

// DeleteAmazonPayAccount deletes an account that [Client.RegisterAmazonPayAccount] made.
func (c *Client) DeleteAmazonPayAccount(ctx context.Context, merchantAccountID string, opts ...amazonpay.CallOption) (*DeleteAmazonPayAccountResponse, error) {
	return amazonpay.Do[DeleteAmazonPayAccountResponse](ctx, c.caller, amazonpay.Operation{
		Name: "DeleteAmazonPayAccount", Method: http.MethodDelete, Path: "merchantAccounts/{merchantAccountId}",
		PathValues: map[string]string{"merchantAccountId": merchantAccountID}, NoContent: true,
	}, nil, opts...)
}
