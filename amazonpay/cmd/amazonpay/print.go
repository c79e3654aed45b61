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
	if isJSON := shape() == nil; !isJSON { // a gateway's page, or nothing
		s.printf("%s", harmless(string(raw)))
		return nil
	}
	var text strings.Builder // the same JSON, with the same texts
	for _, r := range b.String() {
		if moves(r) {
			fmt.Fprintf(&text, `\u%04x`, r)
		} else {
			text.WriteRune(r)
		}
	}
	s.printf("%s", text.String())
	return nil
}

// moves reports whether a character could move the cursor, change the title of a terminal, or show
// a text in another order than it has. Lines and tabs are no such characters.
func moves(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

// harmless takes out what moves.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if moves(r) {
			return -1
		}
		return r
	}, text)
}

// oneLine is harmless for a text that must not begin a line of its own.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(harmless(text))
}

// table prints rows in columns.
func (s *session) table(rows [][]string) {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				_, _ = io.WriteString(w, "\t")
			}
			_, _ = io.WriteString(w, oneLine(cell))
		}
		_, _ = io.WriteString(w, "\n")
	}
	_ = w.Flush()
}
