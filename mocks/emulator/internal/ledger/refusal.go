package ledger

import (
	"fmt"
	"slices"
	"strings"
)

// Refusal is an answer other than success.
type Refusal struct {
	Status  Code
	Reason  string
	Message string
	Outcome bool // a result of the work: the idempotency key keeps it, as it does a success
}

// Refuse returns a refusal.
func Refuse(status Code, reason, format string, args ...any) *Refusal {
	return &Refusal{Status: status, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// BadRequest refuses a request that is wrong in any state.
func BadRequest(reason, format string, args ...any) *Refusal {
	return Refuse(codeBadRequest, reason, format, args...)
}

func unprocessable(reason, format string, args ...any) *Refusal {
	return Refuse(codeUnprocessable, reason, format, args...)
}

func notFound(kind, id string) *Refusal {
	return Refuse(CodeNotFound, ResourceNotFound, "There is no %s %s.", kind, id)
}

// decided is a refusal that is a result of the work.
func decided(reason, format string, args ...any) *Refusal {
	refused := unprocessable(reason, format, args...)
	refused.Outcome = true
	return refused
}

// outcomes are the reason codes that a [Fault] may use as a result of the work.
var outcomes = []string{
	softDeclined, hardDeclined, amazonRejected, transactionTimedOut, processingFailure,
	paymentMethodNotAllowed, mfaNotCompleted, sessionCanceled,
}

// IsOutcome reports whether a reason code is a result of the work.
func IsOutcome(reason string) bool { return slices.Contains(outcomes, reason) }

// Invalid refuses the value of a member, and states the rule.
func Invalid(path, rule string) *Refusal {
	return BadRequest(InvalidParameterValue, "The member %s %s.", path, strings.TrimSuffix(rule, "."))
}

// Code says how an operation ended. The numbers are the statuses of HTTP, so that a fault can ask
// for any of them.
type Code int

// The codes with which the operations of the ledger end.
const (
	codeOK            Code = 200
	codeCreated       Code = 201
	codeAccepted      Code = 202 // the work goes on
	codeNoContent     Code = 204
	codeSeeOther      Code = 303
	codeBadRequest    Code = 400
	codeUnauthorized  Code = 401
	CodeNotFound      Code = 404
	CodeConflict      Code = 409
	codeUnprocessable Code = 422
	codeUnavailable   Code = 503
)
