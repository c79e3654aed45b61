package transport

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

// The whole way of a call, outermost step first. Each step wraps the next one and has its own file:
//
//	retry   go-retryablehttp's loop: the first attempt, the waits, the further attempts
//	admit   the Policy may hold the attempt back, or refuse it
//	date    dates the attempt; if the service refuses the date, asks for another attempt at once
//	sign    makes the request of this attempt and signs it
//	send    sends it, reads the whole answer, and has the Policy judge both
func (c *Client) chain() step {
	return c.retry(c.admit(c.date(c.sign(c.send))))
}

// step does its part of one attempt and calls the next step. It leaves what it learns in the
// exchange. Its error says why the attempt brought no answer.
type step func(ctx context.Context, x *exchange) error

// exchange is one call on its way through the chain. Only one goroutine uses it.
type exchange struct {
	// The call, the same in all its attempts.
	request Request
	url     *url.URL
	payload signing.PayloadHash
	policy  Policy

	// The attempt in progress. Each step sets what it knows.
	attempt Attempt
	signed  *wire     // by sign
	came    time.Time // by send: when the answer's header came
	verdict Verdict   // by send, on the attempt; date withdraws DateRefused if it cannot help

	// The call so far.
	result  Result        // what Send returns
	err     error         // why the last attempt brought no answer, nil if it brought one
	retries int           // attempts beyond the first, without the one for a refused date
	asked   time.Duration // the wait that the last answer asked for, 0 if none
	offset  time.Duration // what date adds to the clock
	redated bool          // the date was refused once
}

// Send makes the attempts of one call and returns the last answer, whatever its status: a status is
// not an error here. The error is a [*SigningError], [*NetworkError], [*TooLargeError] or
// [*InterruptedError], the error of [Policy].Admit, or a plain one if r cannot be sent at all. The
// Result is filled in beside an error too. Send is safe for concurrent use.
func (c *Client) Send(ctx context.Context, r Request, p Policy) (Result, error) {
	switch {
	case c == nil || c.steps == nil:
		return Result{}, errors.New("transport: Send: neither New nor FromDoer made the Client")
	case ctx == nil || p == nil:
		return Result{}, errors.New("transport: Send: the context or the Policy is nil")
	}
	address, err := r.check()
	if err != nil {
		return Result{}, err
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	x := &exchange{request: r, url: address, payload: signing.HashPayload(r.Body), policy: p, offset: c.correction.load()}
	err = c.steps(ctx, x)
	return x.result, err
}
