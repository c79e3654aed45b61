package ipn

import (
	"context"
	"crypto"
	"crypto/fips140"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // version 1 of SNS's signatures, which the topic's owner chooses
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"time"
)

// maxAhead is how far ahead of our clock a message may be.
const maxAhead = 15 * time.Minute

// Verifier verifies messages. It is safe for concurrent use; make one, since it keeps the certificates.
type Verifier struct {
	accounts    []string // none: any
	merchants   []string // none: any
	sha256Only  bool
	maxAge      time.Duration
	now         func() time.Time
	certs       certificates
	transport   http.RoundTripper
	deduper     Deduper
	subscribing bool
	logger      *slog.Logger // nil: panics alone are logged

	anyAccount, anyMerchant bool
}

// Option changes what [NewVerifier] makes.
type Option func(*Verifier) error

// WithTopicAccounts sets the AWS accounts, of twelve digits, whose topics are trusted: those of
// Amazon Pay. Anyone can own a topic, and have SNS sign messages of it. Amazon does not document
// its accounts. Two are known, neither of them confirmed for Checkout v2:
//
//   - 291180941288 sent the notifications of shops from 2014 to 2018, live and sandbox alike, in us-east-1, eu-west-1 and us-west-2;
//   - 598607868003 stands in test data of the official SDKs, of 2013 and 2017, in us-east-1.
//
// Give both to begin with, and keep those that stand in the TopicArn of the notifications that you
// get, in each environment and region. A true notification from another account is refused with
// [ErrTopic], which names its topic, and SNS does not send it again: watch for that error
// ([WithLogger]) when you go live.
func WithTopicAccounts(accounts ...string) Option {
	return func(v *Verifier) error {
		for _, a := range accounts {
			if !account.MatchString(a) {
				return fmt.Errorf("ipn: WithTopicAccounts: %q is not an account of twelve digits", a)
			}
		}
		v.accounts = append(v.accounts, accounts...)
		return nil
	}
}

// WithAnyTopicAccount trusts the topics of everybody: whoever has an AWS account can then send notifications
// that are taken for Amazon Pay's. That may do to find out the account, and where each notification only has
// an object read again.
func WithAnyTopicAccount() Option {
	return func(v *Verifier) error { v.anyAccount = true; return nil }
}

// WithMerchantIDs sets the merchants for whom notifications are taken.
func WithMerchantIDs(ids ...string) Option {
	return func(v *Verifier) error {
		if slices.Contains(ids, "") {
			return errors.New("ipn: WithMerchantIDs: an id is empty")
		}
		v.merchants = append(v.merchants, ids...)
		return nil
	}
}

// WithAnyMerchantID takes notifications for every merchant, for solution providers that look at
// [Notification].MerchantID themselves.
func WithAnyMerchantID() Option {
	return func(v *Verifier) error { v.anyMerchant = true; return nil }
}

// WithSHA256Only refuses signatures of version 1, which are over SHA-1. The owner of the topic, Amazon Pay, decides on the
// version, and SNS's default is 1. The refusal is [Temporary].
func WithSHA256Only() Option {
	return func(v *Verifier) error { v.sha256Only = true; return nil }
}

// WithChainRequired refuses certificates for which no chain to a trusted root can be built. SNS gives its
// certificate without the one that issued it, so that this needs the intermediate certificates of Amazon's CA
// in the pool of [WithRootCAs].
func WithChainRequired() Option {
	return func(v *Verifier) error { v.certs.chain = true; return nil }
}

// WithCertificateURLs names certificates that are fetched whenever they are needed. Others are fetched only as long as not too many
// fetches have failed, ten at once and ten a minute, so that a storm of forgeries can delay the first fetch of a certificate
// that is not kept yet, after a start or when SNS changes it; SNS then sends again for a while. The SigningCertURL of a true
// message, which a storm is not to delay after a restart, can be given here. A URL that SNS does not have is an error.
func WithCertificateURLs(urls ...string) Option {
	return func(v *Verifier) error {
		for _, u := range urls {
			if !certificateURL.MatchString(u) {
				return fmt.Errorf("ipn: WithCertificateURLs: %.120q is not the URL of a certificate of SNS", u)
			}
		}
		v.certs.known = append(v.certs.known, urls...)
		return nil
	}
}

