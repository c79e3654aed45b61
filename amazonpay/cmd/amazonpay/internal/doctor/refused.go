package doctor

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a refused request. It repeats no signature and no token.
type Problem struct {
	Line int    `json:"line"` // in the paste, from 1
	Says string `json:"says"`
	Must string `json:"must"` // what it must say
	Why  string `json:"why"`
}

// Refused is what a paste shows about a refused request.
type Refused struct {
	// Seen lists what was recognised in the paste, and where.
	Seen []string `json:"seen"`
	// Problems are mistakes because of which the service refuses the request, by line.
	Problems []Problem `json:"problems"`
	// Doubts are not as the documentation has it, but some official SDK does the same, or it does no
	// harm by itself.
	Doubts []Problem `json:"doubts"`
	// Unseen lists what could not be checked, since the paste lacks it.
	Unseen []string `json:"unseen"`
	// SameText says that the service computed the same canonical request as the client: the text is
	// right, and the key or the signature is not.
	SameText bool `json:"sameText"`
}

// ErrNoRequest is the error of [ReadRefused] for a text in which it recognises nothing.
var ErrNoRequest = errors.New("there is no request in this text: paste the canonical request, the output of curl -v, the curl command, the HTTP request, or the error body of the service, or several of them")

// Conclusion says in one or two sentences what the paste shows.
func (r Refused) Conclusion() string {
	const key = "What remains is the key: the private key does not belong to the public key id, or the id belongs to another region or environment. Check them with amazonpay doctor."
	switch {
	case r.SameText && len(r.Problems) == 0:
		return "The service computed the same canonical request, so that the text is right. " + key
	case len(r.Problems) == 1:
		return "One line is wrong."
	case len(r.Problems) > 1:
		return fmt.Sprintf("%d lines are wrong.", len(r.Problems))
	case len(r.Unseen) > 0:
		return "Nothing wrong was found in what was pasted, which is not all: see what could not be checked. If that is right too, what remains is the key."
	}
	return "Nothing wrong was found in what was pasted. " + key
}

// largestPaste is how much text is read.
const largestPaste = 1 << 20

// ReadRefused finds out what is wrong with a request that the service refused, from what was pasted
// of it: its canonical request, the output of curl -v, a curl command, the HTTP request, the error
// body of the service, or several of them, with the prefixes, colours and escapes of a log.
func ReadRefused(text []byte) (Refused, error) {
	if len(text) > largestPaste {
		return Refused{}, fmt.Errorf("the text has %d bytes, of which at most %d are read: paste the one request alone", len(text), largestPaste)
	}
	if !utf8.Valid(text) {
		return Refused{}, errors.New("the text is not UTF-8: paste it as text")
	}
	p := readPaste(string(text))
	if p.canonical == nil && p.sent == nil && p.authorization == nil && p.toSign == nil && len(p.errors) == 0 {
		return Refused{}, ErrNoRequest
	}
	r := &reading{paste: p, found: Refused{Seen: []string{}, Problems: []Problem{}, Doubts: []Problem{}, Unseen: []string{}}}
	r.readAuthorization()
	r.checkRequests()
	r.checkToSign()
	r.checkErrors()
	return r.result(), nil
}

// reading is what is found out about a paste.
type reading struct {
	*paste

	algorithm, keyID, signed string // of the authorization
	found                    Refused
}

func (r *reading) problem(line int, says, must, why string) {
	r.found.Problems = append(r.found.Problems, Problem{line, says, must, why})
}

func (r *reading) doubt(line int, says, must, why string) {
	r.found.Doubts = append(r.found.Doubts, Problem{line, says, must, why})
}

// named reports whether a line is already among the problems.
func (r *reading) named(line int) bool {
	return slices.ContainsFunc(r.found.Problems, func(p Problem) bool { return p.Line == line })
}

