package browser_test

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// nowShop is a shop with a Buy Now button. Its page answers the events by itself and notes them in
// window.events; window.tamper changes an answer. Its server finalizes.
type nowShop struct {
	*shop
	url       string
	config    map[string]any
	completed atomic.Int32 // requests to finalize
}

var nowPage = template.Must(template.New("now").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>
<link rel="icon" href="data:,"><script src="{{.Script}}"></script></head>
<body><main><h1>Cup</h1><p>20.00 USD</p><div id="b"></div></main>
<script>
window.events = [];
window.tamper = function (name, answer) { return answer; };
const usd = amount => ({amount: amount.toFixed(2), currencyCode: 'USD'});
let option = 'standard', address = null;
function cart() {
  const far = address && address.stateOrRegion === 'FL' ? 3 : 0;
  const prices = {standard: 5 + far, express: 9 + far};
  return {
    totalBaseAmount: usd(20), totalShippingAmount: usd(prices[option]), totalTaxAmount: usd(1.5), totalChargeAmount: usd(21.5 + prices[option]),
    lineItems: [{id: '1', title: 'Cup <b>of tea</b> & 緑茶', quantity: '2', variantTitle: 'blue', listPrice: usd(10), totalListPrice: usd(20)}],
    deliveryOptions: [
      {id: 'standard', price: usd(prices.standard), shippingMethod: {shippingMethodName: 'Standard, 3 to 5 days', shippingMethodCode: 's'}, isDefault: true},
      {id: 'express', price: usd(prices.express), shippingMethod: {shippingMethodName: 'Express, tomorrow', shippingMethodCode: 'e'}}
    ]
  };
}
const answer = (name, event, made) => { events.push({name, event}); return tamper(name, made); };
const config = Object.assign({{.Config}}, {
  onInitCheckout: async event => { address = event.shippingAddress; option = 'standard'; return answer('onInitCheckout', event, cart()); },
  onShippingAddressSelection: event => { address = event.shippingAddress; option = 'standard'; return answer('onShippingAddressSelection', event, cart()); },
  onDeliveryOptionSelection: event => { option = event.deliveryOptions.id; return answer('onDeliveryOptionSelection', event, cart()); },
  onCompleteCheckout: async event => {
    const total = cart().totalChargeAmount.amount;
    const done = await fetch('/finalize?' + new URLSearchParams({id: event.amazonCheckoutSessionId, total}), {method: 'POST'});
    return answer('onCompleteCheckout', event, await done.json());
  },
  onCancel: event => { answer('onCancel', event); },
  onError: error => { answer('onError', String(error)); }
});
amazon.Pay.renderJSButton('#b', config);
</script></body></html>`))

func newNowShop(t *testing.T, server *emulator.Server, pairs ...any) *nowShop {
	t.Helper()
	s := &nowShop{shop: newShop(t, server)}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	s.url = listening.URL
	config := map[string]any{
		"merchantId": s.emulator.Merchants[0].MerchantID, "ledgerCurrency": "USD", "placement": "Product", "checkoutLanguage": "en_US", "sandbox": true,
		"checkoutSessionConfig": map[string]any{
			"storeId": s.emulator.Merchants[0].StoreID, "scopes": []string{"name", "email", "shippingAddress"},
			"paymentDetails":         map[string]any{"paymentIntent": "AuthorizeWithCapture"},
			"deliverySpecifications": map[string]any{"specialRestrictions": []string{"RestrictPOBoxes"}},
			"merchantMetadata":       map[string]any{"merchantStoreName": "The Example Shop"},
		},
	}
	s.config = with(config, pairs...)
	return s
}

// ServeHTTP answers a request.
func (s *nowShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/finalize" {
		_ = nowPage.Execute(w, map[string]any{"Script": s.emulator.ScriptURL, "Config": s.config})
		return
	}
	s.completed.Add(1)
	status := map[string]string{"status": "success"}
	session, err := s.webstore.GetCheckoutSession(r.Context(), r.FormValue("id"))
	if err == nil {
		_, err = s.webstore.FinalizeCheckoutSession(r.Context(), r.FormValue("id"), &webstore.FinalizeCheckoutSessionRequest{
			PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: amazonpay.USD.Price(amazonpay.Decimal(r.FormValue("total"))), ShippingAddress: session.ShippingAddress,
		})
	}
	if err != nil {
		status = map[string]string{"status": "decline", "reasonCode": "declined"}
	}
	_ = json.NewEncoder(w).Encode(status)
}

// openNow opens the shop's page and waits for its checked button.
func openNow(t *testing.T) (b *tab, s *nowShop, server *emulator.Server) {
	t.Helper()
	server = emulator.Start(t)
	s = newNowShop(t, server)
	b = open(t, server)
	b.goTo(s.url)
	b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
	return b, s, server
}

// popup clicks the shop's button and returns the window that opens.
func (b *tab) popup() *tab { b.t.Helper(); return b.popupOf("#b button") }

// popupOf clicks a button and returns the window that opens.
func (b *tab) popupOf(selector string) *tab {
	b.t.Helper()
	found := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return i.OpenerID != "" })
	b.click(selector)
	select {
	case id := <-found:
		ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id))
		b.t.Cleanup(cancel)
		return &tab{b.t, ctx}
	case <-time.After(15 * time.Second):
		require.Fail(b.t, "no window opens")
		return nil
	}
}

// toPay signs the buyer in and waits for the cart.
func (b *tab) toPay() *tab {
	b.t.Helper()
	b.heading("Sign in")
	b.click(goOn)
	b.heading("Review and pay")
	return b
}

func (b *tab) ready() {
	b.t.Helper()
	b.run(chromedp.WaitEnabled(chromedp.CSS("#pay")))
}

// total waits for a total that can be paid.
func (b *tab) total(want string) {
	b.t.Helper()
	b.eventually("document.querySelector('#totals dd.total')?.textContent === '" + want + "'")
	b.ready()
}

// card chooses a card in Amazon's window, and waits until it is accepted. The click may be answered
// before the page has heard of the change.
func (b *tab) card(digits string) {
	b.t.Helper()
	choice := "input[name=card][value='" + digits + "']"
	b.click(choice)
	b.eventually("document.querySelector(\"" + choice + "\").checked && !document.querySelector('#pay').disabled")
}

// eventually waits until a script in the page is true.
func (b *tab) eventually(script string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		now, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
		return err == nil && now
	}, 30*time.Second, 20*time.Millisecond, "%s", script)
}

func (b *tab) events() string {
	b.t.Helper()
	var names []string
	b.eval("events.map(e => e.name)", &names)
	return strings.Join(names, " ")
}

// alone waits until the pop-up is gone.
func (b *tab) alone() {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		all, err := chromedp.Targets(b.ctx)
		pages := 0
		for _, one := range all {
			if one.Type == "page" {
				pages++
			}
		}
		return err == nil && pages == 1
	}, 15*time.Second, 50*time.Millisecond)
}

// The whole way: totals follow the address and the delivery, the order is paid once, the window
// closes.
func TestBuyNow(t *testing.T) {
	t.Parallel()
	b, s, server := openNow(t)
	b.picture("20-buy-now-button")
	b.named()
	p := b.popup().toPay()
	p.total("26.50 USD")
	assert.Contains(t, p.text("#items"), "2 × Cup <b>of tea</b> & 緑茶")
	p.picture("21-buy-now")
	p.named()
	p.click("input[name=option][value=express]")
	p.ready()
	p.total("30.50 USD")
	p.click("input[name=address][value='0']")
	p.card("0005")
	p.ready()
	p.total("30.50 USD")
	p.run(chromedp.Evaluate[chromedp.Void]("document.querySelector('#pay').click(); document.querySelector('#pay').click()")) // twice
	p.heading("Thank you")
	p.picture("22-buy-now-paid")
	b.alone()
	assert.Equal(t, "onInitCheckout onDeliveryOptionSelection onCompleteCheckout", b.events())
	require.Len(t, server.Charges(), 1)
	assert.Equal(t, "30.50 USD", server.Charges()[0].Captured)
	assert.Equal(t, int32(1), s.completed.Load())
	var event map[string]any
	b.eval("events[0].event", &event)
	buyer, _ := event["buyer"].(map[string]any)
	assert.Equal(t, "Susie Smith", buyer["name"])
	assert.NotContains(t, buyer, "phoneNumber", "it is not among the scopes")
	assert.Equal(t, "en_US", event["checkoutLanguage"])
	b.eval("events[2].event", &event)
	assert.Equal(t, "Amex ****0005 (Amazon Pay)", event["paymentDescriptor"])
	assert.NotEmpty(t, event["amazonCheckoutSessionId"])
}

// The keyboard alone is enough.
func TestBuyNowByKeyboard(t *testing.T) {
	t.Parallel()
	b, _, server := openNow(t)
	p := b.popup()
	p.heading("Sign in")
	p.tabTo("Susie Smith")
	p.run(chromedp.KeyEvent(kb.ArrowDown))
	p.tabTo("Sign in")
	p.run(chromedp.KeyEvent(kb.Enter))
	p.heading("Review and pay")
	p.total("29.50 USD") // to Florida
	p.tabTo("Standard")
	p.run(chromedp.KeyEvent(kb.ArrowDown))
	p.total("33.50 USD")
	p.tabTo("Pay now")
	p.run(chromedp.KeyEvent(" "))
	p.heading("Thank you")
	b.alone()
	assert.Equal(t, "33.50 USD", server.Charges()[0].Captured)
}

// What the shop's page does wrong is said on the page, under the button, in the console and in the
// emulator's window, and nothing can be paid.
func TestBuyNowWrongAnswers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ tamper, says string }{
		"sums":     {"answer.totalChargeAmount = usd(99), answer", "totalChargeAmount does not add up: base 20.00 USD"},
		"number":   {"answer.totalTaxAmount.amount = 1.5, answer", "totalTaxAmount.amount must be a text"},
		"nothing":  {"undefined", "the answer must be an object"},
		"list":     {"[]", "the answer must be an object"},
		"throws":   {"(() => { throw new Error('no stock'); })()", "onInitCheckout failed: no stock"},
		"rejects":  {"Promise.reject(new Error('no network'))", "onInitCheckout failed: no network"},
		"error":    {"({status: 'error', reasonCode: 'unknownError'})", "The shop answers error: unknownError"},
		"defaults": {"(answer.deliveryOptions[1].isDefault = true, answer)", "more than one option with isDefault"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _, server := openNow(t)
			console := b.listen()
			b.eval("tamper = (name, answer) => name === 'onInitCheckout' ? ("+row.tamper+") : answer; 0", nil)
			p := b.popup().toPay()
			p.eventually("!document.querySelector('#message').hidden")
			assert.Contains(t, p.text("#message"), row.says)
			p.eventually("document.querySelector('#status').textContent === ''")
			var disabled bool
			p.eval("document.querySelector('#pay').disabled", &disabled)
			assert.True(t, disabled)
			if name == "sums" {
				p.picture("23-buy-now-wrong")
			}
			b.says(console, row.says)
			assert.Contains(t, b.text("#b [role=alert]"), row.says)
			require.Eventually(t, func() bool { return strings.Contains(kept(t, server), row.says) }, 5*time.Second, 20*time.Millisecond)
			if name == "throws" || name == "rejects" {
				b.eventually("events.some(e => e.name === 'onError')")
			}
			p.click("#cancel")
			b.alone()
			b.eventually("events.filter(e => e.name === 'onCancel').length === 1")
			assert.Empty(t, server.Charges())
		})
	}
}

// kept is what the emulator's window shows of buttons that did not work.
func kept(t *testing.T, server *emulator.Server) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.Description().BaseURL+"/_emulator/state", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+server.Description().ControlToken)
	res, err := server.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	var state struct {
		Buttons []struct {
			Reason string `json:"reason"`
			From   string `json:"from"`
		} `json:"buttons"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&state))
	var all []string
	for _, one := range state.Buttons {
		all = append(all, one.Reason+" from "+one.From)
	}
	return strings.Join(all, "\n")
}

