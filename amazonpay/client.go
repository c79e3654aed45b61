package amazonpay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/internal/keyid"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
	"github.com/amazonpay-go/sdk/internal/waiters"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// Version is the version of this SDK.
const Version = "0.1.0"

// Client makes signed calls with one key. The clients of webstore, instore, delivery and authtoken
// are built on it. It is safe for concurrent use. Keep one for as long as the program runs, since
// it keeps connections open.
type Client struct {
	core     *core
	defaults []CallOption
	err      error // why the options of With are wrong
}

// core is what a client and those derived from it share. Only its waiters change.
type core struct {
	host   string // without the scheme, which is https
	prefix string // /v2, or with the environment
	env    Environment
	region Region
	header http.Header // of every request
	signer *signing.Signer
	sender *transport.Client
	mocked bool              // sender is made of a custom Doer
	base   http.RoundTripper // for Fetch and Warm; nil if WithDoer replaced the network
	logger *slog.Logger
	now    func() time.Time

	limiter   *limiter     // nil without WithRateLimits
	budget    *retryBudget // nil without a limit
	observers []func(context.Context, Event)
	waiters   waiters.List // of package webstore
}

// Option configures a client.
type Option func(*settings) error

type settings struct {
	doer           transport.Doer
	base           http.RoundTripper
	retry          *transport.RetryPolicy
	attemptTimeout time.Duration
	logger         *slog.Logger
	now            func() time.Time
	userAgent      string
	limited        bool
	limits         map[string]RateLimit
	budget         int // retries; 0: the default
	observers      []func(context.Context, Event)
}

// WithDoer replaces signing, retries and network, for tests: the Doer sees each call once,
// unsigned, and the client needs no key. An [*http.Client] is refused, since requests would go out
// unsigned: use [WithRoundTripper] to change the network. A Doer must not send a call twice: the
// outcome is judged by the answer that it returns, and an earlier request may have done the work.
func WithDoer(doer transport.Doer) Option {
	return func(s *settings) error {
		if nilcheck.IsNil(doer) {
			return errors.New("amazonpay: WithDoer: the Doer is nil")
		}
		if _, ok := doer.(*http.Client); ok {
			return errors.New("amazonpay: WithDoer: an *http.Client would send requests unsigned; pass its Transport to WithRoundTripper")
		}
		s.doer = doer
		return nil
	}
}

// WithRoundTripper replaces the network below signing and retries: a proxy, a private certificate
// authority, tracing. It sees each attempt, signed, and must not change the request. The default is
// [transport.NewBase].
func WithRoundTripper(base http.RoundTripper) Option {
	return func(s *settings) error {
		if nilcheck.IsNil(base) {
			return errors.New("amazonpay: WithRoundTripper: the RoundTripper is nil")
		}
		s.base = base
		return nil
	}
}

// WithRetryPolicy changes how often attempts are repeated, and after which waits. [WithRetryBudget]
// limits the retries of all calls together.
func WithRetryPolicy(policy transport.RetryPolicy) Option {
	return func(s *settings) error {
		s.retry = &policy
		return nil
	}
}

// WithAttemptTimeout changes the time that one attempt may take, from signing to the answer's last
// byte. The default is 30 seconds. Authorizations are slow: a short time causes unknown outcomes.
func WithAttemptTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d <= 0 {
			return fmt.Errorf("amazonpay: WithAttemptTimeout: %s is not positive", d)
		}
		s.attemptTimeout = d
		return nil
	}
}

// WithLogger logs attempts, calls and waits for a rate limit at debug level. Retries, retries that
// the budget forbids, refused dates and failed calls are warnings. No record holds a key, a token,
// a path, a body or anything about a buyer. Without this option, or with a nil logger, nothing is
// logged.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		s.logger = logger
		return nil
	}
}

// WithClock replaces [time.Now] for the dates of requests, for tests.
func WithClock(now func() time.Time) Option {
	return func(s *settings) error {
		if now == nil {
			return errors.New("amazonpay: WithClock: the function is nil")
		}
		s.now = now
		return nil
	}
}

// WithUserAgent adds a product to the User-Agent header, such as my-shop/1.4.
func WithUserAgent(product string) Option {
	return func(s *settings) error {
		if rule := checkHeaderValue(product); rule != "" {
			return errors.New("amazonpay: WithUserAgent: the product " + rule)
		}
		s.userAgent = product
		return nil
	}
}

