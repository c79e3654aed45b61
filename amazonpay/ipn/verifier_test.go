package ipn_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

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

// Each forgery is refused for its own reason, and none has a certificate fetched but those whose
// certificate or signature is the question. SNS is to send again what our clock, network or options
// may have refused, and nothing else.
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

// A true message that comes while our clock is wrong is refused with a 5xx and accepted once the
// clock is right, also where a certificate has run out by the wrong clock. What is forged is
// refused for good, whatever the clock.
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

// Options that refuse what Amazon Pay truly sends lose nothing until they are mended; who forges
// gets no more than before.
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
		"a certificate's URL that is none": {topics, merchants, ipn.WithKnownCertificateURLs("https://evil.example/x.pem")},
		"no deduper":                       {topics, merchants, ipn.WithDeduper(nil)},
		"anybody's subscriptions": {
			ipn.WithAnyTopicAccount(), merchants, ipn.WithSubscriptionConfirmation(),
		},
	} {
		_, err := ipn.NewVerifier(opts...)
		require.ErrorContains(t, err, "ipn: ", name)
	}
	for want, opt := range map[string]ipn.Option{
		"ipn: NewVerifier: an option is nil":                        nil,
		"ipn: WithDeduper: the Deduper must not be nil":             ipn.WithDeduper(nil),
		"ipn: WithRoundTripper: the RoundTripper must not be nil":   ipn.WithRoundTripper(nil),
		"ipn: WithDeduper: the Deduper must not be nil ":            ipn.WithDeduper((*ipn.MemoryDeduper)(nil)),
		"ipn: WithRoundTripper: the RoundTripper must not be nil ":  ipn.WithRoundTripper((*http.Transport)(nil)),
		"ipn: WithRoundTripper: the RoundTripper must not be nil  ": ipn.WithRoundTripper(roundTrip(nil)),
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
