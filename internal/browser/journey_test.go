package browser_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

const (
	button   = "#AmazonPayButton button"
	goOn     = "button[name=do]:not([value=cancel])"
	abandon  = "button[value=cancel]"
	approved = "button[value=approve]"
)

// begin opens the cart, clicks the button and arrives at the sign-in page.
func begin(t *testing.T, kind string) (*tab, *shop, *emulator.Server) {
	t.Helper()
	server := emulator.Start(t)
	s := newShop(t, server)
	b := open(t, server)
	b.goTo(s.url + "/?kind=" + kind)
	b.heading("Cart")
	b.run(chromedp.WaitVisible(chromedp.CSS(button)))
	if kind != "click" {
		b.run(chromedp.WaitVisible(chromedp.CSS(button + "[data-signature=right]")))
	}
	return b, s, server
}

// toReview goes on to the shop's review page.
func toReview(b *tab) {
	b.t.Helper()
	b.click(button)
	b.heading("Sign in")
	b.click(goOn)
	b.heading("Review")
	b.click(goOn)
	b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
}

// The whole journey: button, sign-in, address and card changed at Amazon and from the shop's
// review page, approved, completed.
func TestJourney(t *testing.T) {
	t.Parallel()
	b, s, server := begin(t, "review")
	b.picture("1-button")
	b.click(button)
	b.heading("Sign in")
	b.picture("2-sign-in")
	b.click(goOn)
	b.heading("Review")
	b.picture("3-review")
	var disabled bool
	b.eval("document.querySelector('input[name=address][value=\"1\"]').disabled", &disabled)
	assert.True(t, disabled, "the shop does not deliver to post boxes")
	b.click("input[name=address][value='2']")
	b.click("input[name=card][value='4444']")
	b.click(goOn)
	b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
	assert.Contains(t, b.location(), s.url+"/review?cart=7&amazonCheckoutSessionId=", "what the URL had is kept")
	assert.Equal(t, "For Susie Smith", b.text("#text"))
	assert.Equal(t, "100 Sample Road, Toronto", b.text("#address"))
	assert.Equal(t, "MasterCard ****4444 (Amazon Pay)", b.text("#card"))

	b.click("#change-address")
	b.heading("Change the address")
	b.picture("4-change-address")
	b.click("input[name=address][value='0']")
	b.click(goOn)
	b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
	assert.Equal(t, "10 Ditka Ave, Chicago", b.text("#address"))
	b.click("#change-card")
	b.heading("Change the payment method")
	b.picture("5-change-card")
	b.click("input[name=card][value='0005']")
	b.click(goOn)
	b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
	assert.Equal(t, "Amex ****0005 (Amazon Pay)", b.text("#card"))

	b.click("#order")
	b.heading("Approve the payment")
	b.picture("6-pay")
	assert.Contains(t, b.text("main"), "42.00 USD")
	b.click(approved)
	b.heading("Thank you")
	assert.Equal(t, "Captured 42.00 USD", b.text("#text"))
	b.picture("7-result")
	charges := server.Charges()
	require.Len(t, charges, 1)
	assert.Equal(t, "42.00 USD", charges[0].Captured)
	for _, r := range server.Requests() {
		assert.True(t, r.Verified, r.Operation)
	}
}

