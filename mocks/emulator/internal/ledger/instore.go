package ledger

// tillReference identifies a till's request, so that a repetition is recognized.
type tillReference struct {
	Scope     Scope
	Operation string
	Reference string
}

type tillAnswer struct {
	Request string // its body
	Answer  Object
}

// once replays the answer of a reference that was used before, and does
// the work otherwise.
func (l *Ledger) once(c *Call, operation, reference string, work func() (Object, *Refusal)) (Code, Object, *Refusal) {
	key := tillReference{c.Scope, operation, reference}
	request := string(Encode(c.Body))
	if before, there := l.till[key]; there {
		if before.Request != request {
			return 0, nil, BadRequest(DuplicateIdempotencyKey, "The reference was used for another request.")
		}
		return codeOK, before.Answer, nil
	}
	answer, refused := work()
	if refused != nil {
		return 0, nil, refused
	}
	l.till[key] = tillAnswer{request, answer}
	return codeOK, answer, nil
}

// MerchantScan makes a charge permission from the code that a buyer showed at a till.
func (l *Ledger) MerchantScan(c *Call) (Code, Object, *Refusal) {
	return l.once(c, "scan", c.Body.Text("scanReferenceId"), func() (Object, *Refusal) {
		if c.Body.Text("scanData") != ScanData {
			return nil, Invalid("scanData", "does not belong to a buyer")
		}
		for _, of := range []struct{ name, currency string }{
			{"ledgerCurrency", c.Body.Text("ledgerCurrency")}, {"chargeTotal", c.Body.MoneyAt("chargeTotal").Currency},
		} {
			if refused := CheckCurrency(c, of.name, of.currency); refused != nil {
				return nil, refused
			}
		}
		p := &Permission{Kind: OneTime, InStore: true, Details: Object{}, Limit: c.Body.MoneyAt("chargeTotal")}
		p.Currency = p.Limit.Currency
		if p.Currency == "" {
			p.Currency = c.Body.Text("ledgerCurrency")
		}
		p.Expires = c.Now.AddDate(0, 0, 180)
		l.addPermission(c, p)
		return Object{"chargePermissionId": p.ID}, nil
	})
}

// TillCharge charges a permission of a till.
func (l *Ledger) TillCharge(c *Call) (Code, Object, *Refusal) {
	return l.once(c, "charge", c.Body.Text("chargeReferenceId"), func() (Object, *Refusal) {
		p, refused := l.permission(c, c.Body.Text("chargePermissionId"))
		if refused != nil {
			return nil, refused
		}
		amount := c.Body.MoneyAt("chargeTotal")
		if refused := p.checkCharge(amount, c.Now); refused != nil {
			return nil, refused
		}
		if outcome := c.Demanded(); outcome != nil {
			p.decline(outcome.Reason, c.Now)
			return nil, outcome
		}
		made := l.newCharge(c, p, amount)
		made.CaptureNow = true
		made.TillOrder = c.Body.At("metadata").At("communicationContext").Text("merchantOrderId")
		made.Details.Merge(c.Body.pick("softDescriptor"))
		made.capture(amount, c.Now)
		l.settle(p, c.Now)
		return Object{"chargeId": made.ID, "chargeStatus": Object{"state": made.Status.State}}, nil
	})
}

// TillRefund refunds a charge of a till.
func (l *Ledger) TillRefund(c *Call) (Code, Object, *Refusal) {
	return l.once(c, "refund", c.Body.Text("refundReferenceId"), func() (Object, *Refusal) {
		ch, refused := l.charge(c, c.Body.Text("chargeId"))
		if refused != nil {
			return nil, refused
		}
		made, refused := l.newRefund(c, ch, c.Body.MoneyAt("refundTotal"), "")
		if refused != nil {
			return nil, refused
		}
		made.SoftDescriptor = c.Body.Text("softDescriptor")
		return Object{"refundId": made.ID, "refundStatus": Object{"state": made.Status.State}}, nil
	})
}
