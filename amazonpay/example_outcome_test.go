package amazonpay_test

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// Whether the buyer was charged, whatever went wrong. Here each answer is lost after the work.
func ExampleOutcomeOf() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	d := server.Description()
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: d.Merchants[0].KeyIDs.Sandbox, PrivateKeyPEM: amazonpay.NewSecret(d.Merchants[0].PrivateKeyPEM),
		Region: amazonpay.Region(d.Region), BaseURL: d.BaseURL,
	}, amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}
	shop := webstore.New(client)
	chargeID := authorized(server, shop, "14.00")
	request := &webstore.CaptureChargeRequest{CaptureAmount: amazonpay.Price{Amount: "14.00", CurrencyCode: amazonpay.USD}}

	if err := server.FailNext(1, emulator.Fault{Operation: "captureCharge", Kind: emulator.FaultLoseAnswer}); err != nil {
		fmt.Println(err)
		return
	}
	key := amazonpay.KeyFrom("order-1042", "capture", "1")
	_, err = shop.CaptureCharge(context.Background(), chargeID, request, amazonpay.WithIdempotencyKey(key), amazonpay.WithoutRetry())
	switch outcome := amazonpay.OutcomeOf(err); outcome {
	case amazonpay.OutcomeDone:
		fmt.Println("captured")
	case amazonpay.OutcomeNotSent, amazonpay.OutcomeRefused:
		fmt.Println("not captured:", err)
	case amazonpay.OutcomeUnknown: // the same request under the same key settles it
		charge, err := shop.CaptureCharge(context.Background(), chargeID, request, amazonpay.WithIdempotencyKey(key))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("it was", outcome, "and is", charge.StatusDetails.State)
	}
	fmt.Println("captured in all:", server.Charges()[0].Captured)
	// Output:
	// it was unknown and is Captured
	// captured in all: 14.00 USD
}

// authorized takes a checkout to its authorized charge.
func authorized(server *emulator.Server, shop *webstore.Client, amount amazonpay.Decimal) (chargeID string) {
	price := amazonpay.Price{Amount: amount, CurrencyCode: amazonpay.USD}
	session, err := shop.CreateCheckoutSession(context.Background(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.Authorize, ChargeAmount: price},
	})
	if err == nil {
		err = server.Buyer().Approve(session.CheckoutSessionID)
	}
	if err == nil {
		session, err = shop.CompleteCheckoutSession(context.Background(), session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
	}
	if err != nil {
		fmt.Println(err)
		return ""
	}
	return session.ChargeID
}
