package ipn_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

const merchantID = "A1EXAMPLE"

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	charge = ipntest.Notification{
		MerchantID: merchantID, ObjectType: "CHARGE", ObjectID: "S01-0000000-0000000-C000000", ChargePermissionID: "S01-0000000-0000000",
	}
	reasons = map[string]error{
		"type": ipn.ErrType, "topic": ipn.ErrTopic, "merchant": ipn.ErrMerchant, "time": ipn.ErrTimestamp, "version": ipn.ErrSignatureVersion,
		"url": ipn.ErrCertificateURL, "certificate": ipn.ErrCertificate, "unavailable": ipn.ErrCertificateUnavailable,
		"signature": ipn.ErrSignature, "notification": ipn.ErrNotification, "body": ipn.ErrMalformed,
	}
)

var stand = sync.OnceValues(ipntest.New)

// newSNS returns an SNS with a count of its own. All share the keys, which are slow to make.
func newSNS(tb testing.TB) *ipntest.SNS {
	tb.Helper()
	s, err := ipntest.New()
	require.NoError(tb, err)
	return s
}

// sharedSNS is for tests that do not count its fetches.
func sharedSNS(tb testing.TB) *ipntest.SNS {
	tb.Helper()
	s, err := stand()
	require.NoError(tb, err)
	return s
}

func newVerifier(tb testing.TB, network http.RoundTripper, opts ...ipn.Option) *ipn.Verifier {
	tb.Helper()
	v, err := ipn.NewVerifier(append([]ipn.Option{
		ipn.WithTopicAccounts(ipntest.Account), ipn.WithMerchantIDs(merchantID), ipn.WithRoundTripper(network),
		ipn.WithClock(func() time.Time { return noon }),
	}, opts...)...)
	require.NoError(tb, err)
	return v
}

func TestVerify(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	v := newVerifier(t, s)
	for _, objectType := range []ipn.ObjectType{ipn.ChargePermission, ipn.Charge, ipn.Refund, ipn.Chargeback, "SOMETHING_NEW"} {
		for _, version := range []string{"1", "2"} {
			sent := charge
			sent.ObjectType, sent.NotificationType = string(objectType), "ATTRIBUTE_CHANGE"
			m := s.Notify(sent, noon.Add(-time.Hour))
			m.SignatureVersion, m.Subject = version, "A subject"
			m = s.Sign(m)
			n, err := v.Verify(t.Context(), m.JSON())
			require.NoError(t, err)
			assert.Equal(t, objectType, n.ObjectType)
			assert.Equal(t, merchantID, n.MerchantID)
			assert.Equal(t, charge.ObjectID, n.ObjectID)
			assert.Equal(t, charge.ChargePermissionID, n.ChargePermissionID)
			assert.Equal(t, ipn.AttributeChange, n.NotificationType)
			assert.Len(t, n.NotificationID, 36)
			assert.Equal(t, "V2", n.Version)
			assert.Equal(t, m.MessageID, n.MessageID)
			assert.Equal(t, ipntest.TopicARN, n.TopicARN)
			assert.Equal(t, noon.Add(-time.Hour), n.Timestamp)
			assert.JSONEq(t, m.Message, string(n.Raw))
		}
	}
	assert.Equal(t, 1, s.Fetches(), "the certificate is kept")
}

// Names come in either case, in the envelope and in the notification.
func TestNamesInEitherCase(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	m := s.Notify(charge, noon)
	m.Message = strings.NewReplacer("MerchantID", "merchantID", "ObjectType", "objectType", "ObjectId", "objectId").Replace(m.Message)
	body := bytes.Replace(s.Sign(m).JSON(), []byte("SigningCertURL"), []byte("SigningCertUrl"), 1)
	n, err := newVerifier(t, s).Verify(t.Context(), body)
	require.NoError(t, err)
	assert.Equal(t, merchantID, n.MerchantID)
	assert.Equal(t, charge.ObjectID, n.ObjectID)
}

