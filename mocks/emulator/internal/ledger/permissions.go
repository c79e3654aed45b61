package ledger

import (
	"maps"
	"time"
)

const maxCharges = 25 // of a one-time permission

// Permission is a charge permission.
type Permission struct {
	ID       string
	Scope    Scope
	Kind     string
	Status   Status
	Created  time.Time
	Expires  time.Time // zero: never
	Limit    Money     // no currency: none
	Currency string
	Details  Object // replaced, never changed: permissions that were made together share it
	Wallet   Wallet
	InStore  bool // then no buyer is shown
	Product  string
	Ended    time.Time // zero: it is not closed
	Charges  []*Charge

	facts Facts
	due   time.Time // when it is looked at next
	place int       // in the ledger's heap, from 1; 0: it is not there
}

// permission returns one of the caller's charge permissions, brought up to date.
func (l *Ledger) permission(c *Call, id string) (*Permission, *Refusal) {
	found, ok := l.Permissions[id]
	if !ok || found.Scope != c.Scope {
		return nil, notFound("charge permission", id)
	}
	l.settle(found, c.Now)
	return found, nil
}

func (l *Ledger) newPermission(c *Call, s *Session) *Permission {
	p := agreed(c, s)
	l.addPermission(c, p)
	return p
}

// agreed is the permission to which a completed session leads, not in the ledger yet.
func agreed(c *Call, s *Session) *Permission {
	payment := s.Details.At("paymentDetails")
	p := &Permission{
		Kind:     s.Details.Text("chargePermissionType"),
		Currency: payment.MoneyAt("chargeAmount").Currency,
		Details: s.Details.pick("recurringMetadata", "paymentMethodOnFileMetadata", "platformId", "merchantMetadata",
			"shippingAddress", "billingAddress", "scopes", "addressDetails"),
		Wallet:  s.Wallet,
		Product: s.Product,
	}
	switch p.Kind {
	case Recurring:
		p.Expires = c.Now.AddDate(0, c.Facts.Number("recurring.expiry.months"), 0)
	case OnFile:
	default:
		p.Kind = OneTime
		p.Limit = payment.MoneyAt("chargeAmount")
		if total := payment.MoneyAt("totalOrderAmount"); total.Currency != "" {
			p.Limit = total
		}
		if payment.flag("allowOvercharge") && p.Limit.Currency != "" {
			p.Limit = withOvercharge(p.Limit, c.Facts.Value("permission.overchargeLimit"))
		}
		p.Expires = c.Now.AddDate(0, 0, 180)
		if payment.flag("extendExpiration") {
			p.Expires = c.Now.AddDate(0, 13, 0)
		}
	}
	return p
}

func (l *Ledger) addPermission(c *Call, p *Permission) {
	prefix := map[bool]string{true: "P", false: "S"}
	if p.Kind != OneTime {
		letter := map[string]string{Recurring: "ids.recurring", OnFile: "ids.onFile"}[p.Kind]
		prefix = map[bool]string{true: "B", false: c.Facts.Value(letter)}
	}
	p.ID = newID(l.Permissions, func() string {
		return prefix[c.Env == Live] + c.region().digits + "-" + digits(7) + "-" + digits(7)
	})
	p.Scope, p.Created, p.facts = c.Scope, c.Now, l.facts
	if p.Currency == "" {
		p.Currency = c.region().currency
	}
	p.Status.Become(Chargeable, "", c.Now)
	l.Permissions[p.ID] = p
	l.MadePermissions = append(l.MadePermissions, p)
	l.watch(p)
}

// spent returns the captured amount of the permission, and what open authorizations hold
// besides.
func (p *Permission) spent() (taken, held int64) {
	for _, ch := range p.Charges {
		switch ch.Status.State {
		case AuthorizationInitiated, Authorized, CaptureInitiated:
			held += ch.Amount.Minor
		case Captured:
			taken += ch.Captured.Minor
			if p.facts.Is("capture.rest", "held") {
				held += ch.Amount.Minor - ch.Captured.Minor
			}
		}
	}
	return taken, held
}

