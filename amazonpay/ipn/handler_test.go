package ipn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

func readCloser(content []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(content)) }

// post sends a message as SNS does.
func post(t *testing.T, h http.Handler, kind string, body []byte) (status int) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/ipn", bytes.NewReader(body))
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	if kind != "" {
		r.Header.Set("X-Amz-Sns-Message-Type", kind)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

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

// A line end would let a true message come under two ids: what was signed stays the same when the subject moves into the
// member before it.
func TestNoTextMovesBetweenMembers(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	calls := 0
	h := newVerifier(t, s).Handler(func(context.Context, *ipn.Notification) error { calls++; return nil })
	m := s.Notify(charge, noon)
	m.Subject = "Amazon Pay"
	m = s.Sign(m)
	moved := m
	moved.Subject, moved.MessageID = "", m.MessageID+"\nSubject\nAmazon Pay"
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", m.JSON()))
	assert.Equal(t, http.StatusBadRequest, post(t, h, "Notification", moved.JSON()))
	assert.Equal(t, 1, calls)
}

// panicOfTheShop has a name that its stack shows.
func panicOfTheShop() { panic("nil map") }

// A panic of the function is said with its stack, whoever listens, and nothing else is where there is no logger.
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
	assert.Equal(t, ipn.ClaimStatusFinished, progress)
}

// brokenDeduper fails where it is told to, and with a context that has ended.
type brokenDeduper struct {
	ipn.Deduper

	begin, done, failed error
}

func (d *brokenDeduper) Begin(ctx context.Context, id string, claim ipn.Claim) (ipn.ClaimStatus, error) {
	if d.begin != nil {
		return 0, d.begin
	}
	return d.Deduper.Begin(ctx, id, claim)
}

func (d *brokenDeduper) Done(ctx context.Context, id string, claim ipn.Claim) error {
	if err := errors.Join(d.done, ctx.Err()); err != nil {
		return err
	}
	return d.Deduper.Done(ctx, id, claim)
}

func (d *brokenDeduper) Failed(ctx context.Context, id string, claim ipn.Claim) error {
	if err := errors.Join(d.failed, ctx.Err()); err != nil {
		return err
	}
	return d.Deduper.Failed(ctx, id, claim)
}

func TestDeduperThatFails(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	away := errors.New("the database is away")
	for name, row := range map[string]struct {
		deduper *brokenDeduper
		handler error
		calls   int
	}{
		"begin":  {&brokenDeduper{begin: away}, nil, 0},
		"done":   {&brokenDeduper{done: away}, nil, 1},
		"failed": {&brokenDeduper{failed: away}, errors.New("no"), 1},
	} {
		row.deduper.Deduper = ipn.NewMemoryDeduper(0)
		var log bytes.Buffer
		calls := 0
		h := newVerifier(t, s, ipn.WithDeduper(row.deduper), ipn.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))).
			Handler(func(context.Context, *ipn.Notification) error { calls++; return row.handler })
		assert.Equal(t, http.StatusInternalServerError, post(t, h, "Notification", s.Notify(charge, noon).JSON()), name)
		assert.Equal(t, row.calls, calls, name)
		assert.Contains(t, log.String(), "the database is away", name)
	}
}

func TestMemoryDeduperIsBounded(t *testing.T) {
	t.Parallel()
	d := ipn.NewMemoryDeduper(3)
	begin := func(id string) ipn.ClaimStatus {
		progress, err := d.Begin(t.Context(), id, "first")
		require.NoError(t, err)
		return progress
	}
	require.Equal(t, ipn.ClaimStatusBegun, begin("held"))
	for _, id := range []string{"1", "2", "3", "4"} {
		require.Equal(t, ipn.ClaimStatusBegun, begin(id))
		require.NoError(t, d.Done(t.Context(), id, "first"))
	}
	assert.Equal(t, ipn.ClaimStatusFinished, begin("4"))
	assert.Equal(t, ipn.ClaimStatusFinished, begin("2"))
	assert.Equal(t, ipn.ClaimStatusBegun, begin("1"), "forgotten, the oldest")
	assert.Equal(t, ipn.ClaimStatusInProgress, begin("held"), "never forgotten")
	require.NoError(t, d.Failed(t.Context(), "held", "first"))
	assert.Equal(t, ipn.ClaimStatusBegun, begin("held"))
}

