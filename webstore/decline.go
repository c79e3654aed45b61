package webstore

import (
	"errors"

	"github.com/amazonpay-go/sdk/amazonpay"
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
	// DeclineRequest is a request, key or account that is wrong: repeating it does not help.
	DeclineRequest DeclineClass = "wrong request"
)

// Advice is what a merchant should do next about a reason code.
type Advice struct {
	ReasonCode amazonpay.ReasonCode // empty where there is none
	Class      DeclineClass
	// Next says in a sentence what to do.
	Next string
	// NewKey says that another attempt is worth making once the charge permission was read and is still Chargeable, under a
	// new idempotency key: the old one would answer the same again.
	NewKey bool
}

// Decline returns what to do about an error of a call. Of an error without a reason code, and of a code that is not known
// to this SDK, the class is [DeclineUnknown]; so it is where the outcome of the call is not certain ([amazonpay.OutcomeOf]), since what
// a later attempt was told does not say that the buyer was not charged.
func Decline(err error) Advice {
	api, ok := errors.AsType[*amazonpay.APIError](err)
	if !ok {
		return DeclineReason("")
	}
	advice := DeclineReason(api.ReasonCode)
	if call, ok := errors.AsType[*amazonpay.CallError](err); ok && call.Uncertain {
		advice.Class, advice.NewKey = DeclineUnknown, false
		advice.Next = "Settle first whether an earlier attempt did the work: repeat the same request under the same key, or read the object."
	}
	return advice
}

// DeclineReason is [Decline] for the reason code of an object's state, such as that of a charge which is Declined.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/error-handling.html
func DeclineReason(code amazonpay.ReasonCode) Advice {
	advice, known := advices[code]
	if !known {
		advice = Advice{Class: DeclineUnknown, Next: "Do not try again by yourself: read the object, and look the code up."}
	}
	advice.ReasonCode = code
	return advice
}

const (
	mendRequest  = "Mend the request; the same one is refused again."
	mendAccount  = "Look at the key, the account and the delegation; no payment is wrong."
	readState    = "Read the object: its state does not allow this, or not any more."
	askBuyer     = "Ask the buyer to choose another payment method, then make a new request."
	startAnew    = "Let the buyer begin a new checkout, if the payment is still wanted."
	waitAndAgain = "Wait, and repeat the same request under the same key."
	newAttempt   = "Read the charge permission; if it is Chargeable, try again under a new idempotency key, a few times at the most."
)

