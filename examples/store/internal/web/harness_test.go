package web_test

import (
	"bytes"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/examples/store/internal/web"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

const password = "correct horse battery staple"

// world is a shop that browsers can reach, with an emulator.
type world struct {
	t      *testing.T
	url    string
	shop   *orders.Shop
	db     *data.DB
	server *emulator.Server
	api    *webstore.Client
	log    *lockedBuffer
	site   web.Config
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds to the buffer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func open(t *testing.T, options ...emulator.Option) *world {
	t.Helper()
	server := emulator.Start(t, options...)
	client := emulatortest.Connect(t, server, amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 10 * time.Millisecond, MaxWait: 50 * time.Millisecond}))
	d := server.Description()
	listening := httptest.NewUnstartedServer(nil)
	w := &world{t: t, url: "http://" + listening.Listener.Addr().String(), server: server, api: webstore.New(client), log: new(lockedBuffer)}
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	var err error
	w.db, err = data.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.db.Close()) })
	w.shop, err = orders.New(orders.Config{DB: w.db, Client: client, StoreID: d.Merchants[0].StoreID, BaseURL: w.url, Logger: log})
	require.NoError(t, err)
	buttons, err := button.New(button.Config{Client: client, MerchantID: d.Merchants[0].MerchantID, StoreID: d.Merchants[0].StoreID, ScriptURL: d.ScriptURL})
	require.NoError(t, err)
	verifier, err := ipn.NewVerifier(ipn.WithTopicAccounts(d.TopicAccount), ipn.WithMerchantIDs(d.Merchants[0].MerchantID),
		ipn.WithRoundTripper(server.RoundTripper()), ipn.WithClock(server.Now), ipn.WithDeduper(data.Notifications{DB: w.db}), ipn.WithLogger(log))
	require.NoError(t, err)
	currency := map[string]amazonpay.CurrencyCode{"na": amazonpay.USD, "eu": amazonpay.EUR, "jp": amazonpay.JPY}[d.Region]
	w.site = web.Config{
		Shop: w.shop, DB: w.db, Buttons: buttons, Verifier: verifier, Region: client.Region(), Currency: currency, BaseURL: w.url,
		AdminPassword: password, WindowURL: d.WindowURL, Logger: log,
	}
	listening.Config.Handler, err = web.New(w.site)
	require.NoError(t, err)
	listening.Start()
	t.Cleanup(listening.Close)
	return w
}

// visitor is a browser without JavaScript.
type visitor struct {
	*world

	client *http.Client
	header http.Header // of each request
}

func (w *world) visitor() *visitor {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(w.t, err)
	v := &visitor{world: w, client: &http.Client{Jar: jar}, header: http.Header{"Accept-Language": {"en"}}}
	// Pages of Amazon are not followed: what a buyer does there, the emulator's Buyer does.
	v.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), w.url+"/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return v
}

// answer is a page, after redirects.
type answer struct {
	t      *testing.T
	status int
	path   string // where the browser is
	to     string // where it would go, if that is not the shop
	body   string
	header http.Header
}

func (v *visitor) send(method, path string, form url.Values) *answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.url+path, strings.NewReader(form.Encode()))
	require.NoError(v.t, err)
	r.Header = v.header.Clone()
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if r.Header.Get("Sec-Fetch-Site") == "" {
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
	}
	res, err := v.client.Do(r)
	require.NoError(v.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(v.t, err)
	return &answer{v.t, res.StatusCode, res.Request.URL.Path, res.Header.Get("Location"), string(body), res.Header}
}

func (v *visitor) get(path string) *answer {
	v.t.Helper()
	return v.send(http.MethodGet, path, nil)
}

func (v *visitor) post(path string, pairs ...string) *answer {
	v.t.Helper()
	form := make(url.Values)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return v.send(http.MethodPost, path, form)
}

// is checks where the browser is, and returns the page.
func (a *answer) is(status int, path string) *answer {
	a.t.Helper()
	require.Equal(a.t, status, a.status, "%s: %s", a.path, a.text())
	require.Regexp(a.t, "^"+path+"$", a.path)
	return a
}

