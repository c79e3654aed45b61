package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

type session struct {
	ID       string
	Scope    scope
	Status   status
	Created  time.Time
	Expires  time.Time
	Product  string // PayAndShip or PayOnly
	Details  object // what create, update and finalize gave
	Wallet   wallet
	SignedIn bool
	Approved bool // the buyer saw and accepted what details hold

	PermissionID string
	ChargeID     string
}

// Product types of a button. A session that createCheckoutSession made is PayAndShip.
const (
	payAndShip = "PayAndShip"
	payOnly    = "PayOnly"
	signIn     = "SignIn"
)

// session returns one of the caller's sessions as it is by now.
func (w *world) session(c *call) (*session, *refusal) {
	found, ok := w.sessions[c.id]
	if !ok || found.Scope != c.scope || found.deleted(c.now) {
		return nil, notFound("checkout session", c.id)
	}
	found.age(c.now)
	return found, nil
}

func (s *session) age(now time.Time) {
	if s.Status.State == open && !now.Before(s.Expires) {
		s.Status.become(canceled, expired, s.Expires)
	}
}

// deleted reports whether the service has thrown the session away.
func (s *session) deleted(now time.Time) bool { return !now.Before(s.Created.AddDate(0, 0, 30)) }

func (w *world) createSession(c *call) (int, object, *refusal) {
	created, refused := w.newSession(c, payAndShip)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, created.answer(c), nil
}

// newSession makes a session of the call's body.
func (w *world) newSession(c *call, product string) (*session, *refusal) {
	if refused := w.checkSession(c, c.body); refused != nil {
		return nil, refused
	}
	created := &session{
		ID:      newID(w.sessions, newUUID),
		Scope:   c.scope,
		Created: c.now,
		Expires: c.now.Add(24 * time.Hour),
		Product: product,
		Details: c.body,
	}
	created.Status.become(open, "", c.now)
	w.sessions[created.ID] = created
	return created, nil
}

