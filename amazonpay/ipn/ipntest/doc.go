// Package ipntest makes Instant Payment Notifications for tests: true ones, signed by a local stand-in for AWS SNS, and
// forged ones of every kind. Nothing of it uses a network, and nothing of it is trusted by anybody who was not
// told to.
//
//	sns, err := ipntest.New()
//	verifier, err := ipn.NewVerifier(
//		ipn.WithTopicAccounts(ipntest.Account),
//		ipn.WithMerchantIDs("A1EXAMPLE"),
//		ipn.WithRoundTripper(sns)) // from which the certificate comes
//	body := sns.Notify(ipntest.Notification{MerchantID: "A1EXAMPLE", ObjectType: "CHARGE", ObjectID: id}, time.Now()).JSON()
//
// Its types are its own, so that a mistake of package ipn is not shared.
package ipntest
