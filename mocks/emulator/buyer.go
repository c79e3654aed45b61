package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// buyer is the one customer that each merchant has.
type buyer struct {
	id      string
	name    string
	email   string
	phone   string
	card    string
	address object
	region  string
}

// buyerOf returns a merchant's buyer, at home in the emulator's region.
func (w *world) buyerOf(merchantID string) *buyer {
	b := &buyer{id: "amzn1.account.EMULATED" + merchantID, region: w.region.name, card: "Visa ****1111 (Amazon Pay)"}
	var place object
	switch w.region.name {
	case "eu":
		b.name, b.email, b.phone = "Jörg Müller", "joerg@example.com", "+49 30 555 0100"
		place = object{"addressLine1": "Straße der Beispiele 1", "city": "Berlin", "stateOrRegion": "", "postalCode": "10115", "countryCode": "DE"}
	case "jp":
		b.name, b.email, b.phone = "山田 花子", "hanako@example.com", "03-5555-0100"
		place = object{"addressLine1": "例町1-2-3", "addressLine2": "テストビル 4F", "city": "千代田区", "stateOrRegion": "東京都", "postalCode": "100-0001", "countryCode": "JP"}
	default:
		b.name, b.email, b.phone = "Susie Smith", "susie@example.com", "800-555-0100"
		place = object{"addressLine1": "10 Ditka Ave", "addressLine2": "Suite 2500", "city": "Chicago", "stateOrRegion": "IL", "postalCode": "60602", "countryCode": "US"}
	}
	place["name"], place["phoneNumber"] = b.name, b.phone
	b.address = showAddress(place)
	return b
}

func showAddress(given object) object {
	return given.pick("name", "addressLine1", "addressLine2", "addressLine3", "city", "county", "district",
		"stateOrRegion", "postalCode", "countryCode", "phoneNumber")
}

// summary is the buyer within a session or charge permission.
func (b *buyer) summary() object {
	return object{"buyerId": b.id, "name": b.name, "email": b.email, "phoneNumber": b.phone, "primeMembershipTypes": nil}
}

// shippingAddress is the one that the shop gave with the details, or the buyer's.
func (b *buyer) shippingAddress(details object) object {
	if given := details.at("shippingAddress"); given != nil {
		return showAddress(given)
	}
	if given := details.at("addressDetails"); given != nil {
		shown := showAddress(given)
		shown["district"] = given["districtOrCounty"]
		return shown
	}
	return b.address
}

// addressList is the addresses as texts, each of which holds a JSON object.
func (b *buyer) addressList(details object) []any {
	listed := object{"addressId": "amzn1.address.EMULATED0001"}
	listed.merge(b.shippingAddress(details))
	return []any{string(encode(listed))}
}

// billingAddress is shown in Europe, and elsewhere where the shop asked for it.
func (b *buyer) billingAddress(details object) any {
	if given := details.at("billingAddress"); given != nil {
		return showAddress(given)
	}
	scopes, _ := details["scopes"].([]any)
	if b.region == "eu" || slices.Contains(scopes, any("billingAddress")) {
		return b.address
	}
	return nil
}

func (w *world) getBuyer(c *call) (int, object, *refusal) {
	if c.id != c.merchant.buyerToken {
		return 0, nil, refuse(http.StatusNotFound, resourceNotFound, "There is no buyer with this token.")
	}
	b := w.buyerOf(c.merchantID)
	o := b.summary()
	o["postalCode"], o["countryCode"] = b.address["postalCode"], b.address["countryCode"]
	o["shippingAddress"], o["billingAddress"] = b.address, b.address
	return http.StatusOK, o, nil
}

// Buyer does what a customer does in the browser.
type Buyer struct{ s *Server }

// Buyer returns the customer.
func (s *Server) Buyer() *Buyer { return &Buyer{s} }

// SignIn has the buyer sign in at the button of an open session: the session then
// shows the buyer, and the address at which to pay once its other constraints are gone. A
// session without a payment page ends with finalizeCheckoutSession after this.
func (b *Buyer) SignIn(sessionID string) error {
	return b.act(sessionID, func(s *session, _ time.Time) { s.signedIn = true })
}

// Approve has the buyer sign in, and approve the payment at the page behind
// amazonPayRedirectUrl if the session has all that it needs: completeCheckoutSession then
// works. If not (see its constraints), the buyer has only signed in, and must approve again
// after the session was updated, as at Amazon. An update of the payment details takes an
// approval back. A session that is over is an error.
func (b *Buyer) Approve(sessionID string) error {
	return b.act(sessionID, func(s *session, _ time.Time) {
		s.signedIn = true
		s.approved = len(s.missing()) == 0
	})
}

// Cancel has the buyer give up at Amazon: the session is Canceled, with BuyerCanceled. A
// session that is over is an error.
func (b *Buyer) Cancel(sessionID string) error {
	return b.act(sessionID, func(s *session, now time.Time) { s.status.become(canceled, buyerCanceled, now) })
}

// Decline has the buyer's payment fail at Amazon: the session is Canceled, with Declined. A
// session that is over is an error.
func (b *Buyer) Decline(sessionID string) error {
	return b.act(sessionID, func(s *session, now time.Time) { s.status.become(canceled, declined, now) })
}

var errNoSession = errors.New("emulator: there is no such checkout session")

func (b *Buyer) act(sessionID string, do func(s *session, now time.Time)) error {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	found, ok := b.s.world.sessions[sessionID]
	if !ok {
		return fmt.Errorf("%w: %q", errNoSession, sessionID)
	}
	now := b.s.now()
	found.age(now)
	if found.status.state != open {
		return fmt.Errorf("emulator: checkout session %s is %s", sessionID, found.status.state)
	}
	do(found, now)
	return nil
}