// authorized is what open authorizations hold.
func (p *Permission) authorized() (sum int64) {
	for _, ch := range p.Charges {
		if ch.Status.State == Authorized || ch.Status.State == AuthorizationInitiated {
			sum += ch.Amount.Minor
		}
	}
	return sum
}

// settle brings the permission, its charges and their refunds up to date. A result is dated with
// the time at which it fell due, not the time at which it is read. Charges that are due before the
// permission expires are settled first.
func (l *Ledger) settle(p *Permission, now time.Time) {
	if !p.Expires.IsZero() && p.Expires.Before(now) {
		p.settle(p.Expires)
	}
	p.settle(now)
	l.watch(p)
}

func (p *Permission) settle(now time.Time) {
	pending, latest := false, p.Status.Updated
	for _, ch := range p.Charges {
		if reason := ch.age(now); reason != "" {
			p.decline(reason, ch.Status.Updated)
		}
		if pending = pending || ch.Status.State == AuthorizationInitiated; ch.Status.Updated.After(latest) {
			latest = ch.Status.Updated
		}
		for _, r := range ch.refunds {
			r.age(now)
		}
	}
	taken, _ := p.spent()
	switch {
	case p.Status.State == Closed:
	case p.Kind == OneTime && p.Limit.Minor > 0 && taken >= p.Limit.Minor:
		p.close(amazonClosed, latest)
	case !p.Expires.IsZero() && !now.Before(p.Expires):
		p.close(expired, p.Expires)
	case p.Status.State == Chargeable && pending:
		p.Status.Become(nonChargeable, chargeInProgress, latest)
	case p.Status.Reason == chargeInProgress && !pending:
		p.Status.Become(Chargeable, "", latest)
	}
}

func (p *Permission) close(reason string, at time.Time) {
	p.Status.Become(Closed, reason, at)
	p.Ended = at
}

// showsBuyer reports whether the service still shows the buyer: for a one-time
// permission for 30 days, of others until 30 days after they were closed.
func (p *Permission) showsBuyer(now time.Time) bool {
	from := p.Created
	if p.Kind != OneTime {
		from = p.Ended
	}
	return !p.InStore && (from.IsZero() || now.Before(from.AddDate(0, 0, 30)))
}

// GetPermission returns a charge permission.
func (l *Ledger) GetPermission(c *Call) (Code, Object, *Refusal) {
	p, refused := l.permission(c, c.ID)
	if refused != nil {
		return 0, nil, refused
	}
	return codeOK, p.answer(c.Now), nil
}

// UpdatePermission changes the metadata of a charge permission.
func (l *Ledger) UpdatePermission(c *Call) (Code, Object, *Refusal) {
	p, refused := l.permission(c, c.ID)
	if refused != nil {
		return 0, nil, refused
	}
	if p.Status.State == Closed && !p.completes(c.Body) {
		return 0, nil, unprocessable(permissionNotModifiable, "The charge permission is Closed (%s): for type OneTime, only missing members of merchantMetadata can still be set.", p.Status.Reason)
	}
	if c.Body["recurringMetadata"] != nil && p.Kind != Recurring {
		return 0, nil, BadRequest(InvalidParameterCombo, "The charge permission is not recurring.")
	}
	p.Details = maps.Clone(p.Details)
	p.Details.Merge(c.Body)
	p.Status.Updated = c.Now
	return codeOK, p.answer(c.Now), nil
}

// completes reports whether an update gives a one-time permission what its merchantMetadata lacks,
// and nothing else, which a closed one takes as well
// (https://developer.amazon.com/docs/amazon-pay-checkout/update-info-post-checkout.html).
func (p *Permission) completes(update Object) bool {
	given, has := update.At("merchantMetadata"), p.Details.At("merchantMetadata")
	for name := range given {
		if has.Text(name) != "" {
			return false
		}
	}
	return p.Kind == OneTime && len(given) > 0 && len(update) == 1
}