// checkSession checks what the table of members cannot.
func (w *world) checkSession(c *call, o object) *refusal {
	web, payment := o.at("webCheckoutDetails"), o.at("paymentDetails")
	switch {
	case o.text("storeId") != c.merchant.storeID:
		return invalid("storeId", "is not a store of this merchant")
	case o["webCheckoutDetails"] != nil && web.text("checkoutReviewReturnUrl") == "" && web.text("checkoutResultReturnUrl") == "":
		return badRequest(missingParameterValue, "The member webCheckoutDetails.checkoutReviewReturnUrl is required.")
	case o.text("chargePermissionType") == recurring && o["recurringMetadata"] == nil:
		return badRequest(missingParameterValue, "The member recurringMetadata is required for a recurring permission.")
	}
	if o["paymentMethodOnFileMetadata"] != nil && o.text("chargePermissionType") != onFile {
		return badRequest(invalidParameterCombo, "The member paymentMethodOnFileMetadata goes with chargePermissionType PaymentMethodOnFile alone.")
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
		if refused != nil || p.Kind != onFile || p.Status.State == closed {
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
	if charge.Currency == "" || total.Currency == "" {
		return nil
	}
	if charge.Currency != total.Currency {
		return badRequest(currencyMismatch, "The members chargeAmount and totalOrderAmount have different currencies.")
	}
	if total.Minor < charge.Minor {
		return invalid("paymentDetails.totalOrderAmount", "must not be less than chargeAmount")
	}
	return nil
}

func (w *world) getSession(c *call) (int, object, *refusal) {
	s, refused := w.session(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, s.answer(c), nil
}

func (w *world) updateSession(c *call) (int, object, *refusal) {
	s, refused := w.session(c)
	if refused != nil {
		return 0, nil, refused
	}
	if s.Status.State != open {
		return 0, nil, unprocessable(invalidSessionStatus, "The checkout session is %s and cannot be updated.", s.Status.State)
	}
	if c.body.at("paymentDetails")["presentmentCurrency"] != nil {
		return 0, nil, invalid("paymentDetails.presentmentCurrency", "can be set at creation alone: later it follows chargeAmount")
	}
	merged := make(object)
	merged.merge(s.Details)
	merged.merge(c.body)
	if refused := w.checkSession(c, merged); refused != nil {
		return 0, nil, refused
	}
	s.Details = merged
	s.Status.Updated = c.now
	if c.body["paymentDetails"] != nil || c.body["recurringMetadata"] != nil || c.body["chargePermissionType"] != nil {
		s.Approved = false // the buyer approved something else
	}
	return http.StatusOK, s.answer(c), nil
}

// missing returns the constraints that keep the buyer from paying, but for the
// buyer's absence.
func (s *session) missing() []any {
	payment := s.Details.at("paymentDetails")
	constraints := []any{}
	require := func(there bool, id, description string) {
		if !there {
			constraints = append(constraints, object{"constraintId": id, "description": description})
		}
	}
	setupOnly := s.Details.at("paymentMethodOnFileMetadata").flag("setupOnly")
	require(payment["chargeAmount"] != nil || setupOnly, "ChargeAmountNotSet", "chargeAmount is not set.")
	require(s.Details.at("webCheckoutDetails")["checkoutResultReturnUrl"] != nil, "CheckoutResultReturnUrlNotSet", "checkoutResultReturnUrl is not set.")
	require(payment["paymentIntent"] != nil, "PaymentIntentNotSet", "paymentIntent is not set.")
	return constraints
}

// sessionAnswer is the session as the service shows it. Once it is over, most of it is
// null.
func (s *session) answer(c *call) object {
	o := s.Details.pick("webCheckoutDetails", "chargePermissionType", "recurringMetadata",
		"paymentMethodOnFileMetadata", "paymentDetails", "merchantMetadata", "supplementaryData", "platformId",
		"storeId", "deliverySpecifications", "multiAddressesCheckoutMetadata")
	if o["chargePermissionType"] == nil {
		o["chargePermissionType"] = oneTime
	}
	o["providerMetadata"] = s.Details.at("providerMetadata").pick("providerReferenceId")
	o.merge(object{
		"checkoutSessionId":   s.ID,
		"productType":         nil,
		"buyer":               nil,
		"shippingAddress":     nil,
		"shippingAddressList": nil,
		"billingAddress":      nil,
		"paymentPreferences":  []any{nil},
		"statusDetails":       s.Status.details(),
		"constraints":         []any{},
		"creationTimestamp":   stamp(s.Created),
		"expirationTimestamp": stamp(s.Expires),
		"chargePermissionId":  orNull(s.PermissionID),
		"chargeId":            orNull(s.ChargeID),
		"releaseEnvironment":  s.Scope.Env.release(),
		"checkoutButtonText":  nil,
	})
	if s.Status.State != open {
		for _, name := range []string{
			"webCheckoutDetails", "paymentDetails", "merchantMetadata", "storeId", "deliverySpecifications",
			"multiAddressesCheckoutMetadata", "expirationTimestamp",
		} {
			o[name] = nil
		}
		return o
	}
	s.showOpen(c, o)
	return o
}

// showOpen adds what an open session shows: its details in full, the buyer, and either
// the constraints or the URL at which the buyer pays.
func (s *session) showOpen(c *call, o object) {
	web := s.Details.at("webCheckoutDetails").pick("checkoutReviewReturnUrl", "checkoutResultReturnUrl",
		"checkoutCancelUrl", "checkoutMode", "amazonPayRedirectUrl")
	o["webCheckoutDetails"] = web
	payment := s.Details.at("paymentDetails").pick("paymentIntent", "canHandlePendingAuthorization", "chargeAmount",
		"totalOrderAmount", "softDescriptor", "presentmentCurrency", "allowOvercharge", "extendExpiration")
	if amount := payment.at("chargeAmount"); amount != nil {
		payment["presentmentCurrency"] = amount["currencyCode"]
	}
	o["paymentDetails"] = payment
	o["merchantMetadata"] = s.Details.at("merchantMetadata").pick("merchantReferenceId", "merchantStoreName",
		"noteToBuyer", "customInformation")
	o["productType"] = s.Product

	constraints := s.missing()
	if s.SignedIn {
		o["buyer"] = s.Wallet.buyer(s.Scope).summary()
		if s.Product == payAndShip {
			o["shippingAddress"] = s.Wallet.shippingAddress(s.Scope, s.Details)
			o["shippingAddressList"] = s.Wallet.addressList(s.Scope, s.Details)
		}
		o["billingAddress"] = s.Wallet.billingAddress(s.Scope, s.Product, s.Details)
		o["paymentPreferences"] = []any{object{"paymentDescriptor": s.Wallet.card().String()}}
	} else {
		constraints = append([]any{object{"constraintId": "BuyerNotAssociated", "description": "There is no buyer associated with the checkout session."}}, constraints...)
	}
	o["constraints"] = constraints
	if len(constraints) == 0 {
		web["amazonPayRedirectUrl"] = c.pages + payPage + "?" + sessionParameter + "=" + s.ID
	}
}

// approve is what the buyer's approval of the payment does.
func (s *session) approve(now time.Time) error {
	with, why := s.Wallet.card(), s.undeliverable()
	switch {
	case len(s.missing()) > 0:
		s.SignedIn, s.Approved = true, false
		return nil
	case why != "":
		return errors.New("emulator: " + why)
	case with.pending && !s.canBePending():
		return fmt.Errorf("emulator: the card %s needs paymentIntent Authorize and canHandlePendingAuthorization", with.digits)
	}
	s.SignedIn = true
	if with.ends != "" {
		s.Status.become(canceled, with.ends, now)
		return nil
	}
	s.Approved = true
	return nil
}

// canBePending reports whether the shop takes an authorization that ends later.
func (s *session) canBePending() bool { return canBePending(s.Details.at("paymentDetails")) }

func canBePending(payment object) bool {
	return payment.text("paymentIntent") == "Authorize" && payment.flag("canHandlePendingAuthorization")
}

// changeAddress has the buyer choose an address. It may be chosen before the payment alone.
func (s *session) changeAddress(to object, now time.Time) error {
	switch why := restricted(s.Details.at("deliverySpecifications"), to); {
	case !s.SignedIn:
		return errNotSignedIn
	case s.Product != payAndShip, s.Details["addressDetails"] != nil, s.Details["shippingAddress"] != nil:
		return errors.New("emulator: the shop, not the buyer, gave this session its address")
	case why != "":
		return errors.New("emulator: " + why)
	}
	s.Wallet.Address, s.Approved, s.Status.Updated = to, false, now
	return nil
}

func (s *session) changeCard(lastDigits string, now time.Time) error {
	if _, known := cardNamed(lastDigits); !known || lastDigits == "" {
		return unknownCard(lastDigits)
	}
	if !s.SignedIn {
		return errNotSignedIn
	}
	s.Wallet.Card, s.Approved, s.Status.Updated = lastDigits, false, now
	return nil
}

var errNotSignedIn = errors.New("emulator: the buyer has not signed in to the checkout session")
