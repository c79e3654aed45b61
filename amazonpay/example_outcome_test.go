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
	session := approved(server, shop, "14.00")
	request := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: amazonpay.Price{Amount: "14.00", CurrencyCode: amazonpay.USD}}

	if err := server.FailNext(1, emulator.Fault{Operation: "completeCheckoutSession", Kind: emulator.FaultLoseAnswer}); err != nil {
		fmt.Println(err)
		return
	}
	key := amazonpay.KeyFrom("order-1042", "complete", "1")
	_, err = shop.CompleteCheckoutSession(context.Background(), session, request, amazonpay.WithIdempotencyKey(key), amazonpay.WithoutRetry())
	switch outcome := amazonpay.OutcomeOf(err); outcome {
	case amazonpay.OutcomeDone:
		fmt.Println("charged")
	case amazonpay.OutcomeNotSent, amazonpay.OutcomeRefused:
		fmt.Println("not charged:", err)
	case amazonpay.OutcomeUnknown: // the same request under the same key settles it
		done, err := shop.CompleteCheckoutSession(context.Background(), session, request, amazonpay.WithIdempotencyKey(key))
		fmt.Println("it was", outcome, "- and is", done.StatusDetails.State, err)
	}
	fmt.Println("charges made:", len(server.Charges()))
	// Output:
	// it was unknown - and is Completed <nil>
	// charges made: 1
}

// approved makes a session that the buyer has approved.
func approved(server *emulator.Server, shop *webstore.Client, amount amazonpay.Decimal) string {
	d := server.Description()
	session, err := shop.CreateCheckoutSession(context.Background(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            d.Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: webstore.AuthorizeWithCapture, ChargeAmount: amazonpay.Price{Amount: amount, CurrencyCode: amazonpay.USD},
		},
	})
	if err == nil {
		err = server.Buyer().Approve(session.CheckoutSessionID)
	}
	if err != nil {
		fmt.Println(err)
		return ""
	}
	return session.CheckoutSessionID
}
