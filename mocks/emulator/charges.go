package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

type charge struct {
	id         string
	scope      scope
	permission *permission
	status     status
	created    time.Time
	expires    time.Time
	amount     money
	captured   money // no currency: nothing yet
	refunded   int64 // minor units of captured's currency
	captureNow bool
	details    object
}

// charge returns one of the caller's charges as it is by now.
func (w *world) charge(c *call, id string) (*charge, *refusal) {
	found, ok := w.charges[id]
	if !ok || found.scope != c.scope {
		return nil, notFound("charge", id)
	}
	w.settle(found.permission, c.now)
	return found, nil
}

// newCharge adds an authorized charge to a permission.
func (w *world) newCharge(c *call, p *permission, amount money) *charge {
	made := &charge{
		id:         newID(w.charges, func() string { return p.id + "-C" + digits(6) }),
		scope:      c.scope,
		permission: p,
		created:    c.now,
		expires:    c.now.AddDate(0, 0, 30),
		amount:     amount,
		details:    object{},
	}
	made.status.become(authorized, "", c.now)
	w.charges[made.id] = made
	w.madeCharges = append(w.madeCharges, made)
	p.charges = append(p.charges, made)
	return made
}

func (ch *charge) capture(amount money, now time.Time) {
	ch.captured = amount
	ch.status.become(captured, "", now)
}

// age lets pending work end, half a minute after it began, and unused authorizations
// expire.
func (ch *charge) age(now time.Time) {
	const pendingFor = 30 * time.Second
	if done := ch.status.updated.Add(pendingFor); !now.Before(done) {
		switch ch.status.state {
		case authorizationInitiated:
			ch.status.become(authorized, "", done)
		case captureInitiated:
			ch.capture(ch.captured, done)
		}
	}
	if ch.status.state == authorized && !now.Before(ch.expires) {
		ch.status.become(canceled, expiredUnused, ch.expires)
	}
}

func (w *world) createCharge(c *call) (int, object, *refusal) {
	simulated, refused := c.simulated(softDeclined, hardDeclined, amazonRejected, transactionTimedOut, captureInitiated)
	if refused != nil {
		return 0, nil, refused
	}
	captureNow := c.body.flag("captureNow")
	if c.strict && !captureNow && c.body["softDescriptor"] != nil {
		return 0, nil, invalid("softDescriptor", "goes with captureNow alone")
	}
	if simulated == captureInitiated && !captureNow {
		return 0, nil, badRequest(invalidSimulation, "%s needs captureNow.", simulated)
	}
	p, refused := w.permission(c, c.body.text("chargePermissionId"))
	if refused != nil {
		return 0, nil, refused
	}
	if p.kind == onFile {
		for _, name := range []string{"chargeInitiator", "channel"} {
			if c.body[name] == nil {
				return 0, nil, badRequest(missingParameterValue, "The member %s is required for a payment method on file.", name)
			}
		}
	}
	amount := c.body.moneyAt("chargeAmount")
	if refused := p.checkCharge(amount); refused != nil {
		return 0, nil, refused
	}
	outcome := c.demanded()
	if outcome == nil && simulated != "" && simulated != captureInitiated {
		outcome = decided(simulated, "The charge was declined.")
	}
	if outcome != nil {
		p.decline(outcome.reason, c.now)
		return 0, nil, outcome
	}
	made := w.newCharge(c, p, amount)
	made.captureNow = captureNow
	made.details = c.body
	switch {
	case simulated == captureInitiated:
		made.captured = amount
		made.status.become(captureInitiated, "", c.now)
	case captureNow:
		made.capture(amount, c.now)
	}
	w.settle(p, c.now)
	return http.StatusCreated, made.answer(), nil
}

// checkCharge refuses a charge that the permission does not allow.
func (p *permission) checkCharge(amount money) *refusal {
	taken, held := p.spent()
	switch {
	case p.status.state != chargeable:
		return unprocessable(invalidPermissionStatus, "The charge permission is %s (%s).", p.status.state, p.status.reason)
	case amount.currency != p.currency:
		return badRequest(currencyMismatch, "The charge permission is in %s.", p.currency)
	case p.kind == oneTime && len(p.charges) >= maxCharges:
		return unprocessable(transactionCountExceeded, "The charge permission has %d charges already.", maxCharges)
	case p.limit.currency != "" && amount.minor > p.limit.minor-taken-held:
		return badRequest(transactionAmountExceeded, "The amount is more than what is left of the charge permission's limit.")
	}
	return nil
}

