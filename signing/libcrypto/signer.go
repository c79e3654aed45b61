package libcrypto

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
)

var (
	// ErrUnavailable is what the error of [New] wraps where OpenSSL cannot be used: the platform is not
	// supported, the library is missing, is not OpenSSL 3 or lacks a function, or it cannot make right
	// signatures with a key that crypto/rsa finds sound.
	ErrUnavailable = errors.New("libcrypto: OpenSSL 3 is not available")

	// ErrClosed is the error of [Signer.Sign] after [Signer.Close].
	ErrClosed = errors.New("libcrypto: the signer is closed")
)

// Signer is a [crypto.Signer] that makes the signatures of Amazon Pay with one RSA key: RSASSA-PSS
// with SHA-256 and a salt of 32 or 20 bytes. [New] and [NewOrGo] make it. It is safe for concurrent
// use.
type Signer struct {
	public   *rsa.PublicKey
	name     string
	fallback error
	key      implementation
}

// implementation is a private key within OpenSSL or crypto/rsa. Both of its methods are safe for
// concurrent use, sign beside close too.
type implementation interface {
	sign(digest []byte, salt int) ([]byte, error)
	close()
}

// New gives the key to OpenSSL and returns a signer for it. The first call in a process loads the
// library, see the package comment.
//
// It fails where the key is nil, inconsistent, shorter than 2048 bits or longer than 16384, and,
// with an error that wraps [ErrUnavailable], where OpenSSL cannot be used. Before it returns, it has
// made one signature with each length of salt, and crypto/rsa has found them good.
//
// The key is read and not changed, and the Signer keeps no part of it but the public one. OpenSSL overwrites its own copy when
// it is freed, by [Signer.Close] or after the garbage collector finds that the Signer is in use no more. Copies in Go's
// memory stay: the caller's own, for as long as the caller keeps it and longer, and what reading it left behind.
func New(key *rsa.PrivateKey) (*Signer, error) {
	own, err := checkedCopy(key)
	if err != nil {
		return nil, err
	}
	return newOpenSSL(own)
}

// NewOrGo is [New], but returns a signer that uses crypto/rsa where OpenSSL cannot be used, so that
// its only errors are those of the key. [Signer.Implementation] says which it is and
// [Signer.Fallback] why; a program that counts on the speed logs them when it starts.
func NewOrGo(key *rsa.PrivateKey) (*Signer, error) {
	own, err := checkedCopy(key)
	if err != nil {
		return nil, err
	}
	s, err := newOpenSSL(own)
	if err != nil {
		return newFallback(own, err), nil
	}
	return s, nil
}

func newFallback(key *rsa.PrivateKey, why error) *Signer {
	public := key.PublicKey // not a pointer into key, which would keep all of it after Close
	return &Signer{public: &public, name: "crypto/rsa", fallback: why, key: newGoKey(key)}
}

func newOpenSSL(key *rsa.PrivateKey) (*Signer, error) {
	inside, name, err := newOpenSSLKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	public := key.PublicKey
	s := &Signer{public: &public, name: name, key: inside}
	runtime.AddCleanup(s, implementation.close, inside)
	return s, nil
}

// Public returns the public half of the key, an [*rsa.PublicKey]; it must not be changed.
func (s *Signer) Public() crypto.PublicKey { return s.public }

// Implementation returns what makes the signatures: the version text of the library, such as
// "OpenSSL 3.0.19 27 Jan 2026", or "crypto/rsa".
func (s *Signer) Implementation() string { return s.name }

// Fallback returns why the signer of [NewOrGo] uses crypto/rsa, an error that wraps
// [ErrUnavailable], or nil if it uses OpenSSL.
func (s *Signer) Fallback() error { return s.fallback }

// Sign signs a SHA-256 digest. The options must be an [*rsa.PSSOptions] with the hash SHA-256 and a
// salt of 32 or 20 bytes (or [rsa.PSSSaltLengthEqualsHash], which is 32): the two that Amazon Pay
// knows. Everything else is an error, with OpenSSL and with crypto/rsa alike. The reader is
// ignored and may be nil: the salt comes from the implementation's own generator.
//
// With OpenSSL each goroutine that signs has an operating system's thread for that time. No more than
// twice GOMAXPROCS (as it was when the signer was made) sign at once; the others wait. A signature
// that fails says why in OpenSSL's own words, and never shows the key.
func (s *Signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	salt, err := saltLength(digest, opts)
	if err != nil {
		return nil, err
	}
	signature, err := s.key.sign(digest, salt)
	runtime.KeepAlive(s) // the cleanup would close the key while it is in use
	if err != nil && !errors.Is(err, ErrClosed) {
		return nil, fmt.Errorf("libcrypto: the signature failed: %w", err)
	}
	return signature, err
}

// Close frees the key, and what else OpenSSL holds for the signer, once the calls of Sign that are
// under way have ended. A Sign after it, or one that still waits, returns [ErrClosed]. Close may be
// called again, and always returns nil. A signer that is dropped without it is closed after the
// garbage collector finds it.
func (s *Signer) Close() error {
	s.key.close()
	return nil
}

// String names the implementation and the length of the key, never the key.
func (s *Signer) String() string {
	return fmt.Sprintf("libcrypto.Signer(%s, RSA %d)", s.name, s.public.N.BitLen())
}

// Format prints what String returns, whatever the verb.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s *Signer) LogValue() slog.Value { return slog.StringValue(s.String()) }