// WithRootCAs sets the roots to which chains may lead, the system's by default.
func WithRootCAs(roots *x509.CertPool) Option {
	return func(v *Verifier) error {
		if roots == nil {
			return errors.New("ipn: WithRootCAs: the pool is nil")
		}
		v.certs.roots = roots
		return nil
	}
}

// WithMaxAge sets how old a message may be, 15 days by default: SNS delivers again hours to days later under
// the time of the first delivery.
func WithMaxAge(age time.Duration) Option {
	return func(v *Verifier) error {
		if age <= 0 {
			return fmt.Errorf("ipn: WithMaxAge: %v is not positive", age)
		}
		v.maxAge = age
		return nil
	}
}

// WithRoundTripper sets the network with which certificates are fetched and subscriptions confirmed: that of a
// test, or one with a proxy. It must follow no redirects, as no RoundTripper does, and is given five seconds.
func WithRoundTripper(network http.RoundTripper) Option {
	return func(v *Verifier) error {
		if isNil(network) {
			return errors.New("ipn: WithRoundTripper: the RoundTripper is nil")
		}
		v.transport = network
		return nil
	}
}

// WithClock sets the clock, [time.Now] by default. It is called from several goroutines at once.
func WithClock(now func() time.Time) Option {
	return func(v *Verifier) error {
		if now == nil {
			return errors.New("ipn: WithClock: the function is nil")
		}
		v.now = now
		return nil
	}
}

// NewVerifier returns a verifier. It needs to be told whose topics to trust ([WithTopicAccounts], or
// [WithAnyTopicAccount]) and for which merchants to take notifications ([WithMerchantIDs], or
// [WithAnyMerchantID]), and is an error without. It uses no network yet.
func NewVerifier(opts ...Option) (*Verifier, error) {
	v := &Verifier{maxAge: 15 * 24 * time.Hour, now: time.Now}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("ipn: an option is nil")
		}
		if err := opt(v); err != nil {
			return nil, err
		}
	}
	switch {
	case len(v.accounts) == 0 && !v.anyAccount:
		return nil, errors.New("ipn: no trusted topics: pass WithTopicAccounts (or WithAnyTopicAccount, which accepts any AWS account)")
	case len(v.accounts) > 0 && v.anyAccount:
		return nil, errors.New("ipn: WithTopicAccounts and WithAnyTopicAccount contradict each other")
	case len(v.merchants) == 0 && !v.anyMerchant:
		return nil, errors.New("ipn: no merchants: pass WithMerchantIDs (or WithAnyMerchantID)")
	case len(v.merchants) > 0 && v.anyMerchant:
		return nil, errors.New("ipn: WithMerchantIDs and WithAnyMerchantID contradict each other")
	case v.subscribing && v.anyAccount:
		return nil, errors.New("ipn: WithSubscriptionConfirmation needs WithTopicAccounts: else anybody could subscribe the endpoint")
	}
	if v.transport == nil {
		v.transport = newTransport()
	}
	if v.deduper == nil {
		v.deduper = NewMemoryDeduper(0)
	}
	v.certs.transport, v.certs.now = v.transport, v.now
	v.certs.cached, v.certs.failed, v.certs.flights = make(map[string]*x509.Certificate), make(map[string]failure), make(map[string]*flight)
	v.certs.budget, v.certs.budgeted = maxFailures, v.now()
	return v, nil
}

