package ledger

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Charge is a charge: an authorization, and its capture.
type Charge struct {
	ID         string
	Scope      Scope
	permission *Permission
	refunds    []*Refund
	Status     Status
	Created    time.Time
	Expires    time.Time
	Amount     Money
	Captured   Money // no currency: nothing yet
	Refunded   int64 // minor units of captured's currency
	CaptureNow bool
	Outcome    string // the reason with which what is pending will be declined; empty: it ends well
	Details    Object
	TillOrder  string // the merchantOrderId that a till gave
}

// charge returns one of the caller's charges, brought up to date.
func (l *Ledger) charge(c *Call, id string) (*Charge, *Refusal) {
	found, ok := l.Charges[id]
	if !ok || found.Scope != c.Scope {
		return nil, notFound("charge", id)
	}
	l.settle(found.permission, c.Now)
	return found, nil
}

// newCharge adds a charge to a permission. The caller sets its state.
func (l *Ledger) newCharge(c *Call, p *Permission, amount Money) *Charge {
	made := &Charge{
		ID:         newID(l.Charges, func() string { return p.ID + "-C" + digits(6) }),
		Scope:      c.Scope,
		permission: p,
		Created:    c.Now,
		Expires:    c.Now.AddDate(0, 0, 30),
		Amount:     amount,
		Details:    Object{},
	}
	l.Charges[made.ID] = made
	l.MadeCharges = append(l.MadeCharges, made)
	of := l.book(c.Scope)
	of.charges = append(of.charges, made)
	p.Charges = append(p.Charges, made)
	if p.Kind == Recurring && c.Facts.Is("recurring.expiry.from", "lastCharge") {
		p.Expires = c.Now.AddDate(0, c.Facts.Number("recurring.expiry.months"), 0)
	}
	return made
}

func (ch *Charge) capture(amount Money, now time.Time) {
	ch.Captured = amount
	ch.Status.Become(Captured, "", now)
}

// pendingFor is how long a charge or refund stays pending.
const pendingFor = 30 * time.Second

// wait leaves the charge pending. If the reason is not empty, the charge will be declined with it.
func (ch *Charge) wait(state, reason string, now time.Time) {
	ch.Outcome = reason
	ch.Status.Become(state, "", now)
}

// age lets pending work end, and unused authorizations expire. It returns why the charge was
// declined, if that happened now.
func (ch *Charge) age(now time.Time) (declinedWith string) {
	if done := ch.Status.Updated.Add(pendingFor); ch.isPending() && !now.Before(done) {
		ch.resolve(done)
		if ch.Status.State == Declined {
			return ch.Outcome
		}
	}
	if ch.Status.State == Authorized && !now.Before(ch.Expires) {
		ch.Status.Become(Canceled, expiredUnused, ch.Expires)
	}
	return ""
}

func (ch *Charge) isPending() bool {
	return ch.Status.State == AuthorizationInitiated || ch.Status.State == CaptureInitiated
}

// resolve settles a pending charge with the result that was decided when it began.
func (ch *Charge) resolve(at time.Time) {
	switch {
	case ch.Outcome != "":
		ch.Captured = Money{}
		ch.Status.Become(Declined, ch.Outcome, at)
	case ch.Status.State == CaptureInitiated:
		ch.capture(ch.Captured, at)
	default:
		ch.Status.Become(Authorized, "", at)
		if ch.CaptureNow {
			ch.capture(ch.Amount, at)
		}
	}
}