// What the shop says of a payment, and what the page makes of it.
func TestBuyNowEnds(t *testing.T) {
	t.Parallel()
	t.Run("declined, then another card", func(t *testing.T) {
		t.Parallel()
		b, s, server := openNow(t)
		p := b.popup().toPay()
		p.ready()
		p.card("4354")
		p.ready()
		p.click("#pay")
		p.eventually("!document.querySelector('#message').hidden")
		assert.Contains(t, p.text("#message"), "The payment was declined (declined). Choose another card")
		p.picture("24-buy-now-declined")
		assert.Empty(t, server.Charges())
		p.card("1111")
		p.ready()
		p.click("#pay")
		p.heading("Thank you")
		assert.Len(t, server.Charges(), 1)
		assert.Equal(t, int32(2), s.completed.Load())
		b.alone()
		assert.Equal(t, "onInitCheckout onCompleteCheckout onCompleteCheckout", b.events())
	})
	t.Run("a card that ends the session", func(t *testing.T) {
		t.Parallel()
		b, _, server := openNow(t)
		p := b.popup().toPay()
		p.ready()
		p.card("3434")
		p.ready()
		p.click("#pay")
		p.heading("This checkout is over")
		p.picture("25-buy-now-over")
		p.run(chromedp.Evaluate[chromedp.Void]("window.close()"))
		b.eventually("events.filter(e => e.name === 'onCancel').length === 1")
		assert.Empty(t, server.Charges())
	})
	t.Run("success without a payment", func(t *testing.T) {
		t.Parallel()
		b, _, server := openNow(t)
		b.eval("config.onCompleteCheckout = () => ({status: 'success'}); 0", nil)
		p := b.popup().toPay()
		p.ready()
		p.click("#pay")
		p.eventually("!document.querySelector('#message').hidden")
		assert.Contains(t, p.text("#message"), "the session is Open: call finalizeCheckoutSession first")
		assert.Empty(t, server.Charges())
	})
	for status, says := range map[string]string{
		"{status: 'error', reasonCode: 'soldOut'}":                         "could not take the order (soldOut)",
		"{status: 'paid'}":                                                 `it is "paid"`,
		"{status: 'redirectRequired', redirectUrl: 'javascript:alert(1)'}": "redirectUrl of https",
		"undefined": "the answer must be an object",
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			b, _, _ := openNow(t)
			b.eval("config.onCompleteCheckout = () => ("+status+"); 0", nil)
			p := b.popup().toPay()
			p.ready()
			p.click("#pay")
			p.eventually("!document.querySelector('#message').hidden")
			assert.Contains(t, p.text("#message"), says)
			p.ready()
		})
	}
	t.Run("redirectRequired", func(t *testing.T) {
		t.Parallel()
		b, s, _ := openNow(t)
		b.eval("config.onCompleteCheckout = () => ({status: 'redirectRequired', redirectUrl: "+js(t, s.url+"/more")+"}); 0", nil)
		p := b.popup().toPay()
		p.ready()
		p.click("#pay")
		p.heading("Cup")
		assert.Equal(t, s.url+"/more", p.location())
	})
	t.Run("closed by the buyer", func(t *testing.T) {
		t.Parallel()
		b, _, server := openNow(t)
		p := b.popup().toPay()
		p.ready()
		p.run(chromedp.Evaluate[chromedp.Void]("window.close()"))
		b.eventually("events.some(e => e.name === 'onCancel')")
		again := b.popup() // the button works again
		again.heading("Sign in")
		again.click(abandon)
		b.alone()
		b.eventually("events.filter(e => e.name === 'onCancel').length === 2")
		assert.Empty(t, server.Charges())
	})
	t.Run("one window for one button", func(t *testing.T) {
		t.Parallel()
		b, _, _ := openNow(t)
		b.popup().toPay().ready()
		b.click("#b button")
		assert.Equal(t, "onInitCheckout", b.events())
		all, err := chromedp.Targets(b.ctx)
		require.NoError(t, err)
		pages := 0
		for _, one := range all {
			if one.Type == "page" {
				pages++
			}
		}
		assert.Equal(t, 2, pages)
	})
	t.Run("back to the sign-in", func(t *testing.T) {
		t.Parallel()
		b, _, server := openNow(t)
		p := b.popup().toPay()
		p.ready()
		p.back()
		p.heading("Sign in")
		p.click("input[name=buyer][value='1']")
		p.click(goOn)
		p.total("29.50 USD")
		p.click("#pay")
		p.heading("Thank you")
		assert.Equal(t, "29.50 USD", server.Charges()[0].Captured)
	})
	t.Run("no answer in time", func(t *testing.T) {
		t.Parallel()
		b, _, _ := openNow(t)
		b.eval("tamper = name => new Promise(() => {}); 0", nil)
		p := b.popup().toPay()
		p.eventually("!document.querySelector('#message').hidden")
		assert.Contains(t, p.text("#message"), "has not answered within 20 seconds")
	})
}

