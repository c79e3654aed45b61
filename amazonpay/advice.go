package amazonpay

import (
	"errors"

	"github.com/amazonpay-go/sdk/transport"
)

// DeclineClass is what a reason code means for the payment.
type DeclineClass string

// The classes.
const (
	// DeclineClassUnknown: the code is unknown, or there is none. Do not repeat automatically.
	DeclineClassUnknown DeclineClass = "unknown"
	// DeclineClassSoft: the same payment method may succeed at another time.
	DeclineClassSoft DeclineClass = "soft"
	// DeclineClassHard: this payment method will not succeed.
	DeclineClassHard DeclineClass = "hard"
	// DeclineClassBuyer: the buyer must choose another payment method, verify the payment or approve
	// it again.
	DeclineClassBuyer DeclineClass = "buyer must act"
	// DeclineClassClosed: the object is closed, or its state does not allow the request.
	DeclineClassClosed DeclineClass = "closed"
	// DeclineClassLater: the service is temporarily unable to process the request. Repeat it with the
	// same key.
	DeclineClassLater DeclineClass = "retry later"
	// DeclineClassRequest: the request is wrong. The service will refuse it again.
	DeclineClassRequest DeclineClass = "wrong request"
	// DeclineClassAccount: a key, an account or a delegation is wrong. The payment is not.
	DeclineClassAccount DeclineClass = "wrong account"
)

// Step is what to do next about a piece of work, such as the charge of an order.
type Step int

