package amazonpay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"go.uber.org/mock/gomock"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/mocks"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// Take a payment: create a checkout session, complete it after the buyer's approval, and read the
// charge. The emulator plays Amazon Pay and the buyer.
func Example() {
	ctx := context.Background()
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()

	// For Amazon Pay itself: an amazonpay.Config of your own, and no option.
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}
	shop := webstore.New(client)

	total := amazonpay.USD.Price("14.00")
	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID: server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: "https://shop.example/review",
			CheckoutResultReturnURL: "https://shop.example/result",
		},
		PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: total},
	}, amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1042", "session", "1")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created:", session.StatusDetails.State)

	if err := server.Buyer().Approve(session.CheckoutSessionID); err != nil {
		fmt.Println(err)
		return
	}

	completed, err := shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: total})
	if err != nil {
		fmt.Println(err)
		return
	}
	charge, err := shop.GetCharge(ctx, completed.ChargeID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("completed:", completed.StatusDetails.State)
	fmt.Println("charge:", charge.StatusDetails.State, charge.ChargeAmount)

	// Output:
	// created: Open
	// completed: Completed
	// charge: Captured 14.00 USD
}

// Make one client when the program starts, and keep it.
func ExampleNew() {
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID:   "SANDBOX-AFABCDEFGHIJKLMNOPQRSTUV",
		PrivateKeyPEM: testPEM(), // or PrivateKeyFile, or PrivateKey for a KMS
		Region:        amazonpay.RegionEU,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client)

	// Most key ids name the environment. For any other key id, set Environment.
	_, err = amazonpay.New(amazonpay.Config{PublicKeyID: "AFABCDEFGHIJKLMNOPQRSTUV", PrivateKeyPEM: testPEM(), Region: amazonpay.RegionEU})
	fmt.Println(err)

	// Output:
	// amazonpay.Client(https://pay-api.amazon.eu sandbox)
	// amazonpay: Config.Environment is empty, and the public key id does not begin with SANDBOX or LIVE: set sandbox or live
}

// A solution provider derives one client per merchant. The token source fetches the merchant's
// authorization token before the first call, and a new one before it expires.
func ExampleClient_With() {
	ctx := context.Background()
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}

	merchant := server.Description().Merchants[1]
	source := authtoken.New(client).Source(merchant.MWSAuthToken, merchant.MerchantID)
	shop := webstore.New(client.With(amazonpay.WithTokenSource(source)))
	for range 2 {
		if _, err := shop.GetBuyer(ctx, merchant.BuyerToken); err != nil {
			fmt.Println(err)
			return
		}
	}
	for _, r := range server.Requests() {
		fmt.Println(r.Operation, "for", r.MerchantID)
	}

	// Output:
	// GetAuthorizationToken for A1EMULATEDSHOPA
	// GetBuyer for A2EMULATEDSHOPB
	// GetBuyer for A2EMULATEDSHOPB
}

// The same parts always give the same key, so a program can repeat a payment safely after a
// restart. Change the attempt number to try again after a decline.
func ExampleIdempotencyKey() {
	fmt.Println(amazonpay.IdempotencyKey("order-1042", "charge", "1"))
	fmt.Println(amazonpay.IdempotencyKey("order-1042", "charge", "2"))

	// Output:
	// uuR9XnkS94G3-v-4LbUoCSymvdGswoxg
	// EZlZ9-mjA9gW5V10FXGBUyUaB8niaQR7
}

// Write a price in source code as decimal text.
func ExampleCurrencyCode_Price() {
	fmt.Println(amazonpay.USD.Price("14.00"), "and", amazonpay.JPY.Price("1400"))

	// Output:
	// 14.00 USD and 1400 JPY
}

// Check an amount that comes from outside the program.
func ExampleParsePrice() {
	for _, amount := range []string{"14.00", "14,00"} {
		price, err := amazonpay.ParsePrice(amount, "USD")
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(price)
	}

	// Output:
	// 14.00 USD
	// amazonpay: ParsePrice: amount: "14,00" is not decimal text such as 14.00 or 1080
}

