//go:build linux && !android && !faketime && (amd64 || arm64)

package libcrypto

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ebitengine/purego"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newKey(t *testing.T) (*rsa.PrivateKey, *opensslKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	inside, _, err := newOpenSSLKey(key)
	require.NoError(t, err)
	t.Cleanup(inside.close)
	k, ok := inside.(*opensslKey)
	require.True(t, ok)
	return key, k
}

// A failure has OpenSSL's own text, none of an earlier failure's, and does not disturb the calls
// that follow.
func TestFailuresOfOpenSSL(t *testing.T) {
	t.Parallel()
	key, k := newKey(t)
	digest := sha256.Sum256([]byte("a request"))
	var texts []string
	for range 20 { // OpenSSL's queue has room for 16
		_, err := k.sign(digest[:31], 32)
		require.ErrorContains(t, err, "EVP_PKEY_sign: error:")
		require.ErrorContains(t, err, "invalid digest length")
		texts = append(texts, err.Error())

		signature, err := k.sign(digest[:], 32)
		require.NoError(t, err)
		require.NoError(t, rsa.VerifyPSS(&key.PublicKey, crypto.SHA256, digest[:], signature, &rsa.PSSOptions{SaltLength: 32}))
	}
	for _, text := range texts {
		assert.Equal(t, texts[0], text)
	}

	_, err := k.sign(digest[:], 1000) // longer than the key allows
	require.ErrorContains(t, err, "EVP_PKEY_sign: error:")
	require.NotContains(t, err.Error(), "invalid digest length")
	_, err = k.sign(digest[:], -9)
	require.ErrorContains(t, err, "EVP_PKEY_CTX_set_rsa_pss_saltlen")
	require.NoError(t, try(k, &key.PublicKey))
}

// A library that has signed may fail later; here, by an option that got past the rules.
func TestFailureOfASigner(t *testing.T) {
	t.Parallel()
	key, k := newKey(t)
	signer := &Signer{public: &key.PublicKey, key: longSalt{k}}
	signature, err := signer.Sign(nil, make([]byte, sha256.Size), &rsa.PSSOptions{SaltLength: 20, Hash: crypto.SHA256})
	require.ErrorContains(t, err, "libcrypto: signing failed: EVP_PKEY_sign: error:")
	assert.Nil(t, signature)
}

type longSalt struct{ *opensslKey }

func (l longSalt) sign(digest []byte, _ int) ([]byte, error) { return l.opensslKey.sign(digest, 1000) }

