package web_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

// Each kind of order shows a signed button of its kind.
func TestCheckout(t *testing.T) {
	t.Parallel()
	w := open(t)
	for kind, want := range map[string]string{
		"review":        `"merchantReferenceId`,
		"wallet":        `PaymentMethodOnFile`,
		"recurring":     `recurringMetadata`,
		"donation":      `ProcessOrder`,
		"process-order": `ProcessOrder`,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			v := w.visitor()
			form := []string{"sku", map[string]string{"recurring": "subscription", "donation": "donation"}[kind]}
			switch kind {
			case "review", "wallet":
				v.add("mug", "2")
			case "process-order":
				v.add("gift-card", "1")
			}
			send := kind
			if kind == "wallet" {
				send, form = "review", []string{"save", "yes"}
			}
			number := v.place(send, form...)
			page := v.get("/checkout/" + number)
			assert.Contains(t, page.body, `id="pay-with-amazon"`)
			assert.Contains(t, page.body, strings.Trim(want, `"`))
			o, err := w.shop.Order(t.Context(), number)
			require.NoError(t, err)
			assert.Equal(t, orders.Kind(kind), o.Kind)
			assert.Equal(t, number, v.place(send, form...), "a second click orders the same")
		})
	}
}

func TestPlaceRefuses(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	v.post("/checkout", "kind", "review").is(200, "/basket")
	v.add("mug", "1")
	v.post("/checkout", "kind", "buy-now").problem(400, "bad-form")
	v.post("/checkout", "kind", "").problem(400, "bad-form")
	v.post("/checkout", "kind", "one-click").problem(409, "no-wallet")
	v.post("/checkout", "kind", "recurring", "sku", "mug").problem(400, "bad-form")
	v.post("/checkout", "kind", "donation", "sku", "subscription").problem(400, "bad-form")
	v.post("/checkout", "kind", "recurring", "sku", "nothing").problem(400, "bad-form")
	v.post("/checkout", "kind", "process-order").problem(422, "address")
	assert.Contains(t, v.get("/orders").text(), "You have not ordered anything yet.")
}

// A basket that has changed is another order, and the one before keeps what it was.
func TestBasketChangesAfterwards(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	v.add("mug", "1")
	first := v.place("review")
	v.add("kettle", "1")
	second := v.place("review")
	assert.NotEqual(t, first, second)
	assert.NotContains(t, v.get("/checkout/"+first).text(), "Kettle")
	v.buy(first)
	assert.Contains(t, v.get("/basket").text(), "Kettle", "a basket that is not the order stays")
	v.buy(second)
	assert.Contains(t, v.get("/basket").text(), "Your basket is empty.")
}

// address is what a form for an address in the US has.
func address(change ...string) []string {
	form := map[string]string{
		"name": "Ada Example", "phoneNumber": "206-555-0100", "postalCode": "98101", "city": "Seattle", "stateOrRegion": "WA", "addressLine1": "1 Main St", "countryCode": "US",
	}
	for i := 0; i < len(change); i += 2 {
		form[change[i]] = change[i+1]
	}
	var pairs []string
	for name, value := range form {
		pairs = append(pairs, name, value)
	}
	return pairs
}

func TestOwnAddress(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.get("/checkout/address").is(200, "/basket")
	v.add("mug", "1")
	assert.Contains(t, v.get("/checkout/address").body, `id="to-delivery"`)
	page := v.post("/checkout/address", address()...).is(200, "/checkout/address")
	assert.Contains(t, page.text(), "Seattle WA 98101")
	assert.Contains(t, page.body, `id="delivery-express"`)
	page = v.post("/checkout/address", address("edit", "yes", "delivery", "express")...).is(200, "/checkout/address")
	assert.Contains(t, page.body, `value="1 Main St"`, "the form comes back filled")
	page = v.post("/checkout/address", address("delivery", "express")...).is(200, "/checkout/S.*")
	assert.Contains(t, page.text(), "Delivery (Express) $12.45")
	assert.Contains(t, page.text(), "Total $30.45")
	assert.Equal(t, page.number(), v.post("/checkout/address", address("delivery", "express")...).number(), "a second click orders the same")
	assert.NotEqual(t, page.number(), v.post("/checkout/address", address("delivery", "express", "city", "Tacoma")...).number())

	// The additional payment button: no review page.
	session := v.click(page.number())
	require.NoError(t, w.server.Buyer().Approve(session))
	order := v.get(back("result", page.number(), session)).is(200, "/orders/.*")
	assert.Contains(t, order.body, `data-status="authorized"`)
}

// What is wrong with an address is said beside each field, and the others keep what was entered.
func TestOwnAddressRefuses(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	for _, row := range []struct{ field, country, value, want string }{
		{"name", "US", "", "Please fill this in."},
		{"name", "US", " \t\n", "Please fill this in."},
		{"name", "US", strings.Repeat("名", 51), "This is too long."},
		{"phoneNumber", "US", "call me", "Use digits"},
		{"postalCode", "US", "", "Please fill this in."},
		{"city", "US", "", "Please fill this in."},
		{"stateOrRegion", "US", "", "Please fill this in."},
		{"stateOrRegion", "GB", "Kent", "Leave this empty"},
		{"addressLine1", "DE", "", "Please fill this in."},
	} {
		page := v.post("/checkout/address", address(row.field, row.value, "countryCode", row.country, "delivery", "standard")...)
		assert.Equal(t, 422, page.status, row)
		_, beside, _ := strings.Cut(page.body, `id="`+row.field+`-error">`)
		assert.True(t, strings.HasPrefix(beside, row.want), "%v: %.60s", row, beside)
		if row.field != "addressLine1" {
			assert.Contains(t, page.body, `value="1 Main St"`)
		}
	}
	for _, country := range []string{"CN", "USA", "<b>"} {
		page := v.post("/checkout/address", address("countryCode", country, "delivery", "standard")...)
		assert.Equal(t, 422, page.status)
		assert.Contains(t, page.text(), "We do not deliver to this country.")
		assert.NotContains(t, page.body, "<b>")
	}
	assert.Contains(t, v.get("/orders").text(), "You have not ordered anything yet.")
	v.post("/checkout/address", address("countryCode", "GB", "stateOrRegion", "")...).is(200, "/checkout/address")
}

// Another customer's order looks like none.
func TestOtherCustomersOrder(t *testing.T) {
	t.Parallel()
	w := open(t)
	v, other := w.visitor(), w.visitor()
	v.add("mug", "1")
	number := v.place("review")
	session := v.click(number)
	other.add("mug", "1")
	other.place("review")
	for _, stranger := range []*visitor{other, w.visitor()} {
		for _, path := range []string{
			"/checkout/" + number, "/orders/" + number, back("review", number, session), back("result", number, session), "/orders/" + number + "/canceled",
			"/orders/SAAA-AAAA-AAAA-AAAA", "/orders/" + strings.ToLower(number),
		} {
			stranger.get(path).problem(404, "no-page")
		}
		for _, path := range []string{"delivery", "pay", "end"} {
			stranger.post("/orders/"+number+"/"+path, "session", session, "delivery", "express").problem(404, "no-page")
		}
		assert.NotContains(t, stranger.get("/orders").body, number)
	}
	v.get("/orders/"+number).is(200, "/orders/.*")
}
