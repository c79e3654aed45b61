package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Facts are what is believed of the service where its documentation is silent, by name. A fact that
// is absent has its default.
type Facts map[string]string

// Fact is something about the service that nobody here could compare with it.
type Fact struct {
	Name   string
	Values []string // that the emulator can have; the first is the default
	Says   string   // what it is about
}

// The values of many facts.
const (
	Accepted   = "accepted"
	Refused    = "refused"
	Honoured   = "honoured"
	Ignored    = "ignored"
	Absent     = "absent"
	NullMember = "null"
	NoLimit    = "none"
	EmptyBody  = "empty"
)

func fact(name, says string, values ...string) Fact { return Fact{name, values, says} }

// Known are the facts that can be changed, in the order of their names.
var Known = slices.SortedFunc(slices.Values(slices.Concat(
	requestFacts, answerFacts, objectFacts, simulationFacts(),
)), func(a, b Fact) int { return strings.Compare(a.Name, b.Name) })

// requestFacts are about what a request may look like.
var requestFacts = []Fact{
	fact("accounts.state", "which spellings of merchantStatus.state are taken", "any", "ACTIVE", "Active"),
	fact("addressDetails.percentEncoded", "what becomes of addressDetails that is percent-encoded", "decoded", "kept", Refused),
	fact("amounts.trailingZeros", "an amount with more decimals than its currency, if they are zeros", Accepted, Refused),
	fact("date.ahead", "how far a date may be ahead: none is up to 30 seconds, 1m up to 3 minutes, 5m up to 10 minutes", NoLimit, "1m", "5m", "any"),
	fact("date.maxAge", "how old a date may be: 5m is up to 10 minutes, 15m up to 30, 1h up to 12 hours, 24h up to two days", "15m", "1m", "5m", "1h", "24h", NoLimit),
	fact("dispute.timestamps", "the unit of the timestamps of CreateDispute", "both", "seconds", "milliseconds"),
	fact("frequency.variable.nonZero", "a frequency of unit Variable with a value other than 0", Accepted, Refused),
	fact("frequency.variable.zero", "a frequency of unit Variable with the value 0", Accepted, Refused),
	fact("headers.simulationCode.signed", "a simulation code that is signed", Accepted, Refused),
	fact("headers.simulationCode.unsigned", "a simulation code that is not signed", Accepted, Refused),
	fact("idempotency.completeCheckoutSession", "the idempotency key of CompleteCheckoutSession", Honoured, Ignored),
	fact("idempotency.contestDispute", "the idempotency key of ContestDispute", Honoured, Ignored),
	fact("idempotency.createReport", "the idempotency key of CreateReport", Honoured, Ignored),
	fact("idempotency.createReportSchedule", "the idempotency key of CreateReportSchedule", Honoured, Ignored),
	fact("idempotency.updateCharge", "the idempotency key of UpdateCharge, a PATCH", Honoured, Ignored),
	fact("idempotency.missing.completeCheckoutSession", "CompleteCheckoutSession without an idempotency key", Accepted, MissingHeader, MissingHeaderValue),
	fact("idempotency.missing.createCheckoutSession", "CreateCheckoutSession without an idempotency key", MissingHeader, MissingHeaderValue, Accepted),
	fact("idempotency.missing.createReport", "CreateReport without an idempotency key", Accepted, MissingHeader, MissingHeaderValue),
	fact("lengths.cancellationReason", "the length of cancellationReason", "255", NoLimit),
	fact("lengths.checkoutCancelUrl", "the length of checkoutCancelUrl", "512", NoLimit),
	fact("members.estimateOrderTotal", "the member paymentDetails.estimateOrderTotal", Accepted, Refused),
	fact("members.signInCancelUrl", "the member webCheckoutDetails.signInCancelUrl", Accepted, Refused),
	fact("path.environment", "a path that names the environment, with a key id that names it too", Accepted, Refused),
}

