// Redactgen writes the methods LogValue and Format of a package's structs. A struct then prints and
// logs only the fields that have a log tag. A field without a tag is hidden, and so is a struct
// without tags. Encoding to JSON is not affected.
//
//	//go:generate go run ../internal/redactgen [Type ...]
//
// The file is zz_redact.go in the current directory. It has methods for the named types, or without
// names for every exported struct that has exported fields and is not an error. A struct with both
// methods written by hand keeps them.
//
//	ChargeID      string     `log:"charge_id"`                            // shows the text
//	StatusDetails Details    `log:"state=State,reason_code=ReasonCode"`   // shows these members
//	Context       *Context   `log:"order_id=OrderID"`                     // nothing if it is nil
//	Evidences     []Evidence `log:"evidences"`                            // shows how many
//
// A struct that is listed with all of its fields gets no methods and prints in full:
//
//	//log:full Limits: AmountLimit AmountBalance
//
// If it has a field that is not listed, it gets the methods, which hide every field.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// File is the name of the file that is written.
const File = "zz_redact.go"

func main() {
	if err := run(os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "redactgen:", err)
		os.Exit(1)
	}
}

func run(names []string) error {
	dir, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	source, err := Generate(dir, names...)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, File), source, 0o644) //nolint:gosec // source code, for everybody to read
}
