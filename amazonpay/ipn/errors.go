package ipn

import (
	"errors"
	"fmt"
)

// The reasons why a message is refused. An error of [Verifier.Verify] wraps one of them and adds
// details.
var (
	// ErrTooLarge: the body has more than 256 KiB.
	ErrTooLarge = errors.New("the body is too large")
	// ErrMalformed: the body is not a message of SNS. It is not a JSON object, or a member is missing,
	// duplicate or invalid.
	ErrMalformed = errors.New("the body is not an SNS message")
	// ErrType: the type of the message is unknown, or differs from the header x-amz-sns-message-type.
	ErrType = errors.New("the message type is wrong")
	// ErrConfirmation: the message is a genuine SubscriptionConfirmation or UnsubscribeConfirmation.
	ErrConfirmation = errors.New("the message is a confirmation, not a notification")
	// ErrTopic: the topic does not belong to an account of [WithTopicAccounts].
	ErrTopic = errors.New("the topic is not trusted")
	// ErrMerchant: the notification is genuine, but its merchant is not in [WithMerchantIDs].
	ErrMerchant = errors.New("the merchant is not expected")
	// ErrTimestamp: the message is genuine, but too old or in the future by the local clock.
	ErrTimestamp = errors.New("the timestamp is outside the accepted window")
	// ErrSignatureVersion: the signature version is unknown, or is 1 and [WithSHA256Only] is set.
	ErrSignatureVersion = errors.New("the signature version is not accepted")
	// ErrCertificateURL: the certificate is not on the SNS host of the topic's region. It is never
	// fetched.
	ErrCertificateURL = errors.New("the certificate URL does not belong to SNS")
	// ErrCertificate: the certificate is not valid for SNS. It is expired or not valid yet, has
	// another name, a short key or no chain to a trusted root, or is self-signed.
	ErrCertificate = errors.New("the certificate is not valid for SNS")
	// ErrCertificateUnavailable: the certificate cannot be fetched at the moment.
	ErrCertificateUnavailable = errors.New("the certificate cannot be fetched")
	// ErrSignature: the signature does not match the message and the certificate.
	ErrSignature = errors.New("the signature is wrong")
	// ErrNotification: the message has an unexpected content, even if its signature is valid.
	ErrNotification = errors.New("the message is not an Amazon Pay notification")
	// ErrSubscribeURL: the URL of a confirmation does not confirm a subscription of its topic.
	ErrSubscribeURL = errors.New("the URL does not confirm a subscription to the topic")
)

// refusal is the error for a message that is not accepted.
type refusal struct {
	reason    error
	detail    string
	temporary bool
}

func (r *refusal) Error() string { return "ipn: " + r.reason.Error() + ": " + r.detail }

func (r *refusal) Unwrap() error { return r.reason }

func refuse(reason error, format string, args ...any) error {
	return &refusal{reason: reason, detail: fmt.Sprintf(format, args...)}
}

// later returns a temporary refusal.
func later(reason error, format string, args ...any) error {
	return &refusal{reason: reason, detail: fmt.Sprintf(format, args...), temporary: true}
}

// Temporary reports whether a refused message may be accepted when SNS sends it again, because the
// cause may be on the receiver's side:
//
//   - network: the body was incomplete or late, or the certificate could not be fetched;
//   - clock: a genuine message is too old or in the future, or a certificate is not valid now;
//   - options: the merchant of a genuine notification is not in [WithMerchantIDs], the signature
//     version is 1 but [WithSHA256Only] or the FIPS mode of the process forbids it, or the
//     certificate has no chain to the trusted roots;
//   - this package: the certificate on the host of SNS breaks another rule.
//
// Answer a temporary refusal with a 5xx status, so that SNS sends the message again, and any other
// refusal with a 4xx status. An untrusted topic is not temporary: anybody can own a topic.
// [Verifier.Handler] answers this way.
func Temporary(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.temporary
}
