package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

type ipnCommands struct {
	Verify ipnVerify `cmd:"" help:"Check a saved notification: print what it is about, or which check it fails."`
	Send   ipnSend   `cmd:"" help:"Send a notification to a shop under test, or forged ones that it must refuse."`
}

// knownAccounts are the AWS accounts from which Amazon Pay is known to send; see
// ipn.WithTopicAccounts.
var knownAccounts = []string{"291180941288", "598607868003"}

// noLimit is an age that no saved message has.
const noLimit = 100 * 365 * 24 * time.Hour

type ipnVerify struct {
	Message      string        `arg:"" predictor:"file" help:"File with the body of the request that SNS sent, or - for standard input."`
	Certificate  string        `help:"File with the certificate of SNS, instead of fetching it from AWS." predictor:"file" placeholder:"FILE" group:"request"`
	TopicAccount []string      `help:"AWS accounts whose topics are trusted. The default are the accounts from which Amazon Pay is known to send." placeholder:"ID" group:"request"`
	AnyAccount   bool          `help:"Trust the topics of all accounts: then anybody can have sent the message." group:"request"`
	MerchantID   string        `help:"Merchant for whom it must be. The default is any." placeholder:"ID" group:"request"`
	MaxAge       time.Duration `help:"How old it may be. The default is any age, since it was saved." group:"request"`
}

// ipnChecks are in the order in which a Verifier makes them.
var ipnChecks = []struct {
	name    string
	reasons []error
	next    string
}{
	{"form", []error{ipn.ErrTooLarge, ipn.ErrMalformed, ipn.ErrType}, "Save the body of the request as it came, byte for byte."},
	{"topic", []error{ipn.ErrTopic}, "If the topic is Amazon Pay's, add its account with --topic-account. Anybody can own a topic."},
	{"notification", []error{ipn.ErrNotification}, "It is a message of SNS, but not about Amazon Pay."},
	{"signature version", []error{ipn.ErrSignatureVersion}, ""},
	{"certificate URL", []error{ipn.ErrCertificateURL}, "It is forged: SNS names a certificate of its own."},
	{"certificate", []error{ipn.ErrCertificateUnavailable, ipn.ErrCertificate}, "Run the command again, or give the certificate with --certificate."},
	{"signature", []error{ipn.ErrSignature}, "It is forged, or was changed: a line end, an escape, a decoded and encoded JSON are enough."},
	{"age", []error{ipn.ErrTimestamp}, "It is genuine. Compare the clocks, or allow more with --max-age."},
	{"merchant", []error{ipn.ErrMerchant}, "It is genuine, for another merchant."},
}

// verified is what is printed about a message.
type verified struct {
	Verified           bool      `json:"verified"`
	Failed             string    `json:"failed,omitzero"` // the check
	Cause              string    `json:"cause,omitzero"`
	ObjectType         string    `json:"objectType,omitzero"`
	ObjectID           string    `json:"objectId,omitzero"`
	ChargePermissionID string    `json:"chargePermissionId,omitzero"`
	NotificationType   string    `json:"notificationType,omitzero"`
	NotificationID     string    `json:"notificationId,omitzero"`
	MerchantID         string    `json:"merchantId,omitzero"`
	MessageID          string    `json:"messageId,omitzero"`
	TopicARN           string    `json:"topicArn,omitzero"`
	Timestamp          time.Time `json:"timestamp,omitzero"`
}

// Run checks a message.
func (c *ipnVerify) Run(s *session) error {
	body, err := s.read(c.Message)
	if err != nil {
		return err
	}
	verifier, err := c.verifier(s)
	if err != nil {
		return err
	}
	n, err := verifier.Verify(s.ctx, bytes.TrimRight(body, "\r\n")) // an editor ends the file with one
	if err != nil {
		return c.refused(s, err)
	}
	v := verified{
		Verified: true, ObjectType: string(n.ObjectType), ObjectID: n.ObjectID, ChargePermissionID: n.ChargePermissionID,
		NotificationType: string(n.NotificationType), NotificationID: n.NotificationID, MerchantID: n.MerchantID,
		MessageID: n.MessageID, TopicARN: n.TopicARN, Timestamp: n.Timestamp,
	}
	if s.cli.JSON {
		return s.printJSON(v)
	}
	s.printf("%s SNS signed it for the topic %s.", s.paint(s.out).good("ok"), harmless(v.TopicARN))
	rows := [][]string{
		{"object", v.ObjectType + " " + v.ObjectID},
		{"change", v.NotificationType},
		{"charge permission", v.ChargePermissionID},
		{"merchant", v.MerchantID},
		{"sent", v.Timestamp.UTC().Format(time.RFC3339)},
		{"message id", v.MessageID},
	}
	s.table(rows)
	return nil
}

// verifier returns the verifier of the flags.
func (c *ipnVerify) verifier(s *session) (*ipn.Verifier, error) {
	opts := []ipn.Option{ipn.WithAnyMerchantID(), ipn.WithMaxAge(noLimit)}
	if c.MerchantID != "" {
		opts[0] = ipn.WithMerchantIDs(c.MerchantID)
	}
	if c.MaxAge != 0 {
		opts[1] = ipn.WithMaxAge(c.MaxAge)
	}
	accounts := c.TopicAccount
	if len(accounts) == 0 {
		accounts = knownAccounts
	}
	switch {
	case c.AnyAccount && len(c.TopicAccount) > 0:
		return nil, wrong("Give one of them.", "--any-account trusts every account, --topic-account some")
	case c.AnyAccount:
		opts = append(opts, ipn.WithAnyTopicAccount())
	default:
		opts = append(opts, ipn.WithTopicAccounts(accounts...))
	}
	if c.Certificate != "" {
		certificate, err := s.content(c.Certificate)
		if err != nil {
			return nil, wrong("Give a PEM file, or leave out --certificate.", "--certificate: %w", err)
		}
		opts = append(opts, ipn.WithRoundTripper(fixed(certificate)))
	}
	verifier, err := ipn.NewVerifier(opts...)
	if err != nil {
		return nil, wrong("", "%w", err)
	}
	return verifier, nil
}

// refused prints which check a message fails.
func (c *ipnVerify) refused(s *session, err error) error {
	if errors.Is(err, context.Canceled) {
		return failed("", "interrupted")
	}
	cause := strings.TrimPrefix(err.Error(), "ipn: ")
	if errors.Is(err, ipn.ErrConfirmation) { // all checks but those of a notification have passed
		return failed("SNS sends it when an endpoint subscribes to a topic: see ipn.WithSubscriptionConfirmation.", "%s", cause)
	}
	v := verified{Cause: cause}
	next, passed := "", []string{}
search:
	for _, check := range ipnChecks {
		for _, reason := range check.reasons {
			if errors.Is(err, reason) {
				v.Failed, next = check.name, check.next
				break search
			}
		}
		passed = append(passed, check.name)
	}
	if s.cli.JSON {
		return errors.Join(s.printJSON(v), told(exitFailed))
	}
	p := s.paint(s.out)
	for _, name := range passed {
		s.printf("%s %s", p.good("ok"), name)
	}
	s.printf("%s %s: %s", p.bad("failed"), v.Failed, harmless(v.Cause))
	if next != "" {
		s.note("%s %s", s.paint(s.err).strong("next: "), next)
	}
	return told(exitFailed)
}

// fixed answers every request with a certificate.
type fixed []byte

// RoundTrip implements [http.RoundTripper].
func (f fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: r,
		Body: io.NopCloser(bytes.NewReader(f)), ContentLength: int64(len(f)),
	}, nil
}
