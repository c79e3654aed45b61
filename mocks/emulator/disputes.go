package emulator

import (
	"cmp"
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
	ID           string
	Scope        scope
	charge       *charge
	Amount       money
	FilingReason string
	Provider     string // the payment service provider's own id
	Status       status
	Description  string
	Resolution   string
	Evidences    []object
	Created      time.Time
	Filed        time.Time
	Deadline     time.Time
	Closed       time.Time
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
	"disputeAmount":            price().limited().needed(),
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
	case ch.Status.State != captured:
		return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.Status.State)
	case amount.Currency != ch.Captured.Currency:
		return nil, badRequest(currencyMismatch, "The charge is in %s.", ch.Captured.Currency)
	case amount.Minor > ch.Captured.Minor-w.disputed(ch, now):
		return nil, badRequest(transactionAmountExceeded, "The amount is more than what was captured and is not disputed yet.")
	}
	made := &dispute{
		ID:    newID(w.disputes, func() string { return ch.permission.ID + "-B" + digits(6) }),
		Scope: ch.Scope, charge: ch, Amount: amount, Created: now, Filed: now, Deadline: now.Add(responseTime),
	}
	w.disputes[made.ID] = made
	return made, nil
}

// disputed is how much of a charge the disputes are about that are open, or that the buyer has won.
func (w *world) disputed(ch *charge, now time.Time) (sum int64) {
	for _, d := range w.disputes {
		if d.charge != ch {
			continue
		}
		if d.age(now); d.isOpen() || d.Resolution == "BuyerWon" {
			sum += d.Amount.Minor
		}
	}
	return sum
}

func (d *dispute) isOpen() bool {
	return d.Status.State == actionRequired || d.Status.State == underReview
}

// dispute returns one of the caller's disputes as it is by now.
func (w *world) dispute(c *call) (*dispute, *refusal) {
	found := w.disputes[c.id]
	if found == nil || found.Scope != c.scope {
		return nil, notFound("dispute", c.id)
	}
	found.age(c.now)
	return found, nil
}

// age resolves the dispute for the buyer once the merchant can contest it no longer.
func (d *dispute) age(now time.Time) {
	if d.Status.State == actionRequired && !now.Before(d.Deadline) {
		d.Status.become(resolved, "MerchantResponseDeadlineExpired", d.Deadline)
		d.Resolution, d.Closed = "BuyerWon", d.Deadline
	}
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
	made.FilingReason, made.Filed = c.body.text("filingReason"), filed
	made.Provider = c.body.at("providerMetadata").text("providerDisputeId")
	if deadline := c.body.time("merchantResponseDeadline"); !deadline.IsZero() {
		made.Deadline = deadline
	}
	made.update(c.body.at("statusDetails"), c.now)
	made.age(c.now) // the deadline may be over already
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
	to := c.body.at("statusDetails").text("state")
	if from := found.Status.State; from == disputeClosed || from == resolved && to != resolved && to != disputeClosed || found.isOpen() && to == disputeClosed {
		return 0, nil, unprocessable(invalidRequest, "The dispute is %s and cannot become %s.", from, to)
	}
	if given := c.body.at("statusDetails").text("resolution"); given != "" && found.Resolution != "" && given != found.Resolution {
		return 0, nil, unprocessable(invalidRequest, "The dispute was resolved already: %s.", found.Resolution)
	}
	found.update(c.body.at("statusDetails"), c.now)
	if closed := c.body.time("closureTimestamp"); !closed.IsZero() {
		found.Closed = closed
	}
	found.age(c.now)
	return http.StatusOK, found.answer(), nil
}

func (d *dispute) update(details object, now time.Time) {
	d.Status.become(details.text("state"), details.text("reasonCode"), now)
	d.Description, d.Resolution = details.text("reasonDescription"), cmp.Or(details.text("resolution"), d.Resolution)
}

func (w *world) contestDispute(c *call) (int, object, *refusal) {
	found, refused := w.dispute(c)
	if refused != nil {
		return 0, nil, refused
	}
	if found.Status.State != actionRequired {
		return 0, nil, unprocessable(invalidRequest, "The dispute is %s.", found.Status.State)
	}
	evidences, _ := c.body["merchantEvidences"].([]any)
	var taken []object
	for i, element := range evidences {
		evidence, _ := element.(object)
		id := evidence.text("fileId")
		if id == "" && evidence.text("evidenceText") == "" {
			return 0, nil, badRequest(missingParameterValue, "The member merchantEvidences[%d] has neither fileId nor evidenceText.", i)
		}
		if f := w.files[id]; id != "" && (f == nil || f.Scope != c.scope || f.Content == nil) {
			return 0, nil, invalid(fmt.Sprintf("merchantEvidences[%d].fileId", i), "is not the id of a file that was uploaded")
		}
		taken = append(taken, evidence)
	}
	found.Evidences = append(found.Evidences, taken...)
	found.Status.become(underReview, "", c.now)
	return http.StatusOK, found.answer(), nil
}

func (d *dispute) answer() object {
	status := d.Status.details()
	status["reasonDescription"], status["resolution"] = orNull(d.Description), orNull(d.Resolution)
	evidences := []any{}
	for _, evidence := range d.Evidences {
		evidences = append(evidences, evidence.pick("evidenceType", "fileId", "evidenceText"))
	}
	var closed any
	if !d.Closed.IsZero() {
		closed = stamp(d.Closed)
	}
	return object{
		"disputeId":                d.ID,
		"releaseEnvironment":       d.Scope.Env.release(),
		"chargeId":                 d.charge.ID,
		"disputeType":              "Chargeback",
		"disputeAmount":            d.Amount.price(),
		"filingReason":             d.FilingReason,
		"statusDetails":            status,
		"merchantEvidences":        evidences,
		"merchantResponseDeadline": stamp(d.Deadline),
		"resolutionAuthority":      nil,
		"creationTimestamp":        stamp(d.Created),
		"providerMetadata":         object{"providerDisputeId": orNull(d.Provider)},
		"filingTimestamp":          stamp(d.Filed),
		"closureTimestamp":         closed,
	}
}

// Dispute has the buyer's bank file a chargeback of all that a charge captured: the dispute,
// whose id is returned, is ActionRequired with ChargebackFiled, and can be contested for 11
// days. A charge that is not Captured is an error.
func (b *Buyer) Dispute(chargeID string) (disputeID string, err error) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	w, now := b.s.world, b.s.Now()
	ch, ok := w.charges[chargeID]
	if !ok {
		return "", missing("charge", chargeID)
	}
	w.settle(ch.permission, now)
	made, refused := w.newDispute(ch, ch.Captured, now)
	if refused != nil {
		return "", fmt.Errorf("emulator: %s", refused.message)
	}
	b.s.changed()
	made.FilingReason = "ProductNotReceived"
	made.Status.become(actionRequired, "ChargebackFiled", now)
	return made.ID, nil
}
