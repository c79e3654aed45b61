package emulator_test

import (
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// A shop signs one text, and its page sends another one. The button's page and the window say what
// happened to it.
func TestRewrittenPayloadsAreExplained(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	store := c.store()
	// As JSON.stringify writes it.
	const plain = `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/r?a=1&b=<2>"},` +
		`"storeId":"STORE","merchantMetadata":{"merchantStoreName":"山田's 店 😀","noteToBuyer":"a \"b\"+c"},"scopes":["name","email"]}`
	as := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(plain) }
	ascii := []string{"山", `\u5c71`, "田", `\u7530`, "店", `\u5e97`, "😀", `\ud83d\ude00`}
	tests := map[string]struct {
		signed, sent, explain string
	}{
		"slashes stripped": {as("/", `\/`), plain, `with \/ for each slash`},
		"slashes stripped from PHP's json_encode": {
			as(append(ascii, "/", `\/`)...), as("山", "u5c71", "田", "u7530", "店", "u5e97", "😀", "ud83dude00"),
			"its backslashes were stripped (stripslashes, wp_unslash)",
		},
		"escapes stripped":     {as(ascii...), as("山", "u5c71", "田", "u7530", "店", "u5e97", "😀", "ud83dude00"), "its backslashes were stripped"},
		"PHP":                  {as(append(ascii, "/", `\/`)...), plain, "PHP's json_encode"},
		"ASCII alone":          {as(ascii...), plain, `with \u for what is not ASCII (Python's json.dumps, PHP's JSON_UNESCAPED_SLASHES)`},
		"Python":               {as(append(ascii, `":`, `": `, `,"`, `, "`)...), plain, "with a space behind each comma and colon (Python's json.dumps), with \\u for what is not ASCII"},
		"Go":                   {as("<", `\u003c`, ">", `\u003e`, "&", `\u0026`), plain, "Go's encoding/json"},
		"Gson":                 {as("<", `\u003c`, ">", `\u003e`, "&", `\u0026`, "=", `\u003d`, "'", `\u0027`), plain, "Java's Gson"},
		".NET":                 {as("<", `\u003C`, ">", `\u003E`, "&", `\u0026`, "'", `\u0027`, `\"`, `\u0022`, "+", `\u002B`, "山", `\u5C71`, "田", `\u7530`, "店", `\u5E97`, "😀", `\uD83D\uDE00`), plain, "System.Text.Json"},
		"minimal":              {plain, as("/", `\/`), "JSON.stringify"},
		"sorted":               {`{"a":[],"storeId":"STORE","z":{}}`, `{"z":{},"storeId":"STORE","a":[]}`, "sorted by name"},
		"indented by two":      {"{\n  \"a\": [],\n  \"b\": [\n    1,\n    2.50\n  ],\n  \"c\": null\n}", `{"a":[],"b":[1,2.50],"c":null}`, "indented by two spaces"},
		"indented by four":     {"{\n    \"a\": true\n}", `{"a":true}`, "indented by four spaces"},
		"percent-encoded":      {plain, url.QueryEscape(plain), "it was percent-encoded after it was signed"},
		"percent-encoded path": {plain, url.PathEscape(plain), "it was percent-encoded after it was signed"},
		"percent-decoded":      {url.QueryEscape(plain), plain, "it was decoded: it was signed percent-encoded"},
		"HTML entities":        {plain, as(`"`, "&quot;"), "HTML entities"},
		"JSON twice":           {`{"a":"b\/c"}`, `"{\"a\":\"b\\\/c\"}"`, "it was written as JSON a second time"},
		"in quotes":            {plain, `"` + plain + `"`, "there are quotes around it"},
		"escaped quotes":       {`{"a":"b"}`, `{\"a\":\"b\"}`, "its quotes were escaped"},
		"white space":          {plain, "\ufeff" + plain + "\n", "there is white space around it"},
		"a space behind":       {plain, plain + " ", "there is white space around it"},
		"no line end":          {plain + "\n", plain, "the line end behind it was lost"},
		"encoded, and anew":    {as("/", `\/`), url.QueryEscape(plain), "it was percent-encoded after it was signed; and its JSON was written anew"},
		"something else":       {plain + "?", plain, "none of the usual mistakes explains it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signed, sent := strings.ReplaceAll(tt.signed, "STORE", store), strings.ReplaceAll(tt.sent, "STORE", store)
			form := c.button("PayAndShip", c.shopPayload())
			signature, err := c.signer.SignPayload([]byte(signed))
			require.NoError(t, err)
			form.Set("payloadJSON", sent)
			form.Set("signature", signature)
			assert.Contains(t, c.visit("/checkout/start", form).text, tt.explain)
			assert.Contains(t, strings.Join(c.checked(form).Detail, "\n"), tt.explain)
		})
	}
}

