package webstore_test

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// A whole payment, against the emulator: a session, the buyer's consent, a charge, its
// capture, a refund. Against the service the client needs no BaseURL and no RoundTripper,
// and the buyer signs in at the button and pays at the AmazonPayRedirectURL.
func Example() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	account := server.Description().Merchants[0]
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID:   account.KeyIDs.Sandbox,
		PrivateKeyPEM: amazonpay.NewSecret(account.PrivateKeyPEM),
		Region:        amazonpay.RegionUS,
		BaseURL:       server.Description().BaseURL,
	}, amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}
	shop := webstore.New(client)
	price, err := amazonpay.NewPrice(1400, amazonpay.USD)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := pay(context.Background(), shop, server.Buyer(), account.StoreID, price); err != nil {
		fmt.Println(err)
	}
	// Output:
	// session Open
	// session Completed
	// charge Captured 14.00 USD
	// refund RefundInitiated 14.00 USD
}

func pay(ctx context.Context, shop *webstore.Client, buyer *emulator.Buyer, storeID string, price amazonpay.Price) error {
	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: "https://shop.example/review",
			CheckoutResultReturnURL: "https://shop.example/result",
		},
		StoreID:        storeID,
		PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: price},
	}, amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1042", "session", "1")))
	if err != nil {
		return err
	}
	fmt.Println("session", session.StatusDetails.State)

	if err := buyer.Approve(session.CheckoutSessionID); err != nil {
		return err
	}
	session, err = shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
	if err != nil {
		return err
	}
	fmt.Println("session", session.StatusDetails.State)

	charge, err := shop.CaptureCharge(ctx, session.ChargeID, &webstore.CaptureChargeRequest{CaptureAmount: price},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1042", "capture", "1")))
	if err != nil {
		return err
	}
	fmt.Println("charge", charge.StatusDetails.State, charge.CaptureAmount)

	refund, err := shop.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: charge.ChargeID, RefundAmount: price},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1042", "refund", "1")))
	if err != nil {
		return err
	}
	fmt.Println("refund", refund.StatusDetails.State, refund.RefundAmount)
	return nil
}
