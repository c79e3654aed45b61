package ipn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// A message is handled once, and again where that failed.
func TestHandler(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	var handled []string
	var fails error
	h := newVerifier(t, s).Handler(func(_ context.Context, n *ipn.Notification) error {
		handled = append(handled, n.ObjectID)
		return fails
	})
	m := s.Notify(charge, noon)
	fails = errors.New("the database is away")
	assert.Equal(t, http.StatusInternalServerError, post(t, h, "Notification", m.JSON()))
	fails = nil
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", m.JSON()))
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", m.JSON()), "a duplicate")
	assert.Equal(t, http.StatusOK, post(t, h, "", m.JSON()), "a relay took the header away")
	assert.Len(t, handled, 2)
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", s.Notify(charge, noon).JSON()), "another message of the same object")
	assert.Len(t, handled, 3)

	// What the function returns decides nothing but that it failed.
	fails = fmt.Errorf("checking another: %w", ipn.ErrSignature)
	assert.Equal(t, http.StatusInternalServerError, post(t, h, "Notification", s.Notify(charge, noon).JSON()))
	_, refused := newVerifier(t, s).Verify(t.Context(), nil)
	fails = refused
	assert.Equal(t, http.StatusInternalServerError, post(t, h, "Notification", s.Notify(charge, noon).JSON()))

	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ipn", nil))
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	assert.Equal(t, "POST", w.Header().Get("Allow"))
}

// What was begun is given back, however the function ends.
func TestFunctionThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	exits := true
	h := newVerifier(t, s).Handler(func(context.Context, *ipn.Notification) error {
		if exits {
			runtime.Goexit()
		}
		return nil
	})
	m := s.Notify(charge, noon)
	var gone sync.WaitGroup
	gone.Go(func() { post(t, h, "Notification", m.JSON()) })
	gone.Wait()
	exits = false
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", m.JSON()))
}

// panicOfTheShop has a name that its stack shows.
func panicOfTheShop() { panic("nil map") }

// A panic of the function is said with its stack, whoever listens, and nothing else is where there
// is no logger.
func TestPanicOfTheFunction(t *testing.T) { //nolint:paralleltest // it changes slog's default
	var said bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	s := sharedSNS(t)
	var own bytes.Buffer
	for name, row := range map[string]struct {
		opts []ipn.Option
		to   *bytes.Buffer
	}{
		"no logger":  {nil, &said},
		"nil":        {[]ipn.Option{ipn.WithLogger(nil)}, &said},
		"the user's": {[]ipn.Option{ipn.WithLogger(slog.New(slog.NewTextHandler(&own, nil)))}, &own},
	} {
		said.Reset()
		h := newVerifier(t, s, row.opts...).Handler(func(context.Context, *ipn.Notification) error { panicOfTheShop(); return nil })
		assert.Equal(t, http.StatusBadRequest, post(t, h, "Notification", nil), name)
		assert.Empty(t, said.String(), name)
		row.to.Reset()
		assert.Equal(t, http.StatusInternalServerError, post(t, h, "Notification", s.Notify(charge, noon).JSON()), name)
		assert.Contains(t, row.to.String(), "level=ERROR", name)
		assert.Contains(t, row.to.String(), "nil map", name)
		assert.Contains(t, row.to.String(), "panicOfTheShop", name)
		assert.Equal(t, 1, strings.Count(row.to.String(), "level="), name)
		if row.to != &said {
			assert.Empty(t, said.String(), name)
		}
	}
}

func TestMessageComesAgainAfterAPanic(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	panics := true
	h := newVerifier(t, s, ipn.WithLogger(slog.New(slog.DiscardHandler))).Handler(func(context.Context, *ipn.Notification) error {
		if panics {
			panic("nil map")
		}
		return nil
	})
	m := s.Notify(charge, noon)
	assert.Equal(t, http.StatusInternalServerError, post(t, h, "Notification", m.JSON()))
	panics = false
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", m.JSON()))
}

// While a message is handled its twin waits for another time.
func TestTwins(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	entered, release := make(chan struct{}), make(chan struct{})
	h := newVerifier(t, s).Handler(func(context.Context, *ipn.Notification) error {
		close(entered)
		<-release
		return nil
	})
	m := s.Notify(charge, noon).JSON()
	first := make(chan int)
	go func() { first <- post(t, h, "Notification", m) }()
	<-entered
	assert.Equal(t, http.StatusServiceUnavailable, post(t, h, "Notification", m))
	close(release)
	assert.Equal(t, http.StatusOK, <-first)
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", m))
}

// What has become of a message is said even when who sent it has gone.
func TestTheSenderLeaves(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	d := &brokenDeduper{Deduper: ipn.NewMemoryDeduper(0)}
	ctx, leave := context.WithCancel(t.Context())
	v := newVerifier(t, s, ipn.WithDeduper(d))
	h := v.Handler(func(context.Context, *ipn.Notification) error { leave(); return nil })
	m := s.Notify(charge, noon)
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/ipn", bytes.NewReader(m.JSON()))
	h.ServeHTTP(httptest.NewRecorder(), r)
	progress, err := d.Begin(t.Context(), m.MessageID, "another")
	require.NoError(t, err)
	assert.Equal(t, ipn.ClaimStatusDone, progress)
}

