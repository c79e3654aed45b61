package browser_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// permission makes a charge permission without a browser.
func (s *shop) permission(t *testing.T, server *emulator.Server, kind webstore.ChargePermissionType) string {
	t.Helper()
	request := &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/"}, StoreID: s.emulator.Merchants[0].StoreID,
		ChargePermissionType: kind, PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: s.price()},
	}
	completion := &webstore.CompleteCheckoutSessionRequest{ChargeAmount: s.price()}
	if kind == webstore.ChargePermissionTypePaymentMethodOnFile {
		request.PaymentMethodOnFileMetadata = &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)}
		request.PaymentDetails.ChargeAmount, completion.ChargeAmount = amazonpay.Price{}, amazonpay.Price{}
	}
	made, err := s.webstore.CreateCheckoutSession(t.Context(), request)
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(made.CheckoutSessionID))
	done, err := s.webstore.CompleteCheckoutSession(t.Context(), made.CheckoutSessionID, completion)
	require.NoError(t, err)
	return done.ChargePermissionID
}

// completed completes the session with which the buyer came back, and returns its permission.
func (s *shop) completed(t *testing.T, b *tab) *webstore.ChargePermission {
	t.Helper()
	done, err := s.webstore.CompleteCheckoutSession(t.Context(), b.location()[len(b.location())-36:], &webstore.CompleteCheckoutSessionRequest{})
	require.NoError(t, err)
	permission, err := s.webstore.GetChargePermission(t.Context(), done.ChargePermissionID)
	require.NoError(t, err)
	return permission
}

// From an order to a subscription, and to other terms of it.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	b := open(t, server)
	permission := s.permission(t, server, webstore.ChargePermissionTypeOneTime)
	for _, row := range []struct{ action, unit, shown string }{
		{"recurringUpgrade", "Month", "30.00 USD, every month"}, {"recurringUpdate", "Year", "30.00 USD, every year"},
	} {
		signed := map[string]any{}
		config := s.config(t, map[string]any{
			"merchantId": s.emulator.Merchants[0].MerchantID, "storeId": s.emulator.Merchants[0].StoreID, "chargePermissionId": permission,
			"webCheckoutDetails": map[string]any{"checkoutResultReturnUrl": s.url + "/canceled"}, "merchantMetadata": map[string]any{"merchantStoreName": "The Example Shop"},
			"recurringMetadata": map[string]any{"frequency": map[string]any{"unit": row.unit, "value": "1"}, "amount": amazonpay.USD.Price("30")},
		})
		require.NoError(t, json.Unmarshal([]byte(js(t, config["createCheckoutSessionConfig"])), &signed))
		b.on(nil, s.emulator.ScriptURL, `<button id="up">Subscribe</button>`)
		b.eval("amazon.Pay.bindUpgradeAction('#up', "+js(t, with(signed, "upgradeAction", row.action))+")", nil)
		b.click("#up")
		b.heading("Sign in")
		b.click(goOn)
		b.heading("Agree to a recurring payment")
		assert.Contains(t, b.text("main"), row.shown)
		if row.action == "recurringUpgrade" {
			b.picture("18-upgrade")
			b.named()
		}
		b.click("input[name=card][value='4444']")
		b.click(goOn)
		b.heading("Canceled") // any page of the shop
		made := s.completed(t, b)
		assert.Equal(t, webstore.ChargePermissionTypeRecurring, made.ChargePermissionType)
		assert.Equal(t, row.unit, string(made.RecurringMetadata.Frequency.Unit))
		if row.action == "recurringUpdate" {
			assert.Equal(t, permission, made.ChargePermissionID)
		}
		permission = made.ChargePermissionID
	}
	assert.Empty(t, server.Charges())
}

// The hosted page on which a buyer changes a saved payment method, behind a button of the shop's.
func TestUpdateSavedWallet(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	s := newShop(t, server)
	b := open(t, server)
	permission := s.permission(t, server, webstore.ChargePermissionTypePaymentMethodOnFile)
	b.on(nil, s.emulator.ScriptURL, "")
	b.eval("amazon.Pay.initCheckout("+js(t, s.config(t, map[string]any{
		"storeId": s.emulator.Merchants[0].StoreID, "webCheckoutDetails": map[string]any{"checkoutResultReturnUrl": s.url + "/canceled"},
		"chargePermissionId": permission, "chargePermissionType": "PaymentMethodOnFile", "paymentMethodOnFileMetadata": map[string]any{"setupOnly": true},
		"paymentDetails": map[string]any{"paymentIntent": "Confirm"}, "merchantMetadata": map[string]any{"merchantStoreName": "The Example Shop"},
	}))+")", nil)
	b.heading("Sign in")
	b.click(goOn)
	b.heading("Change your saved payment method")
	b.picture("19-update-wallet")
	b.named()
	b.click("input[name=address][value='2']")
	b.click("input[name=card][value='0005']")
	b.click(goOn)
	b.heading("Canceled") // any page of the shop
	now := s.completed(t, b)
	assert.Equal(t, permission, now.ChargePermissionID)
	assert.Equal(t, "Toronto", now.ShippingAddress.City)
	assert.Contains(t, now.PaymentPreferences[0].PaymentDescriptor, "0005")
}
