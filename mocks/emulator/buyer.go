package emulator

import (
	"fmt"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// Buyer does what a customer does in the browser.
type Buyer struct{ s *Server }

// Buyer returns the customer.
func (s *Server) Buyer() *Buyer { return &Buyer{s} }

// SignIn makes the buyer sign in at the button of an open session: the session then shows the buyer
// and, once no other constraint is left, the URL of the payment page. A session without a payment
// page is ended with FinalizeCheckoutSession after this. It returns an error if the id is unknown
// or the session is over.
func (b *Buyer) SignIn(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.SignIn(sessionID, now) })
}

// Approve makes the buyer sign in and, if the session has all that it requires, approve the payment
// at the page behind amazonPayRedirectUrl. CompleteCheckoutSession then works. If the session has
// constraints, the buyer only signs in and must approve again after an update, as at Amazon. An
// update of the payment details takes an approval back.
//
// With the cards 3064 and 3434 the session is Canceled instead. It returns an error if the id is
// unknown, if the session is over, and for the cards 0701 and 4354 without paymentIntent Authorize
// and canHandlePendingAuthorization.
func (b *Buyer) Approve(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.Approve(sessionID, now) })
}

// Abandon makes the buyer give up at Amazon: the session is Canceled, with BuyerCanceled. It
// returns an error if the id is unknown or the session is over.
func (b *Buyer) Abandon(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndSession(sessionID, ledger.BuyerCanceled, now) })
}

// Decline makes the buyer's payment fail at Amazon: the session is Canceled, with Declined. It
// returns an error if the id is unknown or the session is over.
func (b *Buyer) Decline(sessionID string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndSession(sessionID, ledger.Declined, now) })
}

// Address is an address that a buyer chooses. All members but the country are optional.
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

// ChangeAddress makes the buyer choose another shipping address. An approval given before is taken
// back. It returns an error if the session's deliverySpecifications rule the address out, if the
// buyer has not signed in, if the shop itself gave the address, and if the session is unknown or
// over.
func (b *Buyer) ChangeAddress(sessionID string, a Address) error {
	if len(a.CountryCode) != 2 || strings.Trim(strings.ToUpper(a.CountryCode), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fmt.Errorf("emulator: Address.CountryCode %q must be two letters", a.CountryCode)
	}
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.ChangeAddress(sessionID, a.object(), now) })
}

// ChangeCard makes the buyer choose the test card with these last four digits. An approval given
// before is taken back. It returns an error if the card is unknown, if the buyer has not signed in,
// and if the session is unknown or over.
func (b *Buyer) ChangeCard(sessionID, lastDigits string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error { return w.ChangeCard(sessionID, lastDigits, now) })
}

// ChangePaymentMethod makes the buyer give a charge permission another card, in the account at
// Amazon. A permission that was NonChargeable because of its payment method becomes Chargeable
// again. It returns an error if the card or the permission is unknown, or the permission is closed.
func (b *Buyer) ChangePaymentMethod(permissionID, lastDigits string) error {
	return b.s.change(func(w *ledger.Ledger, now time.Time) error {
		return w.ChangePaymentMethod(permissionID, lastDigits, now)
	})
}

// Dispute makes the buyer's bank file a chargeback of all that a charge captured, and returns the
// id of the dispute. It is ActionRequired with ChargebackFiled, and can be contested for 11 days.
// It returns an error if the charge is unknown or not Captured.
func (b *Buyer) Dispute(chargeID string) (disputeID string, err error) {
	err = b.s.change(func(w *ledger.Ledger, now time.Time) error {
		disputeID, err = w.Chargeback(chargeID, now)
		return err
	})
	return disputeID, err
}
