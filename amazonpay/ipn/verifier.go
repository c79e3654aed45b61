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
	"slices"
	"time"

	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

// maxAhead limits how far the timestamp of a message may be in the future.
const maxAhead = 15 * time.Minute

// Verifier verifies messages. It caches certificates, so create one and keep it. It is safe for
// concurrent use.
type Verifier struct {
	accounts    []string // empty: any
	merchants   []string // empty: any
	sha256Only  bool
	maxAge      time.Duration
	now         func() time.Time
	certs       certificates
	transport   http.RoundTripper
	deduper     Deduper
	subscribing bool
	logger      *slog.Logger // nil: only panics are logged

	anyAccount, anyMerchant bool
}

// Option configures a [Verifier].
type Option func(*Verifier) error

// WithTopicAccounts sets the AWS accounts, of twelve digits each, whose topics are trusted. They
// must be accounts of Amazon Pay: anybody can own a topic and let SNS sign messages for it.
//
// Amazon does not document its accounts. Two are known; the package comment says from where:
//
//	ipn.WithTopicAccounts("291180941288", "598607868003")
//
// Start with both. Then look at the TopicArn of the notifications that arrive, in each environment
// and region, and keep only those accounts. A genuine notification from another account is refused
// with [ErrTopic], which names the topic, and SNS does not send it again. Watch for that error (see
// [WithLogger]) when you go live.
func WithTopicAccounts(accounts ...string) Option {
	return func(v *Verifier) error {
		for _, a := range accounts {
			if !account.MatchString(a) {
				return fmt.Errorf("ipn: WithTopicAccounts: %q is not an AWS account id: it must have twelve digits", a)
			}
		}
		v.accounts = append(v.accounts, accounts...)
		return nil
	}
}

// WithAnyTopicAccount trusts the topics of every AWS account: anybody with an AWS account can then
// send notifications that pass as Amazon Pay's. Use it only to find out the account, or if a
// notification does nothing but make the shop read the object again.
func WithAnyTopicAccount() Option {
	return func(v *Verifier) error { v.anyAccount = true; return nil }
}

// WithMerchantIDs sets the merchants whose notifications are accepted.
func WithMerchantIDs(ids ...string) Option {
	return func(v *Verifier) error {
		if slices.Contains(ids, "") {
			return errors.New("ipn: WithMerchantIDs: a merchant id is empty")
		}
		v.merchants = append(v.merchants, ids...)
		return nil
	}
}

// WithAnyMerchantID accepts notifications for every merchant. It is for solution providers that
// check [Notification].MerchantID themselves.
func WithAnyMerchantID() Option {
	return func(v *Verifier) error { v.anyMerchant = true; return nil }
}

// WithSHA256Only refuses signature version 1, which uses SHA-1. The owner of the topic, Amazon Pay,
// chooses the version; the default of SNS is 1. The refusal is [Temporary].
func WithSHA256Only() Option {
	return func(v *Verifier) error { v.sha256Only = true; return nil }
}

// WithChainRequired refuses a certificate without a chain to a trusted root. SNS serves its
// certificate without the issuer's, so the pool of [WithRootCAs] must contain the intermediate
// certificates of Amazon's CA.
func WithChainRequired() Option {
	return func(v *Verifier) error { v.certs.chain = true; return nil }
}

// WithKnownCertificateURLs sets certificate URLs whose fetches are never limited. Every other URL
// of SNS is still accepted, but once ten fetches have failed, only one more may fail every six
// seconds. A flood of forgeries can therefore delay the first fetch of a new certificate, after a
// start or when SNS changes it; SNS retries in the meantime. To avoid that delay after a restart,
// pass the SigningCertURL of a genuine message. A URL that does not belong to SNS is an error.
func WithKnownCertificateURLs(urls ...string) Option {
	return func(v *Verifier) error {
		for _, u := range urls {
			if !certificateURL.MatchString(u) {
				return fmt.Errorf("ipn: WithKnownCertificateURLs: %.120q is not the URL of an SNS certificate", u)
			}
		}
		v.certs.known = append(v.certs.known, urls...)
		return nil
	}
}

// WithRootCAs sets the trusted roots of certificate chains. The default is the system's roots.
func WithRootCAs(roots *x509.CertPool) Option {
	return func(v *Verifier) error {
		if roots == nil {
			return errors.New("ipn: WithRootCAs: the pool must not be nil")
		}
		v.certs.roots = roots
		return nil
	}
}

// WithMaxAge sets the maximum age of a message. The default is 15 days: SNS retries for hours to
// days, and a repeated message keeps its first timestamp.
func WithMaxAge(age time.Duration) Option {
	return func(v *Verifier) error {
		if age <= 0 {
			return fmt.Errorf("ipn: WithMaxAge: %v must be positive", age)
		}
		v.maxAge = age
		return nil
	}
}

// WithRoundTripper sets the network that fetches certificates and confirms subscriptions, for a
// test or a proxy. It must not follow redirects. A request is cancelled after five seconds.
func WithRoundTripper(network http.RoundTripper) Option {
	return func(v *Verifier) error {
		if nilcheck.IsNil(network) {
			return errors.New("ipn: WithRoundTripper: the RoundTripper must not be nil")
		}
		v.transport = network
		return nil
	}
}

