package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Session is a checkout session.
type Session struct {
	ID       string
	Scope    Scope
	Status   Status
	Created  time.Time
	Expires  time.Time
	Product  string // one of the product types but SignIn
	Details  Object // what create, update and finalize gave
	Wallet   Wallet
	SignedIn bool
	Approved bool     // the buyer saw and accepted what details hold
	BuyNow   *BuyNow  // nil: another kind of session
	Upgrade  *Upgrade // the same

	PermissionID string
	ChargeID     string
}

// Product types of a button. A session of CreateCheckoutSession is PayAndShip, and
// PayAndShipMultiAddress with multiAddressesCheckoutMetadata.
const (
	PayAndShip             = "PayAndShip"
	PayAndShipMultiAddress = "PayAndShipMultiAddress"
	PayOnly                = "PayOnly"
	Donation               = "Donation"
	SignIn                 = "SignIn"
)

// session returns one of the caller's sessions, brought up to date.
func (l *Ledger) session(c *Call) (*Session, *Refusal) {
	found, ok := l.Sessions[c.ID]
	if !ok || found.Scope != c.Scope || found.deleted(c.Now) {
		return nil, notFound("checkout session", c.ID)
	}
	found.age(c.Now)
	return found, nil
}

func (s *Session) age(now time.Time) {
	if s.Status.State == Open && !now.Before(s.Expires) {
		s.Status.Become(Canceled, expired, s.Expires)
	}
}

// deleted reports whether the service has deleted the session.
func (s *Session) deleted(now time.Time) bool { return !now.Before(s.Created.AddDate(0, 0, 30)) }

// CreateSession makes a checkout session.
func (l *Ledger) CreateSession(c *Call) (Code, Object, *Refusal) {
	product := PayAndShip
	if addresses, _ := c.Body["multiAddressesCheckoutMetadata"].([]any); len(addresses) > 0 {
		product = PayAndShipMultiAddress
	}
	created, refused := l.NewSession(c, product)
	if refused != nil {
		return 0, nil, refused
	}
	return codeCreated, created.answer(c), nil
}

// NewSession makes a session from the call's body.
func (l *Ledger) NewSession(c *Call, product string) (*Session, *Refusal) {
	if refused := l.checkSession(c, c.Body); refused != nil {
		return nil, refused
	}
	created := &Session{
		ID:      newID(l.Sessions, NewUUID),
		Scope:   c.Scope,
		Created: c.Now,
		Expires: c.Now.Add(24 * time.Hour),
		Product: product,
		Details: c.Body,
	}
	if p := l.Permissions[c.Body.Text("chargePermissionId")]; p != nil {
		created.Wallet = p.Wallet
	}
	created.Status.Become(Open, "", c.Now)
	l.Sessions[created.ID] = created
	return created, nil
}

// maxSessions limits the sessions made by clicks: anybody can click a button, repeatedly.
const maxSessions = 100_000

// Click makes the session of a click on a button.
func (l *Ledger) Click(c *Call, product string) (*Session, *Refusal) {
	if len(l.Sessions) >= maxSessions {
		return nil, Refuse(codeUnavailable, ServiceUnavailable, "There are too many checkout sessions: reset the emulator.")
	}
	return l.NewSession(c, product)
}

// maxUnsigned limits the bytes of what clicks bring that nobody has signed.
const maxUnsigned = 16 << 20

// TakeUnsigned counts bytes that a click has brought and that nobody has signed: any page that the
// developer visits can send them.
func (l *Ledger) TakeUnsigned(size int) *Refusal {
	if l.unsigned+size > maxUnsigned {
		return Refuse(codeUnavailable, ServiceUnavailable, "There are too many Buy Now sessions: reset the emulator.")
	}
	l.unsigned += size
	return nil
}

