package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

const callers = 64

// dialled counts dials, and the most at once.
type dialled struct{ all, now, most, mostCold atomic.Int32 }

// slowly has the dials of base take a time, by the bubble's clock, which begins with the first one, and counts them.
func slowly(base *http.Transport, takes time.Duration) *dialled {
	var d dialled
	start, dial := time.Now(), base.DialContext
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		d.all.Add(1)
		for now, most := d.now.Add(1), d.most.Load(); now > most && !d.most.CompareAndSwap(most, now); most = d.most.Load() {
		}
		if time.Since(start) < takes {
			d.mostCold.Store(d.most.Load())
		}
		time.Sleep(takes)
		d.now.Add(-1)
		return dial(ctx, network, address)
	}
	return &d
}

// atOnce makes a call for each caller at once, and returns how long they took by the bubble's clock.
func atOnce(t *testing.T, doer tested, url string) time.Duration {
	t.Helper()
	start := time.Now()
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			_, err := doer.Do(newRequest(t, http.MethodGet, url, ""))
			assert.NoError(t, err)
		})
	}
	group.Wait()
	took := time.Since(start)
	time.Sleep(time.Second) // dials that nobody waits for any more end too
	return took
}

func TestColdClientDoesNotDialForEachCaller(t *testing.T) {
	t.Parallel()
	identity, roots := newIdentity(t)
	synctest.Test(t, func(t *testing.T) {
		base := newSecurePipes(t, identity, func(http.ResponseWriter, *http.Request) { time.Sleep(30 * time.Millisecond) })
		base.TLSClientConfig = roots
		d := slowly(base, 100*time.Millisecond)
		took := atOnce(t, newDoer(t, transport.Config{Base: base}), secureURL)
		assert.EqualValues(t, 1, d.mostCold.Load(), "until the first connection is there")
		assert.LessOrEqual(t, d.most.Load(), int32(16))
		t.Logf("%d dials, %d at once at most, all done in %s", d.all.Load(), d.most.Load(), took)
		assert.Less(t, d.all.Load(), int32(callers), "those who wait take connections that have become free")
		assert.LessOrEqual(t, took, 400*time.Millisecond, "four rounds of dials at most")
	})
}

func TestCallersOfAColdClientShareAnHTTP2Connection(t *testing.T) {
	t.Parallel()
	identity, roots := newIdentity(t)
	identity.NextProtos = []string{"h2"}
	synctest.Test(t, func(t *testing.T) {
		base := newSecurePipes(t, identity, func(_ http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "HTTP/2.0", r.Proto)
			time.Sleep(30 * time.Millisecond)
		})
		base.TLSClientConfig = roots
		d := slowly(base, 100*time.Millisecond)
		took := atOnce(t, newDoer(t, transport.Config{Base: base}), secureURL)
		assert.EqualValues(t, 1, d.all.Load())
		assert.Equal(t, 130*time.Millisecond, took, "one dial, and all calls at once")
	})
}

// A network that does not answer keeps no call from trying for longer than half a second.
func TestNobodyWaitsLongForTheDialsOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int32
		base := transport.NewBase()
		base.Proxy = nil
		base.DialContext = func(context.Context, string, string) (net.Conn, error) {
			dials.Add(1)
			time.Sleep(5 * time.Second)
			return nil, errors.New("no route")
		}
		doer := newDoer(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}})
		for range callers {
			req := newRequest(t, http.MethodGet, "http://pay.invalid/", "")
			go func() { _, _ = doer.Do(req) }()
		}
		time.Sleep(499 * time.Millisecond)
		assert.EqualValues(t, 1, dials.Load())
		time.Sleep(2 * time.Millisecond)
		assert.EqualValues(t, callers, dials.Load())
		time.Sleep(time.Minute)
	})
}

