// Requests spelled as the official SDKs spell them.

package emulator_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// The four official SDKs, by hand.
func TestOfficialSDKs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		agent  string
		prefix string
		header http.Header
		form   form
	}{
		{
			name: "Node", agent: "amazon-pay-api-sdk-nodejs/2.3.4 (JS/20.20.2; linux)",
			header: http.Header{"X-Amz-Pay-Date": {noon.Format(time.RFC3339)}},
			form: form{
				algorithm: signing.PSSV1,
				names:     []string{"accept", "content-type", "user-agent", "x-amz-pay-date", "x-amz-pay-host", "X-Amz-Pay-Idempotency-Key", "x-amz-pay-region"},
			},
		},
		{
			name: "PHP", agent: "amazon-pay-api-sdk-php/2.7.2 (PHP/8.2; Linux/x86_64)",
			header: http.Header{
				"X-Amz-Pay-Host": {"127.0.0.1"}, "X-Amz-Pay-Sdk-Type": {"PHP"}, "X-Amz-Pay-Sdk-Version": {"2.7.2"},
				"X-Amz-Pay-Language-Version": {"8.2"}, "X-Amz-Pay-Integrator-Id": {"shop"},
			},
			form: form{
				algorithm: signing.PSSV1,
				names:     []string{"accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-idempotency-key", "x-amz-pay-region"},
			},
		},
		{
			name: "Java", agent: "amazon-pay-api-sdk-java/2.6.7 (Java/17; Linux/5.4)",
			header: http.Header{"X-Amz-Pay-Host": {"pay-api.amazon.com"}, "X-Amz-Pay-Region": {"NA"}, "X-Amz-Pay-Integrator-Id": {"a\tb"}},
			form: form{
				algorithm: signing.PSSV1,
				names:     []string{"accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-idempotency-key", "x-amz-pay-integrator-id", "x-amz-pay-region"},
				value:     func(s string) string { return strings.ReplaceAll(s, "\t", " ") },
			},
		},
		{
			name: ".NET", agent: "amazon-pay-api-sdk-dotnet/2.7.3.0(.NET/8)",
			header: http.Header{"X-Amz-Pay-Host": {"pay-api.amazon.com"}, "X-Amz-Pay-Integrator-Id": {"a   b"}},
			form: form{
				algorithm: signing.PSSV2,
				names:     []string{"accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-idempotency-key", "x-amz-pay-integrator-id", "x-amz-pay-region"},
				value:     func(s string) string { return strings.Join(strings.Fields(s), " ") },
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := emulator.Start(t, emulator.WithClock(newClock(noon).Now))
			c := newClient(t, s, 0)
			c.now, c.agent = newClock(noon).Now, tt.agent
			path := "/checkoutSessions"
			if tt.name == "Java" || tt.name == ".NET" {
				path += "/"
			}
			r, raw := c.request(http.MethodPost, path, object{
				"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(),
			})
			maps.Copy(r.Header, tt.header)
			a, err := c.send(c.handSign(r, raw, tt.form))
			require.NoError(t, err)
			a.must(t, 201)

			// The same, signed otherwise, is refused: leniency is no open door.
			r, raw = c.request(http.MethodPost, path, "{}")
			maps.Copy(r.Header, tt.header)
			a, err = c.send(c.handSign(r, append(raw, ' '), tt.form))
			require.NoError(t, err)
			a.refused(t, 403, "InvalidRequestSignature")
		})
	}
}

// .NET encodes what is encoded once more, in the signature alone.
func TestPathEncodedTwice(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	c.agent = "amazon-pay-api-sdk-dotnet/2.7.3.0(.NET/8)"
	r, raw := c.request(http.MethodGet, "/buyers/a%2Bb", nil)
	a, err := c.send(c.handSign(r, raw, form{path: "/v2/buyers/a%252Bb"}))
	require.NoError(t, err)
	a.refused(t, 404, "ResourceNotFound")
	assert.True(t, s.Requests()[0].Verified)
}

// Java repeats the name of a list, signing its values in order, and PHP numbers it. Operations see
// neither harm nor another's parameter.
func TestQueryLists(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	c.agent = "another/1"
	m := s.Description().Merchants[1]
	session := "/checkoutSessions/" + c.newSession("Confirm", "5")
	token := "/authorizationTokens/" + m.MWSAuthToken + "?merchantId=" + m.MerchantID
	tests := []struct{ path, signed string }{
		{session + "?types=b&types=a&created=1", "created=1&types=a&types=b"},
		{session + "?types.1=b&types.2=a&types.10=c", "types.1=b&types.10=c&types.2=a"},
		{token + "&types=b&types=a", "merchantId=" + m.MerchantID + "&types=a&types=b"},
		{token + "&types.1=b&types.2=a", "merchantId=" + m.MerchantID + "&types.1=b&types.2=a"},
		{token + "&merchantId=another", "merchantId=" + m.MerchantID + "&merchantId=another"},
	}
	for _, tt := range tests {
		r, raw := c.request(http.MethodGet, tt.path, nil)
		a, err := c.send(c.handSign(r, raw, form{query: tt.signed}))
		require.NoError(t, err)
		a.must(t, 200)
	}
	c.get("/authorizationTokens/"+m.MWSAuthToken+"?merchantId.1="+m.MerchantID).refused(t, 400, "MissingParameterValue")
	c.get(session+"?types=%zz").refused(t, 400, "InvalidRequest")
}
