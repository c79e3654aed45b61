package webstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

func TestRefundLimit(t *testing.T) {
	t.Parallel()
	price := func(amount, currency string) amazonpay.Price {
		return amazonpay.Price{Amount: amazonpay.Decimal(amount), CurrencyCode: amazonpay.CurrencyCode(currency)}
	}
	for _, row := range []struct{ captured, currency, limit string }{
		{"0.01", "USD", "0.01"},
		{"0.99", "USD", "1.13"},
		{"10", "EUR", "11.50"},
		{"100.00", "GBP", "115.00"},
		{"500", "USD", "575.00"},
		{"1000.00", "USD", "1075.00"},
		{"149925.00", "USD", "150000.00"},
		{"149999.99", "USD", "150000.00"},
		{"150000", "EUR", "150000.00"},
		{"1", "JPY", "1"},
		{"99", "JPY", "113"},
		{"10000", "JPY", "11500"},
		{"56000", "JPY", "64400"},
		{"56007", "JPY", "64407"},
		{"100000", "JPY", "108400"},
		{"100000.00", "JPY", "108400"},
		{"9991600", "JPY", "10000000"},
		{"9999999", "JPY", "10000000"},
		{"10000000", "JPY", "10000000"},
	} {
		got, err := webstore.RefundLimit(price(row.captured, row.currency))
		require.NoError(t, err)
		assert.Equal(t, price(row.limit, row.currency), got, row.captured)
	}
	for _, bad := range []amazonpay.Price{price("10", "CHF"), price("10", ""), price("ten", "USD"), price("1.005", "USD"), price("150000.01", "USD"), price("10.5", "JPY"), price("10000001", "JPY"), {}} {
		_, err := webstore.RefundLimit(bad)
		require.ErrorContains(t, err, "RefundLimit", "%v", bad)
	}

	left := func(captured, refunded amazonpay.Price) (amazonpay.Price, error) {
		return webstore.RefundableWithMargin(&webstore.Charge{ChargeAmount: price("200", "USD"), CaptureAmount: captured, RefundedAmount: refunded})
	}
	for _, row := range []struct {
		captured, refunded amazonpay.Price
		want               string
	}{
		{price("100", "USD"), amazonpay.Price{}, "115.00"},
		{price("100", "USD"), price("15.01", "USD"), "99.99"},
		{price("100", "USD"), price("115", "USD"), "0.00"},
		{price("100", "USD"), price("116", "USD"), "0.00"},
		{amazonpay.Price{}, amazonpay.Price{}, "0.00"},
	} {
		got, err := left(row.captured, row.refunded)
		require.NoError(t, err)
		assert.Equal(t, price(row.want, "USD"), got)
	}
	_, err := left(price("100", "USD"), price("1", "EUR"))
	require.Error(t, err)
	_, err = left(price("100", "USD"), price("x", "USD"))
	require.Error(t, err)
	_, err = webstore.RefundableWithMargin(nil)
	require.Error(t, err)

	for refunded, want := range map[amazonpay.Decimal]string{"": "100.00", "15.01": "84.99", "100": "0.00", "110": "0.00"} {
		charge := &webstore.Charge{CaptureAmount: price("100.00", "USD")}
		if refunded != "" {
			charge.RefundedAmount = price(string(refunded), "USD")
		}
		got, err := webstore.Unrefunded(charge)
		require.NoError(t, err)
		assert.Equal(t, price(want, "USD"), got)
	}
	_, err = webstore.Unrefunded(nil)
	require.ErrorContains(t, err, "Unrefunded: the charge is nil")
	crowns, err := webstore.Unrefunded(&webstore.Charge{CaptureAmount: price("100", "SEK")})
	require.NoError(t, err, "it needs no documented limit")
	assert.Equal(t, price("100", "SEK"), crowns)
	yen, err := webstore.RefundableWithMargin(&webstore.Charge{CaptureAmount: price("100000", "JPY"), RefundedAmount: price("8400", "JPY")})
	require.NoError(t, err)
	assert.Equal(t, price("100000", "JPY"), yen)

	// An amount that was not understood is not zero.
	for _, member := range []string{"captureAmount", "refundedAmount.amount"} {
		charge := &webstore.Charge{CaptureAmount: price("100.00", "USD")}
		charge.Meta = &amazonpay.Meta{Undecoded: []string{member}}
		_, err = webstore.Unrefunded(charge)
		require.ErrorContains(t, err, "Unrefunded: an amount of the charge was not understood")
		_, err = webstore.RefundableWithMargin(charge)
		require.ErrorContains(t, err, "RefundableWithMargin: an amount of the charge was not understood")
	}
}

// The emulator accepts exactly what the arithmetic allows.
func TestRefundableWithMarginIsWhatIsTaken(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentAuthorizeWithCapture), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	charge, err := shop.GetCharge(t.Context(), session.ChargeID)
	require.NoError(t, err)
	left, err := webstore.RefundableWithMargin(charge)
	require.NoError(t, err)
	assert.Equal(t, "23.00 USD", left.String())
	paid, err := webstore.Unrefunded(charge)
	require.NoError(t, err)
	assert.Equal(t, "20.00 USD", paid.String(), "a full refund gives back no margin")
	_, err = shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: session.ChargeID, RefundAmount: left})
	require.NoError(t, err)
	_, err = shop.CreateRefund(t.Context(), &webstore.CreateRefundRequest{ChargeID: session.ChargeID, RefundAmount: amazonpay.USD.Price("0.01")})
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeTransactionAmountExceeded), "%v", err)
}
