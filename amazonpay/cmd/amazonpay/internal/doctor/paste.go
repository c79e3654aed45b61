package doctor

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// line is a line of a paste, or a part of one that has line ends written as \n.
type line struct {
	number int
	text   string // without colours, the prefix of a log, and curl's marker
	marker byte   // of curl -v: > sent, < received, * about the connection; else 0
	taken  bool   // it belongs to something that was recognised
}

// value is a text and the number of its line.
type value struct {
	text string
	line int
}

// header is a header line.
type header struct {
	name, text string // text is the value, with its spaces
	line       int
	whole      string
}

// paste is what was recognised in a paste.
type paste struct {
	text      string // all of it
	lines     []line
	canonical *request // as the client made it
	sent      *request // as it left
	// authorization is the header of sent, or a lone one.
	authorization *value
	// toSign is the string to sign as the client made it: algorithm and hash.
	toSign *stringToSign
	errors []serviceError
	date   *value // of the service's answer
	body   *value // alone, beside a canonical request
}

// request is a request in one of the two forms, with the numbers of its lines.
type request struct {
	method, path, query value
	queryMissing        bool // the line, in a canonical request
	headers             []header
	gap                 int    // how many empty lines come before the headers of a canonical request
	blank               int    // how many follow them
	names, hash         *value // of a canonical request
	body                *value
	bodyEnd             bool // the body may have a line end more, which a paste does not show
	curl                bool // a command line: curl adds headers of its own
}

type stringToSign struct {
	algorithm, hash value
}

// serviceError is an error body of the service.
type serviceError struct {
	line            int
	reason, message string
}

