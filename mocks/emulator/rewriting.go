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

// rewriting is a text from which another one may have come, and what happened to it on the way:
// shops sign one text and send another.
type rewriting struct {
	what string
	text string
}

// mostWritten is after how many bytes no more texts are made for one signature: JSON of many lines,
// each deep inside, grows a hundredfold where it is indented.
const mostWritten = 4 << 20

// rewritings are the texts that may have been signed where text was sent, without text itself.
func rewritings(text string) iter.Seq[rewriting] {
	return func(yield func(rewriting) bool) {
		seen := map[string]bool{text: true, "": true}
		written := 0
		for _, all := range []iter.Seq[rewriting]{slices.Values(wholes(text)), encoded(text), writtenAnew(text)} {
			for found := range all {
				if written += len(found.text); written > mostWritten {
					return
				}
				if !seen[found.text] {
					seen[found.text] = true
					if !yield(found) {
						return
					}
				}
			}
		}
	}
}

// wholes are the texts that text was made of as a whole, whatever it holds.
func wholes(text string) []rewriting {
	all := unwrapped(text)
	for _, first := range decoded(text) { // some things happen twice
		for _, second := range decoded(first.text) {
			all = append(all, rewriting{first.what + "; and before that " + second.what, second.text})
		}
	}
	return slices.DeleteFunc(all, func(r rewriting) bool { return r.text == text })
}

// writtenAnew are the ways in which the JSON encoders of other languages write the value of text,
// and those of the texts that it was made of.
func writtenAnew(text string) iter.Seq[rewriting] {
	return func(yield func(rewriting) bool) {
		texts, values := map[string]bool{}, map[string]bool{}
		for _, base := range append([]rewriting{{"", text}}, wholes(text)...) {
			if texts[base.text] {
				continue
			}
			texts[base.text] = true
			given, err := parse(base.text)
			if err != nil {
				continue
			}
			var b strings.Builder
			given.write(&b, spacings[0], escapings[0], 0)
			if values[b.String()] {
				continue
			}
			values[b.String()] = true
			for anew := range given.writings() {
				anew.what = "its JSON was written anew: it was signed " + anew.what
				if base.what != "" {
					anew.what = base.what + "; and " + anew.what
				}
				if !yield(anew) {
					return
				}
			}
		}
	}
}

// lostEscape is what stripping the backslashes leaves of \u5c71.
var lostEscape = regexp.MustCompile(`u[0-9a-fA-F]{4}`)

// slashed is what PHP's addslashes escapes.
var slashed = regexp.MustCompile(`\\([\\"'])`)

var base64s = []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding}

// decoded are the texts that others of the usual kind were encoded from, as a whole.
func decoded(text string) []rewriting {
	var all []rewriting
	if decoded, err := url.QueryUnescape(text); err == nil {
		all = append(all, rewriting{"it was percent-encoded after it was signed", decoded})
	}
	if decoded, err := url.PathUnescape(text); err == nil {
		all = append(all, rewriting{"it was percent-encoded after it was signed", decoded})
	}
	for _, encoding := range base64s {
		if decoded, err := encoding.DecodeString(text); err == nil {
			all = append(all, rewriting{"it was encoded in base64 after it was signed", string(decoded)})
		}
	}
	var inner string
	if json.Unmarshal([]byte(text), &inner) == nil {
		all = append(all, rewriting{"it was written as JSON a second time, as a text in quotes, after it was signed", inner})
	}
	return append(all,
		rewriting{"it was given HTML entities after it was signed", html.UnescapeString(text)},
		rewriting{"its quotes were escaped (addslashes) after it was signed", slashed.ReplaceAllString(text, "$1")},
	)
}

