package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	underReview    = "UnderReview"
	actionRequired = "ActionRequired"
	resolved       = "Resolved"
	disputeClosed  = "Closed"

	// responseTime is how long a merchant may contest a chargeback.
	responseTime = 11 * 24 * time.Hour
)

type dispute struct {
	id           string
	scope        scope
	charge       *charge
	amount       money
	filingReason string
	provider     string // the payment service provider's own id
	status       status
	description  string
	resolution   string
	evidences    []any
	created      time.Time
	filed        time.Time
	deadline     time.Time
	closed       time.Time
}

var disputeStatus = structure(members{
	"state":             oneOf(underReview, actionRequired, resolved, disputeClosed).needed(),
	"resolution":        oneOf("BuyerWon", "MerchantWon", "NoFault"),
	"reasonCode":        oneOf(strings.Fields("MerchantResponseRequired MerchantAdditionalEvidencesRequired BuyerAdditionalEvidencesRequired MerchantAcceptedDispute MerchantResponseDeadlineExpired BuyerCancelled InvestigatorResolved AutoResolved ChargebackFiled")...),
	"reasonDescription": text(0),
})

var filingReasons = strings.Fields("ProductNotReceived ProductUnacceptable ProductNoLongerNeeded CreditNotProcessed Overcharged DuplicateCharge SubscriptionCancelled Unrecognized Fraudulent Other")

var createDisputeMembers = members{
	"chargeId":                 text(0).needed(),
	"providerMetadata":         structure(members{"providerDisputeId": text(0)}),
	"disputeAmount":            price().needed(),
	"filingReason":             oneOf(filingReasons...).needed(),
	"filingTimestamp":          epoch(),
	"creationTimestamp":        epoch(), // as the PHP SDK's sample has it
	"statusDetails":            disputeStatus.needed(),
	"merchantResponseDeadline": epoch(),
}

var updateDisputeMembers = members{"statusDetails": disputeStatus.needed(), "closureTimestamp": epoch()}

var contestDisputeMembers = members{
	"merchantEvidences": list(structure(members{
		"evidenceType": oneOf(strings.Fields("ProductDescription Receipt CancellationPolicy CustomerSignature TrackingNumber CarrierName DeviceId DeviceName DownloadDateTime Other")...).needed(),
		"fileId":       text(0),
		"evidenceText": text(0),
	})).needed(),
}

// newDispute disputes a part of what a charge captured.
func (w *world) newDispute(ch *charge, amount money, now time.Time) (*dispute, *refusal) {
	switch {
	case ch.status.state != captured:
		return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.status.state)
	case amount.currency != ch.captured.currency:
		return nil, badRequest(currencyMismatch, "The charge is in %s.", ch.captured.currency)
	case amount.minor > ch.captured.minor:
		return nil, badRequest(transactionAmountExceeded, "The amount is more than what was captured.")
	}
	made := &dispute{
		id:    newID(w.disputes, func() string { return ch.permission.id + "-B" + digits(6) }),
		scope: ch.scope, charge: ch, amount: amount, created: now, filed: now, deadline: now.Add(responseTime),
	}
	w.disputes[made.id] = made
	return made, nil
}

// dispute returns one of the caller's disputes as it is by now.
func (w *world) dispute(c *call) (*dispute, *refusal) {
	found := w.disputes[c.id]
	if found == nil || found.scope != c.scope {
		return nil, notFound("dispute", c.id)
	}
	if found.status.state == actionRequired && !c.now.Before(found.deadline) {
		found.status.become(resolved, "MerchantResponseDeadlineExpired", found.deadline)
		found.resolution, found.closed = "BuyerWon", found.deadline
	}
	return found, nil
}

func (w *world) createDispute(c *call) (int, object, *refusal) {
	filed := c.body.time("filingTimestamp")
	if filed.IsZero() && !c.strict {
		filed = c.body.time("creationTimestamp")
	}
	if filed.IsZero() {
		return 0, nil, badRequest(missingParameterValue, "The member filingTimestamp is required.")
	}
	ch, refused := w.charge(c, c.body.text("chargeId"))
	if refused != nil {
		return 0, nil, refused
	}
	made, refused := w.newDispute(ch, c.body.moneyAt("disputeAmount"), c.now)
	if refused != nil {
		return 0, nil, refused
	}
	made.filingReason, made.filed = c.body.text("filingReason"), filed
	made.provider = c.body.at("providerMetadata").text("providerDisputeId")
	if deadline := c.body.time("merchantResponseDeadline"); !deadline.IsZero() {
		made.deadline = deadline
	}
	made.update(c.body.at("statusDetails"), c.now)
	return http.StatusOK, made.answer(), nil
}

