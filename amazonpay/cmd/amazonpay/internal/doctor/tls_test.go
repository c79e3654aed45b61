package doctor_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

func TestBrokenTLS(t *testing.T) {
	t.Parallel()
	now := time.Now()
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	// with makes the service have a certificate of a CA, which is trusted or not.
	with := func(host string, from, until time.Time, trusted bool) func(*lab) {
		return func(l *lab) {
			ca := newAuthority(l.tb, "Example Proxy CA")
			l.network.RootCAs = l.network.RootCAs.Clone()
			if trusted {
				l.network.RootCAs.AddCert(ca.cert)
			}
			l.serve(&tls.Config{Certificates: []tls.Certificate{ca.issue(l.tb, host, from, until)}}, func(http.ResponseWriter, *http.Request) {})
		}
	}
	raw := func(serve func(net.Conn)) func(*lab) {
		return func(l *lab) {
			l.network.Timeout = time.Second
			l.routes[na] = listen(l.tb, serve)
		}
	}
	const service, check = "pay-api.amazon.com", doctor.CheckTLS
	tryAll(t, []broken{
		{name: "untrusted", change: with(service, hour(-1), hour(1), false), check: check, cause: "issued by “Example Proxy CA, Example Corp”|does not trust this issuer|proxy", next: "SSL_CERT_FILE|openssl s_client -connect pay-api.amazon.com:443"},
		{name: "expired", change: with(service, hour(-48), hour(-24), true), check: check, cause: "certificate has expired|clock is ahead", next: "Compare the clock|Example Proxy CA"},
		{name: "not yet valid", change: with(service, hour(24), hour(48), true), check: check, cause: "clock is wrong: it is behind", next: "timedatectl set-ntp true"},
		{
			name: "a clock that is years behind", check: check, cause: "clock is wrong: it is behind|2015", next: "timedatectl set-ntp true",
			change: func(l *lab) {
				with(service, hour(-1), hour(1), true)(l)
				l.network.Now = func() time.Time { return time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC) }
			},
		},
		{name: "another host", change: with("portal.example", hour(-1), hour(1), true), check: check, cause: "is for portal.example, not for pay-api.amazon.com|captive portal", next: "Check the base URL"},
		{
			name: "plain HTTP", check: check, cause: "does not speak TLS", next: "Check host and port",
			change: raw(func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1))
				_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
				_ = conn.Close()
			}),
		},
		{
			name: "closed", check: check, cause: "closed during the handshake", next: "firewall",
			change: raw(func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1<<16))
				_ = conn.Close()
			}),
		},
		{name: "silent", change: func(l *lab) { raw(silent)(l); l.network.Timeout = 100 * time.Millisecond }, check: check, cause: "handshake got no answer", next: "MTU"},
		{
			name: "an old version", check: check, cause: "ended the handshake|version", next: "TLS 1.2",
			change: func(l *lab) {
				ca := newAuthority(l.tb, "old")
				certificate := ca.issue(l.tb, service, hour(-1), hour(1))
				l.serve(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, func(http.ResponseWriter, *http.Request) {})
				require.NotEmpty(l.tb, l.routes[na])
			},
		},
	})
}