// New returns a client. It checks the whole configuration and opens no connection. The error names
// the field or the option that is wrong. A nil [Option] is an error.
func New(cfg Config, opts ...Option) (*Client, error) {
	s := settings{now: time.Now}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("amazonpay: an Option is nil")
		}
		if err := opt(&s); err != nil {
			return nil, err
		}
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}

	region, host, err := cfg.Region.canonical()
	if err != nil {
		return nil, err
	}
	if host, err = cfg.host(host); err != nil {
		return nil, err
	}
	if cfg.PublicKeyID != "" || s.doer == nil {
		if err := keyid.Check(cfg.PublicKeyID); err != nil {
			return nil, fmt.Errorf("amazonpay: Config.PublicKeyID: %w", err)
		}
	}
	environment, specific, err := resolveEnvironment(cfg.Environment, cfg.PublicKeyID)
	if err != nil {
		return nil, err
	}
	if err := cfg.Integrator.check(); err != nil {
		return nil, err
	}
	signer, err := cfg.signer()
	if err != nil {
		return nil, err
	}

	c := &core{
		host:   host,
		prefix: "/" + APIVersion,
		env:    environment,
		region: region,
		header: commonHeader(region, host, cfg.Integrator, s.userAgent),
		signer: signer,
		mocked: s.doer != nil,
		base:   s.base,
		logger: s.logger,
		now:    s.now,

		observers: s.observers,
	}
	if !specific {
		c.prefix = "/" + string(environment) + c.prefix
	}
	if !c.mocked {
		if err := c.connect(s); err != nil {
			return nil, err
		}
	} else {
		if s.retry != nil || s.attemptTimeout != 0 || s.limited || s.budget != 0 {
			return nil, errors.New("amazonpay: WithDoer replaces attempts, retries and time-outs: remove WithRetryPolicy, WithRetryBudget, WithAttemptTimeout and WithRateLimits")
		}
		c.sender = transport.FromDoer(s.doer, maxAnswerBytes)
	}
	if s.limited {
		if s.limits == nil {
			s.limits = DocumentedRateLimits(environment)
		}
		c.limiter = newLimiter(s.limits, s.logger)
	}
	return &Client{core: c}, nil
}

// connect makes the sender for the real network.
func (c *core) connect(s settings) error {
	if c.signer == nil {
		return errors.New("amazonpay: Config has no private key: set PrivateKey, PrivateKeyPEM or PrivateKeyFile")
	}
	if c.base == nil {
		c.base = transport.NewBase()
	}
	config := transport.Config{
		Signer:         c.signer,
		Base:           c.base,
		AttemptTimeout: s.attemptTimeout,
		MaxAnswerBytes: maxAnswerBytes,
		Logger:         s.logger,
		Now:            s.now,
	}
	if s.retry != nil {
		config.Retry = *s.retry
	}
	c.budget = newRetryBudget(cmp.Or(s.budget, defaultBudget))
	var err error
	if c.sender, err = transport.New(config); err != nil {
		return fmt.Errorf("amazonpay: %w", err)
	}
	return nil
}

func commonHeader(region Region, host string, integrator Integrator, product string) http.Header {
	agent := fmt.Sprintf("amazon-pay-sdk-go/%s (Go/%s; %s/%s)", Version, strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH)
	if product != "" {
		agent += " " + product
	}
	h := http.Header{
		"Accept":          {"application/json"},
		"Content-Type":    {"application/json"},
		"User-Agent":      {agent},
		httpheader.Host:   {host},
		httpheader.Region: {string(region)},
	}
	for name, value := range integrator.headers() {
		if value != "" {
			h.Set(name, value)
		}
	}
	return h
}

// With returns a client that applies these options to each call, before the call's own options. It
// shares connections and everything else with c, so it is cheap: make one for each merchant, with
// [WithAuthToken] or [WithTokenSource]. Each call of the new client returns an error if an option
// is wrong or is an idempotency key.
func (c *Client) With(defaults ...CallOption) *Client {
	if c == nil {
		return nil
	}
	derived := &Client{core: c.core, err: c.err}
	derived.defaults = append(append(derived.defaults, c.defaults...), defaults...)
	for _, o := range defaults {
		switch o.kind {
		case optionIdempotencyKey:
			derived.err = &FieldError{"Client.With", "an idempotency key belongs to one call: pass WithIdempotencyKey to the call"}
		case optionUnsettled:
			derived.err = &FieldError{"Client.With", "an unsettled key belongs to one call: pass WithUnsettled to the call"}
		default:
		}
	}
	return derived
}

// Environment returns the environment of the client's calls, [EnvironmentLive] or
// [EnvironmentSandbox], whether Config or the public key id decides it.
func (c *Client) Environment() Environment {
	if !c.made() {
		return ""
	}
	return c.core.env
}

// Region returns the region of the client's calls under its first name: [RegionNA], [RegionEU] or
// [RegionJP], also if Config has another name for it.
func (c *Client) Region() Region {
	if !c.made() {
		return ""
	}
	return c.core.region
}

// String returns the host and the environment, never a key or a token.
func (c *Client) String() string {
	if !c.made() {
		return "amazonpay.Client(nil)"
	}
	return "amazonpay.Client(https://" + c.core.host + " " + string(c.core.env) + ")"
}

// Format prints the same as String for every verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns the same as String.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// made reports whether New made the client.
func (c *Client) made() bool { return c != nil && c.core != nil }
