package amazonpay

import (
	"errors"

	"github.com/amazonpay-go/sdk/transport"
)

// DeclineClass is what a reason code means for the payment.
type DeclineClass string

// The classes.
const (
	// DeclineUnknown is a code that is not listed, or an error without one: never try again by yourself.
	DeclineUnknown DeclineClass = "unknown"
	// DeclineSoft may pass another time, for the same buyer with the same payment method.
	DeclineSoft DeclineClass = "soft"
	// DeclineHard will not pass with this payment method.
	DeclineHard DeclineClass = "hard"
	// DeclineBuyer is for the buyer to see to: another payment method, a verification, a new approval.
	DeclineBuyer DeclineClass = "buyer must act"
	// DeclineClosed is of an object that is over, or in a state that does not allow what was asked.
	DeclineClosed DeclineClass = "closed"
	// DeclineLater says that the service could not do it now, whatever the payment: the same request and key will do later.
	DeclineLater DeclineClass = "retry later"
	// DeclineRequest is a request that is wrong: the same one is refused again.
	DeclineRequest DeclineClass = "wrong request"
	// DeclineAccount is a key, an account or a delegation that is wrong, and no payment.
	DeclineAccount DeclineClass = "wrong account"
)

// Step is what to do next about a piece of work, such as the charge of an order.
type Step int

// The steps.
const (
	// StepRead says that no repetition will tell: read the object, or have a person look. Until that is done,
	// take no new key. It is the zero value.
	StepRead Step = iota
	// StepDone says that the work is done.
	StepDone
	// StepRepeat says: the same request under the same key again, after a pause. It is always safe.
	// It has no bound of its own: where the class is [DeclineAccount], each repetition is told the
	// same until somebody mends the key or the account, so tell a person.
	StepRepeat
	// StepNewKey says that nothing was done under this key and nothing will be, and that another attempt may succeed: the
	// same request under a new key, after a pause, and a few times at the most.
	StepNewKey
	// StepGiveUp says that nothing was done, and that the same request will not be: the order has failed, unless the buyer or a
	// programmer changes something or, with [Advice].Later, time does.
	StepGiveUp
)

// String returns read, done, repeat, new key or give up.
func (s Step) String() string {
	switch s {
	case StepDone:
		return "done"
	case StepRepeat:
		return "repeat"
	case StepNewKey:
		return "new key"
	case StepGiveUp:
		return "give up"
	default:
		return "read"
	}
}

// Advice is what to do next.
type Advice struct {
	Step Step
	// Unsettled says that the work may have been done under this key. Store it with the order, and tell the next call
	// ([WithUnsettled]).
	Unsettled bool
	// Later says that the same request may succeed another day, or for a month's limit in another
	// month, under a new key. It comes with [StepGiveUp], since waiting for that is no matter of a
	// loop: end the work, and have a job of that day read the charge permission and, only if it is
	// Chargeable, begin a new attempt.
	Later bool

	ReasonCode ReasonCode // empty if there is none
	Class      DeclineClass
	Next       string // a sentence for people
}

// IsDecline reports whether the reason code is about the payment itself: what was asked for was considered, and not done.
func (a Advice) IsDecline() bool {
	return a.Class == DeclineSoft || a.Class == DeclineHard || a.Class == DeclineBuyer
}

// Advise returns what to do next after a call that returned err; nil is [StepDone]. It is the one place that decides, from the
// outcome and the reason code:
//
//	the outcome            | the step
//	-----------------------|------------------------------------------------------------
//	done                   | done; read, if the answer was not understood
//	not sent               | repeat; give up, if the request is wrong
//	refused                | by the reason code ([AdviseReason])
//	unknown                | repeat; read, if a repetition would be told the same again
//
// A piece of work can take several calls, by several processes. Store with the order the number of the attempt, of which the key
// is made ([KeyFrom]), and [Advice].Unsettled; store true before each call, since the process may end during it; and pass what was
// stored before to the call by [WithUnsettled]. Then the advice holds for all calls under the key together, and the loop in the
// README, which is the Example of [Advise], charges once.
//
// It judges the one call that has failed. Give each piece of work one call, and make calls for other work, such as the capture of
// a charge, outside of it; a failed reading is never advised to be followed by a new key. Two processes must not work on
// one order at the same time: lock it, or store with a comparison. Done means made, and not paid: a charge may be pending.
func Advise(err error) Advice {
	if err == nil {
		return Advice{Step: StepDone}
	}
	call, _ := errors.AsType[*CallError](err)
	if call == nil {
		return Advice{Unsettled: true, Class: DeclineUnknown, Next: lookItUp}
	}
	var code ReasonCode
	if api, ok := errors.AsType[*APIError](err); ok {
		code = api.ReasonCode
	}
	advice := AdviseReason(code)
	_, badRequest := errors.AsType[*FieldError](err)
	if call.reads { // which says nothing of the work that another call was to do
		advice = Advice{Step: StepRepeat, Unsettled: true, ReasonCode: code, Class: advice.Class, Next: settleFirst}
		if badRequest || call.Outcome == OutcomeRefused && advice.Class != DeclineLater && advice.Class != DeclineAccount {
			advice.Step, advice.Next = StepRead, lookItUp
		}
		return advice
	}
	switch call.Outcome {
	case OutcomeRefused:
	case OutcomeNotSent:
		advice = Advice{Step: StepRepeat, Class: DeclineLater, Next: waitAndAgain}
		_, unsigned := errors.AsType[*transport.SigningError](err)
		token, _ := errors.AsType[*TokenError](err)
		switch {
		case badRequest:
			advice = Advice{Step: StepGiveUp, Class: DeclineRequest, Next: mendRequest}
		case unsigned, token != nil && Advise(token.Err).Class == DeclineAccount:
			advice.Class, advice.Next = DeclineAccount, mendAccount
		}
	case OutcomeDone: // but not understood
		advice = Advice{Step: StepRead, Unsettled: true, Class: DeclineUnknown, Next: "The work is done, but the answer was not understood: see the Raw of the error's Meta, or read the object."}
	default:
		// A state that the first attempt may have brought about, or another request under the key, stays as it is.
		class := advice.Class
		advice = Advice{Step: StepRepeat, Unsettled: true, ReasonCode: code, Class: DeclineUnknown, Next: settleFirst}
		switch {
		case class == DeclineAccount:
			advice.Class = class
		case code != "" && class != DeclineLater, badRequest:
			advice.Step, advice.Next = StepRead, readFirst
		}
	}
	return advice
}

