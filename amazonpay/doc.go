// Package amazonpay is a client for Amazon Pay Checkout v2. It has the configuration, the signed
// calls with their retries and errors, and the types that the whole API shares. The operations are
// in four packages, each with a client that takes a [*Client]:
//
//   - [github.com/amazonpay-go/sdk/webstore]: online payments, refunds, disputes, reports,
//     accounts.
//   - [github.com/amazonpay-go/sdk/instore]: payments at a till.
//   - [github.com/amazonpay-go/sdk/delivery]: delivery tracking.
//   - [github.com/amazonpay-go/sdk/authtoken]: authorization tokens for solution providers.
//
// Package [github.com/amazonpay-go/sdk/amazonpay/ipn] receives notifications.
//
// # A client
//
//	client, err := amazonpay.New(amazonpay.Config{
//		PublicKeyID:    "SANDBOX-AFABC…",
//		PrivateKeyFile: "private.pem",
//		Region:         amazonpay.RegionUS,
//	})
//	if err != nil {
//		return err
//	}
//	shop := webstore.New(client)
//	session, err := shop.GetCheckoutSession(ctx, id)
//
// Make one client when the program starts, and keep it: it is safe for concurrent use and reuses
// its connections. [ConfigFromEnv] reads the configuration from the environment. [Client.With]
// derives a client with other defaults, such as the token of one merchant. [Client.Call] and [Do]
// call an operation that the SDK does not have.
//
// # Idempotency keys
//
// An idempotency key makes a repeated request harmless: the service does the work once. Every POST
// and some PATCH requests carry a key. If no key is given, one is generated for each call. A
// generated key is lost if the process ends, so for payments, derive the key from your own ids with
// [IdempotencyKey], and pass it with [WithIdempotencyKey].
//
// # Retries
//
// A call is repeated up to three times after a network error and after status 408, 425, 429, 500,
// 502, 503 and 504. Every attempt has the same body and the same idempotency key, and a new date
// and signature. A wait is random, from 0.25 to 8 seconds, or the service's Retry-After of up to 30
// seconds. If the last attempt fails too, its answer is returned as the error.
//
// Other answers are not repeated. Neither are a 500 with ProcessingFailure, which is a final
// answer, and a server whose certificate is invalid. During an outage, all calls of a client share
// a budget of 100 retries. It grows by one every ten seconds, and by one with every ten answered
// calls.
//
// Options: [WithRetryPolicy], [WithoutRetry], and [WithRateLimits], which keeps a client within the
// limits that the service documents.
//
// # Time limits
//
// Connecting may take 5 seconds, the TLS handshake another 5, and an attempt 30
// ([WithAttemptTimeout]). A call may take 90 seconds if its context has no deadline. Waits end with
// the context. An answer may have up to 10 MiB.
//
// # Errors
//
// A failed call returns a [*CallError] with the [Meta] of the call: status, request id, attempts
// and the raw answer. It wraps an [*APIError] if the service refused the call, a [*FieldError] if
// the request is invalid, or one of the other causes that it lists. [HasReason] checks the reason
// code.
//
// A call that failed may still have moved money: the answer can be lost after the service has done
// the work. Three functions deal with that:
//
//   - [Advise] returns the next step: done, repeat, use a new key, give up, or read the object.
//   - [OutcomeOf] tells whether the work was done, refused, not sent, or is unknown.
//   - [WithUnsettled] tells the next call with the same key that the outcome is still unknown.
//
// The example of [Advise] is a loop that charges an order exactly once, also across restarts.
//
// # Money and time
//
// A [Price] has exact decimal text, never a float. Write one as USD.Price("14.00"), check one from
// outside the program with [ParsePrice], and convert an integer of the smallest unit with
// [NewPrice]. A [Time] is sent in UTC; [NewTime] makes one.
//
// An unknown member or value in an answer is not an error: it is in [Meta].Raw. A member with an
// unexpected JSON type is skipped, and listed in [Meta].Undecoded.
//
// # Logs and metrics
//
// Nothing is logged unless [WithLogger] is set. [WithObserver] receives an event for each attempt
// and each call, for traces and metrics.
//
// # Personal data and secrets
//
// Tokens and PEM keys are of type [Secret]: they print, log and encode as [redacted], also in the
// diffs of test libraries. Types with personal data print and log without it. They encode to JSON
// in full, since they must be sent.
//
// This holds for fmt with every verb except %p and %w, and for slog's text handler: for a value, a
// pointer to it, and within slices, maps and exported fields. It does not hold within unexported
// fields, into which fmt looks on its own, nor for slog's JSON handler, unless the value is the
// attribute itself, nor for printers that ignore [fmt.Formatter] and [slog.LogValuer]. [Meta] holds
// the raw answer, and also prints and logs without it.
//
// The SDK writes neither to a log. Its errors have neither, with one exception: the message of an
// [APIError] is the service's own text. Only tokens and signatures are removed from it.
//
// # Tests
//
// Package [github.com/amazonpay-go/sdk/mocks/emulator/emulatortest] starts an emulator of the
// service and a client in one line. [WithDoer] replaces the network with a mock.
//
// # If you know an official SDK
//
//	apiCall                  Client.Call
//	getSignedHeaders         Client.SignedHeaders, Client.SignRequest
//	generateButtonSignature  Client.ButtonSignature
//	createCheckoutSession …  the method of the same name of package webstore
//
// # Uncertain facts
//
// The documentation of the service leaves these questions open. The SDK assumes what is stated
// here.
//
//   - Idempotency keys: it is unclear whether the service honours them for other operations than
//     those that the documentation names. A repeated request of another operation may do the work
//     twice.
//   - Dates: the service refuses a date ahead of its clock. It is unclear how old a date may be.
//   - Signed headers: the official SDKs disagree on consecutive spaces in a value. [WithHeader]
//     refuses them.
//   - Lengths: the documentation counts "characters/bytes". The SDK counts Unicode code points, so
//     that it refuses no text that the service may accept.
//   - Warm: it is unclear how the service answers the request that [Client.Warm] sends. Any answer
//     will do.
//   - Amounts: limits are documented for USD, GBP, EUR and JPY only.
//   - Rate limits: [DocumentedRateLimits] is from an older copy of the page, which shows about half
//     of the limits of the live environment.
//   - [StatePending]: the .NET SDK lists it. It is unclear which objects have it.
//   - [Address]: the documentation allows three characters for CountryCode. All known values have
//     two.
//   - [Time] and [Bool]: the forms that decoding accepts are those in the documentation and in the
//     samples of the official SDKs. The service may use others.
package amazonpay
