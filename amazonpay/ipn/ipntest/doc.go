// Package ipntest creates Instant Payment Notifications for tests: genuine messages, signed by a
// local stand-in for AWS SNS, and forged messages of every kind. It uses no network. Only a
// verifier that is given the stand-in trusts its messages.
//
//	sns, err := ipntest.New()
//	verifier, err := ipn.NewVerifier(
//		ipn.WithTopicAccounts(ipntest.Account),
//		ipn.WithMerchantIDs("A1EXAMPLE"),
//		ipn.WithRoundTripper(sns)) // serves the certificate
//	n := ipntest.Notification{MerchantID: "A1EXAMPLE", ObjectType: "CHARGE", ObjectID: id}
//	body := sns.Notify(n, time.Now()).JSON()
//
// The package does not use the types of package ipn, so that it does not share a mistake with it.
package ipntest