// AdviseReason returns what a reason code says: of a call that was refused and before which nothing was unsettled, or of an
// object's state, such as that of a charge which is Declined. An unknown code is [StepRead].
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/error-handling.html
func AdviseReason(code ReasonCode) Advice {
	advice, known := advices[code]
	if !known {
		advice = Advice{Class: DeclineUnknown, Next: lookItUp}
	}
	switch {
	case advice.Step != StepRead || !known: // as the table has it
	case advice.Class == DeclineHard, advice.Class == DeclineBuyer, advice.Class == DeclineRequest:
		advice.Step = StepGiveUp
	case advice.Class == DeclineLater, advice.Class == DeclineAccount:
		advice.Step = StepRepeat
	}
	advice.ReasonCode = code
	return advice
}

const (
	mendRequest  = "Mend the request; the same one is refused again."
	mendAccount  = "Look at the key, the account and the delegation; no payment is wrong. Then repeat the same request under the same key."
	lookItUp     = "Do not try again by yourself: read the object, and look the code up."
	settleFirst  = "An attempt may have done the work: repeat the same request under the same key, and take no new one."
	readFirst    = "An attempt may have done the work, and a repetition would be told the same: read the object, and take no new key."
	readState    = "Read the object: its state does not allow this, or not any more."
	askBuyer     = "Ask the buyer to choose another payment method, then make a new request."
	startAnew    = "Let the buyer begin a new checkout, if the payment is still wanted."
	waitAndAgain = "Wait, and repeat the same request under the same key."
	newAttempt   = "Read the charge permission; if it is Chargeable, try again under a new idempotency key, a few times at the most."
)

