package webstore_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// Texts of a shop in Japan, which are within the limits in characters, and beyond them in bytes.
func TestReportedLengths(t *testing.T) {
	t.Parallel()
	var in webstore.FinalizeCheckoutSessionRequest
	var with webstore.UpdateChargePermissionRequest
	text := read(t, "reports/lengths-in-characters.json")
	require.NoError(t, json.Unmarshal(text, &in))
	require.NoError(t, json.Unmarshal(text, &with))
	in.PaymentIntent = webstore.PaymentIntentConfirm
	require.Len(t, in.ShippingAddress.Name, 57, "bytes")
	body, err := amazonpay.EncodeJSON(in)
	require.NoError(t, err)
	assert.Contains(t, string(body), "株式会社サンプルコーポレーション東日本")
	_, err = amazonpay.EncodeJSON(with.MerchantMetadata)
	require.NoError(t, err)
	with.MerchantMetadata.MerchantStoreName += strings.Repeat("店", 34)
	_, err = amazonpay.EncodeJSON(with.MerchantMetadata)
	requireRule(t, err, "merchantStoreName", "has 51 characters, more than 50")
}

// Japan without two of its prefectures and some postal codes was read as the whole of Japan.
func TestReportedExcept(t *testing.T) {
	t.Parallel()
	var in webstore.CreateCheckoutSessionRequest
	text := read(t, "reports/except.json")
	require.NoError(t, json.Unmarshal(text, &in))
	assert.Equal(t, map[string]webstore.Restriction{"JP": {Except: &webstore.Restriction{StatesOrRegions: []string{"北海道", "沖縄県"}, ZipCodes: []string{"123-*"}}}},
		in.DeliverySpecifications.AddressRestrictions.Restrictions)
	again, err := amazonpay.EncodeJSON(map[string]any{"deliverySpecifications": in.DeliverySpecifications})
	require.NoError(t, err)
	assert.JSONEq(t, string(text), string(again))
}

// Answers as shops have logged them. What has no field stays in the Raw.
func TestReportedAnswers(t *testing.T) {
	t.Parallel()
	permission, undecoded := decodeParts[webstore.ChargePermission](t, string(read(t, "reports/monthly-limits.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, &webstore.Limits{AmountLimit: amazonpay.Price{Amount: "100000", CurrencyCode: "JPY"}, AmountBalance: amazonpay.Price{Amount: "90000", CurrencyCode: "JPY"}}, permission.Limits)

	session, undecoded := decodeParts[webstore.CheckoutSession](t, string(read(t, "reports/members-of-buy-now.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, []webstore.DeliveryOption{{
		ID: "express", Price: dollars("20.00"), ShippingMethod: webstore.ShippingMethod{ShippingMethodName: "Express", ShippingMethodCode: "exp"}, IsDefault: true,
	}}, session.CartDetails.DeliveryOptions)
	assert.Equal(t, webstore.OrderTypePurchaseOrder, session.OrderType)
	assert.Equal(t, webstore.ChannelTypeWeb, session.ChannelType)
	assert.Equal(t, &webstore.WebCheckoutDetails{
		AuthorizeResultReturnURL: "https://a.example", SignInReturnURL: "https://b.example", SignInCancelURL: "https://c.example",
		CheckoutErrorURL: "https://d.example", SignInErrorURL: "https://e.example", AmazonPayDeclineURL: "https://f.example",
	}, session.WebCheckoutDetails)

	session, undecoded = decodeParts[webstore.CheckoutSession](t, string(read(t, "reports/session-completed.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, "S02-0000000-0000001-C000001", session.ChargeID)
	session, undecoded = decodeParts[webstore.CheckoutSession](t, string(read(t, "reports/session-open-with-buyer.json")))
	assert.Empty(t, undecoded)
	assert.Equal(t, "NEW ORLEANS", session.ShippingAddress.City)
}

// An empty text is not sent; the documented way clears it.
func TestReportedEmptyText(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	shop := clientQuickly(t, server)
	id := newApproved(t, shop, server, webstore.PaymentIntentConfirm)
	note := func(in *webstore.UpdateCheckoutSessionRequest, opts ...amazonpay.CallOption) string {
		session, err := shop.UpdateCheckoutSession(t.Context(), id, in, opts...)
		require.NoError(t, err)
		return session.MerchantMetadata.NoteToBuyer
	}
	assert.Equal(t, "thanks", note(&webstore.UpdateCheckoutSessionRequest{MerchantMetadata: &webstore.MerchantMetadata{NoteToBuyer: "thanks"}}))
	assert.Equal(t, "thanks", note(&webstore.UpdateCheckoutSessionRequest{MerchantMetadata: &webstore.MerchantMetadata{NoteToBuyer: ""}}))
	assert.Empty(t, note(&webstore.UpdateCheckoutSessionRequest{}, amazonpay.WithBodyField("merchantMetadata", map[string]string{"noteToBuyer": ""})))
}
