package download_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/download"
	"github.com/amazonpay-go/sdk/webstore"
)

// service has one document, and counts its downloads.
type service struct {
	text  string
	err   error // after the first half
	count int
}

func (s *service) DownloadReport(_ context.Context, _ string, w io.Writer, _ ...amazonpay.CallOption) (int64, error) {
	s.count++
	text := s.text
	if s.err != nil {
		text = text[:len(text)/2]
	}
	n, err := io.WriteString(w, text)
	return int64(n), errors.Join(err, s.err)
}

var ready = &webstore.Report{ReportID: "R1", ReportDocumentID: "D1", ProcessingStatus: webstore.ReportStatusCompleted}

func open(t *testing.T, dir string, overwrite bool) *download.Folder {
	t.Helper()
	f, err := download.Open(dir, overwrite)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestEachDocumentIsDownloadedOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "reports")
	s := &service{text: "one,two,three\n"}
	f := open(t, dir, false)
	got, err := f.Download(t.Context(), s, ready)
	require.NoError(t, err)
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(s.text)))
	assert.Equal(t, download.File{Path: filepath.Join(dir, "R1.csv"), Size: 14, SHA256: sum}, got)
	assert.Equal(t, s.text, content(t, got.Path))
	assert.Equal(t, sum+"  R1.csv\n", content(t, got.Path+".sha256"), "as sha256sum -c reads it")
	for path, mode := range map[string]os.FileMode{dir: 0o700, got.Path: 0o600, got.Path + ".sha256": 0o600} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm(), path)
	}

	again, err := f.Download(t.Context(), s, ready)
	require.NoError(t, err)
	got.Before = true
	assert.Equal(t, got, again)
	require.NoError(t, f.Close())
	again, err = open(t, dir, true).Download(t.Context(), s, ready)
	require.NoError(t, err)
	assert.Equal(t, got, again)
	assert.Equal(t, 1, s.count)
}

func TestWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(path string) error
		want   error // nil: it is downloaded
	}{
		"a changed document":           {func(p string) error { return os.WriteFile(p, []byte("changed"), 0o600) }, download.ErrChanged},
		"a document cut off":           {func(p string) error { return os.Truncate(p, 5) }, download.ErrChanged},
		"no checksum":                  {func(p string) error { return os.Remove(p + ".sha256") }, download.ErrForeign},
		"an empty checksum":            {func(p string) error { return os.Truncate(p+".sha256", 0) }, download.ErrChanged},
		"a folder":                     {func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) }, download.ErrForeign},
		"a link":                       {func(p string) error { return errors.Join(os.Remove(p), os.Symlink("/etc/passwd", p)) }, download.ErrForeign},
		"a checksum without a name":    {os.Remove, nil}, // killed between the two
		"a checksum of something else": {func(p string) error { return errors.Join(os.Remove(p), os.WriteFile(p+".sha256", []byte("x"), 0o600)) }, nil},
	} {
		dir := t.TempDir()
		s := &service{text: "one,two,three\n"}
		f := open(t, dir, false)
		got, err := f.Download(t.Context(), s, ready)
		require.NoError(t, err)
		require.NoError(t, test.before(got.Path))
		_, err = f.Download(t.Context(), s, ready)
		if test.want == nil {
			require.NoError(t, err, name)
			assert.Equal(t, 2, s.count, name)
			continue
		}
		require.ErrorIs(t, err, test.want, name)
		assert.Equal(t, 1, s.count, name)
		require.NoError(t, f.Close())
		_, err = open(t, dir, true).Download(t.Context(), s, ready)
		if name == "a folder" {
			require.Error(t, err, "a folder is not replaced")
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, s.text, content(t, got.Path), name)
	}
}

func TestADownloadThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &service{text: "one,two,three\n", err: io.ErrUnexpectedEOF}
	f := open(t, dir, false)
	_, err := f.Download(t.Context(), s, ready)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, []string{".amazonpay.lock"}, names(t, dir))
	s.err = nil
	_, err = f.Download(t.Context(), s, ready)
	require.NoError(t, err)
}

func TestReportsWithoutADocument(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir(), false)
	_, err := f.Download(t.Context(), &service{}, &webstore.Report{ReportID: "R1", ProcessingStatus: webstore.ReportStatusInProgress})
	require.ErrorIs(t, err, download.ErrNotReady)
	for _, id := range []string{"", "..", ".", "a/b", `a\b`, "../a", "a:b", "a\x00", ".a", "a.", "-a", "ä", strings.Repeat("a", 121)} {
		_, err := f.Download(t.Context(), &service{}, &webstore.Report{ReportID: id, ReportDocumentID: "D"})
		require.ErrorContains(t, err, "cannot be the name of a file", "%q", id)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, false)
	_, err := download.Open(dir, false)
	require.ErrorIs(t, err, download.ErrBusy)
	require.NoError(t, f.Close())
	open(t, dir, false)
}

// slow writes half of its document and waits to be killed.
type slow struct{ service }

func (s *slow) DownloadReport(_ context.Context, _ string, w io.Writer, _ ...amazonpay.CallOption) (int64, error) {
	_, _ = io.WriteString(w, s.text[:len(s.text)/2])
	fmt.Println("half")
	<-time.After(time.Minute)
	return 0, nil
}

const killedFolder = "AMAZONPAY_TEST_KILLED_FOLDER"

// A process that is killed in the middle leaves no document, and nothing that stays.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	s := &service{text: strings.Repeat("one,two,three\n", 1000)}
	if dir := os.Getenv(killedFolder); dir != "" { // in the process that is killed
		_, err := open(t, dir, false).Download(t.Context(), &slow{*s}, ready)
		require.NoError(t, err)
		return
	}
	dir := t.TempDir()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledInTheMiddle$", "-test.v")
	command.Env = append(os.Environ(), killedFolder+"="+dir)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	for said := ""; !strings.Contains(said, "half"); {
		b := make([]byte, 4096)
		n, err := out.Read(b)
		require.NoError(t, err)
		said += string(b[:n])
	}
	_, err = download.Open(dir, false)
	require.ErrorIs(t, err, download.ErrBusy)
	require.NoError(t, command.Process.Kill())
	_ = command.Wait()

	left := names(t, dir)
	require.Len(t, left, 2)
	info, err := os.Stat(filepath.Join(dir, left[1]))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "personal data")
	f := open(t, dir, false)
	assert.Equal(t, []string{".amazonpay.lock"}, names(t, dir))
	got, err := f.Download(t.Context(), s, ready)
	require.NoError(t, err)
	assert.Equal(t, s.text, content(t, got.Path))
}
