package button_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// The emulator accepts each kind of button, with both algorithms and all texts, as checkout.js
// posts it.
func TestEachKindAtTheEmulator(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t)
			config := emulatortest.Config(server)
			config.Algorithm = algorithm
			client, err := amazonpay.New(config, amazonpay.WithRoundTripper(server.RoundTripper()))
			require.NoError(t, err)
			merchant := server.Description().Merchants[0]
			m, err := button.New(button.Config{
				Client: client, MerchantID: merchant.MerchantID, StoreID: merchant.StoreID, ScriptURL: server.Description().BaseURL + "/checkout.js",
			})
			require.NoError(t, err)
			wallet := permission(t, server, client, webstore.CreateCheckoutSessionRequest{
				StoreID: merchant.StoreID, ChargePermissionType: webstore.ChargePermissionTypePaymentMethodOnFile,
				PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)},
				PaymentDetails:              &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm},
			}, webstore.CompleteCheckoutSessionRequest{})
			paid := permission(t, server, client, webstore.CreateCheckoutSessionRequest{StoreID: merchant.StoreID, PaymentDetails: order()},
				webstore.CompleteCheckoutSessionRequest{ChargeAmount: order().ChargeAmount})
			for name, row := range kinds() {
				switch p := row.payload.(type) {
				case button.UpdateSavedWallet:
					p.ChargePermissionID = wallet
					row.payload = p
				case button.Upgrade:
					p.ChargePermissionID = paid
					row.payload = p
				case button.OneTime:
					p.MerchantMetadata = &webstore.MerchantMetadata{CustomInformation: strings.Join(nasty, " ")}
					row.payload = p
				}
				b, err := m.Button(row.payload, cart)
				require.NoError(t, err, name)
				d := read(t, string(b.HTML("")))
				if d.call == "bindUpgradeAction" {
					answer := post(t, server, "/checkout/upgrade", d, merchant.MerchantID)
					body, err := io.ReadAll(answer.Body)
					require.NoError(t, err)
					assert.Equal(t, http.StatusSeeOther, answer.StatusCode, "%s: %s", name, body)
					continue
				}
				answer := post(t, server, "/checkout/check", d, d.config.MerchantID)
				var verdict struct {
					Wrong  any `json:"wrong"`
					Detail any `json:"detail"`
				}
				require.NoError(t, json.NewDecoder(answer.Body).Decode(&verdict))
				assert.Nil(t, verdict.Wrong, "%s: %v %v", name, verdict.Wrong, verdict.Detail)
			}
		})
	}
}

// post sends a button as checkout.js does.
func post(t *testing.T, server *emulator.Server, path string, d drawn, merchantID string) *http.Response {
	t.Helper()
	signed := d.signed()
	form := url.Values{
		"region": {server.Description().Region}, "merchantId": {merchantID}, "publicKeyId": {signed.PublicKeyID},
		"ledgerCurrency": {d.config.LedgerCurrency}, "sandbox": {"true"}, "productType": {string(d.config.ProductType)},
		"payloadJSON": {signed.PayloadJSON}, "signature": {signed.Signature}, "algorithm": {signed.Algorithm}, "upgradeAction": {d.config.UpgradeAction},
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Description().BaseURL+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := server.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// permission returns the charge permission of a completed checkout.
func permission(
	t *testing.T, server *emulator.Server, client *amazonpay.Client, in webstore.CreateCheckoutSessionRequest, done webstore.CompleteCheckoutSessionRequest,
) string {
	t.Helper()
	shop := webstore.New(client)
	in.WebCheckoutDetails = result()
	session, err := shop.CreateCheckoutSession(t.Context(), &in)
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(session.CheckoutSessionID))
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	session, err = shop.CompleteCheckoutSession(t.Context(), session.CheckoutSessionID, &done)
	require.NoError(t, err)
	return session.ChargePermissionID
}
