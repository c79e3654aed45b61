package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	defaultMaxRetries    = 3
	defaultMinWait       = 250 * time.Millisecond
	defaultMaxWait       = 8 * time.Second
	defaultMaxRetryAfter = 30 * time.Second

	mostRetries = 100
	longestWait = 24 * time.Hour
)

// RetryPolicy says how often a request is repeated and how long after. The wait
// before retry n, counted from 0, is drawn evenly between MinWait and the smaller of
// MaxWait and 4·2ⁿ·MinWait, so that clients that failed together do not come back
// together.
type RetryPolicy struct {
	// MaxRetries is the number of attempts after the first, at most 100. 0 is 3, negative
	// is none.
	MaxRetries int

	// MinWait and MaxWait bound the wait, and are at most 24 hours. 0 is 250 ms and 8 s (or
	// the other one, where the default would contradict it).
	MinWait, MaxWait time.Duration

	// MaxRetryAfter is the longest wait that an answer may ask for with Retry-After. An
	// answer that asks for a longer one, or for one that the context's deadline
	// does not allow, is returned at once. It is at most 24 hours; 0 is 30 s.
	MaxRetryAfter time.Duration

	// Budget is how many retries all calls of one [Doer] may make while the service is out, so that
	// they do not multiply what it must bear. Each retry takes one, but for that of a 429, which is no
	// outage; each second gives back a tenth of one, and so does each call
	// that was answered with a status that [RetryableStatus] does not name, up to Budget. While
	// none is left a call ends with what its last attempt brought. At most 1,000,000; 0 is 100, negative
	// is no limit.
	Budget int
}

func (p RetryPolicy) withDefaults() (RetryPolicy, error) {
	for _, field := range []struct {
		name string
		wait time.Duration
	}{{"MinWait", p.MinWait}, {"MaxWait", p.MaxWait}, {"MaxRetryAfter", p.MaxRetryAfter}} {
		switch {
		case field.wait < 0:
			return p, fmt.Errorf("transport: RetryPolicy.%s is negative (%v)", field.name, field.wait)
		case field.wait > longestWait:
			return p, fmt.Errorf("transport: RetryPolicy.%s is above 24 hours (%v)", field.name, field.wait)
		}
	}
	switch {
	case p.MaxWait != 0 && p.MinWait > p.MaxWait:
		return p, fmt.Errorf("transport: RetryPolicy.MinWait (%v) is above MaxWait (%v)", p.MinWait, p.MaxWait)
	case p.MaxRetries > mostRetries:
		return p, fmt.Errorf("transport: RetryPolicy.MaxRetries is above %d (%d)", mostRetries, p.MaxRetries)
	case p.Budget > mostBudget:
		return p, fmt.Errorf("transport: RetryPolicy.Budget is above %d (%d)", mostBudget, p.Budget)
	}
	switch {
	case p.MaxRetries == 0:
		p.MaxRetries = defaultMaxRetries
	case p.MaxRetries < 0:
		p.MaxRetries = 0
	}
	if p.MaxWait == 0 {
		p.MaxWait = max(defaultMaxWait, p.MinWait)
	}
	if p.MinWait == 0 {
		p.MinWait = min(defaultMinWait, p.MaxWait)
	}
	if p.MaxRetryAfter == 0 {
		p.MaxRetryAfter = defaultMaxRetryAfter
	}
	if p.Budget == 0 {
		p.Budget = defaultBudget
	}
	return p, nil
}

func (p RetryPolicy) wait(n int) time.Duration {
	ceiling := p.MaxWait
	if p.MinWait <= p.MaxWait>>(n+2) { // asked this way round, nothing overflows
		ceiling = p.MinWait << (n + 2)
	}
	return p.MinWait + rand.N(ceiling-p.MinWait+1)
}

// RetryableStatus reports whether an answer of this status may be followed by another
// attempt: 408, 425, 429, 500, 502, 503 and 504.
func RetryableStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// repeatable reports whether the service does the work once, however often the
// request arrives.
func repeatable(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodDelete:
		return true
	case http.MethodPost:
		return req.Header.Get("X-Amz-Pay-Idempotency-Key") != ""
	}
	return false
}

// checkRetry says whether there is to be another attempt. It never returns an error,
// which the loop would rank above the answer.
func (x *exchange) checkRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	if x.rounds > x.Retry.MaxRetries || !x.mayRepeat(ctx) { // the loop counts too, but asks first
		return false, nil
	}
	throttled := x.err == nil && x.last.response.StatusCode == http.StatusTooManyRequests // which is about one merchant, and no outage
	if !throttled && !x.budget.take() {
		x.Logger.LogAttrs(x.request.Context(), slog.LevelWarn, "amazon pay attempt is not repeated: the retry budget is spent",
			slog.String("operation", x.call.Operation),
			slog.String("method", x.request.Method),
			slog.Int("attempt", len(x.call.Attempts)),
		)
		return false, nil
	}
	return true, nil
}

// mayRepeat reports whether what came of the last attempt may be followed by another one.
func (x *exchange) mayRepeat(ctx context.Context) bool {
	x.retryAfter = 0
	switch {
	case x.ended || x.held || !x.repeatable:
		return false
	case x.err != nil:
		network, ok := errors.AsType[*NetworkError](x.err)
		return ok && ctx.Err() == nil && !refusedCertificate(network.Err)
	}
	status, header := x.last.response.StatusCode, x.last.response.Header
	if !RetryableStatus(status) || x.Retryable != nil && !x.Retryable(status, header, x.last.body) {
		return false
	}
	asked, ok := retryAfter(header, x.Now())
	if !ok {
		return true
	}
	if asked > x.Retry.MaxRetryAfter {
		return false
	}
	x.retryAfter = asked + rand.N(x.Retry.MinWait+1) // never less than asked, and not all callers at one instant
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > x.retryAfter // the runtime's clock, as the deadline's is
}

// backoff returns the wait before the next attempt. The loop calls it only if there
// will be one.
func (x *exchange) backoff(_, _ time.Duration, n int, _ *http.Response) time.Duration {
	wait := x.retryAfter
	if wait == 0 {
		wait = x.Retry.wait(n)
	}
	status := 0
	if x.err == nil {
		status = x.last.response.StatusCode
	}
	x.Logger.LogAttrs(x.request.Context(), slog.LevelWarn, "amazon pay attempt will be repeated",
		slog.String("operation", x.call.Operation),
		slog.String("method", x.request.Method),
		slog.Int("attempt", len(x.call.Attempts)),
		outcome(x.request.Context(), status, x.err),
		slog.Duration("wait", wait),
	)
	return wait
}

// finish makes the result where the loop would make an error: the last answer if
// there is one, so that its reason is not lost. The response that it is given
// may have been read or be missing (http.Client drops a redirect whose Location it
// cannot parse); the kept one is neither.
func (x *exchange) finish(_ *http.Response, err error, _ int) (*http.Response, error) {
	switch {
	case x.ended:
		return nil, err
	case x.err != nil:
		return nil, x.err
	case x.last != nil:
		return x.last.fresh(), nil
	}
	x.err = &NetworkError{Err: Scrub(err, x.request)} // http.Client refused the request unsent
	return nil, x.err
}

// retryAfter reads the wait that an answer asks for. A date is measured against the
// answer's own Date, so that a wrong clock here does no harm. A number too large for a
// Duration becomes the longest one, which no policy allows. A value that is not
// understood, or is not in the future, is no wish at all.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(math.MaxInt64/time.Second))) * time.Second, seconds > 0
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	wait := until.Sub(now)
	return wait, wait > 0
}
