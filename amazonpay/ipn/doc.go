// Package ipn verifies Amazon Pay's Instant Payment Notifications: that they come from Amazon Pay, are for the merchant,
// and are handled once. Amazon Pay sends them through AWS SNS when something has become of an object later on: of a
// pending authorization, a refund, a permission that was closed, a chargeback.
//
//	verifier, err := ipn.NewVerifier(
//		ipn.WithTopicAccounts("291180941288", "598607868003"), // the AWS accounts of the topic: see there
//		ipn.WithMerchantIDs("A1EXAMPLE"))
//	// …
//	http.Handle("POST /ipn", verifier.Handler(func(ctx context.Context, n *ipn.Notification) error {
//		return shop.HandleNotification(ctx, n, changes) // of package webstore; an error has SNS send it again
//	}))
//
// A notification has no state in it: it says which object to read. What is verified, in this order:
//
//   - the form: a JSON object of at most 256 KiB, no member twice, no name that is not ASCII, each that is needed there, the type as in the
//     header x-amz-sns-message-type where there is one;
//   - the topic's account, and the form of the notification;
//   - the certificate's URL: https, to the letter that of SNS in the topic's region;
//   - the certificate: valid now, of SNS, not self-signed, with a chain to a root if its file has one. It is fetched once and kept;
//     failures are remembered, and bounded, so that forgeries have ten fetched a minute at the most (see [WithCertificateURLs]);
//   - the signature, of version 1 (SHA-1) or 2 (SHA-256);
//   - the age by our clock, and the merchant. That is last, since a true message that does not fit may be our mistake: it is
//     refused with a 5xx, and SNS sends it again (see [Temporary]).
//
// Package ipntest makes true and forged messages for tests.
//
// The page that this follows is
// https://developer.amazon.com/docs/amazon-pay-checkout/set-up-instant-payment-notifications.html, and for the envelope
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. No complete notification of version 2 has been
// published: how the two go together was concluded, not seen.
package ipn
