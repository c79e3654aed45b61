package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
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
	time.Sleep(time.Second) // dials that nobody waits for any more end too, as does the gate
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
		t.Logf("%d dials, %d at once at most, all done in %s", d.all.Load(), d.most.Load(), took)
		assert.EqualValues(t, 1, d.mostCold.Load(), "until the first connection is there")
		// A few more than 16, since a dial goes on when its call has found another connection.
		assert.LessOrEqual(t, d.most.Load(), int32(24))
		assert.LessOrEqual(t, d.all.Load(), int32(24), "those who wait take connections that have become free")
		assert.LessOrEqual(t, took, 400*time.Millisecond)
	})
}

// Slow calls do not keep the others from their turns.
func TestGateWidens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var arrived atomic.Int32
		base := newPipes(t, func(http.ResponseWriter, *http.Request) {
			arrived.Add(1)
			time.Sleep(5 * time.Second) // an authorization
		})
		doer := newDoer(t, transport.Config{Base: base})
		for range 100 {
			req := newRequest(t, http.MethodGet, "http://pay.invalid/", "")
			go func() { _, _ = doer.Do(req) }()
		}
		time.Sleep(time.Millisecond)
		for _, want := range []int32{17, 33, 49, 65, 100} {
			assert.Equal(t, want, arrived.Load())
			time.Sleep(250 * time.Millisecond)
		}
		time.Sleep(time.Minute)
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

// A network that does not answer keeps no call from trying for longer than a second, and later ones not at all.
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
		all := func() {
			for range callers {
				req := newRequest(t, http.MethodGet, "http://pay.invalid/", "")
				go func() { _, _ = doer.Do(req) }()
			}
			synctest.Wait()
		}
		all()
		time.Sleep(999 * time.Millisecond)
		assert.EqualValues(t, 1, dials.Load())
		time.Sleep(2 * time.Millisecond)
		assert.EqualValues(t, callers, dials.Load())
		all()
		assert.EqualValues(t, 2*callers, dials.Load())
		time.Sleep(time.Minute)
	})
}

// A dial that failed gives its turn back, and so does what panics. Whoever leaves while he waits sends nothing.
func TestTurnsAreGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no route")
		base := newPipes(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
		dial := base.DialContext
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			time.Sleep(10 * time.Millisecond)
			if broken != nil {
				return nil, broken
			}
			return dial(ctx, network, address)
		}
		panics := false
		base.Proxy = func(*http.Request) (*url.URL, error) {
			if panics {
				panic("a proxy's function")
			}
			return nil, nil //nolint:nilnil // No proxy.
		}
		doer := newDoer(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}})
		do := func(ctx context.Context) error {
			call := new(transport.Call)
			_, err := doer.Do(withCall(newRequest(t, http.MethodGet, "http://pay.invalid/", "").WithContext(ctx), call))
			assert.True(t, err == nil || call.Attempts[0].Unsent, "a call that has no connection is not sent")
			return err
		}
		for range 20 { // more than there are turns
			require.ErrorIs(t, do(t.Context()), broken)
		}
		panics = true
		assert.Panics(t, func() { _ = do(t.Context()) })
		panics = false
		start := time.Now()
		require.ErrorIs(t, do(t.Context()), broken)
		assert.Equal(t, 10*time.Millisecond, time.Since(start), "the turn of the one that panicked is there")

		first := make(chan error)
		go func() { first <- do(t.Context()) }()
		synctest.Wait()
		start = time.Now()
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			require.ErrorIs(t, do(ctx), context.DeadlineExceeded)
			cancel()
		}
		assert.Equal(t, 5*time.Millisecond, time.Since(start), "a wait ends with the context")
		require.Error(t, <-first)
		broken = nil
		start = time.Now()
		require.NoError(t, do(t.Context()))
		assert.Equal(t, 10*time.Millisecond, time.Since(start), "nobody has to be waited for")
	})
}

// wrapped is a base of which nothing is known.
type wrapped struct{ http.RoundTripper }

// Once there are connections nobody waits at the gate, however few net/http keeps.
func TestWarmClientHasNoGate(t *testing.T) {
	t.Parallel()
	identity, roots := newIdentity(t)
	for name, set := range map[string]func(*http.Transport){
		"as NewBase has it":        func(*http.Transport) {},
		"net/http's own two idle":  func(b *http.Transport) { b.MaxIdleConnsPerHost = 0 },
		"MaxConnsPerHost":          func(b *http.Transport) { b.MaxConnsPerHost = 4 },
		"connections are not kept": func(b *http.Transport) { b.DisableKeepAlives = true },
		"a protocol without traces": func(b *http.Transport) {
			inner := &http.Transport{DialContext: b.DialContext, TLSClientConfig: b.TLSClientConfig, IdleConnTimeout: time.Minute}
			b.ForceAttemptHTTP2 = false // it would be a second one for https
			b.RegisterProtocol("https", wrapped{inner})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			took := make(map[bool]time.Duration) // with and without a gate
			for _, gate := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					base := newSecurePipes(t, identity, func(http.ResponseWriter, *http.Request) { time.Sleep(10 * time.Millisecond) })
					base.TLSClientConfig = roots.Clone() // net/http changes it
					slowly(base, 20*time.Millisecond)
					set(base)
					cfg := transport.Config{Base: base}
					if !gate {
						cfg.Base = wrapped{base}
					}
					doer := newDoer(t, cfg)
					for range 5 {
						took[gate] += atOnce(t, doer, secureURL)
					}
					time.Sleep(2 * time.Minute) // connections that are idle end
				})
			}
			if strings.Contains(name, "Conns") || strings.Contains(name, "not kept") {
				assert.Equal(t, took[false], took[true], "there was never a gate")
			}
			assert.LessOrEqual(t, took[true], took[false]+time.Second, "the gate costs its second at most")
		})
	}
}

// A protocol that tells nothing of connections is not taken to have sent nothing.
func TestProtocolWithoutTracesIsNotUnsent(t *testing.T) {
	t.Parallel()
	base := &http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}} // no HTTP/2, which is one for https too
	base.RegisterProtocol("https", roundTrip(func(r *http.Request) (*http.Response, error) {
		_, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return nil, errors.New("reset after the request was sent")
	}))
	call := new(transport.Call)
	_, err := newDoer(t, transport.Config{Base: base, Retry: transport.RetryPolicy{MaxRetries: -1}}).
		Do(withCall(newRequest(t, http.MethodPost, secureURL, "{}"), call))
	require.Error(t, err)
	require.Len(t, call.Attempts, 1)
	assert.False(t, call.Attempts[0].Unsent)
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
