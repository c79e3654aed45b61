package buynow_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/webstore/buynow"
)

func TestPaid(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	assert.Equal(t, object{"amount": "25.00", "currencyCode": "USD"}, v.cart["totalChargeAmount"])
	v.moveTo("AK")
	assert.Equal(t, object{"amount": "32.00", "currencyCode": "USD"}, v.cart["totalChargeAmount"])
	v.moveTo("WA")
	v.choose("express")
	assert.Equal(t, object{"amount": "29.00", "currencyCode": "USD"}, v.cart["totalChargeAmount"])
	assert.Equal(t, object{"status": "success"}, v.pay("express"))
	v.paidOnce("29.00 USD")
	c := v.stored(v.checkout)
	assert.Equal(t, "WA", c.ShippingAddress.StateOrRegion)
	assert.Equal(t, "express", c.DeliveryOptionID)
	assert.NotEmpty(t, c.Buyer.Name)
	assert.NotEmpty(t, c.PaymentDescriptor)
	assert.Equal(t, "en_US", c.Language)
	charge, err := v.client.GetCharge(t.Context(), c.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, v.checkout, charge.MerchantMetadata.MerchantReferenceID)

	// A repetition gets the same answer, and nothing happens.
	assert.Equal(t, object{"status": "success"}, v.complete())
	assert.Equal(t, object{"status": "error", "reasonCode": "CheckoutOver"}, v.post("onDeliveryOptionSelection", v.checkout, object{"deliveryOptions": []object{{"id": "standard"}}}))
	v.paidOnce("29.00 USD")
	assert.Len(t, v.told, 1)
	assert.Equal(t, buynow.StatusPaid, v.stored(v.checkout).Status)
}
