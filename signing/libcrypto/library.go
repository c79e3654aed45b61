//go:build linux && !android && !faketime && (amd64 || arm64)

package libcrypto

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

const (
	defaultLibrary = "libcrypto.so.3"
	override       = "AMAZONPAY_LIBCRYPTO"
)

// library has the addresses of the OpenSSL 3 functions that are called.
type library struct {
	version string

	errClearError   uintptr
	errGetError     uintptr
	errErrorStringN uintptr

	d2iPrivateKey  uintptr
	evpPKeyFree    uintptr
	evpPKeyCtxNew  uintptr
	evpPKeyCtxFree uintptr
	evpPKeySign    uintptr
	evpSHA256      uintptr

	evpPKeySignInit            uintptr
	evpPKeyCtxSetRSAPadding    uintptr
	evpPKeyCtxSetSignatureMD   uintptr
	evpPKeyCtxSetRSAMGF1MD     uintptr
	evpPKeyCtxSetRSAPSSSaltLen uintptr
}

// load opens the library once per process. It is never closed, because threads may still use it.
var load = sync.OnceValues(func() (*library, error) {
	name, err := libraryName()
	if err != nil {
		return nil, err
	}
	return open(name)
})

// libraryName returns the library from the environment, or the default. A program with other rights
// than its user ignores the environment, as secure_getenv(3) does: otherwise the user could choose
// the code that receives the key.
func libraryName() (string, error) {
	name := os.Getenv(override)
	if name == "" || otherRights() {
		return defaultLibrary, nil
	}
	// A relative path would depend on the working directory.
	if strings.Contains(name, "/") && name[0] != '/' {
		return "", fmt.Errorf("%s is %q, a relative path: set it to an absolute path or to a name without a slash, such as %s, or unset it", override, name, defaultLibrary)
	}
	return name, nil
}

// otherRights reports whether the program has other rights than the user who started it, by setuid,
// setgid or file capabilities. It reads AT_SECURE, as the dynamic linker does for LD_LIBRARY_PATH.
// If that fails, it returns true. It also compares the ids, which a program may change later.
func otherRights() bool {
	if os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid() {
		return true
	}
	getauxval, err := purego.Dlsym(purego.RTLD_DEFAULT, "getauxval") // not /proc/self/auxv, which may be missing or unreadable
	if err != nil {
		return true
	}
	const atSecure = 23
	secure, _, _ := purego.SyscallN(getauxval, atSecure)
	return secure != 0
}

func open(name string) (*library, error) {
	runtime.LockOSThread() // the text of the dynamic linker's error belongs to the thread
	defer runtime.UnlockOSThread()
	handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("cannot load the library: %w", err)
	}

	// Check the version first: it is a clearer error than a missing function.
	var versionNum, version, strlcpy, initCrypto uintptr
	if err := lookUp(handle, name, []function{
		{"OpenSSL_version_num", &versionNum},
		{"OpenSSL_version", &version},
		{"OPENSSL_strlcpy", &strlcpy},
	}); err != nil {
		return nil, err
	}
	l := &library{}
	buf := make([]byte, 256)
	text, _, _ := purego.SyscallN(version, 0) // OPENSSL_VERSION
	purego.SyscallN(strlcpy, uintptr(unsafe.Pointer(&buf[0])), text, uintptr(len(buf)))
	l.version = cString(buf)
	if number, _, _ := purego.SyscallN(versionNum); number>>28 != 3 { // the major version; LibreSSL's is 2, BoringSSL's 1
		return nil, fmt.Errorf("%s is %q (%#x): it must be OpenSSL 3", name, l.version, number)
	}

	if err := lookUp(handle, name, []function{
		{"OPENSSL_init_crypto", &initCrypto},

		{"ERR_clear_error", &l.errClearError},
		{"ERR_get_error", &l.errGetError},
		{"ERR_error_string_n", &l.errErrorStringN},

		{"d2i_PrivateKey", &l.d2iPrivateKey},
		{"EVP_PKEY_free", &l.evpPKeyFree},
		{"EVP_PKEY_CTX_new", &l.evpPKeyCtxNew},
		{"EVP_PKEY_CTX_free", &l.evpPKeyCtxFree},
		{"EVP_PKEY_sign", &l.evpPKeySign},
		{"EVP_sha256", &l.evpSHA256},

		{"EVP_PKEY_sign_init", &l.evpPKeySignInit},
		{"EVP_PKEY_CTX_set_rsa_padding", &l.evpPKeyCtxSetRSAPadding},
		{"EVP_PKEY_CTX_set_signature_md", &l.evpPKeyCtxSetSignatureMD},
		{"EVP_PKEY_CTX_set_rsa_mgf1_md", &l.evpPKeyCtxSetRSAMGF1MD},
		{"EVP_PKEY_CTX_set_rsa_pss_saltlen", &l.evpPKeyCtxSetRSAPSSSaltLen},
	}); err != nil {
		return nil, err
	}

	const (
		loadConfig = 0x00000040
		noAtExit   = 0x00080000 // the exit handler must not free memory while goroutines sign
	)
	// Before any other call, which would initialise the library with the handler.
	if ok, _, _ := purego.SyscallN(initCrypto, loadConfig|noAtExit, 0); !succeeded(ok) {
		return nil, l.failure("OPENSSL_init_crypto")
	}
	return l, nil
}

type function struct {
	name    string
	address *uintptr
}

func lookUp(handle uintptr, library string, functions []function) error {
	for _, f := range functions {
		var err error
		if *f.address, err = purego.Dlsym(handle, f.name); err != nil {
			return fmt.Errorf("%s has no function %s: it must be OpenSSL 3", library, f.name)
		}
	}
	return nil
}

// lockThread locks the goroutine to its thread, on which OpenSSL stores errors, and clears earlier
// errors. Call the returned function to unlock.
func (l *library) lockThread() (unlock func()) {
	runtime.LockOSThread()
	purego.SyscallN(l.errClearError)
	return runtime.UnlockOSThread
}

// failure returns the errors of the thread, oldest first.
func (l *library) failure(function string) error {
	var causes []string
	buf := make([]byte, 256)
	for {
		code, _, _ := purego.SyscallN(l.errGetError)
		if code == 0 {
			break
		}
		purego.SyscallN(l.errErrorStringN, code, uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)))
		causes = append(causes, cString(buf))
	}
	if len(causes) == 0 {
		return errors.New(function + " failed without a reason")
	}
	return errors.New(function + ": " + strings.Join(causes, "; "))
}

// succeeded reports whether a C int, which fills half of the register, is 1.
func succeeded(result uintptr) bool {
	return int32(result) == 1 //nolint:gosec // the other half is undefined
}

func cString(buf []byte) string {
	text, _, _ := strings.Cut(string(buf), "\x00")
	return text
}
