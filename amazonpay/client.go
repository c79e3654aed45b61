package amazonpay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/internal/waiters"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// Version is the version of this SDK.
const Version = "0.1.0"

// Client makes signed calls for one key. The clients of webstore, instore, delivery and
// authtoken are built on it. It is safe for concurrent use, and one should be kept for
// as long as the program runs, since it keeps connections open.
type Client struct {
	core     *core
	defaults []CallOption
	err      error // what was wrong with the options of With
}

// core is what a client and those derived from it share. Only its waiters change.
type core struct {
	host   string // without the scheme, which is https
	prefix string // /v2, or with the environment
	env    Environment
	header http.Header // of every request
	signer *signing.Signer
	doer   transport.Doer
	mocked bool              // doer is the user's own
	base   http.RoundTripper // for Fetch
	logger *slog.Logger
	now    func() time.Time

	limiter   *limiter // nil without WithRateLimits
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
	observers      []func(context.Context, Event)
}

// WithDoer replaces signing, retries and network, for tests: the Doer sees each call once,
// unsigned, and the client needs no key. An [http.Client] is refused, since requests
// would go out unsigned: use [WithRoundTripper] to change the network.
func WithDoer(doer transport.Doer) Option {
	return func(s *settings) error {
		if isNil(doer) {
			return errors.New("amazonpay: WithDoer: the Doer is nil")
		}
		if _, ok := doer.(*http.Client); ok {
			return errors.New("amazonpay: WithDoer: an *http.Client would send requests unsigned; pass its Transport to WithRoundTripper")
		}
		s.doer = doer
		return nil
	}
}

// WithRoundTripper replaces the network below signing and retries: a proxy, a certificate
// authority of your own, tracing. It sees each attempt, signed; it must not change the
// request. The default is [transport.NewBase].
func WithRoundTripper(base http.RoundTripper) Option {
	return func(s *settings) error {
		if isNil(base) {
			return errors.New("amazonpay: WithRoundTripper: the RoundTripper is nil")
		}
		s.base = base
		return nil
	}
}

// WithRetryPolicy changes how often and how fast attempts are repeated.
func WithRetryPolicy(policy transport.RetryPolicy) Option {
	return func(s *settings) error {
		s.retry = &policy
		return nil
	}
}

// WithAttemptTimeout changes the 30 seconds that one attempt may take, from dialling to
// the answer's last byte. Authorizations are slow: a short time makes unknown outcomes.
func WithAttemptTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d <= 0 {
			return fmt.Errorf("amazonpay: WithAttemptTimeout: %s is not positive", d)
		}
		s.attemptTimeout = d
		return nil
	}
}

// WithLogger logs calls and attempts: each attempt, each call and each wait for a rate limit at debug level, each
// wait before a retry, each retry that the budget does not allow, and each failed call as a warning. No record holds a key, a token, a path, a
// body, or anything about a buyer. Without this option nothing is logged. With a nil logger nothing is logged either, whereas a nil
// [Option] is an error of [New], as is a nil value given to [WithDoer] or [WithRoundTripper].
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

// New makes a client. It checks the whole configuration and opens no connection.
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
		if err := signing.CheckPublicKeyID(cfg.PublicKeyID); err != nil {
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
		header: commonHeader(region, host, cfg.Integrator, s.userAgent),
		signer: signer,
		doer:   s.doer,
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
	} else if s.retry != nil || s.attemptTimeout != 0 || s.limited {
		return nil, errors.New("amazonpay: WithDoer replaces attempts, retries and time-outs: WithRetryPolicy, WithAttemptTimeout and WithRateLimits have no effect with it")
	}
	if s.limited {
		if s.limits == nil {
			s.limits = DocumentedRateLimits(environment)
		}
		c.limiter = newLimiter(s.limits, s.logger)
	}
	return &Client{core: c}, nil
}

// connect builds the real transport.
func (c *core) connect(s settings) error {
	if c.signer == nil {
		return errors.New("amazonpay: Config has no private key: give PrivateKey, PrivateKeyPEM or PrivateKeyFile")
	}
	if c.base == nil {
		c.base = transport.NewBase()
	}
	config := transport.Config{
		Signer:         c.signer,
		Base:           c.base,
		Retryable:      retryable,
		DateRefused:    dateRefused,
		AttemptTimeout: s.attemptTimeout,
		MaxAnswerBytes: maxAnswerBytes,
		Logger:         s.logger,
		Now:            s.now,
	}
	if s.retry != nil {
		config.Retry = *s.retry
	}
	doer, err := transport.New(config)
	if err != nil {
		return fmt.Errorf("amazonpay: %w", err)
	}
	c.doer = doer
	return nil
}

func commonHeader(region Region, host string, integrator Integrator, product string) http.Header {
	agent := fmt.Sprintf("amazon-pay-sdk-go/%s (Go/%s; %s/%s)", Version, strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH)
	if product != "" {
		agent += " " + product
	}
	h := http.Header{
		"Accept":           {"application/json"},
		"Content-Type":     {"application/json"},
		"User-Agent":       {agent},
		"X-Amz-Pay-Host":   {host},
		"X-Amz-Pay-Region": {string(region)},
	}
	for name, value := range integrator.headers() {
		if value != "" {
			h.Set(name, value)
		}
	}
	return h
}

// With returns a client that makes each call with these options, before those of the call
// itself. It shares connections and everything else with c, so it is cheap: make one for
// each merchant, with [WithAuthToken] or [WithTokenSource]. Options that are wrong, and an
// idempotency key, are reported by each call of the new client.
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
			derived.err = &FieldError{"Client.With", "what is unsettled belongs to one call: pass WithUnsettled to the call"}
		default:
		}
	}
	return derived
}

// Environment returns the environment in which the client calls, [EnvironmentLive] or [EnvironmentSandbox],
// whether Config or the public key id has decided it.
func (c *Client) Environment() Environment {
	if !c.made() {
		return ""
	}
	return c.core.env
}

// String names the host and the environment, never a key or a token.
func (c *Client) String() string {
	if !c.made() {
		return "amazonpay.Client(nil)"
	}
	return "amazonpay.Client(https://" + c.core.host + " " + string(c.core.env) + ")"
}

// Format prints what String returns, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns what String returns.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// made reports whether New made the client.
func (c *Client) made() bool { return c != nil && c.core != nil }

// isNil also finds a nil pointer or function in an interface, which would panic much later.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan:
		return r.IsNil()
	default:
		return false
	}
}
