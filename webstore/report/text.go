package report

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errUTF16 = errors.New("the text is damaged UTF-16")
	errHalf  = errors.New("the text ends within a character, so the document may be truncated")
)

// containers are files that may contain a document, by their first bytes.
var containers = []struct {
	first string
	err   error
}{
	{"PK\x03\x04", errors.New("this is a ZIP file, as .xlsx and .ods are: use the text file as it was downloaded")},
	{"\xd0\xcf\x11\xe0", errors.New("this is a workbook of a spreadsheet: use the text file as it was downloaded")},
	{"\x1f\x8b", errors.New("this is a gzip file: decompress it with compress/gzip")},
}

// text reads a document as UTF-8 whose lines end with LF, from CRLF, CR, or UTF-16 as spreadsheets
// write it.
type text struct {
	source io.Reader
	begun  bool
	cr     bool // the byte before was a CR
}

func (t *text) Read(b []byte) (int, error) {
	if !t.begun {
		t.begun = true
		if err := t.begin(); err != nil {
			return 0, err
		}
	}
	n, err := t.source.Read(b)
	return t.endLines(b[:n]), err
}

// begin looks at the first bytes.
func (t *text) begin() error {
	first := make([]byte, 4)
	n, err := io.ReadFull(t.source, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	first = first[:n]
	for _, c := range containers {
		if bytes.HasPrefix(first, []byte(c.first)) {
			return c.err
		}
	}
	t.source = io.MultiReader(bytes.NewReader(first), t.source)
	switch { // a document begins with a quote or a letter, so a NUL beside it is half of the character
	case n < 2:
	case first[0] == 0xff && first[1] == 0xfe, first[0] != 0 && first[1] == 0:
		t.source = &fromUTF16{in: bufio.NewReader(t.source), order: binary.LittleEndian}
	case first[0] == 0xfe && first[1] == 0xff, first[0] == 0 && first[1] != 0:
		t.source = &fromUTF16{in: bufio.NewReader(t.source), order: binary.BigEndian}
	}
	return nil
}

// endLines replaces each CRLF and CR by LF, in place, and returns how many bytes are left.
func (t *text) endLines(b []byte) int {
	if !t.cr && bytes.IndexByte(b, '\r') < 0 {
		return len(b)
	}
	n := 0
	for _, c := range b {
		afterCR := t.cr
		t.cr = c == '\r'
		switch {
		case c == '\n' && afterCR:
			continue
		case c == '\r':
			c = '\n'
		}
		b[n] = c
		n++
	}
	return n
}

// fromUTF16 converts UTF-16 to UTF-8.
type fromUTF16 struct {
	in    *bufio.Reader
	order binary.ByteOrder
	made  [utf8.UTFMax]byte
	ready []byte // of made
}

func (f *fromUTF16) Read(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		if len(f.ready) == 0 {
			var char rune
			if char, err = f.char(); err != nil {
				break
			}
			f.ready = utf8.AppendRune(f.made[:0], char)
		}
		copied := copy(b[n:], f.ready)
		n, f.ready = n+copied, f.ready[copied:]
	}
	return n, err
}

func (f *fromUTF16) char() (rune, error) {
	unit, err := f.unit()
	if err != nil || !utf16.IsSurrogate(unit) {
		return unit, err
	}
	low, err := f.unit()
	if errors.Is(err, io.EOF) {
		err = errHalf
	}
	if err != nil {
		return 0, err
	}
	if unit = utf16.DecodeRune(unit, low); unit == unicode.ReplacementChar {
		return 0, errUTF16
	}
	return unit, nil
}

func (f *fromUTF16) unit() (rune, error) {
	var b [2]byte
	_, err := io.ReadFull(f.in, b[:])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errHalf
	}
	return rune(f.order.Uint16(b[:])), err
}
