package emulator

import (
	"net/http"
)

// tillReference is by what a till's request is known when it is sent again.
type tillReference struct {
	Scope     scope
	Operation string
	Reference string
}

type tillAnswer struct {
	Request string // its body
	Answer  object
}

// once answers a reference that was there before as it was answered then, and does
// the work otherwise.
func (w *world) once(c *call, operation, reference string, work func() (object, *refusal)) (int, object, *refusal) {
	key := tillReference{c.scope, operation, reference}
	request := string(encode(c.body))
	if before, there := w.till[key]; there {
		if before.Request != request {
			return 0, nil, badRequest(duplicateIdempotencyKey, "The reference was used for another request.")
		}
		return http.StatusOK, before.Answer, nil
	}
	answer, refused := work()
	if refused != nil {
		return 0, nil, refused
	}
	w.till[key] = tillAnswer{request, answer}
	return http.StatusOK, answer, nil
}

func (w *world) merchantScan(c *call) (int, object, *refusal) {
	return w.once(c, "scan", c.body.text("scanReferenceId"), func() (object, *refusal) {
		if c.body.text("scanData") != scanData {
			return nil, invalid("scanData", "is not that of a buyer")
		}
		for _, of := range []struct{ name, currency string }{
			{"ledgerCurrency", c.body.text("ledgerCurrency")}, {"chargeTotal", c.body.moneyAt("chargeTotal").Currency},
		} {
			if refused := checkCurrency(c, of.name, of.currency); refused != nil {
				return nil, refused
			}
		}
		p := &permission{Kind: oneTime, InStore: true, Details: object{}, Limit: c.body.moneyAt("chargeTotal")}
		p.Currency = p.Limit.Currency
		if p.Currency == "" {
			p.Currency = c.body.text("ledgerCurrency")
		}
		p.Expires = c.now.AddDate(0, 0, 180)
		w.addPermission(c, p)
		return object{"chargePermissionId": p.ID}, nil
	})
}

func (w *world) tillCharge(c *call) (int, object, *refusal) {
	return w.once(c, "charge", c.body.text("chargeReferenceId"), func() (object, *refusal) {
		p, refused := w.permission(c, c.body.text("chargePermissionId"))
		if refused != nil {
			return nil, refused
		}
		amount := c.body.moneyAt("chargeTotal")
		if refused := p.checkCharge(amount, c.now); refused != nil {
			return nil, refused
		}
		if outcome := c.demanded(); outcome != nil {
			p.decline(outcome.reason, c.now)
			return nil, outcome
		}
		made := w.newCharge(c, p, amount)
		made.CaptureNow = true
		made.TillOrder = c.body.at("metadata").at("communicationContext").text("merchantOrderId")
		made.Details.merge(c.body.pick("softDescriptor"))
		made.capture(amount, c.now)
		w.settle(p, c.now)
		return object{"chargeId": made.ID, "chargeStatus": object{"state": made.Status.State}}, nil
	})
}

func (w *world) tillRefund(c *call) (int, object, *refusal) {
	return w.once(c, "refund", c.body.text("refundReferenceId"), func() (object, *refusal) {
		ch, refused := w.charge(c, c.body.text("chargeId"))
		if refused != nil {
			return nil, refused
		}
		made, refused := w.newRefund(c, ch, c.body.moneyAt("refundTotal"), "")
		if refused != nil {
			return nil, refused
		}
		made.SoftDescriptor = c.body.text("softDescriptor")
		return object{"refundId": made.ID, "refundStatus": object{"state": made.Status.State}}, nil
	})
}
