package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

type charge struct {
	ID         string
	Scope      scope
	permission *permission
	refunds    []*refund
	Status     status
	Created    time.Time
	Expires    time.Time
	Amount     money
	Captured   money // no currency: nothing yet
	Refunded   int64 // minor units of captured's currency
	CaptureNow bool
	Outcome    string // the reason with which what is pending will be declined; empty: it ends well
	Details    object
	TillOrder  string // the merchantOrderId that a till gave
}

// charge returns one of the caller's charges as it is by now.
func (w *world) charge(c *call, id string) (*charge, *refusal) {
	found, ok := w.charges[id]
	if !ok || found.Scope != c.scope {
		return nil, notFound("charge", id)
	}
	w.settle(found.permission, c.now)
	for _, r := range found.refunds {
		r.age(c.now)
	}
	return found, nil
}

// newCharge adds a charge to a permission; what becomes of it at once is the caller's.
func (w *world) newCharge(c *call, p *permission, amount money) *charge {
	made := &charge{
		ID:         newID(w.charges, func() string { return p.ID + "-C" + digits(6) }),
		Scope:      c.scope,
		permission: p,
		Created:    c.now,
		Expires:    c.now.AddDate(0, 0, 30),
		Amount:     amount,
		Details:    object{},
	}
	w.charges[made.ID] = made
	w.madeCharges = append(w.madeCharges, made)
	p.Charges = append(p.Charges, made)
	if p.Kind == recurring {
		p.Expires = c.now.AddDate(0, 13, 0)
	}
	return made
}

func (ch *charge) capture(amount money, now time.Time) {
	ch.Captured = amount
	ch.Status.become(captured, "", now)
}

// pendingFor is how long what is pending takes.
const pendingFor = 30 * time.Second

// wait leaves the charge pending. It will be declined with the reason, unless that is empty.
func (ch *charge) wait(state, reason string, now time.Time) {
	ch.Outcome = reason
	ch.Status.become(state, "", now)
}

// age lets pending work end, and unused authorizations expire. It returns why the charge was
// declined, if that happened now.
func (ch *charge) age(now time.Time) (declinedWith string) {
	if done := ch.Status.Updated.Add(pendingFor); ch.isPending() && !now.Before(done) {
		ch.resolve(done)
		if ch.Status.State == declined {
			return ch.Outcome
		}
	}
	if ch.Status.State == authorized && !now.Before(ch.Expires) {
		ch.Status.become(canceled, expiredUnused, ch.Expires)
	}
	return ""
}

func (ch *charge) isPending() bool {
	return ch.Status.State == authorizationInitiated || ch.Status.State == captureInitiated
}

// resolve ends what is pending as it was decided when it began.
func (ch *charge) resolve(at time.Time) {
	switch {
	case ch.Outcome != "":
		ch.Captured = money{}
		ch.Status.become(declined, ch.Outcome, at)
	case ch.Status.State == captureInitiated:
		ch.capture(ch.Captured, at)
	default:
		ch.Status.become(authorized, "", at)
		if ch.CaptureNow {
			ch.capture(ch.Amount, at)
		}
	}
}

