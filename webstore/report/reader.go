package report

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxLine    = 1 << 20 // bytes of a line with all its fields
	maxSummary = 1000    // lines before the header, so that a file of another kind is not kept whole
)

// Error reports where a document is invalid. It does not show the row, which may contain personal
// data.
type Error struct {
	Line   int    // counted from 1
	Column string // empty if it is not a single column
	Err    error
}

// Error names the line, the column and the problem.
func (e *Error) Error() string {
	if e.Column != "" {
		return fmt.Sprintf("report: line %d: %s: %v", e.Line, e.Column, e.Err)
	}
	return fmt.Sprintf("report: line %d: %v", e.Line, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// ErrUnterminated reports that the last row has no line end, so it may be truncated, even if it
// ends with a quote. [AllowUnterminated] accepts such a row.
var ErrUnterminated = errors.New("the last row has no line end, so it may be truncated: if the document is complete, pass AllowUnterminated")

var (
	errNoDocument = errors.New("report: the document is nil")
	errNoHeader   = errors.New("the document has no header: no line has three or more columns separated by tabs, commas or semicolons")
	errLong       = fmt.Errorf("the line has more than %d bytes", maxLine)
	errEncoding   = errors.New("the text is not UTF-8: pass the decoder of its encoding with WithDecoder")
	errNUL        = errors.New("the text contains NUL: it is not text, or has another encoding")
	errQuote      = errors.New("text follows a closing quote")
	errOpenQuote  = errors.New("a quote is not closed, so the document may be truncated")
	errTwice      = errors.New("the header has two columns of the same name")
)

// Option changes how a document is read.
type Option func(*Reader)

// WithDecoder reads documents in an encoding other than UTF-8 and UTF-16. decode returns a reader
// of the document as UTF-8. The decoders of golang.org/x/text fit:
// japanese.ShiftJIS.NewDecoder().Reader, or charmap.Windows1252.NewDecoder().Reader for what a
// spreadsheet in Europe saves.
func WithDecoder(decode func(io.Reader) io.Reader) Option {
	return func(r *Reader) {
		if decode != nil && r.source != nil {
			r.source = decode(r.source)
		}
	}
}

// AllowUnterminated accepts a last row without a line end, instead of [ErrUnterminated].
func AllowUnterminated() Option { return func(r *Reader) { r.unterminated = true } }

// Field is a name and its value.
type Field struct{ Name, Value string }

// Reader reads one document, once, from its beginning to its end. Values are separated by tabs,
// commas or semicolons, whichever the header has. They may be in double quotes, with quotes in them
// doubled. The header is the first line with at least three columns, in any order. Up to 1,000
// lines before it are the summary. A line may have up to 1 MiB.
//
// It reads a document as it was downloaded, and as spreadsheets and shells save it:
//
//   - In UTF-8 or UTF-16, with or without a byte-order mark.
//   - With lines that end with LF, CRLF or CR. A line end in a value becomes LF.
//   - With lines that are empty, or have only empty values. It skips them.
//   - With empty names and values at the end of lines. Real headers end with a comma, and
//     spreadsheets pad every line to one width. A row may have empty values beyond the last column
//     if the header or the first row has as many.
//
// Every other row with fewer or more values than the header has columns is an error, since its
// values may be under the wrong names.
//
// It reads ahead. It is not safe for concurrent use.
type Reader struct {
	source       io.Reader
	unterminated bool

	in        *bufio.Reader
	line      int // of the last line read
	ended     bool
	err       error // how the document ended; nil before
	summary   []Field
	header    *header
	separator byte
	width     int    // the most values that a row may have; 0 before the first row
	surplus   bool   // the row had empty values beyond the last column
	record    string // the last row read, with all its lines
}

type header struct {
	columns []string
	cells   int // of its line, including the empty ones at its end
	index   map[string]int
}

// NewReader returns a reader of the document. It does not read anything yet.
func NewReader(document io.Reader, opts ...Option) *Reader {
	r := &Reader{source: document}
	for _, opt := range opts {
		if opt != nil {
			opt(r)
		}
	}
	if r.source == nil {
		r.err = errNoDocument
		return r
	}
	r.in = bufio.NewReaderSize(&text{source: r.source}, 256<<10)
	return r
}

// Columns returns the names in the header.
func (r *Reader) Columns() ([]string, error) {
	if err := r.readHeader(); r.header == nil {
		return nil, err
	}
	return slices.Clone(r.header.columns), nil
}

// Summary returns the lines before the header, each with a name and a value. A settlement report
// has its SettlementStartDate there.
func (r *Reader) Summary() ([]Field, error) {
	if err := r.readHeader(); r.header == nil {
		return nil, err
	}
	return slices.Clone(r.summary), nil
}

// Rows goes through the rows that have not been read yet. It ends at the first error, an [*Error],
// which comes with an empty row. Breaking out of the loop stops reading; another call continues
// after the last row.
func (r *Reader) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			row, err := r.next(nil)
			if errors.Is(err, errEnd) {
				return
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// Row is one row. It stays valid.
type Row struct {
	header    *header
	values    []string // nil if the row is split on demand
	record    string
	separator byte
	line      int
}

// split returns the values.
func (r Row) split() []string {
	if r.values != nil || r.header == nil {
		return r.values
	}
	values, _ := new(Reader).split(nil, r.record, r.separator) // it was split before, without an error
	return values[:len(r.header.columns)]
}

// Get returns the value in a column, and whether the column exists.
func (r Row) Get(column string) (value string, ok bool) {
	if r.header == nil {
		return "", false
	}
	i, ok := r.header.index[column]
	if !ok {
		return "", false
	}
	return r.split()[i], true
}

// All goes through the columns and their values, in the order of the document.
func (r Row) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i, value := range r.split() {
			if !yield(r.header.columns[i], value) {
				return
			}
		}
	}
}

// Line returns the line on which the row begins, counted from 1.
func (r Row) Line() int { return r.line }

// String names only the line: the values may be personal data.
func (r Row) String() string { return fmt.Sprintf("row of line %d", r.line) }

// Format prints what String returns, whatever the verb.
func (r Row) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// errEnd is the end of the document.
var errEnd = errors.New("report: there are no more rows")

// next returns the next row that has a value. It appends the row's values to values.
func (r *Reader) next(values []string) (Row, error) {
	if err := r.readHeader(); err != nil {
		return Row{}, err
	}
	if values == nil {
		values = make([]string, 0, r.header.cells)
	}
	for {
		text, line, err := r.text()
		if err != nil {
			return Row{}, err
		}
		r.record = text
		row, err := r.split(values, text, r.separator)
		if err == nil {
			err = r.checkEnd()
		}
		if err == nil && len(withoutEmptyEnd(row)) == 0 {
			continue
		}
		if err == nil {
			row, err = r.fit(row)
		}
		if err != nil {
			return Row{}, r.fail(line, err)
		}
		return Row{r.header, row, r.record, r.separator, line}, nil
	}
}

// fit returns the values that have a column. A row with a comma that should be in quotes must not
// pass: its amounts would move to other columns.
func (r *Reader) fit(values []string) ([]string, error) {
	columns := len(r.header.columns)
	if r.width == 0 {
		r.width = max(r.header.cells, len(values))
	}
	if len(values) < columns || len(values) > r.width || len(values) > columns && len(withoutEmptyEnd(values)) > columns {
		return nil, fmt.Errorf("the row has %d values, but the header has %d columns", len(values), columns)
	}
	r.surplus = len(values) > columns
	return values[:columns], nil
}

// withoutEmptyEnd returns the values up to the last that is not blank.
func withoutEmptyEnd(values []string) []string {
	for len(values) > 0 && strings.TrimSpace(values[len(values)-1]) == "" {
		values = values[:len(values)-1]
	}
	return values
}

// checkEnd refuses a last line without a line end.
func (r *Reader) checkEnd() error {
	if r.ended && !r.unterminated {
		return ErrUnterminated
	}
	return nil
}

// fail makes err the end of the document.
func (r *Reader) fail(line int, err error) error {
	placed, ok := errors.AsType[*Error](err)
	if !ok {
		placed = &Error{Err: err}
	}
	if placed.Line == 0 {
		placed.Line = line
	}
	err = placed
	r.err = err
	return err
}

// readHeader reads the summary and the header, unless they were read before.
func (r *Reader) readHeader() error {
	for r.header == nil {
		text, line, err := r.text()
		if errors.Is(err, errEnd) {
			err = r.fail(r.line, errNoHeader)
		}
		if err != nil {
			return err
		}
		cells, separator, err := r.columns(text)
		if err != nil {
			return r.fail(line, err)
		}
		fields := withoutEmptyEnd(cells)
		if len(fields) == 0 {
			continue
		}
		if len(fields) < 3 {
			if len(r.summary) == maxSummary {
				return r.fail(line, errNoHeader)
			}
			r.summary = append(r.summary, Field{fields[0], strings.Join(fields[1:], "")})
			continue
		}
		if err := r.checkEnd(); err != nil {
			return r.fail(line, err)
		}
		h := &header{columns: fields, cells: len(cells), index: make(map[string]int, len(fields))}
		for i, name := range fields {
			if _, there := h.index[name]; there && name != "" {
				return r.fail(line, errTwice)
			}
			h.index[name] = i
		}
		r.header, r.separator = h, separator
	}
	return r.err
}

// columns splits a line whose separator is not known yet.
func (r *Reader) columns(text string) (fields []string, separator byte, err error) {
	separator = separatorOf(text)
	r.record = text
	fields, err = r.split(nil, text, separator)
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields, separator, err
}

// separatorOf returns the separator of a line's values: a tab if there is one outside quotes,
// otherwise a comma or a semicolon, whichever occurs more often.
func separatorOf(text string) byte {
	var tabs, commas, semicolons int
	quoted := false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\t':
			tabs++
		case c == ',':
			commas++
		case c == ';':
			semicolons++
		}
	}
	switch {
	case tabs > 0:
		return '\t'
	case semicolons > commas:
		return ';'
	}
	return ','
}

