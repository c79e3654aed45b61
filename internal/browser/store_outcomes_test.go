package browser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reviewed starts the store, and goes to the review page with a mug and a card.
func reviewed(t *testing.T, card string) (*tab, *store) {
	t.Helper()
	b, s := shopping(t)
	b.fill(s, "mug")
	b.toAmazon()
	b.toStore(card)
	return b, s
}

// A card that is declined leaves the order to be paid with another one.
func TestStoreDeclined(t *testing.T) {
	t.Parallel()
	t.Run("at once", func(t *testing.T) {
		t.Parallel()
		b, s := reviewed(t, "3434")
		b.toPayment()
		b.goClick(approved, "#declined")
		b.see(amazonButton + checked)
		b.looked("checkout-declined")
		number := b.number()
		b.unpaid(s)
		b.click(amazonButton)
		b.heading("Sign in")
		b.toStore("4444")
		b.toPayment()
		b.goClick(approved, "#status")
		b.status("authorized")
		assert.Equal(t, number, b.paid(s, "22.95 USD").Number)
	})
	t.Run("after Amazon has looked at it", func(t *testing.T) {
		t.Parallel()
		b, s := reviewed(t, "4354")
		b.toPayment()
		b.goClick(approved, "#status")
		b.status("pending")
		b.looked("order-pending")
		number := b.number()
		require.NoError(t, s.server.Advance(30*time.Second)) // a notification tells the store
		b.until(s.url+"/orders/"+number, "#status[data-status=declined]")
		b.looked("order-declined")
		b.goClick("#pay-again", amazonButton+checked)
		b.click(amazonButton)
		b.heading("Sign in")
		b.toStore("")
		b.toPayment()
		b.goClick(approved, "#status")
		b.status("authorized")
		orders := b.settled(s)
		require.Len(t, orders, 1)
		require.Len(t, s.server.Charges(), 2)
		assert.Equal(t, []string{"Declined", "Authorized"}, []string{s.server.Charges()[0].State, s.server.Charges()[1].State})
	})
	t.Run("accepted after Amazon has looked at it", func(t *testing.T) {
		t.Parallel()
		b, s := reviewed(t, "0701")
		b.toPayment()
		b.goClick(approved, "#status")
		b.status("pending")
		number := b.number()
		require.NoError(t, s.server.Advance(30*time.Second))
		b.until(s.url+"/orders/"+number, "#status[data-status=authorized]")
		b.paid(s, "22.95 USD")
	})
}

// until loads a page again until it has an element.
func (b *tab) until(url, selector string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		if chromedp.Do(b.ctx, chromedp.Navigate(url)) != nil {
			return false
		}
		there, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!document.querySelector("+quoted(selector)+")"))
		return err == nil && there
	}, 20*time.Second, 100*time.Millisecond, "%s", selector)
}

// A buyer who gives up anywhere at Amazon pays nothing, is told so, and can pay the order later.
func TestStoreCanceled(t *testing.T) {
	t.Parallel()
	for name, goThere := range map[string]func(*tab){
		"at sign-in":             func(*tab) {},
		"on Amazon's review":     func(b *tab) { b.click(goOn); b.heading("Review") },
		"at the payment":         func(b *tab) { b.toStore(""); b.toPayment() },
		"with a card that fails": func(b *tab) { b.toStore("3064"); b.toPayment() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := shopping(t)
			b.fill(s, "mug")
			b.toAmazon()
			goThere(b)
			if name == "with a card that fails" {
				b.goClick(approved, amazonButton+checked)
			} else {
				b.goClick(abandon, "#notice")
				b.shows("#notice", "Nothing was charged")
			}
			number := b.number()
			b.unpaid(s)
			if name != "at the payment" {
				return
			}
			b.see(amazonButton + checked)
			b.looked("checkout-canceled")
			b.click(amazonButton)
			b.heading("Sign in")
			b.toStore("")
			b.toPayment()
			b.goClick(approved, "#status")
			b.status("authorized")
			assert.Equal(t, number, b.paid(s, "22.95 USD").Number)
		})
	}
}

// The back button leads nowhere from where an order could be paid twice.
func TestStoreBack(t *testing.T) {
	t.Parallel()
	b, s := reviewed(t, "")
	b.back()
	b.heading("Review") // at Amazon
	b.click("input[name=address][value='2']")
	b.goClick(goOn, "#pay-now")
	b.shows("#total", "$38.90")
	review := b.location()
	b.toPayment()
	b.back()
	b.see("#pay-now")
	b.toPayment()
	b.goClick(approved, "#status")
	b.status("authorized")
	order := b.location()
	b.back()
	b.heading("This checkout is over")
	b.back()
	b.status("authorized") // in place of the review page
	b.goTo(review)
	b.status("authorized")
	b.goTo(s.url + "/checkout/" + b.number())
	b.status("authorized")
	assert.Equal(t, order, b.location())
	b.paid(s, "38.90 USD")
}