// Messages of other pages and to them lead nowhere.
func TestBuyNowStrangers(t *testing.T) {
	t.Parallel()
	b, s, server := openNow(t)
	p := b.popup().toPay()
	p.total("26.50 USD")
	// The page itself, and so any other window than the opener, cannot answer for the shop.
	p.eval(`for (let id = 0; id < 9; id++) window.postMessage({amazonPay: 'buyNow', id, text: '{"status":"success"}'}, '*'); 0`, nil)
	// Nor can a window that is not the emulator's act on the shop's page.
	b.eval(`window.postMessage({amazonPay: 'buyNow', event: 'onCompleteCheckout', id: 1, payload: {}}, '*'); window.postMessage({amazonPay: 'buyNow', over: 'x'}, '*'); 0`, nil)
	p.click("input[name=option][value=express]")
	p.total("30.50 USD")
	assert.Equal(t, "onInitCheckout onDeliveryOptionSelection", b.events())
	assert.Zero(t, s.completed.Load())

	// A page that pretends to be of another origin gets no message of the buyer's.
	b.goTo(s.url)
	b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
	b.eval(`document.querySelector('#b button').addEventListener('click', () => {}, true);
		const open = window.open; window.open = (url, ...more) => open.call(window, url.replace(/origin=[^&]*/, 'origin=https%3A%2F%2Fshop.example'), ...more); 0`, nil)
	lied := b.popup().toPay()
	lied.eventually("!document.querySelector('#message').hidden")
	assert.Contains(t, lied.text("#message"), "does not answer")
	assert.Empty(t, b.events())
	assert.Empty(t, server.Charges())
}

