// Package webstore has the calls of an online shop: checkout sessions, charge
// permissions, charges, refunds, and the buyer behind a sign-in; reports, disbursements,
// disputes and files; and the merchant accounts and stores of solution providers. The methods
// are those of the WebStoreClient of the official SDKs.
//
//	shop := webstore.New(client) // an *amazonpay.Client
//
//	session, err := shop.UpdateCheckoutSession(ctx, id, &webstore.UpdateCheckoutSessionRequest{
//		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
//		PaymentDetails: &webstore.PaymentDetails{
//			PaymentIntent: webstore.PaymentIntentAuthorize,
//			ChargeAmount:  amazonpay.Price{Amount: "14.00", CurrencyCode: amazonpay.USD},
//		},
//	})
//	// send the buyer to session.WebCheckoutDetails.AmazonPayRedirectURL; when they are back:
//	session, err = shop.CompleteCheckoutSession(ctx, id, &webstore.CompleteCheckoutSessionRequest{
//		ChargeAmount: amazonpay.Price{Amount: "14.00", CurrencyCode: amazonpay.USD},
//	})
//	charge, err := shop.CaptureCharge(ctx, session.ChargeID, &webstore.CaptureChargeRequest{
//		CaptureAmount: amazonpay.Price{Amount: "14.00", CurrencyCode: amazonpay.USD},
//	})
//
// In the package: [Client] and [API], the interface to mock; [CheckoutSession],
// [ChargePermission], [Charge], [Refund], [BuyerResponse], [Report], [ReportSchedule],
// [Disbursement], [Dispute], [File] and [Store], each in the file of its name with its
// requests and methods. [Client.Reports] and [Client.Disbursements] go through all pages;
// [Client.WaitForReport] and [Client.DownloadReport] bring a report's document, whose rows
// package [github.com/amazonpay-go/sdk/webstore/report] reads; [Client.UploadEvidence]
// sends a file.
//
// # Requests and answers
//
// A field of a request that has its zero value is not sent; a *bool is one where false
// and absent differ, written new(true). An empty text is not sent either, so that it clears
// nothing: to clear one see [MerchantMetadata]. In answers, a member that is null or absent
// leaves the zero value: nil, the empty text, the zero [amazonpay.Price] or
// [amazonpay.Time]. Members that the types do not know are in the Raw of the answer's
// Meta, and so are those of another JSON type, whose names are in its Undecoded.
//
// Requests and answers that can hold personal data or free text print and log their ids
// and states only, and encode to JSON in full.
//
// # Errors
//
// Errors are described in package amazonpay. Each method lists the reason codes that its
// own work gives; any call may also be refused for its form
// ([amazonpay.ReasonCodeInvalidParameterValue] and its like), its key, an unknown id
// ([amazonpay.ReasonCodeResourceNotFound]) or too many calls ([amazonpay.ReasonCodeTooManyRequests]).
package webstore
