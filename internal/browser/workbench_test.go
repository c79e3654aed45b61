package browser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
	b.eval("window.scrollTo(0, 0)", nil)
	b.picture("17-workbench-changed")
	require.Len(t, server.Charges(), 1)
	assert.Equal(t, "17.50 USD", server.Charges()[0].Captured)

	b.run(chromedp.SetValue(chromedp.CSS("textarea[name=body]"), "{"))
	b.click("#send")
	b.shows("#outcome", "400 Bad Request")
}

// TestWorkbenchButton makes a button, clicks it, and pays: the buyer's way leads from the workbench
// through the emulator's pages and back.
func TestWorkbenchButton(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	b := openWorkbench(t, server)
	payload := b.value("textarea[name=payload]", "webCheckoutDetails")
	b.run(chromedp.SetValue(chromedp.CSS("textarea[name=payload]"), strings.Replace(payload, "{", `{"merchantMetadata": {"merchantReferenceId": "Order-7"},`, 1)))
	b.click("#make")
	b.run(chromedp.WaitVisible(chromedp.CSS(button + "[data-signature=right]")))
	b.click("#copy-button [data-as=go]")
	b.shows("#button-code", `MerchantReferenceID: "Order-7"`)
	b.eval("window.scrollTo(0, 0)", nil)
	b.picture("18-workbench-button")
	b.click(button)
	b.heading("Sign in")
	b.click(goOn)
	b.heading("Review")
	b.click(goOn)

	b.heading("Workbench")
	assert.Contains(t, b.location(), "/_emulator/workbench?operation=UpdateCheckoutSession&amazonCheckoutSessionId=")
	b.shows("#line", "PATCH /v2/checkoutSessions/{id}")
	assert.Contains(t, b.location(), b.value("input[name=id]", "-"))
	b.click("#send")
	b.shows("#outcome", "200 OK")
	b.click("#answer a[href*='/checkout/']")
	b.heading("Approve the payment")
	b.click(approved)

	b.heading("Workbench")
	b.shows("#line", "POST /v2/checkoutSessions/{id}/complete")
	b.value("textarea[name=body]", "42.00")
	b.click("#send")
	b.shows("#outcome", "200 OK")
	b.shows("#answer", "made charge")
	require.Len(t, server.Charges(), 1)
	assert.Equal(t, "Authorized", server.Charges()[0].State)
	assert.Equal(t, "Order-7", server.Charges()[0].Reference)
}

// Each kind is drawn, and the emulator takes its payload. What cannot be drawn here says so.
func TestWorkbenchKinds(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	b := openWorkbench(t, server)
	for _, kind := range []string{"ProcessOrder", "Recurring", "SavedWallet", "SignIn", "SignInAndSetUp", "MultiAddress", "Donation"} {
		b.eval("document.getElementById('AmazonPayButton').textContent = ''", nil)
		b.choose("#kind", kind)
		b.run(chromedp.WaitVisible(chromedp.CSS(button + "[data-signature=right]")))
	}
	for kind, text := range map[string]string{"UpdateSavedWallet": "Change the payment method", "Upgrade": "Subscribe"} {
		b.choose("#kind", kind)
		b.shows("#AmazonPayButton", text)
	}
	b.choose("select[name=region]", "eu")
	b.shows("#drawn", "cannot draw a button of eu")
	b.value("textarea[name=payload]", "chargePermissionId")
	b.choose("select[name=region]", "na")
	b.choose("#kind", "OneTime")
	b.run(chromedp.WaitVisible(chromedp.CSS(button+"[data-signature=right]")), chromedp.SetValue(chromedp.CSS("textarea[name=payload]"), `{"storeId": "x"}`))
	b.click("#make")
	b.shows("#AmazonPayButton [role=alert]", "storeId is not a store of this merchant")
	b.run(chromedp.SetValue(chromedp.CSS("textarea[name=payload]"), `{`))
	b.click("#make")
	b.shows("#message", "the payload cannot be read")
}

// TestWorkbenchCopies copies a request in each language. A browser that refuses the clipboard shows
// the text to copy by hand.
func TestWorkbenchCopies(t *testing.T) {
	t.Parallel()
	b := openWorkbench(t, emulator.Start(t))
	b.eval("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }", nil)
	for as, text := range map[string]string{
		"go": "webstore.New(client).CreateCheckoutSession(ctx", "curl": "curl --cacert amazonpay-emulator.pem", "node": "client.createCheckoutSession(payload, headers)",
	} {
		b.click("#copy-request [data-as=" + as + "]")
		b.shows("#code", text)
		b.shows("#copied", "Copied.")
		var copied string
		b.eval("window.copied", &copied)
		assert.Contains(t, copied, text)
	}
	b.eval("window.scrollTo(0, 0)", nil)
	b.picture("19-workbench-code")
	b.eval("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))", nil)
	b.click("#copy-request [data-as=curl]")
	b.shows("#copied", "Copy it from here.")
}

// TestWorkbenchByKeyboard reaches and uses everything without a mouse.
func TestWorkbenchByKeyboard(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	b := openWorkbench(t, server)
	b.tabInto("operation")
	b.run(chromedp.KeyEvent("CreateRep"))
	b.shows("#line", "POST /v2/reports")
	b.tabInto("send")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.shows("#outcome", "201 Created")
	b.tabInto("answer")
	b.tabInto("copy-request")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.shows("#code", "webstore.New(client).CreateReport(ctx")
	for _, id := range []string{"code", "kind", "make", "AmazonPayButton", "copy-button"} {
		b.tabInto(id)
	}
	require.Len(t, server.Requests(), 1)
	assert.Equal(t, "CreateReport", server.Requests()[0].Operation)
}

// tabInto presses the tab key until the element with an id, or one inside of it, has the focus.
func (b *tab) tabInto(id string) {
	b.t.Helper()
	for range 60 {
		b.run(chromedp.KeyEvent(kb.Tab))
		var there bool
		b.eval("Boolean(document.activeElement.closest('#"+id+"'))", &there)
		if there {
			return
		}
	}
	require.Fail(b.t, "the tab key does not lead to "+id)
}