// Each way out before the payment leaves no charge, and the shop knows why.
func TestWaysOut(t *testing.T) {
	t.Parallel()
	t.Run("abandoned at sign-in", func(t *testing.T) {
		t.Parallel()
		b, _, server := begin(t, "review")
		b.click(button)
		b.heading("Sign in")
		b.click(abandon)
		b.heading("Canceled")
		assert.Contains(t, b.location(), "/canceled?amazonCheckoutSessionId=")
		assert.Empty(t, server.Charges())
	})
	t.Run("abandoned on the review page", func(t *testing.T) {
		t.Parallel()
		b, _, server := begin(t, "review")
		b.click(button)
		b.heading("Sign in")
		b.click(goOn)
		b.heading("Review")
		b.click(abandon)
		b.heading("Canceled")
		assert.Empty(t, server.Charges())
	})
	t.Run("abandoned when paying", func(t *testing.T) {
		t.Parallel()
		b, _, server := begin(t, "review")
		toReview(b)
		b.click("#order")
		b.heading("Approve the payment")
		b.click(abandon)
		b.heading("Canceled")
		b.back() // the page is over, and says so
		b.heading("This checkout is over")
		b.picture("8-over")
		assert.Empty(t, server.Charges())
	})
	t.Run("tab closed", func(t *testing.T) {
		t.Parallel()
		b, s, server := begin(t, "review")
		toReview(b)
		b.click("#order")
		b.heading("Approve the payment")
		session := b.location()[len(b.location())-36:]
		b.run(chromedp.Navigate("about:blank"))
		got, err := s.webstore.GetCheckoutSession(t.Context(), session)
		require.NoError(t, err)
		assert.Equal(t, "Open", string(got.StatusDetails.State))
		require.NoError(t, server.Advance(24*time.Hour))
		got, err = s.webstore.GetCheckoutSession(t.Context(), session)
		require.NoError(t, err)
		assert.Equal(t, "Expired", string(got.StatusDetails.ReasonCode))
		assert.Empty(t, server.Charges())
	})
	t.Run("back button", func(t *testing.T) {
		t.Parallel()
		b, _, server := begin(t, "review")
		toReview(b)
		b.click("#order")
		b.heading("Approve the payment")
		b.back()
		b.run(chromedp.WaitVisible(chromedp.CSS("#order"))) // and on again
		b.click("#order")
		b.heading("Approve the payment")
		b.click(approved)
		b.heading("Thank you")
		b.back()
		b.heading("This checkout is over") // it was completed: nothing can be paid twice
		assert.Len(t, server.Charges(), 1)
	})
	for _, with := range []struct{ digits, heading, state string }{
		{"3064", "Canceled", "Canceled BuyerCanceled"},
		{"3434", "Not paid", "Canceled Declined"},
	} {
		t.Run("card "+with.digits, func(t *testing.T) {
			t.Parallel()
			b, s, server := begin(t, "review")
			b.click(button)
			b.heading("Sign in")
			b.click(goOn)
			b.heading("Review")
			b.click("input[name=card][value='" + with.digits + "']")
			b.click(goOn)
			b.click("#order")
			b.heading("Approve the payment")
			session := b.location()[len(b.location())-36:]
			b.click(approved)
			b.heading(with.heading)
			got, err := s.webstore.GetCheckoutSession(t.Context(), session)
			require.NoError(t, err)
			assert.Equal(t, with.state, string(got.StatusDetails.State)+" "+string(got.StatusDetails.ReasonCode))
			assert.Empty(t, server.Charges())
		})
	}
}

// The cards whose authorization is pending need a shop that can wait.
func TestPendingCards(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{"0701": "Authorized", "4354": "Declined"} {
		t.Run(digits, func(t *testing.T) {
			t.Parallel()
			b, s, server := begin(t, "review")
			toReview(b)
			b.click("#change-card")
			b.heading("Change the payment method")
			b.click("input[name=card][value='" + digits + "']")
			b.click(goOn)
			b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
			review := b.location()
			b.click("#order")
			b.heading("Approve the payment")
			b.click(approved)
			b.run(chromedp.WaitVisible(chromedp.CSS("[role=alert]")))
			assert.Contains(t, b.text("[role=alert]"), "canHandlePendingAuthorization")
			if digits == "4354" {
				b.picture("9-not-taken")
			}

			s.pending = true
			b.goTo(review)
			b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
			b.click("#order")
			b.heading("Approve the payment")
			b.click(approved)
			b.heading("Thank you")
			assert.Equal(t, "AuthorizationInitiated 42.00 USD", b.text("#text"))
			require.NoError(t, server.Advance(30*time.Second))
			assert.Equal(t, want, server.Charges()[0].State)
		})
	}
}

