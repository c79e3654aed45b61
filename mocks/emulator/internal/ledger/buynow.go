package ledger

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// BuyNow is the part of a session that only a Buy Now button's session has. The buyer chooses and
// pays on one page, which asks the shop's page for the cart.
type BuyNow struct {
	Origin   string // of the shop's page; empty if no browser started it
	Language string // checkoutLanguage of the button, or empty
	Delivery Object // the delivery option that the buyer chose; nil: none
}

// Cart is what the buyer saw on the Buy Now page when pressing "Pay now".
type Cart struct {
	Charge   Money
	Order    Money  // no currency: the shop gave no total of the order
	Delivery Object // the delivery option; nil: nothing is shipped
}

// PayNow has the buyer pay what the Buy Now page shows. FinalizeCheckoutSession then works for
// these amounts and for no others, until the buyer changes something. PayNow can be repeated.
func (s *Session) PayNow(seen Cart, now time.Time) error {
	switch why := s.Undeliverable(); {
	case s.BuyNow == nil:
		return errors.New("emulator: this is not a Buy Now session")
	case !s.SignedIn:
		return ErrNotSignedIn
	case why != "":
		return errors.New("emulator: " + why)
	}
	payment := make(Object)
	payment.Merge(s.Details.At("paymentDetails"))
	payment["chargeAmount"] = seen.Charge.Price()
	delete(payment, "totalOrderAmount")
	if seen.Order.Currency != "" {
		payment["totalOrderAmount"] = seen.Order.Price()
	}
	details := make(Object)
	details.Merge(s.Details)
	details["paymentDetails"] = payment
	s.Details, s.BuyNow.Delivery, s.Approved, s.Status.Updated = details, seen.Delivery, true, now
	return nil
}

// InitEvent is the event onInitCheckout. It has the members of the buyer that the button's scopes
// name (without scopes: all), and the addresses.
func (s *Session) InitEvent() Object {
	buyer, summary := Object{}, s.Wallet.Owner(s.Scope).summary()
	scopes, _ := s.Details["scopes"].([]any)
	for _, name := range []string{"name", "email", "phoneNumber"} {
		if len(scopes) == 0 || slices.Contains(scopes, any(name)) {
			buyer[name] = summary[name]
		}
	}
	buyer["buyerId"] = summary["buyerId"]
	event := Object{"buyer": buyer, "scopes": buyer, "billingAddress": s.Wallet.billingAddress(s.Scope, s.Product, s.Details)}
	if s.Ships() {
		event["shippingAddress"] = s.Wallet.ShippingAddress(s.Scope, s.Details)
	}
	if s.BuyNow.Language != "" {
		event["checkoutLanguage"] = s.BuyNow.Language
	}
	return event
}

// CompleteEvent is the event onCompleteCheckout.
func (s *Session) CompleteEvent() Object {
	return Object{
		"amazonCheckoutSessionId": s.ID, "billingAddress": s.Wallet.Owner(s.Scope).Addresses[0],
		"paymentDescriptor": s.Wallet.ChosenCard().String(), "amazonPayCheckoutType": "BuyNow",
	}
}

// EffectIn describes the card's effect in a session.
func (c Card) EffectIn(s *Session) string {
	if s.BuyNow != nil && c.decline != "" {
		return "declined, unless the shop can wait: choose another and pay again"
	}
	return c.Effect
}

// checkFinal refuses to finalize a Buy Now session unless the amounts are the ones that the buyer
// saw, and the address is the one that the buyer chose
// (https://developer.amazon.com/docs/amazon-pay-buy-now-checkout/verify-and-complete-checkout.html).
func (s *Session) checkFinal(body Object) *Refusal {
	if !s.Approved {
		return unprocessable(invalidSessionStatus, "The buyer has not pressed Pay now, or has changed something since.")
	}
	if refused := s.checkAmounts(body); refused != nil {
		return refused
	}
	name, chosen := "shippingAddress", s.Wallet.ShippingAddress(s.Scope, s.Details)
	if !s.Ships() {
		name, chosen = "billingAddress", s.Wallet.Owner(s.Scope).Addresses[0]
	}
	given := body.At(name)
	if given == nil {
		return BadRequest(MissingParameterValue, "The member %s is required for productType %s.", name, s.Product)
	}
	for member, text := range showAddress(chosen) {
		was, _ := text.(string)
		if strings.TrimSpace(given.Text(member)) != strings.TrimSpace(was) {
			return Invalid(name+"."+member, "differs from the address of the checkout session")
		}
	}
	return nil
}

// triedAgain are the declines after which a Buy Now session stays open: the buyer chooses another
// payment method and pays again.
var triedAgain = []string{softDeclined, hardDeclined, paymentMethodNotAllowed, mfaNotCompleted}

// declined applies a decline at the completion to the session.
func (s *Session) declined(reason string, now time.Time) {
	if s.BuyNow != nil && slices.Contains(triedAgain, reason) {
		s.Approved, s.Status.Updated = false, now
		return
	}
	s.Status.Become(Canceled, Declined, now)
}
