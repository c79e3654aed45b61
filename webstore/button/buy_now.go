package button

import (
	"encoding/json"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// callBuyNow is the function of checkout.js that takes the button of a "Buy Now" checkout.
const callBuyNow call = "renderJSButton"

// BuyNow returns the button of a "Buy Now" checkout. Use package webstore/buynow, which calls it: a
// shop has no reason to.
//
// session is the checkoutSessionConfig, which is not signed: [Button.Signed] is zero.
// handlers is the text of a JavaScript function that gets the configuration and settings, and
// returns the configuration with the event handlers. It must be a constant of the program, since it
// becomes a part of the page as it is. The function may find the button's container, the element
// before its script, until it returns.
//
// https://developer.amazon.com/docs/amazon-pay-buy-now-checkout/add-the-amazon-pay-button.html
func (m *Maker) BuyNow(o Options, session any, handlers string, settings any) (*Button, error) {
	if !m.made() {
		return nil, errNotMade
	}
	k := kind{name: "BuyNow", call: callBuyNow, products: []webstore.ProductType{webstore.ProductTypePayAndShip, webstore.ProductTypePayOnly}}
	o, err := o.complete(m.region, k)
	if err != nil {
		return nil, err
	}
	unsigned, err := amazonpay.EncodeJSON(session)
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(struct {
		configuration

		CheckoutSessionConfig json.RawMessage `json:"checkoutSessionConfig"`
	}{m.configuration(o), unsigned})
	if err != nil {
		return nil, err
	}
	extra, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	b := &Button{call: k.call, config: []byte(ascii(string(config)))}
	words := textsOf(o.Language, m.region)
	b.head = container(k.call, words, "") + "<script"
	b.tail = script(m.script, words, k.call, "", []byte(handlers+"("+string(b.config)+","+ascii(string(extra))+")"))
	return b, nil
}
