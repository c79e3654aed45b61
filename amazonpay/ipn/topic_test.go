package ipn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// The accounts that the package comment names, in the regions in which they were seen.
func TestKnownTopicAccounts(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	v, err := ipn.NewVerifier(ipn.WithTopicAccounts("291180941288", "598607868003"), ipn.WithMerchantIDs(merchantID), ipn.WithRoundTripper(s),
		ipn.WithClock(func() time.Time { return noon }))
	require.NoError(t, err)
	for account, regions := range map[string][]string{"291180941288": {"us-east-1", "eu-west-1", "us-west-2"}, "598607868003": {"us-east-1"}} {
		for _, region := range regions {
			m := s.Notify(charge, noon)
			m.TopicARN = "arn:aws:sns:" + region + ":" + account + ":A3BXB0YN3XH17HA1EXAMPLE"
			m.SigningCertURL = strings.Replace(m.SigningCertURL, ipntest.Region, region, 1)
			n, err := v.Verify(t.Context(), s.Sign(m).JSON())
			if region != ipntest.Region { // of which the stand-in has no certificate
				require.ErrorIs(t, err, ipn.ErrCertificateUnavailable, m.TopicARN)
				continue
			}
			require.NoError(t, err, m.TopicARN)
			assert.Equal(t, charge.ObjectID, n.ObjectID)
		}
	}
	_, err = v.Verify(t.Context(), s.Notify(charge, noon).JSON())
	require.ErrorIs(t, err, ipn.ErrTopic)
	require.ErrorContains(t, err, `"`+ipntest.TopicARN+`" belongs to an account that is not in WithTopicAccounts`)
}

// The error of each URL says what is wrong with it, and no URL that is refused is ever asked for.
func TestCertificateURLs(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	v := newVerifier(t, s)
	words := map[string]string{
		"http": "https", "a bucket named sns": "region", "a longer host": "host", "user info": "user information", "a trailing dot": "host",
		"an upper-case host": "host", "punycode": "host", "a port": "port", "the usual port": "port", "IPv6": "host", "an escaped host": "is not a URL",
		"another region": "another region", "China's domain": "another region", "a query": "query", "an empty query": "query", "a fragment": "fragment",
		"another path": "path", "an escaped path": "path", "up and down": "path", "a longer ending": "path",
	}
	for name, url := range s.ForgedCertificateURLs() {
		m := s.Notify(charge, noon)
		m.SigningCertURL = url
		_, err := v.Verify(t.Context(), m.JSON())
		require.ErrorIs(t, err, ipn.ErrCertificateURL, name)
		if word, listed := words[name]; listed {
			require.ErrorContains(t, err, word, name)
			delete(words, name)
		}
	}
	assert.Empty(t, words)
	assert.Zero(t, s.Fetches())
}