func TestConfirmations(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	never := func(context.Context, *ipn.Notification) error { t.Error("it is no notification"); return nil }
	subscribe, unsubscribe := s.Confirmation(ipntest.TypeSubscriptionConfirmation, noon), s.Confirmation(ipntest.TypeUnsubscribeConfirmation, noon)

	closed := newVerifier(t, s).Handler(never)
	_, err := newVerifier(t, s).Verify(t.Context(), subscribe.JSON())
	require.ErrorIs(t, err, ipn.ErrConfirmation)
	for _, m := range []ipntest.Message{subscribe, unsubscribe} {
		assert.Equal(t, http.StatusForbidden, post(t, closed, m.Type, m.JSON()))
	}

	network := &recording{to: s}
	confirming := newVerifier(t, network, ipn.WithSubscriptionConfirmation()).Handler(never)
	assert.Equal(t, http.StatusOK, post(t, confirming, subscribe.Type, subscribe.JSON()))
	assert.Equal(t, []string{s.CertificateURL(), subscribe.SubscribeURL}, network.urls)
	assert.Equal(t, http.StatusForbidden, post(t, confirming, unsubscribe.Type, unsubscribe.JSON()))
	for name, change := range map[string]func(m *ipntest.Message){
		"another action": func(m *ipntest.Message) { m.SubscribeURL = strings.Replace(m.SubscribeURL, "ConfirmSub", "Sub", 1) },
		"two tokens":     func(m *ipntest.Message) { m.SubscribeURL += "&Token=" + m.Token },
		"two topics":     func(m *ipntest.Message) { m.SubscribeURL += "&TopicArn=" + ipntest.TopicARN },
		"two actions":    func(m *ipntest.Message) { m.SubscribeURL += "&Action=ConfirmSubscription" },
		"another topic": func(m *ipntest.Message) {
			m.SubscribeURL = strings.Replace(m.SubscribeURL, "amazon-pay-ipn", "other", 1)
		},
		"another token": func(m *ipntest.Message) { m.Token = "other" },
		"another host":  func(m *ipntest.Message) { m.SubscribeURL = strings.Replace(m.SubscribeURL, "sns.us", "sqs.us", 1) },
		"another region": func(m *ipntest.Message) {
			m.SubscribeURL = strings.Replace(m.SubscribeURL, "sns.us-east", "sns.us-west", 1)
		},
		"the metadata": func(m *ipntest.Message) { m.SubscribeURL = "http://169.254.169.254/?Action=ConfirmSubscription" },
		"user info": func(m *ipntest.Message) {
			m.SubscribeURL = strings.Replace(m.SubscribeURL, "https://", "https://a@", 1)
		},
		"another path":    func(m *ipntest.Message) { m.SubscribeURL = strings.Replace(m.SubscribeURL, "/?", "/x?", 1) },
		"a fragment":      func(m *ipntest.Message) { m.SubscribeURL += "#x" },
		"a bad query":     func(m *ipntest.Message) { m.SubscribeURL += "&%zz" },
		"no URL":          func(m *ipntest.Message) { m.SubscribeURL = "://" },
		"an unsigned URL": func(m *ipntest.Message) { m.SubscribeURL += "&x=1"; m.Signature = "AAAA" },
	} {
		m := subscribe
		m.MessageID = name // else it was confirmed already
		change(&m)
		if m.Signature != "AAAA" {
			m = s.Sign(m)
		}
		assert.Equal(t, http.StatusForbidden, post(t, confirming, m.Type, m.JSON()), name)
	}
	assert.Equal(t, http.StatusOK, post(t, confirming, subscribe.Type, subscribe.JSON()), "once more")
	assert.Len(t, network.urls, 2, "nothing else went out")

	// What Amazon does not confirm is sent again. The token stands in no log.
	for name, answer := range map[string]func(r *http.Request) (*http.Response, error){
		"a failure": func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") },
		"a redirect": func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusFound, Body: http.NoBody, Request: r}, nil
		},
	} {
		var log bytes.Buffer
		failing := roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/" {
				return answer(r)
			}
			return s.RoundTrip(r)
		})
		h := newVerifier(t, failing, ipn.WithSubscriptionConfirmation(), ipn.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))).Handler(never)
		assert.Equal(t, http.StatusInternalServerError, post(t, h, subscribe.Type, subscribe.JSON()), name)
		assert.Contains(t, log.String(), "cannot confirm the subscription", name)
		assert.NotContains(t, log.String(), subscribe.Token, name)
	}
}

// Thousands of messages at once, true and forged, twice each: every true one is handled once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	var mu sync.Mutex
	handled := map[string]int{}
	h := newVerifier(t, s).Handler(func(_ context.Context, n *ipn.Notification) error {
		mu.Lock()
		defer mu.Unlock()
		handled[n.MessageID]++
		return nil
	})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for range 25 {
				m := s.Notify(charge, noon)
				forged := m
				forged.MessageID = "forged"
				for range 2 {
					assert.Equal(t, http.StatusOK, post(t, h, m.Type, m.JSON()), worker)
					assert.Equal(t, http.StatusForbidden, post(t, h, m.Type, forged.JSON()), worker)
				}
			}
		})
	}
	wg.Wait()
	assert.Len(t, handled, 200)
	for id, n := range handled {
		assert.Equal(t, 1, n, id)
	}
	assert.Equal(t, 1, s.Fetches())
}
