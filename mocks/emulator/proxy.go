package emulator

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// WithProxy makes [Listen] and [Start] also run an HTTPS proxy at a loopback address of its own
// (127.0.0.1:8080; port 0 for a free one), for SDKs whose host cannot be changed. The client must
// trust the emulator's CA. See [Description].ProxyURL.
//
// The proxy takes CONNECT, in plain HTTP, to port 443 of the three hosts of the service, the three
// of checkout.js and the one of the notifications' certificate, and answers itself, with the region
// of the host. It never connects to anything. It also takes requests with a whole https URL (POST
// https://pay-api.amazon.com/v2/charges HTTP/1.1), which axios, and so the official Node SDK, sends
// to a proxy.
func WithProxy(addr string) Option {
	return func(c *config) error {
		c.proxyAddr = addr
		return checkLoopback(addr)
	}
}

// proxy hands the connections that it takes to a listener, on which the emulator serves.
type proxy struct {
	server   *http.Server
	url      string
	taken    *handedOver
	busy     *sync.WaitGroup // one for each connection that is about to be handed over
	emulator http.Handler
}

func listenProxy(addr string, headerTime time.Duration, busy *sync.WaitGroup, emulator http.Handler) (*proxy, net.Listener, error) {
	listener, err := bind(addr)
	if err != nil {
		return nil, nil, err
	}
	p := &proxy{url: "http://" + listener.Addr().String(), taken: newHandedOver(listener.Addr()), busy: busy, emulator: emulator}
	p.server = newServer(p, headerTime)
	return p, listener, nil
}

// ServeHTTP takes the connection over, or answers the one request, if it is to lead to Amazon.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	whole := r.Method != http.MethodConnect
	if whole && r.URL.Scheme != "https" {
		http.Error(w, "This proxy accepts CONNECT and requests for https URLs.", http.StatusMethodNotAllowed)
		return
	}
	target := r.RequestURI
	if whole {
		target = net.JoinHostPort(r.URL.Hostname(), cmp.Or(r.URL.Port(), "443"))
	}
	if host, port, err := net.SplitHostPort(target); err != nil || port != "443" || !leadsTo(host) {
		http.Error(w, "This proxy reaches only the Amazon Pay emulator.", http.StatusForbidden)
		return
	}
	if whole {
		p.emulator.ServeHTTP(w, asSentTo(r))
		return
	}
	p.busy.Add(1) // until here the connection itself was counted
	defer p.busy.Done()
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil { // not HTTP/1.1
		http.Error(w, "This proxy accepts only HTTP/1.1.", http.StatusHTTPVersionNotSupported)
		return
	}
	_ = conn.SetDeadline(time.Time{})
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	if early := buffered.Reader.Buffered(); early > 0 { // the client did not wait for our answer
		conn = &withStart{Conn: conn, start: io.LimitReader(buffered.Reader, int64(early))}
	}
	p.taken.hand(conn)
}

// asSentTo returns a request that came with its whole URL as its host would have got it.
func asSentTo(r *http.Request) *http.Request {
	direct := r.Clone(r.Context())
	direct.RequestURI = r.URL.RequestURI()
	direct.Header.Del("Proxy-Authorization")
	direct.Header.Del("Proxy-Connection")
	return direct
}

// leadsTo reports whether the proxy stands in for a host.
func leadsTo(host string) bool {
	return strings.EqualFold(host, snsHost) || slices.ContainsFunc(ledger.Regions, func(r ledger.Region) bool {
		return strings.EqualFold(host, r.Host) || strings.EqualFold(host, r.Script)
	})
}

// withStart is a connection of which a part was read already.
type withStart struct {
	net.Conn
	start io.Reader
}

func (c *withStart) Read(b []byte) (int, error) {
	n, err := c.start.Read(b)
	if n > 0 || !errors.Is(err, io.EOF) {
		return n, err
	}
	return c.Conn.Read(b)
}

// handedOver is a listener for connections that something else has accepted.
type handedOver struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newHandedOver(addr net.Addr) *handedOver {
	return &handedOver{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *handedOver) hand(conn net.Conn) {
	select {
	case l.conns <- conn:
	case <-l.closed:
		_ = conn.Close()
	}
}

// Accept returns the next connection that was handed over.
func (l *handedOver) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept. It is harmless to close twice.
func (l *handedOver) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns the address of the proxy.
func (l *handedOver) Addr() net.Addr { return l.addr }
