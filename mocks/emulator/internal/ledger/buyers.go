package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// BuyerScopes are the scopes of a sign-in, and what each lets a shop read.
var BuyerScopes = map[string][]string{
	"name": {"name"}, "email": {"email"}, "postalCode": {"postalCode", "countryCode"}, "shippingAddress": {"shippingAddress"},
	"phoneNumber": {"phoneNumber"}, "billingAddress": {"billingAddress"}, "primeStatus": {"primeMembershipTypes"},
}

// GetBuyer returns the buyer of a buyer token, as far as the scopes of the sign-in go.
func (l *Ledger) GetBuyer(c *Call) (Code, Object, *Refusal) {
	i, scopes, known := c.Shop.readBuyerToken(c.ID)
	buyers := BuyersOf(c.Scope)
	if !known || i >= len(buyers) {
		return 0, nil, Refuse(CodeNotFound, ResourceNotFound, "There is no buyer with this token.")
	}
	b := buyers[i]
	home := b.Addresses[0]
	all := b.summary()
	all.Merge(Object{"postalCode": home["postalCode"], "countryCode": home["countryCode"], "shippingAddress": home, "billingAddress": home})
	o := Object{"buyerId": b.id}
	for name, lets := range BuyerScopes {
		if slices.Contains(scopes, name) {
			o.Merge(all.pick(lets...))
		} else {
			o.Merge(Object{}.pick(lets...))
		}
	}
	return codeOK, o, nil
}

// act runs a function on an open session.
func (l *Ledger) act(sessionID string, now time.Time, do func(*Session) error) error {
	found := l.Sessions[sessionID]
	if found == nil || found.deleted(now) {
		return missing("checkout session", sessionID)
	}
	found.age(now)
	if found.Status.State != Open {
		return fmt.Errorf("emulator: checkout session %s is %s", sessionID, found.Status.State)
	}
	return do(found)
}

// SignIn has the buyer sign in to an open session.
func (l *Ledger) SignIn(sessionID string, now time.Time) error {
	return l.act(sessionID, now, func(s *Session) error {
		s.SignedIn = true
		return nil
	})
}

// SignInAs has one of the region's buyers sign in. If it is another buyer than before, the choices
// made so far are dropped. A session about a charge permission is for the permission's buyer alone.
func (s *Session) SignInAs(buyer int, now time.Time) error {
	if buyer < 0 || buyer >= len(BuyersOf(s.Scope)) {
		return errors.New("emulator: choose a buyer")
	}
	if s.ofBuyer() && s.Wallet.Buyer != buyer {
		return errors.New("emulator: sign in as " + s.Wallet.Owner(s.Scope).Name + ", whose charge permission this is")
	}
	if s.Wallet.Buyer != buyer {
		s.Wallet, s.Approved = Wallet{Buyer: buyer}, false
	}
	s.SignedIn, s.Status.Updated = true, now
	return nil
}

// Approve has the buyer sign in and approve the payment.
func (l *Ledger) Approve(sessionID string, now time.Time) error {
	return l.act(sessionID, now, func(s *Session) error { return s.Approve(now) })
}

// EndSession cancels an open session with a reason.
func (l *Ledger) EndSession(sessionID, reason string, now time.Time) error {
	return l.act(sessionID, now, func(s *Session) error {
		s.Status.Become(Canceled, reason, now)
		return nil
	})
}

// ChangeAddress has the buyer choose another shipping address.
func (l *Ledger) ChangeAddress(sessionID string, address Object, now time.Time) error {
	return l.act(sessionID, now, func(s *Session) error { return s.ChangeAddress(address, now) })
}

// ChangeCard has the buyer choose another card.
func (l *Ledger) ChangeCard(sessionID, lastDigits string, now time.Time) error {
	return l.act(sessionID, now, func(s *Session) error { return s.ChangeCard(lastDigits, now) })
}

// ChangePaymentMethod has the buyer give a charge permission another card.
func (l *Ledger) ChangePaymentMethod(permissionID, lastDigits string, now time.Time) error {
	if _, known := CardNamed(lastDigits); !known || lastDigits == "" {
		return unknownCard(lastDigits)
	}
	return l.onPermission(permissionID, now, func(p *Permission) error {
		if p.Status.State == Closed {
			return fmt.Errorf("emulator: charge permission %s is Closed", permissionID)
		}
		chosen := p.Wallet
		chosen.Card = lastDigits
		p.update(chosen, now)
		return nil
	})
}
