// Package transport sends calls to Amazon Pay. Each attempt is signed afresh, with its own date,
// while the bytes and the idempotency key stay the same.
//
// Most programs never import it: [github.com/amazonpay-go/sdk/amazonpay] makes its [Client]. Tests
// replace it by a [Doer]. [Client.Send] takes a [Request] and returns a [Result], both plain
// values. A [Policy] decides what an answer means, since this package reads no bodies. The code of
// a call begins in chain.go.
//
// # Defaults
//
//	dial                          5 s     NewBase
//	TLS handshake, 1.2 or later   5 s     NewBase
//	idle connections              128 a host, kept for 90 s: NewBase
//	attempt                       30 s    Config.AttemptTimeout
//	answer                        10 MiB  Config.MaxAnswerBytes
//	retries                       3       RetryPolicy.MaxRetries
//	wait before a retry           0.25 s to 1, 2, 4 … at most 8 s, drawn evenly
//	longest Retry-After           30 s    RetryPolicy.MaxRetryAfter
//	whole call                    the context's deadline
//
// # Retries
//
// An attempt is repeated if all of this holds:
//
//   - [Request].Retry is set, and the method is GET, HEAD, PATCH or DELETE, or POST with an
//     X-Amz-Pay-Idempotency-Key.
//   - Retries are left, the context has not ended, and the policy's [Verdict] says so.
//   - The attempt brought no complete answer, or one whose Retry-After the [RetryPolicy] and the
//     context's deadline allow.
//
// Never repeated are a failure to sign, a refused certificate and an answer that is too large. No
// redirect is followed: it is the answer. After the last attempt the caller gets the last answer,
// whatever its status. If the context ends during a wait, the error is an [*InterruptedError], and
// the Result still has the last answer.
//
// # The clock
//
// The service refuses a date that is ahead of its own clock
// (https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html). If the policy sees
// such an answer, the request is signed once more at once, one second behind the answer's Date. The
// difference is kept for later calls, unless it is more than 24 hours, until the Date of an answer
// below status 500 shows that the clock was set.
package transport
