package button_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func TestSavedWallet(t *testing.T) {
	t.Parallel()
	setup := func(only *bool) *webstore.PaymentMethodOnFileMetadata {
		return &webstore.PaymentMethodOnFileMetadata{SetupOnly: only}
	}
	requireRefusals(t, map[string]refusal{
		"no metadata":               {button.SavedWallet{WebCheckoutDetails: result()}, "paymentMethodOnFileMetadata.setupOnly", []string{"required", "true", "false"}},
		"neither true nor false":    {button.SavedWallet{WebCheckoutDetails: result(), PaymentMethodOnFileMetadata: setup(nil)}, "paymentMethodOnFileMetadata.setupOnly", []string{"required"}},
		"set-up without result":     {button.SavedWallet{WebCheckoutDetails: review(), PaymentMethodOnFileMetadata: setup(new(true))}, "webCheckoutDetails.checkoutResultReturnUrl", []string{"required"}},
		"payment without review":    {button.SavedWallet{WebCheckoutDetails: result(), PaymentMethodOnFileMetadata: setup(new(false))}, "webCheckoutDetails.checkoutReviewReturnUrl", []string{"required"}},
		"set-up with another type":  {button.SavedWallet{WebCheckoutDetails: result(), PaymentMethodOnFileMetadata: setup(new(true)), ChargePermissionType: "Recurring"}, "chargePermissionType", []string{"PaymentMethodOnFile"}},
		"set-up that authorizes":    {button.SavedWallet{WebCheckoutDetails: result(), PaymentMethodOnFileMetadata: setup(new(true)), PaymentDetails: order()}, "paymentDetails.paymentIntent", []string{"Confirm"}},
		"set-up that takes payment": {button.SavedWallet{WebCheckoutDetails: result(), PaymentMethodOnFileMetadata: setup(new(true)), PaymentDetails: &webstore.PaymentDetails{ChargeAmount: amazonpay.USD.Price("1")}}, "paymentDetails.chargeAmount", []string{"setupOnly"}},
	})
}

func TestUpdateSavedWallet(t *testing.T) {
	t.Parallel()
	good := button.UpdateSavedWallet{WebCheckoutDetails: result(), ChargePermissionID: "B01-0000000-0000000"}
	requireRefusals(t, map[string]refusal{
		"no permission":  {button.UpdateSavedWallet{WebCheckoutDetails: result()}, "chargePermissionId", []string{"required"}},
		"no result page": {button.UpdateSavedWallet{ChargePermissionID: "B01"}, "webCheckoutDetails.checkoutResultReturnUrl", []string{"required"}},
		"a payment":      {button.UpdateSavedWallet{WebCheckoutDetails: result(), ChargePermissionID: "B01", PaymentDetails: order()}, "paymentDetails.paymentIntent", []string{"Confirm"}},
		"not only saved": {
			button.UpdateSavedWallet{WebCheckoutDetails: result(), ChargePermissionID: "B01", PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)}},
			"paymentMethodOnFileMetadata.setupOnly",
			[]string{"true"},
		},
	})
	_, err := newShop(t, inRegion(amazonpay.RegionJP)).Button(good, cart)
	requireField(t, err, "chargePermissionId", "no page", "SavedWallet")

	eu := newShop(t, inRegion(amazonpay.RegionEU))
	b, err := eu.Button(good, button.Options{Placement: button.PlacementOther, LedgerCurrency: amazonpay.LedgerCurrencyEUR, Language: button.LanguageDeDE})
	require.NoError(t, err)
	assert.Contains(t, b.HTML(""), `<button type="button" hidden>Zahlungsart &#228;ndern</button>`)
}
