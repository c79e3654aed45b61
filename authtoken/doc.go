// Package authtoken gets authorization tokens, with which a solution provider makes calls on behalf
// of a merchant.
//
// A [Source] gets the token of a merchant, keeps it and refreshes it:
//
//	tokens := authtoken.New(client) // the provider's own *amazonpay.Client
//	merchant := client.With(amazonpay.WithTokenSource(tokens.Source(mwsAuthToken, merchantID)))
//	charge, err := webstore.New(merchant).GetCharge(ctx, chargeID)
//
// Each process gets a token of its own for each merchant. If there are many of both, let the
// processes share the tokens in a database: see [Store] and [Client.WithStore].
//
// [Client] makes the call itself. [API] is its interface, for mocks. Tokens do not appear in errors
// and logs. See package amazonpay for errors.
package authtoken