// WithClock sets the clock. The default is [time.Now]. It must be safe for concurrent use.
func WithClock(now func() time.Time) Option {
	return func(v *Verifier) error {
		if now == nil {
			return errors.New("ipn: WithClock: the function must not be nil")
		}
		v.now = now
		return nil
	}
}

// NewVerifier returns a verifier. Two options are required: the trusted topics ([WithTopicAccounts]
// or [WithAnyTopicAccount]) and the merchants ([WithMerchantIDs] or [WithAnyMerchantID]).
// NewVerifier does not use the network.
func NewVerifier(opts ...Option) (*Verifier, error) {
	v := &Verifier{maxAge: 15 * 24 * time.Hour, now: time.Now}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("ipn: NewVerifier: an option is nil")
		}
		if err := opt(v); err != nil {
			return nil, err
		}
	}
	switch {
	case len(v.accounts) == 0 && !v.anyAccount:
		return nil, errors.New("ipn: no trusted topics: pass WithTopicAccounts (or WithAnyTopicAccount, which accepts any AWS account)")
	case len(v.accounts) > 0 && v.anyAccount:
		return nil, errors.New("ipn: pass either WithTopicAccounts or WithAnyTopicAccount, not both")
	case len(v.merchants) == 0 && !v.anyMerchant:
		return nil, errors.New("ipn: no merchants: pass WithMerchantIDs (or WithAnyMerchantID)")
	case len(v.merchants) > 0 && v.anyMerchant:
		return nil, errors.New("ipn: pass either WithMerchantIDs or WithAnyMerchantID, not both")
	case v.subscribing && v.anyAccount:
		return nil, errors.New("ipn: WithSubscriptionConfirmation requires WithTopicAccounts: otherwise anybody could subscribe the endpoint")
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

// Verify returns the notification in the body of a request, for messages that do not arrive over
// HTTP or with another router. The error wraps one of this package's Err variables; [Temporary]
// reports whether the message may be accepted later.
//
// Verify does not detect a message that arrived before: compare [Notification].MessageID, or use
// [Verifier.Handler], which also compares the message type with the header.
func (v *Verifier) Verify(ctx context.Context, body []byte) (*Notification, error) {
	e, n, err := v.open(ctx, body, nil)
	switch {
	case err != nil:
		return nil, err
	case n == nil:
		return nil, refuse(ErrConfirmation, "the message type is %s", e.kind)
	}
	return n, nil
}

// open verifies a message of any type. headerTypes are the values of the header
// x-amz-sns-message-type. The cheap checks come first, so that an obvious forgery causes no fetch.
func (v *Verifier) open(ctx context.Context, body []byte, headerTypes []string) (envelope, *Notification, error) {
	e, err := parseEnvelope(body)
	if err != nil {
		return e, nil, err
	}
	for _, kind := range headerTypes {
		if kind != e.kind {
			return e, nil, refuse(ErrType, "the header x-amz-sns-message-type is %.40q, the message type is %s", kind, e.kind)
		}
	}
	if len(v.accounts) > 0 && !slices.Contains(v.accounts, e.topic.account) {
		return e, nil, refuse(ErrTopic, "%.300q belongs to an account that is not in WithTopicAccounts", e.field("TopicArn"))
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

// checkExpected compares a genuine message with the clock and the merchants. The message comes from
// a trusted topic, so a mismatch may be our mistake, and SNS must send the message again.
func (v *Verifier) checkExpected(e envelope, n *Notification) error {
	switch age := v.now().Sub(e.timestamp); {
	case age > v.maxAge:
		return later(ErrTimestamp, "the message is %v old, the maximum is %v", age.Round(time.Second), v.maxAge)
	case age < -maxAhead:
		return later(ErrTimestamp, "the message is %v ahead of this clock", (-age).Round(time.Second))
	case n != nil && len(v.merchants) > 0 && !slices.Contains(v.merchants, n.MerchantID):
		return later(ErrMerchant, "the notification is for merchant %.60q", n.MerchantID)
	}
	return nil
}

func (v *Verifier) checkSignature(ctx context.Context, e envelope) error {
	version, url := e.field("SignatureVersion"), e.field("SigningCertURL")
	switch {
	case version != "1" && version != "2":
		return refuse(ErrSignatureVersion, "%.20q: only 1 and 2 are known", version)
	case version == "1" && v.sha256Only: // the option may be a mistake
		return later(ErrSignatureVersion, "the version is 1, and WithSHA256Only accepts only 2")
	case version == "1" && fips140.Enforced(): // SHA-1 would panic
		return later(ErrSignatureVersion, "the version is 1 (SHA-1), which the FIPS mode of this process forbids")
	}
	if err := e.topic.checkCertificateURL(url); err != nil {
		return err
	}
	certificate, err := v.certs.get(ctx, url, e.topic.host())
	if err != nil {
		return err
	}
	key, _ := certificate.PublicKey.(*rsa.PublicKey) // checked by certificates.check
	hash, digest := crypto.SHA256, sha256Of(e.stringToSign())
	if version == "1" {
		hash, digest = crypto.SHA1, sha1Of(e.stringToSign())
	}
	if rsa.VerifyPKCS1v15(key, hash, digest, e.signature) != nil {
		return refuse(ErrSignature, "it does not match the message and the certificate")
	}
	return nil
}

func sha256Of(text []byte) []byte { sum := sha256.Sum256(text); return sum[:] }

func sha1Of(text []byte) []byte { sum := sha1.Sum(text); return sum[:] } //nolint:gosec // see the import
