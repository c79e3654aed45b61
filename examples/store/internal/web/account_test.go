package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// returnURL returns where the sign-in button of the account page leads back to.
func (v *visitor) returnURL() string {
	v.t.Helper()
	page := v.get("/account").is(200, "/account")
	found := regexp.MustCompile(`signInReturnUrl\\?u?0?0?2?2?[^/]*` + regexp.QuoteMeta(v.url) + `(/account/return\?visit=[A-Z0-9]+)`).FindStringSubmatch(page.body)
	require.NotNil(v.t, found, page.body)
	return found[1]
}

// signIn signs in as Susie.
func (v *visitor) signIn() *answer {
	v.t.Helper()
	return v.get(v.returnURL()+"&buyerToken="+url.QueryEscape(v.server.Description().Merchants[0].BuyerToken)).is(200, "/account")
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	number := v.place("review")
	v.buy(number)
	home, err := url.Parse(w.url)
	require.NoError(t, err)
	before := v.client.Jar.Cookies(home)
	page := v.signIn()
	assert.Contains(t, page.text(), "Susie Smith")
	assert.Contains(t, page.text(), "susie@example.com")
	assert.Contains(t, page.text(), "Orders: 1")
	assert.NotEqual(t, before, v.client.Jar.Cookies(home), "the cookie of before is not signed in")

	other := w.visitor() // another device
	other.signIn()
	other.get("/orders/"+number).is(200, "/orders/.*")
	page = other.post("/sign-out").is(200, "/")
	assert.Contains(t, page.text(), "House Blend")
	other.get("/orders/"+number).problem(404, "no-page")
	assert.Contains(t, other.get("/account").body, `id="sign-in"`)

	stale := w.visitor()
	stale.client.Jar.SetCookies(home, before)
	stale.get("/orders/"+number).problem(404, "no-page")
}

// Nobody is signed in by a link of somebody else's.
func TestSignInOfAnotherVisit(t *testing.T) {
	t.Parallel()
	w := open(t)
	token := "&buyerToken=" + url.QueryEscape(w.server.Description().Merchants[0].BuyerToken)
	attacker, v := w.visitor(), w.visitor()
	link := attacker.returnURL() + token
	v.get(link).problem(400, "bad-form")
	v.returnURL()
	v.get(link).problem(400, "bad-form")
	for _, query := range []string{"", "?visit=" + token, "?" + token[1:]} {
		v.get("/account/return"+query).problem(400, "bad-form")
	}
	own := v.returnURL()
	v.get(own).problem(400, "bad-form")
	v.get(own+"&amazonCheckoutSessionId=x").problem(400, "bad-form")
	v.get(own+"&buyerToken=unknown").problem(400, "bad-form")
	assert.Contains(t, v.get("/account").body, `id="sign-in"`)
	v.signIn()
	v.get(own+token).problem(400, "bad-form") // used once
}

// The saved payment method pays with one click, once, until it is removed.
func TestWallet(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	v.buy(v.place("review", "save", "yes"))
	assert.Contains(t, v.get("/account").text(), "Visa ****1111")
	v.add("dripper", "1")
	assert.Contains(t, v.get("/basket").body, `id="to-one-click"`)
	number := v.place("one-click")
	page := v.get("/checkout/" + number)
	assert.Contains(t, page.text(), "Visa ****1111")
	assert.Contains(t, page.text(), "Pay $28.95")
	page = v.post("/orders/"+number+"/pay").is(200, "/orders/"+number)
	assert.Contains(t, page.body, `data-status="authorized"`)
	v.post("/orders/"+number+"/pay").is(200, "/orders/"+number)
	require.Len(t, w.server.Charges(), 2)
	assert.Contains(t, v.get("/basket").text(), "Your basket is empty.")

	stranger := w.visitor()
	stranger.post("/account/forget").problem(http.StatusConflict, "no-wallet")
	page = v.post("/account/forget").is(200, "/account")
	assert.Contains(t, page.body, `id="no-wallet"`)
	v.add("mug", "1")
	assert.NotContains(t, v.get("/basket").body, `id="to-one-click"`)
	v.post("/checkout", "kind", "one-click").problem(http.StatusConflict, "no-wallet")
}
