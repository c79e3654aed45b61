package transport

import (
	"context"
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/internal/ended"
	"github.com/amazonpay-go/sdk/internal/redact"
	"github.com/amazonpay-go/sdk/internal/sent"
)

// sign makes the request of one attempt, within the attempt's time, and signs it for its date. A
// failure to sign is final: nothing was sent, and the next attempt would fail as well.
func (c *Client) sign(next step) step {
	return func(ctx context.Context, x *exchange) error {
		limited, cancel := context.WithTimeoutCause(ctx, c.cfg.AttemptTimeout, c.tooSlow)
		defer cancel() // as soon as the answer is read: nothing of an attempt outlives it
		x.signed = newWire(limited, x)
		if err := c.cfg.Signer.SignRequest(x.signed.request, x.payload, x.attempt.Date); err != nil {
			err = &SigningError{Err: ended.Cause(ctx, limited, redact.Error(err, x.signed.request)), sent: len(x.result.Attempts) > 0}
			c.logAttempt(ctx, x, len(x.result.Attempts)+1, Attempt{Err: err, Duration: c.cfg.Now().Sub(x.attempt.Start)})
			return err
		}
		return next(ctx, x)
	}
}

// wire is the request of one attempt, in one piece of memory.
type wire struct {
	request *http.Request
	url     url.URL
	watch   sent.Watch
}

// newWire returns a request with its own header map, since net/http may still be reading the last
// attempt's. It has no GetBody: with one, net/http sends a request again by itself, over HTTP/2
// also after the work was done.
func newWire(ctx context.Context, x *exchange) *wire {
	w := &wire{url: *x.url}
	r := &http.Request{
		Method: x.request.Method, URL: &w.url, Host: w.url.Host, Header: x.request.Header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if size := len(x.request.Body); size > 0 {
		w.watch.Body.Reset(x.request.Body)
		r.Body, r.ContentLength = &w.watch.Body, int64(size)
	}
	w.request = r.WithContext(w.watch.Context(ctx))
	return w
}
