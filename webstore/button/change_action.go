package button

import (
	"encoding/json"
	"html/template"
)

// Action is what the buyer changes on the review page.
type Action string

// The actions.
const (
	ActionChangeAddress Action = "changeAddress" // the shipping address
	ActionChangePayment Action = "changePayment" // the payment method
)

// Change is an element of the review page with which the buyer changes something.
type Change struct {
	Action Action `log:"action"`
	// ElementID is the id of the element.
	ElementID string `log:"element_id"`
	// CheckoutSessionID is the session that the review page is about.
	CheckoutSessionID string `log:"checkout_session_id"`
	// Language is the language of the text that replaces the element if it does not work. The default
	// is English, or Japanese in Japan.
	Language Language `log:"language"`
}

// changeConfiguration is what bindChangeAction takes.
type changeConfiguration struct {
	AmazonCheckoutSessionID string `json:"amazonCheckoutSessionId"`
	ChangeAction            Action `json:"changeAction"`
}

// ChangeAction returns a script for the review page: a click on the element leads the buyer to the
// page of Amazon on which the address or the payment method is changed, and back to the review
// page. Put it after the element, which should be a button of type button. If the element has the
// attribute hidden, it appears when it works. nonce is the nonce of the page's
// Content-Security-Policy, or empty.
//
// If checkout.js cannot be loaded or refuses the action, the element is hidden, a text for the
// buyer appears in its place, and the browser's console says why. The same happens if an id is
// empty.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/amazon-pay-script.html
func (m *Maker) ChangeAction(nonce string, c Change) template.HTML {
	if !m.made() {
		return ""
	}
	config, err := json.Marshal(changeConfiguration{c.CheckoutSessionID, c.Action})
	if err != nil { // two texts
		config = []byte("{}")
	}
	tail := script(m.script, textsOf(c.Language, m.region), callChange, c.ElementID, []byte(ascii(string(config))))
	return template.HTML("<script" + nonceAttribute(nonce) + tail) //nolint:gosec // all parts are escaped
}
