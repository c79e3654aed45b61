// Package emulator is a stateful Amazon Pay: all 43 operations of Checkout v2, over real HTTPS on
// loopback, with every signature checked. It needs no account and no network, and no money moves.
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
// In a Go test, package emulatortest gives a client and a server in one line. For a program in
// another language, run the command amazonpay emulator: see the README beside this package, which
// also lists what the emulator does if the documentation of the service is silent.
//
// # Time
//
// The emulator's clock starts now ([WithStart], [WithClock]), and [Server.Advance] moves it
// forward: pending authorizations, captures and refunds end after 30 seconds, sessions expire after
// a day, authorizations after 30 days, permissions after 180 days or 13 months, and reports appear.
// A test never has to wait. Requests may keep the dates of a clock that was not moved.
//
// # The buyer, and Amazon
//
// [Server.Buyer] does in a test what a customer does in the browser. In a browser, checkout.js at
// [Description].ScriptURL leads to sign-in, review and payment pages. The test cards work as at
// Amazon: 3064 and 3434 end the session, 0701 and 4354 make authorizations pending.
//
// For each thing that the service does by itself there is a method: [Server.ResolvePending],
// [Server.DeclinePending], [Server.Expire], [Server.CancelSession], [Server.CancelCharge],
// [Server.ClosePermission], [Server.SuspendPermission], [Buyer.Dispute], [Server.Settle].
//
// # A solution provider with many merchants
//
// The first of the two merchants is a solution provider, for whom the second has a token.
// [WithClients] adds as many more as wanted, and [Buyer.Subscribe] makes a million charge
// permissions in seconds. A request costs the same beside them. [Server.Charges] and
// [Server.Refunds] are for the audit, [Server.Settle] makes each client's settlement report.
//
// # Faults
//
// [Server.FailNext] and [Server.FailSome] make requests fail: with a status, a Retry-After, a
// delay, a connection that is reset before or after the work, or an answer that is cut off, slow or
// a gateway's page. [WithSeed] makes a run repeatable. [WithThrottling] applies the documented
// limits. [Server.IgnoreIdempotencyKey] makes an operation do its work again under the same key.
//
// # Facts
//
// Where the documentation of the service is silent, [WithFacts] makes the emulator do what somebody
// has found the service to do. [KnownFacts] lists what can be changed.
//
// # Notifications
//
// [Server.NotifyAt] sends Instant Payment Notifications to a shop. A stand-in for AWS SNS signs
// them.
//
// # The window, and other processes
//
// [Description].WindowURL is a page for people. It shows every object with its history, and every
// request with what was verified. For a refused signature it shows the expected text and, if one of
// the usual mistakes explains it, the first line that differs. The endpoints below /_emulator/ do
// the same for other processes, with the control token as their bearer: see the README.
//
// # State
//
// [WithStateFile] keeps everything over a restart. [Server.Reset] forgets everything but keys,
// clock and endpoints.
//
// # Limits
//
// The emulator is strict with requests whose User-Agent is this SDK's, and accepts what the
// official SDKs and samples send from all others: see [Request.Strict] and [Request.Notes]. How
// lenient the service itself is, is not known. It shares no type with the client, so that a mistake
// in one shows in the other.
//
// These cannot be reached, except as a [Fault]: what an account is entitled to (UnauthorizedAccess,
// InvalidAccountStatus), and failures of the service itself. No report is FAILED. Only sessions and
// reports are ever deleted. At most 6,000 connections are open at once.
package emulator
