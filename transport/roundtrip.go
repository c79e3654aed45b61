package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/amazonpay-go/sdk/signing"
)

// exchange is one call in progress: the round tripper that signs and sends its
// attempts, and the hooks of the loop round them. The loop hands its hooks
// too little (no request where the network failed, nothing at all after an
// interrupted wait), so all decisions rest on what is kept here. One goroutine
// uses it.
//
// It has no CloseIdleConnections method, on purpose: go-retryablehttp calls that after
// each final failure, and the base transport's idle connections serve other calls too.
type exchange struct {
	*client
	call       *Call
	request    *http.Request // the caller's; never changed
	body       []byte
	hash       signing.PayloadHash
	repeatable bool

	last       *answer       // the last answer that came
	err        error         // why the last attempt brought none; nil where it brought one
	ended      bool          // the context had ended before the next attempt began
	held       bool          // Call.Admit did not let the next attempt begin
	rounds     int           // attempts that the loop asked for
	retryAfter time.Duration // the wait that the last answer asks for; 0: the policy's
	offset     time.Duration // what this call adds to the clock, to its end
	redated    bool          // the date was refused, and the request signed again
}

// answer is a complete answer. Its body can be handed out more than once.
type answer struct {
	response *http.Response
	came     time.Time // by Config.Now, before the body was read: its Date is of then
	body     []byte
}

func (a *answer) fresh() *http.Response {
	r := *a.response
	r.Body = io.NopCloser(bytes.NewReader(a.body))
	return &r
}

func newExchange(c *client, req *http.Request, body []byte) *exchange {
	call := callFrom(req.Context())
	call.Repeated = call.Repeated || len(call.Attempts) > 0
	call.Attempts, call.ClockOffset, call.Answer = nil, 0, nil
	return &exchange{
		client:     c,
		call:       call,
		request:    req,
		body:       body,
		hash:       signing.HashPayload(body),
		repeatable: !call.NoRetry && repeatable(req),
		offset:     c.correction.load(),
	}
}

// run drives the attempts. The loop's client is made for each call: it is a plain
// struct, its hooks are then methods of this call, and no call can see another's settings.
func (x *exchange) run() (*http.Response, error) {
	ctx := x.request.Context()
	inner := &retryablehttp.Request{Request: x.request.WithContext(ctx)} // a shallow copy, since the loop sets Body
	inner.Body, inner.GetBody, inner.ContentLength = nil, nil, 0
	if len(x.body) > 0 {
		if err := inner.SetBody(x.body); err != nil {
			return nil, &SigningError{Err: err}
		}
	}

	loop := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: x,
			// A redirect is an answer. To follow one would sign, and send tokens, for another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Jar:           nil,
			Timeout:       0, // each attempt has its own, which can be told from the caller's
		},
		Logger:          nil, // it would print URLs
		RetryWaitMin:    x.Retry.MinWait,
		RetryWaitMax:    x.Retry.MaxWait,
		RetryMax:        x.Retry.MaxRetries,
		RequestLogHook:  nil,
		ResponseLogHook: nil,
		CheckRetry:      x.checkRetry,
		Backoff:         x.backoff,
		ErrorHandler:    x.finish,
		PrepareRetry:    nil, // not called before the first attempt, and shares the header map with the one before
	}
	resp, err := loop.Do(inner)
	if err == nil {
		if !RetryableStatus(resp.StatusCode) {
			x.budget.answered()
		}
		return resp, nil
	}
	if x.last != nil {
		x.call.Answer = x.last.fresh()
	}
	if ctx.Err() != nil {
		interrupted := &InterruptedError{Cause: context.Cause(ctx), Err: x.err, ended: ctx.Err()}
		if x.last != nil {
			interrupted.Response = x.last.fresh()
		}
		return nil, interrupted
	}
	return nil, x.err
}

// RoundTrip makes one attempt, and a second one where the first one's date was refused.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	x.rounds++
	x.attempt(req)
	if x.dateRefused() {
		x.attempt(req)
	}
	switch {
	case x.ended:
		return nil, req.Context().Err()
	case x.err != nil:
		return nil, x.err
	}
	return x.last.fresh(), nil
}