// split appends the values of a row. A quoted value may continue on the next lines.
func (r *Reader) split(values []string, text string, separator byte) ([]string, error) {
	for {
		if !strings.HasPrefix(text, `"`) {
			end := strings.IndexByte(text, separator)
			if end < 0 {
				return append(values, text), nil
			}
			values, text = append(values, text[:end]), text[end+1:]
			continue
		}
		value, rest, err := r.quoted(text)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		switch {
		case rest == "":
			return values, nil
		case rest[0] != separator:
			return nil, errQuote
		}
		text = rest[1:]
	}
}

// quoted returns the value at the beginning of text, which begins with a quote, and the text after
// it.
func (r *Reader) quoted(text string) (value, rest string, err error) {
	from := 1
	doubled := false
	for {
		end := strings.IndexByte(text[from:], '"')
		if end < 0 {
			more, err := r.continued(text)
			if err != nil {
				return "", "", err
			}
			from, text = len(text), more
			continue
		}
		end += from
		if strings.HasPrefix(text[end+1:], `"`) {
			doubled, from = true, end+2
			continue
		}
		value, rest = text[1:end], text[end+1:]
		if doubled {
			value = strings.ReplaceAll(value, `""`, `"`)
		}
		return value, rest, nil
	}
}

// continued adds lines to text, in which a quote is open, until all quotes are closed.
func (r *Reader) continued(text string) (string, error) {
	var all strings.Builder
	all.WriteString(text)
	for quotes := strings.Count(text, `"`); quotes%2 == 1; {
		if r.ended {
			return "", errOpenQuote
		}
		more, err := r.readLine()
		if err != nil {
			return "", err
		}
		if all.Len()+len(more) > maxLine {
			return "", errLong
		}
		all.WriteByte('\n')
		all.WriteString(more)
		quotes += strings.Count(more, `"`)
	}
	r.record = r.record[:len(r.record)-len(text)] + all.String()
	return all.String(), nil
}

