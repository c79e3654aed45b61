package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// fillIn types into fields of a form, in place of what is there.
func (b *tab) fillIn(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		b.see("#" + pairs[i])
		b.eval("document.querySelector('#"+pairs[i]+"').value = ''", nil)
		b.run(chromedp.SendKeys(chromedp.CSS("#"+pairs[i]), pairs[i+1]))
	}
}

// The store asks for the address itself, and the additional payment button pays at Amazon at once.
func TestStoreOwnAddress(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.fill(s, "kettle")
	b.goClick("#own-address", "#address-form")
	b.looked("address")
	b.fillIn("name", "Alex Buyer", "phoneNumber", "not a number", "postalCode", "98109")
	b.goClick("#to-delivery", ".summary")
	b.looked("address-wrong")
	b.shows("#phoneNumber-error", "Use digits")
	b.fillIn("phoneNumber", "206-555-0100", "city", "Seattle", "stateOrRegion", "WA", "addressLine1", "1 Sample Street")
	b.goClick("#to-delivery", "#delivery-express")
	b.click("#delivery-express")
	b.looked("address-delivery")
	b.goClick("#place-order", amazonButton+checked)
	b.shows("#total", "$73.95") // 59.00, and 9.95 and 2 x 2.50 for two kilograms begun
	b.looked("checkout-own-address")
	b.click(amazonButton)
	b.heading("Sign in")
	b.click(goOn)
	b.heading("Review")
	b.shows("main", "1 Sample Street")
	b.shows("main", "73.95 USD")
	b.goClick(goOn, "#status")
	b.status("authorized")
	b.shows("#address", "1 Sample Street")
	b.paid(s, "73.95 USD")
}

// What is not shipped needs no address: the money is taken at once.
func TestStorePaidAtOnce(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]struct{ sku, place, amount string }{
		"gift card": {"gift-card", "#pay-at-once", "25.00 USD"},
		"donation":  {"donation", "#place-order", "5.00 USD"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := shopping(t)
			if with.sku == "donation" {
				b.goTo(s.url + "/products/donation")
				b.see("#place-order")
				b.looked("product-donation")
			} else {
				b.fill(s, with.sku)
			}
			b.goClick(with.place, amazonButton+checked)
			b.looked("checkout-" + with.sku)
			b.click(amazonButton)
			b.heading("Sign in")
			b.click(goOn)
			b.heading("Review")
			b.shows("main", with.amount)
			b.goClick(goOn, "#status")
			b.status("paid")
			b.looked("order-" + with.sku)
			assert.Equal(t, with.amount, s.server.Charges()[0].Captured)
			b.paid(s, with.amount)
		})
	}
}

// A subscription is charged for its first month when it is ordered, and for the second month once,
// however often it is asked for, and not after it has ended.
func TestStoreSubscription(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.goTo(s.url + "/products/subscription")
	b.see("#place-order")
	b.looked("product-subscription")
	b.goClick("#place-order", amazonButton+checked)
	b.looked("checkout-subscription")
	b.click(amazonButton)
	b.heading("Sign in")
	b.toStore("")
	b.shows("main", "$20.95 a month")
	b.looked("review-subscription")
	b.toPayment()
	b.goClick(approved, "#status")
	b.status("authorized")
	number := b.number()
	b.looked("order-subscription")
	b.paid(s, "20.95 USD")

	a := b.admin(s)
	a.goTo(s.url + "/admin/orders/" + number)
	a.goClick("#period button", "#notice")
	a.back()
	a.see("#period button")
	a.goTo(s.url + "/admin/orders/" + number)
	a.see("#period button")
	a.looked("admin-subscription")
	b.goTo(s.url + "/orders/" + number)
	b.shows("main", "Month 2")
	b.goClick("#end-subscription", "#ended")
	b.looked("order-subscription-ended")
	a.goTo(s.url + "/admin/orders/" + number)
	a.see("#refresh")
	var can bool
	a.eval("!!document.querySelector('#period')", &can)
	assert.False(t, can, "an ended subscription cannot be charged")
	orders := b.settled(s)
	require.Len(t, orders, 1)
	assert.Len(t, orders[0].Charges, 2)
	for _, c := range s.server.Charges() {
		assert.Equal(t, "20.95 USD", c.Amount)
	}
}

// A payment method that is saved with one order pays the next with one click, and once, however
// often the button is pressed.
func TestStoreSavedWallet(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.fill(s, "filters")
	b.click("#save")
	b.goClick("#to-checkout", amazonButton+checked)
	b.looked("checkout-wallet")
	b.click(amazonButton)
	b.heading("Sign in")
	b.toStore("0005")
	b.toPayment()
	b.goClick(approved, "#status")
	b.status("authorized")
	b.paid(s, "11.94 USD")
	b.goTo(s.url + "/account")
	b.shows("#saved-card", "Amex ****0005")

	b.fill(s, "mug")
	b.looked("basket-wallet")
	b.goClick("#to-one-click", "#pay-now")
	b.shows("#total", "$22.95")
	b.looked("checkout-one-click")
	number := b.number()
	// What a browser without the shop's script would send if its owner pressed five times.
	var answers []string
	b.evalAsync("Promise.all([1, 2, 3, 4, 5].map(() => fetch(document.querySelector('#pay').action, {method: 'POST'}).then(answer => new URL(answer.url).pathname)))", &answers)
	assert.Len(t, answers, 5)
	b.goTo(s.url + "/orders/" + number)
	b.status("authorized")
	orders := b.settled(s)
	require.Len(t, orders, 2)
	require.Len(t, s.server.Charges(), 2)
	assert.Equal(t, "22.95 USD", s.server.Charges()[1].Amount)
	assert.Equal(t, number, s.server.Charges()[1].Reference)

	b.goTo(s.url + "/account")
	b.see("#forget-card")
	b.goClick("#forget-card", "#no-wallet")
	b.fill(s, "mug")
	var can bool
	b.eval("!!document.querySelector('#to-one-click')", &can)
	assert.False(t, can, "a removed payment method cannot be charged")
}

