package conformance_test

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// The calls of the SDK. Each has a new idempotency key, which the emulator ignores where there is
// none.

func calls(method, answer string, args ...string) turn {
	return turn{what: method, args: args, header: map[string]string{"x-amz-pay-idempotency-key": "${new}"}, answer: answer}
}

// gives is the turn with another answer than the usual one.
func (s turn) gives(answer string) turn {
	s.answer = answer
	return s
}

// with is the turn with a header.
func (s turn) with(name, value string) turn {
	s.header = maps.Clone(s.header)
	s.header[name] = value
	return s
}

func (s turn) simulating(code string) turn { return s.with("x-amz-pay-simulation-code", code) }

// keyed is the turn with the row's own idempotency key.
func (s turn) keyed() turn { return s.with("x-amz-pay-idempotency-key", "${key}") }

// again is the turn, answered as the one before it was.
func (s turn) again() turn {
	s.same = true
	return s
}

func amount(of, currency string) string {
	return `{"amount": "` + of + `", "currencyCode": "` + currency + `"}`
}

func dollars(of string) string { return amount(of, "USD") }

// paying is the payment details of a session. More begins with a comma.
func paying(intent, amount, more string) string {
	return `{"paymentIntent": "` + intent + `", "chargeAmount": ` + dollars(amount) + more + `}`
}

// waiting is the payment details of a session whose authorization may be pending.
const waiting = `{"paymentIntent": "Authorize", "canHandlePendingAuthorization": true, "chargeAmount": {"amount": "50.00", "currencyCode": "USD"}}`

const returnURLs = `{"checkoutReviewReturnUrl": "https://shop.example/review", "checkoutResultReturnUrl": "https://shop.example/result"}`

// createSession makes a session with everything but payment details. More begins with a comma.
func createSession(more string) turn {
	return calls("createCheckoutSession", "201", `{"storeId": "${storeId}", "webCheckoutDetails": `+returnURLs+more+`}`)
}

func updateSession(payment string) turn {
	made := calls("updateCheckoutSession", "200", `"${checkoutSessionId}"`, `{"paymentDetails": `+payment+`}`)
	made.keeps = "session"
	return made
}

func completeSession(amount string) turn {
	return calls("completeCheckoutSession", "200", `"${checkoutSessionId}"`, `{"chargeAmount": `+dollars(amount)+`}`)
}

func finalizeSession(payment string) turn {
	return calls("finalizeCheckoutSession", "200", `"${checkoutSessionId}"`, payment)
}

func updatePermission() turn {
	made := calls("updateChargePermission", "200", `"${chargePermissionId}"`, `{"merchantMetadata": {"merchantReferenceId": "${new}"}}`)
	made.keeps = "permission"
	return made
}

func closePermission(more string) turn {
	return calls("closeChargePermission", "200", `"${chargePermissionId}"`, `{"closureReason": "No more charges"`+more+`}`)
}

const (
	captureNow      = `, "captureNow": true`
	mayWait         = `, "canHandlePendingAuthorization": true`
	cancelPending   = `, "cancelPendingCharges": true`
	keepPending     = `, "cancelPendingCharges": false`
	ofAPlan         = `, "chargePermissionType": "Recurring", "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}, "amount": {"amount": "30.00", "currencyCode": "USD"}}`
	onFile          = `, "chargePermissionType": "PaymentMethodOnFile"`
	setUpOnly       = onFile + `, "paymentMethodOnFileMetadata": {"setupOnly": true}, "paymentDetails": {"paymentIntent": "Confirm"}`
	byMerchant      = `, "chargeInitiator": "MITU", "channel": "Web"`
	inProgress      = "NonChargeable ChargeInProgress"
	badPermission   = "422 InvalidChargePermissionStatus"
	badCharge       = "422 InvalidChargeStatus"
	badSession      = "422 InvalidCheckoutSessionStatus"
	sessionCanceled = "422 CheckoutSessionCanceled"
	badSimulation   = "400 InvalidSandboxSimulationSpecified"
	currencyDiffers = "400 CurrencyMismatch"
	tooMuch         = "400 TransactionAmountExceeded"
	tooMany         = "422 TransactionCountExceeded"
	badRequest      = "422 InvalidRequest"
	notFound        = "404 ResourceNotFound"
)

