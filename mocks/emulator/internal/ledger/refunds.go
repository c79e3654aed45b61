package ledger

import (
	"time"
)

// Refund gives back a part of what a charge captured.
type Refund struct {
	ID             string
	Scope          Scope
	charge         *Charge
	Amount         Money
	SoftDescriptor string
	Outcome        string // the reason with which it will be Declined; empty: it will be Refunded
	Status         Status
	Created        time.Time
}

// CreateRefund refunds a part of a charge.
func (l *Ledger) CreateRefund(c *Call) (Code, Object, *Refusal) {
	simulated, refused := c.Simulated(refundDeclined, amazonRejected, processingFailure)
	if refused != nil {
		return 0, nil, refused
	}
	if simulated == refundDeclined {
		simulated = processingFailure
	}
	ch, refused := l.charge(c, c.Body.Text("chargeId"))
	if refused != nil {
		return 0, nil, refused
	}
	made, refused := l.newRefund(c, ch, c.Body.MoneyAt("refundAmount"), simulated)
	if refused != nil {
		return 0, nil, refused
	}
	made.SoftDescriptor = c.Body.Text("softDescriptor")
	return codeCreated, made.answer(), nil
}

// newRefund gives back a part of what a charge captured, which is up to date. With an outcome it
// will be Declined.
func (l *Ledger) newRefund(c *Call, ch *Charge, amount Money, outcome string) (*Refund, *Refusal) {
	switch {
	case ch.Status.State != Captured:
		return nil, unprocessable(invalidChargeStatus, "The charge is %s.", ch.Status.State)
	case amount.Currency != ch.Captured.Currency:
		return nil, BadRequest(currencyMismatch, "The charge is in %s.", ch.Captured.Currency)
	case !c.Facts.Is("refund.maxCount", NoLimit) && len(ch.refunds) >= c.Facts.Number("refund.maxCount"):
		return nil, unprocessable(transactionCountExceeded, "The charge has %d refunds already.", len(ch.refunds))
	case ch.Refunded+amount.Minor > withMargin(ch.Captured).Minor:
		return nil, BadRequest(transactionAmountExceeded, "The refunds would be more than the charge allows.")
	}
	if demanded := c.Demanded(); demanded != nil {
		return nil, demanded
	}
	made := &Refund{
		ID:      newID(l.Refunds, func() string { return ch.permission.ID + "-R" + digits(6) }),
		Scope:   c.Scope,
		charge:  ch,
		Amount:  amount,
		Outcome: outcome,
		Created: c.Now,
	}
	made.Status.Become(RefundInitiated, "", c.Now)
	l.Refunds[made.ID] = made
	l.MadeRefunds = append(l.MadeRefunds, made)
	of := l.book(c.Scope)
	of.refunds = append(of.refunds, made)
	ch.refunds = append(ch.refunds, made)
	ch.Refunded += amount.Minor
	l.watch(ch.permission)
	return made, nil
}

// age lets the refund end.
func (r *Refund) age(now time.Time) {
	if done := r.Created.Add(pendingFor); r.Status.State == RefundInitiated && !now.Before(done) {
		r.resolve(done)
	}
}

// resolve settles the refund with the result that was decided when it began.
func (r *Refund) resolve(at time.Time) {
	if r.Outcome == "" {
		r.Status.Become(refunded, "", at)
		return
	}
	r.Status.Become(Declined, r.Outcome, at)
	r.charge.Refunded -= r.Amount.Minor
}

// GetRefund returns a refund.
func (l *Ledger) GetRefund(c *Call) (Code, Object, *Refusal) {
	found, ok := l.Refunds[c.ID]
	if !ok || found.Scope != c.Scope {
		return 0, nil, notFound("refund", c.ID)
	}
	l.settle(found.charge.permission, c.Now)
	return codeOK, found.answer(), nil
}

func (r *Refund) answer() Object {
	return Object{
		"refundId":           r.ID,
		"chargeId":           r.charge.ID,
		"refundAmount":       r.Amount.Price(),
		"softDescriptor":     OrNull(r.SoftDescriptor),
		"creationTimestamp":  stamp(r.Created),
		"statusDetails":      r.Status.details(),
		"releaseEnvironment": r.Scope.Env.release(),
	}
}

// Charge is the charge that is refunded.
func (r *Refund) Charge() *Charge { return r.charge }
