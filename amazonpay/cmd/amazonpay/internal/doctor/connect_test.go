package doctor_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

// through sets a proxy.
func (l *lab) through(address string) {
	l.network.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(address) }
	l.network.Getenv = func(name string) string {
		if name == "https_proxy" {
			return address
		}
		return ""
	}
}

// proxyThatSays answers each CONNECT with a status.
func proxyThatSays(tb testing.TB, status int) string {
	tb.Helper()
	return "http://" + listen(tb, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = conn.Write([]byte("HTTP/1.1 " + strconv.Itoa(status) + " No\r\nContent-Length: 0\r\n\r\n"))
		}
	})
}

func TestBrokenProxies(t *testing.T) {
	t.Parallel()
	proxy := func(address string) func(*lab) {
		return func(l *lab) { l.through(address) }
	}
	says := func(status int, user string) func(*lab) {
		return func(l *lab) {
			at, _ := url.Parse(proxyThatSays(l.tb, status))
			if user != "" {
				at.User = url.UserPassword(user, "proxy-password-1234567890")
				l.secrets = append(l.secrets, "proxy-password-1234567890")
			}
			l.through(at.String())
		}
	}
	tryAll(t, []broken{
		{
			name: "malformed", check: doctor.CheckProxy, cause: "HTTPS_PROXY is not the address of a proxy", next: "http://host:port|%40",
			change: func(l *lab) {
				l.secrets = append(l.secrets, "p4ssw0rd-of-the-proxy-server")
				l.network.Proxy = func(*http.Request) (*url.URL, error) {
					return nil, errors.New(`invalid proxy address "http://u:p4ssw0rd-of-the-proxy-server@:x"`)
				}
			},
		},
		{name: "unreachable", change: func(l *lab) { l.through("http://" + closedPort(l.tb)) }, check: doctor.CheckProxy, cause: "https_proxy leads through|cannot be reached|Nothing listens there", next: "unset https_proxy"},
		{name: "without a port", change: func(l *lab) {
			l.routes["proxy.example:80"] = "127.0.0.1:1"
			l.through("http://proxy.example")
		}, check: doctor.CheckProxy, cause: "cannot be reached", next: "No port is given|3128 or 8080"},
		{name: "unknown kind", change: proxy("ftp://proxy.example:21"), check: doctor.CheckProxy, cause: "http, https and socks5", next: "http://host:port"},
		{name: "asks for a password", change: says(407, ""), check: doctor.CheckConnection, cause: "407|asks for a user", next: "http://user:password@host:port"},
		{name: "refuses the password", change: says(407, "user"), check: doctor.CheckConnection, cause: "407|does not accept the user", next: "Correct them"},
		{name: "forbids", change: says(403, ""), check: doctor.CheckConnection, cause: "403|forbids this host", next: "allow CONNECT to pay-api.amazon.com:443"},
		{name: "cannot reach", change: says(502, ""), check: doctor.CheckConnection, cause: "502|cannot reach the service", next: "operator"},
		{
			name: "is no proxy", check: doctor.CheckConnection, cause: "does not answer as a proxy", next: "scheme",
			change: func(l *lab) {
				l.through("http://" + listen(l.tb, func(conn net.Conn) {
					_, _ = conn.Write([]byte("220 mail.example ESMTP\r\n"))
					_ = conn.Close()
				}))
			},
		},
		{
			name: "does not answer", check: doctor.CheckConnection, cause: "does not answer as a proxy", next: "scheme",
			change: func(l *lab) {
				l.network.Timeout = 100 * time.Millisecond
				l.through("http://" + listen(l.tb, silent))
			},
		},
	})
}

func TestBrokenNames(t *testing.T) {
	t.Parallel()
	lookup := func(err error, addresses ...string) func(*lab) {
		return func(l *lab) {
			l.network.LookupHost = func(context.Context, string) ([]string, error) { return addresses, err }
		}
	}
	const host = "pay-api.amazon.com"
	tryAll(t, []broken{
		{name: "unknown", change: lookup(&net.DNSError{Err: "no such host", Name: host, IsNotFound: true}), check: doctor.CheckName, cause: "pay-api.amazon.com has no address|says that the host does not exist", next: "another name server|getent hosts " + host},
		{name: "timeout", change: lookup(&net.DNSError{Err: "timeout", Name: host, IsTimeout: true}), check: doctor.CheckName, cause: "did not answer", next: "/etc/resolv.conf"},
		{name: "failure", change: lookup(&net.DNSError{Err: "server misbehaving", Name: host}), check: doctor.CheckName, cause: "failed", next: "/etc/resolv.conf"},
		{name: "blocked", change: lookup(nil, "0.0.0.0"), check: doctor.CheckName, cause: "filter of names", next: "Allow pay-api.amazon.com|/etc/hosts"},
		{name: "private", change: lookup(nil, "10.1.2.3"), check: doctor.CheckName, status: doctor.StatusWarning, cause: "10.1.2.3|private network", next: "/etc/hosts"},
		{
			name: "base URL", check: doctor.CheckName, cause: "pay.exmaple has no address|No host of this name exists", next: "Check the base URL",
			change: func(l *lab) {
				l.setup.BaseURL.Text = "https://pay.exmaple"
				lookup(&net.DNSError{Err: "no such host", IsNotFound: true})(l)
			},
		},
	})
}

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	dial := func(err error) func(*lab) {
		return func(l *lab) {
			l.dialled[na] = func(context.Context) (net.Conn, error) { return nil, &net.OpError{Op: "dial", Err: err} }
		}
	}
	tryAll(t, []broken{
		{name: "refused", change: func(l *lab) { l.routes[na] = closedPort(l.tb) }, check: doctor.CheckConnection, cause: "none to pay-api.amazon.com:443|Nothing listens", next: "outgoing connections to port 443|curl -sv"},
		{
			name: "dropped", check: doctor.CheckConnection, cause: "no answer in time", next: "HTTPS_PROXY",
			change: func(l *lab) {
				l.network.Timeout = 50 * time.Millisecond
				l.dialled[na] = func(ctx context.Context) (net.Conn, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				}
			},
		},
		{name: "unreachable", change: dial(syscall.ENETUNREACH), check: doctor.CheckConnection, cause: "no way to this address", next: "network of this machine"},
		{name: "another error", change: dial(errors.New("broken")), check: doctor.CheckConnection, cause: "connection failed", next: "network of this machine"},
	})
}
