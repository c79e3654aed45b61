// Package emulator is a stateful Amazon Pay: checkout sessions, charge permissions,
// charges, refunds, in-store payments, delivery trackers, buyers and authorization
// tokens, over real HTTPS on loopback, with every signature checked. It serves tests
// and demonstrations, of this SDK and of the official ones; no account and no network are
// needed.
//
//	server := emulator.Start(t)
//	d := server.Description() // key ids, keys and the URL: all that a client is made from
//	// … create and update a session …
//	err := server.Buyer().Approve(sessionID)
//	// … complete it, charge, refund …
//	for _, r := range server.Requests() { // what arrived, and whether its signature was right
//		fmt.Println(r.Operation, r.Status, r.ReasonCode, r.Verified)
//	}
//
// For other processes there are, with the control token as their bearer, GET
// /_emulator/description and /_emulator/requests, and POST /_emulator/sessions/{id}/approve
// and /_emulator/sessions/{id}/signIn.
//
// Sandbox requests may carry the simulation codes of
// https://developer.amazon.com/docs/amazon-pay-checkout/sandbox-simulations.html: for
// completeCheckoutSession and finalizeCheckoutSession BuyerCanceled, AmazonCanceled, Declined
// and AuthorizationInitiated; for createCharge SoftDeclined, HardDeclined, AmazonRejected,
// TransactionTimedOut and CaptureInitiated; for closeChargePermission AmazonClosed. What is
// pending ends half a minute later. ProcessingFailure is a [Fault].
//
// The pages that the emulator follows are below
// https://developer.amazon.com/docs/amazon-pay-api-v2/: signing-requests.html,
// idempotency.html, error-handling.html, checkout-session.html, charge-permission.html,
// charge.html and refund.html.
//
// The emulator has its own view of the wire, and shares no type with the client. It is
// strict with requests whose User-Agent is that of this SDK, and as lenient as the service
// with those of others: see [Request.Strict].
//
// Where the documentation of the service is silent, these are decisions of the emulator:
//
//   - A date is refused when it is more than a second ahead, or older than
//     [WithMaxAge].
//   - [Buyer.Approve] before the amount is set signs the buyer in and no more, and a change of the
//     payment details takes an approval back.
//   - The balance of a permission counts open authorizations as spent. A closed permission's
//     authorizations can be neither captured nor cancelled.
//   - A refund is RefundInitiated when it is made and Refunded when it is next read.
//   - The refund cap of 75 is 8,400 in yen, and 75 in the currencies for which none is
//     documented.
//   - Authorization tokens and delivery trackers, live only at Amazon, work in the sandbox
//     too.
package emulator