// text returns the next line that is not empty, and its number.
func (r *Reader) text() (text string, line int, err error) {
	for text == "" {
		if r.err != nil {
			return "", 0, r.err
		}
		if r.ended {
			r.err = errEnd
			return "", 0, errEnd
		}
		text, err = r.readLine()
		if err != nil {
			return "", 0, r.fail(r.line, err)
		}
	}
	return text, r.line, nil
}

// readLine returns the next line without its end. If the line has no end, it is the last, and ended
// is set.
func (r *Reader) readLine() (string, error) {
	r.line++
	line, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.longLine(line)
	}
	switch {
	case errors.Is(err, io.EOF):
		r.ended = true
	case err != nil:
		return "", err
	default:
		line = line[:len(line)-1]
	}
	for mark := []byte("\xef\xbb\xbf"); r.line == 1 && bytes.HasPrefix(line, mark); {
		line = line[len(mark):]
	}
	switch {
	case len(line) > maxLine:
		return "", errLong
	case !utf8.Valid(line):
		return "", errEncoding
	case bytes.IndexByte(line, 0) >= 0:
		return "", errNUL
	}
	return string(line), nil
}

// longLine reads the rest of a line that is longer than the buffer.
func (r *Reader) longLine(begun []byte) ([]byte, error) {
	line := bytes.Clone(begun)
	for {
		more, err := r.in.ReadSlice('\n')
		line = append(line, more...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, errLong
		}
	}
}
