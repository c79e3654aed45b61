package button_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// openShop returns the maker of an emulated shop, its client, and a function that ends the emulator.
func openShop() (maker *button.Maker, client *amazonpay.Client, end func()) {
	server, err := emulator.Listen("127.0.0.1:0")
	check(err)
	client, err = amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	check(err)
	merchant := server.Description().Merchants[0]
	maker, err = button.New(button.Config{
		Client:     client,
		MerchantID: merchant.MerchantID,
		StoreID:    merchant.StoreID,
		ScriptURL:  server.Description().BaseURL + "/checkout.js", // a shop leaves it empty
	})
	check(err)
	return maker, client, func() { check(server.Close()) }
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// An order with a review page.
func ExampleMaker_Button() {
	maker, _, end := openShop()
	defer end()

	b, err := maker.Button(button.OneTime{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
		Scopes:             []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail, webstore.ScopeShippingAddress},
		MerchantMetadata:   &webstore.MerchantMetadata{MerchantStoreName: "Tea & Cups"},
	}, button.Options{Placement: button.PlacementCart})
	check(err)
	page := template.Must(template.New("cart").Parse(`<main>{{.Button.HTML .Nonce}}</main>`))
	var text strings.Builder
	check(page.Execute(&text, map[string]any{"Button": b, "Nonce": "a nonce for each answer"}))
	before, _, _ := strings.Cut(text.String(), "(function")
	fmt.Println(before)
	fmt.Println(b.Signed().Algorithm)
	// Output:
	// <main><div class="amazon-pay-button" role="group" aria-label="Amazon Pay"><div></div><noscript>Amazon Pay requires JavaScript.</noscript></div><script nonce="a nonce for each answer">
	// AMZN-PAY-RSASSA-PSS-V2
}

// A member that the kind requires, or that does not belong to it.
func ExampleMaker_Button_refused() {
	maker, _, end := openShop()
	defer end()

	_, err := maker.Button(button.OneTime{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
	}, button.Options{Placement: button.PlacementCart})
	if wrong, ok := errors.AsType[*amazonpay.FieldError](err); ok {
		fmt.Println(wrong.Field)
		fmt.Println(wrong.Rule)
	}
	// Output:
	// webCheckoutDetails.checkoutReviewReturnUrl
	// is required: set the URL of the shop's page to which the buyer returns
}

// An additional payment button, at the end of the shop's own checkout.
func ExampleProcessOrder() {
	maker, _, end := openShop()
	defer end()

	b, err := maker.Button(button.ProcessOrder{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutResultReturnURL: "https://shop.example/result",
			CheckoutCancelURL:       "https://shop.example/cart",
		},
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: webstore.PaymentIntentAuthorize,
			ChargeAmount:  amazonpay.USD.Price("14.00"),
		},
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: "order-7"},
	}, button.Options{Placement: button.PlacementCheckout})
	check(err)
	fmt.Println(strings.ReplaceAll(b.Signed().PayloadJSON, `,"storeId"`, ",\n\"storeId\""))
	// Output:
	// {"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/result","checkoutCancelUrl":"https://shop.example/cart","checkoutMode":"ProcessOrder"},
	// "storeId":"amzn1.application-oa2-client.emulated0shop0a","paymentDetails":{"paymentIntent":"Authorize","chargeAmount":{"amount":"14.00","currencyCode":"USD"}},"merchantMetadata":{"merchantReferenceId":"order-7"}}
}

// A subscription. The shop charges it with [webstore.Client.CreateCharge].
func ExampleRecurring() {
	maker, _, end := openShop()
	defer end()

	b, err := maker.Button(button.Recurring{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
		RecurringMetadata: &webstore.RecurringMetadata{
			Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: "1"},
			Amount:    amazonpay.USD.Price("9.99"),
		},
	}, button.Options{Placement: button.PlacementProduct, ProductType: webstore.ProductTypePayOnly})
	fmt.Println(b, err)
	// Output: button.Button(renderButton) <nil>
}

