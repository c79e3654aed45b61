package transport

import (
	"net/http"
	"time"
)

//go:generate go run ../internal/redactgen Request Answer

// Result is what is known when a call has ended, with or without an error.
type Result struct {
	// Answer is the last answer that came, nil if none did. Beside an error it is the answer of an
	// earlier attempt.
	Answer *Answer

	// Attempts are the requests that were handed to the network, in order. An attempt that could
	// not be signed is not among them. A request without a body that net/http sent again by itself
	// counts once for each connection on which it was sent.
	Attempts []Attempt

	// ClockOffset is what was added to the clock to date the last attempt: 0 unless the service
	// refused a date, in this call or an earlier one.
	ClockOffset time.Duration
}

// Answer is a complete answer. A receiver must not change it. It prints, logs and encodes without
// header and body.
type Answer struct {
	Status int         `log:"status"`
	Header http.Header `json:"-"`
	Body   []byte      `json:"-" log:"bytes"`
}

// Attempt is one signed request and its result.
type Attempt struct {
	Start      time.Time     // by Config.Now
	Duration   time.Duration // from Start to the last byte of the answer, by Config.Now
	Date       time.Time     // the X-Amz-Pay-Date that was signed, in whole seconds, UTC
	StatusCode int           // 0 if no complete answer came
	Err        error         // a *NetworkError or *TooLargeError if no complete answer came; quotes no URL and no token

	// Unsent reports that no byte of the request was written: there was no connection, and nobody
	// read the body. It is seen by [net/http/httptrace], so it is set only if Config.Base leads to
	// an [http.Transport]. A custom protocol in its TLSNextProto must call GotConn, as the
	// standard library's does.
	Unsent bool
}
