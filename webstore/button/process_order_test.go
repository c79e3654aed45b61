package button_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func TestProcessOrder(t *testing.T) {
	t.Parallel()
	with := func(change func(*button.ProcessOrder)) button.ProcessOrder {
		p := button.ProcessOrder{WebCheckoutDetails: result(), PaymentDetails: order()}
		change(&p)
		return p
	}
	onFile := func(setupOnly *bool) *webstore.PaymentMethodOnFileMetadata {
		return &webstore.PaymentMethodOnFileMetadata{SetupOnly: setupOnly}
	}
	requireRefusals(t, map[string]refusal{
		"no result page":   {with(func(p *button.ProcessOrder) { p.WebCheckoutDetails = nil }), "webCheckoutDetails.checkoutResultReturnUrl", []string{"required"}},
		"a review page":    {with(func(p *button.ProcessOrder) { p.WebCheckoutDetails.CheckoutReviewReturnURL = "https://shop.example/" }), "webCheckoutDetails.checkoutReviewReturnUrl", []string{"does not belong"}},
		"another mode":     {with(func(p *button.ProcessOrder) { p.WebCheckoutDetails.CheckoutMode = "Express" }), "webCheckoutDetails.checkoutMode", []string{"must be ProcessOrder"}},
		"no payment":       {with(func(p *button.ProcessOrder) { p.PaymentDetails = nil }), "paymentDetails.paymentIntent", []string{"required", "no review page"}},
		"no amount":        {with(func(p *button.ProcessOrder) { p.PaymentDetails.ChargeAmount = amazonpay.Price{} }), "paymentDetails.chargeAmount", []string{"required"}},
		"nothing to pay":   {with(func(p *button.ProcessOrder) { p.PaymentDetails.ChargeAmount = amazonpay.USD.Price("0.00") }), "paymentDetails.chargeAmount", []string{"zero"}},
		"too little total": {with(func(p *button.ProcessOrder) { p.PaymentDetails.TotalOrderAmount = amazonpay.USD.Price("1") }), "paymentDetails.totalOrderAmount", []string{"less than"}},
		"no frequency":     {with(func(p *button.ProcessOrder) { p.RecurringMetadata = &webstore.RecurringMetadata{} }), "recurringMetadata.frequency", []string{"required"}},
		"a type alone":     {with(func(p *button.ProcessOrder) { p.ChargePermissionType = webstore.ChargePermissionTypeRecurring }), "recurringMetadata.frequency", []string{"required"}},
		"another type":     {with(func(p *button.ProcessOrder) { p.ChargePermissionType = "Weekly" }), "chargePermissionType", []string{"leave it empty"}},
		"one-time and recurring": {
			with(func(p *button.ProcessOrder) {
				p.ChargePermissionType, p.RecurringMetadata = webstore.ChargePermissionTypeOneTime, monthly()
			}), "recurringMetadata", []string{"Recurring"},
		},
		"one-time and saved": {
			with(func(p *button.ProcessOrder) {
				p.ChargePermissionType, p.PaymentMethodOnFileMetadata = webstore.ChargePermissionTypeOneTime, onFile(new(false))
			}), "paymentMethodOnFileMetadata", []string{"PaymentMethodOnFile"},
		},
		"recurring and saved": {
			with(func(p *button.ProcessOrder) {
				p.RecurringMetadata, p.PaymentMethodOnFileMetadata = monthly(), onFile(new(false))
			}),
			"paymentMethodOnFileMetadata",
			[]string{"does not go with"},
		},
		"saved and recurring": {
			with(func(p *button.ProcessOrder) {
				p.ChargePermissionType, p.RecurringMetadata, p.PaymentMethodOnFileMetadata = webstore.ChargePermissionTypePaymentMethodOnFile, monthly(), onFile(new(false))
			}), "recurringMetadata", []string{"does not go with"},
		},
		"saved only":   {with(func(p *button.ProcessOrder) { p.PaymentMethodOnFileMetadata = onFile(new(true)) }), "paymentMethodOnFileMetadata.setupOnly", []string{"SavedWallet"}},
		"saved or not": {with(func(p *button.ProcessOrder) { p.PaymentMethodOnFileMetadata = onFile(nil) }), "paymentMethodOnFileMetadata.setupOnly", []string{"false"}},
		"half an address": {with(func(p *button.ProcessOrder) {
			p.AddressDetails = &webstore.AddressDetails{Name: "Susie", CountryCode: "US"}
		}), "addressDetails.city", []string{"required"}},
		"no store": {with(func(p *button.ProcessOrder) { p.StoreID = " " }), "storeId", []string{"required"}},
	})

	s := newShop(t)
	for _, row := range []struct {
		payload button.Payload
		product webstore.ProductType
		word    string
	}{
		{with(func(*button.ProcessOrder) {}), webstore.ProductTypePayAndShip, "without addressDetails nothing can be shipped"},
		{with(func(p *button.ProcessOrder) { p.AddressDetails = home() }), webstore.ProductTypePayOnly, "addressDetails say where to ship"},
	} {
		_, err := s.Button(row.payload, button.Options{Placement: button.PlacementCheckout, ProductType: row.product})
		requireField(t, err, "Options.ProductType", row.word)
	}
	_, err := s.Button(with(func(p *button.ProcessOrder) {
		p.AddressDetails, p.PaymentDetails.PaymentIntent, p.PaymentDetails.SoftDescriptor = home(), webstore.PaymentIntentAuthorizeWithCapture, "SHOP"
	}), button.Options{Placement: button.PlacementCheckout, ProductType: webstore.ProductTypePayAndShip})
	require.NoError(t, err)
}