// decline does to the permission what a declined charge does.
func (p *permission) decline(reason string, now time.Time) {
	switch {
	case p.status.state == closed:
	case reason == hardDeclined:
		p.status.become(nonChargeable, paymentMethodInvalid, now)
	case reason == amazonRejected:
		p.status.become(closed, amazonClosed, now)
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
	ch, refused := w.openCharge(c, authorizationInitiated, authorized)
	if refused != nil {
		return 0, nil, refused
	}
	update := c.body.at("statusDetails")
	ch.status.become(update.text("state"), update.text("reasonCode"), c.now)
	w.settle(ch.permission, c.now)
	return http.StatusOK, ch.answer(), nil
}

func (w *world) captureCharge(c *call) (int, object, *refusal) {
	ch, refused := w.openCharge(c, authorized)
	if refused != nil {
		return 0, nil, refused
	}
	amount := c.body.moneyAt("captureAmount")
	switch {
	case amount.currency != ch.amount.currency:
		return 0, nil, badRequest(currencyMismatch, "The charge is in %s.", ch.amount.currency)
	case amount.minor > ch.amount.minor:
		return 0, nil, badRequest(transactionAmountExceeded, "The amount is more than the charge's.")
	}
	if outcome := c.demanded(); outcome != nil {
		return 0, nil, outcome
	}
	if c.body["softDescriptor"] != nil {
		ch.details.merge(c.body.pick("softDescriptor"))
	}
	if authorizedAt := ch.status.updated; c.now.After(authorizedAt.AddDate(0, 0, 7)) { // too late for an answer at once
		ch.captured = amount
		ch.status.become(captureInitiated, "", c.now)
		return http.StatusAccepted, ch.answer(), nil
	}
	ch.capture(amount, c.now)
	w.settle(ch.permission, c.now)
	return http.StatusOK, ch.answer(), nil
}

func (w *world) cancelCharge(c *call) (int, object, *refusal) {
	ch, refused := w.openCharge(c, authorizationInitiated, authorized)
	if refused != nil {
		return 0, nil, refused
	}
	ch.status.become(canceled, merchantCanceled, c.now)
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
		if ch.status.state != state {
			continue
		}
		if ch.permission.status.state == closed {
			return nil, unprocessable(invalidPermissionStatus, "The charge permission is Closed (%s).", ch.permission.status.reason)
		}
		return ch, nil
	}
	return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.status.state)
}

func (ch *charge) answer() object {
	var capturedPrice, refundedPrice any
	if ch.captured.currency != "" {
		capturedPrice = ch.captured.price()
	}
	if ch.refunded > 0 {
		refundedPrice = money{ch.refunded, ch.captured.currency}.price()
	}
	o := ch.details.pick("softDescriptor", "platformId", "merchantMetadata", "chargeInitiator", "channel", "webCheckoutDetails")
	o["providerMetadata"] = ch.details.at("providerMetadata").pick("providerReferenceId")
	o.merge(object{
		"chargeId":                      ch.id,
		"chargePermissionId":            ch.permission.id,
		"chargeAmount":                  ch.amount.price(),
		"captureAmount":                 capturedPrice,
		"refundedAmount":                refundedPrice,
		"captureNow":                    ch.captureNow,
		"canHandlePendingAuthorization": ch.details.flag("canHandlePendingAuthorization"),
		"creationTimestamp":             stamp(ch.created),
		"expirationTimestamp":           stamp(ch.expires),
		"statusDetails":                 ch.status.details(),
		"convertedAmount":               nil,
		"conversionRate":                nil,
		"releaseEnvironment":            ch.scope.env.release(),
	})
	return o
}

// declines are the reason codes of charges that end Declined.
var declines = []string{softDeclined, hardDeclined, amazonRejected, processingFailure, transactionTimedOut}

// DeclinePending has a pending charge, AuthorizationInitiated or CaptureInitiated, end
// Declined at once. The reason code is SoftDeclined, HardDeclined (its charge permission
// becomes NonChargeable), AmazonRejected (it becomes Closed), ProcessingFailure or
// TransactionTimedOut. Another one, an unknown charge and one that is not pending are errors.
func (s *Server) DeclinePending(chargeID, reasonCode string) error {
	if !slices.Contains(declines, reasonCode) {
		return fmt.Errorf("emulator: no pending charge is Declined with %q: want one of %s", reasonCode, strings.Join(declines, ", "))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, ok := s.world.charges[chargeID]
	if !ok {
		return fmt.Errorf("emulator: there is no charge %q", chargeID)
	}
	now := s.now()
	s.world.settle(ch.permission, now)
	if ch.status.state != authorizationInitiated && ch.status.state != captureInitiated {
		return fmt.Errorf("emulator: charge %s is %s, not pending", chargeID, ch.status.state)
	}
	ch.captured = money{}
	ch.status.become(declined, reasonCode, now)
	ch.permission.decline(reasonCode, now)
	s.world.settle(ch.permission, now)
	return nil
}
