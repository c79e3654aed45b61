package browser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// openWorkbench opens the workbench of an emulator, as a developer does: from the window.
func openWorkbench(t *testing.T, server *emulator.Server) *tab {
	t.Helper()
	b := open(t, server)
	b.goTo(server.Description().WindowURL)
	b.heading("Amazon Pay emulator")
	b.click("nav a[href='/_emulator/workbench']")
	b.heading("Workbench")
	b.shows("#line", "POST /v2/checkoutSessions")
	b.shows("#drawn", "Signed.")
	return b
}

// choose chooses an option of a select, as a person does.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.eval(`(() => { const s = document.querySelector("`+selector+`"); s.value = "`+value+`"; s.dispatchEvent(new Event('change', {bubbles: true})); })()`, nil)
}

// value waits for a control whose value contains a text, and returns the value.
func (b *tab) value(selector, text string) string {
	b.t.Helper()
	var now string
	require.Eventually(b.t, func() bool {
		b.eval(`document.querySelector("`+selector+`").value`, &now)
		return strings.Contains(now, text)
	}, 15*time.Second, 20*time.Millisecond, "%s does not have %q", selector, text)
	return now
}

// TestWorkbench chooses an operation, edits it, sends it, and sees what it changed.
func TestWorkbench(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	b := openWorkbench(t, server)
	b.named()
	b.picture("16-workbench-empty")

	body := b.value("textarea[name=body]", `"amount": "42.00"`)
	b.run(chromedp.SetValue(chromedp.CSS("textarea[name=body]"), strings.Replace(body, "42.00", "17.50", 1)))
	b.click("#send")
	b.shows("#outcome", "201 Created")
	b.shows("#answer", "made checkout session")
	session := server.Requests()[0]
	require.True(t, session.Verified)
	b.eval("document.querySelectorAll('#answer details').forEach(d => { d.open = true; })", nil)
	b.shows("#answer", "POST /v2/checkoutSessions")
	b.shows("#answer", session.PublicKeyID)
	var canonical string
	b.eval("document.querySelector('#answer details pre').textContent", &canonical)
	assert.Equal(t, session.CanonicalRequest, canonical)

	b.choose("#operation", "CompleteCheckoutSession")
	b.shows("#notes", "No checkout session is approved by the buyer.")
	b.click("#buyer button[data-do=approve]")
	b.value("#about", "-")
	b.shows("#about", "Open, approved by the buyer")
	b.value("textarea[name=body]", "17.50")
	b.click("#send")
	b.shows("#outcome", "200 OK")
	b.shows("#answer", "made charge")
	b.shows("#answer", "statusDetails.state Open Completed")
	b.choose("#operation", "CaptureCharge")
	b.value("textarea[name=body]", "17.50")
	b.click("#send")
	b.shows("#answer", "statusDetails.state Authorized Captured")
	b.picture("17-workbench-changed")
	require.Len(t, server.Charges(), 1)
	assert.Equal(t, "17.50 USD", server.Charges()[0].Captured)

	b.run(chromedp.SetValue(chromedp.CSS("textarea[name=body]"), "{"))
	b.click("#send")
	b.shows("#outcome", "400 Bad Request")
}
