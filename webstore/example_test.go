package webstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/report"
)

// Take a payment: authorize it at checkout, and capture it when the order ships. The buyer's
// browser brings the id of the session to the result page.
func Example() {
	ctx := context.Background()
	shop, server, end := openShop() // in a program: webstore.New(client)
	defer end()
	price := amazonpay.USD.Price("14.00")
	sessionID := checkout(shop, server, webstore.CreateCheckoutSessionRequest{
		PaymentDetails:   &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: price},
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: "order-1042"},
	})

	// The id comes from a browser, so make sure that the session belongs to the order.
	_, err := shop.GetCheckoutSessionOfOrder(ctx, sessionID, "order-1042")
	check(err)
	session, err := shop.CompleteOrFetch(ctx, sessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1042", "complete", "1")))
	check(err)
	fmt.Println("session", session.StatusDetails.State)

	charge, err := shop.CaptureOrFetch(ctx, session.ChargeID, &webstore.CaptureChargeRequest{CaptureAmount: price},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1042", "capture", "1")))
	check(err)
	fmt.Println("charge", charge.StatusDetails.State, charge.CaptureAmount)

	_, err = shop.CloseOrFetch(ctx, session.ChargePermissionID, &webstore.CloseChargePermissionRequest{ClosureReason: "shipped in full"})
	check(err)
	// Output:
	// session Completed
	// charge Captured 14.00 USD
}

// Charge a subscription: the buyer agrees once, and the shop charges each month. The key has the
// month in it, so that a job that runs twice charges once.
func Example_recurring() {
	ctx := context.Background()
	shop, server, end := openShop()
	defer end()
	monthly := amazonpay.USD.Price("9.90")
	sessionID := checkout(shop, server, webstore.CreateCheckoutSessionRequest{
		ChargePermissionType: webstore.ChargePermissionTypeRecurring,
		RecurringMetadata: &webstore.RecurringMetadata{
			Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: "1"}, Amount: monthly,
		},
		PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: monthly},
	})
	session, err := shop.CompleteOrFetch(ctx, sessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: monthly})
	check(err)

	for range 2 { // the job runs twice
		charge, err := shop.CreateCharge(ctx, &webstore.CreateChargeRequest{
			ChargePermissionID: session.ChargePermissionID, ChargeAmount: monthly, CaptureNow: new(true),
		}, amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("subscription-7", "2026-12", "1")))
		if amazonpay.HasReason(err, amazonpay.ReasonCodeHardDeclined) {
			fmt.Println("ask the buyer for another payment method")
			return
		}
		check(err)
		fmt.Println("charge", charge.StatusDetails.State, charge.CaptureAmount)
	}
	fmt.Println("charges", len(server.Charges()))
	// Output:
	// charge Captured 9.90 USD
	// charge Captured 9.90 USD
	// charges 2
}

// Save a payment method without a payment ("Saved Wallet"), and charge it later.
func Example_savedWallet() {
	ctx := context.Background()
	shop, server, end := openShop()
	defer end()
	sessionID := checkout(shop, server, webstore.CreateCheckoutSessionRequest{
		ChargePermissionType:        webstore.ChargePermissionTypePaymentMethodOnFile,
		PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)},
		PaymentDetails:              &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm},
	})
	session, err := shop.CompleteOrFetch(ctx, sessionID, &webstore.CompleteCheckoutSessionRequest{}) // not nil
	check(err)

	charge, err := shop.CreateCharge(ctx, &webstore.CreateChargeRequest{
		ChargePermissionID: session.ChargePermissionID,
		ChargeAmount:       amazonpay.USD.Price("25.00"),
		CaptureNow:         new(true),
		ChargeInitiator:    webstore.ChargeInitiatorMITU, // the shop charges, once
		Channel:            webstore.ChannelOffline,
	}, amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1043", "charge", "1")))
	check(err)
	fmt.Println("charge", charge.StatusDetails.State, charge.CaptureAmount)
	// Output: charge Captured 25.00 USD
}

// Give back what the buyer has paid and was not refunded yet.
func Example_refund() {
	ctx := context.Background()
	shop, server, end := openShop()
	defer end()
	chargeID := captured(shop, server)

	charge, err := shop.GetCharge(ctx, chargeID)
	check(err)
	amount, err := webstore.Unrefunded(charge)
	check(err)
	refund, err := shop.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: chargeID, RefundAmount: amount},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("return-77", "refund", "1"))) // the one protection against a second refund
	check(err)
	fmt.Println("refund", refund.StatusDetails.State, refund.RefundAmount)

	check(server.ResolvePending(refund.RefundID)) // Amazon needs some time
	refund, err = shop.WaitForRefund(ctx, refund.RefundID)
	check(err)
	fmt.Println("refund", refund.StatusDetails.State)
	// Output:
	// refund RefundInitiated 14.00 USD
	// refund Refunded
}

// Wait for an authorization that Amazon has not decided yet. Deliver when the charge is
// Authorized or Captured, and not before.
func Example_pending() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	shop, server, end := openShop()
	defer end()
	price := amazonpay.USD.Price("14.00")
	sessionID := checkout(shop, server, webstore.CreateCheckoutSessionRequest{
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: price, CanHandlePendingAuthorization: new(true),
		},
	}, "0701") // the emulator's card whose authorization takes time
	session, err := shop.CompleteOrFetch(ctx, sessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
	check(err)
	fmt.Println("pending", session.Pending)

	check(server.ResolvePending(session.ChargeID)) // Amazon decides, within 24 hours
	charge, err := shop.WaitForCharge(ctx, session.ChargeID)
	check(err)
	fmt.Println("charge", charge.StatusDetails.State)
	// Output:
	// pending true
	// charge Authorized
}

