package transport

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/internal/netfail"
)

// retry runs go-retryablehttp's loop over the attempts, the first one included. The loop calls the
// next step, waits and counts; the request and the responses that pass through it are empty, so it
// has nothing to log, to follow, to drain or to throw away. Every decision rests on the exchange.
func (c *Client) retry(next step) step {
	return func(ctx context.Context, x *exchange) error {
		l := &loop{client: c, exchange: x, next: next}
		run := &retryablehttp.Client{
			HTTPClient:   &http.Client{Transport: l}, // it has no CloseIdleConnections, which the loop would call
			Logger:       nil,                        // it would print URLs to standard error
			RetryMax:     c.cfg.Retry.MaxRetries + 1, // one for a refused date
			CheckRetry:   l.again,
			Backoff:      l.wait,
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		}
		resp, err := run.Do(&retryablehttp.Request{Request: nothing.WithContext(ctx)})
		if err == nil {
			_ = resp.Body.Close() // an empty one
			err = l.err
		} // else the context ended during a wait
		if err != nil && ctx.Err() != nil {
			interrupted := &InterruptedError{Cause: context.Cause(ctx), Err: x.err, ended: ctx.Err()}
			if x.result.Answer != nil {
				interrupted.StatusCode = x.result.Answer.Status
			}
			return interrupted
		}
		return err
	}
}

// loop joins one call to the loop: it is its network and its hooks.
type loop struct {
	client   *Client
	exchange *exchange
	next     step
	err      error // of the last attempt
	pause    time.Duration
}

// nothing is the request that the loop passes on. Nothing changes it or sends it.
var nothing = &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: "nowhere.invalid"}, Header: http.Header{}}

// RoundTrip makes an attempt. Its answer and its error are kept from the loop.
func (l *loop) RoundTrip(r *http.Request) (*http.Response, error) {
	l.err = l.next(r.Context(), l.exchange)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// again reports whether there is to be another attempt, and how long to wait for it.
func (l *loop) again(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	x := l.exchange
	switch {
	case x.verdict.DateRefused:
		l.pause = 0
	case x.verdict.Repeat:
		l.pause = x.asked
		if l.pause == 0 {
			l.pause = l.client.cfg.Retry.wait(x.retries)
		}
		x.retries++
		number := len(x.result.Attempts)
		l.client.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "amazon pay attempt will be repeated",
			x.attrs(number, outcome(ctx, x.result.Attempts[number-1]), slog.Duration("wait", l.pause))...)
	default:
		return false, nil
	}
	return true, nil
}

// wait returns what again has decided.
func (l *loop) wait(time.Duration, time.Duration, int, *http.Response) time.Duration { return l.pause }

// mayRepeat reports whether another attempt is possible after this one.
func (c *Client) mayRepeat(ctx context.Context, x *exchange, made Attempt, answer *Answer) bool {
	x.asked = 0
	if !x.request.repeatable() || x.retries >= c.cfg.Retry.MaxRetries {
		return false
	}
	if answer == nil {
		network, ok := errors.AsType[*NetworkError](made.Err)
		return ok && ctx.Err() == nil && !netfail.IsCertificate(network.Err)
	}
	asked, ok := httpheader.RetryAfter(answer.Header, c.cfg.Now())
	if !ok {
		return true
	}
	if asked > c.cfg.Retry.MaxRetryAfter {
		return false
	}
	x.asked = asked + rand.N(c.cfg.Retry.MinWait+1) // never less than asked, and not all callers at one instant
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > x.asked // the runtime's clock, as the deadline's is
}