// ClosePermission closes a charge permission.
func (l *Ledger) ClosePermission(c *Call) (Code, Object, *Refusal) {
	simulated, refused := c.Simulated(amazonClosed)
	if refused != nil {
		return 0, nil, refused
	}
	p, refused := l.permission(c, c.ID)
	if refused != nil {
		return 0, nil, refused
	}
	if p.Status.State == Closed {
		return 0, nil, unprocessable(invalidPermissionStatus, "The charge permission is already Closed (%s).", p.Status.Reason)
	}
	reason := merchantClosed
	if simulated != "" {
		reason = simulated
	}
	p.close(reason, c.Now)
	if c.Body.flag("cancelPendingCharges") {
		for _, ch := range p.Charges {
			if ch.Status.State == AuthorizationInitiated || ch.Status.State == Authorized {
				ch.Status.Become(Canceled, chargePermissionCanceled, c.Now)
			}
		}
	}
	return codeOK, p.answer(c.Now), nil
}

func (p *Permission) answer(now time.Time) Object {
	var reasons any
	if p.Status.Reason != "" {
		reasons = []any{Object{"reasonCode": p.Status.Reason, "reasonDescription": nil}}
	}
	limits := Object{"amountLimit": nil, "amountBalance": nil}
	if p.Limit.Currency != "" {
		taken, held := p.spent()
		if p.facts.Is("permission.balance.authorized", "free") {
			held -= p.authorized()
		}
		limits["amountLimit"] = p.Limit.Price()
		limits["amountBalance"] = Money{max(0, p.Limit.Minor-taken-held), p.Limit.Currency}.Price()
	}
	if p.Kind == Recurring { // of a payment method on file none was seen
		month := monthlyLimit(p.Kind, p.Currency)
		limits["amountLimit"] = month.Price()
		limits["amountBalance"] = Money{max(0, month.Minor-p.chargedInMonth(now)), p.Currency}.Price()
	}
	var expires any
	if !p.Expires.IsZero() {
		expires = stamp(p.Expires)
	}
	o := p.Details.pick("platformId")
	if given := p.Details["paymentMethodOnFileMetadata"]; given != nil {
		o["paymentMethodOnFileMetadata"] = given
	}
	o.Merge(Object{
		"chargePermissionId":          p.ID,
		"chargePermissionReferenceId": nil,
		"chargePermissionType":        p.Kind,
		"buyer":                       nil,
		"shippingAddress":             nil,
		"billingAddress":              nil,
		"paymentPreferences":          []any{Object{"paymentDescriptor": nil}},
		"merchantMetadata":            showMerchantMetadata(p.Details),
		"recurringMetadata":           showRecurringMetadata(p.Details.At("recurringMetadata")), // an object in permissions of every type
		"statusDetails": Object{
			"state": p.Status.State, "reasons": reasons, "lastUpdatedTimestamp": stamp(p.Status.Updated),
		},
		"creationTimestamp":   stamp(p.Created),
		"expirationTimestamp": expires,
		"releaseEnvironment":  p.Scope.Env.release(),
		"limits":              limits,
		"presentmentCurrency": p.Currency,
	})
	if p.showsBuyer(now) {
		o["buyer"] = p.Wallet.Owner(p.Scope).summary()
		if p.Product != PayOnly && p.Product != Donation {
			o["shippingAddress"] = p.Wallet.ShippingAddress(p.Scope, p.Details)
		}
		o["billingAddress"] = p.Wallet.billingAddress(p.Scope, p.Product, p.Details)
		o["paymentPreferences"] = []any{Object{"paymentDescriptor": p.Wallet.ChosenCard().String()}}
	}
	return o
}

// Used is the part of the permission's limit that charges have captured or hold.
func (p *Permission) Used() Money {
	taken, held := p.spent()
	return Money{taken + held, p.Limit.Currency}
}
