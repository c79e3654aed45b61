// Package signing makes and checks the signatures of Amazon Pay Checkout v2:
// the Authorization header of a request and the signature of a button payload.
//
// It turns bytes into signatures and nothing else: it reads no clock, opens no
// connection and knows no endpoint. Most programs never import it, because
// [github.com/amazonpay-go/sdk/amazonpay] signs every attempt by itself. It is
// public for those who send their requests themselves, keep their key in a KMS
// or HSM, or verify what somebody else has signed:
//
//	key, err := signing.ParsePrivateKey(pem)
//	signer, err := signing.NewSigner("SANDBOX-ABC123", key, signing.PSSV2)
//	err = signer.SignRequest(req, signing.HashPayload(body), time.Now())
//
// The scheme is described at
// https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html.
// Everything in this package is safe for concurrent use as long as the
// [crypto.Signer] given to [NewSigner] is.
package signing
