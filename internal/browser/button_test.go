package browser_test

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/webstore"
	paybutton "github.com/amazonpay-go/sdk/webstore/button"
)

// nasty are texts that pages, templates and parsers like to change.
var nasty = map[string]string{
	"plain":         "plain",
	"Japanese":      "ご注文ありがとうございます 𠮷野家 ﾊﾝｶｸ é",
	"markup":        `<b>&amp; & < > </b><!-- --> <![CDATA[ ]]>`,
	"script":        `</script><script>alert(1)</script><!--<script>`,
	"quotes":        `"double" 'single' ` + "`back`" + ` \ \\ \" \u0041 \n / // /* */`,
	"line breaks":   "one\ntwo\r\nthree\rfour\ttab",
	"separators":    "\u2028\u2029\u0085\u00a0\ufeff\u200b",
	"controls":      "\u0001\u001f\u007f",
	"templates":     "{{.}} ${x} <%= x %> #{x} %s %00",
	"emoji":         "👩‍👩‍👧 \U0001f1ef\U0001f1f5",
	"right to left": "\u202eabc\u202d עברית",
}

// kinds returns one payload of each kind with a text, in a member of free text if the kind has one,
// and in the query of a page.
func kinds(site, text string) map[string]paybutton.Payload {
	page := func(path string) string { return site + path + "?text=" + url.QueryEscape(text) + "&a='b'(c)!" }
	metadata := &webstore.MerchantMetadata{MerchantReferenceID: "order", NoteToBuyer: text, CustomInformation: text}
	monthly := &webstore.RecurringMetadata{Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: "1"}}
	reviewed := &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: page("/review")}
	paid := &webstore.WebCheckoutDetails{CheckoutResultReturnURL: page("/result")}
	return map[string]paybutton.Payload{
		"OneTime": paybutton.OneTime{WebCheckoutDetails: reviewed, MerchantMetadata: metadata},
		"ProcessOrder": paybutton.ProcessOrder{
			WebCheckoutDetails: paid, MerchantMetadata: metadata,
			PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: amazonpay.USD.Price("14.00")},
			AddressDetails: &webstore.AddressDetails{
				Name: "Kim", AddressLine1: "1 " + text, City: "Seattle", StateOrRegion: "WA", PostalCode: "98109", CountryCode: "US", PhoneNumber: "206",
			},
		},
		"Recurring":         paybutton.Recurring{WebCheckoutDetails: reviewed, MerchantMetadata: metadata, RecurringMetadata: monthly},
		"SavedWallet":       paybutton.SavedWallet{WebCheckoutDetails: paid, MerchantMetadata: metadata, PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)}},
		"SignIn":            paybutton.SignIn{SignInReturnURL: page("/account"), SignInScopes: []webstore.Scope{webstore.ScopeName}},
		"SignInAndSetUp":    paybutton.SignInAndSetUp{WebCheckoutDetails: &webstore.WebCheckoutDetails{SignInReturnURL: page("/account")}},
		"UpdateSavedWallet": paybutton.UpdateSavedWallet{WebCheckoutDetails: paid, ChargePermissionID: "B01-0000000-0000000", MerchantMetadata: metadata},
		"Upgrade":           paybutton.Upgrade{WebCheckoutDetails: paid, ChargePermissionID: "S01-0000000-0000000", RecurringMetadata: monthly, MerchantMetadata: metadata},
		"MultiAddress":      paybutton.MultiAddress{WebCheckoutDetails: reviewed, MerchantMetadata: &webstore.MerchantMetadata{NoteToBuyer: text}},
		"Donation":          paybutton.Donation{WebCheckoutDetails: reviewed, MerchantMetadata: &webstore.MerchantMetadata{CustomInformation: text}},
	}
}

// recorder is a checkout.js that keeps the calls instead of leaving the page.
const recorder = `window.calls = []; window.amazon = {Pay: new Proxy({}, {get: (_, name) => (...all) => { calls.push({name, config: all[all.length - 1]}) }})};`

