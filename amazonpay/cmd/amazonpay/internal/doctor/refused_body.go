package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/signing"
)

// checkBodyHash compares the hash in a canonical request with the body.
func (r *reading) checkBodyHash(body value, hash string, line int) {
	sent := []string{body.text}
	if length := r.contentLength(); length == len(body.text)+1 {
		sent = []string{body.text + "\n"}
	} else if length != len(body.text) && r.sent != nil && r.sent.bodyEnd {
		sent = append(sent, body.text+"\n")
	}
	for i, text := range sent {
		if signing.HashPayload([]byte(text)).String() != hash {
			continue
		}
		if i > 0 {
			r.doubt(line, hash, signing.HashPayload([]byte(sent[0])).String(), "This is the hash of the body with a line end behind it. Was the line end sent?")
		}
		return
	}
	must := signing.HashPayload([]byte(sent[0])).String()
	for what, text := range rewritten(sent[0]) {
		if signing.HashPayload([]byte(text)).String() == hash {
			r.problem(line, hash, must, fmt.Sprintf("The body was changed after its hash was made: the hash is that of the body %s. The body begins on line %d. Hash and send the very same bytes.", what, body.line))
			return
		}
	}
	why := fmt.Sprintf("This is not the hash of the body on line %d, nor of a usual rewriting of it. Hash and send the very same bytes.", body.line)
	if what := whatWasHashed(hash); what != "" {
		why = fmt.Sprintf("This is not the hash of the body on line %d.%s", body.line, what)
	}
	r.problem(line, hash, must, why)
}

func (r *reading) contentLength() int {
	if r.sent == nil {
		return -1
	}
	h := r.sent.header("content-length")
	if h == nil {
		return -1
	}
	length, err := strconv.Atoi(strings.TrimSpace(h.text))
	if err != nil {
		return -1
	}
	return length
}

// largestRewritten is how long a body may be for its rewritings to be tried.
const largestRewritten = 64 << 10

// rewritten yields the forms in which a body may have been when its hash was made.
func rewritten(body string) iter.Seq2[string, string] {
	return func(yield func(what, text string) bool) {
		if len(body) > largestRewritten {
			return
		}
		for _, whole := range [][2]string{
			{"without any text", ""},
			{"with a line end behind it", body + "\n"},
			{"with a line end (CR LF) behind it", body + "\r\n"},
			{"without the white space around it", strings.TrimSpace(body)},
			{"with LF for its line ends", strings.ReplaceAll(body, "\r\n", "\n")},
			{"with CR LF for its line ends", strings.ReplaceAll(body, "\n", "\r\n")},
			{"with a byte-order mark", "\ufeff" + body},
			{"in quotes, written as JSON a second time", strconv.Quote(body)},
		} {
			if whole[1] != body && !yield(whole[0], whole[1]) {
				return
			}
		}
		for _, shape := range shapes(body) {
			for _, way := range escapings {
				if text := way.escape(shape[1]); text != body && !yield(shape[0]+way.what, text) {
					return
				}
			}
		}
	}
}

// shapes are the ways to write the spaces of JSON, and the order of its members.
func shapes(body string) [][2]string {
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(body)) != nil {
		return nil
	}
	all := [][2]string{{"as it stands", body}, {"as compact JSON", compact.String()}, {"with spaces as Python writes them", spaced(compact.String())}}
	for _, indent := range []string{"  ", "    ", "\t"} {
		var b bytes.Buffer
		if json.Indent(&b, compact.Bytes(), "", indent) == nil {
			all = append(all, [2]string{"as indented JSON", b.String()})
		}
	}
	decoder := json.NewDecoder(&compact)
	decoder.UseNumber()
	var members any
	if decoder.Decode(&members) == nil {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(members); err == nil {
			all = append(all, [2]string{"with its members sorted", strings.TrimSuffix(b.String(), "\n")})
		}
	}
	return all
}

// spaced adds the spaces that Python's json.dumps writes.
func spaced(compact string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, c := range compact {
		b.WriteRune(c)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ':'):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// escaping is a way in which an encoder of JSON writes characters.
type escaping struct {
	what   string
	escape func(text string) string
}

var escapings = []escaping{
	{"", func(text string) string { return text }},
	{`, with \/ for each slash`, escapeSlashes},
	{`, with \u003c, \u003e and \u0026 for < > &`, strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace},
	{`, with \u… for all that is not ASCII`, escapeUnicode},
	{`, with \u… for all that is not ASCII and \/ for each slash`, func(text string) string { return escapeSlashes(escapeUnicode(text)) }},
	{`, without the escapes of slashes`, strings.NewReplacer(`\/`, "/").Replace},
}

func escapeSlashes(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, `\/`, "/"), "/", `\/`)
}

func escapeUnicode(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c < utf8.RuneSelf:
			b.WriteRune(c)
		case c > 0xffff:
			const low, high, shift = 0xdc00, 0xd800, 10
			c -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, high+c>>shift, low+c&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}