var advices = map[ReasonCode]Advice{
	ReasonInvalidHeaderValue:                {Class: DeclineRequest, Next: mendRequest},
	ReasonMissingHeader:                     {Class: DeclineRequest, Next: mendRequest},
	ReasonMissingHeaderValue:                {Class: DeclineRequest, Next: mendRequest},
	ReasonInvalidRequest:                    {Class: DeclineRequest, Next: mendRequest},
	ReasonInvalidRequestFormat:              {Class: DeclineRequest, Next: mendRequest},
	ReasonInvalidParameterValue:             {Class: DeclineRequest, Next: mendRequest},
	ReasonMissingParameterValue:             {Class: DeclineRequest, Next: mendRequest},
	ReasonUnrecognizedField:                 {Class: DeclineRequest, Next: mendRequest},
	ReasonInvalidParameterCombination:       {Class: DeclineRequest, Next: mendRequest},
	ReasonInvalidSandboxSimulationSpecified: {Class: DeclineRequest, Next: mendRequest},
	ReasonDuplicateIdempotencyKey:           {Class: DeclineUnknown, Next: "The key was used for another request: send that one again, or read its object, before you take a new key."},
	ReasonCurrencyMismatch:                  {Class: DeclineRequest, Next: mendRequest},
	ReasonInvalidAPIVersion:                 {Class: DeclineRequest, Next: mendRequest},
	ReasonTransactionAmountExceeded:         {Class: DeclineRequest, Next: "Read the permission or the charge, and ask for no more than is left."},
	ReasonPeriodicAmountExceeded:            {Class: DeclineRequest, Step: StepGiveUp, Later: true, Next: "Charge the rest in the next month, under a new idempotency key and if the charge permission is Chargeable then, or let the buyer begin a new checkout."},

	ReasonUnauthorizedAccess:        {Class: DeclineAccount, Next: mendAccount},
	ReasonInvalidAuthentication:     {Class: DeclineAccount, Next: mendAccount},
	ReasonInvalidAccountStatus:      {Class: DeclineAccount, Next: mendAccount},
	ReasonInvalidRequestSignature:   {Class: DeclineAccount, Next: mendAccount},
	ReasonInvalidAuthorizationToken: {Class: DeclineAccount, Next: mendAccount},

	ReasonResourceNotFound:     {Class: DeclineRequest, Next: "Look at the id, and at the environment and region in which the object was made."},
	ReasonUnsupportedOperation: {Class: DeclineRequest, Next: mendRequest},
	ReasonRequestNotSupported:  {Class: DeclineRequest, Next: mendRequest},
	ReasonRequestTimeout:       {Class: DeclineLater, Next: waitAndAgain},
	ReasonAmountMismatch:       {Class: DeclineRequest, Next: "Complete the session with the amount that the buyer has approved."},

	ReasonInvalidCheckoutSessionStatus:  {Class: DeclineClosed, Next: "Read the session: it may be Completed already (CompleteOrFetch), or the buyer has not approved yet."},
	ReasonCheckoutSessionCanceled:       {Class: DeclineClosed, Step: StepGiveUp, Next: startAnew},
	ReasonInvalidChargePermissionStatus: {Class: DeclineClosed, Next: readState},
	ReasonChargePermissionNotModifiable: {Class: DeclineClosed, Next: readState},
	ReasonInvalidChargeStatus:           {Class: DeclineClosed, Next: readState},
	ReasonTransactionCountExceeded:      {Class: DeclineClosed, Step: StepGiveUp, Next: startAnew},
	ReasonSoftDeclined:                  {Class: DeclineSoft, Step: StepNewKey, Next: newAttempt},
	ReasonHardDeclined:                  {Class: DeclineHard, Next: askBuyer},
	ReasonAmazonRejected:                {Class: DeclineHard, Next: "Amazon will not take this payment: offer another way to pay."},
	ReasonPaymentMethodNotAllowed:       {Class: DeclineBuyer, Next: askBuyer},
	ReasonMFANotCompleted:               {Class: DeclineBuyer, Next: "Let the buyer approve the payment once more, and verify it."},
	// https://www.amazonpay-faq.jp/faq/QA-45
	ReasonTransactionTimedOut: {Class: DeclineSoft, Step: StepGiveUp, Later: true, Next: "Ask for an authorization that may be pending (canHandlePendingAuthorization), in a new request; or read the charge permission another day and, if it is Chargeable, try again under a new idempotency key; or offer another way to pay."},

	ReasonTLSVersionNotSupported: {Class: DeclineAccount, Next: mendAccount},
	ReasonTooManyRequests:        {Class: DeclineLater, Next: waitAndAgain},
	ReasonInternalServerError:    {Class: DeclineLater, Next: waitAndAgain},
	ReasonProcessingFailure:      {Class: DeclineSoft, Step: StepNewKey, Next: newAttempt},
	ReasonServiceUnavailable:     {Class: DeclineLater, Next: waitAndAgain},

	ReasonAmazonCanceled:           {Class: DeclineClosed, Next: startAnew},
	ReasonAmazonClosed:             {Class: DeclineClosed, Next: "All was captured, or Amazon has ended it: nothing more can be charged."},
	ReasonAmountNotSet:             {Class: DeclineRequest, Next: mendRequest},
	ReasonBillingAddressDeleted:    {Class: DeclineBuyer, Next: "Ask the buyer to give an address in the account at Amazon."},
	ReasonBuyerCanceled:            {Class: DeclineClosed, Next: startAnew},
	ReasonBuyerClosed:              {Class: DeclineClosed, Next: startAnew},
	ReasonChargeInProgress:         {Class: DeclineLater, Next: "Wait until the charge is decided (WaitForChargePermission)."},
	ReasonChargePermissionCanceled: {Class: DeclineClosed, Next: startAnew},
	ReasonDeclined:                 {Class: DeclineHard, Next: startAnew},
	ReasonExpired:                  {Class: DeclineClosed, Next: startAnew},
	ReasonExpiredUnused:            {Class: DeclineClosed, Next: "Charge the permission once more, if it is Chargeable and the payment is still wanted."},
	ReasonMerchantCanceled:         {Class: DeclineClosed, Next: "The merchant has canceled it: nothing is to be done."},
	ReasonMerchantClosed:           {Class: DeclineClosed, Next: "The merchant has closed it: nothing is to be done."},
	ReasonMFAFailed:                {Class: DeclineBuyer, Next: "Let the buyer approve the payment once more, and verify it."},
	ReasonPaymentMethodDeleted:     {Class: DeclineBuyer, Next: askBuyer},
	ReasonPaymentMethodExpired:     {Class: DeclineBuyer, Next: askBuyer},
	ReasonPaymentMethodInvalid:     {Class: DeclineBuyer, Next: askBuyer},
	ReasonPaymentMethodNotSet:      {Class: DeclineBuyer, Next: askBuyer},
}