// The steps.
const (
	// StepRead: a repetition cannot tell the result. Read the object, or have a person look. Do not
	// use a new key before that. This is the zero value.
	StepRead Step = iota
	// StepDone: the work is done.
	StepDone
	// StepRepeat: send the same request with the same key again, after a pause. This is always
	// safe. It does not limit the number of calls: if the class is [DeclineClassAccount], tell a
	// person, since every repetition gets the same answer until the key or the account is
	// corrected.
	StepRepeat
	// StepNewKey: nothing was done with this key and nothing will be, but a new attempt may succeed.
	// Send the same request with a new key, after a pause, and only a few times.
	StepNewKey
	// StepGiveUp: nothing was done, and the same request will not succeed. The order has failed unless
	// the buyer or a programmer changes something or, with [Advice].Later, time does.
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

// Advice is the result of [Advise].
type Advice struct {
	Step Step
	// Unsettled says that the work may have been done with this key. Store it with the order, and pass
	// it to the next call with [WithUnsettled].
	Unsettled bool
	// Later says that the same request may succeed on another day, or in another month for a monthly
	// limit, with a new key. It comes with [StepGiveUp]: end the loop, and let a job on that day read
	// the charge permission and start a new attempt if it is Chargeable.
	Later bool

	ReasonCode ReasonCode // empty if there is none
	Class      DeclineClass
	Next       string // a sentence for people
}

// IsDecline reports whether the service considered the payment and declined it: the class is soft,
// hard or buyer must act.
func (a Advice) IsDecline() bool {
	return a.Class == DeclineClassSoft || a.Class == DeclineClassHard || a.Class == DeclineClassBuyer
}

// Advise returns what to do next after a call that returned err. Use it for every decision about
// money: it considers the outcome and the reason code together.
//
//	outcome  | step
//	---------|---------------------------------------------------------------
//	done     | StepDone; StepRead if the answer was not understood
//	not sent | StepRepeat; StepGiveUp if the request is wrong
//	refused  | depends on the reason code: see AdviseReason
//	unknown  | StepRepeat; StepRead if a repetition gets the same answer again
//
// A piece of work can take several calls, in several processes. Store with the order:
//
//   - The number of the attempt. The key is made from it: see [IdempotencyKey].
//   - [Advice].Unsettled. Store true before each call, since the process may end during it, and
//     pass the value stored before that to the call with [WithUnsettled].
//
// Then the advice covers all calls with the key, and the loop of the Example charges exactly once.
// Two processes must not work on one order at the same time: lock the order, or update it with a
// compare and swap.
//
// The advice is about the one call that failed. Give each piece of work its own call: charge and
// capture are two. After a failed read, the step is never a new key. Done means that the object was
// created, not that it is paid: a charge may be pending. A nil error is [StepDone].
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
	if call.reads { // it says nothing about the work of another call
		advice = Advice{Step: StepRepeat, Unsettled: true, ReasonCode: code, Class: advice.Class, Next: settleFirst}
		if badRequest || call.Outcome == OutcomeRefused && advice.Class != DeclineClassLater && advice.Class != DeclineClassAccount {
			advice.Step, advice.Next = StepRead, lookItUp
		}
		return advice
	}
	switch call.Outcome {
	case OutcomeRefused:
	case OutcomeNotSent:
		advice = Advice{Step: StepRepeat, Class: DeclineClassLater, Next: repeatLater}
		_, unsigned := errors.AsType[*transport.SigningError](err)
		token, _ := errors.AsType[*TokenError](err)
		switch {
		case badRequest:
			advice = Advice{Step: StepGiveUp, Class: DeclineClassRequest, Next: fixRequest}
		case unsigned, token != nil && Advise(token.Err).Class == DeclineClassAccount:
			advice.Class, advice.Next = DeclineClassAccount, fixAccount
		}
	case OutcomeDone: // but the answer was not understood
		advice = Advice{Step: StepRead, Unsettled: true, Class: DeclineClassUnknown, Next: "The work is done, but the answer was not understood: see Meta.Raw of the error, or read the object."}
	default:
		// The first attempt, or another request with the key, may have caused this state. Repeating does
		// not change it.
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

// AdviseReason returns the advice for a reason code alone: of a call that was refused while nothing
// was unsettled, or of an object's state, such as a charge that is Declined. For an unknown code
// the step is [StepRead].
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
	fixRequest  = "Correct the request: the service will refuse the same one again."
	fixAccount  = "Check the key, the account and the delegation; the payment is not at fault. Then repeat the same request with the same key."
	lookItUp    = "Do not repeat automatically: read the object, and look up the code."
	settleFirst = "An attempt may have done the work: repeat the same request with the same key, and do not use a new key."
	readFirst   = "An attempt may have done the work, and repeating gives the same answer: read the object, and do not use a new key."
	readState   = "Read the object: its state does not allow this request."
	askBuyer    = "Ask the buyer to choose another payment method, then send a new request."
	startOver   = "Ask the buyer to start a new checkout if the payment is still wanted."
	repeatLater = "Wait, then repeat the same request with the same key."
	newAttempt  = "Read the charge permission. If it is Chargeable, try again with a new idempotency key, a few times at most."
)

var advices = map[ReasonCode]Advice{
	ReasonCodeInvalidHeaderValue:                {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeMissingHeader:                     {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeMissingHeaderValue:                {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeInvalidRequest:                    {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeInvalidRequestFormat:              {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeInvalidParameterValue:             {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeMissingParameterValue:             {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeUnrecognizedField:                 {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeInvalidParameterCombination:       {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeInvalidSandboxSimulationSpecified: {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeDuplicateIdempotencyKey:           {Class: DeclineClassUnknown, Next: "The key was used for another request: repeat that request or read its object before you use a new key."},
	ReasonCodeCurrencyMismatch:                  {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeInvalidAPIVersion:                 {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeTransactionAmountExceeded:         {Class: DeclineClassRequest, Next: "Read the permission or the charge, and request no more than the remaining amount."},
	ReasonCodePeriodicAmountExceeded:            {Class: DeclineClassRequest, Step: StepGiveUp, Later: true, Next: "Charge the rest next month with a new idempotency key, if the charge permission is Chargeable then, or ask the buyer to start a new checkout."},

	ReasonCodeUnauthorizedAccess:        {Class: DeclineClassAccount, Next: fixAccount},
	ReasonCodeInvalidAuthentication:     {Class: DeclineClassAccount, Next: fixAccount},
	ReasonCodeInvalidAccountStatus:      {Class: DeclineClassAccount, Next: fixAccount},
	ReasonCodeInvalidRequestSignature:   {Class: DeclineClassAccount, Next: fixAccount},
	ReasonCodeInvalidAuthorizationToken: {Class: DeclineClassAccount, Next: fixAccount},

	ReasonCodeResourceNotFound:     {Class: DeclineClassRequest, Next: "Check the id, and the environment and region in which the object was created."},
	ReasonCodeUnsupportedOperation: {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeRequestNotSupported:  {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeRequestTimeout:       {Class: DeclineClassLater, Next: repeatLater},
	ReasonCodeAmountMismatch:       {Class: DeclineClassRequest, Next: "Complete the session with the amount that the buyer approved."},

	ReasonCodeInvalidCheckoutSessionStatus:  {Class: DeclineClassClosed, Next: "Read the session: it may already be Completed (CompleteOrFetch), or the buyer has not approved it yet."},
	ReasonCodeCheckoutSessionCanceled:       {Class: DeclineClassClosed, Step: StepGiveUp, Next: startOver},
	ReasonCodeInvalidChargePermissionStatus: {Class: DeclineClassClosed, Next: readState},
	ReasonCodeChargePermissionNotModifiable: {Class: DeclineClassClosed, Next: readState},
	ReasonCodeInvalidChargeStatus:           {Class: DeclineClassClosed, Next: readState},
	ReasonCodeTransactionCountExceeded:      {Class: DeclineClassClosed, Step: StepGiveUp, Next: startOver},
	ReasonCodeSoftDeclined:                  {Class: DeclineClassSoft, Step: StepNewKey, Next: newAttempt},
	ReasonCodeHardDeclined:                  {Class: DeclineClassHard, Next: askBuyer},
	ReasonCodeAmazonRejected:                {Class: DeclineClassHard, Next: "Amazon rejected this payment: offer another way to pay."},
	ReasonCodePaymentMethodNotAllowed:       {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodeMFANotCompleted:               {Class: DeclineClassBuyer, Next: "Ask the buyer to approve and verify the payment again."},
	// https://www.amazonpay-faq.jp/faq/QA-45
	ReasonCodeTransactionTimedOut: {Class: DeclineClassSoft, Step: StepGiveUp, Later: true, Next: "Allow a pending authorization (canHandlePendingAuthorization) in a new request; or read the charge permission on another day and, if it is Chargeable, try again with a new idempotency key; or offer another way to pay."},

	ReasonCodeTLSVersionNotSupported: {Class: DeclineClassAccount, Next: fixAccount},
	ReasonCodeTooManyRequests:        {Class: DeclineClassLater, Next: repeatLater},
	ReasonCodeInternalServerError:    {Class: DeclineClassLater, Next: repeatLater},
	ReasonCodeProcessingFailure:      {Class: DeclineClassSoft, Step: StepNewKey, Next: newAttempt},
	ReasonCodeServiceUnavailable:     {Class: DeclineClassLater, Next: repeatLater},

	ReasonCodeAmazonCanceled:           {Class: DeclineClassClosed, Next: startOver},
	ReasonCodeAmazonClosed:             {Class: DeclineClassClosed, Next: "Everything was captured, or Amazon closed the object: nothing more can be charged."},
	ReasonCodeAmountNotSet:             {Class: DeclineClassRequest, Next: fixRequest},
	ReasonCodeBillingAddressDeleted:    {Class: DeclineClassBuyer, Next: "Ask the buyer to add a billing address to the Amazon account."},
	ReasonCodeBuyerCanceled:            {Class: DeclineClassClosed, Next: startOver},
	ReasonCodeBuyerClosed:              {Class: DeclineClassClosed, Next: startOver},
	ReasonCodeChargeInProgress:         {Class: DeclineClassLater, Next: "Wait until the charge is decided (WaitForChargePermission)."},
	ReasonCodeChargePermissionCanceled: {Class: DeclineClassClosed, Next: startOver},
	ReasonCodeDeclined:                 {Class: DeclineClassHard, Next: startOver},
	ReasonCodeExpired:                  {Class: DeclineClassClosed, Next: startOver},
	ReasonCodeExpiredUnused:            {Class: DeclineClassClosed, Next: "Charge the permission again if it is Chargeable and the payment is still wanted."},
	ReasonCodeMerchantCanceled:         {Class: DeclineClassClosed, Next: "The merchant canceled it: there is nothing to do."},
	ReasonCodeMerchantClosed:           {Class: DeclineClassClosed, Next: "The merchant closed it: there is nothing to do."},
	ReasonCodeMFAFailed:                {Class: DeclineClassBuyer, Next: "Ask the buyer to approve and verify the payment again."},
	ReasonCodePaymentMethodDeleted:     {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodePaymentMethodExpired:     {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodePaymentMethodInvalid:     {Class: DeclineClassBuyer, Next: askBuyer},
	ReasonCodePaymentMethodNotSet:      {Class: DeclineClassBuyer, Next: askBuyer},
}
