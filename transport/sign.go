package transport

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"github.com/amazonpay-go/sdk/internal/ended"
	"github.com/amazonpay-go/sdk/internal/redact"
)

// sign makes the request of one attempt, within the attempt's time, and signs it for its date. A
// failure to sign is final: nothing was sent, and the next attempt would fail as well.
func (c *Client) sign(next step) step {
	return func(ctx context.Context, x *exchange) error {
		limited, cancel := context.WithTimeoutCause(ctx, c.AttemptTimeout, c.tooSlow)
		defer cancel() // as soon as the answer is read: nothing of an attempt outlives it
		x.signed = newWire(limited, x)
		if err := c.Signer.SignRequest(x.signed.request, x.payload, x.attempt.Date); err != nil {
			err = &SigningError{Err: ended.Cause(ctx, limited, redact.Error(err, x.signed.request))}
			c.logAttempt(ctx, x, len(x.result.Attempts)+1, Attempt{Err: err, Duration: c.Now().Sub(x.attempt.Start)})
			return err
		}
		return next(ctx, x)
	}
}

// wire is the request of one attempt, in one piece of memory, and what is seen of its way to the
// network. net/http may hold a lock while it calls the trace, so nothing here waits.
type wire struct {
	request *http.Request
	url     url.URL
	body    body
	trace   httptrace.ClientTrace
	wanted  atomic.Bool  // net/http looked for a connection
	had     atomic.Int32 // connections it got: the request may have gone out on each
}

// newWire returns a request of its own header map, since net/http may still be reading the last
// attempt's. It has no GetBody: with one, net/http sends a request again by itself, over HTTP/2 also
// after the work was done.
func newWire(ctx context.Context, x *exchange) *wire {
	w := &wire{url: *x.url}
	w.trace.GetConn = func(string) { w.wanted.Store(true) }
	w.trace.GotConn = func(httptrace.GotConnInfo) { w.had.Add(1) }
	r := &http.Request{
		Method: x.request.Method, URL: &w.url, Host: w.url.Host, Header: x.request.Header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if size := len(x.request.Body); size > 0 {
		w.body.bytes.Reset(x.request.Body)
		r.Body, r.ContentLength = &w.body, int64(size)
	}
	w.request = r.WithContext(httptrace.WithClientTrace(ctx, &w.trace))
	return w
}

// unsent reports whether no byte of the request can have left. If somebody read the body, another
// round tripper may have sent it in its own way.
func (w *wire) unsent() bool {
	return w.wanted.Load() && w.had.Load() == 0 && w.body.bytes.Len() == int(w.request.ContentLength)
}

// body is a request body. It can be looked at without reading it, by [io.ReaderAt], but not rewound:
// what was read counts as sent.
type body struct{ bytes bytes.Reader }

var _ io.ReaderAt = (*body)(nil)

func (b *body) Read(p []byte) (int, error)             { return b.bytes.Read(p) }
func (b *body) ReadAt(p []byte, at int64) (int, error) { return b.bytes.ReadAt(p, at) }
func (*body) Close() error                             { return nil }
