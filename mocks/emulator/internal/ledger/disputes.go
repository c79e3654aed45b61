package ledger

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// The states of a dispute.
const (
	UnderReview    = "UnderReview"
	ActionRequired = "ActionRequired"
	Resolved       = "Resolved"
	DisputeClosed  = "Closed"

	// responseTime is how long a merchant may contest a chargeback.
	responseTime = 11 * 24 * time.Hour
)

// Dispute is a chargeback.
type Dispute struct {
	ID           string
	Scope        Scope
	charge       *Charge
	Amount       Money
	FilingReason string
	Provider     string // the payment service provider's own id
	Status       Status
	Description  string
	Resolution   string
	Evidences    []Object
	Created      time.Time
	Filed        time.Time
	Deadline     time.Time
	Closed       time.Time
}

// FilingReasons are the reasons for which a dispute can be filed.
var FilingReasons = strings.Fields("ProductNotReceived ProductUnacceptable ProductNoLongerNeeded CreditNotProcessed Overcharged DuplicateCharge SubscriptionCancelled Unrecognized Fraudulent Other")

// newDispute disputes a part of what a charge captured.
func (l *Ledger) newDispute(ch *Charge, amount Money, now time.Time) (*Dispute, *Refusal) {
	switch {
	case ch.Status.State != Captured:
		return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.Status.State)
	case amount.Currency != ch.Captured.Currency:
		return nil, BadRequest(currencyMismatch, "The charge is in %s.", ch.Captured.Currency)
	case amount.Minor > ch.Captured.Minor-l.disputed(ch, now):
		return nil, BadRequest(transactionAmountExceeded, "The amount is more than what was captured and is not disputed yet.")
	}
	made := &Dispute{
		ID:    newID(l.Disputes, func() string { return ch.permission.ID + "-B" + digits(6) }),
		Scope: ch.Scope, charge: ch, Amount: amount, Created: now, Filed: now, Deadline: now.Add(responseTime),
	}
	l.Disputes[made.ID] = made
	return made, nil
}

// disputed is the amount of a charge in open disputes, and in disputes that the buyer has won.
func (l *Ledger) disputed(ch *Charge, now time.Time) (sum int64) {
	for _, d := range l.Disputes {
		if d.charge != ch {
			continue
		}
		if d.age(now); d.isOpen() || d.Resolution == "BuyerWon" {
			sum += d.Amount.Minor
		}
	}
	return sum
}

func (d *Dispute) isOpen() bool {
	return d.Status.State == ActionRequired || d.Status.State == UnderReview
}

// dispute returns one of the caller's disputes, brought up to date.
func (l *Ledger) dispute(c *Call) (*Dispute, *Refusal) {
	found := l.Disputes[c.ID]
	if found == nil || found.Scope != c.Scope {
		return nil, notFound("dispute", c.ID)
	}
	found.age(c.Now)
	return found, nil
}

// age resolves the dispute for the buyer once the time to contest it is over.
func (d *Dispute) age(now time.Time) {
	if d.Status.State == ActionRequired && !now.Before(d.Deadline) {
		d.Status.Become(Resolved, "MerchantResponseDeadlineExpired", d.Deadline)
		d.Resolution, d.Closed = "BuyerWon", d.Deadline
	}
}

// CreateDispute records a dispute that a payment service provider reports.
func (l *Ledger) CreateDispute(c *Call) (Code, Object, *Refusal) {
	filed := c.Body.time("filingTimestamp")
	if filed.IsZero() && !c.Strict {
		filed = c.Body.time("creationTimestamp")
	}
	if filed.IsZero() {
		return 0, nil, BadRequest(MissingParameterValue, "The member filingTimestamp is required.")
	}
	ch, refused := l.charge(c, c.Body.Text("chargeId"))
	if refused != nil {
		return 0, nil, refused
	}
	made, refused := l.newDispute(ch, c.Body.MoneyAt("disputeAmount"), c.Now)
	if refused != nil {
		return 0, nil, refused
	}
	made.FilingReason, made.Filed = c.Body.Text("filingReason"), filed
	made.Provider = c.Body.At("providerMetadata").Text("providerDisputeId")
	if deadline := c.Body.time("merchantResponseDeadline"); !deadline.IsZero() {
		made.Deadline = deadline
	}
	made.update(c.Body.At("statusDetails"), c.Now)
	made.age(c.Now) // the deadline may be over already
	return codeOK, made.answer(c), nil
}

// GetDispute returns a dispute.
func (l *Ledger) GetDispute(c *Call) (Code, Object, *Refusal) {
	found, refused := l.dispute(c)
	if refused != nil {
		return 0, nil, refused
	}
	return codeOK, found.answer(c), nil
}