// problem checks that the page tells of a problem.
func (a *answer) problem(status int, name string) {
	a.t.Helper()
	require.Equal(a.t, status, a.status, a.text())
	require.Contains(a.t, a.body, `data-problem="`+name+`"`)
}

var tags = regexp.MustCompile(`(?s)<script.*?</script>|<[^>]*>|\s+`)

// text returns what a reader sees of the page.
func (a *answer) text() string {
	_, main, _ := strings.Cut(a.body, "<main")
	return strings.TrimSpace(html.UnescapeString(regexp.MustCompile(` +`).ReplaceAllString(tags.ReplaceAllString("<main"+main, " "), " ")))
}

// number returns the order's number in the page's path.
func (a *answer) number() string {
	a.t.Helper()
	number := regexp.MustCompile(`S[A-Z0-9]{3}(-[A-Z0-9]{4}){3}`).FindString(a.path)
	require.NotEmpty(a.t, number, a.path)
	return number
}

// add puts something into the basket.
func (v *visitor) add(sku, quantity string) {
	v.t.Helper()
	v.post("/basket", "sku", sku, "quantity", quantity).is(200, "/basket")
}

// place orders the basket.
func (v *visitor) place(kind string, more ...string) string {
	v.t.Helper()
	return v.post("/checkout", append([]string{"kind", kind}, more...)...).is(200, "/checkout/S.*").number()
}

// click does what a buyer does at Amazon after a click on the order's button, and returns the
// session.
func (v *visitor) click(number string) string {
	v.t.Helper()
	o, err := v.shop.Order(v.t.Context(), number)
	require.NoError(v.t, err)
	b := v.shop.Button(o)
	in := &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: b.WebCheckoutDetails, StoreID: b.StoreID, DeliverySpecifications: b.DeliverySpecifications,
		ChargePermissionType: b.ChargePermissionType, RecurringMetadata: b.RecurringMetadata,
		PaymentDetails: b.PaymentDetails, MerchantMetadata: b.MerchantMetadata, AddressDetails: b.AddressDetails,
	}
	if o.Kind == orders.KindWallet {
		in.PaymentMethodOnFileMetadata = &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)}
	}
	session, err := v.api.CreateCheckoutSession(v.t.Context(), in)
	require.NoError(v.t, err)
	require.NoError(v.t, v.server.Buyer().SignIn(session.CheckoutSessionID))
	return session.CheckoutSessionID
}

func back(page, number, session string) string {
	return "/orders/" + number + "/" + page + "?amazonCheckoutSessionId=" + session
}

// payNow sends the form of the review page.
func (v *visitor) payNow(number, session string, review *answer) *answer {
	v.t.Helper()
	return v.post("/orders/"+number+"/pay", "session", session, "amount", review.value("amount"), "currency", review.value("currency"))
}

// value returns the value of a hidden input.
func (a *answer) value(name string) string {
	a.t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.body)
	require.NotNil(a.t, found, "no input %s: %s", name, a.text())
	return found[1]
}

// buy goes through the review page to the paid order, and returns its page.
func (v *visitor) buy(number string) *answer {
	v.t.Helper()
	session := v.click(number)
	review := v.get(back("review", number, session)).is(200, "/orders/.*/review")
	require.Equal(v.t, http.StatusSeeOther, v.payNow(number, session, review).status)
	require.NoError(v.t, v.server.Buyer().Approve(session))
	return v.get(back("result", number, session)).is(200, "/orders/"+number)
}

// logIn logs a new visitor in as the admin.
func (w *world) logIn() *visitor {
	w.t.Helper()
	v := w.visitor()
	v.post("/admin/login", "password", password).is(200, "/admin")
	return v
}

// config is the configuration of another site of the shop, at another address.
func (w *world) config(baseURL string) web.Config {
	c := w.site
	c.BaseURL = baseURL
	return c
}
