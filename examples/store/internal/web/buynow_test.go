package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// event posts what the page's script posts, and returns the answer.
func (v *visitor) event(header http.Header, checkout, name string, data map[string]any) (int, map[string]any) {
	v.t.Helper()
	body, err := json.Marshal(map[string]any{"checkoutId": checkout, "event": name, "data": data})
	require.NoError(v.t, err)
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.url+"/buynow", strings.NewReader(string(body)))
	require.NoError(v.t, err)
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	res, err := v.client.Do(r)
	require.NoError(v.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(v.t, err)
	var answer map[string]any
	_ = json.Unmarshal(text, &answer) // a refusal is a text
	return res.StatusCode, answer
}

var ownPage = http.Header{"Sec-Fetch-Site": {"same-origin"}}

// buyNowButton returns the checkout and the order's number that the product's page has.
func (a *answer) buyNowButton() (checkout, number string) {
	a.t.Helper()
	found := regexp.MustCompile(`"checkout":"([^"]+)"`).FindStringSubmatch(a.body)
	require.NotNil(a.t, found, a.body)
	order := regexp.MustCompile(`"result":"(?:/|\\u002[fF])orders(?:/|\\u002[fF])([^"]+)"`).FindStringSubmatch(a.body)
	require.NotNil(a.t, order, a.body)
	return found[1], order[1]
}

// click makes a session as the button does, with the emulator's buyer.
func (v *visitor) clickBuyNow(number string) string {
	v.t.Helper()
	session, err := v.server.Buyer().BuyNow(emulator.BuyNowButton{CheckoutSessionConfig: map[string]any{
		"storeId":          v.server.Description().Merchants[0].StoreID,
		"paymentDetails":   map[string]any{"paymentIntent": "Authorize", "canHandlePendingAuthorization": true},
		"merchantMetadata": map[string]any{"merchantReferenceId": number, "merchantStoreName": "Huehue Coffee"},
	}})
	require.NoError(v.t, err)
	return session
}

func TestBuyNow(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	checkout, number := v.get("/products/mug").buyNowButton()
	again, _ := v.get("/products/mug").buyNowButton()
	assert.Equal(t, checkout, again, "a page that is loaded again offers the same")
	v.get("/orders/"+number).problem(404, "no-page") // nothing is ordered yet
	assert.NotContains(t, v.get("/products/gift-card").body, `id="buy-now"`, "nothing to ship")
	assert.NotContains(t, v.get("/products/subscription").body, `id="buy-now"`)

	session := v.clickBuyNow(number)
	at, err := w.api.GetCheckoutSession(t.Context(), session)
	require.NoError(t, err)
	status, cart := v.event(ownPage, checkout, "onInitCheckout", map[string]any{"shippingAddress": at.ShippingAddress})
	require.Equal(t, 200, status)
	assert.Equal(t, map[string]any{"amount": "22.95", "currencyCode": "USD"}, cart["totalChargeAmount"])
	require.NoError(t, w.server.Buyer().PayNow(session, cart, ""))
	_, answer := v.event(ownPage, checkout, "onCompleteCheckout", map[string]any{"amazonCheckoutSessionId": session})
	require.Equal(t, "success", answer["status"], answer)

	w.visitor().get("/orders/"+number).problem(404, "no-page")
	page := v.get("/products/mug") // whose script did not get the answer
	assert.Contains(t, page.body, `id="paid-before"`)
	next, _ := page.buyNowButton()
	assert.NotEqual(t, checkout, next)
	page = v.get("/orders/" + number)
	assert.Contains(t, page.body, `data-status="authorized"`)
	assert.NotContains(t, v.get("/products/mug").body, `id="paid-before"`)
	assert.Len(t, w.server.Charges(), 1)
}

// A page that was open before the buyer signed in still buys, and the buyer sees the order.
func TestBuyNowAcrossSignIn(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	checkout, number := v.get("/products/mug").buyNowButton()
	v.signIn()
	session := v.clickBuyNow(number)
	at, err := w.api.GetCheckoutSession(t.Context(), session)
	require.NoError(t, err)
	_, cart := v.event(ownPage, checkout, "onInitCheckout", map[string]any{"shippingAddress": at.ShippingAddress})
	require.NoError(t, w.server.Buyer().PayNow(session, cart, ""))
	_, answer := v.event(ownPage, checkout, "onCompleteCheckout", map[string]any{"amazonCheckoutSessionId": session})
	require.Equal(t, "success", answer["status"], answer)
	assert.Contains(t, v.get("/orders/"+number).body, `data-status="authorized"`)
	elsewhere := w.visitor()
	elsewhere.get("/orders/"+number).problem(404, "no-page")
	elsewhere.signIn() // the same account, at another device
	assert.Contains(t, elsewhere.get("/orders").body, number)
}

// An event of another site, or for a checkout that nobody made, is refused.
func TestBuyNowRefuses(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	checkout, _ := v.get("/products/mug").buyNowButton()
	status, _ := v.event(http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, checkout, "onInitCheckout", nil)
	assert.Equal(t, http.StatusForbidden, status)
	_, answer := v.event(ownPage, "unknown", "onInitCheckout", map[string]any{})
	assert.Equal(t, "error", answer["status"], answer)
	v.get("/buynow").problem(404, "no-page")
	assert.Empty(t, w.server.Charges())
}
