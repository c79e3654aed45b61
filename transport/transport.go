package transport

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

const (
	defaultAttemptTimeout = 30 * time.Second
	defaultMaxAnswerBytes = 10 << 20
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -destination ../mocks/transport.go . Doer

// Doer sends one request and returns its answer: one call, with all the attempts
// that it takes. It is the one seam between the SDK and the network. The body of
// the answer is complete in memory, so closing it is good manners and nothing more.
//
// The Doer that [New] returns is safe for concurrent use, as any other should be.
type Doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// RequestSigner signs a request: it sets X-Amz-Pay-Date to at and Authorization to
// the signature, replacing both. A [signing.Signer] is one.
type RequestSigner interface {
	SignRequest(r *http.Request, payload signing.PayloadHash, at time.Time) error
}

// Config says how requests are signed, sent and repeated. Only Signer is required;
// the zero value of every other field is the default that the package comment names.
type Config struct {
	// Signer signs each attempt anew.
	Signer RequestSigner

	// Base sends the signed request: the place of a proxy, a private CA, tracing. It must
	// not change what is signed, nor send a request again by itself. Requests reach it without
	// GetBody, so that net/http does not repeat those that have a body. Nil is [NewBase].
	Base http.RoundTripper

	// Retry says how often and how long after.
	Retry RetryPolicy

	// Retryable may refuse to repeat an answer whose status [RetryableStatus] names; it
	// is not asked about others, and cannot add to them. It must not change the
	// header or the body. Nil refuses none.
	Retryable func(status int, h http.Header, body []byte) bool

	// DateRefused reports whether an answer of status 400 or above says that the
	// X-Amz-Pay-Date was refused, so that no work was done. Such a request is signed
	// again at once, one second behind the Date of the answer, once a call. It must not
	// change the header or the body. Nil never says so.
	DateRefused func(status int, h http.Header, body []byte) bool

	// AttemptTimeout limits one attempt, from signing to the last byte of the answer's
	// body. 0 is 30 s: authorisations are slow, and a short limit makes unknown outcomes.
	AttemptTimeout time.Duration

	// MaxAnswerBytes limits the body of an answer; a longer one is a [TooLargeError]. 0
	// is 10 MiB.
	MaxAnswerBytes int64

	// Logger gets a line for each attempt (debug) and each wait (warn), with neither
	// addresses nor headers nor bodies. Nil is silent.
	Logger *slog.Logger

	// Now is the clock that dates signatures and attempts. Nil is [time.Now]. Waits and
	// time-outs are measured by the runtime.
	Now func() time.Time
}

// client is the Doer that New makes. It is not changed after that, but for the
// clock's correction and the retry budget.
type client struct {
	Config
	correction correction
	budget     *budget
	gate       *gate
	tooSlow    error // the cause of the end of an attempt by AttemptTimeout
}

// New returns a [Doer] that signs each attempt, sends it through cfg.Base and repeats
// what may be repeated. It opens no connection. The error names the field of cfg
// that is missing or out of range.
//
// The Doer also has a method ClockOffset() [time.Duration]: what it adds to the clock for
// the date of a signature, 0 unless the service refused a date. Whoever signs requests of
// their own beside it adds the same.
func New(cfg Config) (Doer, error) {
	if isNil(cfg.Signer) {
		return nil, errors.New("transport: Config.Signer is nil")
	}
	if cfg.Base == nil {
		cfg.Base = NewBase()
	} else if isNil(cfg.Base) {
		return nil, fmt.Errorf("transport: Config.Base is a nil %T", cfg.Base)
	}
	if cfg.AttemptTimeout < 0 {
		return nil, fmt.Errorf("transport: Config.AttemptTimeout is negative (%v)", cfg.AttemptTimeout)
	}
	if cfg.MaxAnswerBytes < 0 {
		return nil, fmt.Errorf("transport: Config.MaxAnswerBytes is negative (%d)", cfg.MaxAnswerBytes)
	}
	var err error
	if cfg.Retry, err = cfg.Retry.withDefaults(); err != nil {
		return nil, err
	}
	if cfg.AttemptTimeout == 0 {
		cfg.AttemptTimeout = defaultAttemptTimeout
	}
	if cfg.MaxAnswerBytes == 0 {
		cfg.MaxAnswerBytes = defaultMaxAnswerBytes
	}
	cfg.MaxAnswerBytes = min(cfg.MaxAnswerBytes, math.MaxInt64-1) // one byte more is read, to see that it is there
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now //nolint:forbidigo // The default of the clock that is the input.
	}
	return &client{
		Config: cfg, budget: newBudget(cfg.Retry.Budget), gate: newGate(cfg.Base), tooSlow: timeoutError(cfg.AttemptTimeout),
	}, nil
}

// ClockOffset returns what is added to the clock for the date of the next call. It is
// safe for concurrent use.
func (c *client) ClockOffset() time.Duration { return c.correction.load() }

// Do sends req, with as many attempts as the policy allows, and returns the last
// answer whatever its status: a status is not an error here. The errors are
// [*SigningError], [*NetworkError], [*TooLargeError] and [*InterruptedError], that of [Call].Admit, or a
// plain one where req cannot be sent at all.
//
// req is not changed. Its body is closed, and read by GetBody alone, which must be
// there if the body is ([http.NewRequest] sees to it). A [Call] in the request's context
// (see [WithCall]) is filled in.
func (c *client) Do(req *http.Request) (*http.Response, error) {
	if req == nil {
		return nil, errors.New("transport: the request is nil")
	}
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	if err := check(req); err != nil {
		return nil, err
	}
	body, err := readBody(req)
	if err != nil {
		return nil, &SigningError{Err: Scrub(err, req)}
	}
	return newExchange(c, req, body).run()
}

// check refuses what net/http would refuse too, but as an error of the network, which
// would be tried again.
func check(req *http.Request) error {
	switch {
	case req.URL == nil || req.URL.Host == "":
		return errors.New("transport: the request has no URL with a host")
	case req.URL.Scheme != "https" && req.URL.Scheme != "http":
		return fmt.Errorf("transport: the scheme of the request's URL is %q: it must be https, or http in tests", req.URL.Scheme)
	case req.RequestURI != "":
		return errors.New("transport: RequestURI is set: the request is one that a server received")
	case req.Method != "" && !isToken(req.Method):
		return fmt.Errorf("transport: the method %q has a character that no method has", req.Method)
	}
	for name, values := range req.Header {
		if !isToken(name) {
			return fmt.Errorf("transport: the header name %q is empty or has a character that no name has", name)
		}
		if slices.ContainsFunc(values, hasControl) {
			return fmt.Errorf("transport: the value of header %q has a line end or another control character", name)
		}
	}
	return nil
}

// isToken reports whether text is a token of RFC 9110, section 5.6.2: a method or the name
// of a header.
func isToken(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return text != ""
}

func hasControl(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	if req.GetBody == nil {
		return nil, errors.New("the request has a body but no GetBody: each attempt needs the same bytes again")
	}
	r, err := req.GetBody()
	if err != nil {
		return nil, fmt.Errorf("the request's GetBody failed: %w", err)
	}
	defer func() { _ = r.Close() }()
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("the request's body cannot be read: %w", err)
	}
	return body, nil
}

// isNil also finds the nil in an interface that is not nil itself, such as a nil pointer
// or function, which would panic at the first call.
func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan:
		return r.IsNil()
	default:
		return false
	}
}