var advices = map[amazonpay.ReasonCode]Advice{
	amazonpay.ReasonInvalidHeaderValue:                {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonMissingHeader:                     {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonMissingHeaderValue:                {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonInvalidRequest:                    {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonInvalidRequestFormat:              {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonInvalidParameterValue:             {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonMissingParameterValue:             {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonUnrecognizedField:                 {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonInvalidParameterCombination:       {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonInvalidSandboxSimulationSpecified: {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonDuplicateIdempotencyKey:           {Class: DeclineRequest, Next: "The key was used for another request: find out what became of that one before you take a new key."},
	amazonpay.ReasonCurrencyMismatch:                  {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonInvalidAPIVersion:                 {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonTransactionAmountExceeded:         {Class: DeclineRequest, Next: "Read the permission or the charge, and ask for no more than is left."},
	amazonpay.ReasonPeriodicAmountExceeded:            {Class: DeclineRequest, Next: "Charge the rest in the next month, or let the buyer begin a new checkout."},

	amazonpay.ReasonUnauthorizedAccess:        {Class: DeclineRequest, Next: mendAccount},
	amazonpay.ReasonInvalidAuthentication:     {Class: DeclineRequest, Next: mendAccount},
	amazonpay.ReasonInvalidAccountStatus:      {Class: DeclineRequest, Next: mendAccount},
	amazonpay.ReasonInvalidRequestSignature:   {Class: DeclineRequest, Next: mendAccount},
	amazonpay.ReasonInvalidAuthorizationToken: {Class: DeclineRequest, Next: mendAccount},

	amazonpay.ReasonResourceNotFound:     {Class: DeclineRequest, Next: "Look at the id, and at the environment and region in which the object was made."},
	amazonpay.ReasonUnsupportedOperation: {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonRequestNotSupported:  {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonRequestTimeout:       {Class: DeclineLater, Next: waitAndAgain},
	amazonpay.ReasonAmountMismatch:       {Class: DeclineRequest, Next: "Complete the session with the amount that the buyer has approved."},

	amazonpay.ReasonInvalidCheckoutSessionStatus:  {Class: DeclineClosed, Next: "Read the session: it may be Completed already (CompleteOrFetch), or the buyer has not approved yet."},
	amazonpay.ReasonCheckoutSessionCanceled:       {Class: DeclineClosed, Next: startAnew},
	amazonpay.ReasonInvalidChargePermissionStatus: {Class: DeclineClosed, Next: readState},
	amazonpay.ReasonChargePermissionNotModifiable: {Class: DeclineClosed, Next: readState},
	amazonpay.ReasonInvalidChargeStatus:           {Class: DeclineClosed, Next: readState},
	amazonpay.ReasonTransactionCountExceeded:      {Class: DeclineClosed, Next: startAnew},
	amazonpay.ReasonSoftDeclined:                  {Class: DeclineSoft, Next: newAttempt, NewKey: true},
	amazonpay.ReasonHardDeclined:                  {Class: DeclineHard, Next: askBuyer},
	amazonpay.ReasonAmazonRejected:                {Class: DeclineHard, Next: "Amazon will not take this payment: offer another way to pay."},
	amazonpay.ReasonPaymentMethodNotAllowed:       {Class: DeclineBuyer, Next: askBuyer},
	amazonpay.ReasonMFANotCompleted:               {Class: DeclineBuyer, Next: "Let the buyer approve the payment once more, and verify it."},
	amazonpay.ReasonTransactionTimedOut:           {Class: DeclineSoft, Next: "Ask for an authorization that may be pending (canHandlePendingAuthorization), in a new request, or offer another way to pay."},

	amazonpay.ReasonTLSVersionNotSupported: {Class: DeclineRequest, Next: mendAccount},
	amazonpay.ReasonTooManyRequests:        {Class: DeclineLater, Next: waitAndAgain},
	amazonpay.ReasonInternalServerError:    {Class: DeclineLater, Next: waitAndAgain},
	amazonpay.ReasonProcessingFailure:      {Class: DeclineSoft, Next: newAttempt, NewKey: true},
	amazonpay.ReasonServiceUnavailable:     {Class: DeclineLater, Next: waitAndAgain},

	amazonpay.ReasonAmazonCanceled:           {Class: DeclineClosed, Next: startAnew},
	amazonpay.ReasonAmazonClosed:             {Class: DeclineClosed, Next: "All was captured, or Amazon has ended it: nothing more can be charged."},
	amazonpay.ReasonAmountNotSet:             {Class: DeclineRequest, Next: mendRequest},
	amazonpay.ReasonBillingAddressDeleted:    {Class: DeclineBuyer, Next: "Ask the buyer to give an address in the account at Amazon."},
	amazonpay.ReasonBuyerCanceled:            {Class: DeclineClosed, Next: startAnew},
	amazonpay.ReasonBuyerClosed:              {Class: DeclineClosed, Next: startAnew},
	amazonpay.ReasonChargeInProgress:         {Class: DeclineLater, Next: "Wait until the charge is decided (WaitForChargePermission)."},
	amazonpay.ReasonChargePermissionCanceled: {Class: DeclineClosed, Next: startAnew},
	amazonpay.ReasonDeclined:                 {Class: DeclineHard, Next: startAnew},
	amazonpay.ReasonExpired:                  {Class: DeclineClosed, Next: startAnew},
	amazonpay.ReasonExpiredUnused:            {Class: DeclineClosed, Next: "Charge the permission once more, if it is Chargeable and the payment is still wanted."},
	amazonpay.ReasonMerchantCanceled:         {Class: DeclineClosed, Next: "The merchant has canceled it: nothing is to be done."},
	amazonpay.ReasonMerchantClosed:           {Class: DeclineClosed, Next: "The merchant has closed it: nothing is to be done."},
	amazonpay.ReasonMFAFailed:                {Class: DeclineBuyer, Next: "Let the buyer approve the payment once more, and verify it."},
	amazonpay.ReasonPaymentMethodDeleted:     {Class: DeclineBuyer, Next: askBuyer},
	amazonpay.ReasonPaymentMethodExpired:     {Class: DeclineBuyer, Next: askBuyer},
	amazonpay.ReasonPaymentMethodInvalid:     {Class: DeclineBuyer, Next: askBuyer},
	amazonpay.ReasonPaymentMethodNotSet:      {Class: DeclineBuyer, Next: askBuyer},
}