// Handle a notification: say what to do with each type of object. In a program the notification
// comes from the Handler of package ipn, which has verified it.
func Example_notification() {
	ctx := context.Background()
	shop, server, end := openShop()
	defer end()
	n := &ipn.Notification{ObjectType: ipn.ObjectTypeCharge, ObjectID: captured(shop, server)}

	err := shop.HandleNotification(ctx, n, webstore.NotificationHandler{
		Charge: func(_ context.Context, charge *webstore.Charge) error {
			fmt.Println("charge", charge.StatusDetails.State)
			return nil // an error has the notification sent again
		},
		Refund: func(_ context.Context, refund *webstore.Refund) error {
			fmt.Println("refund", refund.StatusDetails.State)
			return nil
		},
		Dispute: func(_ context.Context, dispute *webstore.Dispute) error {
			fmt.Println("dispute until", dispute.MerchantResponseDeadline)
			return nil
		},
		ChargePermission: func(context.Context, *webstore.ChargePermission) error {
			return nil // this shop has no subscriptions
		},
	})
	check(err)
	// Output: charge Captured
}

// Order a settlement report, download it and add up the fees.
func Example_report() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	shop, server, end := openShop()
	defer end()
	captured(shop, server)

	ordered, err := shop.CreateReport(ctx, &webstore.CreateReportRequest{
		ReportType: webstore.ReportTypeSandboxSettlement,
		StartTime:  amazonpay.Time{Time: time.Now().AddDate(0, 0, -7)},
		EndTime:    amazonpay.Time{Time: time.Now()},
	})
	check(err)
	done, err := shop.WaitForReport(ctx, ordered.ReportID)
	if failed, ok := errors.AsType[*webstore.ReportError](err); ok {
		fmt.Println("no report:", failed.Report.ProcessingStatus) // CANCELLED, if there is no data
		return
	}
	check(err)
	var document bytes.Buffer // a file, if it is large
	_, err = shop.DownloadReport(ctx, done.ReportDocumentID, &document)
	check(err)

	var fees report.Sum
	for row, err := range report.NewReader(&document).Settlement() {
		check(err)
		check(fees.Add(row.TotalTransactionFee))
	}
	fmt.Println("fees", fees.String())
	// Output: fees -0.71
}

// Contest a chargeback with a receipt and a tracking number.
func Example_dispute() {
	ctx := context.Background()
	shop, server, end := openShop()
	defer end()
	disputeID, err := server.Buyer().Dispute(captured(shop, server)) // a notification brings the id
	check(err)

	dispute, err := shop.GetDispute(ctx, disputeID)
	check(err)
	fmt.Println("dispute", dispute.StatusDetails.State, dispute.DisputeAmount)
	receipt, err := shop.UploadEvidence(ctx, &webstore.UploadEvidenceRequest{
		Type: webstore.FileTypePDF, Body: strings.NewReader("%PDF-1.7 the receipt"), // an *os.File, for example
	})
	check(err)
	dispute, err = shop.ContestDispute(ctx, disputeID, &webstore.ContestDisputeRequest{MerchantEvidences: []webstore.Evidence{
		{EvidenceType: webstore.EvidenceTypeReceipt, FileID: receipt.ID},
		{EvidenceType: webstore.EvidenceTypeTrackingNumber, EvidenceText: "1Z999AA10123456784"},
	}})
	check(err)
	fmt.Println("dispute", dispute.StatusDetails.State)
	// Output:
	// dispute ActionRequired 14.00 USD
	// dispute UnderReview
}

// openShop returns a shop that calls an emulator in place of the service.
func openShop() (shop *webstore.Client, server *emulator.Server, end func()) {
	server, err := emulator.Listen("127.0.0.1:0")
	check(err)
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	check(err)
	return webstore.New(client), server, func() { check(server.Close()) }
}

// checkout creates a session, and does what the buyer does: sign in, choose a card and pay. In a
// program the button creates the session in the browser.
func checkout(shop *webstore.Client, server *emulator.Server, in webstore.CreateCheckoutSessionRequest, cards ...string) (sessionID string) {
	in.StoreID = server.Description().Merchants[0].StoreID
	in.WebCheckoutDetails = &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"}
	session, err := shop.CreateCheckoutSession(context.Background(), &in)
	check(err)
	check(server.Buyer().SignIn(session.CheckoutSessionID))
	for _, lastDigits := range cards {
		check(server.Buyer().ChangeCard(session.CheckoutSessionID, lastDigits))
	}
	check(server.Buyer().Approve(session.CheckoutSessionID))
	return session.CheckoutSessionID
}

// captured takes a payment of 14.00 USD, and returns the id of its charge.
func captured(shop *webstore.Client, server *emulator.Server) (chargeID string) {
	price := amazonpay.USD.Price("14.00")
	session, err := shop.CompleteOrFetch(context.Background(), checkout(shop, server, webstore.CreateCheckoutSessionRequest{
		PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: price},
	}), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
	check(err)
	return session.ChargeID
}

// check ends an example at its first error. A program asks [amazonpay.Advise] what to do.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
