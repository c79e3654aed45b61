package button

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"slices"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Button is a signed button. It never changes, and it is safe for concurrent use. [Maker.Button]
// makes one.
type Button struct {
	call       call
	signed     amazonpay.SignedButton
	config     []byte // JSON in ASCII, safe in a script element
	head, tail string // of the HTML, around the nonce
}

// configuration is what renderButton and initCheckout take. CreateCheckoutSessionConfig or
// SignInConfig has the public key id: a second one beside it could contradict it.
type configuration struct {
	MerchantID                  string                   `json:"merchantId"`
	LedgerCurrency              amazonpay.LedgerCurrency `json:"ledgerCurrency"`
	ProductType                 webstore.ProductType     `json:"productType"`
	Placement                   Placement                `json:"placement"`
	CheckoutLanguage            Language                 `json:"checkoutLanguage,omitzero"`
	ButtonColor                 Color                    `json:"buttonColor,omitzero"`
	EstimatedOrderAmount        amazonpay.Price          `json:"estimatedOrderAmount,omitzero"`
	Sandbox                     bool                     `json:"sandbox,omitzero"` // initCheckout does not see it by the key id
	CreateCheckoutSessionConfig *amazonpay.SignedButton  `json:"createCheckoutSessionConfig,omitzero"`
	SignInConfig                *amazonpay.SignedButton  `json:"signInConfig,omitzero"`
}

// upgradeConfiguration is what bindUpgradeAction takes.
type upgradeConfiguration struct {
	amazonpay.SignedButton

	UpgradeAction UpgradeAction `json:"upgradeAction"`
}

func newButton(m *Maker, k kind, o Options, signed amazonpay.SignedButton) (*Button, error) {
	var config any = upgradeConfiguration{signed, k.action}
	if k.call != callUpgrade {
		c := m.configuration(o)
		if k.config == signInConfig {
			c.SignInConfig = &signed
		} else {
			c.CreateCheckoutSessionConfig = &signed
		}
		config = c
	}
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	b := &Button{call: k.call, signed: signed, config: []byte(ascii(string(text)))}
	words := textsOf(o.Language, m.region)
	b.head = container(k.call, words, o.Label) + "<script"
	b.tail = script(m.script, words, k.call, "", b.config)
	return b, nil
}

// configuration returns what every button that Amazon draws has.
func (m *Maker) configuration(o Options) configuration {
	return configuration{
		MerchantID: m.defaults.merchantID, LedgerCurrency: o.LedgerCurrency, ProductType: o.ProductType, Placement: o.Placement,
		CheckoutLanguage: o.Language, ButtonColor: o.Color, EstimatedOrderAmount: o.EstimatedOrderAmount,
		Sandbox: m.env == amazonpay.EnvironmentSandbox,
	}
}

// container is the HTML in which the button appears. A button that checkout.js does not draw is
// hidden until it works.
func container(c call, words texts, label string) string {
	target := "<div></div>"
	switch c {
	case callInit:
		target = htmlText(`<button type="button" hidden>`, cmp.Or(label, words.update), "</button>")
	case callUpgrade:
		target = htmlText(`<button type="button" hidden>`, cmp.Or(label, words.upgrade), "</button>")
	case callRender, callBuyNow, callChange:
	}
	return `<div class="amazon-pay-button" role="group" aria-label="Amazon Pay">` + target +
		htmlText("<noscript>", words.noScript, "</noscript></div>")
}

// HTML returns the button for a page: a container, and a script that loads checkout.js once for all
// buttons of the page and draws the button. nonce is the nonce of the page's
// Content-Security-Policy, or empty. In a template of html/template:
//
//	{{.Button.HTML .Nonce}}
//
// A page can have several buttons, and one button several times. The container is a div of class
// amazon-pay-button. If checkout.js cannot be loaded or refuses the button, the container shows a
// text for the buyer, and the browser's console says why. A nil Button has no HTML.
func (b *Button) HTML(nonce string) template.HTML {
	if b == nil {
		return ""
	}
	return template.HTML(b.head + nonceAttribute(nonce) + b.tail) //nolint:gosec // all parts are escaped
}

// MarshalJSON returns the configuration that amazon.Pay.renderButton takes (initCheckout for an
// [UpdateSavedWallet], bindUpgradeAction for an [Upgrade]), for a single-page application that
// calls it itself.
func (b *Button) MarshalJSON() ([]byte, error) {
	if b == nil {
		return []byte("null"), nil
	}
	return slices.Clone(b.config), nil
}

// Signed returns the payload, its signature, and the algorithm and key that made it.
func (b *Button) Signed() amazonpay.SignedButton {
	if b == nil {
		return amazonpay.SignedButton{}
	}
	return b.signed
}

// String returns the function of checkout.js that takes the button, and nothing of the payload.
func (b *Button) String() string {
	if b == nil {
		return "button.Button(nil)"
	}
	return "button.Button(" + string(b.call) + ")"
}

// Format prints the same as String for every verb.
func (b *Button) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.String()) }

// LogValue returns the same as String.
func (b *Button) LogValue() slog.Value { return slog.StringValue(b.String()) }
