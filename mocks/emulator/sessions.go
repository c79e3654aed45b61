package emulator

import (
	"cmp"
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
	Product  string // one of the product types but SignIn
	Details  object // what create, update and finalize gave
	Wallet   wallet
	SignedIn bool
	Approved bool // the buyer saw and accepted what details hold

	PermissionID string
	ChargeID     string
}

// Product types of a button. A session that createCheckoutSession made is PayAndShip, and
// PayAndShipMultiAddress with multiAddressesCheckoutMetadata.
const (
	payAndShip             = "PayAndShip"
	payAndShipMultiAddress = "PayAndShipMultiAddress"
	payOnly                = "PayOnly"
	donation               = "Donation"
	signIn                 = "SignIn"
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
	product := payAndShip
	if addresses, _ := c.body["multiAddressesCheckoutMetadata"].([]any); len(addresses) > 0 {
		product = payAndShipMultiAddress
	}
	created, refused := w.newSession(c, product)
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
		return invalid("storeId", "is not a store of this merchant: "+c.merchant.storeID+" is. "+c.about)
	case o["webCheckoutDetails"] != nil && web.text("checkoutReviewReturnUrl") == "" && web.text("checkoutResultReturnUrl") == "" && web.text("signInReturnUrl") == "":
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
	return checkPayment(c, payment)
}

