package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/amazonpay-go/sdk/transport"
)

// Network is what the checks see of the world outside. Each field that is empty is the network of
// this process, as a client uses it.
type Network struct {
	LookupHost func(ctx context.Context, host string) ([]string, error)
	Dial       func(ctx context.Context, network, address string) (net.Conn, error)
	Proxy      func(*http.Request) (*url.URL, error)
	Getenv     func(name string) string // for the names of the variables that set a proxy
	RootCAs    *x509.CertPool
	Now        func() time.Time

	// RoundTripper replaces all of the above but the clock. The checks of proxy, host name,
	// connection and TLS then do not apply.
	RoundTripper http.RoundTripper
	// Timeout is how long each check may take, 10 seconds by default.
	Timeout time.Duration
}

func (n Network) withDefaults() Network {
	const patience = 10 * time.Second
	n.Timeout = cmp.Or(n.Timeout, patience)
	if n.LookupHost == nil {
		n.LookupHost = net.DefaultResolver.LookupHost
	}
	if n.Dial == nil {
		n.Dial = (&net.Dialer{}).DialContext
	}
	if n.Proxy == nil {
		n.Proxy = http.ProxyFromEnvironment
	}
	if n.Getenv == nil {
		n.Getenv = os.Getenv
	}
	if n.Now == nil {
		n.Now = time.Now
	}
	if n.RoundTripper == nil {
		base := transport.NewBase()
		base.Proxy, base.DialContext = n.Proxy, n.Dial
		base.TLSClientConfig = n.tls("")
		base.TLSHandshakeTimeout = n.Timeout
		n.RoundTripper = base
	}
	return n
}

func (n Network) tls(host string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: n.RootCAs, ServerName: host, Time: n.Now}
}
