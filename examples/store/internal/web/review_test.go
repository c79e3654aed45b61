package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// toReview orders a mug, and goes to the review page.
func toReview(v *visitor) (number, session string, page *answer) {
	v.t.Helper()
	v.add("mug", "1")
	number = v.place("review")
	session = v.click(number)
	return number, session, v.get(back("review", number, session)).is(200, "/orders/.*/review")
}

func TestReview(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number, session, page := toReview(v)
	assert.Contains(t, page.text(), "10 Ditka Ave")
	assert.Contains(t, page.text(), "Visa ****1111")
	assert.Contains(t, page.text(), "Total $22.95")
	assert.Contains(t, page.body, "bindChangeAction")
	assert.Contains(t, page.body, `id="change-address"`)
	assert.Contains(t, page.body, `id="change-card"`)

	page = v.post("/orders/"+number+"/delivery", "session", session, "delivery", "express").is(200, "/orders/.*/review")
	assert.Contains(t, page.text(), "Total $30.45")
	assert.Contains(t, page.body, `value="express" checked`)

	// Pay with another option chosen, whose price the page has not shown, shows it and pays nothing.
	page = v.post("/orders/"+number+"/pay", "session", session, "amount", "30.45", "currency", "USD", "priced", "express", "delivery", "standard").is(200, "/orders/.*/review")
	assert.Contains(t, page.text(), "Total $22.95")
	page = v.post("/orders/"+number+"/pay", "session", session, "amount", "22.95", "currency", "USD", "priced", "standard", "delivery", "express").is(200, "/orders/.*/review")
	assert.Contains(t, page.text(), "Total $30.45")
	assert.Contains(t, page.body, `name="priced" value="express"`)
	assert.Empty(t, w.server.Charges())

	require.NoError(t, w.server.Buyer().ChangeAddress(session, emulator.Address{
		Name: "Susie Smith", AddressLine1: "100 Sample Road", City: "Toronto", StateOrRegion: "ON", PostalCode: "M5V", CountryCode: "CA", PhoneNumber: "800-555-0100",
	}))
	page = v.get(back("review", number, session))
	assert.Contains(t, page.text(), "Toronto")
	assert.Contains(t, page.text(), "Total $38.90", "express is not sold there")
	assert.NotContains(t, page.body, `id="delivery-express"`)

	res := v.payNow(number, session, page)
	assert.Equal(t, http.StatusSeeOther, res.status)
	assert.True(t, strings.HasPrefix(res.to, w.server.Description().BaseURL+"/checkout/"), res.to)
	require.NoError(t, w.server.Buyer().Approve(session))
	page = v.get(back("result", number, session)).is(200, "/orders/"+number)
	assert.Contains(t, page.body, `data-status="authorized"`)
	assert.Contains(t, page.text(), "$38.90")

	// Pages of the past lead to the order.
	for _, path := range []string{back("review", number, session), back("result", number, session), "/checkout/" + number} {
		v.get(path).is(200, "/orders/"+number)
	}
	v.post("/orders/"+number+"/pay", "session", session, "amount", "38.90", "currency", "USD").is(200, "/orders/"+number)
	v.post("/orders/"+number+"/delivery", "session", session, "delivery", "standard").is(200, "/orders/"+number)
	assert.Len(t, w.server.Charges(), 1)
}

// A total that the browser did not see is not charged, whatever the form says.
func TestTotal(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number, session, _ := toReview(v)
	for _, form := range [][]string{{"amount", "0.01", "currency", "USD"}, {"amount", "22.95", "currency", "JPY"}, {"amount", "", "currency", ""}, {"amount", "x"}} {
		page := v.post("/orders/"+number+"/pay", append(form, "session", session)...)
		assert.Equal(t, http.StatusConflict, page.status)
		assert.Contains(t, page.text(), "The price has changed")
		assert.Contains(t, page.text(), "Pay $22.95")
	}
	at, err := w.api.GetCheckoutSession(t.Context(), session)
	require.NoError(t, err)
	assert.Empty(t, at.PaymentDetails.ChargeAmount.Amount, "Amazon was told of no amount")
	assert.Empty(t, w.server.Charges())
}