// The ways in which an unknown object or a duplicate may be refused.
var (
	unknownObject = []string{"404 ResourceNotFound", "400 InvalidRequest", "400 InvalidParameterValue"}
	duplicate     = []string{"400 InvalidRequest", "400 InvalidParameterValue", "409 InvalidRequest", "422 InvalidRequest"}
)

// answerFacts are about statuses, reason codes and members of answers.
var answerFacts = []Fact{
	fact("accounts.createAnswer", "the members of an answer to RegisterAmazonPayAccount", "merchantAccountId uniqueReferenceId", "merchantAccountId"),
	fact("answers.contestDispute", "the body of an answer to ContestDispute", "object", EmptyBody),
	fact("answers.createDispute", "the body of an answer to CreateDispute", "object", EmptyBody),
	fact("answers.updateCharge", "the body of an answer to UpdateCharge", "object", EmptyBody),
	fact("answers.updateDispute", "the body of an answer to UpdateDispute", "object", EmptyBody),
	fact("capture.second", "a second capture of a charge", "422 InvalidChargeStatus", "422 TransactionCountExceeded", "400 TransactionAmountExceeded"),
	fact("charge.redirectUrl", "webCheckoutDetails.amazonPayRedirectUrl of a charge", NullMember, "url", Absent),
	fact("complete.beforeBuyer", "CompleteCheckoutSession before the buyer has paid", "422 InvalidCheckoutSessionStatus", "400 InvalidCheckoutSessionStatus", "422 CheckoutSessionCanceled", "400 InvalidRequest"),
	fact("complete.canceled", "CompleteCheckoutSession of a payment that fails", "422 CheckoutSessionCanceled", "400 CheckoutSessionCanceled", "422 InvalidCheckoutSessionStatus"),
	fact("disbursements.nextToken", "the member nextToken of a last page of disbursements", "present", Absent),
	fact("dispute.resolutionAuthority", "resolutionAuthority of an open dispute", NullMember, Absent, "AmazonPay"),
	fact("errors.dispute.unknown", "GetDispute of an unknown id", unknownObject...),
	fact("errors.report.unknown", "GetReportByID of an unknown id", unknownObject...),
	fact("errors.reportDocument.unknown", "GetReportDocument of an unknown id", unknownObject...),
	fact("errors.reportSchedule.duplicate", "a second schedule of a report type", duplicate...),
	fact("errors.reportSchedule.unknown", "GetReportScheduleByID of an unknown id", unknownObject...),
	fact("session.orderType", "orderType of an open session", "PurchaseOrder", NullMember, Absent),
	fact("session.returnParameter.signIn", "the parameter with which a buyer returns from signing in and setting up", "amazonCheckoutSessionId", "checkoutSessionId"),
	fact("session.returnQuery", "the query that a return URL had", "kept", "dropped"),
	fact("session.shippingAddressList", "shippingAddressList of a session with one address, once the buyer is known", Absent, NullMember, "list"),
	fact("status.captureCharge.initiated", "the status of CaptureCharge with CaptureInitiated", "202", "200"),
	fact("status.createDispute", "the status of CreateDispute", "200", "201"),
	fact("status.createReport", "the status of CreateReport", "201", "200"),
	fact("status.createReportSchedule", "the status of CreateReportSchedule", "201", "200"),
	fact("status.finalizeCheckoutSession.pending", "the status of FinalizeCheckoutSession with a pending authorization", "202", "200"),
	fact("status.inStoreCharge", "the status of InStoreCharge", "200", "201"),
	fact("status.inStoreRefund", "the status of InStoreRefund", "200", "201"),
	fact("status.merchantScan", "the status of MerchantScan", "200", "201"),
}