// A visitor's orders become the buyer's at the sign-in, and are there in another browser. Nobody
// else can open them.
func TestStoreSignIn(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.fill(s, "beans-decaf")
	b.toAmazon()
	b.toStore("")
	b.toPayment()
	b.goClick(approved, "#status")
	b.status("authorized")
	b.looked("order")
	number := b.number()
	b.goTo(s.url + "/account")
	b.see("#sign-in button" + checked)
	b.looked("account-visitor")
	b.signIn("0", "Susie Smith")
	b.looked("account")
	b.goTo(s.url + "/orders")
	b.shows("#orders", number)
	b.looked("orders")

	again := b.beside(chromedp.WithNewBrowserContext())
	again.goTo(s.url + "/account")
	again.signIn("0", "Susie Smith")
	again.goTo(s.url + "/orders")
	again.shows("#orders", number)
	again.goTo(s.url + "/account")
	again.goClick("#sign-out button", "#products")
	again.goTo(s.url + "/orders/" + number)
	again.problem("no-page")

	other := b.beside(chromedp.WithNewBrowserContext())
	other.goTo(s.url + "/account")
	other.signIn("1", "Carlos Rivera")
	other.goTo(s.url + "/orders")
	other.see("#empty")
	other.goTo(s.url + "/orders/" + number)
	other.problem("no-page")
	other.looked("no-page")
	b.paid(s, "20.20 USD")
}

// signIn signs in from the account's page as one of Amazon's buyers.
func (b *tab) signIn(buyer, name string) {
	b.t.Helper()
	b.see("#sign-in button" + checked)
	b.click("#sign-in button")
	b.heading("Sign in")
	b.click("input[name=buyer][value='" + buyer + "']")
	b.goClick(goOn, "#name")
	b.shows("#name", name)
}

// A shop in Japan: its prices in yen, and all its pages in Japanese.
func TestStoreInJapan(t *testing.T) {
	t.Parallel()
	s := startStore(t, emulator.WithRegion("jp"))
	b := open(t, s.server)
	b.goTo(s.url)
	b.goClick("#language-ja", "#products")
	b.looked("home")
	b.goTo(s.url + "/products/mug")
	b.see("#add-to-basket")
	b.looked("product")
	b.goClick("#add-to-basket", "#to-checkout")
	b.looked("basket")
	b.goClick("#to-checkout", amazonButton+checked)
	b.looked("checkout")
	b.click(amazonButton)
	b.heading("Sign in")
	b.toStore("")
	b.shows("#total", "¥3,230")
	b.shows("#address", "千代田区")
	b.looked("review")
	b.click("#change-address")
	b.heading("Change the address")
	b.click("input[name=address][value='1']")
	b.goClick(goOn, "#delivery-express")
	b.shows("#address", "大阪市")
	b.click("#delivery-express")
	b.goClick("#update-delivery", "#notice")
	b.shows("#total", "¥3,980")
	b.toPayment()
	b.shows("main", "3980 JPY")
	b.goClick(approved, "#status")
	b.status("authorized")
	b.looked("order")
	number := b.number()
	b.paid(s, "3980 JPY")

	a := b.admin(s)
	a.goClick("#language-ja", "#orders")
	a.looked("admin")
	a.goTo(s.url + "/admin/orders/" + number)
	a.see("#refresh")
	a.looked("admin-order")
	b.goTo(s.url + "/orders")
	b.see("#orders")
	b.looked("orders")
	b.goTo(s.url + "/account")
	b.see("#sign-in button" + checked)
	b.looked("account-visitor")
	b.signIn("1", "佐藤 太郎")
	b.looked("account")
	b.goTo(s.url + "/products/subscription")
	b.see("#place-order")
	b.looked("product-subscription")
	b.fill(s, "grinder")
	b.goClick("#own-address", "#address-form")
	b.goClick("#to-delivery", ".summary")
	b.looked("address-wrong")
	b.fillIn("name", "佐藤 太郎", "phoneNumber", "06-5555-0100", "postalCode", "060-0001", "stateOrRegion", "北海道", "addressLine1", "試験町7-8")
	b.goClick("#to-delivery", "#place-order")
	b.looked("address-delivery")
	b.goTo(s.url + "/basket?nothing")
	b.see("#to-checkout")
	b.goTo(s.url + "/nothing")
	b.problem("no-page")
	b.looked("no-page")
	b.paid(s, "3980 JPY")
}

// The language is changed on any page, without losing it.
func TestStoreLanguages(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	both := func(name, selector string) {
		t.Helper()
		b.see(selector)
		b.looked(name)
		at := b.location()
		b.goClick("#language-ja", selector)
		assert.Equal(t, at, b.location())
		b.looked(name)
		b.goClick("#language-en", selector)
	}
	both("home", "#products")
	b.goTo(s.url + "/orders")
	both("orders-none", "#empty")
	b.goTo(s.url + "/basket")
	both("basket-empty", "#empty")
	b.goTo(s.url + "/admin")
	both("admin-login", "#login")
	b.goTo(s.url + "/products/grinder")
	both("product", "#add-to-basket")
	b.goClick("#add-to-basket", "#to-checkout")
	both("basket", "#to-checkout")
	b.toAmazon()
	b.toStore("")
	both("review", "#pay-now")
	b.goClick("#language-ja", "#pay-now")
	b.toPayment()
	b.goClick(approved, "#status")
	b.status("authorized")
	b.looked("order")
	b.paid(s, "93.95 USD")
}