// An address to which the shop does not deliver can be changed, but not paid.
func TestNoDelivery(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	number := v.place("review")
	o, err := w.shop.Order(t.Context(), number)
	require.NoError(t, err)
	made, err := w.api.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{ // without the shop's countries
		WebCheckoutDetails: w.shop.Button(o).WebCheckoutDetails, StoreID: w.shop.Button(o).StoreID, MerchantMetadata: w.shop.Button(o).MerchantMetadata,
	})
	require.NoError(t, err)
	session := made.CheckoutSessionID
	require.NoError(t, w.server.Buyer().SignIn(session))
	require.NoError(t, w.server.Buyer().ChangeAddress(session, emulator.Address{
		Name: "Susie Smith", AddressLine1: "1 Rua", City: "Manaus", StateOrRegion: "AM", PostalCode: "69005", CountryCode: "BR", PhoneNumber: "800-555-0100",
	}))
	page := v.get(back("review", number, session))
	assert.Equal(t, 422, page.status)
	assert.Contains(t, page.text(), "We do not deliver to the address that you have chosen.")
	assert.Contains(t, page.body, `id="change-address"`)
	assert.NotContains(t, page.body, `id="pay-now"`)
	page = v.post("/orders/"+number+"/pay", "session", session, "amount", "22.95", "currency", "USD")
	assert.Equal(t, 422, page.status)
}

// A session of one order does not pay another, not even of the same customer.
func TestSessionOfAnotherOrder(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	cheap, session, page := toReview(v)
	v.payNow(cheap, session, page)
	require.NoError(t, w.server.Buyer().Approve(session))
	v.add("grinder", "3")
	dear := v.place("review")
	v.get(back("review", dear, session)).problem(409, "other-order")
	v.get(back("result", dear, session)).problem(409, "other-order")
	v.post("/orders/"+dear+"/pay", "session", session, "amount", "22.95", "currency", "USD").problem(409, "other-order")
	v.post("/orders/"+dear+"/delivery", "session", session, "delivery", "express").problem(409, "other-order")
	assert.Contains(t, v.get("/orders/"+dear).body, `data-status="placed"`)
	assert.Empty(t, w.server.Charges())
	assert.Contains(t, v.get(back("result", cheap, session)).body, `data-status="authorized"`)
}

// An address that Amazon has not made is told from one of an order.
func TestReturnWithoutSession(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	number, session, _ := toReview(v)
	for _, query := range []string{"", "?amazonCheckoutSessionId=", "?amazonCheckoutSessionId=a&amazonCheckoutSessionId=b", "?buyerToken=x", "?amazonCheckoutSessionId=" + session[1:], "?amazonCheckoutSessionId=../x", "?%zz"} {
		for _, page := range []string{"review", "result"} {
			answer := v.get("/orders/" + number + "/" + page + query)
			assert.Equal(t, 409, answer.status, page+query)
			assert.Contains(t, answer.body, `data-problem="session"`, page+query)
		}
	}
}

// A declined card leaves the order payable, and says why; another card pays it.
func TestDeclined(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number, session, page := toReview(v)
	v.payNow(number, session, page)
	require.NoError(t, w.server.Buyer().Decline(session))
	page = v.get(back("result", number, session)).is(200, "/checkout/"+number)
	assert.Contains(t, page.body, `id="declined"`)
	assert.Contains(t, page.text(), "The payment was declined. Please try another card.")
	assert.Contains(t, page.body, `id="pay-with-amazon"`)
	assert.Contains(t, v.get("/basket").text(), "Mug", "the basket stays")
	assert.Contains(t, v.buy(number).body, `data-status="authorized"`)
}

func TestCanceled(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	v.add("mug", "1")
	number := v.place("review")
	page := v.get("/orders/"+number+"/canceled").is(200, "/checkout/"+number)
	assert.Contains(t, page.text(), "You have left Amazon’s page without paying.")
	assert.Contains(t, v.buy(number).body, `data-status="authorized"`)
}

// A double click on "pay", and a result page that is loaded several times at once, charge once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number, session, page := toReview(v)
	both := func(do func()) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(do)
		}
		group.Wait()
	}
	both(func() { assert.Equal(t, http.StatusSeeOther, v.payNow(number, session, page).status) })
	require.NoError(t, w.server.Buyer().Approve(session))
	both(func() { v.get(back("result", number, session)).is(200, "/orders/"+number) })
	assert.Contains(t, v.get("/orders/"+number).body, `data-status="authorized"`)
	require.Len(t, w.server.Charges(), 1)
}

// Amazon that does not answer is not a lost payment.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number, session, page := toReview(v)
	require.NoError(t, w.server.FailNext(50, emulator.Fault{Operation: "GetCheckoutSession", Kind: emulator.FaultKindStatus, Status: 503}))
	v.get(back("review", number, session)).problem(503, "unavailable")
	w.server.ClearFaults()
	v.payNow(number, session, page)
	require.NoError(t, w.server.Buyer().Approve(session))
	assert.Contains(t, v.get(back("result", number, session)).body, `data-status="authorized"`)
}