func TestOtherButtons(t *testing.T) {
	t.Parallel()
	t.Run("the shop starts the checkout", func(t *testing.T) {
		t.Parallel()
		b, _, server := begin(t, "click")
		toReview(b)
		b.click("#order")
		b.click(approved)
		b.heading("Thank you")
		assert.Len(t, server.Charges(), 1)
	})
	t.Run("paid at Amazon", func(t *testing.T) {
		t.Parallel()
		b, _, server := begin(t, "now")
		b.click(button)
		b.heading("Sign in")
		b.click("input[name=buyer][value='1']")
		b.click(goOn)
		b.heading("Review")
		assert.Contains(t, b.text("main"), "42.00 USD")
		assert.Contains(t, b.text("main"), "Carlos Rivera")
		b.picture("10-pay-now")
		b.click(goOn)
		b.heading("Thank you")
		assert.Len(t, server.Charges(), 1)
	})
	t.Run("Buy Now, without a page of the shop", func(t *testing.T) {
		t.Parallel()
		b, s, server := begin(t, "buynow")
		b.click(button)
		b.heading("Sign in")
		session := b.location()[len(b.location())-36:]
		b.click(goOn)
		b.heading("Review")
		b.click(goOn)
		b.heading("You are done here")
		b.picture("8-done")
		_, err := s.webstore.FinalizeCheckoutSession(t.Context(), session, &webstore.FinalizeCheckoutSessionRequest{
			PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: s.price(),
		})
		require.NoError(t, err)
		assert.Len(t, server.Charges(), 1)
	})
	t.Run("nothing is shipped", func(t *testing.T) {
		t.Parallel()
		b, _, _ := begin(t, "payonly")
		b.click(button)
		b.heading("Sign in")
		b.click(goOn)
		b.heading("Review")
		assert.NotContains(t, b.text("main"), "Deliver to")
		b.click(goOn)
		b.run(chromedp.WaitReady(chromedp.CSS("#order")))
		assert.Empty(t, b.text("#address"))
	})
	t.Run("sign in", func(t *testing.T) {
		t.Parallel()
		b, _, _ := begin(t, "signin")
		b.click(button)
		b.heading("Sign in")
		b.picture("11-login")
		b.click("input[name=buyer][value='1']")
		b.click(goOn)
		b.heading("Account")
		assert.Equal(t, "Hello Carlos Rivera", b.text("#text"))
	})
	t.Run("a wrong signature", func(t *testing.T) {
		t.Parallel()
		server := emulator.Start(t)
		s := newShop(t, server)
		b := open(t, server)
		b.goTo(s.url + "/?kind=broken")
		b.run(chromedp.WaitVisible(chromedp.CSS("[role=alert]")))
		assert.Contains(t, b.text("[role=alert]"), "The signature does not match this key and payload")
		b.picture("12-wrong-button")
		// A buyer who clicks before the check, or who changed the script, gets no further.
		b.eval("document.querySelector('"+button+"').disabled = false", nil)
		b.click(button)
		b.heading("This button does not work")
		b.picture("13-problem")
		assert.Contains(t, b.text("main"), "the hash")
	})
}

// The keyboard alone is enough, and every control has a name.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	b, _, server := begin(t, "review")
	b.tabTo("Amazon Pay")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.heading("Sign in")
	b.named()
	b.tabTo("Susie Smith")
	b.run(chromedp.KeyEvent(kb.ArrowDown))
	b.tabTo("Sign in")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.heading("Review")
	b.named()
	assert.Contains(t, b.text("main"), "Carlos Rivera")
	b.tabTo("Visa ending in 1111")
	b.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter)) // Enter sends the form
	b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
	assert.Contains(t, b.text("#card"), "0005")
	b.tabTo("Order")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.heading("Approve the payment")
	b.named()
	b.tabTo("Approve and pay")
	b.run(chromedp.KeyEvent(" "))
	b.heading("Thank you")
	assert.Len(t, server.Charges(), 1)
}

// tabTo presses Tab until what has the focus bears the text.
func (b *tab) tabTo(text string) {
	b.t.Helper()
	var focused string
	for range 40 {
		b.run(chromedp.KeyEvent(kb.Tab))
		b.eval("(e => e.getAttribute('aria-label') || (e.labels && e.labels[0] || e).textContent.trim())(document.activeElement)", &focused)
		if len(focused) >= len(text) && focused[:len(text)] == text {
			return
		}
	}
	require.Fail(b.t, "Tab does not lead to "+text, "the last was %q", focused)
}
