package emulator

import (
	"net/http"
	"time"
)

const maxCharges = 25 // of a one-time permission

type permission struct {
	ID       string
	Scope    scope
	Kind     string
	Status   status
	Created  time.Time
	Expires  time.Time // zero: never
	Limit    money     // no currency: none
	Currency string
	Details  object
	Wallet   wallet
	InStore  bool // then no buyer is shown
	Product  string
	Ended    time.Time // zero: it is not closed
	Charges  []*charge
}

// permission returns one of the caller's charge permissions as it is by now.
func (w *world) permission(c *call, id string) (*permission, *refusal) {
	found, ok := w.permissions[id]
	if !ok || found.Scope != c.scope {
		return nil, notFound("charge permission", id)
	}
	w.settle(found, c.now)
	return found, nil
}

func (w *world) newPermission(c *call, s *session) *permission {
	payment := s.Details.at("paymentDetails")
	p := &permission{
		Kind:     s.Details.text("chargePermissionType"),
		Currency: payment.moneyAt("chargeAmount").Currency,
		Details: s.Details.pick("recurringMetadata", "paymentMethodOnFileMetadata", "platformId", "merchantMetadata",
			"shippingAddress", "billingAddress", "scopes", "addressDetails"),
		Wallet:  s.Wallet,
		Product: s.Product,
	}
	switch p.Kind {
	case recurring:
		p.Expires = c.now.AddDate(0, 13, 0)
	case onFile:
	default:
		p.Kind = oneTime
		p.Limit = payment.moneyAt("chargeAmount")
		if total := payment.moneyAt("totalOrderAmount"); total.Currency != "" {
			p.Limit = total
		}
		if payment.flag("allowOvercharge") && p.Limit.Currency != "" {
			p.Limit = withOvercharge(p.Limit)
		}
		p.Expires = c.now.AddDate(0, 0, 180)
		if payment.flag("extendExpiration") {
			p.Expires = c.now.AddDate(0, 13, 0)
		}
	}
	w.addPermission(c, p)
	return p
}

func (w *world) addPermission(c *call, p *permission) {
	prefix := map[bool]string{true: "P", false: "S"}
	if p.Kind != oneTime {
		prefix = map[bool]string{true: "B", false: "C"}
	}
	p.ID = newID(w.permissions, func() string {
		return prefix[c.Env == live] + c.region().digits + "-" + digits(7) + "-" + digits(7)
	})
	p.Scope, p.Created = c.scope, c.now
	if p.Currency == "" {
		p.Currency = c.region().currency
	}
	p.Status.become(chargeable, "", c.now)
	w.permissions[p.ID] = p
}

// spent returns what is captured of the permission, and what open authorizations hold
// besides.
func (p *permission) spent() (taken, held int64) {
	for _, ch := range p.Charges {
		switch ch.Status.State {
		case authorizationInitiated, authorized, captureInitiated:
			held += ch.Amount.Minor
		case captured:
			taken += ch.Captured.Minor
		}
	}
	return taken, held
}

// settle brings the permission and its charges up to date. What became of a charge shows at the
// time at which it happened, not at which it is looked at: what is due before the permission
// expires comes before that.
func (w *world) settle(p *permission, now time.Time) {
	if !p.Expires.IsZero() && p.Expires.Before(now) {
		p.settle(p.Expires)
	}
	p.settle(now)
}

func (p *permission) settle(now time.Time) {
	pending, latest := false, p.Status.Updated
	for _, ch := range p.Charges {
		if reason := ch.age(now); reason != "" {
			p.decline(reason, ch.Status.Updated)
		}
		if pending = pending || ch.Status.State == authorizationInitiated; ch.Status.Updated.After(latest) {
			latest = ch.Status.Updated
		}
	}
	taken, _ := p.spent()
	switch {
	case p.Status.State == closed:
	case p.Kind == oneTime && p.Limit.Minor > 0 && taken >= p.Limit.Minor:
		p.close(amazonClosed, latest)
	case !p.Expires.IsZero() && !now.Before(p.Expires):
		p.close(expired, p.Expires)
	case p.Status.State == chargeable && pending:
		p.Status.become(nonChargeable, chargeInProgress, latest)
	case p.Status.Reason == chargeInProgress && !pending:
		p.Status.become(chargeable, "", latest)
	}
}

func (p *permission) close(reason string, at time.Time) {
	p.Status.become(closed, reason, at)
	p.Ended = at
}

// showsBuyer reports whether the service still tells who the buyer is: of a one-time
// permission for 30 days, of others until 30 days after they were closed.
func (p *permission) showsBuyer(now time.Time) bool {
	from := p.Created
	if p.Kind != oneTime {
		from = p.Ended
	}
	return !p.InStore && (from.IsZero() || now.Before(from.AddDate(0, 0, 30)))
}

