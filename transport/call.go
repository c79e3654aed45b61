package transport

import (
	"context"
	"net/http"
	"time"
)

// Call is what the caller says of one call, and what came of it. It travels in the
// context of the request: see [WithCall]. One Call serves one Do; [Doer.Do] writes to
// it until it returns.
type Call struct {
	// Operation names the call in the log, for example GetCharge. It is used for nothing else.
	Operation string

	// NoRetry allows one attempt only. A request whose date was refused is signed again
	// even so: no work was done.
	NoRetry bool

	// Admit, if it is not nil, is called before each attempt is signed, and may wait: the place of a rate limit. It
	// must end with ctx. Where it returns an error that attempt is not made, and the call ends with what the attempt
	// before brought, or, before the first, with the error as it is.
	Admit func(ctx context.Context) error

	// Observe, if it is not nil, is called after each attempt, before the wait for the next one, with the number of
	// the attempt from 1 and the header and body of its answer, nil where none came. It must not change them.
	Observe func(number int, a Attempt, header http.Header, body []byte)

	// Attempts are the requests that were handed to the network, in order. One that
	// could not be signed is not among them. A request without a body that net/http sent
	// again by itself counts once for each connection on which it was sent.
	Attempts []Attempt

	// Repeated says that another Do had used the Call before, as a [Doer] does that repeats one of this package: the attempts of
	// that are not among Attempts.
	Repeated bool

	// ClockOffset is what was added to the clock for the date of the last attempt: 0
	// unless the service refused a date of this client, in this call or an earlier one.
	ClockOffset time.Duration

	// Answer is the last answer that came in this call, its body readable, where Do
	// returns an error all the same. It is nil where none came, and where Do returns one.
	Answer *http.Response
}

// Attempt is one signed request, and what came of it.
type Attempt struct {
	Start      time.Time     // by Config.Now
	Duration   time.Duration // from Start to the last byte of the answer, by Config.Now
	Date       time.Time     // the X-Amz-Pay-Date that was signed, in whole seconds, UTC
	StatusCode int           // 0 where no complete answer came
	Err        error         // why none came: a *NetworkError or *TooLargeError; names no URL and no token

	// Unsent says that not a byte of the request was written: no connection was had, and nobody has read the body. It is seen by
	// [net/http/httptrace], so that it is never set where Config.Base does not lead to an [http.Transport]. A protocol
	// of one's own in its TLSNextProto must call GotConn, as that of the standard library does.
	Unsent bool
}

type callKey struct{}

// WithCall returns a context for one request that carries c.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callFrom returns the context's Call, or one that nobody will read.
func callFrom(ctx context.Context) *Call {
	if c, _ := ctx.Value(callKey{}).(*Call); c != nil {
		return c
	}
	return new(Call)
}
