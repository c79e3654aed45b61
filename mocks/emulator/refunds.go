package emulator

import (
	"net/http"
	"time"
)

type refund struct {
	ID             string
	Scope          scope
	charge         *charge
	Amount         money
	SoftDescriptor string
	Outcome        string // the reason with which it will be Declined; empty: it will be Refunded
	Status         status
	Created        time.Time
}

const maxRefunds = 10 // of a charge

func (w *world) createRefund(c *call) (int, object, *refusal) {
	simulated, refused := c.simulated(refundDeclined, amazonRejected, processingFailure)
	if refused != nil {
		return 0, nil, refused
	}
	if simulated == refundDeclined {
		simulated = processingFailure
	}
	ch, refused := w.charge(c, c.body.text("chargeId"))
	if refused != nil {
		return 0, nil, refused
	}
	made, refused := w.newRefund(c, ch, c.body.moneyAt("refundAmount"), simulated)
	if refused != nil {
		return 0, nil, refused
	}
	made.SoftDescriptor = c.body.text("softDescriptor")
	return http.StatusCreated, made.answer(), nil
}

// newRefund gives back a part of what a charge captured. With an outcome it will be Declined.
func (w *world) newRefund(c *call, ch *charge, amount money, outcome string) (*refund, *refusal) {
	for _, r := range ch.refunds {
		r.age(c.now)
	}
	switch {
	case ch.Status.State != captured:
		return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.Status.State)
	case amount.Currency != ch.Captured.Currency:
		return nil, badRequest(currencyMismatch, "The charge is in %s.", ch.Captured.Currency)
	case len(ch.refunds) >= maxRefunds:
		return nil, unprocessable(transactionCountExceeded, "The charge has %d refunds already.", maxRefunds)
	case ch.Refunded+amount.Minor > withMargin(ch.Captured).Minor:
		return nil, badRequest(transactionAmountExceeded, "The refunds would be more than the charge allows.")
	}
	if demanded := c.demanded(); demanded != nil {
		return nil, demanded
	}
	made := &refund{
		ID:      newID(w.refunds, func() string { return ch.permission.ID + "-R" + digits(6) }),
		Scope:   c.scope,
		charge:  ch,
		Amount:  amount,
		Outcome: outcome,
		Created: c.now,
	}
	made.Status.become(refundInitiated, "", c.now)
	w.refunds[made.ID] = made
	w.madeRefunds = append(w.madeRefunds, made)
	ch.refunds = append(ch.refunds, made)
	ch.Refunded += amount.Minor
	return made, nil
}

// age lets the refund end.
func (r *refund) age(now time.Time) {
	if done := r.Created.Add(pendingFor); r.Status.State == refundInitiated && !now.Before(done) {
		r.resolve(done)
	}
}

// resolve ends the refund as it was decided when it began.
func (r *refund) resolve(at time.Time) {
	if r.Outcome == "" {
		r.Status.become(refunded, "", at)
		return
	}
	r.Status.become(declined, r.Outcome, at)
	r.charge.Refunded -= r.Amount.Minor
}

func (w *world) getRefund(c *call) (int, object, *refusal) {
	found, ok := w.refunds[c.id]
	if !ok || found.Scope != c.scope {
		return 0, nil, notFound("refund", c.id)
	}
	found.age(c.now)
	return http.StatusOK, found.answer(), nil
}

func (r *refund) answer() object {
	return object{
		"refundId":           r.ID,
		"chargeId":           r.charge.ID,
		"refundAmount":       r.Amount.price(),
		"softDescriptor":     orNull(r.SoftDescriptor),
		"creationTimestamp":  stamp(r.Created),
		"statusDetails":      r.Status.details(),
		"releaseEnvironment": r.Scope.Env.release(),
	}
}
