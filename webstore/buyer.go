package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// PrimeMembershipType is a kind of Amazon Prime membership.
type PrimeMembershipType string

// The kinds of Prime membership.
const (
	PrimeMembershipTypeGeneral   PrimeMembershipType = "PRIME_GENERAL"
	PrimeMembershipTypeGeneralUS PrimeMembershipType = "PRIME_GENERAL_US"
	PrimeMembershipTypeStudent   PrimeMembershipType = "PRIME_STUDENT"
)

// Buyer is the buyer of a checkout session or a charge permission. Which members are set depends on
// the [Scope] values that the shop asked for.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/buyer.html
type Buyer struct {
	BuyerID     string `json:"buyerId,omitzero" log:"buyer_id"` // amzn1.account.…, the same for each of a shop's calls
	Name        string `json:"name,omitzero"`
	Email       string `json:"email,omitzero"`
	PhoneNumber string `json:"phoneNumber,omitzero"`
	// PrimeMembershipTypes is nil if the merchant is not allow-listed for it, and empty but not nil if
	// the buyer has no eligible membership.
	PrimeMembershipTypes []PrimeMembershipType `json:"primeMembershipTypes,omitzero"`
}

// BuyerResponse is the answer of [Client.GetBuyer]. Without scopes only the id is set.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/buyer.html
type BuyerResponse struct {
	amazonpay.Response

	BuyerID         string             `json:"buyerId,omitzero" log:"buyer_id"`
	Name            string             `json:"name,omitzero"`
	Email           string             `json:"email,omitzero"`
	PostalCode      string             `json:"postalCode,omitzero"`      // of the default shipping address
	CountryCode     string             `json:"countryCode,omitzero"`     // of the default shipping address
	ShippingAddress *amazonpay.Address `json:"shippingAddress,omitzero"` // the default one
	BillingAddress  *amazonpay.Address `json:"billingAddress,omitzero"`
	PhoneNumber     string             `json:"phoneNumber,omitzero"` // of the default billing address
	// PrimeMembershipTypes is nil if the merchant is not allow-listed for it, and empty but not nil if
	// the buyer has no eligible membership.
	PrimeMembershipTypes []PrimeMembershipType `json:"primeMembershipTypes,omitzero"`
}

// GetBuyer returns the buyer who signed in with Amazon. The token is the query parameter buyerToken
// with which the browser returns to the signInReturnUrl of a sign-in button ([ParseReturnURL]). It
// does not appear in errors and logs. Which members the answer has depends on the signInScopes of
// the button.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/buyer.html#get-buyer
func (c *Client) GetBuyer(ctx context.Context, buyerToken string, opts ...amazonpay.CallOption) (*BuyerResponse, error) {
	return amazonpay.Do[BuyerResponse](ctx, c.caller, amazonpay.Operation{
		Name: "GetBuyer", Method: http.MethodGet, Path: "buyers/{buyerToken}", Returns: "buyerId",
		PathValues: map[string]string{"buyerToken": buyerToken},
	}, nil, opts...)
}
