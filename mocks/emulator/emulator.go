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

// Option is an option of [New], [Start] and [Listen].
type Option func(*config) error

type config struct {
	region        ledger.Region
	regionGiven   bool
	clock         func() time.Time
	maxAge        time.Duration
	tokenLifetime time.Duration
	hosts         []string
	proxyAddr     string
	pagesAddr     string
	stateFile     string
	start         time.Time // zero: as the clock is
	throttling    bool
	clients       int // that have no keys
	seed          uint64
	headerTime    time.Duration
	connections   int64 // at most
	facts         Facts
}

// WithRegion sets the region: us, na (the default), eu, de, uk or jp, in any case. Another name is
// an error.
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

// WithClock sets the clock; the default is [time.Now]. It is called from several goroutines at
// once.
func WithClock(now func() time.Time) Option {
	return func(c *config) error {
		if now == nil {
			return errors.New("emulator: WithClock: the function is nil")
		}
		c.clock = now
		return nil
	}
}

// WithMaxAge sets how old the date of a request may be; the default is 15 minutes. It must be
// positive. The limit of the service is not documented.
func WithMaxAge(age time.Duration) Option {
	return func(c *config) error {
		if age <= 0 {
			return errors.New("emulator: WithMaxAge: the duration must be positive")
		}
		c.maxAge = age
		return nil
	}
}

// WithTokenLifetime sets how long the tokens of GetAuthorizationToken are valid, by the emulator's
// clock; the default is an hour. It must be positive.
func WithTokenLifetime(lifetime time.Duration) Option {
	return func(c *config) error {
		if lifetime <= 0 {
			return errors.New("emulator: WithTokenLifetime: the duration must be positive")
		}
		c.tokenLifetime = lifetime
		return nil
	}
}

// WithHost adds a host name, without port, under which the emulator answers. Use it if [New] made
// the emulator and you mount it under a name of your own. Loopback addresses, localhost and the
// region's service host need no option, with any port. A request with another Host header is
// refused.
func WithHost(name string) Option {
	return func(c *config) error {
		if u, err := url.Parse("https://" + name); err != nil || name == "" || u.Hostname() != strings.Trim(name, "[]") {
			return fmt.Errorf("emulator: WithHost: %q is not a host without port and path", name)
		}
		c.hosts = append(c.hosts, strings.Trim(name, "[]"))
		return nil
	}
}

// Server is an emulated Amazon Pay. It is an [http.Handler]. All methods are safe for concurrent
// use.
type Server struct {
	config
	identity     identity
	controlToken string
	tokenSecret  []byte
	listening    *listening    // nil when only New made it
	leaving      chan struct{} // closed when the emulator begins to end
	leaveOnce    sync.Once
	closing      chan struct{} // closed when all connections must end
	closeOnce    sync.Once

	ahead atomic.Int64 // how far the clock was advanced

	changes watchers // of what the state file holds
	news    watchers // of anything that the window shows

	gate *wire.Gate
	site *site.Site

	// mu guards what follows: the ledger, and what the wire and the site keep. They have no lock for
	// it and start no goroutine. It is never held while anything is sent or waited for. The locks of
	// changes and news may be taken under it, and [wire.Gate].Explaining is never held with it.
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

// New returns an emulator that does not listen: mount it as an [http.Handler], over TLS. [Start]
// and [Listen] are easier.
func New(opts ...Option) (*Server, error) {
	c := config{region: ledger.Regions[0], clock: time.Now, tokenLifetime: time.Hour, headerTime: headerTime, connections: maxConnections}
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
	if err := s.believe(); err != nil {
		return nil, err
	}
	s.gate = &wire.Gate{
		Region: s.region, Hosts: s.hosts, MaxAge: s.maxAge, Facts: ledger.Facts(s.facts), TokenLifetime: s.tokenLifetime, Secret: s.tokenSecret,
		Merchants: wire.NewMerchants(s.identity.keys, s.identity.keyPEM, s.region.Name, s.clients), Clock: s.clock, Now: s.Now, PayPage: site.PayPath,
	}
	s.site = site.New(site.Config{
		Gate: s.gate, ControlToken: s.controlToken, Wake: s.news.wake, News: s.news.watch, Leaving: s.leaving, API: s.serveAPI,
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

// ServeHTTP answers requests to the API; to /checkout.js and the buyer's pages below /checkout/; to
// the signed URLs below /_emulator/presigned/; and to the control endpoints below /_emulator/,
// which require the control token as a bearer token or as the window's cookie.
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

// change runs a function on the ledger under the lock, then wakes everyone waiting for changes.
func (s *Server) change(do func(w *ledger.Ledger, now time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	return do(s.world, s.Now())
}

// leave ends the goroutines that run as long as the emulator.
func (s *Server) leave() {
	s.mu.Lock() // nothing may start once it has ended
	defer s.mu.Unlock()
	s.leaveOnce.Do(func() { close(s.leaving) })
}

// TB is the part of [testing.TB] that [Start] uses.
type TB interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}

// Start returns an emulator that listens on a free port of 127.0.0.1 until the test ends. It fails
// the test on an error.
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

// Close stops listening, closes every connection, and returns once no goroutine of the emulator is
// left. Closing twice is harmless. The error comes from the network, or from writing the file of
// [WithStateFile].
func (s *Server) Close() error {
	s.leave()
	s.closeOnce.Do(func() { close(s.closing) })
	if s.listening == nil {
		return s.writeState()
	}
	return errors.Join(s.listening.close(), s.writeState())
}

// Shutdown is [Server.Close], but first lets requests in progress finish, until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.listening == nil {
		return s.Close()
	}
	s.leave()
	err := s.listening.server.Shutdown(ctx)
	if s.listening.pages != nil {
		err = errors.Join(err, s.listening.pages.server.Shutdown(ctx))
	}
	return errors.Join(err, s.Close())
}

// WithThrottling makes the emulator answer 429 TooManyRequests, as the service does, to more
// requests of an operation than the documentation allows. The limits count by merchant and caller:
// in the sandbox one or two at once, and one a second, by the emulator's clock. The default is no
// limit.
func WithThrottling() Option {
	return func(c *config) error {
		c.throttling = true
		return nil
	}
}

// IgnoreIdempotencyKey makes an operation, named as in [Request.Operation], do its work each time,
// whatever the key: the documentation does not say which operations honour one. An unknown
// operation is an error.
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