// UpdateDispute lets a payment service provider report the result of a dispute.
func (l *Ledger) UpdateDispute(c *Call) (Code, Object, *Refusal) {
	found, refused := l.dispute(c)
	if refused != nil {
		return 0, nil, refused
	}
	to := c.Body.At("statusDetails").Text("state")
	if from := found.Status.State; from == DisputeClosed || from == Resolved && to != Resolved && to != DisputeClosed || found.isOpen() && to == DisputeClosed {
		return 0, nil, unprocessable(InvalidRequest, "The dispute is %s and cannot become %s.", from, to)
	}
	if given := c.Body.At("statusDetails").Text("resolution"); given != "" && found.Resolution != "" && given != found.Resolution {
		return 0, nil, unprocessable(InvalidRequest, "The dispute was resolved already: %s.", found.Resolution)
	}
	found.update(c.Body.At("statusDetails"), c.Now)
	if closed := c.Body.time("closureTimestamp"); !closed.IsZero() {
		found.Closed = closed
	}
	found.age(c.Now)
	return codeOK, found.answer(c), nil
}

func (d *Dispute) update(details Object, now time.Time) {
	d.Status.Become(details.Text("state"), details.Text("reasonCode"), now)
	d.Description, d.Resolution = details.Text("reasonDescription"), cmp.Or(details.Text("resolution"), d.Resolution)
}

// ContestDispute submits evidence against a dispute.
func (l *Ledger) ContestDispute(c *Call) (Code, Object, *Refusal) {
	found, refused := l.dispute(c)
	if refused != nil {
		return 0, nil, refused
	}
	if found.Status.State != ActionRequired {
		return 0, nil, unprocessable(InvalidRequest, "The dispute is %s.", found.Status.State)
	}
	evidences, _ := c.Body["merchantEvidences"].([]any)
	var taken []Object
	for i, element := range evidences {
		evidence, _ := element.(Object)
		id := evidence.Text("fileId")
		if id == "" && evidence.Text("evidenceText") == "" {
			return 0, nil, BadRequest(MissingParameterValue, "The member merchantEvidences[%d] has neither fileId nor evidenceText.", i)
		}
		if f := l.Files[id]; id != "" && (f == nil || f.Scope != c.Scope || f.Content == nil) {
			return 0, nil, Invalid(fmt.Sprintf("merchantEvidences[%d].fileId", i), "is not the id of a file that was uploaded")
		}
		taken = append(taken, evidence)
	}
	found.Evidences = append(found.Evidences, taken...)
	found.Status.Become(c.Facts.Value("dispute.contested.state"), "", c.Now)
	return codeOK, found.answer(c), nil
}

func (d *Dispute) answer(c *Call) Object {
	status := d.Status.details()
	status["reasonDescription"], status["resolution"] = OrNull(d.Description), OrNull(d.Resolution)
	evidences := []any{}
	for _, evidence := range d.Evidences {
		evidences = append(evidences, evidence.pick("evidenceType", "fileId", "evidenceText"))
	}
	var closed any
	if !d.Closed.IsZero() {
		closed = stamp(d.Closed)
	}
	o := Object{
		"disputeId":                d.ID,
		"releaseEnvironment":       d.Scope.Env.release(),
		"chargeId":                 d.charge.ID,
		"disputeType":              "Chargeback",
		"disputeAmount":            d.Amount.Price(),
		"filingReason":             d.FilingReason,
		"statusDetails":            status,
		"merchantEvidences":        evidences,
		"merchantResponseDeadline": stamp(d.Deadline),
		"resolutionAuthority":      nil,
		"creationTimestamp":        stamp(d.Created),
		"providerMetadata":         Object{"providerDisputeId": OrNull(d.Provider)},
		"filingTimestamp":          stamp(d.Filed),
		"closureTimestamp":         closed,
	}
	switch authority := c.Facts.Value("dispute.resolutionAuthority"); authority {
	case NullMember:
	case Absent:
		delete(o, "resolutionAuthority")
	default:
		o["resolutionAuthority"] = authority
	}
	return o
}

// Chargeback has the buyer's bank dispute all that a charge captured.
func (l *Ledger) Chargeback(chargeID string, now time.Time) (disputeID string, err error) {
	ch, ok := l.Charges[chargeID]
	if !ok {
		return "", missing("charge", chargeID)
	}
	l.settle(ch.permission, now)
	made, refused := l.newDispute(ch, ch.Captured, now)
	if refused != nil {
		return "", fmt.Errorf("emulator: %s", refused.Message)
	}
	made.FilingReason = "ProductNotReceived"
	made.Status.Become(ActionRequired, "ChargebackFiled", now)
	return made.ID, nil
}
