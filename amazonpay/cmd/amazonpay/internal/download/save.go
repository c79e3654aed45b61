package download

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// ErrExists reports that a file exists that may not be replaced.
var ErrExists = errors.New("the file exists")

// partSuffix ends the names of temporary files.
const partSuffix = ".part"

// Save writes a file by a function. Only its owner can read it. If the function or anything else
// fails, there is no file, or the one that was there before.
func Save(path string, overwrite bool, write func(io.Writer) error) error {
	return save(path, overwrite, write, func() error { return nil })
}

// save runs before when the content is on the disk, and then gives it its name.
func save(path string, overwrite bool, write func(io.Writer) error, before func() error) (err error) {
	if !overwrite {
		if err := checkFree(path); err != nil { // before anything is downloaded
			return err
		}
	}
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*"+partSuffix) // 0600
	if err != nil {
		return err
	}
	defer func() {
		if left := os.Remove(part.Name()); err == nil && !errors.Is(left, fs.ErrNotExist) {
			err = left // it has the same content, and must not stay
		}
	}()
	err = write(part)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	if err := before(); err != nil {
		return err
	}
	if err := name(part.Name(), path, overwrite); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// checkFree returns ErrExists if anything has the name, even a link to nothing.
func checkFree(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%w: %s", ErrExists, path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// name gives a file its name. Unlike a rename, a link never replaces a file that another program
// has written in the meantime.
func name(part, path string, overwrite bool) error {
	if overwrite {
		return os.Rename(part, path)
	}
	err := os.Link(part, path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	// The file system has no links.
	if err := checkFree(path); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// syncFolder makes a new name outlive a loss of power.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // which cannot
		return nil
	}
	folder, err := os.Open(path) //nolint:gosec // the folder that a file was just written to
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
