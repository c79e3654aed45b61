package webstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Values with every field set, and their JSON.
var (
	payment = webstore.PaymentDetails{
		PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, CanHandlePendingAuthorization: new(false), ChargeAmount: usd("14.00"),
		TotalOrderAmount: usd("50.00"), SoftDescriptor: "Descriptor", PresentmentCurrency: amazonpay.EUR, AllowOvercharge: new(true),
		ExtendExpiration: new(false), EstimateOrderTotal: usd("60"),
	}

	paymentJSON = `{"paymentIntent":"AuthorizeWithCapture","canHandlePendingAuthorization":false,` +
		`"chargeAmount":{"amount":"14.00","currencyCode":"USD"},"totalOrderAmount":{"amount":"50.00","currencyCode":"USD"},` +
		`"softDescriptor":"Descriptor","presentmentCurrency":"EUR","allowOvercharge":true,"extendExpiration":false,` +
		`"estimateOrderTotal":{"amount":"60","currencyCode":"USD"}}`
)

// A total is at least its first charge, in the same currency. A frequency is a whole number.
func TestNumbersThatDoNotAgree(t *testing.T) {
	t.Parallel()
	ten, nine, euros := usd("10.00"), usd("9.99"), amazonpay.EUR.Price("20.00")
	for _, total := range []amazonpay.Price{nine, euros} {
		for _, in := range []any{
			&webstore.PaymentDetails{ChargeAmount: ten, TotalOrderAmount: total},
			&webstore.CompleteCheckoutSessionRequest{ChargeAmount: ten, TotalOrderAmount: total},
			&webstore.FinalizeCheckoutSessionRequest{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: ten, TotalOrderAmount: total},
		} {
			_, err := amazonpay.EncodeJSON(in)
			require.ErrorContains(t, err, "totalOrderAmount", "%T", in)
		}
	}
	for _, good := range []webstore.PaymentDetails{
		{ChargeAmount: ten, TotalOrderAmount: usd("10")}, {ChargeAmount: ten, TotalOrderAmount: usd("200000")}, {TotalOrderAmount: nine}, {ChargeAmount: ten},
	} {
		_, err := amazonpay.EncodeJSON(good)
		require.NoError(t, err)
	}
	for value, good := range map[amazonpay.Decimal]bool{"1": true, "0": true, "12": true, "": true, "1.5": false, "1.0": false, "-1": false, "one": false} {
		_, err := amazonpay.EncodeJSON(webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: value})
		assert.Equal(t, good, err == nil, "%s: %v", value, err)
	}
	for _, in := range []any{
		&webstore.CreateChargeRequest{ChargePermissionID: "S01", ChargeAmount: usd("150000.01")},
		&webstore.CaptureChargeRequest{CaptureAmount: usd("0")},
		&webstore.CreateRefundRequest{ChargeID: "S01", RefundAmount: amazonpay.JPY.Price("10000001")},
		&webstore.PaymentDetails{ChargeAmount: usd("0.00")},
		&webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("150000.01")},
	} {
		_, err := amazonpay.EncodeJSON(in)
		require.ErrorContains(t, err, "more than", "%T", in)
	}
}
