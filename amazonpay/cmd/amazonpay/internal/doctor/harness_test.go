package doctor_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

const na, eu = "pay-api.amazon.com:443", "pay-api.amazon.eu:443"

// lab is a right setup, and a network in which the hosts of the service are on this machine.
type lab struct {
	tb      testing.TB
	dir     string
	keyPEM  string
	server  *emulator.Server
	setup   doctor.Setup
	network doctor.Network
	routes  map[string]string // what is dialled, and where it leads
	dialled map[string]func(context.Context) (net.Conn, error)
	// secrets must be in no finding.
	secrets []string
}

func newLab(tb testing.TB) *lab {
	tb.Helper()
	server := emulator.Start(tb)
	d := server.Description()
	l := &lab{tb: tb, dir: tb.TempDir(), keyPEM: d.Merchants[0].PrivateKeyPEM, server: server}
	l.routes = map[string]string{na: strings.TrimPrefix(d.BaseURL, "https://")}
	l.dialled = make(map[string]func(context.Context) (net.Conn, error))
	l.setup = doctor.Setup{
		PublicKeyID: doctor.Value{Text: d.Merchants[0].KeyIDs.Sandbox},
		Region:      doctor.Value{Text: "na"},
	}
	l.keyFile(l.keyPEM)
	roots := x509.NewCertPool()
	require.True(tb, roots.AppendCertsFromPEM([]byte(d.CAPEM)))
	l.network = doctor.Network{
		LookupHost: func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, nil },
		Dial:       l.dial,
		Proxy:      func(*http.Request) (*url.URL, error) { return nil, nil },
		Getenv:     func(string) string { return "" },
		RootCAs:    roots,
		Timeout:    10 * time.Second,
	}
	return l
}

func (l *lab) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if special := l.dialled[address]; special != nil {
		return special(ctx)
	}
	if route := l.routes[address]; route != "" {
		address = route
	}
	if host, _, err := net.SplitHostPort(address); err != nil || net.ParseIP(host) == nil || !net.ParseIP(host).IsLoopback() {
		return nil, &net.OpError{Op: "dial", Err: errors.New("the lab has no " + address)}
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// keyFile writes the key's file, and puts it into the setup.
func (l *lab) keyFile(text string) {
	l.tb.Helper()
	name := filepath.Join(l.dir, "key.pem")
	require.NoError(l.tb, os.WriteFile(name, []byte(text), 0o600))
	l.setup.PrivateKeyFile.Text = name
	l.secrets = append(l.secrets, text)
}

// keyText puts a key into the setup as a text, not as a file.
func (l *lab) keyText(text string) {
	l.setup.PrivateKeyFile.Text = ""
	l.setup.PrivateKey = amazonpay.NewSecret(text)
	l.secrets = append(l.secrets, text)
}

// examine returns all findings, after it has looked for secrets in them.
func (l *lab) examine() []doctor.Finding {
	l.tb.Helper()
	var all []doctor.Finding
	for f := range doctor.Examine(context.Background(), l.setup, l.network) {
		all = append(all, f)
	}
	text, err := json.Marshal(all)
	require.NoError(l.tb, err)
	for _, secret := range append(l.secrets, l.keyPEM) {
		for line := range strings.FieldsSeq(strings.ReplaceAll(secret, `\n`, " ")) {
			const piece = 20
			for len(line) >= piece && !strings.Contains(line, "/tmp") {
				assert.NotContains(l.tb, string(text), line[:piece], "a part of the key")
				line = line[piece:]
			}
		}
	}
	return all
}

// first returns the first finding with a status, or nil.
func first(all []doctor.Finding, status doctor.Status) *doctor.Finding {
	for _, f := range all {
		if f.Status == status {
			return &f
		}
	}
	return nil
}

// authority is a CA that is made for one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(tb testing.TB, name string) authority {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, Organization: []string{"Example Corp"}},
		NotBefore: time.Now().AddDate(-20, 0, 0), NotAfter: time.Now().AddDate(20, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(tb, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return authority{cert, key}
}

// issue makes a certificate for a host.
func (a authority) issue(tb testing.TB, host string, from, until time.Time) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, NotBefore: from, NotAfter: until, DNSNames: []string{host},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(tb, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serve makes the service lead to a server of the test.
func (l *lab) serve(config *tls.Config, handler http.HandlerFunc) {
	l.tb.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = config
	server.Config.ErrorLog = quiet
	server.StartTLS()
	l.tb.Cleanup(server.Close)
	l.routes[na] = server.Listener.Addr().String()
}

// answer makes the service answer each signed call in the same way. Its certificate is trusted.
func (l *lab) answer(handler http.HandlerFunc) {
	l.tb.Helper()
	host, _, _ := strings.Cut(na, ":")
	ca := newAuthority(l.tb, "CA of the test")
	l.network.RootCAs = l.network.RootCAs.Clone()
	l.network.RootCAs.AddCert(ca.cert)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(l.tb, host, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))}}
	l.serve(config, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		handler(w, r)
	})
}

// says is a handler that answers with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Pay-Request-Id", "4a5b-6c7d")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// listen accepts connections on a free port.
func listen(tb testing.TB, serve func(net.Conn)) (address string) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}

// silent keeps a connection open, and says nothing.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// closedPort is an address on which nothing listens.
func closedPort(tb testing.TB) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	require.NoError(tb, listener.Close())
	return listener.Addr().String()
}