// Each forgery is refused for its own reason, and none but those about the certificate has it fetched.
func TestForgeries(t *testing.T) {
	t.Parallel()
	forgeries := sharedSNS(t).Forgeries(charge, noon)
	require.GreaterOrEqual(t, len(forgeries), 100)
	names := map[string]bool{}
	for _, f := range forgeries {
		require.False(t, names[f.Name], "two are %q", f.Name)
		names[f.Name] = true
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // one of the servers never answers
				network := &counting{to: sharedSNS(t)}
				called := false
				v := newVerifier(t, network, ipn.WithRootCAs(sharedSNS(t).RootCAs()))
				handler := v.Handler(func(context.Context, *ipn.Notification) error { called = true; return nil })

				want := reasons[f.Kind]
				if f.Name == "a megabyte" {
					want = ipn.ErrTooLarge
				}
				// Verify sees no header; a true confirmation is none of its notifications.
				if f.Header == ipntest.TypeNotification {
					_, err := v.Verify(t.Context(), f.Body)
					require.ErrorIs(t, err, want)
					for other, reason := range reasons {
						if !errors.Is(want, reason) {
							require.NotErrorIs(t, err, reason, other)
						}
					}
					assert.Equal(t, isTemporary(f), ipn.Temporary(err), err)
				}
				status := post(t, handler, f.Header, f.Body)
				assert.False(t, called)
				if isTemporary(f) {
					assert.Equal(t, http.StatusServiceUnavailable, status)
				} else {
					assert.GreaterOrEqual(t, status, 400)
					assert.Less(t, status, 500)
				}
				mayFetch := f.Kind == "signature" || f.Kind == "certificate" || f.Kind == "unavailable"
				assert.Equal(t, mayFetch, network.count() > 0, "fetches")
				assert.LessOrEqual(t, network.count(), 1)
			})
		})
	}
}

// isTemporary reports whether a forgery might be a true message that may be accepted later.
func isTemporary(f ipntest.Forgery) bool {
	return f.Kind == "unavailable" || slices.Contains([]string{"a certificate of the future", "a chain to no root that is trusted", "an hour ahead"}, f.Name)
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
	for name, url := range s.URLs() {
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

// The messages of testdata/openssl come from OpenSSL's command line.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	certificate, err := os.ReadFile(filepath.Join("testdata", "openssl", "sns.crt"))
	require.NoError(t, err)
	v := newVerifier(t, file(certificate), ipn.WithMaxAge(10*365*24*time.Hour),
		ipn.WithClock(func() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }))
	for _, version := range []string{"1", "2"} {
		body, err := os.ReadFile(filepath.Join("testdata", "openssl", "version"+version+".json"))
		require.NoError(t, err)
		n, err := v.Verify(t.Context(), body)
		require.NoError(t, err)
		assert.Equal(t, "S02-0000000-0000000-C000000", n.ObjectID)
		assert.Equal(t, "22222222-2222-4222-8222-22222222222"+version, n.MessageID)
		changed := bytes.Replace(body, []byte("C000000"), []byte("C000001"), 1)
		_, err = v.Verify(t.Context(), changed)
		require.ErrorIs(t, err, ipn.ErrSignature)
	}
}

func TestSHA256Only(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	v := newVerifier(t, s, ipn.WithSHA256Only())
	m := s.Notify(charge, noon)
	_, err := v.Verify(t.Context(), m.JSON())
	require.ErrorIs(t, err, ipn.ErrSignatureVersion)
	m.SignatureVersion = "2"
	_, err = v.Verify(t.Context(), s.Sign(m).JSON())
	require.NoError(t, err)
}

