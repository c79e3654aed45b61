package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
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
	rounds     int           // attempts, but for those that repeat one with another date
	retryAfter time.Duration // the wait that the last answer asks for; 0: the policy's
	offset     time.Duration // what this call adds to the clock, to its end
	redated    bool          // the date was refused, and the request signed again
	looping    bool          // the loop has what came of the first round
}

// answer is a complete answer. Its body can be handed out more than once.
type answer struct {
	response http.Response
	came     time.Time // by Config.Now, before the body was read: its Date is of then
	body     []byte
}

// fresh returns the answer with a body that was not read.
func (a *answer) fresh() *http.Response {
	r := &struct { // one piece of memory
		http.Response

		body Body
	}{a.response, Body{*bytes.NewReader(a.body), a.body}}
	r.Body = &r.body
	return &r.Response
}

// Body is the body of each answer that a [Doer] of this package returns. It is complete in memory.
type Body struct {
	unread bytes.Reader
	all    []byte
}

// Read reads what was not read yet.
func (b *Body) Read(p []byte) (int, error) { return b.unread.Read(p) }

// Bytes returns the whole body, however much of it was read. It must not be changed.
func (b *Body) Bytes() []byte { return b.all }

// Close does nothing.
func (*Body) Close() error { return nil }

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

// run makes the first attempt, with which most calls are done, and has the loop make the others.
func (x *exchange) run() (*http.Response, error) {
	ctx := x.request.Context()
	x.round(ctx)
	if !x.ended && x.err == nil && !RetryableStatus(x.last.response.StatusCode) {
		x.budget.answered()
		return x.last.fresh(), nil
	}
	resp, err := x.repeat(ctx)
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

// repeat has the loop decide on what came of the first attempt, and make the others. Its client is made for each call: it is a
// plain struct, its hooks are then methods of this call, and no call can see another's settings.
func (x *exchange) repeat(ctx context.Context) (*http.Response, error) {
	// The loop gets neither header nor body, of which it would make copies: each attempt is made of the caller's request.
	inner := &retryablehttp.Request{Request: x.request.WithContext(ctx)}
	inner.Header, inner.Body, inner.GetBody, inner.ContentLength = http.Header{}, nil, nil, 0
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
	return loop.Do(inner)
}

// RoundTrip gives the loop what came of the first attempt, and makes the next one each time after.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	if x.looping {
		x.round(req.Context())
	}
	x.looping = true
	switch {
	case x.ended:
		return nil, req.Context().Err()
	case x.err != nil:
		return nil, x.err
	}
	return x.last.fresh(), nil
}

// round makes one attempt, and a second one where the first one's date was refused.
func (x *exchange) round(caller context.Context) {
	x.rounds++
	x.attempt(caller)
	if x.dateRefused() {
		x.attempt(caller)
	}
}

// attempt signs a copy of the request and sends it. What came of it is in x.last or x.err.
func (x *exchange) attempt(caller context.Context) {
	if !x.admitted(caller) {
		return
	}
	// Cancelled as soon as the body is read: nothing of an attempt outlives it.
	ctx, cancel := context.WithTimeoutCause(caller, x.AttemptTimeout, x.tooSlow)
	defer cancel()

	start := x.Now()
	made := Attempt{Start: start, Date: start.Add(x.offset).UTC().Truncate(time.Second)}
	x.call.ClockOffset = x.offset

	seen := connection{gate: x.gate}
	signed := x.request.Clone(seen.watch(ctx)) // with its own header map: net/http may still be reading the last attempt's
	if signed.Header == nil {
		signed.Header = make(http.Header)
	}
	// No GetBody: with one, net/http sends a request again by itself, over HTTP/2 also after the work was done.
	signed.Body, signed.GetBody, signed.ContentLength = nil, nil, int64(len(x.body))
	body := &Body{*bytes.NewReader(x.body), x.body}
	if len(x.body) > 0 {
		signed.Body = body
	}
	if err := x.Signer.SignRequest(signed, x.hash, made.Date); err != nil {
		x.err = &SigningError{Err: cause(caller, signed, err)}
		x.logAttempt(caller, len(x.call.Attempts)+1, 0, x.err, x.Now().Sub(start))
		return
	}

	got, err := x.send(signed)
	made.Unsent = errors.Is(err, errAtGate) || err != nil && seen.wished.Load() && seen.had.Load() == 0 &&
		body.unread.Len() == len(x.body) // else another round tripper may have sent it in a way of its own
	for range seen.had.Load() - 1 { // net/http sends what has no body again on another connection
		x.record(caller, Attempt{Start: start, Date: made.Date, Err: &NetworkError{Err: errResent}}, nil)
	}
	made.Duration = max(0, x.Now().Sub(start))
	switch _, tooLarge := errors.AsType[*TooLargeError](err); {
	case err == nil:
		x.last, x.err = got, nil
		made.StatusCode = got.response.StatusCode
		x.correction.revise(got)
	case tooLarge:
		x.err = err
	default:
		x.err = &NetworkError{Err: cause(caller, signed, err)}
	}
	made.Err = x.err
	x.record(caller, made, got)
}

// errResent is why an attempt brought no answer that net/http repeated by itself.
var errResent = errors.New("the connection failed, and net/http sent the request again on another one")

// record adds an attempt to those that were made. got is nil where no answer came.
func (x *exchange) record(caller context.Context, made Attempt, got *answer) {
	x.call.Attempts = append(x.call.Attempts, made)
	if x.call.Observe != nil {
		var header http.Header
		var body []byte
		if made.Err == nil {
			header, body = got.response.Header, got.body
		}
		x.call.Observe(len(x.call.Attempts), made, header, body)
	}
	x.logAttempt(caller, len(x.call.Attempts), made.StatusCode, made.Err, made.Duration)
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
	leave, err := x.gate.enter(signed.Context())
	if err != nil {
		return nil, err
	}
	defer leave()
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

	tooLarge := TooLargeError{StatusCode: resp.StatusCode, Limit: x.MaxAnswerBytes}
	if resp.ContentLength > x.MaxAnswerBytes && signed.Method != http.MethodHead {
		return nil, new(tooLarge)
	}
	body, err := readAll(resp, x.MaxAnswerBytes+1)
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > x.MaxAnswerBytes {
		return nil, new(tooLarge)
	}

	runtime.Gosched() // net/http puts the connection back now, not after a next call has found none and dialled
	got := &answer{response: *resp, came: came, body: body}
	got.response.Request = x.request // not the signed copy: an answer that is printed shows no signature
	if signed.Method != http.MethodHead {
		got.response.ContentLength = int64(len(body))
	}
	return got, nil
}

// readAll reads a body up to a limit, in one piece of memory where the length that the answer states is not a large one.
func readAll(resp *http.Response, limit int64) ([]byte, error) {
	const trusted = 64 << 10
	var b bytes.Buffer
	b.Grow(bytes.MinRead + int(min(max(0, resp.ContentLength), trusted)))
	_, err := b.ReadFrom(io.LimitReader(resp.Body, limit))
	return b.Bytes(), err
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
