package emulator_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// A sign-in gives the shop a token, with which it reads what the button asked for.
func TestSignInButton(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for _, row := range []struct {
		scopes string
		shown  string
	}{
		{"", "buyerId"},
		{"name", "buyerId name"},
		{"email", "buyerId email"},
		{"postalCode", "buyerId countryCode postalCode"},
		{"shippingAddress", "buyerId shippingAddress"},
		{"billingAddress", "billingAddress buyerId"},
		{"phoneNumber", "buyerId phoneNumber"},
		{"primeStatus", "buyerId primeMembershipTypes"},
		{"name email", "buyerId email name"},
		{"name email postalCode shippingAddress billingAddress phoneNumber primeStatus", "billingAddress buyerId countryCode email name phoneNumber postalCode primeMembershipTypes shippingAddress"},
	} {
		payload := object{"signInReturnUrl": "https://shop.example/in?from=a%20b", "storeId": c.store()}
		if row.scopes != "" {
			payload["signInScopes"] = strings.Fields(row.scopes)
		}
		p := c.visit("/checkout/start", c.button("SignIn", payload))
		require.Equal(t, http.StatusSeeOther, p.status, p.text)
		assert.Contains(t, c.visit(p.to, nil).text, "Susie Smith")
		grant := grantOf(t, p)
		assert.Equal(t, http.StatusUnprocessableEntity, c.visit("/checkout/signin", url.Values{"grant": {grant}, "buyer": {"2"}}).status)
		p = c.visit("/checkout/signin", url.Values{"grant": {grant}, "buyer": {"1"}})
		require.Equal(t, http.StatusSeeOther, p.status, p.text)
		token, found := strings.CutPrefix(p.to, "https://shop.example/in?from=a%20b&buyerToken=")
		require.True(t, found, p.to)
		shown := c.get("/buyers/"+token).must(t, http.StatusOK)
		shows := strings.Replace(row.shown, " primeMembershipTypes", "", 1) // null: the merchant is not one that sees them
		assert.Equal(t, shows, strings.Join(slices.Sorted(slices.Values(shown.filled())), " "), row.scopes)
		assert.Len(t, shown.body, 9, "what no scope lets the shop see is null")
		assert.Equal(t, "amzn1.account.EMULATEDA1EMULATEDSHOPA2", shown.body["buyerId"])
		if shown.body["name"] != nil {
			assert.Equal(t, "Carlos Rivera", shown.body["name"])
		}
		newClient(t, c.server, 1).get("/buyers/"+token).refused(t, http.StatusNotFound, "ResourceNotFound")
	}
	assert.Empty(t, c.sessions(), "nobody pays")
}

func grantOf(t *testing.T, p page) string {
	t.Helper()
	to, err := url.Parse(p.to)
	require.NoError(t, err)
	return to.Query().Get("grant")
}

func TestSignInIsCanceled(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for cancelURL, to := range map[string]string{"": "https://shop.example/in", "https://shop.example/no": "https://shop.example/no"} {
		payload := object{"signInReturnUrl": "https://shop.example/in", "storeId": c.store(), "signInScopes": []string{"name"}}
		if cancelURL != "" {
			payload["signInCancelUrl"] = cancelURL
		}
		grant := grantOf(t, c.visit("/checkout/start", c.button("SignIn", payload)))
		assert.Equal(t, to, c.visit("/checkout/signin", url.Values{"grant": {grant}, "do": {"cancel"}, "buyer": {"0"}}).to)
		for _, forged := range []string{"x", grant + "x", "x" + grant, strings.TrimSuffix(grant, grant[strings.Index(grant, "."):])} {
			p := c.visit("/checkout/signin", url.Values{"grant": {forged}, "buyer": {"0"}})
			assert.Equal(t, http.StatusForbidden, p.status, forged)
			assert.Empty(t, p.to)
		}
	}
}

const script = "<script>alert(1)</script>"