// Verify returns the notification that the body of a request holds, or an error that wraps one of this package's
// reasons; [Temporary] says which may be accepted later. A verified message may be one that came before: see
// [Notification].MessageID, or use [Verifier.Handler], which also compares the type with the header.
func (v *Verifier) Verify(ctx context.Context, body []byte) (*Notification, error) {
	e, n, err := v.open(ctx, body, nil)
	switch {
	case err != nil:
		return nil, err
	case n == nil:
		return nil, refuse(ErrConfirmation, "it is a %s", e.kind)
	}
	return n, nil
}

// open verifies a message of any type, of which the request's header may have said what it is, and returns the
// notification if it is one. What costs nothing is checked first, so that only messages that might be true
// have a certificate fetched.
func (v *Verifier) open(ctx context.Context, body []byte, said []string) (envelope, *Notification, error) {
	e, err := parseEnvelope(body)
	if err != nil {
		return e, nil, err
	}
	for _, kind := range said {
		if kind != e.kind {
			return e, nil, refuse(ErrType, "the header x-amz-sns-message-type says %.40q, the message %s", kind, e.kind)
		}
	}
	if len(v.accounts) > 0 && !slices.Contains(v.accounts, e.topic.account) {
		return e, nil, refuse(ErrTopic, "%.300q is of another account than those of WithTopicAccounts", e.field("TopicArn"))
	}
	var n *Notification
	if e.kind == typeNotification {
		if n, err = parseNotification(e); err != nil {
			return e, nil, err
		}
	}
	if err := v.checkSignature(ctx, e); err != nil {
		return e, nil, err
	}
	return e, n, v.checkExpected(e, n)
}

// checkExpected compares a true message with our clock and our merchants. It comes from a trusted topic, so what does not
// fit may be wrong on our side: SNS is to send it again.
func (v *Verifier) checkExpected(e envelope, n *Notification) error {
	switch age := v.now().Sub(e.timestamp); {
	case age > v.maxAge:
		return later(ErrTimestamp, "by this clock it is %v old, and %v are allowed", age.Round(time.Second), v.maxAge)
	case age < -maxAhead:
		return later(ErrTimestamp, "it is %v ahead of this clock", (-age).Round(time.Second))
	case n != nil && len(v.merchants) > 0 && !slices.Contains(v.merchants, n.MerchantID):
		return later(ErrMerchant, "it is for %.60q", n.MerchantID)
	}
	return nil
}

func (v *Verifier) checkSignature(ctx context.Context, e envelope) error {
	version, url := e.field("SignatureVersion"), e.field("SigningCertURL")
	switch {
	case version != "1" && version != "2":
		return refuse(ErrSignatureVersion, "%.20q is not 1 or 2", version)
	case version == "1" && v.sha256Only: // Amazon Pay may send nothing else, and the option be a mistake
		return later(ErrSignatureVersion, "it is 1, and only 2 is accepted")
	case version == "1" && fips140.Enforced(): // SHA-1 would panic
		return later(ErrSignatureVersion, "it is 1, over SHA-1, which this process's FIPS mode forbids")
	}
	if err := e.topic.checkCertificateURL(url); err != nil {
		return err
	}
	certificate, err := v.certs.get(ctx, url, e.topic.host())
	if err != nil {
		return err
	}
	key, _ := certificate.PublicKey.(*rsa.PublicKey) // it was checked
	hash, digest := crypto.SHA256, sha256Of(e.stringToSign())
	if version == "1" {
		hash, digest = crypto.SHA1, sha1Of(e.stringToSign())
	}
	if rsa.VerifyPKCS1v15(key, hash, digest, e.signature) != nil {
		return refuse(ErrSignature, "it is not one of the certificate's key over this message")
	}
	return nil
}

func sha256Of(text []byte) []byte { sum := sha256.Sum256(text); return sum[:] }

func sha1Of(text []byte) []byte { sum := sha1.Sum(text); return sum[:] } //nolint:gosec // see the import

// isNil also finds a nil pointer or function in an interface, which would panic much later.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan:
		return r.IsNil()
	default:
		return false
	}
}
