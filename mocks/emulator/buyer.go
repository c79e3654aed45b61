package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// buyerScopes are the scopes of a sign-in, and what each lets a shop read.
var buyerScopes = map[string][]string{
	"name": {"name"}, "email": {"email"}, "postalCode": {"postalCode", "countryCode"}, "shippingAddress": {"shippingAddress"},
	"phoneNumber": {"phoneNumber"}, "billingAddress": {"billingAddress"}, "primeStatus": {"primeMembershipTypes"},
}

func (w *world) getBuyer(c *call) (int, object, *refusal) {
	i, scopes, known := c.merchant.readBuyerToken(c.id)
	buyers := buyersOf(c.scope)
	if !known || i >= len(buyers) {
		return 0, nil, refuse(http.StatusNotFound, resourceNotFound, "There is no buyer with this token.")
	}
	b := buyers[i]
	home := b.addresses[0]
	all := b.summary()
	all.merge(object{"postalCode": home["postalCode"], "countryCode": home["countryCode"], "shippingAddress": home, "billingAddress": home})
	o := object{"buyerId": b.id}
	for name, lets := range buyerScopes {
		if slices.Contains(scopes, name) {
			o.merge(all.pick(lets...))
		} else {
			o.merge(object{}.pick(lets...))
		}
	}
	return http.StatusOK, o, nil
}

// Buyer does what a customer does in the browser, without one.
type Buyer struct{ s *Server }

// Buyer returns the customer.
func (s *Server) Buyer() *Buyer { return &Buyer{s} }

// SignIn has the buyer sign in at the button of an open session: the session then
// shows the buyer, and the address at which to pay once its other constraints are gone. A
// session without a payment page ends with finalizeCheckoutSession after this. A session that is
// over is an error.
func (b *Buyer) SignIn(sessionID string) error {
	return b.act(sessionID, func(s *session, _ time.Time) error {
		s.SignedIn = true
		return nil
	})
}

// Approve has the buyer sign in, and approve the payment at the page behind
// amazonPayRedirectUrl if the session has all that it needs: completeCheckoutSession then
// works. If not (see its constraints), the buyer has only signed in, and must approve again
// after the session was updated, as at Amazon. An update of the payment details takes an
// approval back. With the cards 3064 and 3434 the session is Canceled instead. A session that is
// over is an error, and so are the cards 0701 and 4354 without paymentIntent Authorize and
// canHandlePendingAuthorization.
func (b *Buyer) Approve(sessionID string) error {
	return b.act(sessionID, (*session).approve)
}

// Abandon has the buyer give up at Amazon: the session is Canceled, with BuyerCanceled. A
// session that is over is an error.
func (b *Buyer) Abandon(sessionID string) error {
	return b.act(sessionID, func(s *session, now time.Time) error {
		s.Status.become(canceled, buyerCanceled, now)
		return nil
	})
}

// Decline has the buyer's payment fail at Amazon: the session is Canceled, with Declined. A
// session that is over is an error.
func (b *Buyer) Decline(sessionID string) error {
	return b.act(sessionID, func(s *session, now time.Time) error {
		s.Status.become(canceled, declined, now)
		return nil
	})
}

// Address is one that a buyer chooses: members as in the service's address, all but the country
// optional.
type Address struct {
	Name          string `json:"name"`
	AddressLine1  string `json:"addressLine1"`
	AddressLine2  string `json:"addressLine2"`
	AddressLine3  string `json:"addressLine3"`
	City          string `json:"city"`
	County        string `json:"county"`
	District      string `json:"district"`
	StateOrRegion string `json:"stateOrRegion"`
	PostalCode    string `json:"postalCode"`
	CountryCode   string `json:"countryCode"` // two letters
	PhoneNumber   string `json:"phoneNumber"`
}

// object returns the address as answers have it, what is empty as null.
func (a Address) object() object {
	return object{
		"name": orNull(a.Name), "addressLine1": orNull(a.AddressLine1), "addressLine2": orNull(a.AddressLine2),
		"addressLine3": orNull(a.AddressLine3), "city": orNull(a.City), "county": orNull(a.County),
		"district": orNull(a.District), "stateOrRegion": orNull(a.StateOrRegion), "postalCode": orNull(a.PostalCode),
		"countryCode": a.CountryCode, "phoneNumber": orNull(a.PhoneNumber),
	}
}

// ChangeAddress has the buyer choose another shipping address. One that the session's
// deliverySpecifications rule out is an error, as are a session whose buyer has not signed in, one
// whose address the shop itself gave, and one that is over. An approval that was given before is
// taken back.
func (b *Buyer) ChangeAddress(sessionID string, a Address) error {
	if len(a.CountryCode) != 2 || strings.Trim(strings.ToUpper(a.CountryCode), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fmt.Errorf("emulator: Address.CountryCode %q is not two letters", a.CountryCode)
	}
	return b.act(sessionID, func(s *session, now time.Time) error { return s.changeAddress(a.object(), now) })
}

// ChangeCard has the buyer choose another card, by the last four digits of one of the test cards:
// 1111, 0005, 4444, 9424, 0000 and 1212 are good, 3064 and 3434 end the session at payment, 0701
// and 4354 make authorizations pending. A session whose buyer has not signed in and one that is
// over are errors. An approval that was given before is taken back.
func (b *Buyer) ChangeCard(sessionID, lastDigits string) error {
	return b.act(sessionID, func(s *session, now time.Time) error { return s.changeCard(lastDigits, now) })
}

// ChangePaymentMethod has the buyer give a charge permission another card, in the account at
// Amazon: a permission that was NonChargeable for its payment method is Chargeable again. A
// closed or unknown permission and an unknown card are errors.
func (b *Buyer) ChangePaymentMethod(permissionID, lastDigits string) error {
	if _, known := cardNamed(lastDigits); !known || lastDigits == "" {
		return unknownCard(lastDigits)
	}
	return b.s.onPermission(permissionID, func(p *permission, now time.Time) error {
		if p.Status.State == closed {
			return fmt.Errorf("emulator: charge permission %s is Closed", permissionID)
		}
		p.Wallet.Card = lastDigits
		if p.Status.State == nonChargeable && p.Status.Reason != chargeInProgress {
			p.Status.become(chargeable, "", now)
		}
		return nil
	})
}

func unknownCard(digits string) error {
	known := make([]string, len(cards))
	for i, c := range cards {
		known[i] = c.digits
	}
	return fmt.Errorf("emulator: there is no test card %q: want one of %s", digits, strings.Join(known, ", "))
}

// errNotFound is that of an object that the emulator does not have.
var errNotFound = errors.New("emulator: not found")

func missing(kind, id string) error {
	return fmt.Errorf("%w: there is no %s %q", errNotFound, kind, id)
}

func (b *Buyer) act(sessionID string, do func(s *session, now time.Time) error) error {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	found, now := b.s.world.sessions[sessionID], b.s.Now()
	if found == nil || found.deleted(now) {
		return missing("checkout session", sessionID)
	}
	found.age(now)
	if found.Status.State != open {
		return fmt.Errorf("emulator: checkout session %s is %s", sessionID, found.Status.State)
	}
	b.s.changed()
	return do(found, now)
}
