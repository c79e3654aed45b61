package amazonpay_test

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

// warmed is a server that counts connections, and a client of it.
func warmed(t *testing.T, http2 bool) (*amazonpay.Client, *atomic.Int32, *network) {
	t.Helper()
	var connections atomic.Int32
	seen := newNetwork(answer(http.StatusOK, "{}"))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := seen.RoundTrip(r) //nolint:bodyclose // It is in memory.
		assert.NoError(t, err)
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusForbidden) // any answer will do
			return
		}
		_, err = w.Write([]byte(`{"buyerId":"b"}`))
		assert.NoError(t, err)
	}))
	server.EnableHTTP2 = http2
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	base := transport.NewBase()
	base.TLSClientConfig.RootCAs = x509.NewCertPool()
	base.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	config := testConfig()
	config.BaseURL = server.URL
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(base), amazonpay.WithUserAgent("shop/1"))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client, &connections, seen
}

func TestWarmOpensTheConnectionOfTheFirstCall(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		client, connections, seen := warmed(t, http2)
		require.NoError(t, client.Warm(t.Context()))
		require.EqualValues(t, 1, connections.Load())
		require.NoError(t, client.With(amazonpay.WithAuthToken("token")).Warm(t.Context()))
		_, err := client.Call(t.Context(), getBuyer("token"), nil, nil)
		require.NoError(t, err)
		assert.EqualValues(t, 1, connections.Load())

		require.Len(t, seen.requests(), 3)
		for _, warm := range seen.requests()[:2] {
			assert.Equal(t, "HEAD /", warm.Method+" "+warm.URL)
			assert.Contains(t, warm.Header.Get("User-Agent"), "shop/1")
			warm.Header.Del("User-Agent")
			warm.Header.Del("Accept-Encoding")
			assert.Empty(t, warm.Header, "nothing of Amazon Pay goes out unsigned")
		}
	}
}

func TestWarmSaysWhyThereIsNoConnection(t *testing.T) {
	t.Parallel()
	config := testConfig()
	config.BaseURL = "https://127.0.0.1:1"
	client, err := amazonpay.New(config)
	require.NoError(t, err)
	require.ErrorContains(t, client.Warm(t.Context()), "Warm: dial tcp 127.0.0.1:1")

	client = newClient(t, newNetwork(func(*http.Request) (*http.Response, error) { return nil, nil })) //nolint:nilnil // The case.
	require.ErrorContains(t, client.Warm(t.Context()), "neither an answer nor an error")
	require.Error(t, (*amazonpay.Client)(nil).Warm(t.Context()))
	require.Error(t, client.Warm(nil)) //nolint:staticcheck // The case.

	mocked, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork()))
	require.NoError(t, err)
	require.NoError(t, mocked.Warm(t.Context()), "there is no network")
}

func TestWarmEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, newNetwork(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		start := time.Now()
		require.ErrorIs(t, client.Warm(t.Context()), context.DeadlineExceeded)
		assert.Equal(t, 15*time.Second, time.Since(start))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, client.Warm(ctx), context.DeadlineExceeded)
		assert.Equal(t, 16*time.Second, time.Since(start))
	})
}
