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
		assert.Contains(t, log[len(log)-1].Difference, "The body was sent otherwise than it was signed: ", sent)
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
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(24<<20), "%s, %s", name, what)
		}
	}
}
