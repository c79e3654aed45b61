// Package amazonpay is the client of Amazon Pay Checkout v2: configuration, signed
// calls with safe retries, and the types that all of the API shares. The operations are
// in the packages webstore, instore, delivery and authtoken, which take a [*Client]:
//
//	client, err := amazonpay.New(amazonpay.Config{
//		PublicKeyID:    "SANDBOX-AFABC…",
//		PrivateKeyFile: "private.pem",
//		Region:         amazonpay.RegionUS,
//	})
//	shop := webstore.New(client)
//	session, err := shop.GetCheckoutSession(ctx, id)
//
// Who comes from an official SDK finds apiCall in [Client.Call], getSignedHeaders in
// [Client.SignedHeaders] and [Client.SignRequest], and generateButtonSignature in
// [Client.ButtonSignature].
//
// # Retries
//
// A call is repeated after a network error and after status 408, 425, 429, 500, 502, 503
// and 504, up to three times, after random waits of 0.25 to 8 seconds or after the service's
// Retry-After of up to 30 seconds. Each attempt is dated and signed afresh, with the same
// body and the same idempotency key. A 500 with ProcessingFailure is an answer and is not
// repeated, nor is any status that is not listed, nor a server whose certificate is refused.
// After the last attempt the last answer is returned as the error. While the service is out all calls of a
// client together make no more than 100 retries, and one for each ten seconds and each ten calls that are answered.
//
// [WithRateLimits] keeps a client within the limits that the service documents.
//
// # Time limits
//
// Dialling and the TLS handshake may take 5 seconds each, an attempt 30, and a call 90 where its
// context has no deadline. Waits end with the context. Answers may have 10 MiB.
//
// # Errors
//
// Every failed call returns a [*CallError] with its [Meta]; inside is an [*APIError], a
// [*FieldError], or another cause that it lists. [OutcomeOf] tells whether
// the work was done, was not, or may have been.
//
// # Money
//
// A [Price] holds exact decimal text. [NewPrice] makes one from the currency's smallest
// unit.
//
// # Secrets
//
// Private keys and tokens print, log and encode as [redacted] wherever they are kept ([Secret]),
// also in the diffs of test libraries. Types that hold personal data print and log without it, but
// encode to JSON in full, since they must be sent. That holds for fmt, whatever the verb but %p and
// %w, and for slog's text handler: for the value, a pointer to it, and inside of slices, maps and
// exported fields. It does not hold inside of a field that is not exported, into which fmt looks by
// itself; for slog's JSON handler, unless the value is an attribute's own; nor for printers that
// ask neither fmt.Formatter nor slog.LogValuer. [Meta], which keeps each answer as it came, is such
// a type.
//
// The SDK itself writes none of it to a log, and none into an error, but for what the service
// itself says in an [APIError]'s Message, from which tokens and signatures alone are taken out.
package amazonpay
