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
//	// … complete it, charge, refund; then look at server.Requests() …
//
// The emulator has its own view of the wire, and shares no type with the client. It is
// strict with requests whose User-Agent is that of this SDK, and as lenient as the service
// with those of others: see [Request.Strict].
//
// Where the documentation is silent it decides, and where it decides against the
// client's wish that is the safe side for a shop:
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
