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
	"reflect"
	"strings"
	"sync/atomic"
	"time"
)

const (
	headerAuthorization = "Authorization"
	headerDate          = "X-Amz-Pay-Date"

	lowerDate       = "x-amz-pay-date"
	lowerSimulation = "x-amz-pay-simulation-code"
	lowerPrefix     = "x-amz-pay-"
)

// mandatory are the headers without which the service refuses a request, so
// without which none is signed.
var mandatory = [...]string{"accept", "content-type", "x-amz-pay-host", "x-amz-pay-region"}

// ContextSigner is a [crypto.Signer] that can be given a context, as the client of
// a remote key store can. [Signer.SignRequest] calls SignContext with the request's
// context in place of Sign.
type ContextSigner interface {
	crypto.Signer
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// Signer signs requests and button payloads with one key. It is safe for
// concurrent use if its [crypto.Signer] is; an [rsa.PrivateKey] is.
type Signer struct {
	publicKeyID string
	algorithm   Algorithm
	key         func() crypto.Signer // behind a function, into which no printer looks
	public      *rsa.PublicKey
	understood  *atomic.Pointer[rsa.PSSOptions] // nil until the key has made a right signature
}

// NewSigner returns a signer for the key that Amazon Pay knows by publicKeyID. The
// key is an [rsa.PrivateKey] or any other [crypto.Signer] with an RSA public key of
// 2048 bits or more that makes PSS signatures (a KMS or an HSM).
//
// The key is asked with [rsa.PSSOptions]: for [PSSV2] with
// [rsa.PSSSaltLengthEqualsHash], as crypto/tls asks, and if that does not bring a right
// signature, once more with 32; for [PSSV1] with 20. What another key than an
// [rsa.PrivateKey] makes is verified until one signature was right; from then on the key is
// asked in the same words and trusted. A signature with a salt of another length, of
// PKCS#1 v1.5 or over a digest that was hashed once more is an error, since the service
// would refuse it. One that cannot be explained goes out: it is for the service to say
// whether it comes from the key that is registered there.
//
// Key stores that make the salt as long as the hash, such as AWS KMS, Google Cloud KMS and
// Azure Key Vault, sign [PSSV2] only.
func NewSigner(publicKeyID string, key crypto.Signer, algorithm Algorithm) (*Signer, error) {
	if err := CheckPublicKeyID(publicKeyID); err != nil {
		return nil, err
	}
	if err := algorithm.check(); err != nil {
		return nil, err
	}
	if v := reflect.ValueOf(key); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, errors.New("signing: the private key is nil; " + howToMake)
	}
	var public *rsa.PublicKey
	switch half := key.Public().(type) {
	case *rsa.PublicKey:
		public = half
	case rsa.PublicKey: // some adapters forget the pointer
		public = &half
	default:
		return nil, fmt.Errorf("signing: the private key's public half is a %T, not RSA; %s", half, howToMake)
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

// CheckPublicKeyID reports what is wrong with a public key id: it must be there and
// consist of ASCII letters, digits, hyphens and underscores. The error does not repeat
// it, since a key can stand in its place by mistake.
func CheckPublicKeyID(id string) error {
	if id == "" {
		return errors.New("signing: the public key id is empty")
	}
	for i, c := range id {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return fmt.Errorf("signing: the public key id has the character %q at offset %d: only letters, digits, - and _ may stand in it", c, i)
		}
	}
	return nil
}

// PublicKeyID returns the id by which Amazon Pay knows the key.
func (s *Signer) PublicKeyID() string { return s.publicKeyID }

// Algorithm returns the algorithm that the signer uses.
func (s *Signer) Algorithm() Algorithm { return s.algorithm }

// PublicKey returns the public half of the key; it must not be changed.
func (s *Signer) PublicKey() *rsa.PublicKey { return s.public }

// String names the key id and the algorithm, never the key.
func (s *Signer) String() string {
	return "signing.Signer(" + s.publicKeyID + ", " + s.algorithm.String() + ")"
}

// Format prints what String returns, whatever the verb.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s *Signer) LogValue() slog.Value { return slog.StringValue(s.String()) }

// SignRequest signs r: it sets X-Amz-Pay-Date to at and Authorization to the
// signature, and changes nothing else. Signing again replaces both.
//
// The signature covers the method, the escaped path and query, the payload's hash,
// Accept, Content-Type, and each X-Amz-Pay-* header but X-Amz-Pay-Simulation-Code; not
// User-Agent, which proxies rewrite. Accept, Content-Type, X-Amz-Pay-Host and
// X-Amz-Pay-Region must be set; a signed header must have one value, without line ends
// or runs of white space, since the SDKs and the documentation differ over how
// to canonicalise those. The request's body is not read: payload must be the hash
// of the bytes that it will send.
//
// The service refuses a date that is ahead of its own clock, however slightly.
func (s *Signer) SignRequest(r *http.Request, payload PayloadHash, at time.Time) error {
	date := at.UTC().Format(DateFormat)
	var room [16]field
	fields, err := appendFields(room[:0], r, date)
	if err != nil {
		return err
	}
	buf := make([]byte, 0, 1024) // the canonical text now, the header's value later
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

	for name := range r.Header { // a date or signature under an odd spelling would be sent beside ours
		if strings.EqualFold(name, headerDate) || strings.EqualFold(name, headerAuthorization) {
			delete(r.Header, name)
		}
	}
	values := []string{date, string(buf)}
	r.Header[headerDate], r.Header[headerAuthorization] = values[:1:1], values[1:]
	return nil
}

// SignPayload signs a button's payload and returns the signature in base64. It signs
// the very bytes it is given: the page must carry the same bytes, not a
// re-encoded form of them. PSS is randomised, so each call returns another
// signature; all of them are valid, for ever.
//
// It mirrors
// https://developer.amazon.com/docs/amazon-pay-checkout/add-the-amazon-pay-button.html.
func (s *Signer) SignPayload(payload []byte) (string, error) {
	signature, err := s.sign(context.Background(), payload) //nolint:forbidigo // a button is no request, so there is no context
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

// first finds the words that the key understands, and makes sure that the salt is right.
func (s *Signer) first(ctx context.Context, digest []byte) ([]byte, error) {
	var failed error
	var unexplained []byte
	var words *rsa.PSSOptions // those that brought unexplained
	for _, options := range s.algorithm.options() {
		signature, err := s.ask(ctx, digest, options)
		right := false
		if err == nil {
			right, err = s.check(digest, signature)
		}
		switch {
		case right:
			s.understood.Store(options)
			return signature, nil
		case err == nil && unexplained == nil:
			unexplained, words = signature, options
		case err != nil && failed == nil:
			failed = err
		case err != nil && err.Error() != failed.Error():
			failed = fmt.Errorf("%w; asked for a salt of %d bytes: %w", failed, options.SaltLength, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if unexplained == nil {
		return nil, failed
	}
	s.understood.CompareAndSwap(nil, words)
	return unexplained, nil
}

// ask has the key make a signature, of which only the length is known to be right.
func (s *Signer) ask(ctx context.Context, digest []byte, options *rsa.PSSOptions) (signature []byte, err error) {
	if key, ok := s.key().(ContextSigner); ok {
		signature, err = key.SignContext(ctx, rand.Reader, digest, options)
	} else {
		signature, err = s.key().Sign(rand.Reader, digest, options)
	}
	if err != nil {
		return nil, fmt.Errorf("signing: the key could not sign: %w", err)
	}
	if len(signature) != s.public.Size() {
		return nil, fmt.Errorf("signing: the key made a signature of %d bytes, but an RSA key of %d bits makes %d", len(signature), s.public.N.BitLen(), s.public.Size())
	}
	return signature, nil
}

// check reports whether a signature is right, and if it is not, what is known to be wrong with it.
func (s *Signer) check(digest, signature []byte) (right bool, err error) {
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
		wrong = fmt.Sprintf("its salt has %d bytes: give %s as the algorithm, or a key that makes a salt of %d bytes", other.SaltLength(), other, s.algorithm.SaltLength())
	case hasSalt(rsa.PSSSaltLengthAuto, digest):
		wrong = fmt.Sprintf("its salt does not have %d bytes: set the key to that length", s.algorithm.SaltLength())
	case hasSalt(rsa.PSSSaltLengthAuto, twice[:]):
		wrong = "the digest was hashed once more: have the key sign the digest as it is (in AWS KMS, MessageType DIGEST)"
	case rsa.VerifyPKCS1v15(s.public, crypto.SHA256, digest, signature) == nil:
		wrong = "it is one of PKCS#1 v1.5: set the key to RSASSA-PSS with SHA-256"
	default:
		return false, nil
	}
	return false, fmt.Errorf("signing: the service would refuse the key's signature for %s: %s", s.algorithm, wrong)
}

// NewCanonicalRequest returns what [Signer.SignRequest] signs of a request, for those who ask why a signature was
// refused. It fails where SignRequest would, and changes nothing.
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

// appendFields appends the headers to sign, with the date, sorted. It refuses what cannot be signed.
func appendFields(fields []field, r *http.Request, date string) ([]field, error) {
	if r == nil || r.URL == nil || r.URL.Opaque != "" {
		return nil, errors.New("signing: the request has no URL with a path")
	}
	if strings.ContainsAny(r.Method, "\r\n") || strings.ContainsAny(r.URL.RawQuery, "\r\n") {
		return nil, errors.New("signing: the request's method or query has a line end")
	}
	fields, err := appendSignable(fields, r.Header)
	if err != nil {
		return nil, err
	}
	fields = append(fields, field{lowerDate, date})
	sortFields(fields)
	return fields, checkMandatory(fields)
}

// appendSignable appends the headers to sign, but for the date.
func appendSignable(fields []field, header http.Header) ([]field, error) {
	for name, values := range header {
		lower := lowerName(name)
		switch {
		case lower == lowerDate || lower == lowerSimulation:
			continue
		case lower != "accept" && lower != "content-type" && !strings.HasPrefix(lower, lowerPrefix):
			continue
		case !isFieldName(lower): // in the list of names it would be read as another one, or two
			return nil, fmt.Errorf("signing: the name of header %q has a character that may not stand in one", lower)
		case len(values) != 1:
			return nil, fmt.Errorf("signing: header %s has %d values: a signed header has one", lower, len(values))
		}
		for _, f := range fields {
			if f.name == lower {
				return nil, fmt.Errorf("signing: header %s is there under two spellings", lower)
			}
		}
		value := textproto.TrimString(values[0])
		if strings.ContainsAny(values[0], "\r\n") || strings.Contains(value, "\t") || strings.Contains(value, "  ") {
			return nil, fmt.Errorf("signing: the value of header %s has a line end, a tab or a run of spaces", lower)
		}
		fields = append(fields, field{lower, value})
	}
	return fields, nil
}

// isFieldName reports whether a name that is not empty is a token of RFC 9110.
func isFieldName(name string) bool {
	return !strings.ContainsAny(name, "\"(),/:;<=>?@[\\]{}") && !strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' })
}

// lowerName spares the usual names an allocation.
func lowerName(name string) string {
	switch name {
	case "Accept":
		return "accept"
	case "Content-Type":
		return "content-type"
	case "X-Amz-Pay-Host":
		return "x-amz-pay-host"
	case "X-Amz-Pay-Region":
		return "x-amz-pay-region"
	case "X-Amz-Pay-Idempotency-Key":
		return "x-amz-pay-idempotency-key"
	case "X-Amz-Pay-Authtoken":
		return "x-amz-pay-authtoken"
	case headerDate:
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
			return fmt.Errorf("signing: header %s is missing or empty: the service refuses a request without it", name)
		}
	}
	return nil
}
