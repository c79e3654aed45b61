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
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"
	"golang.org/x/term"
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

// wrap breaks a text between words for the terminal that w is, behind so many columns of its first
// line. In a pipe a text stays as it is.
func (s *session) wrap(w io.Writer, columns int, text string) string {
	if r, ok := w.(*results); ok {
		w = r.Writer
	}
	f, ok := w.(*os.File)
	if !ok || !interactive(w) {
		return text
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return text
	}
	return broken(text, columns, width)
}

// broken breaks the lines of a text that begins behind so many columns. A command is not broken,
// since it will be copied.
func broken(text string, columns, width int) string {
	if width < 2*columns || width < 40 {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		used := 0
		if i == 0 {
			used = columns
		}
		if used+utf8.RuneCountInString(line) <= width || strings.HasPrefix(line, " ") || strings.HasPrefix(line, ">") { // a picture of a file
			continue
		}
		var b strings.Builder
		for j, chunk := range chunks(line) {
			size := utf8.RuneCountInString(chunk)
			switch {
			case j == 0:
			case used+1+size > width:
				b.WriteString("\n" + strings.Repeat(" ", columns))
				used = columns
			default:
				b.WriteString(" ")
				used++
			}
			b.WriteString(chunk)
			used += size
		}
		lines[i] = b.String()
	}
	return strings.Join(lines, "\n")
}

// chunks splits a line into words, and commands with all their words.
func chunks(line string) (all []string) {
	inCommand := false
	words := strings.Split(line, " ")
	for i, word := range words {
		if inCommand {
			all[len(all)-1] += " " + word
		} else {
			all = append(all, word)
			inCommand = word == "amazonpay" || strings.HasPrefix(word, "--") || word == "openssl" && i+1 < len(words) && words[i+1] == "pkey"
		}
		if word != "" && strings.ContainsAny(word[len(word)-1:], ".,;:)") {
			inCommand = false
		}
	}
	return all
}

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
