package ipn_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// Nothing that is not signed passes, whatever its form; what passes is what was signed.
func FuzzEnvelope(f *testing.F) {
	s := sharedSNS(f)
	v := newVerifier(f, s)
	genuine := s.Notify(charge, noon).JSON()
	f.Add(genuine)
	for _, forged := range s.Forgeries(charge, noon) {
		slow := forged.Name == "a certificate server that does not answer"
		if len(forged.Body) < 10_000 && !slow && forged.Header == ipntest.TypeNotification { // Verify sees no header
			f.Add(forged.Body)
		}
	}
	var signed ipntest.Message
	require.NoError(f, json.Unmarshal(genuine, &signed))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := v.Verify(t.Context(), body)
		if err != nil {
			require.Nil(t, n)
			return
		}
		require.Equal(t, signed.Message, string(n.Raw))
		require.Equal(t, signed.MessageID, n.MessageID)
	})
}

// Whatever a true message holds is read without a panic, and needs its three members.
func FuzzNotification(f *testing.F) {
	s := sharedSNS(f)
	v, err := ipn.NewVerifier(ipn.WithTopicAccounts(ipntest.Account), ipn.WithAnyMerchantID(), ipn.WithRoundTripper(s), ipn.WithClock(func() time.Time { return noon }))
	require.NoError(f, err)
	for _, text := range []string{
		s.Notify(charge, noon).Message, `{"MerchantID":"A","objectType":"B","OBJECTID":"C"}`, `{"MerchantID":"A","merchantid":"A"}`, `{}`, `[]`, `"x"`, "", "{\"a\":\"\\ud800\"}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := s.Notify(charge, noon)
		m.Message = text
		n, err := v.Verify(t.Context(), s.Sign(m).JSON())
		if err != nil {
			require.Nil(t, n)
			return
		}
		require.NotEmpty(t, n.MerchantID)
		require.NotEmpty(t, n.ObjectType)
		require.NotEmpty(t, n.ObjectID)
	})
}

// Nothing is fetched but a file of a certificate's name from SNS's own host in the region of the
// topic, whatever a message says.
func FuzzCertificateURL(f *testing.F) {
	s := sharedSNS(f)
	genuine := s.Notify(charge, noon)
	urls := s.ForgedCertificateURLs()
	for _, name := range slices.Sorted(maps.Keys(urls)) {
		f.Add(urls[name], ipntest.TopicARN)
	}
	f.Add(s.CertificateURL(), ipntest.TopicARN)
	f.Add("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-a.pem", "arn:aws-cn:sns:cn-north-1:123456789012:t")
	f.Add("https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-a.pem", "arn:aws:sns:s3-us-west-2:123456789012:t")
	f.Fuzz(func(t *testing.T, text, topic string) {
		_, known := ipn.NewVerifier(ipn.WithAnyTopicAccount(), ipn.WithAnyMerchantID(), ipn.WithKnownCertificateURLs(text))
		fetched := make(chan *http.Request, 10)
		v, err := ipn.NewVerifier(ipn.WithAnyTopicAccount(), ipn.WithAnyMerchantID(), ipn.WithClock(func() time.Time { return noon }),
			ipn.WithRoundTripper(roundTrip(func(r *http.Request) (*http.Response, error) {
				fetched <- r
				return s.RoundTrip(r)
			})))
		require.NoError(t, err)
		m := genuine
		m.TopicARN = topic
		m = s.Sign(m)
		m.SigningCertURL = text
		n, err := v.Verify(t.Context(), m.JSON())
		require.Equal(t, err == nil, n != nil)
		if err == nil {
			require.Equal(t, s.CertificateURL(), text)
		} else {
			require.Less(t, len(err.Error()), 2<<10)
		}
		close(fetched) // nothing comes after the answer
		for r := range fetched {
			require.NoError(t, known, "the option takes it too")
			require.Equal(t, text, r.URL.String())
			parts := strings.Split(topic, ":")
			require.Len(t, parts, 6)
			host := "sns." + parts[3] + ".amazonaws.com"
			require.Contains(t, []string{host, host + ".cn"}, r.URL.Host)
			require.Regexp(t, `^sns\.[a-z]{2}-[a-z-]+-[0-9]+\.amazonaws\.com(\.cn)?$`, r.URL.Host)
			require.Regexp(t, `^/SimpleNotificationService-[0-9A-Za-z]+\.pem$`, r.URL.EscapedPath())
			require.Equal(t, "https", r.URL.Scheme)
			require.Nil(t, r.URL.User)
			require.Empty(t, r.URL.RawQuery+r.URL.Fragment)
			require.False(t, r.URL.ForceQuery)
			require.Equal(t, http.MethodGet, r.Method)
		}
	})
}

// A confirmation goes to SNS's own host, and confirms the topic and the token of the message and
// nothing else.
func FuzzSubscribeURL(f *testing.F) {
	s := sharedSNS(f)
	genuine := s.Confirmation(ipntest.TypeSubscriptionConfirmation, noon)
	f.Add(genuine.SubscribeURL, genuine.Token)
	f.Add(genuine.SubscribeURL+"&Action=x", genuine.Token)
	f.Add(genuine.SubscribeURL+"&action=x&;", genuine.Token)
	f.Add(strings.Replace(genuine.SubscribeURL, "/?", "/\\@h/?", 1), genuine.Token)
	f.Add(strings.Replace(genuine.SubscribeURL, genuine.Token, "a+b%26Action=x", 1), "a b&Action=x")
	f.Add("http://169.254.169.254/?Action=ConfirmSubscription", "")
	f.Fuzz(func(t *testing.T, text, token string) {
		sent := &recording{to: s}
		h := newVerifier(t, sent, ipn.WithSubscriptionConfirmation()).Handler(func(context.Context, *ipn.Notification) error {
			return errors.New("it is no notification")
		})
		m := genuine
		m.SubscribeURL, m.Token = text, token
		status := post(t, h, m.Type, s.Sign(m).JSON())
		if status != http.StatusOK {
			require.LessOrEqual(t, len(sent.urls), 1, "the certificate alone: the network has what it is asked for")
			return
		}
		require.Equal(t, []string{s.CertificateURL(), text}, sent.urls)
		u, err := url.Parse(text)
		require.NoError(t, err)
		require.Equal(t, "https://sns.us-east-1.amazonaws.com/", strings.TrimSuffix(text, "?"+u.RawQuery))
		query, err := url.ParseQuery(u.RawQuery)
		require.NoError(t, err)
		require.Equal(t, []string{"ConfirmSubscription"}, query["Action"])
		require.Equal(t, []string{ipntest.TopicARN}, query["TopicArn"])
		require.Equal(t, []string{token}, query["Token"])
	})
}
