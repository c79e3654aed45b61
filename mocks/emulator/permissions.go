package emulator

import (
	"net/http"
	"time"
)

const maxCharges = 25 // of a one-time permission

type permission struct {
	id       string
	scope    scope
	kind     string
	status   status
	created  time.Time
	expires  time.Time // zero: never
	limit    money     // no currency: none
	currency string
	details  object
	buyer    *buyer // nil: in-store
	charges  []*charge
}

// permission returns one of the caller's charge permissions as it is by now.
func (w *world) permission(c *call, id string) (*permission, *refusal) {
	found, ok := w.permissions[id]
	if !ok || found.scope != c.scope {
		return nil, notFound("charge permission", id)
	}
	w.settle(found, c.now)
	return found, nil
}

func (w *world) newPermission(c *call, s *session) *permission {
	payment := s.details.at("paymentDetails")
	p := &permission{
		kind:     s.details.text("chargePermissionType"),
		currency: payment.moneyAt("chargeAmount").currency,
		details: s.details.pick("recurringMetadata", "paymentMethodOnFileMetadata", "platformId", "merchantMetadata",
			"shippingAddress", "billingAddress", "scopes", "addressDetails"),
		buyer: w.buyerOf(c.merchantID),
	}
	switch p.kind {
	case recurring:
		p.expires = c.now.AddDate(0, 13, 0)
	case onFile:
	default:
		p.kind = oneTime
		p.limit = payment.moneyAt("chargeAmount")
		if total := payment.moneyAt("totalOrderAmount"); total.currency != "" {
			p.limit = total
		}
		p.expires = c.now.AddDate(0, 0, 180)
		if payment.flag("extendExpiration") {
			p.expires = c.now.AddDate(0, 13, 0)
		}
	}
	w.addPermission(c, p)
	return p
}

func (w *world) addPermission(c *call, p *permission) {
	prefix := map[bool]string{true: "P", false: "S"}
	if p.kind != oneTime {
		prefix = map[bool]string{true: "B", false: "C"}
	}
	p.id = newID(w.permissions, func() string {
		return prefix[c.env == live] + w.region.digits + "-" + digits(7) + "-" + digits(7)
	})
	p.scope, p.created = c.scope, c.now
	if p.currency == "" {
		p.currency = w.region.currency
	}
	p.status.become(chargeable, "", c.now)
	w.permissions[p.id] = p
}

// spent returns what is captured of the permission, and what open authorizations hold
// besides.
func (p *permission) spent() (taken, held int64) {
	for _, ch := range p.charges {
		switch ch.status.state {
		case authorizationInitiated, authorized, captureInitiated:
			held += ch.amount.minor
		case captured:
			taken += ch.captured.minor
		}
	}
	return taken, held
}

// settle brings the permission and its charges up to date.
func (w *world) settle(p *permission, now time.Time) {
	pending := false
	for _, ch := range p.charges {
		ch.age(now)
		pending = pending || ch.status.state == authorizationInitiated
	}
	taken, _ := p.spent()
	switch {
	case p.status.state == closed:
	case !p.expires.IsZero() && !now.Before(p.expires):
		p.status.become(closed, expired, p.expires)
	case p.kind == oneTime && p.limit.minor > 0 && taken >= p.limit.minor:
		p.status.become(closed, amazonClosed, now)
	case p.status.state == chargeable && pending:
		p.status.become(nonChargeable, chargeInProgress, now)
	case p.status.reason == chargeInProgress && !pending:
		p.status.become(chargeable, "", now)
	}
}

func (w *world) getPermission(c *call) (int, object, *refusal) {
	p, refused := w.permission(c, c.id)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, p.answer(), nil
}

func (w *world) updatePermission(c *call) (int, object, *refusal) {
	p, refused := w.permission(c, c.id)
	if refused != nil {
		return 0, nil, refused
	}
	if p.status.state == closed {
		return 0, nil, unprocessable(permissionNotModifiable, "The charge permission is Closed (%s).", p.status.reason)
	}
	if c.body["recurringMetadata"] != nil && p.kind != recurring {
		return 0, nil, badRequest(invalidParameterCombo, "The charge permission is not recurring.")
	}
	p.details.merge(c.body)
	p.status.updated = c.now
	return http.StatusOK, p.answer(), nil
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
	if p.status.state == closed {
		return 0, nil, unprocessable(invalidPermissionStatus, "The charge permission is already Closed (%s).", p.status.reason)
	}
	reason := merchantClosed
	if simulated != "" {
		reason = simulated
	}
	p.status.become(closed, reason, c.now)
	if c.body.flag("cancelPendingCharges") {
		for _, ch := range p.charges {
			if ch.status.state == authorizationInitiated || ch.status.state == authorized {
				ch.status.become(canceled, chargePermissionCanceled, c.now)
			}
		}
	}
	return http.StatusOK, p.answer(), nil
}

func (p *permission) answer() object {
	var reasons any
	if p.status.reason != "" {
		reasons = []any{object{"reasonCode": p.status.reason, "reasonDescription": nil}}
	}
	limits := object{"amountLimit": nil, "amountBalance": nil}
	if p.limit.currency != "" {
		taken, held := p.spent()
		limits["amountLimit"] = p.limit.price()
		limits["amountBalance"] = money{max(0, p.limit.minor-taken-held), p.limit.currency}.price()
	}
	var expires any
	if !p.expires.IsZero() {
		expires = stamp(p.expires)
	}
	o := p.details.pick("recurringMetadata", "paymentMethodOnFileMetadata", "platformId")
	o.merge(object{
		"chargePermissionId":          p.id,
		"chargePermissionReferenceId": nil,
		"chargePermissionType":        p.kind,
		"buyer":                       nil,
		"shippingAddress":             nil,
		"billingAddress":              nil,
		"paymentPreferences":          []any{nil},
		"merchantMetadata": p.details.at("merchantMetadata").pick("merchantReferenceId", "merchantStoreName",
			"noteToBuyer", "customInformation"),
		"statusDetails": object{
			"state": p.status.state, "reasons": reasons, "lastUpdatedTimestamp": stamp(p.status.updated),
		},
		"creationTimestamp":   stamp(p.created),
		"expirationTimestamp": expires,
		"releaseEnvironment":  p.scope.env.release(),
		"limits":              limits,
		"presentmentCurrency": p.currency,
	})
	if p.buyer != nil {
		o["buyer"] = p.buyer.summary()
		o["shippingAddress"] = p.buyer.shippingAddress(p.details)
		o["billingAddress"] = p.buyer.billingAddress(p.details)
		o["paymentPreferences"] = []any{object{"paymentDescriptor": p.buyer.card}}
	}
	return o
}