// The literal texts are what PHP 8.2, Node.js and Python make of one payload: signed so and sent
// plain, or the other way round, they are explained.
func TestTextsOfOtherLanguagesAreExplained(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	const plain = `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/r?a=1&b=<2>"},"storeId":"S","merchantMetadata":{"merchantStoreName":"山田's 店 😀","noteToBuyer":"a \"b\"+c (~!*)"}}`
	type text struct{ by, text, explain string }
	explained := func(signed, sent string) string {
		form := c.button("PayAndShip", c.shopPayload())
		signature, err := c.signer.SignPayload([]byte(signed))
		require.NoError(t, err)
		form.Set("payloadJSON", sent)
		form.Set("signature", signature)
		return strings.Join(c.checked(form).Detail, "\n")
	}
	for _, signed := range []text{
		{"PHP's rawurlencode", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0%27s%20%E5%BA%97%20%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a%20%5C%22b%5C%22%2Bc%20%28~%21%2A%29%22%7D%7D`, "signed percent-encoded (PHP's rawurlencode)"},
		{"PHP's urlencode", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0%27s+%E5%BA%97+%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a+%5C%22b%5C%22%2Bc+%28%7E%21%2A%29%22%7D%7D`, "signed percent-encoded (PHP's urlencode)"},
		{"JavaScript's encodeURIComponent", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0's%20%E5%BA%97%20%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a%20%5C%22b%5C%22%2Bc%20(~!*)%22%7D%7D`, "signed percent-encoded (JavaScript's encodeURIComponent)"},
		{"JavaScript's encodeURI", `%7B%22webCheckoutDetails%22:%7B%22checkoutReviewReturnUrl%22:%22https://shop.example/r?a=1&b=%3C2%3E%22%7D,%22storeId%22:%22S%22,%22merchantMetadata%22:%7B%22merchantStoreName%22:%22%E5%B1%B1%E7%94%B0's%20%E5%BA%97%20%F0%9F%98%80%22,%22noteToBuyer%22:%22a%20%5C%22b%5C%22+c%20(~!*)%22%7D%7D`, "signed percent-encoded (JavaScript's encodeURI)"},
		{"JavaScript's URLSearchParams", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0%27s+%E5%BA%97+%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a+%5C%22b%5C%22%2Bc+%28%7E%21*%29%22%7D%7D`, "signed percent-encoded (Java's URLEncoder, JavaScript's URLSearchParams)"},
		{"Python's quote", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A//shop.example/r%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0%27s%20%E5%BA%97%20%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a%20%5C%22b%5C%22%2Bc%20%28~%21%2A%29%22%7D%7D`, "signed percent-encoded (Python's quote)"},
		{"Python's quote_plus", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0%27s+%E5%BA%97+%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a+%5C%22b%5C%22%2Bc+%28~%21%2A%29%22%7D%7D`, "signed percent-encoded (Python's quote_plus, Go's QueryEscape)"},
		{"PHP's htmlspecialchars", `{&quot;webCheckoutDetails&quot;:{&quot;checkoutReviewReturnUrl&quot;:&quot;https://shop.example/r?a=1&amp;b=&lt;2&gt;&quot;},&quot;storeId&quot;:&quot;S&quot;,&quot;merchantMetadata&quot;:{&quot;merchantStoreName&quot;:&quot;山田&#039;s 店 😀&quot;,&quot;noteToBuyer&quot;:&quot;a \&quot;b\&quot;+c (~!*)&quot;}}`, "signed with HTML entities"},
		{"PHP's ENT_COMPAT", `{&quot;webCheckoutDetails&quot;:{&quot;checkoutReviewReturnUrl&quot;:&quot;https://shop.example/r?a=1&amp;b=&lt;2&gt;&quot;},&quot;storeId&quot;:&quot;S&quot;,&quot;merchantMetadata&quot;:{&quot;merchantStoreName&quot;:&quot;山田's 店 😀&quot;,&quot;noteToBuyer&quot;:&quot;a \&quot;b\&quot;+c (~!*)&quot;}}`, "signed with HTML entities"},
		{"Python's html.escape", `{&quot;webCheckoutDetails&quot;:{&quot;checkoutReviewReturnUrl&quot;:&quot;https://shop.example/r?a=1&amp;b=&lt;2&gt;&quot;},&quot;storeId&quot;:&quot;S&quot;,&quot;merchantMetadata&quot;:{&quot;merchantStoreName&quot;:&quot;山田&#x27;s 店 😀&quot;,&quot;noteToBuyer&quot;:&quot;a \&quot;b\&quot;+c (~!*)&quot;}}`, "signed with HTML entities"},
		{"JSON.stringify, twice", `"{\"webCheckoutDetails\":{\"checkoutReviewReturnUrl\":\"https://shop.example/r?a=1&b=<2>\"},\"storeId\":\"S\",\"merchantMetadata\":{\"merchantStoreName\":\"山田's 店 😀\",\"noteToBuyer\":\"a \\\"b\\\"+c (~!*)\"}}"`, "written as JSON a second time"},
		{"PHP's json_encode of a text", `"{\"webCheckoutDetails\":{\"checkoutReviewReturnUrl\":\"https:\/\/shop.example\/r?a=1&b=<2>\"},\"storeId\":\"S\",\"merchantMetadata\":{\"merchantStoreName\":\"\u5c71\u7530's \u5e97 \ud83d\ude00\",\"noteToBuyer\":\"a \\\"b\\\"+c (~!*)\"}}"`, "written as JSON a second time"},
		{"PHP's addslashes", `{\"webCheckoutDetails\":{\"checkoutReviewReturnUrl\":\"https://shop.example/r?a=1&b=<2>\"},\"storeId\":\"S\",\"merchantMetadata\":{\"merchantStoreName\":\"山田\'s 店 😀\",\"noteToBuyer\":\"a \\\"b\\\"+c (~!*)\"}}`, "signed with its quotes escaped (addslashes)"},
		{"base64", `eyJ3ZWJDaGVja291dERldGFpbHMiOnsiY2hlY2tvdXRSZXZpZXdSZXR1cm5VcmwiOiJodHRwczovL3Nob3AuZXhhbXBsZS9yP2E9MSZiPTwyPiJ9LCJzdG9yZUlkIjoiUyIsIm1lcmNoYW50TWV0YWRhdGEiOnsibWVyY2hhbnRTdG9yZU5hbWUiOiLlsbHnlLAncyDlupcg8J+YgCIsIm5vdGVUb0J1eWVyIjoiYSBcImJcIitjICh+ISopIn19`, "signed in base64"},
		{"URL-safe base64", `eyJ3ZWJDaGVja291dERldGFpbHMiOnsiY2hlY2tvdXRSZXZpZXdSZXR1cm5VcmwiOiJodHRwczovL3Nob3AuZXhhbXBsZS9yP2E9MSZiPTwyPiJ9LCJzdG9yZUlkIjoiUyIsIm1lcmNoYW50TWV0YWRhdGEiOnsibWVyY2hhbnRTdG9yZU5hbWUiOiLlsbHnlLAncyDlupcg8J-YgCIsIm5vdGVUb0J1eWVyIjoiYSBcImJcIitjICh-ISopIn19`, "signed in base64"},
		{"PHP's JSON_HEX_*", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https:\/\/shop.example\/r?a=1\u0026b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"\u5c71\u7530\u0027s \u5e97 \ud83d\ude00","noteToBuyer":"a \u0022b\u0022+c (~!*)"}}`, "(PHP's JSON_HEX_TAG, _AMP, _APOS and _QUOT)"},
		{"PHP's JSON_HEX_*, UNESCAPED_UNICODE", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https:\/\/shop.example\/r?a=1\u0026b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"山田\u0027s 店 😀","noteToBuyer":"a \u0022b\u0022+c (~!*)"}}`, "_QUOT with JSON_UNESCAPED_UNICODE)"},
		{"PHP's JSON_HEX_*, UNESCAPED_SLASHES", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/r?a=1\u0026b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"\u5c71\u7530\u0027s \u5e97 \ud83d\ude00","noteToBuyer":"a \u0022b\u0022+c (~!*)"}}`, "_QUOT with JSON_UNESCAPED_SLASHES)"},
		{"PHP's JSON_HEX_*, both unescaped", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/r?a=1\u0026b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"山田\u0027s 店 😀","noteToBuyer":"a \u0022b\u0022+c (~!*)"}}`, "_QUOT, unescaped otherwise)"},
		{"PHP's JSON_HEX_TAG", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https:\/\/shop.example\/r?a=1&b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"\u5c71\u7530's \u5e97 \ud83d\ude00","noteToBuyer":"a \"b\"+c (~!*)"}}`, "(PHP's JSON_HEX_TAG)"},
		{"PHP's JSON_HEX_TAG, UNESCAPED_SLASHES", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/r?a=1&b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"\u5c71\u7530's \u5e97 \ud83d\ude00","noteToBuyer":"a \"b\"+c (~!*)"}}`, "(PHP's JSON_HEX_TAG with JSON_UNESCAPED_SLASHES)"},
		{"PHP's JSON_HEX_TAG, both unescaped", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/r?a=1&b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"山田's 店 😀","noteToBuyer":"a \"b\"+c (~!*)"}}`, "(PHP's JSON_HEX_TAG, unescaped otherwise)"},
		{"a line end of Windows", plain + "\r\n", "the line end behind it was lost"},
		{"a line end", plain + "\n", "the line end behind it was lost"},
		{"a byte order mark", "\ufeff" + plain, "the byte order mark in front of it was lost"},
	} {
		assert.Contains(t, explained(signed.text, plain), signed.explain, "signed: %s", signed.by)
	}
	for _, sent := range []text{
		{"PHP's rawurlencode", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0%27s%20%E5%BA%97%20%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a%20%5C%22b%5C%22%2Bc%20%28~%21%2A%29%22%7D%7D`, "percent-encoded after it was signed"},
		{"PHP's urlencode", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0%27s+%E5%BA%97+%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a+%5C%22b%5C%22%2Bc+%28%7E%21%2A%29%22%7D%7D`, "percent-encoded after it was signed"},
		{"JavaScript's encodeURIComponent", `%7B%22webCheckoutDetails%22%3A%7B%22checkoutReviewReturnUrl%22%3A%22https%3A%2F%2Fshop.example%2Fr%3Fa%3D1%26b%3D%3C2%3E%22%7D%2C%22storeId%22%3A%22S%22%2C%22merchantMetadata%22%3A%7B%22merchantStoreName%22%3A%22%E5%B1%B1%E7%94%B0's%20%E5%BA%97%20%F0%9F%98%80%22%2C%22noteToBuyer%22%3A%22a%20%5C%22b%5C%22%2Bc%20(~!*)%22%7D%7D`, "percent-encoded after it was signed"},
		{"JavaScript's encodeURI", `%7B%22webCheckoutDetails%22:%7B%22checkoutReviewReturnUrl%22:%22https://shop.example/r?a=1&b=%3C2%3E%22%7D,%22storeId%22:%22S%22,%22merchantMetadata%22:%7B%22merchantStoreName%22:%22%E5%B1%B1%E7%94%B0's%20%E5%BA%97%20%F0%9F%98%80%22,%22noteToBuyer%22:%22a%20%5C%22b%5C%22+c%20(~!*)%22%7D%7D`, "percent-encoded after it was signed"},
		{"PHP's htmlspecialchars", `{&quot;webCheckoutDetails&quot;:{&quot;checkoutReviewReturnUrl&quot;:&quot;https://shop.example/r?a=1&amp;b=&lt;2&gt;&quot;},&quot;storeId&quot;:&quot;S&quot;,&quot;merchantMetadata&quot;:{&quot;merchantStoreName&quot;:&quot;山田&#039;s 店 😀&quot;,&quot;noteToBuyer&quot;:&quot;a \&quot;b\&quot;+c (~!*)&quot;}}`, "given HTML entities after it was signed"},
		{"PHP's htmlspecialchars, twice", `{&amp;quot;webCheckoutDetails&amp;quot;:{&amp;quot;checkoutReviewReturnUrl&amp;quot;:&amp;quot;https://shop.example/r?a=1&amp;amp;b=&amp;lt;2&amp;gt;&amp;quot;},&amp;quot;storeId&amp;quot;:&amp;quot;S&amp;quot;,&amp;quot;merchantMetadata&amp;quot;:{&amp;quot;merchantStoreName&amp;quot;:&amp;quot;山田&amp;#039;s 店 😀&amp;quot;,&amp;quot;noteToBuyer&amp;quot;:&amp;quot;a \&amp;quot;b\&amp;quot;+c (~!*)&amp;quot;}}`, "and before that it was given HTML entities after it was signed"},
		{"Python's html.escape", `{&quot;webCheckoutDetails&quot;:{&quot;checkoutReviewReturnUrl&quot;:&quot;https://shop.example/r?a=1&amp;b=&lt;2&gt;&quot;},&quot;storeId&quot;:&quot;S&quot;,&quot;merchantMetadata&quot;:{&quot;merchantStoreName&quot;:&quot;山田&#x27;s 店 😀&quot;,&quot;noteToBuyer&quot;:&quot;a \&quot;b\&quot;+c (~!*)&quot;}}`, "given HTML entities after it was signed"},
		{"JSON.stringify, twice", `"{\"webCheckoutDetails\":{\"checkoutReviewReturnUrl\":\"https://shop.example/r?a=1&b=<2>\"},\"storeId\":\"S\",\"merchantMetadata\":{\"merchantStoreName\":\"山田's 店 😀\",\"noteToBuyer\":\"a \\\"b\\\"+c (~!*)\"}}"`, "written as JSON a second time"},
		{"PHP's json_encode of a text", `"{\"webCheckoutDetails\":{\"checkoutReviewReturnUrl\":\"https:\/\/shop.example\/r?a=1&b=<2>\"},\"storeId\":\"S\",\"merchantMetadata\":{\"merchantStoreName\":\"\u5c71\u7530's \u5e97 \ud83d\ude00\",\"noteToBuyer\":\"a \\\"b\\\"+c (~!*)\"}}"`, "written as JSON a second time"},
		{"PHP's addslashes", `{\"webCheckoutDetails\":{\"checkoutReviewReturnUrl\":\"https://shop.example/r?a=1&b=<2>\"},\"storeId\":\"S\",\"merchantMetadata\":{\"merchantStoreName\":\"山田\'s 店 😀\",\"noteToBuyer\":\"a \\\"b\\\"+c (~!*)\"}}`, "its quotes were escaped (addslashes) after it was signed"},
		{"base64", `eyJ3ZWJDaGVja291dERldGFpbHMiOnsiY2hlY2tvdXRSZXZpZXdSZXR1cm5VcmwiOiJodHRwczovL3Nob3AuZXhhbXBsZS9yP2E9MSZiPTwyPiJ9LCJzdG9yZUlkIjoiUyIsIm1lcmNoYW50TWV0YWRhdGEiOnsibWVyY2hhbnRTdG9yZU5hbWUiOiLlsbHnlLAncyDlupcg8J+YgCIsIm5vdGVUb0J1eWVyIjoiYSBcImJcIitjICh+ISopIn19`, "encoded in base64 after it was signed"},
		{"URL-safe base64", `eyJ3ZWJDaGVja291dERldGFpbHMiOnsiY2hlY2tvdXRSZXZpZXdSZXR1cm5VcmwiOiJodHRwczovL3Nob3AuZXhhbXBsZS9yP2E9MSZiPTwyPiJ9LCJzdG9yZUlkIjoiUyIsIm1lcmNoYW50TWV0YWRhdGEiOnsibWVyY2hhbnRTdG9yZU5hbWUiOiLlsbHnlLAncyDlupcg8J-YgCIsIm5vdGVUb0J1eWVyIjoiYSBcImJcIitjICh-ISopIn19`, "encoded in base64 after it was signed"},
		{"PHP's JSON_HEX_*", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https:\/\/shop.example\/r?a=1\u0026b=\u003C2\u003E"},"storeId":"S","merchantMetadata":{"merchantStoreName":"\u5c71\u7530\u0027s \u5e97 \ud83d\ude00","noteToBuyer":"a \u0022b\u0022+c (~!*)"}}`, "its JSON was written anew"},
		{"a line end of Windows", plain + "\r\n", "there is white space around it that was not signed"},
		{"a byte order mark", "\ufeff" + plain, "there is white space around it that was not signed"},
		{"both", "\ufeff" + plain + "\r\n", "there is white space around it that was not signed"},
	} {
		assert.Contains(t, explained(plain, sent.text), sent.explain, "sent: %s", sent.by)
	}
}

