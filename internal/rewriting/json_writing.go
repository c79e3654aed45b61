package rewriting

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// writings are the ways in which the JSON encoders of other languages write a value.
func (v value) writings() iter.Seq[Rewriting] {
	return func(yield func(Rewriting) bool) {
		for _, order := range []struct {
			what  string
			value value
		}{{"", v}, {"with its members sorted by name", v.sorted()}} {
			for _, space := range spacings {
				for _, escape := range escapings {
					var b strings.Builder
					order.value.write(&b, space, escape, 0)
					what := []string{order.what, space.what, escape.what}
					what = slices.DeleteFunc(what, func(part string) bool { return part == "" })
					if len(what) == 0 {
						what = []string{"without white space, and with nothing escaped that need not be (JSON.stringify)"}
					}
					if !yield(Rewriting{strings.Join(what, ", "), b.String()}) {
						return
					}
				}
			}
		}
	}
}

// spacing is the white space that an encoder writes.
type spacing struct {
	what         string
	comma, colon string
	indent       string
}

var spacings = []spacing{
	{"", ",", ":", ""},
	{"with a space behind each comma and colon (Python's json.dumps)", ", ", ": ", ""},
	{"with a space behind each colon", ",", ": ", ""},
	{"on lines indented by two spaces", ",", ": ", "  "},
	{"on lines indented by four spaces (PHP's JSON_PRETTY_PRINT)", ",", ": ", "    "},
	{"on lines indented by tabs", ",", ": ", "\t"},
}

// escaping is what an encoder escapes beyond what JSON requires.
type escaping struct {
	what   string
	slash  bool // \/
	ascii  bool // what is not ASCII
	others string
	upper  rune // the last one whose digits are upper-case: \u005C
	short  bool // not \u0022 but \"
}

var escapings = []escaping{
	{what: "", short: true},
	{what: `with \/ for each slash and \u for what is not ASCII (PHP's json_encode)`, slash: true, ascii: true, short: true},
	{what: `with \/ for each slash`, slash: true, short: true},
	{what: `with \u for what is not ASCII (Python's json.dumps, PHP's JSON_UNESCAPED_SLASHES)`, ascii: true, short: true},
	{what: `with \u for <, > and & (Go's encoding/json)`, others: "<>&\u2028\u2029", short: true},
	{what: `with \u for <, >, &, = and ' (Java's Gson)`, others: "<>&='\u2028\u2029", short: true},
	{what: `with \u for quotes, <, >, &, +, ' and what is not ASCII (.NET's System.Text.Json)`, ascii: true, others: "\"<>&+'`\u007f", upper: utf8.MaxRune},
	{what: `with \/ for each slash and \u for quotes, <, >, &, ' and what is not ASCII (PHP's JSON_HEX_TAG, _AMP, _APOS and _QUOT)`, slash: true, ascii: true, others: hexed, upper: '\x7f'},
	{what: `with \u for quotes, <, >, &, ' and what is not ASCII (PHP's JSON_HEX_TAG, _AMP, _APOS and _QUOT with JSON_UNESCAPED_SLASHES)`, ascii: true, others: hexed, upper: '\x7f'},
	{what: `with \/ for each slash and \u for quotes, <, >, & and ' (PHP's JSON_HEX_TAG, _AMP, _APOS and _QUOT with JSON_UNESCAPED_UNICODE)`, slash: true, others: hexed, upper: '\x7f'},
	{what: `with \u for quotes, <, >, & and ' (PHP's JSON_HEX_TAG, _AMP, _APOS and _QUOT, unescaped otherwise)`, others: hexed, upper: '\x7f'},
	{what: `with \/ for each slash and \u for <, > and what is not ASCII (PHP's JSON_HEX_TAG)`, slash: true, ascii: true, others: "<>", upper: '\x7f', short: true},
	{what: `with \u for <, > and what is not ASCII (PHP's JSON_HEX_TAG with JSON_UNESCAPED_SLASHES)`, ascii: true, others: "<>", upper: '\x7f', short: true},
	{what: `with \u for < and > (PHP's JSON_HEX_TAG, unescaped otherwise)`, others: "<>", upper: '\x7f', short: true},
}

// hexed is what PHP's JSON_HEX_TAG, _AMP, _APOS and _QUOT escape.
const hexed = `"<>&'`

// value is a JSON value whose members keep their order. A name is a separate value in front of
// the member's.
type value struct {
	open  rune // '{' or '['; 0 for the rest
	text  string
	plain string // a number, true, false, null
	parts []value
}

func parse(text string) (value, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := parseNext(d, 0)
	if err != nil {
		return v, err
	}
	if _, err := d.Token(); err != io.EOF {
		return v, fmt.Errorf("there is more behind the value: %w", err)
	}
	return v, nil
}

// deepest is the maximum nesting of a value: each level indents its lines further.
const deepest = 32

func parseNext(d *json.Decoder, depth int) (value, error) {
	if depth > deepest {
		return value{}, errors.New("too deep")
	}
	token, err := d.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case json.Delim:
		v := value{open: rune(t)}
		for d.More() {
			part, err := parseNext(d, depth+1)
			if err != nil {
				return v, err
			}
			v.parts = append(v.parts, part)
		}
		_, err := d.Token() // its end
		return v, err
	case string:
		return value{text: t}, nil
	case json.Number:
		return value{plain: t.String()}, nil
	case nil:
		return value{plain: "null"}, nil
	}
	return value{plain: fmt.Sprint(token)}, nil
}

func (v value) sorted() value {
	parts := make([]value, len(v.parts))
	for i, part := range v.parts {
		parts[i] = part.sorted()
	}
	if v.open == '{' {
		members := slices.Collect(slices.Chunk(parts, 2))
		slices.SortStableFunc(members, func(a, b []value) int { return strings.Compare(a[0].text, b[0].text) })
		parts = slices.Concat(members...)
	}
	v.parts = parts
	return v
}

func (v value) write(b *strings.Builder, space spacing, escape escaping, depth int) {
	if v.open == 0 {
		if v.plain != "" {
			b.WriteString(v.plain)
			return
		}
		escape.write(b, v.text)
		return
	}
	line := func(depth int) {
		if space.indent != "" && len(v.parts) > 0 {
			b.WriteString("\n" + strings.Repeat(space.indent, depth))
		}
	}
	b.WriteRune(v.open)
	for i, part := range v.parts {
		isMember := v.open == '{' && i%2 == 1
		switch {
		case isMember:
			b.WriteString(space.colon)
		case i > 0:
			b.WriteString(space.comma)
		}
		if !isMember {
			line(depth + 1)
		}
		part.write(b, space, escape, depth+1)
	}
	line(depth)
	b.WriteRune(map[rune]rune{'{': '}', '[': ']'}[v.open])
}

func (e escaping) write(b *strings.Builder, text string) {
	b.WriteByte('"')
	for _, r := range text {
		digits := `\u%04x`
		if r <= e.upper {
			digits = `\u%04X`
		}
		short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}[r]
		switch {
		case r == '"' && !e.short:
			fmt.Fprintf(b, digits, r)
		case short != "":
			b.WriteString(short)
		case r == '/' && e.slash:
			b.WriteString(`\/`)
		case r >= utf8.RuneSelf && e.ascii && r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(b, digits+digits, high, low)
		case r < ' ', strings.ContainsRune(e.others, r), r >= utf8.RuneSelf && e.ascii:
			fmt.Fprintf(b, digits, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
