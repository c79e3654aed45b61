package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"
)

func isTerminal(fd uintptr) bool { return isatty.IsTerminal(fd) || isatty.IsCygwinTerminal(fd) }

// painter colours texts, or leaves them as they are: for a pipe, a dumb terminal, NO_COLOR.
type painter struct{ on bool }

// paint returns the painter for what is written to w. https://no-color.org
func (s *session) paint(w io.Writer) painter {
	return painter{on: os.Getenv("NO_COLOR") == "" && interactive(w)}
}

func (p painter) with(text string, attributes ...color.Attribute) string {
	if !p.on {
		return text
	}
	c := color.New(attributes...)
	c.EnableColor()
	return c.Sprint(text)
}

func (p painter) good(text string) string   { return p.with(text, color.FgGreen) }
func (p painter) bad(text string) string    { return p.with(text, color.FgRed, color.Bold) }
func (p painter) doubt(text string) string  { return p.with(text, color.FgYellow) }
func (p painter) strong(text string) string { return p.with(text, color.Bold) }
func (p painter) faint(text string) string  { return p.with(text, color.Faint) }

// printf prints a line of the result.
func (s *session) printf(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format+"\n", args...) }

// note prints a line that is not part of the result.
func (s *session) note(format string, args ...any) { _, _ = fmt.Fprintf(s.err, format+"\n", args...) }

// printJSON prints a value as JSON: indented, or with --json on one line.
func (s *session) printJSON(v any) error {
	raw, isRaw := v.(json.RawMessage)
	if !isRaw {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			return err
		}
		raw = bytes.TrimSpace(b.Bytes())
	}
	var b bytes.Buffer
	shape := func() error { return json.Indent(&b, raw, "", "  ") }
	if s.cli.JSON {
		shape = func() error { return json.Compact(&b, raw) }
	}
	if shape() != nil { // it is no JSON: a gateway's page, or nothing
		b.Reset()
		b.Write(raw)
	}
	s.printf("%s", harmless(b.String()))
	return nil
}

// harmless takes out control characters, which could move the cursor or change the title of a
// terminal, and those that turn the direction of what follows. Lines and tabs stay.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, text)
}

// table prints rows in columns.
func (s *session) table(rows [][]string) {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				_, _ = io.WriteString(w, "\t")
			}
			_, _ = io.WriteString(w, harmless(cell))
		}
		_, _ = io.WriteString(w, "\n")
	}
	_ = w.Flush()
}