// A claim that is over undoes nothing of the next one: a late Failed does not give the message away, and a late Done counts.
func TestMemoryDeduperLateEnds(t *testing.T) {
	t.Parallel()
	d := ipn.NewMemoryDeduper(0)
	begin := func(claim ipn.Claim, want ipn.ClaimStatus) {
		t.Helper()
		progress, err := d.Begin(t.Context(), "m", claim)
		require.NoError(t, err)
		require.Equal(t, want, progress)
	}
	require.NoError(t, d.Failed(t.Context(), "m", "")) // nobody has begun it
	begin("first", ipn.ClaimStatusBegun)
	require.NoError(t, d.Failed(t.Context(), "m", "first"))
	begin("second", ipn.ClaimStatusBegun)
	require.NoError(t, d.Failed(t.Context(), "m", "first")) // late
	begin("third", ipn.ClaimStatusInProgress)
	require.NoError(t, d.Failed(t.Context(), "m", "third")) // it was never begun under this claim
	begin("third", ipn.ClaimStatusInProgress)
	require.NoError(t, d.Done(t.Context(), "m", "first"))
	begin("third", ipn.ClaimStatusFinished)
	require.NoError(t, d.Failed(t.Context(), "m", "second"))
	begin("third", ipn.ClaimStatusFinished)
}

// recordingDeduper notes the claims.
type recordingDeduper struct {
	ipn.Deduper

	begun, ended []ipn.Claim
}

func (d *recordingDeduper) Begin(ctx context.Context, id string, claim ipn.Claim) (ipn.ClaimStatus, error) {
	d.begun = append(d.begun, claim)
	return d.Deduper.Begin(ctx, id, claim)
}

func (d *recordingDeduper) Done(ctx context.Context, id string, claim ipn.Claim) error {
	d.ended = append(d.ended, claim)
	return d.Deduper.Done(ctx, id, claim)
}

func (d *recordingDeduper) Failed(ctx context.Context, id string, claim ipn.Claim) error {
	d.ended = append(d.ended, claim)
	return d.Deduper.Failed(ctx, id, claim)
}

// Each delivery has a claim of its own, which ends what it began.
func TestClaims(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	d := &recordingDeduper{Deduper: ipn.NewMemoryDeduper(0)}
	fails := errors.New("no")
	h := newVerifier(t, s, ipn.WithDeduper(d)).Handler(func(context.Context, *ipn.Notification) error { return fails })
	m := s.Notify(charge, noon)
	require.Equal(t, http.StatusInternalServerError, post(t, h, m.Type, m.JSON()))
	fails = nil
	require.Equal(t, http.StatusOK, post(t, h, m.Type, m.JSON()))
	require.Len(t, d.begun, 2)
	assert.Equal(t, d.begun, d.ended)
	assert.NotEqual(t, d.begun[0], d.begun[1])
	for _, claim := range d.begun {
		assert.Regexp(t, "^[!-~]{16,64}$", string(claim))
	}
}

func TestConfirmations(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	never := func(context.Context, *ipn.Notification) error { t.Error("it is no notification"); return nil }
	subscribe, unsubscribe := s.Confirmation(ipntest.TypeSubscriptionConfirm, noon), s.Confirmation(ipntest.TypeUnsubscribeConfirmation, noon)

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
		assert.Contains(t, log.String(), "could not be confirmed", name)
		assert.NotContains(t, log.String(), subscribe.Token, name)
	}
}

// recording notes what goes out.
type recording struct {
	to   http.RoundTripper
	urls []string
}

func (r *recording) RoundTrip(req *http.Request) (*http.Response, error) {
	r.urls = append(r.urls, req.URL.String())
	return r.to.RoundTrip(req)
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
			for range 100 {
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
	assert.Len(t, handled, 800)
	for id, n := range handled {
		assert.Equal(t, 1, n, id)
	}
	assert.Equal(t, 1, s.Fetches())
}

// A body that never ends does not fill the memory, and one that breaks off may come again.
func TestBodies(t *testing.T) {
	t.Parallel()
	h := newVerifier(t, sharedSNS(t)).Handler(func(context.Context, *ipn.Notification) error { return nil })
	for name, row := range map[string]struct {
		body   io.Reader
		status int
	}{
		"endless":    {endless{}, http.StatusRequestEntityTooLarge},
		"broken off": {io.MultiReader(strings.NewReader("{"), broken{}), http.StatusServiceUnavailable},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ipn", row.body))
		assert.Equal(t, row.status, w.Code, name)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