// What checkout.js gets from the page is what was signed, byte for byte: each kind of button, with
// both algorithms, with each text, on a page in UTF-8 and on one in Shift_JIS, under a
// Content-Security-Policy.
func TestSignedBytesReachTheScript(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	merchant := server.Description().Merchants[0]
	key, err := signing.ParsePrivateKey([]byte(merchant.PrivateKeyPEM))
	require.NoError(t, err)
	for _, charset := range []string{"utf-8", "shift_jis"} {
		for _, algorithm := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
			t.Run(charset+" "+algorithm.String(), func(t *testing.T) {
				t.Parallel()
				config := emulatortest.Config(server)
				config.Algorithm = algorithm
				client, err := amazonpay.New(config)
				require.NoError(t, err)
				mux := http.NewServeMux()
				shop := httptest.NewServer(mux)
				t.Cleanup(shop.Close)
				maker, err := paybutton.New(paybutton.Config{Client: client, MerchantID: merchant.MerchantID, StoreID: merchant.StoreID, ScriptURL: shop.URL + "/recorder.js"})
				require.NoError(t, err)

				const nonce = "bm9uY2U="
				signed := make(map[string]bool) // by payload
				var body template.HTML
				for text := range nasty {
					for kind, payload := range kinds(shop.URL, nasty[text]) {
						b, err := maker.Button(payload, paybutton.Options{Placement: paybutton.PlacementCart})
						require.NoError(t, err, "%s %s", kind, text)
						require.NotContains(t, signed, b.Signed().PayloadJSON, "each is another content")
						signed[b.Signed().PayloadJSON] = true
						body += b.HTML(nonce)
					}
				}
				mux.HandleFunc("/recorder.js", func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/javascript")
					_, _ = fmt.Fprint(w, recorder)
				})
				mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/html; charset="+charset)
					w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; base-uri 'none'; frame-ancestors 'none'")
					_, _ = fmt.Fprintf(w, "<!DOCTYPE html><html lang=en><head><title>Shop</title></head><body><h1>Shop</h1>%s</body></html>", body)
				})

				b := open(t, server)
				b.goTo(shop.URL)
				b.heading("Shop")
				b.run(chromedp.Poll[chromedp.Void]("window.calls && [...document.querySelectorAll('.amazon-pay-button > :first-child')].every(e => e.id && !e.hidden)"))
				b.eval("document.querySelectorAll('.amazon-pay-button > button').forEach(e => { if (!calls.clicked) e.click() })", nil)
				var calls []struct {
					Name   string
					Config struct {
						amazonpay.SignedButton

						CreateCheckoutSessionConfig, SignInConfig amazonpay.SignedButton
					}
				}
				b.eval("calls", &calls)
				require.Len(t, calls, len(signed), "each button made one call")
				names := make(map[string]int)
				for _, call := range calls {
					names[call.Name]++
					for _, passed := range []amazonpay.SignedButton{call.Config.SignedButton, call.Config.CreateCheckoutSessionConfig, call.Config.SignInConfig} {
						if passed == (amazonpay.SignedButton{}) {
							continue
						}
						require.Contains(t, signed, passed.PayloadJSON, "these bytes were signed")
						delete(signed, passed.PayloadJSON)
						assert.Equal(t, algorithm.String(), passed.Algorithm)
						assert.Equal(t, merchant.KeyIDs.Sandbox, passed.PublicKeyID)
						require.NoError(t, signing.VerifyPayload(algorithm, []byte(passed.PayloadJSON), passed.Signature, &key.PublicKey))
						assert.True(t, json.Valid([]byte(passed.PayloadJSON)))
					}
				}
				assert.Empty(t, signed, "each reached the script")
				assert.Equal(t, map[string]int{"renderButton": 8 * len(nasty), "initCheckout": len(nasty), "bindUpgradeAction": len(nasty)}, names)
			})
		}
	}
}
