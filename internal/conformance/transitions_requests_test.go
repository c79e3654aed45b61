package conformance_test

import (
	"slices"
	"strings"
	"testing"
)

// TestRefusedRequests sends requests that change nothing: used keys, unknown ids, wrong members and
// codes.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	play(t, slices.Concat(keyRows, unknownRows(), wrongRows()),
		"session: none → Open, 404 ResourceNotFound",
		"session: Open → Completed, Canceled Declined",
		"session: Completed → 404 ResourceNotFound",
		"permission: none → Chargeable, Closed AmazonClosed, 404 ResourceNotFound",
		"permission: Chargeable → Chargeable, Closed Expired",
		"charge: none → Authorized, Captured, 404 ResourceNotFound",
		"charge: Authorized → Captured, Canceled ExpiredUnused",
		"charge: Captured → Captured",
		"refund: none → RefundInitiated, 404 ResourceNotFound",
		"dispute: none → ActionRequired, 404 ResourceNotFound",
	)
}

// The service answers an idempotency key that was there before as it did then.
var keyRows = []row{
	{name: "a session again", turns: []turn{createSession("").keyed(), createSession("").keyed().again()}, ends: "session Open"},
	{name: "another session under its key", turns: []turn{createSession("").keyed(), createSession(`, "supplementaryData": "x"`).keyed().gives("400 DuplicateIdempotencyKey")}, ends: "session Open"},
	{name: "complete again", after: approved(waiting), turns: []turn{completeSession("50").keyed(), completeSession("50").keyed().again(), completeSession("50").gives(badSession)}, ends: "session Completed"},
	{name: "complete once it is canceled, again", after: approved(waiting), turns: []turn{completeSession("50").simulating("Declined").keyed().gives(sessionCanceled), completeSession("50").keyed().gives(sessionCanceled).again()}, ends: "session Canceled Declined"},
	{name: "finalize again", after: []turn{createSession(""), signIn()}, turns: []turn{finalizeSession(waiting).keyed(), finalizeSession(waiting).keyed().again()}, ends: "session Completed"},
	{name: "a charge again", after: permitted("50"), turns: []turn{createCharge("50", "").keyed(), createCharge("50", "").keyed().again()}, ends: "permission Chargeable, charge Authorized"},
	{name: "another charge under its key", after: permitted("50"), turns: []turn{createCharge("20", "").keyed(), createCharge("30", "").keyed().gives("400 DuplicateIdempotencyKey")}, ends: "permission Chargeable, charge Authorized"},
	{name: "another call under its key", after: permitted("50"), turns: []turn{createCharge("20", captureNow).keyed(), createRefund("20").keyed().gives("400 DuplicateIdempotencyKey")}, ends: "charge Captured"},
	{name: "a decline again", after: permitted("50"), turns: []turn{createCharge("50", "").simulating("SoftDeclined").keyed().gives("422 SoftDeclined"), createCharge("50", "").keyed().gives("422 SoftDeclined").again()}, ends: "permission Chargeable"},
	{name: "after a decline, with another key", after: permitted("50"), turns: []turn{createCharge("50", "").simulating("SoftDeclined").keyed().gives("422 SoftDeclined"), createCharge("50", "")}, ends: "permission Chargeable, charge Authorized"},
	{name: "after a mistake the key is free", after: permitted("50"), turns: []turn{createCharge("51", "").keyed().gives(tooMuch), createCharge("50", "").keyed()}, ends: "permission Chargeable, charge Authorized"},
	{name: "a capture again", after: authorized(), turns: []turn{captureCharge("20").keyed(), captureCharge("20").keyed().again()}, ends: "charge Captured"},
	{name: "another capture under its key", after: authorized(), turns: []turn{captureCharge("20").keyed(), captureCharge("30").keyed().gives("400 DuplicateIdempotencyKey")}, ends: "charge Captured"},
	{name: "a refund again", after: captured("50"), turns: []turn{createRefund("20").keyed(), createRefund("20").keyed().again(), sees("charge", "refundedAmount", `"amount":"20.00"`)}, ends: "refund RefundInitiated"},
	{name: "another refund under its key", after: captured("50"), turns: []turn{createRefund("20").keyed(), createRefund("30").keyed().gives("400 DuplicateIdempotencyKey")}, ends: "refund RefundInitiated"},
	{name: "a dispute again", after: captured("50"), turns: []turn{createDispute("50").keyed(), createDispute("50").keyed().again()}, ends: "dispute ActionRequired"},
	{name: "a year later the key is known", after: permitted("50"), turns: []turn{createCharge("50", "").keyed(), waitDays(365), createCharge("50", "").keyed().again()}, ends: "permission Closed Expired, charge Canceled ExpiredUnused"},
	{name: "a key has no meaning on PATCH", after: permitted("50"), turns: []turn{updatePermission().keyed(), updatePermission().keyed()}, ends: "permission Chargeable"},
	{name: "a session without a key", after: []turn{createSession("")}, turns: []turn{createSession("").with("x-amz-pay-idempotency-key", "").gives("400 MissingHeaderValue")}, ends: "session Open"},
	{name: "a key that is too long", after: []turn{createSession("")}, turns: []turn{createSession("").with("x-amz-pay-idempotency-key", "123456789012345678901234567890123").gives("400 InvalidHeaderValue")}, ends: "session Open"},
}

