package reconcile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/amazonpay-go/sdk/webstore/report"
)

// Error reports where a file cannot be read. It shows a value only if that is an amount, a date or
// a currency; an id or a note may be personal data.
type Error struct {
	File   string
	Line   int    // counted from 1; 0 if it is not a single line
	Column string // empty if it is not a single column
	Err    error
}

// Error names the file, the line, the column and the problem.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ": line %d", e.Line)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, ": column %q", e.Column)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// AmbiguousError reports a value with two readings, and what decides between them.
type AmbiguousError struct {
	Value   string
	Reading [2]string
	Flag    [2]string // the option of each reading, such as --decimal=point
}

// Error names both readings and their options.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%.40q is ambiguous: it can be %s (%s) or %s (%s)", e.Value, e.Reading[0], e.Flag[0], e.Reading[1], e.Flag[1])
}

var errEncoding = errors.New("the text is not UTF-8: save the file as CSV in UTF-8")

// placed names the file and the line of an error of package report.
func placed(file string, err error) error {
	if found, ok := errors.AsType[*report.Error](err); ok {
		if err = found.Err; strings.HasPrefix(err.Error(), "the text is not UTF-8") { // it names an option of Go
			err = errEncoding
		}
		return &Error{File: file, Line: found.Line, Column: found.Column, Err: err}
	}
	return &Error{File: file, Err: err}
}