// createCharge charges the permission. More begins with a comma.
func createCharge(amount, more string) turn {
	return calls("createCharge", "201", `{"chargePermissionId": "${chargePermissionId}", "chargeAmount": `+dollars(amount)+more+`}`)
}

func captureCharge(amount string) turn { return captureOf("chargeId", amount) }

// captureOf captures a charge that keep named.
func captureOf(name, amount string) turn {
	return calls("captureCharge", "200", `"${`+name+`}"`, `{"captureAmount": `+dollars(amount)+`}`)
}

func cancelCharge() turn { return cancelOf("chargeId") }

func cancelOf(name string) turn {
	return calls("cancelCharge", "200", `"${`+name+`}"`, `{"cancellationReason": "Sold out"}`)
}

func updateCharge(state, reason string) turn {
	return calls("updateCharge", "200", `"${chargeId}"`, `{"statusDetails": {"state": "`+state+`", "reasonCode": "`+reason+`"}}`)
}

func createRefund(amount string) turn { return refundOf("chargeId", amount) }

func refundOf(name, amount string) turn {
	made := calls("createRefund", "201", `{"chargeId": "${`+name+`}", "refundAmount": `+dollars(amount)+`}`)
	made.keeps = "charge"
	return made
}

func createDispute(amount string) turn {
	return calls("createDispute", "200", `{"chargeId": "${chargeId}", "disputeAmount": `+dollars(amount)+`, "filingReason": "Fraudulent",
		"filingTimestamp": ${now}, "merchantResponseDeadline": ${deadline}, "statusDetails": {"state": "ActionRequired"}}`)
}

func contestDispute() turn {
	return calls("contestDispute", "200", `"${disputeId}"`, `{"merchantEvidences": [{"evidenceType": "Receipt", "evidenceText": "Paid"}]}`)
}

// updateDispute sets the state and what more there is, which begins with a comma.
func updateDispute(state, more string) turn {
	return calls("updateDispute", "200", `"${disputeId}"`, `{"statusDetails": {"state": "`+state+`"`+more+`}}`)
}

func merchantScan(more string) turn {
	return calls("merchantScan", "200", `{"scanData": "${scanData}", "scanReferenceId": "${key}", "merchantCOE": "US", "ledgerCurrency": "USD"`+more+`}`)
}

func tillCharge(reference, amount string) turn {
	return calls("charge", "200", `{"chargePermissionId": "${chargePermissionId}", "chargeReferenceId": "`+reference+`", "chargeTotal": `+dollars(amount)+`}`)
}

func tillRefund(reference, amount string) turn {
	return calls("refund", "200", `{"chargeId": "${chargeId}", "refundReferenceId": "`+reference+`", "refundTotal": `+dollars(amount)+`}`)
}

// What happens at Amazon.

func happens(what string, act func(s *emulator.Server, known map[string]string) error) turn {
	return turn{what: what, act: func(p *stage) error { return act(p.server, p.known) }}
}

func buyer(what string, act func(b *emulator.Buyer, sessionID string) error) turn {
	return happens(what, func(s *emulator.Server, known map[string]string) error {
		return act(s.Buyer(), known["checkoutSessionId"])
	})
}

func signIn() turn  { return buyer("the buyer signs in", (*emulator.Buyer).SignIn) }
func approve() turn { return buyer("the buyer approves", (*emulator.Buyer).Approve) }
func abandon() turn { return buyer("the buyer gives up", (*emulator.Buyer).Abandon) }
func decline() turn { return buyer("the payment fails", (*emulator.Buyer).Decline) }

func changeCard(digits string) turn {
	return buyer("the buyer takes card "+digits, func(b *emulator.Buyer, id string) error { return b.ChangeCard(id, digits) })
}

func changeAddress() turn {
	return buyer("the buyer takes another address", func(b *emulator.Buyer, id string) error {
		return b.ChangeAddress(id, emulator.Address{Name: "Work", AddressLine1: "1 Main St", CountryCode: "US"})
	})
}

