package wire

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/signing"
)

// What the facts change of a request and of its answer. Without facts all is as the README says.

// memberFacts are the members that may be unknown to the service, lengthFacts those whose length
// may have no limit.
var (
	memberFacts = map[string]string{
		"paymentDetails.estimateOrderTotal":  "members.estimateOrderTotal",
		"webCheckoutDetails.signInCancelUrl": "members.signInCancelUrl",
	}
	lengthFacts = map[string]string{
		"webCheckoutDetails.checkoutCancelUrl": "lengths.checkoutCancelUrl",
		"cancellationReason":                   "lengths.cancellationReason",
	}
)

// unrecognized reports whether a member of the table is unknown to the service nevertheless.
func unrecognized(path string, c *ledger.Call) bool {
	name, there := memberFacts[path]
	return there && c.Facts.Is(name, ledger.Refused)
}

// longest is the greatest length of a member; 0 is any.
func (m Member) longest(path string, c *ledger.Call) int {
	if name, there := lengthFacts[path]; there && c.Facts.Is(name, ledger.NoLimit) {
		return 0
	}
	return m.max
}

// factOf is the name of a fact about an operation.
func factOf(kind, operation string) string {
	return kind + "." + strings.ToLower(operation[:1]) + operation[1:]
}

// keyMissing is the reason code with which an operation refuses a request without an idempotency
// key; "" if it accepts it.
func (g *Gate) keyMissing(rt *Route, strict bool) string {
	said := g.Facts.Value(factOf("idempotency.missing", rt.Operation))
	switch {
	case said == ledger.Accepted && rt.key == keyNeeded:
		return ""
	case said != "" && said != ledger.Accepted:
		return said
	case rt.key == keyNeeded || strict && rt.key == keyTaken:
		return ledger.MissingHeader
	}
	return ""
}

// ignoresKey reports whether an operation does its work each time.
func ignoresKey(d Destination, c *ledger.Call) bool {
	return c.Facts.Is(factOf("idempotency", d.Operation), ledger.Ignored)
}

// checkSimulationSigned refuses a simulation code that is signed, or is not, if the facts say so.
func (g *Gate) checkSimulationSigned(r *http.Request, a signing.Authorization) *ledger.Refusal {
	if r.Header.Get(headerSimulation) == "" {
		return nil
	}
	name := "headers.simulationCode.signed"
	if len(unsigned(a, []string{headerSimulation})) > 0 {
		name = "headers.simulationCode.unsigned"
	}
	if g.Facts.Is(name, ledger.Refused) {
		return badSignature("the header x-amz-pay-simulation-code must be signed or not: " + name + " is refused")
	}
	return nil
}

// ahead is how far the date of a request may be ahead.
func (g *Gate) ahead() time.Duration {
	switch g.Facts.Value("date.ahead") {
	case "1m":
		return time.Minute
	case "5m":
		return 5 * time.Minute
	case "any":
		return 100 * 365 * 24 * time.Hour
	}
	return time.Second
}

// checkSimulation refuses a simulation code that the facts say is none.
func checkSimulation(d Destination, c *ledger.Call) *ledger.Refusal {
	if c.Simulation != "" && c.Facts.Is(factOf("simulation", d.Operation)+"."+c.Simulation, ledger.Refused) {
		return ledger.BadRequest("InvalidSandboxSimulationSpecified", "This operation does not support the simulation code %s.", c.Simulation)
	}
	return nil
}

// errorFacts are the facts about the refusals of an operation, by reason code.
var errorFacts = map[string]string{
	"GetDispute " + ledger.ResourceNotFound:            "errors.dispute.unknown",
	"GetReportByID " + ledger.ResourceNotFound:         "errors.report.unknown",
	"GetReportDocument " + ledger.ResourceNotFound:     "errors.reportDocument.unknown",
	"GetReportScheduleByID " + ledger.ResourceNotFound: "errors.reportSchedule.unknown",
	"CreateReportSchedule " + ledger.InvalidRequest:    "errors.reportSchedule.duplicate",
}

// refusedAs is a refusal as the facts have it.
func refusedAs(d Destination, c *ledger.Call, refused *ledger.Refusal) *ledger.Refusal {
	name, there := errorFacts[d.Operation+" "+refused.Reason]
	if !there {
		return refused
	}
	return c.Facts.Refusal(name, "%s", refused.Message)
}

// succeededAs is the status and the body of a success as the facts have them.
func succeededAs(d Destination, c *ledger.Call, status ledger.Code, o ledger.Object) (ledger.Code, ledger.Object) {
	if n := c.Facts.Number(factOf("status", d.Operation)); n != 0 {
		status = ledger.Code(n)
	}
	if c.Facts.Is(factOf("answers", d.Operation), ledger.EmptyBody) {
		return status, nil
	}
	if d.Operation == "GetDisbursements" && o["nextToken"] == nil && c.Facts.Is("disbursements.nextToken", ledger.Absent) {
		delete(o, "nextToken")
	}
	return status, o
}

// epochValue reads a timestamp of a dispute.
func epochValue(value any, path string, c *ledger.Call) (any, *ledger.Refusal) {
	at, ok := ledger.ParseEpoch(value, c.Strict)
	unit := c.Facts.Value("dispute.timestamps")
	if number, isMilli := ledger.Milliseconds(value); unit == "seconds" && isMilli {
		ok = false
	} else if unit == "milliseconds" {
		at, ok = number, ok || isMilli
	}
	if !ok {
		return nil, ledger.Invalid(path, "must be a number of seconds since 1970")
	}
	return at, nil
}

// spells reports whether the state of a merchant account is spelled as the facts have it.
func spells(path string, value any, c *ledger.Call) bool {
	spelling := c.Facts.Value("accounts.state")
	text, _ := value.(string)
	return path != "merchantStatus.state" || spelling == "any" || !slices.ContainsFunc([]string{"ACTIVE", "Active"}, func(s string) bool { return s == text && s != spelling })
}
