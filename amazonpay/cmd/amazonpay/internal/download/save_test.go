package download_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/download"
)

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestSave(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	require.NoError(t, download.Save(path, false, writes("one")))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	called := false
	err = download.Save(path, false, func(io.Writer) error { called = true; return nil })
	require.ErrorIs(t, err, download.ErrExists)
	assert.False(t, called, "nothing is downloaded in vain")
	assert.Equal(t, "one", content(t, path))
	require.NoError(t, download.Save(path, true, writes("two")))
	assert.Equal(t, "two", content(t, path))
	assert.Equal(t, []string{"a.csv"}, names(t, dir))
}

// A disk that is full leaves what was there.
func TestSaveThatFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	fail := func(w io.Writer) error {
		_, _ = io.WriteString(w, "hal")
		return syscall.ENOSPC
	}
	require.ErrorIs(t, download.Save(path, false, fail), syscall.ENOSPC)
	assert.Empty(t, names(t, dir))
	require.NoError(t, download.Save(path, false, writes("whole")))
	require.ErrorIs(t, download.Save(path, true, fail), syscall.ENOSPC)
	assert.Equal(t, "whole", content(t, path))
	assert.Equal(t, []string{"a.csv"}, names(t, dir))
	require.Error(t, download.Save(filepath.Join(dir, "none", "a.csv"), false, writes("x")))
}

// Another program may write the file while this one downloads.
func TestSaveDoesNotReplaceWhatAppears(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.csv")
	err := download.Save(path, false, func(io.Writer) error { return os.WriteFile(path, []byte("theirs"), 0o600) })
	require.ErrorIs(t, err, download.ErrExists)
	assert.Equal(t, "theirs", content(t, path))
}

func TestSaveDoesNotFollowLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, secret := filepath.Join(dir, "a.csv"), filepath.Join(dir, "secret")
	require.NoError(t, os.Symlink(secret, path))
	called := false
	err := download.Save(path, false, func(io.Writer) error { called = true; return nil })
	require.ErrorIs(t, err, download.ErrExists)
	assert.False(t, called)
	require.NoError(t, download.Save(path, true, writes("x")))
	assert.NoFileExists(t, secret)
}
