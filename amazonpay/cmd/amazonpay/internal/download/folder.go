package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

var (
	// ErrBusy reports that another process downloads to the same folder.
	ErrBusy = errors.New("another command downloads to the folder")
	// ErrChanged reports that a document is not what was downloaded.
	ErrChanged = errors.New("the file was changed since it was downloaded")
	// ErrForeign reports that a file has the name of a document, but no checksum: another program
	// wrote it.
	ErrForeign = errors.New("the file exists, and was not downloaded by this command")
	// ErrNotReady reports that a report has no document.
	ErrNotReady = errors.New("the report has no document")
)

// Downloader downloads a document. The webstore Client is one.
type Downloader interface {
	DownloadReport(ctx context.Context, reportDocumentID string, w io.Writer, opts ...amazonpay.CallOption) (int64, error)
}

// Folder keeps the documents of reports. One process at a time uses it. It is not safe for
// concurrent use.
type Folder struct {
	path      string
	lock      *flock.Flock
	overwrite bool
}

const (
	lockName       = ".amazonpay.lock"
	checksumSuffix = ".sha256"
)

// Open opens a folder, which is made if it does not exist, and deletes what a process that was
// killed left there. overwrite allows [Folder.Download] to replace files that changed, and those of
// other programs.
func Open(path string, overwrite bool) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	f := &Folder{path: path, lock: flock.New(filepath.Join(path, lockName)), overwrite: overwrite}
	locked, err := f.lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, fmt.Errorf("%w %s", ErrBusy, path)
	}
	if err := f.clean(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close lets other processes use the folder.
func (f *Folder) Close() error { return f.lock.Close() }

// clean deletes temporary files. The lock says that nobody writes to them.
func (f *Folder) clean() error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, ".") && strings.HasSuffix(name, partSuffix) && entry.Type().IsRegular() {
			if err := os.Remove(filepath.Join(f.path, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// File is a document in a folder.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// Before reports that an earlier download got it.
	Before bool `json:"before,omitzero"`
}

// Path returns the path that the document of a report has.
func (f *Folder) Path(reportID string) (string, error) {
	if !isPlain(reportID) {
		return "", fmt.Errorf("the report id %.60q cannot be the name of a file", reportID)
	}
	return filepath.Join(f.path, reportID+".csv"), nil
}

// isPlain reports whether an id has only letters, digits and hyphens, or dots and underscores
// within: no name of a folder or a hidden file.
func isPlain(id string) bool {
	if id == "" || len(id) > 120 {
		return false
	}
	for i, c := range id {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case (c == '-' || c == '.' || c == '_') && i > 0 && i < len(id)-1:
		default:
			return false
		}
	}
	return true
}

// Download returns the document of a report: the one that is there, if it is whole and unchanged,
// or else it downloads it. It returns an error that wraps [ErrChanged] or [ErrForeign] if a file is
// in the way.
func (f *Folder) Download(ctx context.Context, from Downloader, report *webstore.Report, opts ...amazonpay.CallOption) (File, error) {
	path, err := f.Path(report.ReportID)
	if err != nil {
		return File{}, err
	}
	there, err := f.check(path)
	switch {
	case err == nil && there.Before:
		return there, nil
	case err != nil && !f.overwrite:
		return File{}, err
	case report.ReportDocumentID == "":
		return File{}, fmt.Errorf("%w: report %s is %s", ErrNotReady, report.ReportID, report.ProcessingStatus)
	}
	replace := err != nil
	made := File{Path: path}
	hash := sha256.New()
	err = save(path, replace, func(w io.Writer) (err error) {
		made.Size, err = from.DownloadReport(ctx, report.ReportDocumentID, io.MultiWriter(w, hash), opts...)
		return err
	}, func() error {
		made.SHA256 = hex.EncodeToString(hash.Sum(nil))
		return Save(path+checksumSuffix, true, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s  %s\n", made.SHA256, filepath.Base(path))
			return err
		})
	})
	if err != nil {
		return File{}, err
	}
	return made, nil
}

// check returns the document that is there, a File without Before if there is none.
func (f *Folder) check(path string) (File, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, nil
	}
	if err != nil {
		return File{}, err
	}
	if !info.Mode().IsRegular() {
		return File{}, fmt.Errorf("%w: %s", ErrForeign, path)
	}
	line, err := os.ReadFile(path + checksumSuffix) //nolint:gosec // a file of this folder
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, fmt.Errorf("%w: %s", ErrForeign, path)
	}
	if err != nil {
		return File{}, err
	}
	file, err := os.Open(path) //nolint:gosec // a file of this folder
	if err != nil {
		return File{}, err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return File{}, err
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	if wanted, _, _ := strings.Cut(string(line), " "); wanted != sum {
		return File{}, fmt.Errorf("%w: %s", ErrChanged, path)
	}
	return File{Path: path, Size: size, SHA256: sum, Before: true}, nil
}
