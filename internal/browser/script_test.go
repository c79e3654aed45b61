package browser_test

import (
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// on opens an empty page of a shop's own, with the script from an address, and what is to stand in
// its body.
func (b *tab) on(header http.Header, script string, body template.HTML) *tab {
	b.t.Helper()
	page := template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title><link rel="icon" href="data:,"><script src="{{.Script}}"></script></head>
<body><main><h1>Shop</h1><div id="b"></div>{{.Body}}</main></body></html>`))
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		assert.NoError(b.t, page.Execute(w, map[string]any{"Script": script, "Body": body}))
	}))
	b.t.Cleanup(shop.Close)
	b.goTo(shop.URL)
	b.heading("Shop")
	return b
}

// config is that of a right button; payload nil is one with a review page.
func (s *shop) config(t *testing.T, payload map[string]any) map[string]any {
	t.Helper()
	if payload == nil {
		payload = map[string]any{
			"storeId":            s.emulator.Merchants[0].StoreID,
			"webCheckoutDetails": map[string]any{"checkoutReviewReturnUrl": s.url + "/review"},
			"merchantMetadata":   map[string]any{"merchantStoreName": "山田商店 & <b>"},
		}
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(payload))
	signed, err := s.client.ButtonSignature([]byte(strings.TrimSpace(text.String())))
	require.NoError(t, err)
	region := map[string][]string{"na": {"USD", "en_US"}, "jp": {"JPY", "ja_JP"}, "eu": {"EUR", "de_DE"}}[s.emulator.Region]
	return map[string]any{
		"merchantId": s.emulator.Merchants[0].MerchantID, "placement": "Cart", "productType": "PayAndShip",
		"ledgerCurrency": region[0], "checkoutLanguage": region[1], "createCheckoutSessionConfig": signed,
	}
}

// with is a configuration with other members; nil takes one out.
func with(config map[string]any, pairs ...any) map[string]any {
	changed := maps.Clone(config)
	for i := 0; i < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if changed[name] = pairs[i+1]; pairs[i+1] == nil {
			delete(changed, name)
		}
	}
	return changed
}

func js(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// said is what a tab wrote into its console.
type said struct {
	mu    sync.Mutex
	lines []string
}

// listen notes what the console says from now on, violations of a Content-Security-Policy among it.
func (b *tab) listen() *said {
	b.t.Helper()
	s := &said{}
	require.NoError(b.t, chromedp.Listen(b.ctx, func(event any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			for _, arg := range e.Args {
				s.lines = append(s.lines, string(e.Type)+": "+string(arg.Value))
			}
		case *runtime.EventExceptionThrown:
			thrown := e.ExceptionDetails.Text
			if e.ExceptionDetails.Exception != nil {
				thrown += " " + e.ExceptionDetails.Exception.Description
			}
			s.lines = append(s.lines, "thrown: "+thrown)
		case *log.EventEntryAdded:
			s.lines = append(s.lines, string(e.Entry.Source)+": "+e.Entry.Text)
		}
	}))
	call(b, log.Enable, cdp.Empty{})
	return s
}

func (s *said) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// says waits for a line in the console.
func (b *tab) says(s *said, text string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool { return strings.Contains(s.text(), text) }, 10*time.Second, 10*time.Millisecond, "%s", text)
}

// asAmazon has the browser find the hosts of the script at the emulator, as a hosts file would.
func asAmazon(t *testing.T, server *emulator.Server) chromedp.ExecAllocatorOption {
	t.Helper()
	u, err := url.Parse(server.Description().BaseURL)
	require.NoError(t, err)
	return chromedp.Flag("host-resolver-rules", "MAP static-*.payments-amazon.com "+u.Host)
}

// A page whose Content-Security-Policy was made for Amazon works as it is: the script talks to the
// host from which it came, and to no other.
func TestStrictPolicy(t *testing.T) {
	t.Parallel()
	const script = "https://static-na.payments-amazon.com/checkout.js"
	for name, row := range map[string]struct {
		policy    string
		signature string
		violated  bool
	}{
		"that host alone": {
			"default-src 'none'; script-src https://static-na.payments-amazon.com 'nonce-n'; connect-src https://static-na.payments-amazon.com; " +
				"form-action https://static-na.payments-amazon.com; img-src data:; base-uri 'none'", "right", false,
		},
		"all hosts of that kind": {
			"default-src 'self' https://*.payments-amazon.com; script-src https://*.payments-amazon.com 'nonce-n'; img-src data:", "right", false,
		},
		// As in
		// https://github.com/amzn/amazon-payments-magento-2-plugin/blob/master/etc/csp_whitelist.xml:
		// the real script sends its forms to other hosts than its own. The button works all the
		// same.
		"as Magento's plugin has it": {
			"script-src *.payments-amazon.com 'nonce-n'; connect-src *.amazon.com *.amazonpay.com; form-action *.amazon.com; " +
				"frame-src *.amazon.com *.payments-amazon.com; img-src data: *.media-amazon.com", "unchecked", true,
		},
		"no forms, and no talk": {"script-src *.payments-amazon.com 'nonce-n'; connect-src 'none'; form-action 'none'", "unchecked", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t)
			s := newShop(t, server)
			b := open(t, server, asAmazon(t, server))
			console := b.listen()
			b.on(http.Header{"Content-Security-Policy": {row.policy}}, script,
				template.HTML(`<script nonce="n">amazon.Pay.renderButton('#b', `+js(t, s.config(t, nil))+`)</script>`))
			b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=" + row.signature + "]")))
			var color string
			b.eval("getComputedStyle(document.querySelector('#b button')).backgroundColor", &color)
			assert.Equal(t, "rgb(245, 196, 81)", color, "styles are set in a way that every policy takes")
			b.click("#b button")
			b.heading("Sign in")
			assert.Contains(t, b.location(), "https://static-na.payments-amazon.com/checkout/signin?")
			b.click(goOn)
			b.heading("Review")
			b.click(goOn)
			b.run(chromedp.WaitVisible(chromedp.CSS("#order")))
			assert.Equal(t, row.violated, strings.Contains(console.text(), "Content Security Policy"), console.text())
		})
	}
}

// payloadJSON may be an object: the signature is then over what JSON.stringify makes of it, on a
// page of any encoding.
func TestObjectPayload(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"utf-8", "Shift_JIS", "EUC-JP"} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t, emulator.WithRegion("jp"))
			s := newShop(t, server)
			config := s.config(t, nil)
			signed := map[string]any{}
			require.NoError(t, json.Unmarshal([]byte(js(t, config["createCheckoutSessionConfig"])), &signed))
			text, _ := signed["payloadJSON"].(string)
			var ascii strings.Builder
			for _, r := range text { // as the page is written in no encoding of our own
				if r < utf8.RuneSelf {
					ascii.WriteRune(r)
				} else {
					fmt.Fprintf(&ascii, "\\u%04x", r)
				}
			}
			signed["payloadJSON"] = json.RawMessage(ascii.String())
			b := open(t, server).on(http.Header{"Content-Type": {"text/html; charset=" + encoding}}, s.emulator.ScriptURL, template.HTML(
				`<script>amazon.Pay.renderButton('#b', `+js(t, with(config, "createCheckoutSessionConfig", signed))+`)</script>`))
			b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
			b.click("#b button")
			b.heading("Sign in")
			assert.Contains(t, b.text("main"), "to pay at 山田商店 & <b>")
		})
	}
}

// What Amazon's script throws, this one throws, so that a page stops in the same place.
func TestScriptThrows(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	b := open(t, server).on(nil, s.emulator.ScriptURL, "")
	right := s.config(t, nil)
	signed := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(js(t, right["createCheckoutSessionConfig"])), &signed))
	bare := with(right, "createCheckoutSessionConfig", with(signed, "publicKeyId", nil))
	live := server.Description().Merchants[0].KeyIDs.Live
	box, _ := signed["publicKeyId"].(string)

	thrown := func(call string, config any) string {
		var message string
		b.eval("(() => { try { "+strings.Replace(call, "CONFIG", js(t, config), 1)+"; return '' } catch (e) { return String(e.message || e) } })()", &message)
		return message
	}
	for what, row := range map[string]struct {
		config any
		says   string
	}{
		"nothing":                {right, ""},
		"LightGray":              {with(right, "buttonColor", "LightGray"), ""},
		"all that may be absent": {with(right, "productType", nil, "checkoutLanguage", nil, "buttonColor", nil, "sandbox", nil), ""},
		"empty texts":            {with(right, "productType", "", "checkoutLanguage", "", "buttonColor", ""), ""},
		"sandbox that fits":      {with(right, "sandbox", true), ""},
		"one key id, twice":      {with(right, "publicKeyId", box), ""},
		"an estimate":            {with(right, "estimatedOrderAmount", map[string]any{"amount": "-1", "currencyCode": "XXX"}), ""},
		"no config":              {nil, "the configuration is missing"},
		"no merchantId":          {with(right, "merchantId", nil), "merchantId is missing"},
		"no placement":           {with(right, "placement", nil), "placement is missing"},
		"nothing at all":         {map[string]any{}, "merchantId, ledgerCurrency, placement are missing"},
		"placement":              {with(right, "placement", "cart"), `placement is "cart", and must be one of Home, Product, Cart, Checkout, Other`},
		"product type":           {with(right, "productType", "PayLater"), `productType is "PayLater"`},
		"another region's language": {
			with(right, "checkoutLanguage", "de_DE"), `checkoutLanguage is "de_DE", and must be one of en_US in the region na`,
		},
		"another region's currency": {with(right, "ledgerCurrency", "EUR"), `ledgerCurrency is "EUR", and must be one of USD in the region na`},
		"colour":                    {with(right, "buttonColor", "gold"), `buttonColor is "gold", and must be one of Gold, LightGray, DarkGray`},
		"sandbox as a text":         {with(right, "sandbox", "true"), `sandbox is "true", and must be one of true, false`},
		"sandbox against the key id": {
			with(right, "sandbox", false), "sandbox is false, but the publicKeyId is " + box,
		},
		"sandbox against the button's": {with(bare, "sandbox", true, "publicKeyId", live), "sandbox is true, but the publicKeyId is " + live},
		"two key ids":                  {with(right, "publicKeyId", live), "there are two publicKeyId"},
		"an empty key id":              {with(bare, "publicKeyId", ""), "publicKeyId is empty"},
	} {
		for _, call := range []string{"amazon.Pay.renderButton('#b', CONFIG)", "amazon.Pay.renderJSButton('#b', Object.assign({checkoutSessionConfig: {}, onInitCheckout() {}, onCompleteCheckout() {}, onCancel() {}}, CONFIG))"} {
			if row.config == nil && strings.Contains(call, "Object.assign") {
				continue
			}
			if got := thrown(call, row.config); row.says == "" {
				assert.Empty(t, got, what)
			} else {
				assert.Contains(t, got, row.says, what)
			}
		}
		if row.says != "" { // a right one would leave the page
			assert.Contains(t, thrown("amazon.Pay.initCheckout(CONFIG)", row.config), row.says, what)
		}
	}
	for call, says := range map[string]string{
		"amazon.Pay.renderButton('#nowhere', CONFIG)":                                                   "there is no element #nowhere",
		"amazon.Pay.renderButton('', CONFIG)":                                                           "the selector is missing",
		"amazon.Pay.initCheckout()":                                                                     "the configuration is missing",
		"amazon.Pay.bindChangeAction('#b', {changeAction: 'changeAddress'})":                            "amazonCheckoutSessionId is missing",
		"amazon.Pay.bindChangeAction('#b', {amazonCheckoutSessionId: 'x', changeAction: 'changeName'})": `changeAction is "changeName"`,
		"amazon.Pay.bindUpgradeAction('#b', {payloadJSON: '{}'})":                                       "signature, publicKeyId, upgradeAction are missing",
		"amazon.Pay.changeShippingAddress({})":                                                          "amazonCheckoutSessionId is missing",
		"amazon.Pay.changePaymentMethod()":                                                              "the configuration is missing",
		"amazon.Pay.switchAccount({merchantId: 'x'})":                                                   "SignInConfig is missing",
		"amazon.Pay.renderPromotionalMessage('#nowhere', {merchantId: 'x'})":                            "there is no element #nowhere",
		"amazon.Pay.renderJSButton('#b', {merchantId: 'x', ledgerCurrency: 'USD', placement: 'Cart'})":  "checkoutSessionConfig, onInitCheckout, onCompleteCheckout, onCancel are missing",
	} {
		assert.Contains(t, thrown(call, right), says, call)
	}

	// The button without its payload is drawn, and says so; Amazon's throws at the click.
	assert.Empty(t, thrown("amazon.Pay.renderButton('#b', CONFIG)", with(right, "createCheckoutSessionConfig", map[string]any{"payloadJSON": "{}"})))
	assert.Contains(t, b.text("#b [role=alert]"), "signature is missing")
	// onClick is of buttons that start nothing by themselves.
	var kinds []string
	b.eval(`[`+js(t, right)+`, `+js(t, with(right, "createCheckoutSessionConfig", nil))+`].map(c => Object.keys(amazon.Pay.renderButton('#b', c)).join())`, &kinds)
	assert.Equal(t, []string{"updateButtonInfo", "onClick,initCheckout,updateButtonInfo"}, kinds)
}

// The script of each region knows the languages and currencies of its own.
func TestScriptOfEachRegion(t *testing.T) {
	t.Parallel()
	languages := map[string][]string{"na": {"en_US"}, "eu": {"en_GB", "de_DE", "fr_FR", "it_IT", "es_ES"}, "jp": {"ja_JP"}}
	currencies := map[string][]string{"na": {"USD"}, "eu": {"EUR", "GBP"}, "jp": {"JPY"}}
	for region := range languages {
		server := emulator.Start(t, emulator.WithRegion(region))
		s := newShop(t, server)
		b := open(t, server).on(nil, s.emulator.ScriptURL, "")
		drawn := func(name, value string) (ok bool) {
			b.eval("(() => { try { amazon.Pay.renderButton('#b', "+js(t, with(s.config(t, nil), name, value))+"); return true } catch (e) { return false } })()", &ok)
			return ok
		}
		for of, list := range languages {
			for _, language := range list {
				assert.Equal(t, of == region, drawn("checkoutLanguage", language), "%s in %s", language, region)
			}
		}
		for of, list := range currencies {
			for _, currency := range list {
				assert.Equal(t, of == region, drawn("ledgerCurrency", currency), "%s in %s", currency, region)
			}
		}
		assert.False(t, drawn("ledgerCurrency", "usd"))
	}
}

// The calls that lead away, or do something else than draw.
func TestOtherCalls(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	shopPage := func(t *testing.T, body template.HTML) (*tab, *said) {
		t.Helper()
		b := open(t, server)
		console := b.listen()
		return b.on(nil, s.emulator.ScriptURL, body), console
	}
	session := func(t *testing.T) string {
		t.Helper()
		id := newSession(t, s)
		require.NoError(t, server.Buyer().SignIn(id))
		return id
	}
	t.Run("changeShippingAddress", func(t *testing.T) {
		t.Parallel()
		b, _ := shopPage(t, "")
		b.eval("amazon.Pay.changeShippingAddress({amazonCheckoutSessionId: '"+session(t)+"'})", nil)
		b.heading("Change the address")
	})
	t.Run("changePaymentMethod", func(t *testing.T) {
		t.Parallel()
		b, _ := shopPage(t, "")
		b.eval("amazon.Pay.changePaymentMethod({amazonCheckoutSessionId: '"+session(t)+"'})", nil)
		b.heading("Change the payment method")
	})
	t.Run("signout and changeAccount call back", func(t *testing.T) {
		t.Parallel()
		b, _ := shopPage(t, "")
		b.eval("amazon.Pay.signout(); amazon.Pay.changeAccount({}); amazon.Pay.signout(() => { document.title += ' out' }); amazon.Pay.changeAccount({callback: () => { document.title += ' changed' }})", nil)
		require.Eventually(t, func() bool {
			var title string
			b.eval("document.title", &title)
			return title == "Shop out changed"
		}, 5*time.Second, 10*time.Millisecond)
	})
	signIn := map[string]any{"storeId": s.emulator.Merchants[0].StoreID, "signInReturnUrl": s.url + "/account", "signInScopes": []string{"name"}}
	t.Run("switchAccount", func(t *testing.T) {
		t.Parallel()
		b, _ := shopPage(t, "")
		signed := s.config(t, signIn)["createCheckoutSessionConfig"]
		b.eval("amazon.Pay.switchAccount("+js(t, map[string]any{"merchantId": s.emulator.Merchants[0].MerchantID, "placement": "Cart", "sandbox": true, "SignInConfig": signed})+")", nil)
		b.heading("Sign in")
		b.click("input[name=buyer][value='1']")
		b.click(goOn)
		b.heading("Account")
		assert.Equal(t, "Hello Carlos Rivera", b.text("#text"))
	})
	t.Run("renderPromotionalMessage", func(t *testing.T) {
		t.Parallel()
		b, console := shopPage(t, "")
		b.eval(`amazon.Pay.renderPromotionalMessage('#b', {environment: 'sandbox', merchantId: 'A1', checkoutLanguage: 'en_US', productType: 'PayAndShip',
			amount: {value: 42, currencyCode: 'USD'}, placement: 'Product', style: {textColor: '#111', textSize: '14px'}})`, nil)
		assert.Contains(t, b.text("#b"), "a promotional message would be here")
		b.says(console, "promotional messages are not supported")
	})
	t.Run("bindUpgradeAction", func(t *testing.T) {
		t.Parallel()
		b, console := shopPage(t, `<a id="up" href="#up">Subscribe</a><button id="wrong">Subscribe otherwise</button>`)
		signed := map[string]any{}
		config := s.config(t, map[string]any{"merchantId": s.emulator.Merchants[0].MerchantID, "chargePermissionId": "S01-0000000-0000000"})
		require.NoError(t, json.Unmarshal([]byte(js(t, config["createCheckoutSessionConfig"])), &signed))
		b.eval("amazon.Pay.bindUpgradeAction('#up', "+js(t, with(signed, "upgradeAction", "recurringUpgrade"))+
			"); amazon.Pay.bindUpgradeAction('#wrong', "+js(t, with(signed, "upgradeAction", "bigger"))+")", nil)
		b.click("#wrong")
		b.says(console, "upgradeAction is neither")
		b.click("#up")
		b.heading("There is no upgrade")
		assert.Contains(t, b.text("main"), "recurringMetadata is required")
		b.picture("17-no-upgrade")

		b, _ = shopPage(t, `<a id="up" href="#up">Subscribe</a>`)
		b.eval("amazon.Pay.bindUpgradeAction('#up', "+js(t, with(signed, "upgradeAction", "recurringUpgrade", "payloadJSON", "null"))+")", nil)
		b.click("#up")
		b.heading("There is no upgrade")
		assert.Contains(t, b.text("main"), "The merchantId does not belong to the publicKeyId.")
	})
	t.Run("estimatedOrderAmount", func(t *testing.T) {
		t.Parallel()
		for currency, ignored := range map[string]bool{"USD": false, "XXX": true, "toString": true, "__proto__": true} {
			b, console := shopPage(t, "")
			config := with(s.config(t, nil), "estimatedOrderAmount", map[string]any{"amount": "109.99", "currencyCode": currency})
			b.eval("amazon.Pay.renderButton('#b', "+js(t, config)+")", nil)
			b.eval("console.log('drawn')", nil)
			b.says(console, "drawn")
			assert.Equal(t, ignored, strings.Contains(console.text(), "the estimatedOrderAmount is ignored"), currency)
		}
	})
	t.Run("a click on the element is one on the button", func(t *testing.T) {
		t.Parallel()
		b, _ := shopPage(t, "")
		config := s.config(t, nil)
		b.eval("amazon.Pay.renderButton('#b', "+js(t, config)+"); amazon.Pay.renderButton('#b', "+js(t, config)+")", nil)
		b.run(chromedp.WaitVisible(chromedp.CSS("#b.amazonpay-button-parent-container-checkout-" + s.emulator.Merchants[0].MerchantID + " button")))
		b.eval("document.getElementById('b').click()", nil)
		b.heading("Sign in")

		b, _ = shopPage(t, "") // drawn twice, it is one click all the same
		var clicks int
		b.eval("(() => { let n = 0; for (const c of ["+js(t, with(config, "createCheckoutSessionConfig", nil))+
			"]) { for (let i = 0; i < 2; i++) { amazon.Pay.renderButton('#b', c).onClick(() => { n++ }) } } document.getElementById('b').click(); return n })()", &clicks)
		assert.Equal(t, 1, clicks)
	})
	t.Run("product types", func(t *testing.T) {
		t.Parallel()
		for _, product := range []string{"PayAndShipMultiAddress", "Donation"} {
			b, _ := shopPage(t, "")
			b.eval("amazon.Pay.renderButton('#b', "+js(t, with(s.config(t, nil), "productType", product))+")", nil)
			b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
			b.click("#b button")
			b.heading("Sign in")
			b.click(goOn)
			b.heading("Review")
			b.click(goOn)
			b.run(chromedp.WaitReady(chromedp.CSS("#order")))
			id := b.location()[len(b.location())-36:]
			got, err := s.webstore.GetCheckoutSession(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, webstore.ProductType(product), got.ProductType)
		}
	})
	t.Run("members of the payload", func(t *testing.T) {
		t.Parallel()
		b, _ := shopPage(t, "")
		config := s.config(t, map[string]any{"storeId": s.emulator.Merchants[0].StoreID, "webCheckoutDetails": map[string]any{"reviewReturnUrl": s.url}})
		b.eval("amazon.Pay.renderButton('#b', "+js(t, config)+")", nil)
		b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=wrong]")))
		assert.Contains(t, b.text("#b [role=alert]"), "webCheckoutDetails.reviewReturnUrl is not known here")
	})
}

// Buttons that a page declares in HTML are drawn wherever the script stands, and those that start
// nothing by themselves go to the page's function.
func TestDeclaredButtons(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	signed, err := s.client.ButtonSignature([]byte(`{"storeId":"` + s.emulator.Merchants[0].StoreID + `","webCheckoutDetails":{"checkoutReviewReturnUrl":"` + s.url + `/review"}}`))
	require.NoError(t, err)
	div := template.Must(template.New("div").Parse(`<div id="d" data-amazonpay-merchant-id="{{.M.MerchantID}}" data-ledger-currency="USD" data-language="en_US"
		data-product-type="PayAndShip" data-placement="Cart" data-button-color="Gold" data-sandbox="true" data-amount="42.00" data-currency-code="USD"
		{{with .Signed}}data-payload="{{.PayloadJSON}}" data-signature="{{.Signature}}" data-public-key-id="{{.PublicKeyID}}" data-algorithm="{{.Algorithm}}"{{end}}></div>{{.More}}`))
	page := func(t *testing.T, signed any, more template.HTML) *tab {
		t.Helper()
		var body strings.Builder
		require.NoError(t, div.Execute(&body, map[string]any{"M": s.emulator.Merchants[0], "Signed": signed, "More": more}))
		return open(t, server).on(nil, s.emulator.ScriptURL, template.HTML(body.String()))
	}
	t.Run("with a payload", func(t *testing.T) {
		t.Parallel()
		b := page(t, signed, "")
		b.run(chromedp.WaitVisible(chromedp.CSS("#d button[data-signature=right]")))
		b.click("#d button")
		b.heading("Sign in")
	})
	t.Run("with a function", func(t *testing.T) {
		t.Parallel()
		b := page(t, nil, `<script>window.amznButtonClickHandler = function (button) { button.onClick(function () { document.title = 'clicked'; }); };</script>`)
		b.click("#d button")
		var title string
		b.eval("document.title", &title)
		assert.Equal(t, "clicked", title)
	})
	t.Run("the script at the end", func(t *testing.T) {
		t.Parallel()
		b := page(t, signed, template.HTML(`<script>document.getElementById('d').textContent = ''</script><script src="`+s.emulator.ScriptURL+`"></script>`))
		b.run(chromedp.WaitVisible(chromedp.CSS("#d button[data-signature=right]")))
	})
}

// The address of an additional payment button is shown as it was meant, raw or percent-encoded.
func TestAddressesOfTheShop(t *testing.T) {
	t.Parallel()
	name, street, city := "勘解由小路左衛門之助 太郎次郎三郎四", "下目黒1-8-1 アルコタワー", "目黒区"
	for what, encode := range map[string]func(string) string{
		"raw": func(s string) string { return s }, "percent-encoded": url.PathEscape,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t, emulator.WithRegion("jp"))
			s := newShop(t, server)
			config := s.config(t, map[string]any{
				"storeId":            s.emulator.Merchants[0].StoreID,
				"webCheckoutDetails": map[string]any{"checkoutResultReturnUrl": s.url + "/result", "checkoutMode": "ProcessOrder"},
				"paymentDetails":     map[string]any{"paymentIntent": "Authorize", "chargeAmount": map[string]any{"amount": "4200", "currencyCode": "JPY"}},
				"addressDetails": map[string]any{
					"name": encode(name), "addressLine1": encode(street), "city": encode(city), "stateOrRegion": encode("東京都"),
					"postalCode": "153-0064", "countryCode": "JP", "phoneNumber": encode("03-1234-5678"),
				},
			})
			b := open(t, server).on(nil, s.emulator.ScriptURL, "")
			b.eval("amazon.Pay.renderButton('#b', "+js(t, config)+")", nil)
			b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=right]")))
			b.click("#b button")
			b.heading("Sign in")
			b.click(goOn)
			b.heading("Review")
			if what == "raw" {
				b.picture("18-address-of-the-shop")
			}
			for _, part := range []string{name, street, city} {
				assert.Contains(t, b.text("main"), part)
			}
		})
	}
}

// The window shows the buttons that led nowhere, and why, and opens what its address names.
func TestWindowShowsButtons(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	config := s.config(t, nil)
	signed := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(js(t, config["createCheckoutSessionConfig"])), &signed))
	text, _ := signed["payloadJSON"].(string)
	signed["payloadJSON"] = strings.ReplaceAll(text, "/", `\/`)
	b := open(t, server).on(nil, s.emulator.ScriptURL, "")
	b.eval("amazon.Pay.renderButton('#b', "+js(t, with(config, "createCheckoutSessionConfig", signed))+")", nil)
	b.run(chromedp.WaitVisible(chromedp.CSS("#b button[data-signature=wrong]")))
	b.goTo(server.Description().WindowURL)
	b.shows("#buttons", "The signature does not match this key and payload. PayAndShip http://127.0.0.1")
	b.press("#buttons summary")
	b.shows("#buttons", "the payload was changed after it was signed: its JSON was written anew")
	b.picture("19-window-buttons")
	b.named()

	_, err := s.webstore.GetCharge(t.Context(), "S01-0000000-0000000-C000000")
	require.Error(t, err)
	id := server.Requests()[0].RequestID
	b.goTo(server.Description().BaseURL + "/_emulator/#requests/" + id)
	b.run(chromedp.WaitVisible(chromedp.CSS("details[open][data-key='requests/" + id + "'] pre")))
	b.goTo("about:blank")
	b.goTo(server.Description().BaseURL + "/_emulator/#requests/" + id)
	b.run(chromedp.WaitVisible(chromedp.CSS("details[open][data-key='requests/" + id + "'] pre")))
}