// checkSession checks the rules that the table of members cannot express.
func (l *Ledger) checkSession(c *Call, o Object) *Refusal {
	web, payment := o.At("webCheckoutDetails"), o.At("paymentDetails")
	switch {
	case o.Text("storeId") != c.Shop.StoreID:
		return Invalid("storeId", "is not a store of this merchant: "+c.Shop.StoreID+" is. "+c.About)
	case o["webCheckoutDetails"] != nil && web.Text("checkoutReviewReturnUrl") == "" && web.Text("checkoutResultReturnUrl") == "" && web.Text("signInReturnUrl") == "":
		return BadRequest(MissingParameterValue, "The member webCheckoutDetails.checkoutReviewReturnUrl is required.")
	case o.Text("chargePermissionType") == Recurring && o["recurringMetadata"] == nil:
		return BadRequest(MissingParameterValue, "The member recurringMetadata is required for a recurring permission.")
	}
	if refused := checkFrequency(c, o); refused != nil {
		return refused
	}
	if o["paymentMethodOnFileMetadata"] != nil && o.Text("chargePermissionType") != OnFile {
		return BadRequest(InvalidParameterCombo, "The member paymentMethodOnFileMetadata requires chargePermissionType PaymentMethodOnFile.")
	}
	if web.Text("checkoutMode") != "" {
		for _, name := range []string{"paymentIntent", "chargeAmount"} {
			if payment[name] == nil {
				return BadRequest(MissingParameterValue, "The member paymentDetails.%s is required with checkoutMode.", name)
			}
		}
	}
	if id := o.Text("chargePermissionId"); id != "" {
		p, refused := l.permission(c, id)
		if refused != nil || p.Kind != OnFile || p.Status.State == Closed {
			return Invalid("chargePermissionId", "must name an open charge permission of type PaymentMethodOnFile")
		}
		if o.Text("chargePermissionType") != OnFile {
			return Invalid("chargePermissionType", "must be PaymentMethodOnFile with chargePermissionId")
		}
	}
	if c.Strict && c.Body.At("paymentDetails")["softDescriptor"] != nil && payment.Text("paymentIntent") != "AuthorizeWithCapture" {
		return Invalid("paymentDetails.softDescriptor", "requires paymentIntent AuthorizeWithCapture")
	}
	return checkPayment(c, payment)
}

// checkFrequency refuses a frequency that the facts do not allow.
func checkFrequency(c *Call, o Object) *Refusal {
	frequency := o.At("recurringMetadata").At("frequency")
	if frequency.Text("unit") != "Variable" || frequency["value"] == nil {
		return nil
	}
	name := "frequency.variable.nonZero"
	if frequency.Text("value") == "0" {
		name = "frequency.variable.zero"
	}
	if c.Facts.Is(name, Refused) {
		return Invalid("recurringMetadata.frequency.value", "does not go with the unit Variable")
	}
	return nil
}

func checkPayment(c *Call, payment Object) *Refusal {
	for _, name := range []string{"chargeAmount", "totalOrderAmount", "estimateOrderTotal"} {
		if refused := CheckCurrency(c, "paymentDetails."+name, payment.MoneyAt(name).Currency); refused != nil {
			return refused
		}
	}
	if refused := CheckCurrency(c, "paymentDetails.presentmentCurrency", payment.Text("presentmentCurrency")); refused != nil {
		return refused
	}
	charge, total := payment.MoneyAt("chargeAmount"), payment.MoneyAt("totalOrderAmount")
	if charge.Currency == "" || total.Currency == "" {
		return nil
	}
	if charge.Currency != total.Currency {
		return BadRequest(currencyMismatch, "The members chargeAmount and totalOrderAmount have different currencies.")
	}
	if total.Minor < charge.Minor {
		return Invalid("paymentDetails.totalOrderAmount", "must not be less than chargeAmount")
	}
	return nil
}

// GetSession returns a checkout session.
func (l *Ledger) GetSession(c *Call) (Code, Object, *Refusal) {
	s, refused := l.session(c)
	if refused != nil {
		return 0, nil, refused
	}
	return codeOK, s.answer(c), nil
}

// UpdateSession changes an open checkout session.
func (l *Ledger) UpdateSession(c *Call) (Code, Object, *Refusal) {
	s, refused := l.session(c)
	if refused != nil {
		return 0, nil, refused
	}
	if s.Status.State != Open {
		return 0, nil, unprocessable(invalidSessionStatus, "The checkout session is %s and cannot be updated.", s.Status.State)
	}
	for _, of := range []struct{ name, why string }{
		{"presentmentCurrency", ": later it follows chargeAmount"}, {"allowOvercharge", ""}, {"extendExpiration", ""},
	} {
		if c.Body.At("paymentDetails")[of.name] != nil {
			return 0, nil, Invalid("paymentDetails."+of.name, "can be set only at creation"+of.why)
		}
	}
	merged := make(Object)
	merged.Merge(s.Details)
	merged.Merge(c.Body)
	if refused := l.checkSession(c, merged); refused != nil {
		return 0, nil, refused
	}
	s.Details = merged
	s.Status.Updated = c.Now
	if c.Body["paymentDetails"] != nil || c.Body["recurringMetadata"] != nil || c.Body["chargePermissionType"] != nil {
		s.Approved = false // the buyer approved something else
	}
	return codeOK, s.answer(c), nil
}