// A first dial that hangs makes others wait until one of them has a connection, and no longer.
func TestTheFirstConnectionOpensTheGateWhoeverHasIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := newPipes(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
		var hung atomic.Bool
		dial := base.DialContext
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if !hung.Swap(true) {
				time.Sleep(time.Minute)
			}
			return dial(ctx, network, address)
		}
		doer := newDoer(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}})
		first := newRequest(t, http.MethodGet, "http://pay.invalid/", "")
		go func() { _, _ = doer.Do(first) }()
		synctest.Wait()
		for _, wait := range []time.Duration{500 * time.Millisecond, 0} {
			start := time.Now()
			_, err := doer.Do(newRequest(t, http.MethodGet, "http://pay.invalid/", ""))
			require.NoError(t, err)
			assert.Equal(t, wait, time.Since(start))
		}
		time.Sleep(2 * time.Minute)
	})
}

// A dial that failed gives its turn back, and so does a caller who left while he waited.
func TestTurnsAreGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		works := false
		base := newPipes(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
		dial := base.DialContext
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			time.Sleep(100 * time.Millisecond)
			if !works {
				return nil, errors.New("no route")
			}
			return dial(ctx, network, address)
		}
		doer := newDoer(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}})
		do := func(ctx context.Context) error {
			call := new(transport.Call)
			_, err := doer.Do(withCall(newRequest(t, http.MethodGet, "http://pay.invalid/", "").WithContext(ctx), call))
			assert.True(t, err == nil || call.Attempts[0].Unsent, "a call that has no connection is not sent")
			return err
		}
		for range 20 { // more than there are turns
			require.ErrorContains(t, do(t.Context()), "no route")
		}
		first := make(chan error)
		go func() { first <- do(t.Context()) }()
		synctest.Wait()
		start := time.Now()
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			require.ErrorIs(t, do(ctx), context.DeadlineExceeded)
			cancel()
		}
		assert.Equal(t, 20*time.Millisecond, time.Since(start), "a wait ends with the context")
		require.Error(t, <-first)
		works = true
		start = time.Now()
		require.NoError(t, do(t.Context()))
		assert.Equal(t, 100*time.Millisecond, time.Since(start), "nobody has to be waited for")
	})
}

// A dial that goes on after its call found another connection holds the turn of that call, however it ends.
func TestTurnsOfDialsThatFailUnseenAreGivenBack(t *testing.T) {
	t.Parallel()
	identity, roots := newIdentity(t)
	synctest.Test(t, func(t *testing.T) {
		base := newSecurePipes(t, identity, func(http.ResponseWriter, *http.Request) { time.Sleep(30 * time.Millisecond) })
		base.TLSClientConfig = roots
		var works atomic.Int32
		works.Store(1)
		dial := base.DialContext
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if works.Add(-1) < 0 {
				return nil, errors.New("no route")
			}
			return dial(ctx, network, address)
		}
		d := slowly(base, 100*time.Millisecond)
		doer := newDoer(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}})
		var served atomic.Int32
		for range 17 {
			req := newRequest(t, http.MethodGet, secureURL, "")
			go func() {
				if _, err := doer.Do(req); err == nil {
					served.Add(1)
				}
			}()
		}
		time.Sleep(time.Minute)
		require.Greater(t, served.Load(), int32(1), "some took the one connection while they dialled")
		require.Less(t, served.Load(), int32(17))
		base.CloseIdleConnections()
		works.Store(callers)
		d.most.Store(0)
		atOnce(t, doer, secureURL)
		assert.EqualValues(t, 16, d.most.Load())
	})
}

// A network that tells nothing of connections, as a tester's round tripper, has no gate.
func TestRoundTrippersOfOthersAreNotHeldUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			assert.NotNil(t, httptrace.ContextClientTrace(r.Context()))
			time.Sleep(time.Second)
			return newAnswer(http.StatusOK, "{}").Response, nil
		})
		assert.Equal(t, time.Second, atOnce(t, newDoer(t, transport.Config{Base: base}), testURL))
	})
}
