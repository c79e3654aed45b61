package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

func TestNewBase(t *testing.T) {
	t.Parallel()
	base := transport.NewBase()
	assert.EqualValues(t, tls.VersionTLS12, base.TLSClientConfig.MinVersion)
	assert.False(t, base.TLSClientConfig.InsecureSkipVerify)
	assert.Equal(t, 5*time.Second, base.TLSHandshakeTimeout)
	assert.NotNil(t, base.Proxy)
	assert.Equal(t, 90*time.Second, base.IdleConnTimeout)
	assert.Equal(t, 128, base.MaxIdleConnsPerHost)
	assert.Zero(t, base.MaxIdleConns)
	assert.NotSame(t, base, transport.NewBase(), "nothing is shared")
}

// https://github.com/amzn/amazon-pay-api-sdk-java/issues/1,
// https://github.com/amzn/amazon-pay-api-sdk-php/pull/30 and
// https://github.com/amzn/amazon-pay-sdk-java/issues/22: no proxy, or one under a name of its own.
// A child process has the environment, since net/http reads it once.
func TestProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	if os.Getenv("TRANSPORT_TEST_CHILD") != "" {
		_, err := newClient(t, transport.Config{Retry: transport.RetryPolicy{MaxRetries: -1}}).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.Error(t, err)
		return
	}
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.Host)
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyOfTheEnvironment$")
	child.Env = append(os.Environ(), "TRANSPORT_TEST_CHILD=1", "GOCOVERDIR="+t.TempDir(), "HTTPS_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=")
	output, err := child.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, "CONNECT pay-api.invalid:443", asked.Load())
}

// The connection is slow to begin, by the bubble's clock; the connection itself is real.
func TestDialHasALimit(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	dial := func(t *testing.T, delay time.Duration) error {
		t.Helper()
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{ConnectStart: func(string, string) { time.Sleep(delay) }})
		conn, err := transport.NewBase().DialContext(ctx, "tcp", listener.Addr().String())
		if err == nil {
			err = conn.Close()
		}
		return err
	}
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, dial(t, 3*time.Second))
		assertTimeout(t, dial(t, 5*time.Second))
	})
}

// The server takes the request and is never heard of again.
func TestDeadHTTP2ConnectionIsFoundByAPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := transport.NewBase()
		base.Proxy = nil
		base.Protocols = new(http.Protocols)
		base.Protocols.SetUnencryptedHTTP2(true)
		base.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, far) }()
			return near, nil
		}
		t.Cleanup(base.CloseIdleConnections)
		result, err := newClient(t, transport.Config{Base: base}).Send(t.Context(), once(newRequest(http.MethodGet, "http://pay.invalid/", "")), rules{})
		require.Error(t, err)
		require.Len(t, result.Attempts, 1)
		assert.Equal(t, 20*time.Second, result.Attempts[0].Duration, "not the attempt's 30 s")
	})
}

// 64 callers keep 64 connections, and each call after the first round finds one of them. In a
// bubble, since net/http drops a connection whose write is not confirmed 50 ms after the answer, as
// happens on a busy machine.
func TestHandshakesArePerConnection(t *testing.T) {
	t.Parallel()
	identity, roots := newIdentity(t)
	synctest.Test(t, func(t *testing.T) {
		const callers, calls = 64, 20
		var conns, arrived atomic.Int32
		all := make(chan struct{})
		base := newSecurePipes(t, identity, func(w http.ResponseWriter, _ *http.Request) {
			if arrived.Add(1) == callers {
				close(all)
			}
			<-all // so that the first round needs a connection each
			_, _ = io.WriteString(w, strings.Repeat("x", 2000))
		})
		base.TLSClientConfig = roots
		dial := base.DialContext
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conns.Add(1)
			return dial(ctx, network, address)
		}
		client := newClient(t, transport.Config{Base: base})
		var group sync.WaitGroup
		for range callers {
			group.Go(func() {
				for range calls {
					_, err := client.Send(t.Context(), newRequest(http.MethodGet, secureURL, ""), rules{})
					assert.NoError(t, err)
				}
			})
		}
		group.Wait()
		assert.EqualValues(t, callers*calls, arrived.Load())
		assert.EqualValues(t, callers, conns.Load())
	})
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	server, base := newServer(t, func(s *httptest.Server) { s.EnableHTTP2 = true }, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.NoError(t, signing.Verify(r, body, &rsaKey().PublicKey))
		_, _ = io.WriteString(w, r.Proto)
	})
	result, err := newClient(t, transport.Config{Signer: newSigner(t), Base: base}).Send(t.Context(), newRequest(http.MethodPost, server.URL+"/a", `{"a":1}`), rules{})
	require.NoError(t, err)
	assert.Equal(t, "HTTP/2.0", string(result.Answer.Body))
}

func TestWrongCertificateIsFinal(t *testing.T) {
	t.Parallel()
	server, trusting := newServer(t, nil, func(http.ResponseWriter, *http.Request) { t.Error("a request came through") })
	elsewhere := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	otherCA := transport.NewBase()
	t.Cleanup(otherCA.CloseIdleConnections)
	otherHost := trusting.Clone()
	otherHost.DialContext = elsewhere
	t.Cleanup(otherHost.CloseIdleConnections)
	for name, tc := range map[string]struct {
		base *http.Transport
		url  string
	}{
		"another CA":   {otherCA, server.URL},
		"another host": {otherHost, "https://pay-api.invalid"},
	} {
		logger, lines := logged()
		result, err := newClient(t, transport.Config{Base: tc.base, Logger: logger}).Send(t.Context(), newRequest(http.MethodGet, tc.url, ""), rules{})
		_, ok := errors.AsType[*transport.NetworkError](err)
		assert.True(t, ok, "%s: %T", name, err)
		assert.Len(t, result.Attempts, 1, name)
		assert.Contains(t, lines.String(), `"error_kind":"certificate"`)
	}
}
