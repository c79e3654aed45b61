// Package rewriting finds out what happened to a signed text on its way: shops sign one text and
// send another. It makes the texts that may have been signed, of which a caller checks the
// signature.
package rewriting

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Rewriting is a text from which another one may have come, and what happened to it on the way:
// shops sign one text and send another.
type Rewriting struct {
	What string
	Text string
}

// mostWritten is after how many bytes no more texts are made for one signature: JSON of many lines,
// each deep inside, grows a hundredfold where it is indented.
const mostWritten = 4 << 20

// Of returns the texts that may have been signed where text was sent, without text itself.
func Of(text string) iter.Seq[Rewriting] {
	return func(yield func(Rewriting) bool) {
		seen := map[string]bool{text: true, "": true}
		written := 0
		for _, all := range []iter.Seq[Rewriting]{slices.Values(wholes(text)), encoded(text), writtenAnew(text)} {
			for found := range all {
				if written += len(found.Text); written > mostWritten {
					return
				}
				if !seen[found.Text] {
					seen[found.Text] = true
					if !yield(found) {
						return
					}
				}
			}
		}
	}
}

// wholes are the texts from which text may have been made as a whole, whatever its format.
func wholes(text string) []Rewriting {
	all := unwrapped(text)
	for _, first := range decoded(text) { // some things happen twice
		for _, second := range decoded(first.Text) {
			all = append(all, Rewriting{first.What + "; and before that " + second.What, second.Text})
		}
	}
	return slices.DeleteFunc(all, func(r Rewriting) bool { return r.Text == text })
}

// writtenAnew are the ways in which the JSON encoders of other languages write the value of text,
// and the values of the texts from which it was made.
func writtenAnew(text string) iter.Seq[Rewriting] {
	return func(yield func(Rewriting) bool) {
		texts, values := map[string]bool{}, map[string]bool{}
		for _, base := range append([]Rewriting{{"", text}}, wholes(text)...) {
			if texts[base.Text] {
				continue
			}
			texts[base.Text] = true
			given, err := parse(base.Text)
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
				anew.What = "its JSON was written anew: it was signed " + anew.What
				if base.What != "" {
					anew.What = base.What + "; and " + anew.What
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
func decoded(text string) []Rewriting {
	var all []Rewriting
	if decoded, err := url.QueryUnescape(text); err == nil {
		all = append(all, Rewriting{"it was percent-encoded after it was signed", decoded})
	}
	if decoded, err := url.PathUnescape(text); err == nil {
		all = append(all, Rewriting{"it was percent-encoded after it was signed", decoded})
	}
	for _, encoding := range base64s {
		if decoded, err := encoding.DecodeString(text); err == nil {
			all = append(all, Rewriting{"it was encoded in base64 after it was signed", string(decoded)})
		}
	}
	var inner string
	if json.Unmarshal([]byte(text), &inner) == nil {
		all = append(all, Rewriting{"it was written as JSON a second time, as a text in quotes, after it was signed", inner})
	}
	return append(all,
		Rewriting{"it was given HTML entities after it was signed", html.UnescapeString(text)},
		Rewriting{"its quotes were escaped (addslashes) after it was signed", slashed.ReplaceAllString(text, "$1")},
	)
}

// unwrapped are the texts that others of the usual kind were made of, as a whole.
func unwrapped(text string) []Rewriting {
	all := decoded(text)
	if lostEscape.MatchString(text) {
		const stripped = "its backslashes were stripped (stripslashes, wp_unslash) after it was signed"
		escaped := lostEscape.ReplaceAllString(text, `\$0`)
		all = append(all, Rewriting{stripped, escaped}, Rewriting{stripped, strings.ReplaceAll(escaped, "/", `\/`)})
	}
	const around = "there is white space around it that was not signed"
	return append(all,
		Rewriting{`it was signed with \/ for each slash, and then its backslashes were stripped (stripslashes, wp_unslash), or its JSON was written ` +
			"anew (JSON.stringify)", strings.ReplaceAll(text, "/", `\/`)},
		Rewriting{"there are quotes around it that were not signed", strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)},
		Rewriting{"its quotes were escaped after it was signed", strings.ReplaceAll(text, `\"`, `"`)},
		Rewriting{around, strings.TrimPrefix(text, "\ufeff")},
		Rewriting{around, strings.TrimRight(text, " \t\r\n")},
		Rewriting{around, strings.Trim(text, " \t\r\n\ufeff")},
		Rewriting{"its line ends were changed after it was signed", strings.ReplaceAll(text, "\r\n", "\n")},
		Rewriting{"its line ends were changed after it was signed", strings.ReplaceAll(text, "\n", "\r\n")},
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

// entities are the HTML encodings of quotes.
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
func encoded(text string) iter.Seq[Rewriting] {
	return func(yield func(Rewriting) bool) {
		for _, by := range percentEncodings {
			if !yield(Rewriting{"it was decoded: it was signed percent-encoded (" + by.what + ")", by.encode(text)}) {
				return
			}
		}
		for _, by := range entities {
			if !yield(Rewriting{"it was decoded: it was signed with HTML entities", by.Replace(text)}) {
				return
			}
		}
		for _, by := range base64s {
			if !yield(Rewriting{"it was decoded: it was signed in base64", by.EncodeToString([]byte(text))}) {
				return
			}
		}
		for _, by := range escapings {
			var b strings.Builder
			by.write(&b, text)
			if !yield(Rewriting{"it was decoded: it was signed as JSON that was written as JSON a second time, as a text in quotes", b.String()}) {
				return
			}
		}
		for _, whole := range []Rewriting{
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

// visible makes invisible characters readable.
var visible = strings.NewReplacer("\n", "␊", "\r", "␍", "\t", "␉", "\ufeff", "[byte order mark]")

// WhereTheyDiffer shows two texts around the first byte in which they differ.
func WhereTheyDiffer(signed, sent string) string {
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
