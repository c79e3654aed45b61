package signing

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/textproto"
	"strings"
	"sync/atomic"
	"time"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/internal/keyid"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

const (
	headerAuthorization = "Authorization"

	lowerDate       = "x-amz-pay-date"
	lowerSimulation = "x-amz-pay-simulation-code"
	lowerPrefix     = "x-amz-pay-"
)

// mandatory lists the headers that every request must have: the service refuses a request without
// them, so SignRequest does too.
var mandatory = [...]string{"accept", "content-type", "x-amz-pay-host", "x-amz-pay-region"}

// ContextSigner is a [crypto.Signer] that accepts a context, such as the client of a remote key
// store. [Signer.SignRequest] calls SignContext with the request's context instead of Sign.
type ContextSigner interface {
	crypto.Signer
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// Signer signs requests and button payloads with one key. It is safe for concurrent use if its
// [crypto.Signer] is. An [rsa.PrivateKey] is safe.
type Signer struct {
	publicKeyID string
	algorithm   Algorithm
	key         func() crypto.Signer // a function, so that printing a Signer never prints the key
	public      *rsa.PublicKey
	understood  *atomic.Pointer[rsa.PSSOptions] // nil until a signature of the key was verified
}

// NewSigner returns a signer for the key that Amazon Pay knows by publicKeyID. The key is an
// [rsa.PrivateKey] or any other [crypto.Signer] (a KMS or an HSM) that makes PSS signatures with an
// RSA key of at least 2048 bits.
//
// The key's Sign method gets [rsa.PSSOptions]. For [PSSV2] the salt length is
// [rsa.PSSSaltLengthEqualsHash], as in crypto/tls; if that fails, the signer tries 32. For [PSSV1]
// it is 20.
//
// Signatures of an [rsa.PrivateKey] are trusted. Signatures of any other key are verified until one
// is correct; after that the signer keeps the options that worked and trusts the key. If the salt
// has the wrong length, the signature is PKCS#1 v1.5 or the digest was hashed twice, signing
// returns an error that says so, because the service would refuse the request. Any other signature
// that cannot be verified is used: only the service knows which key is registered.
//
// Key stores whose salt is always as long as the hash sign [PSSV2] only. AWS KMS, Google Cloud KMS
// and Azure Key Vault are such stores.
func NewSigner(publicKeyID string, key crypto.Signer, algorithm Algorithm) (*Signer, error) {
	if err := keyid.Check(publicKeyID); err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	if err := algorithm.check(); err != nil {
		return nil, err
	}
	if nilcheck.IsNil(key) {
		return nil, errors.New("signing: the private key is nil; " + howToMake)
	}
	var public *rsa.PublicKey
	switch half := key.Public().(type) {
	case *rsa.PublicKey:
		public = half
	case rsa.PublicKey: // some adapters forget the pointer
		public = &half
	default:
		return nil, fmt.Errorf("signing: the public key of the private key is a %T, not RSA; %s", half, howToMake)
	}
	if err := checkPublicKey(public); err != nil {
		return nil, err
	}
	s := &Signer{
		publicKeyID: publicKeyID, algorithm: algorithm, key: func() crypto.Signer { return key }, public: public,
		understood: new(atomic.Pointer[rsa.PSSOptions]),
	}
	if _, ok := key.(*rsa.PrivateKey); ok {
		s.understood.Store(algorithm.options()[0])
	}
	return s, nil
}

// PublicKeyID returns the id by which Amazon Pay knows the key.
func (s *Signer) PublicKeyID() string { return s.publicKeyID }

// Algorithm returns the algorithm that the signer uses.
func (s *Signer) Algorithm() Algorithm { return s.algorithm }

// PublicKey returns the public key that belongs to the private key. Do not change it.
func (s *Signer) PublicKey() *rsa.PublicKey { return s.public }

// String returns the key id and the algorithm, never the key.
func (s *Signer) String() string {
	return "signing.Signer(" + s.publicKeyID + ", " + s.algorithm.String() + ")"
}

// Format prints what String returns, whatever the verb.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s *Signer) LogValue() slog.Value { return slog.StringValue(s.String()) }

// SignRequest signs r. It sets the headers X-Amz-Pay-Date (to at) and Authorization, and changes
// nothing else. Signing again replaces both headers.
//
// The signature covers the method, the escaped path and query, the hash of the payload, Accept,
// Content-Type and every X-Amz-Pay-* header except X-Amz-Pay-Simulation-Code. It does not cover
// User-Agent, which proxies rewrite.
//
// Accept, Content-Type, X-Amz-Pay-Host and X-Amz-Pay-Region are required. A signed header must have
// exactly one value, without control characters, tabs or consecutive spaces: the official SDKs
// canonicalise those differently.
//
// SignRequest does not read the body. The payload must be the hash of the bytes that will be sent.
//
// The service refuses a date that is ahead of its own clock, even slightly.
func (s *Signer) SignRequest(r *http.Request, payload PayloadHash, at time.Time) error {
	date := at.UTC().Format(DateFormat)
	var room [16]field
	fields, err := appendFields(room[:0], r, date)
	if err != nil {
		return err
	}
	buf := make([]byte, 0, 1024) // first the canonical text, then the header value
	buf = appendCanonical(buf, methodOf(r), r.URL.EscapedPath(), r.URL.RawQuery, fields, payload)
	signature, err := s.sign(r.Context(), buf)
	if err != nil {
		return err
	}

	buf = append(buf[:0], s.algorithm.String()...)
	buf = append(buf, " PublicKeyId="...)
	buf = append(buf, s.publicKeyID...)
	buf = append(buf, ", SignedHeaders="...)
	buf = appendNames(buf, fields)
	buf = append(buf, ", Signature="...)
	buf = base64.StdEncoding.AppendEncode(buf, signature)

	for name := range r.Header { // in another letter case they would be sent as well
		if strings.EqualFold(name, httpheader.Date) || strings.EqualFold(name, headerAuthorization) {
			delete(r.Header, name)
		}
	}
	values := []string{date, string(buf)}
	r.Header[httpheader.Date], r.Header[headerAuthorization] = values[:1:1], values[1:]
	return nil
}

// SignPayload signs the payload of a button and returns the signature in base64. The page must
// contain exactly the bytes that were signed, not a re-encoded form of them. PSS is randomised:
// each call returns another signature, and all of them stay valid.
//
// See https://developer.amazon.com/docs/amazon-pay-checkout/add-the-amazon-pay-button.html.
func (s *Signer) SignPayload(payload []byte) (string, error) {
	signature, err := s.sign(context.Background(), payload) //nolint:forbidigo // a button has no request and so no context
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

func (s *Signer) sign(ctx context.Context, canonical []byte) ([]byte, error) {
	digest := s.algorithm.digest(canonical)
	if options := s.understood.Load(); options != nil {
		return s.ask(ctx, digest[:], options)
	}
	return s.first(ctx, digest[:])
}

// first finds the options that the key supports, and verifies the signature.
func (s *Signer) first(ctx context.Context, digest []byte) ([]byte, error) {
	var failed error
	var unexplained []byte
	var used *rsa.PSSOptions // for unexplained
	for _, options := range s.algorithm.options() {
		signature, err := s.ask(ctx, digest, options)
		valid := false
		if err == nil {
			valid, err = s.check(digest, signature)
		}
		switch {
		case valid:
			s.understood.Store(options)
			return signature, nil
		case err == nil && unexplained == nil:
			unexplained, used = signature, options
		case err != nil && failed == nil:
			failed = err
		case err != nil && err.Error() != failed.Error():
			failed = fmt.Errorf("%w; with salt length %d: %w", failed, options.SaltLength, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if unexplained == nil {
		return nil, failed
	}
	s.understood.CompareAndSwap(nil, used)
	return unexplained, nil
}

// ask returns a signature of the key. Only its length is checked.
func (s *Signer) ask(ctx context.Context, digest []byte, options *rsa.PSSOptions) (signature []byte, err error) {
	if key, ok := s.key().(ContextSigner); ok {
		signature, err = key.SignContext(ctx, rand.Reader, digest, options)
	} else {
		signature, err = s.key().Sign(rand.Reader, digest, options)
	}
	if err != nil {
		return nil, fmt.Errorf("signing: the key failed to sign: %w", err)
	}
	if len(signature) != s.public.Size() {
		return nil, fmt.Errorf("signing: the key returned a signature of %d bytes: an RSA key of %d bits signs with %d bytes", len(signature), s.public.N.BitLen(), s.public.Size())
	}
	return signature, nil
}

// check reports whether a signature is valid. If it is not, err is the cause, or nil if the cause
// is unknown.
func (s *Signer) check(digest, signature []byte) (valid bool, err error) {
	hasSalt := func(length int, digest []byte) bool {
		return rsa.VerifyPSS(s.public, crypto.SHA256, digest, signature, &rsa.PSSOptions{SaltLength: length, Hash: crypto.SHA256}) == nil
	}
	if hasSalt(s.algorithm.SaltLength(), digest) {
		return true, nil
	}
	var wrong string
	twice := sha256.Sum256(digest)
	switch other := PSSV1 + PSSV2 - s.algorithm; {
	case hasSalt(other.SaltLength(), digest):
		wrong = fmt.Sprintf("its salt has %d bytes: use the algorithm %s, or a key that signs with a salt of %d bytes", other.SaltLength(), other, s.algorithm.SaltLength())
	case hasSalt(rsa.PSSSaltLengthAuto, digest):
		wrong = fmt.Sprintf("its salt does not have %d bytes: configure the key for that salt length", s.algorithm.SaltLength())
	case hasSalt(rsa.PSSSaltLengthAuto, twice[:]):
		wrong = "the digest was hashed twice: let the key sign the digest itself (in AWS KMS: MessageType DIGEST)"
	case rsa.VerifyPKCS1v15(s.public, crypto.SHA256, digest, signature) == nil:
		wrong = "it is a PKCS#1 v1.5 signature: configure the key for RSASSA-PSS with SHA-256"
	default:
		return false, nil
	}
	return false, fmt.Errorf("signing: the service would refuse the key's signature for %s: %s", s.algorithm, wrong)
}

// NewCanonicalRequest returns what [Signer.SignRequest] would sign, for finding out why a signature
// was refused. It returns the same errors as SignRequest and changes nothing.
func NewCanonicalRequest(r *http.Request, payload PayloadHash, at time.Time) (CanonicalRequest, error) {
	fields, err := appendFields(nil, r, at.UTC().Format(DateFormat))
	if err != nil {
		return CanonicalRequest{}, err
	}
	header := make(http.Header, len(fields))
	for _, f := range fields {
		header.Set(f.name, f.value)
	}
	return CanonicalRequest{Method: methodOf(r), Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: header, PayloadHash: payload}, nil
}

// appendFields appends the headers to sign, including the date, sorted.
func appendFields(fields []field, r *http.Request, date string) ([]field, error) {
	if r == nil || r.URL == nil || r.URL.Opaque != "" {
		return nil, errors.New("signing: the request has no URL with a path: use an absolute URL")
	}
	if strings.ContainsAny(r.Method, "\r\n") || strings.ContainsAny(r.URL.RawQuery, "\r\n") {
		return nil, errors.New("signing: the request method or query contains a line end")
	}
	fields, err := appendSignable(fields, r.Header)
	if err != nil {
		return nil, err
	}
	fields = append(fields, field{lowerDate, date})
	sortFields(fields)
	return fields, checkMandatory(fields)
}

// appendSignable appends the headers to sign, except the date.
func appendSignable(fields []field, header http.Header) ([]field, error) {
	for name, values := range header {
		lower := lowerName(name)
		switch {
		case lower == lowerDate || lower == lowerSimulation:
			continue
		case lower != "accept" && lower != "content-type" && !strings.HasPrefix(lower, lowerPrefix):
			continue
		case !httpheader.IsToken(lower): // in SignedHeaders it could be read as another name, or as two
			return nil, fmt.Errorf("signing: header name %q contains an invalid character", lower)
		case len(values) != 1:
			return nil, fmt.Errorf("signing: header %s has %d values: a signed header must have exactly one", lower, len(values))
		}
		for _, f := range fields {
			if f.name == lower {
				return nil, fmt.Errorf("signing: header %s is set twice, in different letter case", lower)
			}
		}
		value := textproto.TrimString(values[0])
		if httpheader.HasControl(values[0]) || httpheader.HasSpaceRun(value) {
			return nil, fmt.Errorf("signing: the value of header %s contains a line end, another control character, a tab or consecutive spaces", lower)
		}
		fields = append(fields, field{lower, value})
	}
	return fields, nil
}

// lowerName returns the name in lower case, without an allocation for the usual names.
func lowerName(name string) string {
	switch name {
	case "Accept":
		return "accept"
	case "Content-Type":
		return "content-type"
	case httpheader.Host:
		return "x-amz-pay-host"
	case httpheader.Region:
		return "x-amz-pay-region"
	case httpheader.IdempotencyKey:
		return "x-amz-pay-idempotency-key"
	case httpheader.AuthToken:
		return "x-amz-pay-authtoken"
	case httpheader.Date:
		return lowerDate
	}
	return strings.ToLower(name)
}

func checkMandatory(fields []field) error {
	for _, name := range mandatory {
		i := 0
		for i < len(fields) && fields[i].name != name {
			i++
		}
		if i == len(fields) || fields[i].value == "" {
			return fmt.Errorf("signing: header %s is missing or empty: the service requires it", name)
		}
	}
	return nil
}
