package button_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// An amount is in the currency of the region, and in Europe in any that Amazon Pay knows.
func TestCurrencyOfTheRegion(t *testing.T) {
	t.Parallel()
	eur := amazonpay.EUR.Price("5.00")
	reviewed := &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"}
	paid := &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"}
	monthly := &webstore.RecurringMetadata{Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: "1"}, Amount: eur}
	charge := &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: eur}
	presented := &webstore.PaymentDetails{PresentmentCurrency: amazonpay.EUR}
	for member, payload := range map[string]button.Payload{
		"paymentDetails.presentmentCurrency":       button.OneTime{WebCheckoutDetails: reviewed, PaymentDetails: presented},
		"paymentDetails.chargeAmount.currencyCode": button.ProcessOrder{WebCheckoutDetails: paid, PaymentDetails: charge},
		"recurringMetadata.amount.currencyCode":    button.Recurring{WebCheckoutDetails: reviewed, RecurringMetadata: monthly},
	} {
		for region, refusal := range map[amazonpay.Region]string{"na": "must be USD", "jp": "must be JPY", "eu": ""} {
			f := newFake()
			f.region = region
			o := button.Options{Placement: button.PlacementCart}
			if region == amazonpay.RegionEU {
				o.LedgerCurrency = amazonpay.LedgerCurrencyGBP
			}
			_, err := makerOf(t, f).Button(payload, o)
			if refusal == "" {
				require.NoError(t, err, member)
				continue
			}
			require.ErrorContains(t, err, member+`: is "EUR"`)
			require.ErrorContains(t, err, refusal)
			require.Zero(t, f.calls.Load(), "nothing is signed")
		}
	}
	upgrade := button.Upgrade{WebCheckoutDetails: paid, ChargePermissionID: "S01-0000000-0000000", RecurringMetadata: monthly}
	_, err := makerOf(t, newFake()).Button(upgrade, button.Options{})
	require.ErrorContains(t, err, "recurringMetadata.amount.currencyCode")
}