func (w *world) createCharge(c *call) (int, object, *refusal) {
	simulated, refused := c.simulated(softDeclined, hardDeclined, amazonRejected, transactionTimedOut, captureInitiated,
		authorizationInitiated, pendingCode+authorized, pendingCode+softDeclined, pendingCode+hardDeclined, pendingCode+amazonRejected,
		pendingCode+processingFailure, pendingCode+transactionTimedOut)
	if refused != nil {
		return 0, nil, refused
	}
	captureNow, mayWait := c.body.flag("captureNow"), c.body.flag("canHandlePendingAuthorization")
	pendingCoded := simulated == authorizationInitiated || strings.HasPrefix(simulated, pendingCode)
	switch {
	case c.strict && !captureNow && c.body["softDescriptor"] != nil:
		return 0, nil, invalid("softDescriptor", "goes with captureNow alone")
	case simulated == captureInitiated && !captureNow:
		return 0, nil, badRequest(invalidSimulation, "%s needs captureNow.", simulated)
	case pendingCoded && !mayWait:
		return 0, nil, badRequest(invalidSimulation, "%s needs canHandlePendingAuthorization.", simulated)
	}
	p, refused := w.permission(c, c.body.text("chargePermissionId"))
	if refused != nil {
		return 0, nil, refused
	}
	if p.Kind == onFile {
		for _, name := range []string{"chargeInitiator", "channel"} {
			if c.body[name] == nil {
				return 0, nil, badRequest(missingParameterValue, "The member %s is required for a payment method on file.", name)
			}
		}
	}
	amount := c.body.moneyAt("chargeAmount")
	if refused := p.checkCharge(amount, c.now); refused != nil {
		return 0, nil, refused
	}
	with := p.Wallet.card()
	pending := pendingCoded || simulated == "" && mayWait && with.pending && !c.demands()
	outcome := c.demanded()
	switch {
	case outcome != nil, pending:
	case simulated != "" && simulated != captureInitiated:
		outcome = decided(simulated, "The charge was declined.")
	case simulated == "" && with.decline != "":
		outcome = decided(with.decline, "The card was declined.")
	}
	if outcome != nil {
		p.decline(outcome.reason, c.now)
		return 0, nil, outcome
	}
	made := w.newCharge(c, p, amount)
	made.CaptureNow = captureNow
	made.Details = c.body
	switch {
	case pending:
		reason := with.outcome(simulated)
		if pendingCoded && simulated != authorizationInitiated && simulated != pendingCode+authorized {
			reason = strings.TrimPrefix(simulated, pendingCode)
		}
		made.wait(authorizationInitiated, reason, c.now)
	case simulated == captureInitiated:
		made.Captured = amount
		made.wait(captureInitiated, "", c.now)
	case captureNow:
		made.capture(amount, c.now)
	default:
		made.Status.become(authorized, "", c.now)
	}
	w.settle(p, c.now)
	return http.StatusCreated, made.answer(), nil
}

// checkCharge refuses a charge that the permission does not allow.
func (p *permission) checkCharge(amount money, now time.Time) *refusal {
	taken, held := p.spent()
	switch {
	case p.Status.State != chargeable:
		return unprocessable(invalidPermissionStatus, "The charge permission is %s (%s).", p.Status.State, p.Status.Reason)
	case amount.Currency != p.Currency:
		return badRequest(currencyMismatch, "The charge permission is in %s.", p.Currency)
	case p.Kind == oneTime && len(p.Charges) >= maxCharges:
		return unprocessable(transactionCountExceeded, "The charge permission has %d charges already.", maxCharges)
	case p.Limit.Currency != "" && amount.Minor > p.Limit.Minor-taken-held:
		return badRequest(transactionAmountExceeded, "The amount is more than what is left of the charge permission's limit.")
	}
	return p.checkMonth(amount, now)
}

// checkMonth refuses a charge that would be too much for its calendar month.
func (p *permission) checkMonth(amount money, now time.Time) *refusal {
	if limit := monthlyLimit(p.Kind, p.Currency); limit.Currency != "" && p.chargedInMonth(now)+amount.Minor > limit.Minor {
		return badRequest(periodicAmountExceeded, "The charges of this month to a permission of type %s would be more than %s.", p.Kind, limit)
	}
	return nil
}

// chargedInMonth returns the sum of the charges of now's calendar month that came to something, or
// still may.
func (p *permission) chargedInMonth(now time.Time) int64 {
	var sum int64
	for _, ch := range p.Charges {
		year, month, _ := ch.Created.UTC().Date()
		if over := ch.Status.State == canceled || ch.Status.State == declined; !over && year == now.UTC().Year() && month == now.UTC().Month() {
			if ch.Status.State == captured {
				sum += ch.Captured.Minor // the rest was released
			} else {
				sum += ch.Amount.Minor
			}
		}
	}
	return sum
}

// decline does to the permission what a declined charge does.
func (p *permission) decline(reason string, now time.Time) {
	switch {
	case p.Status.State == closed:
	case reason == hardDeclined:
		p.Status.become(nonChargeable, paymentMethodInvalid, now)
	case reason == amazonRejected:
		p.close(amazonClosed, now)
	}
}

func (w *world) getCharge(c *call) (int, object, *refusal) {
	ch, refused := w.charge(c, c.id)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, ch.answer(), nil
}

