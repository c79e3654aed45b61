// Package ledger is the state of an emulated Amazon Pay: checkout sessions, charge permissions,
// charges, refunds, disputes, reports, settlements, accounts, deliveries of notifications, and what
// a till does.
//
// It is pure: the time is an argument, nothing waits, nothing is sent, and no goroutine is started.
// A [Ledger] has no lock: its owner guards it, and all that it returns.
//
// An operation takes a [Call], whose request has been verified and checked, and returns the object
// that the service answers with, or a [Refusal].
package ledger
