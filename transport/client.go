package transport

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/amazonpay-go/sdk/internal/ended"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
	"github.com/amazonpay-go/sdk/signing"
)

// Config says how requests are signed, sent and repeated. Only Signer is required. The zero value
// of every other field is the default in the package comment.
type Config struct {
	// Signer signs each attempt anew: it sets X-Amz-Pay-Date to at and Authorization to the
	// signature, replacing both. A [signing.Signer] is one.
	Signer interface {
		SignRequest(r *http.Request, payload signing.PayloadHash, at time.Time) error
	}

	// Base sends the signed request: the place of a proxy, a private CA, tracing. It must not
	// change what is signed, nor send a request again by itself. Requests reach it without GetBody,
	// so that net/http does not repeat those that have a body. Nil means [NewBase].
	Base http.RoundTripper

	// Retry says how often an attempt is repeated, and after which wait.
	Retry RetryPolicy

	// AttemptTimeout limits one attempt, from signing to the last byte of the answer's body. 0
	// means 30 s: authorizations are slow, and a short limit causes unknown outcomes.
	AttemptTimeout time.Duration

	// MaxAnswerBytes limits the body of an answer. 0 means 10 MiB. See [TooLargeError].
	MaxAnswerBytes int64

	// Logger gets a line for each attempt (debug), each retry and each refused date (warn), without
	// addresses, headers and bodies. Nil means no log.
	Logger *slog.Logger

	// Now is the clock that dates signatures and attempts. Nil means [time.Now]. Waits and time-outs
	// are measured by the runtime.
	Now func() time.Time
}

// Client sends calls: see [Client.Send]. It is safe for concurrent use. One that [New] makes also
// remembers how far its clock is off. The zero value sends nothing: [New] and [FromDoer] make one.
type Client struct {
	cfg        Config
	steps      step
	doer       Doer  // of FromDoer
	tooSlow    error // the cause of the end of an attempt by AttemptTimeout
	correction correction
}

// New returns a Client that signs each attempt, sends it through cfg.Base and repeats what may be
// repeated. It opens no connection. The error names the field that is missing or out of range.
func New(cfg Config) (*Client, error) {
	switch {
	case nilcheck.IsNil(cfg.Signer):
		return nil, errors.New("transport: Config.Signer is nil")
	case cfg.Base != nil && nilcheck.IsNil(cfg.Base):
		return nil, fmt.Errorf("transport: Config.Base is a nil %T", cfg.Base)
	case cfg.AttemptTimeout < 0:
		return nil, fmt.Errorf("transport: Config.AttemptTimeout is negative (%v)", cfg.AttemptTimeout)
	case cfg.MaxAnswerBytes < 0:
		return nil, fmt.Errorf("transport: Config.MaxAnswerBytes is negative (%d)", cfg.MaxAnswerBytes)
	}
	var err error
	if cfg.Retry, err = cfg.Retry.withDefaults(); err != nil {
		return nil, err
	}
	cfg.AttemptTimeout = cmp.Or(cfg.AttemptTimeout, 30*time.Second)
	cfg.MaxAnswerBytes = cmp.Or(cfg.MaxAnswerBytes, 10<<20)
	if cfg.Base == nil {
		cfg.Base = NewBase()
	}
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Now == nil {
		cfg.Now = time.Now //nolint:forbidigo // The default of the clock that is the input.
	}
	c := &Client{cfg: cfg, tooSlow: ended.TimeoutError(cfg.AttemptTimeout)}
	c.steps = c.chain()
	return c, nil
}

// ClockOffset returns what is added to the clock to date the next call: 0 unless the service
// refused a date. Add it too if you sign requests beside this Client.
func (c *Client) ClockOffset() time.Duration { return c.correction.load() }

// CloseIdleConnections closes the unused connections, if the network has such a method.
func (c *Client) CloseIdleConnections() {
	for _, network := range []any{c.cfg.Base, c.doer} {
		if closer, ok := network.(interface{ CloseIdleConnections() }); ok {
			closer.CloseIdleConnections()
		}
	}
}
