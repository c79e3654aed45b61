package transport

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// NewBase returns the default network, for [Config].Base: the environment's proxy, 5 s to dial, 5 s
// for the handshake of TLS 1.2 or later, HTTP/2 if the server offers it. Set its fields before the
// first request, for example a private CA in TLSClientConfig.
//
// It keeps up to 128 idle connections a host. With the standard library's two, a busy server needs
// a TLS handshake for nearly every call.
func NewBase() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true, // else a custom TLSClientConfig or DialContext turns it off
		// A ping finds a dead HTTP/2 connection within 20 s. Without it each attempt would wait on
		// the same connection for its whole time.
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		MaxIdleConnsPerHost: 128,
		IdleConnTimeout:     90 * time.Second,
	}
}
