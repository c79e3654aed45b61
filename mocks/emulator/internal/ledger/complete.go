package ledger

import "maps"

// sessionToEnd returns the session of a call that is to complete or finalize it, unless it is
// over, and the outcome to simulate.
func (l *Ledger) sessionToEnd(c *Call) (s *Session, simulated string, refused *Refusal) {
	if simulated, refused = c.Simulated(BuyerCanceled, AmazonCanceled, Declined, AuthorizationInitiated); refused != nil {
		return nil, "", refused
	}
	if s, refused = l.session(c); refused != nil {
		return nil, "", refused
	}
	return s, simulated, s.over(c.Facts)
}

// CompleteSession completes a checkout session whose payment the buyer has approved.
func (l *Ledger) CompleteSession(c *Call) (Code, Object, *Refusal) {
	s, simulated, refused := l.sessionToEnd(c)
	if refused != nil {
		return 0, nil, refused
	}
	switch {
	case s.BuyNow != nil:
		return 0, nil, unprocessable(invalidSessionStatus, "A Buy Now session ends with FinalizeCheckoutSession.")
	case !s.Approved:
		return 0, nil, c.Facts.Refusal("complete.beforeBuyer", "The buyer has not approved the current payment details.")
	}
	if refused := s.checkAmounts(c.Body); refused != nil {
		return 0, nil, refused
	}
	return l.finish(c, s, s.Details, simulated)
}

func (s *Session) over(facts Facts) *Refusal {
	switch s.Status.State {
	case completed:
		return unprocessable(invalidSessionStatus, "The checkout session is already Completed.")
	case Canceled:
		return facts.Refusal("complete.canceled", "The checkout session was canceled: %s.", s.Status.Reason)
	}
	return nil
}

// checkAmounts compares the amounts of the completion with the amounts that the buyer approved.
func (s *Session) checkAmounts(body Object) *Refusal {
	payment := s.Details.At("paymentDetails")
	for _, name := range []string{"chargeAmount", "totalOrderAmount"} {
		approved, given := payment.MoneyAt(name), body.MoneyAt(name)
		switch {
		case approved == given:
		case body[name] == nil:
			return BadRequest(MissingParameterValue, "The member %s is required.", name)
		case payment[name] == nil:
			return Refuse(CodeConflict, AmountMismatch, "The checkout session has no %s.", name)
		case approved.Currency != given.Currency:
			return BadRequest(currencyMismatch, "The currency of %s is not the currency of the checkout session.", name)
		default:
			return Refuse(CodeConflict, AmountMismatch, "The member %s differs from the amount of the checkout session.", name)
		}
	}
	return nil
}

// FinalizeSession completes a checkout session without a payment page.
func (l *Ledger) FinalizeSession(c *Call) (Code, Object, *Refusal) {
	s, simulated, refused := l.sessionToEnd(c)
	if refused != nil {
		return 0, nil, refused
	}
	if !s.SignedIn {
		return 0, nil, unprocessable(invalidSessionStatus, "The buyer has not approved the checkout session.")
	}
	if s.Upgrade != nil {
		return 0, nil, unprocessable(invalidSessionStatus, "An upgrade ends with CompleteCheckoutSession.")
	}
	if s.BuyNow != nil {
		if refused := s.checkFinal(c.Body); refused != nil {
			return 0, nil, refused
		}
	}
	final := make(Object)
	final.Merge(s.Details)
	final.Merge(Object{"paymentDetails": s.Details.At("paymentDetails").with(c.Body,
		"paymentIntent", "canHandlePendingAuthorization", "chargeAmount", "totalOrderAmount")})
	final.Merge(Object{}.with(c.Body, "supplementaryData", "shippingAddress", "billingAddress"))
	if refused := checkPayment(c, final.At("paymentDetails")); refused != nil {
		return 0, nil, refused
	}
	if final.At("paymentDetails")["chargeAmount"] == nil && !final.At("paymentMethodOnFileMetadata").flag("setupOnly") {
		return 0, nil, BadRequest(MissingParameterValue, "The member chargeAmount is required.")
	}
	code, answer, refused := l.finish(c, s, final, simulated)
	if code == codeAccepted {
		code = Code(c.Facts.Number("status.finalizeCheckoutSession.pending"))
	}
	return code, answer, refused
}

