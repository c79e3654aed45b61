package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/download"
)

// maxInput is how much of a file or of standard input is read.
const maxInput = 10 << 20

// read reads a file, or standard input for -.
func (s *session) read(name string) ([]byte, error) {
	text, err := s.content(name)
	if err != nil {
		return nil, wrong("Give a file, or - for standard input.", "reading %s: %w", sourceName(name), err)
	}
	return text, nil
}

// sourceName is the name of a file for people.
func sourceName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// content is read for a file with a secret: the error does not repeat the name, since it is the
// secret itself if a person took one for the other.
func (s *session) content(name string) ([]byte, error) {
	from := s.in
	if name != "-" {
		file, err := os.Open(name) //nolint:gosec // the person names the file
		if err != nil {
			return nil, nameless(err)
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = errors.New("it has more than 10 MiB")
	}
	return text, nameless(err)
}

// nameless is an error of a file without the file's name.
func nameless(err error) error {
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		return named.Err
	}
	return err
}

// secret reads a secret from a file, from standard input for -, or else from a variable. An empty
// file is an error: without the token, the call would be for another merchant.
func (s *session) secret(what, file, variable string) (string, error) {
	if file == "" {
		return os.Getenv(variable), nil
	}
	text, err := s.content(file)
	secret := strings.TrimSpace(string(text))
	if err == nil && secret == "" {
		err = errors.New("the file is empty")
	}
	if err != nil {
		return "", wrong("Give a file that has it and nothing else.", "%s: %w", what, err)
	}
	return secret, nil
}

// writeFile replaces a file that only its owner may read. It does not replace a device or a link,
// such as /dev/stdout.
func writeFile(path string, content []byte) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return failed("Give the name of a file.", "%s is not a file", path)
	}
	err := download.Save(path, true, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return failed("", "writing %s: %w", path, nameless(err))
	}
	return nil
}
