package authtoken_test

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// A solution provider creates a checkout session for a merchant, against the emulator.
func Example() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	provider, merchant := server.Description().Merchants[0], server.Description().Merchants[1]

	config := emulatortest.Config(server)
	config.PublicKeyID = provider.KeyIDs.Live // authorization tokens exist live only
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}

	tokens := authtoken.New(client).Source(merchant.MWSAuthToken, merchant.MerchantID)
	shop := webstore.New(client.With(amazonpay.WithTokenSource(tokens)))
	session, err := shop.CreateCheckoutSession(context.Background(), &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://merchant.example/review"},
		StoreID:            merchant.StoreID,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(session.StatusDetails.State, session.StoreID == merchant.StoreID)
	fmt.Println(tokens)
	// Output:
	// Open true
	// [merchant_id=A2EMULATEDSHOPB]
}

// The call itself, for a program that keeps the tokens.
func ExampleClient_GetAuthorizationToken() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	provider, merchant := server.Description().Merchants[0], server.Description().Merchants[1]

	config := emulatortest.Config(server)
	config.PublicKeyID = provider.KeyIDs.Live // authorization tokens exist live only
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}

	answer, err := authtoken.New(client).GetAuthorizationToken(context.Background(), merchant.MWSAuthToken, merchant.MerchantID)
	if err != nil {
		fmt.Println(err)
		return
	}
	shop := webstore.New(client.With(amazonpay.WithAuthToken(answer.AuthorizationToken.Reveal())))
	_, err = shop.GetCharge(context.Background(), "P01-0000000-0000000-C000000")
	fmt.Println(answer.AuthorizationToken, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound))
	// Output: [redacted] true
}