func checkPayment(c *call, payment object) *refusal {
	for _, name := range []string{"chargeAmount", "totalOrderAmount", "estimateOrderTotal"} {
		if refused := checkCurrency(c, "paymentDetails."+name, payment.moneyAt(name).Currency); refused != nil {
			return refused
		}
	}
	if refused := checkCurrency(c, "paymentDetails.presentmentCurrency", payment.text("presentmentCurrency")); refused != nil {
		return refused
	}
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
	for _, of := range []struct{ name, why string }{
		{"presentmentCurrency", ": later it follows chargeAmount"}, {"allowOvercharge", ""}, {"extendExpiration", ""},
	} {
		if c.body.at("paymentDetails")[of.name] != nil {
			return 0, nil, invalid("paymentDetails."+of.name, "can be set at creation alone"+of.why)
		}
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
	web := s.Details.at("webCheckoutDetails")
	require(web["checkoutResultReturnUrl"] != nil || web["signInReturnUrl"] != nil, "CheckoutResultReturnUrlNotSet", "checkoutResultReturnUrl is not set.")
	require(payment["paymentIntent"] != nil, "PaymentIntentNotSet", "paymentIntent is not set.")
	return constraints
}

// sessionMembers are what every answer with a session has, in the service's order: the tests of the
// official Node SDK compare both.
var sessionMembers = []string{
	"checkoutSessionId", "webCheckoutDetails", "productType", "paymentDetails", "chargePermissionType", "orderType",
	"recurringMetadata", "paymentMethodOnFileMetadata", "merchantDetails", "merchantMetadata", "supplementaryData", "buyer",
	"billingAddress", "paymentPreferences", "statusDetails", "shippingAddress", "platformId", "chargePermissionId", "chargeId",
	"constraints", "creationTimestamp", "expirationTimestamp", "storeId", "providerMetadata", "releaseEnvironment",
	"checkoutButtonText", "deliverySpecifications", "tokens",
}

// answer is the session as the service shows it. Once it is over, all but its ids, its state and
// its beginning is null.
func (s *session) answer(c *call) object {
	o := object{}.pick(sessionMembers...)
	o.merge(object{
		"checkoutSessionId":  s.ID,
		"statusDetails":      s.Status.details(),
		"creationTimestamp":  stamp(s.Created),
		"chargePermissionId": orNull(s.PermissionID),
		"chargeId":           orNull(s.ChargeID),
	})
	if s.Status.State == open {
		s.showOpen(c, o)
	}
	return o
}

// showOpen adds what an open session shows: its details in full, the buyer, and either
// the constraints or the URL at which the buyer pays.
func (s *session) showOpen(c *call, o object) {
	o.merge(s.Details.pick("supplementaryData", "platformId", "storeId", "deliverySpecifications"))
	web := showWebCheckoutDetails(s.Details.at("webCheckoutDetails"))
	o["webCheckoutDetails"] = web
	o["paymentDetails"] = s.showPayment()
	o["chargePermissionType"] = cmp.Or(s.Details.text("chargePermissionType"), oneTime)
	if given := s.Details.at("recurringMetadata"); given != nil {
		o["recurringMetadata"] = showRecurringMetadata(given)
	}
	if given := s.Details.at("paymentMethodOnFileMetadata"); given != nil {
		o["paymentMethodOnFileMetadata"] = given.pick("setupOnly")
	}
	o["merchantMetadata"] = showMerchantMetadata(s.Details)
	o["providerMetadata"] = s.Details.at("providerMetadata").pick("providerReferenceId")
	o["productType"], o["orderType"] = s.Product, "PurchaseOrder"
	o["expirationTimestamp"], o["releaseEnvironment"] = stamp(s.Expires), s.Scope.Env.release()
	o["paymentPreferences"] = []any{nil}
	for _, name := range []string{"channelType", "multiAddressesCheckoutMetadata"} {
		if given := s.Details[name]; given != nil {
			o[name] = given
		}
	}

	constraints := s.missing()
	if s.SignedIn {
		o["buyer"] = s.Wallet.buyer(s.Scope).summary()
		if s.ships() {
			o["shippingAddress"] = s.Wallet.shippingAddress(s.Scope, s.Details)
		}
		if s.Product == payAndShipMultiAddress {
			o["shippingAddressList"] = s.Wallet.addressList(s.Scope)
		}
		o["billingAddress"] = s.Wallet.billingAddress(s.Scope, s.Product, s.Details)
		o["paymentPreferences"] = []any{object{"paymentDescriptor": s.Wallet.card().String()}}
	} else {
		constraints = append([]any{object{"constraintId": "BuyerNotAssociated", "description": "There is no buyer associated with the Checkout Session."}}, constraints...)
	}
	o["constraints"] = constraints
	if len(constraints) == 0 {
		web["amazonPayRedirectUrl"] = c.pages + payPage + "?" + sessionParameter + "=" + s.ID
	}
}

// showWebCheckoutDetails shows the four URLs of every checkout, and the rest where it was given.
func showWebCheckoutDetails(given object) object {
	shown := given.pick("checkoutReviewReturnUrl", "checkoutResultReturnUrl", "amazonPayRedirectUrl", "checkoutCancelUrl")
	shown.merge(given)
	return shown
}

func (s *session) showPayment() object {
	given := s.Details.at("paymentDetails")
	shown := given.pick("paymentIntent", "canHandlePendingAuthorization", "chargeAmount", "totalOrderAmount", "softDescriptor",
		"presentmentCurrency", "allowOvercharge", "extendExpiration")
	shown.merge(given)
	shown["canHandlePendingAuthorization"] = given.flag("canHandlePendingAuthorization")
	if amount := given.at("chargeAmount"); amount != nil {
		shown["presentmentCurrency"] = amount["currencyCode"]
	}
	return shown
}

func showRecurringMetadata(given object) object {
	shown := given.pick("frequency", "amount")
	if frequency := given.at("frequency"); frequency != nil {
		shown["frequency"] = frequency.pick("unit", "value")
	}
	return shown
}

func showMerchantMetadata(details object) object {
	return details.at("merchantMetadata").pick("merchantReferenceId", "merchantStoreName", "noteToBuyer", "customInformation")
}

// ships reports whether goods go to an address.
func (s *session) ships() bool { return s.Product == payAndShip || s.Product == payAndShipMultiAddress }

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
	case !s.ships(), s.Details["addressDetails"] != nil, s.Details["shippingAddress"] != nil:
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