func changePaymentMethod(digits string) turn {
	return happens("the buyer pays with card "+digits, func(s *emulator.Server, known map[string]string) error {
		return s.Buyer().ChangePaymentMethod(known["chargePermissionId"], digits)
	})
}

func cancelSession() turn {
	return happens("Amazon cancels the session", func(s *emulator.Server, known map[string]string) error {
		return s.CancelSession(known["checkoutSessionId"])
	})
}

func wait(by time.Duration) turn {
	return happens("time passes", func(s *emulator.Server, _ map[string]string) error { return s.Advance(by) })
}

func waitDays(n int) turn { return wait(time.Duration(n) * 24 * time.Hour) }

// expire has the object with the id that known has under a name expire.
func expire(name string) turn {
	return happens(name+" expires", func(s *emulator.Server, known map[string]string) error { return s.Expire(known[name]) })
}

func resolve(name string) turn {
	return happens(name+" is resolved", func(s *emulator.Server, known map[string]string) error { return s.ResolvePending(known[name]) })
}

func declinePending(name, reason string) turn {
	return happens(name+" is declined", func(s *emulator.Server, known map[string]string) error { return s.DeclinePending(known[name], reason) })
}

func cancelFor(reason string) turn {
	return happens("the charge is canceled", func(s *emulator.Server, known map[string]string) error {
		return s.CancelCharge(known["chargeId"], reason)
	})
}

func closeFor(reason string) turn {
	return happens("the permission is closed", func(s *emulator.Server, known map[string]string) error {
		return s.ClosePermission(known["chargePermissionId"], reason)
	})
}

func suspend(reason string) turn {
	return happens("the permission is suspended", func(s *emulator.Server, known map[string]string) error {
		return s.SuspendPermission(known["chargePermissionId"], reason)
	})
}

// fileDispute has the buyer's bank file a chargeback.
func fileDispute() turn {
	return happens("the charge is disputed", func(s *emulator.Server, known map[string]string) (err error) {
		known["disputeId"], err = s.Buyer().Dispute(known["chargeId"])
		return err
	})
}

// failNext has the next call of an operation fail with an outcome that has no simulation code.
func failNext(operation string, status int, reason string) turn {
	return happens("the next call fails", func(s *emulator.Server, _ map[string]string) error {
		return s.FailNext(1, emulator.Fault{Operation: operation, Status: status, ReasonCode: reason})
	})
}

// keep gives the row's charge a name, before there is another.
func keep(name string) turn {
	return happens("keep "+name, func(_ *emulator.Server, known map[string]string) error {
		known[name] = known["chargeId"]
		return nil
	})
}

// unknown has the row go on about something that the emulator does not have.
func unknown(name string) turn {
	return happens("it is unknown", func(_ *emulator.Server, known map[string]string) error {
		known[name] = "S01-0000000-0000000-X000000"
		return nil
	})
}

// sees holds that a member of the row's object has something in its JSON.
func sees(object, member, want string) turn {
	return turn{what: "see " + member, act: func(p *stage) error {
		a := p.get(object)
		var members map[string]json.RawMessage
		require.NoError(p.t, json.Unmarshal(a.Body, &members))
		assert.Contains(p.t, string(members[member]), want, member)
		return nil
	}}
}

// How rows begin.

func approved(payment string) []turn {
	return []turn{createSession(`, "paymentDetails": ` + payment), approve()}
}

// paid is a session that was completed.
func paid(intent, amount, more string) []turn {
	return append(approved(paying(intent, amount, more)), completeSession(amount))
}

func permitted(amount string) []turn { return paid("Confirm", amount, "") }
func captured(amount string) []turn  { return paid("AuthorizeWithCapture", amount, "") }

// authorized is a charge of 50.00.
func authorized() []turn { return paid("Authorize", "50.00", "") }

// pending is a charge of 50.00 whose authorization is pending.
func pending() []turn {
	return append(approved(waiting), completeSession("50.00").simulating("AuthorizationInitiated").gives("202"))
}

func then(after []turn, turns ...turn) []turn { return slices.Concat(after, turns) }
