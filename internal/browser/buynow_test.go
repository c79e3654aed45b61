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
func openNow(t *testing.T, pairs ...any) (b *tab, s *nowShop, server *emulator.Server) {
	t.Helper()
	server = emulator.Start(t)
	s = newNowShop(t, server, pairs...)
	b = open(t, server)
	b.goTo(s.url)
	b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
	return b, s, server
}

// popup clicks the button and returns the window that opens.
func (b *tab) popup() *tab {
	b.t.Helper()
	found := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return i.OpenerID != "" })
	b.click("#b button")
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
func (p *tab) toPay() *tab {
	p.t.Helper()
	p.heading("Sign in")
	p.click(goOn)
	p.heading("Review and pay")
	return p
}

func (p *tab) ready() {
	p.t.Helper()
	p.run(chromedp.WaitEnabled(chromedp.CSS("#pay")))
}

func (p *tab) total(want string) {
	p.t.Helper()
	p.ready()
	assert.Equal(p.t, want, p.text("#totals dd.total"))
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

// closed waits until the pop-up is gone.
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
	p.click("input[name=card][value='0005']")
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
