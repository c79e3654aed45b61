// Package authtoken has authorization tokens, with which a solution provider makes calls
// on behalf of a merchant.
//
// A [Source] gets the token of a merchant, keeps it and refreshes it:
//
//	tokens := authtoken.New(client) // the provider's own *amazonpay.Client
//	merchant := client.With(amazonpay.WithTokenSource(tokens.Source(mwsAuthToken, merchantID)))
//	charge, err := webstore.New(merchant).GetCharge(ctx, chargeID)
//
// In the package: [Client] and [API], the interface to mock, with the call itself, and
// [Source].
//
// Tokens show themselves in no error and no log record. Errors are described in package
// amazonpay.
package authtoken