// everyPage returns the pages that there are, each with the status that it must have. Wherever a
// shop or a buyer can put a text there is a script in it.
func everyPage(t *testing.T, c *client) map[string]page {
	t.Helper()
	begin := func() string {
		id := c.post("/checkoutSessions", object{
			"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review", "checkoutResultReturnUrl": "https://shop.example/result"},
			"storeId":            c.store(), "merchantMetadata": object{"merchantStoreName": script + "Shop"},
			"paymentDetails": object{"paymentIntent": "Authorize", "chargeAmount": usd("50")},
		}).must(t, http.StatusCreated).text(t, "checkoutSessionId")
		require.NoError(t, c.server.Buyer().SignIn(id))
		require.NoError(t, c.server.Buyer().ChangeAddress(id, emulator.Address{AddressLine1: script + "Street", CountryCode: "US"}))
		return id
	}
	open, approved, over := begin(), begin(), begin()
	require.NoError(t, c.server.Buyer().Approve(approved))
	require.NoError(t, c.server.Buyer().Abandon(over))
	payload := c.shopPayload()
	payload["merchantMetadata"] = object{"merchantStoreName": script}
	wrong := c.button("PayAndShip", payload)
	wrong.Set("payloadJSON", wrong.Get("payloadJSON")+script)
	unknown := c.button("PayAndShip", payload)
	unknown.Set("publicKeyId", script)
	buyNow := c.click("PayAndShip", object{"storeId": c.store(), "merchantMetadata": object{"merchantStoreName": script}})
	c.visit("/checkout/signin", step(buyNow, "buyer", "0"))
	at := func(path, id string) page { return c.visit(path+"?"+step(id, "changeAction", script).Encode(), nil) }
	return map[string]page{
		"200 sign in":             at("/checkout/signin", open),
		"200 review":              at("/checkout/review", open),
		"200 change":              at("/checkout/change", open),
		"200 pay":                 at("/checkout/processing", open),
		"200 paid":                at("/checkout/processing", approved),
		"200 done":                c.visit("/checkout/review", step(buyNow, "address", "0", "card", "1111")),
		"410 over":                at("/checkout/review", over),
		"422 not taken":           c.visit("/checkout/review", step(open, "address", script, "card", script)),
		"403 wrong button":        c.visit("/checkout/start", wrong),
		"403 unknown key":         c.visit("/checkout/start", unknown),
		"404 no session":          at("/checkout/review", script),
		"404 no page":             at("/checkout/"+url.PathEscape(script), open),
		"200 log in":              c.visit(c.visit("/checkout/start", c.button("SignIn", object{"signInReturnUrl": "https://shop.example/", "storeId": c.store()})).to, nil),
		"403 forged log in":       c.visit("/checkout/signin?grant="+url.QueryEscape(script), nil),
		"400 form of no encoding": c.visit("/checkout/review?%zz", nil),
	}
}

func TestEveryPage(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	showing := 0
	for name, p := range everyPage(t, c) {
		status, _, _ := strings.Cut(name, " ")
		assert.Equal(t, status, strconv.Itoa(p.status), "%s: %s", name, p.raw)
		assert.Contains(t, p.raw, "<main>", name)
		assert.NotContains(t, p.raw, "<script", name)
		if strings.Contains(p.raw, "&lt;script&gt;") {
			showing++
		}
		assert.Equal(t, "text/html; charset=utf-8", p.header.Get("Content-Type"), name)
		assert.Equal(t, "no-store", p.header.Get("Cache-Control"), name)
		assert.Equal(t, "no-referrer", p.header.Get("Referrer-Policy"), name)
		assert.Equal(t, "nosniff", p.header.Get("X-Content-Type-Options"), name)
		policy := strings.Split(p.header.Get("Content-Security-Policy"), "; ")
		for _, rule := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			assert.Contains(t, policy, rule, name)
		}
	}
	assert.Equal(t, 10, showing, "pages that show the text, and not the script")
}