// Missing returns the constraints that keep the buyer from paying, but for the
// buyer's absence.
func (s *Session) Missing() []any {
	payment := s.Details.At("paymentDetails")
	constraints := []any{}
	require := func(there bool, id, description string) {
		if !there {
			constraints = append(constraints, Object{"constraintId": id, "description": description})
		}
	}
	require(payment["chargeAmount"] != nil || s.SetsUp() || s.Upgrade != nil, "ChargeAmountNotSet", "chargeAmount is not set.")
	web := s.Details.At("webCheckoutDetails")
	require(web["checkoutResultReturnUrl"] != nil || web["signInReturnUrl"] != nil, "CheckoutResultReturnUrlNotSet", "checkoutResultReturnUrl is not set.")
	require(payment["paymentIntent"] != nil, "PaymentIntentNotSet", "paymentIntent is not set.")
	return constraints
}

// SessionMembers are what every answer with a session has, in the service's order: the tests of the
// official Node SDK compare both.
var SessionMembers = []string{
	"checkoutSessionId", "webCheckoutDetails", "productType", "paymentDetails", "chargePermissionType", "orderType",
	"recurringMetadata", "paymentMethodOnFileMetadata", "merchantDetails", "merchantMetadata", "supplementaryData", "buyer",
	"billingAddress", "paymentPreferences", "statusDetails", "shippingAddress", "platformId", "chargePermissionId", "chargeId",
	"constraints", "creationTimestamp", "expirationTimestamp", "storeId", "providerMetadata", "releaseEnvironment",
	"checkoutButtonText", "deliverySpecifications", "tokens",
}

// answer is the session as the service shows it. Once it is over, all but its ids, its state and
// its beginning is null.
func (s *Session) answer(c *Call) Object {
	o := Object{}.pick(SessionMembers...)
	o.Merge(Object{
		"checkoutSessionId":  s.ID,
		"statusDetails":      s.Status.details(),
		"creationTimestamp":  stamp(s.Created),
		"chargePermissionId": OrNull(s.PermissionID),
		"chargeId":           OrNull(s.ChargeID),
	})
	if s.Status.State == Open {
		s.showOpen(c, o)
	}
	return o
}

// showOpen adds what an open session shows: its details in full, the buyer, and either
// the constraints or the URL at which the buyer pays.
func (s *Session) showOpen(c *Call, o Object) {
	o.Merge(s.Details.pick("supplementaryData", "platformId", "storeId", "deliverySpecifications"))
	web := showWebCheckoutDetails(s.Details.At("webCheckoutDetails"))
	o["webCheckoutDetails"] = web
	o["paymentDetails"] = s.showPayment()
	o["chargePermissionType"] = cmp.Or(s.Details.Text("chargePermissionType"), OneTime)
	if given := s.Details.At("recurringMetadata"); given != nil {
		o["recurringMetadata"] = showRecurringMetadata(given)
	}
	if given := s.Details.At("paymentMethodOnFileMetadata"); given != nil {
		o["paymentMethodOnFileMetadata"] = given.pick("setupOnly")
	}
	o["merchantMetadata"] = showMerchantMetadata(s.Details)
	o["providerMetadata"] = s.Details.At("providerMetadata").pick("providerReferenceId")
	o["productType"] = s.Product
	switch given := c.Facts.Value("session.orderType"); given {
	case Absent:
		delete(o, "orderType")
	case NullMember:
	default:
		o["orderType"] = given
	}
	o["expirationTimestamp"], o["releaseEnvironment"] = stamp(s.Expires), s.Scope.Env.release()
	o["paymentPreferences"] = []any{nil}
	if s.BuyNow != nil {
		o["cartDetails"] = nil
		if chosen := s.BuyNow.Delivery; chosen != nil {
			o["cartDetails"] = Object{"deliveryOptions": []any{chosen}}
		}
	}
	for _, name := range []string{"channelType", "multiAddressesCheckoutMetadata"} {
		if given := s.Details[name]; given != nil {
			o[name] = given
		}
	}

	constraints := s.Missing()
	if s.SignedIn {
		o["buyer"] = s.Wallet.Owner(s.Scope).summary()
		if s.Ships() {
			o["shippingAddress"] = s.Wallet.ShippingAddress(s.Scope, s.Details)
		}
		switch listed := c.Facts.Value("session.shippingAddressList"); {
		case s.Product == PayAndShipMultiAddress, listed == "list":
			o["shippingAddressList"] = s.Wallet.addressList(s.Scope)
		case listed == NullMember:
			o["shippingAddressList"] = nil
		}
		o["billingAddress"] = s.Wallet.billingAddress(s.Scope, s.Product, s.Details)
		o["paymentPreferences"] = []any{Object{"paymentDescriptor": s.Wallet.ChosenCard().String()}}
	} else {
		constraints = append([]any{Object{"constraintId": "BuyerNotAssociated", "description": "There is no buyer associated with the Checkout Session."}}, constraints...)
	}
	o["constraints"] = constraints
	if len(constraints) == 0 {
		web["amazonPayRedirectUrl"] = c.PayPage + s.ID
	}
}

