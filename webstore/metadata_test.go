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
	merchant = webstore.MerchantMetadata{
		MerchantReferenceID: "order-1042", MerchantStoreName: "Example <shop>", NoteToBuyer: "Thank you", CustomInformation: "{}",
	}

	merchantJSON = `{"merchantReferenceId":"order-1042","merchantStoreName":"Example <shop>","noteToBuyer":"Thank you","customInformation":"{}"}`

	recurring = webstore.RecurringMetadata{
		Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitVariable, Value: "0"}, Amount: usd("30"),
	}

	recurringJSON = `{"frequency":{"unit":"Variable","value":"0"},"amount":{"amount":"30","currencyCode":"USD"}}`
)

var metadataRules = ruleSet{
	"merchantReferenceId": "256",
	"merchantStoreName":   "50",
	"noteToBuyer":         "255",
	"customInformation":   "4096",
}

// The emulator has the same limit.
func TestFrequencyIsShort(t *testing.T) {
	t.Parallel()
	for value, valid := range map[amazonpay.Decimal]bool{"": true, "0": true, "123456789": true, "1234567890": false, "1.5": false, "-1": false} {
		assert.Equal(t, valid, webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: value}.Validate() == nil, value)
	}
}

// An empty text is not sent. The documented way clears it.
func TestReportedEmptyText(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
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
