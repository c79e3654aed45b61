//go:build linux && !android && !faketime && (amd64 || arm64)

package libcrypto

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// perProcessor bounds the threads that are in OpenSSL at the same time, and the contexts. With one
// for each processor the processors idle between two calls for a tenth of the time; more than two
// bring nothing but memory.
const perProcessor = 2

// opensslKey is a key within OpenSSL, with the contexts that sign with it. A context serves one
// call at a time and many one after another.
type opensslKey struct {
	lib    *library
	key    uintptr // EVP_PKEY
	size   int     // of a signature
	idle   chan *context
	room   chan struct{} // one for each context that may still be made
	closed chan struct{}
	once   sync.Once
}

type context struct {
	pointer uintptr // EVP_PKEY_CTX
	salt    int     // that it is set to
	digest  [sha256.Size]byte
	length  uintptr
}

// newOpenSSLKey returns the key within OpenSSL and the version of the library.
func newOpenSSLKey(key *rsa.PrivateKey) (implementation, string, error) {
	lib, err := load()
	if err != nil {
		return nil, "", err
	}
	der := x509.MarshalPKCS1PrivateKey(key)
	inside, err := lib.parseKey(der)
	clear(der)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", lib.version, err)
	}
	most := perProcessor * runtime.GOMAXPROCS(0)
	k := &opensslKey{
		lib: lib, key: inside, size: key.Size(),
		idle: make(chan *context, most), room: make(chan struct{}, most), closed: make(chan struct{}),
	}
	for range most {
		k.room <- struct{}{}
	}
	if err := try(k, &key.PublicKey); err != nil {
		k.close()
		return nil, "", fmt.Errorf("%s: %w", lib.version, err)
	}
	return k, lib.version, nil
}

// parseKey returns the EVP_PKEY of an RSA key in PKCS#1 form.
func (l *library) parseKey(der []byte) (uintptr, error) {
	const evpPKeyRSA = 6
	var pin runtime.Pinner // der's address goes in memory, where SyscallN does not see it
	defer pin.Unpin()
	pin.Pin(&der[0])
	start := uintptr(unsafe.Pointer(&der[0]))

	defer l.lockThread()()
	key, _, _ := purego.SyscallN(l.d2iPrivateKey, evpPKeyRSA, 0, uintptr(unsafe.Pointer(&start)), uintptr(len(der)))
	if key == 0 {
		return 0, l.failure("d2i_PrivateKey")
	}
	return key, nil
}

func (k *opensslKey) sign(digest []byte, salt int) ([]byte, error) {
	c, err := k.take()
	if err != nil {
		return nil, err
	}
	signature := make([]byte, k.size)
	if err := k.lib.sign(c, signature, digest, salt); err != nil {
		purego.SyscallN(k.lib.evpPKeyCtxFree, c.pointer) // nobody knows what state it is in
		k.room <- struct{}{}
		return nil, err
	}
	k.idle <- c
	return signature, nil
}

// take waits for a context that is idle, or for room to make one.
func (k *opensslKey) take() (*context, error) {
	select { // rather than make another
	case c := <-k.idle:
		return c, nil
	default:
	}
	select {
	case <-k.closed:
		return nil, ErrClosed
	case c := <-k.idle:
		return c, nil
	case <-k.room:
	}
	c, err := k.lib.newContext(k.key)
	if err != nil {
		k.room <- struct{}{}
		return nil, err
	}
	return c, nil
}

func (k *opensslKey) close() {
	k.once.Do(func() {
		close(k.closed)
		for range cap(k.room) {
			select { // a context that signs comes back first
			case c := <-k.idle:
				purego.SyscallN(k.lib.evpPKeyCtxFree, c.pointer)
			case <-k.room:
			}
		}
		purego.SyscallN(k.lib.evpPKeyFree, k.key)
	})
}

// newContext returns a context that is ready to sign, but for the length of the salt.
func (l *library) newContext(key uintptr) (*context, error) {
	const rsaPKCS1PSSPadding = 6
	defer l.lockThread()()
	pointer, _, _ := purego.SyscallN(l.evpPKeyCtxNew, key, 0)
	if pointer == 0 {
		return nil, l.failure("EVP_PKEY_CTX_new")
	}
	hash, _, _ := purego.SyscallN(l.evpSHA256)
	for _, step := range []struct {
		name               string
		function, argument uintptr
	}{
		{"EVP_PKEY_sign_init", l.evpPKeySignInit, 0}, // takes no argument, so it reads none
		{"EVP_PKEY_CTX_set_rsa_padding", l.evpPKeyCtxSetRSAPadding, rsaPKCS1PSSPadding},
		{"EVP_PKEY_CTX_set_signature_md", l.evpPKeyCtxSetSignatureMD, hash},
		{"EVP_PKEY_CTX_set_rsa_mgf1_md", l.evpPKeyCtxSetRSAMGF1MD, hash},
	} {
		if ok, _, _ := purego.SyscallN(step.function, pointer, step.argument); !succeeded(ok) {
			err := l.failure(step.name)
			purego.SyscallN(l.evpPKeyCtxFree, pointer)
			return nil, err
		}
	}
	return &context{pointer: pointer}, nil
}

// sign fills signature.
func (l *library) sign(c *context, signature, digest []byte, salt int) error {
	copy(c.digest[:], digest)
	c.length = uintptr(len(signature))

	defer l.lockThread()()
	if c.salt != salt {
		if ok, _, _ := purego.SyscallN(l.evpPKeyCtxSetRSAPSSSaltLen, c.pointer, uintptr(salt)); !succeeded(ok) {
			return l.failure("EVP_PKEY_CTX_set_rsa_pss_saltlen")
		}
		c.salt = salt
	}
	ok, _, _ := purego.SyscallN(l.evpPKeySign, c.pointer, uintptr(unsafe.Pointer(&signature[0])), uintptr(unsafe.Pointer(&c.length)),
		uintptr(unsafe.Pointer(&c.digest[0])), uintptr(len(digest)))
	if !succeeded(ok) {
		return l.failure("EVP_PKEY_sign")
	}
	if c.length != uintptr(len(signature)) {
		return fmt.Errorf("EVP_PKEY_sign made %d bytes, not %d", c.length, len(signature))
	}
	return nil
}
