package web_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	w := open(t)
	for header, want := range map[string]string{
		"": "en", "en": "en", "ja": "ja", "ja-JP,en;q=0.5": "ja", "de-DE,ja;q=0.9,en;q=0.1": "ja", "de, en;q=0.1": "en", "fr": "en", "%%%": "en",
	} {
		v := w.visitor()
		v.header.Set("Accept-Language", header)
		page := v.get("/")
		assert.Contains(t, page.body, `<html lang="`+want+`">`, "Accept-Language: %s", header)
		assert.Equal(t, want, page.header.Get("Content-Language"))
	}

	v := w.visitor()
	page := v.post("/language", "language", "ja", "back", "/products/mug?x=1").is(200, "/products/mug")
	assert.Contains(t, page.body, `<html lang="ja">`)
	assert.Contains(t, page.body, `<button id="language-ja" name="language" value="ja" lang="ja" aria-pressed="true">`)
	assert.Contains(t, page.text(), "カートに入れる")
	assert.Contains(t, v.get("/basket").text(), "カートに商品はありません", "the choice stays")
	v.post("/language", "language", "xx", "back", "/").problem(400, "bad-form")
}

// The language switch does not lead to another site.
func TestLanguageLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	for _, back := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "evil", "", "/\t/evil.example"} {
		page := v.post("/language", "language", "en", "back", back)
		assert.Equal(t, 200, page.status, back)
		assert.Equal(t, "/", page.path, back)
	}
}

// Prices are in the currency of the region, and so is the language of Amazon's button.
func TestRegions(t *testing.T) {
	t.Parallel()
	for region, want := range map[string][]string{
		"na": {"$18.00", `"checkoutLanguage":"en_US"`}, "eu": {"€16.50", `"checkoutLanguage":"en_GB"`}, "jp": {"¥2,480", `"checkoutLanguage":"ja_JP"`},
	} {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			v := open(t, emulator.WithRegion(region)).visitor()
			assert.Contains(t, v.get("/products/mug").text(), want[0])
			v.add("mug", "1")
			v.header.Set("Accept-Language", "ja")
			assert.Contains(t, v.get("/checkout/"+v.place("review")).body, want[1])
		})
	}
}