// A payment method is saved, and later changed by the buyer. This package draws the button for the
// change.
func ExampleSavedWallet() {
	maker, _, end := openShop()
	defer end()

	pages := &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/account"}
	save, err := maker.Button(button.SavedWallet{
		WebCheckoutDetails:          pages,
		PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)},
	}, button.Options{Placement: button.PlacementOther, ProductType: webstore.ProductTypePayOnly})
	fmt.Println(save, err)

	change, err := maker.Button(button.UpdateSavedWallet{
		WebCheckoutDetails: pages,
		ChargePermissionID: "B01-0000000-0000000", // of the completed session
	}, button.Options{Placement: button.PlacementOther, ProductType: webstore.ProductTypePayOnly, Label: "Use another card"})
	fmt.Println(change, err)
	// Output:
	// button.Button(renderButton) <nil>
	// button.Button(initCheckout) <nil>
}

// A paid order becomes a subscription.
func ExampleUpgrade() {
	maker, _, end := openShop()
	defer end()

	b, err := maker.Button(button.Upgrade{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/subscribed"},
		ChargePermissionID: "S01-0000000-0000000", // of the order
		RecurringMetadata:  &webstore.RecurringMetadata{Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: "1"}},
	}, button.Options{Label: "Every month from now on"})
	fmt.Println(b, err)
	// Output: button.Button(bindUpgradeAction) <nil>
}

// The page to which a buyer returns after a sign-in.
func ExampleSignIn() {
	maker, client, end := openShop()
	defer end()

	b, err := maker.Button(button.SignIn{
		SignInReturnURL: "https://shop.example/account",
		SignInScopes:    []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail},
	}, button.Options{Placement: button.PlacementHome})
	fmt.Println(b, err)

	account := func(w http.ResponseWriter, r *http.Request) {
		from, err := webstore.ParseReturnURL(r.RequestURI)
		if errors.Is(err, webstore.ErrNoReturnID) {
			http.Redirect(w, r, "/", http.StatusSeeOther) // the buyer canceled
			return
		}
		if err != nil {
			http.Error(w, "sign in again", http.StatusBadRequest)
			return
		}
		buyer, err := webstore.New(client).GetBuyer(r.Context(), from.BuyerToken.Reveal())
		if err != nil {
			http.Error(w, "sign in again", http.StatusBadGateway)
			return
		}
		_, _ = fmt.Fprintln(w, "Welcome,", buyer.Name)
	}
	_ = account
	// Output: button.Button(renderButton) <nil>
}

// A single-page application fetches the configuration and calls checkout.js itself.
func ExampleButton_MarshalJSON() {
	maker, _, end := openShop()
	defer end()

	b, err := maker.Button(button.OneTime{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	}, button.Options{Placement: button.PlacementCart})
	check(err)
	text, err := json.Marshal(b)
	check(err)
	before, _, _ := strings.Cut(string(text), `,"signature"`)
	fmt.Println(before)
	// Output:
	// {"merchantId":"A1EMULATEDSHOPA","ledgerCurrency":"USD","productType":"PayAndShip","placement":"Cart","sandbox":true,"createCheckoutSessionConfig":{"payloadJSON":"{\"webCheckoutDetails\":{\"checkoutReviewReturnUrl\":\"https://shop.example/review\"},\"storeId\":\"amzn1.application-oa2-client.emulated0shop0a\"}"
}

// The review page: the buyer can change the address.
func ExampleMaker_ChangeAction() {
	maker, _, end := openShop()
	defer end()

	page := template.Must(template.New("review").Parse(`<button type="button" id="change-address" hidden>Change the address</button>
{{.Maker.ChangeAction .Nonce .Address}}`))
	session := &webstore.CheckoutSession{CheckoutSessionID: "bd504926-f659-4ad7-a1a9-9a747aaf5275"} // of GetCheckoutSession
	var text strings.Builder
	check(page.Execute(&text, map[string]any{
		"Maker": maker, "Nonce": "a nonce for each answer",
		"Address": button.Change{Action: button.ActionChangeAddress, ElementID: "change-address", CheckoutSessionID: session.CheckoutSessionID},
	}))
	before, _, _ := strings.Cut(text.String(), "(function")
	fmt.Println(before)
	// Output:
	// <button type="button" id="change-address" hidden>Change the address</button>
	// <script nonce="a nonce for each answer">
}
