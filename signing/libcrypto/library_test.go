//go:build linux

package libcrypto_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

// inChild is set in the child processes of the tests of libraries, each of which loads another
// library: a process loads one.
const inChild = "AMAZONPAY_LIBCRYPTO_TEST"

// changeUID and changeGID have a child process change its effective ids before it loads a library.
const (
	changeUID = "AMAZONPAY_LIBCRYPTO_TEST_UID"
	changeGID = "AMAZONPAY_LIBCRYPTO_TEST_GID"
)

// report is what a child process found.
type report struct {
	NewError       string `json:"newError"`
	Unavailable    bool   `json:"unavailable"`
	Implementation string `json:"implementation"`
	Fallback       string `json:"fallback"`
	SignError      string `json:"signError"`

	UID  int `json:"uid"`
	EUID int `json:"euid"`
	GID  int `json:"gid"`
	EGID int `json:"egid"`
}

func TestMain(m *testing.M) {
	if os.Getenv(inChild) == "" {
		os.Exit(m.Run())
	}
	if err := json.NewEncoder(os.Stdout).Encode(examine()); err != nil {
		panic(err)
	}
}

func examine() report {
	for variable, change := range map[string]func(int) error{changeUID: syscall.Seteuid, changeGID: syscall.Setegid} {
		if id, err := strconv.Atoi(os.Getenv(variable)); err == nil {
			if err := change(id); err != nil {
				panic(err)
			}
		}
	}
	r := report{UID: os.Getuid(), EUID: os.Geteuid(), GID: os.Getgid(), EGID: os.Getegid()}
	if _, err := libcrypto.New(testKey()); err != nil {
		r.NewError, r.Unavailable = err.Error(), errors.Is(err, libcrypto.ErrUnavailable)
	}
	signer, err := libcrypto.NewOrGo(testKey())
	if err != nil {
		r.SignError = err.Error()
		return r
	}
	r.Implementation = signer.Implementation()
	if err := signer.Fallback(); err != nil {
		r.Fallback = err.Error()
	}
	for _, salt := range []int{32, 20} {
		signature, err := signer.Sign(rand.Reader, digest[:], pss(salt))
		if err == nil {
			err = verifies(publicKey(signer), digest[:], signature, salt)
		}
		if err != nil {
			r.SignError = err.Error()
		}
	}
	return r
}

// withLibrary examines a library in a process of its own.
func withLibrary(t *testing.T, library string, env ...string) report {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), program)
	child.Env = append(os.Environ(), env...)
	return examineWith(t, child, library)
}

// examineWith examines a library in a copy of this program that is ready to start.
func examineWith(t *testing.T, child *exec.Cmd, library string) report {
	t.Helper()
	if !supported() {
		t.Skip("OpenSSL is not used on this platform")
	}
	child.Env = append(child.Environ(), inChild+"=1", "AMAZONPAY_LIBCRYPTO="+library)
	output, err := child.Output()
	require.NoError(t, err)
	var r report
	require.NoError(t, json.Unmarshal(output, &r), "%s", output)
	return r
}

func requireFallback(t *testing.T, r report, want ...string) {
	t.Helper()
	for _, text := range want {
		require.Contains(t, r.NewError, text)
	}
	assert.True(t, strings.HasPrefix(r.NewError, "libcrypto: OpenSSL 3 is not available: "), r.NewError)
	assert.True(t, r.Unavailable)
	assert.Equal(t, "crypto/rsa", r.Implementation)
	assert.Equal(t, r.NewError, r.Fallback)
	assert.Empty(t, r.SignError, "crypto/rsa signs")
}

func TestLibraryByName(t *testing.T) {
	t.Parallel()
	for _, library := range []string{"", "libcrypto.so.3"} {
		r := withLibrary(t, library)
		assert.Equal(t, report{
			Implementation: newSigner(t, testKey()).Implementation(),
			UID:            os.Getuid(), EUID: os.Geteuid(), GID: os.Getgid(), EGID: os.Getegid(),
		}, r)
	}
}

func TestMissingLibrary(t *testing.T) {
	t.Parallel()
	requireFallback(t, withLibrary(t, "libcrypto.so.none"), "cannot load the library", "libcrypto.so.none", "No such file")
	requireFallback(t, withLibrary(t, filepath.Join(t.TempDir(), "libcrypto.so.3")), "cannot load the library", "No such file")
}

