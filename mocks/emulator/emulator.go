package emulator

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/site"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// Option changes what [New], [Start] and [Listen] make.
type Option func(*config) error

type config struct {
	region        ledger.Region
	regionGiven   bool
	clock         func() time.Time
	maxAge        time.Duration
	tokenLifetime time.Duration
	hosts         []string
	proxyAddr     string
	stateFile     string
	start         time.Time // zero: as the clock is
	throttling    bool
	seed          uint64
	headerTime    time.Duration
	connections   int64 // at most
}

// WithRegion makes the emulator that of a region: us, na (the default), eu, de, uk or
// jp, in any case.
func WithRegion(name string) Option {
	return func(c *config) error {
		found, ok := ledger.RegionNamed(name)
		if !ok {
			return fmt.Errorf("emulator: unknown region %q: want us, na, eu, de, uk or jp", name)
		}
		c.region, c.regionGiven = found, true
		return nil
	}
}

// WithClock gives the emulator its clock, [time.Now] by default. It is called from
// several goroutines at once.
func WithClock(now func() time.Time) Option {
	return func(c *config) error {
		if now == nil {
			return errors.New("emulator: WithClock needs a function")
		}
		c.clock = now
		return nil
	}
}

// WithMaxAge sets how old the date of a request may be, 15 minutes by default. The
// service's own limit is not documented.
func WithMaxAge(age time.Duration) Option {
	return func(c *config) error {
		if age <= 0 {
			return errors.New("emulator: WithMaxAge needs a positive duration")
		}
		c.maxAge = age
		return nil
	}
}

// WithTokenLifetime sets for how long the tokens that getAuthorizationToken hands out
// are accepted, by the emulator's clock: an hour by default.
func WithTokenLifetime(lifetime time.Duration) Option {
	return func(c *config) error {
		if lifetime <= 0 {
			return errors.New("emulator: WithTokenLifetime needs a positive duration")
		}
		c.tokenLifetime = lifetime
		return nil
	}
}

// WithHost makes name, a host without port, one of the emulator's own: for one that [New] made
// and that is mounted under a name of its own. Loopback addresses, localhost and the region's
// service host are its own without this, with any port; a request with another Host header is
// refused.
func WithHost(name string) Option {
	return func(c *config) error {
		if u, err := url.Parse("https://" + name); err != nil || name == "" || u.Hostname() != strings.Trim(name, "[]") {
			return fmt.Errorf("emulator: WithHost needs a host without port and path, not %q", name)
		}
		c.hosts = append(c.hosts, strings.Trim(name, "[]"))
		return nil
	}
}

// Server is an emulated Amazon Pay. It is an [http.Handler] and safe for concurrent
// use.
type Server struct {
	config
	identity     identity
	controlToken string
	tokenSecret  []byte
	listening    *listening    // nil when only New made it
	leaving      chan struct{} // closed when the emulator is to end: nobody watches any more
	leaveOnce    sync.Once
	closing      chan struct{} // closed when all connections are to end
	closeOnce    sync.Once

	ahead atomic.Int64 // how far the clock was advanced

	changes watchers // of what the state file holds
	news    watchers // of anything that the window shows

	gate *wire.Gate
	site *site.Site

	// mu guards what follows, and the state of the site: the ledger, the wire and the site have no lock of
	// their own and start no goroutine. It is never held while anything is sent or waited for.
	mu      sync.Mutex
	world   *ledger.Ledger
	answers wire.Answers
	faults  []pendingFault
	// faultCount is how many there were.
	faultCount uint64
	notifying  bool
	buckets    wire.Buckets
	log        []Request
}