// CreateCharge charges a permission. The card, a simulation code or a fault decides the result.
func (l *Ledger) CreateCharge(c *Call) (Code, Object, *Refusal) {
	simulated, refused := c.Simulated(softDeclined, hardDeclined, amazonRejected, transactionTimedOut, CaptureInitiated,
		AuthorizationInitiated, pendingCode+Authorized, pendingCode+softDeclined, pendingCode+hardDeclined, pendingCode+amazonRejected,
		pendingCode+processingFailure, pendingCode+transactionTimedOut)
	if refused != nil {
		return 0, nil, refused
	}
	captureNow, mayWait := c.Body.flag("captureNow"), c.Body.flag("canHandlePendingAuthorization")
	pendingCoded := simulated == AuthorizationInitiated || strings.HasPrefix(simulated, pendingCode)
	switch {
	case c.Strict && !captureNow && c.Body["softDescriptor"] != nil:
		return 0, nil, Invalid("softDescriptor", "requires captureNow")
	case simulated == CaptureInitiated && !captureNow:
		return 0, nil, BadRequest(invalidSimulation, "%s requires captureNow.", simulated)
	case pendingCoded && !mayWait:
		return 0, nil, BadRequest(invalidSimulation, "%s requires canHandlePendingAuthorization.", simulated)
	}
	p, refused := l.permission(c, c.Body.Text("chargePermissionId"))
	if refused != nil {
		return 0, nil, refused
	}
	if p.Kind == OnFile {
		for _, name := range []string{"chargeInitiator", "channel"} {
			if c.Body[name] == nil {
				return 0, nil, BadRequest(MissingParameterValue, "The member %s is required for a payment method on file.", name)
			}
		}
	}
	amount := c.Body.MoneyAt("chargeAmount")
	if refused := p.checkCharge(amount, c.Now); refused != nil {
		return 0, nil, refused
	}
	with := p.Wallet.ChosenCard()
	pending := pendingCoded || simulated == "" && mayWait && with.pending && !c.demands()
	outcome := c.Demanded()
	switch {
	case outcome != nil, pending:
	case simulated != "" && simulated != CaptureInitiated:
		outcome = decided(simulated, "The charge was declined.")
	case simulated == "" && with.decline != "":
		outcome = decided(with.decline, "The card was declined.")
	}
	if outcome != nil {
		p.decline(outcome.Reason, c.Now)
		return 0, nil, outcome
	}
	made := l.newCharge(c, p, amount)
	made.CaptureNow = captureNow
	made.Details = Object{}.with(c.Body, "softDescriptor", "canHandlePendingAuthorization", "chargeInitiator", "channel", "webCheckoutDetails",
		"merchantMetadata", "providerMetadata", "platformId") // the rest is kept in other places
	switch {
	case pending:
		reason := with.outcome(simulated)
		if pendingCoded && simulated != AuthorizationInitiated && simulated != pendingCode+Authorized {
			reason = strings.TrimPrefix(simulated, pendingCode)
		}
		made.wait(AuthorizationInitiated, reason, c.Now)
	case simulated == CaptureInitiated:
		made.Captured = amount
		made.wait(CaptureInitiated, "", c.Now)
	case captureNow:
		made.capture(amount, c.Now)
	default:
		made.Status.Become(Authorized, "", c.Now)
	}
	l.settle(p, c.Now)
	return codeCreated, made.answer(), nil
}

// checkCharge refuses a charge that the permission does not allow.
func (p *Permission) checkCharge(amount Money, now time.Time) *Refusal {
	taken, held := p.spent()
	switch {
	case p.Status.State != Chargeable:
		return unprocessable(invalidPermissionStatus, "The charge permission is %s (%s).", p.Status.State, p.Status.Reason)
	case amount.Currency != p.Currency:
		return BadRequest(currencyMismatch, "The charge permission is in %s.", p.Currency)
	case p.Kind == OneTime && len(p.Charges) >= maxCharges:
		return unprocessable(transactionCountExceeded, "The charge permission already has %d charges.", maxCharges)
	case p.Limit.Currency != "" && amount.Minor > p.Limit.Minor-taken-held:
		return BadRequest(transactionAmountExceeded, "The amount exceeds the remaining limit of the charge permission.")
	}
	return p.checkMonth(amount, now)
}

// checkMonth refuses a charge that would exceed the limit of its calendar month.
func (p *Permission) checkMonth(amount Money, now time.Time) *Refusal {
	if limit := monthlyLimit(p.Kind, p.Currency); limit.Currency != "" && p.chargedInMonth(now)+amount.Minor > limit.Minor {
		return BadRequest(periodicAmountExceeded, "This month's charges to a permission of type %s would exceed %s.", p.Kind, limit)
	}
	return nil
}