func TestLibraryThatIsNone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "libcrypto.so.3")
	require.NoError(t, os.WriteFile(file, []byte("a text that is long enough for the header of a library, but is none at all"), 0o600))
	requireFallback(t, withLibrary(t, file), "cannot load the library", file)
	requireFallback(t, withLibrary(t, "libc.so.6"), "libc.so.6 has no function OpenSSL_version_num: it must be OpenSSL 3")
}

// A machine whose policy asks for FIPS algorithms, but has none.
func TestConfigurationHolds(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "openssl.cnf")
	require.NoError(t, os.WriteFile(file, []byte("openssl_conf = init\n[init]\nalg_section = algorithms\n[algorithms]\ndefault_properties = fips=yes\n"), 0o600))
	requireFallback(t, withLibrary(t, "", "OPENSSL_CONF="+file), "OpenSSL 3.", "EVP_PKEY_sign_init: error:", "not supported")
}

// Each source is a library that stands before the real one and has some functions of its own.
func TestLibraryThatIsUnfit(t *testing.T) {
	t.Parallel()
	const (
		version = `unsigned long OpenSSL_version_num(void) { return NUMBER; }
			const char *OpenSSL_version(int t) { return "TEXT"; }`
		next = `#define _GNU_SOURCE
			#include <dlfcn.h>
			#include <stddef.h>
			`
	)
	tests := []struct {
		name, source string
		want         []string
	}{
		{"OpenSSL 1.1.1", strings.NewReplacer("NUMBER", "0x101010bfL", "TEXT", "OpenSSL 1.1.1k  25 Mar 2021").Replace(version), []string{`is "OpenSSL 1.1.1k  25 Mar 2021" (0x101010bf): it must be OpenSSL 3`}},
		{"LibreSSL", strings.NewReplacer("NUMBER", "0x20000000L", "TEXT", "LibreSSL 4.0.0").Replace(version), []string{`is "LibreSSL 4.0.0" (0x20000000): it must be OpenSSL 3`}},
		{"OpenSSL 4", strings.NewReplacer("NUMBER", "0x40000000L", "TEXT", "OpenSSL 4.0.0").Replace(version), []string{`is "OpenSSL 4.0.0" (0x40000000): it must be OpenSSL 3`}},
		{"a long version text", strings.NewReplacer("NUMBER", "0x20000000L", "TEXT", strings.Repeat("x", 5000)).Replace(version), []string{"xxxx"}},
		{"no start", `int OPENSSL_init_crypto(unsigned long long o, void *s) { return 0; }`, []string{"OPENSSL_init_crypto failed without a reason"}},
		{"no key", `void *d2i_PrivateKey(int t, void **a, const unsigned char **p, long n) { return 0; }`, []string{"d2i_PrivateKey failed without a reason"}},
		{"no context", `void *EVP_PKEY_CTX_new(void *k, void *e) { return 0; }`, []string{"EVP_PKEY_CTX_new failed without a reason"}},
		{"no PSS", `int EVP_PKEY_CTX_set_rsa_padding(void *c, int p) { return -2; }`, []string{"EVP_PKEY_CTX_set_rsa_padding failed without a reason"}},
		{"a salt that stays", `int EVP_PKEY_CTX_set_rsa_pss_saltlen(void *c, int n) { return 1; }`, []string{"the signature with a salt of 32 bytes is invalid"}},
		{"a short signature", next + `
			int EVP_PKEY_sign(void *c, unsigned char *s, size_t *n, const unsigned char *d, size_t dn) { *n = 255; return 1; }`, []string{"EVP_PKEY_sign made 255 bytes, not 256"}},
		{"a wrong signature", next + `
			int EVP_PKEY_sign(void *c, unsigned char *s, size_t *n, const unsigned char *d, size_t dn) {
				int (*sign)(void *, unsigned char *, size_t *, const unsigned char *, size_t) = dlsym(RTLD_NEXT, "EVP_PKEY_sign");
				int ok = sign(c, s, n, d, dn);
				s[200] ^= 1;
				return ok;
			}`, []string{"OpenSSL 3.", "the signature with a salt of 32 bytes is invalid", "crypto/rsa: verification error"}},
	}
	compiler, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			source, library := filepath.Join(dir, "unfit.c"), filepath.Join(dir, "libunfit.so")
			require.NoError(t, os.WriteFile(source, []byte(tt.source), 0o600))
			output, err := exec.CommandContext(t.Context(), compiler, "-shared", "-fPIC", "-o", library, source, "-Wl,--no-as-needed", "-l:libcrypto.so.3", "-ldl").CombinedOutput()
			require.NoError(t, err, "%s", output)
			requireFallback(t, withLibrary(t, library), tt.want...)
		})
	}
}
