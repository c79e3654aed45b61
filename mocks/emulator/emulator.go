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
	"time"
)

// Option changes what [New], [Start] and [Listen] make.
type Option func(*config) error

type config struct {
	region        region
	now           func() time.Time
	maxAge        time.Duration
	tokenLifetime time.Duration
	hosts         []string
}

// WithRegion makes the emulator that of a region: us, na (the default), eu, de, uk or
// jp, in any case.
func WithRegion(name string) Option {
	return func(c *config) error {
		found, ok := regionNamed(name)
		if !ok {
			return fmt.Errorf("emulator: unknown region %q: want us, na, eu, de, uk or jp", name)
		}
		c.region = found
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
		c.now = now
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
	merchants    []*merchant
	controlToken string
	tokenSecret  []byte
	listening    *listening // nil when only New made it

	mu     sync.Mutex // guards what follows
	world  *world
	stored map[idempotencyScope]storedAnswer
	ignore map[string]bool
	faults []pendingFault
	log    []Request
}

// New returns an emulator that does not listen: mount it as an [http.Handler], over
// TLS. [Start] and [Listen] are the easier ways.
func New(opts ...Option) (*Server, error) {
	c := config{region: regions[0], now: time.Now, maxAge: 15 * time.Minute, tokenLifetime: time.Hour}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("emulator: an option is nil")
		}
		if err := opt(&c); err != nil {
			return nil, err
		}
	}
	merchants, err := newMerchants()
	if err != nil {
		return nil, err
	}
	return &Server{
		config:       c,
		merchants:    merchants,
		controlToken: rand.Text(),
		tokenSecret:  []byte(rand.Text()),
		world:        newWorld(c.region),
		stored:       make(map[idempotencyScope]storedAnswer),
		ignore:       make(map[string]bool),
	}, nil
}

// ServeHTTP answers a request: one of the API, one of a URL that the emulator has signed
// beforehand, below /_emulator/presigned/, or another one below /_emulator/, which needs
// the control token as its bearer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, presignedPrefix) {
		s.servePresigned(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.serveControl(w, r)
		return
	}
	s.serveAPI(w, r)
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
// the emulator is left. It is harmless to close twice.
func (s *Server) Close() error {
	if s.listening == nil {
		return nil
	}
	return s.listening.close()
}

// Shutdown is [Server.Close], but lets requests that are being answered end, until ctx
// does.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.listening == nil {
		return nil
	}
	return errors.Join(s.listening.server.Shutdown(ctx), s.listening.close())
}
