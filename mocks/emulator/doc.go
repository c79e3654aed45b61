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
// # Time
//
// The emulator's clock begins at now ([WithStart], [WithClock]) and [Server.Advance] moves it: pending
// authorizations, captures and refunds end after half a minute, sessions expire after a day, authorizations after
// 30, permissions after 180 days or 13 months, reports appear. Nothing needs to be waited for. Requests may
// go on to bear the dates of a clock that was not moved.
//
// # The buyer, and Amazon
//
// [Server.Buyer] does in a test what a customer does in the browser. For people, and for tests in a
// browser, there are pages: checkout.js, at [Description].ScriptURL, has the calls of Amazon's
// script, throws where Amazon's does, checks the button's payload and its signature and leads to
// the emulator's sign-in, review and payment pages. Behind renderJSButton and bindUpgradeAction
// there is none yet. The test cards do what they do at Amazon: 3064 and 3434 end the session, 0701
// and 4354 make authorizations pending.
//
// What the service would do by itself there is a method for: [Server.ResolvePending],
// [Server.DeclinePending], [Server.Expire], [Server.CancelSession], [Server.CancelCharge],
// [Server.ClosePermission], [Server.SuspendPermission], [Buyer.Dispute], [Server.Settle].
//
// [Server.NotifyAt] has Instant Payment Notifications sent to a shop, signed by a stand-in for AWS SNS.
//
// # Faults
//
// [Server.FailNext] and [Server.FailSome] have requests fail: with a status, a Retry-After, a delay, a
// connection that is reset before or after the work, an answer that is cut off, slow or a gateway's page of
// HTML. [WithSeed] makes a run repeatable. [WithThrottling] has the documented limits. [Server.IgnoreIdempotencyKey] is for
// operations of which it is not known whether they honour a key.
//
// # The window, and other processes
//
// [Description].WindowURL shows what there is, each object's history, every request with what was
// verified, and of a refused signature the text that was expected and, where one of the usual
// mistakes explains it, the first line that differs. A button that leads nowhere is there with its
// reason, and with what happened to a payload between the code that signed it and the page. It has
// buttons for all of the above. Its script uses the endpoints below /_emulator/, which other
// processes can use, too, with the control token as their bearer: GET description, requests,
// notifications and state; POST sessions/{id}/, permissions/{id}/, charges/{id}/ and refunds/{id}/
// with the name of what is to be done, clock, faults, faults/clear, notifications,
// notifications/stop, settle and reset.
//
// The command amazonpay-emulator, below this package, runs an emulator by itself, and writes what a
// client in any language needs into a file. [WithStateFile] lets it outlive a restart, and
// [WithProxy] lets SDKs reach it whose host cannot be changed. The README beside this package has
// the lines for each language and for a browser.
//
// # Simulation codes
//
// Sandbox requests may carry the codes of
// https://developer.amazon.com/docs/amazon-pay-checkout/sandbox-simulations.html, which override the card. Those marked * are
// guesses: the documentation that could be read does not have their names.
//
//   - completeCheckoutSession, finalizeCheckoutSession*: BuyerCanceled, AmazonCanceled, Declined, AuthorizationInitiated.
//   - createCharge: SoftDeclined, HardDeclined, AmazonRejected, TransactionTimedOut, CaptureInitiated; AuthorizationInitiated*,
//     PendingAuthorized*, PendingSoftDeclined*, PendingHardDeclined*, PendingAmazonRejected*, PendingProcessingFailure*,
//     PendingTransactionTimedOut*.
//   - captureCharge: CaptureInitiated*, CaptureDeclined*, AmazonRejected*. cancelCharge: ExpiredUnused*, AmazonCanceled*.
//   - createRefund: RefundDeclined*, AmazonRejected*, ProcessingFailure*. closeChargePermission: AmazonClosed.
//
// The pages that the emulator follows are below
// https://developer.amazon.com/docs/amazon-pay-api-v2/: signing-requests.html,
// idempotency.html, error-handling.html, checkout-session.html, charge-permission.html,
// charge.html, refund.html, reports.html, dispute.html and file.html.
//
// The emulator has its own view of the wire, and shares no type with the client. It is strict with
// requests whose User-Agent is that of this SDK, and accepts what the official SDKs and samples
// send from all others: see [Request.Strict] and [Request.Notes]. How lenient the service itself is
// is not known.
//
// Which members of an answer are absent, null or empty is written down at the beginning of
// internal/spec/openapi.yaml.
//
// # Decisions
//
// Where the documentation of the service is silent, these are decisions of the emulator.
//
// Requests:
//
//   - A date is refused when it is more than a second ahead, or older than [WithMaxAge].
//   - In requests of others x-amz-pay-host and x-amz-pay-region may be missing or unsigned, and
//     content-type may be missing where there is no body, since a sample for Python sends no more.
//   - Zeros that end the decimals of an amount are taken of others, and not answered.
//   - Of the headers that are signed there may be 64.
//   - A path with another version than v2 is InvalidAPIVersion if that is v1 or v3, and unknown otherwise.
//
// Sessions:
//
//   - [Buyer.Approve] before the amount is set signs the buyer in and no more. A change of the payment details, the
//     buyer, the address or the card takes an approval back.
//   - To complete or finalize a session that is Canceled, for whatever reason, is CheckoutSessionCanceled; one
//     that is Completed, or that the buyer has not approved as it is, InvalidCheckoutSessionStatus.
//   - finalizeCheckoutSession needs a buyer who has signed in. The cards 0701 and 4354 are pending there only with
//     paymentIntent Authorize and canHandlePendingAuthorization; otherwise 0701 is good, and 4354 declined.
//   - The chargePermissionId of a new session must be that of an open permission of type PaymentMethodOnFile, which is
//     then charged in place of a new one. paymentMethodOnFileMetadata goes with that type alone.
//   - createCheckoutSession with multiAddressesCheckoutMetadata makes a session of type
//     PayAndShipMultiAddress, whose shippingAddressList has all addresses of the buyer; a list in
//     which there is nothing does not, and an update leaves the type as it was. The orderType of an
//     open session is PurchaseOrder.
//   - addressDetails are decoded, once, where a member is percent-encoded: each percent sign begins
//     an escape, and neither a space nor a letter beyond ASCII is left. A plus is a space where
//     nothing spells a space otherwise, and escapes, or a plus in the name, show that the address
//     was encoded as forms are.
//   - A button with checkoutMode needs addressDetails where its product type ships, and one whose type does
//     not ship must have none. createCheckoutSession has no such rule: it takes both with and without.
//   - With signInReturnUrl there is nothing to pay: the session is of type PaymentMethodOnFile,
//     setupOnly.
//   - A currency that the account cannot be paid in is CurrencyMismatch. The accounts of the region
//     eu have their ledger in EUR, and what is captured in another currency shows what it is in
//     EUR, at made-up rates. Reports and disbursements stay in the currency of the capture.
//   - Who cancels, or pays with card 3064, gets to checkoutCancelUrl, where there is one, with the session's id.
//     "Change nothing" on the pages of a change action leaves the session as it was.
//   - A Buy Now button's session, without webCheckoutDetails, ends for the buyer on a page that says so. No more than 100,000
//     sessions are made by buttons.
//
// Permissions and charges:
//
//   - Amounts must be more than zero, but for that of recurringMetadata.
//   - The balance of a permission counts open authorizations as spent. With allowOvercharge, of a
//     currency for which no least limit is documented, the limit is nine times the order.
//   - ChargeInProgress is an authorization that is pending; while a capture is pending other charges can be made.
//   - The authorizations of a closed permission can be neither captured nor cancelled. What is NonChargeable can
//     be captured and cancelled, but not charged.
//   - Of the 25 charges of a one-time permission those count, too, that were cancelled or declined later.
//   - An authorization more than seven days old is captured with status 202 and CaptureInitiated.
//   - The monthly limits are of calendar months in UTC. What the first charge adds counts, so that
//     a session whose charge is more than the month's limit is not completed:
//     PeriodicAmountExceeded. limits shows those of a recurring permission alone.
//   - With [Buyer.ChangePaymentMethod] the cards 3064 and 3434 are good: they act at checkout. The card 4354 declines what may not
//     be pending.
//   - updateCharge can cancel an open charge and decline a pending one, with the reasons that such a charge may have.
//
// Refunds and disputes:
//
//   - A refund of 10 for one charge is the last. A refund that ends Declined counts no longer. The
//     cap of 75 is 75 in the currencies for which none is documented.
//   - A chargeback by [Buyer.Dispute] is all that was captured, for ProductNotReceived, until 11 days later. A dispute is
//     UnderReview once it is contested, and lost (Resolved, BuyerWon) if it is not; what an investigator would decide
//     is said with updateDispute. The disputes of a charge that are open, or that the
//     buyer has won, are about no more than was captured.
//   - Errors of disputes and schedules whose code is not documented are InvalidRequest.
//
// The till, trackers, tokens:
//
//   - A till's reference id answers the same request again as it was answered before; with another body it is
//     DuplicateIdempotencyKey.
//   - Authorization tokens and delivery trackers, live only at Amazon, work in the sandbox too. A tracker needs a charge
//     permission that exists.
//
// Reports and files:
//
//   - An ordered report is there after two seconds: COMPLETED, or CANCELLED where there is no data. The settlement
//     reports have data, with made-up fees of 2.9 % and 0.30 (in yen 2.9 % alone) a capture; the columns of the other
//     reports are not documented, so that they never have any. Lists are in the order in which things were made.
//   - A schedule orders a report each time it is due, of the time since the one before.
//   - A disbursement is what [Server.Settle] pays out, one a currency. A refund is in it once it is Refunded.
//   - A file may have 10 MiB. URLs of documents and files, on the emulator's own host, are good for 30 seconds,
//     and refuse requests with a header of the API.
//
// Notifications:
//
//   - One is sent at each change of state of a charge, permission or refund after it was made, and of a dispute, also
//     where the shop's own call made the change. Those of one moment come in any order.
//   - The endpoints of createMerchantAccount get none: nothing happens in such an account here.
//
// Accounts:
//
//   - What goes to merchantAccounts is createMerchantAccount where it has a member that registerAmazonPayAccount
//     lacks, and an update is updateMerchantAccount where it has an authorization token or an idempotency key.
//     updateMerchantAccount, createStore and updateStore need a token. Accounts belong to the provider whose key
//     signs; a reference that was used answers with the account that has it.
//   - The page behind the 303 of merchantAccountClaim is the emulator's own, and claims the account; the
//     answer is then 200.
//
// What cannot be reached: what accounts are entitled to (UnauthorizedAccess, InvalidAccountStatus), and
// failures of the service itself, but as a [Fault]. No report is FAILED. Objects
// other than sessions and reports are never deleted.
package emulator
