package ledger

import "time"

// Upgrade is the part of a session that only bindUpgradeAction's session has. Nothing is paid: the
// buyer agrees to a recurring payment
// (https://developer.amazon.com/docs/amazon-pay-checkout/upgrading-from-onetime-to-recurring.html).
type Upgrade struct {
	Action       string
	PermissionID string // of the order, or of the recurring payment
}

// The upgrade actions.
const (
	RecurringUpgrade = "recurringUpgrade" // a one-time permission gets a recurring one beside it
	RecurringUpdate  = "recurringUpdate"  // a recurring permission gets other recurringMetadata
)

// StartUpgrade makes the session on whose page the buyer agrees to a recurring payment. The call's
// body is the payload, checked against its table of members.
func (l *Ledger) StartUpgrade(c *Call, product, action string) (*Session, *Refusal) {
	kind, open := OneTime, false
	switch action {
	case RecurringUpgrade:
	case RecurringUpdate:
		kind, open = Recurring, true
	default:
		return nil, Invalid("upgradeAction", "must be recurringUpgrade or recurringUpdate")
	}
	id := c.Body.Text("chargePermissionId")
	of, refused := l.permission(c, id)
	switch {
	case refused != nil:
		return nil, refused
	case of.Kind != kind:
		return nil, Invalid("chargePermissionId", "must name a permission of type "+kind+" for "+action+": it is "+of.Kind)
	case open && of.Status.State == Closed:
		return nil, unprocessable(invalidPermissionStatus, "The charge permission is Closed (%s).", of.Status.Reason)
	}
	details := Object{
		"storeId": c.Shop.StoreID, "chargePermissionType": Recurring, "paymentDetails": Object{"paymentIntent": "Confirm"},
	}.with(of.Details, "shippingAddress", "billingAddress", "addressDetails", "scopes", "merchantMetadata")
	c.Body = details.with(c.Body, "storeId", "webCheckoutDetails", "recurringMetadata", "merchantMetadata", "platformId")
	made, refused := l.Click(c, product)
	if refused != nil {
		return nil, refused
	}
	made.Upgrade, made.Wallet = &Upgrade{action, id}, of.Wallet
	return made, nil
}

// UpdatesWallet reports whether the buyer changes a saved payment method, and pays nothing.
func (s *Session) UpdatesWallet() bool {
	return s.Details.Text("chargePermissionId") != "" && s.SetsUp()
}

// SetsUp reports whether the buyer saves or changes a payment method, and pays nothing.
func (s *Session) SetsUp() bool {
	return s.Details.At("paymentMethodOnFileMetadata").flag("setupOnly")
}

// ofBuyer reports whether the session is about a charge permission, and so for its buyer alone.
func (s *Session) ofBuyer() bool {
	return s.Upgrade != nil || s.Details.Text("chargePermissionId") != ""
}

// upgraded returns the permission that the completion of an upgrade leads to: a new one, or the old
// one with other recurringMetadata.
func (l *Ledger) upgraded(c *Call, s *Session) (*Permission, *Refusal) {
	of := l.Permissions[s.Upgrade.PermissionID]
	if s.Upgrade.Action == RecurringUpgrade {
		p := l.newPermission(c, s)
		p.Currency = of.Currency
		return p, nil
	}
	if l.settle(of, c.Now); of.Status.State == Closed {
		return nil, unprocessable(invalidPermissionStatus, "The charge permission is Closed (%s).", of.Status.Reason)
	}
	of.Details = of.Details.with(s.Details, "recurringMetadata")
	of.update(s.Wallet, c.Now)
	return of, nil
}

// update gives the permission the address and the card of the buyer's wallet.
func (p *Permission) update(chosen Wallet, now time.Time) {
	p.Wallet, p.Status.Updated = chosen, now
	if p.Status.State == nonChargeable && p.Status.Reason != chargeInProgress {
		p.Status.Become(Chargeable, "", now)
	}
}
