package browser_test

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const nowButton = "#buy-now button"

// offered goes to a product's page, and waits for its Buy Now button.
func (b *tab) offered(s *store, sku string) {
	b.t.Helper()
	b.goTo(s.url + "/products/" + sku)
	b.see(nowButton + checked)
}

// The totals in Amazon's window follow the address and the delivery. Pay is clicked twice: the
// order is paid once, and the store shows it.
func TestStoreBuyNow(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.offered(s, "mug")
	b.looked("product-buy-now")
	p := b.popupOf(nowButton).toPay()
	p.total("22.95 USD")
	p.picture("store-buy-now-window-en")
	p.click("input[name=option][value=express]")
	p.total("30.45 USD")
	p.click("input[name=address][value='2']") // Toronto
	p.total("38.90 USD")
	p.click("input[name=address][value='0']")
	p.total("22.95 USD")
	p.click("input[name=option][value=express]")
	p.total("30.45 USD")
	p.card("0005")
	p.ready()
	p.eval("document.querySelector('#pay').click(); document.querySelector('#pay').click()", nil)
	b.see("#status")
	b.status("authorized")
	b.shows("#total", "$30.45")
	b.looked("order-buy-now")
	number := b.number()
	b.alone()
	assert.Equal(t, number, b.paid(s, "30.45 USD").Number)
	b.back()
	b.see(nowButton + checked) // for another mug
	b.paid(s, "30.45 USD")
}

// The keyboard alone is enough.
func TestStoreBuyNowByKeyboard(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.goTo(s.url + "/products/filters")
	b.goClick("#language-ja", nowButton+checked)
	b.looked("product-buy-now")
	p := b.popupOf(nowButton).toPay()
	p.total("11.94 USD")
	p.shows("#items", "ペーパーフィルター")
	p.picture("store-buy-now-window-ja")
	p.tabTo("通常配送")
	p.run(chromedp.KeyEvent(kb.ArrowDown))
	p.total("19.44 USD")
	p.tabTo("Pay now")
	p.run(chromedp.KeyEvent(kb.Enter))
	b.see("#status")
	b.status("authorized")
	b.looked("order-buy-now")
	b.paid(s, "19.44 USD")
}

// A buyer who cancels, or closes the window, is back at the product, and can buy it then.
func TestStoreBuyNowCanceled(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.offered(s, "mug")
	p := b.popupOf(nowButton).toPay()
	p.ready()
	b.eval("window.leaving = true", nil)
	p.run(chromedp.Evaluate[chromedp.Void]("setTimeout(() => document.querySelector('#cancel').click(), 0)")) // closes the window
	b.eventually("!window.leaving")
	b.see(nowButton + checked)
	b.alone()
	b.unpaid(s)

	p = b.popupOf(nowButton).toPay()
	p.ready()
	b.eval("window.leaving = true", nil)
	p.run(chromedp.Evaluate[chromedp.Void]("setTimeout(() => window.close(), 0)"))
	b.eventually("!window.leaving")
	b.see(nowButton + checked)
	b.unpaid(s)

	p = b.popupOf(nowButton).toPay()
	p.total("22.95 USD")
	p.click("#pay")
	b.see("#status")
	b.status("authorized")
	b.paid(s, "22.95 USD")
}

// A card that is declined: the window says so, nothing is charged, and the product can be bought
// with another card.
func TestStoreBuyNowDeclined(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.offered(s, "mug")
	p := b.popupOf(nowButton).toPay()
	p.ready()
	p.card("3434")
	p.ready()
	p.click("#pay")
	p.heading("This checkout is over")
	p.shows("main", "The payment was declined")
	p.picture("store-buy-now-declined-en")
	b.shows("#buy-now", "You have not been charged")
	b.looked("product-buy-now-declined")
	b.unpaid(s)
	p.run(chromedp.Evaluate[chromedp.Void]("setTimeout(() => window.close(), 0)"))
	b.alone()
	b.offered(s, "mug")
	p = b.popupOf(nowButton).toPay()
	p.card("4444")
	p.total("22.95 USD")
	p.click("#pay")
	b.see("#status")
	b.status("authorized")
	b.paid(s, "22.95 USD")
}

// lie has the page lie to the shop and to Amazon: before is done to what it posts, and after to the
// answer. window.sent has what it would have posted.
func (b *tab) lie(before, after string) {
	b.t.Helper()
	b.eval(`(() => {
		const real = window.fetch;
		window.sent = window.sent || [];
		window.fetch = async (url, init) => {
			if (url !== '/buynow') { return real(url, init); }
			const body = JSON.parse(init.body);
			sent.push(JSON.parse(init.body));
			`+before+`
			let answer = await (await real(url, {...init, body: JSON.stringify(body)})).json();
			`+after+`
			return new Response(JSON.stringify(answer), {headers: {'Content-Type': 'application/json'}});
		};
	})()`, nil)
}

// refused presses "Pay now" in Amazon's window, which must not work.
func (b *tab) refused(window *tab) {
	b.t.Helper()
	window.ready()
	window.click("#pay")
	b.eventually("sent.some(e => e.event === 'onCompleteCheckout')")
	b.run(chromedp.WaitVisible(chromedp.CSS("#buy-now [role=alert]")))
	assert.NotContains(b.t, b.location(), "/orders/")
}