func TestChains(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	alone, chained := s.Notify(charge, noon), s.Notify(charge, noon)
	chained.SigningCertURL = s.ChainURL()
	for name, row := range map[string]struct {
		message ipntest.Message
		opts    []ipn.Option
		good    bool
	}{
		"alone":                                 {alone, nil, true},
		"alone, and a chain is demanded":        {alone, []ipn.Option{ipn.WithChainRequired(), ipn.WithRootCAs(s.RootCAs())}, false},
		"a chain":                               {chained, []ipn.Option{ipn.WithRootCAs(s.RootCAs())}, true},
		"a chain that is demanded":              {chained, []ipn.Option{ipn.WithChainRequired(), ipn.WithRootCAs(s.RootCAs())}, true},
		"a chain to a root that is not trusted": {chained, []ipn.Option{ipn.WithRootCAs(newSNS(t).RootCAs())}, false},
	} {
		_, err := newVerifier(t, s, row.opts...).Verify(t.Context(), row.message.JSON())
		if row.good {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorIs(t, err, ipn.ErrCertificate, name)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	for name, row := range map[string]struct {
		at   time.Time
		opts []ipn.Option
		good bool
	}{
		"fifteen days":           {noon.AddDate(0, 0, -15), nil, true},
		"a little more":          {noon.AddDate(0, 0, -15).Add(-time.Second), nil, false},
		"a quarter of an hour":   {noon.Add(15 * time.Minute), nil, true},
		"a little more ahead":    {noon.Add(15*time.Minute + time.Second), nil, false},
		"an hour, where allowed": {noon.Add(-time.Hour), []ipn.Option{ipn.WithMaxAge(time.Hour)}, true},
		"more than that":         {noon.Add(-time.Hour - time.Second), []ipn.Option{ipn.WithMaxAge(time.Hour)}, false},
	} {
		_, err := newVerifier(t, s, row.opts...).Verify(t.Context(), s.Notify(charge, row.at).JSON())
		if row.good {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorIs(t, err, ipn.ErrTimestamp, name)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	topics, merchants := ipn.WithTopicAccounts(ipntest.Account), ipn.WithMerchantIDs(merchantID)
	for name, opts := range map[string][]ipn.Option{
		"no topics":                        {merchants},
		"no merchants":                     {topics},
		"nothing":                          {},
		"a nil option":                     {topics, merchants, nil},
		"both topics":                      {topics, ipn.WithAnyTopicAccount(), merchants},
		"both merchants":                   {topics, merchants, ipn.WithAnyMerchantID()},
		"no account":                       {ipn.WithTopicAccounts(), merchants},
		"an account of letters":            {ipn.WithTopicAccounts("amazon"), merchants},
		"an empty merchant":                {topics, ipn.WithMerchantIDs("")},
		"an age of nothing":                {topics, merchants, ipn.WithMaxAge(0)},
		"no network":                       {topics, merchants, ipn.WithRoundTripper(nil)},
		"no clock":                         {topics, merchants, ipn.WithClock(nil)},
		"no roots":                         {topics, merchants, ipn.WithRootCAs(nil)},
		"a certificate's URL that is none": {topics, merchants, ipn.WithCertificateURLs("https://evil.example/x.pem")},
		"no deduper":                       {topics, merchants, ipn.WithDeduper(nil)},
		"no logger":                        {topics, merchants, ipn.WithLogger(nil)},
		"anybody's subscriptions": {
			ipn.WithAnyTopicAccount(), merchants, ipn.WithSubscriptionConfirmation(),
		},
	} {
		_, err := ipn.NewVerifier(opts...)
		require.ErrorContains(t, err, "ipn: ", name)
	}
	s := sharedSNS(t)
	open, err := ipn.NewVerifier(ipn.WithAnyTopicAccount(), ipn.WithAnyMerchantID(), ipn.WithRoundTripper(s))
	require.NoError(t, err)
	foreign := s.Notify(charge, time.Now())
	foreign.TopicARN = strings.Replace(foreign.TopicARN, ipntest.Account, "999999999999", 1)
	_, err = open.Verify(t.Context(), s.Sign(foreign).JSON())
	require.NoError(t, err)
}

// counting counts what goes out.
type counting struct {
	to http.RoundTripper
	mu sync.Mutex
	n  int
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.to.RoundTrip(r)
}

func (c *counting) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// roundTrip is a network of one function.
type roundTrip func(r *http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// file is a network that has one file everywhere.
func file(content []byte) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: readCloser(content), Request: r}, nil
	})
}
