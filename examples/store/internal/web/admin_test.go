package web_test

import (
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/examples/store/internal/web"
)

// Without the password there is no admin page, and nothing is done.
func TestAdminWithoutPassword(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	number := v.place("review")
	v.buy(number)
	for _, path := range []string{"/admin", "/admin/orders/" + number} {
		page := v.get(path)
		assert.Equal(t, 401, page.status)
		assert.NotContains(t, page.text(), number)
		assert.NotContains(t, page.body, "Susie")
		assert.Contains(t, page.body, `id="login"`)
	}
	charge := w.server.Charges()[0].ID
	for _, action := range []string{"capture", "refund", "cancel", "close", "period", "refresh", "contest"} {
		assert.Equal(t, 401, v.post("/admin/orders/"+number+"/"+action, "charge", charge, "amount", "1").status, action)
	}
	assert.Contains(t, v.get("/orders/"+number).body, `data-status="authorized"`)
	for _, wrong := range []string{"", "correct", password + " ", strings.ToUpper(password)} {
		page := v.post("/admin/login", "password", wrong)
		assert.Equal(t, 401, page.status)
		assert.Contains(t, page.text(), "This is not the password.")
		assert.NotContains(t, page.body, `value="correct`)
	}
	assert.Equal(t, 401, v.get("/admin").status)
	admin := w.logIn()
	assert.Contains(t, admin.get("/admin").body, number)
	assert.Equal(t, 401, admin.post("/admin/logout").status)
	assert.Equal(t, 401, admin.get("/admin").status)
}

func TestAdminManyTries(t *testing.T) {
	t.Parallel()
	w := open(t)
	site, err := web.New(w.config(w.url))
	require.NoError(t, err)
	try := func(given string) int {
		r := httptest.NewRequestWithContext(t.Context(), "POST", w.url+"/admin/login", strings.NewReader("password="+given))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res := httptest.NewRecorder()
		site.ServeHTTP(res, r)
		return res.Code
	}
	for range 9 {
		site.FailLogin(time.Now())
	}
	for range 5 {
		site.FailLogin(time.Now().Add(-2 * time.Minute))
	}
	assert.Equal(t, 401, try("wrong"), "tries of long ago do not count")
	assert.Equal(t, 429, try("wrong"))
	assert.Equal(t, 429, try(strings.ReplaceAll(password, " ", "+")), "the right one neither, so that nobody can tell")
}

// gate is a body that its browser holds back.
type gate struct {
	waiting chan<- struct{}
	open    <-chan struct{}
	body    io.Reader
}

// Read waits until the gate is open.
func (g *gate) Read(p []byte) (int, error) {
	if g.waiting != nil {
		g.waiting <- struct{}{}
		g.waiting = nil
	}
	<-g.open
	return g.body.Read(p)
}

// Whoever sends many forms at once, and their passwords only later, has no more tries.
func TestAdminManyTriesAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	site, err := web.New(w.config(w.url))
	require.NoError(t, err)
	const tries = 30
	waiting, release, status := make(chan struct{}), make(chan struct{}), make(chan int, tries)
	for range tries {
		go func() {
			r := httptest.NewRequestWithContext(t.Context(), "POST", w.url+"/admin/login", &gate{waiting, release, strings.NewReader("password=wrong")})
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res := httptest.NewRecorder()
			site.ServeHTTP(res, r)
			status <- res.Code
		}()
	}
	for range tries {
		<-waiting
	}
	close(release)
	count := make(map[int]int)
	for range tries {
		count[<-status]++
	}
	assert.Equal(t, map[int]int{401: 10, 429: 20}, count)
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("kettle", "1")
	number := v.place("review")
	v.buy(number)
	charge := w.server.Charges()[0].ID
	admin := w.logIn()
	at := "/admin/orders/" + number
	page := admin.get("/admin")
	assert.Contains(t, page.body, `href="`+at+`"`)
	assert.Contains(t, page.body, `id="emulator-window"`)
	page = admin.get(at).is(200, at)
	assert.Contains(t, page.body, `id="capture-`+charge+`"`)
	assert.Contains(t, page.text(), "Susie Smith")

	for _, amount := range []string{"", "0", "-1", "1,5", "1.250,00", "66.96", "1000000", "1.005", "one", "1e1"} {
		page = admin.post(at+"/capture", "charge", charge, "amount", amount)
		assert.Equal(t, 422, page.status, amount)
		assert.Contains(t, page.body, `id="capture-`+charge+`-error"`, amount)
		assert.Contains(t, page.body, `name="amount" required value="`+amount+`"`, "what was entered stays")
	}
	page = admin.post(at+"/capture", "charge", charge, "amount", "$60.00").is(200, at)
	assert.Contains(t, page.text(), "Done.")
	assert.Contains(t, page.body, `data-state="Captured"`)
	assert.Contains(t, page.body, `data-status="paid"`)
	page = admin.post(at+"/capture", "charge", charge, "amount", "1").is(200, at) // a charge is captured once
	assert.Contains(t, page.text(), "Captured $60.00")
	admin.post(at+"/cancel", "charge", charge).problem(409, "not-allowed")

	form := page.value("form")
	page = admin.post(at+"/refund", "charge", charge, "amount", "20.5", "form", form).is(200, at)
	admin.post(at+"/refund", "charge", charge, "amount", "20.5", "form", form) // a double click
	require.Len(t, w.server.Refunds(), 1)
	assert.Contains(t, page.text(), "Refund, up to $39.50")
	page = admin.post(at+"/refund", "charge", charge, "amount", "39.51", "form", page.value("form"))
	assert.Equal(t, 422, page.status)
	require.NoError(t, w.server.Advance(time.Minute))
	page = admin.post(at+"/refresh").is(200, at)
	assert.Contains(t, page.body, `data-state="Refunded"`)
	assert.Contains(t, v.get("/orders/"+number).text(), "−$20.50")

	page = admin.post(at+"/close").is(200, at)
	assert.NotContains(t, page.body, `id="close"`)
	admin.post(at+"/nothing").problem(404, "no-page")
	admin.post("/admin/orders/SAAA-AAAA-AAAA-AAAA/close").problem(404, "no-page")
	admin.get("/admin/orders/SAAA-AAAA-AAAA-AAAA").problem(404, "no-page")
}

