package web_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	assert.Contains(t, v.get("/orders").text(), "You have not ordered anything yet.")
	v.add("mug", "1")
	number := v.place("review")
	assert.Contains(t, v.get("/orders").text(), "Not paid yet")
	page := v.get("/orders/" + number)
	assert.Contains(t, page.body, `data-status="placed"`)
	assert.Contains(t, page.body, `href="/checkout/`+number+`"`)
	page = v.buy(number)
	assert.Contains(t, page.text(), "Thank you.")
	assert.Contains(t, page.text(), "susie@example.com")
	assert.Contains(t, page.text(), "Ditka")
	assert.Contains(t, v.get("/orders").text(), "Confirmed")
}

func TestSubscription(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number := v.place("recurring", "sku", "subscription")
	session := v.click(number)
	review := v.get(back("review", number, session))
	assert.Contains(t, review.text(), "$20.95 a month, from today, until you cancel.")
	v.payNow(number, session, review)
	require.NoError(t, w.server.Buyer().Approve(session))
	page := v.get(back("result", number, session)).is(200, "/orders/"+number)
	assert.Contains(t, page.text(), "Month 1")
	page = v.post("/orders/"+number+"/end").is(200, "/orders/"+number)
	assert.Contains(t, page.text(), "The subscription has ended.")
	assert.Contains(t, page.body, `id="ended"`)
	assert.NotContains(t, page.body, `id="end-subscription"`)

	v.add("mug", "1")
	other := v.place("review")
	v.buy(other)
	v.post("/orders/"+other+"/end").problem(409, "not-allowed")
}

// A payment that Amazon is still checking is shown as that, and its notification decides it.
func TestPending(t *testing.T) {
	t.Parallel()
	w := open(t)
	require.NoError(t, w.server.NotifyAt(w.url+"/notifications"))
	v := w.visitor()
	number, session, _ := toReview(v)
	require.NoError(t, w.server.Buyer().ChangeCard(session, "0701"))
	v.payNow(number, session, v.get(back("review", number, session)))
	require.NoError(t, w.server.Buyer().Approve(session))
	page := v.get(back("result", number, session)).is(200, "/orders/"+number)
	require.Contains(t, page.body, `data-status="pending"`)
	assert.Contains(t, page.text(), "You do not have to pay again.")
	assert.Contains(t, v.get("/basket").text(), "Your basket is empty.")
	require.NoError(t, w.server.Advance(time.Minute))
	var status string
	assert.Eventually(t, func() bool {
		status = v.get("/orders/" + number).text()
		return len(w.server.Notifications()) > 0 && !assert.ObjectsAreEqual(page.text(), status)
	}, 20*time.Second, 50*time.Millisecond)
	assert.Contains(t, status, "Confirmed")
}

// A forged notification changes nothing.
func TestNotificationRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	assert.Equal(t, 405, v.get("/notifications").status)
	assert.Equal(t, 400, v.post("/notifications", "Type", "Notification").status)
	assert.Contains(t, w.log.String(), "ipn")
}

// A payment whose result is lost is completed once.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number, session, page := toReview(v)
	v.payNow(number, session, page)
	require.NoError(t, w.server.Buyer().Approve(session))
	require.NoError(t, w.server.FailNext(1, emulator.Fault{Operation: "CompleteCheckoutSession", Kind: emulator.FaultKindLoseAnswer}))
	assert.Contains(t, v.get(back("result", number, session)).body, `data-status="authorized"`)
	assert.Len(t, w.server.Charges(), 1)
}
