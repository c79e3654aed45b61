package ipntest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

func Example() {
	sns, err := ipntest.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	m := sns.Notify(ipntest.Notification{MerchantID: "A1EXAMPLE", ObjectType: "REFUND", ObjectID: "S01-0000000-0000000-R000000"}, time.Now())
	fmt.Println(m.Type, m.SignatureVersion, len(m.JSON()) > 500)
	// Output: Notification 1 true
}

// What goes out is as SNS has it: the names of the envelope, and those of the notification in it.
func TestForm(t *testing.T) {
	t.Parallel()
	s, err := ipntest.New()
	require.NoError(t, err)
	at := time.Date(2026, 11, 23, 12, 0, 0, 5e6, time.UTC)
	names := func(text []byte) (found []string) {
		var members map[string]string
		require.NoError(t, json.Unmarshal(text, &members))
		for name := range members {
			found = append(found, name)
		}
		return found
	}
	m := s.Notify(ipntest.Notification{MerchantID: "A", ObjectType: "CHARGE", ObjectID: "C", ChargePermissionID: "P"}, at)
	assert.ElementsMatch(t, []string{
		"Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL",
	}, names(m.JSON()))
	assert.ElementsMatch(t, []string{
		"MerchantID", "ObjectType", "ObjectId", "ChargePermissionId", "NotificationType", "NotificationId", "NotificationVersion",
	}, names([]byte(m.Message)))
	assert.Equal(t, "2026-11-23T12:00:00.005Z", m.Timestamp)
	assert.ElementsMatch(t, []string{
		"Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL",
	}, names(s.Confirmation(ipntest.TypeSubscriptionConfirmation, at).JSON()))
}

// The network has the certificates and confirmations of one host, and nothing else.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	s, err := ipntest.New()
	require.NoError(t, err)
	for url, status := range map[string]int{
		s.CertificateURL(): 200, s.ChainURL(): 200,
		s.Confirmation(ipntest.TypeSubscriptionConfirmation, time.Now()).SubscribeURL: 200,
		"https://sns.us-east-1.amazonaws.com/":                                        404,
		"https://evil.example/x.pem":                                                  404,
		"http" + s.CertificateURL()[len("https"):]:                                    404,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		res, err := s.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, status, res.StatusCode, url)
	}
	assert.Equal(t, 6, s.Fetches())
}
