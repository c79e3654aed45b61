// Package signing creates and verifies the signatures of Amazon Pay Checkout v2: the Authorization
// header of a request and the signature of a button payload.
//
// Most programs do not need this package, because [github.com/amazonpay-go/sdk/amazonpay] signs
// every attempt. Use it to send requests with other code, to sign with a key in a KMS or an HSM, or
// to verify signatures. It reads no clock, opens no connection and knows no endpoint.
//
// # Sign
//
// A [Signer] combines a key, its public key id and an [Algorithm]. [ParsePrivateKey] reads a key
// from PEM text. Any [crypto.Signer] with an RSA key can take its place.
//
//	key, err := signing.ParsePrivateKey(pem)
//	signer, err := signing.NewSigner("SANDBOX-ABC123", key, signing.PSSV2)
//	err = signer.SignRequest(req, signing.HashPayload(body), time.Now())
//
// [Signer.SignPayload] signs the payload of a button. [NewCanonicalRequest] returns the text that
// is signed, to find out why the service refuses a signature.
//
// # Verify
//
// [Verify] checks the signature of a received request, [VerifyPayload] the signature of a button.
// [ParseAuthorization] gives access to the parts of an Authorization header. None of them checks
// how old a request is.
//
// # Security and concurrency
//
// No error, printed value or log value contains a private key. Everything in this package is safe
// for concurrent use, provided that the [crypto.Signer] passed to [NewSigner] is.
//
// The signature scheme is described at
// https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html.
//
// # Uncertain
//
// It is not known whether Seller Central accepts the public key of a key for RSASSA-PSS only (see
// [ParsePrivateKey]).
package signing