// attempt signs a copy of req and sends it. What came of it is in x.last or x.err.
func (x *exchange) attempt(req *http.Request) {
	if !x.admitted(req.Context()) {
		return
	}
	// Cancelled as soon as the body is read: nothing of an attempt outlives it.
	ctx, cancel := context.WithTimeoutCause(req.Context(), x.AttemptTimeout, timeoutError(x.AttemptTimeout))
	defer cancel()

	start := x.Now()
	made := Attempt{Start: start, Date: start.Add(x.offset).UTC().Truncate(time.Second)}
	x.call.ClockOffset = x.offset

	signed := req.Clone(ctx) // with its own header map: net/http may still be reading the last attempt's
	var err error
	if req.GetBody != nil {
		signed.Body, err = req.GetBody()
	}
	if err == nil {
		err = x.Signer.SignRequest(signed, x.hash, made.Date)
	}
	if err != nil {
		x.err = &SigningError{Err: cause(req.Context(), signed, err)}
		x.logAttempt(req.Context(), len(x.call.Attempts)+1, 0, x.err, x.Now().Sub(start))
		return
	}

	// A wish for a connection that was never had: else the request may have gone out.
	var wished, had atomic.Bool
	got, err := x.send(signed.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { wished.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { had.Store(true) },
	})))
	made.Unsent = err != nil && wished.Load() && !had.Load()
	made.Duration = max(0, x.Now().Sub(start))
	switch _, tooLarge := errors.AsType[*TooLargeError](err); {
	case err == nil:
		x.last, x.err = got, nil
		made.StatusCode = got.response.StatusCode
		x.correction.revise(got)
	case tooLarge:
		x.err = err
	default:
		x.err = &NetworkError{Err: cause(req.Context(), signed, err)}
	}
	made.Err = x.err
	x.call.Attempts = append(x.call.Attempts, made)
	if x.call.Observe != nil {
		var header http.Header
		var body []byte
		if x.err == nil {
			header, body = got.response.Header, got.body
		}
		x.call.Observe(len(x.call.Attempts), made, header, body)
	}
	x.logAttempt(req.Context(), len(x.call.Attempts), made.StatusCode, x.err, made.Duration)
}

// admitted waits until the next attempt may begin. Where it may not, what came of the one before stands.
func (x *exchange) admitted(ctx context.Context) bool {
	var refused error
	if x.call.Admit != nil && ctx.Err() == nil {
		refused = x.call.Admit(ctx)
	}
	x.ended, x.held = ctx.Err() != nil, refused != nil
	if x.held && !x.ended && len(x.call.Attempts) == 0 {
		x.err = refused
	}
	return !x.ended && !x.held
}

// send sends the signed request and reads the whole answer. One whose body
// breaks off is no answer: it may have said anything.
func (x *exchange) send(signed *http.Request) (*answer, error) {
	resp, err := x.Base.RoundTrip(signed)
	if err != nil {
		return nil, err
	}
	came := x.Now()
	if resp == nil {
		return nil, errors.New("the round tripper returned neither an answer nor an error")
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer func() { _ = resp.Body.Close() }()

	tooLarge := &TooLargeError{StatusCode: resp.StatusCode, Limit: x.MaxAnswerBytes}
	if resp.ContentLength > x.MaxAnswerBytes && signed.Method != http.MethodHead {
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, x.MaxAnswerBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > x.MaxAnswerBytes {
		return nil, tooLarge
	}

	whole := *resp
	whole.Request = x.request // not the signed copy: an answer that is printed shows no signature
	if signed.Method != http.MethodHead {
		whole.ContentLength = int64(len(body))
	}
	return &answer{response: &whole, came: came, body: body}, nil
}

func (x *exchange) logAttempt(ctx context.Context, number, status int, err error, took time.Duration) {
	x.Logger.LogAttrs(ctx, slog.LevelDebug, "amazon pay attempt",
		slog.String("operation", x.call.Operation),
		slog.String("method", x.request.Method),
		slog.Int("attempt", number),
		outcome(ctx, status, err),
		slog.Duration("duration", took),
	)
}

// outcome is the status or, where there is none, the kind of failure.
func outcome(ctx context.Context, status int, err error) slog.Attr {
	if err != nil {
		return slog.String("error_kind", kind(ctx, err))
	}
	return slog.Int("status", status)
}
