// Command solutionprovider makes calls for two merchants with one client and one key:
// its own shop, and a merchant who delegated to it. A token source gets that merchant's
// token when it is first needed, keeps it, and replaces it when the service refuses it.
//
//	go run ./examples/solutionprovider
//
// This runs against the emulator and reads nothing of the environment. Amazon Pay hands
// out authorization tokens to live keys only, so that against the service it takes a
// live configuration. The example then makes one checkout session for the merchant and
// reads it; it charges nobody:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=LIVE-… AMAZON_PAY_PRIVATE_KEY_FILE=private.pem AMAZON_PAY_REGION=us
//	export AMAZON_PAY_MWS_AUTH_TOKEN=amzn.mws.…   # the merchant gave it to the provider
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
	merchantID := flag.String("merchant", "", "with -service: the merchant's id")
	storeID := flag.String("store", "", "with -service: the merchant's store id (amzn1.application-oa2-client.…)")
	target.Main(func(ctx context.Context, t *target.Target) error {
		if t.Emulator != nil {
			return run(ctx, t)
		}
		mwsAuthToken := os.Getenv("AMAZON_PAY_MWS_AUTH_TOKEN")
		if *merchantID == "" || *storeID == "" || mwsAuthToken == "" {
			return errors.New("-service needs -merchant ID, -store ID and the environment variable AMAZON_PAY_MWS_AUTH_TOKEN")
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
	t.Step("A session of the provider's own shop "+provider.MerchantID, own.Meta,
		"session", own.CheckoutSessionID,
		"state", target.Want(own.StatusDetails.State, amazonpay.StateOpen),
		"tokens fetched", target.Want(tokensFetched(t), 0))

	// The merchant's shop: the same client, with a token source. Make one for each merchant and
	// keep it.
	tokens := authtoken.New(t.Client).Source(merchant.MWSAuthToken, merchant.MerchantID)
	shop := webstore.New(t.Client.With(amazonpay.WithTokenSource(tokens)))
	sessionID, err := forMerchant(ctx, t, shop, merchant.StoreID)
	if err != nil {
		return err
	}
	t.Step("Both calls were made with one token", nil,
		"tokens fetched", target.Want(tokensFetched(t), 1))

	_, err = ownShop.GetCheckoutSession(ctx, sessionID)
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		return errors.New("the provider's own shop saw a session of the merchant")
	}
	t.Step("Without the token there is no such session", call.Meta,
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
	t.Step("The service refuses the token: it is dropped, a new one fetched, and the call made once more", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen),
		"tokens fetched", target.Want(tokensFetched(t), 2))
	return nil
}

// forMerchant makes two calls on the merchant's behalf.
func forMerchant(ctx context.Context, t *target.Target, shop *webstore.Client, storeID string) (sessionID string, err error) {
	session, err := shop.CreateCheckoutSession(ctx, sessionRequest(storeID))
	if err != nil {
		return "", err
	}
	t.Step("A session for the merchant: the token is fetched first", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen))

	session, err = shop.GetCheckoutSession(ctx, session.CheckoutSessionID)
	if err != nil {
		return "", err
	}
	t.Step("Read it, with the token that is there", session.Meta,
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

// tokensFetched counts the calls for tokens in the emulator's log.
func tokensFetched(t *target.Target) int {
	n := 0
	for _, r := range t.Emulator.Requests() {
		if r.Operation == "GetAuthorizationToken" {
			n++
		}
	}
	return n
}
