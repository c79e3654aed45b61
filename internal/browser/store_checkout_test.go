package browser_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The main way: what is in the basket is reviewed, the address is changed twice, and the price of
// the delivery with it. The buyer pays what the store showed last.
func TestStoreReview(t *testing.T) {
	t.Parallel()
	b, s := shopping(t)
	b.fill(s, "beans-house")
	b.fill(s, "mug")
	b.toAmazon()
	b.toStore("")
	b.shows("#total", "$36.95")
	b.shows("#address", "10 Ditka Ave")
	b.shows("#card", "Visa ****1111")

	b.click("#change-address")
	b.heading("Change the address")
	b.click("input[name=address][value='2']") // Toronto
	b.goClick(goOn, "#pay-now")
	b.shows("#total", "$52.90")
	b.shows("#address", "100 Sample Road")
	b.click("#change-card")
	b.heading("Change the payment method")
	b.click("input[name=card][value='0005']")
	b.goClick(goOn, "#pay-now")
	b.shows("#card", "Amex ****0005")
	b.click("#change-address")
	b.heading("Change the address")
	b.click("input[name=address][value='0']")
	b.goClick(goOn, "#delivery-express")
	b.click("#delivery-express")
	b.goClick("#update-delivery", "#notice")
	b.shows("#total", "$44.45")

	b.toPayment()
	b.shows("main", "44.45 USD")
	b.goClick(approved, "#status")
	b.status("authorized")
	b.shows("#total", "$44.45")
	assert.Equal(t, b.paid(s, "44.45 USD").Number, b.number())
	b.goTo(s.url + "/basket")
	b.see("#empty")
}
