package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/web"
)

// posts are all paths that change something.
var posts = []string{
	"/basket", "/basket/mug", "/checkout", "/checkout/address", "/orders/X/delivery", "/orders/X/pay", "/orders/X/end",
	"/account/forget", "/sign-out", "/language", "/admin/login", "/admin/logout", "/admin/orders/X/capture", "/admin/orders/X/refund",
	"/admin/orders/X/cancel", "/admin/orders/X/close", "/admin/orders/X/period", "/admin/orders/X/refresh", "/admin/orders/X/contest",
}

// Nothing is changed by a form of another site.
func TestForeignOrigin(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, headers := range map[string]http.Header{
		"a browser of today":               {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		"a page at another port":           {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://127.0.0.1:1"}},
		"an older browser":                 {"Origin": {"https://evil.example"}},
		"an older browser, without origin": {"Origin": {"null"}},
	} {
		v := w.visitor()
		v.add("mug", "1")
		for _, path := range posts {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+path, strings.NewReader("sku=kettle&quantity=1&password="+password))
			require.NoError(t, err)
			r.Header = headers.Clone()
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := v.client.Do(r)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusForbidden, res.StatusCode, "%s: %s", name, path)
		}
		basket := v.get("/basket").text()
		assert.Contains(t, basket, "Stoneware Mug", name)
		assert.NotContains(t, basket, "Gooseneck Kettle", name)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	first, second := v.get("/"), v.get("/nothing")
	for _, page := range []*answer{first, second} {
		policy := page.header.Get("Content-Security-Policy")
		nonce := regexp.MustCompile(`'nonce-([A-Z0-9]{26})'`).FindStringSubmatch(policy)
		require.NotNil(t, nonce, policy)
		assert.Contains(t, page.body, `nonce="`+nonce[1]+`"`)
		assert.NotContains(t, policy, "unsafe")
		for _, rule := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self' https://127.0.0.1:"} {
			assert.Contains(t, policy, rule)
		}
		assert.Equal(t, "nosniff", page.header.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-store", page.header.Get("Cache-Control"))
		assert.Equal(t, "same-origin-allow-popups", page.header.Get("Cross-Origin-Opener-Policy"))
	}
	assert.NotEqual(t, first.header.Get("Content-Security-Policy"), second.header.Get("Content-Security-Policy"), "a nonce is used once")
	assert.NotRegexp(t, `(src|href)="(https?:)?//`, first.body, "nothing comes from elsewhere")
	second.problem(404, "no-page")
}

// Amazon's pages are let in only if the script is Amazon's.
func TestPolicy(t *testing.T) {
	t.Parallel()
	amazon := web.Policy("https://static-eu.payments-amazon.com/checkout.js", "N")
	for _, rule := range []string{
		"script-src 'nonce-N' https://static-eu.payments-amazon.com;", "form-action 'self' https://static-eu.payments-amazon.com https://*.amazon.com",
		"img-src 'self' data: https://*.media-amazon.com",
	} {
		assert.Contains(t, amazon, rule)
	}
	assert.NotContains(t, web.Policy("http://127.0.0.1:8445/checkout.js", "N"), "amazon")
	assert.NotContains(t, web.Policy("https://payments-amazon.com.evil.example/checkout.js", "N"), "media-amazon")
}

// The shop answers at its own address alone.
func TestOtherHost(t *testing.T) {
	t.Parallel()
	w := open(t)
	ask := func(method, path string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, nil)
		require.NoError(t, err)
		r.Host = "evil.example"
		res, err := http.DefaultTransport.RoundTrip(r) //nolint:forbidigo // a test's own
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res
	}
	res := ask(http.MethodGet, "/products/mug?a=b")
	assert.Equal(t, http.StatusTemporaryRedirect, res.StatusCode)
	assert.Equal(t, w.url+"/products/mug?a=b", res.Header.Get("Location"))
	assert.Empty(t, res.Cookies())
	assert.Equal(t, http.StatusMisdirectedRequest, ask(http.MethodPost, "/basket").StatusCode)
	assert.Equal(t, http.StatusOK, ask(http.MethodGet, "/healthz").StatusCode, "a watcher may use another name")
}