// New returns an emulator that does not listen: mount it as an [http.Handler], over
// TLS. [Start] and [Listen] are the easier ways.
func New(opts ...Option) (*Server, error) {
	c := config{region: ledger.Regions[0], clock: time.Now, maxAge: 15 * time.Minute, tokenLifetime: time.Hour, headerTime: headerTime, connections: maxConnections}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("emulator: an option is nil")
		}
		if err := opt(&c); err != nil {
			return nil, err
		}
	}
	id, err := processIdentity()
	if err != nil {
		return nil, err
	}
	s := &Server{
		config:       c,
		identity:     id,
		controlToken: rand.Text(),
		tokenSecret:  []byte(rand.Text()),
		world:        ledger.New(),
		answers:      wire.NewAnswers(),
		buckets:      make(wire.Buckets),
		leaving:      make(chan struct{}),
		closing:      make(chan struct{}),
	}
	if s.stateFile != "" {
		if err := s.readState(); err != nil {
			return nil, err
		}
	}
	if !s.start.IsZero() {
		s.ahead.Store(int64(s.start.Sub(s.clock())))
	}
	s.gate = &wire.Gate{
		Region: s.region, Hosts: s.hosts, MaxAge: s.maxAge, TokenLifetime: s.tokenLifetime, Secret: s.tokenSecret,
		Merchants: wire.NewMerchants(s.identity.keys, s.identity.keyPEM), Clock: s.clock, Now: s.Now, PayPage: site.PayPath,
	}
	s.site = site.New(site.Config{
		Gate: s.gate, ControlToken: s.controlToken, Wake: s.news.wake, News: s.news.watch, Leaving: s.leaving,
		Change: func(f func(*ledger.Ledger, time.Time)) {
			_ = s.change(func(w *ledger.Ledger, now time.Time) error {
				f(w, now)
				return nil
			})
		},
		Look: func(f func(*ledger.Ledger, time.Time)) {
			s.mu.Lock()
			defer s.mu.Unlock()
			f(s.world, s.Now())
		},
	})
	s.controls()
	return s, nil
}

// ServeHTTP answers a request: one of the API; /checkout.js and the buyer's pages, below /checkout/; one
// of a URL that the emulator has signed beforehand, below /_emulator/presigned/; or another one below
// /_emulator/, which needs the control token, as its bearer or as the window's cookie.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil { // no wire gives that, but a caller of ServeHTTP may
		r.Body = http.NoBody
	}
	switch {
	case isCertificate(r):
		serveCertificate(w, r)
	case s.site.Handles(r.URL.Path):
		s.site.ServeHTTP(w, r)
	default:
		s.serveAPI(w, r)
	}
}

// change does something to the ledger, under the lock, and wakes those who wait for changes.
func (s *Server) change(do func(w *ledger.Ledger, now time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	return do(s.world, s.Now())
}

// leave ends what would otherwise go on as long as the emulator does.
func (s *Server) leave() {
	s.mu.Lock() // so that nothing is started once it has ended
	defer s.mu.Unlock()
	s.leaveOnce.Do(func() { close(s.leaving) })
}

// TB is what [Start] needs of a [testing.TB].
type TB interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}

// Start returns an emulator that listens on a free port of 127.0.0.1 until the test
// ends.
func Start(tb TB, opts ...Option) *Server {
	tb.Helper()
	s, err := Listen("127.0.0.1:0", opts...)
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// Close stops listening, closes every connection, and returns when no goroutine of
// the emulator is left. It is harmless to close twice. An error is that of the network, or of the
// file of [WithStateFile].
func (s *Server) Close() error {
	s.leave()
	s.closeOnce.Do(func() { close(s.closing) })
	if s.listening == nil {
		return s.writeState()
	}
	return errors.Join(s.listening.close(), s.writeState())
}

// Shutdown is [Server.Close], but lets requests that are being answered end, until ctx
// does.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.listening == nil {
		return s.Close()
	}
	s.leave()
	return errors.Join(s.listening.server.Shutdown(ctx), s.Close())
}

// WithThrottling has the emulator answer 429 TooManyRequests, as the service does, to more
// requests of an operation than the documentation allows to a merchant and the one who acts for it:
// in the sandbox one or two at once, and one a second. By the emulator's clock; off without this.
func WithThrottling() Option {
	return func(c *config) error {
		c.throttling = true
		return nil
	}
}

// IgnoreIdempotencyKey has an operation, named as in [Request.Operation], do its work
// each time, whatever the key: it is not documented which operations of the service honour
// one. An unknown operation is an error.
func (s *Server) IgnoreIdempotencyKey(operation string) error {
	if err := wire.CheckOperation(operation); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers.Ignore[operation] = true
	s.changed()
	return nil
}
