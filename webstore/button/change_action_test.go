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
	d := read(t, string(s.ChangeAction("abc", "change-address", "b1", button.ActionChangeAddress)))
	assert.Equal(t, "bindChangeAction", d.call)
	assert.Equal(t, "change-address", d.element)
	assert.Equal(t, s.ScriptURL(), d.script)
	assert.Equal(t, "changeAddress", d.config.ChangeAction)
	for _, text := range append(nasty, "") { // the id comes from the buyer's browser
		d := read(t, string(s.ChangeAction("", text, text, button.ActionChangePayment)))
		assert.Equal(t, text, d.element)
		assert.Equal(t, text, d.config.AmazonCheckoutSessionID)
	}
	assert.Contains(t, s.ChangeAction(`"x`, "a", "b", button.ActionChangePayment), `<script nonce="&#34;x">`)
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