// The address is changed at Amazon in one tab while another one shows the old price: the buyer sees
// the new price before paying it.
func TestStorePriceChanged(t *testing.T) {
	t.Parallel()
	b, s := reviewed(t, "")
	b.shows("#total", "$22.95")
	other := b.beside()
	other.goTo(b.location())
	other.see("#change-address")
	other.click("#change-address")
	other.heading("Change the address")
	other.click("input[name=address][value='2']")
	other.goClick(goOn, "#pay-now")
	b.goClick("#pay-now", "#changed")
	b.shows("#total", "$38.90")
	b.looked("review-changed")
	b.toPayment()
	b.goClick(approved, "#status")
	b.paid(s, "38.90 USD")
}

// doubleClick clicks twice as fast as a browser takes it.
func (b *tab) doubleClick(selector string) {
	b.t.Helper()
	var at struct{ X, Y float64 }
	b.run(chromedp.ScrollIntoView(chromedp.CSS(selector)))
	b.eval("(r => ({X: r.x + r.width / 2, Y: r.y + r.height / 2}))(document.querySelector("+quoted(selector)+").getBoundingClientRect())", &at)
	b.run(chromedp.MouseClickXY(at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(2)))
}

// Each button of the way is clicked twice: there is one order, and one charge.
func TestStoreDoubleClick(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.goTo(s.url + "/products/mug")
	b.see("#add-to-basket")
	b.doubleClick("#add-to-basket")
	b.see("#to-checkout")
	b.shows("#subtotal", "$18.00")
	b.doubleClick("#to-checkout")
	b.see(amazonButton + checked)
	b.doubleClick(amazonButton)
	b.heading("Sign in")
	b.toStore("")
	b.doubleClick("#pay-now")
	b.heading("Approve the payment")
	session := b.location()[len(b.location())-36:]
	b.doubleClick(approved)
	b.see("#status")
	b.status("authorized")
	number := b.number()

	// The page to which Amazon sends the buyer, loaded five times at once.
	var answers []string
	b.evalAsync("Promise.all([1, 2, 3, 4, 5].map(() => fetch('/orders/"+number+"/result?amazonCheckoutSessionId="+session+"').then(answer => new URL(answer.url).pathname)))", &answers)
	for _, at := range answers {
		assert.Equal(t, "/orders/"+number, at)
	}
	orders := b.settled(s)
	assert.Len(t, orders, 1)
	b.paid(s, "22.95 USD")
}

// The result page is loaded five times at once before any of them is answered.
func TestStoreResultAtOnce(t *testing.T) {
	t.Parallel()
	b, s := reviewed(t, "")
	number := b.number()
	home := b.beside()
	home.goTo(s.url)
	home.see("#products")
	b.toPayment()
	session := b.location()[len(b.location())-36:]
	require.NoError(t, s.server.Buyer().Approve(session))
	var answers []string
	home.evalAsync("Promise.all([1, 2, 3, 4, 5].map(() => fetch('/orders/"+number+"/result?amazonCheckoutSessionId="+session+"').then(answer => new URL(answer.url).pathname)))", &answers)
	assert.Len(t, answers, 5)
	home.until(s.url+"/orders/"+number, "#status[data-status=authorized]")
	b.paid(s, "22.95 USD")
}

// Two tabs of one basket lead to one order, which is paid once, although both were approved.
func TestStoreTwoTabs(t *testing.T) {
	t.Parallel()
	t.Run("the same order", func(t *testing.T) {
		t.Parallel()
		b, s := reviewed(t, "")
		number := b.number()
		other := b.beside()
		other.goTo(s.url + "/basket")
		other.see("#to-checkout")
		other.toAmazon()
		other.toStore("4444")
		assert.Equal(t, number, other.number())
		b.toPayment()
		other.toPayment()
		b.goClick(approved, "#status")
		b.status("authorized")
		other.goClick(approved, "#status")
		other.status("authorized")
		other.shows("#status", "Thank you")
		require.Len(t, b.settled(s), 1)
		b.paid(s, "22.95 USD")
	})
	t.Run("another basket", func(t *testing.T) {
		t.Parallel()
		b, s := reviewed(t, "")
		other := b.beside()
		other.fill(s, "filters")
		b.toPayment()
		b.goClick(approved, "#status")
		b.status("authorized")
		b.shows("#total", "$22.95") // what its review page showed
		other.toAmazon()
		other.toStore("")
		other.shows("#total", "$29.94") // what is in the basket by now
		other.click("#change-card")
		other.heading("Change the payment method")
		other.goClick(abandon, "#pay-now")
		b.paid(s, "22.95 USD")
	})
}