// A button that can lead nowhere says so before anyone clicks.
func TestBuyNowWrongButton(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newNowShop(t, server, "checkoutSessionConfig", map[string]any{"storeId": "x"})
	b := open(t, server)
	console := b.listen()
	b.goTo(s.url)
	b.run(chromedp.WaitVisible(chromedp.CSS("#b [role=alert]")))
	assert.Contains(t, b.text("#b [role=alert]"), "is not a store of this merchant")
	b.says(console, "is not a store of this merchant")
	b.picture("26-buy-now-wrong-button")
	assert.Contains(t, kept(t, server), "is not a store of this merchant")
}

// Shops with gifts or points: what they give is shown, and their events are sent.
func TestBuyNowExtras(t *testing.T) {
	t.Parallel()
	b, _, server := openNow(t)
	b.eval(`config.onGiftWrapOptionSelection = event => answer('onGiftWrapOptionSelection', event, Object.assign(cart(), {totalChargeAmount: usd(29.5)}));
		config.onMerchantManagedPaymentMethodSelection = event => answer('onMerchantManagedPaymentMethodSelection', event, {totalChargeAmount: usd(28)});
		tamper = (name, made) => name === 'onInitCheckout' ? Object.assign(made, {addOnFeatures: ['GIFT'], addressDisplayType: 'FULL', giftDetails: {wrap: 'blue'}}) : made; 0`, nil)
	p := b.popup().toPay()
	p.total("26.50 USD")
	assert.Contains(t, p.text("#extras"), `{"wrap":"blue"}`)
	p.picture("27-buy-now-gift")
	p.named()
	p.eval("document.querySelectorAll('#extras button')[0].click()", nil)
	p.eventually("document.querySelector('#totals dd.total').textContent === '29.50 USD'")
	p.ready()
	p.eval("document.querySelectorAll('#extras button')[1].click()", nil)
	p.eventually("document.querySelector('#totals dd.total').textContent === '28.00 USD'")
	p.ready()
	var event map[string]any
	b.eval("events[1].event", &event)
	assert.Equal(t, map[string]any{"giftDetails": map[string]any{"wrap": "blue"}}, event)
	assert.Equal(t, "onInitCheckout onGiftWrapOptionSelection onMerchantManagedPaymentMethodSelection", b.events())
	assert.Empty(t, server.Charges())
}

