package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBasket(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	assert.Contains(t, v.get("/basket").text(), "Your basket is empty.")
	v.add("mug", "2")
	v.add("mug", "1")
	v.add("filters", "1")
	page := v.get("/basket")
	assert.Contains(t, page.body, `value="3"`)
	assert.Contains(t, page.text(), "$60.99")
	assert.Contains(t, page.body, `class="count">4<`)
	page = v.post("/basket/mug", "quantity", "1").is(200, "/basket")
	assert.Contains(t, page.text(), "$24.99")
	assert.Contains(t, page.text(), "Your basket is up to date.")
	assert.NotContains(t, v.get("/basket").text(), "Your basket is up to date.", "it is said once")
	page = v.post("/basket/filters", "quantity", "7", "remove", "yes").is(200, "/basket")
	assert.NotContains(t, page.text(), "Paper Filters")
	page = v.post("/basket/mug", "quantity", "0").is(200, "/basket")
	assert.Contains(t, page.text(), "Your basket is empty.")
	v.post("/basket/mug", "quantity", "1").is(200, "/basket") // in another tab it was removed
	v.add("mug", "99")
	v.add("mug", "99")
	assert.Contains(t, v.get("/basket").body, `value="99"`, "more than that is not sold")
}

// A wrong quantity is said beside the field, which keeps what was entered.
func TestBasketRefuses(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	v.add("mug", "2")
	for _, quantity := range []string{"", "-1", "100", "1.5", "many", "0x1", "99999999999999999999", "<b>"} {
		for path, form := range map[string]url.Values{"/basket": {"sku": {"kettle"}, "quantity": {quantity}}, "/basket/mug": {"quantity": {quantity}}} {
			page := v.send("POST", path, form)
			assert.Equal(t, 422, page.status, "%s %q", path, quantity)
			assert.Contains(t, page.text(), "Enter a number up to 99.")
			assert.Contains(t, page.body, `aria-invalid="true"`)
			assert.NotContains(t, page.body, "<b>")
		}
	}
	v.post("/basket", "sku", "kettle", "quantity", "0").is(422, "/basket")
	v.post("/basket", "sku", "nothing", "quantity", "1").problem(400, "bad-form")
	v.post("/basket", "sku", "subscription", "quantity", "1").problem(400, "bad-form")
	basket := v.get("/basket")
	assert.Contains(t, basket.body, `value="2"`)
	assert.NotContains(t, basket.text(), "Kettle")
	v.post("/basket", "sku", "mug", "quantity", strings.Repeat("1", 100_000)).problem(400, "bad-form")
}