// objectFacts are about what becomes of the objects.
var objectFacts = []Fact{
	fact("capture.rest", "the rest of an authorization of which a part was captured", "released", "held"),
	fact("dispute.contested.state", "the state of a dispute that was contested", UnderReview, ActionRequired),
	fact("ids.onFile", "the first letter of a charge permission of type PaymentMethodOnFile, in the sandbox", "C", "B", "S"),
	fact("ids.recurring", "the first letter of a charge permission of type Recurring, in the sandbox", "C", "B", "S"),
	fact("permission.balance.authorized", "whether limits.amountBalance counts open authorizations", "held", "free"),
	fact("permission.overchargeLimit", "limits.amountLimit with allowOvercharge: the greater of 900 % and 500 (70,000 yen), 900 %, or the order", "greater", "900%", "order"),
	fact("recurring.expiry.from", "from when on a recurring permission lives", "lastCharge", "confirmation"),
	fact("recurring.expiry.months", "how many months a recurring permission lives", "13", "12", "18", "24"),
	fact("refund.maxCount", "how many refunds a charge may have", "10", "5", "15", "25", NoLimit),
}

// simulationCodes are the simulation codes whose names are guesses, by operation.
var simulationCodes = []struct {
	operation string
	codes     []string
}{
	{"createCharge", []string{
		AuthorizationInitiated, pendingCode + Authorized, pendingCode + softDeclined, pendingCode + hardDeclined, pendingCode + amazonRejected,
		pendingCode + processingFailure, pendingCode + transactionTimedOut,
	}},
	{"captureCharge", []string{CaptureInitiated, captureDeclined, amazonRejected}},
	{"cancelCharge", []string{expiredUnused, AmazonCanceled}},
	{"createRefund", []string{refundDeclined, amazonRejected, processingFailure}},
	{"finalizeCheckoutSession", []string{BuyerCanceled, AmazonCanceled, Declined, AuthorizationInitiated}},
}

func simulationFacts() (all []Fact) {
	for _, of := range simulationCodes {
		for _, code := range of.codes {
			all = append(all, fact("simulation."+of.operation+"."+code, "the simulation code "+code+" of "+of.operation, Accepted, Refused))
		}
	}
	return all
}

var knownByName = func() map[string]Fact {
	all := make(map[string]Fact, len(Known))
	for _, f := range Known {
		all[f.Name] = f
	}
	return all
}()

// Check returns an error for a fact that is unknown, and for a value that the emulator cannot have.
func (f Facts) Check() error {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		value := f[name]
		known, there := knownByName[name]
		switch {
		case !there:
			return fmt.Errorf("emulator: unknown fact %s: want one of %s", Quoted(name), strings.Join(names(Known), ", "))
		case !slices.Contains(known.Values, value):
			return fmt.Errorf("emulator: the fact %s cannot be %s: want one of %s", name, Quoted(value), strings.Join(known.Values, ", "))
		}
	}
	return nil
}

// Quoted quotes a text for an error, and cuts it short.
func Quoted(text string) string {
	const longest = 60
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return strconv.Quote(text)
}

func names(facts []Fact) (all []string) {
	for _, f := range facts {
		all = append(all, f.Name)
	}
	return all
}

// Value returns the value of a fact, and "" for an unknown one.
func (f Facts) Value(name string) string {
	if value, there := f[name]; there {
		return value
	}
	if known, there := knownByName[name]; there {
		return known.Values[0]
	}
	return ""
}

// Is reports whether a fact has a value.
func (f Facts) Is(name, value string) bool { return f.Value(name) == value }

// Number is the value of a fact that is a number; 0 if it is none.
func (f Facts) Number(name string) int {
	n, _ := strconv.Atoi(f.Value(name))
	return n
}

// Refusal returns a refusal with the status and the reason code of a fact.
func (f Facts) Refusal(name, format string, args ...any) *Refusal {
	status, reason, _ := strings.Cut(f.Value(name), " ")
	code, _ := strconv.Atoi(status)
	return Refuse(Code(code), reason, format, args...)
}

// Learn sets the facts, also for the permissions that the ledger holds already.
func (l *Ledger) Learn(facts Facts) {
	l.facts = facts
	for _, p := range l.MadePermissions {
		p.facts = facts
	}
}
