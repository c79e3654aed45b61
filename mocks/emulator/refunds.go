package emulator

import (
	"net/http"
	"time"
)

type refund struct {
	id             string
	scope          scope
	charge         *charge
	amount         money
	softDescriptor string
	status         status
	created        time.Time
}

func (w *world) createRefund(c *call) (int, object, *refusal) {
	ch, refused := w.charge(c, c.body.text("chargeId"))
	if refused != nil {
		return 0, nil, refused
	}
	made, refused := w.newRefund(c, ch, c.body.moneyAt("refundAmount"))
	if refused != nil {
		return 0, nil, refused
	}
	made.softDescriptor = c.body.text("softDescriptor")
	return http.StatusCreated, made.answer(), nil
}

// newRefund gives back a part of what a charge captured.
func (w *world) newRefund(c *call, ch *charge, amount money) (*refund, *refusal) {
	switch {
	case ch.status.state != captured:
		return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.status.state)
	case amount.currency != ch.captured.currency:
		return nil, badRequest(currencyMismatch, "The charge is in %s.", ch.captured.currency)
	case ch.refunded+amount.minor > refundCap(ch.captured).minor:
		return nil, badRequest(transactionAmountExceeded, "The refunds would be more than the charge allows.")
	}
	if outcome := c.demanded(); outcome != nil {
		return nil, outcome
	}
	made := &refund{
		id:      newID(w.refunds, func() string { return ch.permission.id + "-R" + digits(6) }),
		scope:   c.scope,
		charge:  ch,
		amount:  amount,
		created: c.now,
	}
	made.status.become(refundInitiated, "", c.now)
	w.refunds[made.id] = made
	w.madeRefunds = append(w.madeRefunds, made)
	ch.refunded += amount.minor
	return made, nil
}

func (w *world) getRefund(c *call) (int, object, *refusal) {
	found, ok := w.refunds[c.id]
	if !ok || found.scope != c.scope {
		return 0, nil, notFound("refund", c.id)
	}
	if found.status.state == refundInitiated { // its first read finds it done
		found.status.become(refunded, "", c.now)
	}
	return http.StatusOK, found.answer(), nil
}

func (r *refund) answer() object {
	return object{
		"refundId":           r.id,
		"chargeId":           r.charge.id,
		"refundAmount":       r.amount.price(),
		"softDescriptor":     orNull(r.softDescriptor),
		"creationTimestamp":  stamp(r.created),
		"statusDetails":      r.status.details(),
		"releaseEnvironment": r.scope.env.release(),
	}
}
