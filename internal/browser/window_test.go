package browser_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// The window shows what happens while it happens, and does what the service would do by itself.
func TestWindow(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	b := open(t, server)
	b.goTo(server.Description().WindowURL)
	b.heading("Amazon Pay emulator")
	assert.NotContains(t, b.location(), "token", "the token does not stay in the address")
	b.shows("#requests", "No request has arrived yet.")

	session := newSession(t, s)
	b.shows("#sessions", session+" Open 42.00 USD")
	b.shows("#requests", "CreateCheckoutSession 201 verified")
	require.NoError(t, server.NotifyAt(s.url+"/ipn")) // which the shop does not have
	b.act("sessions", session, "approve")
	b.shows("#sessions", session+" Open 42.00 USD approved by the buyer")
	done, err := s.webstore.CompleteCheckoutSession(t.Context(), session, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: s.price()},
		amazonpay.WithSimulationCode("AuthorizationInitiated"))
	require.NoError(t, err)
	b.shows("#charges", done.ChargeID+" AuthorizationInitiated 42.00 USD")
	b.shows("#permissions", done.ChargePermissionID+" NonChargeable (ChargeInProgress) 42.00 USD of 42.00 USD")

	b.run(chromedp.SetValue(chromedp.CSS("#charges select[data-key$='/decline/choice']"), "HardDeclined"))
	b.act("charges", done.ChargeID, "decline")
	b.shows("#charges", done.ChargeID+" Declined (HardDeclined)")
	b.shows("#permissions", "NonChargeable (PaymentMethodInvalid)")
	b.shows("#notifications", "Failed (status 404) CHARGE "+done.ChargeID)
	b.picture("14-window")
	b.named()

	at := server.Now()
	b.click("button[data-advance='4320h']")
	b.shows("#permissions", "Closed (Expired)")
	b.shows("#advanced", "(4320h0m0s ahead)")
	assert.InDelta(t, 180*24, server.Now().Sub(at).Hours(), 1)
	b.shows("#charges .history", "AuthorizationInitiated")
	b.shows("#charges .history", "Declined (HardDeclined)")

	b.run(chromedp.SetValue(chromedp.CSS("#fault-kind"), "status"), chromedp.SetValue(chromedp.CSS("#fault-operation"), "GetCharge"),
		chromedp.SetValue(chromedp.CSS("input[name=status]"), "404"))
	b.click("#fault-form button")
	b.shows("#faults", "GetCharge status 404 the next 1")
	_, err = s.webstore.GetCharge(t.Context(), done.ChargeID)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%v", err)
	b.shows("#faults", "None is switched on.")
	b.shows("#requests", "GetCharge 404 ResourceNotFound verified status 404")

	_, err = s.webstore.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID: s.emulator.Merchants[0].StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: s.url + "/result"},
		AddressDetails: &webstore.AddressDetails{
			Name: "Susie%20Smith", AddressLine1: "10%20Ditka%20Ave", City: "Chicago", StateOrRegion: "IL", PostalCode: "60602", CountryCode: "US",
			PhoneNumber: "800-555-0100",
		},
	})
	require.NoError(t, err)
	log := server.Requests()
	noted := "details[data-key='requests/" + log[len(log)-1].RequestID + "']"
	b.click(noted)
	b.shows(strings.ReplaceAll(noted, "'", `"`), "note The member addressDetails was percent-encoded, and decoded once.")

	b.run(chromedp.Evaluate[chromedp.Void]("window.confirm = () => true"))
	b.click("#reset")
	b.shows("#charges", "None yet.") // the session is older than 30 days, and gone already
	assert.Empty(t, server.Charges())
}

// A refused signature shows what was expected, the line that differs, and compares with what the
// developer's code has made.
func TestWindowExplainsSignatures(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	r, err := s.client.SignRequest(t.Context(), amazonpay.Operation{Name: "GetCharge", Method: http.MethodGet, Path: "charges/x"}, nil)
	require.NoError(t, err)
	r.URL.Path = strings.TrimSuffix(r.URL.Path, "x") + "y"
	res, err := server.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusForbidden, res.StatusCode)

	b := open(t, server)
	b.goTo(server.Description().WindowURL)
	b.shows("#requests", "GetCharge 403 InvalidRequestSignature not verified")
	b.press("#requests summary")
	b.shows("#requests pre", "/v2/charges/y")
	b.picture("15-window-refused")
	expected := server.Requests()[0].CanonicalRequest
	b.run(chromedp.SetValue(chromedp.CSS("#mine"), strings.Replace(expected, "charges/y", "charges/x", 1)))
	b.click("#compare")
	b.shows("#difference", `Line 2 differs: expected "/v2/charges/y", yours is "/v2/charges/x".`)
}

// Without the token there is no window.
func TestWindowIsClosedToOthers(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	b := open(t, server)
	b.goTo(server.Description().BaseURL + "/_emulator/")
	var shown string
	b.eval("document.documentElement.textContent", &shown)
	assert.Contains(t, shown, "Send the control token")
}

// newSession makes one on the server's side, without a button.
func newSession(t *testing.T, s *shop) string {
	t.Helper()
	session, err := s.webstore.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID: s.emulator.Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: s.url + "/review", CheckoutResultReturnURL: s.url + "/result",
		},
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: s.price(), CanHandlePendingAuthorization: new(true),
		},
	})
	require.NoError(t, err)
	return session.CheckoutSessionID
}

// shows waits until an element shows a text. White space counts as one blank.
func (b *tab) shows(selector, text string) {
	b.t.Helper()
	var shown string
	there := func() bool {
		var err error
		shown, err = chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.querySelector('"+selector+"')?.innerText ?? ''"))
		return err == nil && strings.Contains(strings.Join(strings.Fields(shown), " "), text)
	}
	for deadline := time.Now().Add(15 * time.Second); !there(); {
		require.True(b.t, time.Now().Before(deadline), "%s does not show %q but:\n%s", selector, text, shown)
	}
}

// act opens an object of the window and presses one of its buttons.
func (b *tab) act(kind, id, action string) {
	b.t.Helper()
	b.run(chromedp.Evaluate[chromedp.Void]("document.querySelector('details[data-key=\"" + kind + "/" + id + "\"]').open = true"))
	b.press("button[data-key='" + kind + "/" + id + "/" + action + "']")
}

// press clicks in one step, since the window replaces its elements when something changes.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.run(chromedp.Evaluate[chromedp.Void]("document.querySelector(`" + selector + "`).click()"))
}