// A browser that lies is refused, and nothing is charged.
func TestStoreBuyNowLies(t *testing.T) {
	t.Parallel()
	t.Run("about the total", func(t *testing.T) {
		t.Parallel()
		b, s := shopping(t)
		b.offered(s, "grinder")
		b.lie("", `if (answer.totalChargeAmount) {
			const usd = amount => ({amount, currencyCode: 'USD'});
			answer.lineItems.forEach(i => { i.listPrice = i.totalListPrice = usd('0.05'); });
			answer.deliveryOptions.forEach(o => { o.price = usd('0.95'); });
			Object.assign(answer, {totalBaseAmount: usd('0.05'), totalShippingAmount: usd('0.95'), totalChargeAmount: usd('1.00')});
		}`)
		p := b.popupOf(nowButton).toPay()
		p.total("1.00 USD")
		b.refused(p)
		b.unpaid(s)
	})
	t.Run("with amounts in what it posts", func(t *testing.T) {
		t.Parallel()
		b, s := shopping(t)
		b.offered(s, "grinder")
		b.lie(`body.data.totalChargeAmount = body.data.chargeAmount = {amount: '1.00', currencyCode: 'USD'}; body.cart = {totalChargeAmount: body.data.chargeAmount};`, "")
		p := b.popupOf(nowButton).toPay()
		p.total("93.95 USD")
		p.click("#pay")
		b.see("#status") // they are not read
		b.status("authorized")
		b.paid(s, "93.95 USD")
	})
	t.Run("about the session", func(t *testing.T) {
		t.Parallel()
		b, s := shopping(t)
		b.offered(s, "filters")
		b.lie("if (body.event === 'onCompleteCheckout') { throw new Error('kept'); }", "")
		p := b.popupOf(nowButton).toPay()
		p.total("11.94 USD")
		p.click("#pay") // approved for filters, and kept
		b.eventually("sent.some(e => e.event === 'onCompleteCheckout')")
		var session string
		b.eval("sent.find(e => e.event === 'onCompleteCheckout').data.amazonCheckoutSessionId", &session)

		other := b.beside()
		other.offered(s, "grinder")
		other.lie("if (body.event === 'onCompleteCheckout') { body.data.amazonCheckoutSessionId = "+quoted(session)+"; }", "")
		p = other.popupOf(nowButton).toPay()
		p.total("93.95 USD")
		other.refused(p)
		b.unpaid(s)
	})
	t.Run("about the cart", func(t *testing.T) {
		t.Parallel()
		b, s := shopping(t)
		b.offered(s, "filters")
		b.lie("", "")
		p := b.popupOf(nowButton).toPay()
		p.total("11.94 USD")
		var cheap string
		b.eval("sent[0].checkoutId", &cheap)

		other := b.beside()
		other.offered(s, "grinder")
		other.lie("body.checkoutId = "+quoted(cheap)+";", "")
		q := other.popupOf(nowButton).toPay()
		q.total("11.94 USD") // the window shows the cheap cart, for the order of the dear one
		other.refused(q)
		b.unpaid(s)
	})
	t.Run("by paying twice with one session", func(t *testing.T) {
		t.Parallel()
		b, s := shopping(t)
		b.offered(s, "mug")
		home := b.beside()
		home.goTo(s.url)
		home.see("#products")
		b.lie("", "")
		p := b.popupOf(nowButton).toPay()
		p.total("22.95 USD")
		var begun struct{ CheckoutID string }
		b.eval("sent[0]", &begun)
		session := p.eventSession()
		p.click("#pay")
		b.see("#status")
		b.status("authorized")
		number := b.number()
		b.offered(s, "mug")
		b.lie("", "")
		var statuses []string
		again := "fetch('/buynow', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({checkoutId: " + quoted(begun.CheckoutID) +
			", event: 'onCompleteCheckout', data: {amazonCheckoutSessionId: " + quoted(session) + "}})}).then(answer => answer.json()).then(answer => answer.status)"
		home.evalAsync("Promise.all([1, 2, 3].map(() => "+again+"))", &statuses)
		assert.Equal(t, []string{"success", "success", "success"}, statuses, "the answer of the first time")
		p = b.popupOf(nowButton).toPay()
		p.ready()
		b.eval("sent[0]", &begun)
		home.evalAsync("fetch('/buynow', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({checkoutId: "+quoted(begun.CheckoutID)+
			", event: 'onCompleteCheckout', data: {amazonCheckoutSessionId: "+quoted(session)+"}})}).then(answer => answer.json()).then(answer => [answer.status])", &statuses)
		assert.NotContains(t, statuses, "success", "the session has paid another order")
		assert.Equal(t, number, b.paid(s, "22.95 USD").Number)
	})
}

// eventSession returns the session of Amazon's window.
func (b *tab) eventSession() string {
	b.t.Helper()
	var session string
	b.eval("document.querySelector('#buynow').dataset.session", &session)
	require.NotEmpty(b.t, session)
	return session
}

// If checkout.js does not arrive, the page and the console say so, and the basket works.
func TestStoreBuyNowWithoutCheckoutScript(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	said := b.listen()
	call(b, network.Enable, network.EnableParams{})
	call(b, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/checkout.js", Block: true}}})
	b.goTo(s.url + "/products/mug")
	b.see("#buy-now [role=alert]")
	b.says(said, "could not be loaded. Check the connection")
	b.looked("product-blocked")
	assert.NotContains(t, b.text("main"), "undefined")
	b.goClick("#add-to-basket", "#to-checkout")
	b.unpaid(s)
}
