package ipn_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
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
	require.ErrorContains(t, err, `"`+ipntest.TopicARN+`" is of another account than those of WithTopicAccounts`)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	v := newVerifier(t, s)
	for _, objectType := range []ipn.ObjectType{ipn.ObjectTypeChargePermission, ipn.ObjectTypeCharge, ipn.ObjectTypeRefund, ipn.ObjectTypeChargeback, "SOMETHING_NEW"} {
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
			assert.Equal(t, ipn.NotificationTypeAttributeChange, n.NotificationType)
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

// Each forgery is refused for its own reason, and none has a certificate fetched but those whose certificate or signature is
// the question. SNS is to send again what our clock, network or options may have refused, and nothing else.
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
				mayFetch := slices.Contains([]string{"signature", "certificate", "unavailable", "time", "merchant"}, f.Kind)
				assert.Equal(t, mayFetch, network.count() > 0, "fetches")
				assert.LessOrEqual(t, network.count(), 1)
			})
		})
	}
}

// isTemporary reports whether a forgery might be a true message that may be accepted later.
func isTemporary(f ipntest.Forgery) bool {
	return slices.Contains([]string{"unavailable", "certificate", "time", "merchant"}, f.Kind)
}

// A true message that comes while our clock is wrong is refused with a 5xx and accepted once the clock is right, also where a
// certificate has run out by the wrong clock. What is forged is refused for good, whatever the clock.
func TestClockThatIsWrong(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	m := s.Notify(charge, noon)
	forged := m
	forged.MessageID = "another"
	for name, wrong := range map[string]time.Time{
		"sixteen days ahead": noon.AddDate(0, 0, 16), "an hour behind": noon.Add(-time.Hour),
		"past the certificate": noon.AddDate(100, 0, 0), "before the certificate": noon.AddDate(-50, 0, 0),
	} {
		at := wrong
		calls := 0
		h := newVerifier(t, s, ipn.WithClock(func() time.Time { return at })).
			Handler(func(context.Context, *ipn.Notification) error { calls++; return nil })
		assert.Equal(t, http.StatusServiceUnavailable, post(t, h, m.Type, m.JSON()), name)
		if !strings.Contains(name, "certificate") {
			assert.Equal(t, http.StatusForbidden, post(t, h, m.Type, forged.JSON()), name)
		}
		assert.Zero(t, calls, name)
		at = noon
		if wrong.Before(noon) {
			at = noon.Add(time.Minute) // failures are remembered for half a minute
		}
		assert.Equal(t, http.StatusOK, post(t, h, m.Type, m.JSON()), name)
		assert.Equal(t, http.StatusForbidden, post(t, h, m.Type, forged.JSON()), name)
		assert.Equal(t, 1, calls, name)
	}
}

// Options that refuse what Amazon Pay truly sends lose nothing until they are mended; who forges gets no more than before.
func TestOptionsThatAreWrong(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	m := s.Notify(charge, noon)
	for name, opt := range map[string]ipn.Option{"version 1": ipn.WithSHA256Only(), "no chain": ipn.WithChainRequired()} {
		h := newVerifier(t, s, opt).Handler(func(context.Context, *ipn.Notification) error { return nil })
		assert.Equal(t, http.StatusServiceUnavailable, post(t, h, m.Type, m.JSON()), name)
	}
	v, err := ipn.NewVerifier(ipn.WithTopicAccounts(ipntest.Account), ipn.WithMerchantIDs("A2NEW"), ipn.WithRoundTripper(s),
		ipn.WithClock(func() time.Time { return noon }))
	require.NoError(t, err)
	n, err := v.Verify(t.Context(), m.JSON())
	require.ErrorIs(t, err, ipn.ErrMerchant)
	assert.Nil(t, n)
	h := v.Handler(func(context.Context, *ipn.Notification) error { return nil })
	assert.Equal(t, http.StatusServiceUnavailable, post(t, h, m.Type, m.JSON()))
	m.Signature = s.Notify(charge, noon).Signature
	assert.Equal(t, http.StatusForbidden, post(t, h, m.Type, m.JSON()))
}

// certificateOf makes a certificate for SNS with a public key, under an issuer's name, signed by the issuer's key.
func certificateOf(t *testing.T, public crypto.PublicKey, issuerName string, issuer crypto.Signer) []byte {
	t.Helper()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, DNSNames: []string{"sns.amazonaws.com"},
		NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0),
	}
	parent := &x509.Certificate{Subject: pkix.Name{CommonName: issuerName}}
	der, err := x509.CreateCertificate(rand.Reader, leaf, parent, public, issuer)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// A certificate needs an RSA key of 2048 bits, and another issuer than itself: by the name, and by the signature.
func TestCertificateOfSNS(t *testing.T) {
	t.Parallel()
	key := func(bits int) *rsa.PrivateKey {
		made, err := rsa.GenerateKey(rand.Reader, bits)
		require.NoError(t, err)
		return made
	}
	issuer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	short, least := key(2047), key(2048)
	m := sharedSNS(t).Notify(charge, noon) // of another key
	for name, row := range map[string]struct {
		certificate []byte
		reason      error
		text        string
	}{
		"the least key":       {certificateOf(t, least.Public(), "CA", issuer), ipn.ErrSignature, "certificate's key"},
		"a bit less":          {certificateOf(t, short.Public(), "CA", issuer), ipn.ErrCertificate, "RSA key of at least 2048 bits"},
		"no RSA key":          {certificateOf(t, issuer.Public(), "CA", issuer), ipn.ErrCertificate, "RSA key of at least 2048 bits"},
		"its own issuer":      {certificateOf(t, least.Public(), "sns.amazonaws.com", issuer), ipn.ErrCertificate, "self-signed"},
		"its own signature":   {certificateOf(t, least.Public(), "CA", least), ipn.ErrCertificate, "self-signed"},
		"both of them":        {certificateOf(t, least.Public(), "sns.amazonaws.com", least), ipn.ErrCertificate, "self-signed"},
		"another's signature": {certificateOf(t, least.Public(), "CA", short), ipn.ErrSignature, "certificate's key"},
	} {
		_, err := newVerifier(t, file(row.certificate)).Verify(t.Context(), m.JSON())
		require.ErrorIs(t, err, row.reason, name)
		require.ErrorContains(t, err, row.text, name)
	}
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
	assert.True(t, ipn.Temporary(err))
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
		"anybody's subscriptions": {
			ipn.WithAnyTopicAccount(), merchants, ipn.WithSubscriptionConfirmation(),
		},
	} {
		_, err := ipn.NewVerifier(opts...)
		require.ErrorContains(t, err, "ipn: ", name)
	}
	for want, opt := range map[string]ipn.Option{
		"ipn: an option is nil":                            nil,
		"ipn: WithDeduper: the Deduper is nil":             ipn.WithDeduper(nil),
		"ipn: WithRoundTripper: the RoundTripper is nil":   ipn.WithRoundTripper(nil),
		"ipn: WithDeduper: the Deduper is nil ":            ipn.WithDeduper((*ipn.MemoryDeduper)(nil)),
		"ipn: WithRoundTripper: the RoundTripper is nil ":  ipn.WithRoundTripper((*http.Transport)(nil)),
		"ipn: WithRoundTripper: the RoundTripper is nil  ": ipn.WithRoundTripper(roundTrip(nil)),
	} {
		_, err := ipn.NewVerifier(topics, merchants, opt)
		require.EqualError(t, err, strings.TrimRight(want, " "))
	}
	_, err := ipn.NewVerifier(topics, merchants, ipn.WithLogger(nil))
	require.NoError(t, err)
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
