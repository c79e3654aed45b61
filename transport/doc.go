// Package transport signs requests to Amazon Pay and repeats those that may be
// repeated. Each attempt is signed afresh, beneath the loop of
// go-retryablehttp, so that its date is its own, while the bytes and the
// idempotency key stay the same.
//
// Most programs never import it: [github.com/amazonpay-go/sdk/amazonpay] makes a
// [Doer] for each client. It is public for tests, which replace the Doer, and
// for those who want the signing and the loop without the rest:
//
//	doer, err := transport.New(transport.Config{Signer: signer})
//	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
//	resp, err := doer.Do(req)
//
// # Defaults
//
//	dial                          5 s     of NewBase
//	TLS handshake, 1.2 or later   5 s     of NewBase
//	idle connections              128 a host, kept for 90 s, of NewBase
//	attempts at a time            1 until there is a connection, then 16 more after each 0.25 s; in the first second only
//	attempt                       30 s    Config.AttemptTimeout
//	answer                        10 MiB  Config.MaxAnswerBytes
//	retries                       3       RetryPolicy.MaxRetries
//	wait before a retry           0.25 s to 1, 2, 4 … at most 8 s, drawn evenly
//	longest Retry-After           30 s    RetryPolicy.MaxRetryAfter
//	retries in an outage          100 of all calls together, and 1 more in 10 s: RetryPolicy.Budget
//
// A call as a whole has no limit here but its context.
//
// # Connections
//
// Callers who come all at once to a new Doer, which has no connection, do not all dial. One goes first: if its connection
// can be shared (HTTP/2), all use it; else 16 attempts may run at a time, 16 more after each quarter of a second, and the others
// wait for their connections. A second after the first of them came nobody waits any more. This holds where Config.Base is an
// [http.Transport] that keeps connections and has no MaxConnsPerHost; one that is wrapped is left alone.
//
// # What is repeated
//
// An attempt that brought no complete answer, or one of the statuses that
// [RetryableStatus] names, if the request is a GET, HEAD, PATCH or DELETE, or
// a POST with an X-Amz-Pay-Idempotency-Key. Never repeated are a failure to
// sign, a refused certificate, an answer that is too large, any other status,
// and anything once the context has ended. Retry-After is honoured with each of these
// statuses, for as long as the policy allows; see [RetryPolicy].
//
// No redirect is followed: it comes back as the answer. After the last attempt the
// caller gets the last answer, whatever its status, as it does once the retry budget is spent.
//
// # The clock
//
// The service refuses a date that is ahead of its own clock
// (https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html). Where
// [Config.DateRefused] sees that in an answer, the request is signed once more at once,
// one second behind the answer's Date. What that differs from the clock is kept for the
// later calls of the Doer, unless it is more than 24 hours; [Call] shows it. The Date of
// each later answer below status 500 is compared, so that it goes when the clock has been
// set right; a call keeps what it began with.
package transport
