package ipn_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// place is where a certificate of another name would be.
func place(i int) string {
	return fmt.Sprintf("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-%032x.pem", i)
}

// Ten thousand forgeries at once, each with a certificate at another place, have ten fetched a minute, and a
// true message with a known certificate passes between them.
func TestStormOfForgeries(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	network := &counting{to: s}
	var clock atomic.Int64
	v := newVerifier(t, network, ipn.WithClock(func() time.Time { return noon.Add(time.Duration(clock.Load())) }))
	good := s.Notify(charge, noon)
	_, err := v.Verify(t.Context(), good.JSON())
	require.NoError(t, err)

	storm := func() {
		var wg sync.WaitGroup
		var next atomic.Int64
		for range 200 {
			wg.Go(func() {
				for i := next.Add(1); i <= 10_000; i = next.Add(1) {
					m := good
					m.SigningCertURL = place(int(i))
					_, err := v.Verify(t.Context(), m.JSON())
					assert.True(t, errors.Is(err, ipn.ErrCertificateUnavailable) && ipn.Temporary(err), "%v", err)
					if i%100 == 0 {
						_, err = v.Verify(t.Context(), good.JSON())
						assert.NoError(t, err)
					}
				}
			})
		}
		wg.Wait()
	}
	storm()
	assert.Equal(t, 1+10, network.count())
	clock.Store(int64(5 * time.Second))
	storm()
	assert.Equal(t, 1+10, network.count())
	clock.Store(int64(6 * time.Second))
	storm()
	assert.Equal(t, 1+11, network.count(), "one more each six seconds")
	clock.Store(int64(time.Hour))
	storm()
	assert.Equal(t, 1+21, network.count(), "ten at the most at once")
}

// Forgers who leave have no more fetched than those who stay.
func TestForgersWhoLeave(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	synctest.Test(t, func(t *testing.T) {
		network := &counting{to: roundTrip(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return s.RoundTrip(r)
		})}
		v := newVerifier(t, network)
		m := s.Notify(charge, noon)
		for i := range 200 {
			ctx, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
			m.SigningCertURL = place(i)
			_, err := v.Verify(ctx, m.JSON())
			require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
			leave()
		}
		time.Sleep(time.Minute) // for those that are under way
		assert.Equal(t, 10, network.count())
	})
}

// A certificate that was named is fetched in the middle of a storm, and no forged one with it.
func TestNamedCertificateInAStorm(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	network := &counting{to: s}
	v := newVerifier(t, network, ipn.WithCertificateURLs(s.CertificateURL()))
	good := s.Notify(charge, noon)
	for i := range 100 {
		m := good
		m.SigningCertURL = place(i)
		_, err := v.Verify(t.Context(), m.JSON())
		require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
	}
	_, err := newVerifier(t, s).Verify(t.Context(), good.JSON())
	require.NoError(t, err)
	_, err = v.Verify(t.Context(), good.JSON())
	require.NoError(t, err)
	assert.Equal(t, 11, network.count())
}

// One that does not answer keeps no other certificate waiting.
func TestSlowFetchDelaysNoOther(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, s)
		good := s.Notify(charge, noon)
		slow := good
		slow.SigningCertURL = strings.Replace(place(0), fmt.Sprintf("%032x", 0), "slow", 1)
		done := make(chan error)
		go func() { _, err := v.Verify(t.Context(), slow.JSON()); done <- err }()
		synctest.Wait()
		start := time.Now()
		_, err := v.Verify(t.Context(), good.JSON())
		require.NoError(t, err)
		assert.Zero(t, time.Since(start))
		require.ErrorIs(t, <-done, ipn.ErrCertificateUnavailable)
	})
}

// Requests for one certificate that is not there yet fetch it once between them; a failure is remembered for
// half a minute.
func TestOneFetchForAll(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	broken := errors.New("no network")
	var clock atomic.Int64
	var down atomic.Bool
	network := &counting{to: roundTrip(func(r *http.Request) (*http.Response, error) {
		if down.Load() {
			return nil, broken
		}
		return s.RoundTrip(r)
	})}
	v := newVerifier(t, network, ipn.WithClock(func() time.Time { return noon.Add(time.Duration(clock.Load())) }))
	body := s.Notify(charge, noon).JSON()
	together := func(check func(err error)) {
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				_, err := v.Verify(t.Context(), body)
				check(err)
			})
		}
		wg.Wait()
	}
	down.Store(true)
	together(func(err error) { assert.ErrorContains(t, err, "no network") })
	assert.Equal(t, 1, network.count())
	down.Store(false)
	clock.Store(int64(29 * time.Second))
	together(func(err error) { assert.ErrorIs(t, err, ipn.ErrCertificateUnavailable) })
	assert.Equal(t, 1, network.count())
	clock.Store(int64(30 * time.Second))
	together(func(err error) { assert.NoError(t, err) })
	assert.Equal(t, 2, network.count())
}