// What another user of the library has left in the thread's queue is not taken for a reason of
// ours.
func TestErrorsOfOthersAreNotOurs(t *testing.T) {
	t.Parallel()
	_, k := newKey(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	context, _, _ := purego.SyscallN(k.lib.evpPKeyCtxNew, 0, 0)
	require.Zero(t, context)
	failure := k.lib.failure("EVP_PKEY_CTX_new").Error()
	require.Contains(t, failure, "error:")

	purego.SyscallN(k.lib.evpPKeyCtxNew, 0, 0)
	_, err := k.sign(make([]byte, 31), 32)
	require.ErrorContains(t, err, "invalid digest length")
	assert.NotContains(t, err.Error(), strings.TrimPrefix(failure, "EVP_PKEY_CTX_new: "))
	assert.EqualError(t, k.lib.failure("nothing"), "nothing failed without a reason", "the queue is empty")
}

func TestKeyThatOpenSSLCannotRead(t *testing.T) {
	t.Parallel()
	lib, err := load()
	require.NoError(t, err)
	_, err = lib.parseKey([]byte("no key at all, but a text"))
	require.ErrorContains(t, err, "d2i_PrivateKey: error:")
	assert.Greater(t, strings.Count(err.Error(), "error:"), 1, "all entries of the queue: %s", err)

	_, err = lib.newContext(0)
	require.Error(t, err, "no key, no context")
}

// There are as many contexts as calls at once, up to the bound.
func TestContextsAreReused(t *testing.T) {
	t.Parallel()
	_, k := newKey(t)
	digest := sha256.Sum256([]byte("a request"))
	for range 5 {
		_, err := k.sign(digest[:], 32)
		require.NoError(t, err)
		assert.Len(t, k.idle, 1)
		assert.Len(t, k.room, cap(k.room)-1)
	}
	assert.Equal(t, 2*runtime.GOMAXPROCS(0), cap(k.room))
}

// A call that waits for a context ends when the key is closed; Close waits for the calls that have
// one.
func TestCloseWaits(t *testing.T) {
	t.Parallel()
	_, k := newKey(t)
	taken := make([]*context, cap(k.room))
	for i := range taken {
		var err error
		taken[i], err = k.take()
		require.NoError(t, err)
	}
	waited := make(chan error)
	go func() {
		_, err := k.sign(make([]byte, sha256.Size), 32)
		waited <- err
	}()
	done := make(chan struct{})
	go func() {
		k.close()
		close(done)
	}()
	require.ErrorIs(t, <-waited, ErrClosed)
	for _, c := range taken {
		select {
		case <-done:
			t.Fatal("closed while a call had a context")
		default:
		}
		k.idle <- c
	}
	<-done
}

// A call that waits is a use of the signer, though nobody else has it any more.
func TestWaitingSignerIsNotDropped(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	signer, err := New(key)
	require.NoError(t, err)
	k, ok := signer.key.(*opensslKey)
	require.True(t, ok)
	taken := make([]*context, cap(k.room))
	for i := range taken {
		taken[i], err = k.take()
		require.NoError(t, err)
	}
	failed := make(chan error)
	go func() {
		_, err := signer.Sign(nil, make([]byte, sha256.Size), &rsa.PSSOptions{SaltLength: 20, Hash: crypto.SHA256})
		failed <- err
	}()
	for range 20 {
		runtime.GC()
		select {
		case <-k.closed:
			t.Fatal("closed while a call waited")
		case <-time.After(time.Millisecond):
		}
	}
	for _, c := range taken {
		k.idle <- c
	}
	require.NoError(t, <-failed)
}

// The garbage collector closes the key of a signer that nobody has any more, and not before.
func TestDroppedSignerIsClosed(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	signer, err := New(key)
	require.NoError(t, err)
	k, ok := signer.key.(*opensslKey)
	require.True(t, ok)

	runtime.GC()
	_, err = signer.Sign(nil, make([]byte, sha256.Size), &rsa.PSSOptions{SaltLength: 20, Hash: crypto.SHA256})
	require.NoError(t, err)
	runtime.KeepAlive(signer)

	limit := time.After(10 * time.Second)
	for {
		runtime.GC()
		select {
		case <-k.closed:
			return
		case <-limit:
			t.Fatal("the key is still open")
		case <-time.After(time.Millisecond):
		}
	}
}

// OpenSSL's handler at exit would free keys while goroutines sign. A child process leaves by C's
// exit, with a function of its own among those that the handler calls.
func TestNothingIsFreedAtExit(t *testing.T) {
	t.Parallel()
	const env = "LIBCRYPTO_TEST_EXIT"
	if os.Getenv(env) != "" {
		newKey(t)
		handle, err := purego.Dlopen(defaultLibrary, purego.RTLD_NOW|purego.RTLD_LOCAL)
		require.NoError(t, err)
		atExit, err := purego.Dlsym(handle, "OPENSSL_atexit")
		require.NoError(t, err)
		cleanup, err := purego.Dlsym(handle, "OPENSSL_cleanup")
		require.NoError(t, err)
		libc, err := purego.Dlopen("libc.so.6", purego.RTLD_NOW|purego.RTLD_LOCAL)
		require.NoError(t, err)
		exit, err := purego.Dlsym(libc, "exit")
		require.NoError(t, err)
		purego.SyscallN(atExit, purego.NewCallback(func() uintptr {
			_, _ = os.Stdout.WriteString("cleaned up\n")
			return 0
		}))
		if os.Getenv(env) == "clean up" {
			purego.SyscallN(cleanup)
		}
		purego.SyscallN(exit, 0)
	}
	program, err := os.Executable()
	require.NoError(t, err)
	for how, want := range map[string]bool{"just exit": false, "clean up": true} {
		child := exec.CommandContext(t.Context(), program, "-test.run=^TestNothingIsFreedAtExit$")
		child.Env = append(os.Environ(), env+"="+how)
		output, err := child.CombinedOutput()
		require.NoError(t, err, "%s", output)
		assert.Equal(t, want, strings.Contains(string(output), "cleaned up"), "%s: %s", how, output)
	}
}
