//go:build linux

package libcrypto_test

import (
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nobody is a user without rights; only root can give a file or a process to it.
const nobody = 65534

// anotherProgram copies this program to a file that every user may run.
func anotherProgram(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can give a program other rights")
	}
	program, err := os.Executable()
	require.NoError(t, err)
	from, err := os.Open(program)
	require.NoError(t, err)
	defer func() { assert.NoError(t, from.Close()) }()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		require.NoError(t, os.Chmod(d, 0o755))
	}
	file := filepath.Join(dir, "program")
	to, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(to, from)
	require.NoError(t, err)
	require.NoError(t, to.Close())
	return file
}

// A library that would be refused shows whether the variable counts.
const refused = "libc.so.6"

func requireIgnored(t *testing.T, r report) {
	t.Helper()
	assert.Empty(t, r.NewError, "the variable is ignored")
	assert.Contains(t, r.Implementation, "OpenSSL 3.")
	assert.Empty(t, r.SignError)
}

func TestOverrideOfASetuidProgramIsIgnored(t *testing.T) {
	t.Parallel()
	program := anotherProgram(t)
	requireFallback(t, examineWith(t, exec.CommandContext(t.Context(), program), refused), refused+" has no function")

	for name, mode := range map[string]os.FileMode{"setuid": os.ModeSetuid, "setgid": os.ModeSetgid} {
		require.NoError(t, os.Chown(program, nobody, nobody))
		require.NoError(t, os.Chmod(program, 0o755|mode))
		r := examineWith(t, exec.CommandContext(t.Context(), program), refused)
		if r.UID == r.EUID && r.GID == r.EGID {
			t.Skip("this file system or this container gives no program other rights")
		}
		assert.Equal(t, name == "setuid", r.EUID == nobody)
		assert.Equal(t, name == "setgid", r.EGID == nobody)
		requireIgnored(t, r)
		// A path of either kind is not looked at.
		requireIgnored(t, examineWith(t, exec.CommandContext(t.Context(), program), "./"+refused))
		requireIgnored(t, examineWith(t, exec.CommandContext(t.Context(), program), "/"+refused))
	}
}

// The ids are the user's own, so that only the kernel's AT_SECURE tells.
func TestOverrideOfAProgramWithCapabilitiesIsIgnored(t *testing.T) {
	t.Parallel()
	program := anotherProgram(t)
	asNobody := func() report {
		child := exec.CommandContext(t.Context(), program)
		child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return examineWith(t, child, refused)
	}
	requireFallback(t, asNobody(), refused+" has no function")

	const revision2, effective, netBindService = 0x02000000, 1, 10 // linux/capability.h
	capabilities := make([]byte, 20)
	binary.LittleEndian.PutUint32(capabilities, revision2|effective)
	binary.LittleEndian.PutUint32(capabilities[4:], 1<<netBindService)
	if err := syscall.Setxattr(program, "security.capability", capabilities, 0); err != nil {
		t.Skip("this file system or this container gives no program other rights:", err)
	}
	r := asNobody()
	assert.Equal(t, []int{nobody, nobody, nobody, nobody}, []int{r.UID, r.EUID, r.GID, r.EGID})
	requireIgnored(t, r)
}

// A program may take another user's rights after it was started.
func TestOverrideIsIgnoredAfterAChangeOfUser(t *testing.T) {
	t.Parallel()
	program := anotherProgram(t)
	for _, variable := range []string{changeUID, changeGID} {
		child := exec.CommandContext(t.Context(), program)
		child.Env = append(os.Environ(), variable+"="+strconv.Itoa(nobody))
		r := examineWith(t, child, refused)
		assert.Equal(t, variable == changeUID, r.EUID == nobody)
		assert.Equal(t, variable == changeGID, r.EGID == nobody)
		requireIgnored(t, r)
	}
}

func TestOverrideIsAnAbsolutePathOrAName(t *testing.T) {
	t.Parallel()
	for _, relative := range []string{"./libcrypto.so.3", "lib/libcrypto.so.3", "../libcrypto.so.3", "$ORIGIN/libcrypto.so.3", "libcrypto.so.3/"} {
		r := withLibrary(t, relative)
		requireFallback(t, r, `AMAZONPAY_LIBCRYPTO is "`+relative+`", a relative path`,
			"set it to an absolute path or to a name without a slash, such as libcrypto.so.3, or unset it")
	}
}