// result puts the findings in order, and takes out what is secret.
func (r *reading) result() Refused {
	r.listSeen()
	out := r.found
	if out.SameText { // what the service computed too is not why it refused
		out.Doubts = append(out.Doubts, out.Problems...)
		out.Problems = []Problem{}
	}
	secrets := r.secrets()
	for _, list := range []*[]Problem{&out.Problems, &out.Doubts} {
		slices.SortStableFunc(*list, func(a, b Problem) int { return a.Line - b.Line })
		*list = slices.Compact(*list)
		for i, p := range *list {
			(*list)[i] = Problem{p.Line, shortened(secrets.Replace(p.Says)), shortened(secrets.Replace(p.Must)), shortened(secrets.Replace(p.Why))}
		}
	}
	return out
}

// shortened keeps a long text readable.
func shortened(text string) string {
	const most = 600
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

func (r *reading) listSeen() {
	seen := func(what string, line int) {
		r.found.Seen = append(r.found.Seen, fmt.Sprintf("%s (line %d)", what, line))
	}
	unseen := func(what string) { r.found.Unseen = append(r.found.Unseen, what) }
	if c := r.canonical; c != nil {
		seen("a canonical request", c.method.line)
	} else {
		unseen("the canonical request that the client signed")
	}
	switch {
	case r.sent == nil:
		unseen("the request as it was sent")
	case r.sent.curl:
		seen("a curl command", r.sent.method.line)
	default:
		seen("an HTTP request", r.sent.method.line)
	}
	if r.authorization != nil {
		seen("an authorization header", r.authorization.line)
	} else {
		unseen("the authorization header")
	}
	if body := r.anyBody(); body != nil {
		seen("a body", body.line)
	} else if r.mayHaveBody() {
		unseen("the body, over which the last line of the canonical request is made")
	}
	if r.toSign != nil {
		seen("a string to sign", r.toSign.algorithm.line)
	}
	for _, e := range r.errors {
		seen("an error of the service, "+e.shownReason(), e.line)
	}
}

// shownReason is a reason code that can be shown.
func (e serviceError) shownReason() string {
	const most = 60
	if len(e.reason) > most || strings.ContainsFunc(e.reason, func(c rune) bool { return c < '0' || c > 'z' }) {
		return "with an unusual reason code"
	}
	return e.reason
}

// anyBody returns the body of the request, or nil if the paste has none.
func (r *reading) anyBody() *value {
	if r.sent != nil && r.sent.body != nil {
		return r.sent.body
	}
	return r.body
}

// mayHaveBody reports whether the request is of a method with a body.
func (r *reading) mayHaveBody() bool {
	for _, q := range []*request{r.canonical, r.sent} {
		if q != nil && !strings.EqualFold(q.method.text, "GET") {
			return true
		}
	}
	return false
}

// secretForms find what findings must not repeat: signatures, and the tokens in headers and paths.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`(?i)Signature=([^\s,"']+)`),
	regexp.MustCompile(`(?i)(?:x-amz-pay-authtoken|cookie|proxy-authorization|password)["']?\s*[:=]\s*["']?([^\r\n"']+)`),
	regexp.MustCompile(`(?i)buyers(?:/|%2F)([^/?\s"']+)`),
	regexp.MustCompile(`(?i)authorizationTokens(?:/|%2F)([^/?\s"']+)`),
	regexp.MustCompile(`(?i)(?:Bearer|Basic) ([^\s,"']+)`),
}

// secrets replaces what findings must not repeat.
func (r *reading) secrets() *strings.Replacer {
	const least = 6 // bytes; what is shorter is no secret, and stands everywhere
	var found []string
	hide := func(text string) {
		if text = strings.TrimSpace(text); len(text) >= least {
			found = append(found, text)
		}
	}
	for _, form := range secretForms {
		for _, m := range form.FindAllStringSubmatch(r.text, -1) {
			hide(m[1])
			hide(unescape.Replace(m[1]))
			hide(strings.ReplaceAll(m[1], "%25", "%"))
			hide(strings.ReplaceAll(m[1], "%", "%25"))
			hide((&url.URL{Path: m[1]}).EscapedPath())
			hide(decodedOnce(m[1]))
		}
	}
	if r.authorization != nil {
		_, signature, _ := strings.Cut(r.authorization.text, "Signature=")
		hide(signature)
	}
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) }) // a part of another one must not go first
	pairs := make([]string, 0, 2*len(found))
	for _, secret := range found {
		pairs = append(pairs, secret, "[redacted]")
	}
	return strings.NewReplacer(pairs...)
}
