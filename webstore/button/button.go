package button

import (
	"encoding/json"
	"html/template"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Button is a signed button. It does not change, and is safe for concurrent use.
type Button struct {
	signed amazonpay.SignedButton
	config []byte // JSON, ASCII, with < > & escaped
	call   string
	script string
}

func newButton(m *Maker, k *kind, o Options, signed amazonpay.SignedButton) (*Button, error) {
	config := map[string]any{
		"merchantId":     m.config.MerchantID,
		"ledgerCurrency": o.LedgerCurrency,
		"placement":      o.Placement,
		"productType":    or(o.ProductType, k.products[0]),
		k.config:         signed,
	}
	if o.Language != "" {
		config["checkoutLanguage"] = o.Language
	}
	if m.config.Client.Environment() == amazonpay.EnvironmentSandbox {
		config["sandbox"] = true
	}
	text, err := json.Marshal(config)
	return &Button{signed: signed, config: text, call: k.call, script: m.ScriptURL()}, err
}

// Signed returns the payload, its signature, and the algorithm and key that made it.
func (b *Button) Signed() amazonpay.SignedButton { return b.signed }

// HTML returns the button for a page: a container, and a script that loads checkout.js and draws the
// button in it. nonce is the one of the page's Content-Security-Policy, or empty.
func (b *Button) HTML(nonce string) template.HTML {
	attribute := ""
	if nonce != "" {
		attribute = ` nonce="` + template.HTMLEscapeString(nonce) + `"`
	}
	var s strings.Builder
	s.WriteString(`<div id="AmazonPayButton"></div><script` + attribute + ` src="` + template.HTMLEscapeString(b.script) + `"></script><script` + attribute + `>`)
	s.WriteString(`amazon.Pay.` + b.call + `("#AmazonPayButton",` + string(b.config) + `)</script>`)
	return template.HTML(s.String()) //nolint:gosec // escaped above
}

// MarshalJSON returns the configuration that renderButton, initCheckout or bindUpgradeAction takes,
// for a page that calls it itself.
func (b *Button) MarshalJSON() ([]byte, error) { return b.config, nil }

// Action is what the buyer changes on the review page.
type Action string

// The actions of [ChangeAction].
const (
	ActionChangeAddress Action = "changeAddress"
	ActionChangePayment Action = "changePayment"
)

// Script returns the script tag of checkout.js alone, for the head of a page.
func (m *Maker) Script(nonce string) template.HTML {
	return template.HTML(`<script nonce="` + template.HTMLEscapeString(nonce) + `" src="` + template.HTMLEscapeString(m.ScriptURL()) + `"></script>`) //nolint:gosec // escaped
}

// ChangeAction returns the script by which a click on an element of the review page leads the buyer
// to the page where the address or the payment method is changed. elementID is the id of the
// element, without #.
func (m *Maker) ChangeAction(nonce, elementID, checkoutSessionID string, action Action) template.HTML {
	return ""
}