func (w *world) getDispute(c *call) (int, object, *refusal) {
	found, refused := w.dispute(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, found.answer(), nil
}

// updateDispute is how a payment service provider reports what became of a dispute.
func (w *world) updateDispute(c *call) (int, object, *refusal) {
	found, refused := w.dispute(c)
	if refused != nil {
		return 0, nil, refused
	}
	if found.status.state == disputeClosed {
		return 0, nil, unprocessable(invalidRequest, "The dispute is Closed.")
	}
	found.update(c.body.at("statusDetails"), c.now)
	if closed := c.body.time("closureTimestamp"); !closed.IsZero() {
		found.closed = closed
	}
	return http.StatusOK, found.answer(), nil
}

func (d *dispute) update(details object, now time.Time) {
	d.status.become(details.text("state"), details.text("reasonCode"), now)
	d.description, d.resolution = details.text("reasonDescription"), details.text("resolution")
}

func (w *world) contestDispute(c *call) (int, object, *refusal) {
	found, refused := w.dispute(c)
	if refused != nil {
		return 0, nil, refused
	}
	if found.status.state != actionRequired {
		return 0, nil, unprocessable(invalidRequest, "The dispute is %s.", found.status.state)
	}
	evidences, _ := c.body["merchantEvidences"].([]any)
	for i, element := range evidences {
		evidence, _ := element.(object)
		id := evidence.text("fileId")
		if id == "" && evidence.text("evidenceText") == "" {
			return 0, nil, badRequest(missingParameterValue, "The member merchantEvidences[%d] has neither fileId nor evidenceText.", i)
		}
		if f := w.files[id]; id != "" && (f == nil || f.scope != c.scope || f.content == nil) {
			return 0, nil, invalid(fmt.Sprintf("merchantEvidences[%d].fileId", i), "is not the id of a file that was uploaded")
		}
	}
	found.evidences = append(found.evidences, evidences...)
	found.status.become(underReview, "", c.now)
	return http.StatusOK, found.answer(), nil
}

func (d *dispute) answer() object {
	status := d.status.details()
	status["reasonDescription"], status["resolution"] = orNull(d.description), orNull(d.resolution)
	evidences := []any{}
	for _, element := range d.evidences {
		evidence, _ := element.(object)
		evidences = append(evidences, evidence.pick("evidenceType", "fileId", "evidenceText"))
	}
	var closed any
	if !d.closed.IsZero() {
		closed = stamp(d.closed)
	}
	return object{
		"disputeId":                d.id,
		"releaseEnvironment":       d.scope.env.release(),
		"chargeId":                 d.charge.id,
		"disputeType":              "Chargeback",
		"disputeAmount":            d.amount.price(),
		"filingReason":             d.filingReason,
		"statusDetails":            status,
		"merchantEvidences":        evidences,
		"merchantResponseDeadline": stamp(d.deadline),
		"resolutionAuthority":      nil,
		"creationTimestamp":        stamp(d.created),
		"providerMetadata":         object{"providerDisputeId": orNull(d.provider)},
		"filingTimestamp":          stamp(d.filed),
		"closureTimestamp":         closed,
	}
}

var errNoCharge = errors.New("emulator: there is no such charge")

// Dispute has the buyer's bank file a chargeback of all that a charge captured: the dispute,
// whose id is returned, is ActionRequired with ChargebackFiled, and can be contested for 11
// days. A charge that is not Captured is an error.
func (b *Buyer) Dispute(chargeID string) (disputeID string, err error) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	w, now := b.s.world, b.s.now()
	ch, ok := w.charges[chargeID]
	if !ok {
		return "", fmt.Errorf("%w: %q", errNoCharge, chargeID)
	}
	w.settle(ch.permission, now)
	made, refused := w.newDispute(ch, ch.captured, now)
	if refused != nil {
		return "", fmt.Errorf("emulator: charge %s is %s, not Captured", chargeID, ch.status.state)
	}
	made.filingReason = "ProductNotReceived"
	made.status.become(actionRequired, "ChargebackFiled", now)
	return made.id, nil
}