func (w *world) getPermission(c *call) (int, object, *refusal) {
	p, refused := w.permission(c, c.id)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, p.answer(c.now), nil
}

func (w *world) updatePermission(c *call) (int, object, *refusal) {
	p, refused := w.permission(c, c.id)
	if refused != nil {
		return 0, nil, refused
	}
	if p.Status.State == closed && !p.completes(c.body) {
		return 0, nil, unprocessable(permissionNotModifiable, "The charge permission is Closed (%s): of type OneTime, what merchantMetadata lacks can still be set, and no more.", p.Status.Reason)
	}
	if c.body["recurringMetadata"] != nil && p.Kind != recurring {
		return 0, nil, badRequest(invalidParameterCombo, "The charge permission is not recurring.")
	}
	p.Details.merge(c.body)
	p.Status.Updated = c.now
	return http.StatusOK, p.answer(c.now), nil
}

// completes reports whether an update gives a one-time permission what its merchantMetadata lacks,
// and nothing else, which a closed one takes as well
// (https://developer.amazon.com/docs/amazon-pay-checkout/update-info-post-checkout.html).
func (p *permission) completes(update object) bool {
	given, has := update.at("merchantMetadata"), p.Details.at("merchantMetadata")
	for name := range given {
		if has.text(name) != "" {
			return false
		}
	}
	return p.Kind == oneTime && len(given) > 0 && len(update) == 1
}

func (w *world) closePermission(c *call) (int, object, *refusal) {
	simulated, refused := c.simulated(amazonClosed)
	if refused != nil {
		return 0, nil, refused
	}
	p, refused := w.permission(c, c.id)
	if refused != nil {
		return 0, nil, refused
	}
	if p.Status.State == closed {
		return 0, nil, unprocessable(invalidPermissionStatus, "The charge permission is already Closed (%s).", p.Status.Reason)
	}
	reason := merchantClosed
	if simulated != "" {
		reason = simulated
	}
	p.close(reason, c.now)
	if c.body.flag("cancelPendingCharges") {
		for _, ch := range p.Charges {
			if ch.Status.State == authorizationInitiated || ch.Status.State == authorized {
				ch.Status.become(canceled, chargePermissionCanceled, c.now)
			}
		}
	}
	return http.StatusOK, p.answer(c.now), nil
}

func (p *permission) answer(now time.Time) object {
	var reasons any
	if p.Status.Reason != "" {
		reasons = []any{object{"reasonCode": p.Status.Reason, "reasonDescription": nil}}
	}
	limits := object{"amountLimit": nil, "amountBalance": nil}
	if p.Limit.Currency != "" {
		taken, held := p.spent()
		limits["amountLimit"] = p.Limit.price()
		limits["amountBalance"] = money{max(0, p.Limit.Minor-taken-held), p.Limit.Currency}.price()
	}
	if p.Kind == recurring { // of a payment method on file none was seen
		month := monthlyLimit(p.Kind, p.Currency)
		limits["amountLimit"] = month.price()
		limits["amountBalance"] = money{max(0, month.Minor-p.chargedInMonth(now)), p.Currency}.price()
	}
	var expires any
	if !p.Expires.IsZero() {
		expires = stamp(p.Expires)
	}
	o := p.Details.pick("platformId")
	if given := p.Details["paymentMethodOnFileMetadata"]; given != nil {
		o["paymentMethodOnFileMetadata"] = given
	}
	o.merge(object{
		"chargePermissionId":          p.ID,
		"chargePermissionReferenceId": nil,
		"chargePermissionType":        p.Kind,
		"buyer":                       nil,
		"shippingAddress":             nil,
		"billingAddress":              nil,
		"paymentPreferences":          []any{object{"paymentDescriptor": nil}},
		"merchantMetadata":            showMerchantMetadata(p.Details),
		"recurringMetadata":           showRecurringMetadata(p.Details.at("recurringMetadata")), // an object in permissions of every type
		"statusDetails": object{
			"state": p.Status.State, "reasons": reasons, "lastUpdatedTimestamp": stamp(p.Status.Updated),
		},
		"creationTimestamp":   stamp(p.Created),
		"expirationTimestamp": expires,
		"releaseEnvironment":  p.Scope.Env.release(),
		"limits":              limits,
		"presentmentCurrency": p.Currency,
	})
	if p.showsBuyer(now) {
		o["buyer"] = p.Wallet.buyer(p.Scope).summary()
		if p.Product != payOnly && p.Product != donation {
			o["shippingAddress"] = p.Wallet.shippingAddress(p.Scope, p.Details)
		}
		o["billingAddress"] = p.Wallet.billingAddress(p.Scope, p.Product, p.Details)
		o["paymentPreferences"] = []any{object{"paymentDescriptor": p.Wallet.card().String()}}
	}
	return o
}