// permissionOnFile returns the charge permission that the session names, once it may be charged the
// amount, or nil if it names none, and a new one may be.
func (l *Ledger) permissionOnFile(c *Call, details Object, amount Money) (*Permission, *Refusal) {
	p := l.Permissions[details.Text("chargePermissionId")]
	if p == nil {
		fresh := Permission{Kind: details.Text("chargePermissionType"), Currency: amount.Currency}
		if details.At("paymentDetails").Text("paymentIntent") == "Confirm" {
			amount.Minor = 0
		}
		return nil, fresh.checkMonth(amount, c.Now)
	}
	l.settle(p, c.Now)
	switch {
	case amount.Currency != "":
		return p, p.checkCharge(amount, c.Now)
	case p.Status.State == Closed:
		return nil, unprocessable(invalidPermissionStatus, "The charge permission is Closed (%s).", p.Status.Reason)
	}
	return p, nil // nothing is charged
}

// finish completes the session with these details: it makes the charge permission, unless
// the session names one, and the charge, unless the intent is Confirm.
func (l *Ledger) finish(c *Call, s *Session, details Object, simulated string) (Code, Object, *Refusal) {
	payment := details.At("paymentDetails")
	intent := payment.Text("paymentIntent")
	with := s.Wallet.ChosenCard()
	pending := simulated == AuthorizationInitiated
	if simulated == "" && !c.demands() { // else that overrides the card
		simulated = with.ends
		switch {
		case with.pending && canBePending(payment):
			pending = true
		case with.decline != "" && intent != "Confirm":
			simulated = Declined
			if s.BuyNow != nil {
				simulated = with.decline
			}
		}
	}
	if pending && !canBePending(payment) {
		return 0, nil, BadRequest(invalidSimulation, "A pending authorization requires paymentIntent Authorize and canHandlePendingAuthorization.")
	}
	amount := payment.MoneyAt("chargeAmount")
	p, refused := l.permissionOnFile(c, details, amount)
	if refused != nil {
		return 0, nil, refused
	}
	if outcome := c.Demanded(); outcome != nil {
		if outcome.Reason != processingFailure {
			s.declined(outcome.Reason, c.Now)
		}
		return 0, nil, outcome
	}
	if s.BuyNow != nil && simulated == hardDeclined {
		s.declined(simulated, c.Now)
		return 0, nil, decided(simulated, "The card was declined.")
	}
	if simulated != "" && !pending {
		s.Status.Become(Canceled, simulated, c.Now)
		canceled := c.Facts.Refusal("complete.canceled", "The checkout session was canceled: %s.", simulated)
		canceled.Outcome = true
		return 0, nil, canceled
	}
	s.Details = details
	switch {
	case s.Upgrade != nil:
		if p, refused = l.upgraded(c, s); refused != nil {
			return 0, nil, refused
		}
	case p == nil:
		p = l.newPermission(c, s)
	case s.UpdatesWallet():
		if s.ChoosesAddress() { // in place of the one that the shop gave
			p.Details = maps.Clone(p.Details)
			delete(p.Details, "addressDetails")
			delete(p.Details, "shippingAddress")
		}
		p.update(s.Wallet, c.Now)
	}
	s.PermissionID = p.ID
	if intent != "Confirm" && amount.Minor > 0 {
		made := l.newCharge(c, p, amount)
		made.Details = payment.pick("softDescriptor", "canHandlePendingAuthorization")
		made.Details.Merge(s.Details.pick("merchantMetadata", "providerMetadata", "platformId"))
		made.CaptureNow = intent == "AuthorizeWithCapture"
		switch {
		case pending:
			made.wait(AuthorizationInitiated, with.outcome(simulated), c.Now)
		case made.CaptureNow:
			made.capture(amount, c.Now)
		default:
			made.Status.Become(Authorized, "", c.Now)
		}
		s.ChargeID = made.ID
		l.settle(p, c.Now)
	}
	s.Status.Become(completed, "", c.Now)
	if pending {
		return codeAccepted, s.answer(c), nil
	}
	return codeOK, s.answer(c), nil
}
