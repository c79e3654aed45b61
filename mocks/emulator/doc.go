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
// /_emulator/description and /_emulator/requests, and POST /_emulator/sessions/{id}/ with
// approve, signIn, cancel or decline.
//
// Sandbox requests may carry the simulation codes of
// https://developer.amazon.com/docs/amazon-pay-checkout/sandbox-simulations.html: for
// completeCheckoutSession BuyerCanceled, AmazonCanceled, Declined and AuthorizationInitiated; for
// createCharge SoftDeclined, HardDeclined, AmazonRejected, TransactionTimedOut and
// CaptureInitiated; for closeChargePermission AmazonClosed. What is pending ends well half a
// minute later, unless [Server.DeclinePending] comes first. ProcessingFailure is a [Fault].
//
// The pages that the emulator follows are below
// https://developer.amazon.com/docs/amazon-pay-api-v2/: signing-requests.html,
// idempotency.html, error-handling.html, checkout-session.html, charge-permission.html,
// charge.html and refund.html.
//
// The emulator has its own view of the wire, and shares no type with the client. It is
// strict with requests whose User-Agent is that of this SDK, and accepts what the official SDKs
// send from all others: see [Request.Strict]. How lenient the service itself is is not known.
//
// Where the documentation of the service is silent, these are decisions of the emulator:
//
//   - A date is refused when it is more than a second ahead, or older than
//     [WithMaxAge].
//   - [Buyer.Approve] before the amount is set signs the buyer in and no more, and a change of the
//     payment details takes an approval back.
//   - finalizeCheckoutSession takes the simulation codes of completeCheckoutSession.
//   - To complete or finalize a session that is Canceled, for whatever reason, is
//     CheckoutSessionCanceled; one that is Completed, InvalidCheckoutSessionStatus.
//   - The chargePermissionId of a new session must be that of an open permission of type
//     PaymentMethodOnFile, which is then charged in place of a new one.
//   - Amounts must be more than zero, but for that of recurringMetadata.
//   - The balance of a permission counts open authorizations as spent. A closed permission's
//     authorizations can be neither captured nor cancelled. Of the 25 charges of a one-time
//     permission those count, too, that were cancelled or declined later.
//   - An authorization more than seven days old is captured with status 202 and
//     CaptureInitiated.
//   - A refund is RefundInitiated when it is made and Refunded when it is next read.
//   - The refund cap of 75 is 8,400 in yen, and 75 in the currencies for which none is
//     documented.
//   - A till's reference id answers the same request again as it was answered before; with
//     another body it is DuplicateIdempotencyKey.
//   - Authorization tokens and delivery trackers, live only at Amazon, work in the sandbox
//     too. A tracker needs a charge permission that exists.
//
// What cannot be reached: an authorization by createCharge that is pending; a refund that is
// Declined; a charge permission that the buyer closes, that is NonChargeable for another reason than
// PaymentMethodInvalid and ChargeInProgress, or whose buyer mends the payment method; the end of
// a charge by the buyer or Amazon, but through updateCharge; the deletion of old sessions.
// Periodic and refund-count limits, throttling, and what accounts are entitled to exist only as a
// [Fault]. Notifications are not sent. Reports, disputes, files, disbursements and merchant
// accounts are not there.
package emulator