// A page of a checkout that is not open any more says so.
func TestPagesOfASessionThatIsOver(t *testing.T) {
	t.Parallel()
	ends := map[string]struct {
		end    func(c *client, id string)
		status int
		says   string
	}{
		"open":      {func(*client, string) {}, http.StatusOK, "Approve"},
		"reset":     {func(c *client, _ string) { c.server.Reset() }, http.StatusNotFound, "It may have been reset."},
		"expired":   {func(c *client, _ string) { require.NoError(c.tb, c.server.Advance(wholeDay)) }, http.StatusGone, "or has expired"},
		"deleted":   {func(c *client, _ string) { require.NoError(c.tb, c.server.Advance(30*wholeDay)) }, http.StatusNotFound, "Checkout not found"},
		"completed": {completeApproved, http.StatusGone, "This checkout is over"},
		"canceled":  {func(c *client, id string) { require.NoError(c.tb, c.server.CancelSession(id)) }, http.StatusGone, "This checkout is over"},
		"abandoned": {func(c *client, id string) { require.NoError(c.tb, c.server.Buyer().Abandon(id)) }, http.StatusGone, "This checkout is over"},
		"declined":  {func(c *client, id string) { require.NoError(c.tb, c.server.Buyer().Decline(id)) }, http.StatusGone, "This checkout is over"},
	}
	for name, row := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, emulator.Start(t), 0)
			id := c.newSession("Authorize", "50")
			require.NoError(t, c.server.Buyer().SignIn(id))
			row.end(c, id)
			before := c.get("/checkoutSessions/" + id).raw
			p := c.visit("/checkout/processing?"+step(id).Encode(), nil)
			assert.Equal(t, row.status, p.status)
			assert.Contains(t, p.text, row.says)
			if name == "open" {
				return
			}
			for path, do := range map[string]string{"/checkout/signin": "continue", "/checkout/review": "cancel", "/checkout/change": "continue", "/checkout/processing": "approve"} {
				p := c.visit(path, step(id, "do", do, "buyer", "1", "address", "0", "card", "1111"))
				assert.Equal(t, row.status, p.status, path)
				assert.Empty(t, p.to, path)
			}
			assert.Equal(t, before, c.get("/checkoutSessions/"+id).raw)
		})
	}
}

func completeApproved(c *client, id string) {
	require.NoError(c.tb, c.server.Buyer().Approve(id))
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(c.tb, http.StatusOK)
}

// The pages take forms and links alone.
func TestMethodsOfPages(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.newApproved("Authorize", "50")
	before := c.get("/checkoutSessions/" + id).raw
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodHead, http.MethodOptions} {
		r, err := http.NewRequestWithContext(t.Context(), method, c.base+"/checkout/review?"+step(id, "do", "cancel").Encode(), nil)
		require.NoError(t, err)
		res, err := c.server.RoundTripper().RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, http.StatusMethodNotAllowed, res.StatusCode, method)
	}
	// A link decides nothing, whatever it says.
	c.visit("/checkout/review?"+step(id, "do", "cancel").Encode(), nil)
	// Nor does a form whose decision stands in its address.
	c.visit("/checkout/processing?do=cancel", step(id))
	assert.Equal(t, before, c.get("/checkoutSessions/"+id).raw)
}

// On a page that pays, too, the choices are taken all, or none.
func TestRefusedPaymentLeavesTheChoices(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	payload := object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, // without a review page of the shop's
		"storeId":            c.store(), "paymentDetails": object{"paymentIntent": "Authorize", "chargeAmount": usd("50")},
	}
	id := c.click("PayAndShip", payload)
	c.visit("/checkout/signin", step(id, "buyer", "0"))
	before := c.get("/checkoutSessions/" + id).raw
	p := c.visit("/checkout/review", step(id, "address", "2", "card", "0701")) // which may not be pending here
	assert.Equal(t, http.StatusUnprocessableEntity, p.status)
	assert.Equal(t, before, c.get("/checkoutSessions/"+id).raw)
}
