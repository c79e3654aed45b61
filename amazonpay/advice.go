package amazonpay

import (
	"errors"

	"github.com/amazonpay-go/sdk/transport"
)

// DeclineClass is what a reason code means for the payment.
type DeclineClass string

// The classes.
const (
	// DeclineClassUnknown is a code that is not listed, or an error without one: never try again by yourself.
	DeclineClassUnknown DeclineClass = "unknown"
	// DeclineClassSoft may pass another time, for the same buyer with the same payment method.
	DeclineClassSoft DeclineClass = "soft"
	// DeclineClassHard will not pass with this payment method.
	DeclineClassHard DeclineClass = "hard"
	// DeclineClassBuyer is for the buyer to see to: another payment method, a verification, a new approval.
	DeclineClassBuyer DeclineClass = "buyer must act"
	// DeclineClassClosed is of an object that is over, or in a state that does not allow what was asked.
	DeclineClassClosed DeclineClass = "closed"
	// DeclineClassLater says that the service could not do it now, whatever the payment: the same request and key will do later.
	DeclineClassLater DeclineClass = "retry later"
	// DeclineClassRequest is a request that is wrong: the same one is refused again.
	DeclineClassRequest DeclineClass = "wrong request"
	// DeclineClassAccount is a key, an account or a delegation that is wrong, and no payment.
	DeclineClassAccount DeclineClass = "wrong account"
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
	// It has no bound of its own: where the class is [DeclineClassAccount], each repetition is told the
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
	return a.Class == DeclineClassSoft || a.Class == DeclineClassHard || a.Class == DeclineClassBuyer
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
// is made ([IdempotencyKey]), and [Advice].Unsettled; store true before each call, since the process may end during it; and pass what was
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
		return Advice{Unsettled: true, Class: DeclineClassUnknown, Next: lookItUp}
	}
	var code ReasonCode
	if api, ok := errors.AsType[*APIError](err); ok {
		code = api.ReasonCode
	}
	advice := AdviseReason(code)
	_, badRequest := errors.AsType[*FieldError](err)
	if call.reads { // which says nothing of the work that another call was to do
		advice = Advice{Step: StepRepeat, Unsettled: true, ReasonCode: code, Class: advice.Class, Next: settleFirst}
		if badRequest || call.Outcome == OutcomeRefused && advice.Class != DeclineClassLater && advice.Class != DeclineClassAccount {
			advice.Step, advice.Next = StepRead, lookItUp
		}
		return advice
	}
	switch call.Outcome {
	case OutcomeRefused:
	case OutcomeNotSent:
		advice = Advice{Step: StepRepeat, Class: DeclineClassLater, Next: waitAndAgain}
		_, unsigned := errors.AsType[*transport.SigningError](err)
		token, _ := errors.AsType[*TokenError](err)
		switch {
		case badRequest:
			advice = Advice{Step: StepGiveUp, Class: DeclineClassRequest, Next: mendRequest}
		case unsigned, token != nil && Advise(token.Err).Class == DeclineClassAccount:
			advice.Class, advice.Next = DeclineClassAccount, mendAccount
		}
	case OutcomeDone: // but not understood
		advice = Advice{Step: StepRead, Unsettled: true, Class: DeclineClassUnknown, Next: "The work is done, but the answer was not understood: see the Raw of the error's Meta, or read the object."}
	default:
		// A state that the first attempt may have brought about, or another request under the key, stays as it is.
		class := advice.Class
		advice = Advice{Step: StepRepeat, Unsettled: true, ReasonCode: code, Class: DeclineClassUnknown, Next: settleFirst}
		switch {
		case class == DeclineClassAccount:
			advice.Class = class
		case code != "" && class != DeclineClassLater, badRequest:
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
		advice = Advice{Class: DeclineClassUnknown, Next: lookItUp}
	}
	switch {
	case advice.Step != StepRead || !known: // as the table has it
	case advice.Class == DeclineClassHard, advice.Class == DeclineClassBuyer, advice.Class == DeclineClassRequest:
		advice.Step = StepGiveUp
	case advice.Class == DeclineClassLater, advice.Class == DeclineClassAccount:
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
	ReasonCodeInvalidHeaderValue:                {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeMissingHeader:                     {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeMissingHeaderValue:                {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeInvalidRequest:                    {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeInvalidRequestFormat:              {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeInvalidParameterValue:             {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeMissingParameterValue:             {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeUnrecognizedField:                 {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeInvalidParameterCombination:       {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeInvalidSandboxSimulationSpecified: {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeDuplicateIdempotencyKey:           {Class: DeclineClassUnknown, Next: "The key was used for another request: send that one again, or read its object, before you take a new key."},
	ReasonCodeCurrencyMismatch:                  {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeInvalidAPIVersion:                 {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeTransactionAmountExceeded:         {Class: DeclineClassRequest, Next: "Read the permission or the charge, and ask for no more than is left."},
	ReasonCodePeriodicAmountExceeded:            {Class: DeclineClassRequest, Step: StepGiveUp, Later: true, Next: "Charge the rest in the next month, under a new idempotency key and if the charge permission is Chargeable then, or let the buyer begin a new checkout."},

	ReasonCodeUnauthorizedAccess:        {Class: DeclineClassAccount, Next: mendAccount},
	ReasonCodeInvalidAuthentication:     {Class: DeclineClassAccount, Next: mendAccount},
	ReasonCodeInvalidAccountStatus:      {Class: DeclineClassAccount, Next: mendAccount},
	ReasonCodeInvalidRequestSignature:   {Class: DeclineClassAccount, Next: mendAccount},
	ReasonCodeInvalidAuthorizationToken: {Class: DeclineClassAccount, Next: mendAccount},

	ReasonCodeResourceNotFound:     {Class: DeclineClassRequest, Next: "Look at the id, and at the environment and region in which the object was made."},
	ReasonCodeUnsupportedOperation: {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeRequestNotSupported:  {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeRequestTimeout:       {Class: DeclineClassLater, Next: waitAndAgain},
	ReasonCodeAmountMismatch:       {Class: DeclineClassRequest, Next: "Complete the session with the amount that the buyer has approved."},

	ReasonCodeInvalidCheckoutSessionStatus:  {Class: DeclineClassClosed, Next: "Read the session: it may be Completed already (CompleteOrFetch), or the buyer has not approved yet."},
	ReasonCodeCheckoutSessionCanceled:       {Class: DeclineClassClosed, Step: StepGiveUp, Next: startAnew},
	ReasonCodeInvalidChargePermissionStatus: {Class: DeclineClassClosed, Next: readState},
	ReasonCodeChargePermissionNotModifiable: {Class: DeclineClassClosed, Next: readState},
	ReasonCodeInvalidChargeStatus:           {Class: DeclineClassClosed, Next: readState},
	ReasonCodeTransactionCountExceeded:      {Class: DeclineClassClosed, Step: StepGiveUp, Next: startAnew},
	ReasonCodeSoftDeclined:                  {Class: DeclineClassSoft, Step: StepNewKey, Next: newAttempt},
	ReasonCodeHardDeclined:                  {Class: DeclineClassHard, Next: askBuyer},
	ReasonCodeAmazonRejected:                {Class: DeclineClassHard, Next: "Amazon will not take this payment: offer another way to pay."},
	ReasonCodePaymentMethodNotAllowed:       {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodeMFANotCompleted:               {Class: DeclineClassBuyer, Next: "Let the buyer approve the payment once more, and verify it."},
	// https://www.amazonpay-faq.jp/faq/QA-45
	ReasonCodeTransactionTimedOut: {Class: DeclineClassSoft, Step: StepGiveUp, Later: true, Next: "Ask for an authorization that may be pending (canHandlePendingAuthorization), in a new request; or read the charge permission another day and, if it is Chargeable, try again under a new idempotency key; or offer another way to pay."},

	ReasonCodeTLSVersionNotSupported: {Class: DeclineClassAccount, Next: mendAccount},
	ReasonCodeTooManyRequests:        {Class: DeclineClassLater, Next: waitAndAgain},
	ReasonCodeInternalServerError:    {Class: DeclineClassLater, Next: waitAndAgain},
	ReasonCodeProcessingFailure:      {Class: DeclineClassSoft, Step: StepNewKey, Next: newAttempt},
	ReasonCodeServiceUnavailable:     {Class: DeclineClassLater, Next: waitAndAgain},

	ReasonCodeAmazonCanceled:           {Class: DeclineClassClosed, Next: startAnew},
	ReasonCodeAmazonClosed:             {Class: DeclineClassClosed, Next: "All was captured, or Amazon has ended it: nothing more can be charged."},
	ReasonCodeAmountNotSet:             {Class: DeclineClassRequest, Next: mendRequest},
	ReasonCodeBillingAddressDeleted:    {Class: DeclineClassBuyer, Next: "Ask the buyer to give an address in the account at Amazon."},
	ReasonCodeBuyerCanceled:            {Class: DeclineClassClosed, Next: startAnew},
	ReasonCodeBuyerClosed:              {Class: DeclineClassClosed, Next: startAnew},
	ReasonCodeChargeInProgress:         {Class: DeclineClassLater, Next: "Wait until the charge is decided (WaitForChargePermission)."},
	ReasonCodeChargePermissionCanceled: {Class: DeclineClassClosed, Next: startAnew},
	ReasonCodeDeclined:                 {Class: DeclineClassHard, Next: startAnew},
	ReasonCodeExpired:                  {Class: DeclineClassClosed, Next: startAnew},
	ReasonCodeExpiredUnused:            {Class: DeclineClassClosed, Next: "Charge the permission once more, if it is Chargeable and the payment is still wanted."},
	ReasonCodeMerchantCanceled:         {Class: DeclineClassClosed, Next: "The merchant has canceled it: nothing is to be done."},
	ReasonCodeMerchantClosed:           {Class: DeclineClassClosed, Next: "The merchant has closed it: nothing is to be done."},
	ReasonCodeMFAFailed:                {Class: DeclineClassBuyer, Next: "Let the buyer approve the payment once more, and verify it."},
	ReasonCodePaymentMethodDeleted:     {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodePaymentMethodExpired:     {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodePaymentMethodInvalid:     {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodePaymentMethodNotSet:      {Class: DeclineClassBuyer, Next: askBuyer},
}