func TestCookies(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	assert.Empty(t, v.get("/").header.Values("Set-Cookie"), "who only looks gets none")
	for base, want := range map[string]string{"https://shop.example": "__Host-visit=", w.url: "store-visit="} {
		site, err := web.New(w.config(base))
		require.NoError(t, err)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, base+"/basket", strings.NewReader("sku=mug&quantity=1"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res := httptest.NewRecorder()
		site.ServeHTTP(res, r)
		require.Equal(t, http.StatusSeeOther, res.Code)
		cookie := res.Header().Get("Set-Cookie")
		assert.True(t, strings.HasPrefix(cookie, want), cookie)
		assert.Contains(t, cookie, "; Path=/;")
		assert.Contains(t, cookie, "; HttpOnly")
		assert.Contains(t, cookie, "; SameSite=Lax")
		assert.Equal(t, strings.HasPrefix(base, "https"), strings.Contains(cookie, "; Secure"), cookie)
		assert.Equal(t, strings.HasPrefix(base, "https"), res.Header().Get("Strict-Transport-Security") != "")
		assert.NotContains(t, cookie, "Domain")
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, base := range []string{"", "shop.example", "ftp://shop.example", "https://shop.example/", "%"} {
		_, err := web.New(w.config(base))
		require.ErrorContains(t, err, "BaseURL", base)
	}
	c := w.config(w.url)
	c.AdminPassword = ""
	_, err := web.New(c)
	assert.ErrorContains(t, err, "AdminPassword")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	page := v.get("/healthz").is(200, "/healthz")
	assert.JSONEq(t, `{"process":"ok","database":"ok"}`, page.body)
	require.NoError(t, w.db.Close())
	page = v.get("/healthz")
	assert.Equal(t, http.StatusServiceUnavailable, page.status)
	assert.JSONEq(t, `{"process":"ok","database":"unavailable"}`, page.body)
	assert.NotContains(t, page.body, "sql", "the cause is for the log")
}

// A log line names no order, session or buyer.
func TestLog(t *testing.T) {
	t.Parallel()
	w := open(t)
	v := w.visitor()
	v.add("mug", "1")
	number := v.place("review")
	v.buy(number)
	v.get("/orders/" + number + "?password=geheim")
	log := w.log.String()
	assert.Contains(t, log, `"page":"GET /orders/{number}/result","status":303`)
	assert.NotContains(t, log, "amazonCheckoutSessionId")
	assert.NotContains(t, log, "geheim")
	for _, personal := range []string{"Susie", "susie", "Ditka", "800-555"} {
		assert.NotContains(t, log, personal)
	}
	for line := range strings.SplitSeq(log, "\n") {
		if strings.Contains(line, `"msg":"request"`) {
			assert.NotContains(t, line, number)
		}
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	for path, kind := range map[string]string{
		"/static/style.css": "text/css; charset=utf-8", "/static/store.js": "text/javascript; charset=utf-8", "/static/icon.svg": "image/svg+xml",
		"/pictures/mug.svg": "image/svg+xml",
	} {
		page := v.get(path)
		assert.Equal(t, 200, page.status, path)
		assert.Equal(t, kind, page.header.Get("Content-Type"), path)
		assert.Equal(t, "public, max-age=86400", page.header.Get("Cache-Control"))
	}
	for _, path := range []string{"/static/nothing.css", "/static/..%2fsite.go", "/pictures/nothing.svg", "/static/"} {
		assert.Equal(t, 404, v.get(path).status, path)
	}
}

// Bytes that are not text are an error of the visitor's: PostgreSQL takes neither NUL nor what
// is not UTF-8.
func TestBytesThatAreNotText(t *testing.T) {
	t.Parallel()
	w := open(t)
	v, admin := w.visitor(), w.logIn()
	v.add("kettle", "1")
	number := v.place("review")
	for _, odd := range []string{"%00", "%ff", "S%00", "%ed%a0%80"} {
		v.get("/orders/"+odd).problem(404, "no-page")
		v.get("/checkout/"+odd).problem(404, "no-page")
		admin.get("/admin/orders/"+odd).problem(404, "no-page")
		v.get(back("review", number, odd)).problem(400, "bad-form")
		v.get(back("result", number, odd)).problem(400, "bad-form")
	}
	for _, odd := range []string{"\x00", "\xff", "a\x00b"} {
		v.post("/orders/"+number+"/delivery", "session", odd, "delivery", "standard").problem(400, "bad-form")
		v.post("/checkout/address", "name", "Susie"+odd, "delivery", "standard").problem(400, "bad-form")
		admin.post("/admin/orders/"+number+"/cancel", "charge", odd).problem(400, "bad-form")
	}
	assert.NotContains(t, w.log.String(), `"level":"ERROR"`)
}
