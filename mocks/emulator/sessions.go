package emulator

import (
	"net/http"
	"time"
)

type session struct {
	id       string
	scope    scope
	status   status
	created  time.Time
	expires  time.Time
	details  object // what create, update and finalize gave
	signedIn bool
	approved bool // the buyer saw and accepted what details hold

	permissionID string
	chargeID     string
}

// session returns one of the caller's sessions as it is by now.
func (w *world) session(c *call) (*session, *refusal) {
	found, ok := w.sessions[c.id]
	if !ok || found.scope != c.scope {
		return nil, notFound("checkout session", c.id)
	}
	found.age(c.now)
	return found, nil
}

func (s *session) age(now time.Time) {
	if s.status.state == open && !now.Before(s.expires) {
		s.status.become(canceled, expired, s.expires)
	}
}

func (w *world) createSession(c *call) (int, object, *refusal) {
	if refused := w.checkSession(c, c.body); refused != nil {
		return 0, nil, refused
	}
	created := &session{
		id:      newID(w.sessions, newUUID),
		scope:   c.scope,
		created: c.now,
		expires: c.now.Add(24 * time.Hour),
		details: c.body,
	}
	created.status.become(open, "", c.now)
	w.sessions[created.id] = created
	return http.StatusCreated, w.sessionAnswer(created), nil
}

// checkSession checks what the table of members cannot.
func (w *world) checkSession(c *call, o object) *refusal {
	web, payment := o.at("webCheckoutDetails"), o.at("paymentDetails")
	switch {
	case o.text("storeId") != c.merchant.storeID:
		return invalid("storeId", "is not a store of this merchant")
	case web.text("checkoutReviewReturnUrl") == "" && web.text("checkoutResultReturnUrl") == "":
		return badRequest(missingParameterValue, "The member webCheckoutDetails.checkoutReviewReturnUrl is required.")
	case o.text("chargePermissionType") == recurring && o["recurringMetadata"] == nil:
		return badRequest(missingParameterValue, "The member recurringMetadata is required for a recurring permission.")
	}
	if web.text("checkoutMode") != "" {
		for _, name := range []string{"paymentIntent", "chargeAmount"} {
			if payment[name] == nil {
				return badRequest(missingParameterValue, "The member paymentDetails.%s is required with checkoutMode.", name)
			}
		}
	}
	if id := o.text("chargePermissionId"); id != "" {
		p, refused := w.permission(c, id)
		if refused != nil || p.kind != onFile || p.status.state == closed {
			return invalid("chargePermissionId", "must name an open charge permission of type PaymentMethodOnFile")
		}
		if o.text("chargePermissionType") != onFile {
			return invalid("chargePermissionType", "must be PaymentMethodOnFile with chargePermissionId")
		}
	}
	if c.strict && c.body.at("paymentDetails")["softDescriptor"] != nil && payment.text("paymentIntent") != "AuthorizeWithCapture" {
		return invalid("paymentDetails.softDescriptor", "goes with paymentIntent AuthorizeWithCapture alone")
	}
	return checkPayment(payment)
}

func checkPayment(payment object) *refusal {
	charge, total := payment.moneyAt("chargeAmount"), payment.moneyAt("totalOrderAmount")
	if charge.currency == "" || total.currency == "" {
		return nil
	}
	if charge.currency != total.currency {
		return badRequest(currencyMismatch, "The members chargeAmount and totalOrderAmount have different currencies.")
	}
	if total.minor < charge.minor {
		return invalid("paymentDetails.totalOrderAmount", "must not be less than chargeAmount")
	}
	return nil
}

