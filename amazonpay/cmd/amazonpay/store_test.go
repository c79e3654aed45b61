package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browser is the buyer's browser in the example shop.
type browser struct {
	t    *testing.T
	http *http.Client
	shop string
}

// opens gets a page, or sends a form, and returns what the shop answered and where it leads.
func (b *browser) opens(path string, form url.Values) (page, to string) {
	b.t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.shop+path, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.shop)
	answer, err := b.http.Do(r)
	require.NoError(b.t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	require.Less(b.t, answer.StatusCode, 400, "%s: %s", path, body)
	return string(body), strings.TrimPrefix(answer.Header.Get("Location"), b.shop)
}

// A shop of examples/store is driven by the command line to an order that is paid, captured, partly
// refunded and disputed, while a browser walks through the shop's own pages.
func TestDrivesAShop(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	program := filepath.Join(p.folder, "store")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir, build.Env = "../../../examples/store", append(os.Environ(), "CGO_ENABLED=0")
	said, err := build.CombinedOutput()
	require.NoError(t, err, "%s", said)

	store := exec.CommandContext(t.Context(), program)
	store.Dir = p.folder
	store.Env = append(os.Environ(), "STORE_ADDR=127.0.0.1:0", "STORE_EMULATOR="+p.file, "STORE_DATABASE_URL=store.db", "STORE_ADMIN_PASSWORD=secret1234567")
	var shown screen
	store.Stdout, store.Stderr = &shown, &shown
	require.NoError(t, store.Start())
	defer func() { _, _ = store.Process.Kill(), store.Wait() }()
	shown.shows(t, "The shop is open: http://127.0.0.1:")
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	b := &browser{t: t, shop: regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(shown.String())}
	b.http = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	require.NoError(t, p.server.NotifyAt(b.shop+"/notifications"))

	b.opens("/basket", url.Values{"sku": {"mug"}, "quantity": {"1"}})
	_, checkout := b.opens("/checkout", url.Values{"kind": {"review"}, "sku": {"mug"}, "quantity": {"1"}})
	p.input, _ = b.opens(checkout, nil)
	session := text(t, p.gets("emulator", "click", "-"), "checkoutSessionId")
	order := "/orders/" + strings.TrimPrefix(checkout, "/checkout/")
	review, _ := b.opens(order+"/review?amazonCheckoutSessionId="+session, nil)
	amount := regexp.MustCompile(`name="amount" value="([0-9.]+)"`).FindStringSubmatch(review)
	require.NotNil(t, amount, review)
	b.opens(order+"/pay", url.Values{"session": {session}, "amount": {amount[1]}, "currency": {"USD"}})
	p.gets("emulator", "trigger", "session.approve", session)
	b.opens(order+"/result?amazonCheckoutSessionId="+session, nil)

	charge := text(t, p.gets("checkout-sessions", "get", session), "chargeId")
	p.gets("charges", "capture", charge, "-f", "captureAmount="+amount[1]+" USD")
	refund := text(t, p.gets("refunds", "create", "-f", "chargeId="+charge, "-f", "refundAmount=5.00 USD"), "refundId")
	p.gets("emulator", "trigger", "refund.refunded", refund)
	dispute := text(t, p.gets("emulator", "trigger", "charge.disputed", charge), "disputeId")

	b.opens("/admin/login", url.Values{"password": {"secret1234567"}})
	shows := func(path string, texts ...string) {
		t.Helper()
		var page string
		require.Eventually(t, func() bool {
			page, _ = b.opens(path, nil)
			for _, text := range texts {
				if !strings.Contains(page, text) {
					return false
				}
			}
			return true
		}, 10*time.Second, 50*time.Millisecond, "%v in %s", texts, page)
	}
	shows(order, "Paid", "Captured", "Refunded", "−$5.00")
	shows("/admin"+order, charge, refund, dispute)
	assert.Equal(t, "5.00", text(t, p.gets("charges", "get", charge), "refundedAmount.amount"))
}
