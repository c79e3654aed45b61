package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"runtime"

	"github.com/amazonpay-go/sdk/internal/ended"
	"github.com/amazonpay-go/sdk/internal/redact"
)

// send sends the signed request, reads the whole answer, and has the policy judge the attempt.
func (c *Client) send(ctx context.Context, x *exchange) error {
	answer, err := c.roundTrip(x)
	unsent := err != nil && x.signed.watch.Unsent()
	for range x.signed.watch.Connections() - 1 { // net/http sends what has no body again on another connection
		c.judge(ctx, x, Attempt{Start: x.attempt.Start, Date: x.attempt.Date, Err: &NetworkError{Err: errResent}}, nil, false)
	}
	made := x.attempt
	made.Unsent = unsent
	made.Duration = max(0, c.cfg.Now().Sub(made.Start))
	switch _, tooLarge := errors.AsType[*TooLargeError](err); {
	case err == nil:
		made.StatusCode = answer.Status
		x.result.Answer = answer
	case tooLarge:
		made.Err = err
	default:
		made.Err = &NetworkError{Err: ended.Cause(ctx, x.signed.request.Context(), redact.Error(err, x.signed.request))}
	}
	c.judge(ctx, x, made, answer, c.mayRepeat(ctx, x, made, answer))
	return made.Err
}

// errResent is why an attempt brought no answer that net/http repeated by itself.
var errResent = errors.New("the connection failed, and net/http sent the request again on another one")

// judge adds an attempt to the result and asks the policy for its verdict.
func (c *Client) judge(ctx context.Context, x *exchange, made Attempt, answer *Answer, mayRepeat bool) {
	x.result.Attempts = append(x.result.Attempts, made)
	c.logAttempt(ctx, x, len(x.result.Attempts), made)
	x.verdict = x.policy.Judge(ctx, made, answer, mayRepeat)
	x.verdict.Repeat = x.verdict.Repeat && mayRepeat
	x.verdict.DateRefused = x.verdict.DateRefused && answer != nil // a request without an answer may have done the work
}

// roundTrip sends the signed request and reads the whole answer. One whose body breaks off is no
// answer: it may have said anything.
func (c *Client) roundTrip(x *exchange) (*Answer, error) {
	resp, err := c.cfg.Base.RoundTrip(x.signed.request) //nolint:bodyclose // read closes it
	if err != nil {
		return nil, err
	}
	x.came = c.cfg.Now()
	if resp == nil {
		return nil, errors.New("the RoundTripper returned neither an answer nor an error")
	}
	answer, err := read(resp, x.request.Method, c.cfg.MaxAnswerBytes)
	runtime.Gosched() // net/http puts the connection back now, not after a next call has found none and dialled
	return answer, err
}

// read reads a response up to a limit and closes it.
func read(resp *http.Response, method string, limit int64) (*Answer, error) {
	if resp.Body == nil {
		return &Answer{Status: resp.StatusCode, Header: resp.Header}, nil
	}
	defer func() { _ = resp.Body.Close() }()
	limit = min(limit, math.MaxInt64-1) // one byte more is read, to see if it is there
	tooLarge := &TooLargeError{StatusCode: resp.StatusCode, Limit: limit}
	if resp.ContentLength > limit && method != http.MethodHead {
		return nil, tooLarge
	}
	const trusted = 64 << 10 // a larger length is not believed before the bytes come
	var b bytes.Buffer
	b.Grow(bytes.MinRead + int(min(max(0, resp.ContentLength), trusted)))
	switch n, err := b.ReadFrom(io.LimitReader(resp.Body, limit+1)); {
	case err != nil:
		return nil, err
	case n > limit:
		return nil, tooLarge
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: b.Bytes()}, nil
}

func (c *Client) logAttempt(ctx context.Context, x *exchange, number int, made Attempt) {
	c.cfg.Logger.LogAttrs(ctx, slog.LevelDebug, "amazon pay attempt", x.attrs(number, outcome(ctx, made), slog.Duration("duration", made.Duration))...)
}

// attrs are the attributes of a log line about an attempt.
func (x *exchange) attrs(number int, more ...slog.Attr) []slog.Attr {
	return append([]slog.Attr{
		slog.String("operation", x.request.Operation), slog.String("method", x.request.Method), slog.Int("attempt", number),
	}, more...)
}

// outcome is the status or, if there is none, the kind of failure.
func outcome(ctx context.Context, made Attempt) slog.Attr {
	if made.Err != nil {
		return slog.String("error_kind", kind(ctx, made.Err))
	}
	return slog.Int("status", made.StatusCode)
}