// chargedInMonth returns the sum of the charges of now's calendar month that came to something, or
// still may.
func (p *Permission) chargedInMonth(now time.Time) int64 {
	var sum int64
	for _, ch := range p.Charges {
		year, month, _ := ch.Created.UTC().Date()
		if over := ch.Status.State == Canceled || ch.Status.State == Declined; !over && year == now.UTC().Year() && month == now.UTC().Month() {
			if ch.Status.State == Captured {
				sum += ch.Captured.Minor // the rest was released
			} else {
				sum += ch.Amount.Minor
			}
		}
	}
	return sum
}

// decline applies the effect of a declined charge to its permission.
func (p *Permission) decline(reason string, now time.Time) {
	switch {
	case p.Status.State == Closed:
	case reason == hardDeclined:
		p.Status.Become(nonChargeable, paymentMethodInvalid, now)
	case reason == amazonRejected:
		p.close(amazonClosed, now)
	}
}

// GetCharge returns a charge.
func (l *Ledger) GetCharge(c *Call) (Code, Object, *Refusal) {
	ch, refused := l.charge(c, c.ID)
	if refused != nil {
		return 0, nil, refused
	}
	return codeOK, ch.answer(), nil
}

// UpdateCharge lets a payment service provider report the result of a charge.
func (l *Ledger) UpdateCharge(c *Call) (Code, Object, *Refusal) {
	update := c.Body.At("statusDetails")
	state, reason := update.Text("state"), update.Text("reasonCode")
	from, reasons := []string{AuthorizationInitiated, Authorized}, chargeCancellations
	if state == Declined {
		from, reasons = from[:1], Declines
	}
	if reason != "" && !slices.Contains(reasons, reason) {
		return 0, nil, Invalid("statusDetails.reasonCode", "must be one of "+strings.Join(reasons, ", ")+" with "+state)
	}
	ch, refused := l.openCharge(c, from...)
	if refused != nil {
		return 0, nil, refused
	}
	ch.Status.Become(state, reason, c.Now)
	if state == Declined {
		ch.permission.decline(reason, c.Now)
	}
	l.settle(ch.permission, c.Now)
	return codeOK, ch.answer(), nil
}

// CaptureCharge captures an authorized charge.
func (l *Ledger) CaptureCharge(c *Call) (Code, Object, *Refusal) {
	simulated, refused := c.Simulated(CaptureInitiated, captureDeclined, amazonRejected)
	if refused != nil {
		return 0, nil, refused
	}
	if ch := l.Charges[c.ID]; ch != nil && ch.Scope == c.Scope && ch.Status.State == Captured {
		return 0, nil, c.Facts.Refusal("capture.second", "The charge is %s.", Captured)
	}
	ch, refused := l.openCharge(c, Authorized)
	if refused != nil {
		return 0, nil, refused
	}
	amount := c.Body.MoneyAt("captureAmount")
	switch {
	case amount.Currency != ch.Amount.Currency:
		return 0, nil, BadRequest(currencyMismatch, "The charge is in %s.", ch.Amount.Currency)
	case amount.Minor > ch.Amount.Minor:
		return 0, nil, BadRequest(transactionAmountExceeded, "The amount exceeds the amount of the charge.")
	}
	if outcome := c.Demanded(); outcome != nil {
		return 0, nil, outcome
	}
	if c.Body["softDescriptor"] != nil {
		ch.Details.Merge(c.Body.pick("softDescriptor"))
	}
	tooLate := c.Now.After(ch.Status.Updated.AddDate(0, 0, 7)) // for an answer at once
	if tooLate || simulated != "" {
		ch.Captured = amount
		ch.wait(CaptureInitiated, map[string]string{captureDeclined: processingFailure, amazonRejected: amazonRejected}[simulated], c.Now)
		l.settle(ch.permission, c.Now)
		return Code(c.Facts.Number("status.captureCharge.initiated")), ch.answer(), nil
	}
	ch.capture(amount, c.Now)
	l.settle(ch.permission, c.Now)
	return codeOK, ch.answer(), nil
}

