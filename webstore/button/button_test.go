package button_test

import (
	"bytes"
	"encoding/json"
	"html/template"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b, err := s.Button(button.OneTime{WebCheckoutDetails: review()}, cart)
	require.NoError(t, err)
	html := string(b.HTML("r4nd0m+/="))
	assert.True(t, strings.HasPrefix(html, `<div class="amazon-pay-button" role="group" aria-label="Amazon Pay"><div></div>`+
		`<noscript>Amazon Pay requires JavaScript.</noscript></div><script nonce="r4nd0m+/=">`), html)
	d := read(t, html)
	assert.Equal(t, s.ScriptURL(), d.script)
	assert.Equal(t, "renderButton", d.call)
	assert.Empty(t, d.element)
	assert.Contains(t, string(b.HTML("")), "</div><script>")
	assert.Empty(t, (*button.Button)(nil).HTML("x"))

	escaped := string(b.HTML(`"><script>alert(1)</script>`))
	assert.Contains(t, escaped, `<script nonce="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">`)
	assert.Equal(t, 1, strings.Count(escaped, "<script"))

	var page bytes.Buffer
	require.NoError(t, template.Must(template.New("").Parse(`<body>{{.Button.HTML .Nonce}}</body>`)).Execute(&page, map[string]any{"Button": b, "Nonce": "abc"}))
	assert.Equal(t, "<body>"+string(b.HTML("abc"))+"</body>", page.String(), "a template escapes nothing twice")
}

// What the page's own script gets is what was signed, whatever the texts: in HTML, in a template's
// script and in JSON.
func TestNastyTexts(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, text := range append(nasty, strings.Join(nasty, "")) {
		requireSurvives(t, s, text)
	}
}

func requireSurvives(t *testing.T, s shop, text string) {
	t.Helper()
	b, err := s.Button(button.OneTime{
		WebCheckoutDetails: review(), MerchantMetadata: &webstore.MerchantMetadata{MerchantStoreName: text, CustomInformation: text},
	}, cart)
	if err != nil { // too long, or not UTF-8
		requireField(t, err, "merchantMetadata."+map[bool]string{true: "merchantStoreName", false: "customInformation"}[strings.Contains(err.Error(), "StoreName")])
		return
	}
	html := string(b.HTML(text))
	require.Equal(t, -1, strings.IndexFunc(html[strings.Index(html, "\n})("):], func(r rune) bool { return r > '~' || r < ' ' && r != '\n' }), "ASCII, on a page in any encoding")
	fromPage := read(t, strings.Replace(html, string(b.HTML(text))[:strings.Index(html, ">(function")], "<script", 1)).signed()
	require.Equal(t, b.Signed(), fromPage)
	requireSigned(t, fromPage, s.key.PrivateKey)
	var payload button.OneTime
	require.NoError(t, json.Unmarshal([]byte(fromPage.PayloadJSON), &payload))
	require.Equal(t, text, payload.MerchantMetadata.CustomInformation)

	var answer struct {
		Button struct {
			CreateCheckoutSessionConfig any `json:"createCheckoutSessionConfig"`
		} `json:"button"`
	}
	encoded, err := json.Marshal(map[string]any{"button": b})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(encoded, &answer))
	signed, err := json.Marshal(answer.Button.CreateCheckoutSessionConfig)
	require.NoError(t, err)
	want, err := json.Marshal(b.Signed())
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(signed))
}

func FuzzTexts(f *testing.F) {
	s := newShop(f)
	for _, text := range nasty {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len([]rune(text)) > 50 || text == "" {
			return
		}
		requireSurvives(t, s, text)
	})
}

func TestLabels(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	p := button.UpdateSavedWallet{WebCheckoutDetails: result(), ChargePermissionID: "B01-0000000-0000000"}
	for label, html := range map[string]string{
		"": "Change payment method", `"Card" <b>`: "&#34;Card&#34; &lt;b&gt;", "変更": "&#22793;&#26356;",
	} {
		b, err := s.Button(p, button.Options{Placement: button.PlacementOther, Label: label})
		require.NoError(t, err)
		assert.Contains(t, b.HTML(""), `<button type="button" hidden>`+html+`</button><noscript>`)
		assert.Equal(t, "initCheckout", read(t, string(b.HTML(""))).call)
	}
}

func TestMarshalJSON(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, row := range kinds() {
		b, err := s.Button(row.payload, cart)
		require.NoError(t, err)
		text, err := json.Marshal(b)
		require.NoError(t, err)
		var d drawn
		require.NoError(t, json.Unmarshal(text, &d.config), name)
		assert.Equal(t, b.Signed(), d.signed(), name)
		own, err := b.MarshalJSON()
		require.NoError(t, err)
		clear(own)
		again, err := json.Marshal(b)
		require.NoError(t, err)
		assert.Equal(t, string(text), string(again), "a caller cannot change the button")
	}
	text, err := json.Marshal((*button.Button)(nil))
	require.NoError(t, err)
	assert.Equal(t, "null", string(text))
	assert.Empty(t, (*button.Button)(nil).Signed())
}

func BenchmarkHTML(b *testing.B) {
	s := newShop(b)
	made, err := s.Button(benchPayload(), cart)
	require.NoError(b, err)
	before := s.key.signatures.Load()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += len(made.HTML("r4nd0mr4nd0mr4nd0m"))
	}
	require.Positive(b, n)
	require.Equal(b, before, s.key.signatures.Load(), "rendering costs no signature")
}