var (
	colours = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|\[[0-9;]+m`)
	// logPrefixes come before each line of a log; several can follow each other.
	logPrefixes = []*regexp.Regexp{
		regexp.MustCompile(`^[A-Za-z0-9_.-]+\s*\|(?: |$)`), // docker compose
		regexp.MustCompile(`^\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9:]{8}[^\s\]]*\]?(?:[ \t]|$)`),
		regexp.MustCompile(`^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} \S+ \S+: ?`), // syslog
		regexp.MustCompile(`^\[?[0-9]{2}:[0-9]{2}:[0-9]{2}[^\s\]]*\]?(?:[ \t]|$)`),
		regexp.MustCompile(`^\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|stdout F|stderr F)\]?:?(?: |$)`),
	}
	curlRequest = regexp.MustCompile(`(?m)^> [A-Za-z]+ .* HTTP/[0-9.]+`)
	curlData    = regexp.MustCompile(`^[{}] \[[0-9]+ bytes data\]$`)
	// oneLine is a canonical request on one line, as JSON or %q write it.
	oneLine = regexp.MustCompile(`(?i)(?:^|[^a-z])((?:get|post|put|patch|delete|head)\\n.*?[0-9a-f]{64})`)
	// oneLineToSign is a string to sign on one line.
	oneLineToSign = regexp.MustCompile(`(?i)(AMZN-PAY-[A-Z0-9-]+\\n[0-9a-f]{64})`)
	unescape      = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\u0026`, "&", `\u003c`, "<", `\u003e`, ">", `\"`, `"`, `\/`, "/", `\\`, `\`)
)

// readPaste finds the parts of a paste.
func readPaste(text string) *paste {
	p := &paste{text: text}
	curl := curlRequest.MatchString(text)
	for i, raw := range strings.Split(text, "\n") {
		raw = colours.ReplaceAllString(strings.TrimSuffix(raw, "\r"), "")
		l := line{number: i + 1, text: withoutPrefixes(raw)}
		if curl && l.text != "" && strings.IndexByte("<>*", l.text[0]) >= 0 && (len(l.text) == 1 || l.text[1] == ' ') {
			l.marker = l.text[0]
			l.text = strings.TrimPrefix(l.text[1:], " ")
		}
		if curl && curlData.MatchString(l.text) {
			l.marker = '*'
		}
		p.lines = append(p.lines, l)
	}
	p.readErrors()
	p.expand()
	p.readCanonical()
	p.readCurl()
	p.readSent()
	p.readToSign()
	p.readRest()
	return p
}

func withoutPrefixes(text string) string {
	for range len(logPrefixes) {
		before := text
		for _, prefix := range logPrefixes {
			text = text[len(prefix.FindString(text)):]
		}
		if text == before {
			break
		}
	}
	return text
}

var reasonCode = regexp.MustCompile(`\\?"reasonCode\\?"`)

// readErrors finds error bodies of the service, whatever stands around them.
func (p *paste) readErrors() {
	for first := 0; first < len(p.lines); first++ {
		if p.lines[first].taken || p.lines[first].marker == '>' {
			continue
		}
		open := strings.Index(p.lines[first].text, "{")
		if open < 0 {
			continue
		}
		const most = 12 // lines of one error body
		var texts []string
		for last := first; last < len(p.lines) && last < first+most; last++ {
			texts = append(texts, p.lines[last].text)
			text := strings.Join(texts, "\n")[open:]
			if !reasonCode.MatchString(text) {
				continue
			}
			if e, is := errorOf(text); is {
				e.line = p.lines[first].number
				p.errors = append(p.errors, e)
				for i := first; i <= last; i++ {
					p.lines[i].taken = true
				}
				break
			}
		}
	}
}

// errorOf reads the error body that begins on the first line of a text.
func errorOf(text string) (e serviceError, is bool) {
	const most = 50 // objects in which it may be nested
	var body struct {
		ReasonCode string `json:"reasonCode"`
		Message    string `json:"message"`
	}
	for _, form := range []string{text, strings.ReplaceAll(text, `\"`, `"`)} {
		first, _, _ := strings.Cut(form, "\n")
		at := 0
		for range most {
			open := strings.IndexByte(first[at:], '{')
			if open < 0 {
				break
			}
			at += open
			if json.NewDecoder(strings.NewReader(form[at:])).Decode(&body) == nil && body.ReasonCode != "" {
				return serviceError{reason: body.ReasonCode, message: strings.ReplaceAll(body.Message, `\n`, "\n")}, true
			}
			at++
		}
	}
	return e, false
}

// expand splits lines that hold a text of several lines.
func (p *paste) expand() {
	var all []line
	for _, l := range p.lines {
		m := oneLine.FindStringSubmatch(l.text)
		if m == nil {
			m = oneLineToSign.FindStringSubmatch(l.text)
		}
		if m == nil || l.taken || l.marker != 0 {
			all = append(all, l)
			continue
		}
		for part := range strings.SplitSeq(unescape.Replace(m[1]), "\n") {
			all = append(all, line{number: l.number, text: part})
		}
	}
	p.lines = all
}

var (
	methodLine = regexp.MustCompile(`(?i)(?:^|[\s"'\[(:=>])(get|post|put|patch|delete|head|options)[ \t]*$`)
	headerLine = regexp.MustCompile(`^\s*([A-Za-z][A-Za-z0-9_-]*)(\s*:)(.*)$`)
	namesLine  = regexp.MustCompile(`^\s*;?\s*[A-Za-z][A-Za-z0-9_-]*(?:\s*[;,]\s*[A-Za-z][A-Za-z0-9_-]*)+\s*;?\s*$|^\s*[A-Za-z][A-Za-z0-9_-]*\s*$`)
)

// readCanonical finds the first canonical request.
func (p *paste) readCanonical() {
	for i := range p.lines {
		if p.lines[i].taken || p.lines[i].marker != 0 {
			continue
		}
		m := methodLine.FindStringSubmatch(p.lines[i].text)
		if m == nil {
			continue
		}
		if c, end := canonicalAt(p.lines[i:]); c != nil {
			c.method = value{m[1], p.lines[i].number}
			p.canonical = c
			for j := i; j < i+end; j++ {
				p.lines[j].taken = true
			}
			return
		}
	}
}

// canonicalAt reads a canonical request of which the first line is known. It returns nil if the
// rest is something else.
func canonicalAt(lines []line) (c *request, end int) {
	const least = 4 // method, path, a header, and what follows
	if len(lines) < least || strings.Contains(lines[1].text, " HTTP/") {
		return nil, 0
	}
	c = &request{path: value{lines[1].text, lines[1].number}}
	at := 2
	if headerLine.MatchString(lines[at].text) {
		c.queryMissing = true
		c.query = value{"", lines[at].number}
	} else {
		c.query = value{lines[at].text, lines[at].number}
		at++
	}
	for ; at < len(lines) && strings.TrimSpace(lines[at].text) == "" && c.gap < 2; at++ {
		c.gap++
	}
	for ; at < len(lines); at++ {
		m := headerLine.FindStringSubmatch(lines[at].text)
		if m == nil {
			break
		}
		c.headers = append(c.headers, header{name: m[1], text: m[3], line: lines[at].number, whole: lines[at].text})
	}
	if len(c.headers) == 0 {
		return nil, 0
	}
	for ; at < len(lines) && strings.TrimSpace(lines[at].text) == "" && c.blank < 2; at++ {
		c.blank++
	}
	if at < len(lines) && namesLine.MatchString(lines[at].text) && !hexHash.MatchString(lines[at].text) {
		c.names = &value{lines[at].text, lines[at].number}
		at++
	}
	if at < len(lines) {
		text := strings.TrimRight(lines[at].text, `"']) `)
		if c.names == nil && anyHash.MatchString(text) || c.names != nil && text != "" && !strings.Contains(text, " ") {
			c.hash = &value{text, lines[at].number}
			at++
		}
	}
	if c.names == nil && c.blank == 0 { // an HTTP request without HTTP/1.1
		return nil, 0
	}
	return c, at
}

var requestLine = regexp.MustCompile(`(?:^|[\s"'>])([A-Za-z]{3,7}) (\S.*?) HTTP/[0-9](?:\.[0-9])?"?\s*$`)

// readSent finds the first HTTP request, and the date of an answer.
func (p *paste) readSent() {
	for i := 0; i < len(p.lines); i++ {
		l := p.lines[i]
		if l.taken || l.marker == '*' {
			continue
		}
		if strings.HasPrefix(l.text, "HTTP/") {
			p.readAnswer(i)
			continue
		}
		m := requestLine.FindStringSubmatch(l.text)
		if m == nil || p.sent != nil {
			continue
		}
		path, query, _ := strings.Cut(m[2], "?")
		p.sent = &request{method: value{m[1], l.number}, path: value{withoutHost(path), l.number}, query: value{query, l.number}}
		p.readSentHeaders(i)
	}
}

// withoutHost returns the path of a request line, which can hold a whole URL.
func withoutHost(target string) string {
	if _, rest, is := strings.Cut(target, "://"); is {
		_, path, _ := strings.Cut(rest, "/")
		return "/" + path
	}
	return target
}

func (p *paste) readSentHeaders(first int) {
	p.lines[first].taken = true
	at := first + 1
	for ; at < len(p.lines); at++ {
		if p.lines[at].marker == '*' {
			continue
		}
		m := headerLine.FindStringSubmatch(p.lines[at].text)
		if m == nil || p.lines[at].marker != p.lines[first].marker {
			break
		}
		p.lines[at].taken = true
		p.sent.headers = append(p.sent.headers, header{name: m[1], text: m[3], line: p.lines[at].number, whole: p.lines[at].text})
	}
	if p.lines[first].marker != 0 || at >= len(p.lines) || p.lines[at].text != "" {
		return
	}
	var body []string
	number := 0
	for at++; at < len(p.lines) && !p.lines[at].taken && !strings.HasPrefix(p.lines[at].text, "HTTP/") && !methodLine.MatchString(p.lines[at].text); at++ {
		if number == 0 {
			number = p.lines[at].number
		}
		body = append(body, p.lines[at].text)
	}
	for len(body) > 0 && body[len(body)-1] == "" {
		body = body[:len(body)-1]
	}
	if len(body) == 0 || !strings.HasPrefix(strings.TrimLeft(body[0], " \t\ufeff"), "{") && p.sent.header("Content-Length") == nil {
		return
	}
	p.sent.body = &value{strings.Join(body, "\n"), number}
	p.sent.bodyEnd = true
}

// readAnswer reads the date of an answer.
func (p *paste) readAnswer(first int) {
	for at := first + 1; at < len(p.lines); at++ {
		m := headerLine.FindStringSubmatch(p.lines[at].text)
		if m == nil {
			return
		}
		p.lines[at].taken = true
		if strings.EqualFold(m[1], "date") {
			p.date = &value{strings.TrimSpace(m[3]), p.lines[at].number}
		}
	}
}

// answered returns the time of the service's answer.
func (p *paste) answered() (at time.Time, known bool) {
	if p.date == nil {
		return at, false
	}
	at, err := http.ParseTime(p.date.text)
	return at, err == nil
}

var algorithmLine = regexp.MustCompile(`(?:^|[\s"'\[(:=])(AMZN-PAY-[A-Za-z0-9-]+)$`)

// readToSign finds the string to sign that a client made.
func (p *paste) readToSign() {
	for i := 0; i+1 < len(p.lines); i++ {
		if p.lines[i].taken || p.lines[i+1].taken {
			continue
		}
		m := algorithmLine.FindStringSubmatch(p.lines[i].text)
		hash := strings.TrimRight(p.lines[i+1].text, `"']) `)
		if m == nil || len(hash) != hashDigits || !anyHash.MatchString(hash) {
			continue
		}
		p.toSign = &stringToSign{value{m[1], p.lines[i].number}, value{hash, p.lines[i+1].number}}
		p.lines[i].taken, p.lines[i+1].taken = true, true
		return
	}
}

var (
	loneAuthorization = regexp.MustCompile(`(?i)authorization["']?\s*[:=]\s*["']?(.*PublicKeyId.*)$`)
	loneBody          = regexp.MustCompile(`(?:^|[:=]\s*)(\{.*\})\s*$`)
)

// readRest finds an authorization and a body that stand alone.
func (p *paste) readRest() {
	if p.sent != nil {
		for _, name := range []string{"authorization", "x-amz-pay-authorization"} {
			if h := p.sent.header(name); h != nil {
				p.authorization = &value{h.text, h.line}
				break
			}
		}
		if p.sent.body != nil {
			return
		}
	}
	for _, l := range p.lines {
		if l.taken || l.marker != 0 {
			continue
		}
		if m := loneAuthorization.FindStringSubmatch(l.text); m != nil && p.authorization == nil {
			p.authorization = &value{strings.TrimRight(m[1], `"',`), l.number}
			continue
		}
		if m := loneBody.FindStringSubmatch(l.text); m != nil && p.body == nil && json.Valid([]byte(m[1])) {
			p.body = &value{m[1], l.number}
		}
	}
}

// header returns the first header of a name, in any letter case, or nil.
func (r *request) header(name string) *header {
	i := slices.IndexFunc(r.headers, func(h header) bool { return strings.EqualFold(h.name, name) })
	if i < 0 {
		return nil
	}
	return &r.headers[i]
}