// A body that was rewritten between the code that signs and the one that sends is explained, too.
func TestRewrittenBodiesAreExplained(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	for sent, signed := range map[string]string{
		`{"a":"山/田"}`:              `{"a":"\u5c71\/\u7530"}`,
		`%7B%22a%22%3A%22b%22%7D`:  `{"a":"b"}`,
		`{"b":1,"a":"https://c/"}`: `{"a":"https://c/","b":1}`,
	} {
		r, raw := c.request(http.MethodPost, "/charges", signed)
		c.sign(r, raw)
		changed, _ := c.request(http.MethodPost, "/charges", sent)
		changed.Header = r.Header
		mustSend(t, c, changed).refused(t, http.StatusForbidden, "InvalidRequestSignature")
		log := s.Requests()
		assert.Contains(t, log[len(log)-1].Difference, "The body was changed after it was signed: ", sent)
	}
}

// What anybody can send takes neither long nor much to look into.
//
//nolint:paralleltest // it measures the memory
func TestExplanationsAreBounded(t *testing.T) {
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	c.checked(c.button("PayAndShip", c.shopPayload())) // the client keeps this connection
	for name, text := range map[string]string{
		"deep":          strings.Repeat("[", 8_000) + strings.Repeat("]", 8_000),
		"wide":          "[" + strings.Repeat(`"山/<",`, 1_400) + "1]",
		"deep and wide": strings.Repeat("[", 31) + strings.Repeat("1,", 8_000) + "1" + strings.Repeat("]", 31),
		"escaped":       strings.Repeat("[", 31) + strings.Repeat(`"<>",`, 2_000) + "1" + strings.Repeat("]", 31),
		"encoded":       `"` + strings.Repeat("[", 31) + strings.Repeat("1,", 8_000) + "1" + strings.Repeat("]", 31) + `"`,
		"large":         strings.Repeat("x", 100_000),
	} {
		form := c.button("PayAndShip", c.shopPayload())
		form.Set("payloadJSON", text)
		r, raw := c.request(http.MethodPost, "/charges", object{})
		c.sign(r, raw)
		changed, _ := c.request(http.MethodPost, "/charges", text)
		changed.Header = r.Header
		for what, send := range map[string]func(){
			"a button":  func() { assert.NotEmpty(t, c.checked(form).Detail, name) },
			"a request": func() { mustSend(t, c, changed).refused(t, http.StatusForbidden, "InvalidRequestSignature") },
		} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			send()
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(128<<20), "%s, %s", name, what) // it was 1.5 GB; the race detector allocates too
		}
	}
}