// Convert an integer in the currency's smallest unit: cents for dollars, yen for yen.
func ExampleNewPrice() {
	dollars, _ := amazonpay.NewPrice(1400, amazonpay.USD)
	yen, _ := amazonpay.NewPrice(1400, amazonpay.JPY)
	fmt.Println(dollars, "and", yen)
	_, err := amazonpay.NewPrice(1400, "XTS")
	fmt.Println(err)

	// Output:
	// 14.00 USD and 1400 JPY
	// amazonpay: NewPrice: the currency "XTS" is unknown: pass the amount as text to ParsePrice
}

// Encode a button's payload once, sign it, and write the same bytes to the page.
func ExampleClient_ButtonSignature() {
	client, err := amazonpay.New(amazonpay.Config{PublicKeyID: "SANDBOX-AFABC", PrivateKeyPEM: testPEM(), Region: amazonpay.RegionUS})
	if err != nil {
		fmt.Println(err)
		return
	}
	payload, err := amazonpay.EncodeJSON(map[string]any{
		"storeId":            "amzn1.application-oa2-client.1234",
		"webCheckoutDetails": map[string]string{"checkoutReviewReturnUrl": "https://shop.example/review?a=1&b=2"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	button, err := client.ButtonSignature(payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(button.PayloadJSON)
	fmt.Println(button.Algorithm, button.PublicKeyID, len(button.Signature))

	// Output:
	// {"storeId":"amzn1.application-oa2-client.1234","webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/review?a=1&b=2"}}
	// AMZN-PAY-RSASSA-PSS-V2 SANDBOX-AFABC 344
}

// A failed call returns the service's reason, the status, the attempts and whether the work may
// have been done.
func ExampleCallError() {
	ctx := context.Background()
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = webstore.New(client).CreateCharge(ctx, &webstore.CreateChargeRequest{
		ChargePermissionID: "S01-0000000-0000000",
		ChargeAmount:       amazonpay.USD.Price("14.00"),
	})
	if amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound) {
		fmt.Println("there is no such permission")
	}
	if api, ok := errors.AsType[*amazonpay.APIError](err); ok {
		fmt.Println("status", api.StatusCode)
	}
	if failed, ok := errors.AsType[*amazonpay.CallError](err); ok {
		fmt.Println(failed.Operation, "attempts:", len(failed.Meta.Attempts), "outcome:", failed.Outcome)
	}

	// Output:
	// there is no such permission
	// status 404
	// CreateCharge attempts: 1 outcome: refused
}

// In a test, a mocked Doer replaces signing, retries and the network.
func ExampleWithDoer() {
	ctrl := gomock.NewController(reporter{}) // in a test: gomock.NewController(t)
	defer ctrl.Finish()
	doer := mocks.NewMockDoer(ctrl)
	doer.EXPECT().Do(gomock.Any()).DoAndReturn(func(r *http.Request) (*http.Response, error) {
		fmt.Println(r.Method, r.URL)
		return &http.Response{
			StatusCode: http.StatusOK,
			Body:       io.NopCloser(strings.NewReader(`{"chargeId":"S01-1-C1","statusDetails":{"state":"Captured"}}`)),
		}, nil
	})

	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(doer))
	if err != nil {
		fmt.Println(err)
		return
	}
	charge, err := webstore.New(client).GetCharge(context.Background(), "S01-1-C1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(charge.StatusDetails.State)

	// Output:
	// GET https://pay-api.amazon.com/sandbox/v2/charges/S01-1-C1
	// Captured
}

// reporter replaces *testing.T, which examples do not have.
type reporter struct{}

func (reporter) Errorf(format string, args ...any) { fmt.Printf(format, args...) }
func (reporter) Fatalf(format string, args ...any) { fmt.Printf(format, args...) }