// showWebCheckoutDetails shows the four URLs of every checkout, and the other members if set.
func showWebCheckoutDetails(given Object) Object {
	shown := given.pick("checkoutReviewReturnUrl", "checkoutResultReturnUrl", "amazonPayRedirectUrl", "checkoutCancelUrl")
	shown.Merge(given)
	return shown
}

func (s *Session) showPayment() Object {
	given := s.Details.At("paymentDetails")
	shown := given.pick("paymentIntent", "canHandlePendingAuthorization", "chargeAmount", "totalOrderAmount", "softDescriptor",
		"presentmentCurrency", "allowOvercharge", "extendExpiration")
	shown.Merge(given)
	shown["canHandlePendingAuthorization"] = given.flag("canHandlePendingAuthorization")
	if amount := given.At("chargeAmount"); amount != nil {
		shown["presentmentCurrency"] = amount["currencyCode"]
	}
	return shown
}

func showRecurringMetadata(given Object) Object {
	shown := given.pick("frequency", "amount")
	if frequency := given.At("frequency"); frequency != nil {
		shown["frequency"] = frequency.pick("unit", "value")
	}
	return shown
}

func showMerchantMetadata(details Object) Object {
	return details.At("merchantMetadata").pick("merchantReferenceId", "merchantStoreName", "noteToBuyer", "customInformation")
}

// Ships reports whether goods go to an address.
func (s *Session) Ships() bool { return ShipsProduct(s.Product) }

// ShipsProduct reports whether goods of a product type go to an address.
func ShipsProduct(product string) bool {
	return product == PayAndShip || product == PayAndShipMultiAddress
}

// Approve applies the buyer's approval of the payment.
func (s *Session) Approve(now time.Time) error {
	with, why := s.Wallet.ChosenCard(), s.Undeliverable()
	switch {
	case len(s.Missing()) > 0:
		s.SignedIn, s.Approved = true, false
		return nil
	case why != "":
		return errors.New("emulator: " + why)
	case with.pending && !s.canBePending():
		return fmt.Errorf("emulator: the card %s requires paymentIntent Authorize and canHandlePendingAuthorization", with.Digits)
	}
	s.SignedIn = true
	if with.ends != "" {
		s.Status.Become(Canceled, with.ends, now)
		return nil
	}
	s.Approved = true
	return nil
}

// canBePending reports whether the shop accepts a pending authorization.
func (s *Session) canBePending() bool { return canBePending(s.Details.At("paymentDetails")) }

func canBePending(payment Object) bool {
	return payment.Text("paymentIntent") == "Authorize" && payment.flag("canHandlePendingAuthorization")
}

// ChangeAddress has the buyer choose an address, which is allowed only before the payment.
func (s *Session) ChangeAddress(to Object, now time.Time) error {
	switch why := Restricted(s.Details.At("deliverySpecifications"), to); {
	case !s.SignedIn:
		return ErrNotSignedIn
	case !s.Ships(), s.Details["addressDetails"] != nil, s.Details["shippingAddress"] != nil:
		return errors.New("emulator: the buyer cannot choose the address of this session: the shop gave it, or nothing is shipped")
	case why != "":
		return errors.New("emulator: " + why)
	}
	s.Wallet.Address, s.Approved, s.Status.Updated = to, false, now
	return nil
}

// ChangeCard has the buyer choose another card.
func (s *Session) ChangeCard(lastDigits string, now time.Time) error {
	if _, known := CardNamed(lastDigits); !known || lastDigits == "" {
		return unknownCard(lastDigits)
	}
	if !s.SignedIn {
		return ErrNotSignedIn
	}
	s.Wallet.Card, s.Approved, s.Status.Updated = lastDigits, false, now
	return nil
}

// ErrNotSignedIn is the error of a session without a buyer.
var ErrNotSignedIn = errors.New("emulator: the buyer has not signed in to the checkout session")

// ChoosesAddress reports whether the buyer chooses the shipping address.
func (s *Session) ChoosesAddress() bool {
	return s.Ships() && s.Details["addressDetails"] == nil && s.Details["shippingAddress"] == nil
}

// Undeliverable is why the shop does not deliver to the address that the buyer has chosen, or "".
func (s *Session) Undeliverable() string {
	if !s.ChoosesAddress() {
		return ""
	}
	return Restricted(s.Details.At("deliverySpecifications"), s.Wallet.ShippingAddress(s.Scope, s.Details))
}

// SessionAt returns a session, brought up to date, or nil if it is unknown or deleted.
func (l *Ledger) SessionAt(id string, now time.Time) *Session {
	found := l.Sessions[id]
	if found == nil || found.deleted(now) {
		return nil
	}
	found.age(now)
	return found
}
