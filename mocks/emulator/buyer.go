package emulator

import (
	"fmt"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// Buyer does what a customer does in the browser, without one.
type Buyer struct{ s *Server }

// Buyer returns the customer.
func (s *Server) Buyer() *Buyer { return &Buyer{s} }

// SignIn has the buyer sign in at the button of an open session: the session then
// shows the buyer, and the address at which to pay once its other constraints are gone. A
// session without a payment page ends with finalizeCheckoutSession after this. A session that is
// over is an error.
func (b *Buyer) SignIn(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.SignIn(sessionID, now) })
}

// Approve has the buyer sign in, and approve the payment at the page behind
// amazonPayRedirectUrl if the session has all that it needs: completeCheckoutSession then
// works. If not (see its constraints), the buyer has only signed in, and must approve again
// after the session was updated, as at Amazon. An update of the payment details takes an
// approval back. With the cards 3064 and 3434 the session is Canceled instead. A session that is
// over is an error, and so are the cards 0701 and 4354 without paymentIntent Authorize and
// canHandlePendingAuthorization.
func (b *Buyer) Approve(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.Approve(sessionID, now) })
}

// Abandon has the buyer give up at Amazon: the session is Canceled, with BuyerCanceled. A
// session that is over is an error.
func (b *Buyer) Abandon(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndSession(sessionID, ledger.BuyerCanceled, now) })
}

// Decline has the buyer's payment fail at Amazon: the session is Canceled, with Declined. A
// session that is over is an error.
func (b *Buyer) Decline(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndSession(sessionID, ledger.Declined, now) })
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
func (a Address) object() ledger.Object {
	return ledger.Object{
		"name": ledger.OrNull(a.Name), "addressLine1": ledger.OrNull(a.AddressLine1), "addressLine2": ledger.OrNull(a.AddressLine2),
		"addressLine3": ledger.OrNull(a.AddressLine3), "city": ledger.OrNull(a.City), "county": ledger.OrNull(a.County),
		"district": ledger.OrNull(a.District), "stateOrRegion": ledger.OrNull(a.StateOrRegion), "postalCode": ledger.OrNull(a.PostalCode),
		"countryCode": a.CountryCode, "phoneNumber": ledger.OrNull(a.PhoneNumber),
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
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.ChangeAddress(sessionID, a.object(), now) })
}

// ChangeCard has the buyer choose another card, by the last four digits of one of the test cards:
// 1111, 0005, 4444, 9424, 0000 and 1212 are good, 3064 and 3434 end the session at payment, 0701
// and 4354 make authorizations pending. A session whose buyer has not signed in and one that is
// over are errors. An approval that was given before is taken back.
func (b *Buyer) ChangeCard(sessionID, lastDigits string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.ChangeCard(sessionID, lastDigits, now) })
}

// ChangePaymentMethod has the buyer give a charge permission another card, in the account at
// Amazon: a permission that was NonChargeable for its payment method is Chargeable again. A
// closed or unknown permission and an unknown card are errors.
func (b *Buyer) ChangePaymentMethod(permissionID, lastDigits string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error {
		return w.ChangePaymentMethod(permissionID, lastDigits, now)
	})
}

// Dispute has the buyer's bank file a chargeback of all that a charge captured: the dispute,
// whose id is returned, is ActionRequired with ChargebackFiled, and can be contested for 11
// days. A charge that is not Captured is an error.
func (b *Buyer) Dispute(chargeID string) (disputeID string, err error) {
	err = b.s.change(func(w *ledger.Ledger, now time.Time) error {
		disputeID, err = w.Chargeback(chargeID, now)
		return err
	})
	return disputeID, err
}
