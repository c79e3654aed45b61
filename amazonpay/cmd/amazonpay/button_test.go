package main

import (
	"encoding/json"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

const oneTime = `{"webCheckoutDetails": {"checkoutReviewReturnUrl": "https://shop.example/review"}}`

// A button that was made is right on its page, and works at the emulator.
func TestButton(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	payload := p.write("payload.json", oneTime)
	page := filepath.Join(p.folder, "page.html")
	made := p.types("button", payload, "--page", page)
	require.Zero(t, made.code, made.err)
	verified := p.types("verify", page)
	assert.Zero(t, verified.code, verified.err)
	assert.Contains(t, verified.out, "ok the signature of button 1 is right")
	content, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(content), p.server.Description().ScriptURL)

	session := text(t, p.gets("emulator", "click", page), "checkoutSessionId")
	read := p.gets("checkout-sessions", "get", session)
	assert.Equal(t, "https://shop.example/review", text(t, read, "webCheckoutDetails.checkoutReviewReturnUrl"))
	assert.NotNil(t, read["buyer"])

	p.input = oneTime
	config := p.types("button", "-", "--kind", "onetime", "--placement", "Product", "--color", "DarkGray")
	require.Zero(t, config.code, config.err)
	p.input = config.out
	again := p.types("verify", "-", "--json")
	assert.Zero(t, again.code, again.out)
	assert.Contains(t, again.out, `"verified":true`)
	assert.Contains(t, config.out, `"buttonColor": "DarkGray"`)

	p.write("bad.html", strings.Replace(string(content), "shop.example", "evil.example", 1))
	p.refuses(exitRefused, []string{"the emulator refused the button: 403", "signature"}, "emulator", "click", filepath.Join(p.folder, "bad.html"))
}

// verify says what happened to a payload on its way to the page.
func TestVerify(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	payload := `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/a?b=1&c=2"},"storeId":"s"}`
	sign := func(payload string) (signed amazonpay.SignedButton) {
		p.input = payload
		done := p.types("--json", "button", "-", "--signature")
		require.Zero(t, done.code, done.err)
		require.NoError(t, json.Unmarshal([]byte(done.out), &signed))
		return signed
	}
	signed := sign(payload)
	require.Equal(t, payload, signed.PayloadJSON)
	page := func(payload, signature, more string) string {
		literal, err := json.Marshal(payload)
		require.NoError(t, err)
		return p.write("page.html", `<script>amazon.Pay.renderButton('#b', {createCheckoutSessionConfig: {payloadJSON: `+string(literal)+`, signature: '`+signature+`'`+more+`}});</script>`)
	}
	key := `, publicKeyId: '` + signed.PublicKeyID + `'`
	for cause, file := range map[string]func() string{
		"":                                      func() string { return page(payload, signed.Signature, key) },
		"HTML entities":                         func() string { return page(html.EscapeString(payload), signed.Signature, key) },
		"it was percent-encoded":                func() string { return page(url.QueryEscape(payload), signed.Signature, key) },
		"the line end behind it was lost":       func() string { return page(payload, sign(payload+"\n").Signature, key) },
		"there is white space around it":        func() string { return page(" "+payload+"\n", signed.Signature, key) },
		"its JSON was written anew":             func() string { return page(strings.ReplaceAll(payload, ":{", ": {"), signed.Signature, key) },
		"it was signed without white space":     func() string { return page(strings.ReplaceAll(payload, "/", `\/`), signed.Signature, key) },
		"it was signed with \\/ for each slash": func() string { return page(payload, sign(strings.ReplaceAll(payload, "/", `\/`)).Signature, key) },
		"written as JSON a second time":         func() string { return page(mustJSON(payload), signed.Signature, key) },
		"the page names the key":                func() string { return page(payload, signed.Signature, `, publicKeyId: 'SANDBOX-OTHER'`) },
		"AMZN-PAY-RSASSA-PSS-V2":                func() string { return page(payload, signed.Signature, `, algorithm: 'AMZN-PAY-RSASSA-PSS'`) },
		"AMZN-PAY-RSASSA":                       func() string { return page(payload, signed.Signature, `, algorithm: 'RSA'`) },
		"no JSON object":                        func() string { return page(payload[1:], signed.Signature, key) },
		"another payload was signed":            func() string { return page(strings.Replace(payload, "b=1", "b=2", 1), signed.Signature, key) },
	} {
		name := file()
		done := p.types("verify", name)
		if cause == "" {
			assert.Zero(t, done.code, done.out)
			continue
		}
		assert.Equal(t, exitFailed, done.code, cause)
		assert.Contains(t, done.out, cause)
	}
	smile := `{"note":"😀A"}`
	smiled := sign(smile)
	for _, escaped := range []string{`\ud83d\ude00\u0041`, `\u{1F600}A`, `😀\x41`} {
		literal := strings.Replace(smile, "😀A", escaped, 1)
		done := p.types("verify", p.write("smile.html", `payloadJSON: '`+literal+`', signature: '`+smiled.Signature+`'`))
		assert.Zero(t, done.code, "%s: %s", escaped, done.out)
	}
	var keys struct{ private, public string }
	keys.private = p.write("key.pem", p.server.Description().Merchants[0].PrivateKeyPEM)
	require.NotEmpty(t, keys.private)
	alone := p.types("verify", "--payload", p.write("payload.json", payload), "--signature", signed.Signature)
	assert.Zero(t, alone.code, alone.err+alone.out)
}

func mustJSON(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}
