// Package ipn receives Amazon Pay's Instant Payment Notifications. It verifies that a notification
// comes from Amazon Pay and is meant for the merchant, and handles each one once.
//
// # What arrives
//
// Amazon Pay posts a message through AWS SNS when an object changes later on: a pending
// authorization or a refund is settled, a charge permission is closed, a chargeback is filed. The
// notification names the object but does not contain its state.
//
// # Verify and handle
//
// A [Verifier] checks messages. [Verifier.Handler] is the endpoint to set in Seller Central. Read
// the object that the notification names; HandleNotification of package webstore does that and
// calls a function for the type of the object:
//
//	verifier, err := ipn.NewVerifier(
//		ipn.WithTopicAccounts("291180941288", "598607868003"), // see there
//		ipn.WithMerchantIDs("A1EXAMPLE"))
//	// …
//	http.Handle("POST /ipn", verifier.Handler(func(ctx context.Context, n *ipn.Notification) error {
//		return shop.HandleNotification(ctx, n, changes) // after an error SNS sends it again
//	}))
//
// [Verifier.Verify] checks a message that arrives in another way, such as through a queue.
//
// # Deduplicate
//
// SNS may send a message more than once. The handler asks a [Deduper] before it handles a message.
// The default remembers messages in memory. Several processes need a shared one: see [WithDeduper].
//
// # Answer
//
// SNS sends a message again after a 5xx status, a network error or 15 seconds without an answer,
// but not after a 4xx status. The handler answers 200, 4xx or 5xx accordingly: see
// [Verifier.Handler] and [Temporary].
//
// # Security
//
// These checks are made in this order. Cheap checks come first, so that most forgeries cause no
// fetch:
//
//   - the form: a JSON object of at most 256 KiB, with ASCII names, no duplicate members and all
//     required members. Its type equals the header x-amz-sns-message-type if that is present;
//   - the account of the topic, and the form of the notification;
//   - the URL of the certificate: exactly an https URL of SNS in the topic's region;
//   - the certificate: valid now, issued for SNS, not self-signed, with a chain to a trusted root
//     if the file contains one. Certificates are cached. Failed fetches are limited to ten, and ten
//     more a minute (see [WithKnownCertificateURLs]);
//   - the signature, version 1 (SHA-1) or 2 (SHA-256);
//   - the age and the merchant. These come last: a genuine message that does not match may be our
//     mistake, so it is answered with a 5xx status.
//
// Package ipntest creates genuine and forged messages for tests.
//
// # Uncertain
//
// Amazon does not document everything that this package relies on:
//
//   - The AWS accounts of the topics. 291180941288 sent notifications to shops from 2014 to 2018,
//     live and sandbox, in us-east-1, eu-west-1 and us-west-2. 598607868003 appears in test data of
//     the official SDKs from 2013 and 2017, in us-east-1. Neither is confirmed for Checkout v2.
//   - The signature version. No complete notification with signature version 2 has been published.
//   - Subscription confirmations. Amazon Pay is not known to send any to an endpoint that is set in
//     Seller Central.
//
// # References
//
// https://developer.amazon.com/docs/amazon-pay-checkout/set-up-instant-payment-notifications.html
// describes the notifications, and
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html the SNS message.
package ipn