// A session of one order pays no other one, whether it is open, approved or paid.
func TestStoreOtherSession(t *testing.T) {
	t.Parallel()
	b, s := reviewed(t, "")
	first := b.number()
	session := b.location()[len(b.location())-36:]
	other := b.beside()
	other.fill(s, "grinder")
	other.goClick("#to-checkout", amazonButton+checked)
	second := other.number()
	require.NotEqual(t, first, second)
	refused := func(when string) {
		t.Helper()
		for _, page := range []string{"review", "result"} {
			other.goTo(s.url + "/orders/" + second + "/" + page + "?amazonCheckoutSessionId=" + session)
			other.problem("other-order")
		}
		var status int
		other.evalAsync("fetch('/orders/"+second+"/pay', {method: 'POST', body: new URLSearchParams({session: '"+session+"', amount: '93.95', currency: 'USD'})}).then(answer => answer.status)", &status)
		assert.Equal(t, 409, status, when)
	}
	refused("open")
	other.looked("problem-other-order")
	b.toPayment()
	refused("ready to be approved")
	require.NoError(t, s.server.Buyer().Approve(session))
	refused("approved")
	b.goTo(s.url + "/orders/" + first + "/result?amazonCheckoutSessionId=" + session)
	b.status("authorized")
	refused("paid")
	assert.Equal(t, first, b.paid(s, "22.95 USD").Number)

	stranger := b.beside(chromedp.WithNewBrowserContext())
	for _, page := range []string{"", "/review", "/result", "/canceled"} {
		stranger.goTo(s.url + "/orders/" + first + page + "?amazonCheckoutSessionId=" + session)
		stranger.problem("no-page")
	}
}

// If checkout.js does not arrive, each page that needs it says so, and the console says why.
func TestStoreWithoutCheckoutScript(t *testing.T) {
	t.Parallel()
	b, s := reviewed(t, "")
	review := b.location()
	said := b.listen()
	call(b, network.Enable, network.EnableParams{})
	call(b, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/checkout.js", Block: true}}})
	count := 0
	without := func(url, selector, name string) {
		t.Helper()
		b.goTo(url)
		b.see(selector)
		b.shows("main", "Amazon Pay is not available at the moment")
		count++
		b.says(said, s.server.Description().ScriptURL+" could not be loaded. Check the connection, the Content-Security-Policy of the page and ad blockers")
		require.GreaterOrEqual(t, strings.Count(said.text(), "could not be loaded"), count)
		var dead []string
		b.eval("[...document.querySelectorAll('.amazon-pay-button, #change-address, #change-card')].filter(e => e.checkVisibility() && e.getBoundingClientRect().height > 0 && !e.querySelector('[role=alert]')).map(e => e.outerHTML.slice(0, 80))", &dead)
		assert.Empty(t, dead, "buttons that do nothing, on %s", url)
		b.looked(name)
	}
	without(s.url+"/checkout/"+b.number(), "#pay-with-amazon", "checkout-blocked")
	without(s.url+"/account", "#sign-in", "account-blocked")
	without(review, "#pay-now", "review-blocked")
	b.unpaid(s)
}

// Without any JavaScript the pages say what it is required for.
func TestStoreWithoutScripts(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.fill(s, "mug")
	b.click("#to-checkout")
	b.see("#pay-with-amazon")
	b.shows("main", "requires JavaScript")
	b.picture("store-checkout-no-script-en")
	b.unpaid(s)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
}

// The keyboard alone is enough for the whole way.
func TestStoreKeyboard(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	press := func(text string, keys string) {
		t.Helper()
		b.tabTo(text)
		b.run(chromedp.KeyEvent(keys))
	}
	press("Skip to the content", kb.Enter)
	press("Stoneware Mug", kb.Enter)
	b.see("#add-to-basket")
	b.named()
	press("Add to basket", kb.Enter)
	b.see("#to-checkout")
	b.named()
	press("Check out with Amazon Pay", kb.Enter)
	b.see(amazonButton + checked)
	b.named()
	press("Amazon Pay", kb.Enter)
	b.heading("Sign in")
	press("Sign in", kb.Enter)
	b.heading("Review")
	press("Visa ending in 1111", kb.Enter)
	b.see("#pay-now")
	b.named()
	press("Standard", kb.ArrowDown)
	press("Use this delivery option", kb.Enter)
	b.shows("#total", "$30.45")
	press("Change Payment method", kb.Enter)
	b.heading("Change the payment method")
	press("Visa ending in 1111", kb.ArrowDown)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.shows("#card", "Amex ****0005")
	press("Pay $30.45", kb.Enter)
	b.heading("Approve the payment")
	press("Approve and pay", " ")
	b.see("#status")
	b.status("authorized")
	b.named()
	b.paid(s, "30.45 USD")
}
