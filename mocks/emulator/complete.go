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
	if !s.approved {
		return 0, nil, unprocessable(invalidSessionStatus, "The buyer has not approved the payment as it is now.")
	}
	if refused := s.checkAmounts(c.body); refused != nil {
		return 0, nil, refused
	}
	return w.finish(c, s, s.details, simulated)
}

func (s *session) over() *refusal {
	switch s.status.state {
	case completed:
		return unprocessable(invalidSessionStatus, "The checkout session is already Completed.")
	case canceled:
		return unprocessable(sessionCanceled, "The checkout session was canceled: %s.", s.status.reason)
	}
	return nil
}

// checkAmounts compares what the shop wants to complete with what the buyer approved.
func (s *session) checkAmounts(body object) *refusal {
	payment := s.details.at("paymentDetails")
	for _, name := range []string{"chargeAmount", "totalOrderAmount"} {
		approved, given := payment.moneyAt(name), body.moneyAt(name)
		switch {
		case approved == given:
		case body[name] == nil:
			return badRequest(missingParameterValue, "The member %s is required.", name)
		case payment[name] == nil:
			return refuse(http.StatusConflict, amountMismatch, "The checkout session has no %s.", name)
		case approved.currency != given.currency:
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
	if !s.signedIn {
		return 0, nil, unprocessable(invalidSessionStatus, "The buyer has not approved the checkout session.")
	}
	final := make(object)
	final.merge(s.details)
	final.merge(object{"paymentDetails": s.details.at("paymentDetails").with(c.body,
		"paymentIntent", "canHandlePendingAuthorization", "chargeAmount", "totalOrderAmount")})
	final.merge(object{}.with(c.body, "supplementaryData", "shippingAddress", "billingAddress"))
	if refused := checkPayment(final.at("paymentDetails")); refused != nil {
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
// amount, or nil if it names none.
func (w *world) permissionOnFile(c *call, details object, amount money) (*permission, *refusal) {
	p := w.permissions[details.text("chargePermissionId")]
	if p == nil {
		return nil, nil
	}
	w.settle(p, c.now)
	if amount.currency == "" { // set up only
		amount.currency = p.currency
	}
	return p, p.checkCharge(amount)
}

// finish completes the session with these details: it makes the charge permission, unless
// the session names one, and the charge, unless the intent is Confirm.
func (w *world) finish(c *call, s *session, details object, simulated string) (int, object, *refusal) {
	payment := details.at("paymentDetails")
	intent := payment.text("paymentIntent")
	pending := simulated == authorizationInitiated
	if pending && (intent != "Authorize" || !payment.flag("canHandlePendingAuthorization")) {
		return 0, nil, badRequest(invalidSimulation, "%s needs paymentIntent Authorize and canHandlePendingAuthorization.", simulated)
	}
	amount := payment.moneyAt("chargeAmount")
	p, refused := w.permissionOnFile(c, details, amount)
	if refused != nil {
		return 0, nil, refused
	}
	if outcome := c.demanded(); outcome != nil {
		if outcome.reason != processingFailure {
			s.status.become(canceled, declined, c.now)
		}
		return 0, nil, outcome
	}
	if simulated != "" && !pending {
		s.status.become(canceled, simulated, c.now)
		return 0, nil, decided(sessionCanceled, "The checkout session was canceled: %s.", simulated)
	}
	s.details = details
	if p == nil {
		p = w.newPermission(c, s)
	}
	s.permissionID = p.id
	if intent != "Confirm" && amount.minor > 0 {
		made := w.newCharge(c, p, amount)
		made.details = payment.pick("softDescriptor", "canHandlePendingAuthorization")
		made.details.merge(s.details.pick("merchantMetadata", "providerMetadata", "platformId"))
		made.captureNow = intent == "AuthorizeWithCapture"
		switch {
		case pending:
			made.status.become(authorizationInitiated, "", c.now)
		case made.captureNow:
			made.capture(amount, c.now)
		}
		s.chargeID = made.id
		w.settle(p, c.now)
	}
	s.status.become(completed, "", c.now)
	if pending {
		return http.StatusAccepted, w.sessionAnswer(s), nil
	}
	return http.StatusOK, w.sessionAnswer(s), nil
}
