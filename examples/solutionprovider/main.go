// Command solutionprovider makes calls for two merchants with one client and one key: the
// provider's own shop, and a merchant who delegated to it. A token source fetches that merchant's
// token on first use, keeps it, and replaces it if the service refuses it.
//
//	go run ./examples/solutionprovider
//
// It runs against the emulator and ignores the environment. Amazon Pay issues authorization tokens
// to live keys only, so running it against the service requires a live configuration. It then
// creates and reads one checkout session for the merchant, and charges nobody:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=LIVE-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	export AMAZON_PAY_MWS_AUTH_TOKEN=amzn.mws.…   # from the merchant
//	go run ./examples/solutionprovider -service -live-charges-real-money -merchant ID -store ID
package main

import (
	"context"
	"errors"
	"flag"
	"net/http"
	"os"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

func main() {
	merchantID := flag.String("merchant", "", "with -service: merchant id")
	storeID := flag.String("store", "", "with -service: store id of the merchant (amzn1.application-oa2-client.…)")
	target.Main(func(ctx context.Context, t *target.Target) error {
		if t.Emulator != nil {
			return run(ctx, t)
		}
		mwsAuthToken := os.Getenv("AMAZON_PAY_MWS_AUTH_TOKEN")
		if *merchantID == "" || *storeID == "" || mwsAuthToken == "" {
			return errors.New("-service requires -merchant ID, -store ID and the environment variable AMAZON_PAY_MWS_AUTH_TOKEN")
		}
		tokens := authtoken.New(t.Client).Source(mwsAuthToken, *merchantID)
		_, err := forMerchant(ctx, t, webstore.New(t.Client.With(amazonpay.WithTokenSource(tokens))), *storeID)
		return err
	})
}

func run(ctx context.Context, t *target.Target) error {
	provider, merchant := t.Emulator.Description().Merchants[0], t.Emulator.Description().Merchants[1]

	// The provider's own shop: no token.
	ownShop := webstore.New(t.Client)
	own, err := ownShop.CreateCheckoutSession(ctx, sessionRequest(provider.StoreID))
	if err != nil {
		return err
	}
	t.Step("Create a session for the provider's own shop "+provider.MerchantID, own.Meta,
		"session", own.CheckoutSessionID,
		"state", target.Want(own.StatusDetails.State, amazonpay.StateOpen),
		"tokens fetched", target.Want(tokensFetched(t), 0))

	// The merchant's shop: the same client with a token source. Create one per merchant and keep it.
	tokens := authtoken.New(t.Client).Source(merchant.MWSAuthToken, merchant.MerchantID)
	shop := webstore.New(t.Client.With(amazonpay.WithTokenSource(tokens)))
	sessionID, err := forMerchant(ctx, t, shop, merchant.StoreID)
	if err != nil {
		return err
	}
	t.Step("Both calls used one token", nil,
		"tokens fetched", target.Want(tokensFetched(t), 1))

	_, err = ownShop.GetCheckoutSession(ctx, sessionID)
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		return errors.New("the provider's own shop can see a session of the merchant")
	}
	t.Step("Without the token, the session does not exist", call.Meta,
		"error", call.Err,
		"not found", target.Want(amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), true))

	if err := t.Emulator.FailNext(1, emulator.Fault{
		Operation:  "GetCheckoutSession",
		Status:     http.StatusForbidden,
		ReasonCode: string(amazonpay.ReasonCodeInvalidAuthorizationToken),
	}); err != nil {
		return err
	}
	session, err := shop.GetCheckoutSession(ctx, sessionID)
	if err != nil {
		return err
	}
	t.Step("The service refuses the token: the client fetches a new one and repeats the call", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen),
		"tokens fetched", target.Want(tokensFetched(t), 2))
	return nil
}

// forMerchant makes two calls on behalf of the merchant.
func forMerchant(ctx context.Context, t *target.Target, shop *webstore.Client, storeID string) (sessionID string, err error) {
	session, err := shop.CreateCheckoutSession(ctx, sessionRequest(storeID))
	if err != nil {
		return "", err
	}
	t.Step("Create a session for the merchant: the client fetches the token first", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen))

	session, err = shop.GetCheckoutSession(ctx, session.CheckoutSessionID)
	if err != nil {
		return "", err
	}
	t.Step("Read the session with the same token", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen))
	return session.CheckoutSessionID, nil
}

func sessionRequest(storeID string) *webstore.CreateCheckoutSessionRequest {
	return &webstore.CreateCheckoutSessionRequest{
		StoreID:            storeID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	}
}

// tokensFetched counts the token requests in the emulator's log.
func tokensFetched(t *target.Target) int {
	n := 0
	for _, r := range t.Emulator.Requests() {
		if r.Operation == "GetAuthorizationToken" {
			n++
		}
	}
	return n
}
