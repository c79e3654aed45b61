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

// changeConfiguration is what bindChangeAction takes.
type changeConfiguration struct {
	AmazonCheckoutSessionID string `json:"amazonCheckoutSessionId"`
	ChangeAction            Action `json:"changeAction"`
}

// ChangeAction returns a script for the review page: a click on the element with the id elementID
// leads the buyer to the page of Amazon on which the address or the payment method is changed, and
// back to the review page. Put it after the element, which should be a button of type button. If
// the element has the attribute hidden, it appears when it works. nonce is the nonce of the page's
// Content-Security-Policy, or empty.
//
// If checkout.js cannot be loaded or refuses the action, the element is hidden, a text for the
// buyer stands in its place, and the browser's console says why. This is also what an empty id
// does.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/amazon-pay-script.html
func (m *Maker) ChangeAction(nonce, elementID, checkoutSessionID string, action Action) template.HTML {
	if !m.made() {
		return ""
	}
	config, err := json.Marshal(changeConfiguration{checkoutSessionID, action})
	if err != nil { // two texts
		config = []byte("{}")
	}
	tail := script(m.script, textsOf("", m.region), callChange, elementID, []byte(ascii(string(config))))
	return template.HTML("<script" + nonceAttribute(nonce) + tail) //nolint:gosec // all parts are escaped
}
