// Command buttonsignature signs the payload of an Amazon Pay button and prints the page that shows
// the button.
//
//	go run ./examples/buttonsignature
//
// It uses the emulator's key, ignores the environment and sends nothing. With a sandbox key of
// yours, serve the page from a domain that Seller Central lists for your store. The button then
// leads to a checkout session for examples/checkout:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	go run ./examples/buttonsignature -service \
//		-merchant ID -store ID -review https://shop.example/review
package main

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"flag"
	"regexp"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func main() {
	merchant := flag.String("merchant", "", "with -service: your merchant id")
	store := flag.String("store", "", "with -service: your store id (amzn1.application-oa2-client.…)")
	review := flag.String("review", "https://shop.example/review", "your review page, to which the buyer returns")
	target.Main(func(_ context.Context, t *target.Target) error { return run(t, *merchant, *store, *review) })
}

func run(t *target.Target, merchantID, storeID, review string) error {
	if t.Emulator != nil {
		shop := t.Emulator.Description().Merchants[0]
		merchantID, storeID = shop.MerchantID, shop.StoreID
	}
	if merchantID == "" || storeID == "" {
		return errors.New("-service requires -merchant ID and -store ID, as Seller Central shows them")
	}

	maker, err := button.New(button.Config{Client: t.Client, MerchantID: merchantID, StoreID: storeID})
	if err != nil {
		return err
	}
	made, err := maker.Button(button.OneTime{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: review},
		Scopes:             []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail, webstore.ScopeShippingAddress},
		MerchantMetadata: &webstore.MerchantMetadata{
			MerchantStoreName: "例の店 <A&B>",
			NoteToBuyer:       `ご注文ありがとうございます & "またどうぞ" </script>`,
		},
	}, button.Options{Placement: button.PlacementCart, LedgerCurrency: amazonpay.LedgerCurrency(t.Currency)})
	if err != nil {
		return err
	}
	signed := made.Signed()
	t.Step("Sign the payload", nil,
		"JSON", signed.PayloadJSON,
		"algorithm", signed.Algorithm,
		"public key id", signed.PublicKeyID,
		"signature", signed.Signature)

	// In a page, the nonce of its Content-Security-Policy stands here.
	html := string(made.HTML(""))
	t.Say("%s", html)

	publicKey, err := t.PublicKey()
	if err != nil {
		return err
	}
	fromPage, err := verifyPage(html, publicKey)
	if err != nil {
		return err
	}
	t.Step("Read the page as a browser does, and verify what it would send", nil,
		"same payload", target.Want(fromPage.PayloadJSON == signed.PayloadJSON, true),
		"signature", "valid (signing.VerifyPayload)")
	return nil
}

var config = regexp.MustCompile(`"createCheckoutSessionConfig":(\{.*\})\}\);`)

// verifyPage finds the button in the page and verifies its signature, as Amazon does.
func verifyPage(page string, key *rsa.PublicKey) (button amazonpay.SignedButton, err error) {
	found := config.FindStringSubmatch(page)
	if found == nil {
		return button, errors.New("the page has no createCheckoutSessionConfig")
	}
	if err := json.Unmarshal([]byte(found[1]), &button); err != nil {
		return button, err
	}
	algorithm, err := signing.ParseAlgorithm(button.Algorithm)
	if err != nil {
		return button, err
	}
	return button, signing.VerifyPayload(algorithm, []byte(button.PayloadJSON), button.Signature, key)
}
