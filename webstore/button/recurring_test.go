package button_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func TestRecurring(t *testing.T) {
	t.Parallel()
	with := func(m *webstore.RecurringMetadata) button.Recurring {
		return button.Recurring{WebCheckoutDetails: review(), RecurringMetadata: m}
	}
	every := func(unit webstore.FrequencyUnit, value amazonpay.Decimal) *webstore.RecurringMetadata {
		return &webstore.RecurringMetadata{Frequency: &webstore.Frequency{Unit: unit, Value: value}}
	}
	requireRefusals(t, map[string]refusal{
		"no metadata":    {with(nil), "recurringMetadata.frequency", []string{"required", "set"}},
		"no unit":        {with(every("", "1")), "recurringMetadata.frequency.unit", []string{"Variable"}},
		"no value":       {with(every(webstore.FrequencyUnitMonth, "")), "recurringMetadata.frequency.value", []string{"required"}},
		"half a month":   {with(every(webstore.FrequencyUnitMonth, "0.5")), "recurringMetadata.frequency.value", []string{"whole number"}},
		"no review page": {button.Recurring{RecurringMetadata: monthly()}, "webCheckoutDetails.checkoutReviewReturnUrl", []string{"required"}},
		"another type": {
			button.Recurring{WebCheckoutDetails: review(), RecurringMetadata: monthly(), ChargePermissionType: webstore.ChargePermissionTypeOneTime},
			"chargePermissionType",
			[]string{"Recurring"},
		},
	})
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	with := func(change func(*button.Upgrade)) button.Upgrade {
		p := button.Upgrade{WebCheckoutDetails: result(), ChargePermissionID: "S01-0000000-0000000", RecurringMetadata: monthly()}
		change(&p)
		return p
	}
	requireRefusals(t, map[string]refusal{
		"no result page":     {with(func(p *button.Upgrade) { p.WebCheckoutDetails = nil }), "webCheckoutDetails.checkoutResultReturnUrl", []string{"required"}},
		"no permission":      {with(func(p *button.Upgrade) { p.ChargePermissionID = "" }), "chargePermissionId", []string{"required", "session"}},
		"no frequency":       {with(func(p *button.Upgrade) { p.RecurringMetadata = nil }), "recurringMetadata.frequency", []string{"required"}},
		"another action":     {with(func(p *button.Upgrade) { p.Action = "upgrade" }), "Action", []string{"recurringUpgrade, recurringUpdate"}},
		"another merchant":   {with(func(p *button.Upgrade) { p.MerchantID = "A2" }), "merchantId", []string{"Config.MerchantID"}},
		"another currency":   {with(func(p *button.Upgrade) { p.LedgerCurrency = "EUR" }), "ledgerCurrency", []string{"Options.LedgerCurrency"}},
		"another product":    {with(func(p *button.Upgrade) { p.ProductType = webstore.ProductTypePayOnly }), "productType", []string{"Options.ProductType"}},
		"another language":   {with(func(p *button.Upgrade) { p.CheckoutLanguage = button.LanguageJaJP }), "checkoutLanguage", []string{"Options.Language"}},
		"a one-time upgrade": {with(func(p *button.Upgrade) { p.ChargePermissionType = webstore.ChargePermissionTypeOneTime }), "chargePermissionType", []string{"Recurring"}},
	})

	s := newShop(t)
	upgrade, err := s.Button(with(func(*button.Upgrade) {}), button.Options{ProductType: webstore.ProductTypePayOnly, Language: button.LanguageEnUS, Label: "Every month"})
	require.NoError(t, err, "no placement is required")
	assert.Contains(t, upgrade.Signed().PayloadJSON, `"productType":"PayOnly","checkoutLanguage":"en_US"`)
	assert.Contains(t, upgrade.HTML(""), `<button type="button" hidden>Every month</button>`)
	update, err := s.Button(with(func(p *button.Upgrade) { p.Action = button.UpgradeActionRecurringUpdate }), button.Options{
		ProductType: webstore.ProductTypePayOnly, Language: button.LanguageEnUS, Label: "Every month",
	})
	require.NoError(t, err)
	assert.Equal(t, "recurringUpdate", read(t, string(update.HTML(""))).config.UpgradeAction, "not the cached one with the same payload")
}
