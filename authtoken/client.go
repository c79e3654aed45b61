package authtoken

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -mock_names API=MockAuthtoken -destination ../mocks/authtoken.go . API
//go:generate go run ../internal/redactgen
//log:full AuthorizationToken: Response AuthorizationToken
//log:full StoredToken: Token GoodFor

// API is the interface of [Client], for mocks.
type API interface {
	GetAuthorizationToken(ctx context.Context, mwsAuthToken, merchantID string, opts ...amazonpay.CallOption) (*AuthorizationToken, error)
}

var _ API = (*Client)(nil)

// Client gets authorization tokens. It is safe for concurrent use.
type Client struct {
	caller amazonpay.Caller
	store  Store // nil for none
}

// New returns a client that calls through caller: an [*amazonpay.Client] or a mock.
func New(caller amazonpay.Caller) *Client { return &Client{caller: caller} }

// AuthorizationToken is the answer of [Client.GetAuthorizationToken].
type AuthorizationToken struct {
	amazonpay.Response

	// AuthorizationToken is a JWT that expires. Its Reveal is what [amazonpay.WithAuthToken] takes.
	AuthorizationToken amazonpay.Secret `json:"authorizationToken,omitzero"`
}

// GetAuthorizationToken returns a token with which a solution provider may call on behalf of a
// merchant. mwsAuthToken (amzn.mws.…) is what the merchant gave to the provider, merchantID is the
// merchant's id. It works live only. UnauthorizedAccess means that the merchant has not authorized
// the provider, or has revoked the authorization.
//
// A [Source] makes this call when a token is required. Use one in a program that runs longer than a
// token is valid.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/delegated-authorization.html
func (c *Client) GetAuthorizationToken(ctx context.Context, mwsAuthToken, merchantID string, opts ...amazonpay.CallOption) (*AuthorizationToken, error) {
	const name = "GetAuthorizationToken"
	if strings.TrimSpace(merchantID) == "" {
		return nil, &amazonpay.CallError{
			Operation: name, Meta: &amazonpay.Meta{}, Err: &amazonpay.FieldError{Field: "merchantId", Rule: "is empty"}, Outcome: amazonpay.OutcomeNotSent,
		}
	}
	return amazonpay.Do[AuthorizationToken](ctx, c.caller, amazonpay.Operation{
		Name: name, Method: http.MethodGet, Path: "authorizationTokens/{mwsAuthToken}", Returns: "authorizationToken",
		PathValues: map[string]string{"mwsAuthToken": mwsAuthToken},
		Query:      url.Values{"merchantId": {merchantID}},
	}, nil, opts...)
}
