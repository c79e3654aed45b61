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
	// ErrUnavailable is wrapped by the error of [New] if OpenSSL cannot be used: the platform is not
	// supported, the library is missing, is not OpenSSL 3 or lacks a function, or it does not make
	// valid signatures with a key that crypto/rsa accepts.
	ErrUnavailable = errors.New("libcrypto: OpenSSL 3 is not available")

	// ErrClosed is returned by [Signer.Sign] after [Signer.Close].
	ErrClosed = errors.New("libcrypto: the signer is closed")
)

// Signer is a [crypto.Signer] that makes signatures for Amazon Pay with one RSA key: RSASSA-PSS
// with SHA-256 and a salt of 32 or 20 bytes. Create it with [New] or [NewOrGo]. It is safe for
// concurrent use.
type Signer struct {
	public   *rsa.PublicKey
	name     string
	fallback error
	key      implementation
}

// implementation is a private key in OpenSSL or crypto/rsa. Its methods are safe for concurrent
// use, including close during sign.
type implementation interface {
	sign(digest []byte, salt int) ([]byte, error)
	close()
}

// New passes the key to OpenSSL and returns a signer for it. The first call in a process loads the
// library, see the package comment.
//
// New returns an error if the key is nil, inconsistent, or not between 2048 and 16384 bits long. If
// OpenSSL cannot be used, the error wraps [ErrUnavailable]. Before it returns, New makes one
// signature with each length of salt and verifies it with crypto/rsa.
//
// New does not change the key. The Signer keeps only its public key. OpenSSL overwrites its copy of
// the private key after [Signer.Close], or after the garbage collector finds that the Signer is
// unused. Copies in Go's memory remain: the caller's key, and what parsing it left behind.
func New(key *rsa.PrivateKey) (*Signer, error) {
	own, err := checkedCopy(key)
	if err != nil {
		return nil, err
	}
	return newOpenSSL(own)
}

// NewOrGo is like [New], but returns a signer that uses crypto/rsa if OpenSSL cannot be used. It
// returns an error only for an invalid key. [Signer.Implementation] says which implementation is
// used, and [Signer.Fallback] why. A program that relies on the speed should log both when it
// starts.
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

// Public returns the public key, an [*rsa.PublicKey]. Do not change it.
func (s *Signer) Public() crypto.PublicKey { return s.public }

// Implementation returns the version of the library, such as "OpenSSL 3.0.19 27 Jan 2026", or
// "crypto/rsa".
func (s *Signer) Implementation() string { return s.name }

// Fallback returns the reason why a signer of [NewOrGo] uses crypto/rsa, as an error that wraps
// [ErrUnavailable]. It returns nil if the signer uses OpenSSL.
func (s *Signer) Fallback() error { return s.fallback }

// Sign signs a SHA-256 digest. The options must be an [*rsa.PSSOptions] with SHA-256 and a salt
// length of 32, [rsa.PSSSaltLengthEqualsHash] (which is 32) or 20. All other options are an error,
// with both implementations. The reader is ignored and may be nil: the implementation generates the
// salt.
//
// With OpenSSL, each goroutine that signs occupies an operating system thread. At most twice
// GOMAXPROCS goroutines (as of the creation of the signer) sign at once; the others wait. An error
// contains OpenSSL's message and never the key.
func (s *Signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	salt, err := saltLength(digest, opts)
	if err != nil {
		return nil, err
	}
	signature, err := s.key.sign(digest, salt)
	runtime.KeepAlive(s) // otherwise the cleanup could close the key during use
	if err != nil && !errors.Is(err, ErrClosed) {
		return nil, fmt.Errorf("libcrypto: signing failed: %w", err)
	}
	return signature, err
}

// Close frees the key and the other OpenSSL memory of the signer after running calls of Sign have
// ended. Later and waiting calls of Sign return [ErrClosed]. Close may be called again, and always
// returns nil. The garbage collector closes a signer that is no longer used.
func (s *Signer) Close() error {
	s.key.close()
	return nil
}

// String returns the implementation and the length of the key, never the key.
func (s *Signer) String() string {
	return fmt.Sprintf("libcrypto.Signer(%s, RSA %d)", s.name, s.public.N.BitLen())
}

// Format prints what String returns, whatever the verb.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s *Signer) LogValue() slog.Value { return slog.StringValue(s.String()) }
