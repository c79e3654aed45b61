package emulator

import (
	"fmt"
	"net/http"
	"slices"
)

// Reason codes that the emulator gives, as the service spells them.
const (
	invalidHeaderValue        = "InvalidHeaderValue"
	missingHeader             = "MissingHeader"
	missingHeaderValue        = "MissingHeaderValue"
	invalidRequest            = "InvalidRequest"
	invalidRequestFormat      = "InvalidRequestFormat"
	invalidParameterValue     = "InvalidParameterValue"
	missingParameterValue     = "MissingParameterValue"
	unrecognizedField         = "UnrecognizedField"
	invalidParameterCombo     = "InvalidParameterCombination"
	invalidSimulation         = "InvalidSandboxSimulationSpecified"
	duplicateIdempotencyKey   = "DuplicateIdempotencyKey"
	currencyMismatch          = "CurrencyMismatch"
	transactionAmountExceeded = "TransactionAmountExceeded"
	unauthorizedAccess        = "UnauthorizedAccess"
	invalidAuthentication     = "InvalidAuthentication"
	invalidRequestSignature   = "InvalidRequestSignature"
	invalidAuthorizationToken = "InvalidAuthorizationToken"
	resourceNotFound          = "ResourceNotFound"
	invalidAPIVersion         = "InvalidAPIVersion"
	unsupportedOperation      = "UnsupportedOperation"
	periodicAmountExceeded    = "PeriodicAmountExceeded"
	amountMismatch            = "AmountMismatch"
	invalidSessionStatus      = "InvalidCheckoutSessionStatus"
	sessionCanceled           = "CheckoutSessionCanceled"
	invalidPermissionStatus   = "InvalidChargePermissionStatus"
	permissionNotModifiable   = "ChargePermissionNotModifiable"
	invalidChargeStatus       = "InvalidChargeStatus"
	transactionCountExceeded  = "TransactionCountExceeded"
	softDeclined              = "SoftDeclined"
	hardDeclined              = "HardDeclined"
	amazonRejected            = "AmazonRejected"
	transactionTimedOut       = "TransactionTimedOut"
	processingFailure         = "ProcessingFailure"
	paymentMethodNotAllowed   = "PaymentMethodNotAllowed"
	mfaNotCompleted           = "MFANotCompleted"
	tooManyRequests           = "TooManyRequests"
	internalServerError       = "InternalServerError"
	serviceUnavailable        = "ServiceUnavailable"
	requestTimeout            = "RequestTimeout"
	tlsVersionNotSupported    = "TLSVersionNotSupported"
	controlUnauthorized       = "Unauthorized" // of the control endpoints alone
)

// refusal is an answer other than success.
type refusal struct {
	status  int
	reason  string
	message string
	outcome bool // a result of the work: the idempotency key keeps it, as it does a success
}

func refuse(status int, reason, format string, args ...any) *refusal {
	return &refusal{status: status, reason: reason, message: fmt.Sprintf(format, args...)}
}

func badRequest(reason, format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, reason, format, args...)
}

func forbidden(reason, format string, args ...any) *refusal {
	return refuse(http.StatusForbidden, reason, format, args...)
}

func unprocessable(reason, format string, args ...any) *refusal {
	return refuse(http.StatusUnprocessableEntity, reason, format, args...)
}

func notFound(kind, id string) *refusal {
	return refuse(http.StatusNotFound, resourceNotFound, "There is no %s %s.", kind, id)
}

// decided is a refusal that is a result of the work.
func decided(reason, format string, args ...any) *refusal {
	refused := unprocessable(reason, format, args...)
	refused.outcome = true
	return refused
}

// outcomes are the reason codes of a [Fault] that stands for a result of the work.
var outcomes = []string{
	softDeclined, hardDeclined, amazonRejected, transactionTimedOut, processingFailure,
	paymentMethodNotAllowed, mfaNotCompleted, sessionCanceled,
}

func isOutcome(reason string) bool { return slices.Contains(outcomes, reason) }
