// Package emulator is a stateful Amazon Pay: all 43 operations of Checkout v2, over real
// HTTPS on loopback, with every signature checked. It serves tests and demonstrations, of
// this SDK and of the official ones; no account and no network are needed.
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
// approve, signIn, cancel or decline, charges/{id}/dispute, and settle.
//
// What the service would do by itself there is a method for: [Buyer.Dispute] files a chargeback,
// [Server.Settle] ends a settlement period, [Server.DeclinePending] a pending charge.
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
// charge.html, refund.html, reports.html, dispute.html and file.html.
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
//   - An ordered report is there after two seconds: COMPLETED, or CANCELLED where there is no
//     data. The settlement reports have data, with made-up fees of 2.9 % and 0.30 (in yen 2.9 %
//     alone) a capture; the columns of the other reports are not documented, so that they
//     never have any. Lists are in the order in which things were made.
//   - A schedule can be made, read and cancelled; its reports are not made.
//   - A disbursement is what [Server.Settle] pays out, one a currency.
//   - A chargeback is all that was captured, for ProductNotReceived, until 11 days later. It is
//     UnderReview once it is contested, and lost (Resolved, BuyerWon) if it is not; what an investigator
//     would decide is said with updateDispute. Evidence is a text or a file that was uploaded.
//     Errors of disputes and schedules whose code is not documented are InvalidRequest.
//   - A file may have 10 MiB. URLs of documents and files, on the emulator's own host, are good
//     for 30 seconds, and refuse requests with a header of the API.
//   - What goes to merchantAccounts is createMerchantAccount where it has a member that
//     registerAmazonPayAccount lacks, and an update is updateMerchantAccount where it has an
//     authorization token or an idempotency key. updateMerchantAccount, createStore and
//     updateStore need a token. Accounts belong to the provider whose key signs; a reference
//     that was used answers with the account that has it.
//   - The page behind the 303 of merchantAccountClaim is the emulator's own, and claims the
//     account; the answer is then 200.
//
// What cannot be reached: an authorization by createCharge that is pending; a refund that is
// Declined; a charge permission that the buyer closes, that is NonChargeable for another reason than
// PaymentMethodInvalid and ChargeInProgress, or whose buyer mends the payment method; the end of
// a charge by the buyer or Amazon, but through updateCharge; the deletion of old sessions.
// Periodic and refund-count limits, throttling, and what accounts are entitled to exist only as a
// [Fault]. Notifications are not sent. No report is FAILED.
package emulator