// Buy Now works from a page whose policy was made for Amazon, and with the pages in plain HTTP.
func TestBuyNowFromOtherHosts(t *testing.T) {
	t.Parallel()
	const script = "https://static-na.payments-amazon.com/checkout.js"
	t.Run("Amazon's host and a strict policy", func(t *testing.T) {
		t.Parallel()
		server := emulator.Start(t)
		s := newNowShop(t, server)
		config := js(t, with(s.config, "checkoutSessionConfig", map[string]any{"storeId": s.emulator.Merchants[0].StoreID}))
		b := open(t, server, asAmazon(t, server))
		b.on(http.Header{"Content-Security-Policy": {"default-src 'none'; script-src *.payments-amazon.com 'nonce-n'; connect-src *.payments-amazon.com; form-action 'none'; img-src data:"}}, script,
			template.HTML(`<script nonce="n">const price = amount => ({amount, currencyCode: 'USD'});
				amazon.Pay.renderJSButton('#b', Object.assign(`+config+`, {productType: 'PayOnly', onCompleteCheckout() {}, onCancel() {}, onInitCheckout: () => ({
					totalBaseAmount: price('20.00'), totalShippingAmount: price('0.00'), totalTaxAmount: price('0.00'), totalChargeAmount: price('20.00')})}))</script>`))
		b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
		p := b.popup().toPay()
		p.total("20.00 USD")
		assert.Contains(t, p.location(), "https://static-na.payments-amazon.com/checkout/buynow?")
		var asked bool
		p.eval("!!document.querySelector('#addresses')", &asked)
		assert.False(t, asked, "nothing is shipped")
	})
	t.Run("plain HTTP", func(t *testing.T) {
		t.Parallel()
		server := emulator.Start(t, emulator.WithPages("127.0.0.1:0"))
		s := newNowShop(t, server)
		b := open(t, server)
		b.goTo(s.url)
		b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
		p := b.popup().toPay()
		p.ready()
		assert.Contains(t, p.location(), "http://127.0.0.1:")
		p.click("#pay")
		p.heading("Thank you")
		assert.Len(t, server.Charges(), 1)
	})
}