func (w *world) getSession(c *call) (int, object, *refusal) {
	s, refused := w.session(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, w.sessionAnswer(s), nil
}

func (w *world) updateSession(c *call) (int, object, *refusal) {
	s, refused := w.session(c)
	if refused != nil {
		return 0, nil, refused
	}
	if s.status.state != open {
		return 0, nil, unprocessable(invalidSessionStatus, "The checkout session is %s and cannot be updated.", s.status.state)
	}
	if c.body.at("paymentDetails")["presentmentCurrency"] != nil {
		return 0, nil, invalid("paymentDetails.presentmentCurrency", "can be set at creation alone: later it follows chargeAmount")
	}
	merged := make(object)
	merged.merge(s.details)
	merged.merge(c.body)
	if refused := w.checkSession(c, merged); refused != nil {
		return 0, nil, refused
	}
	s.details = merged
	s.status.updated = c.now
	if c.body["paymentDetails"] != nil || c.body["recurringMetadata"] != nil || c.body["chargePermissionType"] != nil {
		s.approved = false // the buyer approved something else
	}
	return http.StatusOK, w.sessionAnswer(s), nil
}

// missing returns the constraints that keep the buyer from paying, but for the
// buyer's absence.
func (s *session) missing() []any {
	payment := s.details.at("paymentDetails")
	constraints := []any{}
	require := func(there bool, id, description string) {
		if !there {
			constraints = append(constraints, object{"constraintId": id, "description": description})
		}
	}
	setupOnly := s.details.at("paymentMethodOnFileMetadata").flag("setupOnly")
	require(payment["chargeAmount"] != nil || setupOnly, "ChargeAmountNotSet", "chargeAmount is not set.")
	require(s.details.at("webCheckoutDetails")["checkoutResultReturnUrl"] != nil, "CheckoutResultReturnUrlNotSet", "checkoutResultReturnUrl is not set.")
	require(payment["paymentIntent"] != nil, "PaymentIntentNotSet", "paymentIntent is not set.")
	return constraints
}

// sessionAnswer is the session as the service shows it. Once it is over, most of it is
// null.
func (w *world) sessionAnswer(s *session) object {
	o := s.details.pick("webCheckoutDetails", "chargePermissionType", "recurringMetadata",
		"paymentMethodOnFileMetadata", "paymentDetails", "merchantMetadata", "supplementaryData", "platformId",
		"storeId", "deliverySpecifications", "multiAddressesCheckoutMetadata")
	if o["chargePermissionType"] == nil {
		o["chargePermissionType"] = oneTime
	}
	o["providerMetadata"] = s.details.at("providerMetadata").pick("providerReferenceId")
	o.merge(object{
		"checkoutSessionId":   s.id,
		"productType":         nil,
		"buyer":               nil,
		"shippingAddress":     nil,
		"shippingAddressList": nil,
		"billingAddress":      nil,
		"paymentPreferences":  []any{nil},
		"statusDetails":       s.status.details(),
		"constraints":         []any{},
		"creationTimestamp":   stamp(s.created),
		"expirationTimestamp": stamp(s.expires),
		"chargePermissionId":  orNull(s.permissionID),
		"chargeId":            orNull(s.chargeID),
		"releaseEnvironment":  s.scope.env.release(),
		"checkoutButtonText":  nil,
	})
	if s.status.state != open {
		for _, name := range []string{
			"webCheckoutDetails", "paymentDetails", "merchantMetadata", "storeId", "deliverySpecifications",
			"multiAddressesCheckoutMetadata", "expirationTimestamp",
		} {
			o[name] = nil
		}
		return o
	}
	w.showOpen(s, o)
	return o
}

// showOpen adds what an open session shows: its details in full, the buyer, and either
// the constraints or the URL at which the buyer pays.
func (w *world) showOpen(s *session, o object) {
	web := s.details.at("webCheckoutDetails").pick("checkoutReviewReturnUrl", "checkoutResultReturnUrl",
		"checkoutCancelUrl", "checkoutMode", "amazonPayRedirectUrl")
	o["webCheckoutDetails"] = web
	payment := s.details.at("paymentDetails").pick("paymentIntent", "canHandlePendingAuthorization", "chargeAmount",
		"totalOrderAmount", "softDescriptor", "presentmentCurrency", "allowOvercharge", "extendExpiration")
	if amount := payment.at("chargeAmount"); amount != nil {
		payment["presentmentCurrency"] = amount["currencyCode"]
	}
	o["paymentDetails"] = payment
	o["merchantMetadata"] = s.details.at("merchantMetadata").pick("merchantReferenceId", "merchantStoreName",
		"noteToBuyer", "customInformation")
	o["productType"] = "PayAndShip"

	constraints := s.missing()
	if s.signedIn {
		buyer := w.buyerOf(s.scope.merchantID)
		o["buyer"] = buyer.summary()
		o["shippingAddress"] = buyer.shippingAddress(s.details)
		o["shippingAddressList"] = buyer.addressList(s.details)
		o["billingAddress"] = buyer.billingAddress(s.details)
		o["paymentPreferences"] = []any{object{"paymentDescriptor": buyer.card}}
	} else {
		constraints = append([]any{object{"constraintId": "BuyerNotAssociated", "description": "There is no buyer associated with the checkout session."}}, constraints...)
	}
	o["constraints"] = constraints
	if len(constraints) == 0 {
		web["amazonPayRedirectUrl"] = "https://payments.amazon.com/checkout/processing?amazonCheckoutSessionId=" + s.id
	}
}