// updateCharge is how a payment service provider reports what became of a charge.
func (w *world) updateCharge(c *call) (int, object, *refusal) {
	update := c.body.at("statusDetails")
	state, reason := update.text("state"), update.text("reasonCode")
	from, reasons := []string{authorizationInitiated, authorized}, chargeCancellations
	if state == declined {
		from, reasons = from[:1], declines
	}
	if reason != "" && !slices.Contains(reasons, reason) {
		return 0, nil, invalid("statusDetails.reasonCode", "must be one of "+strings.Join(reasons, ", ")+" with "+state)
	}
	ch, refused := w.openCharge(c, from...)
	if refused != nil {
		return 0, nil, refused
	}
	ch.Status.become(state, reason, c.now)
	if state == declined {
		ch.permission.decline(reason, c.now)
	}
	w.settle(ch.permission, c.now)
	return http.StatusOK, ch.answer(), nil
}

func (w *world) captureCharge(c *call) (int, object, *refusal) {
	simulated, refused := c.simulated(captureInitiated, captureDeclined, amazonRejected)
	if refused != nil {
		return 0, nil, refused
	}
	ch, refused := w.openCharge(c, authorized)
	if refused != nil {
		return 0, nil, refused
	}
	amount := c.body.moneyAt("captureAmount")
	switch {
	case amount.Currency != ch.Amount.Currency:
		return 0, nil, badRequest(currencyMismatch, "The charge is in %s.", ch.Amount.Currency)
	case amount.Minor > ch.Amount.Minor:
		return 0, nil, badRequest(transactionAmountExceeded, "The amount is more than the charge's.")
	}
	if outcome := c.demanded(); outcome != nil {
		return 0, nil, outcome
	}
	if c.body["softDescriptor"] != nil {
		ch.Details.merge(c.body.pick("softDescriptor"))
	}
	tooLate := c.now.After(ch.Status.Updated.AddDate(0, 0, 7)) // for an answer at once
	if tooLate || simulated != "" {
		ch.Captured = amount
		ch.wait(captureInitiated, map[string]string{captureDeclined: processingFailure, amazonRejected: amazonRejected}[simulated], c.now)
		return http.StatusAccepted, ch.answer(), nil
	}
	ch.capture(amount, c.now)
	w.settle(ch.permission, c.now)
	return http.StatusOK, ch.answer(), nil
}

func (w *world) cancelCharge(c *call) (int, object, *refusal) {
	simulated, refused := c.simulated(expiredUnused, amazonCanceled)
	if refused != nil {
		return 0, nil, refused
	}
	ch, refused := w.openCharge(c, authorizationInitiated, authorized)
	if refused != nil {
		return 0, nil, refused
	}
	ch.Status.become(canceled, cmp.Or(simulated, merchantCanceled), c.now)
	w.settle(ch.permission, c.now)
	return http.StatusOK, ch.answer(), nil
}

// openCharge returns the charge of the path if it is in one of these states and its
// permission is not closed.
func (w *world) openCharge(c *call, states ...string) (*charge, *refusal) {
	ch, refused := w.charge(c, c.id)
	if refused != nil {
		return nil, refused
	}
	for _, state := range states {
		if ch.Status.State != state {
			continue
		}
		if ch.permission.Status.State == closed {
			return nil, unprocessable(invalidPermissionStatus, "The charge permission is Closed (%s).", ch.permission.Status.Reason)
		}
		return ch, nil
	}
	return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.Status.State)
}

func (ch *charge) answer() object {
	var capturedPrice, refundedPrice any
	if ch.Captured.Currency != "" {
		capturedPrice = ch.Captured.price()
	}
	if ch.Refunded > 0 {
		refundedPrice = money{ch.Refunded, ch.Captured.Currency}.price()
	}
	o := ch.Details.pick("softDescriptor", "platformId", "chargeInitiator", "channel", "webCheckoutDetails")
	var converted, rate any
	if ledger := ch.Scope.region().currency; ledger == "EUR" && ch.Status.State == captured && ch.Captured.Currency != ledger {
		amount, at := ch.Captured.inEuros()
		converted, rate = amount.price(), at
	}
	o["merchantMetadata"] = showMerchantMetadata(ch.Details)
	if given := ch.Details.at("webCheckoutDetails"); given != nil {
		o["webCheckoutDetails"] = showWebCheckoutDetails(given)
	}
	o["providerMetadata"] = ch.Details.at("providerMetadata").pick("providerReferenceId")
	o.merge(object{
		"chargeId":                      ch.ID,
		"chargePermissionId":            ch.permission.ID,
		"chargeAmount":                  ch.Amount.price(),
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