func TestAdminReleases(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	number := v.place("review")
	v.buy(number)
	admin := w.logIn()
	page := admin.post("/admin/orders/"+number+"/cancel", "charge", w.server.Charges()[0].ID).is(200, "/admin/.*")
	assert.Contains(t, page.body, `data-status="`+string(orders.StatusCanceled)+`"`)
	assert.Contains(t, v.get("/orders/"+number).text(), "This order is canceled. Nothing is charged.")
}

// A charge of another order cannot be captured on this one's page.
func TestAdminChargeOfAnotherOrder(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	first := v.place("review")
	v.buy(first)
	v.add("kettle", "1")
	second := v.place("review")
	v.buy(second)
	admin := w.logIn()
	o, err := w.shop.Order(t.Context(), first)
	require.NoError(t, err)
	page := admin.post("/admin/orders/"+second+"/capture", "charge", o.Charges[0].ChargeID, "amount", "1.00")
	assert.Equal(t, 409, page.status)
	assert.Contains(t, v.get("/orders/"+first).body, `data-status="authorized"`)
}

func TestAdminSubscription(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	number := v.place("recurring", "sku", "subscription")
	v.buy(number)
	admin := w.logIn()
	at := "/admin/orders/" + number
	assert.Contains(t, admin.get(at).text(), "Charge month 2: $20.95")
	page := admin.post(at+"/period", "period", "2").is(200, at)
	assert.Contains(t, page.text(), "Charge month 3")
	admin.post(at+"/period", "period", "2").is(200, at) // a double click
	assert.Len(t, w.server.Charges(), 2)
	admin.post(at+"/period", "period", "9").problem(409, "not-allowed")
	admin.post(at+"/period", "period", "x").problem(400, "bad-form")
}

func TestAdminDispute(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	number := v.place("review")
	v.buy(number)
	charge := w.server.Charges()[0].ID
	admin := w.logIn()
	at := "/admin/orders/" + number
	admin.post(at+"/capture", "charge", charge, "amount", "22.95").is(200, at)
	require.NoError(t, w.server.NotifyAt(w.url+"/notifications"))
	dispute, err := w.server.Buyer().Dispute(charge)
	require.NoError(t, err)
	var page *answer
	assert.Eventually(t, func() bool {
		page = admin.get(at)
		return strings.Contains(page.body, dispute)
	}, 20*time.Second, 50*time.Millisecond, "the notification tells of it")
	require.Contains(t, page.body, `id="contest-`+dispute+`"`)
	for _, nothing := range []string{"", " \n "} {
		page = admin.post(at+"/contest", "dispute", dispute, "evidence", nothing)
		assert.Equal(t, 422, page.status)
		assert.Contains(t, page.text(), "Enter the evidence.")
	}
	page = admin.post(at+"/contest", "dispute", dispute, "evidence", "Parcel 1Z999, delivered on Tuesday").is(200, at)
	assert.Regexp(t, `id="dispute-`+regexp.QuoteMeta(dispute)+`" data-state="UnderReview"`, page.body)
	admin.post(at+"/contest", "dispute", dispute, "evidence", "again").problem(409, "not-allowed")
}
