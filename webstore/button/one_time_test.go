package button_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// refusal is a payload that is wrong: the member, and words of the rule.
type refusal struct {
	payload button.Payload
	field   string
	words   []string
}

func requireRefusals(t *testing.T, rows map[string]refusal) {
	t.Helper()
	s := newShop(t)
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Button(row.payload, cart)
			requireField(t, err, row.field, row.words...)
			require.Zero(t, s.key.signatures.Load(), "nothing is signed")
		})
	}
}

func TestOneTime(t *testing.T) {
	t.Parallel()
	with := func(change func(*button.OneTime)) button.OneTime {
		p := button.OneTime{WebCheckoutDetails: review()}
		change(&p)
		return p
	}
	pages := func(change func(*webstore.WebCheckoutDetails)) button.OneTime {
		return with(func(p *button.OneTime) { change(p.WebCheckoutDetails) })
	}
	requireRefusals(t, map[string]refusal{
		"no pages":        {button.OneTime{}, "webCheckoutDetails.checkoutReviewReturnUrl", []string{"required", "set"}},
		"no review page":  {button.OneTime{WebCheckoutDetails: result()}, "webCheckoutDetails.checkoutReviewReturnUrl", []string{"required"}},
		"a relative page": {pages(func(w *webstore.WebCheckoutDetails) { w.CheckoutReviewReturnURL = "/review" }), "webCheckoutDetails.checkoutReviewReturnUrl", []string{"absolute"}},
		"no host":         {pages(func(w *webstore.WebCheckoutDetails) { w.CheckoutReviewReturnURL = "https:///review" }), "webCheckoutDetails.checkoutReviewReturnUrl", []string{"absolute"}},
		"a script": {
			pages(func(w *webstore.WebCheckoutDetails) { w.CheckoutCancelURL = "javascript:alert(1)" }), "webCheckoutDetails.checkoutCancelUrl", []string{"absolute"},
		},
		"no URL": {pages(func(w *webstore.WebCheckoutDetails) { w.CheckoutResultReturnURL = "https://a b/\x00" }), "webCheckoutDetails.checkoutResultReturnUrl", []string{"absolute"}},
		"a long URL": {
			pages(func(w *webstore.WebCheckoutDetails) {
				w.CheckoutErrorURL = "https://shop.example/" + strings.Repeat("x", 512)
			}),
			"webCheckoutDetails.checkoutErrorUrl",
			[]string{"more than 512"},
		},
		"a page of a sign-in":    {pages(func(w *webstore.WebCheckoutDetails) { w.SignInReturnURL = "https://shop.example/" }), "webCheckoutDetails.signInReturnUrl", []string{"does not belong", "remove"}},
		"a page of the service":  {pages(func(w *webstore.WebCheckoutDetails) { w.AmazonPayRedirectURL = "https://shop.example/" }), "webCheckoutDetails.amazonPayRedirectUrl", []string{"does not belong"}},
		"ProcessOrder":           {pages(func(w *webstore.WebCheckoutDetails) { w.CheckoutMode = webstore.CheckoutModeProcessOrder }), "webCheckoutDetails.checkoutMode", []string{"use ProcessOrder"}},
		"a subscription":         {with(func(p *button.OneTime) { p.ChargePermissionType = webstore.ChargePermissionTypeRecurring }), "chargePermissionType", []string{"another kind"}},
		"a descriptor too early": {with(func(p *button.OneTime) { p.PaymentDetails = &webstore.PaymentDetails{SoftDescriptor: "SHOP"} }), "paymentDetails.softDescriptor", []string{"AuthorizeWithCapture"}},
		"an amount with 3 digits": {with(func(p *button.OneTime) {
			p.PaymentDetails = &webstore.PaymentDetails{ChargeAmount: amazonpay.USD.Price("1.001")}
		}), "paymentDetails.chargeAmount.amount", []string{"more decimals"}},
		"an unknown restriction": {
			with(func(p *button.OneTime) {
				p.DeliverySpecifications = &webstore.DeliverySpecifications{AddressRestrictions: &webstore.AddressRestrictions{Type: "allowed", Restrictions: map[string]webstore.Restriction{"US": {}}}}
			}), "deliverySpecifications.addressRestrictions.type", []string{"Allowed, NotAllowed"},
		},
		"a restriction to nowhere": {
			with(func(p *button.OneTime) {
				p.DeliverySpecifications = &webstore.DeliverySpecifications{AddressRestrictions: &webstore.AddressRestrictions{Type: webstore.AddressRestrictionTypeAllowed}}
			}), "deliverySpecifications.addressRestrictions.restrictions", []string{"at least one country"},
		},
		"invalid UTF-8": {with(func(p *button.OneTime) { p.MerchantMetadata = &webstore.MerchantMetadata{NoteToBuyer: "\xff"} }), "merchantMetadata.noteToBuyer", []string{"UTF-8"}},
		"a long note": {with(func(p *button.OneTime) {
			p.MerchantMetadata = &webstore.MerchantMetadata{NoteToBuyer: strings.Repeat("例", 256)}
		}), "merchantMetadata.noteToBuyer", []string{"more than 255"}},
		"MultiAddress without review page": {button.MultiAddress{WebCheckoutDetails: result()}, "webCheckoutDetails.checkoutReviewReturnUrl", []string{"required"}},
		"Donation without review page":     {button.Donation{}, "webCheckoutDetails.checkoutReviewReturnUrl", []string{"required"}},
	})

	none := newShop(t, func(_ *amazonpay.Config, b *button.Config) { b.StoreID = "" })
	for _, p := range []button.Payload{button.OneTime{WebCheckoutDetails: review()}, button.MultiAddress{WebCheckoutDetails: review()}, button.Donation{WebCheckoutDetails: review()}} {
		_, err := none.Button(p, cart)
		requireField(t, err, "storeId", "Config.StoreID")
	}
	_, err := none.Button(with(func(p *button.OneTime) {
		p.StoreID, p.ChargePermissionType = "amzn1.x", webstore.ChargePermissionTypeOneTime
	}), cart)
	require.NoError(t, err)
}