// unwrapped are the texts that others of the usual kind were made of, as a whole.
func unwrapped(text string) []rewriting {
	all := decoded(text)
	if lostEscape.MatchString(text) {
		const stripped = "its backslashes were stripped (stripslashes, wp_unslash) after it was signed"
		escaped := lostEscape.ReplaceAllString(text, `\$0`)
		all = append(all, rewriting{stripped, escaped}, rewriting{stripped, strings.ReplaceAll(escaped, "/", `\/`)})
	}
	const around = "there is white space around it that was not signed"
	return append(all,
		rewriting{`it was signed with \/ for each slash, and then its backslashes were stripped (stripslashes, wp_unslash), or its JSON was written ` +
			"anew (JSON.stringify)", strings.ReplaceAll(text, "/", `\/`)},
		rewriting{"there are quotes around it that were not signed", strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)},
		rewriting{"its quotes were escaped after it was signed", strings.ReplaceAll(text, `\"`, `"`)},
		rewriting{around, strings.TrimPrefix(text, "\ufeff")},
		rewriting{around, strings.TrimRight(text, " \t\r\n")},
		rewriting{around, strings.Trim(text, " \t\r\n\ufeff")},
		rewriting{"its line ends were changed after it was signed", strings.ReplaceAll(text, "\r\n", "\n")},
		rewriting{"its line ends were changed after it was signed", strings.ReplaceAll(text, "\n", "\r\n")},
	)
}

// percentEncoding is what an encoder leaves as it is, besides letters and digits, and how it writes
// the rest.
type percentEncoding struct {
	what   string
	kept   string
	space  string
	escape string
}

var percentEncodings = []percentEncoding{
	{"PHP's rawurlencode", "-_.~", "%20", "%%%02X"},
	{"JavaScript's encodeURIComponent", "-_.~!*'()", "%20", "%%%02X"},
	{"JavaScript's encodeURI", "-_.~!*'();,/?:@&=+$#", "%20", "%%%02X"},
	{"PHP's urlencode", "-_.", "+", "%%%02X"},
	{"Python's quote_plus, Go's QueryEscape", "-_.~", "+", "%%%02X"},
	{"Python's quote", "-_.~/", "%20", "%%%02X"},
	{"Java's URLEncoder, JavaScript's URLSearchParams", "-_.*", "+", "%%%02X"},
	{".NET's WebUtility.UrlEncode", "-_.!*()", "+", "%%%02X"},
	{".NET's HttpUtility.UrlEncode", "-_.!*()", "+", "%%%02x"},
}

func (e percentEncoding) encode(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', strings.IndexByte(e.kept, c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteString(e.space)
		default:
			fmt.Fprintf(&b, e.escape, c)
		}
	}
	return b.String()
}

// entities are the ways in which quotes are written in HTML.
var entities = []*strings.Replacer{
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;"), // PHP's htmlspecialchars
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;"),                // PHP's before 8.1, and of ENT_COMPAT
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;"),  // .NET, lodash
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"), // Python's html.escape
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;"),   // Go, Jinja
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;"), // XML
}

var addSlashes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "'", `\'`)

// encoded are the texts that others of the usual kind were decoded from, as a whole.
func encoded(text string) iter.Seq[rewriting] {
	return func(yield func(rewriting) bool) {
		for _, by := range percentEncodings {
			if !yield(rewriting{"it was decoded: it was signed percent-encoded (" + by.what + ")", by.encode(text)}) {
				return
			}
		}
		for _, by := range entities {
			if !yield(rewriting{"it was decoded: it was signed with HTML entities", by.Replace(text)}) {
				return
			}
		}
		for _, by := range base64s {
			if !yield(rewriting{"it was decoded: it was signed in base64", by.EncodeToString([]byte(text))}) {
				return
			}
		}
		for _, by := range escapings {
			var b strings.Builder
			by.write(&b, text)
			if !yield(rewriting{"it was decoded: it was signed as JSON that was written as JSON a second time, as a text in quotes", b.String()}) {
				return
			}
		}
		for _, whole := range []rewriting{
			{"its backslashes were stripped (stripslashes, wp_unslash): it was signed with its quotes escaped (addslashes)", addSlashes.Replace(text)},
			{"the line end behind it was lost, which was signed", text + "\n"},
			{"the line end behind it was lost, which was signed", text + "\r\n"},
			{"the byte order mark in front of it was lost, which was signed", "\ufeff" + text},
		} {
			if !yield(whole) {
				return
			}
		}
	}
}

// writings are the ways in which the JSON encoders of other languages write a value.
func (v value) writings() iter.Seq[rewriting] {
	return func(yield func(rewriting) bool) {
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

// value is one of JSON whose members keep their order. A name has a value of its own in front of
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