// everyCall is each call that does something.
var everyCall = []struct {
	id   string // of what it is about; none: of nothing that must be there
	call turn
}{
	{"", createSession("")},
	{"checkoutSessionId", updateSession(waiting)},
	{"checkoutSessionId", completeSession("50")},
	{"checkoutSessionId", finalizeSession(waiting)},
	{"chargePermissionId", updatePermission()},
	{"chargePermissionId", closePermission("")},
	{"chargePermissionId", createCharge("1", "")},
	{"chargePermissionId", tillCharge("${new}", "1")},
	{"chargeId", captureCharge("1")},
	{"chargeId", cancelCharge()},
	{"chargeId", updateCharge("Canceled", "ExpiredUnused")},
	{"chargeId", createRefund("1")},
	{"chargeId", tillRefund("${new}", "1")},
	{"chargeId", createDispute("1")},
	{"disputeId", contestDispute()},
	{"disputeId", updateDispute("Resolved", "")},
	{"", merchantScan("")},
}

// unknownRows has a row for each call about something that the emulator does not know, and for the
// GETs.
func unknownRows() []row {
	rows := []row{{name: "an unknown refund", turns: []turn{unknown("refundId")}, ends: "refund 404 ResourceNotFound"}}
	for _, every := range everyCall {
		for _, o := range objects {
			if o.id == every.id {
				rows = append(rows, row{
					name: every.call.what + " of an unknown " + o.name, turns: []turn{unknown(o.id), every.call.gives(notFound)}, ends: o.name + " 404 ResourceNotFound",
				})
			}
		}
	}
	return rows
}

// wrongRows has rows for each call with a member and with a simulation code that nothing knows.
func wrongRows() []row {
	disputed := append(authorized(), captureCharge("20"), createDispute("20"))
	const ends = "session Completed, permission Chargeable, charge Captured, dispute ActionRequired"
	var rows []row
	for _, every := range everyCall {
		stray := every.call.gives("400 UnrecognizedField")
		stray.args = slices.Clone(stray.args)
		last := len(stray.args) - 1
		stray.args[last] = strings.Replace(stray.args[last], "{", `{"shop": "x", `, 1)
		rows = append(rows,
			row{name: every.call.what + " with a stray member", after: disputed, turns: []turn{stray}, ends: ends},
			row{name: every.call.what + ", simulating nonsense", after: disputed, turns: []turn{every.call.simulating("Nonsense").gives(badSimulation)}, ends: ends},
		)
	}
	return rows
}
