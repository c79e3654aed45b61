package ipn

import (
	"errors"
	"fmt"
)

// The reasons for which a message is refused. What [Verifier.Verify] returns wraps one of them, with
// details behind it.
var (
	// ErrTooLarge is a body of more than 256 KiB.
	ErrTooLarge = errors.New("the body is too large")
	// ErrMalformed is a body that is no message of SNS: no JSON object, a member that is missing, has another
	// form or stands there twice.
	ErrMalformed = errors.New("the body is not a message of SNS")
	// ErrType is a message of an unknown type, or of another one than the header says.
	ErrType = errors.New("the type of the message is wrong")
	// ErrConfirmation is a true message that is no notification but a SubscriptionConfirmation or
	// UnsubscribeConfirmation.
	ErrConfirmation = errors.New("the message is a confirmation, not a notification")
	// ErrTopic is a message of a topic that is not one of the accounts of [WithTopicAccounts].
	ErrTopic = errors.New("the topic is not trusted")
	// ErrMerchant is a true notification for another merchant than those of [WithMerchantIDs].
	ErrMerchant = errors.New("the merchant is not expected")
	// ErrTimestamp is a true message that is too old, or from the future, by our clock.
	ErrTimestamp = errors.New("the timestamp is outside the accepted window")
	// ErrSignatureVersion is a signature of an unknown version, or of version 1 with [WithSHA256Only].
	ErrSignatureVersion = errors.New("the signature version is not accepted")
	// ErrCertificateURL is a certificate from a place that is not that of SNS in the topic's region. It is
	// never fetched.
	ErrCertificateURL = errors.New("the certificate's URL is not one of SNS")
	// ErrCertificate is a certificate that is not valid for SNS: not valid now, of another name, of a short key, self-signed, or
	// without a chain to a trusted root.
	ErrCertificate = errors.New("the certificate is not valid for SNS")
	// ErrCertificateUnavailable is a certificate that could not be fetched now.
	ErrCertificateUnavailable = errors.New("the certificate cannot be fetched")
	// ErrSignature is a signature that is not one of the certificate's key over the message.
	ErrSignature = errors.New("the signature is wrong")
	// ErrNotification is a message that holds no notification of Amazon Pay, whoever has signed it.
	ErrNotification = errors.New("the message is not a notification of Amazon Pay")
	// ErrSubscribeURL is a confirmation whose URL is not one that confirms a subscription of its topic.
	ErrSubscribeURL = errors.New("the URL does not confirm a subscription of the topic")
)

// refusal is why a message is refused.
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

// later is a refusal of what may be accepted another time.
func later(reason error, format string, args ...any) error {
	return &refusal{reason: reason, detail: fmt.Sprintf(format, args...), temporary: true}
}

// Temporary reports whether the message of a refusal may be accepted when it comes again, since what is wrong may be ours
// and may be mended:
//
//   - our network: the body did not come whole or in time, or the certificate could not be fetched;
//   - our clock: a true message is too old or too new by it, or a certificate is not valid by it;
//   - our options: a true notification is for a merchant that is not in [WithMerchantIDs], the signature is of version 1 and
//     [WithSHA256Only] or the process's FIPS mode forbids it, or the certificate has no chain to our roots;
//   - this package: the certificate that SNS's own host has breaks another rule.
//
// Such a message should be answered with a status of 500 or more, so that SNS sends it again; any other refusal with one of 400
// or more. An untrusted topic is no such case: anybody can own one.
func Temporary(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.temporary
}
