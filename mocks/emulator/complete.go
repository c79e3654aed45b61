package emulator

import "net/http"

// sessionToEnd returns the session of a call that is to complete or finalize it, unless it is
// over, and the outcome to simulate.
func (w *world) sessionToEnd(c *call) (s *session, simulated string, refused *refusal) {
	if simulated, refused = c.simulated(buyerCanceled, amazonCanceled, declined, authorizationInitiated); refused != nil {
		return nil, "", refused
	}
	if s, refused = w.session(c); refused != nil {
		return nil, "", refused
	}
	return s, simulated, s.over()
}

func (w *world) completeSession(c *call) (int, object, *refusal) {
	s, simulated, refused := w.sessionToEnd(c)
	if refused != nil {
		return 0, nil, refused
	}
	if !s.Approved {
		return 0, nil, unprocessable(invalidSessionStatus, "The buyer has not approved the payment as it is now.")
	}
	if refused := s.checkAmounts(c.body); refused != nil {
		return 0, nil, refused
	}
	return w.finish(c, s, s.Details, simulated)
}

func (s *session) over() *refusal {
	switch s.Status.State {
	case completed:
		return unprocessable(invalidSessionStatus, "The checkout session is already Completed.")
	case canceled:
		return unprocessable(sessionCanceled, "The checkout session was canceled: %s.", s.Status.Reason)
	}
	return nil
}

// checkAmounts compares what the shop wants to complete with what the buyer approved.
func (s *session) checkAmounts(body object) *refusal {
	payment := s.Details.at("paymentDetails")
	for _, name := range []string{"chargeAmount", "totalOrderAmount"} {
		approved, given := payment.moneyAt(name), body.moneyAt(name)
		switch {
		case approved == given:
		case body[name] == nil:
			return badRequest(missingParameterValue, "The member %s is required.", name)
		case payment[name] == nil:
			return refuse(http.StatusConflict, amountMismatch, "The checkout session has no %s.", name)
		case approved.Currency != given.Currency:
			return badRequest(currencyMismatch, "The currency of %s differs from that of the checkout session.", name)
		default:
			return refuse(http.StatusConflict, amountMismatch, "The member %s differs from that of the checkout session.", name)
		}
	}
	return nil
}

func (w *world) finalizeSession(c *call) (int, object, *refusal) {
	s, simulated, refused := w.sessionToEnd(c)
	if refused != nil {
		return 0, nil, refused
	}
	if !s.SignedIn {
		return 0, nil, unprocessable(invalidSessionStatus, "The buyer has not approved the checkout session.")
	}
	final := make(object)
	final.merge(s.Details)
	final.merge(object{"paymentDetails": s.Details.at("paymentDetails").with(c.body,
		"paymentIntent", "canHandlePendingAuthorization", "chargeAmount", "totalOrderAmount")})
	final.merge(object{}.with(c.body, "supplementaryData", "shippingAddress", "billingAddress"))
	if refused := checkPayment(c, final.at("paymentDetails")); refused != nil {
		return 0, nil, refused
	}
	if final.at("paymentDetails")["chargeAmount"] == nil && !final.at("paymentMethodOnFileMetadata").flag("setupOnly") {
		return 0, nil, badRequest(missingParameterValue, "The member chargeAmount is required.")
	}
	return w.finish(c, s, final, simulated)
}

// with returns a copy of o, with those of the named members that from has.
func (o object) with(from object, names ...string) object {
	joined := make(object)
	joined.merge(o)
	for _, name := range names {
		if value, there := from[name]; there {
			joined[name] = value
		}
	}
	return joined
}

// permissionOnFile returns the charge permission that the session names, once it may be charged the
// amount, or nil if it names none, and a new one may be.
func (w *world) permissionOnFile(c *call, details object, amount money) (*permission, *refusal) {
	p := w.permissions[details.text("chargePermissionId")]
	if p == nil {
		fresh := permission{Kind: details.text("chargePermissionType"), Currency: amount.Currency}
		if details.at("paymentDetails").text("paymentIntent") == "Confirm" {
			amount.Minor = 0
		}
		return nil, fresh.checkMonth(amount, c.now)
	}
	w.settle(p, c.now)
	if amount.Currency == "" { // set up only
		amount.Currency = p.Currency
	}
	return p, p.checkCharge(amount, c.now)
}

// finish completes the session with these details: it makes the charge permission, unless
// the session names one, and the charge, unless the intent is Confirm.
func (w *world) finish(c *call, s *session, details object, simulated string) (int, object, *refusal) {
	payment := details.at("paymentDetails")
	intent := payment.text("paymentIntent")
	with := s.Wallet.card()
	pending := simulated == authorizationInitiated
	if simulated == "" && !c.demands() { // else that overrides the card
		simulated = with.ends
		switch {
		case with.pending && canBePending(payment):
			pending = true
		case with.decline != "" && intent != "Confirm":
			simulated = declined
		}
	}
	if pending && !canBePending(payment) {
		return 0, nil, badRequest(invalidSimulation, "A pending authorization needs paymentIntent Authorize and canHandlePendingAuthorization.")
	}
	amount := payment.moneyAt("chargeAmount")
	p, refused := w.permissionOnFile(c, details, amount)
	if refused != nil {
		return 0, nil, refused
	}
	if outcome := c.demanded(); outcome != nil {
		if outcome.reason != processingFailure {
			s.Status.become(canceled, declined, c.now)
		}
		return 0, nil, outcome
	}
	if simulated != "" && !pending {
		s.Status.become(canceled, simulated, c.now)
		return 0, nil, decided(sessionCanceled, "The checkout session was canceled: %s.", simulated)
	}
	s.Details = details
	if p == nil {
		p = w.newPermission(c, s)
	}
	s.PermissionID = p.ID
	if intent != "Confirm" && amount.Minor > 0 {
		made := w.newCharge(c, p, amount)
		made.Details = payment.pick("softDescriptor", "canHandlePendingAuthorization")
		made.Details.merge(s.Details.pick("merchantMetadata", "providerMetadata", "platformId"))
		made.CaptureNow = intent == "AuthorizeWithCapture"
		switch {
		case pending:
			made.wait(authorizationInitiated, with.outcome(simulated), c.now)
		case made.CaptureNow:
			made.capture(amount, c.now)
		default:
			made.Status.become(authorized, "", c.now)
		}
		s.ChargeID = made.ID
		w.settle(p, c.now)
	}
	s.Status.become(completed, "", c.now)
	if pending {
		return http.StatusAccepted, s.answer(c), nil
	}
	return http.StatusOK, s.answer(c), nil
}
