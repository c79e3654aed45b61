package emulator

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// rewriting is a text from which another one may have come, and what happened to it on the way: shops sign
// one text and send another.
type rewriting struct {
	what string
	text string
}

// mostWritten is after how many bytes no more texts are made for one signature: JSON of many lines, each deep inside,
// grows a hundredfold where it is indented.
const mostWritten = 2 << 20

// rewritings are the texts that may have been signed where text was sent, without text itself.
func rewritings(text string) iter.Seq[rewriting] {
	return func(yield func(rewriting) bool) {
		seen := map[string]bool{text: true, "": true}
		written := 0
		// offer returns false once nothing more is wanted.
		offer := func(what, signed string) bool {
			if written += len(signed); written > mostWritten {
				return false
			}
			if seen[signed] {
				return true
			}
			seen[signed] = true
			return yield(rewriting{what, signed})
		}
		bases := []rewriting{{"", text}}
		for _, whole := range unwrapped(text) {
			if !seen[whole.text] {
				bases = append(bases, whole)
			}
			if !offer(whole.what, whole.text) {
				return
			}
		}
		for _, wrapped := range []rewriting{
			{"it was decoded: it was signed percent-encoded", url.QueryEscape(text)},
			{"it was decoded: it was signed percent-encoded", url.PathEscape(text)},
			{"it was decoded: it was signed with HTML entities", html.EscapeString(text)},
			{"it was decoded: it was signed in base64", base64.StdEncoding.EncodeToString([]byte(text))},
			{"the line end behind it was lost, which was signed", text + "\n"},
		} {
			if !offer(wrapped.what, wrapped.text) {
				return
			}
		}
		for _, base := range bases {
			for anew := range writtenAnew(base.text) {
				what := "its JSON was written anew: it was signed " + anew.what
				if base.what != "" {
					what = base.what + "; and " + what
				}
				if !offer(what, anew.text) {
					return
				}
			}
		}
	}
}

// lostEscape is what stripping the backslashes leaves of \u5c71.
var lostEscape = regexp.MustCompile(`u[0-9a-fA-F]{4}`)

// unwrapped are the texts that others of the usual kind were made of, as a whole.
func unwrapped(text string) []rewriting {
	var all []rewriting
	if decoded, err := url.QueryUnescape(text); err == nil {
		all = append(all, rewriting{"it was percent-encoded after it was signed", decoded})
	}
	if decoded, err := url.PathUnescape(text); err == nil {
		all = append(all, rewriting{"it was percent-encoded after it was signed", decoded})
	}
	var inner string
	if json.Unmarshal([]byte(text), &inner) == nil {
		all = append(all, rewriting{"it was written as JSON a second time, as a text in quotes, after it was signed", inner})
	}
	if lostEscape.MatchString(text) {
		const stripped = "its backslashes were stripped (stripslashes, wp_unslash) after it was signed"
		escaped := lostEscape.ReplaceAllString(text, `\$0`)
		all = append(all, rewriting{stripped, escaped}, rewriting{stripped, strings.ReplaceAll(escaped, "/", `\/`)})
	}
	return append(all,
		rewriting{`it was signed with \/ for each slash, and then its backslashes were stripped (stripslashes, wp_unslash), or its JSON was written ` +
			"anew (JSON.stringify)", strings.ReplaceAll(text, "/", `\/`)},
		rewriting{"there are quotes around it that were not signed", strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)},
		rewriting{"its quotes were escaped after it was signed", strings.ReplaceAll(text, `\"`, `"`)},
		rewriting{"it was given HTML entities after it was signed", html.UnescapeString(text)},
		rewriting{"there is white space around it that was not signed", strings.Trim(text, " \t\r\n\ufeff")},
		rewriting{"its line ends were changed after it was signed", strings.ReplaceAll(text, "\r\n", "\n")},
		rewriting{"its line ends were changed after it was signed", strings.ReplaceAll(text, "\n", "\r\n")},
	)
}

// writtenAnew are the ways in which the JSON encoders of other languages write the same value.
func writtenAnew(text string) iter.Seq[rewriting] {
	return func(yield func(rewriting) bool) {
		given, err := parse(text)
		if err != nil {
			return
		}
		for _, order := range []struct {
			what  string
			value value
		}{{"", given}, {"with its members sorted by name", given.sorted()}} {
			for _, space := range spacings {
				for _, escape := range escapings {
					var b strings.Builder
					order.value.write(&b, space, escape, 0)
					what := []string{order.what, space.what, escape.what}
					what = slices.DeleteFunc(what, func(part string) bool { return part == "" })
					if len(what) == 0 {
						what = []string{"without white space, and with nothing escaped that need not be (JSON.stringify)"}
					}
					if !yield(rewriting{strings.Join(what, ", "), b.String()}) {
						return
					}
				}
			}
		}
	}
}

// spacing is the white space of an encoder.
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

// escaping is what an encoder escapes besides what every one must.
type escaping struct {
	what   string
	slash  bool // \/
	ascii  bool // what is not ASCII
	others string
	upper  bool // \u005C
	short  bool // not \u0022 but \"
}

var escapings = []escaping{
	{what: "", short: true},
	{what: `with \/ for each slash and \u for what is not ASCII (PHP's json_encode)`, slash: true, ascii: true, short: true},
	{what: `with \/ for each slash`, slash: true, short: true},
	{what: `with \u for what is not ASCII (Python's json.dumps, PHP's JSON_UNESCAPED_SLASHES)`, ascii: true, short: true},
	{what: `with \u for <, > and & (Go's encoding/json)`, others: "<>&\u2028\u2029", short: true},
	{what: `with \u for <, >, &, = and ' (Java's Gson)`, others: "<>&='\u2028\u2029", short: true},
	{what: `with \u for quotes, <, >, &, +, ' and what is not ASCII (.NET's System.Text.Json)`, ascii: true, others: "\"<>&+'`\u007f", upper: true},
}

// value is one of JSON whose members keep their order. A name has a value of its own in front of the member's.
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

// deepest is how deep a value may be: the lines of one are indented by as much.
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
	digits := `\u%04x`
	if e.upper {
		digits = `\u%04X`
	}
	b.WriteByte('"')
	for _, r := range text {
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

// visible shows what would not be seen.
var visible = strings.NewReplacer("\n", "␊", "\r", "␍", "\t", "␉", "\ufeff", "[byte order mark]")

// whereTheyDiffer shows two texts around the first byte in which they differ.
func whereTheyDiffer(signed, sent string) string {
	at := 0
	for at < len(signed) && at < len(sent) && signed[at] == sent[at] {
		at++
	}
	around := func(text string) string {
		if at >= len(text) {
			return "ends there"
		}
		return "has " + visible.Replace(strings.ToValidUTF8(text[max(0, at-20):min(len(text), at+20)], ""))
	}
	return fmt.Sprintf("they differ first at byte %d: what was signed %s, what was sent %s", at+1, around(signed), around(sent))
}
