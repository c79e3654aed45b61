package button_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func TestChangeAction(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	d := read(t, string(s.ChangeAction("abc", button.Change{Action: button.ActionChangeAddress, ElementID: "change-address", CheckoutSessionID: "b1"})))
	assert.Equal(t, "bindChangeAction", d.call)
	assert.Equal(t, "change-address", d.element)
	assert.Equal(t, s.ScriptURL(), d.script)
	assert.Equal(t, "changeAddress", d.config.ChangeAction)
	german := s.ChangeAction("", button.Change{Action: button.ActionChangeAddress, ElementID: "a", CheckoutSessionID: "b1", Language: button.LanguageDeDE})
	assert.Contains(t, german, "nicht verf\\u00fcgbar")
	assert.NotContains(t, german, "is not available")
	for _, text := range append(nasty, "") { // the id comes from the buyer's browser
		d := read(t, string(s.ChangeAction("", button.Change{Action: button.ActionChangePayment, ElementID: text, CheckoutSessionID: text})))
		assert.Equal(t, text, d.element)
		assert.Equal(t, text, d.config.AmazonCheckoutSessionID)
	}
	assert.Contains(t, s.ChangeAction(`"x`, button.Change{}), `<script nonce="&#34;x">`)
}

func TestScript(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(_ *amazonpay.Config, b *button.Config) { b.ScriptURL = `https://shop.example/é?a="&b=</script>` })
	assert.Equal(t, `<script src="https://shop.example/&#233;?a=&#34;&amp;b=&lt;/script&gt;"></script>`, string(s.Script("")))
	assert.Contains(t, s.Script("abc"), `<script nonce="abc" src=`)
	b, err := s.Button(button.OneTime{WebCheckoutDetails: review()}, cart)
	require.NoError(t, err)
	assert.Equal(t, s.ScriptURL(), read(t, string(b.HTML(""))).script)
}