// CancelCharge cancels an authorized or pending charge.
func (l *Ledger) CancelCharge(c *Call) (Code, Object, *Refusal) {
	simulated, refused := c.Simulated(expiredUnused, AmazonCanceled)
	if refused != nil {
		return 0, nil, refused
	}
	ch, refused := l.openCharge(c, AuthorizationInitiated, Authorized)
	if refused != nil {
		return 0, nil, refused
	}
	ch.Status.Become(Canceled, cmp.Or(simulated, merchantCanceled), c.Now)
	l.settle(ch.permission, c.Now)
	return codeOK, ch.answer(), nil
}

// openCharge returns the charge of the path if it is in one of these states and its
// permission is not closed.
func (l *Ledger) openCharge(c *Call, states ...string) (*Charge, *Refusal) {
	ch, refused := l.charge(c, c.ID)
	if refused != nil {
		return nil, refused
	}
	for _, state := range states {
		if ch.Status.State != state {
			continue
		}
		if ch.permission.Status.State == Closed {
			return nil, unprocessable(invalidPermissionStatus, "The charge permission is Closed (%s).", ch.permission.Status.Reason)
		}
		return ch, nil
	}
	return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.Status.State)
}

func (ch *Charge) answer() Object {
	var capturedPrice, refundedPrice any
	if ch.Captured.Currency != "" {
		capturedPrice = ch.Captured.Price()
	}
	if ch.Refunded > 0 {
		refundedPrice = Money{ch.Refunded, ch.Captured.Currency}.Price()
	}
	o := ch.Details.pick("softDescriptor", "platformId", "chargeInitiator", "channel", "webCheckoutDetails")
	var converted, rate any
	if ledger := ch.Scope.region().currency; ledger == "EUR" && ch.Status.State == Captured && ch.Captured.Currency != ledger {
		amount, at := ch.Captured.inEuros()
		converted, rate = amount.Price(), at
	}
	o["merchantMetadata"] = showMerchantMetadata(ch.Details)
	if given := ch.Details.At("webCheckoutDetails"); given != nil {
		o["webCheckoutDetails"] = ch.showWebCheckoutDetails(given)
	}
	o["providerMetadata"] = ch.Details.At("providerMetadata").pick("providerReferenceId")
	o.Merge(Object{
		"chargeId":                      ch.ID,
		"chargePermissionId":            ch.permission.ID,
		"chargeAmount":                  ch.Amount.Price(),
		"captureAmount":                 capturedPrice,
		"refundedAmount":                refundedPrice,
		"captureNow":                    ch.CaptureNow,
		"canHandlePendingAuthorization": ch.Details.flag("canHandlePendingAuthorization"),
		"creationTimestamp":             stamp(ch.Created),
		"expirationTimestamp":           stamp(ch.Expires),
		"statusDetails":                 ch.Status.details(),
		"convertedAmount":               converted,
		"conversionRate":                rate,
		"releaseEnvironment":            ch.Scope.Env.release(),
	})
	return o
}

// showWebCheckoutDetails shows where the buyer of a charge goes.
func (ch *Charge) showWebCheckoutDetails(given Object) Object {
	shown := showWebCheckoutDetails(given)
	switch ch.permission.facts.Value("charge.redirectUrl") {
	case "url":
		shown["amazonPayRedirectUrl"] = "https://payments.amazon.com/"
	case Absent:
		delete(shown, "amazonPayRedirectUrl")
	}
	return shown
}

// PermissionID is the id of the charge's permission.
func (ch *Charge) PermissionID() string { return ch.permission.ID }

// Reference is the shop's own: the merchantReferenceId of the charge, or else of its permission; at
// a till the merchantOrderId.
func (ch *Charge) Reference() string {
	own := func(details Object) string { return details.At("merchantMetadata").Text("merchantReferenceId") }
	return cmp.Or(ch.TillOrder, own(ch.Details), own(ch.permission.Details))
}

// RefundedAmount is the refunded part of the charge; zero if nothing was refunded.
func (ch *Charge) RefundedAmount() Money { return Money{ch.Refunded, ch.Captured.Currency} }