// A server that does not answer costs five seconds, once, and keeps nobody waiting whose certificate is known.
func TestSlowCertificateServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sharedSNS(t)
		v := newVerifier(t, s)
		good := s.Notify(charge, noon)
		_, err := v.Verify(t.Context(), good.JSON())
		require.NoError(t, err)
		slow := good
		slow.SigningCertURL = strings.Replace(place(0), fmt.Sprintf("%032x", 0), "slow", 1)
		start := time.Now()
		done := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := v.Verify(t.Context(), slow.JSON())
				done <- err
			}()
		}
		synctest.Wait()
		_, err = v.Verify(t.Context(), good.JSON())
		require.NoError(t, err)
		assert.Zero(t, time.Since(start))
		for range 2 {
			require.ErrorIs(t, <-done, ipn.ErrCertificateUnavailable)
		}
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
}

// Who leaves does not wait, and the fetch goes on for those who come after.
func TestTheCallerLeaves(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	arrived, answer := make(chan struct{}), make(chan struct{})
	network := &counting{to: roundTrip(func(r *http.Request) (*http.Response, error) {
		close(arrived)
		<-answer
		return s.RoundTrip(r)
	})}
	v := newVerifier(t, network)
	body := s.Notify(charge, noon).JSON()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 2)
	for range 2 {
		go func() { _, err := v.Verify(ctx, body); left <- err }()
	}
	<-arrived
	leave()
	for range 2 {
		err := <-left
		require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
		assert.True(t, ipn.Temporary(err))
	}
	close(answer)
	_, err := v.Verify(t.Context(), body)
	require.NoError(t, err)
	assert.Equal(t, 1, network.count())
}

// A certificate is kept until it expires.
func TestCertificateExpiresWhileKept(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	var at atomic.Int64
	at.Store(noon.Unix())
	v := newVerifier(t, s, ipn.WithMaxAge(200*365*24*time.Hour), ipn.WithClock(func() time.Time { return time.Unix(at.Load(), 0) }))
	body := s.Notify(charge, noon).JSON()
	_, err := v.Verify(t.Context(), body)
	require.NoError(t, err)
	at.Store(time.Date(2099, 1, 1, 0, 0, 1, 0, time.UTC).Unix())
	_, err = v.Verify(t.Context(), body)
	require.ErrorIs(t, err, ipn.ErrCertificate)
	require.ErrorContains(t, err, "expired")
	assert.Equal(t, 2, s.Fetches())
}

// Many good certificates are kept, and not without bound.
func TestKeptCertificatesAreBounded(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	network := &counting{to: file(s.CertificatePEM())}
	v := newVerifier(t, network)
	good := s.Notify(charge, noon)
	fetchAll := func(n int) {
		for i := range n {
			m := good
			m.SigningCertURL = place(i)
			_, err := v.Verify(t.Context(), m.JSON())
			require.NoError(t, err)
		}
	}
	fetchAll(64)
	fetchAll(64)
	assert.Equal(t, 64, network.count())
	fetchAll(100)
	assert.GreaterOrEqual(t, network.count(), 100)
}

// A network that panics ends nothing but the fetch.
func TestNetworkThatPanics(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	v := newVerifier(t, roundTrip(func(*http.Request) (*http.Response, error) { panic("nil map") }))
	_, err := v.Verify(t.Context(), s.Notify(charge, noon).JSON())
	require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
	require.ErrorContains(t, err, "panicked")
}

// The default network follows no redirect and sends no cookie; the one that is given is asked for nothing else.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	var asked []string
	target := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer target.Close()
	v := newVerifier(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Host = strings.TrimPrefix(target.URL, "https://")
		return target.Client().Transport.RoundTrip(r)
	}))
	_, err := v.Verify(t.Context(), s.Notify(charge, noon).JSON())
	require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
	require.ErrorContains(t, err, "302")
	assert.Len(t, asked, 1)
}
